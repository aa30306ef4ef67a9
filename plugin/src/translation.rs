//! Converts between the contract's types and the policy's.
//!
//! This file refers to the contract's types only as `super::contract`, so that it can be compiled a
//! second time against the host's side of the contract. That build runs the policy without a
//! sandbox, to compare it with the component.

use super::contract as wit;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use despertador_policy as policy;
use policy::{Memory, Policy};

/// The contract that this plugin was built for.
const CONTRACT: &str = "despertador:inactivity@0.2.0";
/// Maximum length of a ticket id, in bytes.
const TICKET_ID_BYTES_MAX: usize = 512;
/// Maximum number of tags of a ticket.
const TAGS_MAX: usize = 1_000;
/// Maximum number of sent messages in the facts.
const SENT_MAX: usize = 64;

/// The plugin's description of itself, with this version. A plugin that is based on this one replaces
/// its name.
pub fn describe(version: &str) -> wit::Description {
    let limit = |name: &str, most: usize| (name.into(), u64::try_from(most).unwrap_or(u64::MAX));
    wit::Description {
        name: "despertador".into(),
        version: version.into(),
        contract: CONTRACT.into(),
        memory_version: policy::MEMORY_VERSION.into(),
        languages: policy::Language::ALL.map(|l| l.code().into()).into(),
        limits: vec![
            limit("config-bytes", policy::CONFIG_BYTES_MAX),
            limit("rules", policy::RULES_MAX),
            limit("reminders-per-rule", policy::REMINDERS_MAX),
            limit("ticket-id-bytes", TICKET_ID_BYTES_MAX),
            limit("ticket-tags", TAGS_MAX),
            limit("ticket-sent-to-customer", SENT_MAX),
        ],
    }
}

/// Parses a config; the policy comes with its warnings.
///
/// # Errors
///
/// All problems of the config.
pub fn parse(
    config: &str,
    surroundings: &wit::Surroundings,
) -> Result<(Policy, Vec<wit::Diagnostic>), Vec<wit::Diagnostic>> {
    let surroundings = policy::Surroundings {
        departments: surroundings.departments.as_deref(),
        tick_resolution: policy::Span::from_millis(surroundings.tick_resolution),
        exit: match surroundings.inactivity_exit {
            wit::ExitState::Linked => policy::Exit::Linked,
            wit::ExitState::NotLinked => policy::Exit::NotLinked,
            wit::ExitState::NotSupported => policy::Exit::NotSupported,
            wit::ExitState::Unknown | wit::ExitState::Other(_) => policy::Exit::Unknown,
        },
    };
    let all = |problems: Vec<policy::Diagnostic>| problems.iter().map(diagnostic).collect();
    match Policy::parse(config, &surroundings) {
        Ok((policy, warnings)) => Ok((policy, all(warnings))),
        Err(problems) => Err(all(problems)),
    }
}

fn diagnostic(problem: &policy::Diagnostic) -> wit::Diagnostic {
    let wording = |language: policy::Language| wit::Wording {
        language: language.code().into(),
        text: problem.text(language),
        help: problem.help(language),
    };
    wit::Diagnostic {
        code: problem.code.name().into(),
        severity: match problem.code.severity() {
            policy::Severity::Error => wit::Severity::Error,
            policy::Severity::Warning => wit::Severity::Warning,
        },
        place: problem.place.clone(),
        wordings: policy::Language::ALL.map(wording).into(),
    }
}

/// The policy as a table, for a clock that starts at an instant.
pub fn outline(asked: &Policy, start: i64) -> wit::Outline {
    let start = policy::Instant::from_millis(start).unwrap_or(policy::Instant::MIN);
    let outline = asked.outline(start);
    let step_outline = |s: policy::StepOutline| wit::StepOutline {
        step: step(s.step),
        after: s.after.millis(),
        before_close: s.before_close.map(policy::Span::millis),
        at: s.at.millis(),
    };
    let rule_outline = |rule: policy::RuleOutline| wit::RuleOutline {
        name: rule.name,
        departments: rule.departments,
        enabled: rule.enabled,
        count_from: rule.count_from.into(),
        business_hours: rule.business_hours,
        sending_window: rule.sending_window,
        close_after: rule.close_after.map(policy::Span::millis),
        accumulated: rule.accumulated.millis(),
        steps: rule.steps.into_iter().map(step_outline).collect(),
    };
    wit::Outline {
        version: outline.version,
        enabled: outline.enabled,
        rules: outline.rules.into_iter().map(rule_outline).collect(),
    }
}

