//! The answer to a call: the outcome and its reason.

use crate::event::Source;
use crate::instant::Instant;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// An outcome and its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The outcome.
    pub outcome: Outcome,
    /// The reason.
    pub reason: Reason,
    /// The index of the rule that applied.
    pub rule: Option<u32>,
}

/// What the host does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Carry out this action now.
    Act(Action),
    /// Wait until this instant, when the step becomes due.
    Wait(Instant, Step),
    /// Do nothing until the next message or event.
    Rest,
}

/// A step of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The reminder with this number, from 1.
    Reminder(u32),
    /// The close.
    Close,
    /// A notification to the people in charge that the close is held back.
    Notify,
    /// Opening the closed ticket again.
    Reopen,
    /// Opening a new ticket, linked to the closed one.
    OpenLinked,
    /// The steps after a close by somebody else.
    AfterClose,
    /// The close that the customer requested.
    Resolve,
    /// The automatic reply to the occurrence with this number, from 1.
    Reply(u32),
}

/// The name of an action as the host reports it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key<'a> {
    /// The ticket's id.
    pub ticket: &'a str,
    /// The cycle, from 1.
    pub cycle: u32,
    /// The step; `None` for a word that this version does not know.
    pub step: Option<Step>,
}

/// What the host is asked to do. Ticket id, cycle and step form the idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The cycle, from 1.
    pub cycle: u32,
    /// The step.
    pub step: Step,
    /// The deadline that passed.
    pub due: Instant,
    /// The task.
    pub task: Task,
}

/// The task of an action. Large, rare tasks are boxed, so that decisions without an action stay
/// small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Send this message to the customer.
    Send(Reminder),
    /// Close the ticket.
    Close(Box<ClosePackage>),
    /// Notify the people in charge.
    Notify(Notification),
    /// Open the ticket again.
    Reopen(Reopening),
    /// Open a new ticket that is linked to this one.
    OpenLinked(Reopening),
    /// Take these steps after a close by somebody else.
    AfterClose(AfterClose),
    /// Answer an occurrence.
    Reply(Box<AutomaticReply>),
}

/// A reminder to a silent customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Its number in the cycle, from 1.
    pub number: u32,
    /// How many reminders the rule has.
    pub of: u32,
    /// The message. Boxed, because decisions are moved more often than they send.
    pub message: Box<Outgoing>,
}

/// A message to send, without anything that the channel cannot show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The text, with all placeholders filled in.
    pub text: String,
    /// The language of the text, if the policy names it.
    pub language: Option<String>,
    /// Who sees it.
    pub audience: Audience,
    /// The template to send instead of the text, outside the channel's window.
    pub template: Option<Template>,
    /// An image that goes with the text.
    pub image: Option<Image>,
    /// The quick replies.
    pub quick_replies: Vec<QuickReply>,
}

/// Who sees a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The customer.
    Customer,
    /// The people in charge: an internal note.
    PeopleInCharge,
}

/// A message template that the channel has approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its name on the channel.
    pub name: String,
    /// Its language on the channel.
    pub language: Option<String>,
    /// The values of its parameters.
    pub parameters: Vec<String>,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its address.
    pub url: String,
    /// Its description in words.
    pub alternative: String,
}

/// A quick reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuickReply {
    /// The id by which the customer's choice is recognised.
    pub id: &'static str,
    /// The text of the button.
    pub title: String,
}

/// The reaction to an occurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutomaticReply {
    /// The name of the occurrence.
    pub event: &'static str,
    /// The message to send.
    pub message: Option<Box<Outgoing>>,
    /// What happens to a missed call.
    pub missed_call: MissedCall,
}

/// What happens to a missed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissedCall {
    /// Nothing.
    Nothing,
    /// It is recorded on the open ticket.
    OnTicket,
    /// A ticket is opened for it.
    NewTicket,
}

/// Everything that belongs to a close (docs/rules.md#close-package).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosePackage {
    /// The reason that is stored with the close, and the flow's exit.
    pub reason: &'static str,
    /// The notice in the conversation.
    pub notice: String,
    /// A last message to the customer.
    pub closing_text: Option<Box<Outgoing>>,
    /// The code of the reason why the policy's closing text is not sent.
    pub silent_because: Option<&'static str>,
    /// The category of the closing note.
    pub category: String,
    /// The facts of the closing note.
    pub summary: String,
    /// Tags to put on the ticket.
    pub tags: Vec<String>,
    /// Whether required metadata was missing and ignored.
    pub incomplete_metadata: bool,
    /// The steps that follow.
    pub then: AfterClose,
}

/// The reason that is stored with a close for inactivity, and the name of the flow's exit.
pub const CUSTOMER_INACTIVITY: &str = "customer-inactivity";
/// The same for a close that the customer requested.
pub const CUSTOMER_RESOLVED: &str = "customer-resolved";

/// The code of the notification about a customer who waits for the company.
pub(crate) const COMPANY_SILENT: &str = "company-silent";

