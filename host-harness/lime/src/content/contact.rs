//! Contact cards, and what the company notes on a contact.

use crate::object::{Members, object};

object! {
    /// A contact card; Blip has more members, which are kept.
    pub struct Contact {
        /// The address.
        "identity" identity: String,
        /// The name.
        "name" name: String,
        /// The telephone number.
        "phoneNumber" phone_number: String,
        /// The mail address.
        "email" email: String,
        /// Fields of the company's own.
        "extras" extras: Members,
    }
}

object! {
    /// A note on a contact for the company's eyes.
    pub struct Comment {
        /// Its id.
        "id" id: String,
        /// Who wrote it.
        "authorIdentity" author_identity: String,
        /// What it says.
        "content" content: String,
    }
}

impl Comment {
    /// A note with these words.
    #[must_use]
    pub fn words(text: impl Into<String>) -> Self {
        Self { content: Some(text.into()), ..Self::default() }
    }
}
