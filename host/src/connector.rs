//! A connector: a component that has been read, checked, compiled and asked who it is.

mod description;
mod digest;
mod exports;
mod interface;

pub use digest::Digest;
pub use exports::Exports;
pub use interface::{Interface, Names};

use crate::{
    cache,
    contract::describe::Description,
    egress::{Clients, Gate, Operation, Options},
    engine::Engine,
    failure::{Failure, Kind, Result},
    sandbox::{self, Limits, State, Variables},
};
use exports::ExportsPre;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use wasmtime::{
    Store,
    component::{Component, Linker},
};

/// Bytes of a component's file.
const LARGEST: u64 = 64 << 20;
/// To describe itself, a component needs next to nothing.
const DESCRIBE: Limits = Limits {
    memory: 64 << 20,
    time: Duration::from_secs(10),
};

/// A connector, ready to run.
pub struct Connector {
    engine: Engine,
    exports: ExportsPre,
    /// Where it comes from.
    pub file: File,
    /// What it imports and exports.
    pub interface: Interface,
    /// What it says of itself.
    pub description: Description,
}

/// The file that a connector comes from.
#[derive(Debug, Clone)]
pub struct File {
    /// As it was given.
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    /// Of its bytes.
    pub digest: Digest,
}

/// A running instance, for one operation.
pub struct Instance {
    /// Dropping it stops the component.
    pub store: Store<State>,
    /// The component's functions, to be called with the store.
    pub exports: Exports,
}

impl Instance {
    /// Says what the component is called for next, which decides what it may send.
    pub fn enter(&mut self, operation: Operation) {
        self.store.data_mut().enter(operation);
    }
}

impl Connector {
    /// Reads a component from a file and asks it to describe itself. If it is `pinned`, nothing of
    /// a file with another digest is run.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is another one, is no component, or is none that this host can
    /// run.
    pub async fn load(path: &Path, pinned: Option<Digest>) -> Result<Self> {
        let engine = Engine::new()?;
        let bytes = read(path)?;
        let file = File {
            path: path.to_owned(),
            size: bytes.len() as u64,
            digest: Digest::of(&bytes),
        };
        if let Some(pinned) = pinned.filter(|pinned| *pinned != file.digest) {
            return Err(Failure::new(
                Kind::FailedPrecondition,
                format!(
                    "{} has the digest {}, and only {pinned} may be run",
                    path.display(),
                    file.digest
                ),
            )
            .hint("Nothing of it has been run. If you know and trust it, change --digest."));
        }
        let component = compile(&engine, &file, &bytes)?;
        drop(bytes);
        let names = Names::of(&component, engine.wasmtime());
        let unfit = |why: String| {
            Failure::new(Kind::FailedPrecondition, why)
                .context(format!("cannot run {}", path.display()))
        };
        let interface = names.check().map_err(|why| unfit(why.to_string()))?;
        let exports = link(&engine, &component, &interface).map_err(|e| unfit(format!("{e:#}")))?;
        let mut connector = Self {
            engine,
            exports,
            file,
            interface,
            description: nameless(),
        };
        let description = connector.describe().await?;
        description::check(&description).map_err(|what| {
            let what = format!("the component's description of itself is of no use: {what}");
            unfit(what).hint(FAULT)
        })?;
        connector.description = description;
        Ok(connector)
    }

    async fn describe(&self) -> Result<Description> {
        let clients = Clients::new(Options {
            timeout: DESCRIBE.time,
            user_agent: String::new(),
        });
        let gate = Gate::new(Operation::Describe, Arc::default(), Arc::new(clients));
        self.call(gate, Arc::default(), &DESCRIBE, async |instance| {
            let exports = &instance.exports.describe;
            let described = instance
                .store
                .run_concurrent(async |accessor| exports.call_describe(accessor).await)
                .await;
            described.flatten()
        })
        .await
    }

