//! Trouble with the directory in which syncs are built.

use crate::rig::Rig;
use e2e::{
    conductorone::{Record, Settings, tasks},
    valimail::{self, Accounts},
};
use std::{fs, process::Command, thread};

fn with(accounts: impl Into<Accounts>) -> Rig {
    Rig::of(
        Settings {
            offers: 1,
            ..Settings::default()
        },
        valimail::Settings::with(accounts),
    )
}

/// What says where there is no room may work when there is.
fn says_where(record: &Record, directory: &str) {
    assert!(!record.end().is_success(), "{record:?}");
    assert!(!record.end().is_for_good(), "{record:?}");
    assert!(record.end().message().contains(directory), "{record:?}");
}

#[test]
fn where_nothing_can_be_created_a_sync_fails_and_says_where() {
    // There is no `/nowhere`, and nothing can be created in `/proc`, by root neither.
    for directory in ["/nowhere", "/proc"] {
        let rig = with(valimail::company()).env("BATON_TMPDIR", directory);
        let running = rig.started();
        let task = rig.conductor.push(tasks::sync());
        says_where(&rig.conductor.finished(&task), directory);
        let task = rig.conductor.push(tasks::list_actions());
        assert!(rig.conductor.finished(&task).end().is_success());
        let _ = running.stop().succeeded();
        rig.assert_clean();
    }
}

#[test]
fn where_there_is_no_more_room_a_sync_fails_and_says_where_and_the_next_one_works() {
    let rig = with(Accounts::generated(50_000));
    let id = rig.host.path("id");
    // No file may grow beyond 4 MiB, counted in blocks of 512 bytes. The system says so with a
    // signal, which has to be ignored for a write to fail as it does on a full disk.
    let script = "trap '' XFSZ; ulimit -f 8192; echo $$ > id; exec \"$HOST\" run \"$COMPONENT\"";
    let transcript = thread::scope(|scope| {
        let service = scope.spawn(|| rig.host.shell(script));
        let task = rig.conductor.push(tasks::sync());
        says_where(&rig.conductor.finished(&task), "tmp");
        rig.valimail.set_accounts(valimail::company());
        let task = rig.conductor.push(tasks::sync());
        let record = rig.conductor.finished(&task);
        assert_eq!(rig.uploaded(&record).resources("user").len(), 42);
        let id = fs::read_to_string(id).expect("an id");
        let sent = Command::new("kill").arg(id.trim()).status();
        assert!(sent.expect("kill runs").success());
        service.join().expect("an end")
    });
    let _ = transcript.succeeded();
    rig.assert_clean();
}
