//! The connector's configuration.

use crate::contract::identity::connector::types::Error;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Where Valimail's API is when nobody says otherwise (`servers` in its OpenAPI description).
pub const DEFAULT_BASE_URL: &str = "https://api.valimail.com";

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a run needs to know. Its credentials must not be printed, so it has no `Debug`.
#[derive(Clone)]
pub struct Settings {
    pub app_id: String,
    pub client_id: String,
    /// The customer, as in `https://app.valimail.com/app/<slug>/`.
    pub slug: String,
    /// Whether the last active owner may be demoted or disabled.
    pub allow_last_owner: bool,
    /// Absolute, without a trailing slash.
    base_url: String,
}

impl Settings {
    /// Checks the values that were configured.
    ///
    /// # Errors
    ///
    /// `invalid-argument` when one is empty, or `base_url` is not an absolute HTTP URL.
    pub fn new(
        app_id: String,
        client_id: String,
        slug: String,
        base_url: &str,
    ) -> Result<Self, Error> {
        for (name, value) in [
            ("valimail-app-id", &app_id),
            ("valimail-client-id", &client_id),
            ("valimail-slug", &slug),
        ] {
            if value.trim().is_empty() {
                return Err(Error::InvalidArgument(format!("{name} is empty")));
            }
        }
        let uri: http::Uri = base_url
            .parse()
            .map_err(|e| Error::InvalidArgument(format!("base-url {base_url:?}: {e}")))?;
        if !matches!(uri.scheme_str(), Some("http" | "https"))
            || uri.host().is_none()
            || uri.query().is_some()
        {
            return Err(Error::InvalidArgument(format!(
                "base-url {base_url:?} is not an absolute URL such as {DEFAULT_BASE_URL}"
            )));
        }
        Ok(Self {
            app_id,
            client_id,
            slug,
            allow_last_owner: false,
            base_url: base_url.trim_end_matches('/').to_owned(),
        })
    }

    /// `POST /auth`.
    pub fn auth_url(&self) -> String {
        format!("{}/auth", self.base_url)
    }

    /// `GET` and `POST /accounts/{slug}/scim/v2/Users`.
    pub fn users_url(&self) -> String {
        format!(
            "{}/accounts/{}/scim/v2/Users",
            self.base_url,
            utf8_percent_encode(&self.slug, SEGMENT)
        )
    }

    /// `GET` and `PATCH /accounts/{slug}/scim/v2/Users/{id}`.
    pub fn user_url(&self, id: &str) -> String {
        format!("{}/{}", self.users_url(), utf8_percent_encode(id, SEGMENT))
    }
}

/// The query that asks for what `filter` says.
pub fn filter_query(filter: &str) -> String {
    format!("filter={}", utf8_percent_encode(filter, SEGMENT))
}

/// Reads a setting that is on or off; one without a value is off.
///
/// # Errors
///
/// `invalid-argument` when it is neither.
pub fn flag(name: &str, value: &str) -> Result<bool, Error> {
    match value {
        "true" => Ok(true),
        "false" | "" => Ok(false),
        other => Err(Error::InvalidArgument(format!(
            "{name} is {other:?}, neither true nor false"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(slug: &str, base_url: &str) -> Result<Settings, Error> {
        Settings::new("app".into(), "client".into(), slug.into(), base_url)
    }

    #[test]
    fn a_slug_is_one_path_segment_whatever_it_contains() {
        let settings =
            settings("a/../b?c", "https://api.example.com/v1/").unwrap_or_else(|_| unreachable!());
        assert_eq!(
            settings.users_url(),
            "https://api.example.com/v1/accounts/a%2F..%2Fb%3Fc/scim/v2/Users"
        );
        assert_eq!(settings.auth_url(), "https://api.example.com/v1/auth");
        assert_eq!(
            settings.user_url("a/b c%"),
            format!("{}/a%2Fb%20c%25", settings.users_url())
        );
    }

    #[test]
    fn a_filter_is_one_parameter_whatever_it_contains() {
        assert_eq!(
            filter_query(r#"id eq "a&b""#),
            "filter=id%20eq%20%22a%26b%22"
        );
    }

    #[test]
    fn a_flag_is_off_unless_it_is_on() {
        assert_eq!(flag("f", "true"), Ok(true));
        assert_eq!(flag("f", "false"), Ok(false));
        assert_eq!(flag("f", ""), Ok(false));
        assert!(matches!(flag("f", "yes"), Err(Error::InvalidArgument(m)) if m.contains("f is")));
    }

    #[test]
    fn a_base_url_must_be_absolute() {
        for wrong in [
            "",
            "api.valimail.com",
            "/v1",
            "ftp://example.com",
            "https://",
            "https://a/?b",
            "not a url",
        ] {
            assert!(
                matches!(settings("slug", wrong), Err(Error::InvalidArgument(m)) if m.contains("base-url")),
                "{wrong:?} was accepted"
            );
        }
    }

    #[test]
    fn an_empty_value_is_named() {
        assert!(
            matches!(settings(" ", DEFAULT_BASE_URL), Err(Error::InvalidArgument(m)) if m.contains("valimail-slug"))
        );
    }
}
