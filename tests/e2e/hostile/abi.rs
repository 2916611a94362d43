//! Breaking the calling convention: pointers, texts, streams and futures that are none.

use crate::{
    arena::{attack, load, terms},
    raw::raw,
};
use connector_host::{connector::Terms, sandbox::Limits};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// That a component does not get as far as to describe itself.
fn describing_fails(changes: &[(&str, &str)], texts: &[&str]) {
    let terms = Terms {
        describe: SECOND,
        ..terms()
    };
    let Err(error) = load(&raw(changes), terms) else {
        panic!("it has described itself");
    };
    for text in [&["describe"], texts].concat() {
        assert!(error.contains(text), "it does not say {text:?}: {error}");
    }
}

/// That it describes itself, but a sync of it fails.
fn listing_fails(changes: &[(&str, &str)], texts: &[&str]) {
    listing_fails_within(changes, |limits| limits.cpu = SECOND, texts);
}

fn listing_fails_within(
    changes: &[(&str, &str)],
    limits: impl FnOnce(&mut Limits),
    texts: &[&str],
) {
    let connector = load(&raw(changes), terms()).expect("a connector");
    let outcome = attack("raw").limits(limits).run_with(connector);
    outcome.fails_with(&[&["cannot list resources of the type thing"], texts].concat());
}

#[test]
fn a_component_by_hand_that_attacks_nothing_is_run() {
    let connector = load(&raw(&[]), terms()).expect("a connector");
    let file = attack("raw").run_with(connector).succeeds();
    assert!(file.resources("thing").is_empty());
}

#[test]
fn a_pointer_out_of_bounds_is_a_trap() {
    for pointer in [
        "i32.const 65536",
        "i32.const 65532",
        "i32.const -4",
        "i32.const 0x7ffffffc",
    ] {
        describing_fails(&[("describe", pointer)], &["out of bounds"]);
    }
}

#[test]
fn a_pointer_that_is_not_aligned_is_a_trap() {
    describing_fails(&[("describe", "i32.const 1025")], &["not aligned"]);
}

/// A description with a name at an address, of a length.
fn named(address: &str, length: &str) -> String {
    format!(
        "(i32.store (i32.const 1024) (i32.const {address}))
         (i32.store (i32.const 1028) (i32.const {length}))
         i32.const 1024"
    )
}

#[test]
fn a_text_out_of_bounds_is_a_trap() {
    for (address, length) in [
        ("65530", "7"),
        ("0xfffffff0", "4"),
        ("16", "0xffffffff"),
        // Their sum is small again.
        ("0xfffffff0", "0x20"),
        ("0xffffffff", "0xffffffff"),
    ] {
        describing_fails(&[("describe", &named(address, length))], &["out of bounds"]);
    }
}

#[test]
fn a_text_that_is_not_utf_8_is_a_trap() {
    for text in [
        r"\ff\fe\fd",
        // Cut off; a surrogate; a slash in two bytes; more than there are characters.
        r"ab\c3",
        r"\ed\a0\80",
        r"\c0\afx",
        r"\f4\90\80\80",
    ] {
        let data = format!("(data (i32.const 256) \"{text}\")");
        let describe = named("256", "3");
        describing_fails(&[("more", &data), ("describe", &describe)], &["utf-8"]);
    }
}

#[test]
fn a_list_of_two_hundred_million_items_is_a_trap() {
    let describe = "
        (i32.store (i32.const 1076) (i32.const 0x0fffffff))
        i32.const 1024";
    describing_fails(&[("describe", describe)], &["out of bounds"]);
}

