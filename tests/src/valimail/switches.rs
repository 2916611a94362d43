//! The values of the switches in [`Settings`](super::Settings).

use std::time::Duration;

/// What `/auth` answers to wrong credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WrongCredentials {
    /// 400 with a validation response, which repeats the app id that was sent.
    #[default]
    Validation400,
    /// 422 with an error response.
    Unprocessable422,
    /// 401 with an error response.
    Unauthorized401,
}

/// How `/auth` tells when the token expires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// `expires-at`, as the API description spells it.
    #[default]
    Hyphen,
    /// `expires_at`, as a help article spells it.
    Underscore,
    /// Not at all.
    Absent,
    /// `null`.
    Null,
    /// With words that are no date.
    Unparsable,
}

/// How long a token works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenLifetime {
    /// Three years.
    #[default]
    Years,
    /// This long.
    For(Duration),
    /// For so many requests, while `/auth` says three years.
    Requests(u64),
}

/// What a request without a bearer token gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingBearer {
    /// 401 with a SCIM error.
    #[default]
    Unauthorized401,
    /// 400 with the error response that names the header.
    BadRequest400,
}

/// A limit to the requests within a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many requests are answered.
    pub requests: u32,
    /// Within which time; the 429s name the seconds that are left of it, rounded up.
    pub per: Duration,
}

/// Whether and how the list comes in pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pagination {
    /// The whole list in one response; `startIndex` and `count` are neither read nor sent.
    #[default]
    None,
    /// As RFC 7644 says, with at most so many accounts on a page.
    Rfc7644 {
        /// The largest page.
        page: u64,
    },
    /// Pages of a fixed size, whatever the request's `count`.
    IgnoresCount {
        /// The size of every page.
        page: u64,
    },
    /// Always the first page, whatever the request's `startIndex`.
    IgnoresStartIndex {
        /// The largest page.
        page: u64,
    },
}

/// What `totalResults` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Total {
    /// How many accounts there are.
    #[default]
    Exact,
    /// So many more (or less) than there are.
    Off(i64),
    /// How many accounts there are, as a string.
    Text,
    /// It is `null`.
    Null,
    /// It is missing.
    Absent,
}

/// Where `totalResults` stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TotalPosition {
    /// Before the accounts.
    #[default]
    Before,
    /// After them, where a streaming reader meets it last.
    After,
}

/// What an empty list looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptyList {
    /// `"Resources": []`
    #[default]
    Array,
    /// There is no `Resources`, as RFC 7644 allows.
    Absent,
    /// `"Resources": null`
    Null,
}

/// What a filter of the list does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filtering {
    /// It selects.
    #[default]
    Served,
    /// It is answered 400, as though its attribute were not supported.
    Refused,
    /// It is not read: the whole list comes.
    Ignored,
    /// It never finds anything.
    Blind,
}

/// What `GET …/Users/{id}` does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lookup {
    /// It answers with the account, or 404.
    #[default]
    Served,
    /// It answers 403, as though the key had no right to it.
    Forbidden,
    /// It answers 404, as though there were no such path.
    Unrouted,
}

/// Which spelling of the path of the role PATCH accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PatchPath {
    /// `…:User.memberType`
    #[default]
    Dot,
    /// `…:User:memberType`
    Colon,
    /// Either.
    Both,
}

/// What PATCH does when all is well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PatchEffect {
    /// It changes the account.
    #[default]
    Applied,
    /// It changes nothing and answers with the account as it still is.
    Ignored,
    /// It changes nothing and answers as though it had.
    Pretended,
}

/// What PATCH answers when all is well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PatchReply {
    /// 200 with the account.
    #[default]
    Account,
    /// 204 without a body.
    NoContent,
}

/// What happens when the last active owner would be demoted or made inactive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastOwner {
    /// 400
    #[default]
    Refused400,
    /// 403
    Refused403,
    /// It is done.
    Allowed,
}

/// Whether the list tells its length beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// It does not (`Transfer-Encoding: chunked`).
    #[default]
    Chunked,
    /// It does (`Content-Length`), which costs generating it twice.
    ContentLength,
}
