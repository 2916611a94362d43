//! What the host does whatever the component: with one that misbehaves (`misfit`), with files
//! that are none, with every kind of trouble around the file to write, and when it is told to
//! change something.

mod actions;
mod cache;
mod changes;
mod components;
mod configuration;
mod descriptions;
mod digests;
mod documents;
mod dry_runs;
mod explain;
mod files;
mod forms;
mod gate;
mod help;
mod ids;
mod inspect;
mod inspect_policy;
mod interruptions;
mod logs;
mod misbehaviour;
mod outcomes;
mod plans;
mod policy;
mod private_files;
mod product;
mod promises;
mod receipt_files;
mod receipts;
mod sandbox;
mod secrets;
mod service;
mod signals;
mod single;
mod support;
mod tasks;
mod terminal;
mod well;
