//! The HTTP side: connections, requests, and the faults that befall an answer.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;

use super::answers::Answer;
use super::body::{Dropped, Ending, Outgoing};
use super::faults::Fault;
use super::log::{Endpoint, Request};
use super::source::{self, Pieces};
use super::state::State;
use super::wire::{Farewell, Wire};

/// What the connections share.
pub(super) type Shared = Arc<Mutex<State>>;

/// The state, also if a test panicked while it held it.
pub(super) fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    shared
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Serves every connection to the listener, for ever.
pub(super) async fn serve(listener: TcpListener, shared: Shared) {
    loop {
        // An error here is about one connection that ended before it was accepted.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        // Without this, small pieces wait for one another. It fails only on a dead connection.
        let _ = stream.set_nodelay(true);
        lock(&shared).connections += 1;
        let farewell = Rc::new(RefCell::new(Farewell::default()));
        let wire = Wire::new(stream, farewell.clone());
        let shared = shared.clone();
        let service = service_fn(move |request| answer(request, shared.clone(), farewell.clone()));
        // A connection ends with an error whenever a fault or the client ends it.
        tokio::task::spawn_local(async move {
            let _ = http1::Builder::new().serve_connection(wire, service).await;
        });
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    shared: Shared,
    farewell: Rc<RefCell<Farewell>>,
) -> Result<hyper::Response<Outgoing>, Dropped> {
    let (request, segments) = read(request).await?;
    let (fault, index) = {
        let mut state = lock(&shared);
        let fault = state.next_fault(&request);
        state.requests.push(Request {
            fault: fault.clone(),
            ..request.clone()
        });
        (fault, state.requests.len() - 1)
    };
    match &fault {
        Fault::Delay(time) => tokio::time::sleep(*time).await,
        Fault::Together(number) => together(&shared, *number).await,
        Fault::Hang => std::future::pending().await,
        Fault::Close => return Err(Dropped),
        Fault::Reset => return Err(end(&farewell, Farewell::Reset)),
        Fault::NotHttp => {
            return Err(end(
                &farewell,
                Farewell::Bytes(b"220 mail.example ESMTP\r\n"),
            ));
        }
        _ => {}
    }
    let response = {
        let mut state = lock(&shared);
        let answer =
            Answer::instead(&fault, &request).unwrap_or_else(|| state.respond(&request, &segments));
        let answer = answer.spoiled(&fault, &request);
        if fault == Fault::Lost {
            return Err(end(&farewell, Farewell::Reset));
        }
        if let Some(logged) = state.requests.get_mut(index) {
            logged.status = Some(answer.status);
        }
        let accepted = request.header("accept-encoding").unwrap_or_default();
        let gzip = state.settings.gzip && accepted.contains("gzip");
        respond(answer, fault, gzip, state.settings.piece)
    };
    Ok(response)
}

/// Waits until so many requests have met here.
async fn together(shared: &Shared, number: usize) {
    let met = || {
        let state = lock(shared);
        let faults = state.requests.iter().map(|request| &request.fault);
        faults
            .filter(|&fault| *fault == Fault::Together(number))
            .count()
    };
    while met() < number {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn end(farewell: &RefCell<Farewell>, how: Farewell) -> Dropped {
    *farewell.borrow_mut() = how;
    Dropped
}

/// Reads a request and the parts of its path.
async fn read(request: hyper::Request<Incoming>) -> Result<(Request, Vec<String>), Dropped> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, 1 << 20)
        .collect()
        .await
        .map_err(|_| Dropped)?
        .to_bytes();
    let path = head.uri.path();
    let segments: Vec<String> = path
        .split('/')
        .skip(1)
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let endpoint = match (head.method.as_str(), &parts[..]) {
        ("POST", ["auth"]) => Endpoint::Auth,
        ("GET", ["accounts", _, "scim", "v2", "Users"]) => Endpoint::List,
        ("GET", ["accounts", _, "scim", "v2", "Users", _]) => Endpoint::Lookup,
        ("POST", ["accounts", _, "scim", "v2", "Users"]) => Endpoint::Create,
        ("PATCH", ["accounts", _, "scim", "v2", "Users", _]) => Endpoint::Patch,
        _ => Endpoint::Other,
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = head.headers.iter();
    let request = Request {
        endpoint,
        method: head.method.as_str().into(),
        path: path.into(),
        query: form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect(),
        headers: headers
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect(),
        text: text(&body),
        body: serde_json::from_slice(&body).ok(),
        status: None,
        fault: Fault::None,
        at: Instant::now(),
    };
    Ok((request, segments))
}

/// The response for an answer that a fault may spoil.
fn respond(
    mut answer: Answer,
    fault: Fault,
    gzip: bool,
    piece: usize,
) -> hyper::Response<Outgoing> {
    if gzip && answer.compressible {
        answer.body = source::gzipped(answer.body);
        answer = answer.with("content-encoding", "gzip");
    }
    let mut length = answer.measured.then(|| source::measure(&answer.body));
    let (mut left, mut ending, mut piece, mut pace) = (u64::MAX, Ending::Complete, piece, None);
    match fault {
        Fault::CutBody(bytes) => (left, ending) = (bytes, Ending::Cut),
        Fault::HangMidBody(bytes) => (left, ending) = (bytes, Ending::Hang),
        Fault::Truncated(bytes) => {
            left = bytes;
            length = length.map(|length| length.min(bytes));
        }
        Fault::Trickle(time) => (piece, pace) = (1, Some(time)),
        Fault::HugeHeader(bytes) => answer = answer.with("x-padding", "a".repeat(bytes)),
        Fault::ContentType(content_type) => {
            answer.headers.retain(|(name, _)| *name != "content-type");
            answer = answer.with("content-type", content_type);
        }
        _ => {}
    }
    let pieces = Pieces::new((answer.body)(), piece);
    let body = Outgoing {
        pieces,
        left,
        ending,
        length,
        pace,
        wait: None,
        drained: false,
    };
    let mut response = hyper::Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response
        .body(body)
        .expect("statuses and headers in scripts are valid HTTP")
}
