//! Whether what has been listed may replace what was known before.

use crate::{
    c1z::Counts,
    failure::{Failure, Kind, Result},
};

/// Previous numbers below this are not compared: a few more or less are a large share of them.
const COMPARED_FROM: u64 = 100;

/// How much may be wrong. Percentages, 0 to 100.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance {
    /// How much fewer resources of a type, or grants on a type, than in the sync before.
    pub drop: u8,
    /// Records of a listing that are unusable.
    pub unusable: u8,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self {
            drop: 20,
            unusable: 5,
        }
    }
}

impl Tolerance {
    /// Judges a finished listing.
    pub(super) fn judge_listing(
        self,
        resource_type: &str,
        records: u64,
        unusable: u64,
    ) -> Result<()> {
        if unusable * 100 <= records * u64::from(self.unusable) {
            return Ok(());
        }
        Err(Failure::new(
            Kind::FailedPrecondition,
            format!(
                "{unusable} of {records} records of the type {resource_type} are unusable, which is more than {} %; they would look like deleted ones",
                self.unusable
            ),
        )
        .hint("The log names each of them. If the rest is to be written all the same, allow it with --max-unusable <PERCENT>."))
    }

    /// Judges a whole sync against the one before.
    pub(super) fn judge_sync(self, before: &Counts, now: &Counts) -> Result<()> {
        let resources = before.resources_by_type.iter().map(|(ty, &number)| {
            (
                format!("resources of the type {ty}"),
                number,
                now.resources_by_type.get(ty),
            )
        });
        let grants = before.grants_by_type.iter().map(|(ty, &number)| {
            (
                format!("grants on the type {ty}"),
                number,
                now.grants_by_type.get(ty),
            )
        });
        let dropped: Vec<_> = resources
            .chain(grants)
            .map(|(what, before, now)| (what, before, now.copied().unwrap_or(0)))
            .filter(|&(_, before, now)| {
                before >= COMPARED_FROM
                    && now < before
                    && (before - now) * 100 > before * u64::from(self.drop)
            })
            .map(|(what, before, now)| format!("{now} {what} instead of {before}"))
            .collect();
        if dropped.is_empty() {
            return Ok(());
        }
        Err(Failure::new(
            Kind::FailedPrecondition,
            format!(
                "the connector listed {}: more than {} % fewer than in the sync before, which would look like deletions",
                dropped.join(" and "),
                self.drop
            ),
        )
        .hint("If they are really gone, accept it with --max-drop 100."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(users: u64, grants: u64) -> Counts {
        Counts {
            resources_by_type: [("user".to_owned(), users)].into(),
            grants_by_type: [("role".to_owned(), grants)].into(),
            ..Counts::default()
        }
    }

    #[test]
    fn a_drop_within_the_tolerance_is_accepted() {
        let tolerance = Tolerance::default();
        assert!(
            tolerance
                .judge_sync(&counts(100, 100), &counts(80, 100))
                .is_ok()
        );
        assert!(
            tolerance.judge_sync(&counts(99, 99), &counts(0, 0)).is_ok(),
            "too few to compare"
        );
        assert!(
            tolerance
                .judge_sync(&Counts::default(), &counts(5, 5))
                .is_ok()
        );
    }

    #[test]
    fn a_greater_drop_is_refused_with_its_numbers_and_the_flag() {
        let failure = Tolerance::default()
            .judge_sync(&counts(100, 1000), &counts(79, 0))
            .unwrap_err();
        let text = failure.to_string();
        assert!(
            text.contains("79 resources of the type user instead of 100"),
            "{text}"
        );
        assert!(
            text.contains("0 grants on the type role instead of 1000"),
            "{text}"
        );
        assert!(failure.hints[0].contains("--max-drop"));
        let any = Tolerance {
            drop: 100,
            ..Tolerance::default()
        };
        assert!(any.judge_sync(&counts(100, 1000), &counts(0, 0)).is_ok());
    }

    #[test]
    fn unusable_records_are_accepted_up_to_their_share() {
        let tolerance = Tolerance::default();
        assert!(tolerance.judge_listing("user", 0, 0).is_ok());
        assert!(tolerance.judge_listing("user", 100, 5).is_ok());
        let failure = tolerance.judge_listing("user", 100, 6).unwrap_err();
        assert!(failure.to_string().contains("6 of 100"));
        assert!(failure.hints[0].contains("--max-unusable"));
    }
}
