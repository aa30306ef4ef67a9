//! Why a call has no answer.

use std::time::Duration;

use despertador_contract::{Diagnostic, Fault, Instant};

/// Why a call has no answer. The ticket is as it was: keep its memory, carry nothing out.
///
/// None of these closes a ticket, and none of them says anything about other tickets but
/// [`Quarantined`](Self::Quarantined), which is about the tickets of one account.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The plugin's own word that it cannot answer, such as a damaged memory.
    #[error("{}", fault(.0))]
    Fault(Fault),
    /// The call went over a limit and was ended.
    #[error("the plugin was stopped: {0}")]
    Limit(Limit),
    /// The plugin crashed.
    #[error(
        "the plugin crashed{}: {what}",
        .function.as_ref().map(|name| format!(" in `{name}`")).unwrap_or_default()
    )]
    Trap {
        /// What happened, in WebAssembly's words.
        what: String,
        /// The function in which it happened, where the component has names.
        function: Option<String>,
    },
    /// The plugin's answer breaks the contract; the sentence says how.
    #[error("the plugin's answer breaks the contract: {0}")]
    Answer(String),
    /// The plugin now refuses a policy that it accepted before: it is not pure.
    #[error("the plugin refuses a policy that it accepted before ({})", codes(.0))]
    Policy(Vec<Diagnostic>),
    /// What the host gave is over a limit; the plugin was not called. The sentence says what.
    #[error("the call was not made: {0}")]
    Input(String),
    /// All instances are in use, as many as the limit allows. Nothing waits inside the host: try
    /// again when a call or a session has ended, or raise the limit.
    #[error("all {instances} instances are in use; end a session or raise `instances`")]
    Busy {
        /// How many there may be at one time.
        instances: u32,
    },
    /// The last call about this ticket failed, and the ticket rests until an instant.
    #[error("calls about ticket `{ticket}` rest until {until}: {why}")]
    Resting {
        /// The ticket.
        ticket: String,
        /// From when on calls about it are made again.
        until: Instant,
        /// What failed.
        why: String,
    },
    /// Calls about several tickets of an account failed in a row, and the plugin is not called for
    /// this account until an instant, or until [`Plugin::release`](crate::Plugin::release).
    #[error(
        "the plugin is quarantined {}until {until}, calls about several tickets failed in a row; the \
         last: {why}",
        if .account.is_empty() { String::new() } else { format!("for account `{account}` ") }
    )]
    Quarantined {
        /// The account; empty where policies were made without one.
        account: String,
        /// From when on one call is let through to see whether the plugin works again.
        until: Instant,
        /// What failed last.
        why: String,
    },
}

impl CallError {
    /// Whether the plugin is to blame: it crashed, went over a limit or gave a bad answer.
    #[must_use]
    pub fn blames_plugin(&self) -> bool {
        matches!(self, Self::Limit(_) | Self::Trap { .. } | Self::Answer(_) | Self::Policy(_))
    }

    /// From when on the same call may be made again, where that is known.
    #[must_use]
    pub fn retry_at(&self) -> Option<Instant> {
        match self {
            Self::Resting { until, .. } | Self::Quarantined { until, .. } => Some(*until),
            _ => None,
        }
    }
}

/// The limit that ended a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Limit {
    /// The fuel was used up.
    #[error("it used up its fuel of {allowed} (`fuel`)")]
    Fuel {
        /// The fuel of one call.
        allowed: u64,
    },
    /// The call took too long.
    #[error("it took longer than {allowed:?} (`wall_clock`)")]
    WallClock {
        /// The time of one call.
        allowed: Duration,
    },
    /// The plugin asked for more linear memory.
    #[error(
        "it asked for {wanted} bytes of memory and may have {allowed} \
         (`wasm_memory_bytes`)"
    )]
    Memory {
        /// Bytes allowed.
        allowed: usize,
        /// Bytes asked for.
        wanted: usize,
    },
    /// The calls within the plugin went too deep.
    #[error("its calls went deeper than a stack of {allowed} bytes (`wasm_stack_bytes`)")]
    Stack {
        /// Bytes allowed.
        allowed: usize,
    },
    /// The answer was too large to be copied out.
    #[error("its answer is larger than {allowed} bytes (`answer_bytes`)")]
    Answer {
        /// Bytes allowed.
        allowed: usize,
    },
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

/// Why there is no policy.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// The config has errors: all of its problems, warnings included.
    #[error("{}", refused(.0))]
    Refused(Vec<Diagnostic>),
    /// The plugin could not be asked.
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
