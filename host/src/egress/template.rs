//! Templates of URLs, filled in: the `url` of what a connector declares (`wit/describe.wit`,
//! `outbound-request`), and of what an operator allows or denies.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, percent_encode};
use std::fmt;
use url::Url;

/// A template, filled in: an origin, and a path of segments.
#[derive(Debug, Clone)]
pub struct Template {
    origin: url::Origin,
    path: Vec<Segment>,
    /// Whether it means all that anybody could take for the same.
    wide: bool,
    /// As it was written.
    text: String,
}

/// One segment of a path, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(Vec<u8>),
    /// `*`: any one segment that is [`plain`], or just any.
    Any,
}

/// What does not stand for itself in a segment of a path (RFC 3986, section 3.3), and `*`.
const SHOWN: AsciiSet = CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'*')
    .add(b'/')
    .add(b'?')
    .add(b'\\');

/// What does not stand for itself in a segment of a template.
const LITERAL: AsciiSet = SHOWN.add(b'{').add(b'}');

/// Why a template is of no use.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("{{{name}}} stands in the template {template:?}, but there is no such setting")]
    UnknownSetting { template: String, name: String },
    #[error("{name} is {value:?}, which is not an absolute http or https URL ({reason})")]
    NotAUrl {
        name: String,
        value: String,
        reason: String,
    },
    #[error("the template {template:?} is not an absolute URL without query and fragment")]
    NotAnOrigin { template: String },
    #[error(
        "the template {template:?} has a host that is not named whole: nothing is filled in there, and * stands for a segment of a path only"
    )]
    NotAHost { template: String },
}