#[test]
fn a_list_of_overlapping_items_is_as_large_as_it_says() {
    // 60 MiB of it, each a type, all of them the same zeros.
    let changes = [
        ("memory", r#"(memory (export "memory") 1000)"#),
        (
            "describe",
            "(i32.store (i32.const 1072) (i32.const 4096))
             (i32.store (i32.const 1076) (i32.const 900000))
             i32.const 1024",
        ),
    ];
    describing_fails(
        &changes,
        &["handed over more at once", "(--item-size-limit)"],
    );
}

#[test]
fn a_text_of_60_mib_is_too_much_at_once() {
    let describe = named("4096", "62914560");
    let memory = r#"(memory (export "memory") 1000)"#;
    describing_fails(
        &[("memory", memory), ("describe", &describe)],
        &["handed over more at once", "(--item-size-limit)"],
    );
}

#[test]
fn a_description_of_2_mib_is_refused() {
    let describe = "
        (memory.fill (i32.const 65536) (i32.const 0x61) (i32.const 0x200000))
        (i32.store (i32.const 1032) (i32.const 65536))
        (i32.store (i32.const 1036) (i32.const 0x200000))
        i32.const 1024";
    let memory = r#"(memory (export "memory") 100)"#;
    let changes = [("memory", memory), ("describe", describe)];
    let Err(error) = load(&raw(&changes), terms()) else {
        panic!("it has described itself");
    };
    assert!(error.contains("it is larger than 1 MiB"), "{error}");
}

#[test]
fn a_case_that_there_is_not_is_a_trap() {
    // Whether there is a help-url; where a type's entitlements come from.
    for (address, text) in [
        ("1048", "invalid option discriminant"),
        ("2096", "unexpected discriminant: 200"),
    ] {
        let describe = format!(
            "(i32.store8 (i32.const {address}) (i32.const 200))
             i32.const 1024"
        );
        describing_fails(&[("describe", &describe)], &[text]);
    }
}

#[test]
fn a_description_without_an_end_is_stopped() {
    let texts = ["did not come to an end within 1 s (--describe-time-limit)"];
    describing_fails(&[("describe", "(loop (br 0)) unreachable")], &texts);
}

#[test]
fn a_start_without_an_end_is_stopped() {
    let texts = ["did not come to an end within 1 s (--describe-time-limit)"];
    let start = "(func $start (loop (br 0))) (start $start)";
    describing_fails(&[("more", start)], &texts);
}

#[test]
fn cleaning_up_without_an_end_is_stopped() {
    let texts = ["did not come to an end within 1 s (--describe-time-limit)"];
    let after = r#"
        (func (export "cabi_post_identity:connector/describe@0.1.0#describe") (param i32)
            (loop (br 0)))"#;
    describing_fails(&[("more", after)], &texts);
}

#[test]
fn a_recursion_without_an_end_is_stopped() {
    let recursion = "(func $deeper (result i32) (i32.add (call $deeper) (i32.const 1)))";
    describing_fails(
        &[("more", recursion), ("describe", "call $deeper")],
        &["call stack exhausted (--stack-limit)"],
    );
}

#[test]
fn a_table_bomb_is_denied() {
    let table = "(table $bomb 1 funcref)";
    let describe = "
        (loop (br_if 0 (i32.ne (i32.const -1)
            (table.grow $bomb (ref.null func) (i32.const 1000)))))
        unreachable";
    describing_fails(
        &[("more", table), ("describe", describe)],
        &["(--table-limit)"],
    );
}

#[test]
fn a_memory_of_4_gib_is_denied() {
    let memory = r#"(memory (export "memory") 65536)"#;
    describing_fails(
        &[("memory", memory)],
        &["more than 64 MiB", "(--memory-limit)"],
    );
}

#[test]
fn a_table_of_ten_million_entries_is_denied() {
    let table = "(table 10000000 funcref)";
    describing_fails(
        &[("more", table)],
        &["more than 100000 entries", "(--table-limit)"],
    );
}

#[test]
fn an_allocation_that_lies_is_a_trap() {
    for (lie, text) in [
        ("i32.const -8", "realloc return: beyond end of memory"),
        ("i32.const 65536", "realloc return: beyond end of memory"),
        ("i32.const 65535", "realloc return: beyond end of memory"),
        ("unreachable", "unreachable"),
    ] {
        listing_fails(&[("realloc", lie)], &["the connector crashed", text]);
    }
}

#[test]
fn an_allocation_without_an_end_is_stopped() {
    let texts = ["it has computed for more than 1 s (--cpu-limit)"];
    listing_fails(&[("realloc", "(loop (br 0)) unreachable")], &texts);
}

#[test]
fn an_allocation_that_calls_out_is_a_trap() {
    let call = "(drop (call $stream-new)) unreachable";
    listing_fails(&[("realloc", call)], &["cannot leave component instance"]);
}

#[test]
fn handles_that_there_are_not_are_a_trap() {
    for list in [
        "(call $return (i32.const 77) (i32.const 78)) i32.const 0",
        "(call $return (i32.const 0) (i32.const -1)) i32.const 0",
        "(drop (call $stream-write (i32.const 99) (i32.const 4096) (i32.const 1))) i32.const 0",
        "(call $stream-drop (i32.const 99)) i32.const 0",
    ] {
        listing_fails(&[("list", list)], &["unknown handle index"]);
    }
}

#[test]
fn a_stream_in_the_place_of_a_future_is_a_trap() {
    let list = "
        (local.set $ends (call $stream-new))
        (call $return (i32.wrap_i64 (local.get $ends)) (i32.wrap_i64 (local.get $ends)))
        i32.const 0";
    listing_fails(&[("list", list)], &["unknown handle index"]);
}

#[test]
fn the_writable_end_in_the_place_of_the_readable_one_is_a_trap() {
    let list = "
        (local.set $ends (call $stream-new))
        (call $return
            (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32)))
            (i32.wrap_i64 (call $future-new)))
        i32.const 0";
    listing_fails(
        &[("list", list)],
        &["handle is not a readable end of a stream"],
    );
}

