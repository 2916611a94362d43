//! Looking for the machine around the sandbox.

use crate::component::{End, Page, setting};
use spin_sdk::{
    variables,
    wasip3::clocks::{monotonic_clock, system_clock},
};
use std::{
    env, fmt, fs,
    io::Read,
    net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket},
    time::{Instant, SystemTime},
};

/// Reads of a clock.
const READS: usize = 20_000;

/// Tries everything that a program may do on a computer, and lists what came of it.
pub async fn look_around(mut page: Page) -> End {
    let origin = setting("origin").await;
    let address = origin.trim_start_matches("http://");
    let mut input = Vec::new();
    let stdin = std::io::stdin().read_to_end(&mut input);
    let found = [
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
            "own_memory",
            came_of(fs::read("/proc/self/mem").map(|_| "read")),
        ),
        (
            "new_file",
            came_of(fs::write("/tmp/hostile", "x").map(|()| "written")),
        ),
        (
            "relative_file",
            came_of(fs::write("hostile", "x").map(|()| "written")),
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
    page.tell("Sights", &found).await
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

/// Lists what there is to read under names that are none of its settings.
pub async fn read_variables(mut page: Page) -> End {
    let mut found = Vec::new();
    for name in [
        "home",
        "path",
        "baton_api_secret",
        "client_secret",
        "../env",
    ] {
        let value = variables::get(name).await;
        found.push((name, value.map_or("nothing".to_owned(), |value| value)));
    }
    page.tell("Variables", &found).await
}

/// Lists the smallest step of each clock, in nanoseconds.
pub async fn read_clocks(mut page: Page) -> End {
    let (start, epoch) = (Instant::now(), SystemTime::UNIX_EPOCH);
    let system = || {
        let now = system_clock::now();
        i128::from(now.seconds) * 1_000_000_000 + i128::from(now.nanoseconds)
    };
    let since_epoch = || epoch.elapsed().map_or(0, |time| time.as_nanos());
    let found = [
        ("monotonic", step(|| i128::from(monotonic_clock::now()))),
        ("system", step(system)),
        ("instant", step(|| start.elapsed().as_nanos() as i128)),
        ("system_time", step(|| since_epoch() as i128)),
        (
            "monotonic_resolution",
            monotonic_clock::get_resolution().to_string(),
        ),
        (
            "system_resolution",
            system_clock::get_resolution().to_string(),
        ),
    ];
    page.tell("Clocks", &found).await
}

fn step(clock: impl Fn() -> i128) -> String {
    let mut steps = Vec::new();
    let mut before = clock();
    for _ in 0..READS {
        let now = clock();
        if now != before {
            steps.push(now - before);
        }
        before = now;
    }
    // A clock that has not moved meanwhile has no step that would be too small.
    steps.into_iter().min().unwrap_or(i128::MAX).to_string()
}
