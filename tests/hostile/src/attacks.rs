//! The table of attacks.

use crate::{
    component::{End, Page},
    contract::identity::connector::types::Error,
    exhaust, leaks, lists, machine, requests, traffic,
};

/// Answers a validation in the way that is asked for.
pub async fn validate(attack: &str) -> Result<String, Error> {
    match attack {
        "long-answer" => Ok("good ".repeat(2 << 20)),
        _ => Ok("all is well".to_owned()),
    }
}

/// Lists a page in the way that is asked for.
pub async fn list(attack: &str, mut page: Page) -> End {
    if let Some(requests) = requests::of(attack) {
        return requests::try_all(page, requests).await;
    }
    match attack {
        "endless-loop" => exhaust::compute(),
        "endless-questions" => exhaust::ask(),
        "endless-yielding" => exhaust::make_way().await,
        "endless-waiting" => exhaust::wait().await,
        "endless-blocking" => exhaust::block(),
        "endless-recursion" => exhaust::recurse(),
        "memory-bomb" => exhaust::eat_memory(),
        "memory-bomb-in-the-host" => exhaust::eat_memory_of_host(),
        "handle-bomb" => exhaust::take_handles(),
        "task-bomb" => exhaust::begin_tasks().await,
        "trap" => std::process::abort(),
        "exit" => std::process::exit(0),
        "panic" => panic!("this is how it ends"),

        "endless-list" => lists::never_stop(page).await,
        "endless-complaints" => lists::complain_for_ever(page).await,
        "item-of-100-mib" => lists::one_of(page, 100 << 20).await,
        "item-of-2-mib" => lists::one_of(page, 2 << 20).await,
        "item-of-many-parts" => lists::one_of_many_parts(page).await,
        "page-without-end" => lists::never_end(page).await,
        "cursors-in-a-circle" => lists::in_circles(&page),
        "cursors-for-ever" => lists::ever_on(&page),
        "same-cursor-twice" => Ok(Some("again".to_owned())),
        "cursor-of-2-mib" => Ok(Some("x".repeat(2 << 20))),
        "long-error" => lists::long_error(),

        "a-million-lines" => {
            let lines = "nothing to see here\n".repeat(1000);
            for _ in 0..1000 {
                print!("{lines}");
            }
            page.tell("Done", &[]).await
        }
        "endless-line" => {
            eprint!("{}", "and ".repeat(8 << 20));
            page.tell("Done", &[]).await
        }

        "fooling-headers" => requests::fool(page).await,
        "broken-headers" => requests::break_lines(page).await,
        "contradicting-headers" => requests::contradict(page).await,
        "long-words" => requests::be_long().await,
        "redirect" => requests::follow(page).await,

        "read" => traffic::read(page).await,
        "never-reading" => traffic::never_read().await,
        "waiting-before-reading" => traffic::wait_before_reading().await,
        "body-without-end" => traffic::never_finish().await,
        "endless-body" => traffic::never_stop_writing().await,
        "long-head" => traffic::long_head().await,
        "longish-head" => traffic::longish_head().await,
        "requests-all-at-once" => traffic::all_at_once().await,
        "requests-for-ever" => traffic::one_after_the_other().await,
        "refused-again-and-again" => traffic::be_refused().await,

        "looking-around" => machine::look_around(page).await,
        "reading-variables" => machine::read_variables(page).await,
        "reading-clocks" => machine::read_clocks(page).await,

        "secret-in-url" => leaks::in_url(page).await,
        "secret-where-not-declared" => leaks::where_not_declared(page).await,
        "secret-in-disguise" => leaks::in_disguise(page).await,
        "secret-that-comes-back" => leaks::what_comes_back(page).await,
        "secret-in-resource" => leaks::in_resource(page).await,
        "secret-in-log" => leaks::in_log(page).await,
        "secret-in-error" => leaks::in_error().await,
        "secret-in-panic" => leaks::in_panic().await,

        other => panic!("there is no attack {other:?}"),
    }
}
