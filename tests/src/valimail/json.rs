//! How the stand-in lays JSON out: compact, pretty, or with whitespace in unusual places.

use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

/// The whitespace of the JSON sent. The text means the same in each of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// No whitespace at all.
    #[default]
    Compact,
    /// Two blanks for each level.
    Pretty,
    /// Line feeds, carriage returns, tabs and blanks, also before and after the whole document.
    Spaced,
}

impl Layout {
    /// What stands between two items of the list of accounts.
    pub(super) fn separator(self) -> &'static [u8] {
        match self {
            Layout::Compact => b",",
            Layout::Pretty => b",\n    ",
            Layout::Spaced => b" \t,\r\n\n ",
        }
    }

    /// `value` as text in this layout.
    pub(super) fn render(self, value: &Value) -> String {
        let text = match self {
            Layout::Compact => value.to_string(),
            Layout::Pretty => indented(value, b"  "),
            Layout::Spaced => indented(value, b"\r\n\t "),
        };
        match self {
            Layout::Spaced => format!("\r\n {text} \t\n"),
            Layout::Compact | Layout::Pretty => text,
        }
    }

    /// `value` as text in this layout, set two levels deep: where an account stands in a list.
    pub(super) fn render_item(self, value: &Value) -> String {
        match self {
            Layout::Pretty => self.render(value).replace('\n', "\n    "),
            Layout::Compact | Layout::Spaced => self.render(value),
        }
    }
}

fn indented(value: &Value, indent: &[u8]) -> String {
    let mut bytes = Vec::new();
    let mut serializer =
        Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(indent));
    serde::Serialize::serialize(value, &mut serializer).expect("a value always serializes");
    String::from_utf8(bytes).expect("serde_json writes UTF-8")
}

/// `text` with every character outside ASCII, every `/` and every `@` as an escape. All of these
/// occur in JSON only inside strings, so that the text means the same.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        match character {
            '/' => escaped.push_str("\\/"),
            '@' => escaped.push_str("\\u0040"),
            ascii if ascii.is_ascii() => escaped.push(ascii),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    escaped.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_layout_and_the_escapes_mean_the_same() {
        let value = json!({"a": [1, {"b": "Zoë 🦀 / x@y.example"}], "c": {}, "d": []});
        for layout in [Layout::Compact, Layout::Pretty, Layout::Spaced] {
            for text in [layout.render(&value), layout.render_item(&value)] {
                assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
                let escaped = escape(&text);
                assert!(escaped.is_ascii() && !escaped.contains('@'));
                assert_eq!(serde_json::from_str::<Value>(&escaped).unwrap(), value);
            }
        }
    }
}
