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

    /// The unit's name for the script.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Limit::Characters(_) => "characters",
            Limit::Bytes(_) => "bytes",
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

/// What a text is sent with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct With {
    pub(crate) image: bool,
    pub(crate) quick_replies: bool,
}

/// The longest text of a channel: alone, with quick replies, with an image.
struct Limits {
    alone: Limit,
    quick_replies: Limit,
    image: Limit,
}

const fn characters(alone: usize, quick_replies: usize, image: usize) -> Limits {
    Limits {
        alone: Limit::Characters(alone),
        quick_replies: Limit::Characters(quick_replies),
        image: Limit::Characters(image),
    }
}

/// The channels whose texts have a limit.
const CHANNELS: &[(&str, Limits)] = &[
    ("whatsapp", characters(4_096, 1_024, 1_024)),
    ("messenger", characters(2_000, 2_000, 2_000)),
    (
        "instagram",
        Limits {
            alone: Limit::Bytes(1_000),
            quick_replies: Limit::Bytes(1_000),
            image: Limit::Bytes(1_000),
        },
    ),
    ("telegram", characters(4_096, 4_096, 1_024)),
    ("sms", characters(1_600, 1_600, 1_600)),
];

/// The limit of a channel for a text that is sent with these.
pub(crate) fn of(channel: &str, with: With) -> Option<Limit> {
    let (_, limits) = CHANNELS.iter().find(|(name, _)| *name == channel)?;
    let with_image = with.image.then_some(limits.image);
    let with_replies = with.quick_replies.then_some(limits.quick_replies);
    [Some(limits.alone), with_image, with_replies]
        .into_iter()
        .flatten()
        .min_by_key(|limit| limit.most())
}

/// The longest text of a button, in characters.
pub(crate) fn of_button(channel: &str) -> Option<Limit> {
    match channel {
        "whatsapp" | "messenger" | "instagram" | "apple-messages" => Some(Limit::Characters(20)),
        "telegram" => Some(Limit::Characters(64)),
        _ => None,
    }
}