/// Records a message and decides.
///
/// # Errors
///
/// The facts, the memory or an instant cannot be used.
pub fn on_message(
    asked: &Policy,
    ticket: &wit::Ticket,
    bytes: wit::Memory,
    message: &wit::Message,
) -> Result<wit::Update, wit::Fault> {
    check_limits(ticket)?;
    let facts = facts(ticket, ticket.window_until.map(instant).transpose()?);
    let mut memory = Memory::default();
    read_memory(&mut memory, &bytes)?;
    let message = policy::Message {
        stamp: stamp(message.id.as_deref(), message.sequence, message.at, message.received_at)?,
        author: match message.author {
            wit::Author::Customer => policy::Author::Customer,
            wit::Author::Agent => policy::Author::Agent,
            wit::Author::AiAgent => policy::Author::AiAgent,
            wit::Author::Bot | wit::Author::Other(_) => policy::Author::Bot,
        },
        kind: match &message.kind {
            wit::MessageKind::Text
            | wit::MessageKind::Media
            | wit::MessageKind::Sticker
            | wit::MessageKind::Location => policy::Kind::Spoken,
            wit::MessageKind::MenuAnswer => policy::Kind::MenuAnswer,
            wit::MessageKind::Reaction => policy::Kind::Reaction,
            wit::MessageKind::PrivateNote
            | wit::MessageKind::Label
            | wit::MessageKind::Edit
            | wit::MessageKind::Receipt => policy::Kind::Silent,
            wit::MessageKind::Other(kind) => match kind.as_str() {
                "deleted" => policy::Kind::Silent,
                "survey-answer" => policy::Kind::SurveyAnswer,
                _ => policy::Kind::Unknown,
            },
        },
        origin: match message.origin {
            wit::Origin::Written => policy::Origin::Written,
            wit::Origin::AutomaticReply
            | wit::Origin::Automation
            | wit::Origin::Echo
            | wit::Origin::Other(_) => policy::Origin::Automatic,
        },
        text: message.text.as_deref(),
        choice: message.choice.as_deref(),
    };
    let (changed, decided) = asked.on_message(&facts, &mut memory, &message);
    Ok(update(changed, bytes, &memory, decided, ticket))
}

/// Records an event and decides.
///
/// # Errors
///
/// The facts, the memory or an instant cannot be used, or an action key is another ticket's.
pub fn on_event(
    asked: &Policy,
    ticket: &wit::Ticket,
    bytes: wit::Memory,
    event: &wit::Event,
) -> Result<wit::Update, wit::Fault> {
    check_limits(ticket)?;
    let facts = facts(ticket, ticket.window_until.map(instant).transpose()?);
    let mut memory = Memory::default();
    read_memory(&mut memory, &bytes)?;
    let event = policy::Event {
        stamp: stamp(event.id.as_deref(), event.sequence, event.at, event.received_at)?,
        what: happening(&event.what, ticket)?,
    };
    let (changed, decided) = asked.on_event(&facts, &mut memory, &event);
    Ok(update(changed, bytes, &memory, decided, ticket))
}

/// Decides; nothing is recorded.
///
/// # Errors
///
/// The facts, the memory or the instant cannot be used.
pub fn on_tick(
    asked: &Policy,
    ticket: &wit::Ticket,
    bytes: &[u8],
    now: i64,
) -> Result<wit::Decision, wit::Fault> {
    check_limits(ticket)?;
    let facts = facts(ticket, ticket.window_until.map(instant).transpose()?);
    let mut memory = Memory::default();
    read_memory(&mut memory, bytes)?;
    let decided = asked.decide(&facts, &memory, instant(now)?);
    Ok(decision(decided, ticket))
}

