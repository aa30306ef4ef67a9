//! Questions with options, and their answers.

use serde_json::Value;

use crate::content::{Content, Document};
use crate::object::{object, word};

object! {
    /// A question with options.
    pub struct Select {
        /// The question.
        "text" text: String,
        /// How long the options can be chosen.
        "scope" scope: Scope,
        /// The options.
        "options" options: Vec<SelectOption>,
    }
}

object! {
    /// An option. Choosing it returns its value; without one its number; without that its text. SMS
    /// always returns its number.
    pub struct SelectOption {
        /// Its number, from 1.
        "order" order: i64,
        /// The text of the button.
        "text" text: String,
        /// The media type of the returned value.
        "type" media_type: String,
        /// The returned value.
        "value" value: Value,
    }
}

word! {
    /// How long the options of a menu can be chosen.
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
    /// An answer to a given message.
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
        /// Its direction: `sent` by the bot's side, or `received` by it.
        "direction" direction: String,
    }
}

impl Select {
    /// A question with quick replies.
    ///
    /// Each option returns its own text, so that a chosen answer, a typed one, and one chosen where
    /// there are no buttons are the same.
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
    /// A text in answer to a message.
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
