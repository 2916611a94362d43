//! Whatever passes is what has been declared or allowed, to a careless server as well, and nothing
//! that is denied.

#![no_main]

use arbitrary::Arbitrary;
use connector_host::{
    contract::describe::Effect,
    egress::{Operation, Permit, Policy, PolicyFile, rule::Rule},
};
use fuzz::{
    file::{Declared, File, Method},
    template::{Template, settings},
    text::{Origin, Path, one_of},
};
use libfuzzer_sys::fuzz_target;
use url::Url;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    declared: Vec<Declared<'a>>,
    file: Option<File<'a>>,
    /// The value of a setting that stands in templates.
    slug: Path<'a>,
    requests: Vec<Request<'a>>,
}

#[derive(Arbitrary, Debug)]
struct Request<'a> {
    operation: u8,
    method: Method,
    url: Target<'a>,
}

#[derive(Arbitrary, Debug)]
enum Target<'a> {
    /// Any URL.
    Any(Origin<'a>, Path<'a>),
    /// One that a template may fit, with these texts for any segment, and another at the end.
    Fitting(u8, Vec<Path<'a>>, Path<'a>),
}

fuzz_target!(|input: Input| {
    let slug = input.slug.to_string();
    let requests: Vec<_> = input.declared.iter().map(Declared::request).collect();
    let Ok(mut policy) = Policy::new(&requests, settings(&slug), vec![]) else {
        return;
    };
    if let Some(file) = &input.file {
        let Ok(file) = PolicyFile::parse("policy.toml", file.text()) else {
            return;
        };
        let Ok(laid) = policy.under(&file, settings(&slug)) else {
            return;
        };
        policy = laid;
    }
    for request in &input.requests {
        let Ok(url) = Url::parse(&input.url(request, &slug)) else {
            continue;
        };
        let operation = one_of(&Operation::ALL, request.operation);
        let method = request.method.http();
        if let Ok(permit) = policy.decide(operation, &method, &url) {
            leads_where_a_template_says(&permit, &url, &input, &slug);
            has_no_user(&url);
            changes_nothing_in_a_sync(&permit, operation, &policy, &method, &url);
            carries_secrets_only_where_they_are_declared(&permit, &policy);
            is_allowed_where_nothing_else_passes(&policy, &method, &url);
            is_not_denied(&permit, operation, request.method, &url, &input, &slug);
        }
        stays_denied_in_other_spellings(&policy, operation, request.method, &url, &input, &slug);
    }
});

impl<'a> Input<'a> {
    fn templates(&self) -> impl Iterator<Item = &Template<'a>> {
        let declared = self.declared.iter().map(|declared| &declared.template);
        let allow = self.file.iter().flat_map(|file| &file.allow);
        declared.chain(allow.map(|allow| &allow.template))
    }

    fn url(&self, request: &Request, slug: &str) -> String {
        match &request.url {
            Target::Any(origin, path) => format!("{origin}/{path}"),
            Target::Fitting(which, any, end) => {
                let templates: Vec<_> = self.templates().collect();
                let template = (!templates.is_empty()).then(|| one_of(&templates, *which));
                let url = template.map(|template| template.url(slug, any));
                url.unwrap_or_default() + &end.to_string()
            }
        }
    }
}

/// It goes to the origin of the template that lets it pass, and a careless server reads in its path
/// what it reads in the template.
fn leads_where_a_template_says(permit: &Permit, url: &Url, input: &Input, slug: &str) {
    let text = permit.rule.template().to_string();
    let mut written = input.templates().filter(|template| template.text() == text);
    let template = written.next().unwrap();
    assert_eq!(url.origin().ascii_serialization(), template.origin());
    assert!(template.means(url.path(), slug), "{url} for {text}");
}

/// Neither a name nor a password is sent along.
fn has_no_user(url: &Url) {
    assert_eq!((url.username(), url.password()), ("", None));
}

/// What only reads passes nothing that changes something, whatever the file says.
fn changes_nothing_in_a_sync(
    permit: &Permit,
    operation: Operation,
    policy: &Policy,
    method: &http::Method,
    url: &Url,
) {
    if operation.changes() {
        return;
    }
    assert_ne!(permit.rule.effect, Effect::Change, "{}", permit.rule);
    assert!(!matches!(method.as_str(), "PUT" | "PATCH" | "DELETE"));
    let changes = |rule: &&Rule| rule.effect == Effect::Change && rule.matches(method, url);
    let change = policy.declared().iter().find(changes);
    assert!(change.is_none(), "{} and {change:?}", permit.rule);
}

/// A secret goes to no origin for which the connector does not declare it.
fn carries_secrets_only_where_they_are_declared(permit: &Permit, policy: &Policy) {
    for secret in &permit.rule.sends {
        let declares = |rule: &Rule| {
            rule.sends.contains(secret)
                && rule.template().origin() == permit.rule.template().origin()
        };
        assert!(policy.declared().iter().any(declares), "{}", permit.rule);
    }
}

/// With `default = "none"`, what passes is allowed by the file.
fn is_allowed_where_nothing_else_passes(policy: &Policy, method: &http::Method, url: &Url) {
    let overlay = policy.overlay();
    let allowed = || overlay.allow.iter().any(|rule| rule.matches(method, url));
    assert!(!overlay.only || allowed(), "{method} {url}");
}

/// Nothing passes that the file denies as it stands there.
fn is_not_denied(
    permit: &Permit,
    operation: Operation,
    method: Method,
    url: &Url,
    input: &Input,
    slug: &str,
) {
    for deny in input.file.iter().flat_map(|file| &file.deny) {
        let effect = deny.effect.map(|effect| effect.described());
        let concerns = effect.is_none_or(|effect| effect == permit.rule.effect)
            && deny.counts(operation, method)
            && (deny.is_about_any_url() || names(deny, method, url, slug));
        assert!(!concerns, "{} although {deny:?}", permit.rule);
    }
}

/// What is denied whatever its effect is denied in other letters, and with what a careless service
/// would cut off, too.
fn stays_denied_in_other_spellings(
    policy: &Policy,
    operation: Operation,
    method: Method,
    url: &Url,
    input: &Input,
    slug: &str,
) {
    let mut deny = input.file.iter().flat_map(|file| &file.deny);
    let denied = deny.any(|deny| {
        deny.effect.is_none() && deny.counts(operation, method) && names(deny, method, url, slug)
    });
    if !denied {
        return;
    }
    let method = method.http();
    let mut other = url.clone();
    for path in [
        url.path().to_ascii_uppercase(),
        format!("{}%20", url.path()),
        format!("{};x=y", url.path()),
        url.path().replace("/", ";/"),
    ] {
        let path = path.strip_prefix(';').unwrap_or(&path);
        other.set_path(path);
        let permit = policy.decide(operation, &method, &other);
        assert!(permit.is_err(), "{other} although {url} is denied");
    }
}

/// Whether the file denies this URL as it stands there.
fn names(deny: &fuzz::file::Deny, method: Method, url: &Url, slug: &str) -> bool {
    let Some(request) = deny.request(method) else {
        return false;
    };
    let rule = Rule::new(&request, settings(slug)).ok().flatten();
    rule.is_some_and(|rule| rule.matches(&method.http(), url))
}
