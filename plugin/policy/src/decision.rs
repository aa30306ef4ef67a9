//! The answer to a call: what is to be done, and why.

use crate::event::Source;
use crate::instant::Instant;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// What is to be done, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What is to be done.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// The rule that applied, by its place in the policy.
    pub rule: Option<u32>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Carry this out now.
    Act(Action),
    /// Nothing until this instant, when the step becomes due.
    Wait(Instant, Step),
    /// Nothing until something happens.
    Rest,
}

/// A step of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The reminder with this number, from 1.
    Reminder(u32),
    /// The close.
    Close,
    /// Telling the people in charge that the close is held back.
    Notify,
    /// Opening the closed ticket again.
    Reopen,
    /// Opening a new ticket, linked to the closed one.
    OpenLinked,
    /// The steps after a close that somebody else made.
    AfterClose,
    /// The close that the customer asked for.
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
    /// The step; none for a word that this version does not know.
    pub step: Option<Step>,
}

/// What the host is asked to do. With the ticket's id, cycle and step are the idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The cycle, from 1.
    pub cycle: u32,
    /// The step.
    pub step: Step,
    /// The deadline that passed.
    pub due: Instant,
    /// What is to be done.
    pub task: Task,
}

/// What is to be done. What is large and seldom is boxed, so that the many decisions that do nothing
/// stay small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Send this message to the customer.
    Send(Reminder),
    /// Close the ticket.
    Close(Box<ClosePackage>),
    /// Tell the people in charge.
    Notify(Notification),
    /// Open the ticket again.
    Reopen(Reopening),
    /// Open a new ticket, linked to this one.
    OpenLinked(Reopening),
    /// Do these steps after a close that somebody else made.
    AfterClose(AfterClose),
    /// Answer something that occurred.
    Reply(Box<AutomaticReply>),
}

/// A message because of silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Its number in the cycle, from 1.
    pub number: u32,
    /// How many reminders the rule has.
    pub of: u32,
    /// What to send. Boxed, as every message is: a decision is moved more often than it sends.
    pub message: Box<Outgoing>,
}

/// A message to be sent, without what the channel cannot show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The words, every placeholder filled in.
    pub text: String,
    /// The language of the text, where the policy names it.
    pub language: Option<String>,
    /// For whose eyes it is.
    pub audience: Audience,
    /// What is sent instead of the words, outside of the channel's window.
    pub template: Option<Template>,
    /// A picture that goes with the words.
    pub image: Option<Image>,
    /// Answers offered for choice.
    pub quick_replies: Vec<QuickReply>,
}

/// For whose eyes a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The customer.
    Customer,
    /// The people in charge: an internal note.
    PeopleInCharge,
}

/// A message that the channel has approved beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its name at the channel.
    pub name: String,
    /// Its language at the channel.
    pub language: Option<String>,
    /// The values of its parameters.
    pub parameters: Vec<String>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Where it is.
    pub url: String,
    /// What it shows, in words.
    pub alternative: String,
}

/// An answer that the customer can choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuickReply {
    /// What the customer's choice is known by.
    pub id: &'static str,
    /// What the button says.
    pub title: String,
}

/// What follows something that occurred, in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutomaticReply {
    /// The name of what is answered.
    pub event: &'static str,
    /// What to send.
    pub message: Option<Box<Outgoing>>,
    /// What becomes of a missed call.
    pub missed_call: MissedCall,
}

/// What becomes of a missed call.
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
    /// The reason it is stored with, and the flow's exit.
    pub reason: &'static str,
    /// What the conversation shows.
    pub notice: String,
    /// A last message to the customer.
    pub closing_text: Option<Box<Outgoing>>,
    /// Why the policy's last message is not sent: the code of a reason.
    pub silent_because: Option<&'static str>,
    /// The category of the closing note.
    pub category: String,
    /// The facts of the closing note.
    pub summary: String,
    /// Tags to put on the ticket.
    pub tags: Vec<String>,
    /// Whether something that closing normally demands was missing and ignored.
    pub incomplete_metadata: bool,
    /// What follows.
    pub then: AfterClose,
}

