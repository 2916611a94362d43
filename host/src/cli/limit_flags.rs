//! The flags of the sandbox's limits. Their doc comments are the help.

use clap::{Args, value_parser};
use connector_host::{connector::Terms, egress::Bounds, sandbox::Limits};
use std::time::Duration;

/// What a component's file may be like.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Limits")]
pub struct ComponentFlags {
    /// How large the component's file may be
    #[arg(long, value_name = "MIB", default_value_t = Terms::default().size >> 20, value_parser = value_parser!(u64).range(1..=1024))]
    pub component_size_limit: u64,
    /// How much stack the connector may use
    #[arg(long, value_name = "KIB", default_value_t = Terms::default().stack as u64 >> 10, value_parser = value_parser!(u64).range(64..=65536))]
    pub stack_limit: u64,
    /// How long it may take to compile the component
    #[arg(long, value_name = "SECONDS", default_value_t = Terms::default().compile.as_secs(), value_parser = value_parser!(u64).range(1..))]
    pub compile_time_limit: u64,
    /// How long the connector may take to describe itself
    #[arg(long, value_name = "SECONDS", default_value_t = Terms::default().describe.as_secs(), value_parser = value_parser!(u64).range(1..))]
    pub describe_time_limit: u64,
}

impl ComponentFlags {
    pub fn terms(&self) -> Terms {
        Terms {
            size: self.component_size_limit << 20,
            stack: bytes(self.stack_limit << 10),
            compile: Duration::from_secs(self.compile_time_limit),
            describe: Duration::from_secs(self.describe_time_limit),
            ..Terms::default()
        }
    }
}

/// What a running connector may use.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitFlags {
    /// How much memory the connector may use
    #[arg(long, value_name = "MIB", default_value_t = Limits::default().memory as u64 >> 20, value_parser = value_parser!(u64).range(1..=4096))]
    pub memory_limit: u64,
    /// How many entries a table of the connector's may have
    #[arg(long, value_name = "ENTRIES", default_value_t = Limits::default().table as u64, value_parser = value_parser!(u64).range(1..=10_000_000))]
    pub table_limit: u64,
    /// How many core instances, memories and tables the connector may be made of, each
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().instances as u64, value_parser = value_parser!(u64).range(1..=10_000))]
    pub instance_limit: u64,
    /// How many handles (requests, streams, clocks) the connector may hold at once
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().handles as u64, value_parser = value_parser!(u64).range(100..=1_000_000))]
    pub handle_limit: u64,
    /// How long the connector may compute
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().cpu.as_secs(), value_parser = value_parser!(u64).range(1..))]
    pub cpu_limit: u64,
    /// How long a call may take, such as the listing of one page
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().call_time.as_secs(), value_parser = value_parser!(u64).range(1..))]
    pub call_time_limit: u64,
    /// How long the connector may run
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().time.as_secs(), value_parser = value_parser!(u64).range(1..))]
    pub time_limit: u64,
    /// How large the body of a request may be
    #[arg(long, value_name = "KIB", default_value_t = Bounds::default().request as u64 >> 10, value_parser = value_parser!(u64).range(1..=1_048_576))]
    pub request_size_limit: u64,
    /// How large an answer may be, after decompression
    #[arg(long, value_name = "MIB", default_value_t = Bounds::default().response >> 20, value_parser = value_parser!(u64).range(1..=1_048_576))]
    pub response_size_limit: u64,
    /// How large all headers of a request, or of an answer, may be
    #[arg(long, value_name = "KIB", default_value_t = Bounds::default().headers as u64 >> 10, value_parser = value_parser!(u64).range(1..=1024))]
    pub header_size_limit: u64,
    /// How many requests may be under way at once
    #[arg(long, value_name = "COUNT", default_value_t = Bounds::default().at_once as u64, value_parser = value_parser!(u64).range(1..=10_000))]
    pub concurrent_requests_limit: u64,
    /// How many requests may leave in a second; what is more waits
    #[arg(long, value_name = "COUNT", default_value_t = Bounds::default().per_second, value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub request_rate_limit: u32,
    /// How many requests there may be in a run, without repetitions
    #[arg(long, value_name = "COUNT", default_value_t = Bounds::default().in_all, value_parser = value_parser!(u64).range(1..))]
    pub request_limit: u64,
    /// How many records a sync may list
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().items, value_parser = value_parser!(u64).range(1..))]
    pub item_limit: u64,
    /// How large one of them may be
    #[arg(long, value_name = "KIB", default_value_t = Limits::default().item as u64 >> 10, value_parser = value_parser!(u64).range(1..=1_048_576))]
    pub item_size_limit: u64,
    /// How large all of them may be together
    #[arg(long, value_name = "MIB", default_value_t = Limits::default().listed >> 20, value_parser = value_parser!(u64).range(1..=1_048_576))]
    pub list_size_limit: u64,
    /// How many lines the connector may print into the log
    #[arg(long, value_name = "LINES", default_value_t = Limits::default().log_lines as u64, value_parser = value_parser!(u64).range(0..=1_000_000))]
    pub log_limit: u64,
}

impl LimitFlags {
    pub fn limits(&self) -> Limits {
        Limits {
            memory: bytes(self.memory_limit << 20),
            table: bytes(self.table_limit),
            instances: bytes(self.instance_limit),
            handles: bytes(self.handle_limit),
            cpu: Duration::from_secs(self.cpu_limit),
            call_time: Duration::from_secs(self.call_time_limit),
            time: Duration::from_secs(self.time_limit),
            log_lines: bytes(self.log_limit),
            items: self.item_limit,
            item: bytes(self.item_size_limit << 10),
            listed: self.list_size_limit << 20,
        }
    }

    pub fn bounds(&self) -> Bounds {
        Bounds {
            request: bytes(self.request_size_limit << 10),
            response: self.response_size_limit << 20,
            headers: bytes(self.header_size_limit << 10),
            at_once: bytes(self.concurrent_requests_limit),
            per_second: self.request_rate_limit,
            in_all: self.request_limit,
        }
    }
}

fn bytes(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
