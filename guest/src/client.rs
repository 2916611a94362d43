//! Requests to Valimail's API:
//!
//! - `GET`, `POST /accounts/{slug}/scim/v2/Users`
//! - `GET`, `PATCH /accounts/{slug}/scim/v2/Users/{id}`

use crate::{
    contract::identity::connector::types::Error,
    patch,
    refusal::{Refusal, unanswered, unauthenticated},
    scim::User,
    secrets::Secrets,
    session::{self, Token},
    settings::{self, Settings},
    transport::{self, Failure, Transport},
};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use serde_json::Value;
use std::time::{Duration, SystemTime};

/// More than any one user has.
const USER_BODY: usize = 1 << 20;

/// Signs in when it must, and sends requests.
pub struct Client<T> {
    transport: T,
    settings: Settings,
    token: Option<Token>,
    /// Whether the key may read single users, until the service says otherwise.
    reads_single_users: bool,
    /// How the service wants the path of the member type spelled, as far as is known.
    pub member_type_path: &'static str,
}

/// What reading a single user came to.
#[derive(Debug)]
pub enum Single {
    Found(User),
    NotFound,
    /// The service does not say: the key may not ask, or there is no such request.
    Untold,
}

/// What a request that changes something came to.
#[derive(Debug)]
pub enum Outcome {
    /// Accepted, with the user that the answer shows, if it shows one.
    Accepted(StatusCode, Option<Box<User>>),
    /// Nothing has been changed.
    Refused(Refusal),
    /// It is not known whether something has been changed. Says what came back.
    Unknown(String),
}

impl<T: Transport> Client<T> {
    pub fn new(transport: T, settings: Settings) -> Self {
        Self {
            transport,
            settings,
            token: None,
            reads_single_users: true,
            member_type_path: patch::MEMBER_TYPE_DOT,
        }
    }

    /// The configuration.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What to do about a 403: `what` has been refused, which needs the permission for `method`
    /// on `…/Users` and the rest of the path.
    pub fn without_permission(&self, what: &str, method: &str, rest: &str) -> String {
        format!(
            "{what}; check that the API key is of the type Configuration Only, that an owner has made it, and that it has the permission {method} /accounts/{}/scim/v2/Users{rest}",
            self.settings.slug
        )
    }

    /// What the service might repeat, and no message may: the credentials and the token.
    pub fn secrets(&self) -> Secrets {
        let credentials = [&self.settings.app_id, &self.settings.client_id];
        let token = self.token.as_ref().map(|token| &token.value);
        Secrets::new(credentials.into_iter().chain(token).map(String::as_str))
    }

    /// Lets time pass.
    pub async fn pause(&self, time: Duration) {
        self.transport.pause(time).await;
    }

    /// `GET …/Users`, with the query `query` (without its `?`).
    ///
    /// # Errors
    ///
    /// Whatever keeps a body from arriving, a status other than 200 included.
    pub async fn users(&mut self, query: &str) -> Result<Response<T::Body>, Error> {
        let answer = self.list(query).await?;
        answer.map_err(|refusal| self.list_refused(refusal))
    }

    /// `GET …/Users` with a filter; `None` when the service does not take it.
    ///
    /// # Errors
    ///
    /// As [`Client::users`].
    pub async fn users_where(&mut self, filter: &str) -> Result<Option<Response<T::Body>>, Error> {
        match self.list(&settings::filter_query(filter)).await? {
            Ok(response) => Ok(Some(response)),
            Err(refusal) if refusal.status == StatusCode::BAD_REQUEST => Ok(None),
            Err(refusal) => Err(self.list_refused(refusal)),
        }
    }

    /// `GET …/Users/{id}`. The docs do not name it among what a key needs, so it is not relied on.
    ///
    /// # Errors
    ///
    /// When the service does not answer, or answers that it cannot answer now.
    pub async fn user(&mut self, id: &str) -> Result<Single, Error> {
        if !self.reads_single_users {
            return Ok(Single::Untold);
        }
        let url = self.settings.user_url(id);
        let request = format!("GET {url}");
        let mut response = match self.exchange(&Method::GET, &url, None).await? {
            Ok(response) => response,
            // Not every text that somebody types can be a segment of a path.
            Err(failure) if failure.refused => return Ok(Single::Untold),
            Err(failure) => return Err(unanswered(&request, failure)),
        };
        let status = response.status();
        match status.as_u16() {
            200 => {
                let body = transport::beginning(response.body_mut(), USER_BODY).await;
                let body = body.map_err(|failure| unanswered(&request, failure))?;
                let user = serde_json::from_slice(&body).ok();
                let user = user.filter(|user: &User| user.has_id(id));
                Ok(user.map_or(Single::Untold, Single::Found))
            }
            404 => {
                let refusal = Refusal::read(&request, response, &self.secrets()).await;
                Ok(if refusal.is_scim {
                    Single::NotFound
                } else {
                    Single::Untold
                })
            }
            401 | 403 | 405 => {
                self.reads_single_users = false;
                eprintln!(
                    "the API key may not read single users, so the whole list is read instead (GET /accounts/{}/scim/v2/Users/{{id}} answered {status})",
                    self.settings.slug
                );
                Ok(Single::Untold)
            }
            code if code != 429 && (status.is_success() || status.is_client_error()) => {
                Ok(Single::Untold)
            }
            _ => {
                let refusal = Refusal::read(&request, response, &self.secrets()).await;
                Err(refusal.into_error(|_, what| Error::Internal(what)))
            }
        }
    }

