//! Credentials, and the texts of others that might repeat them.

/// Shorter values appear in texts by chance.
const SHORTEST: usize = 4;

/// What no message may say. It has no `Debug`, because it must not be printed.
#[derive(Clone, Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    pub fn new<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let values = values.into_iter().filter(|value| value.len() >= SHORTEST);
        let mut secrets: Vec<_> = values.map(str::to_owned).collect();
        // A secret inside a longer one must not spoil it.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(secrets)
    }

    /// The text with `***` for each secret, and for the beginning of one at its end, where it
    /// may have been cut.
    pub fn blank(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            text = text.replace(secret, "***");
        }
        for secret in &self.0 {
            let beginnings = (SHORTEST..secret.len()).rev();
            let mut beginnings = beginnings.filter_map(|length| secret.get(..length));
            if let Some(cut) = beginnings.find(|beginning| text.ends_with(beginning)) {
                text.truncate(text.len() - cut.len());
                text.push_str("***");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_blanked_out_whole_and_cut() {
        let secrets = Secrets::new(["hunter2", "hunter2-and-more", "1", ""]);
        for (text, blank) in [
            ("hunter2-and-more, hunter2 or 1", "***, *** or 1"),
            ("it was hunter2-an", "it was ***-an"),
            ("it was hunt", "it was ***"),
            ("it was hun", "it was hun"),
            ("", ""),
        ] {
            assert_eq!(secrets.blank(text), blank);
        }
        assert_eq!(Secrets::new(["clé-écrue"]).blank("la clé-é"), "la ***");
    }
}
