// Generated from `wit/types.wit` by `BLESS=1 cargo test -p despertador-generate`.
// Change the contract, not this file.

use std::borrow::Cow;

use serde_json::Value;
#[cfg(feature = "sandbox")]
use wasmtime::component::{ComponentType, Lift, Lower};

use crate::json::{self, Members};
use crate::problem::Misread;
use crate::word::{Word, other_from_word, other_word};

/// The version of the contract (semver).
pub const VERSION: &str = "0.2.0";

/// An instant: milliseconds since 1970-01-01T00:00:00Z, without leap seconds. Valid from 1970
/// to 9999; any other value is the fault `bad-time`.
pub type Instant = i64;

/// A duration in milliseconds.
pub type Duration = u64;

/// What the plugin remembers about a ticket: bytes that only the plugin reads.
///
/// The host stores them with the ticket and passes the last ones unchanged. An empty memory
/// belongs to a ticket on which nothing has happened yet. The bytes contain their own version
/// and checksum; a plugin reads every older version that it ever wrote.
pub type Memory = Vec<u8>;

/// The status of a ticket. `other` is treated as not open: nothing is done.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum TicketStatus {
    /// Open.
    #[cfg_attr(feature = "sandbox", component(name = "open"))]
    Open,
    /// Closed by anybody.
    #[cfg_attr(feature = "sandbox", component(name = "closed"))]
    Closed,
    /// Merged into another ticket.
    #[cfg_attr(feature = "sandbox", component(name = "merged"))]
    Merged,
    /// Deleted.
    #[cfg_attr(feature = "sandbox", component(name = "deleted"))]
    Deleted,
    /// A status that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Word for TicketStatus {
    const KNOWN: &'static [&'static str] = &["open", "closed", "merged", "deleted"];

    fn word(&self) -> Cow<'_, str> {
        match self {
            Self::Open => "open".into(),
            Self::Closed => "closed".into(),
            Self::Merged => "merged".into(),
            Self::Deleted => "deleted".into(),
            Self::Other(name) => other_word(name).into(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "open" => Self::Open,
            "closed" => Self::Closed,
            "merged" => Self::Merged,
            "deleted" => Self::Deleted,
            _ => Self::Other(other_from_word(word)?),
        })
    }
}

/// The channel on which the customer writes. `other` reports no typing and reopens no ticket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Channel {
    /// WhatsApp.
    #[cfg_attr(feature = "sandbox", component(name = "whatsapp"))]
    Whatsapp,
    /// Facebook Messenger.
    #[cfg_attr(feature = "sandbox", component(name = "messenger"))]
    Messenger,
    /// Instagram direct messages.
    #[cfg_attr(feature = "sandbox", component(name = "instagram"))]
    Instagram,
    /// Telegram.
    #[cfg_attr(feature = "sandbox", component(name = "telegram"))]
    Telegram,
    /// Apple Messages for Business.
    #[cfg_attr(feature = "sandbox", component(name = "apple-messages"))]
    AppleMessages,
    /// Text messages.
    #[cfg_attr(feature = "sandbox", component(name = "sms"))]
    Sms,
    /// E-mail.
    #[cfg_attr(feature = "sandbox", component(name = "email"))]
    Email,
    /// A chat window on a web page.
    #[cfg_attr(feature = "sandbox", component(name = "web-chat"))]
    WebChat,
    /// A chat inside a mobile app.
    #[cfg_attr(feature = "sandbox", component(name = "mobile-app"))]
    MobileApp,
    /// Telephone.
    #[cfg_attr(feature = "sandbox", component(name = "voice"))]
    Voice,
    /// A channel that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Word for Channel {
    const KNOWN: &'static [&'static str] = &[
        "whatsapp",
        "messenger",
        "instagram",
        "telegram",
        "apple-messages",
        "sms",
        "email",
        "web-chat",
        "mobile-app",
        "voice",
    ];

    fn word(&self) -> Cow<'_, str> {
        match self {
            Self::Whatsapp => "whatsapp".into(),
            Self::Messenger => "messenger".into(),
            Self::Instagram => "instagram".into(),
            Self::Telegram => "telegram".into(),
            Self::AppleMessages => "apple-messages".into(),
            Self::Sms => "sms".into(),
            Self::Email => "email".into(),
            Self::WebChat => "web-chat".into(),
            Self::MobileApp => "mobile-app".into(),
            Self::Voice => "voice".into(),
            Self::Other(name) => other_word(name).into(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "whatsapp" => Self::Whatsapp,
            "messenger" => Self::Messenger,
            "instagram" => Self::Instagram,
            "telegram" => Self::Telegram,
            "apple-messages" => Self::AppleMessages,
            "sms" => Self::Sms,
            "email" => Self::Email,
            "web-chat" => Self::WebChat,
            "mobile-app" => Self::MobileApp,
            "voice" => Self::Voice,
            _ => Self::Other(other_from_word(word)?),
        })
    }
}

/// The current facts of a ticket, passed in every call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Ticket {
    /// The host's id of the ticket; returned in every action key. At most 512 bytes.
    pub id: String,
    /// Whether the ticket is open.
    pub status: TicketStatus,
    /// The ticket's current department; determines which closing rule applies.
    pub department: Option<String>,
    /// The channel on which the customer writes.
    pub channel: Channel,
    /// The ticket's tags, which are compared with those of the policy.
    pub tags: Vec<String>,
    /// The human agent in charge, by the host's name or id.
    pub agent: Option<String>,
    /// The customer's language, as BCP 47 (`pt-BR`); selects among the policy's texts.
    pub locale: Option<String>,
    /// The customer's time zone, if known: its IANA name (`America/Bogota`), its Windows name,
    /// or an offset from UTC (`-03:00`, `UTC-3`).
    #[cfg_attr(feature = "sandbox", component(name = "customer-zone"))]
    pub customer_zone: Option<String>,
    /// Whether metadata that a close normally requires (a mandatory field) is missing.
    #[cfg_attr(feature = "sandbox", component(name = "incomplete-metadata"))]
    pub incomplete_metadata: bool,
    /// Whether this is a group conversation (a WhatsApp group). Policies exempt groups by
    /// default.
    pub group: bool,
    /// Whether the customer has refused automatic messages, in any ticket.
    #[cfg_attr(feature = "sandbox", component(name = "opted-out"))]
    pub opted_out: bool,
    /// Until when the channel accepts free text (exclusive), if the host knows it. Otherwise
    /// the plugin counts from the customer's last message or call in this ticket.
    #[cfg_attr(feature = "sandbox", component(name = "window-until"))]
    pub window_until: Option<Instant>,
    /// When automatic messages were sent to this customer in recent weeks, in any ticket and
    /// any order; at most 64. They count towards the policy's limits, together with those that
    /// the plugin remembers of this ticket.
    #[cfg_attr(feature = "sandbox", component(name = "sent-to-customer"))]
    pub sent_to_customer: Option<Vec<Instant>>,
    /// Further facts by name: values for texts (`customer.name`, `agent.name`,
    /// `department.name`, `company.name`, `ticket.number`), values that rules match
    /// (`ticket.priority`), and facts of later versions of the contract. Unknown names are
    /// ignored.
    pub more: Option<Vec<(String, String)>>,
}

