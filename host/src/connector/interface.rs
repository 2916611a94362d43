//! What a component imports and exports, and whether that fits this host.

use crate::contract::{OPTIONAL, PACKAGE, REQUIRED, VERSION};
use std::collections::BTreeSet;
use wasmtime::{Engine, component::Component};

/// Names of imports and exports, such as `identity:connector/describe@0.1.0`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// What it needs from the host.
    pub imports: Vec<String>,
    /// What it offers to the host.
    pub exports: Vec<String>,
}

/// A component's imports and exports, when they fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// All of them, the contract's and others.
    pub names: Names,
    /// Version of the contract that it was built against: `0.1.0`.
    pub contract: String,
    /// Which of the contract's interfaces it exports.
    pub exports: BTreeSet<&'static str>,
}

/// Why a component does not fit.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unfit {
    #[error(
        "it exports nothing of {PACKAGE}, so it is no connector; it exports {}",
        list(exports)
    )]
    NoConnector { exports: Vec<String> },
    #[error(
        "it was built against {PACKAGE}@{theirs}, and this host speaks {PACKAGE}@{}.{}; {}",
        VERSION.0,
        VERSION.1,
        if *newer { "a newer host can run it" } else { "it has to be built again" }
    )]
    OtherVersion { theirs: String, newer: bool },
    #[error(
        "it exports {} of {PACKAGE}@{theirs}, but not {}, which this host ({PACKAGE}@{}.{}) needs of every connector",
        list(exported),
        list(lacking),
        VERSION.0,
        VERSION.1
    )]
    Lacking {
        theirs: String,
        exported: Vec<String>,
        lacking: Vec<String>,
    },
    #[error(
        "it imports {}, which this host does not offer to connectors",
        list(imports)
    )]
    Imports { imports: Vec<String> },
}

impl Names {
    /// Reads them off a component, without running it.
    pub fn of(component: &Component, engine: &Engine) -> Self {
        let ty = component.component_type();
        Self {
            imports: ty
                .imports(engine)
                .map(|(name, _)| name.to_owned())
                .collect(),
            exports: ty
                .exports(engine)
                .map(|(name, _)| name.to_owned())
                .collect(),
        }
    }

    /// Whether this host can run it.
    ///
    /// # Errors
    ///
    /// Says what does not fit, with the names of both sides.
    pub fn check(self) -> Result<Interface, Unfit> {
        let mut contract = None;
        let mut exports = BTreeSet::new();
        for (interface, version) in self.exports.iter().filter_map(|name| of_contract(name)) {
            if !compatible(version) {
                return Err(Unfit::OtherVersion {
                    theirs: version.to_owned(),
                    newer: line(version) > Some(VERSION),
                });
            }
            let known = REQUIRED
                .iter()
                .chain(&OPTIONAL)
                .find(|&&known| known == interface);
            exports.extend(known.copied());
            contract = Some(version.to_owned());
        }
        let Some(contract) = contract else {
            return Err(Unfit::NoConnector {
                exports: self.exports,
            });
        };
        let lacking: Vec<_> = REQUIRED
            .iter()
            .filter(|required| !exports.contains(*required))
            .map(|&required| required.to_owned())
            .collect();
        if !lacking.is_empty() {
            return Err(Unfit::Lacking {
                theirs: contract,
                exported: exports.into_iter().map(str::to_owned).collect(),
                lacking,
            });
        }
        let unknown: Vec<_> = self
            .imports
            .iter()
            .filter(|name| !offered(name))
            .cloned()
            .collect();
        if !unknown.is_empty() {
            return Err(Unfit::Imports { imports: unknown });
        }
        Ok(Interface {
            names: self,
            contract,
            exports,
        })
    }
}

/// The interface and the version in `identity:connector/<interface>@<version>`.
fn of_contract(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix(PACKAGE)?
        .strip_prefix('/')?
        .split_once('@')
}

