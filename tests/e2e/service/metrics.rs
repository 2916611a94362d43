//! Numbers, in what they tell of good days and of bad ones.

use crate::{
    probes::{get, probed, started},
    rig::{MEMBER, OWNER, Rig},
};
use e2e::{
    conductorone::{
        CallFault, Faults as ServiceFaults, Method, Settings,
        messages::task::{SyncFullTask, TaskType},
        tasks,
    },
    valimail::{Endpoint, ErrorBody, Fault, Faults, Script},
};

/// Numbers of a service at a port.
struct Numbers<'p>(&'p str);

impl Numbers<'_> {
    fn text(&self) -> String {
        get(self.0, "/metrics")
    }

    /// What stands behind a name and its labels; none if it is not there.
    fn find(&self, name: &str) -> Option<f64> {
        let text = self.text();
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(&format!("connector_host_{name} ")))?;
        Some(value.trim().parse().expect("a number"))
    }

    fn tasks(&self, ty: &str, outcome: &str) -> Option<f64> {
        self.find(&format!(
            "tasks_total{{type=\"{ty}\",outcome=\"{outcome}\"}}"
        ))
    }

    /// All that is told of the last sync.
    fn of_last_sync(&self) -> Vec<String> {
        let text = self.text();
        let lines = text.lines();
        let lines = lines.filter(|line| line.starts_with("connector_host_last_sync_"));
        lines.map(str::to_owned).collect()
    }

    /// Waits until it is so.
    fn wait_until(&self, rig: &Rig, what: &str, is_so: impl Fn(&Self) -> bool) {
        rig.conductor.wait_until(what, |_| is_so(self));
    }
}

fn with(service: ServiceFaults, valimail: Faults) -> (Rig, String) {
    let rig = Rig::faulty(
        Settings {
            offers: 1,
            faults: service,
            ..Settings::default()
        },
        valimail,
    );
    probed(rig)
}

#[test]
fn tasks_are_counted_by_what_they_have_come_to() {
    // The first two lists have no end, and no change has one.
    let (rig, port) = with(
        ServiceFaults::default(),
        Faults {
            patch: Script::forever(Fault::Hang),
            ..Faults::list(Script::times(2, Fault::Hang))
        },
    );
    let rig = rig.env("BATON_SHUTDOWN_GRACE", "3600");
    let numbers = Numbers(&port);
    let running = started(&rig, &port);
    for task in [tasks::hello(), tasks::list_actions(), tasks::unsupported()] {
        let task = rig.conductor.push(task);
        rig.conductor.finished(&task);
    }
    let cancelled = rig.conductor.push(tasks::sync());
    rig.conductor
        .wait_until("a list", |_| rig.valimail.count(Endpoint::List) > 0);
    rig.conductor.cancel(&cancelled);
    rig.conductor.finished(&cancelled);
    let handed_back = rig.conductor.push(tasks::sync());
    let change = rig.conductor.push(tasks::grant(OWNER, MEMBER));
    rig.conductor.wait_until("both under way", |_| {
        let lists = rig.valimail.requests_to(Endpoint::List).into_iter();
        let hanging = lists.filter(|request| request.fault == Fault::Hang);
        hanging.count() == 2 && rig.valimail.count(Endpoint::Patch) > 0
    });
    running.signal("TERM");
    rig.conductor.finished(&handed_back);
    for (ty, outcome) in [
        ("hello", "success"),
        ("list_action_schemas", "success"),
        ("create_ticket", "failure"),
        ("sync_full", "cancelled"),
        ("sync_full", "handed_back"),
    ] {
        assert_eq!(numbers.tasks(ty, outcome), Some(1.0), "{}", numbers.text());
    }
    assert_eq!(numbers.tasks("sync_full", "failure"), None);
    assert_eq!(numbers.tasks("sync_full", "success"), None);
    assert_eq!(numbers.tasks("grant", "handed_back"), None);
    // The change is what it still waits for.
    running.signal("TERM");
    let _ = running.ends_at_once().succeeded();
    assert_eq!(rig.record(&change).end().code(), 1);
    rig.assert_clean();
}

