//! Typing indicators.

use crate::object::{object, word};

object! {
    /// A typing indicator.
    pub struct ChatState {
        /// The state.
        "state" state: State,
        /// How long it is shown, in milliseconds.
        "interval" interval: i64,
    }
}

word! {
    /// The state of a participant.
    pub enum State {
        /// They have joined.
        Starting = "starting",
        /// They are typing.
        Composing = "composing",
        /// They have stopped typing.
        Paused = "paused",
        /// They are deleting what they typed.
        Deleting = "deleting",
        /// They have left.
        Gone = "gone",
    }
}

impl ChatState {
    /// A typing indicator that is shown for this many milliseconds.
    #[must_use]
    pub fn typing(interval: Option<i64>) -> Self {
        Self { state: Some(State::Composing), interval, ..Self::default() }
    }
}
