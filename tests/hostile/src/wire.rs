//! Requests, made without the help and the scruples of a library.

use spin_sdk::wasip3::{
    http::{
        client,
        types::{ErrorCode, Fields, Method, Request, Response, Scheme},
    },
    wit_future, wit_stream,
};
use wit_bindgen::{FutureReader, StreamReader, StreamWriter};

/// A header, as bytes.
pub type Header<'a> = (&'a str, &'a [u8]);

/// Sends a request with a whole body, and waits for the head of the answer.
///
/// # Errors
///
/// Says why there is none.
pub async fn send(
    method: &str,
    url: &str,
    headers: &[Header<'_>],
    body: Vec<u8>,
) -> Result<Response, String> {
    let (request, mut content) = request(method, url, headers)?;
    wit_bindgen::spawn(async move {
        content.write_all(body).await;
    });
    client::send(request).await.map_err(|code| why(&code))
}

/// A request, and where its body has to be written.
///
/// # Errors
///
/// Says what the host did not like about it.
pub fn request(
    method: &str,
    url: &str,
    headers: &[Header<'_>],
) -> Result<(Request, StreamWriter<u8>), String> {
    let fields = Fields::new();
    for (name, value) in headers {
        let appended = fields.append(name, value);
        appended.map_err(|error| format!("the header {name:?}: {error:?}"))?;
    }
    let (content, body) = wit_stream::new();
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (request, _) = Request::new(fields, Some(body), trailers, None);
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.to_owned()),
    };
    let refused = |part: &str| format!("the {part} of {method} {url:?}");
    let method = match method {
        "GET" => Method::Get,
        "POST" => Method::Post,
        other => Method::Other(other.to_owned()),
    };
    request
        .set_method(&method)
        .map_err(|()| refused("method"))?;
    request
        .set_scheme(Some(&scheme))
        .map_err(|()| refused("scheme"))?;
    request
        .set_authority(Some(authority))
        .map_err(|()| refused("authority"))?;
    request
        .set_path_with_query(Some(path))
        .map_err(|()| refused("path"))?;
    Ok((request, content))
}

/// Reads an answer to its end.
///
/// # Errors
///
/// Says what it ended with, if not well.
pub async fn read(response: Response) -> Result<Vec<u8>, String> {
    let (body, end) = open(response);
    let read = body.collect().await;
    match end.await {
        Ok(_) => Ok(read),
        Err(code) => Err(why(&code)),
    }
}

type Ended = FutureReader<Result<Option<Fields>, ErrorCode>>;

/// The body of an answer, and how it ends.
pub fn open(response: Response) -> (StreamReader<u8>, Ended) {
    let (_, unread) = wit_future::new(|| Ok(()));
    Response::consume_body(response, unread)
}

/// What the host says.
pub fn why(code: &ErrorCode) -> String {
    match code {
        ErrorCode::InternalError(Some(reason)) => reason.clone(),
        code => format!("{code:?}"),
    }
}
