//! The stand-in as a client meets it, over TLS.

use super::{
    ConductorOne, Settings,
    connector::{ConnectorCapabilities, ConnectorMetadata, ResourceType, ResourceTypeCapability},
    generated::google::rpc as status,
    messages::{
        BatonServiceFinishTaskRequest, BatonServiceGetTaskRequest, BatonServiceHeartbeatRequest,
        BatonServiceHeartbeatResponse, BatonServiceHelloRequest, Task,
        baton_service_client::BatonServiceClient,
        baton_service_finish_task_request::{Error, FinalState, Success},
        baton_service_hello_request::{BuildInfo, OsInfo},
    },
    tasks,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use prost_types::Any;
use serde_json::{Value, json};
use std::{
    fmt, fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::runtime::Runtime;
use tonic::{
    Code, Request, Status,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};

mod calls;
mod faulty;
mod queue;
mod token;
mod uploads;

/// Nothing here takes so long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// The private half of the stand-in's key.
const PRIVATE: &str = "qh1SA5MXqDSQgYRRn2ES4_QJa4jxLamqfiuqymV0MnQ";

/// A request for a token, of which a test may change anything.
struct TokenRequest {
    header: Value,
    claims: Value,
    content_type: &'static str,
    /// In place of the form that goes with them.
    form: Option<String>,
}

impl TokenRequest {
    /// As a good client makes it.
    fn good(service: &ConductorOne) -> TokenRequest {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = now.as_secs();
        let nonce: String = (0..32)
            .map(|_| fastrand::digit(16).to_ascii_lowercase())
            .collect();
        TokenRequest {
            header: json!({"alg": "EdDSA", "nonce": nonce}),
            claims: json!({
                "iss": service.client_id(),
                "sub": service.client_id(),
                "aud": "127.0.0.1",
                "exp": now + 120,
                "nbf": now - 120,
                "iat": now,
            }),
            content_type: "application/x-www-form-urlencoded",
            form: None,
        }
    }

    fn claim(mut self, name: &str, value: impl Into<Value>) -> TokenRequest {
        self.claims[name] = value.into();
        self
    }

    fn header(mut self, name: &str, value: impl Into<Value>) -> TokenRequest {
        self.header[name] = value.into();
        self
    }

    /// The fields of the form.
    fn fields(&self, client_id: &str) -> Vec<(&'static str, String)> {
        let seed = BASE64_URL_SAFE_NO_PAD.decode(PRIVATE).unwrap();
        let key = SigningKey::from_bytes(seed.as_slice().try_into().unwrap());
        let part = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = key.sign(signed.as_bytes()).to_bytes();
        let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
        vec![
            ("client_id", client_id.to_owned()),
            ("grant_type", "client_credentials".to_owned()),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
            ),
            ("client_assertion", format!("{signed}.{signature}")),
        ]
    }
}

fn encoded(fields: &[(&str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// A connector, of sorts.
struct Client {
    runtime: Runtime,
    http: reqwest::Client,
    url: String,
    client_id: String,
    service: BatonServiceClient<Channel>,
    host_id: String,
    token: String,
}

impl Client {
    /// Without a token, and without having said hello.
    fn stranger(service: &ConductorOne) -> Client {
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
    fn new(service: &ConductorOne) -> Client {
        Client::named(service, "host-1")
    }

    fn named(service: &ConductorOne, host_id: &str) -> Client {
        let mut client = Client::stranger(service);
        client.host_id = host_id.into();
        client.sign_in(service);
        client.hello("").unwrap();
        client
    }

    fn sign_in(&mut self, service: &ConductorOne) {
        let (status, body) = self.ask(&TokenRequest::good(service)).unwrap();
        assert_eq!(status, 200, "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        self.token = body["access_token"].as_str().unwrap().to_owned();
    }

    /// Asks for a token: the status and the body.
    fn ask(&self, request: &TokenRequest) -> reqwest::Result<(u16, String)> {
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

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if !self.token.is_empty() {
            let token = format!("Bearer {}", self.token).parse().unwrap();
            request.metadata_mut().insert("authorization", token);
        }
        request
    }

    fn hello(&self, task: &str) -> Result<(), Status> {
        self.say(BatonServiceHelloRequest {
            task_id: task.into(),
            ..good_hello(&self.host_id)
        })
    }

    fn say(&self, hello: BatonServiceHelloRequest) -> Result<(), Status> {
        let hello = self.request(hello);
        let mut service = self.service.clone();
        self.runtime.block_on(service.hello(hello)).map(drop)
    }

    fn get_task(&self) -> Result<Option<Task>, Status> {
        let host_id = self.host_id.clone();
        let request = self.request(BatonServiceGetTaskRequest { host_id });
        let mut service = self.service.clone();
        let answer = self.runtime.block_on(service.get_task(request))?;
        Ok(answer.into_inner().task)
    }

    /// The id of the task that there has to be.
    fn task(&self) -> String {
        self.get_task().unwrap().expect("a task").id
    }

    fn heartbeat(&self, task: &str) -> Result<BatonServiceHeartbeatResponse, Status> {
        let request = self.request(BatonServiceHeartbeatRequest {
            host_id: self.host_id.clone(),
            task_id: task.into(),
            annotations: Vec::new(),
        });
        let mut service = self.service.clone();
        let answer = self.runtime.block_on(service.heartbeat(request))?;
        Ok(answer.into_inner())
    }

    fn succeed(&self, task: &str, response: Option<Any>) -> Result<(), Status> {
        self.finish(BatonServiceFinishTaskRequest {
            task_id: task.into(),
            final_state: Some(FinalState::Success(Success {
                response,
                ..Success::default()
            })),
            ..BatonServiceFinishTaskRequest::default()
        })
    }

    fn fail(&self, task: &str, non_retryable: bool) -> Result<(), Status> {
        self.finish(failure(task, non_retryable))
    }

    fn finish(&self, finished: BatonServiceFinishTaskRequest) -> Result<(), Status> {
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

fn failure(task: &str, non_retryable: bool) -> BatonServiceFinishTaskRequest {
    BatonServiceFinishTaskRequest {
        host_id: String::new(),
        task_id: task.into(),
        status: Some(status::Status {
            code: 14,
            message: "the service is away".into(),
            details: Vec::new(),
        }),
        final_state: Some(FinalState::Error(Error {
            non_retryable,
            ..Error::default()
        })),
    }
}

/// As a good client says it.
fn good_hello(host_id: &str) -> BatonServiceHelloRequest {
    let text = || "linux".to_owned();
    let kind = |id: &str| ResourceTypeCapability {
        resource_type: Some(ResourceType {
            id: id.into(),
            ..ResourceType::default()
        }),
        capabilities: vec![2],
        ..ResourceTypeCapability::default()
    };
    BatonServiceHelloRequest {
        host_id: host_id.into(),
        build_info: Some(BuildInfo {
            lang_version: text(),
            package: text(),
            package_version: text(),
        }),
        os_info: Some(OsInfo {
            hostname: text(),
            os: text(),
            platform: text(),
            platform_version: text(),
            platform_family: text(),
            kernel_version: text(),
            kernel_arch: text(),
            virtualization_system: text(),
        }),
        connector_metadata: Some(ConnectorMetadata {
            display_name: "A connector".into(),
            capabilities: Some(ConnectorCapabilities {
                resource_type_capabilities: vec![kind("role"), kind("user")],
                connector_capabilities: vec![1, 2],
                ..ConnectorCapabilities::default()
            }),
            ..ConnectorMetadata::default()
        }),
        ..BatonServiceHelloRequest::default()
    }
}

/// The code of a call that has to be refused.
fn refused<T: fmt::Debug>(outcome: Result<T, Status>) -> Code {
    outcome.unwrap_err().code()
}

/// The only violation so far, which says all of this.
fn violates(service: &ConductorOne, texts: &[&str]) {
    let violations = service.violations();
    let [violation] = &violations[..] else {
        panic!("{violations:?}, not one that says {texts:?}");
    };
    for text in texts {
        assert!(violation.contains(text), "{violation:?} says no {text:?}");
    }
}

#[test]
fn a_good_client_does_a_task_and_violates_nothing() {
    let service = ConductorOne::start(Settings::default());
    let client = Client::new(&service);
    assert_eq!(client.get_task().unwrap(), None);
    let id = service.push(tasks::hello());
    assert_eq!(client.task(), id);
    client.hello(&id).unwrap();
    let record = service.finished(&id);
    assert_eq!(record.handed_to, ["host-1"]);
    assert_eq!(service.violations(), Vec::<String>::new());
}
