//! Connections: TLS, and one of two things by path.

use super::{
    messages::baton_service_server::BatonServiceServer, service::Service, state::State, token,
};
use hyper::{body::Incoming, service::service_fn};
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

/// The state, and whoever waits for it to change.
#[derive(Clone)]
pub(super) struct Shared(Arc<(Mutex<State>, Condvar)>);

impl Shared {
    pub(super) fn new(state: State) -> Self {
        Self(Arc::new((Mutex::new(state), Condvar::new())))
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.lock());
        self.0.1.notify_all();
        changed
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a change, or for a moment.
    pub(super) fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let moment = std::time::Duration::from_millis(100);
        let waited = self.0.1.wait_timeout(state, moment);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Something that can be cut.
#[derive(Clone)]
pub(super) struct Connection(Arc<watch::Sender<bool>>);

impl Connection {
    /// Breaks off, so that nothing comes after this.
    pub(super) async fn cut(&self) -> ! {
        self.0.send_replace(true);
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
        tokio::spawn(connection);
    }
}

async fn connection(stream: TcpStream, tls: TlsAcceptor, authority: Arc<str>, shared: Shared) {
    let _ = stream.set_nodelay(true);
    // Whoever does not trust the certificate ends it here.
    let Ok(stream) = tls.accept(stream).await else {
        return;
    };
    let (sender, mut cut) = watch::channel(false);
    let connection = Connection(Arc::new(sender));
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
    if request.uri().path() == "/auth/v1/token" {
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
