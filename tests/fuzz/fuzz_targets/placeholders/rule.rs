//! Rules that send some of the secrets, and answers that bring one.

use connector_host::{
    contract::describe::{Effect, Operations, OutboundRequest, ReturnedSecret},
    egress::rule::Rule,
};
use fuzz::secret::NAMES;

/// A rule that sends these of [`NAMES`].
pub fn sending(sends: [bool; NAMES.len()]) -> Rule {
    let named = NAMES.iter().zip(sends);
    let sent = named.filter_map(|(name, sends)| sends.then_some((*name).to_owned()));
    rule(sent.collect(), Vec::new())
}

/// A text in which such a rule has put `values` in the place of their placeholders.
pub fn filled(
    text: &str,
    placeholders: &[String],
    values: &[String],
    sends: [bool; NAMES.len()],
) -> String {
    let mut text = text.to_owned();
    for ((placeholder, value), sends) in placeholders.iter().zip(values).zip(sends) {
        if sends {
            text = text.replace(placeholder, value);
        }
    }
    text
}

/// A rule whose answers bring a secret.
pub fn returning(name: &str, pointer: &str) -> Rule {
    let returned = ReturnedSecret {
        pointer: pointer.to_owned(),
        name: name.to_owned(),
    };
    rule(Vec::new(), vec![returned])
}

fn rule(sends_secrets: Vec<String>, returns_secrets: Vec<ReturnedSecret>) -> Rule {
    let request = OutboundRequest {
        methods: vec!["POST".to_owned()],
        url: "https://api.example.com/auth".to_owned(),
        effect: Effect::SignIn,
        during: Operations::empty(),
        sends_secrets,
        returns_secrets,
        purpose: String::new(),
    };
    Rule::new(&request, |_| None).unwrap().unwrap()
}