/// Decides and says why.
///
/// # Errors
///
/// The facts, the memory or the instant cannot be used.
pub fn explain(
    asked: &Policy,
    ticket: &wit::Ticket,
    bytes: &[u8],
    now: i64,
    reader: &wit::Reader,
) -> Result<wit::Explanation, wit::Fault> {
    check_limits(ticket)?;
    let facts = facts(ticket, ticket.window_until.map(instant).transpose()?);
    let language = policy::Language::from_tag(&reader.language).unwrap_or(policy::Language::En);
    // No place is more than a day from UTC.
    let offset = reader.utc_offset.clamp(-1_440, 1_440);
    let mut memory = Memory::default();
    read_memory(&mut memory, bytes)?;
    let explained = asked.explain(&facts, &memory, instant(now)?, language, offset);
    let check = |c: policy::Check| wit::Check { code: c.code.into(), holds: c.holds, text: c.text };
    Ok(wit::Explanation {
        language: explained.language.code().into(),
        decision: decision(explained.decision, ticket),
        summary: explained.summary,
        checks: explained.checks.into_iter().map(check).collect(),
        history: explained.history,
    })
}

fn instant(millis: i64) -> Result<policy::Instant, wit::Fault> {
    policy::Instant::from_millis(millis).ok_or(wit::Fault::BadTime(millis))
}

/// Memories and facts are built in place, because moving them costs as much as deciding.
fn read_memory(memory: &mut Memory, bytes: &[u8]) -> Result<(), wit::Fault> {
    memory.read(bytes).map_err(|damage| match damage {
        policy::Damage::Damaged => wit::Fault::MemoryDamaged,
        policy::Damage::Newer(version) => wit::Fault::MemoryNewer(version.into()),
    })
}

fn check_limits(ticket: &wit::Ticket) -> Result<(), wit::Fault> {
    if ticket.id.len() > TICKET_ID_BYTES_MAX {
        return Err(wit::Fault::OverLimit("ticket-id-bytes".into()));
    }
    if ticket.tags.len() > TAGS_MAX {
        return Err(wit::Fault::OverLimit("ticket-tags".into()));
    }
    if ticket.sent_to_customer.as_ref().is_some_and(|sent| sent.len() > SENT_MAX) {
        return Err(wit::Fault::OverLimit("ticket-sent-to-customer".into()));
    }
    Ok(())
}

#[inline(always)]
fn facts(ticket: &wit::Ticket, window_until: Option<policy::Instant>) -> policy::Ticket<'_> {
    policy::Ticket {
        id: &ticket.id,
        status: match &ticket.status {
            wit::TicketStatus::Open => policy::Status::Open,
            wit::TicketStatus::Closed => policy::Status::Closed,
            wit::TicketStatus::Merged | wit::TicketStatus::Deleted => policy::Status::Gone,
            wit::TicketStatus::Other(status) => policy::Status::Unknown(status),
        },
        department: ticket.department.as_deref(),
        channel: match &ticket.channel {
            wit::Channel::Whatsapp => policy::Channel::Whatsapp,
            wit::Channel::Messenger => policy::Channel::Messenger,
            wit::Channel::Instagram => policy::Channel::Instagram,
            wit::Channel::Telegram => policy::Channel::Telegram,
            wit::Channel::AppleMessages => policy::Channel::AppleMessages,
            wit::Channel::Sms => policy::Channel::Sms,
            wit::Channel::Email => policy::Channel::Email,
            wit::Channel::WebChat => policy::Channel::WebChat,
            wit::Channel::MobileApp => policy::Channel::MobileApp,
            wit::Channel::Voice => policy::Channel::Voice,
            wit::Channel::Other(word) => policy::Channel::from_word(word),
        },
        tags: &ticket.tags,
        agent: ticket.agent.as_deref(),
        locale: ticket.locale.as_deref(),
        customer_zone: ticket.customer_zone.as_deref(),
        incomplete_metadata: ticket.incomplete_metadata,
        group: ticket.group,
        opted_out: ticket.opted_out,
        window_until,
        sent: ticket.sent_to_customer.as_deref().unwrap_or_default(),
        more: ticket.more.as_deref().unwrap_or_default(),
    }
}

