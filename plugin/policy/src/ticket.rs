//! The facts of a ticket, as the host knows them at the moment of a call.

/// The facts of a ticket, fresh at every call.
#[derive(Debug, Clone, Copy)]
pub struct Ticket<'a> {
    /// The host's name for the ticket.
    pub id: &'a str,
    /// Whether it can still be worked on.
    pub status: Status,
    /// The group it belongs to now.
    pub department: Option<&'a str>,
    /// Where the customer writes.
    pub channel: Channel,
    /// Its tags.
    pub tags: &'a [alloc::string::String],
    /// The human agent in charge.
    pub agent: Option<&'a str>,
    /// The customer's language, as BCP 47.
    pub locale: Option<&'a str>,
    /// Whether something that closing normally demands is missing.
    pub incomplete_metadata: bool,
}

/// Whether a ticket can still be worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Being handled.
    Open,
    /// Closed, by whomever.
    Closed,
    /// Merged, deleted or of a status without a word: nothing is done.
    Gone,
}

/// Where the customer writes, as far as the rules differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// WhatsApp.
    Whatsapp,
    /// Facebook Messenger.
    Messenger,
    /// Instagram direct messages.
    Instagram,
    /// Telegram.
    Telegram,
    /// Apple Messages for Business.
    AppleMessages,
    /// Text messages.
    Sms,
    /// E-mail.
    Email,
    /// A chat window on a web page.
    WebChat,
    /// A chat inside a mobile app.
    MobileApp,
    /// Telephone.
    Voice,
    /// Any other: no typing reported, no ticket reopened.
    Other,
}

impl Channel {
    /// Whether the channel tells that the customer is typing (rulebook 4 and 10). The others
    /// report nothing of the kind, and a stray report must not delay a close.
    #[must_use]
    pub const fn reports_typing(self) -> bool {
        matches!(self, Channel::WebChat | Channel::MobileApp | Channel::AppleMessages)
    }

    /// Whether a closed ticket can be opened again (rulebook 4; K-13: web chat cannot).
    #[must_use]
    pub const fn reopens(self) -> bool {
        !matches!(self, Channel::WebChat | Channel::Other)
    }
}