/// The steps that follow a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AfterClose {
    /// Who closed the ticket.
    pub source: Source,
    /// Whether the agent is unassigned.
    pub unassign: bool,
    /// Whether the bot is switched on again for this customer.
    pub bot_on: bool,
    /// Whether the customer gets a survey.
    pub survey: Survey,
}

/// Whether the customer gets a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survey {
    /// None.
    No,
    /// Now.
    Now,
    /// Later.
    Later,
}

/// A notification to the people in charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// A stable code.
    pub code: &'static str,
    /// The text.
    pub text: String,
}

/// How a conversation continues after its ticket was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopening {
    /// Whether the customer had written before the close.
    pub premature: bool,
    /// The agent who had the ticket.
    pub agent: Option<String>,
    /// When the customer wrote.
    pub customer_wrote: Instant,
    /// When the ticket was closed.
    pub closed: Instant,
}

/// The reason for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A reminder is due or is the next step.
    Reminder(u32),
    /// The close is due or is the next step.
    Close,
    /// The close waits because the customer is typing.
    CustomerTyping,
    /// The close is held back because required metadata is missing.
    IncompleteMetadata,
    /// The customer had written before the close.
    PrematureClose,
    /// The customer wrote after the close.
    LateReply,
    /// Somebody else closed the ticket, and steps follow.
    ClosedByOther,
    /// The ticket is closed.
    AlreadyClosed,
    /// The ticket is merged or deleted.
    NotOpen,
    /// The ticket has this status, which the contract does not know.
    UnknownStatus(String),
    /// The policy is switched off.
    SwitchedOff,
    /// The department has no rule.
    NoRule,
    /// The department's rule is switched off.
    RuleOff,
    /// The ticket has this exemption tag.
    Exempt(String),
    /// No agent has answered since the ticket opened.
    NotAnswered,
    /// The customer wrote last.
    CompanyTurn,
    /// Reopened; waits for the customer to write.
    ReopenedAwaitsCustomer,
    /// Reopened; waits for an agent to write.
    ReopenedAwaitsAgent,
    /// The cycle began before the activation of the policy.
    BeforeActivation,
    /// The cycle began before the activation and waits for its time in the backlog.
    Backlog,
    /// On hold.
    OnHold,
    /// Snoozed.
    Snoozed,
    /// A call is going on.
    OnCall,
    /// In the queue, without an agent.
    InQueue,
    /// This reminder could not be sent.
    ReminderFailed(u32),
    /// This reminder could not be sent because the customer has blocked the account or no longer
    /// exists.
    CustomerBlocked(u32),
    /// The close could not be carried out.
    CloseFailed,
    /// All steps of the rule were taken.
    NothingLeft,
    /// An automatic reply answers an occurrence.
    AutomaticReply(&'static str),
    /// The customer said that the matter is settled.
    CustomerResolved,
    /// Several people write, and the policy exempts groups.
    GroupConversation,
    /// StepDelays for the sending window.
    OutsideSendingWindow,
    /// The limit of messages to the customer is reached.
    OverBudget,
    /// This reminder is tried again.
    Retry(u32),
    /// This reminder cannot be sent outside the channel's window.
    OutsideChannelWindow(u32),
    /// The customer wants no automatic messages.
    OptedOut,
    /// The visitor has left the chat.
    VisitorLeft,
    /// The customer has waited for the company too long.
    CompanySilent,
}

impl Reason {
    /// The stable kebab-case code, as in the contract. Reasons that differ only in their texts
    /// share one.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Reason::Reminder(_) => "reminder",
            Reason::Close => "close",
            Reason::CustomerTyping => "customer-typing",
            Reason::IncompleteMetadata => "incomplete-metadata",
            Reason::PrematureClose => "premature-close",
            Reason::LateReply => "late-reply",
            Reason::ClosedByOther => "closed-by-other",
            Reason::AlreadyClosed => "already-closed",
            Reason::NotOpen | Reason::UnknownStatus(_) => "not-open",
            Reason::SwitchedOff => "switched-off",
            Reason::NoRule => "no-rule",
            Reason::RuleOff => "rule-off",
            Reason::Exempt(_) => "exempt",
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
            Reason::ReminderFailed(_) | Reason::CustomerBlocked(_) => "reminder-failed",
            Reason::CloseFailed => "close-failed",
            Reason::NothingLeft => "nothing-left",
            Reason::AutomaticReply(_) => "automatic-reply",
            Reason::CustomerResolved => "customer-resolved",
            Reason::GroupConversation => "group-conversation",
            Reason::OutsideSendingWindow => "outside-sending-window",
            Reason::OverBudget => "over-budget",
            Reason::Retry(_) => "retry",
            Reason::OutsideChannelWindow(_) => "outside-channel-window",
            Reason::OptedOut => "opted-out",
            Reason::VisitorLeft => "visitor-left",
            Reason::CompanySilent => "company-silent",
        }
    }
}
