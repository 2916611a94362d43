//! Valimail's stand-in as a process, for demos and benchmarks.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use e2e::valimail::{
    APP_ID, Accounts, CLIENT_ID, Framing, Layout, Pagination, SLUG, SPELLINGS, Settings, Standin,
    TokenLifetime, company,
};

/// A stand-in for Valimail's API, on this machine alone and with made-up accounts.
#[derive(Parser)]
struct Options {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Serve so many generated accounts instead of the demo company
    #[arg(long, value_name = "N")]
    accounts: Option<u64>,
    /// The client id to accept
    #[arg(long, default_value = CLIENT_ID)]
    client_id: String,
    /// The app id to accept
    #[arg(long, default_value = APP_ID)]
    app_id: String,
    /// The account slug to serve
    #[arg(long, default_value = SLUG)]
    slug: String,
    /// Send the list in pages of at most so many accounts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    page: Option<u64>,
    /// Let each token work for so many seconds
    #[arg(long, value_name = "SECONDS")]
    token_seconds: Option<u64>,
    /// Let each token work for so many requests
    #[arg(long, value_name = "N", conflicts_with = "token_seconds")]
    token_requests: Option<u64>,
    /// Show changes only after so many reads
    #[arg(long, value_name = "N", default_value_t = 0)]
    reads_until_visible: u32,
    /// Indent the JSON
    #[arg(long)]
    pretty: bool,
    /// Compress if the request accepts gzip
    #[arg(long)]
    gzip: bool,
    /// Tell the length of the list beforehand
    #[arg(long)]
    content_length: bool,
    /// Write bodies in pieces of so many bytes
    #[arg(long, value_name = "BYTES", default_value_t = Settings::default().piece)]
    piece: usize,
    /// A fault for the next request to an endpoint (auth, list, find, lookup, create, patch), or for
    /// all later ones with `ENDPOINT=forever:FAULT`; may be repeated
    #[arg(long = "fault", value_name = "ENDPOINT=FAULT", long_help = fault_help())]
    faults: Vec<String>,
}

fn fault_help() -> String {
    format!(
        "A fault for the next request to an endpoint (auth, list, find, lookup, create, patch), or for \
         all later ones with `ENDPOINT=forever:FAULT`; may be repeated. Faults: {SPELLINGS}"
    )
}

impl Options {
    fn settings(self) -> Result<Settings, String> {
        let mut settings = Settings {
            client_id: self.client_id,
            app_id: self.app_id,
            slug: self.slug,
            gzip: self.gzip,
            piece: self.piece,
            reads_until_visible: self.reads_until_visible,
            ..Settings::with(self.accounts.map_or_else(company, Accounts::generated))
        };
        if let Some(page) = self.page {
            settings.pagination = Pagination::Rfc7644 { page };
        }
        if let Some(seconds) = self.token_seconds {
            settings.token_lifetime = TokenLifetime::For(Duration::from_secs(seconds));
        }
        if let Some(requests) = self.token_requests {
            settings.token_lifetime = TokenLifetime::Requests(requests);
        }
        if self.pretty {
            settings.layout = Layout::Pretty;
        }
        if self.content_length {
            settings.framing = Framing::ContentLength;
        }
        for fault in &self.faults {
            settings
                .faults
                .add(fault)
                .map_err(|reason| format!("--fault {fault}: {reason}"))?;
        }
        Ok(settings)
    }
}

fn start() -> Result<Standin, String> {
    let options = Options::parse();
    let listen = options.listen;
    Standin::listen(listen, options.settings()?)
        .map_err(|error| format!("cannot listen on {listen}: {error}"))
}

fn main() -> ExitCode {
    match start() {
        Ok(standin) => {
            println!("listening on {}", standin.origin());
            loop {
                std::thread::park();
            }
        }
        Err(reason) => {
            eprintln!("valimail-standin: {reason}");
            ExitCode::FAILURE
        }
    }
}