impl Template {
    /// Fills a template from the settings.
    ///
    /// `setting` gives the value of a setting, or `None` when there is no such setting. A
    /// setting without a value is an empty one. Nothing comes of a template that begins with one
    /// of these.
    ///
    /// # Errors
    ///
    /// When no URL comes of it.
    pub fn new(
        template: &str,
        setting: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, TemplateError> {
        let value = |name: &str| {
            setting(name).ok_or_else(|| TemplateError::UnknownSetting {
                template: template.to_owned(),
                name: name.to_owned(),
            })
        };
        let no_origin = || TemplateError::NotAnOrigin {
            template: template.to_owned(),
        };
        // What stands first gives the origin, and perhaps the beginning of the path.
        let (base, rest) = match template.strip_prefix('{').and_then(|t| t.split_once('}')) {
            Some((name, rest)) => {
                let value = value(name)?;
                if value.is_empty() {
                    return Ok(None);
                }
                let base = base_url(&value).map_err(|reason| TemplateError::NotAUrl {
                    name: name.to_owned(),
                    value,
                    reason,
                })?;
                (base, rest)
            }
            None => {
                let start = template.find("://").ok_or_else(no_origin)? + 3;
                let end = template[start..]
                    .find('/')
                    .map_or(template.len(), |at| start + at);
                let (origin, rest) = template.split_at(end);
                // It would be an origin that does not exist.
                if origin.contains(['{', '}', '*']) {
                    return Err(TemplateError::NotAHost {
                        template: template.to_owned(),
                    });
                }
                (base_url(origin).map_err(|_| no_origin())?, rest)
            }
        };
        let mut path: Vec<_> = segments(&base)
            .filter(|segment| !segment.is_empty())
            .map(Segment::Literal)
            .collect();
        if !rest.is_empty() {
            let rest = rest.strip_prefix('/').ok_or_else(no_origin)?;
            if rest.contains(['?', '#']) {
                return Err(no_origin());
            }
            for segment in rest.split('/') {
                path.push(match segment {
                    "*" => Segment::Any,
                    segment => Segment::Literal(fill(segment, value)?),
                });
            }
        }
        if path.is_empty() {
            path.push(Segment::Literal(Vec::new()));
        }
        Ok(Some(Self {
            origin: base.origin(),
            path,
            wide: false,
            text: template.to_owned(),
        }))
    }

    /// The same template for what must not pass: all that a careless service could take for the
    /// same. `*` is any segment then, and others are compared without regard to case, and to what
    /// is cut off from their ends.
    #[must_use]
    pub fn widely(self) -> Self {
        Self { wide: true, ..self }
    }

    /// The template, without any setting, that this URL fits and no other one does, a query apart.
    pub fn exactly(url: &Url) -> String {
        let mut text = url.origin().ascii_serialization();
        for segment in segments(url) {
            text.push('/');
            text.extend(percent_encode(&segment, &LITERAL));
        }
        text
    }

    /// The origin that it leads to.
    pub fn origin(&self) -> &url::Origin {
        &self.origin
    }

    /// Whether this is such a URL. A query is free.
    pub fn matches(&self, url: &Url) -> bool {
        let segments: Vec<_> = segments(url).collect();
        self.origin == url.origin()
            && self.path.len() == segments.len()
            && self
                .path
                .iter()
                .zip(segments)
                .all(|(own, actual)| self.fits(own, &actual))
    }

    fn fits(&self, own: &Segment, actual: &[u8]) -> bool {
        match own {
            Segment::Literal(literal) if self.wide => careless(literal) == careless(actual),
            Segment::Literal(literal) => literal == actual,
            Segment::Any => self.wide || plain(actual),
        }
    }

    /// Whether one URL could match both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let same = |(own, others): (&Segment, &Segment)| match (own, others) {
            (Segment::Literal(one), Segment::Literal(two)) => {
                self.fits(own, two) || other.fits(others, one)
            }
            _ => true,
        };
        self.origin == other.origin
            && self.path.len() == other.path.len()
            && self.path.iter().zip(&other.path).all(same)
    }

    /// Whether this matches each URL that `other` matches.
    pub fn covers(&self, other: &Self) -> bool {
        let covers = |(own, other): (&Segment, &Segment)| match other {
            Segment::Literal(literal) => self.fits(own, literal),
            Segment::Any => *own == Segment::Any,
        };
        self.origin == other.origin
            && self.path.len() == other.path.len()
            && self.path.iter().zip(&other.path).all(covers)
    }

    /// What it looks like with its settings filled in.
    pub fn filled(&self) -> String {
        let mut text = self.origin.ascii_serialization();
        for segment in &self.path {
            text.push('/');
            match segment {
                Segment::Literal(literal) => text.extend(percent_encode(literal, &SHOWN)),
                Segment::Any => text.push('*'),
            }
        }
        text
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What begins parameters (RFC 3986, section 3.3), and its look-alikes.
const PARAMETER: [char; 3] = [';', '\u{37e}', '\u{ff1b}'];
/// Dots, and what looks like some.
const DOTS: [char; 6] = [
    '.', '\u{2024}', '\u{2025}', '\u{2026}', '\u{fe52}', '\u{ff0e}',
];

/// A segment as the most careless of services could take it: in any case, without parameters, and
/// without blanks and dots at its ends.
fn careless(segment: &[u8]) -> String {
    let text = String::from_utf8_lossy(segment).to_lowercase();
    let name = text.split(PARAMETER).next().unwrap_or_default();
    let cut = |c: char| c.is_whitespace() || c.is_control() || DOTS.contains(&c);
    name.trim_start().trim_end_matches(cut).to_owned()
}

/// Whether a segment, decoded, is one that nobody else could read as several, as none, or as a step
/// up. Some services decode twice, cut off parameters, ignore blanks and dots at the end of a name,
/// take overlong UTF-8 (RFC 3629, section 10), or turn characters into their look-alikes in ASCII
/// (Unicode's NFKC, and the best fit of Windows).
fn plain(segment: &[u8]) -> bool {
    const PARTING: [char; 14] = [
        '/', '\\', '%', '\u{2044}', '\u{2100}', '\u{2101}', '\u{2105}', '\u{2106}', '\u{2215}',
        '\u{2216}', '\u{fe68}', '\u{ff05}', '\u{ff0f}', '\u{ff3c}',
    ];
    let Ok(text) = str::from_utf8(segment) else {
        return false;
    };
    let name = text.split(PARAMETER).next().unwrap_or_default();
    !text.contains(|c: char| c.is_control() || PARTING.contains(&c))
        && name.contains(|c: char| !c.is_whitespace() && !DOTS.contains(&c))
}

/// The segments of a URL's path, percent-decoded. The parser has resolved dot segments,
/// however they were written.
fn segments(url: &Url) -> impl Iterator<Item = Vec<u8>> + '_ {
    url.path_segments()
        .into_iter()
        .flatten()
        .map(|segment| percent_decode_str(segment).collect())
}

/// Reads a value that a template may begin with.
fn base_url(value: &str) -> Result<Url, String> {
    let url = Url::parse(value).map_err(|e| e.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        Err(format!("its scheme is {}", url.scheme()))
    } else if !url.username().is_empty() || url.password().is_some() {
        Err("it holds a user name or a password".to_owned())
    } else if url.query().is_some() || url.fragment().is_some() {
        Err("it has a query or a fragment".to_owned())
    } else {
        Ok(url)
    }
}

/// Decodes a segment, and replaces each `{name}` in it.
fn fill(
    segment: &str,
    value: impl Fn(&str) -> Result<String, TemplateError>,
) -> Result<Vec<u8>, TemplateError> {
    let mut filled = Vec::new();
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        filled.extend(percent_decode_str(before));
        filled.extend(value(name)?.into_bytes());
        rest = after;
    }
    filled.extend(percent_decode_str(rest));
    Ok(filled)
}

#[cfg(test)]
mod tests;
