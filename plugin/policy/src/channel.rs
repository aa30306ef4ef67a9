//! What each channel can do: one table, for checking a policy and for deciding (docs/rules.md#channel-table).

mod named;

use crate::instant::Span;

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
    /// Any other: it can do nothing but carry words.
    Other,
}

/// What a channel can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// It tells that the customer is typing. A stray report of another must not delay a close.
    pub typing: bool,
    /// It shows pictures.
    pub images: bool,
    /// It shows so many quick replies.
    pub quick_replies: usize,
    /// A quick reply has at most so many characters.
    pub quick_reply_limit: usize,
    /// A text has at most so many characters.
    pub text_limit: Option<usize>,
    /// A closed ticket can be opened again (docs/rules.md#no-reopen-channel).
    pub reopens: bool,
    /// Free text is taken only for so long after the customer's last message or call.
    pub window: Option<Span>,
    /// Messages that were approved beforehand are taken at any time.
    pub templates: bool,
    /// Its users are used to words such as STOP.
    pub opt_out_words: bool,
}

const A_DAY: Option<Span> = Some(Span::DAY);

/// A channel of which nothing is known.
const PLAIN: Abilities = Abilities {
    typing: false,
    images: false,
    quick_replies: 0,
    quick_reply_limit: 0,
    text_limit: None,
    reopens: false,
    window: None,
    templates: false,
    opt_out_words: false,
};

/// A chat with pictures and buttons.
const CHAT: Abilities =
    Abilities { images: true, quick_replies: 10, quick_reply_limit: 20, reopens: true, ..PLAIN };

impl Channel {
    /// The word of the config; empty for a channel without one.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::NAMED.iter().find(|(_, channel)| *channel == self).map_or("", |(word, _)| word)
    }

    /// What it can do.
    ///
    /// The limits are those of the channels' own interfaces. Where one allows more in some cases
    /// (the seven days of a human agent on Messenger, a picture in a text message), the table has
    /// what automation may do everywhere.
    #[must_use]
    pub const fn abilities(self) -> &'static Abilities {
        match self {
            Channel::Whatsapp => &Abilities {
                quick_replies: 3,
                text_limit: Some(4_096),
                window: A_DAY,
                templates: true,
                ..CHAT
            },
            Channel::Messenger => &Abilities { text_limit: Some(2_000), window: A_DAY, ..CHAT },
            Channel::Instagram => &Abilities { text_limit: Some(1_000), window: A_DAY, ..CHAT },
            Channel::Telegram => {
                &Abilities { text_limit: Some(4_096), quick_reply_limit: 64, ..CHAT }
            }
            Channel::AppleMessages => &Abilities { typing: true, quick_replies: 5, ..CHAT },
            Channel::Sms => {
                &Abilities { text_limit: Some(1_600), reopens: true, opt_out_words: true, ..PLAIN }
            }
            Channel::Email => &Abilities { images: true, reopens: true, ..PLAIN },
            Channel::WebChat => &Abilities { typing: true, reopens: false, ..CHAT },
            Channel::MobileApp => &Abilities { typing: true, ..CHAT },
            Channel::Voice => &Abilities { reopens: true, ..PLAIN },
            Channel::Other => &PLAIN,
        }
    }
}

/// A set of channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Channels(u16);

impl Channels {
    pub(crate) const NONE: Channels = Channels(0);

    pub(crate) const fn with(self, channel: Channel) -> Channels {
        Channels(self.0 | Self::bit(channel))
    }

    pub(crate) const fn has(self, channel: Channel) -> bool {
        self.0 & Self::bit(channel) != 0
    }

    const fn bit(channel: Channel) -> u16 {
        match channel {
            Channel::Whatsapp => 1,
            Channel::Messenger => 2,
            Channel::Instagram => 4,
            Channel::Telegram => 8,
            Channel::AppleMessages => 16,
            Channel::Sms => 32,
            Channel::Email => 64,
            Channel::WebChat => 128,
            Channel::MobileApp => 256,
            Channel::Voice => 512,
            Channel::Other => 1_024,
        }
    }
}