    /// `PATCH …/Users/{id}`.
    ///
    /// # Errors
    ///
    /// When the request has not been sent.
    pub async fn change_user(&mut self, id: &str, body: &Value) -> Result<Outcome, Error> {
        let url = self.settings.user_url(id);
        self.change(Method::PATCH, &url, body).await
    }

    /// `POST …/Users`.
    ///
    /// # Errors
    ///
    /// When the request has not been sent.
    pub async fn create_user(&mut self, body: &Value) -> Result<Outcome, Error> {
        let url = self.settings.users_url();
        self.change(Method::POST, &url, body).await
    }

    async fn list(&mut self, query: &str) -> Result<Result<Response<T::Body>, Refusal>, Error> {
        let mut url = self.settings.users_url();
        if !query.is_empty() {
            url = format!("{url}?{query}");
        }
        let request = format!("GET {url}");
        let response = self.exchange(&Method::GET, &url, None).await?;
        let response = response.map_err(|failure| unanswered(&request, failure))?;
        Ok(if response.status() == StatusCode::OK {
            Ok(response)
        } else {
            Err(Refusal::read(&request, response, &self.secrets()).await)
        })
    }

    fn list_refused(&self, refusal: Refusal) -> Error {
        let slug = &self.settings.slug;
        refusal.into_error(|status, what| match status {
            401 => unauthenticated(&what),
            403 => Error::PermissionDenied(format!(
                "{what}; check that valimail-slug is the account's ({slug:?} is configured) and that the API key may read its users"
            )),
            404 => Error::NotFound(format!(
                "{what}; check valimail-slug ({slug:?} is configured) and base-url"
            )),
            _ => Error::Internal(what),
        })
    }

    async fn change(&mut self, method: Method, url: &str, body: &Value) -> Result<Outcome, Error> {
        let request = format!("{method} {url}");
        let body = Bytes::from(body.to_string());
        let mut response = match self.exchange(&method, url, Some(body)).await? {
            Ok(response) => response,
            Err(failure) if failure.refused => return Err(unanswered(&request, failure)),
            Err(failure) => return Ok(Outcome::Unknown(format!("{request}: {}", failure.message))),
        };
        let status = response.status();
        if status.is_success() {
            // Where it breaks off, the service has accepted the change all the same.
            let body = transport::beginning(response.body_mut(), USER_BODY).await;
            let user = body
                .ok()
                .and_then(|body| serde_json::from_slice(&body).ok());
            return Ok(Outcome::Accepted(status, user));
        }
        let refusal = Refusal::read(&request, response, &self.secrets()).await;
        Ok(
            if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
                Outcome::Unknown(refusal.what)
            } else {
                Outcome::Refused(refusal)
            },
        )
    }

    /// Sends a request with a token, and once more with a new one if that is not accepted: it
    /// may have been taken back before its time. The service has done nothing in this case.
    ///
    /// # Errors
    ///
    /// When there is no token. A request that is not answered is no error here.
    async fn exchange(
        &mut self,
        method: &Method,
        url: &str,
        body: Option<Bytes>,
    ) -> Result<Result<Response<T::Body>, Failure>, Error> {
        let answer = self.send(method, url, body.clone()).await?;
        match answer {
            Ok(response) if response.status() == StatusCode::UNAUTHORIZED => {
                self.token = None;
                self.send(method, url, body).await
            }
            answer => Ok(answer),
        }
    }

    async fn send(
        &mut self,
        method: &Method,
        url: &str,
        body: Option<Bytes>,
    ) -> Result<Result<Response<T::Body>, Failure>, Error> {
        let bearer = format!("Bearer {}", self.token().await?);
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header(header::ACCEPT, "application/scim+json, application/json")
            .header(header::AUTHORIZATION, bearer);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/scim+json");
        }
        let request = request
            .body(body.unwrap_or_default())
            .map_err(|e| Error::Internal(format!("{method} {url} cannot be written: {e}")))?;
        Ok(self.transport.send(request).await)
    }

    /// A token that should be good, from memory or from `POST /auth`.
    async fn token(&mut self) -> Result<&str, Error> {
        if !matches!(&self.token, Some(token) if token.is_fresh(SystemTime::now())) {
            self.token = None;
        }
        let token = match self.token.take() {
            Some(token) => token,
            None => session::sign_in(&self.transport, &self.settings, &self.secrets()).await?,
        };
        Ok(&self.token.insert(token).value)
    }
}

#[cfg(test)]
mod tests;
