//! Every request that the connector may send.

use crate::contract::exports::identity::connector::describe::{
    Effect, Operations, OutboundRequest, ReturnedSecret,
};

const USERS: &str = "{base-url}/accounts/{valimail-slug}/scim/v2/Users";
const ONE_USER: &str = "{base-url}/accounts/{valimail-slug}/scim/v2/Users/*";

/// The bearer token, which every request but the sign-in carries.
const TOKEN: &str = "token";

pub(super) fn requests() -> Vec<OutboundRequest> {
    vec![
        OutboundRequest {
            effect: Effect::SignIn,
            sends_secrets: vec![
                "valimail-app-id".to_owned(),
                "valimail-client-id".to_owned(),
            ],
            returns_secrets: vec![ReturnedSecret {
                name: TOKEN.to_owned(),
                pointer: "/token".to_owned(),
            }],
            ..read("POST", "{base-url}/auth", "sign in")
        },
        read("GET", USERS, "list accounts"),
        read("GET", ONE_USER, "read one account"),
        change(
            "POST",
            USERS,
            Operations::CREATE_ACCOUNT,
            "create an account",
        ),
        change(
            "PATCH",
            ONE_USER,
            Operations::GRANT | Operations::REVOKE | Operations::INVOKE_ACTION,
            "set an account's member type, or whether it is active",
        ),
    ]
}

fn read(method: &str, url: &str, purpose: &str) -> OutboundRequest {
    OutboundRequest {
        methods: vec![method.to_owned()],
        url: url.to_owned(),
        effect: Effect::Read,
        during: Operations::empty(),
        sends_secrets: vec![TOKEN.to_owned()],
        returns_secrets: Vec::new(),
        purpose: purpose.to_owned(),
    }
}

fn change(method: &str, url: &str, during: Operations, purpose: &str) -> OutboundRequest {
    OutboundRequest {
        effect: Effect::Change,
        during,
        ..read(method, url, purpose)
    }
}
