//! What the files in `host/deploy` promise to whoever deploys the connector with them.

mod commands;
mod configuration;
mod guide;
mod manifests;
mod memory;
mod network;
mod pods;
mod running;
mod schema;
mod setup_guide;
mod taken_over;
mod time;
mod unit;
mod units;
mod values;
