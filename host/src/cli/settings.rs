//! The component's settings as flags, environment variables and lines of a file.

use super::config_file::ConfigFile;
use clap::{Arg, ArgAction, ArgMatches, Command, builder::BoolishValueParser, value_parser};
use connector_host::{
    contract::describe::{Field, Kind as FieldKind, Setting},
    failure::{Failure, Kind, Result},
    sandbox::{Value, Variables},
};
use secrecy::SecretString;
use std::{
    cmp::Ordering,
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};
use zeroize::{Zeroize, Zeroizing};

/// Values of the component's settings, complete and checked.
pub struct Settings {
    /// Those that are no secrets.
    plain: BTreeMap<String, String>,
    variables: Arc<Variables>,
}

impl Settings {
    /// Collects the values.
    ///
    /// # Errors
    ///
    /// When a required one is missing: names all of these, and each of their names. When a secret
    /// is to be read from a file, and cannot be, or is given as well.
    pub fn read(settings: &[Setting], matches: &ArgMatches) -> Result<Self> {
        let mut values: Vec<(&str, Value)> = Vec::new();
        let mut missing = Vec::new();
        for Setting { field, .. } in settings {
            let value = match secret_file(field, matches)? {
                Some(path) => or_default(Some(read_secret(&path)?), field),
                None => or_default(value(field.kind, &field.name, matches), field),
            };
            match value {
                Some(mut value) if field.secret => {
                    let secret = SecretString::from(value.as_str());
                    value.zeroize();
                    values.push((&field.name, Value::Secret(secret)));
                }
                Some(value) => values.push((&field.name, Value::Plain(value))),
                None if field.required => missing.push(field),
                None => {}
            }
        }
        if !missing.is_empty() {
            return Err(are_missing(&missing));
        }
        let plain = values.iter().filter_map(|(name, value)| match value {
            Value::Plain(value) => Some(((*name).to_owned(), value.clone())),
            Value::Secret(_) => None,
        });
        Ok(Self {
            plain: plain.collect(),
            variables: Arc::new(Variables::new(values)),
        })
    }

    /// The value of a setting that is no secret, for templates.
    pub fn get(&self, name: &str) -> Option<String> {
        self.plain.get(name).cloned()
    }

    /// The values as the component reads them.
    pub fn variables(&self) -> Arc<Variables> {
        Arc::clone(&self.variables)
    }
}

/// Values of the settings that are no secrets, by name, as far as there are any. No secret is
/// looked at.
pub fn plain(settings: &[Setting], matches: &ArgMatches) -> BTreeMap<String, String> {
    let fields = settings.iter().map(|setting| &setting.field);
    let plain = fields.filter(|field| !field.secret);
    let values = plain.filter_map(|field| {
        let value = value(field.kind, &field.name, matches);
        Some((field.name.clone(), or_default(value, field)?))
    });
    values.collect()
}

/// Flags whose values are secrets: those of the component, and the host's own.
pub fn secret(settings: &[Setting]) -> impl Iterator<Item = &str> {
    let fields = settings.iter().map(|setting| &setting.field);
    let secret = fields.filter(|field| field.secret);
    secret
        .map(|field| field.name.as_str())
        .chain(["client-secret"])
}

fn or_default(value: Option<String>, field: &Field) -> Option<String> {
    value
        .filter(|value| !value.is_empty())
        .or_else(|| field.default_value.clone())
}

/// Says that required settings have no value, and how to give them one.
pub fn are_missing(missing: &[&Field]) -> Failure {
    let names: Vec<_> = missing.iter().map(|field| field.name.as_str()).collect();
    let failure = Failure::new(
        Kind::InvalidArgument,
        format!(
            "required configuration is missing or empty: {}",
            names.join(", ")
        ),
    );
    missing.iter().fold(failure, |failure, field| {
        failure.hint(format!(
            "{} ({}): give --{}, or set {}, or write {} into .baton.yaml{}.",
            field.display_name,
            field.description,
            field.name,
            variable(&field.name),
            field.name,
            match field.secret {
                true => format!("; or name a file with --{}", file_flag(&field.name)),
                false => String::new(),
            },
        ))
    })
}

/// What names the file of a secret, beside what gives the secret itself.
fn file_flag(name: &str) -> String {
    format!("{name}-file")
}

/// The file that a secret is in, where that counts: what is nearer to the command line does.
fn secret_file(field: &Field, matches: &ArgMatches) -> Result<Option<PathBuf>> {
    let (name, file) = (&field.name, file_flag(&field.name));
    let Some(path) = field
        .secret
        .then(|| matches.get_one::<PathBuf>(&file))
        .flatten()
    else {
        return Ok(None);
    };
    match matches.value_source(name).cmp(&matches.value_source(&file)) {
        Ordering::Less => Ok(Some(path.clone())),
        Ordering::Greater => Ok(None),
        Ordering::Equal => Err(Failure::new(
            Kind::InvalidArgument,
            format!("both {name} and {file} are given"),
        )
        .hint(format!(
            "Give one of them: the secret, or the file that it is in (--{file})."
        ))),
    }
}

