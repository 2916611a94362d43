//! Service mode: asks ConductorOne for tasks, does them, and says what has come of them.
//!
//! ```text
//!   hello --> poll --task--> job (sync, change, action) --outcome--> report
//!               ^   slots      |  heartbeats, endings         |
//!               +--------------+----- ledger <-- unreported ---+
//! ```
//!
//! A [`client`](Client) speaks to the service, with a token that is asked for with a signed
//! statement. [`Service::run`] takes up as many tasks as there are slots. Whatever happens to a
//! task, it is finished once: an outcome that cannot be reported is kept, and reported when
//! ConductorOne answers again, or offers the task again. The protocol is that of Baton's SDK 0.25; where that
//! one gives up, hangs or forgets, this one does not.

mod assertion;
mod channel;
mod client;
mod condition;
mod credentials;
mod ending;
mod following;
mod heartbeat;
mod hello;
mod job;
mod ledger;
mod metrics;
mod outcome;
mod place;
mod poll;
mod probes;
mod retry;
mod task;
mod token;
mod upload;
mod work;

pub use channel::{Authorities, read_authorities};
pub use client::{Account, Client};
pub use condition::{Condition, State};
pub use credentials::{ClientId, ClientSecret, Malformed};
pub use following::{Follower, Following};
pub use hello::host_id;
pub use metrics::Metrics;
pub use poll::Service;
pub use probes::{Probes, listen};
pub use work::Work;
