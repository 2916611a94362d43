//! Services that speak TLS, and proxies on the way to them.

use bytes::Bytes;
use http_body_util::Empty;
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use std::{
    convert::Infallible,
    io::{self, BufRead, BufReader, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

/// Heads of requests, as they have arrived.
type Heads = Arc<Mutex<Vec<String>>>;

/// A service that answers everything with 204, over TLS, for as long as the test runs.
pub struct Secure {
    address: SocketAddr,
    heads: Heads,
}

impl Secure {
    pub fn start(tls: Arc<ServerConfig>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("it can be set");
        let address = listener.local_addr().expect("an address");
        let heads = Heads::default();
        let list = Arc::clone(&heads);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime
                .expect("a runtime")
                .block_on(serve(listener, tls.into(), list));
        });
        Self { address, heads }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `https://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("https://{}", self.address)
    }

    /// What has arrived: `GET /allowed`, and a line for each header.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("a list").clone()
    }
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, heads: Heads) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, heads) = (tls.clone(), Arc::clone(&heads));
        tokio::spawn(async move {
            // Whoever does not trust the certificate ends it here.
            let Ok(stream) = tls.accept(stream).await else {
                return;
            };
            let service = service_fn(move |request: Request<Incoming>| {
                heads.lock().expect("a list").push(head(&request));
                async {
                    let answer = Response::builder().status(204);
                    let answer = answer.body(Empty::<Bytes>::new()).expect("an answer");
                    Ok::<_, Infallible>(answer)
                }
            });
            let builder = auto::Builder::new(TokioExecutor::new());
            // A client that is gone has got what it wanted.
            let _ = builder
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn head(request: &Request<Incoming>) -> String {
    let mut head = format!("{} {}\n", request.method(), request.uri().path());
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\n", value.to_str().unwrap_or_default()));
    }
    head
}

/// A proxy that leads wherever it is told to by a test, whatever it is asked for.
pub struct Proxy {
    address: SocketAddr,
    heads: Heads,
}

impl Proxy {
    /// Tunnels lead to this address; what is no tunnel is answered with 204.
    pub fn to(address: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let own = listener.local_addr().expect("an address");
        let heads = Heads::default();
        let list = Arc::clone(&heads);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let list = Arc::clone(&list);
                // A client that is gone has got what it wanted.
                thread::spawn(move || drop(proxy(stream, address, &list)));
            }
        });
        Self {
            address: own,
            heads,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has arrived, to the empty line.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("a list").clone()
    }
}

fn proxy(mut client: TcpStream, to: SocketAddr, heads: &Heads) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let tunnel = head.starts_with("CONNECT ");
    heads.lock().expect("a list").push(head);
    if !tunnel {
        return client.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
    }
    let mut service = TcpStream::connect(to)?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let (mut from, mut back) = (service.try_clone()?, client.try_clone()?);
    let answers = thread::spawn(move || {
        let _ = io::copy(&mut from, &mut back);
        let _ = back.shutdown(Shutdown::Write);
    });
    let _ = io::copy(&mut reader, &mut service);
    let _ = service.shutdown(Shutdown::Write);
    let _ = answers.join();
    Ok(())
}
