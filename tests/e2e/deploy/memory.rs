//! Whether there is memory, and room for temporary files, for what takes them.

use crate::{
    manifests::{container, service_pod, sync_pod, text},
    time::default_of,
    unit::Unit,
};
use k8s_openapi::api::core::v1::PodSpec;

/// Measured with the image's program, in MiB: after syncs, and what a sync of 100,000 accounts takes
/// beyond that.
const IDLE: i64 = 27;
const SYNC: i64 = 30;
/// What such a sync takes of the temporary files' room.
const FILES: i64 = 220;

/// What tasks can take, each with a component that uses all that it may.
fn needed(tasks: i64) -> i64 {
    IDLE + tasks * (SYNC + default_of("--memory-limit"))
}

/// A quantity, in MiB.
fn mebibytes(quantity: &str) -> i64 {
    let (number, factor) = match quantity.strip_suffix("Gi") {
        Some(number) => (number, 1024),
        None => (quantity.strip_suffix("Mi").expect("Mi or Gi"), 1),
    };
    number.parse::<i64>().expect("a number") * factor
}

fn limit(pod: PodSpec) -> i64 {
    let limits = container(pod).resources.expect("resources").limits;
    mebibytes(&limits.expect("limits")["memory"].0)
}

fn unit_limit(name: &str) -> i64 {
    let unit = Unit::of(name);
    let limit = unit.value("Service", "MemoryMax");
    limit
        .strip_suffix('M')
        .expect("MiB")
        .parse()
        .expect("a number")
}

#[test]
fn the_sandbox_stops_a_greedy_component_before_the_kernel_stops_the_service() {
    let tasks = default_of("--task-concurrency");
    assert!(limit(service_pod()) > needed(tasks), "{}", needed(tasks));
    assert!(limit(sync_pod()) > needed(1), "{}", needed(1));
    assert_eq!(unit_limit("baton-valimail.service"), limit(service_pod()));
    assert_eq!(unit_limit("baton-valimail-sync.service"), limit(sync_pod()));
}

#[test]
fn all_tasks_at_once_have_room_for_their_files() {
    let volumes = service_pod().volumes.expect("volumes");
    let mut rooms = volumes
        .into_iter()
        .filter_map(|volume| volume.empty_dir?.size_limit);
    let room = mebibytes(&rooms.next().expect("a bounded directory").0);
    assert!(room > default_of("--task-concurrency") * FILES);
}

#[test]
fn the_guide_says_what_the_limit_stands_on() {
    let guide = text("README.md");
    let words: Vec<_> = guide.split_whitespace().collect();
    let guide = words.join(" ");
    let tasks = default_of("--task-concurrency");
    for said in [
        format!("The limit of {} MiB", limit(service_pod())),
        format!("{IDLE} MiB after syncs"),
        format!("each with {SYNC} MiB of the host's"),
        format!("the {} MiB that the sandbox", default_of("--memory-limit")),
        format!("they are {} MiB", needed(tasks)),
        format!("a sync takes {FILES} MiB"),
    ] {
        assert!(guide.contains(&said), "{said}");
    }
}
