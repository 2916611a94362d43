//! `cargo demo`: a sync, a change of access as a dry run and in earnest, and another sync, without
//! any credentials, against the stand-in for Valimail.

use anyhow::{Result, ensure};
use e2e::{
    artifacts::{Artifacts, artifacts},
    c1z::{File, text},
    valimail::{APP_ID, CLIENT_ID, Endpoint, SLUG, Settings, Standin},
};
use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

fn main() -> Result<()> {
    eprintln!("Building the host and the Valimail component (minutes, the first time) ...");
    let artifacts = artifacts();
    let standin = Standin::start(Settings::company());
    let file = env::args_os()
        .nth(1)
        .map_or_else(|| "demo.c1z".into(), PathBuf::from);

    step("What the component may do, before it is run");
    let shown = Command::new(artifacts.host())
        .arg("inspect")
        .arg(artifacts.valimail())
        .output()?;
    ensure!(
        shown.status.success(),
        "{}",
        String::from_utf8_lossy(&shown.stderr)
    );
    for line in String::from_utf8(shown.stdout)?
        .lines()
        .take_while(|line| *line != "Imports")
    {
        println!("{line}");
    }

    step("A sync, as with real credentials but for the address");
    println!(
        "(the stand-in answers at {} and is stopped at the end)",
        standin.origin()
    );
    let mut sync = run(artifacts, &standin, &file, &[]);
    println!("$ {}\n", shown_command(&sync));
    ensure!(sync.status()?.success(), "the sync failed");

    step(&format!("What is in {} now", file.display()));
    show(&file);

    step("What it would take to make somebody an owner (nothing is sent)");
    let grant = [
        "--grant-entitlement",
        "member_type:owner:assigned",
        "--grant-principal",
        SOMEBODY,
        "--grant-principal-type",
        "user",
    ];
    let dry_run = [&grant[..], &["--dry-run"]].concat();
    same(artifacts, &standin, &file, &dry_run)?;
    ensure!(
        standin.count(Endpoint::Patch) == 0,
        "the dry run has changed something"
    );

    step("The same in earnest, and a sync to see it");
    same(artifacts, &standin, &file, &grant)?;
    same(artifacts, &standin, &file, &[])?;
    let holds = |entitlement: &str| {
        let file = File::open(&file);
        let mut grants = file.grants().into_iter();
        grants.any(|grant| grant.id == format!("{entitlement}:user:{SOMEBODY}"))
    };
    ensure!(
        holds("member_type:owner:assigned") && !holds("member_type:member:assigned"),
        "the grant is not in the file"
    );
    println!("\n{SOMEBODY} is an owner in {} now.", file.display());

    println!(
        "\nOpen the file with any release of baton:\n  baton resources -f {0}\n  baton grants -f {0}\n  baton diff -f {0}",
        file.display()
    );
    Ok(())
}

/// A member of the demo company.
const SOMEBODY: &str = "2906d4927bf178077519";

/// Runs the same program again, with other flags.
fn same(artifacts: &Artifacts, standin: &Standin, file: &Path, arguments: &[&str]) -> Result<()> {
    println!(
        "$ connector-host run valimail.wasm {}\n",
        arguments.join(" ")
    );
    let ran = run(artifacts, standin, file, arguments).status()?;
    println!();
    ensure!(ran.success(), "this has failed");
    Ok(())
}

fn step(title: &str) {
    println!("\n== {title}\n");
}

fn run(artifacts: &Artifacts, standin: &Standin, file: &Path, arguments: &[&str]) -> Command {
    let mut host = Command::new(artifacts.host());
    host.arg("run")
        .arg(artifacts.valimail())
        .arg("--file")
        .arg(file)
        .args(["--log-format", "console"])
        .args(arguments)
        .env("BATON_VALIMAIL_APP_ID", APP_ID)
        .env("BATON_VALIMAIL_CLIENT_ID", CLIENT_ID)
        .env("BATON_VALIMAIL_SLUG", SLUG)
        .env("BATON_BASE_URL", standin.origin())
        .env("BATON_ALLOW_OUTBOUND", standin.origin())
        .stdin(Stdio::null());
    host
}

/// A command line that can be read, with its variables. These secrets are made up.
fn shown_command(command: &Command) -> String {
    let variables = command.get_envs().filter_map(|(name, value)| {
        Some(format!("{}={} \\\n  ", name.to_str()?, value?.to_str()?))
    });
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    format!("{}{}", variables.collect::<String>(), words.join(" "))
}

/// Shows accounts and who has what, from the file alone.
fn show(file: &Path) {
    let file = File::open(file);
    let accounts = file.resources("user");
    let mut holders: BTreeMap<String, u64> = BTreeMap::new();
    for grant in file.grants() {
        *holders.entry(grant.entitlement).or_default() += 1;
    }
    println!("{:<38} {:<30} {:<10} member type", "id", "name", "status");
    for account in accounts.iter().take(12) {
        let status = account.user.as_ref().and_then(|user| user.status.as_ref());
        println!(
            "{:<38} {:<30} {:<10} {}",
            account.key.trim_start_matches("user:"),
            account.resource.display_name,
            match status.map_or(0, |status| status.status) {
                1 => "enabled",
                2 => "disabled",
                3 => "deleted",
                _ => "unknown",
            },
            text(account.resource.profile.as_ref(), "member_type").unwrap_or("-"),
        );
    }
    println!("... and {} more\n", accounts.len().saturating_sub(12));
    for (entitlement, holders) in holders {
        println!("{entitlement:<40} {holders} grant(s)");
    }
}