impl Ticket {
    /// The names of all facts.
    pub const FACTS: &'static [&'static str] = &[
        "id",
        "status",
        "department",
        "channel",
        "tags",
        "agent",
        "locale",
        "customer-zone",
        "incomplete-metadata",
        "group",
        "opted-out",
        "window-until",
        "sent-to-customer",
        "more",
    ];

    /// Sets the fact with this name.
    ///
    /// # Errors
    ///
    /// The name is none of [`Ticket::FACTS`], or its value cannot be read.
    pub fn set_fact(&mut self, name: &str, value: &Value) -> Result<(), Misread> {
        match name {
            "id" => self.id = json::text(name, value)?,
            "status" => self.status = <TicketStatus as json::Json>::from_json(name, value)?,
            "department" => {
                self.department =
                    (|name, value| json::unless_null(name, value, json::text))(name, value)?
            }
            "channel" => self.channel = <Channel as json::Json>::from_json(name, value)?,
            "tags" => self.tags = (|name, value| json::list(name, value, json::text))(name, value)?,
            "agent" => {
                self.agent =
                    (|name, value| json::unless_null(name, value, json::text))(name, value)?
            }
            "locale" => {
                self.locale =
                    (|name, value| json::unless_null(name, value, json::text))(name, value)?
            }
            "customer-zone" => {
                self.customer_zone =
                    (|name, value| json::unless_null(name, value, json::text))(name, value)?
            }
            "incomplete-metadata" => self.incomplete_metadata = json::switch(name, value)?,
            "group" => self.group = json::switch(name, value)?,
            "opted-out" => self.opted_out = json::switch(name, value)?,
            "window-until" => {
                self.window_until =
                    (|name, value| json::unless_null(name, value, json::time))(name, value)?
            }
            "sent-to-customer" => {
                self.sent_to_customer = (|name, value| {
                    json::unless_null(name, value, |name, value| {
                        json::list(name, value, json::time)
                    })
                })(name, value)?
            }
            "more" => {
                self.more =
                    (|name, value| json::unless_null(name, value, json::pairs))(name, value)?
            }
            _ => return Err(json::unknown(name, "fact", Self::FACTS)),
        }
        Ok(())
    }

    /// The known facts by name, without empty lists and switches that are off. The id is not a fact.
    #[must_use]
    pub fn facts(&self) -> serde_json::Map<String, Value> {
        let mut facts = json::Map::new();
        facts.insert("status".to_owned(), json::Json::to_json(&self.status));
        if let Some(it) = &self.department {
            facts.insert("department".to_owned(), it.as_str().into());
        }
        facts.insert("channel".to_owned(), json::Json::to_json(&self.channel));
        if !self.tags.is_empty() {
            facts.insert(
                "tags".to_owned(),
                Value::Array(self.tags.iter().map(|it| it.as_str().into()).collect()),
            );
        }
        if let Some(it) = &self.agent {
            facts.insert("agent".to_owned(), it.as_str().into());
        }
        if let Some(it) = &self.locale {
            facts.insert("locale".to_owned(), it.as_str().into());
        }
        if let Some(it) = &self.customer_zone {
            facts.insert("customer-zone".to_owned(), it.as_str().into());
        }
        if self.incomplete_metadata {
            facts.insert("incomplete-metadata".to_owned(), true.into());
        }
        if self.group {
            facts.insert("group".to_owned(), true.into());
        }
        if self.opted_out {
            facts.insert("opted-out".to_owned(), true.into());
        }
        if let Some(it) = &self.window_until {
            facts.insert("window-until".to_owned(), json::show_instant(*it));
        }
        if let Some(it) = &self.sent_to_customer {
            facts.insert(
                "sent-to-customer".to_owned(),
                Value::Array(it.iter().map(|it| json::show_instant(*it)).collect()),
            );
        }
        if let Some(it) = &self.more {
            facts.insert("more".to_owned(), json::show_pairs(it));
        }
        facts
    }
}

/// Who wrote. `other` neither starts, moves nor stops the clock.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Author {
    /// The customer.
    #[cfg_attr(feature = "sandbox", component(name = "customer"))]
    Customer,
    /// A human agent of the company.
    #[cfg_attr(feature = "sandbox", component(name = "agent"))]
    Agent,
    /// An AI that answers like an agent; counts if the policy says so.
    #[cfg_attr(feature = "sandbox", component(name = "ai-agent"))]
    AiAgent,
    /// Automation.
    #[cfg_attr(feature = "sandbox", component(name = "bot"))]
    Bot,
    /// An author that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Word for Author {
    const KNOWN: &'static [&'static str] = &["customer", "agent", "ai-agent", "bot"];

    fn word(&self) -> Cow<'_, str> {
        match self {
            Self::Customer => "customer".into(),
            Self::Agent => "agent".into(),
            Self::AiAgent => "ai-agent".into(),
            Self::Bot => "bot".into(),
            Self::Other(name) => other_word(name).into(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "customer" => Self::Customer,
            "agent" => Self::Agent,
            "ai-agent" => Self::AiAgent,
            "bot" => Self::Bot,
            _ => Self::Other(other_from_word(word)?),
        })
    }
}

/// The kind of a message. `other` counts from a customer but not from an agent, so that an
/// unknown kind can stop a clock but never start one.
///
/// Known words in `other`: `deleted`, a message that was deleted for everybody, which never
/// counts; `survey-answer`, the customer's answer to a survey, which stops no clock and opens
/// no ticket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum MessageKind {
    /// Text.
    #[cfg_attr(feature = "sandbox", component(name = "text"))]
    Text,
    /// An image, a recording, a file, a contact card.
    #[cfg_attr(feature = "sandbox", component(name = "media"))]
    Media,
    /// A sticker.
    #[cfg_attr(feature = "sandbox", component(name = "sticker"))]
    Sticker,
    /// A location.
    #[cfg_attr(feature = "sandbox", component(name = "location"))]
    Location,
    /// The choice of a menu entry or a button.
    #[cfg_attr(feature = "sandbox", component(name = "menu-answer"))]
    MenuAnswer,
    /// A reaction to a message; counts from a customer if the policy says so.
    #[cfg_attr(feature = "sandbox", component(name = "reaction"))]
    Reaction,
    /// A note that the customer does not see.
    #[cfg_attr(feature = "sandbox", component(name = "private-note"))]
    PrivateNote,
    /// A label that was added or removed.
    #[cfg_attr(feature = "sandbox", component(name = "label"))]
    Label,
    /// An edit of an older message.
    #[cfg_attr(feature = "sandbox", component(name = "edit"))]
    Edit,
    /// A delivery or read receipt.
    #[cfg_attr(feature = "sandbox", component(name = "receipt"))]
    Receipt,
    /// A kind that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Word for MessageKind {
    const KNOWN: &'static [&'static str] = &[
        "text",
        "media",
        "sticker",
        "location",
        "menu-answer",
        "reaction",
        "private-note",
        "label",
        "edit",
        "receipt",
    ];

    fn word(&self) -> Cow<'_, str> {
        match self {
            Self::Text => "text".into(),
            Self::Media => "media".into(),
            Self::Sticker => "sticker".into(),
            Self::Location => "location".into(),
            Self::MenuAnswer => "menu-answer".into(),
            Self::Reaction => "reaction".into(),
            Self::PrivateNote => "private-note".into(),
            Self::Label => "label".into(),
            Self::Edit => "edit".into(),
            Self::Receipt => "receipt".into(),
            Self::Other(name) => other_word(name).into(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "text" => Self::Text,
            "media" => Self::Media,
            "sticker" => Self::Sticker,
            "location" => Self::Location,
            "menu-answer" => Self::MenuAnswer,
            "reaction" => Self::Reaction,
            "private-note" => Self::PrivateNote,
            "label" => Self::Label,
            "edit" => Self::Edit,
            "receipt" => Self::Receipt,
            _ => Self::Other(other_from_word(word)?),
        })
    }
}

/// What caused a message. `other` is treated as `automation`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Origin {
    /// A person or an AI agent answered, in any application, including the channel's own.
    #[cfg_attr(feature = "sandbox", component(name = "written"))]
    Written,
    /// An auto-responder (mail with `Auto-Submitted`, an absence message).
    #[cfg_attr(feature = "sandbox", component(name = "automatic-reply"))]
    AutomaticReply,
    /// Automation, even under an agent's name.
    #[cfg_attr(feature = "sandbox", component(name = "automation"))]
    Automation,
    /// An action of this plugin, echoed back by the channel.
    #[cfg_attr(feature = "sandbox", component(name = "echo"))]
    Echo,
    /// A cause that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Word for Origin {
    const KNOWN: &'static [&'static str] = &["written", "automatic-reply", "automation", "echo"];

    fn word(&self) -> Cow<'_, str> {
        match self {
            Self::Written => "written".into(),
            Self::AutomaticReply => "automatic-reply".into(),
            Self::Automation => "automation".into(),
            Self::Echo => "echo".into(),
            Self::Other(name) => other_word(name).into(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "written" => Self::Written,
            "automatic-reply" => Self::AutomaticReply,
            "automation" => Self::Automation,
            "echo" => Self::Echo,
            _ => Self::Other(other_from_word(word)?),
        })
    }
}

