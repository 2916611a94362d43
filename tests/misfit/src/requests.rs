//! The requests that the connector declares.

use crate::contract::exports::identity::connector::describe::{
    Effect, Operations, OutboundRequest,
};

/// What it may read, how it signs in, and one request for each operation that changes something.
pub fn outbound_requests() -> Vec<OutboundRequest> {
    let request = |method: &str, path: &str, effect, during| OutboundRequest {
        methods: vec![method.to_owned()],
        url: format!("{{origin}}/{path}"),
        effect,
        during,
        sends_secrets: Vec::new(),
        returns_secrets: Vec::new(),
        purpose: format!("{} something", method.to_lowercase()),
    };
    let none = Operations::empty();
    let both = Operations::GRANT | Operations::REVOKE;
    vec![
        request("GET", "allowed", Effect::Read, none),
        request("GET", "any/*/one", Effect::Read, none),
        request("POST", "change", Effect::Change, both),
        OutboundRequest {
            sends_secrets: vec!["api-secret".to_owned()],
            ..request("POST", "sign-in", Effect::SignIn, none)
        },
        request("GET", "resources/*/*", Effect::Read, none),
        request("POST", "search", Effect::Read, none),
        request("PUT", "grants/*", Effect::Change, Operations::GRANT),
        request("DELETE", "grants/*", Effect::Change, Operations::REVOKE),
        request(
            "POST",
            "accounts",
            Effect::Change,
            Operations::CREATE_ACCOUNT,
        ),
        request(
            "POST",
            "actions/*",
            Effect::Change,
            Operations::INVOKE_ACTION,
        ),
    ]
}

/// What a version declares that cannot revoke, and signs in without a secret.
pub fn fewer() -> Vec<OutboundRequest> {
    let mut requests = outbound_requests();
    requests.retain(|request| request.methods != ["DELETE"]);
    for request in &mut requests {
        request.during -= Operations::REVOKE;
        request.sends_secrets.clear();
    }
    requests
}

/// And asks for something that nobody else needs.
pub fn other() -> Vec<OutboundRequest> {
    let mut requests = fewer();
    requests.push(OutboundRequest {
        url: "{origin}/legacy".to_owned(),
        ..requests[0].clone()
    });
    requests
}
