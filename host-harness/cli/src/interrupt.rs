//! Interrupts a long run: it reports what it has covered and ends. A second signal ends the process
//! at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// The exit code of an interrupted command, as in shells: 128 plus the signal's number.
pub(crate) const INTERRUPTED: u8 = 130;

/// Whether an interrupt was requested.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Starts listening for signals.
    pub(crate) fn listen() -> Self {
        let wanted = Arc::new(AtomicBool::new(false));
        // In this order: the second signal finds the flag set and ends the process.
        let twice = flag::register_conditional_shutdown(
            SIGINT,
            i32::from(INTERRUPTED),
            Arc::clone(&wanted),
        );
        // Without it the signal ends the process at once, as usual.
        let _: Result<_, std::io::Error> =
            twice.and_then(|_| flag::register(SIGINT, Arc::clone(&wanted)));
        Self(wanted)
    }

    /// Whether an interrupt was requested.
    pub(crate) fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
