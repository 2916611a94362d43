//! Looking for secrets in all that has been said and written, in each form in which they could
//! have got there.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE},
};
use e2e::{c1z, host::Transcript};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Bytes by where they have been found.
#[derive(Default)]
pub struct Everything(BTreeMap<String, Vec<u8>>);

impl Everything {
    /// Adds what a run has printed.
    pub fn add_transcript(&mut self, name: &str, transcript: &Transcript) {
        self.add(format!("{name}: stdout"), transcript.stdout.as_bytes());
        self.add(format!("{name}: stderr"), transcript.stderr.as_bytes());
    }

    /// Adds anything.
    pub fn add(&mut self, name: String, bytes: &[u8]) {
        self.0.entry(name).or_default().extend_from_slice(bytes);
    }

    /// Adds every file below a directory, and what is inside those that are packed.
    pub fn add_files(&mut self, directory: &Path) {
        for path in files(directory) {
            // A run of another test may have taken it away.
            let Ok(bytes) = fs::read(&path) else { continue };
            self.add(path.display().to_string(), &bytes);
            if path.extension().is_some_and(|extension| extension == "c1z") {
                let inside = c1z::decompressed(&path);
                self.add(format!("{}, unpacked", path.display()), &inside);
            }
        }
    }

    /// Something that must be there, or the search would prove nothing.
    pub fn holds(&self, place: &str, text: &str) {
        let places = self.0.iter().filter(|(name, _)| name.contains(place));
        let mut found = places.filter(|(_, bytes)| contains(bytes, text.as_bytes()));
        assert!(found.next().is_some(), "{place} does not hold {text:?}");
    }

    /// Fails when there is a secret anywhere.
    pub fn tells_none(&self, secrets: &[&str]) {
        assert_eq!(self.found(secrets), Vec::<String>::new());
    }

    fn found(&self, secrets: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for secret in secrets {
            for (form, spelling) in forms(secret) {
                let places = self.0.iter();
                let places = places.filter(|(_, bytes)| contains(bytes, &spelling));
                found.extend(places.map(|(name, _)| format!("{secret} as {form} in {name}")));
            }
        }
        found
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = fs::read_dir(directory).expect("a directory");
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    // Comparing first bytes first: there are megabytes of them.
    let first = text[0];
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        rest = &rest[at..];
        if rest.starts_with(text) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// A secret in each form.
fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let json = serde_json::to_string(secret).expect("a text");
    let percent: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let symbols = secret.bytes().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    let escaped = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
    let backwards: String = secret.chars().rev().collect();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        ("it is", secret.as_bytes().to_vec()),
        // Cut short, it would still be half a secret.
        ("its beginning", secret.as_bytes()[..12].to_vec()),
        ("its end", secret.as_bytes()[secret.len() - 12..].to_vec()),
        ("JSON", json.trim_matches('"').as_bytes().to_vec()),
        ("escaped JSON", escaped.collect::<String>().into_bytes()),
        ("percent", percent.into_bytes()),
        ("a part of a URL", symbols.collect::<String>().into_bytes()),
        ("hexadecimal", hex.clone().into_bytes()),
        ("large hexadecimal", hex.to_uppercase().into_bytes()),
        ("itself backwards", backwards.into_bytes()),
    ];
    for shift in 0..3 {
        // What comes before it in a text decides how it is cut into sixes of bits.
        let text = [&b"   "[..shift], secret.as_bytes()].concat();
        for encoded in [BASE64_STANDARD.encode(&text), BASE64_URL_SAFE.encode(&text)] {
            let own = encoded.trim_end_matches('=');
            let own = own.get([0, 2, 3][shift]..own.len() - 1).expect("a middle");
            forms.push(("base64", own.as_bytes().to_vec()));
        }
    }
    forms
}

#[test]
fn a_secret_is_found_in_each_form() {
    let secret = "b7a91c52-0d3e/4f68\"9c41";
    let encoded = |text: String| BASE64_STANDARD.encode(text);
    for text in [
        format!("it is {secret}."),
        "it is b7a91c52-0d3".to_owned(),
        "it is 3e/4f68\"9c41".to_owned(),
        serde_json::json!({ "it is": secret }).to_string(),
        "%62%37%61%39%31%63%35%32%2D%30%64%33%65%2F%34%66%36%38%22%39%63%34%31".to_owned(),
        "b7a91c52%2D0d3e%2F4f68%229c41".to_owned(),
        "62376139316335322d306433652f346636382239633431".to_owned(),
        encoded(secret.to_owned()),
        encoded(format!("me:{secret}")),
        encoded(format!("you:{secret}:")),
        encoded(format!("him:1{secret}more")),
        BASE64_URL_SAFE.encode(format!("a{secret}")),
    ] {
        let mut everything = Everything::default();
        everything.add("here".to_owned(), text.as_bytes());
        assert!(!everything.found(&[secret]).is_empty(), "{text}");
        assert!(everything.found(&["something-else-entirely"]).is_empty());
    }
}
