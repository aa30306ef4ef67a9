//! Why a call failed.

use std::time::Duration;

use despertador_contract::{Diagnostic, Fault, Instant};

/// Why a call failed. The ticket is unchanged: keep its memory, carry nothing out.
///
/// None of these errors closes a ticket, and none concerns other tickets, except
/// [`Quarantined`](Self::Quarantined), which concerns the tickets of one account.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The plugin reported that it cannot answer, for instance because the memory is damaged.
    #[error("{}", fault(.0))]
    Fault(Fault),
    /// The call exceeded a limit and was stopped.
    #[error("the plugin was stopped: {0}")]
    Limit(Limit),
    /// The plugin crashed.
    #[error("the plugin crashed{}", crash(.said.as_deref(), what, .function.as_deref()))]
    Trap {
        /// The guest's last words, such as the message of a panic or an exception, if it left any
        /// in its memory.
        said: Option<String>,
        /// WebAssembly's description of the crash.
        what: String,
        /// The function that crashed, if the component has names.
        function: Option<String>,
    },
    /// The plugin's answer violates the contract; the text says how.
    #[error("the plugin's answer breaks the contract: {0}")]
    Answer(String),
    /// The plugin refuses a policy that it accepted before, so it is not pure.
    #[error("the plugin refuses a policy that it accepted before ({})", codes(.0))]
    Policy(Vec<Diagnostic>),
    /// The input exceeds a limit, so the plugin was not called. The text says which.
    #[error("the call was not made: {0}")]
    Input(String),
    /// All instances are in use. Calls do not wait inside the host: try again when a call or a
    /// session has ended, or raise the limit.
    #[error("all {instances} instances are in use; end a session or raise `instances`")]
    Busy {
        /// The maximum number of instances.
        instances: u32,
    },
    /// The last call about this ticket failed, and calls about it are deferred.
    #[error("calls about ticket `{ticket}` are deferred until {until}: {why}")]
    Deferred {
        /// The ticket.
        ticket: String,
        /// When calls about it are made again.
        until: Instant,
        /// The last failure.
        why: String,
    },
    /// Calls about several tickets of an account failed in a row, so the plugin is not called for
    /// this account until an instant, or until [`Plugin::release`](crate::Plugin::release).
    #[error(
        "the plugin is quarantined {}until {until}, calls about several tickets failed in a row; the \
         last: {why}",
        if .account.is_empty() { String::new() } else { format!("for account `{account}` ") }
    )]
    Quarantined {
        /// The account; empty for policies without one.
        account: String,
        /// When one call is made to test whether the plugin works again.
        until: Instant,
        /// The last failure.
        why: String,
    },
}

/// The most calls that a driver makes for a ticket without anything new from outside.
pub const CALLS_IN_A_ROW_MAX: usize = 10_000;

impl CallError {
    /// The plugin asked for more than [`CALLS_IN_A_ROW_MAX`] calls in a row.
    #[must_use]
    pub fn never_rests(ticket: &str) -> Self {
        Self::Answer(format!(
            "ticket `{ticket}` still asks for calls after {CALLS_IN_A_ROW_MAX} of them"
        ))
    }

    /// Whether the plugin is at fault: it crashed, exceeded a limit or gave a bad answer.
    #[must_use]
    pub fn blames_plugin(&self) -> bool {
        matches!(self, Self::Limit(_) | Self::Trap { .. } | Self::Answer(_) | Self::Policy(_))
    }

    /// When the same call may be made again, if known.
    #[must_use]
    pub fn retry_at(&self) -> Option<Instant> {
        match self {
            Self::Deferred { until, .. } | Self::Quarantined { until, .. } => Some(*until),
            _ => None,
        }
    }
}

/// The limit that stopped a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// The fuel was used up.
    #[error("it used up its fuel of {allowed} (`fuel`)")]
    Fuel {
        /// The fuel of a call.
        allowed: u64,
    },
    /// The call took too long.
    #[error("it took longer than {allowed:?} (`wall_clock`)")]
    WallClock {
        /// The time of a call.
        allowed: Duration,
    },
    /// The plugin requested more linear memory.
    #[error(
        "it asked for {wanted} bytes of memory and may have {allowed} \
         (`wasm_memory_bytes`)"
    )]
    Memory {
        /// Maximum, in bytes.
        allowed: usize,
        /// Requested, in bytes.
        wanted: usize,
    },
    /// The plugin's calls are nested too deeply.
    #[error("its calls went deeper than a stack of {allowed} bytes (`wasm_stack_bytes`)")]
    Stack {
        /// Maximum, in bytes.
        allowed: usize,
    },
    /// The answer was too large.
    #[error("its answer is larger than {allowed} bytes (`answer_bytes`)")]
    Answer {
        /// Maximum, in bytes.
        allowed: usize,
    },
}

/// The guest's own words, or else where it crashed in WebAssembly's words.
fn crash(said: Option<&str>, what: &str, function: Option<&str>) -> String {
    match (said, function) {
        (Some(said), _) => format!(": {said}"),
        (None, Some(name)) => format!(" in `{name}`: {what}"),
        (None, None) => format!(": {what}"),
    }
}

fn codes(diagnostics: &[Diagnostic]) -> String {
    let codes: Vec<_> = diagnostics.iter().map(|d| format!("`{}`", d.code)).collect();
    codes.join(", ")
}

fn fault(fault: &Fault) -> String {
    match fault {
        Fault::MemoryDamaged => {
            "the ticket's memory is damaged; restore the last one the plugin returned".into()
        }
        Fault::MemoryNewer(version) => format!(
            "the ticket's memory is of version {version}, written by a later plugin; use that plugin"
        ),
        Fault::BadTime(instant) => {
            format!("the time {instant} is not between the years 1970 and 9999")
        }
        Fault::OverLimit(name) => format!("`{name}` is over its limit"),
        Fault::Other(word) => format!("the plugin cannot answer: `{word}`"),
    }
}

/// Why a policy could not be created.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// The config has errors: all of its problems, including warnings.
    #[error("{}", refused(.0))]
    Refused(Vec<Diagnostic>),
    /// The call failed.
    #[error(transparent)]
    Call(#[from] CallError),
}

fn refused(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::from("the config is refused");
    for diagnostic in diagnostics {
        text += &format!("\n  {}: `{}`", diagnostic.place, diagnostic.code);
        let english = diagnostic.wordings.iter().find(|w| w.language == "en");
        if let Some(wording) = english.or(diagnostic.wordings.first()) {
            text += &format!(": {}; {}", wording.text, wording.help);
        }
    }
    text
}
