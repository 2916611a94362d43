//! A client that does what a test tells it to.

use super::*;
use serde_json::Value;
use tokio::runtime::Runtime;
use tonic::{
    Request,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};

/// A connector, of sorts.
pub(super) struct Client {
    pub(super) runtime: Runtime,
    pub(super) http: reqwest::Client,
    pub(super) url: String,
    pub(super) client_id: String,
    pub(super) service: BatonServiceClient<Channel>,
    pub(super) host_id: String,
    pub(super) token: String,
}

impl Client {
    /// Without a token, and without having said hello.
    pub(super) fn stranger(service: &ConductorOne) -> Client {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let pem = fs::read(service.ca_file()).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent("a test")
            .tls_certs_only(reqwest::Certificate::from_pem_bundle(&pem).unwrap())
            .timeout(PATIENCE)
            .build()
            .unwrap();
        let origin = format!("https://{}", service.address());
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
        let endpoint = Endpoint::from_shared(origin.clone())
            .unwrap()
            .user_agent("a test")
            .unwrap()
            .tls_config(tls)
            .unwrap();
        let channel = {
            let _entered = runtime.enter();
            endpoint.connect_lazy()
        };
        Client {
            runtime,
            http,
            url: format!("{origin}/auth/v1/token"),
            client_id: service.client_id().to_owned(),
            service: BatonServiceClient::new(channel),
            host_id: "host-1".into(),
            token: String::new(),
        }
    }

    /// With a token, and after a hello.
    pub(super) fn new(service: &ConductorOne) -> Client {
        Client::named(service, "host-1")
    }

    pub(super) fn named(service: &ConductorOne, host_id: &str) -> Client {
        let mut client = Client::stranger(service);
        client.host_id = host_id.into();
        client.sign_in(service);
        client.hello("").unwrap();
        client
    }

    pub(super) fn sign_in(&mut self, service: &ConductorOne) {
        let (status, body) = self.ask(&TokenRequest::good(service)).unwrap();
        assert_eq!(status, 200, "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        self.token = body["access_token"].as_str().unwrap().to_owned();
    }

    /// Asks for a token: the status and the body.
    pub(super) fn ask(&self, request: &TokenRequest) -> reqwest::Result<(u16, String)> {
        let form = request.form.clone();
        let form = form.unwrap_or_else(|| encoded(&request.fields(&self.client_id)));
        let request = self
            .http
            .post(&self.url)
            .header("content-type", request.content_type)
            .body(form);
        self.runtime.block_on(async {
            let response = request.send().await?;
            Ok((response.status().as_u16(), response.text().await?))
        })
    }

    pub(super) fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if !self.token.is_empty() {
            let token = format!("Bearer {}", self.token).parse().unwrap();
            request.metadata_mut().insert("authorization", token);
        }
        request
    }

    pub(super) fn hello(&self, task: &str) -> Result<(), Status> {
        self.say(BatonServiceHelloRequest {
            task_id: task.into(),
            ..good_hello(&self.host_id)
        })
    }

    pub(super) fn say(&self, hello: BatonServiceHelloRequest) -> Result<(), Status> {
        let hello = self.request(hello);
        let mut service = self.service.clone();
        self.runtime.block_on(service.hello(hello)).map(drop)
    }

    pub(super) fn get_task(&self) -> Result<Option<Task>, Status> {
        let host_id = self.host_id.clone();
        let request = self.request(BatonServiceGetTaskRequest { host_id });
        let mut service = self.service.clone();
        let answer = self.runtime.block_on(service.get_task(request))?;
        Ok(answer.into_inner().task)
    }

    /// The id of the task that there has to be.
    pub(super) fn task(&self) -> String {
        self.get_task().unwrap().expect("a task").id
    }

    pub(super) fn heartbeat(&self, task: &str) -> Result<BatonServiceHeartbeatResponse, Status> {
        let request = self.request(BatonServiceHeartbeatRequest {
            host_id: self.host_id.clone(),
            task_id: task.into(),
            annotations: Vec::new(),
        });
        let mut service = self.service.clone();
        let answer = self.runtime.block_on(service.heartbeat(request))?;
        Ok(answer.into_inner())
    }

    pub(super) fn succeed(&self, task: &str, response: Option<Any>) -> Result<(), Status> {
        self.finish(BatonServiceFinishTaskRequest {
            task_id: task.into(),
            final_state: Some(FinalState::Success(Success {
                response,
                ..Success::default()
            })),
            ..BatonServiceFinishTaskRequest::default()
        })
    }

    pub(super) fn fail(&self, task: &str, non_retryable: bool) -> Result<(), Status> {
        self.finish(failure(task, non_retryable))
    }

    pub(super) fn finish(&self, finished: BatonServiceFinishTaskRequest) -> Result<(), Status> {
        let request = self.request(BatonServiceFinishTaskRequest {
            host_id: self.host_id.clone(),
            ..finished
        });
        let mut service = self.service.clone();
        self.runtime
            .block_on(service.finish_task(request))
            .map(drop)
    }
}
