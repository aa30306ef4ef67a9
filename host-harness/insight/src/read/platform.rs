//! The shapes of message exports and API answers of help desks; docs/histories.md links their
//! descriptions.

use super::columns::{Authors, Column, Columns, Skip};
use crate::history::Who;

/// A help desk with a known export format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Zendesk: the JSON export of tickets, or ticket comments.
    Zendesk,
    /// Freshdesk: tickets with their conversations, or conversations.
    Freshdesk,
    /// Intercom: conversations with their parts.
    Intercom,
    /// Chatwoot: messages of conversations.
    Chatwoot,
    /// HubSpot: messages of conversation threads.
    HubSpot,
    /// Zammad: ticket articles.
    Zammad,
    /// Blip: messages of tickets.
    Blip,
}

/// The shape of an export. A path has members separated by dots; a path that begins with `^.` is
/// looked up in the enclosing objects, the innermost first.
pub(super) struct Shape {
    columns: &'static [(Column, &'static [&'static str])],
    same: Option<(&'static [&'static str], &'static [&'static str])>,
    authors: &'static [(&'static str, Option<Who>)],
    /// A member, its values, and whether rows with other values are skipped instead.
    skipped: &'static [(&'static str, &'static [&'static str], bool)],
    /// An object with all of these members is a message.
    pub(super) marks: &'static [&'static str],
    /// Messages in the object of the conversation itself.
    pub(super) openings: &'static [Opening],
}

/// The first message of a conversation, in the conversation's own object.
pub(super) struct Opening {
    /// An object with all of these members has such a message.
    pub(super) marks: &'static [&'static str],
    pub(super) ticket: &'static str,
    /// The member with the author; `None` if it is the customer.
    pub(super) author: Option<&'static str>,
    pub(super) at: &'static str,
    pub(super) message: Option<&'static str>,
}

use Column::{At, Author, Customer, Department, Message, Private, Public, Ticket};

const CUSTOMER: Option<Who> = Some(Who::Customer);
const AGENT: Option<Who> = Some(Who::Agent);
const BOT: Option<Who> = Some(Who::Bot);

const ZENDESK: Shape = Shape {
    columns: &[
        (Ticket, &["ticket_id", "^.ticket_id", "^.id"]),
        (Author, &["author_role", "author.role", "role", "author_type"]),
        (At, &["created_at"]),
        (Department, &["group_name", "group", "^.group.name", "^.group_id"]),
        (Message, &["comment_id", "id"]),
        (Customer, &["requester_id", "^.requester_id", "^.requester.id"]),
        (Public, &["public"]),
        (Private, &[]),
    ],
    same: Some((
        &["author_id", "author.id"],
        &["requester_id", "^.requester_id", "^.requester.id"],
    )),
    authors: &[("end-user", CUSTOMER), ("end_user", CUSTOMER), ("agent", AGENT), ("admin", AGENT)],
    skipped: &[],
    // The audits of a ticket have the first two as well.
    marks: &["author_id", "created_at", "public"],
    openings: &[],
};

const FRESHDESK: Shape = Shape {
    columns: &[
        (Ticket, &["ticket_id", "^.id"]),
        (Author, &["incoming"]),
        (At, &["created_at"]),
        (Department, &["group_name", "^.group_id"]),
        (Message, &["id"]),
        (Customer, &["requester_id", "^.requester_id"]),
        (Private, &["private"]),
        (Public, &[]),
    ],
    same: None,
    authors: &[("true", CUSTOMER), ("1", CUSTOMER), ("false", AGENT), ("0", AGENT)],
    skipped: &[],
    marks: &["incoming", "created_at"],
    openings: &[Opening {
        marks: &["requester_id", "conversations"],
        ticket: "id",
        author: None,
        at: "created_at",
        message: None,
    }],
};

const INTERCOM: Shape = Shape {
    columns: &[
        (Ticket, &["conversation_id", "^.id"]),
        (Author, &["author.type", "author_type"]),
        (At, &["created_at"]),
        (Department, &["team_name", "^.team_assignee_id"]),
        (Message, &["id", "part_id"]),
        (Customer, &["contact_id", "^.contacts.contacts.0.id", "^.contacts.0.id", "^.user.id"]),
        (Private, &[]),
        (Public, &[]),
    ],
    same: None,
    authors: &[
        ("user", CUSTOMER),
        ("lead", CUSTOMER),
        ("contact", CUSTOMER),
        ("visitor", CUSTOMER),
        ("admin", AGENT),
        ("team", AGENT),
        ("teammate", AGENT),
        ("bot", BOT),
    ],
    // All others are assignments, notes, snoozes and the like.
    skipped: &[("part_type", &["comment", "open", "quick_reply"], true)],
    marks: &["part_type", "created_at"],
    openings: &[
        Opening {
            marks: &["source.author.type", "created_at"],
            ticket: "id",
            author: Some("source.author.type"),
            at: "created_at",
            message: Some("source.id"),
        },
        Opening {
            marks: &["conversation_message.author.type", "created_at"],
            ticket: "id",
            author: Some("conversation_message.author.type"),
            at: "created_at",
            message: Some("conversation_message.id"),
        },
    ],
};