/// A message of the conversation, by any author, as the channel delivered it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Message {
    /// The channel's id of the message. A message with the id of a recent one changes nothing.
    pub id: Option<String>,
    /// Its position in the ticket, if the host numbers messages; takes precedence over `at`.
    pub sequence: Option<u64>,
    /// When it was written. A time after `received-at` counts as `received-at`.
    pub at: Instant,
    /// When the host received it; the returned decision is for this instant.
    #[cfg_attr(feature = "sandbox", component(name = "received-at"))]
    pub received_at: Instant,
    /// Who wrote.
    pub author: Author,
    /// The kind; only some kinds count as an answer.
    pub kind: MessageKind,
    /// What caused the message.
    pub origin: Origin,
    /// The text, if the host passes it (for opt-out words and quick replies). It is never
    /// forwarded and never parsed as a placeholder.
    pub text: Option<String>,
    /// The id of the chosen quick reply, if the channel reports it.
    pub choice: Option<String>,
}

/// Who or what caused an opening, a close or a reopening. `other` matches no filter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Source {
    /// A human agent of the company.
    #[cfg_attr(feature = "sandbox", component(name = "agent"))]
    Agent,
    /// The customer.
    #[cfg_attr(feature = "sandbox", component(name = "customer"))]
    Customer,
    /// This plugin.
    #[cfg_attr(feature = "sandbox", component(name = "inactivity"))]
    Inactivity,
    /// A bot's flow.
    #[cfg_attr(feature = "sandbox", component(name = "flow"))]
    Flow,
    /// Another program, through an interface of the platform.
    #[cfg_attr(feature = "sandbox", component(name = "api"))]
    Api,
    /// A source that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Word for Source {
    const KNOWN: &'static [&'static str] = &["agent", "customer", "inactivity", "flow", "api"];

    fn word(&self) -> Cow<'_, str> {
        match self {
            Self::Agent => "agent".into(),
            Self::Customer => "customer".into(),
            Self::Inactivity => "inactivity".into(),
            Self::Flow => "flow".into(),
            Self::Api => "api".into(),
            Self::Other(name) => other_word(name).into(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "agent" => Self::Agent,
            "customer" => Self::Customer,
            "inactivity" => Self::Inactivity,
            "flow" => Self::Flow,
            "api" => Self::Api,
            _ => Self::Other(other_from_word(word)?),
        })
    }
}

/// Where a ticket was transferred to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Transfer {
    /// The new department.
    pub department: Option<String>,
    /// The new agent; `none` means the department's queue.
    pub agent: Option<String>,
}

impl json::Json for Transfer {
    fn to_json(&self) -> Value {
        Value::Object(json::Map::from_iter([
            (
                "department".to_owned(),
                self.department.as_ref().map_or(Value::Null, |it| it.as_str().into()),
            ),
            ("agent".to_owned(), self.agent.as_ref().map_or(Value::Null, |it| it.as_str().into())),
        ]))
    }

    fn from_json(name: &str, value: &Value) -> Result<Self, Misread> {
        let members = Members::of(name, value, &["department", "agent"])?;
        Ok(Self {
            department: members
                .read("department", |name, value| json::unless_null(name, value, json::text))?,
            agent: members
                .read("agent", |name, value| json::unless_null(name, value, json::text))?,
        })
    }
}

/// Something that an automatic reply may answer. Each occurrence has at most one reply, however
/// often it is reported. If there is no ticket yet (a missed call), the host passes the one
/// that would be opened, with the status `closed`.
///
/// Names: `customer-hung-up`, `call-missed`, `voicemail-left`, `call-completed`,
/// `called-out-of-hours`, `rating-requested`, `resolution-asked`, `media-requested`,
/// `contact-page-shared`, `approval-requested`, `payment-requested`. The plugin itself detects
/// `first-chat-received`, `wrote-out-of-hours` and `ticket-created-out-of-hours` in messages
/// and openings, and ignores them as occurrences.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Occurrence {
    /// Kebab-case name; unknown names change nothing.
    pub name: String,
    /// Details as names and values. For calls: `call`, the call's id, the same in all its
    /// occurrences; `phase`, where the caller was when they hung up (`greeting`, `waiting`,
    /// `chosen`; `voice-message`, `options`), which distinguishes `customer-hung-up` from
    /// `call-missed`; `ticket` with the value `not-allowed` if the account's rules forbid a new
    /// ticket for a missed call. Unknown details are ignored.
    pub details: Vec<(String, String)>,
}

impl json::Json for Occurrence {
    fn to_json(&self) -> Value {
        Value::Object(json::Map::from_iter([
            ("name".to_owned(), self.name.as_str().into()),
            ("details".to_owned(), json::show_pairs(&self.details)),
        ]))
    }

    fn from_json(name: &str, value: &Value) -> Result<Self, Misread> {
        let members = Members::of(name, value, &["name", "details"])?;
        Ok(Self {
            name: members.read("name", json::text)?,
            details: members.read("details", json::pairs)?,
        })
    }
}

/// Why an action could not be carried out. `other` is treated as `refused`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum FailureKind {
    /// The receiver could not be reached or answered with errors until the host gave up.
    #[cfg_attr(feature = "sandbox", component(name = "unreachable"))]
    Unreachable,
    /// The channel refused this message.
    #[cfg_attr(feature = "sandbox", component(name = "refused"))]
    Refused,
    /// The customer has blocked the account or no longer exists: nothing more can be sent.
    #[cfg_attr(feature = "sandbox", component(name = "blocked"))]
    Blocked,
    /// A kind that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Word for FailureKind {
    const KNOWN: &'static [&'static str] = &["unreachable", "refused", "blocked"];

    fn word(&self) -> Cow<'_, str> {
        match self {
            Self::Unreachable => "unreachable".into(),
            Self::Refused => "refused".into(),
            Self::Blocked => "blocked".into(),
            Self::Other(name) => other_word(name).into(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "unreachable" => Self::Unreachable,
            "refused" => Self::Refused,
            "blocked" => Self::Blocked,
            _ => Self::Other(other_from_word(word)?),
        })
    }
}

/// A step of a cycle. A host that receives `other` carries nothing out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Step {
    /// The reminder with this number, from 1.
    #[cfg_attr(feature = "sandbox", component(name = "reminder"))]
    Reminder(u32),
    /// The close.
    #[cfg_attr(feature = "sandbox", component(name = "close"))]
    Close,
    /// A notification to the people in charge: the close is held back, or the customer is
    /// waiting.
    #[cfg_attr(feature = "sandbox", component(name = "notify"))]
    Notify,
    /// Reopening the closed ticket.
    #[cfg_attr(feature = "sandbox", component(name = "reopen"))]
    Reopen,
    /// Opening a new ticket that is linked to the closed one.
    #[cfg_attr(feature = "sandbox", component(name = "open-linked"))]
    OpenLinked,
    /// The steps after a close by somebody else.
    #[cfg_attr(feature = "sandbox", component(name = "after-close"))]
    AfterClose,
    /// The close that the customer requested with a quick reply.
    #[cfg_attr(feature = "sandbox", component(name = "resolve"))]
    Resolve,
    /// The automatic reply to the occurrence with this number, from 1 in each ticket.
    #[cfg_attr(feature = "sandbox", component(name = "reply"))]
    Reply(u32),
    /// A step that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Step {
    /// The names of all cases, as the contract writes them.
    pub const NAMES: &'static [&'static str] = &[
        "reminder",
        "close",
        "notify",
        "reopen",
        "open-linked",
        "after-close",
        "resolve",
        "reply",
        "other",
    ];

    /// The contract's name of this case, without its value.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Reminder(_) => "reminder",
            Self::Close => "close",
            Self::Notify => "notify",
            Self::Reopen => "reopen",
            Self::OpenLinked => "open-linked",
            Self::AfterClose => "after-close",
            Self::Resolve => "resolve",
            Self::Reply(_) => "reply",
            Self::Other(_) => "other",
        }
    }

    /// The value of this case as text: a number or a name.
    #[must_use]
    pub fn detail(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Reminder(carried) | Self::Reply(carried) => Some(carried.to_string().into()),
            Self::Other(carried) => Some(carried.as_str().into()),
            _ => None,
        }
    }
}

