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
    queue::{Place, Record},
    server::{Connection, Shared},
    state::State,
    upload::Incoming,
};
use std::time::Instant;
use tonic::{Code, Request, Response, Status, Streaming, metadata::MetadataMap};

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
    ) -> Answer<R>
    where
        T: FromHost,
    {
        let connection = request.extensions().get::<Connection>().cloned();
        let connection = connection.expect("a request comes by a connection");
        let (metadata, _, message) = request.into_parts();
        let fault = self.begin(method, &metadata)?;
        match fault {
            Some(CallFault::Refuse(code)) => return Err(Status::new(code, "a bad day")),
            Some(CallFault::CutBefore) => connection.cut().await,
            Some(CallFault::Hang) => std::future::pending().await,
            Some(CallFault::Slow(time)) => tokio::time::sleep(time).await,
            Some(CallFault::CutAfter | CallFault::Acted(_)) | None => {}
        }
        let done = self.0.change(|state| {
            state.recognize(connection.number, message.host())?;
            work(state, message)
        });
        match fault {
            Some(CallFault::CutAfter) => connection.cut().await,
            Some(CallFault::Acted(code)) => Err(Status::new(code, "a bad day")),
            _ => done.map(Response::new),
        }
    }

    fn begin(&self, method: Method, metadata: &MetadataMap) -> Result<Option<CallFault>, Status> {
        let header = metadata
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        self.0.change(|state| {
            *state.calls.entry(method).or_default() += 1;
            state.admit(header)?;
            Ok(state.next_fault(method))
        })
    }
}

/// A message that says who has sent it.
trait FromHost {
    fn host(&self) -> &str;
}

impl FromHost for BatonServiceHelloRequest {
    fn host(&self) -> &str {
        &self.host_id
    }
}

impl FromHost for BatonServiceGetTaskRequest {
    fn host(&self) -> &str {
        &self.host_id
    }
}

impl FromHost for BatonServiceHeartbeatRequest {
    fn host(&self) -> &str {
        &self.host_id
    }
}

impl FromHost for BatonServiceFinishTaskRequest {
    fn host(&self) -> &str {
        &self.host_id
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
            // Somebody else may have finished it since; nobody goes on with what it has finished.
            let lost = record.handed_to.last() != Some(&heartbeat.host_id);
            match &mut record.place {
                Place::HandedOut(heard) => *heard = Instant::now(),
                _ if lost => {}
                _ => {
                    let what = format!("a heartbeat of {}, which is over", heartbeat.task_id);
                    return Err(state.violated_as(Code::NotFound, what));
                }
            }
            Ok(BatonServiceHeartbeatResponse {
                next_heartbeat,
                cancelled: record.cancelled || lost,
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
            Some(CallFault::Slow(time)) => tokio::time::sleep(time).await,
            Some(CallFault::CutAfter | CallFault::Acted(_)) | None => {}
        }
        let violated = |why: String| {
            let what = format!("upload: {why}");
            self.0.change(|state| state.violated(what))
        };
        let mut incoming = Incoming::default();
        while let Some(message) = messages.message().await.map_err(|broken| {
            match broken.code() {
                Code::OutOfRange => violated(broken.message().to_owned()),
                // One that breaks off is no violation.
                _ => broken,
            }
        })? {
            let first = incoming.of.is_none();
            incoming.take(message).map_err(violated)?;
            if let (true, Some((host, task))) = (first, &incoming.of) {
                self.0.change(|state| {
                    state.recognize(connection.number, host)?;
                    waited_for(state, host, task)?.uploads_begun += 1;
                    Ok::<_, Status>(())
                })?;
            }
            if cut.is_some_and(|cut| incoming.bytes.len() >= cut) {
                connection.cut().await;
            }
        }
        self.0.change(|state| {
            let (host, task, upload) = incoming
                .finish()
                .map_err(|why| state.violated(format!("upload: {why}")))?;
            waited_for(state, &host, &task)?.uploads.push(upload);
            Ok::<_, Status>(())
        })?;
        match fault {
            Some(CallFault::CutAfter) => connection.cut().await,
            Some(CallFault::Acted(code)) => Err(Status::new(code, "a bad day")),
            _ => Ok(Response::new(BatonServiceUploadAssetResponse {})),
        }
    }
}

/// The sync that a file is brought for.
fn waited_for<'a>(state: &'a mut State, host: &str, task: &str) -> Result<&'a mut Record, Status> {
    known(state, host)?;
    let record = state.task_of(host, task)?;
    let wanted = matches!(record.task.task_type, Some(TaskType::SyncFull(_)));
    match record.place {
        Place::HandedOut(_) if wanted => state.task_of(host, task),
        _ => Err(state.violated(format!("an upload for {task}, which nobody waits for"))),
    }
}
