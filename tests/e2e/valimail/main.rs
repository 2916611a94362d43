//! The Valimail component in the real host, against the stand-in.

mod accounts;
mod answers;
mod broken;
mod connections;
mod guards;
mod member_types;
mod outbound;
mod requests;
mod retries;
mod rig;
mod rows;
mod secrets;
mod syncs;
mod tokens;
