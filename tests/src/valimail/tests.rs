//! The stand-in as a client meets it, over a plain socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::{APP_ID, Account, CLIENT_ID, EXTENSION, PATCH_OP, SLUG, Standin};

mod faulty;
mod reading;
mod writing;

/// What came back: nothing at all if the status is 0.
#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
    /// Whether the body ended as its framing promised.
    whole: bool,
    /// The error that ended the connection.
    error: Option<std::io::ErrorKind>,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    fn ids(&self) -> Vec<String> {
        let resources = self.json()["Resources"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        resources
            .iter()
            .map(|user| user["id"].as_str().unwrap_or("?").to_owned())
            .collect()
    }
}

struct Client<'a> {
    standin: &'a Standin,
    token: String,
}

impl<'a> Client<'a> {
    fn new(standin: &'a Standin) -> Client<'a> {
        let client = Client {
            standin,
            token: String::new(),
        };
        let reply = client.auth();
        let token = reply.json()["token"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        Client { token, ..client }
    }

    fn auth(&self) -> Reply {
        let body = json!({"client-id": CLIENT_ID, "app-id": APP_ID});
        self.send(
            "POST",
            "/auth",
            "Content-Type: application/json\r\n",
            &body.to_string(),
        )
    }

    fn get(&self, rest: &str) -> Reply {
        self.send(
            "GET",
            &format!("/accounts/{SLUG}/scim/v2/Users{rest}"),
            "",
            "",
        )
    }

    fn write(&self, method: &str, rest: &str, body: Value) -> Reply {
        let path = format!("/accounts/{SLUG}/scim/v2/Users{rest}");
        self.send(
            method,
            &path,
            "Content-Type: application/scim+json\r\n",
            &body.to_string(),
        )
    }

    fn role(&self, id: &str, role: &str) -> Reply {
        self.write(
            "PATCH",
            &format!("/{id}"),
            json!({
                "schemas": [PATCH_OP],
                "Operations": [
                    {"op": "replace", "path": format!("{EXTENSION}.memberType"), "value": role},
                ],
            }),
        )
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Reply {
        self.limited(method, path, headers, body, usize::MAX)
    }

    /// Sends a request and reads until the connection ends, half a second brings nothing, or
    /// enough has come.
    fn limited(&self, method: &str, path: &str, headers: &str, body: &str, most: usize) -> Reply {
        let mut stream = TcpStream::connect(self.standin.address()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        let bearer = match self.token.as_str() {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}\r\n"),
        };
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{bearer}{headers}\
             Content-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let (mut all, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
        let error = loop {
            match stream.read(&mut buffer) {
                Ok(0) => break None,
                Ok(_) if all.len() >= most => break None,
                Ok(count) => all.extend_from_slice(&buffer[..count]),
                Err(error) => break Some(error.kind()),
            }
        };
        parse(&all, error)
    }
}

fn parse(all: &[u8], error: Option<std::io::ErrorKind>) -> Reply {
    let end = all.windows(4).position(|four| four == b"\r\n\r\n");
    let Some(end) = end else {
        let head = String::from_utf8_lossy(all).into_owned();
        return Reply {
            status: 0,
            head,
            body: Vec::new(),
            whole: false,
            error,
        };
    };
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut reply = Reply {
        status,
        head,
        body: Vec::new(),
        whole: false,
        error,
    };
    let mut rest = &all[end + 4..];
    if reply.header("transfer-encoding") != Some("chunked") {
        let length: usize = reply
            .header("content-length")
            .map_or(0, |text| text.parse().unwrap());
        reply.body = rest.to_vec();
        reply.whole = rest.len() == length;
        return reply;
    }
    while let Some(at) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&rest[..at]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        rest = &rest[at + 2..];
        reply.body.extend_from_slice(&rest[..size.min(rest.len())]);
        if size == 0 {
            reply.whole = true;
        }
        let Some(after) = rest.get(size + 2..) else {
            break;
        };
        rest = after;
    }
    reply
}

fn three() -> [Account; 3] {
    ["a", "b", "c"].map(|name| Account::new(name.repeat(10), format!("{name}@d.example")))
}
