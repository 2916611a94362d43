//! What a component wants to send, against what an older version wanted.

use super::{
    policy::{name, url},
    request::{Request, names},
    words::during,
};
use connector_host::{connector::Connector, contract::describe::Effect, egress::rule::Rule};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt};

/// The difference in what two components declare.
pub struct Difference {
    pub older: Connector,
    new: Vec<Request>,
    gone: Vec<Request>,
    changed: Vec<Changed>,
}

struct Changed {
    before: Request,
    after: Request,
}

impl Difference {
    pub fn new(older: Connector, before: &[Rule], after: &[Rule]) -> Self {
        let (mut before, after) = (wishes(before), wishes(after));
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for (key, after) in after {
            match before.remove(&key) {
                None => new.push(after),
                Some(before) if before != after => changed.push(Changed { before, after }),
                Some(_) => {}
            }
        }
        Self {
            older,
            new,
            gone: before.into_values().collect(),
            changed,
        }
    }

    /// Whether more can be done than before: another request, a change in place of a read or in
    /// another operation, another secret that leaves, or one that comes in without being declared.
    pub fn more(&self) -> bool {
        let grown = |Changed { before, after }: &Changed| {
            let changes = |request: &Request| request.effect == Effect::Change;
            let within = |few: &[String], many: &[String]| few.iter().all(|own| many.contains(own));
            (changes(after) && !changes(before))
                || !within(&after.during, &before.during)
                || !within(&after.sends, &before.sends)
                || !within(&before.returns, &after.returns)
        };
        !self.new.is_empty() || self.changed.iter().any(grown)
    }

    pub fn document(&self) -> Value {
        let documents =
            |requests: &[Request]| requests.iter().map(Request::document).collect::<Vec<_>>();
        json!({
            "older": {
                "name": self.older.description.name,
                "version": self.older.description.version,
                "digest": self.older.file.digest.to_string(),
            },
            "more": self.more(),
            "new": documents(&self.new),
            "gone": documents(&self.gone),
            "changed": self.changed.iter().map(|changed| json!({
                "before": changed.before.document(),
                "after": changed.after.document(),
            })).collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let older = format!("{} ({})", name(&self.older), self.older.file.digest);
        let nothing = self.new.is_empty() && self.gone.is_empty() && self.changed.is_empty();
        let verdict = match (nothing, self.more()) {
            (true, _) => "the same requests",
            (false, true) => "it wants MORE",
            (false, false) => "it wants no more",
        };
        writeln!(f, "Against {older}: {verdict}")?;
        for wish in &self.new {
            writeln!(f, "  new   {wish}")?;
        }
        for wish in &self.gone {
            writeln!(f, "  gone  {wish}")?;
        }
        for Changed { before, after } in &self.changed {
            writeln!(f, "  now   {after}\n  was   {before}")?;
        }
        Ok(())
    }
}

/// Requests by URL and method. What is declared twice adds up.
fn wishes(rules: &[Rule]) -> BTreeMap<(String, String), Request> {
    let mut wishes: BTreeMap<_, Request> = BTreeMap::new();
    for rule in rules {
        for method in rule.methods() {
            let key = (url(rule), method.to_string());
            let wish = wishes.entry(key).or_insert_with(|| Request {
                methods: vec![method.to_string()],
                url: url(rule),
                effect: rule.effect,
                purpose: String::new(),
                during: during(rule.during).into_iter().map(str::to_owned).collect(),
                sends: Vec::new(),
                returns: Vec::new(),
            });
            wish.sends.extend(rule.sends.iter().cloned());
            wish.returns.extend(names(&rule.returns));
            for secrets in [&mut wish.sends, &mut wish.returns] {
                secrets.sort();
                secrets.dedup();
            }
        }
    }
    wishes
}
