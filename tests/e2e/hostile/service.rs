//! Services that attacks reach, or must not reach.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A service that writes down what it hears, and answers in its own way.
pub struct Service {
    origin: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Heard {
    pub head: String,
    pub body: String,
}

impl Heard {
    /// `GET /allowed`.
    pub fn line(&self) -> &str {
        let line = self.head.lines().next().unwrap_or_default();
        line.strip_suffix(" HTTP/1.1").unwrap_or(line)
    }
}

impl Service {
    /// One that answers each request with what `answer` writes.
    pub fn start(answer: impl Fn(&Heard, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let (book, answer) = (Arc::clone(&heard), Arc::new(answer));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (book, answer) = (Arc::clone(&book), Arc::clone(&answer));
                thread::spawn(move || serve(connection, &book, &*answer));
            }
        });
        Self { origin, heard }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        self.origin.clone()
    }

    /// What it has heard.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("a lock").clone()
    }
}

/// A place that no attack may reach.
pub struct Canary(TcpListener);

impl Canary {
    pub fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").expect("a free port"))
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.0.local_addr().expect("an address"))
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.0.local_addr().expect("an address").port()
    }

    /// That nobody has tried to connect.
    pub fn is_untouched(&self) {
        self.0.set_nonblocking(true).expect("it can be set");
        let reached = self.0.accept();
        assert!(reached.is_err(), "it has been reached: {reached:?}");
    }
}

fn serve(
    mut connection: TcpStream,
    book: &Mutex<Vec<Heard>>,
    answer: &dyn Fn(&Heard, &mut TcpStream),
) {
    let reading = connection.try_clone().expect("a connection");
    let mut reading = BufReader::new(reading);
    loop {
        let heard = hear(&mut reading);
        if heard.head.is_empty() {
            return;
        }
        book.lock().expect("a lock").push(heard.clone());
        answer(&heard, &mut connection);
    }
}

fn hear(reading: &mut impl BufRead) -> Heard {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reading.read_line(&mut head).unwrap_or(0) == 0 {
            break;
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let length = name.eq_ignore_ascii_case("content-length");
        length.then(|| value.trim().parse().expect("a length"))
    });
    let mut body = vec![0; length.unwrap_or(0)];
    let _ = reading.read_exact(&mut body);
    let body = String::from_utf8_lossy(&body).into_owned();
    Heard { head, body }
}

/// Answers without a body.
pub fn empty(connection: &mut TcpStream) {
    whole(connection, "", b"");
}

/// Answers with headers (each with its line break) and a body.
pub fn whole(connection: &mut TcpStream, headers: &str, body: &[u8]) {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {length}\r\n\r\n");
    // Nobody may be there any more.
    let _ = connection.write_all(head.as_bytes());
    let _ = connection.write_all(body);
}

/// Answers with a body that has no end, as fast as it is taken.
pub fn endless(connection: &mut TcpStream) {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n";
    let mut sent = connection.write_all(head);
    while sent.is_ok() {
        sent = connection.write_all(&[b'x'; 64 << 10]);
    }
}

/// Says nothing until the other side has gone.
pub fn hold(connection: &mut TcpStream) {
    let _ = connection.read(&mut [0]);
}
