//! Reading, and being let in.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::*;
use super::*;

#[test]
fn the_company_is_listed_in_any_layout_framing_and_piece() {
    let standin = Standin::start(Settings::company());
    let client = Client::new(&standin);
    let expected: Vec<Value> = company()
        .iter()
        .map(|account| account.value().clone())
        .collect();
    for layout in [Layout::Compact, Layout::Pretty, Layout::Spaced] {
        for framing in [Framing::Chunked, Framing::ContentLength] {
            for piece in [1, 1000, 1 << 18] {
                standin.change(|settings| {
                    (settings.layout, settings.framing, settings.piece) = (layout, framing, piece);
                });
                let reply = client.get("");
                assert!(reply.whole, "{layout:?} {framing:?} {piece}");
                assert_eq!(reply.header("content-type"), Some("application/scim+json"));
                assert_eq!(reply.json()["totalResults"], 42);
                assert_eq!(reply.json()["Resources"], Value::Array(expected.clone()));
            }
        }
    }
    assert_eq!(standin.count(Endpoint::List), 18);
    let request = &standin.requests_to(Endpoint::List)[0];
    assert_eq!(
        (request.status, request.bearer()),
        (Some(200), Some(client.token.as_str()))
    );
    assert!(standin.secrets().contains(&client.token));
}

#[test]
fn generated_accounts_come_alike_in_the_list_and_alone() {
    let mut accounts = Accounts::generated(3000);
    accounts.replace(7, accounts.get(7).unwrap().inactive());
    accounts.push(Account::new("0123456789", "last@d.example"));
    let standin = Standin::start(Settings::with(accounts.clone()));
    let client = Client::new(&standin);
    let list = client.get("").json();
    assert_eq!(list["Resources"].as_array().unwrap().len(), 3001);
    for position in [0, 7, 2999, 3000] {
        let account = accounts.get(position).unwrap();
        assert_eq!(list["Resources"][position as usize], *account.value());
        let id = account.text(field::ID).unwrap();
        assert_eq!(client.get(&format!("/{id}")).json(), *account.value());
        let filter = format!(
            "?filter=userName+eq+%22{}%22",
            account.text(field::USER_NAME).unwrap()
        );
        assert_eq!(client.get(&filter).ids(), [id]);
    }
    assert_eq!(client.get("/ffffffffff").status, 404);
}

#[test]
fn pages_follow_rfc_7644_or_break_it_as_switched() {
    let pagination = Pagination::Rfc7644 { page: 2 };
    let standin = Standin::start(Settings {
        pagination,
        ..Settings::with(three())
    });
    let client = Client::new(&standin);
    let (a, b, c) = ("a".repeat(10), "b".repeat(10), "c".repeat(10));
    let first = client.get("");
    assert_eq!(first.ids(), [&a[..], &b]);
    let counts =
        ["totalResults", "itemsPerPage", "startIndex"].map(|key| first.json()[key].clone());
    assert_eq!(counts, [3, 2, 1]);
    assert_eq!(client.get("?startIndex=3&count=2").ids(), [&c[..]]);
    assert_eq!(client.get("?startIndex=2&count=1").ids(), [&b[..]]);
    assert_eq!(client.get("?startIndex=-4&count=1").ids(), [&a[..]]);
    assert_eq!(client.get("?count=0").json()["Resources"], json!([]));
    assert_eq!(client.get("?startIndex=99").json()["totalResults"], 3);
    standin.change(|settings| settings.pagination = Pagination::IgnoresCount { page: 2 });
    assert_eq!(client.get("?startIndex=1&count=1").ids(), [&a[..], &b]);
    standin.change(|settings| settings.pagination = Pagination::IgnoresStartIndex { page: 1 });
    assert_eq!(client.get("?startIndex=2").ids(), [&a[..]]);
    standin.change(|settings| settings.pagination = Pagination::None);
    assert_eq!(client.get("?startIndex=2&count=1").ids().len(), 3);
}

