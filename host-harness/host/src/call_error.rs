//! Why a call has no answer.

use std::fmt;
use std::time::Duration;

use despertador_contract::{Diagnostic, Fault, Instant};

/// Why a call has no answer. The ticket is as it was: keep its memory, carry nothing out.
///
/// None of these closes a ticket, and none of them says anything about other tickets but
/// [`Quarantined`](Self::Quarantined), which is about the tickets of one account.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum CallError {
    /// The plugin's own word that it cannot answer, such as a damaged memory.
    Fault(Fault),
    /// The call went over a limit and was ended.
    Limit(Limit),
    /// The plugin crashed.
    Trap {
        /// What happened, in WebAssembly's words.
        what: String,
        /// The function in which it happened, where the component has names.
        function: Option<String>,
    },
    /// The plugin's answer breaks the contract; the sentence says how.
    Answer(String),
    /// The plugin now refuses a policy that it accepted before: it is not pure.
    Policy(Vec<Diagnostic>),
    /// What the host gave is over a limit; the plugin was not called. The sentence says what.
    Input(String),
    /// All instances are in use, as many as the limit allows. Nothing waits inside the host: try
    /// again when a call or a session has ended, or raise the limit.
    Busy {
        /// How many there may be at one time.
        instances: u32,
    },
    /// The last call about this ticket failed, and the ticket rests until an instant.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// The fuel was used up.
    Fuel {
        /// The fuel of one call.
        allowed: u64,
    },
    /// The call took too long.
    WallClock {
        /// The time of one call.
        allowed: Duration,
    },
    /// The plugin asked for more linear memory.
    Memory {
        /// Bytes allowed.
        allowed: usize,
        /// Bytes asked for.
        wanted: usize,
    },
    /// The calls within the plugin went too deep.
    Stack {
        /// Bytes allowed.
        allowed: usize,
    },
    /// The answer was too large to be copied out.
    Answer {
        /// Bytes allowed.
        allowed: usize,
    },
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fuel { allowed } => write!(f, "it used up its fuel of {allowed} (`fuel`)"),
            Self::WallClock { allowed } => {
                write!(f, "it took longer than {allowed:?} (`wall_clock`)")
            }
            Self::Memory { allowed, wanted } => write!(
                f,
                "it asked for {wanted} bytes of memory and may have {allowed} \
                 (`wasm_memory_bytes`)"
            ),
            Self::Stack { allowed } => {
                write!(
                    f,
                    "its calls went deeper than a stack of {allowed} bytes (`wasm_stack_bytes`)"
                )
            }
            Self::Answer { allowed } => {
                write!(f, "its answer is larger than {allowed} bytes (`answer_bytes`)")
            }
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => write_fault(f, fault),
            Self::Limit(limit) => write!(f, "the plugin was stopped: {limit}"),
            Self::Trap { what, function: Some(function) } => {
                write!(f, "the plugin crashed in `{function}`: {what}")
            }
            Self::Trap { what, function: None } => write!(f, "the plugin crashed: {what}"),
            Self::Answer(sentence) => {
                write!(f, "the plugin's answer breaks the contract: {sentence}")
            }
            Self::Policy(diagnostics) => {
                let codes: Vec<_> = diagnostics.iter().map(|d| d.code.as_str()).collect();
                write!(
                    f,
                    "the plugin refuses a policy that it accepted before (`{}`)",
                    codes.join("`, `")
                )
            }
            Self::Input(sentence) => write!(f, "the call was not made: {sentence}"),
            Self::Busy { instances } => write!(
                f,
                "all {instances} instances are in use; end a session or raise `instances`"
            ),
            Self::Resting { ticket, until, why } => {
                write!(f, "calls about ticket `{ticket}` rest until {until}: {why}")
            }
            Self::Quarantined { account, until, why } => {
                f.write_str("the plugin is quarantined ")?;
                if !account.is_empty() {
                    write!(f, "for account `{account}` ")?;
                }
                write!(
                    f,
                    "until {until}, calls about several tickets failed in a row; the last: {why}"
                )
            }
        }
    }
}

fn write_fault(f: &mut fmt::Formatter<'_>, fault: &Fault) -> fmt::Result {
    match fault {
        Fault::MemoryDamaged => {
            f.write_str("the ticket's memory is damaged; restore the last one the plugin returned")
        }
        Fault::MemoryNewer(version) => write!(
            f,
            "the ticket's memory is of version {version}, written by a later plugin; \
             use that plugin"
        ),
        Fault::BadTime(instant) => {
            write!(f, "the time {instant} is not between the years 1970 and 9999")
        }
        Fault::OverLimit(name) => write!(f, "`{name}` is over its limit"),
        Fault::Other(word) => write!(f, "the plugin cannot answer: `{word}`"),
    }
}

impl std::error::Error for CallError {}

/// Why there is no policy.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyError {
    /// The config has errors: all of its problems, warnings included.
    Refused(Vec<Diagnostic>),
    /// The plugin could not be asked.
    Call(CallError),
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(diagnostics) => {
                f.write_str("the config is refused")?;
                for diagnostic in diagnostics {
                    write!(f, "\n  {}: `{}`", diagnostic.place, diagnostic.code)?;
                    let english = diagnostic.wordings.iter().find(|w| w.language == "en");
                    if let Some(wording) = english.or(diagnostic.wordings.first()) {
                        write!(f, ": {}; {}", wording.text, wording.help)?;
                    }
                }
                Ok(())
            }
            Self::Call(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PolicyError {}

impl From<CallError> for PolicyError {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}
