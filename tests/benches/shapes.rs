//! What it costs to bring accounts from a guest to the host, by the shape in which they come.
//!
//! `cargo bench --bench shapes` builds the guest (`tests/shapes`) and measures each shape in a
//! child process of its own, so that each has its own peak of memory.

use std::pin::Pin;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use exports::identity::shapes::shapes::Item;
use futures::channel::oneshot;
use identity::connector::types::Value;
use prost::Message;
use wasmtime::component::{
    Accessor, Component, Lift, Linker, Source, StreamConsumer, StreamReader, StreamResult,
};
use wasmtime::error::{Context as _, Result};
use wasmtime::{Config, Engine, Store, StoreContextMut, StoreLimits};
use wasmtime::{StoreLimitsBuilder, ensure};

#[path = "../shapes/src/protobuf.rs"]
mod protobuf;

wasmtime::component::bindgen!({
    world: "identity:shapes/bench",
    path: ["../wit", "shapes/wit"],
    exports: { default: async | store },
});

/// Each shape is measured so often, in one instance, and the best run counts.
const RUNS: u32 = 10;
/// Accounts in a run: a million in all.
const ACCOUNTS: u32 = 100_000;
/// The length of all texts of a run, the same in every shape.
const LENGTH: u64 = 22_933_340;

/// Accounts are made, and none is sent: what every shape costs before it costs anything.
const MAKE: &str = "make, send none";
/// What to measure: the name of a shape, and how much comes at once.
const CASES: [(&str, u32); 11] = [
    (MAKE, 0),
    ("call", 1),
    ("call", 256),
    ("stream<item>", 1),
    ("stream<item>", 64),
    ("stream<item>", 256),
    ("stream<item>", 1024),
    ("stream<list<item>>", 64),
    ("stream<list<item>>", 256),
    ("stream<list<item>>", 1024),
    ("stream<u8>", 64 << 10),
];

fn main() -> Result<()> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    if let [flag, case, compiled] = &args[..]
        && flag == "--case"
    {
        let (shape, batch) = CASES[case.parse::<usize>()?];
        futures::executor::block_on(measure(shape, batch, compiled))?;
        return Ok(());
    }
    // Compiled once here, so that the peaks of the cases are without the compiler's.
    let component = build_guest()?;
    let compiled = format!("{component}.compiled");
    std::fs::write(
        &compiled,
        Component::from_file(&engine()?, &component)?.serialize()?,
    )?;
    println!("shape                 at once  records/s  ns/record  peak RSS");
    for case in 0..CASES.len() {
        let status = Command::new(std::env::current_exe()?)
            .args(["--case", &case.to_string(), &compiled])
            .status()?;
        ensure!(status.success(), "case {case} failed");
    }
    Ok(())
}

/// Builds the component and returns its path.
fn build_guest() -> Result<String> {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--release", "--package", "shapes"])
        .args(["--target", "wasm32-wasip2"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "the guest does not build");
    serde_json::Deserializer::from_slice(&output.stdout)
        .into_iter::<serde_json::Value>()
        .filter_map(Result::ok)
        .filter(|message| message["target"]["name"] == "shapes")
        .find_map(|message| Some(message["filenames"][0].as_str()?.to_owned()))
        .context("cargo names no component")
}

/// Sets the engine up as the real host does.
fn engine() -> Result<Engine> {
    let mut config = Config::new();
    config
        .wasm_component_model_async(true)
        .epoch_interruption(true);
    Engine::new(&config)
}

#[expect(
    unsafe_code,
    reason = "this very program has written the file a moment ago"
)]
fn deserialize(engine: &Engine, compiled: &str) -> Result<Component> {
    // SAFETY: `main` has compiled it, into a directory that only the build writes to.
    unsafe { Component::deserialize_file(engine, compiled) }
}

/// Measures one case and prints its line.
async fn measure(shape: &'static str, batch: u32, compiled: &str) -> Result<()> {
    let engine = engine()?;
    let component = deserialize(&engine, compiled)?;
    let mut linker = Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&component)?;
    let limits = StoreLimitsBuilder::new().memory_size(256 << 20).build();
    let mut store = Store::new(&engine, limits);
    store.limiter(|limits: &mut StoreLimits| limits);
    store.set_epoch_deadline(1 << 32);
    let guest = Bench::instantiate_async(&mut store, &component, &linker).await?;
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let start = Instant::now();
        let length = store
            .run_concurrent(async |store| run(&guest, store, shape, batch).await)
            .await??;
        best = best.min(start.elapsed());
        let complete = length == LENGTH || shape == MAKE;
        ensure!(
            complete,
            "{length} bytes of texts have arrived, not {LENGTH}"
        );
    }
    println!(
        "{shape:<20} {batch:>8} {:>10.0} {:>10.0} {:>5.1} MiB",
        f64::from(ACCOUNTS) / best.as_secs_f64(),
        best.as_nanos() as f64 / f64::from(ACCOUNTS),
        peak_rss_kib().unwrap_or(f64::NAN) / 1024.0,
    );
    Ok(())
}