/// The name of an action, the same whenever it is requested: the idempotency key.
///
/// Written `TICKET/CYCLE/STEP`, for example `4711/2/reminder-1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct ActionKey {
    /// The ticket's id as passed by the host.
    pub ticket: String,
    /// The action's cycle, counted from 1 in each ticket; 0 before the first.
    pub cycle: u32,
    /// The step within the cycle.
    pub step: Step,
}

/// An action that could not be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Failure {
    /// The action.
    pub key: ActionKey,
    /// The kind of failure.
    pub kind: FailureKind,
}

/// The kinds of events. `other` changes nothing.
///
/// Known words in `other`: `visitor-left`, the visitor of a chat has closed it;
/// `visitor-returned`, they are back. The policy determines what follows; by default nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Happening {
    /// The ticket was opened, and by whom. Optional if a message opens it.
    #[cfg_attr(feature = "sandbox", component(name = "opened"))]
    Opened(Source),
    /// The host carried out an action. Until this is reported, the action stays due.
    #[cfg_attr(feature = "sandbox", component(name = "carried-out"))]
    CarriedOut(ActionKey),
    /// The host gave up an action, after its own limited retries.
    #[cfg_attr(feature = "sandbox", component(name = "failed"))]
    Failed(Failure),
    /// The customer is typing now.
    #[cfg_attr(feature = "sandbox", component(name = "typing"))]
    Typing,
    /// An agent put the ticket on hold: the clock stops.
    #[cfg_attr(feature = "sandbox", component(name = "held"))]
    Held,
    /// The hold ended.
    #[cfg_attr(feature = "sandbox", component(name = "released"))]
    Released,
    /// An agent snoozed the ticket, until an instant if one was given.
    #[cfg_attr(feature = "sandbox", component(name = "snoozed"))]
    Snoozed(Option<Instant>),
    /// The snooze ended, before its instant or without one.
    #[cfg_attr(feature = "sandbox", component(name = "woken"))]
    Woken,
    /// A call with the customer began: nothing falls due during a call.
    #[cfg_attr(feature = "sandbox", component(name = "call-started"))]
    CallStarted,
    /// The call ended.
    #[cfg_attr(feature = "sandbox", component(name = "call-ended"))]
    CallEnded,
    /// The ticket was assigned to an agent (named).
    #[cfg_attr(feature = "sandbox", component(name = "assigned"))]
    Assigned(String),
    /// The ticket returned to the queue: the clock stops until an agent has it.
    #[cfg_attr(feature = "sandbox", component(name = "unassigned"))]
    Unassigned,
    /// The ticket was transferred to another department, to an agent or to its queue.
    #[cfg_attr(feature = "sandbox", component(name = "transferred"))]
    Transferred(Transfer),
    /// The customer was given more time.
    #[cfg_attr(feature = "sandbox", component(name = "extended"))]
    Extended(Duration),
    /// The ticket was closed, and by whom. A close by this plugin is reported as `carried-out`.
    #[cfg_attr(feature = "sandbox", component(name = "closed"))]
    Closed(Source),
    /// The ticket was reopened, and by whom.
    #[cfg_attr(feature = "sandbox", component(name = "reopened"))]
    Reopened(Source),
    /// Something that an automatic reply may answer (a call, a requested rating), by name.
    #[cfg_attr(feature = "sandbox", component(name = "occurred"))]
    Occurred(Occurrence),
    /// An event that this contract does not define. Known words: `message-undelivered:`
    /// followed by the id of a message: the channel reported that this message of the company
    /// did not reach the customer, so it no longer counts. The report may come before the
    /// message.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Happening {
    /// The names of all cases, as the contract writes them.
    pub const NAMES: &'static [&'static str] = &[
        "opened",
        "carried-out",
        "failed",
        "typing",
        "held",
        "released",
        "snoozed",
        "woken",
        "call-started",
        "call-ended",
        "assigned",
        "unassigned",
        "transferred",
        "extended",
        "closed",
        "reopened",
        "occurred",
        "other",
    ];

    /// The contract's name of this case, without its value.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::CarriedOut(_) => "carried-out",
            Self::Failed(_) => "failed",
            Self::Typing => "typing",
            Self::Held => "held",
            Self::Released => "released",
            Self::Snoozed(_) => "snoozed",
            Self::Woken => "woken",
            Self::CallStarted => "call-started",
            Self::CallEnded => "call-ended",
            Self::Assigned(_) => "assigned",
            Self::Unassigned => "unassigned",
            Self::Transferred(_) => "transferred",
            Self::Extended(_) => "extended",
            Self::Closed(_) => "closed",
            Self::Reopened(_) => "reopened",
            Self::Occurred(_) => "occurred",
            Self::Other(_) => "other",
        }
    }
}

impl json::Json for Happening {
    fn to_json(&self) -> Value {
        match self {
            Self::Opened(carried) => json::tagged("opened", json::Json::to_json(carried)),
            Self::CarriedOut(carried) => json::tagged("carried-out", json::Json::to_json(carried)),
            Self::Failed(carried) => json::tagged("failed", json::Json::to_json(carried)),
            Self::Typing => "typing".into(),
            Self::Held => "held".into(),
            Self::Released => "released".into(),
            Self::Snoozed(None) => "snoozed".into(),
            Self::Snoozed(Some(carried)) => json::tagged("snoozed", json::show_instant(*carried)),
            Self::Woken => "woken".into(),
            Self::CallStarted => "call-started".into(),
            Self::CallEnded => "call-ended".into(),
            Self::Assigned(carried) => json::tagged("assigned", carried.as_str().into()),
            Self::Unassigned => "unassigned".into(),
            Self::Transferred(carried) => json::tagged("transferred", json::Json::to_json(carried)),
            Self::Extended(carried) => json::tagged("extended", json::show_duration(*carried)),
            Self::Closed(carried) => json::tagged("closed", json::Json::to_json(carried)),
            Self::Reopened(carried) => json::tagged("reopened", json::Json::to_json(carried)),
            Self::Occurred(carried) => json::tagged("occurred", json::Json::to_json(carried)),
            Self::Other(carried) => json::tagged("other", carried.as_str().into()),
        }
    }

    fn from_json(_: &str, value: &Value) -> Result<Self, Misread> {
        let (name, carried) = json::untagged(value)?;
        Ok(match name {
            "opened" => Self::Opened(<Source as json::Json>::from_json(name, carried)?),
            "carried-out" => Self::CarriedOut(<ActionKey as json::Json>::from_json(name, carried)?),
            "failed" => Self::Failed(<Failure as json::Json>::from_json(name, carried)?),
            "typing" => Self::Typing,
            "held" => Self::Held,
            "released" => Self::Released,
            "snoozed" => {
                Self::Snoozed((|name, value| json::unless_null(name, value, json::instant))(
                    name, carried,
                )?)
            }
            "woken" => Self::Woken,
            "call-started" => Self::CallStarted,
            "call-ended" => Self::CallEnded,
            "assigned" => Self::Assigned(json::text(name, carried)?),
            "unassigned" => Self::Unassigned,
            "transferred" => Self::Transferred(<Transfer as json::Json>::from_json(name, carried)?),
            "extended" => Self::Extended(json::duration(name, carried)?),
            "closed" => Self::Closed(<Source as json::Json>::from_json(name, carried)?),
            "reopened" => Self::Reopened(<Source as json::Json>::from_json(name, carried)?),
            "occurred" => Self::Occurred(<Occurrence as json::Json>::from_json(name, carried)?),
            "other" => Self::Other(json::text(name, carried)?),
            _ => return Err(json::unknown(name, "event", Self::NAMES)),
        })
    }
}

/// Something other than a message that happened to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Event {
    /// The host's id of the event. An event with the id of a recent one changes nothing.
    pub id: Option<String>,
    /// Its position in the ticket, if the host numbers events; the same order as messages.
    pub sequence: Option<u64>,
    /// When it happened. A time after `received-at` counts as `received-at`.
    pub at: Instant,
    /// When the host learned of it; the returned decision is for this instant.
    #[cfg_attr(feature = "sandbox", component(name = "received-at"))]
    pub received_at: Instant,
    /// What happened.
    pub what: Happening,
}

/// When the next call is needed, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Wake {
    /// The deadline, inclusive: at this instant the step is due.
    pub until: Instant,
    /// The step that becomes due then.
    pub step: Step,
}

