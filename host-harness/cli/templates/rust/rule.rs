//! The rule: its settings, and the one place that decides.

use serde_json::Value;

use crate::bindings::exports::despertador::inactivity::types::*;
use crate::memory::{END_OF_TIME, Failed, Pause, Remembered};

/// A minute in milliseconds.
pub const MINUTE: Instant = 60_000;
/// 90 days.
const MINUTES_MAX: u64 = 129_600;
const KEYS: [&str; 4] = ["enabled", "remind-after-minutes", "remind-text", "close-after-minutes"];

/// The policy.
#[derive(Default)]
pub struct Settings {
    enabled: bool,
    remind_after: Instant,
    remind_text: String,
    close_after: Instant,
}

impl Settings {
    /// Reads the policy's JSON, or says all of its problems at once.
    pub fn read(config: &str) -> Result<Self, Vec<Diagnostic>> {
        let policy: Value = serde_json::from_str(config).map_err(|error| {
            let text = format!("the policy is no JSON: {error}");
            vec![problem("invalid-json", "", &text, "correct it at this place")]
        })?;
        let keys = KEYS.join(", ");
        let Some(policy) = policy.as_object() else {
            let help = format!("write an object with {keys}");
            return Err(vec![problem("wrong-type", "", "the policy is no JSON object", &help)]);
        };
        // What a host passes for an account that has no policy yet is one of these.
        if policy.get("enabled") == Some(&Value::Bool(false)) {
            return Ok(Self::default());
        }
        let mut problems = Vec::new();
        for key in policy.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let text = format!("`{key}` is not a key of this policy");
            problems.push(problem("unknown-key", key, &text, &format!("use {keys}")));
        }
        let mut minutes = |key: &str| {
            let found = policy.get(key).and_then(Value::as_u64);
            let found = found.filter(|minutes| (1..=MINUTES_MAX).contains(minutes));
            if found.is_none() {
                let text = format!("`{key}` is not a number of minutes");
                let help = format!("write a whole number from 1 to {MINUTES_MAX}");
                problems.push(problem("not-a-time", key, &text, &help));
            }
            found.and_then(|minutes| Instant::try_from(minutes).ok()).unwrap_or(0) * MINUTE
        };
        let remind_after = minutes("remind-after-minutes");
        let close_after = minutes("close-after-minutes");
        let text = policy.get("remind-text").and_then(Value::as_str).unwrap_or_default();
        if text.trim().is_empty() {
            let help = "write what the customer is to read";
            problems.push(problem("empty-text", "remind-text", "the reminder has no text", help));
        }
        if problems.is_empty() && remind_after >= close_after {
            let text = "the close is not after the reminder";
            let help = "close later, or remind sooner";
            let code = "reminder-not-before-close";
            problems.push(problem(code, "close-after-minutes", text, help));
        }
        if problems.is_empty() {
            Ok(Self { enabled: true, remind_after, remind_text: text.into(), close_after })
        } else {
            Err(problems)
        }
    }

    /// The policy as a table.
    pub fn outline(&self, start: Instant) -> Outline {
        if !self.enabled {
            return Outline { version: String::new(), enabled: false, rules: Vec::new() };
        }
        let duration = |instant: Instant| u64::try_from(instant).unwrap_or(0);
        let gap = self.close_after - self.remind_after;
        let reminder = StepOutline {
            step: Step::Reminder(1),
            after: duration(self.remind_after),
            before_close: Some(duration(gap)),
            at: start + self.remind_after,
        };
        let close = StepOutline {
            step: Step::Close,
            after: duration(gap),
            before_close: Some(0),
            at: start + self.close_after,
        };
        let rule = RuleOutline {
            name: "Silent customers".into(),
            departments: None,
            enabled: true,
            count_from: "last-agent-message".into(),
            business_hours: None,
            sending_window: None,
            close_after: Some(duration(self.close_after)),
            accumulated: duration(self.remind_after),
            steps: vec![reminder, close],
        };
        Outline { version: String::new(), enabled: true, rules: vec![rule] }
    }

    fn reminder(&self) -> Task {
        let message = Outgoing {
            text: self.remind_text.clone(),
            language: None,
            audience: Audience::Customer,
            template: None,
            image: None,
            quick_replies: Vec::new(),
        };
        Task::Send(Reminder { number: 1, of: 1, message })
    }

    fn close(&self, ticket: &Ticket) -> Task {
        let minutes = self.close_after / MINUTE;
        Task::Close(ClosePackage {
            reason: "customer-inactivity".into(),
            notice: "Ticket closed for inactivity".into(),
            closing_text: None,
            silent_because: None,
            note: ClosingNote {
                category: "Customer inactivity".into(),
                summary: format!("No answer for {minutes} minutes; one reminder was sent."),
            },
            tags: Vec::new(),
            incomplete_metadata: ticket.incomplete_metadata,
            exit: "customer-inactivity".into(),
            then: AfterClose {
                source: Source::Inactivity,
                unassign: false,
                bot_on: false,
                survey: Survey::No,
            },
        })
    }
}

