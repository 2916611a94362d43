//! Ways not to come to an end, or to a bad one.

use crate::{
    component::{End, Page},
    odd, well,
};
use spin_sdk::wasip3::clocks::monotonic_clock;
use std::hint::black_box;

/// What a compiler makes of code that must not be reached.
pub fn trap() -> ! {
    std::process::abort()
}

/// Breaks off in the middle of a list.
pub async fn panic_midway(mut page: Page) -> End {
    page.send(well::groups()).await;
    panic!("half of it is there")
}

/// Computes for ever without asking the host for anything.
pub fn spin() -> ! {
    let mut turns = 0u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

/// Waits for ever, and lets others run meanwhile.
pub async fn wait() -> ! {
    loop {
        monotonic_clock::wait_for(u64::MAX).await;
    }
}

/// Lists for ever.
pub async fn never_stop(mut page: Page) -> End {
    let mut number = 0u64;
    loop {
        let items = (0..100).map(|_| {
            number += 1;
            odd::with_id(&number.to_string())
        });
        if !page.send(items.collect()).await {
            return Ok(None);
        }
    }
}