/// Who sees a message. A host that receives `other` sends nothing and reports `failed`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Audience {
    /// The customer.
    #[cfg_attr(feature = "sandbox", component(name = "customer"))]
    Customer,
    /// The people in charge: an internal note, which is no warning for the customer.
    #[cfg_attr(feature = "sandbox", component(name = "people-in-charge"))]
    PeopleInCharge,
    /// An audience that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Word for Audience {
    const KNOWN: &'static [&'static str] = &["customer", "people-in-charge"];

    fn word(&self) -> Cow<'_, str> {
        match self {
            Self::Customer => "customer".into(),
            Self::PeopleInCharge => "people-in-charge".into(),
            Self::Other(name) => other_word(name).into(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "customer" => Self::Customer,
            "people-in-charge" => Self::PeopleInCharge,
            _ => Self::Other(other_from_word(word)?),
        })
    }
}

/// A message template that the channel has approved.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Template {
    /// Its name on the channel.
    pub name: String,
    /// Its language on the channel, if the policy names it.
    pub language: Option<String>,
    /// The values of its parameters, in order.
    pub parameters: Vec<String>,
}

impl json::Json for Template {
    fn to_json(&self) -> Value {
        Value::Object(json::Map::from_iter([
            ("name".to_owned(), self.name.as_str().into()),
            (
                "language".to_owned(),
                self.language.as_ref().map_or(Value::Null, |it| it.as_str().into()),
            ),
            (
                "parameters".to_owned(),
                Value::Array(self.parameters.iter().map(|it| it.as_str().into()).collect()),
            ),
        ]))
    }

    fn from_json(name: &str, value: &Value) -> Result<Self, Misread> {
        let members = Members::with_others(name, value)?;
        Ok(Self {
            name: members.read("name", json::text)?,
            language: members
                .read("language", |name, value| json::unless_null(name, value, json::text))?,
            parameters: members
                .read("parameters", |name, value| json::list(name, value, json::text))?,
        })
    }
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Image {
    /// Its address (`https:`).
    pub url: String,
    /// Its description, for people who do not see it.
    pub alternative: String,
}

impl json::Json for Image {
    fn to_json(&self) -> Value {
        Value::Object(json::Map::from_iter([
            ("url".to_owned(), self.url.as_str().into()),
            ("alternative".to_owned(), self.alternative.as_str().into()),
        ]))
    }

    fn from_json(name: &str, value: &Value) -> Result<Self, Misread> {
        let members = Members::with_others(name, value)?;
        Ok(Self {
            url: members.read("url", json::text)?,
            alternative: members.read("alternative", json::text)?,
        })
    }
}

/// A quick reply.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct QuickReply {
    /// Its id: `continue`, `extend`, `resolve`. The customer's message returns it as `choice`.
    pub id: String,
    /// The text of the button. If the customer types exactly this, it counts as chosen.
    pub title: String,
}

impl json::Json for QuickReply {
    fn to_json(&self) -> Value {
        Value::Object(json::Map::from_iter([
            ("id".to_owned(), self.id.as_str().into()),
            ("title".to_owned(), self.title.as_str().into()),
        ]))
    }

    fn from_json(name: &str, value: &Value) -> Result<Self, Misread> {
        let members = Members::with_others(name, value)?;
        Ok(Self { id: members.read("id", json::text)?, title: members.read("title", json::text)? })
    }
}

/// A message to send, without anything that the channel cannot show.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Outgoing {
    /// The text, in the customer's language if the policy has it, with all placeholders filled
    /// in. Also present with a template, for records and people.
    pub text: String,
    /// The language of the text, if the policy names it.
    pub language: Option<String>,
    /// Who sees it.
    pub audience: Audience,
    /// The approved template to use instead of the text, outside the channel's window.
    pub template: Option<Template>,
    /// An image that goes with the text.
    pub image: Option<Image>,
    /// The quick replies, in order.
    #[cfg_attr(feature = "sandbox", component(name = "quick-replies"))]
    pub quick_replies: Vec<QuickReply>,
}

impl json::Json for Outgoing {
    fn to_json(&self) -> Value {
        Value::Object(json::Map::from_iter([
            ("text".to_owned(), self.text.as_str().into()),
            (
                "language".to_owned(),
                self.language.as_ref().map_or(Value::Null, |it| it.as_str().into()),
            ),
            ("audience".to_owned(), json::Json::to_json(&self.audience)),
            (
                "template".to_owned(),
                self.template.as_ref().map_or(Value::Null, |it| json::Json::to_json(it)),
            ),
            (
                "image".to_owned(),
                self.image.as_ref().map_or(Value::Null, |it| json::Json::to_json(it)),
            ),
            (
                "quick-replies".to_owned(),
                Value::Array(self.quick_replies.iter().map(|it| json::Json::to_json(it)).collect()),
            ),
        ]))
    }

    fn from_json(name: &str, value: &Value) -> Result<Self, Misread> {
        let members = Members::with_others(name, value)?;
        Ok(Self {
            text: members.read("text", json::text)?,
            language: members
                .read("language", |name, value| json::unless_null(name, value, json::text))?,
            audience: members.read("audience", <Audience as json::Json>::from_json)?,
            template: members.read("template", |name, value| {
                json::unless_null(name, value, <Template as json::Json>::from_json)
            })?,
            image: members.read("image", |name, value| {
                json::unless_null(name, value, <Image as json::Json>::from_json)
            })?,
            quick_replies: members.read("quick-replies", |name, value| {
                json::list(name, value, <QuickReply as json::Json>::from_json)
            })?,
        })
    }
}

/// A reminder to a silent customer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Reminder {
    /// Its number in the cycle, from 1.
    pub number: u32,
    /// How many reminders the rule has.
    pub of: u32,
    /// The message.
    pub message: Outgoing,
}

/// What happens to a missed call. `other` means nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum MissedCall {
    /// Nothing: no call was missed, or neither an open ticket nor a rule uses it.
    #[cfg_attr(feature = "sandbox", component(name = "nothing"))]
    Nothing,
    /// It is recorded on the open ticket.
    #[cfg_attr(feature = "sandbox", component(name = "on-ticket"))]
    OnTicket,
    /// A missed-call ticket is opened.
    #[cfg_attr(feature = "sandbox", component(name = "new-ticket"))]
    NewTicket,
    /// A consequence that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Word for MissedCall {
    const KNOWN: &'static [&'static str] = &["nothing", "on-ticket", "new-ticket"];

    fn word(&self) -> Cow<'_, str> {
        match self {
            Self::Nothing => "nothing".into(),
            Self::OnTicket => "on-ticket".into(),
            Self::NewTicket => "new-ticket".into(),
            Self::Other(name) => other_word(name).into(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "nothing" => Self::Nothing,
            "on-ticket" => Self::OnTicket,
            "new-ticket" => Self::NewTicket,
            _ => Self::Other(other_from_word(word)?),
        })
    }
}

/// The reaction to an occurrence.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct AutomaticReply {
    /// The name of the occurrence.
    pub event: String,
    /// The message to send; `none` if only the call is recorded.
    pub message: Option<Outgoing>,
    /// What happens to a missed call.
    #[cfg_attr(feature = "sandbox", component(name = "missed-call"))]
    pub missed_call: MissedCall,
}

/// The closing note.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct ClosingNote {
    /// The category, from the policy or «Inactividad del cliente».
    pub category: String,
    /// The facts: the rule, the times, the sent reminders.
    pub summary: String,
}

impl json::Json for ClosingNote {
    fn to_json(&self) -> Value {
        Value::Object(json::Map::from_iter([
            ("category".to_owned(), self.category.as_str().into()),
            ("summary".to_owned(), self.summary.as_str().into()),
        ]))
    }

    fn from_json(name: &str, value: &Value) -> Result<Self, Misread> {
        let members = Members::with_others(name, value)?;
        Ok(Self {
            category: members.read("category", json::text)?,
            summary: members.read("summary", json::text)?,
        })
    }
}

