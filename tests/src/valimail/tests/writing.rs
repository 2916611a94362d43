//! Creating and changing accounts.

use serde_json::json;

use super::super::*;
use super::*;

#[test]
fn an_account_is_created_once() {
    let standin = Standin::start(Settings::with(three()));
    let client = Client::new(&standin);
    let new = |user_name: &str| {
        json!({
            "schemas": [CORE, EXTENSION],
            "userName": user_name,
            "name": {"givenName": "Foo", "familyName": "Bar"},
        })
    };
    let mut member = new("foo@d.example");
    member[EXTENSION] = json!({"memberType": "member"});
    let reply = client.write("POST", "", member.clone());
    assert_eq!(
        (reply.status, &reply.json()[EXTENSION]),
        (201, &member[EXTENSION])
    );
    let id = reply.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(client.get(&format!("/{id}")).json(), reply.json());
    assert_eq!(client.write("POST", "", member).status, 409);
    assert_eq!(client.write("POST", "", new("FOO@d.example")).status, 409);
    let owner = client.write("POST", "", new("boss@d.example"));
    assert_eq!(
        owner.json()[EXTENSION]["memberType"],
        "owner",
        "the dangerous default"
    );
    for missing in ["schemas", "userName", "name"] {
        let mut body = new("x@d.example");
        body.as_object_mut().unwrap().shift_remove(missing);
        assert_eq!(client.write("POST", "", body).status, 400, "{missing}");
    }
    standin.change(|settings| settings.faults = Faults::create(Fault::Lost));
    assert_eq!(client.write("POST", "", new("lost@d.example")).status, 0);
    assert!(standin.account("lost@d.example").is_some());
}

#[test]
fn a_role_is_changed_as_switched_and_one_owner_stays() {
    let [a, b, c] = three();
    let standin = Standin::start(Settings::with([a.owner(), b, c]));
    let client = Client::new(&standin);
    let role = |id: &str| {
        standin
            .account(id)
            .unwrap()
            .text(field::MEMBER_TYPE)
            .unwrap()
            .to_owned()
    };
    let (a, b, c) = ("a".repeat(10), "b".repeat(10), "c".repeat(10));
    assert_eq!(client.role(&a, "member").status, 400);
    standin.change(|settings| settings.last_owner = LastOwner::Refused403);
    assert_eq!(client.role(&a, "member").status, 403);
    assert_eq!(
        client.role(&b, "owner").json()[EXTENSION]["memberType"],
        "owner"
    );
    assert_eq!(
        (client.role(&a, "marketer").status, role(&a)),
        (200, "marketer".into())
    );
    standin.change(|settings| settings.patch_effect = PatchEffect::Pretended);
    assert_eq!(
        client.role(&c, "owner").json()[EXTENSION]["memberType"],
        "owner"
    );
    assert_eq!(role(&c), "member");
    standin.change(|settings| {
        (settings.patch_effect, settings.reads_until_visible) = (PatchEffect::Applied, 2);
    });
    assert_eq!(client.role(&c, "owner").status, 200);
    let seen = [0; 3].map(|_| client.get(&format!("/{c}")).json()[EXTENSION]["memberType"].clone());
    assert_eq!(seen, ["member", "member", "owner"]);
    assert_eq!(client.role("2906d4927bf9", "owner").status, 404);
}

#[test]
fn somebody_else_may_be_faster() {
    let [a, b, c] = three();
    let after = Rival::gives(Moment::AfterPatch, &"a".repeat(10), "marketer");
    let before = Rival {
        moment: Moment::BeforePatch,
        deed: Deed::Remove("b".repeat(10)),
    };
    let standin = Standin::start(Settings {
        rivals: vec![after, before],
        ..Settings::with([a.owner(), b, c])
    });
    let client = Client::new(&standin);
    let (a, b, c) = ("a".repeat(10), "b".repeat(10), "c".repeat(10));
    assert_eq!(client.role(&b, "owner").status, 404);
    let role = |id: &str| {
        let account = standin.account(id).unwrap();
        account.text(field::MEMBER_TYPE).unwrap().to_owned()
    };
    assert_eq!(role(&a), "owner");
    assert_eq!(client.role(&c, "owner").status, 200);
    assert_eq!((role(&a), role(&c)), ("marketer".into(), "owner".into()));
    // Each of them acts once.
    assert_eq!(client.role(&a, "owner").status, 200);
    assert_eq!(role(&a), "owner");
    standin.change(|settings| {
        settings.rivals = vec![
            Rival {
                moment: Moment::BeforePatch,
                deed: Deed::Break(Box::new(Faults::find(Script::forever(Fault::Close)))),
            },
            Rival {
                moment: Moment::AfterPatch,
                deed: Deed::RevokeTokens,
            },
        ];
    });
    assert_eq!(client.role(&a, "marketer").status, 200);
    assert_eq!(client.get("").status, 401);
    assert_eq!(client.get("?filter=id+eq+%221%22").status, 0);
}

#[test]
fn an_answer_may_say_something_else_than_what_has_been_done() {
    let error = Fault::Acted(500, ErrorBody::Scim);
    let standin = Standin::start(Settings {
        faults: Faults::patch(error),
        ..Settings::with(three())
    });
    let client = Client::new(&standin);
    let c = "c".repeat(10);
    assert_eq!(client.role(&c, "owner").status, 500);
    let account = standin.account(&c).unwrap();
    assert_eq!(account.text(field::MEMBER_TYPE), Some("owner"));
}

#[test]
fn requests_can_be_made_to_meet() {
    let standin = Standin::start(Settings {
        faults: Faults::patch(Script::times(2, Fault::Together(2))),
        ..Settings::with(three())
    });
    let client = Client::new(&standin);
    let client = &client;
    let statuses = std::thread::scope(|scope| {
        let both =
            ["b", "c"].map(|id| scope.spawn(move || client.role(&id.repeat(10), "owner").status));
        both.map(|thread| thread.join().unwrap())
    });
    assert_eq!(statuses, [200, 200]);
}
