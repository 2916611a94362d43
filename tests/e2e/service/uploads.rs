//! Files that are larger than a piece.

use crate::rig::Rig;
use e2e::{
    conductorone::{Faults, Settings, tasks},
    valimail::{self, Accounts},
};

/// Enough for a file of several pieces.
const ACCOUNTS: u64 = 50_000;
/// Bytes of a piece.
const PIECE: usize = 512 << 10;

#[test]
fn a_large_file_that_is_cut_in_later_pieces_comes_whole_in_the_third_attempt() {
    let rig = Rig::of(
        Settings {
            faults: Faults {
                // Others follow the pieces in which these bytes are.
                cut_uploads: [PIECE + 1, 2 * PIECE + 1].into(),
                ..Faults::default()
            },
            ..Settings::default()
        },
        valimail::Settings::with(Accounts::generated(ACCOUNTS)),
    );
    let running = rig.started();
    let task = rig.conductor.push(tasks::sync());
    let record = rig.conductor.finished(&task);
    let _ = running.stop().succeeded();
    let file = rig.uploaded(&record);
    assert_eq!(file.resources("user").len() as u64, ACCOUNTS);
    assert_eq!((record.uploads_begun, record.handed_out), (3, 1));
    let pieces = &record.uploads[0].1;
    let (last, others) = pieces.split_last().expect("pieces");
    assert!(others.len() > 3, "{pieces:?}");
    assert!(others.iter().all(|piece| *piece == PIECE), "{pieces:?}");
    assert!((1..=PIECE).contains(last), "{pieces:?}");
    rig.assert_clean();
}
