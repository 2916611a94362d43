//! Every switch of the stand-in, with the documented behaviour as the default.

use super::account::SLUG;
use super::accounts::Accounts;
use super::json::Layout;
use super::rival::Rival;
use super::script::Faults;
use super::switches::*;

/// The client id of the demo.
pub const CLIENT_ID: &str = "b7a91c52-0d3e-4f68-9c41-5e2d80f7a613";

/// The app id of the demo: the secret, which nothing may print.
pub const APP_ID: &str = "e41d7f08-92bb-4c15-a6d0-3f97c82b5da4";

/// How the stand-in behaves. The default is the documented behaviour with no accounts; tests
/// change what they are about:
///
/// ```
/// use e2e::valimail::{Pagination, Settings, Standin};
///
/// let standin = Standin::start(Settings {
///     pagination: Pagination::Rfc7644 { page: 2 },
///     ..Settings::company()
/// });
/// assert!(standin.origin().starts_with("http://127.0.0.1:"));
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who has an account.
    pub accounts: Accounts,
    /// The client id that `/auth` accepts.
    pub client_id: String,
    /// The app id that `/auth` accepts.
    pub app_id: String,
    /// The only account slug to which the key has rights; for any other one the answer is 403.
    pub slug: String,

    /// What `/auth` answers to wrong credentials.
    pub wrong_credentials: WrongCredentials,
    /// How `/auth` tells when the token expires.
    pub expiry: Expiry,
    /// Seconds added to the time of expiry that `/auth` tells: clocks that disagree.
    pub clock_skew: i64,
    /// How long a token really works.
    pub token_lifetime: TokenLifetime,
    /// What a request without a bearer token gets.
    pub missing_bearer: MissingBearer,
    /// How many requests are answered before 429s begin; `None` for any number.
    pub rate_limit: Option<RateLimit>,

    /// Whether and how the list comes in pages.
    pub pagination: Pagination,
    /// What `totalResults` says.
    pub total: Total,
    /// Where `totalResults` stands.
    pub total_position: TotalPosition,
    /// What an empty list looks like.
    pub empty_list: EmptyList,
    /// Whether `filter` ignores the case of addresses.
    pub filter_any_case: bool,
    /// What `filter=id eq "…"` does.
    pub id_filter: Filtering,
    /// What `filter=userName eq "…"` does.
    pub user_name_filter: Filtering,
    /// What `GET …/Users/{id}` does.
    pub lookup: Lookup,

    /// Whether the role `marketer` may be given.
    pub marketer_enabled: bool,
    /// The role of an account created without one; `None` leaves it without.
    pub default_member_type: Option<String>,
    /// Whether an account is created with that role, whatever is asked for.
    pub ignores_member_type: bool,
    /// Whether an account is active from its creation.
    pub created_active: bool,
    /// Whether an address that differs only in case is taken (409).
    pub conflict_any_case: bool,
    /// Whether the address of an inactive account is taken (409).
    pub conflict_inactive: bool,
    /// Which spelling of the path of the role PATCH accepts.
    pub patch_path: PatchPath,
    /// What PATCH does when all is well.
    pub patch_effect: PatchEffect,
    /// What PATCH answers when all is well.
    pub patch_reply: PatchReply,
    /// What happens when the last active owner would be demoted or made inactive.
    pub last_owner: LastOwner,
    /// How many later reads still show the state before a PATCH or POST.
    pub reads_until_visible: u32,
    /// What somebody else does in the meantime. Each of them acts once.
    pub rivals: Vec<Rival>,

    /// The whitespace of JSON.
    pub layout: Layout,
    /// Whether a response is compressed when the request accepts gzip.
    pub gzip: bool,
    /// Whether the list tells its length beforehand. Everything else does.
    pub framing: Framing,
    /// The size of the pieces in which a body is written, from 1 byte on. With
    /// [`Framing::Chunked`] each is one HTTP chunk.
    pub piece: usize,
    /// What goes wrong.
    pub faults: Faults,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            accounts: Accounts::default(),
            client_id: CLIENT_ID.into(),
            app_id: APP_ID.into(),
            slug: SLUG.into(),
            wrong_credentials: WrongCredentials::default(),
            expiry: Expiry::default(),
            clock_skew: 0,
            token_lifetime: TokenLifetime::default(),
            missing_bearer: MissingBearer::default(),
            rate_limit: None,
            pagination: Pagination::default(),
            total: Total::default(),
            total_position: TotalPosition::default(),
            empty_list: EmptyList::default(),
            filter_any_case: true,
            id_filter: Filtering::default(),
            user_name_filter: Filtering::default(),
            lookup: Lookup::default(),
            marketer_enabled: true,
            default_member_type: Some("owner".into()),
            ignores_member_type: false,
            created_active: true,
            conflict_any_case: true,
            conflict_inactive: true,
            patch_path: PatchPath::default(),
            patch_effect: PatchEffect::default(),
            patch_reply: PatchReply::default(),
            last_owner: LastOwner::default(),
            reads_until_visible: 0,
            rivals: Vec::new(),
            layout: Layout::default(),
            gzip: false,
            framing: Framing::default(),
            piece: 256 * 1024,
            faults: Faults::default(),
        }
    }
}

impl Settings {
    /// The demo company's accounts.
    pub fn company() -> Settings {
        Settings::with(super::company())
    }

    /// These accounts.
    pub fn with(accounts: impl Into<Accounts>) -> Settings {
        Settings {
            accounts: accounts.into(),
            ..Settings::default()
        }
    }
}
