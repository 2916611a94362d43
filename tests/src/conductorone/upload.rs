//! A file on its way in.

use super::{
    checks,
    messages::{BatonServiceUploadAssetRequest, baton_service_upload_asset_request::Msg},
    queue::Upload,
};
use sha2::{Digest, Sha256};

/// How far it is.
#[derive(Default)]
pub(super) struct Incoming {
    /// Whose it is: the host, and the task.
    pub of: Option<(String, String)>,
    pub bytes: Vec<u8>,
    pieces: Vec<usize>,
    over: bool,
}

impl Incoming {
    /// Takes the next message.
    pub(super) fn take(&mut self, message: BatonServiceUploadAssetRequest) -> Result<(), String> {
        if self.over {
            return Err("something comes after the end".to_owned());
        }
        match message.msg.ok_or("an empty message")? {
            Msg::Metadata(metadata) => {
                checks::host_id(&metadata.host_id)?;
                checks::task_id(&metadata.task_id)?;
                checks::annotations(metadata.annotations.len())?;
                match self.of.replace((metadata.host_id, metadata.task_id)) {
                    None => Ok(()),
                    Some(_) => Err("metadata twice".to_owned()),
                }
            }
            _ if self.of.is_none() => Err("no metadata at the beginning".to_owned()),
            Msg::Data(data) => {
                if !(1..=1 << 20).contains(&data.data.len()) {
                    return Err(format!("a piece of {} bytes", data.data.len()));
                }
                self.bytes.extend_from_slice(&data.data);
                self.pieces.push(data.data.len());
                Ok(())
            }
            Msg::Eof(eof) => {
                self.over = true;
                checks::annotations(eof.annotations.len())?;
                match eof.sha256_checksum == Sha256::digest(&self.bytes).as_slice() {
                    true => Ok(()),
                    false => Err("the checksum is another".to_owned()),
                }
            }
        }
    }

    /// The host, the task and its file, when it is whole.
    pub(super) fn finish(self) -> Result<(String, String, Upload), String> {
        match (self.over, self.of) {
            (true, Some((host, task))) => Ok((host, task, Upload(self.bytes, self.pieces))),
            _ => Err("the file has no end".to_owned()),
        }
    }
}
