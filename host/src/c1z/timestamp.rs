//! Points in time as text, in the layout that readers sort by.
//!
//! `YYYY-MM-DD HH:MM:SS`, then a fraction of up to nine digits without trailing zeros, or none.
//! There is no zone in it. Baton's own connectors write the machine's local time, and readers
//! show it as UTC; we write UTC, which makes that true. SQL compares such texts byte by byte, and
//! in this layout that is the order of time.

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

/// The present.
pub(super) fn now() -> String {
    text(Timestamp::now())
}

fn text(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .datetime()
        .strftime("%Y-%m-%d %H:%M:%S%.f")
        .to_string()
}

/// The time that a text means. Other writers have other layouts; without a zone it is UTC.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let civil = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    match text.parse() {
        Ok(at) => Some(at),
        Err(_) => Some(civil()?.timestamp()),
    }
}

/// The text one nanosecond after `earlier`, or nothing where `earlier` is no time that a later
/// text could be made from.
pub(super) fn just_after(earlier: &str) -> Option<String> {
    let at = match earlier.parse::<DateTime>() {
        Ok(civil) => civil.to_zoned(TimeZone::UTC).ok()?.timestamp(),
        Err(_) => earlier.parse::<Timestamp>().ok()?,
    };
    let later = text(at.checked_add(SignedDuration::from_nanos(1)).ok()?);
    // Another layout, with a `T` for instance, can sort after ours whatever the time is.
    (later.as_str() > earlier).then_some(later)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_fraction_loses_its_trailing_zeros_and_goes_when_it_is_nothing() {
        assert_eq!(
            text(at("2026-03-03T09:45:13.056791000Z")),
            "2026-03-03 09:45:13.056791"
        );
        assert_eq!(text(at("2026-03-03T09:45:13Z")), "2026-03-03 09:45:13");
        assert_eq!(
            text(at("2026-03-03T09:45:13.000000001Z")),
            "2026-03-03 09:45:13.000000001"
        );
    }

    #[test]
    fn every_layout_that_baton_accepts_is_read() {
        for (text, time) in [
            ("2026-03-03 09:45:13.056791", "2026-03-03T09:45:13.056791Z"),
            ("2026-03-03 09:45:13", "2026-03-03T09:45:13Z"),
            ("2026-03-03T09:45:13Z", "2026-03-03T09:45:13Z"),
            ("2026-03-03 09:45:13+02:00", "2026-03-03T07:45:13Z"),
            ("2026-03-03 09:45", "2026-03-03T09:45:00Z"),
            ("2026-03-03", "2026-03-03T00:00:00Z"),
        ] {
            assert_eq!(read(text), Some(at(time)), "{text}");
        }
        for text in ["", "yesterday", "1767225600", "2026-13-01 00:00:00"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn one_nanosecond_later_sorts_later() {
        for earlier in ["2026-03-03 09:45:13", "2026-12-31 23:59:59.999999999"] {
            let later = just_after(earlier).expect("a time");
            assert!(later.as_str() > earlier, "{later}");
        }
        assert_eq!(
            just_after("2026-12-31 23:59:59.999999999").as_deref(),
            Some("2027-01-01 00:00:00")
        );
    }

    #[test]
    fn what_is_no_time_or_sorts_last_anyway_has_nothing_after_it() {
        assert_eq!(just_after("zzz"), None);
        assert_eq!(just_after(""), None);
        assert_eq!(just_after("2026-03-03T09:45:13"), None);
    }
}
