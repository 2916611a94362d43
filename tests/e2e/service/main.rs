//! What the host does as ConductorOne's service: the real program and the real component, between
//! a stand-in for ConductorOne and one for Valimail.

mod bad_days;
mod cancellations;
mod changes;
mod chaos;
mod connectors;
mod credentials;
mod economy;
mod filters;
mod heartbeats;
mod hellos;
mod kills;
mod long_actions;
mod metrics;
mod outages;
mod probes;
mod registration;
mod replicas;
mod rig;
mod shutdown;
mod start;
mod syncs;
mod temporary_files;
mod traces;
mod uploads;
