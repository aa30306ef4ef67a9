//! Describes failures in the sandbox.

use wasmtime::{Trap, WasmBacktrace};

use crate::call_error::{CallError, Limit};
use crate::instance::Meter;
use crate::options::Limits;

/// Determines which limit was exceeded, or how the plugin crashed.
pub(crate) fn from_error(
    error: &wasmtime::Error,
    fuel: u64,
    limits: &Limits,
    meter: &Meter,
) -> CallError {
    if let Some(wanted) = meter.refused() {
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
            what: trap.to_string().trim_start_matches("wasm trap: ").to_owned(),
            function: error
                .downcast_ref::<WasmBacktrace>()
                .and_then(|trace| trace.frames().first())
                .and_then(|frame| frame.func_name())
                // Without the hash that the compiler adds.
                .map(|name| format!("{:#}", rustc_demangle::demangle(name))),
        },
    }
}
