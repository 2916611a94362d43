//! What a component died of, in words that say what to do about it.

use wasmtime_wasi::I32Exit;

/// Texts of the engine's errors, and the limit that each of them is about.
const LIMITS: [(&str, &str); 4] = [
    ("call stack exhausted", "--stack-limit"),
    ("resource limit exceeded", "--instance-limit"),
    ("resource table has no free keys", "--handle-limit"),
    ("handle limit exceeded", "--handle-limit"),
];
/// The engine's name for what is handed over in one step.
const HANDED_OVER: &str = "fuel allocated for hostcalls";

/// What a trap says, without the places in machine code where it happened, and with the flag of
/// the limit where it is one.
pub fn cause(error: &wasmtime::Error) -> String {
    if error.downcast_ref::<I32Exit>().is_some() {
        return "it has ended itself".to_owned();
    }
    let cause = error.root_cause().to_string();
    if cause.contains(HANDED_OVER) {
        return "it handed over more at once than 32 of the largest records that it may list (--item-size-limit)".to_owned();
    }
    match LIMITS.iter().find(|(text, _)| cause.contains(text)) {
        Some((_, flag)) => format!("{cause} ({flag})"),
        None => cause,
    }
}