#[test]
fn items_out_of_bounds_are_a_trap() {
    for write in [
        "(call $stream-write (global.get $stream) (i32.const -8) (i32.const 1))",
        "(call $stream-write (global.get $stream) (i32.const 65528) (i32.const 10))",
        "(call $stream-write (global.get $stream) (i32.const 4096) (i32.const 0x0fffffff))",
    ] {
        let list = format!("call $answer (drop {write}) i32.const 1");
        listing_fails(
            &[("list", &list), ("callback", "i32.const 1")],
            &["read pointer out of bounds of memory"],
        );
    }
}

#[test]
fn items_that_are_not_aligned_are_a_trap() {
    let list = "
        call $answer
        (drop (call $stream-write (global.get $stream) (i32.const 4097) (i32.const 1)))
        i32.const 1";
    listing_fails(&[("list", list)], &["pointer not aligned"]);
}

#[test]
fn two_writes_at_once_are_a_trap() {
    let write = "(drop (call $stream-write (global.get $stream) (i32.const 4096) (i32.const 1)))";
    let list = format!("call $answer {write} {write} i32.const 1");
    listing_fails(
        &[("list", &list)],
        &["cannot have concurrent operations active"],
    );
}

#[test]
fn dropping_a_stream_while_it_writes_is_a_trap() {
    let list = "
        call $answer
        (drop (call $stream-write (global.get $stream) (i32.const 4096) (i32.const 1)))
        (call $stream-drop (global.get $stream))
        i32.const 0";
    listing_fails(&[("list", list)], &["cannot drop busy stream"]);
}

#[test]
fn a_future_that_is_dropped_unwritten_is_a_trap() {
    let list = "call $answer (call $future-drop (global.get $future)) i32.const 0";
    listing_fails(&[("list", list)], &["without first writing a value"]);
}

#[test]
fn no_answer_at_all_is_a_trap() {
    let texts = ["the connector crashed", "failed to produce a result"];
    listing_fails(&[("list", "i32.const 0")], &texts);
}

#[test]
fn two_answers_are_a_trap() {
    let texts = ["the connector crashed", "more than once"];
    listing_fails(&[("list", "call $answer call $answer i32.const 0")], &texts);
}

#[test]
fn a_way_to_go_on_that_there_is_not_is_a_trap() {
    for (code, text) in [
        ("i32.const 9", "unsupported callback code"),
        ("i32.const -1", "unsupported callback code"),
        // WAIT for a set that there is not.
        ("i32.const 0x772", "unknown handle index"),
    ] {
        let list = format!("call $answer {code}");
        listing_fails(&[("list", &list)], &[text]);
    }
}

#[test]
fn going_first_for_ever_is_stopped() {
    let texts = ["it has computed for more than 1 s (--cpu-limit)"];
    let changes = [
        ("list", "call $answer i32.const 1"),
        ("callback", "i32.const 1"),
    ];
    listing_fails(&changes, &texts);
}

#[test]
fn waiting_for_nothing_is_stopped() {
    // WAIT for a set of nothing, with and without an answer before.
    let wait = "(i32.or (i32.const 2) (i32.shl (call $set-new) (i32.const 4)))";
    for list in [wait.to_owned(), format!("call $answer {wait}")] {
        listing_fails_within(
            &[("list", &list)],
            |limits| limits.call_time = SECOND,
            &["within 1 s (--call-time-limit)"],
        );
    }
}
