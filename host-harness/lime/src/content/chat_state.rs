//! Whether somebody is typing.

use crate::object::{object, word};

object! {
    /// Whether somebody is typing.
    pub struct ChatState {
        /// What they do.
        "state" state: State,
        /// For how many milliseconds it is shown.
        "interval" interval: i64,
    }
}

word! {
    /// What somebody does at their end of a conversation.
    pub enum State {
        /// They have come.
        Starting = "starting",
        /// They are typing.
        Composing = "composing",
        /// They have stopped typing.
        Paused = "paused",
        /// They take back what they typed.
        Deleting = "deleting",
        /// They have gone.
        Gone = "gone",
    }
}

impl ChatState {
    /// They are typing, shown for so many milliseconds.
    #[must_use]
    pub fn typing(interval: Option<i64>) -> Self {
        Self { state: Some(State::Composing), interval, ..Self::default() }
    }
}
