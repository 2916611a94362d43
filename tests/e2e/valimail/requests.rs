//! What is asked of the service, and the ways in which it may answer.

use crate::rig::{INTERNAL, ONCE, Rig, UNAVAILABLE};
use e2e::valimail::{
    Account, Accounts, EmptyList, Endpoint, Fault, Faults, Framing, Layout, Pagination, Request,
    Settings, Total, TotalPosition,
};
use serde_json::json;

fn company_in(pagination: Pagination) -> Rig {
    Rig::new(Settings {
        pagination,
        ..Settings::company()
    })
}

/// `startIndex` and `count` of each request for the list.
fn pages(rig: &Rig) -> Vec<(Option<String>, Option<String>)> {
    let parameter = |request: &Request, name| request.parameter(name).map(str::to_owned);
    let requests = rig.standin.requests_to(Endpoint::List);
    let pages = requests.iter();
    pages
        .map(|request| {
            (
                parameter(request, "startIndex"),
                parameter(request, "count"),
            )
        })
        .collect()
}

fn page(start: u64, count: u64) -> (Option<String>, Option<String>) {
    (Some(start.to_string()), Some(count.to_string()))
}

#[test]
fn a_sync_is_one_sign_in_and_one_list_also_for_the_grants() {
    let rig = Rig::new(Settings::company());
    let synced = rig.syncs(&[]);
    assert!(synced.holds_the_company());
    let requests = rig.standin.requests();
    let endpoints: Vec<_> = requests.iter().map(|request| request.endpoint).collect();
    assert_eq!(endpoints, [Endpoint::Auth, Endpoint::List]);
    assert_eq!(pages(&rig), [(None, None)]);
    assert_eq!(synced.transcript.logged("Sync complete.")[0]["requests"], 2);
}

#[test]
fn a_request_carries_the_token_and_says_who_sends_it_and_what_it_takes() {
    let rig = Rig::new(Settings::company());
    rig.syncs(&[]);
    let requests = rig.standin.requests();
    let [sign_in, list] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!(sign_in.method, "POST");
    assert_eq!(sign_in.path, "/auth");
    assert_eq!(sign_in.header("content-type"), Some("application/json"));
    assert_eq!(sign_in.header("authorization"), None);
    let credentials = json!({
        "client-id": e2e::valimail::CLIENT_ID,
        "app-id": e2e::valimail::APP_ID,
    });
    assert_eq!(sign_in.body.as_ref(), Some(&credentials));

    assert_eq!(list.path, "/accounts/larkspur-freight/scim/v2/Users");
    assert_eq!(list.bearer(), Some(rig.standin.tokens()[0].as_str()));
    assert!(list.text.is_empty(), "a GET has no body");
    let accepted = list.header("accept").expect("Accept");
    assert!(accepted.contains("application/scim+json"), "{accepted}");
    assert!(accepted.contains("application/json"), "{accepted}");
    for request in &requests {
        let agent = request.header("user-agent").expect("User-Agent");
        assert!(agent.contains("valimail/"), "{agent}");
        assert!(agent.contains("connector-host/"), "{agent}");
        let host = rig.standin.address().to_string();
        assert_eq!(request.header("host"), Some(host.as_str()));
    }
}

#[test]
fn a_slug_is_one_segment_of_the_path_whatever_is_in_it() {
    let slug = "../a b/ç?x=1#%2e";
    let rig = Rig::new(Settings {
        slug: slug.to_owned(),
        ..Settings::company()
    })
    .env("BATON_VALIMAIL_SLUG", slug);
    assert!(rig.syncs(&[]).holds_the_company());
    assert_eq!(
        rig.standin.requests_to(Endpoint::List)[0].path,
        "/accounts/..%2Fa%20b%2F%C3%A7%3Fx%3D1%23%252e/scim/v2/Users"
    );
}

#[test]
fn a_list_in_pages_is_asked_for_page_by_page() {
    let rig = company_in(Pagination::Rfc7644 { page: 10 });
    let synced = rig.syncs(&[]);
    assert!(synced.holds_the_company());
    assert_eq!(
        pages(&rig),
        [
            (None, None),
            page(11, 10),
            page(21, 10),
            page(31, 10),
            page(41, 10)
        ]
    );
    assert_eq!(rig.count(Endpoint::Auth), 1);
}

#[test]
fn pages_that_fit_exactly_are_not_followed_by_an_empty_one() {
    let rig = company_in(Pagination::Rfc7644 { page: 21 });
    assert!(rig.syncs(&[]).holds_the_company());
    assert_eq!(pages(&rig), [(None, None), page(22, 21)]);
}

#[test]
fn pages_may_tell_their_total_last() {
    let rig = Rig::new(Settings {
        pagination: Pagination::Rfc7644 { page: 25 },
        total_position: TotalPosition::After,
        ..Settings::company()
    });
    assert!(rig.syncs(&[]).holds_the_company());
    assert_eq!(rig.count(Endpoint::List), 2);
}

#[test]
fn a_service_that_ignores_count_is_followed_all_the_same() {
    let rig = company_in(Pagination::IgnoresCount { page: 17 });
    assert!(rig.syncs(&[]).holds_the_company());
    assert_eq!(pages(&rig), [(None, None), page(18, 17), page(35, 17)]);
}

#[test]
fn a_service_that_ignores_start_index_is_not_asked_for_ever() {
    let rig = company_in(Pagination::IgnoresStartIndex { page: 10 });
    let _ = rig.fails(
        INTERNAL,
        &ONCE,
        &[
            "cannot list resources of the type user",
            "asked for accounts from 11 on",
            "those from 1 on",
        ],
    );
    assert_eq!(rig.count(Endpoint::List), 2);
}

