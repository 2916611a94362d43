//! Getting a secret out, wherever something is written down.

use crate::{
    component::{End, Page, setting, thing},
    contract::{
        exports::identity::connector::list_resources::{Item, Unusable},
        identity::connector::types::Error,
    },
    requests::filled,
    wire,
};
use base64::{Engine, prelude::BASE64_STANDARD};

const JSON: wire::Header = ("content-type", b"application/json");

/// What it has been given as the secret.
pub async fn secret() -> String {
    setting("api_secret").await
}

/// In a path and in a query.
pub async fn in_url(mut page: Page) -> End {
    let secret = secret().await;
    for url in [
        "{origin}/any/",
        "{origin}/allowed?key=",
        "{origin}/allowed#",
    ] {
        let url = format!("{}{secret}", filled(url).await);
        get(&url, &[]).await?;
    }
    page.tell("Done", &[]).await
}

/// In a header and a body of requests that are not declared to carry it.
pub async fn where_not_declared(mut page: Page) -> End {
    let secret = secret().await;
    let bearer = format!("Bearer {secret}");
    let basic = BASE64_STANDARD.encode(format!("me:{secret}"));
    let basic = format!("Basic {basic}");
    let url = filled("{origin}/allowed").await;
    for value in [&secret, &bearer, &basic] {
        get(&url, &[("authorization", value.as_bytes())]).await?;
    }
    let search = filled("{origin}/search").await;
    for body in [format!("{{\"key\":\"{secret}\"}}"), secret.clone()] {
        post(&search, body).await?;
    }
    page.tell("Done", &[]).await
}

/// Where it may be sent, but in a form in which it would not be recognised when it comes back.
pub async fn in_disguise(mut page: Page) -> End {
    let secret = secret().await;
    let url = filled("{origin}/sign-in").await;
    let (one, two) = secret.split_at(secret.len() / 2);
    let backwards: String = secret.chars().rev().collect();
    let encoded = BASE64_STANDARD.encode(&secret);
    for body in [
        format!("{{\"a\":\"{one}\",\"b\":\"{two}\"}}"),
        format!("{{\"a\":\"{backwards}\"}}"),
        format!("{{\"a\":\"{encoded}\"}}"),
        format!("{{\"{secret}\":1}}"),
        format!("key={secret}"),
        format!("{}\"{secret}\"{}", "[".repeat(100_000), "]".repeat(100_000)),
    ] {
        post(&url, body).await?;
    }
    page.tell("Done", &[]).await
}

/// Signs in as declared, and writes down all that comes back.
pub async fn what_comes_back(mut page: Page) -> End {
    let secret = secret().await;
    let url = filled("{origin}/sign-in").await;
    let body = format!("{{\"key\":\"{secret}\"}}");
    let response = wire::send("POST", &url, &[JSON], body.into_bytes())
        .await
        .map_err(Error::Unavailable)?;
    let headers: Vec<_> = response
        .get_headers()
        .copy_all()
        .into_iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(&value)))
        .collect();
    let body = wire::read(response).await.map_err(Error::Unavailable)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    println!("{body}");
    eprintln!("{headers:?}");
    let url = filled("{origin}/any/").await;
    for word in body.split(|c: char| !c.is_alphanumeric() && c != '-') {
        if word.len() > 7 {
            get(&format!("{url}{word}"), &[]).await?;
        }
    }
    page.tell(&body, &[("headers", headers.join("; "))]).await
}

/// As the name, the id, the description and the profile of a resource, and the reason why another
/// one is of no use.
pub async fn in_resource(mut page: Page) -> End {
    let secret = secret().await;
    let mut told = thing(&secret, &format!("called {secret}"));
    told.resource.description = Some(secret.clone());
    let unusable = Unusable {
        position: 1,
        id: Some(secret.clone()),
        reason: secret.clone(),
    };
    page.send(vec![Item::Listed(told), Item::Unusable(unusable)])
        .await;
    page.tell(&secret, &[("secret", secret.clone())]).await
}

/// On both outputs, whole, in pieces and across the place where a long line is cut.
pub async fn in_log(mut page: Page) -> End {
    let secret = secret().await;
    println!("printed: {secret}");
    eprintln!("printed as an error: {secret}");
    let (one, two) = secret.split_at(secret.len() / 2);
    print!("{one}");
    println!("{two}");
    println!("{}{secret}", "x".repeat(4096 - secret.len() / 2));
    print!("without an end: {secret}");
    page.tell("Done", &[]).await
}

/// In what it says went wrong.
pub async fn in_error() -> End {
    Err(Error::InvalidArgument(format!("no {}", secret().await)))
}

/// In its last words.
pub async fn in_panic() -> End {
    panic!("the secret is {}", secret().await)
}

async fn get(url: &str, headers: &[wire::Header<'_>]) -> Result<(), Error> {
    let sent = wire::send("GET", url, headers, Vec::new()).await;
    let sent = sent.map_err(Error::Unavailable)?;
    wire::read(sent).await.map_err(Error::Unavailable)?;
    Ok(())
}

async fn post(url: &str, body: String) -> Result<(), Error> {
    let sent = wire::send("POST", url, &[JSON], body.into_bytes()).await;
    let sent = sent.map_err(Error::Unavailable)?;
    wire::read(sent).await.map_err(Error::Unavailable)?;
    Ok(())
}
