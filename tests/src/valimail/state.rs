//! What the stand-in knows: settings, tokens, requests, and changes that cannot be seen yet.

use std::time::Instant;

use super::account::Account;
use super::answers::{Answer, odin_error, scim_error};
use super::auth::{self, Token};
use super::faults::{Fault, RetryAfter};
use super::log::{Endpoint, Request};
use super::rival::Moment;
use super::settings::Settings;
use super::{list, users};

/// Everything that the thread of the stand-in shares with the test.
#[derive(Debug)]
pub(super) struct State {
    pub(super) settings: Settings,
    pub(super) tokens: Vec<Token>,
    pub(super) requests: Vec<Request>,
    pub(super) connections: usize,
    pub(super) store: Store,
    window: Option<(Instant, u32)>,
}

impl State {
    pub(super) fn new(settings: Settings) -> State {
        State {
            settings,
            tokens: Vec::new(),
            requests: Vec::new(),
            connections: 0,
            store: Store::default(),
            window: None,
        }
    }

    /// The fault that befalls this request.
    pub(super) fn next_fault(&mut self, request: &Request) -> Fault {
        let faults = &mut self.settings.faults;
        match request.endpoint {
            Endpoint::Auth => faults.auth.next(),
            Endpoint::List if request.parameter("filter").is_some() => faults.find.next(),
            Endpoint::List => faults.list.next(),
            Endpoint::Lookup => faults.lookup.next(),
            Endpoint::Create => faults.create.next(),
            Endpoint::Patch => faults.patch.next(),
            Endpoint::Other => Fault::None,
        }
    }

    /// Carries a request out and answers it, with what others do in the meantime. `segments` are
    /// the parts of its path, decoded.
    pub(super) fn respond(&mut self, request: &Request, segments: &[String]) -> Answer {
        let (before, after) = match request.endpoint {
            Endpoint::Patch => (Moment::BeforePatch, Moment::AfterPatch),
            Endpoint::Create => (Moment::BeforeCreate, Moment::AfterCreate),
            _ => return self.carry_out(request, segments),
        };
        self.let_rivals_act(before);
        let answer = self.carry_out(request, segments);
        if answer.status < 300 {
            self.let_rivals_act(after);
        }
        answer
    }

    fn carry_out(&mut self, request: &Request, segments: &[String]) -> Answer {
        if let Some(answer) = self.over_rate(request) {
            return answer;
        }
        let State {
            settings,
            tokens,
            store,
            ..
        } = self;
        if request.endpoint == Endpoint::Auth {
            if let Some(answer) = wrong_type(request, "application/json") {
                return answer;
            }
            return auth::answer(settings, tokens, request);
        }
        let [first, slug, rest @ ..] = segments else {
            return odin_error(404, "not-found", "no such path");
        };
        if first != "accounts" || !rest.starts_with(&["scim".into(), "v2".into(), "Users".into()]) {
            return odin_error(404, "not-found", "no such path");
        }
        if let Some(answer) = auth::refusal(settings, tokens, request) {
            return answer;
        }
        if *slug != settings.slug {
            return scim_error(403, None, "Not authorized to access this account");
        }
        let id = rest.get(3).map_or("", String::as_str);
        match request.endpoint {
            Endpoint::List => {
                store.reveal(settings);
                list::answer(settings, request)
            }
            Endpoint::Lookup => {
                store.reveal(settings);
                users::lookup(settings, id)
            }
            Endpoint::Create => wrong_type(request, "application/scim+json")
                .unwrap_or_else(|| users::create(settings, store, request)),
            Endpoint::Patch => wrong_type(request, "application/scim+json")
                .unwrap_or_else(|| users::patch(settings, store, request, id)),
            Endpoint::Auth | Endpoint::Other => {
                scim_error(405, None, "The method is not supported for this endpoint")
            }
        }
    }

    fn over_rate(&mut self, request: &Request) -> Option<Answer> {
        let limit = self.settings.rate_limit?;
        let (since, requests) = match self.window {
            Some((since, requests)) if since.elapsed() < limit.per => (since, requests),
            _ => (Instant::now(), 0),
        };
        self.window = Some((since, requests.saturating_add(1)));
        if requests < limit.requests {
            return None;
        }
        let left = limit
            .per
            .saturating_sub(since.elapsed())
            .as_secs_f64()
            .ceil() as u64;
        Answer::instead(&Fault::TooManyRequests(RetryAfter::Seconds(left)), request)
    }
}

/// 415 if the body is not of this type; the API description names no other.
fn wrong_type(request: &Request, expected: &str) -> Option<Answer> {
    let given = request.header("content-type").unwrap_or_default();
    let given = given.split(';').next().unwrap_or_default().trim();
    (!given.eq_ignore_ascii_case(expected))
        .then(|| scim_error(415, None, &format!("The body must be {expected}")))
}

/// Changes to the accounts, made at once or shown later.
#[derive(Debug, Default)]
pub(super) struct Store {
    pending: Vec<Pending>,
    created: u64,
}

#[derive(Debug)]
struct Pending {
    reads_left: u32,
    position: Option<u64>,
    account: Account,
}

impl Store {
    /// Puts an account at a position, or at the end.
    pub(super) fn put(&mut self, settings: &mut Settings, position: Option<u64>, account: Account) {
        let reads_left = settings.reads_until_visible;
        self.pending.push(Pending {
            reads_left,
            position,
            account,
        });
        if reads_left == 0 {
            self.reveal(settings);
        }
    }

    /// Lets one read pass: changes whose time has come are visible to it.
    pub(super) fn reveal(&mut self, settings: &mut Settings) {
        let (ready, later): (Vec<_>, Vec<_>) = self
            .pending
            .drain(..)
            .partition(|change| change.reads_left == 0);
        self.pending = later;
        for change in &mut self.pending {
            change.reads_left -= 1;
        }
        for Pending {
            position, account, ..
        } in ready
        {
            match position {
                Some(position) => settings.accounts.replace(position, account),
                None => settings.accounts.push(account),
            }
        }
    }

    /// The account at a position with the changes that cannot be seen yet.
    pub(super) fn latest(&self, settings: &Settings, position: u64) -> Option<Account> {
        let pending = self
            .pending
            .iter()
            .rev()
            .find(|change| change.position == Some(position));
        match pending {
            Some(change) => Some(change.account.clone()),
            None => settings.accounts.get(position),
        }
    }

    /// New accounts that cannot be seen yet.
    pub(super) fn unseen(&self) -> impl Iterator<Item = &Account> {
        self.pending
            .iter()
            .filter(|change| change.position.is_none())
            .map(|change| &change.account)
    }

    /// Forgets every change that cannot be seen yet.
    pub(super) fn forget(&mut self) {
        self.pending.clear();
    }

    /// An identifier for a new account, in the style of ten hex digits.
    pub(super) fn new_id(&mut self) -> String {
        self.created += 1;
        format!(
            "{:010x}",
            0x6e_e500_0000_u64 + self.created.wrapping_mul(0x9E_3779) % 0x0100_0000
        )
    }
}