/// Bytes of a secret in a file.
const LARGEST_SECRET: u64 = 64 << 10;

/// Reads a secret, as Kubernetes and Docker mount them, without the line break at its end.
///
/// Who else can read it does not matter here. Both mount such files readable by a group or by
/// everybody (mode 0440 or 0444, 0644 by default), in a file system that only the container sees; a
/// process that is not root could not read them otherwise.
///
/// # Errors
///
/// When the file cannot be read, or is larger than a secret can be.
pub fn read_secret(path: &Path) -> Result<String> {
    let read = || {
        let mut text = Zeroizing::new(String::new());
        let read = File::open(path)?
            .take(LARGEST_SECRET + 1)
            .read_to_string(&mut text)?;
        match read as u64 > LARGEST_SECRET {
            true => Err(io::Error::other("it is larger than 64 KiB")),
            false => Ok(text),
        }
    };
    let text = read().map_err(|error| {
        Failure::of(Kind::InvalidArgument, error)
            .context(format!("cannot read the secret in {}", path.display()))
    })?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

fn value(kind: FieldKind, name: &str, matches: &ArgMatches) -> Option<String> {
    match kind {
        FieldKind::Text => matches.get_one::<String>(name).cloned(),
        FieldKind::Number => matches.get_one::<i64>(name).map(i64::to_string),
        FieldKind::Flag => matches.get_one::<bool>(name).map(bool::to_string),
        FieldKind::Texts => {
            let texts: Vec<_> = matches
                .get_many::<String>(name)?
                .map(String::as_str)
                .collect();
            Some(texts.join(","))
        }
    }
}

/// Looks whether the settings can be flags of this host.
///
/// # Errors
///
/// When a name is none, or is taken.
pub fn check(settings: &[Setting], taken: &[String]) -> Result<()> {
    let wrong = |name: &str, why: &str| {
        let message = format!("the connector describes a setting {name:?}, {why}");
        Err(Failure::new(Kind::FailedPrecondition, message)
            .hint("This is a fault in the connector."))
    };
    let mut seen = taken.to_vec();
    for Setting { field, .. } in settings {
        let name = &field.name;
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.bytes().all(legal) {
            return wrong(name, "which is not lower-case words with hyphens");
        }
        let file = field.secret.then(|| file_flag(name));
        for name in [name].into_iter().chain(&file) {
            if seen.contains(name) {
                return wrong(name, "which is a flag of the host, or described twice");
            }
            seen.push(name.clone());
        }
    }
    Ok(())
}

/// Adds a flag for each setting.
pub fn add(command: Command, settings: &[Setting]) -> Command {
    let command = command.next_help_heading("Connector");
    settings
        .iter()
        .fold(command, |command, Setting { field, .. }| {
            let help = match field.required {
                true => format!("required: {}", field.description),
                false => field.description.clone(),
            };
            let arg = Arg::new(field.name.clone())
                .long(field.name.clone())
                .value_name(
                    field
                        .placeholder
                        .clone()
                        .unwrap_or_else(|| "VALUE".to_owned()),
                )
                .help(help)
                .hide_default_value(field.secret);
            let arg = match field.kind {
                FieldKind::Text => arg,
                FieldKind::Number => arg
                    .value_parser(value_parser!(i64))
                    .allow_negative_numbers(true),
                FieldKind::Flag => arg
                    .value_parser(BoolishValueParser::new())
                    .num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("true"),
                FieldKind::Texts => arg.action(ArgAction::Append).value_delimiter(','),
            };
            let arg = match &field.default_value {
                Some(value) => arg.default_value(value.clone()),
                None => arg,
            };
            let command = command.arg(arg);
            match field.secret {
                true => command.arg(file_argument(&field.name)),
                false => command,
            }
        })
}

fn file_argument(name: &str) -> Arg {
    Arg::new(file_flag(name))
        .long(file_flag(name))
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help(format!("A file that holds it, in place of --{name}"))
}

/// Puts the environment and the file under the flags: a flag counts before the environment,
/// that before the file, and that before the default.
pub fn layer(command: Command, file: &ConfigFile) -> Command {
    command.mut_args(|arg| {
        let Some(name) = arg.get_long().map(str::to_owned) else {
            return arg;
        };
        let variable = variable(&name);
        let empty = std::env::var_os(&variable).is_some_and(|value| value.is_empty());
        let arg = match empty {
            // As good as unset, as in Baton.
            true => arg,
            false => arg.env(variable).hide_env_values(true),
        };
        match file.get(&name) {
            Some(value) => arg.default_value(value.clone()).hide_default_value(true),
            None => arg,
        }
    })
}

/// What the environment, or else the file, has for a flag that is not given.
pub fn ambient(flag: &str, file: &ConfigFile) -> Option<String> {
    let set = std::env::var(variable(flag)).ok();
    let set = set.filter(|value| !value.is_empty());
    set.or_else(|| file.get(flag).cloned())
}

/// The environment variable of a flag, by Baton's rule.
fn variable(flag: &str) -> String {
    format!("BATON_{}", flag.to_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn setting(name: &str, kind: FieldKind, default: Option<&str>) -> Setting {
        Setting {
            advanced: false,
            field: Field {
                name: name.into(),
                display_name: name.into(),
                description: "Something".into(),
                placeholder: None,
                kind,
                required: default.is_none(),
                secret: false,
                default_value: default.map(str::to_owned),
            },
        }
    }

    fn read(settings: &[Setting], file: &[(&str, &str)], arguments: &[&str]) -> Result<Settings> {
        let file = file.iter().copied().collect();
        let command = layer(add(Command::new("test"), settings), &file);
        let arguments = ["test"].iter().chain(arguments);
        Settings::read(settings, &command.get_matches_from(arguments))
    }

    #[test]
    fn a_flag_counts_before_the_file_and_that_before_the_default() {
        let settings = [setting("x-test-base", FieldKind::Text, Some("default"))];
        let value = |file: &[(&str, &str)], arguments: &[&str]| {
            read(&settings, file, arguments).unwrap().get("x-test-base")
        };
        assert_eq!(value(&[], &[]).as_deref(), Some("default"));
        assert_eq!(
            value(&[("x-test-base", "file")], &[]).as_deref(),
            Some("file")
        );
        assert_eq!(
            value(&[("x-test-base", "file")], &["--x-test-base=flag"]).as_deref(),
            Some("flag")
        );
    }

    #[test]
    fn a_secret_may_come_from_a_file() {
        let mut setting = setting("x-test-key", FieldKind::Text, None);
        setting.field.secret = true;
        let settings = [setting];
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"two\nlines\n").unwrap();
        let path = file.path().to_str().unwrap();
        let key = |in_file: &[(&str, &str)], arguments: &[&str]| -> Result<String> {
            let settings = read(&settings, in_file, arguments)?;
            let (variables, key) = (settings.variables(), ["x-test-key".to_owned()]);
            let placeholder = variables.get("x_test_key").unwrap_or_default();
            let filled = variables.secrets().fill(placeholder, &key);
            Ok(filled.unwrap_or_default().to_string())
        };
        let from_file = "two\nlines";
        assert_eq!(key(&[], &["--x-test-key-file", path]).unwrap(), from_file);
        assert_eq!(key(&[("x-test-key-file", path)], &[]).unwrap(), from_file);
        let given = ["--x-test-key", "given"];
        let nearer = key(&[("x-test-key-file", path)], &given).unwrap();
        assert_eq!(nearer, "given");
        let both = [&given[..], &["--x-test-key-file", path]].concat();
        assert_eq!(key(&[], &both).unwrap_err().kind, Kind::InvalidArgument);
        let failure = key(&[], &["--x-test-key-file", "/nowhere"]).unwrap_err();
        assert!(failure.to_string().contains("/nowhere"), "{failure}");
    }

    #[test]
    fn every_kind_of_value_becomes_a_text() {
        let settings = [
            setting("x-test-number", FieldKind::Number, Some("1")),
            setting("x-test-flag", FieldKind::Flag, Some("false")),
            setting("x-test-list", FieldKind::Texts, Some("a")),
        ];
        let read = read(
            &settings,
            &[],
            &[
                "--x-test-number",
                "-5",
                "--x-test-flag",
                "--x-test-list=b,c",
                "--x-test-list=d",
            ],
        )
        .unwrap();
        assert_eq!(read.get("x-test-number").as_deref(), Some("-5"));
        assert_eq!(read.get("x-test-flag").as_deref(), Some("true"));
        assert_eq!(read.get("x-test-list").as_deref(), Some("b,c,d"));
    }

    #[test]
    fn everything_that_is_missing_is_named_at_once() {
        let settings = [
            setting("x-test-a", FieldKind::Text, None),
            setting("x-test-b", FieldKind::Text, None),
        ];
        let Err(failure) = read(&settings, &[("x-test-b", "")], &[]) else {
            panic!("nothing was missing")
        };
        assert_eq!(failure.kind, Kind::InvalidArgument);
        assert!(
            failure.to_string().ends_with("x-test-a, x-test-b"),
            "{failure}"
        );
        assert!(
            failure.hints[1].contains("--x-test-b") && failure.hints[1].contains("BATON_X_TEST_B")
        );
    }

    #[test]
    fn a_setting_cannot_take_the_place_of_a_flag() {
        let taken = ["file".to_owned()];
        assert!(check(&[setting("slug", FieldKind::Text, None)], &taken).is_ok());
        for name in ["file", "Slug", "", "-x", "a b", "a=b", "9"] {
            assert!(
                check(&[setting(name, FieldKind::Text, None)], &taken).is_err(),
                "{name}"
            );
        }
        let twice = [
            setting("a", FieldKind::Text, None),
            setting("a", FieldKind::Text, None),
        ];
        assert!(check(&twice, &taken).is_err());
    }
}