/// Takes all accounts once; returns the length of their texts.
async fn run(guest: &Bench, store: &Accessor<StoreLimits>, shape: &str, batch: u32) -> Result<u64> {
    let guest = guest.identity_shapes_shapes();
    match shape {
        "call" => {
            let mut length = 0;
            for first in (0..ACCOUNTS).step_by(batch as usize) {
                let count = batch.min(ACCOUNTS - first);
                length += items_length(&mut guest.call_call(store, first, count).await?);
            }
            Ok(length)
        }
        "stream<item>" => {
            let items = guest.call_items(store, ACCOUNTS, batch).await?;
            sum(store, items, batch, items_length).await
        }
        "stream<list<item>>" => {
            let lists = guest.call_lists(store, ACCOUNTS, batch).await?;
            sum(store, lists, 1, |lists| {
                lists
                    .drain(..)
                    .map(|mut list| items_length(&mut list))
                    .sum()
            })
            .await
        }
        "stream<u8>" => {
            let bytes = guest.call_bytes(store, ACCOUNTS, batch).await?;
            sum(store, bytes, 2 * batch, messages_length).await
        }
        _ => {
            guest.call_make(store, ACCOUNTS).await?;
            Ok(0)
        }
    }
}

/// Reads a stream to its end, at most `capacity` elements at once, and adds up what `take`
/// makes of them.
async fn sum<T: Lift + Send + Unpin + 'static>(
    store: &Accessor<StoreLimits>,
    stream: StreamReader<T>,
    capacity: u32,
    take: impl FnMut(&mut Vec<T>) -> u64 + Send + Unpin + 'static,
) -> Result<u64> {
    let total = Arc::new(AtomicU64::new(0));
    let (dropped, end) = oneshot::channel();
    let consumer = Sum {
        buffer: Vec::with_capacity(capacity as usize),
        take,
        total: Arc::clone(&total),
        _dropped: dropped,
    };
    store.with(|store| stream.pipe(store, consumer))?;
    // The stream's end is when the consumer is dropped; nothing is ever sent.
    let _ = end.await;
    Ok(total.load(Ordering::Relaxed))
}

struct Sum<T, F> {
    buffer: Vec<T>,
    take: F,
    total: Arc<AtomicU64>,
    _dropped: oneshot::Sender<()>,
}

impl<D, T, F> StreamConsumer<D> for Sum<T, F>
where
    T: Lift + Send + Unpin + 'static,
    F: FnMut(&mut Vec<T>) -> u64 + Send + Unpin + 'static,
{
    type Item = T;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        store: StoreContextMut<'_, D>,
        mut source: Source<'_, T>,
        _finish: bool,
    ) -> Poll<Result<StreamResult>> {
        let this = &mut *self;
        source.read(store, &mut this.buffer)?;
        let length = (this.take)(&mut this.buffer);
        this.total.fetch_add(length, Ordering::Relaxed);
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

/// Adds up the lengths of all texts of a `listed`, of the contract or of `protobuf`.
macro_rules! text_length {
    ($listed:expr, $text:pat => $value:ident) => {{
        let resource = &$listed.resource;
        let mut length = resource.id.resource_type.len() + resource.id.id.len();
        length += resource.display_name.len();
        if let Some(user) = &resource.user {
            let names = [&user.login, &user.given_name, &user.family_name];
            let texts = names.into_iter().flatten().chain(&user.emails);
            length += texts.map(String::len).sum::<usize>();
        }
        for attribute in &resource.profile {
            length += attribute.name.len();
            if let $text = &attribute.value {
                length += $value.len();
            }
        }
        for grant in &$listed.grants {
            let (on, to) = (&grant.entitlement.on, &grant.principal);
            length += on.resource_type.len() + on.id.len() + grant.entitlement.slug.len();
            length += to.resource_type.len() + to.id.len();
        }
        length as u64
    }};
}

fn items_length(items: &mut Vec<Item>) -> u64 {
    let mut length = 0;
    for item in items.iter() {
        if let Item::Listed(listed) = item {
            length += text_length!(listed, Value::Text(text) => text);
        }
    }
    items.clear();
    length
}

/// Takes the whole messages out of `buffer`. What is no message stays, and is missed in the sum.
fn messages_length(buffer: &mut Vec<u8>) -> u64 {
    let mut rest = &buffer[..];
    let length = std::iter::from_fn(|| next_message(&mut rest))
        .map(|listed| text_length!(listed, Some(protobuf::Value::Text(text)) => text))
        .sum();
    let taken = buffer.len() - rest.len();
    buffer.drain(..taken);
    length
}

fn next_message(rest: &mut &[u8]) -> Option<protobuf::Listed> {
    let mut message = *rest;
    let size = prost::decode_length_delimiter(&mut message).ok()?;
    let (message, after) = message.split_at_checked(size)?;
    *rest = after;
    protobuf::Listed::decode(message).ok()
}

/// Returns the most memory that this process has held so far.
fn peak_rss_kib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mut lines = status.lines();
    let peak = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.split_whitespace().next()?.parse().ok()
}