#[test]
fn a_sync_counts_when_it_has_been_uploaded_and_one_of_single_resources_does_not() {
    let (rig, port) = with(
        ServiceFaults::calls(Method::UploadAsset, &[CallFault::Hang]),
        Faults::default(),
    );
    let numbers = Numbers(&port);
    let running = started(&rig, &port);
    let nothing = Vec::<String>::new();
    assert_eq!(numbers.of_last_sync(), nothing);
    let task = rig.conductor.push(tasks::sync());
    rig.called(Method::UploadAsset, 1);
    assert_eq!(numbers.of_last_sync(), nothing);
    rig.conductor.cancel(&task);
    rig.conductor.finished(&task);
    assert_eq!(numbers.of_last_sync(), nothing);
    let targeted = || {
        TaskType::SyncFull(SyncFullTask {
            targeted_sync_resources: vec![tasks::resource("user", MEMBER)],
            ..SyncFullTask::default()
        })
    };
    let synced = |task| {
        let task = rig.conductor.push(task);
        assert!(rig.conductor.finished(&task).end().is_success());
    };
    synced(targeted());
    assert_eq!(numbers.of_last_sync(), nothing);
    synced(tasks::sync());
    let before = numbers.of_last_sync();
    assert_eq!(before.len(), 5, "{before:#?}");
    let grants = "last_sync_objects{object=\"grants\"}";
    assert_eq!(numbers.find(grants), Some(40.0));
    synced(targeted());
    assert_eq!(numbers.of_last_sync(), before);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn it_is_told_when_conductorone_answered_last() {
    let (mut rig, port) = with(ServiceFaults::default(), Faults::default());
    let numbers = Numbers(&port);
    let name = "last_answer_timestamp_seconds";
    rig.conductor.down();
    let running = started(&rig, &port);
    running.wait_for_log("ConductorOne has not heard the hello; trying again", 1);
    assert_eq!(numbers.find(name), None, "{}", numbers.text());
    rig.conductor.up();
    numbers.wait_until(&rig, "an answer", |numbers| numbers.find(name).is_some());
    let first = numbers.find(name).expect("a time");
    assert!(first > 1.7e9, "{first}");
    numbers.wait_until(&rig, "another one", |numbers| {
        numbers.find(name).is_some_and(|next| next > first)
    });
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn the_memory_of_a_sync_is_seen_while_it_runs() {
    let hanging = Faults::list(Script::forever(Fault::Hang));
    let (rig, port) = with(ServiceFaults::default(), hanging);
    let numbers = Numbers(&port);
    let running = started(&rig, &port);
    let memory = || numbers.find("sandbox_memory_bytes").expect("a number");
    assert_eq!(memory(), 0.0);
    let task = rig.conductor.push(tasks::sync());
    rig.conductor
        .wait_until("a list", |_| rig.valimail.count(Endpoint::List) > 0);
    assert!(memory() > 0.0);
    rig.conductor.cancel(&task);
    rig.conductor.finished(&task);
    numbers.wait_until(&rig, "no memory", |_| memory() == 0.0);
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn requests_are_counted_by_how_they_were_answered() {
    let unavailable = Fault::Status(503, ErrorBody::Empty);
    let troubles = Faults::list([unavailable.clone(), unavailable, Fault::Reset]);
    let (rig, port) = with(ServiceFaults::default(), troubles);
    let numbers = Numbers(&port);
    let running = started(&rig, &port);
    let task = rig.conductor.push(tasks::sync());
    assert!(rig.conductor.finished(&task).end().is_success());
    for (status, number) in [("503", 2.0), ("none", 1.0), ("200", 2.0)] {
        let name = format!("outbound_requests_total{{status=\"{status}\"}}");
        assert_eq!(numbers.find(&name), Some(number), "{}", numbers.text());
    }
    assert_eq!(numbers.find("refused_requests_total"), Some(0.0));
    let _ = running.stop().succeeded();
    rig.assert_clean();
}

#[test]
fn requests_that_the_policy_refuses_are_counted() {
    let (rig, port) = with(ServiceFaults::default(), Faults::default());
    let rig = rig.env("BATON_ALLOW_OUTBOUND", "https://elsewhere.example");
    let numbers = Numbers(&port);
    let running = started(&rig, &port);
    let task = rig.conductor.push(tasks::sync());
    assert!(!rig.conductor.finished(&task).end().is_success());
    let refused = numbers.find("refused_requests_total").expect("a number");
    assert!(refused >= 1.0, "{}", numbers.text());
    assert!(rig.valimail.requests().is_empty());
    let _ = running.stop().succeeded();
    rig.assert_clean();
}