    /// Makes an instance, lets `work` call it, and drops it again.
    ///
    /// # Errors
    ///
    /// When the component traps, or takes longer than `limits` allow.
    pub async fn call<T>(
        &self,
        gate: Gate,
        variables: Arc<Variables>,
        limits: &Limits,
        work: impl AsyncFnOnce(&mut Instance) -> wasmtime::Result<T>,
    ) -> Result<T> {
        let operation = gate.operation;
        let name = match self.description.name.as_str() {
            "" => self
                .file
                .path
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default(),
            name => name.to_owned(),
        };
        let redacted = Arc::clone(&variables);
        let mut store = sandbox::store(&self.engine, &name, gate, variables, limits);
        let run = async {
            let exports = self.exports.instantiate(&mut store).await?;
            work(&mut Instance { store, exports }).await
        };
        match tokio::time::timeout(limits.time, run).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(trapped(&name, operation, &redacted.redact(&cause(&error)))),
            Err(_) => {
                let failure = Failure::new(
                    Kind::DeadlineExceeded,
                    format!(
                        "{name} did not come to an end within {:?}, and was stopped during {operation}",
                        limits.time
                    ),
                );
                Err(failure.hint(match operation {
                    // Its limit is fixed.
                    Operation::Describe => FAULT,
                    _ => "Allow more time with --time-limit, if the connector has so much to do.",
                }))
            }
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let failed = |e: std::io::Error| {
        let kind = match e.kind() {
            std::io::ErrorKind::NotFound => Kind::NotFound,
            _ => Kind::Other,
        };
        Failure::of(kind, e).context(format!("cannot read the component {}", path.display()))
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.len() > LARGEST {
        return Err(Failure::new(
            Kind::ResourceExhausted,
            format!(
                "{} is larger than {} MiB, which no connector is",
                path.display(),
                LARGEST >> 20
            ),
        ));
    }
    std::fs::read(path).map_err(failed)
}

fn compile(engine: &Engine, file: &File, bytes: &[u8]) -> Result<Component> {
    let cache = cache::directory();
    if let Some(directory) = &cache
        && let Some(component) = cache::load(engine, directory, &file.digest.hex())
    {
        return Ok(component);
    }
    let path = file.path.display();
    // The layer is in the upper half of the version: 0 for a module, 1 for a component.
    match bytes.get(..8) {
        Some([b'\0', b'a', b's', b'm', .., 0, 0]) => {
            return Err(Failure::new(
                Kind::InvalidArgument,
                format!("{path} is a core WebAssembly module, not a component"),
            )
            .hint(
                "Build it for the target wasm32-wasip2, or run `wasm-tools component new` on it.",
            ));
        }
        Some([b'\0', b'a', b's', b'm', ..]) => {}
        _ => {
            return Err(Failure::new(
                Kind::InvalidArgument,
                format!("{path} is not WebAssembly"),
            ));
        }
    }
    let component = Component::from_binary(engine.wasmtime(), bytes).map_err(|e| {
        Failure::new(Kind::InvalidArgument, cause(&e))
            .context(format!("{path} is not a valid component"))
    })?;
    if let Some(directory) = &cache
        && let Err(error) = cache::store(engine, directory, &file.digest.hex(), &component)
    {
        tracing::debug!(directory = %directory.display(), %error, "compiled component is not kept");
    }
    Ok(component)
}

fn link(
    engine: &Engine,
    component: &Component,
    interface: &Interface,
) -> wasmtime::Result<ExportsPre> {
    let linker: Linker<State> = sandbox::linker(engine)?;
    ExportsPre::new(linker.instantiate_pre(component)?, interface)
}

/// What a trap says, without the places in machine code where it happened.
fn cause(error: &wasmtime::Error) -> String {
    error.root_cause().to_string()
}

/// Advice for whoever meets one.
const FAULT: &str = "This is a fault in the connector.";

fn trapped(name: &str, operation: Operation, cause: &str) -> Failure {
    crashed(cause, format!("{name} crashed during {operation}"))
}

/// A component that has come to a bad end; `what` says at what.
pub(crate) fn crashed(cause: &str, what: String) -> Failure {
    Failure::new(Kind::Internal, format!("{what}: {cause}")).hint(
        "This is a fault in the connector, or one of its limits; what it printed before is in the log.",
    )
}

/// What stands until the component has described itself.
pub(crate) fn nameless() -> Description {
    Description {
        name: String::new(),
        display_name: String::new(),
        version: String::new(),
        help_url: None,
        icon_url: None,
        resource_types: Vec::new(),
        settings: Vec::new(),
        outbound_requests: Vec::new(),
        account_form: None,
        actions: Vec::new(),
    }
}
