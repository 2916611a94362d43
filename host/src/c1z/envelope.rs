//! The wrapping around the database: five bytes, then one zstd frame.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::Path,
};

use super::Error;

/// First bytes of the format that we write.
pub(super) const MAGIC: &[u8; 5] = b"C1ZF\0";
/// First bytes of the newer format.
const PEBBLE: &[u8; 5] = b"C1Z3\0";
/// First bytes of a SQLite database.
const SQLITE: &[u8; 16] = b"SQLite format 3\0";

/// The fastest level. On databases like ours the next ones take longer than they save.
const LEVEL: i32 = 1;
/// 2^20 bytes = 1 MiB; the oldest readers stop at 2^25.
const WINDOW_LOG: u32 = 20;
/// What today's readers accept: 128 MiB.
const LARGEST_WINDOW_LOG: u32 = 27;
/// What today's readers accept, in bytes: 10 GiB.
const LARGEST_DATABASE: u64 = 10 << 30;

const BUFFER: usize = 256 << 10;

/// Writes the c1z file for a closed database; gives the bytes before and after compression.
pub(super) fn pack(database: &Path, output: &File) -> io::Result<(u64, u64)> {
    let mut input = File::open(database)?;
    let mut output = BufWriter::with_capacity(BUFFER, output);
    output.write_all(MAGIC)?;
    let mut encoder = zstd::Encoder::new(output, LEVEL)?;
    encoder.window_log(WINDOW_LOG)?;
    encoder.include_checksum(true)?;
    // With the size known, zstd would choose the single-segment layout for a small database, in
    // which the whole content is one window.
    encoder.include_contentsize(false)?;
    let mut buffer = vec![0; BUFFER];
    let mut size = 0;
    loop {
        let read = read_some(&mut input, &mut buffer)?;
        if read == 0 {
            break;
        }
        encoder.write_all(&buffer[..read])?;
        size += read as u64;
    }
    let output = encoder.finish()?.into_inner()?;
    Ok((size, output.metadata()?.len()))
}

/// Takes the database out of the c1z file `input`, which is called `path` in errors.
pub(super) fn unpack(mut input: File, path: &Path, database: &Path) -> Result<(), Error> {
    let mut magic = [0; MAGIC.len()];
    match input.read_exact(&mut magic) {
        Ok(()) if magic == *MAGIC => {}
        Ok(()) if magic == *PEBBLE => return Err(Error::Pebble { path: path.into() }),
        Ok(()) => return Err(Error::NotC1z { path: path.into() }),
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(Error::NotC1z { path: path.into() });
        }
        Err(cause) => return Err(undecoded(path, cause)),
    }
    let failed = |cause| Error::Temporary {
        action: "decompress the c1z file",
        directory: database.parent().unwrap_or(database).into(),
        cause,
    };
    let mut output = File::create_new(database).map_err(failed)?;
    let mut decoder = zstd::Decoder::new(input).map_err(failed)?;
    decoder.window_log_max(LARGEST_WINDOW_LOG).map_err(failed)?;
    let mut buffer = vec![0; BUFFER];
    let mut start = Vec::with_capacity(SQLITE.len());
    let mut size = 0;
    loop {
        let read = read_some(&mut decoder, &mut buffer).map_err(|cause| undecoded(path, cause))?;
        if read == 0 {
            break;
        }
        size += read as u64;
        if size > LARGEST_DATABASE {
            return Err(Error::TooLarge {
                path: path.into(),
                limit: LARGEST_DATABASE,
            });
        }
        if start.len() < SQLITE.len() {
            start.extend(&buffer[..read.min(SQLITE.len() - start.len())]);
            if !SQLITE.starts_with(&start) {
                return Err(Error::NotSqlite { path: path.into() });
            }
        }
        output.write_all(&buffer[..read]).map_err(failed)?;
    }
    if size == 0 {
        return Err(Error::Truncated { path: path.into() });
    }
    if start != SQLITE {
        return Err(Error::NotSqlite { path: path.into() });
    }
    Ok(())
}

/// Like `read`, but not put off by a signal.
fn read_some(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Tells a disk that cannot be read from a file that cannot be decompressed.
fn undecoded(path: &Path, cause: io::Error) -> Error {
    let path = path.into();
    if cause.raw_os_error().is_some() {
        Error::File {
            action: "read",
            path,
            cause,
        }
    } else if cause.kind() == io::ErrorKind::UnexpectedEof {
        Error::Truncated { path }
    } else {
        Error::Corrupt { path, cause }
    }
}