/// Whether the customer gets a survey. `other` means no.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Survey {
    /// None.
    #[cfg_attr(feature = "sandbox", component(name = "no"))]
    No,
    /// Now.
    #[cfg_attr(feature = "sandbox", component(name = "now"))]
    Now,
    /// Later, at a time that the host chooses.
    #[cfg_attr(feature = "sandbox", component(name = "later"))]
    Later,
    /// An answer that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Word for Survey {
    const KNOWN: &'static [&'static str] = &["no", "now", "later"];

    fn word(&self) -> Cow<'_, str> {
        match self {
            Self::No => "no".into(),
            Self::Now => "now".into(),
            Self::Later => "later".into(),
            Self::Other(name) => other_word(name).into(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "no" => Self::No,
            "now" => Self::Now,
            "later" => Self::Later,
            _ => Self::Other(other_from_word(word)?),
        })
    }
}

/// The steps that follow a close.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct AfterClose {
    /// Who closed the ticket.
    pub source: Source,
    /// Whether the agent is unassigned.
    pub unassign: bool,
    /// Whether the bot is switched on again for this customer.
    #[cfg_attr(feature = "sandbox", component(name = "bot-on"))]
    pub bot_on: bool,
    /// Whether the customer gets a survey.
    pub survey: Survey,
}

impl json::Json for AfterClose {
    fn to_json(&self) -> Value {
        Value::Object(json::Map::from_iter([
            ("source".to_owned(), json::Json::to_json(&self.source)),
            ("unassign".to_owned(), self.unassign.into()),
            ("bot-on".to_owned(), self.bot_on.into()),
            ("survey".to_owned(), json::Json::to_json(&self.survey)),
        ]))
    }

    fn from_json(name: &str, value: &Value) -> Result<Self, Misread> {
        let members = Members::with_others(name, value)?;
        Ok(Self {
            source: members.read("source", <Source as json::Json>::from_json)?,
            unassign: members.read("unassign", json::switch)?,
            bot_on: members.read("bot-on", json::switch)?,
            survey: members.read("survey", <Survey as json::Json>::from_json)?,
        })
    }
}

/// Everything that belongs to a close, to be applied together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct ClosePackage {
    /// The reason to store: `customer-inactivity`, or `customer-resolved` if the customer said
    /// so with a quick reply.
    pub reason: String,
    /// The notice to show in the conversation («Ticket cerrado por inactividad»).
    pub notice: String,
    /// A last message to the customer, sent with the close.
    #[cfg_attr(feature = "sandbox", component(name = "closing-text"))]
    pub closing_text: Option<Outgoing>,
    /// The code of the reason why the policy's closing text is not sent.
    #[cfg_attr(feature = "sandbox", component(name = "silent-because"))]
    pub silent_because: Option<String>,
    /// The closing note, which only the company sees.
    pub note: ClosingNote,
    /// Tags to put on the ticket.
    pub tags: Vec<String>,
    /// Whether required metadata was missing and ignored.
    #[cfg_attr(feature = "sandbox", component(name = "incomplete-metadata"))]
    pub incomplete_metadata: bool,
    /// The exit by which a flow leaves its human-assistance block: the same word as `reason`.
    pub exit: String,
    /// The steps that follow.
    pub then: AfterClose,
}

/// A notification to the people in charge.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Notification {
    /// A stable code: `incomplete-metadata`, `company-silent`.
    pub code: String,
    /// The text, in the policy's language.
    pub text: String,
}

impl json::Json for Notification {
    fn to_json(&self) -> Value {
        Value::Object(json::Map::from_iter([
            ("code".to_owned(), self.code.as_str().into()),
            ("text".to_owned(), self.text.as_str().into()),
        ]))
    }

    fn from_json(name: &str, value: &Value) -> Result<Self, Misread> {
        let members = Members::with_others(name, value)?;
        Ok(Self {
            code: members.read("code", json::text)?,
            text: members.read("text", json::text)?,
        })
    }
}

/// How a conversation continues after its ticket was closed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Reopening {
    /// Whether the customer had written before the close.
    pub premature: bool,
    /// The agent who had the ticket, if known.
    pub agent: Option<String>,
    /// When the customer wrote.
    #[cfg_attr(feature = "sandbox", component(name = "customer-wrote"))]
    pub customer_wrote: Instant,
    /// When the ticket was closed.
    pub closed: Instant,
}

impl json::Json for Reopening {
    fn to_json(&self) -> Value {
        Value::Object(json::Map::from_iter([
            ("premature".to_owned(), self.premature.into()),
            ("agent".to_owned(), self.agent.as_ref().map_or(Value::Null, |it| it.as_str().into())),
            ("customer-wrote".to_owned(), json::show_instant(self.customer_wrote)),
            ("closed".to_owned(), json::show_instant(self.closed)),
        ]))
    }

    fn from_json(name: &str, value: &Value) -> Result<Self, Misread> {
        let members = Members::with_others(name, value)?;
        Ok(Self {
            premature: members.read("premature", json::switch)?,
            agent: members
                .read("agent", |name, value| json::unless_null(name, value, json::text))?,
            customer_wrote: members.read("customer-wrote", json::instant)?,
            closed: members.read("closed", json::instant)?,
        })
    }
}

/// The task of an action. A host that receives `other` carries nothing out and reports
/// `failed`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Task {
    /// Send this message to the customer.
    #[cfg_attr(feature = "sandbox", component(name = "send"))]
    Send(Reminder),
    /// Close the ticket.
    #[cfg_attr(feature = "sandbox", component(name = "close"))]
    Close(ClosePackage),
    /// Notify the people in charge.
    #[cfg_attr(feature = "sandbox", component(name = "notify"))]
    Notify(Notification),
    /// Reopen the ticket.
    #[cfg_attr(feature = "sandbox", component(name = "reopen"))]
    Reopen(Reopening),
    /// Open a new ticket that is linked to this one.
    #[cfg_attr(feature = "sandbox", component(name = "open-linked"))]
    OpenLinked(Reopening),
    /// Take these steps after a close by somebody else.
    #[cfg_attr(feature = "sandbox", component(name = "after-close"))]
    AfterClose(AfterClose),
    /// Answer an occurrence.
    #[cfg_attr(feature = "sandbox", component(name = "reply"))]
    Reply(AutomaticReply),
    /// A task that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Task {
    /// The names of all cases, as the contract writes them.
    pub const NAMES: &'static [&'static str] =
        &["send", "close", "notify", "reopen", "open-linked", "after-close", "reply", "other"];

    /// The contract's name of this case, without its value.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Send(_) => "send",
            Self::Close(_) => "close",
            Self::Notify(_) => "notify",
            Self::Reopen(_) => "reopen",
            Self::OpenLinked(_) => "open-linked",
            Self::AfterClose(_) => "after-close",
            Self::Reply(_) => "reply",
            Self::Other(_) => "other",
        }
    }
}

/// An action for the host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Action {
    /// The idempotency key: carrying out one key twice must have the same effect as once.
    pub key: ActionKey,
    /// The deadline that has passed; the host's delay is the difference to its clock.
    pub due: Instant,
    /// The task.
    pub task: Task,
}

/// What the host does next. A host that receives `other` rests.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Outcome {
    /// Carry this out now, then report `carried-out` or `failed`. Until then, every call
    /// returns the same action with the same key.
    #[cfg_attr(feature = "sandbox", component(name = "act"))]
    Act(Action),
    /// Nothing now; call `on-tick` at this instant. Calling earlier or more often is harmless.
    #[cfg_attr(feature = "sandbox", component(name = "wait"))]
    Wait(Wake),
    /// Nothing until the next message or event.
    #[cfg_attr(feature = "sandbox", component(name = "rest"))]
    Rest,
    /// An outcome that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Outcome {
    /// The names of all cases, as the contract writes them.
    pub const NAMES: &'static [&'static str] = &["act", "wait", "rest", "other"];

    /// The contract's name of this case, without its value.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Act(_) => "act",
            Self::Wait(_) => "wait",
            Self::Rest => "rest",
            Self::Other(_) => "other",
        }
    }
}

