//! Reaching out: requests, and everything else that a program may try.

use crate::{
    component::{End, Page, setting},
    contract::{
        exports::identity::connector::list_resources::{Item, Listed},
        identity::connector::types::{Attribute, Error, Value},
    },
    well::listed,
};
use bytes::Bytes;
use spin_sdk::{
    http::{FullBody, Response},
    wasip3::http::types::ErrorCode,
};
use std::{
    env, fmt, fs,
    io::Read,
    net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket},
};

/// Sends the request that `method` and `url` describe, and lists what came of it.
pub async fn ask(mut page: Page) -> End {
    let answer = answer().await?;
    page.send(vec![Item::Listed(listed("group", "answer", &answer))])
        .await;
    Ok(None)
}

/// What came of the request that `method` and `url` describe.
pub async fn answer() -> Result<String, Error> {
    let url = match setting("url").await {
        url if url.is_empty() => format!("{}/allowed", setting("origin").await),
        url => url,
    };
    let request = http::Request::builder()
        .method(setting("method").await.as_str())
        .uri(url)
        .body(FullBody::new(Bytes::new()))
        .map_err(|error| Error::InvalidArgument(error.to_string()))?;
    let response: Response = spin_sdk::http::send(request).await.map_err(failed)?;
    Ok(format!("answered {}", response.status()))
}

fn failed(code: ErrorCode) -> Error {
    Error::PermissionDenied(format!("the request failed: {code:?}"))
}

/// Tries everything that a program may do on a computer, and lists what came of it.
pub async fn look_around(mut page: Page) -> End {
    let origin = setting("origin").await;
    let address = origin.trim_start_matches("http://");
    let mut input = Vec::new();
    let stdin = std::io::stdin().read_to_end(&mut input);
    let sights = [
        ("arguments", env::args().count().to_string()),
        ("environment", env::vars().count().to_string()),
        ("input", came_of(stdin)),
        ("working_directory", came_of(entries("."))),
        ("root_directory", came_of(entries("/"))),
        (
            "password_file",
            came_of(fs::read("/etc/passwd").map(|_| "read")),
        ),
        (
            "new_file",
            came_of(fs::write("/tmp/misfit", "x").map(|()| "written")),
        ),
        (
            "relative_file",
            came_of(fs::write("misfit", "x").map(|()| "written")),
        ),
        (
            "tcp",
            came_of(TcpStream::connect(address).map(|_| "connected")),
        ),
        (
            "listening",
            came_of(TcpListener::bind("127.0.0.1:0").map(|_| "listening")),
        ),
        ("udp", came_of(udp(address))),
        (
            "names",
            came_of("localhost:80".to_socket_addrs().map(|_| "resolved")),
        ),
    ];
    let profile = sights.map(|(name, sight)| Attribute {
        name: name.to_owned(),
        value: Value::Text(sight),
    });
    let mut seen: Listed = listed("group", "sights", "Sights");
    seen.resource.profile = profile.into();
    page.send(vec![Item::Listed(seen)]).await;
    Ok(None)
}

fn entries(path: &str) -> std::io::Result<usize> {
    Ok(fs::read_dir(path)?.count())
}

fn udp(address: &str) -> std::io::Result<usize> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.send_to(b"anybody?", address)
}

fn came_of(result: std::io::Result<impl fmt::Display>) -> String {
    match result {
        Ok(value) => format!("ok: {value}"),
        Err(error) => format!("failed: {error}"),
    }
}
