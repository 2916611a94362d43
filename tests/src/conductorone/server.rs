//! Connections: TLS, and one of two things by path.

use super::{
    faults::Method, messages::baton_service_server::BatonServiceServer, service::Service,
    state::State, token,
};
use hyper::{StatusCode, Version, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use std::{
    convert::Infallible,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};
use tonic::{body::Body, codegen::Service as _};

/// What the path of every method begins with.
const PREFIX: &str = "/c1.connectorapi.baton.v1.BatonService/";

/// The state, and whoever waits for it to change.
#[derive(Clone)]
pub(super) struct Shared(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    changed: Condvar,
    swallows: watch::Sender<bool>,
}

impl Shared {
    pub(super) fn new(state: State) -> Self {
        Self(Arc::new(Inner {
            state: Mutex::new(state),
            changed: Condvar::new(),
            swallows: watch::Sender::new(false),
        }))
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.lock());
        self.0.changed.notify_all();
        changed
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets whatever comes disappear, or no more.
    pub(super) fn swallow(&self, swallows: bool) {
        self.0.swallows.send_replace(swallows);
    }

    /// Waits for a change, or for a moment.
    pub(super) fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let moment = std::time::Duration::from_millis(100);
        let waited = self.0.changed.wait_timeout(state, moment);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Something that can be cut.
#[derive(Clone)]
pub(super) struct Connection {
    /// No two have the same one.
    pub number: u64,
    cut: Arc<watch::Sender<bool>>,
}

impl Connection {
    /// Breaks off, so that nothing comes after this.
    pub(super) async fn cut(&self) -> ! {
        self.cut.send_replace(true);
        std::future::pending().await
    }
}

/// Serves every connection to the listener, for ever.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    authority: Arc<str>,
    shared: Shared,
) {
    let tls = TlsAcceptor::from(tls);
    loop {
        // An error here is about one connection that ended before it was accepted.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let connection = connection(stream, tls.clone(), Arc::clone(&authority), shared.clone());
        tokio::spawn(unless_swallowed(connection, shared.clone()));
    }
}

/// Carries a connection on, with a pause whenever all is swallowed.
async fn unless_swallowed(connection: impl Future<Output = ()>, shared: Shared) {
    let mut swallows = shared.0.swallows.subscribe();
    let mut connection = std::pin::pin!(connection);
    loop {
        let _ = swallows.wait_for(|swallows| !swallows).await;
        tokio::select! {
            biased;
            _ = swallows.wait_for(|swallows| *swallows) => {}
            () = &mut connection => return,
        }
    }
}

async fn connection(stream: TcpStream, tls: TlsAcceptor, authority: Arc<str>, shared: Shared) {
    let _ = stream.set_nodelay(true);
    // Whoever does not trust the certificate ends it here.
    let Ok(stream) = tls.accept(stream).await else {
        return;
    };
    let (sender, mut cut) = watch::channel(false);
    let connection = Connection {
        number: shared.change(State::next_connection),
        cut: Arc::new(sender),
    };
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(connection.clone());
        let (authority, shared) = (Arc::clone(&authority), shared.clone());
        async move { Ok::<_, Infallible>(answer(request, &authority, shared).await) }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    tokio::select! {
        _ = builder.serve_connection(TokioIo::new(stream), service) => {}
        _ = cut.wait_for(|cut| *cut) => {}
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    authority: &str,
    shared: Shared,
) -> hyper::Response<Body> {
    if let Some(why) = stray(&request) {
        shared.change(|state| state.violations.push(why));
        let mut response = hyper::Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    }
    if request.uri().path() == token::PATH {
        let connection = request.extensions().get::<Connection>().cloned();
        let connection = connection.expect("a request comes by a connection");
        return token::answer(request, authority, &shared, &connection).await;
    }
    let mut service = BatonServiceServer::new(Service(shared));
    match service.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// What is wrong with a request, whatever is in it.
fn stray(request: &hyper::Request<Incoming>) -> Option<String> {
    let (method, path) = (request.method(), request.uri().path());
    if request
        .headers()
        .get("user-agent")
        .is_none_or(|agent| agent.is_empty())
    {
        return Some(format!("{method} {path} without a user-agent"));
    }
    match path.strip_prefix(PREFIX) {
        _ if method != hyper::Method::POST => Some(format!("{method} {path}")),
        None if path == token::PATH => None,
        Some(name) if Method::ALL.iter().any(|known| known.name() == name) => {
            match request.version() {
                Version::HTTP_2 => None,
                version => Some(format!("{path} over {version:?}")),
            }
        }
        _ => Some(format!("{path} is nothing that is known here")),
    }
}
