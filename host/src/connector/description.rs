//! Whether what a component says of itself can be shown to people.

use crate::contract::describe::Description;

/// Bytes of a description, written out.
const LARGEST: usize = 1 << 20;

/// Checks that a description has a name, and holds nothing that could play tricks in a terminal:
/// control characters, line breaks, characters that turn the direction of writing around.
///
/// # Errors
///
/// Says what is wrong with it.
pub(super) fn check(description: &Description) -> Result<(), String> {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if description.name.is_empty() || !description.name.bytes().all(legal) {
        return Err("its name is not lower-case letters, digits and hyphens".to_owned());
    }
    // Rust writes down as an escape whatever does not print.
    let written = format!("{description:?}");
    if written.len() > LARGEST {
        return Err("it is larger than 1 MiB".to_owned());
    }
    let mut characters = written.chars();
    while let Some(character) = characters.next() {
        if character == '\\' && !matches!(characters.next(), Some('\\' | '"' | '\'')) {
            return Err("it holds characters that cannot be printed".to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(name: &str, display_name: &str) -> Result<(), String> {
        check(&Description {
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            ..super::super::nameless()
        })
    }

    #[test]
    fn printable_texts_of_any_language_are_good() {
        assert_eq!(
            described("example-2", r#"Ünïcode 日本 "quoted" it's \ 100 %"#),
            Ok(())
        );
    }

    #[test]
    fn what_could_play_tricks_in_a_terminal_is_refused() {
        for text in [
            "a\u{1b}[2Jb",
            "a\nb",
            "a\rb",
            "a\u{202e}b",
            "a\0b",
            "a\u{9b}b",
        ] {
            assert!(described("example", text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_name_is_one_that_a_program_could_have() {
        for name in ["", "No", "a b", "../a", "a_b"] {
            assert!(described(name, "Example").is_err(), "{name:?}");
        }
    }
}