/// The reason that a close for inactivity is stored with, and the name of the flow's exit.
pub const CUSTOMER_INACTIVITY: &str = "customer-inactivity";
/// The same for a close that the customer asked for.
pub const CUSTOMER_RESOLVED: &str = "customer-resolved";

/// Why the people in charge are told of a customer who waits for the company.
pub(crate) const COMPANY_SILENT: &str = "company-silent";

/// What follows a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AfterClose {
    /// Who closed.
    pub source: Source,
    /// Whether the agent is taken off the ticket.
    pub unassign: bool,
    /// Whether the bot answers this customer again.
    pub bot_on: bool,
    /// Whether the customer is asked how it was.
    pub survey: Survey,
}

/// Whether the customer is asked how it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survey {
    /// Not asked.
    No,
    /// Asked now.
    Now,
    /// Asked later.
    Later,
}

/// Something that the people in charge must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// A stable code.
    pub code: &'static str,
    /// The same as a sentence.
    pub text: String,
}

/// How a conversation goes on after its ticket was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopening {
    /// Whether the customer had in truth written before the close.
    pub premature: bool,
    /// The agent who had the ticket.
    pub agent: Option<String>,
    /// When the customer wrote.
    pub customer_wrote: Instant,
    /// When the ticket was closed.
    pub closed: Instant,
}

/// Why a decision is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A reminder is due or is the next step.
    Reminder(u32),
    /// The close is due or is the next step.
    Close,
    /// The close waits while the customer types.
    CustomerTyping,
    /// The close is held back because something it demands is missing.
    IncompleteMetadata,
    /// The customer had written before the close.
    PrematureClose,
    /// The customer wrote after the close.
    LateReply,
    /// Somebody else closed the ticket and steps follow.
    ClosedByOther,
    /// The ticket is closed.
    AlreadyClosed,
    /// The ticket is merged or deleted.
    NotOpen,
    /// The ticket is of this status, which has no word in the contract.
    UnknownStatus(String),
    /// The policy is switched off.
    SwitchedOff,
    /// No rule for the department.
    NoRule,
    /// The department's rule is switched off.
    RuleOff,
    /// The ticket has this exemption tag.
    Exempt(String),
    /// No agent has answered since the ticket opened.
    NotAnswered,
    /// The customer wrote last.
    CompanyTurn,
    /// Reopened: waits for the customer to write.
    ReopenedAwaitsCustomer,
    /// Reopened: waits for an agent to write.
    ReopenedAwaitsAgent,
    /// The cycle began before the policy was switched on.
    BeforeActivation,
    /// The cycle began before that and takes its turn in the backlog.
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
    /// This reminder could not be sent, because the customer has blocked us or is gone.
    CustomerBlocked(u32),
    /// The close could not be carried out.
    CloseFailed,
    /// Every step of the rule was taken.
    NothingLeft,
    /// Something occurred that an automatic reply answers.
    AutomaticReply(&'static str),
    /// The customer said that the matter is settled.
    CustomerResolved,
    /// Several people write, and the policy exempts groups.
    GroupConversation,
    /// Waits for the sending window.
    OutsideSendingWindow,
    /// The customer has been sent enough messages.
    OverBudget,
    /// This reminder is tried again.
    Retry(u32),
    /// This reminder cannot be sent outside of the channel's window.
    OutsideChannelWindow(u32),
    /// The customer wants no automatic messages.
    OptedOut,
    /// The visitor has left the chat.
    VisitorLeft,
    /// The customer has waited for the company too long.
    CompanySilent,
}

impl Reason {
    /// Its stable kebab-case code, as in the contract. Reasons that differ only in their sentences
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
