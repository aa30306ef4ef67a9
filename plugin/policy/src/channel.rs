//! The capabilities of each channel in one table, used to check policies and to decide
//! (docs/rules.md#channel-table).

mod named;

use crate::instant::Span;
use crate::names;
use alloc::string::String;

/// The channel on which the customer writes; only channels with rules of their own have a case.
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
    /// Any other channel: it supports plain text only.
    Other,
}

/// The capabilities of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// It reports that the customer is typing. Reports on other channels must not delay a close.
    pub typing: bool,
    /// It shows images.
    pub images: bool,
    /// Maximum number of quick replies.
    pub quick_replies: usize,
    /// Maximum number of characters of a quick reply.
    pub quick_reply_limit: usize,
    /// Maximum length of a text on its own.
    pub text_limit: Option<Limit>,
    /// Maximum length of a text with quick replies, where it is shorter.
    pub limit_beside_replies: Option<Limit>,
    /// Maximum length of a text with an image, where it is shorter.
    pub limit_beside_image: Option<Limit>,
    /// A closed ticket can be reopened (docs/rules.md#no-reopen-channel).
    pub reopens: bool,
    /// How long free text is accepted after the customer's last message or call.
    pub window: Option<Span>,
    /// Approved templates are accepted at any time.
    pub templates: bool,
    /// Its users know words such as STOP.
    pub opt_out_words: bool,
}

/// A maximum length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// In characters.
    Characters(usize),
    /// In bytes of UTF-8.
    Bytes(usize),
}

impl Limit {
    #[must_use]
    /// The maximum.
    pub const fn max(self) -> usize {
        match self {
            Limit::Characters(most) | Limit::Bytes(most) => most,
        }
    }

    /// The length of a text in this unit.
    #[must_use]
    pub fn count(self, text: &str) -> usize {
        match self {
            Limit::Characters(_) => text.chars().count(),
            Limit::Bytes(_) => text.len(),
        }
    }

    /// Whether a text fits.
    #[must_use]
    pub fn fits(self, text: &str) -> bool {
        // A text has no more characters than bytes.
        text.len() <= self.max() || self.count(text) <= self.max()
    }

    /// The text, shortened to the limit and ended with an ellipsis if it is too long.
    #[must_use]
    pub fn cut(self, text: String) -> String {
        if self.fits(&text) {
            return text;
        }
        let ellipsis = '…';
        let mut short: String = match self {
            Limit::Characters(most) => text.chars().take(most.saturating_sub(1)).collect(),
            Limit::Bytes(most) => {
                let end = most.saturating_sub(ellipsis.len_utf8());
                text.get(..text.floor_char_boundary(end)).unwrap_or_default().into()
            }
        };
        short.push(ellipsis);
        short
    }
}

impl Abilities {
    /// The maximum length of a text with or without quick replies and an image.
    #[must_use]
    pub fn limit(&self, quick_replies: bool, image: bool) -> Option<Limit> {
        let replies = self.limit_beside_replies.filter(|_| quick_replies);
        replies.or(self.limit_beside_image.filter(|_| image)).or(self.text_limit)
    }
}

const A_DAY: Option<Span> = Some(Span::DAY);

/// An unknown channel.
const PLAIN: Abilities = Abilities {
    typing: false,
    images: false,
    quick_replies: 0,
    quick_reply_limit: 0,
    text_limit: None,
    limit_beside_replies: None,
    limit_beside_image: None,
    reopens: false,
    window: None,
    templates: false,
    opt_out_words: false,
};

/// A chat with images and buttons.
const CHAT: Abilities =
    Abilities { images: true, quick_replies: 10, quick_reply_limit: 20, reopens: true, ..PLAIN };

impl Channel {
    /// The word in the config; empty for a channel without one.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::NAMED.iter().find(|(_, channel)| *channel == self).map_or("", |(word, _)| word)
    }

    /// The channel with this name, ignoring case; [`Channel::Other`] if there is none.
    #[must_use]
    pub fn from_word(word: &str) -> Channel {
        let key = names::key(word);
        Self::NAMED.iter().find(|(known, _)| *known == key).map_or(Channel::Other, |(_, c)| *c)
    }

    /// Its capabilities.
    ///
    /// The limits are those that the channels document for their interfaces (docs/decisions/0023).
    /// If a channel allows more in some cases (seven days for human agents on Messenger, an image
    /// in a text message), the table contains what automated messages may do everywhere.
    #[must_use]
    pub const fn abilities(self) -> &'static Abilities {
        match self {
            Channel::Whatsapp => &Abilities {
                quick_replies: 3,
                text_limit: Some(Limit::Characters(4_096)),
                // The body of an interactive message; the caption of a picture.
                limit_beside_replies: Some(Limit::Characters(1_024)),
                limit_beside_image: Some(Limit::Characters(1_024)),
                window: A_DAY,
                templates: true,
                ..CHAT
            },
            Channel::Messenger => {
                &Abilities { text_limit: Some(Limit::Characters(2_000)), window: A_DAY, ..CHAT }
            }
            Channel::Instagram => {
                &Abilities { text_limit: Some(Limit::Bytes(1_000)), window: A_DAY, ..CHAT }
            }
            Channel::Telegram => &Abilities {
                text_limit: Some(Limit::Characters(4_096)),
                limit_beside_image: Some(Limit::Characters(1_024)),
                quick_reply_limit: 64,
                ..CHAT
            },
            Channel::AppleMessages => &Abilities { typing: true, quick_replies: 5, ..CHAT },
            Channel::Sms => &Abilities {
                text_limit: Some(Limit::Characters(1_600)),
                reopens: true,
                opt_out_words: true,
                ..PLAIN
            },
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

    /// Whether this is a subset of `other`.
    pub(crate) const fn is_within(self, other: Channels) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether the sets intersect.
    pub(crate) const fn shares(self, other: Channels) -> bool {
        self.0 & other.0 != 0
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
