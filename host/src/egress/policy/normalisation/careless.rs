//! What a path means to a server that takes no care.

use percent_encoding::percent_decode;

/// A path as the most careless of servers reads it: decoded as often as that changes something,
/// with any slash, without parameters, blanks and dots at the end, empty segments and steps up.
pub fn read_carelessly(path: &str) -> Vec<String> {
    let mut bytes = path.as_bytes().to_vec();
    loop {
        let decoded: Vec<u8> = percent_decode(&bytes).collect();
        if decoded == bytes {
            break;
        }
        bytes = decoded;
    }
    let lossy = String::from_utf8_lossy(&bytes).into_owned();
    let ascii = |c| match c {
        '\u{ff0f}' | '\u{2215}' | '\u{2044}' | '\\' | '\u{ff3c}' => '/',
        '\u{ff0e}' | '\u{2024}' => '.',
        '\u{ff1b}' => ';',
        // What has been an overlong `.` or `/`.
        '\u{fffd}' => '/',
        other => other,
    };
    let mut read: Vec<String> = Vec::new();
    for segment in lossy.chars().map(ascii).collect::<String>().split('/') {
        let name = segment.split(';').next().unwrap_or_default().trim();
        match name {
            "" | "." => {}
            ".." => {
                read.pop();
            }
            name => match name.trim_end_matches(['.', ' ']) {
                "" => {}
                name => read.push(name.to_owned()),
            },
        }
    }
    read
}
