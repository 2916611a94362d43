//! A connector: a component that has been read, checked, compiled and asked who it is.

pub mod compiler;
mod description;
mod digest;
mod exports;
mod interface;
mod structure;

pub use digest::Digest;
pub use exports::Exports;
pub use interface::{Interface, Names};

use crate::{
    cache,
    contract::describe::Description,
    egress::{Clients, Gate, Operation, Options},
    engine::Engine,
    failure::{Failure, Kind, Result},
    sandbox::{self, Cpu, Limits, State, Variables, cause},
};
use exports::ExportsPre;
use std::{
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use wasmtime::{
    Store,
    component::{Accessor, Component, Linker},
};

/// What a component's file has to be like, and what it may use to say what it is.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Only this one.
    pub digest: Option<Digest>,
    /// Bytes of the file.
    pub size: u64,
    /// Bytes of the stack that the component may use when it runs.
    pub stack: usize,
    /// Until it is compiled.
    pub compile: Duration,
    /// Until it has described itself.
    pub describe: Duration,
    /// What else it may use for that.
    pub limits: Limits,
    /// Where compiled components are kept; nowhere when there is no such place.
    pub cache: Option<PathBuf>,
    /// This program, to be run for compiling ([`compiler`]); it is done in this process without.
    pub compiler: Option<PathBuf>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            digest: None,
            size: 16 << 20,
            stack: 1 << 20,
            compile: Duration::from_secs(60),
            describe: Duration::from_secs(10),
            limits: Limits::default(),
            cache: cache::directory(),
            compiler: None,
        }
    }
}

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
    /// The component's functions.
    pub exports: Exports,
    call_time: Duration,
}

impl Instance {
    /// Says what the component is called for next, which decides what it may send.
    pub fn enter(&mut self, operation: Operation) {
        self.store.data_mut().enter(operation);
    }

    /// Calls the component, and stays until `work` has seen the end of what it gave back.
    ///
    /// # Errors
    ///
    /// When it traps, or takes longer than a call may. It is of no use any more then.
    pub async fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&Accessor<State>, &Exports) -> wasmtime::Result<T>,
    ) -> wasmtime::Result<T> {
        let Self {
            store,
            exports,
            call_time,
        } = self;
        let exports = &*exports;
        let called = store.run_concurrent(async |accessor| work(accessor, exports).await);
        match tokio::time::timeout(*call_time, called).await {
            Ok(done) => done.flatten(),
            Err(_) => Err(wasmtime::Error::msg(format!(
                "the call did not come to an end within {} s (--call-time-limit)",
                call_time.as_secs()
            ))),
        }
    }
}

impl Connector {
    /// Reads a component from a file and asks it to describe itself. Nothing of a file that is not
    /// as the `terms` say is run.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is another one, is no component, or is none that this host can
    /// run.
    pub async fn load(path: &Path, terms: Terms) -> Result<Self> {
        let engine = Engine::new(terms.stack)?;
        let bytes = read(path, terms.size)?;
        let file = File {
            path: path.to_owned(),
            size: bytes.len() as u64,
            digest: Digest::of(&bytes),
        };
        if let Some(pinned) = terms.digest.filter(|pinned| *pinned != file.digest) {
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
        let component = compile(&engine, &terms, &file, bytes).await?;
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
        let description = connector.describe(&terms).await?;
        description::check(&description).map_err(|what| {
            let what = format!("the component's description of itself is of no use: {what}");
            unfit(what).hint(FAULT)
        })?;
        connector.description = description;
        Ok(connector)
    }

    async fn describe(&self, terms: &Terms) -> Result<Description> {
        let clients = Clients::new(Options {
            timeout: terms.describe,
            ..Options::default()
        });
        let limits = Limits {
            time: terms.describe,
            ..terms.limits
        };
        let gate = Gate::new(Operation::Describe, Arc::default(), Arc::new(clients));
        self.call(gate, Arc::default(), &limits, async |instance| {
            let describe =
                async |on: &Accessor<State>, by: &Exports| by.describe.call_describe(on).await;
            instance.run(describe).await
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
        let cpu = Cpu::new(limits.cpu);
        let account = Arc::clone(&cpu);
        let mut store = sandbox::store(&self.engine, &name, gate, variables, limits, account);
        let run = cpu.metered(async {
            let exports = self.exports.instantiate(&mut store).await?;
            let mut instance = Instance {
                store,
                exports,
                call_time: limits.call_time,
            };
            work(&mut instance).await
        });
        match tokio::time::timeout(limits.time, run).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                let cause = redacted.redact(&cause(&error)).into_owned();
                Err(crashed(
                    &cause,
                    format!("{name} crashed during {operation}"),
                ))
            }
            Err(_) => {
                let (flag, hint) = match operation {
                    Operation::Describe => ("--describe-time-limit", FAULT),
                    _ => (
                        "--time-limit",
                        "Allow more time with --time-limit, if the connector has so much to do.",
                    ),
                };
                let what = format!(
                    "{name} did not come to an end within {} s ({flag}), and was stopped during {operation}",
                    limits.time.as_secs()
                );
                Err(Failure::new(Kind::DeadlineExceeded, what).hint(hint))
            }
        }
    }
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let failed = |e: std::io::Error| {
        let kind = match e.kind() {
            std::io::ErrorKind::NotFound => Kind::NotFound,
            _ => Kind::Other,
        };
        Failure::of(kind, e).context(format!("cannot read the component {}", path.display()))
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    let too_large = || {
        let what = format!(
            "{} is larger than {} MiB (--component-size-limit)",
            path.display(),
            limit >> 20
        );
        Failure::new(Kind::ResourceExhausted, what)
    };
    if metadata.len() > limit {
        return Err(too_large());
    }
    // It may be a pipe, or grow.
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    match bytes.len() as u64 > limit {
        true => Err(too_large()),
        false => Ok(bytes),
    }
}

async fn compile(engine: &Engine, terms: &Terms, file: &File, bytes: Vec<u8>) -> Result<Component> {
    let cache = terms.cache.as_deref();
    if let Some(directory) = cache
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
    let invalid = |why: String| {
        Failure::new(Kind::InvalidArgument, why).context(format!("{path} is not a valid component"))
    };
    structure::check(&bytes).map_err(invalid)?;
    let program = terms.compiler.as_deref();
    let compiling = compiler::compile(engine, program, terms.stack, bytes);
    let Ok(component) = tokio::time::timeout(terms.compile, compiling).await else {
        let what = format!(
            "{path} has not been compiled within {} s (--compile-time-limit)",
            terms.compile.as_secs()
        );
        return Err(Failure::new(Kind::DeadlineExceeded, what).hint(FAULT));
    };
    let component = component.map_err(|failure| match failure.kind {
        Kind::InvalidArgument => failure.context(format!("{path} is not a valid component")),
        _ => failure.context(format!("cannot run {path}")),
    })?;
    if let Some(directory) = cache
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

/// Advice for whoever meets one.
const FAULT: &str = "This is a fault in the connector.";

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
