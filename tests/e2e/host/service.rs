//! A service that does what a test tells it to, and no sooner.

use crate::support::misfit;
use e2e::host::Host;
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::Duration,
};

/// Nothing here takes so long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// A port on which nobody answers until a test does.
pub struct Service(TcpListener);

impl Service {
    pub fn start() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").expect("a free port"))
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.0.local_addr().expect("an address"))
    }

    /// Waits for a request.
    pub fn request(&self) -> Request {
        let (mut connection, _) = self.0.accept().expect("a connection");
        connection
            .set_read_timeout(Some(PATIENCE))
            .expect("a timeout");
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            connection.read_exact(&mut byte).expect("a request");
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("a text");
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().expect("a length"))
        });
        let mut body = vec![0; length.unwrap_or(0)];
        connection.read_exact(&mut body).expect("a body");
        Request {
            head,
            body: String::from_utf8(body).expect("a text"),
            connection,
        }
    }

    /// Whether nobody has tried to connect.
    pub fn is_untouched(&self) -> bool {
        self.0.set_nonblocking(true).expect("it can be set");
        self.0.accept().is_err()
    }
}

/// A host that may reach a service, and is to send a request.
pub fn asking(service: &Service, method: &str, url: &str) -> Host {
    let origin = service.origin();
    misfit("ask")
        .env("BATON_ORIGIN", &origin)
        .env("BATON_ALLOW_OUTBOUND", &origin)
        .env("BATON_METHOD", method)
        .env("BATON_URL", &url.replace("{origin}", &origin))
}

/// A request that waits for its answer.
pub struct Request {
    pub head: String,
    pub body: String,
    connection: TcpStream,
}

impl Request {
    /// `GET /allowed`.
    pub fn line(&self) -> &str {
        let line = self.head.lines().next().unwrap_or_default();
        line.strip_suffix(" HTTP/1.1").unwrap_or(line)
    }

    /// Answers with a status and a header or none, and without a body.
    pub fn answer(mut self, status: &str, header: &str) {
        let head =
            format!("HTTP/1.1 {status}\r\n{header}content-length: 0\r\nconnection: close\r\n\r\n");
        self.connection
            .write_all(head.as_bytes())
            .expect("the answer is taken");
    }
}