fn problem(code: &str, key: &str, text: &str, help: &str) -> Diagnostic {
    let wording = Wording { language: "en".into(), text: text.into(), help: help.into() };
    let place = if key.is_empty() { String::new() } else { format!("/{key}") };
    Diagnostic { code: code.into(), severity: Severity::Error, place, wordings: vec![wording] }
}

/// What is due now. The only place that decides.
pub fn decide(
    settings: &Settings,
    ticket: &Ticket,
    remembered: &Remembered,
    now: Instant,
) -> Decision {
    if !settings.enabled {
        return rest(Reason::SwitchedOff);
    }
    if remembered.closed || matches!(ticket.status, TicketStatus::Closed) {
        return rest(Reason::AlreadyClosed);
    }
    if !matches!(ticket.status, TicketStatus::Open) {
        return rest(Reason::NotOpen);
    }
    if ticket.group {
        return rest(Reason::GroupConversation);
    }
    if ticket.opted_out {
        return rest(Reason::OptedOut);
    }
    let Some(since) = remembered.since else {
        return rest(if remembered.cycle == 0 { Reason::NotAnswered } else { Reason::CompanyTurn });
    };
    if let Some(pause) = remembered.pauses.first() {
        return rest(match pause {
            Pause::Hold => Reason::OnHold,
            Pause::Snooze => Reason::Snoozed,
            Pause::Call => Reason::OnCall,
            Pause::Queue => Reason::InQueue,
        });
    }
    match remembered.failed {
        Some(Failed::Reminder) => return rest(Reason::ReminderFailed(1)),
        Some(Failed::Close) => return rest(Reason::CloseFailed),
        None => {}
    }
    let gap = settings.close_after - settings.remind_after;
    let (step, after) = match remembered.reminded {
        None => (Step::Reminder(1), since + settings.remind_after),
        // The close never comes sooner after the reminder than the policy promises.
        Some(reminded) => (Step::Close, (since + settings.close_after).max(reminded + gap)),
    };
    let due = after.max(remembered.not_before);
    if due > END_OF_TIME {
        return rest(Reason::NothingLeft);
    }
    let is_close = matches!(step, Step::Close);
    let reason = if is_close { Reason::Close } else { Reason::Reminder(1) };
    if now < due {
        return Decision { outcome: Outcome::Wait(Wake { until: due, step }), reason, rule: Some(0) };
    }
    if !is_close && ticket.window_until.is_some_and(|until| now >= until) {
        return rest(Reason::OutsideChannelWindow(1));
    }
    let task = if is_close { settings.close(ticket) } else { settings.reminder() };
    let key = ActionKey { ticket: ticket.id.clone(), cycle: remembered.cycle, step };
    Decision { outcome: Outcome::Act(Action { key, due, task }), reason, rule: Some(0) }
}

fn rest(reason: Reason) -> Decision {
    Decision { outcome: Outcome::Rest, reason, rule: None }
}

/// A decision in words.
pub fn sentence(decision: &Decision, now: Instant) -> String {
    match (&decision.outcome, &decision.reason) {
        (Outcome::Act(_), Reason::Close) => "The ticket is closed now.".into(),
        (Outcome::Act(_), _) => "The reminder is sent now.".into(),
        (Outcome::Wait(wake), reason) => {
            let minutes = (wake.until - now + MINUTE - 1) / MINUTE;
            let step = if matches!(reason, Reason::Close) { "close" } else { "reminder" };
            format!("Nothing for {minutes} min; then the {step} is due.")
        }
        (_, reason) => {
            let reason = format!("{reason:?}");
            format!("Nothing is done: {}.", reason.trim_start_matches("Reason::"))
        }
    }
}
