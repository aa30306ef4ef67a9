//! The kind and text of a document.

use despertador_contract::MessageKind;

use crate::content::{Content, Document};
use crate::envelope::Message;

/// What was written.
pub(super) struct Said {
    /// Its kind.
    pub(super) kind: MessageKind,
    /// Its text, if it has one.
    pub(super) text: Option<String>,
}

impl Said {
    /// What a message says; `None` is content that could not be read.
    pub(super) fn by(content: Option<&Content>, message: &Message) -> Self {
        let Some(content) = content else {
            return Self { kind: MessageKind::Other(message.media_type.clone()), text: None };
        };
        let said = Self::of(content, 0);
        // WhatsApp's buttons and lists, whatever document they send.
        let mut names = message.header.metadata.iter().flatten().map(|(name, _)| name);
        let pressed = names.any(|name| name.starts_with("#wa.interactive."));
        if pressed { Self { kind: MessageKind::MenuAnswer, ..said } } else { said }
    }

    fn of(content: &Content, depth: u8) -> Self {
        let (kind, text) = match content {
            Content::Text(text) => (MessageKind::Text, Some(text)),
            Content::MediaLink(link) if link.is_sticker() => (MessageKind::Sticker, None),
            Content::MediaLink(link) => (MessageKind::Media, link.text.as_ref()),
            Content::Contact(_) => (MessageKind::Media, None),
            Content::Location(place) => (MessageKind::Location, place.text.as_ref()),
            Content::Select(select) => (MessageKind::Text, select.text.as_ref()),
            Content::Template(_) => (MessageKind::Text, None),
            Content::Reaction(reaction) => {
                let text = reaction.emoji.as_ref().map(|emoji| emoji.text());
                return Self { kind: MessageKind::Reaction, text };
            }
            Content::Reply(reply) => {
                let said = Self::inside(reply.replied.as_ref(), content, depth);
                let kind = if reply.answers_a_menu() { MessageKind::MenuAnswer } else { said.kind };
                return Self { kind, text: said.text };
            }
            Content::Sensitive(document) | Content::Container(document) => {
                let said = Self::inside(Some(document), content, depth);
                // Sensitive content is not passed on.
                let text = said.text.filter(|_| matches!(content, Content::Container(_)));
                return Self { kind: said.kind, text };
            }
            Content::Comment(comment) => (MessageKind::PrivateNote, comment.content.as_ref()),
            other if other.media_type() == "application/vnd.lime.deleted-content+json" => {
                (MessageKind::Edit, None)
            }
            other => (MessageKind::Other(other.media_type().into()), None),
        };
        Self { kind, text: text.cloned() }
    }

    /// What a document within another one says; `None` if it has no media type.
    pub(super) fn by_document(document: &Document) -> Option<Self> {
        let content = document.content().ok().flatten();
        let other = || {
            let kind = MessageKind::Other(document.media_type.clone()?);
            Some(Self { kind, text: None })
        };
        content.map(|content| Self::of(&content, 0)).or_else(other)
    }

    /// What an embedded document says.
    fn inside(document: Option<&Document>, around: &Content, depth: u8) -> Self {
        let inner = document.and_then(|document| document.content().ok().flatten());
        match inner {
            Some(inner) if depth < 4 => Self::of(&inner, depth.saturating_add(1)),
            _ => Self { kind: MessageKind::Other(around.media_type().into()), text: None },
        }
    }
}
