//! Brings a file to ConductorOne: in pieces, with a checksum at the end.

use super::{
    client::{Client, words},
    poll::milliseconds,
    retry,
};
use crate::{
    baton::service::{
        BatonServiceUploadAssetRequest,
        baton_service_upload_asset_request::{Msg, UploadData, UploadEof, UploadMetadata},
    },
    failure::{Failure, Kind, Result},
};
use backon::Retryable;
use futures::{SinkExt, channel::mpsc};
use sha2::{Digest, Sha256};
use std::{fmt, future::pending, path::Path, pin::pin, time::Duration};
use tokio::{fs::File, io::AsyncReadExt, time::timeout};
use tonic::{Code, Status};

/// Bytes of a piece. The service takes twice as many.
const PIECE: usize = 512 << 10;
/// From zero each.
const ATTEMPTS: usize = 3;
/// Between two of them.
const LONGEST: Duration = Duration::from_secs(10);
/// An attempt in which no piece has left for so long has stalled.
const STALL: Duration = Duration::from_secs(90);
/// Between the last piece and the answer: the service may look at the whole of it first.
const ANSWER: Duration = Duration::from_secs(10 * 60);

/// Sends a file as what has come of a task.
///
/// # Errors
///
/// When the file cannot be read, or no attempt gets through.
pub(super) async fn upload(client: &Client, task: &str, path: &Path) -> Result<()> {
    let sent = (|| once(client, task, path))
        .retry(retry::schedule(LONGEST).with_max_times(ATTEMPTS - 1))
        .when(Broken::may_pass)
        .notify(|broken, wait| {
            let wait_ms = milliseconds(wait);
            tracing::warn!(task_id = task, error = %broken, wait_ms, "the upload broke off; again from the start");
        })
        .await;
    sent.map_err(|broken| {
        let kind = match &broken {
            Broken::File(_) => Kind::Other,
            Broken::Upload(_) => Kind::Unavailable,
        };
        Failure::new(kind, broken).context("cannot upload the sync")
    })
}

/// What an upload has failed at.
enum Broken {
    /// The file cannot be read.
    File(std::io::Error),
    /// The service, or the way there.
    Upload(Status),
}

impl Broken {
    /// A token that is not taken any more is replaced for the next attempt.
    fn may_pass(&self) -> bool {
        match self {
            Self::File(_) => false,
            Self::Upload(status) => {
                status.code() == Code::Unauthenticated || !retry::is_for_good(status)
            }
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "its file cannot be read: {error}"),
            Self::Upload(status) => f.write_str(&words(status)),
        }
    }
}

/// Sends it once, from its beginning to its end.
async fn once(client: &Client, task: &str, path: &Path) -> std::result::Result<(), Broken> {
    let file = File::open(path).await.map_err(Broken::File)?;
    let metadata = UploadMetadata {
        host_id: client.host_id().to_owned(),
        task_id: task.to_owned(),
        annotations: Vec::new(),
    };
    let (out, messages) = mpsc::channel(0);
    let mut uploading = pin!(client.upload(messages));
    tokio::select! {
        // An answer may come right behind the last message.
        biased;
        fed = feed(out, metadata, file) => fed?,
        early = &mut uploading => {
            let early = early.and_then(|()| Err(Status::aborted("answered before the end")));
            return early.map_err(Broken::Upload);
        }
    }
    let late = |_| Status::deadline_exceeded(format!("no answer within {ANSWER:?}"));
    let uploaded = timeout(ANSWER, uploading).await.map_err(late);
    uploaded.flatten().map_err(Broken::Upload)
}

/// Hands a file over piece by piece, as fast as these leave.
async fn feed(
    mut out: mpsc::Sender<BatonServiceUploadAssetRequest>,
    metadata: UploadMetadata,
    mut file: File,
) -> std::result::Result<(), Broken> {
    let mut send = async |msg| {
        let message = BatonServiceUploadAssetRequest { msg: Some(msg) };
        match timeout(STALL, out.send(message)).await {
            Ok(Ok(())) => Ok(()),
            // Nobody takes it any more, and whoever did says why.
            Ok(Err(_)) => pending().await,
            Err(_) => Err(Broken::Upload(Status::deadline_exceeded(format!(
                "no progress within {STALL:?}"
            )))),
        }
    };
    send(Msg::Metadata(metadata)).await?;
    let mut hash = Sha256::new();
    loop {
        let data = piece(&mut file).await.map_err(Broken::File)?;
        if data.is_empty() {
            break;
        }
        hash.update(&data);
        send(Msg::Data(UploadData { data })).await?;
    }
    let eof = UploadEof {
        sha256_checksum: hash.finalize().to_vec(),
        annotations: Vec::new(),
    };
    send(Msg::Eof(eof)).await
}

/// The next piece of a file; empty at its end.
async fn piece(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE);
    file.take(PIECE as u64).read_to_end(&mut piece).await?;
    Ok(piece)
}
