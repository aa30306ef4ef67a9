//! What each channel can do: one table, for checking a policy and for deciding (docs/rules.md#channel-table).

mod named;

use crate::instant::Span;
use crate::names;
use alloc::string::String;

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
    /// The longest text alone.
    pub text_limit: Option<Limit>,
    /// The longest text beside quick replies, where it is shorter.
    pub limit_beside_replies: Option<Limit>,
    /// The longest text that goes with a picture, where it is shorter.
    pub limit_beside_image: Option<Limit>,
    /// A closed ticket can be opened again (docs/rules.md#no-reopen-channel).
    pub reopens: bool,
    /// Free text is taken only for so long after the customer's last message or call.
    pub window: Option<Span>,
    /// Messages that were approved beforehand are taken at any time.
    pub templates: bool,
    /// Its users are used to words such as STOP.
    pub opt_out_words: bool,
}

/// How long something may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// So many characters.
    Characters(usize),
    /// So many bytes in UTF-8.
    Bytes(usize),
}

impl Limit {
    /// How many of them are allowed.
    #[must_use]
    pub const fn most(self) -> usize {
        match self {
            Limit::Characters(most) | Limit::Bytes(most) => most,
        }
    }

    /// How many a text has.
    #[must_use]
    pub fn count(self, text: &str) -> usize {
        match self {
            Limit::Characters(_) => text.chars().count(),
            Limit::Bytes(_) => text.len(),
        }
    }

    /// Whether a text is short enough.
    #[must_use]
    pub fn fits(self, text: &str) -> bool {
        // A text with no more bytes than that has no more characters either.
        text.len() <= self.most() || self.count(text) <= self.most()
    }

    /// As much of a text as is allowed, the last character an ellipsis where something is missing.
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
    /// The longest text of a message with or without quick replies and a picture.
    #[must_use]
    pub fn limit(&self, quick_replies: bool, image: bool) -> Option<Limit> {
        let replies = self.limit_beside_replies.filter(|_| quick_replies);
        replies.or(self.limit_beside_image.filter(|_| image)).or(self.text_limit)
    }
}

const A_DAY: Option<Span> = Some(Span::DAY);

/// A channel of which nothing is known.
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

/// A chat with pictures and buttons.
const CHAT: Abilities =
    Abilities { images: true, quick_replies: 10, quick_reply_limit: 20, reopens: true, ..PLAIN };

impl Channel {
    /// The word of the config; empty for a channel without one.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::NAMED.iter().find(|(_, channel)| *channel == self).map_or("", |(word, _)| word)
    }

    /// The channel of a word in whatever case; [`Channel::Other`] for a word that no channel has.
    #[must_use]
    pub fn of_word(word: &str) -> Channel {
        let key = names::key(word);
        Self::NAMED.iter().find(|(known, _)| *known == key).map_or(Channel::Other, |(_, c)| *c)
    }

    /// What it can do.
    ///
    /// The limits are those that the channels' own interfaces document (docs/decisions/0023). Where
    /// one allows more in some cases (the seven days of a human agent on Messenger, a picture in a
    /// text message), the table has what automation may do everywhere.
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

    /// Whether the other set has all of these.
    pub(crate) const fn is_within(self, other: Channels) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether one of these is in the other set.
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
