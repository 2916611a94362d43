//! Files: in which order their pieces come, and what they have to be like.

use super::*;
use crate::conductorone::messages::{
    BatonServiceUploadAssetRequest,
    baton_service_upload_asset_request::{Msg, UploadData, UploadEof, UploadMetadata},
};
use sha2::{Digest, Sha256};

impl Client {
    pub(super) fn upload(&self, messages: Vec<Msg>) -> Result<(), Status> {
        let messages = messages.into_iter();
        let messages: Vec<_> = messages
            .map(|msg| BatonServiceUploadAssetRequest { msg: Some(msg) })
            .collect();
        let request = self.request(futures::stream::iter(messages));
        let mut service = self.service.clone();
        self.runtime
            .block_on(service.upload_asset(request))
            .map(drop)
    }
}

fn metadata(task: &str) -> Msg {
    Msg::Metadata(UploadMetadata {
        host_id: "host-1".into(),
        task_id: task.into(),
        annotations: Vec::new(),
    })
}

fn data(bytes: &[u8]) -> Msg {
    Msg::Data(UploadData {
        data: bytes.to_vec(),
    })
}

fn eof(bytes: &[u8]) -> Msg {
    Msg::Eof(UploadEof {
        sha256_checksum: Sha256::digest(bytes).to_vec(),
        annotations: Vec::new(),
    })
}

/// A file in two pieces.
pub(super) fn whole(task: &str) -> Vec<Msg> {
    vec![
        metadata(task),
        data(b"half a file"),
        data(b" and the rest"),
        eof(b"half a file and the rest"),
    ]
}

/// A client that is at a sync.
pub(super) fn syncing(service: &ConductorOne) -> (Client, String) {
    let client = Client::new(service);
    let id = service.push(tasks::sync());
    assert_eq!(client.task(), id);
    (client, id)
}

#[test]
fn a_file_arrives_whole_and_ends_a_sync() {
    let service = ConductorOne::start(Settings::default());
    let (client, id) = syncing(&service);
    client.upload(whole(&id)).unwrap();
    client.succeed(&id, None).unwrap();
    let record = service.finished(&id);
    assert_eq!(record.uploads.len(), 1);
    assert_eq!(record.uploads[0].0, b"half a file and the rest");
    assert_eq!(record.uploads[0].1, [11, 13]);
    assert_eq!(record.uploads_begun, 1);
    assert_eq!(service.violations(), Vec::<String>::new());
}

#[test]
fn a_piece_has_a_byte_or_a_mebibyte_at_most() {
    let service = ConductorOne::start(Settings::default());
    let (client, id) = syncing(&service);
    let most = vec![7; 1 << 20];
    client
        .upload(vec![metadata(&id), data(&most), eof(&most)])
        .unwrap();
    assert_eq!(service.violations(), Vec::<String>::new());
    for (bytes, text) in [
        (vec![], "0 bytes"),
        (vec![7; (1 << 20) + 1], "1048577 bytes"),
        (vec![7; 5 << 20], "too large"),
    ] {
        let service = ConductorOne::start(Settings::default());
        let (client, id) = syncing(&service);
        let sent = client.upload(vec![metadata(&id), data(&bytes), eof(&bytes)]);
        assert_eq!(refused(sent), Code::InvalidArgument);
        violates(&service, &["upload", text]);
    }
}

#[test]
fn a_file_that_comes_in_another_order_is_refused() {
    type Messages = fn(&str) -> Vec<Msg>;
    let orders: [(&str, Messages); 8] = [
        ("no metadata", |_| vec![data(b"a"), eof(b"a")]),
        ("no metadata", |_| vec![eof(b"")]),
        ("metadata twice", |id| vec![metadata(id), metadata(id)]),
        ("no end", |id| vec![metadata(id), data(b"a")]),
        ("no end", |_| vec![]),
        ("after the end", |id| {
            vec![metadata(id), eof(b""), data(b"a")]
        }),
        ("checksum", |id| vec![metadata(id), data(b"a"), eof(b"b")]),
        ("no id of a task", |_| vec![metadata("a"), eof(b"")]),
    ];
    for (text, messages) in orders {
        let service = ConductorOne::start(Settings::default());
        let (client, id) = syncing(&service);
        let sent = client.upload(messages(&id));
        assert_eq!(refused(sent), Code::InvalidArgument, "{text}");
        violates(&service, &["upload", text]);
        assert_eq!(service.state().record(&id).unwrap().uploads, []);
    }
}

#[test]
fn a_file_is_for_a_sync_that_somebody_is_at() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::new(&service);
    let waiting = service.push(tasks::sync());
    assert_eq!(
        refused(client.upload(whole(&waiting))),
        Code::InvalidArgument
    );
    violates(&service, &["was never handed out"]);
    let grant = service.push(tasks::grant("role:1:member", "1"));
    assert_eq!(
        [client.task(), client.task()],
        [waiting.clone(), grant.clone()]
    );
    assert_eq!(refused(client.upload(whole(&grant))), Code::InvalidArgument);
    client.fail(&waiting, true).unwrap();
    assert_eq!(
        refused(client.upload(whole(&waiting))),
        Code::InvalidArgument
    );
    assert_eq!(service.violations().len(), 3);
}
