//! Reaching out.

use crate::{
    component::{End, Page, setting},
    contract::{
        exports::identity::connector::list_resources::Item, identity::connector::types::Error,
    },
    well::listed,
};
use bytes::Bytes;
use spin_sdk::{
    http::{FullBody, Response},
    wasip3::http::types::ErrorCode,
};

/// Sends the request that `method` and `url` describe, and lists what came of it.
pub async fn ask(mut page: Page) -> End {
    let answer = answer().await?;
    page.send(vec![Item::Listed(listed("group", "answer", &answer))])
        .await;
    Ok(None)
}

/// What came of the request that `method` and `url` describe.
pub async fn answer() -> Result<String, Error> {
    let url = match setting("url").await {
        url if url.is_empty() => format!("{}/allowed", setting("origin").await),
        url => url,
    };
    let request = http::Request::builder()
        .method(setting("method").await.as_str())
        .uri(url)
        .body(FullBody::new(Bytes::new()))
        .map_err(|error| Error::InvalidArgument(error.to_string()))?;
    let response: Response = spin_sdk::http::send(request).await.map_err(failed)?;
    Ok(format!("answered {}", response.status()))
}

fn failed(code: ErrorCode) -> Error {
    Error::PermissionDenied(format!("the request failed: {code:?}"))
}
