//! What no file can do, and what each advice does.

use super::*;
use crate::egress::rule::may_read;
use proptest::prelude::*;

fn some_method() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "get", "CONNECT",
    ])
}

fn some_operation() -> impl Strategy<Value = Operation> {
    prop::sample::select(Operation::ALL.to_vec())
}

/// A rule of a file, which need not make sense.
fn some_rule() -> impl Strategy<Value = String> {
    let url = prop::sample::select(vec![
        "{base}/auth",
        "{base}/Users",
        "{base}/Users/*",
        "{base}/*",
        "{base}/*/*",
        "{base}/x",
        "https://api.example.com/%55sers",
        "https://other.example.org/*",
        "{unset}/x",
    ]);
    let rest = prop::sample::select(vec![
        "",
        "",
        ", effect = 'read'",
        ", effect = 'sign-in'",
        ", during = ['grant']",
        ", effect = 'change', during = ['revoke', 'create-account']",
        ", sends-secrets = ['token']",
    ]);
    let methods = prop::collection::vec(some_method(), 1..3);
    (methods, url, rest).prop_map(|(methods, url, rest)| {
        format!("{{ methods = {methods:?}, url = '{url}'{rest} }}")
    })
}

fn some_file() -> impl Strategy<Value = String> {
    let rules = || prop::collection::vec(some_rule(), 0..4);
    let default = prop::sample::select(vec!["declared", "none"]);
    (default, rules(), prop::collection::vec(some_rule(), 0..2)).prop_map(
        |(default, allow, deny)| {
            let deny = deny.join(", ").replace(", sends-secrets = ['token']", "");
            let allow = allow.join(", ");
            format!("default = '{default}'\nallow = [{allow}]\ndeny = [{deny}]")
        },
    )
}

const URLS: [&str; 8] = [
    "https://api.example.com/auth",
    "https://api.example.com/Users",
    "https://api.example.com/Users/1",
    "https://api.example.com/x",
    "https://api.example.com/x/%2F/it's",
    "https://other.example.org/status",
    "https://other.example.org/*",
    "https://evil.example.net/{x}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn no_file_makes_a_sync_change_something(file in some_file(), method in some_method()) {
        let Ok(policy) = laid(&file) else { return Ok(()) };
        let changes = |rule: &&Rule| rule.effect == Effect::Change;
        let method: Method = method.parse().unwrap();
        for url in URLS.map(|url| Url::parse(url).unwrap()) {
            for operation in Operation::ALL.into_iter().filter(|operation| !operation.changes()) {
                if let Ok(permit) = policy.decide(operation, &method, &url) {
                    prop_assert!(!changes(&permit.rule), "{}: {}", file, permit.rule);
                    prop_assert!(may_read(method.as_str()), "{}: {}", file, method);
                    let mut changing = policy.declared().iter().filter(changes);
                    prop_assert!(!changing.any(|rule| rule.matches(&method, &url)), "{}: {}", file, url);
                }
            }
        }
    }

    #[test]
    fn no_file_sends_a_secret_elsewhere(file in some_file(), method in some_method()) {
        let Ok(policy) = laid(&file) else { return Ok(()) };
        let method: Method = method.parse().unwrap();
        for url in URLS.map(|url| Url::parse(url).unwrap()) {
            for operation in Operation::ALL {
                let permit = policy.decide(operation, &method, &url);
                let sends = permit.is_ok_and(|permit| !permit.rule.sends.is_empty());
                prop_assert!(!sends || url.host_str() == Some("api.example.com"), "{}: {}", file, url);
            }
        }
    }

    #[test]
    fn the_order_of_the_rules_does_not_matter(
        (rules, other) in prop::collection::vec(some_rule(), 0..4)
            .prop_flat_map(|rules| (Just(rules.clone()), Just(rules).prop_shuffle())),
        method in some_method(),
    ) {
        let laid = |rules: &[String]| laid(&format!("allow = [{}]", rules.join(", ")));
        let (one, other) = match (laid(&rules), laid(&other)) {
            (Ok(one), Ok(other)) => (one, other),
            (one, other) => {
                prop_assert!(one.is_err() && other.is_err(), "{:?}", rules);
                return Ok(());
            }
        };
        for url in URLS {
            for operation in Operation::ALL {
                prop_assert_eq!(
                    sent(&one, operation, method, url).ok(),
                    sent(&other, operation, method, url).ok(),
                    "{:?}", rules
                );
            }
        }
    }

    #[test]
    fn advice_that_is_followed_helps(
        rules in prop::collection::vec(some_rule(), 0..3),
        default in prop::sample::select(vec!["declared", "none"]),
        deny in prop::sample::select(vec!["", "{ effect = 'change' }", "{ url = '{base}/*', during = ['grant', 'sync'] }"]),
        method in some_method(),
        operation in some_operation(),
    ) {
        let file = |allow: &str| format!("default = '{default}'\ndeny = [{deny}]\n{allow}");
        let allow = rules.join(", ");
        let list = |more: &str| match rules.is_empty() {
            true => file(more),
            false => file(&format!("allow = [{allow},\n{more}\n]")),
        };
        let Ok(policy) = laid(&list("")) else { return Ok(()) };
        if rules.is_empty() != policy.overlay().allow.is_empty() {
            return Ok(());
        }
        for url in URLS {
            let Err(refusal) = sent(&policy, operation, method, url) else { continue };
            if let Some(line) = refusal.allow() {
                let text = list(line);
                let policy = laid(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
                prop_assert!(passes(&policy, operation, method, url), "{} {}: {}", method, url, text);
            }
        }
    }
}
