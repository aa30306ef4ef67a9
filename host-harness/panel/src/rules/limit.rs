//! How long texts may be in a channel, for the counter beside them. The check has the last word; a
//! test compares this table with it.

/// The longest text of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Characters(usize),
    Bytes(usize),
}

impl Limit {
    pub(crate) fn most(self) -> usize {
        match self {
            Limit::Characters(most) | Limit::Bytes(most) => most,
        }
    }

    /// The length of a text in the limit's unit.
    pub(crate) fn length(self, text: &str) -> usize {
        match self {
            Limit::Characters(_) => text.chars().count(),
            Limit::Bytes(_) => text.len(),
        }
    }
}

/// The channels that a policy can name, with the limit of a text on its own.
pub(crate) const CHANNELS: &[(&str, Option<Limit>)] = &[
    ("whatsapp", Some(Limit::Characters(4_096))),
    ("messenger", Some(Limit::Characters(2_000))),
    ("instagram", Some(Limit::Bytes(1_000))),
    ("telegram", Some(Limit::Characters(4_096))),
    ("apple-messages", None),
    ("sms", Some(Limit::Characters(1_600))),
    ("email", None),
    ("web-chat", None),
    ("mobile-app", None),
    ("voice", None),
];

/// The limit of a channel.
pub(crate) fn of(channel: &str) -> Option<Limit> {
    CHANNELS.iter().find(|(name, _)| *name == channel).and_then(|(_, limit)| *limit)
}
