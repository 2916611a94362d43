//! Saying too much.

use crate::{
    component::{End, Page, setting},
    contract::identity::connector::types::Error,
    well,
};
use std::{cell::Cell, io::Write};

thread_local! {
    static FAILED: Cell<bool> = const { Cell::new(false) };
}

/// The secret that no output may contain.
pub async fn secret() -> String {
    setting("api_secret").await
}

/// An error with something in it.
pub fn failure(what: &str) -> Error {
    Error::Internal(format!("did not like {what}"))
}

/// A line that looks like several, and like one of the host's.
pub async fn line_in_disguise(page: Page) -> End {
    println!("\x1b[2J\r{{\"level\":\"error\",\"msg\":\"forged\"}}\u{2028}\x07 end");
    well::list(page).await
}

/// On both outputs, within a line, and across the place where a long line is cut.
pub async fn secret_in_log(page: Page) -> End {
    let secret = secret().await;
    println!("printed: {secret}");
    eprintln!("printed as an error: {secret}");
    print!("in pieces: ");
    let (one, two) = secret.split_at(secret.len() / 2);
    for piece in [one, two, "\n"] {
        print!("{piece}");
        let _ = std::io::stdout().flush();
    }
    println!("{}{secret}", "x".repeat(4096 - secret.len() / 2));
    print!("without an end: {secret}");
    well::list(page).await
}

/// Fails once as if a second attempt were worth it.
pub async fn fail_for_the_moment(page: Page) -> End {
    if FAILED.replace(true) {
        return well::list(page).await;
    }
    Err(Error::Unavailable(format!("not now, {}", secret().await)))
}
