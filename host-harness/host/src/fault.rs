//! Describes failures in the sandbox.

use wasmtime::{Store, Trap, WasmBacktrace, WasmCoreDump};

use crate::call_error::{CallError, Limit};
use crate::instance::Meter;
use crate::last_words;
use crate::options::Limits;

/// Determines which limit was exceeded, or how the plugin crashed.
pub(crate) fn from_error(
    error: &wasmtime::Error,
    fuel: u64,
    limits: &Limits,
    store: &Store<Meter>,
) -> CallError {
    if let Some(wanted) = store.data().refused() {
        return CallError::Limit(Limit::Memory { allowed: limits.wasm_memory_bytes, wanted });
    }
    let Some(trap) = error.downcast_ref::<Trap>() else {
        // The plugin did not crash, but its result could not be read.
        let cause = error.root_cause().to_string();
        if cause.contains("fuel allocated for hostcalls") {
            return CallError::Limit(Limit::Answer { allowed: limits.answer_bytes });
        }
        return CallError::Answer(format!("it cannot be read: {cause}"));
    };
    match trap {
        Trap::OutOfFuel => CallError::Limit(Limit::Fuel { allowed: fuel }),
        Trap::Interrupt => CallError::Limit(Limit::WallClock { allowed: limits.wall_clock }),
        Trap::StackOverflow => CallError::Limit(Limit::Stack { allowed: limits.wasm_stack_bytes }),
        trap => CallError::Trap {
            said: last_words::of(error, store),
            what: trap.to_string().trim_start_matches("wasm trap: ").to_owned(),
            function: function(error),
        },
    }
}

/// The function that crashed: the innermost one outside the language's own library.
fn function(error: &wasmtime::Error) -> Option<String> {
    let frames = error.downcast_ref::<WasmCoreDump>().map(WasmCoreDump::frames);
    let frames =
        frames.or_else(|| error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames));
    // Without the hash that the compiler adds.
    let names: Vec<String> = frames?
        .iter()
        .filter_map(|frame| frame.func_name())
        .map(|name| format!("{:#}", rustc_demangle::demangle(name)))
        .collect();
    let own = names.iter().find(|name| !LIBRARY.iter().any(|prefix| name.starts_with(prefix)));
    own.or(names.first()).cloned()
}

/// Prefixes of functions that lead from a mistake to the crash.
const LIBRARY: &[&str] = &[
    "core::", "<core::", "std::", "<std::", "alloc::", "<alloc::", "__rust", "rust_", "panic_",
    "abort",
];