/// The reason for a decision. A reader that receives `other` shows the word inside.
///
/// Known words in `other`: `visitor-left`, the close comes earlier because the visitor has
/// left; `company-silent`, the customer has waited for the company too long.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Reason {
    /// A reminder is due (outcome `act`) or next (`wait`).
    #[cfg_attr(feature = "sandbox", component(name = "reminder"))]
    Reminder(u32),
    /// The close is due (`act`) or next (`wait`).
    #[cfg_attr(feature = "sandbox", component(name = "close"))]
    Close,
    /// The close is due and waits while the customer types.
    #[cfg_attr(feature = "sandbox", component(name = "customer-typing"))]
    CustomerTyping,
    /// The close is due and is held back because required metadata is missing.
    #[cfg_attr(feature = "sandbox", component(name = "incomplete-metadata"))]
    IncompleteMetadata,
    /// The customer had written before the close: it was premature.
    #[cfg_attr(feature = "sandbox", component(name = "premature-close"))]
    PrematureClose,
    /// The customer wrote after the close.
    #[cfg_attr(feature = "sandbox", component(name = "late-reply"))]
    LateReply,
    /// Somebody else closed the ticket, and steps follow.
    #[cfg_attr(feature = "sandbox", component(name = "closed-by-other"))]
    ClosedByOther,
    /// The ticket is closed: already done.
    #[cfg_attr(feature = "sandbox", component(name = "already-closed"))]
    AlreadyClosed,
    /// The ticket is merged, deleted, or has an unknown status.
    #[cfg_attr(feature = "sandbox", component(name = "not-open"))]
    NotOpen,
    /// The policy is switched off.
    #[cfg_attr(feature = "sandbox", component(name = "switched-off"))]
    SwitchedOff,
    /// The ticket's department has no rule.
    #[cfg_attr(feature = "sandbox", component(name = "no-rule"))]
    NoRule,
    /// The department's rule is switched off.
    #[cfg_attr(feature = "sandbox", component(name = "rule-off"))]
    RuleOff,
    /// The ticket has one of the policy's exemption tags (named).
    #[cfg_attr(feature = "sandbox", component(name = "exempt"))]
    Exempt(String),
    /// No agent has answered since the ticket opened.
    #[cfg_attr(feature = "sandbox", component(name = "not-answered"))]
    NotAnswered,
    /// The customer wrote last: the company owes the answer.
    #[cfg_attr(feature = "sandbox", component(name = "company-turn"))]
    CompanyTurn,
    /// The ticket was reopened and the policy waits for the customer to write.
    #[cfg_attr(feature = "sandbox", component(name = "reopened-awaits-customer"))]
    ReopenedAwaitsCustomer,
    /// The ticket was reopened and waits for an agent's message.
    #[cfg_attr(feature = "sandbox", component(name = "reopened-awaits-agent"))]
    ReopenedAwaitsAgent,
    /// The cycle began before the policy was switched on.
    #[cfg_attr(feature = "sandbox", component(name = "before-activation"))]
    BeforeActivation,
    /// The cycle began before the policy was switched on and waits for its time in the backlog.
    #[cfg_attr(feature = "sandbox", component(name = "backlog"))]
    Backlog,
    /// An agent has put the ticket on hold.
    #[cfg_attr(feature = "sandbox", component(name = "on-hold"))]
    OnHold,
    /// The ticket is snoozed.
    #[cfg_attr(feature = "sandbox", component(name = "snoozed"))]
    Snoozed,
    /// A call is going on.
    #[cfg_attr(feature = "sandbox", component(name = "on-call"))]
    OnCall,
    /// The ticket is in the queue, without an agent.
    #[cfg_attr(feature = "sandbox", component(name = "in-queue"))]
    InQueue,
    /// A reminder (numbered) could not be sent: no close without its warning.
    #[cfg_attr(feature = "sandbox", component(name = "reminder-failed"))]
    ReminderFailed(u32),
    /// The close could not be carried out, so people must handle it.
    #[cfg_attr(feature = "sandbox", component(name = "close-failed"))]
    CloseFailed,
    /// All steps of the rule were taken.
    #[cfg_attr(feature = "sandbox", component(name = "nothing-left"))]
    NothingLeft,
    /// An automatic reply answers an occurrence (named).
    #[cfg_attr(feature = "sandbox", component(name = "automatic-reply"))]
    AutomaticReply(String),
    /// The customer said with a quick reply that the matter is settled.
    #[cfg_attr(feature = "sandbox", component(name = "customer-resolved"))]
    CustomerResolved,
    /// This is a group conversation, and the policy exempts groups.
    #[cfg_attr(feature = "sandbox", component(name = "group-conversation"))]
    GroupConversation,
    /// The step is due and waits for the sending window to open.
    #[cfg_attr(feature = "sandbox", component(name = "outside-sending-window"))]
    OutsideSendingWindow,
    /// The step waits because the limit of messages to this customer is reached.
    #[cfg_attr(feature = "sandbox", component(name = "over-budget"))]
    OverBudget,
    /// A reminder (numbered) that could not be sent is retried.
    #[cfg_attr(feature = "sandbox", component(name = "retry"))]
    Retry(u32),
    /// The last reminder (numbered) cannot be sent outside the channel's window: no close
    /// without its warning.
    #[cfg_attr(feature = "sandbox", component(name = "outside-channel-window"))]
    OutsideChannelWindow(u32),
    /// The customer has refused automatic messages.
    #[cfg_attr(feature = "sandbox", component(name = "opted-out"))]
    OptedOut,
    /// A reason that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Reason {
    /// The names of all cases, as the contract writes them.
    pub const NAMES: &'static [&'static str] = &[
        "reminder",
        "close",
        "customer-typing",
        "incomplete-metadata",
        "premature-close",
        "late-reply",
        "closed-by-other",
        "already-closed",
        "not-open",
        "switched-off",
        "no-rule",
        "rule-off",
        "exempt",
        "not-answered",
        "company-turn",
        "reopened-awaits-customer",
        "reopened-awaits-agent",
        "before-activation",
        "backlog",
        "on-hold",
        "snoozed",
        "on-call",
        "in-queue",
        "reminder-failed",
        "close-failed",
        "nothing-left",
        "automatic-reply",
        "customer-resolved",
        "group-conversation",
        "outside-sending-window",
        "over-budget",
        "retry",
        "outside-channel-window",
        "opted-out",
        "other",
    ];

    /// The contract's name of this case, without its value.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Reminder(_) => "reminder",
            Self::Close => "close",
            Self::CustomerTyping => "customer-typing",
            Self::IncompleteMetadata => "incomplete-metadata",
            Self::PrematureClose => "premature-close",
            Self::LateReply => "late-reply",
            Self::ClosedByOther => "closed-by-other",
            Self::AlreadyClosed => "already-closed",
            Self::NotOpen => "not-open",
            Self::SwitchedOff => "switched-off",
            Self::NoRule => "no-rule",
            Self::RuleOff => "rule-off",
            Self::Exempt(_) => "exempt",
            Self::NotAnswered => "not-answered",
            Self::CompanyTurn => "company-turn",
            Self::ReopenedAwaitsCustomer => "reopened-awaits-customer",
            Self::ReopenedAwaitsAgent => "reopened-awaits-agent",
            Self::BeforeActivation => "before-activation",
            Self::Backlog => "backlog",
            Self::OnHold => "on-hold",
            Self::Snoozed => "snoozed",
            Self::OnCall => "on-call",
            Self::InQueue => "in-queue",
            Self::ReminderFailed(_) => "reminder-failed",
            Self::CloseFailed => "close-failed",
            Self::NothingLeft => "nothing-left",
            Self::AutomaticReply(_) => "automatic-reply",
            Self::CustomerResolved => "customer-resolved",
            Self::GroupConversation => "group-conversation",
            Self::OutsideSendingWindow => "outside-sending-window",
            Self::OverBudget => "over-budget",
            Self::Retry(_) => "retry",
            Self::OutsideChannelWindow(_) => "outside-channel-window",
            Self::OptedOut => "opted-out",
            Self::Other(_) => "other",
        }
    }

    /// The value of this case as text: a number or a name.
    #[must_use]
    pub fn detail(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Reminder(carried)
            | Self::ReminderFailed(carried)
            | Self::Retry(carried)
            | Self::OutsideChannelWindow(carried) => Some(carried.to_string().into()),
            Self::Exempt(carried) | Self::AutomaticReply(carried) | Self::Other(carried) => {
                Some(carried.as_str().into())
            }
            _ => None,
        }
    }
}

/// The answer to a call: an outcome and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Decision {
    /// The outcome.
    pub outcome: Outcome,
    /// The reason, from the comparison that decided.
    pub reason: Reason,
    /// The index of the rule that applied, from 0.
    pub rule: Option<u32>,
}