/// The part of a version that tells incompatible ones apart, before 1.0: `(0, 1)`.
fn line(version: &str) -> Option<(u64, u64)> {
    let mut numbers = version.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn compatible(version: &str) -> bool {
    // A pre-release such as 0.1.0-draft is its own version.
    line(version) == Some(VERSION) && !version.contains('-')
}

/// Whether the sandbox has a definition of that name.
fn offered(import: &str) -> bool {
    let Some((interface, version)) = import.split_once('@') else {
        return false;
    };
    let package = interface.split('/').next().unwrap_or_default();
    match package {
        "spin:variables" => version.starts_with("3.") && !version.contains('-'),
        "wasi:http" => version.starts_with("0.3.") && !version.contains('-'),
        "wasi:cli" | "wasi:clocks" | "wasi:filesystem" | "wasi:io" | "wasi:random"
        | "wasi:sockets" => {
            (version.starts_with("0.2.") || version.starts_with("0.3.")) && !version.contains('-')
        }
        PACKAGE => interface.ends_with("/types") && compatible(version),
        _ => false,
    }
}

fn list(names: &[String]) -> String {
    match names {
        [] => "nothing".to_owned(),
        names => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(exports: &[&str], imports: &[&str]) -> Names {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Names {
            imports: owned(imports),
            exports: owned(exports),
        }
    }

    fn complete(version: &str) -> Vec<String> {
        REQUIRED
            .iter()
            .map(|interface| format!("{PACKAGE}/{interface}@{version}"))
            .collect()
    }

    fn check(exports: Vec<String>, imports: &[&str]) -> Result<Interface, Unfit> {
        Names {
            exports,
            ..names(&[], imports)
        }
        .check()
    }

    #[test]
    fn a_later_patch_of_the_same_line_fits() {
        let mut exports = complete("0.1.7");
        exports.push(format!("{PACKAGE}/grant@0.1.7"));
        exports.push(format!("{PACKAGE}/something-new@0.1.7"));
        let interface = check(exports, &["wasi:http/client@0.3.0", "wasi:io/poll@0.2.6"]).unwrap();
        assert_eq!(interface.contract, "0.1.7");
        assert!(interface.exports.contains("grant"));
        assert!(!interface.exports.contains("create-account"));
    }

    #[test]
    fn another_line_is_refused_with_both_versions() {
        for (version, advice) in [
            ("0.2.0", "newer host"),
            ("1.0.0", "newer host"),
            ("0.0.9", "built again"),
            ("0.1.0-draft", "built again"),
        ] {
            let refused = check(complete(version), &[]).unwrap_err().to_string();
            assert!(
                refused.contains(version)
                    && refused.contains("identity:connector@0.1")
                    && refused.contains(advice),
                "{refused}"
            );
        }
    }

    #[test]
    fn what_is_lacking_is_named() {
        let mut exports = complete("0.1.0");
        exports.retain(|name| !name.contains("list-grants"));
        let refused = check(exports, &[]).unwrap_err().to_string();
        assert!(refused.contains("but not list-grants"), "{refused}");
    }

    #[test]
    fn something_else_altogether_is_no_connector() {
        let refused = names(&["wasi:cli/run@0.2.0"], &[]).check().unwrap_err();
        assert!(matches!(&refused, Unfit::NoConnector { .. }));
        assert!(refused.to_string().contains("wasi:cli/run@0.2.0"));
    }

    #[test]
    fn an_import_that_nobody_offers_is_named() {
        for import in [
            "wasi:http/types@0.3.0-rc-2026-03-15",
            "wasi:http/types@0.2.6",
            "spin:sqlite/sqlite@3.0.0",
            "evil",
        ] {
            let refused = check(complete("0.1.0"), &[import]).unwrap_err();
            assert_eq!(
                refused,
                Unfit::Imports {
                    imports: vec![import.to_owned()]
                }
            );
        }
    }
}
