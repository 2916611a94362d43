//! What a collector of OpenTelemetry gets to see of each request, and of the log.

use crate::{
    certificates::{Authority, GOOD},
    product::{GRANT, Product, Reply, succeeds},
    records::{AUDIT, audited},
    service::{Service, asking},
};
use e2e::{
    collector::{Collector, Span},
    host::Host,
};
use opentelemetry_proto::tonic::trace::v1::{span::SpanKind, status::StatusCode};
use std::fs;

/// The same host, which sends spans and logs to a collector.
fn traced(host: Host, collector: &Collector) -> Host {
    host.env("BATON_OTEL_COLLECTOR_ENDPOINT", &collector.endpoint())
        .env("BATON_OTEL_COLLECTOR_ENDPOINT_TLS_INSECURE", "true")
}

fn named<'s>(spans: &'s [Span], name: &str) -> Vec<&'s Span> {
    let named = spans.iter().filter(|span| span.span.name == name);
    named.collect()
}

fn status(span: &Span) -> i32 {
    span.span.status.as_ref().map_or(0, |status| status.code)
}

#[test]
fn a_span_says_what_a_line_says() {
    let busy = Reply::Status("429 Too Many Requests");
    let product = Product::with_replies(&[busy]);
    let collector = Collector::start();
    let host = traced(product.misfit("well"), &collector);
    let _ = succeeds(&host, &[&GRANT[..], &AUDIT].concat());
    let (spans, lines) = (collector.spans(), audited(&host));
    let [run] = named(&spans, "run")[..] else {
        panic!("{spans:?}");
    };
    assert_eq!(spans.len(), lines.len() + 1);
    assert!(lines.len() > 2, "{lines:?}");
    for line in &lines {
        let same = |span: &&Span| {
            let attribute = |name: &str| span.attributes.get(name).map(String::as_str);
            let number = |name: &str| attribute(name)?.parse::<u64>().ok();
            let address = attribute("network.peer.address").zip(attribute("network.peer.port"));
            let address = address.map(|(address, port)| format!("{address}:{port}"));
            attribute("http.request.method") == line["method"].as_str()
                && attribute("url.full") == line["url"].as_str()
                && attribute("connector.operation") == line["operation"].as_str()
                && attribute("connector.verdict") == line["verdict"].as_str()
                && attribute("connector.rule") == line["rule"].as_str()
                && attribute("connector.digest") == line["digest"].as_str()
                && attribute("connector.name") == line["connector"]["name"].as_str()
                && address.as_deref() == line["address"].as_str()
                && number("http.response.status_code") == line["status"].as_u64()
                && number("http.request.body.size") == line["sentBytes"].as_u64()
                && number("http.response.body.size") == line["receivedBytes"].as_u64()
                && number("http.request.resend_count").map(|n| n + 1) == line["attempt"].as_u64()
        };
        let span = spans.iter().find(same);
        let span = span.unwrap_or_else(|| panic!("no span for {line}: {spans:#?}"));
        assert_eq!(span.service, "misfit-server");
        assert_eq!(span.span.kind, SpanKind::Client as i32);
        assert_eq!(span.span.trace_id, run.span.trace_id);
        assert_eq!(span.span.parent_span_id, run.span.span_id);
        let busy = line["status"] == 429;
        assert_eq!(status(span) == StatusCode::Error as i32, busy, "{line}");
    }
    assert_ne!(status(run), StatusCode::Error as i32);
}

#[test]
fn a_refused_request_and_a_failed_run_are_told_to_the_collector() {
    let service = Service::start();
    let collector = Collector::start();
    let host = traced(asking(&service, "GET", "{origin}/elsewhere"), &collector);
    let _ = host.run(&[]).failed_with(&["refused a request"]);
    let spans = collector.spans();
    let [request] = named(&spans, "GET")[..] else {
        panic!("{spans:?}");
    };
    assert_eq!(request.attributes["connector.verdict"], "refused");
    assert!(request.attributes["connector.reason"].contains("none of the requests"));
    assert_eq!(status(request), StatusCode::Error as i32);
    let run = named(&spans, "run");
    assert_eq!(status(run[0]), StatusCode::Error as i32);
}

#[test]
fn a_collector_is_trusted_as_far_as_its_certificate_is() {
    let authority = Authority::new();
    let collector = Collector::with_tls(authority.server(GOOD));
    let product = Product::start();
    let host = product.misfit("well");
    let host = host.env("BATON_OTEL_COLLECTOR_ENDPOINT", &collector.endpoint());
    // A run does not fail because nobody watches it.
    let transcript = host.run(&[]).succeeded();
    let warned = transcript.logged("spans do not arrive at the collector");
    assert_eq!(warned.len(), 1, "{transcript}");
    assert!(collector.spans().is_empty());
    fs::write(host.path("ca.pem"), authority.pem()).expect("a file");
    let trusted = ["--otel-collector-endpoint-tls-cert-path", "ca.pem"];
    let _ = host.run(&trusted).succeeded();
    assert_eq!(named(&collector.spans(), "run").len(), 1);
    let disabled = [&trusted[..], &["--otel-tracing-disabled"]].concat();
    let _ = host.run(&disabled).succeeded();
    assert_eq!(named(&collector.spans(), "run").len(), 1);
}

#[test]
fn the_log_is_told_to_the_collector() {
    let product = Product::start();
    let collector = Collector::start();
    let host = traced(product.misfit("well"), &collector);
    let transcript = host.run(&[]).succeeded();
    let logs = collector.logs();
    let complete = logs.iter().find(|log| log.message == "Sync complete.");
    let complete = complete.unwrap_or_else(|| panic!("{logs:?}"));
    let line = &transcript.logged("Sync complete.")[0];
    assert_eq!(complete.severity, "info");
    assert_eq!(complete.attributes["sync_id"], line["sync_id"]);
    assert_eq!(
        complete.attributes["resources"],
        line["resources"].to_string()
    );
    let disabled = Collector::start();
    let host = traced(product.misfit("well"), &disabled);
    let _ = host.run(&["--otel-logging-disabled"]).succeeded();
    assert!(disabled.logs().is_empty());
    assert_eq!(named(&disabled.spans(), "run").len(), 1);
}

#[test]
fn what_a_run_has_failed_with_is_told_to_the_collector() {
    let service = Service::start();
    let collector = Collector::start();
    let host = traced(asking(&service, "GET", "{origin}/elsewhere"), &collector);
    let transcript = host.run(&[]).failed_with(&["refused a request"]);
    let logs = collector.logs();
    let error = logs.iter().find(|log| log.severity == "error");
    let error = error.unwrap_or_else(|| panic!("{logs:?}"));
    assert!(transcript.error().starts_with(&error.message), "{error:?}");
}
