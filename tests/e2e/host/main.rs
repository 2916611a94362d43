//! What the host does whatever the component: with one that misbehaves (`misfit`), with files
//! that are none, with every kind of trouble around the file to write.

mod cache;
mod components;
mod configuration;
mod descriptions;
mod documents;
mod files;
mod help;
mod inspect;
mod logs;
mod misbehaviour;
mod sandbox;
mod service;
mod signals;
mod support;
mod terminal;
mod well;
