//! Reactions to messages.

use crate::content::InReplyTo;
use crate::object::object;

object! {
    /// A reaction to a message.
    pub struct Reaction {
        /// The emoji.
        "emoji" emoji: Emoji,
        /// The message.
        "inReactionTo" in_reaction_to: InReplyTo,
    }
}

object! {
    /// An emoji, as the code points of its characters.
    pub struct Emoji {
        /// The Unicode code points.
        "values" values: Vec<i64>,
    }
}

impl Emoji {
    /// The emoji as text.
    #[must_use]
    pub fn text(&self) -> String {
        let numbers = self.values.iter().flatten();
        numbers.filter_map(|n| u32::try_from(*n).ok().and_then(char::from_u32)).collect()
    }
}
