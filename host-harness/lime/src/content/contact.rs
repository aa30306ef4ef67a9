//! Contact cards, and internal notes on contacts.

use crate::object::{Members, object};

object! {
    /// A contact card; unknown members are kept.
    pub struct Contact {
        /// The address.
        "identity" identity: String,
        /// The name.
        "name" name: String,
        /// The telephone number.
        "phoneNumber" phone_number: String,
        /// The mail address.
        "email" email: String,
        /// The company's own fields.
        "extras" extras: Members,
    }
}

object! {
    /// An internal note on a contact.
    pub struct Comment {
        /// Its id.
        "id" id: String,
        /// Who wrote it.
        "authorIdentity" author_identity: String,
        /// The text.
        "content" content: String,
    }
}

impl Comment {
    /// A note with this text.
    #[must_use]
    pub fn words(text: impl Into<String>) -> Self {
        Self { content: Some(text.into()), ..Self::default() }
    }
}
