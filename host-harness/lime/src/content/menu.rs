//! Questions with answers to choose from, and the answers.

use serde_json::Value;

use crate::content::{Content, Document};
use crate::object::{object, word};

object! {
    /// A question with answers to choose from.
    pub struct Select {
        /// The question.
        "text" text: String,
        /// How long the answers can be chosen.
        "scope" scope: Scope,
        /// The answers.
        "options" options: Vec<SelectOption>,
    }
}

object! {
    /// An answer that can be chosen. What comes back is its value; without one its number; without
    /// that its words. Text messages (SMS) always give its number back.
    pub struct SelectOption {
        /// Its number, from 1.
        "order" order: i64,
        /// What the button says.
        "text" text: String,
        /// The media type of what comes back.
        "type" media_type: String,
        /// What comes back.
        "value" value: Value,
    }
}

word! {
    /// How long the answers of a menu can be chosen.
    pub enum Scope {
        /// Until the next message: quick replies.
        Immediate = "immediate",
        /// For a while.
        Transient = "transient",
        /// At any time.
        Persistent = "persistent",
    }
}

object! {
    /// An answer to a message that is named.
    pub struct Reply {
        /// The answer.
        "replied" replied: Document,
        /// The message answered.
        "inReplyTo" in_reply_to: InReplyTo,
    }
}

object! {
    /// A message that is answered or reacted to.
    pub struct InReplyTo {
        /// Its id.
        "id" id: String,
        /// The media type of its document.
        "type" media_type: String,
        /// Its document.
        "value" value: Value,
        /// Who sent it: `sent` by the bot's side, or `received` by it.
        "direction" direction: String,
    }
}

impl Select {
    /// A question with quick replies.
    ///
    /// Each answer gives its own words back, so that an answer chosen, one typed, and one chosen
    /// where there are no buttons read the same.
    #[must_use]
    pub fn quick_replies<'a>(text: &str, titles: impl IntoIterator<Item = &'a str>) -> Self {
        let option = |(order, title): (i64, &str)| SelectOption {
            order: Some(order),
            text: Some(title.into()),
            media_type: Some("text/plain".into()),
            value: Some(title.into()),
            ..SelectOption::default()
        };
        Self {
            text: Some(text.into()),
            scope: Some(Scope::Immediate),
            options: Some((1..).zip(titles).map(option).collect()),
            ..Self::default()
        }
    }
}

impl Reply {
    /// Words in answer to a message.
    #[must_use]
    pub fn words(text: &str, in_reply_to: &str) -> Self {
        Self {
            replied: Some(Document::of(&Content::Text(text.into()))),
            in_reply_to: Some(InReplyTo { id: Some(in_reply_to.into()), ..InReplyTo::default() }),
            ..Self::default()
        }
    }

    /// Whether it answers a menu.
    #[must_use]
    pub fn answers_a_menu(&self) -> bool {
        let kind = self.in_reply_to.as_ref().and_then(|message| message.media_type.as_deref());
        kind.is_some_and(|kind| {
            kind.starts_with("application/vnd.lime.") && kind.contains("select")
        })
    }
}
