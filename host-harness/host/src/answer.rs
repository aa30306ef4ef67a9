//! Checks of a plugin's answers, which are untrusted.
//!
//! The sandbox checks the types; this module checks what types cannot express. Every error names
//! the ticket and what is wrong with the answer.

use crate::options::Limits;
use despertador_contract::key;
use despertador_contract::{
    Action, Audience, Decision, Event, Explanation, Happening, Instant, Message, MissedCall,
    Outcome, Outgoing, Outline, Reason, Step, Task, Ticket, TicketStatus, Update,
};

/// The last instant of the year 9999.
const END_OF_TIME: Instant = 253_402_300_799_999;

/// Counts the bytes of an answer and checks the length of each text.
pub(crate) struct Sizes {
    bytes: usize,
    text_limit: usize,
    too_long: Option<&'static str>,
}

impl Sizes {
    fn new(limits: &Limits) -> Self {
        Self { bytes: 0, text_limit: limits.text_bytes, too_long: None }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    fn text(&mut self, name: &'static str, text: &str) {
        self.bytes = self.bytes.saturating_add(text.len());
        if text.len() > self.text_limit {
            self.too_long = Some(name);
        }
    }

    fn texts<'a>(&mut self, name: &'static str, texts: impl IntoIterator<Item = &'a String>) {
        texts.into_iter().for_each(|text| self.text(name, text));
    }

    fn checked(self) -> Result<Self, String> {
        match self.too_long {
            None => Ok(self),
            Some(name) => Err(format!(
                "the text `{name}` has more than {} bytes (`text_bytes`)",
                self.text_limit
            )),
        }
    }
}

/// Checks an update for a ticket and the instant of the call.
pub(crate) fn update(
    limits: &Limits,
    ticket: &Ticket,
    now: Instant,
    update: &Update,
) -> Result<Sizes, String> {
    if update.memory.len() > limits.memory_bytes {
        return Err(format!(
            "the new memory of ticket `{}` has {} bytes and may have {} (`memory_bytes`)",
            ticket.id,
            update.memory.len(),
            limits.memory_bytes
        ));
    }
    let mut sizes = decision(limits, ticket, now, &update.decision)?;
    sizes.bytes = sizes.bytes.saturating_add(update.memory.len());
    Ok(sizes)
}

/// Checks a decision for a ticket and the instant of the call.
pub(crate) fn decision(
    limits: &Limits,
    ticket: &Ticket,
    now: Instant,
    decision: &Decision,
) -> Result<Sizes, String> {
    match &decision.outcome {
        Outcome::Act(asked) => action(ticket, now, asked)?,
        Outcome::Wait(wake) if wake.until <= now => {
            return Err(format!(
                "ticket `{}` is to wait until {}, which is not after now, {now}",
                ticket.id, wake.until
            ));
        }
        Outcome::Wait(wake) if wake.until > END_OF_TIME => {
            return Err(format!(
                "ticket `{}` is to wait until {}, after the year 9999",
                ticket.id, wake.until
            ));
        }
        Outcome::Wait(wake) if !key::has_text(&wake.step) => {
            return Err(format!(
                "ticket `{}` is to wait for the step {:?}, which no action key can name",
                ticket.id, wake.step
            ));
        }
        Outcome::Wait(_) | Outcome::Rest | Outcome::Other(_) => {}
    }
    let mut sizes = Sizes::new(limits);
    decision_sizes(&mut sizes, decision);
    sizes.checked()
}

/// Checks an explanation for a ticket and the instant of the call.
pub(crate) fn explanation(
    limits: &Limits,
    ticket: &Ticket,
    now: Instant,
    explanation: &Explanation,
) -> Result<Sizes, String> {
    let mut sizes = decision(limits, ticket, now, &explanation.decision)?;
    sizes.text("language", &explanation.language);
    sizes.text("summary", &explanation.summary);
    for check in &explanation.checks {
        sizes.text("code", &check.code);
        sizes.text("text", &check.text);
    }
    sizes.texts("history", &explanation.history);
    sizes.checked()
}

