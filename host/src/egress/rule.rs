//! What a connector may send: its description's templates, filled in.

use crate::contract::describe::{Effect, Operations, OutboundRequest, ReturnedSecret};
use http::Method;
use percent_encoding::percent_decode_str;
use std::fmt;
use url::Url;

/// One request that may be sent.
#[derive(Debug, Clone)]
pub struct Rule {
    methods: Vec<Method>,
    base: Url,
    path: Vec<Segment>,
    /// What it does in the product.
    pub effect: Effect,
    /// The operations that may send it, if it changes something.
    pub during: Operations,
    /// The secrets that it may carry.
    pub sends: Vec<String>,
    /// The secrets that its answer brings.
    pub returns: Vec<ReturnedSecret>,
    /// The template and the methods, for messages.
    text: String,
}

/// One segment of a path, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(Vec<u8>),
    /// `*`: any one segment.
    Any,
}

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
    #[error("{first} and {second} are declared for the same requests, but differ in what they do")]
    Contradiction { first: String, second: String },
    #[error("{method:?} in the template {template:?} is not a method")]
    Method { template: String, method: String },
}

impl Rule {
    /// Fills a described request's template from the settings.
    ///
    /// `setting` gives the value of a setting, or `None` when there is no such setting. A
    /// setting without a value is an empty one. No rule comes of a template that begins with
    /// one of these.
    ///
    /// # Errors
    ///
    /// When no URL comes of it.
    pub fn new(
        request: &OutboundRequest,
        setting: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, TemplateError> {
        let template = &request.url;
        let value = |name: &str| {
            setting(name).ok_or_else(|| TemplateError::UnknownSetting {
                template: template.clone(),
                name: name.to_owned(),
            })
        };
        let no_origin = || TemplateError::NotAnOrigin {
            template: template.clone(),
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
                // Nothing is filled in there, so it would be an origin that does not exist.
                if origin.contains(['{', '}']) {
                    return Err(no_origin());
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
                    segment => Segment::Literal(fill(segment, value)?.into_bytes()),
                });
            }
        }
        if path.is_empty() {
            path.push(Segment::Literal(Vec::new()));
        }
        let methods = request.methods.iter().map(|method| {
            Method::from_bytes(method.as_bytes()).map_err(|_| TemplateError::Method {
                template: template.clone(),
                method: method.clone(),
            })
        });
        Ok(Some(Self {
            methods: methods.collect::<Result<_, _>>()?,
            base,
            path,
            effect: request.effect,
            during: request.during,
            sends: request.sends_secrets.clone(),
            returns: request.returns_secrets.clone(),
            text: format!("{} {template}", request.methods.join("|")),
        }))
    }

    /// Whether one request could match both, while they say different things of it.
    pub fn contradicts(&self, other: &Self) -> bool {
        let same =
            |(a, b): (&Segment, &Segment)| a == b || *a == Segment::Any || *b == Segment::Any;
        (self.effect, self.during) != (other.effect, other.during)
            && self
                .methods
                .iter()
                .any(|method| other.methods.contains(method))
            && self.origin() == other.origin()
            && self.path.len() == other.path.len()
            && self.path.iter().zip(&other.path).all(same)
    }

    /// The origin that it leads to.
    pub fn origin(&self) -> url::Origin {
        self.base.origin()
    }

    /// Whether this is such a request. A query is free.
    pub fn matches(&self, method: &Method, url: &Url) -> bool {
        let segments: Vec<_> = segments(url).collect();
        self.methods.contains(method)
            && self.origin() == url.origin()
            && self.path.len() == segments.len()
            && self
                .path
                .iter()
                .zip(segments)
                .all(|(expected, actual)| match expected {
                    Segment::Literal(literal) => *literal == actual,
                    // A segment that another party could read as several, or as none.
                    Segment::Any => {
                        !actual.is_empty()
                            && !actual
                                .iter()
                                .any(|b| matches!(b, b'/' | b'\\' | b'%') || b.is_ascii_control())
                    }
                })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
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

/// Replaces each `{name}` in a segment.
fn fill(
    segment: &str,
    value: impl Fn(&str) -> Result<String, TemplateError>,
) -> Result<String, TemplateError> {
    let mut filled = String::new();
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        filled.push_str(before);
        filled.push_str(&value(name)?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(url: &str, base_url: &str, slug: &str) -> Result<Rule, TemplateError> {
        Ok(made(url, base_url, slug)?.expect("a rule"))
    }

    fn made(url: &str, base_url: &str, slug: &str) -> Result<Option<Rule>, TemplateError> {
        let request = OutboundRequest {
            methods: vec!["GET".into()],
            url: url.into(),
            effect: Effect::Read,
            during: Operations::empty(),
            sends_secrets: vec![],
            returns_secrets: vec![],
            purpose: String::new(),
        };
        Rule::new(&request, |name| match name {
            "base-url" => Some(base_url.to_owned()),
            "slug" => Some(slug.to_owned()),
            _ => None,
        })
    }

    fn passes(rule: &Rule, url: &str) -> bool {
        rule.matches(&Method::GET, &Url::parse(url).unwrap())
    }

    #[test]
    fn a_filled_template_matches_its_url_in_every_spelling() {
        let rule = rule(
            "{base-url}/a/{slug}/Users",
            "https://API.example.com:443/v1/",
            "acme",
        )
        .unwrap();
        for url in [
            "https://api.example.com/v1/a/acme/Users",
            "https://API.EXAMPLE.com:443/v1/a/acme/Users?filter=x",
            "https://api.example.com/v1/b/../a/acme/Users",
            "https://api.example.com/v1/a/%61cme/Users",
        ] {
            assert!(passes(&rule, url), "{url}");
        }
        for url in [
            "http://api.example.com/v1/a/acme/Users",
            "https://api.example.com:8443/v1/a/acme/Users",
            "https://api.example.com.evil.org/v1/a/acme/Users",
            "https://evil.org/v1/a/acme/Users",
            "https://api.example.com/a/acme/Users",
            "https://api.example.com/v1/a/acme/Users/",
            "https://api.example.com/v1/a/acme/Users/1",
            "https://api.example.com/v1/a/acme/../other/Users",
            "https://api.example.com/v1/a/acme/%2e%2e/other/Users",
            "https://api.example.com/v1/a/acme%2FUsers",
            "https://api.example.com/v1/a//acme/Users",
            "https://api.example.com/v1/A/acme/Users",
        ] {
            assert!(!passes(&rule, url), "{url}");
        }
        assert!(!rule.matches(
            &Method::POST,
            &Url::parse("https://api.example.com/v1/a/acme/Users").unwrap()
        ));
    }

    #[test]
    fn a_setting_is_one_segment_whatever_it_contains() {
        let rule = rule(
            "{base-url}/a/{slug}/Users",
            "https://api.example.com",
            "x/../y?z",
        )
        .unwrap();
        assert!(passes(
            &rule,
            "https://api.example.com/a/x%2F..%2Fy%3Fz/Users"
        ));
        assert!(!passes(&rule, "https://api.example.com/a/y/Users"));
        assert!(!passes(&rule, "https://api.example.com/a/x/../y?z/Users"));
    }

    #[test]
    fn a_star_is_one_plain_segment() {
        let rule = rule("{base-url}/Users/*", "https://api.example.com", "").unwrap();
        assert!(passes(&rule, "https://api.example.com/Users/49c398b12b"));
        for url in [
            "https://api.example.com/Users/",
            "https://api.example.com/Users/1/2",
            "https://api.example.com/Users/1%2F2",
            "https://api.example.com/Users/%2e%2e",
            "https://api.example.com/Users/%252e%252e",
            "https://api.example.com/Users/..%5C1",
            "https://api.example.com/Users/a%0Ab",
        ] {
            assert!(!passes(&rule, url), "{url}");
        }
    }

    #[test]
    fn a_template_may_name_its_origin_itself() {
        let rule = rule("https://login.example.com/token", "", "").unwrap();
        assert!(passes(&rule, "https://login.example.com/token"));
        assert!(!passes(&rule, "https://login.example.com/tokens"));
    }

    #[test]
    fn a_template_that_begins_with_nothing_makes_no_rule() {
        assert!(matches!(made("{base-url}/a", "", ""), Ok(None)));
    }

    #[test]
    fn what_is_no_template_is_refused() {
        assert!(matches!(
            rule("{nothing}/a", "", ""),
            Err(TemplateError::UnknownSetting { .. })
        ));
        for base_url in [
            "example.com",
            "ftp://example.com",
            "https://u:p@example.com",
            "https://example.com?a",
        ] {
            assert!(
                matches!(
                    rule("{base-url}/a", base_url, ""),
                    Err(TemplateError::NotAUrl { .. })
                ),
                "{base_url}"
            );
        }
        for template in [
            "/a",
            "a",
            "{base-url}a",
            "{base-url}/a?b",
            "https:///a",
            "https://{slug}.example.com/a",
        ] {
            assert!(
                matches!(
                    rule(template, "https://e.com", ""),
                    Err(TemplateError::NotAnOrigin { .. })
                ),
                "{template}"
            );
        }
    }
}
