//! What the host does whatever the component: with one that misbehaves (`misfit`), with files
//! that are none, with every kind of trouble around the file to write.

#[path = "host/cache.rs"]
mod cache;
#[path = "host/components.rs"]
mod components;
#[path = "host/configuration.rs"]
mod configuration;
#[path = "host/descriptions.rs"]
mod descriptions;
#[path = "host/documents.rs"]
mod documents;
#[path = "host/files.rs"]
mod files;
#[path = "host/help.rs"]
mod help;
#[path = "host/inspect.rs"]
mod inspect;
#[path = "host/logs.rs"]
mod logs;
#[path = "host/misbehaviour.rs"]
mod misbehaviour;
#[path = "host/sandbox.rs"]
mod sandbox;
#[path = "host/service.rs"]
mod service;
#[path = "host/signals.rs"]
mod signals;
#[path = "host/support.rs"]
mod support;
#[path = "host/terminal.rs"]
mod terminal;
#[path = "host/well.rs"]
mod well;