/// The result of a message or an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Update {
    /// The new memory; the host stores it before it carries out the decision's action.
    pub memory: Memory,
    /// The decision at `received-at`.
    pub decision: Decision,
}

/// Why a call failed. Nothing has changed; the host leaves the ticket as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Fault {
    /// The memory is truncated or altered.
    #[cfg_attr(feature = "sandbox", component(name = "memory-damaged"))]
    MemoryDamaged,
    /// The memory was written by a later version (numbered) of the plugin.
    #[cfg_attr(feature = "sandbox", component(name = "memory-newer"))]
    MemoryNewer(u32),
    /// A time outside the years 1970 to 9999.
    #[cfg_attr(feature = "sandbox", component(name = "bad-time"))]
    BadTime(Instant),
    /// A value exceeds its limit (named).
    #[cfg_attr(feature = "sandbox", component(name = "over-limit"))]
    OverLimit(String),
    /// A fault that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Fault {
    /// The names of all cases, as the contract writes them.
    pub const NAMES: &'static [&'static str] =
        &["memory-damaged", "memory-newer", "bad-time", "over-limit", "other"];

    /// The contract's name of this case, without its value.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::MemoryDamaged => "memory-damaged",
            Self::MemoryNewer(_) => "memory-newer",
            Self::BadTime(_) => "bad-time",
            Self::OverLimit(_) => "over-limit",
            Self::Other(_) => "other",
        }
    }
}

/// Whether a flow has the inactivity exit. `other` is treated as `unknown`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum ExitState {
    /// There is no flow, or it was not checked.
    #[cfg_attr(feature = "sandbox", component(name = "unknown"))]
    Unknown,
    /// It exists and leads to a block.
    #[cfg_attr(feature = "sandbox", component(name = "linked"))]
    Linked,
    /// It is missing or leads nowhere: a policy that closes is refused.
    #[cfg_attr(feature = "sandbox", component(name = "not-linked"))]
    NotLinked,
    /// The block is of a version that has no such exit: a policy that closes is refused.
    #[cfg_attr(feature = "sandbox", component(name = "not-supported"))]
    NotSupported,
    /// A state that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Word for ExitState {
    const KNOWN: &'static [&'static str] = &["unknown", "linked", "not-linked", "not-supported"];

    fn word(&self) -> Cow<'_, str> {
        match self {
            Self::Unknown => "unknown".into(),
            Self::Linked => "linked".into(),
            Self::NotLinked => "not-linked".into(),
            Self::NotSupported => "not-supported".into(),
            Self::Other(name) => other_word(name).into(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "unknown" => Self::Unknown,
            "linked" => Self::Linked,
            "not-linked" => Self::NotLinked,
            "not-supported" => Self::NotSupported,
            _ => Self::Other(other_from_word(word)?),
        })
    }
}

/// What the host knows about the account, against which a config is checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Surroundings {
    /// All departments of the account; without them departments are not checked.
    pub departments: Option<Vec<String>>,
    /// The shortest interval at which the host can wake up; shorter durations in a policy are
    /// errors.
    #[cfg_attr(feature = "sandbox", component(name = "tick-resolution"))]
    pub tick_resolution: Duration,
    /// Whether the flow can leave its human-assistance block by the inactivity exit.
    #[cfg_attr(feature = "sandbox", component(name = "inactivity-exit"))]
    pub inactivity_exit: ExitState,
    /// Surroundings of later versions of the contract; unknown names are ignored.
    pub more: Option<Vec<(String, String)>>,
}

/// How severe a problem is. `other` is treated as `error`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(variant))]
pub enum Severity {
    /// The policy is refused (red).
    #[cfg_attr(feature = "sandbox", component(name = "error"))]
    Error,
    /// The policy is accepted, but somebody should check it (yellow).
    #[cfg_attr(feature = "sandbox", component(name = "warning"))]
    Warning,
    /// A severity that this contract does not define.
    #[cfg_attr(feature = "sandbox", component(name = "other"))]
    Other(String),
}

impl Word for Severity {
    const KNOWN: &'static [&'static str] = &["error", "warning"];

    fn word(&self) -> Cow<'_, str> {
        match self {
            Self::Error => "error".into(),
            Self::Warning => "warning".into(),
            Self::Other(name) => other_word(name).into(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "error" => Self::Error,
            "warning" => Self::Warning,
            _ => Self::Other(other_from_word(word)?),
        })
    }
}

/// A problem in one language.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Wording {
    /// The language: `es`, `pt`, `en`.
    pub language: String,
    /// The problem.
    pub text: String,
    /// How to fix it.
    pub help: String,
}

/// A problem of a config.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Diagnostic {
    /// The stable kebab-case name of the problem.
    pub code: String,
    /// How severe it is.
    pub severity: Severity,
    /// The place, as a JSON Pointer (RFC 6901) into the config.
    pub place: String,
    /// The problem as text, in each of the plugin's languages.
    pub wordings: Vec<Wording>,
}

/// A step of the table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct StepOutline {
    /// The step.
    pub step: Step,
    /// The time since the previous step, or since the start of counting.
    pub after: Duration,
    /// The time before the close, in a rule that closes.
    #[cfg_attr(feature = "sandbox", component(name = "before-close"))]
    pub before_close: Option<Duration>,
    /// The instant if the clock starts at the given start and every step is on time.
    pub at: Instant,
}

/// A rule of the table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct RuleOutline {
    /// Its name, or a name made from its departments.
    pub name: String,
    /// Its departments; `none` means any department without its own rule.
    pub departments: Option<Vec<String>>,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Where counting starts: one of the config's words.
    #[cfg_attr(feature = "sandbox", component(name = "count-from"))]
    pub count_from: String,
    /// The schedule in whose open time durations run; `none` means calendar time.
    #[cfg_attr(feature = "sandbox", component(name = "business-hours"))]
    pub business_hours: Option<String>,
    /// The sending window that messages wait for.
    #[cfg_attr(feature = "sandbox", component(name = "sending-window"))]
    pub sending_window: Option<String>,
    /// The time until the close; `none` means never.
    #[cfg_attr(feature = "sandbox", component(name = "close-after"))]
    pub close_after: Option<Duration>,
    /// The sum of all reminder times, including the first.
    pub accumulated: Duration,
    /// Its steps in order; the close comes last.
    pub steps: Vec<StepOutline>,
}

/// A checked policy as a table, for people and pages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Outline {
    /// The version the config names, or empty.
    pub version: String,
    /// Whether the policy is switched on.
    pub enabled: bool,
    /// Its rules, in the order of the config.
    pub rules: Vec<RuleOutline>,
}

/// The reader of an explanation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Reader {
    /// The language (`es`, `pt`, `en`, or a longer BCP 47 tag); any other becomes English.
    pub language: String,
    /// The offset from UTC for times in texts, in minutes; positive is east.
    #[cfg_attr(feature = "sandbox", component(name = "utc-offset"))]
    pub utc_offset: i32,
}

/// A condition that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Check {
    /// Its stable kebab-case name: the code of the decision's reason if it does not hold. `debug`
    /// is no condition: its text is for the plugin's author, and hosts show it in tools only.
    pub code: String,
    /// Whether it holds.
    pub holds: bool,
    /// The condition in words, with its values.
    pub text: String,
}

/// A decision in words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Explanation {
    /// The language of the texts.
    pub language: String,
    /// The explained decision: the one that `on-tick` returns.
    pub decision: Decision,
    /// One sentence: the outcome, its reason, until when, the rule and the policy version.
    pub summary: String,
    /// All conditions that were checked, in order.
    pub checks: Vec<Check>,
    /// What the memory contains about the ticket, one sentence each.
    pub history: Vec<String>,
}

/// The plugin's description of itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sandbox", derive(ComponentType, Lift, Lower), component(record))]
pub struct Description {
    /// Its name.
    pub name: String,
    /// Its version (semver).
    pub version: String,
    /// The contract it was built for: `despertador:inactivity@0.2.0`.
    pub contract: String,
    /// The version of the memory it writes; it reads all from 1 to this.
    #[cfg_attr(feature = "sandbox", component(name = "memory-version"))]
    pub memory_version: u32,
    /// The languages of its texts.
    pub languages: Vec<String>,
    /// Its limits as names and numbers; the names contain the units.
    pub limits: Vec<(String, u64)>,
}
