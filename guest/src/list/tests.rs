//! Lists of every kind, in pieces of any size.

use super::*;
use crate::scim::User;
use proptest::prelude::*;

type Outcome = (Vec<Record<User>>, Result<Envelope, NotAList>);

/// Reads `body` in pieces that end at `cuts`.
fn read(body: &[u8], cuts: &[usize]) -> Outcome {
    let mut reader = ListReader::default();
    let mut records = Vec::new();
    let mut start = 0;
    for end in cuts.iter().copied().chain([body.len()]) {
        if let Err(error) = reader.push(&body[start..end], &mut records) {
            return (records, Err(error));
        }
        start = end;
    }
    (records, reader.finish())
}

fn whole(body: &str) -> Outcome {
    read(body.as_bytes(), &[])
}

const LIST: &str = r#" {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    "Resources": [
        {"id": "1", "userName": "a@example.com", "active": true, "x": {"y": [1, "}]"]}},
        {"id": 2, "userName": "caf\u00e9 \"quoted\" \\", "name": {"givenName": "é"}},
        {"id": "3", "userName": {}}, null, "four", 5, [6], {}
    ],
    "startIndex": 1, "itemsPerPage": 8, "totalResults": 12 } "#;

#[test]
fn records_and_envelope_come_out_whatever_the_order_of_the_members() {
    let (records, envelope) = whole(LIST);
    assert_eq!(records.len(), 8);
    assert!(matches!(&records[1], Record::Read(user) if user.id.as_deref() == Some("2")));
    assert!(
        matches!(&records[2], Record::Unusable { id, reason } if id.as_deref() == Some("3")
            && reason == "invalid type: map, expected a string")
    );
    assert_eq!(
        envelope,
        Ok(Envelope {
            total_results: Some(12),
            items_per_page: Some(8),
            start_index: Some(1),
            has_resources: true
        })
    );
}

#[test]
fn an_array_in_place_of_an_object_spoils_its_record_and_no_other() {
    let (records, envelope) = whole(
        r#"{"Resources": [{"id": "1", "name": [null, null, null]}, {"id": "2"}], "totalResults": 2}"#,
    );
    assert!(
        matches!(&records[0], Record::Unusable { id: Some(id), .. } if id == "1"),
        "{records:?}"
    );
    assert!(matches!(&records[1], Record::Read(_)), "{records:?}");
    assert!(envelope.is_ok());
}

#[test]
fn an_absent_or_null_list_of_resources_is_told_apart_from_an_empty_one() {
    let has = |body| whole(body).1.map(|envelope| envelope.has_resources);
    assert_eq!(has(r#"{"totalResults":0}"#), Ok(false));
    assert_eq!(has(r#"{"totalResults":0,"Resources":null}"#), Ok(false));
    assert_eq!(has(r#"{"totalResults":0,"Resources":[]}"#), Ok(true));
}

#[test]
fn what_is_no_list_is_named_for_what_it_is() {
    let error = |body| whole(body).1.err();
    assert!(matches!(
        error("<!doctype html>"),
        Some(NotAList::NotJson(_))
    ));
    assert!(matches!(error("oops"), Some(NotAList::NotJson(_))));
    assert!(matches!(error("[]"), Some(NotAList::OtherShape(_))));
    assert!(matches!(error("12"), Some(NotAList::OtherShape(_))));
    assert!(matches!(error(""), Some(NotAList::OtherShape(_))));
    assert!(matches!(
        error(r#"{"Resources":{}}"#),
        Some(NotAList::OtherShape(_))
    ));
    assert!(matches!(
        error(r#"{"Resources":[{"id":"#),
        Some(NotAList::Truncated(20))
    ));
    assert!(matches!(error(r#"{"a":1"#), Some(NotAList::Truncated(6))));
    for broken in [
        r#"{"a" 1}"#,
        "{,}",
        r#"{"a":1,}"#,
        r#"{"Resources":[{} {}]}"#,
        "{}{}",
        r#"{"Resources":[,]}"#,
        r#"{"Resources":[{},]}"#,
    ] {
        assert!(
            matches!(error(broken), Some(NotAList::Syntax { .. })),
            "{broken}"
        );
    }
}

#[test]
fn what_is_broken_does_not_become_what_breaks_off_by_its_last_byte() {
    for broken in [
        r#"{"a":x-"#,
        "{\"a\":\"\n e",
        r#"{"Resources":[{"id":tru,"x":1."#,
    ] {
        let (_, whole) = whole(broken);
        assert!(matches!(whole, Err(NotAList::Syntax { .. })), "{whole:?}");
        let piecewise: Vec<_> = (0..broken.len()).collect();
        assert_eq!(read(broken.as_bytes(), &piecewise).1, whole);
    }
    let (_, end) = whole(r#"{"a":1e"#);
    assert_eq!(end, Err(NotAList::Truncated(7)));
}

#[test]
fn a_record_that_goes_on_and_on_is_given_up() {
    let mut reader = ListReader::<User>::default();
    let mut records = Vec::new();
    let mut result = reader.push(br#"{"Resources":[{"id":""#, &mut records);
    for _ in 0..17 {
        result = result.and_then(|()| reader.push(&[b'x'; 1 << 16], &mut records));
    }
    assert_eq!(result, Err(NotAList::RecordTooLong));
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e9f64..1e9).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(
                (
                    prop_oneof!["id", "userName", "active", "name", "\\PC{0,4}"],
                    inner
                ),
                0..4
            )
            .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_split_of_the_bytes_gives_the_same_records(
        resources in prop::collection::vec(json(), 0..6),
        total in any::<u32>(),
        pretty in any::<bool>(),
        cut in 0..4096usize,
        cuts in prop::collection::vec(0..4096usize, 0..12),
    ) {
        let list = serde_json::json!({"totalResults": total, "Resources": resources, "startIndex": 1});
        let body = if pretty { serde_json::to_vec_pretty(&list) } else { serde_json::to_vec(&list) }?;
        let expected = read(&body, &[]);
        prop_assert_eq!(expected.0.len(), resources.len());
        prop_assert!(expected.1.is_ok());

        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut % body.len()).collect();
        cuts.sort_unstable();
        prop_assert_eq!(&read(&body, &cuts), &expected);
        let each_byte: Vec<_> = (0..body.len()).collect();
        prop_assert_eq!(&read(&body, &each_byte), &expected);

        // A body that breaks off is never taken for a whole list.
        let broken_off = &body[..cut % body.len()];
        prop_assert!(read(broken_off, &[]).1.is_err());
    }

    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&body, &[body.len() / 2]);
    }
}
