//! What a file may say, and what is said of one that makes no sense.

use super::*;

fn parsed(text: &str) -> PolicyFile {
    PolicyFile::parse("p.toml", text.to_owned()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> String {
    match PolicyFile::parse("p.toml", text.to_owned()) {
        Ok(_) => panic!("{text} makes sense"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn rules_are_lists_or_tables() {
    let list = parsed(
        "default = 'none'\nallow = [\n  { methods = ['GET', 'POST'], url = 'https://e.com/a', \
         during = ['grant'], sends-secrets = ['key'], reason = 'why' },\n]\n",
    );
    let tables = parsed(
        "default = 'none'\n\n[[allow]]\nmethods = ['GET', 'POST']\nurl = 'https://e.com/a'\n\
         during = ['grant']\nsends-secrets = ['key']\nreason = 'why'\n",
    );
    for (file, line) in [(list, 3), (tables, 3)] {
        assert!(file.only);
        let [allow] = &file.allow[..] else {
            panic!("{file:?}")
        };
        assert_eq!(allow.place.to_string(), format!("p.toml, line {line}"));
        let methods: Vec<_> = allow
            .methods
            .iter()
            .map(|(method, _)| method.as_str())
            .collect();
        assert_eq!(methods, ["GET", "POST"]);
        assert_eq!(allow.url.get_ref(), "https://e.com/a");
        assert_eq!(allow.during, [Operation::Grant]);
        assert_eq!(allow.sends[0].get_ref(), "key");
        assert_eq!(allow.reason.as_deref(), Some("why"));
    }
}

#[test]
fn a_file_need_not_say_anything() {
    let file = parsed("# nothing yet\n");
    assert!(!file.only && file.allow.is_empty() && file.deny.is_empty());
}

#[test]
fn what_is_denied_may_be_said_in_part() {
    let file = parsed(
        "deny = [\n{ effect = 'change' },\n{ during = ['sync', 'validate'], methods = ['POST'] },\n\
         { url = 'https://e.com/' }]",
    );
    assert_eq!(file.deny.len(), 3);
    assert_eq!(file.deny[1].during, [Operation::Sync, Operation::Validate]);
}

#[test]
fn what_makes_no_sense_is_named_with_its_place_and_what_to_write_instead() {
    for (text, place, what) in [
        (
            "allow = [\n{ methods = ['GET'], ur = 'x' },\n]",
            "line 2, column 22",
            "`url`",
        ),
        ("alow = []", "line 1, column 1", "`allow`"),
        (
            "default = 'all'",
            "line 1, column 11",
            "`declared` or `none`",
        ),
        ("default = 'none", "line 1", ""),
        (
            "allow = [{ url = 'https://e.com' }]",
            "line 1",
            "missing field `methods`",
        ),
        (
            "allow = [{ methods = 'GET', url = 'https://e.com' }]",
            "line 1, column 22",
            "expected a sequence",
        ),
        (
            "allow = [{ methods = [], url = 'https://e.com' }]",
            "line 1, column 22",
            "methods = [\"GET\"]",
        ),
        (
            "allow = [\n  { methods = ['GET', 'get'], url = 'https://e.com' }]",
            "line 2, column 23",
            "in capitals",
        ),
        (
            "deny = [{ methods = ['*'] }]",
            "line 1, column 22",
            "write them out",
        ),
        (
            "allow = [{ methods = ['GET'], url = 'https://e.com', effect = 'reed' }]",
            "line 1, column 63",
            "`sign-in`",
        ),
        (
            "allow = [{ methods = ['POST'], url = 'https://e.com', effect = 'change' }]",
            "line 1, column 64",
            "during = [\"grant\"]",
        ),
        (
            "allow = [{ methods = ['GET'], url = 'https://e.com', effect = 'read', during = ['grant'] }]",
            "line 1, column 63",
            "leave during out",
        ),
        (
            "allow = [{ methods = ['POST', 'PUT'], url = 'https://e.com', effect = 'read' }]",
            "line 1, column 31",
            "PUT changes something, whatever is said of it",
        ),
        (
            "allow = [{ methods = ['PATCH'], url = 'https://e.com', effect = 'sign-in' }]",
            "line 1, column 23",
            "PATCH changes something",
        ),
        (
            "allow = [{ methods = ['GET'], url = 'https://e.com', during = ['sync'] }]",
            "line 1, column 63",
            "nothing is changed during sync",
        ),
        (
            "deny = [{ during = ['grants'] }]",
            "line 1, column 21",
            "\"grants\" is no operation; there are validate, sync",
        ),
        (
            "deny = [{ during = ['describe'] }]",
            "line 1, column 21",
            "no operation",
        ),
        (
            "deny = [{ during = [] }]",
            "line 1, column 20",
            "leave during out",
        ),
        ("deny = [{}]", "line 1, column 9", "deny everything"),
        (
            "deny = [{ reason = 'x' }]",
            "line 1, column 9",
            "deny everything",
        ),
        (
            "deny = [{ effect = 'change', during = ['sync'] }]",
            "line 1, column 9",
            "denies nothing",
        ),
    ] {
        let error = refused(text);
        assert!(error.contains("p.toml"), "{error}");
        assert!(error.contains(place), "{text}: {error}");
        assert!(error.contains(what), "{text}: {error}");
    }
}

#[test]
fn columns_are_counted_in_characters() {
    let error = refused("default = 'declared'\n'ü' = 1 # ü\nallow = []");
    assert!(error.contains("line 2, column 1"), "{error}");
    let error = refused("deny = [{ reason = 'ü', during = ['x'] }]");
    assert!(error.contains("line 1, column 35"), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = PolicyFile::read(Path::new("/nowhere/p.toml")).unwrap_err();
    assert!(error.to_string().contains("/nowhere/p.toml"), "{error}");
}
