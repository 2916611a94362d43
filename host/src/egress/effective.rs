//! What passes in the end: what is declared and what the operator's file makes of it, rule by rule.

use super::{operation::Operation, policy::Policy, rule::Rule};

/// A rule, and what is left of it.
#[derive(Debug)]
pub struct Effective<'p> {
    /// Declared, or allowed in the operator's file.
    pub rule: &'p Rule,
    /// The operations in which its requests pass, or some of them.
    pub operations: Vec<Operation>,
    /// What else takes something away from it, a clause each.
    pub except: Vec<String>,
}

impl Policy {
    /// Each rule that is declared, also where nothing is left of it, and what the operator's
    /// file adds.
    pub fn effective(&self) -> Vec<Effective<'_>> {
        let declared = self.declared().iter();
        let declared = declared.map(|rule| self.left(rule, self.overlay().only));
        let allowed = self.overlay().allow.iter().filter(|rule| self.adds(rule));
        let allowed = allowed.map(|rule| self.left(rule, false));
        declared.chain(allowed).collect()
    }

    /// What is left of a rule, which may have to be `allowed` beside being there.
    fn left<'p>(&'p self, rule: &'p Rule, allowed: bool) -> Effective<'p> {
        let mut except = Vec::new();
        let mut note = |text: String| {
            if !except.contains(&text) {
                except.push(text);
            }
        };
        let overlay = self.overlay();
        let passes = |&operation: &Operation| {
            if !rule.permits(operation) {
                return false;
            }
            let mut allowing = overlay.allow.iter().filter(|own| own.permits(operation));
            let whole = |method| {
                let covers = |own: &Rule| own.template().covers(rule.template());
                let mut allowing = allowing.clone();
                allowing.any(|own| own.methods().contains(method) && covers(own))
            };
            if allowed && !rule.methods().iter().all(whole) {
                let part = allowing.any(|own| own.overlaps(rule));
                note(match part {
                    true => format!("only what {} allows of it", overlay.file),
                    false => format!("{} does not allow it", overlay.file),
                });
                if !part {
                    return false;
                }
            }
            let denials = overlay.deny.iter();
            let mut whole = false;
            for denial in denials.filter(|denial| denial.overlaps(rule, operation)) {
                whole |= denial.covers(rule, operation);
                note(format!("{} denies {denial}", denial.place));
            }
            !whole
        };
        Effective {
            rule,
            operations: Operation::ALL.iter().copied().filter(passes).collect(),
            except,
        }
    }

    /// Whether something that is allowed is not declared anyway.
    fn adds(&self, rule: &Rule) -> bool {
        let declares = |operation| {
            let mut declared = self.declared().iter();
            declared.any(|own| own.permits(operation) && own.covers(rule))
        };
        let mut operations = Operation::ALL.into_iter();
        operations.any(|operation| rule.permits(operation) && !declares(operation))
    }
}