/// Checks an outline.
pub(crate) fn outline(limits: &Limits, outline: &Outline) -> Result<Sizes, String> {
    let mut sizes = Sizes::new(limits);
    sizes.text("version", &outline.version);
    for rule in &outline.rules {
        sizes.text("name", &rule.name);
        sizes.text("count-from", &rule.count_from);
        sizes.texts("departments", rule.departments.iter().flatten());
        sizes.texts("business-hours", &rule.business_hours);
        sizes.texts("sending-window", &rule.sending_window);
        for step in &rule.steps {
            if let Step::Other(word) = &step.step {
                sizes.text("step", word);
            }
        }
    }
    sizes.checked()
}

fn action(ticket: &Ticket, now: Instant, action: &Action) -> Result<(), String> {
    let Action { key, due, task } = action;
    let wrong = |what: String| Err(format!("the action `{}` {what}", key::render(key)));
    if key.ticket != ticket.id {
        return wrong(format!("belongs to another ticket than `{}`", ticket.id));
    }
    if !key::has_text(&key.step) {
        return wrong(format!("asks for the step {:?}, which no action key can name", key.step));
    }
    if *due > now {
        return wrong(format!("is due at {due}, later than now, {now}"));
    }
    if *due < 0 {
        return wrong(format!("is due at {due}, before the year 1970"));
    }
    let step_of_task = match (task, &key.step) {
        (Task::Send(reminder), _) => Step::Reminder(reminder.number),
        (Task::Close(_), Step::Resolve) => Step::Resolve,
        (Task::Close(_), _) => Step::Close,
        (Task::Notify(_), _) => Step::Notify,
        (Task::Reopen(_), _) => Step::Reopen,
        (Task::OpenLinked(_), _) => Step::OpenLinked,
        (Task::AfterClose(_), _) => Step::AfterClose,
        (Task::Reply(_), Step::Reply(0)) => {
            return wrong("answers occurrence 0, which there cannot be".into());
        }
        (Task::Reply(_), Step::Reply(number)) => Step::Reply(*number),
        (Task::Reply(_), _) => return wrong("asks for the step of a reply".into()),
        // The host carries nothing out, so any step is valid.
        (Task::Other(_), _) => return Ok(()),
    };
    if key.step != step_of_task {
        return wrong(format!("asks for the step `{}`", key::render_step(&step_of_task)));
    }
    if let Some(problem) = outgoing(task).and_then(unfit) {
        return wrong(problem);
    }
    match task {
        Task::Send(reminder) => {
            if reminder.number == 0 || reminder.number > reminder.of {
                return wrong(format!(
                    "sends reminder {} of {}, which there cannot be",
                    reminder.number, reminder.of
                ));
            }
        }
        Task::Close(package) => {
            let texts = [
                ("reason", &package.reason),
                ("exit", &package.exit),
                ("notice", &package.notice),
                ("category", &package.note.category),
            ];
            if let Some((name, _)) = texts.iter().find(|(_, text)| text.is_empty()) {
                return wrong(format!("closes with an empty `{name}`"));
            }
        }
        _ => return Ok(()),
    }
    if !matches!(ticket.status, TicketStatus::Open) {
        return wrong("is for a ticket that is not open".into());
    }
    if key.cycle == 0 {
        return wrong("belongs to no cycle".into());
    }
    Ok(())
}

/// The message of a task, if it has one.
fn outgoing(task: &Task) -> Option<&Outgoing> {
    match task {
        Task::Send(reminder) => Some(&reminder.message),
        Task::Close(package) => package.closing_text.as_ref(),
        Task::Reply(reply) => reply.message.as_ref(),
        _ => None,
    }
}

/// Why a message cannot be sent.
fn unfit(message: &Outgoing) -> Option<String> {
    if message.text.is_empty() && matches!(message.audience, Audience::Customer) {
        return Some("sends an empty text".into());
    }
    let image = message.image.as_ref()?;
    let on_the_web = ["https://", "http://"].iter().any(|scheme| image.url.starts_with(scheme));
    (!on_the_web)
        .then(|| "sends an image whose `url` begins with neither `https://` nor `http://`".into())
}

