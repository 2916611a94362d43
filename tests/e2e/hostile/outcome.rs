//! What has come of an attack, and what a test can say about it.

use crate::journal;
use connector_host::{
    egress::{Exchange, Verdict},
    sync::Summary,
};
use e2e::c1z::{File, decompressed};
use std::{fs, path::PathBuf};
use tempfile::TempDir;

/// What has come of an attack.
pub struct Outcome {
    pub result: Result<Summary, String>,
    /// Its requests.
    pub exchanges: Vec<Exchange>,
    pub file: PathBuf,
    /// As long as it is there, the file is.
    pub _directory: TempDir,
}

impl Outcome {
    /// That it has failed, with an error that says all of `texts`, and without a file.
    pub fn fails_with(&self, texts: &[&str]) {
        let error = match &self.result {
            Ok(summary) => panic!("it has come through: {summary:?}"),
            Err(error) => error,
        };
        for text in texts {
            assert!(error.contains(text), "it does not say {text:?}: {error}");
        }
        let directory = self.file.parent().expect("a directory");
        let left: Vec<_> = fs::read_dir(directory).expect("a directory").collect();
        assert!(left.is_empty(), "something is left: {left:?}");
    }

    /// What has been said of its failure.
    pub fn error(&self) -> &str {
        self.result.as_ref().err().map_or("", String::as_str)
    }

    /// That it has come to a good end, and what is in the file then.
    pub fn succeeds(&self) -> File {
        if let Err(error) = &self.result {
            panic!("it has failed: {error}");
        }
        File::open(&self.file)
    }

    /// That so many requests have been refused, each for a reason that says `why`, and none has
    /// been sent; and that the error says so, too.
    pub fn is_refused(&self, requests: usize, why: &str) {
        self.fails_with(&["The sandbox refused a request", why]);
        let reasons = self.refusals();
        assert_eq!(reasons.len(), requests, "{reasons:?}");
        assert!(
            reasons.iter().all(|reason| reason.contains(why)),
            "{reasons:?}"
        );
        assert_eq!(self.exchanges.len(), requests, "{:?}", self.exchanges);
    }

    /// Why requests have been refused.
    pub fn refusals(&self) -> Vec<&str> {
        let refused = self.exchanges.iter();
        let refused = refused.filter(|exchange| exchange.verdict == Verdict::Refused);
        let reasons = refused.map(|exchange| exchange.reason.as_deref().unwrap_or_default());
        reasons.collect()
    }

    /// That no secret has been written down anywhere.
    pub fn tells_nothing(&self, secrets: &[&str]) {
        let log = journal::lines();
        for secret in secrets {
            // Not even the beginning of one that is cut.
            let part = &secret[..20];
            let found = |text: &str| text.contains(part);
            assert!(!log.iter().any(|line| found(line)), "it is in the log");
            if let Err(error) = &self.result {
                assert!(!found(error), "it is in the error: {error}");
            }
            for exchange in &self.exchanges {
                let told = format!("{exchange:?}");
                assert!(!found(&told), "it is in the record of a request: {told}");
            }
            if self.file.exists() {
                let database = decompressed(&self.file);
                let mut windows = database.windows(part.len());
                assert!(
                    !windows.any(|window| window == part.as_bytes()),
                    "it is in the file"
                );
            }
        }
    }
}
