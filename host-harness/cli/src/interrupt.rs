//! A run that somebody stops: it says what it has covered and ends. Whoever asks twice is not
//! kept waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// The exit code of a command that was interrupted, as shells have it: 128 and the signal's number.
pub(crate) const INTERRUPTED: u8 = 130;

/// Whether somebody wants a command to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on.
    pub(crate) fn listen() -> Self {
        let wanted = Arc::new(AtomicBool::new(false));
        // In this order: the second signal finds the flag set and ends the process.
        let twice = flag::register_conditional_shutdown(
            SIGINT,
            i32::from(INTERRUPTED),
            Arc::clone(&wanted),
        );
        // Without it the signal ends the process at once, as it would for any other.
        let _: Result<_, std::io::Error> =
            twice.and_then(|_| flag::register(SIGINT, Arc::clone(&wanted)));
        Self(wanted)
    }

    /// Whether it was asked for.
    pub(crate) fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
