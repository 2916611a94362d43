//! Reading a unit of systemd, as far as ours go: no continued lines and no quotes.

use crate::manifests::text;

/// A unit.
pub struct Unit {
    /// Section, key and value, in order.
    pub lines: Vec<(String, String, String)>,
}

impl Unit {
    /// One of `host/deploy/systemd`.
    pub fn of(name: &str) -> Self {
        Self::parse(&text(&format!("systemd/{name}")))
    }

    fn parse(text: &str) -> Self {
        let mut lines = Vec::new();
        let mut section = String::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            assert!(
                !line.ends_with('\\') && !line.contains(['"', '\'']),
                "{line}"
            );
            if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                section = name.to_owned();
                continue;
            }
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
            lines.push((section.clone(), key.to_owned(), value.to_owned()));
        }
        Self { lines }
    }

    /// All values of a key.
    pub fn values<'a>(&'a self, section: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.lines.iter();
        let fitting = lines.filter(move |line| line.0 == section && line.1 == key);
        fitting.map(|line| line.2.as_str())
    }

    /// The one value of a key.
    pub fn value<'a>(&'a self, section: &'a str, key: &'a str) -> &'a str {
        let mut values = self.values(section, key);
        let value = values.next().unwrap_or_else(|| panic!("no {key}"));
        assert_eq!(values.next(), None, "{key}");
        value
    }
}
