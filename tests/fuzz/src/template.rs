//! Templates of URLs, and what they mean, found out in another way than the host does.

use crate::{
    careless::read_carelessly,
    text::{Path, one_of},
};
use arbitrary::Arbitrary;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The origin that all templates but some lead to.
pub const ORIGIN: &str = "https://api.example.com";
/// The origin of the others.
const OTHER_ORIGIN: &str = "https://other.example.org";
/// Stands where any one segment may stand, in what is read carelessly.
const ANY: &str = "any-one-segment";

/// What a template begins with, and where that leads: an origin and a path.
const BASES: [(&str, &str, &str); 5] = [
    (ORIGIN, ORIGIN, ""),
    ("{base}", ORIGIN, ""),
    ("{tenant}", ORIGIN, "/tenant"),
    (OTHER_ORIGIN, OTHER_ORIGIN, ""),
    ("{unset}/", "", ""),
];

/// The value of a setting, `slug` apart.
fn setting(name: &str) -> Option<&'static str> {
    match name {
        "base" => Some(ORIGIN),
        "tenant" => Some("https://api.example.com/tenant/"),
        "unset" => Some(""),
        _ => None,
    }
}

/// The values of all settings.
pub fn settings(slug: &str) -> impl Fn(&str) -> Option<String> + Copy {
    move |name| match name {
        "slug" => Some(slug.to_owned()),
        name => setting(name).map(str::to_owned),
    }
}

/// A template.
#[derive(Arbitrary, Debug)]
pub struct Template<'a> {
    base: u8,
    segments: Vec<Segment<'a>>,
}

/// A segment of a template; where its text has a slash, some segments.
#[derive(Arbitrary, Debug)]
enum Segment<'a> {
    Any,
    Plain(u8),
    Text(Path<'a>),
    Setting(Path<'a>, Path<'a>),
}

impl Template<'_> {
    /// As a connector or an operator writes it.
    pub fn text(&self) -> String {
        let (base, _, _) = one_of(&BASES, self.base);
        base.to_owned() + &self.path("{slug}")
    }

    /// The origin that it leads to.
    pub fn origin(&self) -> &'static str {
        let (_, origin, _) = one_of(&BASES, self.base);
        origin
    }

    /// A URL that it may fit: with these texts in place of `*`.
    pub fn url(&self, slug: &str, any: &[Path]) -> String {
        let (_, origin, path) = one_of(&BASES, self.base);
        let mut any = any.iter();
        let segments = self.filled(slug);
        let segments = segments.split('/').map(|segment| match segment {
            "*" => any.next().map_or("x".to_owned(), Path::to_string),
            segment => segment.to_owned(),
        });
        let segments: Vec<_> = segments.collect();
        format!("{origin}{path}{}", segments.join("/"))
    }

    /// Whether a careless server reads in this path what it reads in the template.
    pub fn means(&self, path: &str, slug: &str) -> bool {
        let (_, _, base) = one_of(&BASES, self.base);
        let segments = self.filled(slug);
        let segments = segments.split('/').map(|segment| match segment {
            "*" => ANY,
            segment => segment,
        });
        let own: Vec<_> = segments.collect();
        let own = read_carelessly(&format!("{base}{}", own.join("/")));
        let read = read_carelessly(path);
        own.len() == read.len()
            && own
                .iter()
                .zip(&read)
                .all(|(own, read)| own == ANY || own == read)
    }

    /// The path as a URL has it, but for `*`.
    fn filled(&self, slug: &str) -> String {
        self.path(&utf8_percent_encode(slug, NON_ALPHANUMERIC).to_string())
    }

    fn path(&self, slug: &str) -> String {
        let mut path = String::new();
        for segment in &self.segments {
            path.push('/');
            match segment {
                Segment::Any => path.push('*'),
                Segment::Plain(number) => path.push_str(one_of(&["a", "b", "c"], *number)),
                Segment::Text(text) => path.push_str(&literal(text)),
                Segment::Setting(before, after) => {
                    path.push_str(&literal(before));
                    path.push_str(slug);
                    path.push_str(&literal(after));
                }
            }
        }
        path
    }
}

/// A text without what has a meaning of its own in a template, `*` and `/` apart.
fn literal(text: &Path) -> String {
    let text = text.to_string();
    let text = text.replace('{', "%7B").replace('}', "%7D");
    text.replace('?', "%3F").replace('#', "%23")
}