fn stamp(
    id: Option<&str>,
    sequence: Option<u64>,
    at: i64,
    received_at: i64,
) -> Result<policy::Stamp<'_>, wit::Fault> {
    Ok(policy::Stamp { id, sequence, at: instant(at)?, received: instant(received_at)? })
}

fn happening<'a>(
    what: &'a wit::Happening,
    ticket: &wit::Ticket,
) -> Result<policy::Happening<'a>, wit::Fault> {
    use policy::PauseKind as Pause;
    use wit::Happening as H;
    Ok(match what {
        H::Opened(by) => policy::Happening::Opened(source(by)),
        H::CarriedOut(key) => policy::Happening::CarriedOut(action_key(key, ticket)?),
        H::Failed(failure) => policy::Happening::Failed(
            action_key(&failure.key, ticket)?,
            match failure.kind {
                wit::FailureKind::Blocked => policy::FailureKind::Blocked,
                wit::FailureKind::Unreachable => policy::FailureKind::Unreachable,
                wit::FailureKind::Refused | wit::FailureKind::Other(_) => {
                    policy::FailureKind::Refused
                }
            },
        ),
        H::Typing => policy::Happening::Typing,
        H::Held => policy::Happening::Paused(Pause::Hold, None),
        H::Released => policy::Happening::Resumed(Pause::Hold),
        H::Snoozed(until) => {
            policy::Happening::Paused(Pause::Snooze, until.map(instant).transpose()?)
        }
        H::Woken => policy::Happening::Resumed(Pause::Snooze),
        H::CallStarted => policy::Happening::Paused(Pause::Call, None),
        H::CallEnded => policy::Happening::Resumed(Pause::Call),
        H::Assigned(_) => policy::Happening::Resumed(Pause::Queue),
        H::Unassigned => policy::Happening::Paused(Pause::Queue, None),
        H::Transferred(to) if to.agent.is_some() => policy::Happening::Resumed(Pause::Queue),
        H::Transferred(_) => policy::Happening::Paused(Pause::Queue, None),
        H::Extended(by) => policy::Happening::Extended(policy::Span::from_millis(*by)),
        H::Closed(by) => policy::Happening::Closed(source(by)),
        H::Reopened(by) => policy::Happening::Reopened(source(by)),
        H::Occurred(what) => policy::Happening::Occurred(occurrence(what)),
        H::Other(word) => match word.as_str() {
            "visitor-left" => policy::Happening::VisitorLeft,
            "visitor-returned" => policy::Happening::VisitorReturned,
            word => match word.strip_prefix("message-undelivered:") {
                Some(id) => policy::Happening::Undelivered(id),
                None => policy::Happening::Unknown,
            },
        },
    })
}

fn occurrence(what: &wit::Occurrence) -> policy::Occurrence<'_> {
    let detail = |wanted: &str| {
        what.details.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    policy::Occurrence {
        name: &what.name,
        call: detail("call"),
        phase: detail("phase"),
        ticket_allowed: detail("ticket") != Some("not-allowed"),
    }
}

fn action_key<'a>(
    key: &'a wit::ActionKey,
    ticket: &wit::Ticket,
) -> Result<policy::Key<'a>, wit::Fault> {
    if key.ticket != ticket.id {
        return Err(wit::Fault::Other("the action key belongs to another ticket".into()));
    }
    let step = match key.step {
        wit::Step::Reminder(number) => Some(policy::Step::Reminder(number)),
        wit::Step::Close => Some(policy::Step::Close),
        wit::Step::Notify => Some(policy::Step::Notify),
        wit::Step::Reopen => Some(policy::Step::Reopen),
        wit::Step::OpenLinked => Some(policy::Step::OpenLinked),
        wit::Step::AfterClose => Some(policy::Step::AfterClose),
        wit::Step::Resolve => Some(policy::Step::Resolve),
        wit::Step::Reply(number) => Some(policy::Step::Reply(number)),
        wit::Step::Other(_) => None,
    };
    Ok(policy::Key { ticket: &key.ticket, cycle: key.cycle, step })
}

