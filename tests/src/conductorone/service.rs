//! The gRPC service.

use super::{
    checks,
    faults::{CallFault, Method},
    messages::{
        BatonServiceFinishTaskRequest, BatonServiceFinishTaskResponse, BatonServiceGetTaskRequest,
        BatonServiceGetTaskResponse, BatonServiceHeartbeatRequest, BatonServiceHeartbeatResponse,
        BatonServiceHelloRequest, BatonServiceHelloResponse, BatonServiceUploadAssetRequest,
        BatonServiceUploadAssetResponse, baton_service_server::BatonService, task::TaskType,
    },
    queue::Place,
    server::{Connection, Shared},
    state::State,
    upload::Incoming,
};
use std::time::Instant;
use tonic::{Request, Response, Status, Streaming, metadata::MetadataMap};

/// Answers what it is called for.
#[derive(Clone)]
pub(super) struct Service(pub Shared);

type Answer<T> = Result<Response<T>, Status>;

impl Service {
    /// Does `work`, unless something befalls the call.
    async fn call<T, R>(
        &self,
        method: Method,
        request: Request<T>,
        work: impl FnOnce(&mut State, T) -> Result<R, Status>,
    ) -> Answer<R> {
        let connection = request.extensions().get::<Connection>().cloned();
        let connection = connection.expect("a request comes by a connection");
        let (metadata, _, message) = request.into_parts();
        let fault = self.begin(method, &metadata)?;
        match fault {
            Some(CallFault::Refuse(code)) => return Err(Status::new(code, "a bad day")),
            Some(CallFault::CutBefore) => connection.cut().await,
            Some(CallFault::Hang) => std::future::pending().await,
            Some(CallFault::CutAfter) | None => {}
        }
        let done = self.0.change(|state| work(state, message));
        if matches!(fault, Some(CallFault::CutAfter)) {
            connection.cut().await;
        }
        done.map(Response::new)
    }

    fn begin(&self, method: Method, metadata: &MetadataMap) -> Result<Option<CallFault>, Status> {
        let header = metadata
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        self.0.change(|state| {
            state.admit(header)?;
            Ok(state.next_fault(method))
        })
    }
}

fn known(state: &mut State, host: &str) -> Result<(), Status> {
    match state.hellos.contains_key(host) {
        true => Ok(()),
        false => Err(state.violated(format!("{host} has not said hello"))),
    }
}

#[tonic::async_trait]
impl BatonService for Service {
    async fn hello(
        &self,
        request: Request<BatonServiceHelloRequest>,
    ) -> Answer<BatonServiceHelloResponse> {
        self.call(Method::Hello, request, |state, hello| {
            checks::hello(&hello).map_err(|why| state.violated(format!("hello: {why}")))?;
            if !hello.task_id.is_empty() {
                let record = state.task_of(&hello.host_id, &hello.task_id)?;
                if !matches!(record.task.task_type, Some(TaskType::Hello(_))) {
                    let what = format!("{} does not ask for a hello", hello.task_id);
                    return Err(state.violated(what));
                }
                record.place = Place::Finished;
            }
            state.hellos_heard += 1;
            state.hellos.insert(hello.host_id.clone(), hello);
            Ok(BatonServiceHelloResponse {})
        })
        .await
    }

    async fn get_task(
        &self,
        request: Request<BatonServiceGetTaskRequest>,
    ) -> Answer<BatonServiceGetTaskResponse> {
        self.call(Method::GetTask, request, |state, asked| {
            known(state, &asked.host_id)?;
            state.polls += 1;
            let next_poll = state.settings.next_poll.try_into();
            Ok(BatonServiceGetTaskResponse {
                task: state.hand_out(&asked.host_id),
                next_poll: next_poll.ok(),
                next_heartbeat: None,
            })
        })
        .await
    }

    async fn heartbeat(
        &self,
        request: Request<BatonServiceHeartbeatRequest>,
    ) -> Answer<BatonServiceHeartbeatResponse> {
        self.call(Method::Heartbeat, request, |state, heartbeat| {
            known(state, &heartbeat.host_id)?;
            checks::task_id(&heartbeat.task_id)
                .and_then(|()| checks::annotations(heartbeat.annotations.len()))
                .map_err(|why| state.violated(format!("heartbeat: {why}")))?;
            let next_heartbeat = state.settings.next_heartbeat.try_into().ok();
            let record = state.task_of(&heartbeat.host_id, &heartbeat.task_id)?;
            record.heartbeats += 1;
            if let Place::HandedOut(heard) = &mut record.place {
                *heard = Instant::now();
            }
            Ok(BatonServiceHeartbeatResponse {
                next_heartbeat,
                cancelled: record.cancelled,
            })
        })
        .await
    }

    async fn finish_task(
        &self,
        request: Request<BatonServiceFinishTaskRequest>,
    ) -> Answer<BatonServiceFinishTaskResponse> {
        self.call(Method::FinishTask, request, |state, finished| {
            known(state, &finished.host_id)?;
            checks::finish(&finished).map_err(|why| state.violated(format!("finish: {why}")))?;
            state.finish(finished)?;
            Ok(BatonServiceFinishTaskResponse {})
        })
        .await
    }

    async fn upload_asset(
        &self,
        request: Request<Streaming<BatonServiceUploadAssetRequest>>,
    ) -> Answer<BatonServiceUploadAssetResponse> {
        let connection = request.extensions().get::<Connection>().cloned();
        let connection = connection.expect("a request comes by a connection");
        let (metadata, _, mut messages) = request.into_parts();
        let fault = self.begin(Method::UploadAsset, &metadata)?;
        let cut = self
            .0
            .change(|state| state.settings.faults.cut_uploads.pop_front());
        match fault {
            Some(CallFault::Refuse(code)) => return Err(Status::new(code, "a bad day")),
            Some(CallFault::CutBefore) => connection.cut().await,
            Some(CallFault::Hang) => std::future::pending().await,
            Some(CallFault::CutAfter) | None => {}
        }
        let mut incoming = Incoming::default();
        // One that breaks off is no violation.
        while let Some(message) = messages.message().await? {
            incoming.take(message).map_err(|why| {
                self.0
                    .change(|state| state.violated(format!("upload: {why}")))
            })?;
            if cut.is_some_and(|cut| incoming.bytes.len() >= cut) {
                connection.cut().await;
            }
        }
        self.0.change(|state| {
            let (host, task, upload) = incoming
                .finish()
                .map_err(|why| state.violated(format!("upload: {why}")))?;
            known(state, &host)?;
            let record = state.task_of(&host, &task)?;
            let wanted = matches!(record.task.task_type, Some(TaskType::SyncFull(_)));
            match record.place {
                Place::HandedOut(_) if wanted => {
                    record.uploads.push(upload);
                    Ok(())
                }
                _ => Err(state.violated(format!("an upload for {task}, which nobody waits for"))),
            }
        })?;
        if matches!(fault, Some(CallFault::CutAfter)) {
            connection.cut().await;
        }
        Ok(Response::new(BatonServiceUploadAssetResponse {}))
    }
}
