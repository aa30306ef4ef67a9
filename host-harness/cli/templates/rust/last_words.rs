//! A plugin cannot print. The message of a panic is left in memory, where the host finds it.

use std::sync::Once;

/// Leaves the message of every panic from now on.
pub fn leave() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let message = panic.payload_as_str().unwrap_or("panicked");
            let place = panic.location().map(|place| format!(" at {place}")).unwrap_or_default();
            format!("\u{1}despertador-last-words\u{2}{message}{place}\u{3}").leak();
        }));
    });
}
