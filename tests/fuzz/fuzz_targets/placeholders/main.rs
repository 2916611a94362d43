//! Secrets go out where a rule sends them, and nowhere else; and none comes in.

#![no_main]

mod answer;
mod body;
mod headers;
mod rule;
mod stream;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    /// What a component sends.
    Body(body::Input<'a>),
    Headers(headers::Input<'a>),
    /// What a service answers.
    Stream(stream::Input<'a>),
    Answer(answer::Input<'a>),
}

fuzz_target!(|input: Input| match input {
    Input::Body(input) => body::check(&input),
    Input::Headers(input) => headers::check(&input),
    Input::Stream(input) => stream::check(&input),
    Input::Answer(input) => answer::check(&input),
});
