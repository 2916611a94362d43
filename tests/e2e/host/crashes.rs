//! What is left when the program itself is killed.

use crate::{
    search::Everything,
    service::{Service, asking},
    support::SECRET,
};
use std::{fs, process::Command, thread};

#[test]
fn a_crash_writes_no_memory_to_the_disk() {
    let service = Service::start();
    let host = asking(&service, "GET", "");
    // As much as the machine allows.
    let script = "ulimit -c \"$(ulimit -H -c)\"; echo $$ > pid; exec \"$HOST\" run \"$COMPONENT\"";
    let transcript = thread::scope(|scope| {
        let running = scope.spawn(|| host.shell(script));
        // It has begun: there is a secret in its memory.
        let request = service.request();
        let pid = fs::read_to_string(host.path("pid")).expect("a number");
        let limits = fs::read_to_string(format!("/proc/{}/limits", pid.trim()));
        let limits = limits.expect("it runs");
        let limit = limits
            .lines()
            .find(|line| line.starts_with("Max core file size"));
        let words: Vec<_> = limit.expect("a limit").split_whitespace().collect();
        assert_eq!(words[4..6], ["0", "0"], "{limits}");
        let killed = Command::new("kill")
            .args(["-s", "ABRT", pid.trim()])
            .status();
        assert!(killed.expect("kill runs").success());
        let transcript = running.join().expect("a transcript");
        drop(request);
        transcript
    });
    assert_eq!(transcript.code, None, "{transcript}");
    assert!(!transcript.stderr.contains(SECRET), "{transcript}");
    // What is left is what was being written, and no file of the kernel's.
    let mut left = Everything::default();
    left.add_files(host.directory.path());
    left.tells_none(&[SECRET]);
    let entries = fs::read_dir(host.directory.path()).expect("a directory");
    let mut names = entries.map(|entry| entry.expect("an entry").file_name());
    assert!(names.all(|name| name == "pid" || name == "sync.c1z.tmp"));
}