fn source(by: &wit::Source) -> policy::Source {
    match by {
        wit::Source::Agent => policy::Source::Agent,
        wit::Source::Customer => policy::Source::Customer,
        wit::Source::Inactivity => policy::Source::Inactivity,
        wit::Source::Flow => policy::Source::Flow,
        wit::Source::Api => policy::Source::Api,
        wit::Source::Other(_) => policy::Source::Other,
    }
}

fn update(
    changed: bool,
    bytes: wit::Memory,
    memory: &Memory,
    decided: policy::Decision,
    ticket: &wit::Ticket,
) -> wit::Update {
    let memory = if changed { memory.to_bytes() } else { bytes };
    wit::Update { memory, decision: decision(decided, ticket) }
}

fn decision(decided: policy::Decision, ticket: &wit::Ticket) -> wit::Decision {
    wit::Decision {
        outcome: match decided.outcome {
            policy::Outcome::Act(action) => wit::Outcome::Act(wit::Action {
                key: wit::ActionKey {
                    ticket: ticket.id.clone(),
                    cycle: action.cycle,
                    step: step(action.step),
                },
                due: action.due.millis(),
                task: task(action.task),
            }),
            policy::Outcome::Wait(until, next) => {
                wit::Outcome::Wait(wit::Wake { until: until.millis(), step: step(next) })
            }
            policy::Outcome::Rest => wit::Outcome::Rest,
        },
        reason: reason(decided.reason),
        rule: decided.rule,
    }
}

fn step(step: policy::Step) -> wit::Step {
    match step {
        policy::Step::Reminder(number) => wit::Step::Reminder(number),
        policy::Step::Close => wit::Step::Close,
        policy::Step::Notify => wit::Step::Notify,
        policy::Step::Reopen => wit::Step::Reopen,
        policy::Step::OpenLinked => wit::Step::OpenLinked,
        policy::Step::AfterClose => wit::Step::AfterClose,
        policy::Step::Resolve => wit::Step::Resolve,
        policy::Step::Reply(number) => wit::Step::Reply(number),
    }
}

#[inline(always)]
fn task(task: policy::Task) -> wit::Task {
    match task {
        policy::Task::Send(r) => wit::Task::Send(wit::Reminder {
            number: r.number,
            of: r.of,
            message: outgoing(*r.message),
        }),
        policy::Task::Close(package) => wit::Task::Close(close_package(*package)),
        policy::Task::Notify(n) => {
            wit::Task::Notify(wit::Notification { code: n.code.into(), text: n.text })
        }
        policy::Task::Reopen(r) => wit::Task::Reopen(reopening(r)),
        policy::Task::OpenLinked(r) => wit::Task::OpenLinked(reopening(r)),
        policy::Task::AfterClose(then) => wit::Task::AfterClose(after_close(then)),
        policy::Task::Reply(reply) => wit::Task::Reply(wit::AutomaticReply {
            event: reply.event.into(),
            message: reply.message.map(|message| outgoing(*message)),
            missed_call: match reply.missed_call {
                policy::MissedCall::Nothing => wit::MissedCall::Nothing,
                policy::MissedCall::OnTicket => wit::MissedCall::OnTicket,
                policy::MissedCall::NewTicket => wit::MissedCall::NewTicket,
            },
        }),
    }
}

fn outgoing(message: policy::Outgoing) -> wit::Outgoing {
    wit::Outgoing {
        text: message.text,
        language: message.language,
        audience: match message.audience {
            policy::Audience::Customer => wit::Audience::Customer,
            policy::Audience::PeopleInCharge => wit::Audience::PeopleInCharge,
        },
        template: message.template.map(|t| wit::Template {
            name: t.name,
            language: t.language,
            parameters: t.parameters,
        }),
        image: message.image.map(|i| wit::Image { url: i.url, alternative: i.alternative }),
        quick_replies: message
            .quick_replies
            .into_iter()
            .map(|reply| wit::QuickReply { id: reply.id.into(), title: reply.title })
            .collect(),
    }
}