#[test]
fn the_total_and_an_empty_list_are_as_switched() {
    let standin = Standin::start(Settings::with(three()));
    let client = Client::new(&standin);
    for (total, expected) in [
        (Total::Exact, json!(3)),
        (Total::Off(-2), json!(1)),
        (Total::Off(2), json!(5)),
        (Total::Text, json!("3")),
    ] {
        standin.change(|settings| settings.total = total);
        assert_eq!(client.get("").json()["totalResults"], expected);
    }
    standin.change(|settings| settings.total_position = TotalPosition::After);
    assert!(client.get("").body.ends_with(br#""totalResults":"3"}"#));
    standin.change(|settings| settings.total = Total::Absent);
    assert_eq!(client.get("").json().get("totalResults"), None);
    standin.set_accounts([]);
    for (empty_list, expected) in [
        (EmptyList::Array, Some(json!([]))),
        (EmptyList::Null, Some(json!(null))),
        (EmptyList::Absent, None),
    ] {
        standin.change(|settings| settings.empty_list = empty_list);
        assert_eq!(client.get("").json().get("Resources"), expected.as_ref());
    }
}

#[test]
fn only_a_good_token_opens_the_right_account() {
    let standin = Standin::start(Settings::company());
    let client = Client::new(&standin);
    assert_eq!(
        client
            .send("GET", "/accounts/other/scim/v2/Users", "", "")
            .status,
        403
    );
    assert_eq!(
        client.get("?filter=active+eq+true").json()["scimType"],
        "invalidFilter"
    );
    let stranger = Client {
        standin: &standin,
        token: String::new(),
    };
    assert_eq!(stranger.get("").status, 401);
    standin.change(|settings| settings.missing_bearer = MissingBearer::BadRequest400);
    assert_eq!(stranger.get("").status, 400);
    standin.change(|settings| settings.token_lifetime = TokenLifetime::Requests(2));
    let brief = Client::new(&standin);
    assert_eq!([0; 3].map(|_| brief.get("").status), [200, 200, 401]);
    assert_eq!(client.get("").status, 200);
    standin.revoke_tokens();
    assert_eq!(client.get("").status, 401);
    standin.change(|settings| {
        settings.rate_limit = Some(RateLimit {
            requests: 1,
            per: Duration::from_secs(60),
        });
    });
    assert_eq!([0; 2].map(|_| client.auth().status), [200, 429]);
}

#[test]
fn auth_tells_the_expiry_as_switched_and_refuses_wrong_credentials() {
    let standin = Standin::start(Settings::default());
    let client = Client::new(&standin);
    let expiry = client.auth().json()["expires-at"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        expiry.len(),
        "2029-10-31T18:26:50.597068836Z".len(),
        "{expiry}"
    );
    standin.change(|settings| settings.expiry = Expiry::Underscore);
    assert!(client.auth().json()["expires_at"].is_string());
    let type_header = "Content-Type: application/json\r\n";
    let auth = |body: &str| client.send("POST", "/auth", type_header, body);
    assert_eq!(auth("{").status, 400);
    assert_eq!(
        auth(r#"{"client-id": "x"}"#).json()["detail"][0]["field"],
        "app-id"
    );
    let wrong = r#"{"client-id": "x", "app-id": "hush"}"#;
    assert_eq!(auth(wrong).json()["detail"][0]["value"], "hush");
    standin.change(|settings| settings.wrong_credentials = WrongCredentials::Unprocessable422);
    assert_eq!(auth(wrong).status, 422);
}

#[test]
fn a_filter_selects_or_does_something_else_as_switched() {
    let standin = Standin::start(Settings::with(three()));
    let client = Client::new(&standin);
    let (b, everything) = ("b".repeat(10), 3);
    for (filtering, status, found) in [
        (Filtering::Served, 200, 1),
        (Filtering::Refused, 400, 0),
        (Filtering::Ignored, 200, everything),
        (Filtering::Blind, 200, 0),
    ] {
        standin.change(|settings| settings.id_filter = filtering);
        let reply = client.get(&format!("?filter=id+eq+%22{b}%22"));
        assert_eq!((reply.status, reply.ids().len()), (status, found));
        let other = client.get("?filter=userName+eq+%22b%40d.example%22");
        assert_eq!(other.ids(), [&b[..]], "{filtering:?}");
    }
    standin.change(|settings| settings.user_name_filter = Filtering::Refused);
    let refused = client.get("?filter=userName+eq+%22b%40d.example%22");
    assert_eq!(refused.json()["scimType"], "invalidFilter");
    for (lookup, status) in [
        (Lookup::Served, 200),
        (Lookup::Forbidden, 403),
        (Lookup::Unrouted, 404),
    ] {
        standin.change(|settings| settings.lookup = lookup);
        assert_eq!(client.get(&format!("/{b}")).status, status, "{lookup:?}");
    }
    standin.change(|settings| settings.faults = Faults::find(Fault::Close));
    assert_eq!(client.get("").status, 200);
    assert_eq!(client.get("?filter=id+eq+%221%22").status, 0);
}
