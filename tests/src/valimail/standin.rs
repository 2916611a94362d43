//! The stand-in as a test holds it.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use tokio::sync::oneshot;
use tokio::task::LocalSet;

use super::account::Account;
use super::accounts::Accounts;
use super::log::{Endpoint, Request};
use super::server::{self, Shared, lock};
use super::settings::Settings;
use super::state::State;

/// A running stand-in on a port of its own, with a thread of its own. It stops, and drops every
/// connection, when it is dropped.
#[derive(Debug)]
pub struct Standin {
    address: SocketAddr,
    shared: Shared,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Standin {
    /// Starts on a free port of 127.0.0.1.
    pub fn start(settings: Settings) -> Standin {
        Standin::listen("127.0.0.1:0".parse().expect("it is an address"), settings)
            .expect("127.0.0.1 has a free port")
    }

    /// Starts on this address.
    pub fn listen(address: SocketAddr, settings: Settings) -> io::Result<Standin> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let shared = Shared::new(State::new(settings).into());
        let (stop, stopped) = oneshot::channel();
        let theirs = shared.clone();
        let thread = std::thread::Builder::new()
            .name("valimail".into())
            .spawn(move || {
                LocalSet::new().block_on(&runtime, async move {
                    let listener = tokio::net::TcpListener::from_std(listener)
                        .expect("a listener that does not block can be registered");
                    tokio::select! {
                        _ = stopped => {}
                        () = server::serve(listener, theirs) => {}
                    }
                });
            })?;
        Ok(Standin {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared).requests.clone()
    }

    /// The requests to one endpoint so far.
    pub fn requests_to(&self, endpoint: Endpoint) -> Vec<Request> {
        let state = lock(&self.shared);
        state
            .requests
            .iter()
            .filter(|request| request.endpoint == endpoint)
            .cloned()
            .collect()
    }

    /// How many requests one endpoint has had.
    pub fn count(&self, endpoint: Endpoint) -> usize {
        let state = lock(&self.shared);
        state
            .requests
            .iter()
            .filter(|request| request.endpoint == endpoint)
            .count()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        lock(&self.shared).requests.clear();
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        lock(&self.shared).connections
    }

    /// Changes the settings; the next request meets them.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut lock(&self.shared).settings);
    }

    /// Puts other accounts in the place of those that there are.
    pub fn set_accounts(&self, accounts: impl Into<Accounts>) {
        let mut state = lock(&self.shared);
        state.settings.accounts = accounts.into();
        state.store.forget();
    }

    /// The accounts as they are now, with what POST and PATCH did to them, so far as it can be
    /// seen.
    pub fn accounts(&self) -> Accounts {
        lock(&self.shared).settings.accounts.clone()
    }

    /// The account with this identifier or address.
    pub fn account(&self, id_or_user_name: &str) -> Option<Account> {
        self.accounts().find(id_or_user_name)
    }

    /// Every token issued so far.
    pub fn tokens(&self) -> Vec<String> {
        lock(&self.shared)
            .tokens
            .iter()
            .map(|token| token.text.clone())
            .collect()
    }

    /// Everything that no output may contain: the app id and every token issued so far.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = self.tokens();
        secrets.push(lock(&self.shared).settings.app_id.clone());
        secrets
    }

    /// Makes every token issued so far worthless. [`Standin::tokens`] still lists them.
    pub fn revoke_tokens(&self) {
        lock(&self.shared)
            .tokens
            .iter_mut()
            .for_each(super::auth::Token::revoke);
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread has already ended if nobody receives this.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // A panic over there has been printed; a second one here would abort the test.
            let _ = thread.join();
        }
    }
}
