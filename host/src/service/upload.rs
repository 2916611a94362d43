//! Brings a file to ConductorOne: in pieces, with a checksum at the end.

use super::{
    client::{Client, words},
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
use futures::{Stream, stream};
use sha2::{Digest, Sha256};
use std::{
    fmt,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{fs::File, io::AsyncReadExt};
use tonic::{Code, Status};

/// Bytes of a piece. The service takes twice as many.
const PIECE: usize = 512 << 10;
/// From zero each.
const ATTEMPTS: usize = 3;
/// Between two of them.
const LONGEST: Duration = Duration::from_secs(10);
/// An attempt in which no piece has left for so long has stalled.
const STALL: Duration = Duration::from_secs(90);

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
            let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
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

async fn once(client: &Client, task: &str, path: &Path) -> std::result::Result<(), Broken> {
    let file = File::open(path).await.map_err(Broken::File)?;
    let sent = Arc::new(AtomicU64::new(0));
    let broken = Arc::new(Mutex::new(None));
    let metadata = UploadMetadata {
        host_id: client.host_id().to_owned(),
        task_id: task.to_owned(),
        annotations: Vec::new(),
    };
    let messages = messages(metadata, file, Arc::clone(&sent), Arc::clone(&broken));
    let stalled = async {
        let mut before = 0;
        loop {
            tokio::time::sleep(STALL).await;
            match sent.load(Ordering::Relaxed) {
                now if now == before => return,
                now => before = now,
            }
        }
    };
    let uploaded = tokio::select! {
        uploaded = client.upload(messages) => uploaded,
        () = stalled => Err(Status::deadline_exceeded(format!("no progress within {STALL:?}"))),
    };
    // The stream can only end when the file breaks off, which looks like an end to the service.
    let broken = broken.lock().unwrap_or_else(PoisonError::into_inner).take();
    match broken {
        Some(error) => Err(Broken::File(error)),
        None => uploaded.map_err(Broken::Upload),
    }
}

/// What there is left to send.
enum Rest {
    Metadata(UploadMetadata, File),
    File(File, Sha256),
    Nothing,
}

fn messages(
    metadata: UploadMetadata,
    file: File,
    sent: Arc<AtomicU64>,
    broken: Arc<Mutex<Option<std::io::Error>>>,
) -> impl Stream<Item = BatonServiceUploadAssetRequest> + Send + 'static {
    let message = |msg| BatonServiceUploadAssetRequest { msg: Some(msg) };
    stream::unfold(Rest::Metadata(metadata, file), move |rest| {
        let (sent, broken) = (Arc::clone(&sent), Arc::clone(&broken));
        async move {
            sent.fetch_add(1, Ordering::Relaxed);
            let (mut file, mut hash) = match rest {
                Rest::Metadata(metadata, file) => {
                    let next = Rest::File(file, Sha256::new());
                    return Some((message(Msg::Metadata(metadata)), next));
                }
                Rest::File(file, hash) => (file, hash),
                Rest::Nothing => return None,
            };
            match piece(&mut file).await {
                Ok(data) if data.is_empty() => {
                    let eof = UploadEof {
                        sha256_checksum: hash.finalize().to_vec(),
                        annotations: Vec::new(),
                    };
                    Some((message(Msg::Eof(eof)), Rest::Nothing))
                }
                Ok(data) => {
                    hash.update(&data);
                    let data = UploadData { data };
                    Some((message(Msg::Data(data)), Rest::File(file, hash)))
                }
                Err(error) => {
                    *broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    None
                }
            }
        }
    })
}

/// The next piece of a file; empty at its end.
async fn piece(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE);
    file.take(PIECE as u64).read_to_end(&mut piece).await?;
    Ok(piece)
}
