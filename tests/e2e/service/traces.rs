//! What a collector of OpenTelemetry gets to see of tasks.

use crate::rig::Rig;
use e2e::{
    collector::{Collector, Span},
    conductorone::tasks,
};
use opentelemetry_proto::tonic::trace::v1::{span::SpanKind, status::StatusCode};

fn of_task<'s>(spans: &'s [Span], task: &str) -> &'s Span {
    let id = |span: &Span| span.attributes.get("connector.task.id").cloned();
    let mut spans = spans
        .iter()
        .filter(|span| id(span).as_deref() == Some(task));
    let span = spans.next().expect("a span of the task");
    assert!(spans.next().is_none(), "two spans of one task");
    span
}

#[test]
fn each_task_is_a_trace_with_its_requests_in_it() {
    let collector = Collector::start();
    let rig = Rig::provisioning()
        .env("BATON_OTEL_COLLECTOR_ENDPOINT", &collector.endpoint())
        .env("BATON_OTEL_COLLECTOR_ENDPOINT_TLS_INSECURE", "true");
    let running = rig.started();
    let sync = rig.conductor.push(tasks::sync());
    rig.conductor.finished(&sync);
    let grant = tasks::grant("member_type:owner:assigned", "nobody-has-this-id");
    let grant = rig.conductor.push(grant);
    rig.conductor.finished(&grant);
    let _ = running.stop().succeeded();
    let spans = collector.spans();
    for (task, name, failed) in [(&sync, "sync_full", false), (&grant, "grant", true)] {
        let span = of_task(&spans, task);
        assert_eq!(span.span.name, name);
        assert!(span.span.parent_span_id.is_empty());
        let status = span.span.status.as_ref().map_or(0, |status| status.code);
        assert_eq!(status == StatusCode::Error as i32, failed, "{span:?}");
        let requests = spans.iter().filter(|request| {
            request.span.trace_id == span.span.trace_id
                && request.span.parent_span_id == span.span.span_id
        });
        let requests: Vec<_> = requests.collect();
        assert!(!requests.is_empty(), "{name}: {spans:#?}");
        let client = SpanKind::Client as i32;
        assert!(requests.iter().all(|request| request.span.kind == client));
    }
    let logs = collector.logs();
    let done = logs.iter().filter(|log| log.message == "task done");
    let done: Vec<_> = done.map(|log| &log.attributes["task_id"]).collect();
    assert_eq!(done, [&sync]);
}
