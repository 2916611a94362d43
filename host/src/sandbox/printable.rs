//! Characters that a terminal shows, and none that it obeys.

/// The character, or a blank where it could play tricks in a terminal or a line of a log: control
/// characters, line breaks, and what turns the direction of writing around or cannot be seen
/// (Unicode Standard Annex 9, section 2; Unicode Technical Report 36).
pub fn printable(character: char) -> char {
    match character {
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => ' ',
        other if other.is_control() => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_a_terminal_would_obey_becomes_a_blank() {
        let text = "a\u{1b}[2Jb\r\n\u{202e}c\u{9b}d\u{2066}e";
        let shown: String = text.chars().map(super::printable).collect();
        assert_eq!(shown, "a [2Jb   c d e");
        let harmless = "Ünïcode 日本 \"quoted\" it's \\ 100 %";
        let shown: String = harmless.chars().map(super::printable).collect();
        assert_eq!(shown, harmless);
    }
}
