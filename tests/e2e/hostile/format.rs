//! Components that attack whoever reads them.

use crate::{
    arena::{load, terms},
    raw::{COMPONENT, MODULE, count, leb128, raw, section},
};
use connector_host::connector::{Digest, Terms};
use std::time::Duration;

/// That a file is not run.
fn refused(bytes: &[u8], terms: Terms, texts: &[&str]) {
    let Err(error) = load(bytes, terms) else {
        panic!("it has been read");
    };
    for text in texts {
        assert!(error.contains(text), "it does not say {text:?}: {error}");
    }
}

#[test]
fn a_component_that_is_too_large_is_not_read() {
    let mut bytes = raw(&[]);
    // Something that does not matter.
    bytes.extend(section(0, &[&[1, b'x'], &vec![0; 2 << 20][..]].concat()));
    let terms = Terms {
        size: 1 << 20,
        ..terms()
    };
    refused(
        &bytes,
        terms,
        &["larger than 1 MiB (--component-size-limit)"],
    );
}

#[test]
fn a_component_of_another_digest_is_not_run() {
    let pinned = Digest::of(b"what has been looked at");
    // It would not come to an end.
    let bytes = raw(&[("describe", "(loop (br 0)) unreachable")]);
    let terms = Terms {
        digest: Some(pinned),
        ..terms()
    };
    refused(&bytes, terms, &["only sha256:", "may be run", "--digest"]);
}

/// A component by hand, with so many instances of a module in it.
fn crowded(module: &[u8], instances: usize) -> Vec<u8> {
    let mut bytes = raw(&[]);
    let index = count(&bytes, 1);
    bytes.extend(section(1, module));
    let instance = [&[0][..], &leb128(index), &[0]].concat();
    let instances = [leb128(instances), instance.repeat(instances)].concat();
    bytes.extend(section(2, &instances));
    bytes
}

#[test]
fn a_component_of_very_many_instances_is_denied() {
    let texts = ["instance count too high at 65", "(--instance-limit)"];
    refused(&crowded(MODULE, 900), terms(), &texts);
    let texts = [
        "is not a valid component",
        "instances count exceeds limit of 1000",
    ];
    refused(&crowded(MODULE, 10_000), terms(), &texts);
}

#[test]
fn memories_that_are_large_together_are_denied() {
    // 50 of 2 MiB.
    let module = [MODULE, &section(5, &[1, 0, 32])].concat();
    let texts = ["more than 64 MiB", "(--memory-limit)"];
    refused(&crowded(&module, 50), terms(), &texts);
}

#[test]
fn instances_that_double_and_double_are_denied() {
    let mut text = "(component $c0 (core module $m) (core instance (instantiate $m)))".to_owned();
    for level in 1..=30 {
        let twice = format!("(instance (instantiate $c{}))", level - 1).repeat(2);
        text += &format!("(component $c{level} {twice})");
    }
    let bytes = wat::parse_str(format!("(component {text} (instance (instantiate $c30)))"));
    let texts = ["when each component in it is written out as often as it is instantiated"];
    refused(&bytes.expect("a component"), terms(), &texts);
}

#[test]
fn a_component_that_takes_long_to_compile_is_given_up() {
    // A function of blocks within blocks.
    let blocks = 40_000;
    let body = [
        &[0][..],
        &[0x02, 0x40].repeat(blocks),
        &[0x0b].repeat(blocks + 1),
    ]
    .concat();
    let module = [
        MODULE,
        &section(1, &[1, 0x60, 0, 0]),
        &section(3, &[1, 0]),
        &section(10, &[&[1][..], &leb128(body.len()), &body].concat()),
    ]
    .concat();
    let terms = Terms {
        compile: Duration::from_secs(1),
        ..terms()
    };
    let texts = ["has not been compiled within 1 s (--compile-time-limit)"];
    refused(&crowded(&module, 1), terms, &texts);
}

#[test]
fn components_within_components_are_refused() {
    // From the inside to the outside, without copying it again and again.
    let depth = 50_000;
    let (mut heads, mut size) = (Vec::new(), COMPONENT.len());
    for _ in 0..depth {
        let head = [COMPONENT, &[4], &leb128(size)].concat();
        size += head.len();
        heads.push(head);
    }
    heads.reverse();
    let bytes = [&heads.concat(), COMPONENT].concat();
    let texts = ["is not a valid component", "components within components"];
    refused(&bytes, terms(), &texts);
}

#[test]
fn types_within_types_are_refused() {
    for depth in [1_000, 100_000] {
        // list<string>, list<list<string>> and so on; 64 and above takes more than one byte.
        let mut types = leb128(depth);
        for index in 0..depth {
            types.push(0x70);
            match index {
                0 => types.push(0x73),
                _ => types.extend(signed(index - 1)),
            }
        }
        let bytes = [COMPONENT, &section(7, &types)].concat();
        refused(&bytes, terms(), &["type nesting is too deep"]);
    }
}

/// A positive signed number (WebAssembly, section 5.2.2).
fn signed(number: usize) -> Vec<u8> {
    let mut bytes = leb128(number);
    if let Some(last) = bytes.last_mut().filter(|last| **last & 0x40 != 0) {
        *last |= 0x80;
        bytes.push(0);
    }
    bytes
}

#[test]
fn an_import_that_there_is_not_is_refused() {
    let instances = [
        "describe",
        "validate",
        "list-resources",
        "list-entitlements",
        "list-grants",
    ]
    .map(|name| format!("(export \"identity:connector/{name}@0.1.0\" (instance $empty))"));
    for (import, text) in [
        // A name that the host knows, and a function that it does not.
        (
            "wasi:filesystem/escape@0.2.0",
            "a matching implementation was not found in the linker",
        ),
        (
            "acme:shell/exec@1.0.0",
            "which this host does not offer to connectors",
        ),
    ] {
        let text_of_it = format!(
            "(component (import {import:?} (instance (export \"out\" (func)))) (instance $empty) {})",
            instances.concat()
        );
        let bytes = wat::parse_str(text_of_it).expect("a component");
        refused(&bytes, terms(), &["cannot run", text]);
    }
}

#[test]
fn proposals_that_a_connector_does_not_need_are_refused() {
    for (place, lines) in [
        ("more", "(memory $shared 1 1 shared)"),
        ("more", "(memory $large i64 1)"),
        ("more", "(tag $oops) (func (throw $oops))"),
        ("more", "(type $s (struct (field i32)))"),
        (
            "more",
            "(func (drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) (v128.const i64x2 0 0))))",
        ),
    ] {
        refused(
            &raw(&[(place, lines)]),
            terms(),
            &["is not a valid component"],
        );
    }
}
