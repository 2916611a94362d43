//! Files of JSON, one document a line, that are only ever added to.

use crate::directory;
use serde_json::Value;
use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// Such a file, open for adding to.
#[derive(Debug)]
pub struct JsonLines {
    file: File,
    /// Rather than a terminal or a pipe.
    is_file: bool,
    path: PathBuf,
}

impl JsonLines {
    /// Opens the file, or makes one that nobody else can read.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or holds something else.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)?;
        let is_file = file.metadata()?.is_file();
        if is_file {
            let mut first = [b'{'];
            let _ = (&file).read(&mut first)?;
            if first != *b"{" {
                return Err(io::Error::other("it holds something other than JSON lines"));
            }
            // The name of a new file is kept by its directory.
            let parent = path.parent().filter(|path| !path.as_os_str().is_empty());
            directory::sync(parent.unwrap_or(Path::new(".")))?;
        }
        Ok(Self {
            file,
            is_file,
            path: path.to_owned(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line, in one piece.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn append(&mut self, document: &Value) -> io::Result<()> {
        // A line that was broken off must not spoil this one.
        let mut line = String::new();
        if self.is_file && self.file.seek(SeekFrom::End(0))? > 0 {
            self.file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            self.file.read_exact(&mut last)?;
            if last != *b"\n" {
                line.push('\n');
            }
        }
        line.push_str(&document.to_string());
        line.push('\n');
        self.file.write_all(line.as_bytes())
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    ///
    /// When it does not get there.
    pub fn sync(&mut self) -> io::Result<()> {
        match self.is_file {
            true => self.file.sync_all(),
            false => self.file.flush(),
        }
    }
}
