//! `.baton.yaml`: values for flags, by their names.

use connector_host::failure::{Failure, Kind, Result};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs::File,
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Where it is when `BATON_CONFIG_PATH` says nothing.
const PATH: &str = ".baton.yaml";

/// What a file holds.
#[derive(Debug, Default)]
pub struct ConfigFile {
    /// By the name of the flag. Lists are joined with commas, as in the environment.
    values: BTreeMap<String, String>,
    missing: Option<PathBuf>,
    /// The file, where others than its owner can read it.
    exposed: Option<PathBuf>,
}

impl ConfigFile {
    /// Looks whether the file keeps what is secret: the values of these flags.
    ///
    /// # Errors
    ///
    /// When it holds one of them, and others can read it.
    pub fn keeps_secret<'a>(&self, mut flags: impl Iterator<Item = &'a str>) -> Result<()> {
        let Some(path) = &self.exposed else {
            return Ok(());
        };
        let filled = |flag: &&str| {
            self.values
                .get(*flag)
                .is_some_and(|value| !value.is_empty())
        };
        match flags.find(filled) {
            None => Ok(()),
            Some(flag) => Err(Failure::new(
                Kind::FailedPrecondition,
                format!(
                    "the configuration file {} holds a secret ({flag}), and others can read or change it",
                    path.display()
                ),
            )
            .hint(format!("Run `chmod 600 {}`.", path.display()))
            .hint("Who has been able to read it may know the secret: think of replacing it.")),
        }
    }

    /// The value for a flag.
    pub fn get(&self, flag: &str) -> Option<&String> {
        self.values.get(flag)
    }

    /// The file that was named and does not exist. Baton takes that for an empty one.
    pub fn missing(&self) -> Option<&Path> {
        self.missing.as_deref()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for ConfigFile {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(values: I) -> Self {
        let values = values.into_iter();
        Self {
            values: values.map(|(k, v)| (k.into(), v.into())).collect(),
            ..Self::default()
        }
    }
}

/// Reads the file that `BATON_CONFIG_PATH` names, or else `.baton.yaml` in the present
/// directory. There need not be one.
///
/// # Errors
///
/// When it cannot be read, or is no YAML map of simple values.
pub fn read() -> Result<ConfigFile> {
    let named = std::env::var_os("BATON_CONFIG_PATH").filter(|path| !path.is_empty());
    let named = named.map(PathBuf::from);
    let path = named.clone().unwrap_or_else(|| PathBuf::from(PATH));
    match contents(&path) {
        Ok((text, exposed)) => {
            let extension = path.extension().and_then(OsStr::to_str);
            if !matches!(extension, Some("yaml" | "yml")) {
                return Err(wrong(&path, "its name must end in .yaml or .yml"));
            }
            let values = parse(&text).map_err(|error| wrong(&path, &error))?;
            Ok(ConfigFile {
                exposed: exposed.then_some(path),
                ..values.into_iter().collect()
            })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(ConfigFile {
            missing: named,
            ..ConfigFile::default()
        }),
        Err(error) => Err(wrong(&path, &error.to_string())),
    }
}

/// What the file says, and whether others than its owner can read it, or write to it.
fn contents(path: &Path) -> io::Result<(Zeroizing<String>, bool)> {
    let mut file = File::open(path)?;
    let exposed = file.metadata()?.mode() & 0o066 != 0;
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text)?;
    Ok((text, exposed))
}

fn wrong(path: &Path, what: &str) -> Failure {
    Failure::new(
        Kind::InvalidArgument,
        format!(
            "cannot read the configuration file {}: {what}",
            path.display()
        ),
    )
}

/// Errors tell the place, but none of the values, which may be secrets.
fn parse(text: &str) -> Result<BTreeMap<String, String>, String> {
    if text.trim().is_empty() {
        return Ok(BTreeMap::new());
    }
    let values: BTreeMap<String, Value> =
        serde_saphyr::from_str(text).map_err(|error| match error.location() {
            Some(at) => format!(
                "it is not a YAML map of names and values (near line {})",
                at.line()
            ),
            None => "it is not a YAML map of names and values".to_owned(),
        })?;
    // Where there are no lists, each value is taken as it is written: YAML would make another
    // number of 0123.
    if let Ok(written) = serde_saphyr::from_str::<BTreeMap<String, Option<String>>>(text) {
        let given = written.into_iter();
        return Ok(given
            .filter_map(|(name, value)| Some((name, value?)))
            .collect());
    }
    let mut file = BTreeMap::new();
    for (name, value) in values {
        let value = match &value {
            Value::Null => continue,
            Value::Array(values) => {
                let values: Option<Vec<_>> = values.iter().map(simple).collect();
                values.map(|values| values.join(","))
            }
            value => simple(value),
        };
        let value =
            value.ok_or_else(|| format!("{name} is neither a value nor a list of values"))?;
        file.insert(name, value);
    }
    Ok(file)
}

fn simple(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_would_be_typed() {
        let file =
            parse("example-slug: acme\nmax-drop: 5\nprovisioning: true\nempty:\nlist:\n- a\n- b\n")
                .unwrap();
        let value = |name: &str| file.get(name).map(String::as_str);
        assert_eq!(value("example-slug"), Some("acme"));
        assert_eq!(value("max-drop"), Some("5"));
        assert_eq!(value("provisioning"), Some("true"));
        assert_eq!(value("list"), Some("a,b"));
        assert_eq!(value("empty"), None);
        assert_eq!(parse("\n"), Ok(BTreeMap::new()));
    }

    #[test]
    fn an_account_may_be_called_what_looks_like_a_number() {
        let file =
            parse("a: 0123\nb: 1e3\nc: 0x10\nd: yes\ne: 12345678901234567890123\nf:\n").unwrap();
        let values: Vec<_> = file.values().map(String::as_str).collect();
        assert_eq!(
            values,
            ["0123", "1e3", "0x10", "yes", "12345678901234567890123"]
        );
    }

    #[test]
    fn an_error_tells_the_place_and_no_value() {
        for broken in [
            "app-id: hunter2\n  nested: [",
            "- hunter2",
            "hunter2",
            "app-id: {a: hunter2}",
        ] {
            let error = parse(broken).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
