//! Names in SQL: of tables, columns and files.

use std::{fmt::Write as _, os::unix::ffi::OsStrExt, path::Path};

/// Whether two SQL names mean the same.
pub(super) fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}

/// A name as SQL takes it, whatever is in it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The address under which SQLite opens a file that nobody changes. Without `immutable` it would
/// look for the companion file of a database that was left in write-ahead mode.
pub(super) fn address(file: &Path) -> String {
    let bytes = file.as_os_str().as_bytes();
    let mut address = String::from(if bytes.starts_with(b"/") {
        "file://"
    } else {
        "file:"
    });
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(byte) {
            address.push(char::from(*byte));
        } else {
            let _ = write!(address, "%{byte:02x}");
        }
    }
    address.push_str("?mode=ro&immutable=1");
    address
}
