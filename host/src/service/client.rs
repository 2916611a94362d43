//! ConductorOne's service, method by method: with a deadline each, and a fresh token when the one
//! at hand is not taken any more.

use super::{
    channel::{self, Authorities},
    condition::Condition,
    credentials::{ClientId, ClientSecret, check_authority},
    token::Tokens,
};
use crate::{
    baton::service::{
        BatonServiceFinishTaskRequest, BatonServiceGetTaskRequest, BatonServiceGetTaskResponse,
        BatonServiceHeartbeatRequest, BatonServiceHeartbeatResponse, BatonServiceHelloRequest,
        BatonServiceUploadAssetRequest, baton_service_client::BatonServiceClient,
    },
    failure::{Failure, Kind, Result},
};
use futures::Stream;
use std::{sync::Arc, time::Duration};
use tonic::{Code, Request, Response, Status, metadata::AsciiMetadataValue, transport::Channel};

/// For everything but an upload.
const DEADLINE: Duration = Duration::from_secs(60);

/// Who calls, and where.
#[derive(Debug)]
pub struct Account {
    pub id: ClientId,
    pub secret: ClientSecret,
    /// Where the service is, if not where the client id says.
    pub authority: Option<String>,
    /// What tells this process from others of the same client; 1 to 256 characters.
    pub host_id: String,
    /// Trusted beside the system's authorities.
    pub authorities: Authorities,
}

/// A client, for as many tasks as there are.
pub struct Client {
    service: BatonServiceClient<Channel>,
    tokens: Tokens,
    host_id: String,
    /// Told what comes of each call.
    condition: Arc<Condition>,
}

type Answer<T> = std::result::Result<T, Status>;
type Service = BatonServiceClient<Channel>;

impl Client {
    /// Connects to nothing yet.
    ///
    /// # Errors
    ///
    /// When the certificates are of no use.
    pub fn new(account: Account, condition: Arc<Condition>) -> Result<Self> {
        let authority = match account.authority {
            None => account.id.authority().to_owned(),
            Some(other) if check_authority(&other).is_ok() => other,
            Some(other) => {
                let what = format!("{other:?} is not a host with or without a port");
                let failure = Failure::new(Kind::InvalidArgument, what);
                return Err(failure.hint("Look at --c1-api-host, and BATON_C1_API_HOST."));
            }
        };
        let version = env!("CARGO_PKG_VERSION");
        let user_agent = format!("{} connector-host/{version}", account.id.name());
        let channel = channel::open(&authority, &user_agent, &account.authorities)?;
        let http = channel::http(&user_agent, &account.authorities)?;
        Ok(Self {
            service: BatonServiceClient::new(channel),
            tokens: Tokens::new(http, &authority, account.id, account.secret),
            host_id: account.host_id,
            condition,
        })
    }

    /// Says who is there.
    ///
    /// # Errors
    ///
    /// What the service says, or what is in the way of it; likewise for all others.
    pub(super) async fn hello(&self, hello: BatonServiceHelloRequest) -> Answer<()> {
        let hello = BatonServiceHelloRequest {
            host_id: self.host_id.clone(),
            ..hello
        };
        self.call(hello, async |mut service: Service, hello| {
            service.hello(hello).await
        })
        .await
        .map(drop)
    }

    /// Asks for a task.
    pub(super) async fn get_task(&self) -> Answer<BatonServiceGetTaskResponse> {
        let request = BatonServiceGetTaskRequest {
            host_id: self.host_id.clone(),
        };
        self.call(request, async |mut service: Service, request| {
            service.get_task(request).await
        })
        .await
    }

    /// Says that a task is still being worked on.
    pub(super) async fn heartbeat(&self, task: &str) -> Answer<BatonServiceHeartbeatResponse> {
        let request = BatonServiceHeartbeatRequest {
            host_id: self.host_id.clone(),
            task_id: task.to_owned(),
            annotations: Vec::new(),
        };
        self.call(request, async |mut service: Service, request| {
            service.heartbeat(request).await
        })
        .await
    }

    /// Says what has come of a task.
    pub(super) async fn finish(&self, finished: &BatonServiceFinishTaskRequest) -> Answer<()> {
        let finished = BatonServiceFinishTaskRequest {
            host_id: self.host_id.clone(),
            ..finished.clone()
        };
        self.call(finished, async |mut service: Service, finished| {
            service.finish_task(finished).await
        })
        .await
        .map(drop)
    }

    /// Sends the messages of a file. Without a deadline: whoever sends sees whether it gets on.
    pub(super) async fn upload(
        &self,
        messages: impl Stream<Item = BatonServiceUploadAssetRequest> + Send + 'static,
    ) -> Answer<()> {
        let mut service = self.service.clone();
        let token = self.tokens.header().await?;
        let sent = service.upload_asset(with(&token, messages)).await;
        if sent.as_ref().is_err_and(not_taken) {
            self.tokens.forget(&token).await;
        }
        sent.map(drop)
    }

    pub(super) fn host_id(&self) -> &str {
        &self.host_id
    }

    async fn call<T: Clone, R>(
        &self,
        message: T,
        send: impl AsyncFn(Service, Request<T>) -> Answer<Response<R>>,
    ) -> Answer<R> {
        let mut again = false;
        let calling = async {
            loop {
                let token = self.tokens.header().await?;
                match send(self.service.clone(), with(&token, message.clone())).await {
                    Err(status) if not_taken(&status) && !again => {
                        again = true;
                        self.tokens.forget(&token).await;
                    }
                    answer => return answer.map(Response::into_inner),
                }
            }
        };
        let late = |_| Status::deadline_exceeded(format!("no answer within {DEADLINE:?}"));
        let answer = tokio::time::timeout(DEADLINE, calling).await.map_err(late);
        let answer = answer.flatten();
        match &answer {
            Ok(_) => self.condition.answered(),
            Err(status) => self.condition.failed(words(status)),
        }
        answer
    }
}

fn with<T>(token: &AsciiMetadataValue, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request
        .metadata_mut()
        .insert("authorization", token.clone());
    request
}

fn not_taken(status: &Status) -> bool {
    status.code() == Code::Unauthenticated
}

/// A status in words: its code, what it says, and the last cause.
pub(super) fn words(status: &Status) -> String {
    let mut last: Option<&dyn std::error::Error> = std::error::Error::source(status);
    while let Some(source) = last.and_then(std::error::Error::source) {
        last = Some(source);
    }
    let cause = last.map(|cause| format!(" ({cause})")).unwrap_or_default();
    // The service may say anything.
    let said: String = status
        .message()
        .chars()
        .map(crate::sandbox::printable)
        .take(500)
        .collect();
    format!("{:?}: {said}{cause}", status.code())
}
