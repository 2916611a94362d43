//! This process's memory, which holds secrets.

#[cfg(target_os = "linux")]
use rustix::process::DumpableBehavior;
use rustix::process::{self, Resource, Rlimit};

/// Sees to it that no crash writes memory to a disk, and that no other process of this user reads
/// it.
pub fn keep_private() {
    // A limit of 0 is no limit for a program that the kernel hands dumps to: hence both.
    let nothing = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Neither fails for a process that asks for less than it has.
    let _ = process::setrlimit(Resource::Core, nothing);
    #[cfg(target_os = "linux")]
    let _ = process::set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
