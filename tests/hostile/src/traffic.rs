//! Sending and receiving too much, too often, or without an end.

use crate::{
    component::{End, Page},
    contract::identity::connector::types::Error,
    exhaust,
    requests::filled,
    wire,
};
use spin_sdk::wasip3::{clocks::monotonic_clock, http::client};
use std::{cell::RefCell, rc::Rc};

/// Requests that are under way at once.
const MANY: usize = 10_000;
/// Requests that it tries although all of them are refused.
const REFUSED: usize = 400;

/// Sends one request, and reads its answer to the end.
pub async fn read(mut page: Page) -> End {
    let read = async {
        let url = filled("{origin}/allowed").await;
        let response = wire::send("GET", &url, &[], Vec::new()).await?;
        wire::read(response).await
    };
    let read = read.await.map_err(Error::Unavailable)?;
    let read = [("bytes", read.len().to_string())];
    page.tell("Read", &read).await
}

/// Gets answers, and reads none of them.
pub async fn never_read() -> End {
    let url = filled("{origin}/allowed").await;
    loop {
        let answer = wire::send("GET", &url, &[], Vec::new()).await;
        std::mem::forget(answer.map_err(Error::Unavailable)?);
    }
}

/// Gets one answer, and does not read it.
pub async fn wait_before_reading() -> End {
    let url = filled("{origin}/allowed").await;
    let answer = wire::send("GET", &url, &[], Vec::new()).await;
    let (_body, _end) = wire::open(answer.map_err(Error::Unavailable)?);
    exhaust::wait().await
}

/// Begins a body, and never ends it.
pub async fn never_finish() -> End {
    let url = filled("{origin}/search").await;
    let (request, mut body) = wire::request("POST", &url, &[]).map_err(Error::Internal)?;
    wit_bindgen::spawn(async move {
        body.write_all(b"{ \"and\":".to_vec()).await;
        std::mem::forget(body);
    });
    let sent = client::send(request).await;
    Err(Error::Internal(format!("an answer: {sent:?}")))
}

/// Writes a body for ever.
pub async fn never_stop_writing() -> End {
    let url = filled("{origin}/search").await;
    let (request, mut body) = wire::request("POST", &url, &[]).map_err(Error::Internal)?;
    wit_bindgen::spawn(
        async move { while body.write_all(vec![b'x'; 64 << 10]).await.is_empty() {} },
    );
    match client::send(request).await {
        Ok(_) => Ok(None),
        Err(code) => Err(Error::Internal(wire::why(&code))),
    }
}

/// A request with headers of 200 KiB.
pub async fn long_head() -> End {
    let url = filled("{origin}/allowed").await;
    let value = vec![b'x'; 2 << 10];
    let headers = vec![("x-more", value.as_slice()); 100];
    fails(wire::send("GET", &url, &headers, Vec::new()).await)
}

/// Somewhat less of that, which the host lets it write down.
pub async fn longish_head() -> End {
    let url = filled("{origin}/allowed").await;
    let value = vec![b'x'; 2 << 10];
    let headers = vec![("x-more", value.as_slice()); 40];
    fails(wire::send("GET", &url, &headers, Vec::new()).await)
}

fn fails<T>(sent: Result<T, String>) -> End {
    match sent {
        Ok(_) => Ok(None),
        Err(why) => Err(Error::Internal(why)),
    }
}

/// Sends very many requests at once.
pub async fn all_at_once() -> End {
    let url = filled("{origin}/allowed").await;
    let last: Rc<RefCell<Option<String>>> = Rc::default();
    let left = Rc::new(RefCell::new(MANY));
    for _ in 0..MANY {
        let (url, last, left) = (url.clone(), Rc::clone(&last), Rc::clone(&left));
        wit_bindgen::spawn(async move {
            match wire::send("GET", &url, &[], Vec::new()).await {
                // It is not to make room for others.
                Ok(answer) => std::mem::forget(answer),
                Err(why) => *last.borrow_mut() = Some(why),
            }
            *left.borrow_mut() -= 1;
        });
    }
    // Some of them are never answered.
    while last.borrow().is_none() || *left.borrow() > MANY / 2 {
        wit_bindgen::yield_async().await;
    }
    Err(Error::Internal(last.take().unwrap_or_default()))
}

/// Sends one request after the other.
pub async fn one_after_the_other() -> End {
    let url = filled("{origin}/allowed").await;
    loop {
        let answer = wire::send("GET", &url, &[], Vec::new()).await;
        wire::read(answer.map_err(Error::Internal)?)
            .await
            .map_err(Error::Internal)?;
    }
}

/// Asks for what is not declared, again and again.
pub async fn be_refused() -> End {
    let url = filled("{canary}/allowed").await;
    for _ in 0..REFUSED {
        let _ = wire::send("GET", &url, &[], Vec::new()).await;
        // What is left of it goes away only when the host has a chance to say so.
        monotonic_clock::wait_for(1).await;
    }
    Err(Error::PermissionDenied("it is no use".to_owned()))
}