fn decision_sizes(sizes: &mut Sizes, decision: &Decision) {
    match &decision.outcome {
        Outcome::Act(action) => action_sizes(sizes, action),
        Outcome::Wait(wake) => {
            if let Step::Other(word) = &wake.step {
                sizes.text("step", word);
            }
        }
        Outcome::Rest => {}
        Outcome::Other(word) => sizes.text("outcome", word),
    }
    match &decision.reason {
        Reason::Exempt(tag) => sizes.text("exempt", tag),
        Reason::AutomaticReply(name) => sizes.text("automatic-reply", name),
        Reason::Other(word) => sizes.text("reason", word),
        _ => {}
    }
}

fn action_sizes(sizes: &mut Sizes, action: &Action) {
    sizes.text("ticket", &action.key.ticket);
    if let Step::Other(word) = &action.key.step {
        sizes.text("step", word);
    }
    if let Some(message) = outgoing(&action.task) {
        outgoing_sizes(sizes, message);
    }
    match &action.task {
        Task::Send(_) | Task::AfterClose(_) => {}
        Task::Close(package) => {
            sizes.text("reason", &package.reason);
            sizes.text("notice", &package.notice);
            sizes.texts("silent-because", &package.silent_because);
            sizes.text("category", &package.note.category);
            sizes.text("summary", &package.note.summary);
            sizes.texts("tags", &package.tags);
            sizes.text("exit", &package.exit);
        }
        Task::Notify(notification) => {
            sizes.text("code", &notification.code);
            sizes.text("text", &notification.text);
        }
        Task::Reopen(reopening) | Task::OpenLinked(reopening) => {
            sizes.texts("agent", &reopening.agent);
        }
        Task::Reply(reply) => {
            sizes.text("event", &reply.event);
            if let MissedCall::Other(word) = &reply.missed_call {
                sizes.text("missed-call", word);
            }
        }
        Task::Other(word) => sizes.text("task", word),
    }
}

fn outgoing_sizes(sizes: &mut Sizes, message: &Outgoing) {
    sizes.text("text", &message.text);
    sizes.texts("language", &message.language);
    if let Audience::Other(word) = &message.audience {
        sizes.text("audience", word);
    }
    if let Some(template) = &message.template {
        sizes.text("template", &template.name);
        sizes.texts("template-language", &template.language);
        sizes.texts("parameters", &template.parameters);
    }
    if let Some(image) = &message.image {
        sizes.text("url", &image.url);
        sizes.text("alternative", &image.alternative);
    }
    for reply in &message.quick_replies {
        sizes.text("quick-reply", &reply.id);
        sizes.text("title", &reply.title);
    }
}

fn sum<const N: usize>(parts: [usize; N]) -> usize {
    parts.into_iter().fold(0, usize::saturating_add)
}

fn length(text: &Option<String>) -> usize {
    text.as_ref().map_or(0, String::len)
}

/// The bytes of named texts.
fn pairs(pairs: &[(String, String)]) -> usize {
    pairs.iter().map(|(name, value)| sum([name.len(), value.len()])).fold(0, usize::saturating_add)
}

/// The bytes of a ticket: its texts and its times.
pub(crate) fn ticket_size(ticket: &Ticket) -> usize {
    sum([
        ticket.id.len(),
        length(&ticket.department),
        ticket.tags.iter().map(String::len).fold(0, usize::saturating_add),
        length(&ticket.agent),
        length(&ticket.locale),
        length(&ticket.customer_zone),
        ticket.window_until.map_or(0, |_| size_of::<Instant>()),
        ticket.sent_to_customer.as_deref().map_or(0, size_of_val),
        ticket.more.as_deref().map_or(0, pairs),
    ])
}

/// The bytes of a message: its texts and its times.
pub(crate) fn message_size(message: &Message) -> usize {
    sum([
        length(&message.id),
        length(&message.text),
        length(&message.choice),
        size_of::<[Instant; 2]>(),
    ])
}

/// The bytes of an event: its texts and its times.
pub(crate) fn event_size(event: &Event) -> usize {
    let what = match &event.what {
        Happening::CarriedOut(key) => key.ticket.len(),
        Happening::Failed(failure) => failure.key.ticket.len(),
        Happening::Assigned(name) | Happening::Other(name) => name.len(),
        Happening::Transferred(to) => sum([length(&to.department), length(&to.agent)]),
        Happening::Occurred(occurrence) => sum([occurrence.name.len(), pairs(&occurrence.details)]),
        _ => 0,
    };
    sum([length(&event.id), what, size_of::<[Instant; 2]>()])
}