#[test]
fn the_same_page_again_is_not_taken_for_more_accounts() {
    let page: Vec<_> = (0..50)
        .map(|n| json!({"id": format!("id-{n}"), "userName": format!("{n}@b.example")}))
        .collect();
    let page = json!({"totalResults": 100, "itemsPerPage": 50, "Resources": page});
    let page = Fault::Body(page.to_string().into_bytes());
    let rig = Rig::with_faults(Faults::list([page.clone(), page]));
    let transcript = rig.fails(9, &ONCE, &["50 of 100 records", "--max-unusable"]);
    let skipped = transcript.logged("skipping unusable record");
    assert_eq!(skipped.len(), 50);
    assert_eq!(skipped[0]["position"], 50);
    assert_eq!(skipped[0]["id"], "id-0");
    assert_eq!(skipped[0]["reason"], "a record before it has the same id");
}

#[test]
fn a_total_may_be_a_text_or_missing() {
    for total in [Total::Exact, Total::Text, Total::Null, Total::Absent] {
        for total_position in [TotalPosition::Before, TotalPosition::After] {
            let rig = Rig::new(Settings {
                total,
                total_position,
                ..Settings::company()
            });
            let synced = rig.syncs(&ONCE);
            assert!(synced.holds_the_company(), "{total:?} {total_position:?}");
            let noted = synced.transcript.stderr.contains("has no totalResults");
            assert_eq!(noted, matches!(total, Total::Null | Total::Absent));
        }
    }
}

#[test]
fn half_a_list_is_not_taken_for_the_whole() {
    for (off, says) in [(1, 43), (1000, 1042), (-1, 41), (-42, 0)] {
        for total_position in [TotalPosition::Before, TotalPosition::After] {
            let rig = Rig::new(Settings {
                total: Total::Off(off),
                total_position,
                ..Settings::company()
            });
            let says = format!("says that there are {says} accounts, but sent 42");
            let texts = [
                "cannot list resources of the type user",
                &says,
                "would look like deleted accounts",
            ];
            let _ = rig.fails(UNAVAILABLE, &ONCE, &texts);
            assert_eq!(rig.count(Endpoint::List), 1);
        }
    }
}

#[test]
fn pages_that_end_before_the_total_are_not_taken_for_the_whole() {
    let rig = Rig::new(Settings {
        pagination: Pagination::Rfc7644 { page: 20 },
        total: Total::Off(3),
        ..Settings::company()
    });
    let says = "says that there are 45 accounts, but sent 42";
    let _ = rig.fails(UNAVAILABLE, &ONCE, &[says]);
    let last = pages(&rig).pop();
    assert_eq!(last, Some(page(43, 2)), "asked for what was lacking");
}

#[test]
fn an_empty_list_may_look_like_anything() {
    for empty_list in [EmptyList::Array, EmptyList::Absent, EmptyList::Null] {
        let rig = Rig::new(Settings {
            empty_list,
            ..Settings::default()
        });
        let synced = rig.syncs(&ONCE);
        assert!(synced.ids().is_empty(), "{empty_list:?}");
        assert_eq!(synced.file.resources("member_type").len(), 3);
    }
}

#[test]
fn a_body_may_come_byte_by_byte() {
    let rig = Rig::new(Settings {
        piece: 1,
        ..Settings::company()
    });
    assert!(rig.syncs(&ONCE).holds_the_company());
}

#[test]
fn a_body_may_be_laid_out_and_cut_up_in_any_way() {
    for layout in [Layout::Compact, Layout::Pretty, Layout::Spaced] {
        for (piece, framing) in [(7, Framing::Chunked), (4096, Framing::ContentLength)] {
            let rig = Rig::new(Settings {
                layout,
                piece,
                framing,
                total_position: TotalPosition::After,
                ..Settings::company()
            });
            assert!(rig.syncs(&ONCE).holds_the_company(), "{layout:?} {piece}");
        }
    }
}

#[test]
fn a_body_may_be_compressed() {
    for framing in [Framing::Chunked, Framing::ContentLength] {
        let rig = Rig::new(Settings {
            gzip: true,
            framing,
            piece: 100,
            ..Settings::company()
        });
        assert!(rig.syncs(&ONCE).holds_the_company(), "{framing:?}");
        let list = &rig.standin.requests_to(Endpoint::List)[0];
        let accepted = list.header("accept-encoding").expect("Accept-Encoding");
        assert!(accepted.contains("gzip"), "{accepted}");
    }
}

#[test]
fn a_body_of_any_declared_type_is_read() {
    for content_type in ["text/plain", "application/json; charset=utf-8", "x/y"] {
        let fault = Fault::ContentType(content_type.to_owned());
        let rig = Rig::with_faults(Faults::list(fault));
        assert!(rig.syncs(&ONCE).holds_the_company(), "{content_type}");
    }
}

#[test]
fn a_list_of_thousands_in_pages_arrives_whole() {
    let mut accounts = Accounts::generated(5_000);
    accounts.push(Account::new("the-last", "last@b.example").member_type("auditor"));
    let rig = Rig::new(Settings {
        pagination: Pagination::Rfc7644 { page: 500 },
        accounts,
        ..Settings::default()
    });
    let synced = rig.syncs(&ONCE);
    let ids = synced.ids();
    assert_eq!(ids.len(), 5_001);
    assert_eq!(ids[5_000], "the-last");
    assert_eq!(synced.file.grants().len(), 5_001);
    assert_eq!(rig.count(Endpoint::List), 11);
}
