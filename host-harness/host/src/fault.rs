//! Describes failures in the sandbox.

use wasmtime::{FrameInfo, Store, Trap, WasmBacktrace, WasmCoreDump};

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
    let names: Vec<String> = frames(error).iter().filter_map(name).collect();
    let own = names.iter().find(|name| !LIBRARY.iter().any(|prefix| name.starts_with(prefix)));
    own.or(names.first()).cloned()
}

/// All functions that were running, the innermost first, also those without a name.
pub(crate) fn functions(error: &wasmtime::Error) -> Vec<String> {
    let numbered = |frame: &FrameInfo| format!("function {}", frame.func_index());
    frames(error).iter().map(|frame| name(frame).unwrap_or_else(|| numbered(frame))).collect()
}

fn frames(error: &wasmtime::Error) -> &[FrameInfo] {
    let dumped = error.downcast_ref::<WasmCoreDump>().map(WasmCoreDump::frames);
    let traced = || error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames);
    dumped.or_else(traced).unwrap_or_default()
}

/// The name of a function, without the hash that the compiler adds.
fn name(frame: &FrameInfo) -> Option<String> {
    frame.func_name().map(|name| format!("{:#}", rustc_demangle::demangle(name)))
}

/// Prefixes of functions that lead from a mistake to the crash.
const LIBRARY: &[&str] = &[
    "core::", "<core::", "std::", "<std::", "alloc::", "<alloc::", "__rust", "rust_", "panic_",
    "abort",
];