fn close_package(package: policy::ClosePackage) -> wit::ClosePackage {
    wit::ClosePackage {
        reason: package.reason.into(),
        notice: package.notice,
        closing_text: package.closing_text.map(|message| outgoing(*message)),
        silent_because: package.silent_because.map(Into::into),
        note: wit::ClosingNote { category: package.category, summary: package.summary },
        tags: package.tags,
        incomplete_metadata: package.incomplete_metadata,
        exit: package.reason.into(),
        then: after_close(package.then),
    }
}

fn after_close(then: policy::AfterClose) -> wit::AfterClose {
    wit::AfterClose {
        source: match then.source {
            policy::Source::Agent => wit::Source::Agent,
            policy::Source::Customer => wit::Source::Customer,
            policy::Source::Inactivity => wit::Source::Inactivity,
            policy::Source::Flow => wit::Source::Flow,
            policy::Source::Api => wit::Source::Api,
            policy::Source::Other => wit::Source::Other(String::new()),
        },
        unassign: then.unassign,
        bot_on: then.bot_on,
        survey: match then.survey {
            policy::Survey::No => wit::Survey::No,
            policy::Survey::Now => wit::Survey::Now,
            policy::Survey::Later => wit::Survey::Later,
        },
    }
}

fn reopening(r: policy::Reopening) -> wit::Reopening {
    wit::Reopening {
        premature: r.premature,
        agent: r.agent,
        customer_wrote: r.customer_wrote.millis(),
        closed: r.closed.millis(),
    }
}

#[inline(always)]
fn reason(reason: policy::Reason) -> wit::Reason {
    use policy::Reason as R;
    match reason {
        R::Reminder(number) => wit::Reason::Reminder(number),
        R::Close => wit::Reason::Close,
        R::CustomerTyping => wit::Reason::CustomerTyping,
        R::IncompleteMetadata => wit::Reason::IncompleteMetadata,
        R::PrematureClose => wit::Reason::PrematureClose,
        R::LateReply => wit::Reason::LateReply,
        R::ClosedByOther => wit::Reason::ClosedByOther,
        R::AlreadyClosed => wit::Reason::AlreadyClosed,
        R::NotOpen | R::UnknownStatus(_) => wit::Reason::NotOpen,
        R::SwitchedOff => wit::Reason::SwitchedOff,
        R::NoRule => wit::Reason::NoRule,
        R::RuleOff => wit::Reason::RuleOff,
        R::Exempt(tag) => wit::Reason::Exempt(tag),
        R::NotAnswered => wit::Reason::NotAnswered,
        R::CompanyTurn => wit::Reason::CompanyTurn,
        R::ReopenedAwaitsCustomer => wit::Reason::ReopenedAwaitsCustomer,
        R::ReopenedAwaitsAgent => wit::Reason::ReopenedAwaitsAgent,
        R::BeforeActivation => wit::Reason::BeforeActivation,
        R::Backlog => wit::Reason::Backlog,
        R::OnHold => wit::Reason::OnHold,
        R::Snoozed => wit::Reason::Snoozed,
        R::OnCall => wit::Reason::OnCall,
        R::InQueue => wit::Reason::InQueue,
        R::ReminderFailed(number) | R::CustomerBlocked(number) => {
            wit::Reason::ReminderFailed(number)
        }
        R::CloseFailed => wit::Reason::CloseFailed,
        R::NothingLeft => wit::Reason::NothingLeft,
        R::AutomaticReply(event) => wit::Reason::AutomaticReply(event.into()),
        R::CustomerResolved => wit::Reason::CustomerResolved,
        R::GroupConversation => wit::Reason::GroupConversation,
        R::OutsideSendingWindow => wit::Reason::OutsideSendingWindow,
        R::OverBudget => wit::Reason::OverBudget,
        R::Retry(number) => wit::Reason::Retry(number),
        R::OutsideChannelWindow(number) => wit::Reason::OutsideChannelWindow(number),
        R::OptedOut => wit::Reason::OptedOut,
        // The contract has no case for these yet.
        R::VisitorLeft | R::CompanySilent => wit::Reason::Other(reason.code().into()),
    }
}