const CHATWOOT: Shape = Shape {
    columns: &[
        (Ticket, &["conversation_id", "^.display_id", "^.id"]),
        (Author, &["sender_type", "sender.type", "message_type"]),
        (At, &["created_at"]),
        (Department, &["inbox_name", "inbox.name", "inbox_id"]),
        (Message, &["id", "message_id"]),
        (Customer, &["contact_id", "^.meta.sender.id"]),
        (Private, &["private"]),
        (Public, &[]),
    ],
    same: None,
    authors: &[
        ("contact", CUSTOMER),
        ("user", AGENT),
        ("agentbot", BOT),
        ("agent_bot", BOT),
        ("captain::assistant", Some(Who::AiAgent)),
        ("incoming", CUSTOMER),
        ("0", CUSTOMER),
        ("outgoing", AGENT),
        ("1", AGENT),
        ("activity", None),
        ("2", None),
        ("template", BOT),
        ("3", BOT),
    ],
    // What failed never reached the customer.
    skipped: &[("message_type", &["activity", "2"], false), ("status", &["failed"], false)],
    marks: &["message_type", "created_at"],
    openings: &[],
};

const HUBSPOT: Shape = Shape {
    columns: &[
        (Ticket, &["conversationsThreadId", "threadId", "^.id"]),
        (Author, &["direction"]),
        (At, &["createdAt"]),
        (Department, &["inboxName", "^.inboxId"]),
        (Message, &["id"]),
        (Customer, &["associatedContactId", "^.associatedContactId"]),
        (Private, &[]),
        (Public, &[]),
    ],
    same: None,
    authors: &[("incoming", CUSTOMER), ("outgoing", AGENT)],
    skipped: &[("type", &["MESSAGE"], true)],
    marks: &["direction", "createdAt"],
    openings: &[],
};

const ZAMMAD: Shape = Shape {
    columns: &[
        (Ticket, &["ticket_id"]),
        (Author, &["sender", "sender_id"]),
        (At, &["created_at"]),
        (Department, &["group", "^.group", "^.group_id"]),
        (Message, &["id"]),
        (Customer, &["customer_id", "^.customer_id"]),
        (Private, &["internal"]),
        (Public, &[]),
    ],
    same: None,
    authors: &[
        ("customer", CUSTOMER),
        ("agent", AGENT),
        ("system", BOT),
        ("1", AGENT),
        ("2", CUSTOMER),
        ("3", BOT),
    ],
    skipped: &[],
    marks: &["ticket_id", "internal", "created_at"],
    openings: &[],
};

const BLIP: Shape = Shape {
    columns: &[
        (
            Ticket,
            &["ticketId", "ticket.id", "metadata.#message.ticketId", "^.ticketId", "^.ticket.id"],
        ),
        (Author, &["metadata.#messageEmitter", "direction"]),
        (At, &["date", "storageDate", "metadata.#envelope.storageDate"]),
        (Department, &["team", "^.team", "^.ticket.team"]),
        (Message, &["id"]),
        (Customer, &["customerIdentity", "^.customerIdentity", "^.ticket.customerIdentity"]),
        (Private, &[]),
        (Public, &[]),
    ],
    same: None,
    authors: &[("human", AGENT), ("bot", BOT), ("received", CUSTOMER), ("sent", BOT)],
    skipped: &[(
        "type",
        &[
            "application/vnd.lime.chatstate+json",
            "application/vnd.iris.ticket+json",
            "application/vnd.lime.redirect+json",
        ],
        false,
    )],
    marks: &["direction", "date"],
    openings: &[],
};

impl Platform {
    /// All of them.
    pub const ALL: [Platform; 7] = [
        Platform::Zendesk,
        Platform::Freshdesk,
        Platform::Intercom,
        Platform::Chatwoot,
        Platform::HubSpot,
        Platform::Zammad,
        Platform::Blip,
    ];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Platform::Zendesk => "zendesk",
            Platform::Freshdesk => "freshdesk",
            Platform::Intercom => "intercom",
            Platform::Chatwoot => "chatwoot",
            Platform::HubSpot => "hubspot",
            Platform::Zammad => "zammad",
            Platform::Blip => "blip",
        }
    }

    /// The platform of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Platform> {
        Platform::ALL.into_iter().find(|platform| platform.word() == word)
    }

    pub(super) fn shape(self) -> &'static Shape {
        match self {
            Platform::Zendesk => &ZENDESK,
            Platform::Freshdesk => &FRESHDESK,
            Platform::Intercom => &INTERCOM,
            Platform::Chatwoot => &CHATWOOT,
            Platform::HubSpot => &HUBSPOT,
            Platform::Zammad => &ZAMMAD,
            Platform::Blip => &BLIP,
        }
    }

    /// The columns of its exports.
    #[must_use]
    pub fn columns(self) -> Columns {
        let shape = self.shape();
        let columns = shape
            .columns
            .iter()
            .fold(Columns::default(), |columns, (column, names)| columns.with_any(*column, names));
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let mut columns =
            shape.skipped.iter().fold(columns, |columns, (column, values, others)| {
                columns.skip(Skip {
                    column: (*column).into(),
                    values: owned(values),
                    others: *others,
                    is_asked_for: false,
                })
            });
        columns.same = shape.same.map(|(one, other)| (owned(one), owned(other)));
        columns
    }

    /// The words of its authors.
    #[must_use]
    pub fn authors(self) -> Authors {
        let mut authors = Authors::default();
        for (word, who) in self.shape().authors {
            authors.set(word, *who);
        }
        authors
    }
}
