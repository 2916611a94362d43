//! Whether `host/deploy/README.md` says what is so.

use crate::manifests::{directory, files, source, text};

/// What the guide says of a connector that does not come to work: the first column of the tables.
fn symptoms() -> Vec<String> {
    let guide = text("README.md");
    let (_, rest) = guide
        .split_once("## When it is not Connected")
        .expect("a part");
    let part = rest.split("\n## ").next().expect("its end");
    let rows = part.lines().filter(|line| line.starts_with("| "));
    let cells = rows.filter_map(|row| row.split(" | ").next());
    cells.map(str::to_owned).collect()
}

#[test]
fn every_message_that_is_quoted_is_one_of_the_program() {
    let source = source();
    let mut quoted = 0;
    for symptom in symptoms() {
        for message in symptom.split('`').skip(1).step_by(2) {
            for piece in message.split("...").map(str::trim) {
                assert!(source.contains(piece), "{piece:?} in {symptom:?}");
                quoted += usize::from(!piece.is_empty());
            }
        }
    }
    assert!(quoted > 15, "only {quoted} messages are quoted");
}

#[test]
fn every_file_is_explained() {
    let guide = text("README.md");
    for file in files("kubernetes").into_iter().chain(files("systemd")) {
        assert!(guide.contains(&file), "{file}");
    }
}

#[test]
fn every_file_that_is_named_is_there() {
    let guide = text("README.md");
    let ends = |c: char| !(c.is_ascii_alphanumeric() || "/-._".contains(c));
    let words = guide.split(ends).map(|word| word.trim_end_matches('.'));
    let named: Vec<_> = words
        .filter(|word| word.starts_with("kubernetes/") || word.starts_with("systemd/"))
        .collect();
    assert!(!named.is_empty());
    for file in named {
        assert!(directory().join(file).exists(), "{file}");
    }
}
