//! Using up what there is: time, memory, handles.

use crate::component::End;
use spin_sdk::wasip3::{clocks::monotonic_clock, http::types::Fields, random::random};
use std::{hint::black_box, time::Duration};

/// Computes for ever without asking the host for anything.
pub fn compute() -> ! {
    let mut turns = 0u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

/// Asks the host for ever, so that most of the work is the host's.
pub fn ask() -> ! {
    loop {
        black_box(random::get_random_bytes(64 << 10));
    }
}

/// Says for ever that somebody else may go first.
pub async fn make_way() -> End {
    loop {
        wit_bindgen::yield_async().await;
    }
}

/// Waits for ever, and lets others run meanwhile.
pub async fn wait() -> End {
    loop {
        monotonic_clock::wait_for(u64::MAX).await;
    }
}

/// Waits in a call of the host for ever.
pub fn block() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(1 << 30));
    }
}

/// Calls itself until there is no stack left.
pub fn recurse() -> End {
    fn deeper(depth: u64, end: u64) -> u64 {
        match depth == end {
            true => 0,
            // Nothing that could be made a loop.
            false => deeper(depth + 1, end).rotate_left(7) ^ depth,
        }
    }
    Ok(Some(deeper(0, black_box(u64::MAX)).to_string()))
}

/// Takes memory until there is none left.
pub fn eat_memory() -> ! {
    let mut eaten = Vec::new();
    loop {
        eaten.push(black_box(vec![1u8; 1 << 20]));
    }
}

/// Takes handles until there are none left.
pub fn take_handles() -> ! {
    loop {
        std::mem::forget(Fields::new());
    }
}

/// Has the host keep as much as it keeps for one handle, and takes handles until there are none left.
pub fn eat_memory_of_host() -> ! {
    let value = vec![b'x'; 1 << 10];
    loop {
        let fields = Fields::new();
        while fields.append("x-more", &value).is_ok() {}
        std::mem::forget(fields);
    }
}

/// Begins things until there are too many of them.
pub async fn begin_tasks() -> End {
    loop {
        wit_bindgen::spawn(monotonic_clock::wait_for(u64::MAX));
        wit_bindgen::yield_async().await;
    }
}
