//! The component: sends accounts to the host in the shape asked for.

#![expect(unsafe_code, reason = "the exports are generated")]

use crate::account::{item, message};
use exports::identity::shapes::shapes::{Guest, Item};
use prost::Message;
use wit_bindgen::StreamReader;

wit_bindgen::generate!({ world: "identity:shapes/bench", path: ["../../wit", "wit"], generate_all });

pub(crate) use identity::connector as contract;

struct Shapes;

export!(Shapes);

impl Guest for Shapes {
    fn make(count: u32) {
        (0..count).map(item).for_each(|item| {
            std::hint::black_box(item);
        });
    }

    async fn call(first: u32, count: u32) -> Vec<Item> {
        (first..first + count).map(item).collect()
    }

    async fn items(count: u32, batch: u32) -> StreamReader<Item> {
        let (mut writer, reader) = wit_stream::new();
        wit_bindgen::spawn(async move {
            let mut items = (0..count).map(item);
            let mut buffer = Vec::with_capacity(batch as usize);
            loop {
                buffer.extend(items.by_ref().take(batch as usize));
                let last = buffer.len() < batch as usize;
                buffer = writer.write_all(buffer).await;
                if last || !buffer.is_empty() {
                    return;
                }
            }
        });
        reader
    }

    async fn lists(count: u32, batch: u32) -> StreamReader<Vec<Item>> {
        let (mut writer, reader) = wit_stream::new();
        wit_bindgen::spawn(async move {
            let mut items = (0..count).map(item);
            loop {
                let list: Vec<_> = items.by_ref().take(batch as usize).collect();
                if list.is_empty() || writer.write_one(list).await.is_some() {
                    return;
                }
            }
        });
        reader
    }

    async fn bytes(count: u32, chunk: u32) -> StreamReader<u8> {
        let (mut writer, reader) = wit_stream::new();
        wit_bindgen::spawn(async move {
            let mut messages = (0..count).map(message);
            let mut buffer = Vec::with_capacity(chunk as usize + 1024);
            loop {
                while buffer.len() < chunk as usize
                    && let Some(message) = messages.next()
                {
                    // A vector grows: this does not fail, and the host would miss the rest.
                    if message.encode_length_delimited(&mut buffer).is_err() {
                        return;
                    }
                }
                let last = buffer.len() < chunk as usize;
                buffer = writer.write_all(buffer).await;
                if last || !buffer.is_empty() {
                    return;
                }
            }
        });
        reader
    }
}
