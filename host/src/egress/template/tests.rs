//! What fits a template, and what does not.

use super::*;

fn template(text: &str, base_url: &str, slug: &str) -> Result<Template, TemplateError> {
    Ok(made(text, base_url, slug)?.expect("a template"))
}

fn made(text: &str, base_url: &str, slug: &str) -> Result<Option<Template>, TemplateError> {
    Template::new(text, |name| match name {
        "base-url" => Some(base_url.to_owned()),
        "slug" => Some(slug.to_owned()),
        _ => None,
    })
}

fn passes(template: &Template, url: &str) -> bool {
    template.matches(&Url::parse(url).unwrap())
}

#[test]
fn a_filled_template_matches_its_url_in_every_spelling() {
    let template = template(
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
        assert!(passes(&template, url), "{url}");
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
        assert!(!passes(&template, url), "{url}");
    }
}

#[test]
fn a_setting_is_one_segment_whatever_it_contains() {
    let template = template(
        "{base-url}/a/{slug}/Users",
        "https://api.example.com",
        "x/../y?z",
    )
    .unwrap();
    assert!(passes(
        &template,
        "https://api.example.com/a/x%2F..%2Fy%3Fz/Users"
    ));
    assert!(!passes(&template, "https://api.example.com/a/y/Users"));
    assert!(!passes(
        &template,
        "https://api.example.com/a/x/../y?z/Users"
    ));
}

#[test]
fn a_star_is_one_plain_segment() {
    let template = template("{base-url}/Users/*", "https://api.example.com", "").unwrap();
    for url in [
        "https://api.example.com/Users/49c398b12b",
        "https://api.example.com/Users/ann@example.com",
        "https://api.example.com/Users/J%C3%BCrgen%20M.",
        "https://api.example.com/Users/a;b",
        "https://api.example.com/Users/.well-known",
    ] {
        assert!(passes(&template, url), "{url}");
    }
    for url in [
        "https://api.example.com/Users/",
        "https://api.example.com/Users/1/2",
        "https://api.example.com/Users/1%2F2",
        "https://api.example.com/Users/%2e%2e",
        "https://api.example.com/Users/%252e%252e",
        "https://api.example.com/Users/..%5C1",
        "https://api.example.com/Users/a%0Ab",
        // Cut off at `;`, this is a step up.
        "https://api.example.com/Users/..;",
        "https://api.example.com/Users/..;x=1",
        "https://api.example.com/Users/..%3Bx=1",
        "https://api.example.com/Users/;x=1",
        "https://api.example.com/Users/..%EF%BC%9Bx",
        // Without the blanks or the dots at its end, too.
        "https://api.example.com/Users/..%20",
        "https://api.example.com/Users/%20",
        "https://api.example.com/Users/...",
        // Overlong UTF-8, and what is no UTF-8 at all.
        "https://api.example.com/Users/%C0%AE%C0%AE",
        "https://api.example.com/Users/..%C0%AF1",
        "https://api.example.com/Users/%FF",
        // Look-alikes in full width.
        "https://api.example.com/Users/%EF%BC%8E%EF%BC%8E",
        "https://api.example.com/Users/..%EF%BC%8F1",
        "https://api.example.com/Users/..\u{ff3c}1",
        "https://api.example.com/Users/\u{2025}",
    ] {
        assert!(!passes(&template, url), "{url}");
    }
}

#[test]
fn a_template_may_name_its_origin_itself() {
    let template = template("https://login.example.com/token", "", "").unwrap();
    assert!(passes(&template, "https://login.example.com/token"));
    assert!(!passes(&template, "https://login.example.com/tokens"));
}

#[test]
fn a_template_that_begins_with_nothing_makes_none() {
    assert!(matches!(made("{base-url}/a", "", ""), Ok(None)));
}

#[test]
fn what_is_no_template_is_refused() {
    assert!(matches!(
        template("{nothing}/a", "", ""),
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
                template("{base-url}/a", base_url, ""),
                Err(TemplateError::NotAUrl { .. })
            ),
            "{base_url}"
        );
    }
    for text in ["/a", "a", "{base-url}a", "{base-url}/a?b", "https:///a"] {
        assert!(
            matches!(
                template(text, "https://e.com", ""),
                Err(TemplateError::NotAnOrigin { .. })
            ),
            "{text}"
        );
    }
    for text in ["https://{slug}.example.com/a", "https://*.example.com/a"] {
        assert!(
            matches!(
                template(text, "https://e.com", "x"),
                Err(TemplateError::NotAHost { .. })
            ),
            "{text}"
        );
    }
}

#[test]
fn a_template_may_be_written_encoded() {
    let template = template("https://e.com/sort%20of/%2A/%7Bx}/100%", "", "").unwrap();
    assert!(passes(&template, "https://e.com/sort%20of/*/{x}/100%25"));
    assert!(!passes(&template, "https://e.com/sort%20of/any/{x}/100%25"));
}

#[test]
fn a_filled_template_shows_where_it_leads() {
    let filled = |text, slug| {
        template(text, "https://E.com:443/v1/", slug)
            .unwrap()
            .filled()
    };
    assert_eq!(
        filled("{base-url}/{slug}/*", "a/b *"),
        "https://e.com/v1/a%2Fb%20%2A/*"
    );
    assert_eq!(filled("http://[::1]:80/", ""), "http://[::1]/");
}

#[test]
fn templates_overlap_or_cover_one_another() {
    let made = |text| template(text, "https://e.com", "").unwrap();
    let (any, one, odd) = (
        made("{base-url}/Users/*"),
        made("https://e.com/Users/1"),
        made("{base-url}/Users/.."),
    );
    assert!(any.covers(&one) && any.covers(&any) && !one.covers(&any));
    assert!(any.overlaps(&one) && one.overlaps(&any) && !one.overlaps(&odd));
    // What is not certain is taken for the worse.
    assert!(any.overlaps(&odd) && !any.covers(&odd));
    for other in [
        "https://e.com/Users",
        "https://e.com/Users/1/2",
        "http://e.com/Users/1",
        "https://e.org/Users/1",
    ] {
        assert!(
            !any.overlaps(&made(other)) && !any.covers(&made(other)),
            "{other}"
        );
    }
}

#[test]
fn what_must_not_pass_is_taken_widely() {
    let denied = template("{base-url}/Users/*/roles", "https://e.com", "")
        .unwrap()
        .widely();
    for url in [
        "https://e.com/Users/1/roles",
        "https://e.com/users/1/ROLES",
        "https://e.com/Users;x=1/1/roles;y",
        "https://e.com/Users%20/1/roles.",
        "https://e.com/Users/a%2Fb/roles",
        "https://e.com/Users/..;/roles",
        "https://e.com/Users/%FF/roles%00",
    ] {
        assert!(passes(&denied, url), "{url}");
    }
    for url in [
        "https://e.com/Users/1/role",
        "https://e.com/Users/1",
        "https://e.org/Users/1/roles",
    ] {
        assert!(!passes(&denied, url), "{url}");
    }
    let declared = |slug| template("{base-url}/users/{slug}/Roles", "https://e.com", slug).unwrap();
    for slug in ["1", "a/b", ".."] {
        assert!(denied.overlaps(&declared(slug)) && declared(slug).overlaps(&denied));
        assert!(denied.covers(&declared(slug)) && !declared(slug).covers(&denied));
    }
}
