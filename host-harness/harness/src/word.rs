//! The kebab-case word of each case of the contract's open-ended variants.

use std::borrow::Cow;

use despertador_host::contract::{
    Audience, Author, Channel, ExitState, FailureKind, Fault, MessageKind, MissedCall, Origin,
    Reason, Severity, Source, Step, Survey, TicketStatus,
};
use despertador_host::key;

/// A variant whose cases are written as one word, the contract's own.
///
/// A case `other` is written `other:NAME`.
pub trait Word: Sized {
    /// Every word the contract names.
    const KNOWN: &'static [&'static str];

    /// The word of this case.
    fn word(&self) -> Cow<'_, str>;

    /// The case of a word.
    fn from_word(word: &str) -> Option<Self>;
}

macro_rules! words {
    ($type:ident { $($case:ident = $word:literal),* $(,)? }) => {
        impl Word for $type {
            const KNOWN: &'static [&'static str] = &[$($word),*];

            fn word(&self) -> Cow<'_, str> {
                match self {
                    $(Self::$case => $word.into(),)*
                    Self::Other(name) => format!("other:{name}").into(),
                }
            }

            fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$case),)*
                    _ => word
                        .strip_prefix("other:")
                        .filter(|name| !name.is_empty())
                        .map(|name| Self::Other(name.into())),
                }
            }
        }
    };
}

words!(Author { Customer = "customer", Agent = "agent", AiAgent = "ai-agent", Bot = "bot" });
words!(MessageKind {
    Text = "text",
    Media = "media",
    Sticker = "sticker",
    Location = "location",
    MenuAnswer = "menu-answer",
    Reaction = "reaction",
    PrivateNote = "private-note",
    Label = "label",
    Edit = "edit",
    Receipt = "receipt",
});
words!(Origin {
    Written = "written",
    AutomaticReply = "automatic-reply",
    Automation = "automation",
    Echo = "echo",
});
words!(Channel {
    Whatsapp = "whatsapp",
    Messenger = "messenger",
    Instagram = "instagram",
    Telegram = "telegram",
    AppleMessages = "apple-messages",
    Sms = "sms",
    Email = "email",
    WebChat = "web-chat",
    MobileApp = "mobile-app",
    Voice = "voice",
});
words!(TicketStatus { Open = "open", Closed = "closed", Merged = "merged", Deleted = "deleted" });
words!(Source {
    Agent = "agent",
    Customer = "customer",
    Inactivity = "inactivity",
    Flow = "flow",
    Api = "api",
});
words!(FailureKind { Unreachable = "unreachable", Refused = "refused", Blocked = "blocked" });
words!(Survey { No = "no", Now = "now", Later = "later" });
words!(Audience { Customer = "customer", PeopleInCharge = "people-in-charge" });
words!(MissedCall { Nothing = "nothing", OnTicket = "on-ticket", NewTicket = "new-ticket" });
words!(ExitState {
    Unknown = "unknown",
    Linked = "linked",
    NotLinked = "not-linked",
    NotSupported = "not-supported",
});
words!(Severity { Error = "error", Warning = "warning" });

/// A step as it stands in an action key: `reminder-1`, `close`, `open-linked`, `reply-1`.
pub fn step(step: &Step) -> Cow<'_, str> {
    match step {
        Step::Reminder(number) => format!("reminder-{number}").into(),
        Step::Close => "close".into(),
        Step::Notify => "notify".into(),
        Step::Reopen => "reopen".into(),
        Step::OpenLinked => "open-linked".into(),
        Step::AfterClose => "after-close".into(),
        Step::Resolve => "resolve".into(),
        Step::Reply(number) => format!("reply-{number}").into(),
        Step::Other(name) => format!("other:{name}").into(),
    }
}

/// The step of a word, as [`step`] writes it. What stands after `other:` must have a text in an
/// action key: neither empty, nor with a `/`, nor the word of another step.
pub fn step_from_word(word: &str) -> Option<Step> {
    match word.strip_prefix("other:") {
        Some(name) => Some(Step::Other(name.into())).filter(key::has_text),
        None => key::parse_step(word).filter(|step| !matches!(step, Step::Other(_))),
    }
}

/// A reason as it stands in parentheses: `company-turn`, `exempt vip`, `reminder-failed 1`.
pub fn reason(reason: &Reason) -> Cow<'_, str> {
    match reason {
        Reason::Reminder(number) => return format!("reminder {number}").into(),
        Reason::Exempt(tag) => return format!("exempt {tag}").into(),
        Reason::ReminderFailed(number) => return format!("reminder-failed {number}").into(),
        Reason::AutomaticReply(name) => return format!("automatic-reply {name}").into(),
        Reason::Retry(number) => return format!("retry {number}").into(),
        Reason::OutsideChannelWindow(number) => {
            return format!("outside-channel-window {number}").into();
        }
        Reason::Other(name) => return format!("other:{name}").into(),
        Reason::Close => "close",
        Reason::CustomerTyping => "customer-typing",
        Reason::IncompleteMetadata => "incomplete-metadata",
        Reason::PrematureClose => "premature-close",
        Reason::LateReply => "late-reply",
        Reason::ClosedByOther => "closed-by-other",
        Reason::AlreadyClosed => "already-closed",
        Reason::NotOpen => "not-open",
        Reason::SwitchedOff => "switched-off",
        Reason::NoRule => "no-rule",
        Reason::RuleOff => "rule-off",
        Reason::NotAnswered => "not-answered",
        Reason::CompanyTurn => "company-turn",
        Reason::ReopenedAwaitsCustomer => "reopened-awaits-customer",
        Reason::ReopenedAwaitsAgent => "reopened-awaits-agent",
        Reason::BeforeActivation => "before-activation",
        Reason::Backlog => "backlog",
        Reason::OnHold => "on-hold",
        Reason::Snoozed => "snoozed",
        Reason::OnCall => "on-call",
        Reason::InQueue => "in-queue",
        Reason::CloseFailed => "close-failed",
        Reason::NothingLeft => "nothing-left",
        Reason::CustomerResolved => "customer-resolved",
        Reason::GroupConversation => "group-conversation",
        Reason::OutsideSendingWindow => "outside-sending-window",
        Reason::OverBudget => "over-budget",
        Reason::OptedOut => "opted-out",
    }
    .into()
}

/// The first words of every reason, for messages about a word that is none of them.
pub const REASONS: &[&str] = &[
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
];

/// A fault as it stands after the word `fault`: `memory-damaged`, `memory-newer 7`.
pub fn fault(fault: &Fault) -> String {
    match fault {
        Fault::MemoryDamaged => "memory-damaged".into(),
        Fault::MemoryNewer(version) => format!("memory-newer {version}"),
        Fault::BadTime(_) => "bad-time".into(),
        Fault::OverLimit(what) => format!("over-limit {what}"),
        Fault::Other(name) => format!("other:{name}"),
    }
}
