//! What a platform says about a conversation, and the rows that the desk does not have yet.
//!
//! The same is heard several times: by a webhook, by another one in the wrong order, when the
//! conversation is read back, and by a sweep. [`rows`] compares it with what the desk knows, so
//! that hearing something again gives no row: messages and events have ids, and facts and states
//! are told only where they differ.

use despertador_contract::clock_face::{parse_rfc3339, show_rfc3339};
use despertador_contract::event_log::Row;
use despertador_contract::{
    ActionKey, Author, Call, Event, Happening, Instant, Message, Source, Ticket, TicketStatus,
    Transfer, facts, key,
};
use serde_json::{Map, Value, json};

/// The fact, in `more`, with the platform's state of the conversation.
pub const STATE_FACT: &str = "connect.state";

/// The fact, in `more`, that says how new the last heard state was.
pub const VERSION_FACT: &str = "connect.version";

/// What was heard of one conversation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heard {
    /// The platform's id of the conversation.
    pub conversation: String,
    /// Other ids under which the desk may know the conversation.
    pub aliases: Vec<String>,
    /// How new state and facts are, in milliseconds since 1970 by the platform's clock.
    pub version: Instant,
    /// Whether it was asked for just now: it then counts whatever its version is.
    pub is_read: bool,
    /// The state, if it is said.
    pub state: Option<State>,
    /// Facts in the contract's names, as far as they are said; `more` apart.
    pub facts: Map<String, Value>,
    /// Facts of `more`, which are added to the known ones.
    pub more: Vec<(String, String)>,
    /// What was said and done.
    pub items: Vec<Item>,
}

/// The state of a conversation on a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// People deal with it.
    Open,
    /// Put off, until an instant if there is one.
    Snoozed(Option<Instant>),
    /// Finished; by the action with this key, if it was ours.
    Closed(Option<ActionKey>),
    /// Deleted.
    Deleted,
    /// Another one, in which nothing is done: a bot has it.
    Other(&'static str),
}

/// A single thing that was heard.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A message; it has an id.
    Message(Message),
    /// An event.
    Event(Event),
    /// An action of ours has reached the platform.
    Arrived(ActionKey),
}

/// What the desk knows of a conversation.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The facts of its ticket.
    pub facts: &'a Ticket,
    /// The key of a close of ours that is on its way, if there is one: the platform may say «closed»
    /// before the desk knows that it was carried out.
    pub closing: Option<&'a str>,
}

impl Known<'_> {
    /// Whether «closed» may be the effect of our own close, whose report is still to come. When the
    /// conversation was read, the mark on it says whose close it was.
    fn is_own_close(&self, heard: &Heard, by: Option<&ActionKey>) -> bool {
        let closing = self.closing.filter(|_| !heard.is_read);
        closing.is_some() || by.is_some_and(|key| self.closing == Some(&key::render(key)))
    }
}

impl State {
    fn word(&self) -> String {
        match self {
            Self::Open => "open".into(),
            Self::Snoozed(None) => "snoozed".into(),
            Self::Snoozed(Some(until)) => format!("snoozed {}", show_rfc3339(*until)),
            Self::Closed(_) => "closed".into(),
            Self::Deleted => "deleted".into(),
            Self::Other(word) => (*word).into(),
        }
    }

    fn status(&self) -> TicketStatus {
        match self {
            Self::Open | Self::Snoozed(_) => TicketStatus::Open,
            Self::Closed(_) => TicketStatus::Closed,
            Self::Deleted => TicketStatus::Deleted,
            Self::Other(word) => TicketStatus::Other((*word).into()),
        }
    }
}

/// A fact of `more`.
#[must_use]
pub(crate) fn more<'a>(ticket: &'a Ticket, name: &str) -> Option<&'a str> {
    let facts = ticket.more.iter().flatten();
    facts.into_iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

impl Heard {
    /// The actions of ours that have reached the platform.
    pub fn arrived(&self) -> impl Iterator<Item = &ActionKey> {
        let closed = match &self.state {
            Some(State::Closed(by)) => by.as_ref(),
            _ => None,
        };
        let items = self.items.iter().filter_map(|item| match item {
            Item::Arrived(key) => Some(key),
            _ => None,
        });
        items.chain(closed)
    }

    /// Whether the customer has written.
    fn has_customer(&self) -> bool {
        let by_customer =
            |item: &Item| matches!(item, Item::Message(m) if m.author == Author::Customer);
        self.items.iter().any(by_customer)
    }

    /// Whether what it says of the state is older than what is known.
    fn is_stale(&self, known: &Ticket) -> bool {
        let version = more(known, VERSION_FACT).and_then(parse_rfc3339);
        !self.is_read && version.is_some_and(|known| self.version < known)
    }
}

/// The rows that tell the desk what it does not know. `None` as `known` means that it has no such
/// ticket; a conversation that is over when it is first heard of gives none.
#[must_use]
pub fn rows(heard: &Heard, ticket: &str, known: Option<Known<'_>>, now: Instant) -> Vec<Row> {
    let is_over = matches!(heard.state, Some(State::Closed(_) | State::Deleted));
    if known.is_none() && is_over {
        return Vec::new();
    }
    let stale = known.is_some_and(|known| heard.is_stale(known.facts));
    let at = heard.version.min(now);
    let (mut before, after) = match (&heard.state, stale) {
        (Some(state), false) => change(heard, state, known),
        _ => (Vec::new(), Vec::new()),
    };
    if !stale {
        before.extend(known.into_iter().flat_map(|known| moved(heard, known.facts)));
    }
    let mut rows = Vec::new();
    if let Some(facts) = (!stale).then(|| changed_facts(heard, known, now)).flatten() {
        rows.push(Row::facts(ticket, at, facts));
    }
    let event = |what: Happening| {
        Row::event(ticket, Event { id: None, sequence: None, at, received_at: now, what })
    };
    rows.extend(before.into_iter().map(event));
    rows.extend(items(heard, ticket, now));
    rows.extend(after.into_iter().map(event));
    rows
}

/// Messages and events, messages in the platform's order.
fn items(heard: &Heard, ticket: &str, now: Instant) -> Vec<Row> {
    let mut rows: Vec<Row> = heard
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Message(message) => Some(Row::message(ticket, message.clone())),
            Item::Event(event) => Some(Row::event(ticket, event.clone())),
            Item::Arrived(_) => None,
        })
        .collect();
    rows.sort_by_key(|row| match &row.call {
        Some(Call::Message(message)) => (message.sequence, row.at),
        _ => (Some(u64::MAX), row.at),
    });
    for row in &mut rows {
        row.received_at = now;
    }
    rows
}

/// What a change of the state means: events before the messages that were heard with it, and
/// events after them.
fn change(
    heard: &Heard,
    state: &State,
    known: Option<Known<'_>>,
) -> (Vec<Happening>, Vec<Happening>) {
    let Some(known) = known else { return (Vec::new(), snoozed(state)) };
    let was_open = known.facts.status == TicketStatus::Open;
    let was = more(known.facts, STATE_FACT);
    let is_new = was != Some(&state.word());
    match state {
        State::Open if known.facts.status == TicketStatus::Closed => {
            let by = if heard.has_customer() { Source::Customer } else { Source::Agent };
            (vec![Happening::Reopened(by)], Vec::new())
        }
        State::Open if was.is_some_and(|was| was.starts_with("snoozed")) => {
            (vec![Happening::Woken], Vec::new())
        }
        State::Snoozed(_) if known.facts.status == TicketStatus::Closed => {
            (vec![Happening::Reopened(Source::Agent)], snoozed(state))
        }
        State::Snoozed(_) if is_new => (Vec::new(), snoozed(state)),
        State::Closed(by) if was_open && !known.is_own_close(heard, by.as_ref()) => {
            (Vec::new(), vec![Happening::Closed(Source::Agent)])
        }
        _ => (Vec::new(), Vec::new()),
    }
}

fn snoozed(state: &State) -> Vec<Happening> {
    match state {
        State::Snoozed(until) => vec![Happening::Snoozed(*until)],
        _ => Vec::new(),
    }
}

/// A change of department or agent, as an event: the plugin may stop the clock for it.
fn moved(heard: &Heard, known: &Ticket) -> Option<Happening> {
    let said = |name: &str| heard.facts.get(name).map(|value| value.as_str().map(str::to_owned));
    let (department, agent) = (said("department"), said("agent"));
    let other_department = department.as_ref().is_some_and(|it| *it != known.department);
    let other_agent = agent.as_ref().is_some_and(|it| *it != known.agent);
    if other_department && known.department.is_some() {
        let department = department.flatten();
        let agent = agent.unwrap_or_else(|| known.agent.clone());
        return Some(Happening::Transferred(Transfer { department, agent }));
    }
    match agent {
        Some(Some(agent)) if other_agent => Some(Happening::Assigned(agent)),
        Some(None) if other_agent => Some(Happening::Unassigned),
        _ => None,
    }
}

/// The facts that differ from the known ones; `None` if none do.
fn changed_facts(heard: &Heard, known: Option<Known<'_>>, now: Instant) -> Option<Value> {
    let new;
    let ticket = match known {
        Some(known) => known.facts,
        None => {
            new = Ticket::open("", despertador_contract::Channel::Other("unknown".into()));
            &new
        }
    };
    let mut told = heard.facts.clone();
    if known.is_some() {
        // These are told as events.
        if ticket.department.is_some() {
            told.remove("department");
        }
        told.remove("agent");
    }
    let mut pairs = ticket.more.clone().unwrap_or_default();
    for (name, value) in &heard.more {
        set(&mut pairs, name, value);
    }
    if let Some(state) = &heard.state {
        let closes = matches!(state, State::Closed(_) | State::Open | State::Snoozed(_));
        if known.is_none() || !closes {
            told.insert("status".into(), word(&state.status()));
        } else if matches!(ticket.status, TicketStatus::Other(_)) && *state == State::Open {
            told.insert("status".into(), "open".into());
        }
        let waits = |by: &Option<ActionKey>| {
            known.is_some_and(|known| known.is_own_close(heard, by.as_ref()))
        };
        if !matches!(state, State::Closed(by) if waits(by)) {
            set(&mut pairs, STATE_FACT, &state.word());
        }
    }
    let is_new = |pairs: &Vec<(String, String)>, told: &Map<String, Value>| {
        let mut with = told.clone();
        with.insert("more".into(), as_object(pairs));
        facts::with(ticket, &Value::Object(with)).is_ok_and(|changed| changed != *ticket)
    };
    if known.is_some() && !is_new(&pairs, &told) {
        return None;
    }
    set(&mut pairs, VERSION_FACT, &show_rfc3339(heard.version.min(now)));
    told.insert("more".into(), as_object(&pairs));
    Some(Value::Object(told))
}

fn word(status: &TicketStatus) -> Value {
    use despertador_contract::word::Word as _;
    json!(status.word())
}

fn as_object(pairs: &[(String, String)]) -> Value {
    Value::Object(pairs.iter().map(|(name, value)| (name.clone(), json!(value))).collect())
}

fn set(pairs: &mut Vec<(String, String)>, name: &str, value: &str) {
    match pairs.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => value.clone_into(known),
        None => pairs.push((name.to_owned(), value.to_owned())),
    }
}

/// The key in a mark that goes with what is sent, if it is one of this ticket: `KEY#PART`.
#[must_use]
pub(crate) fn marked(mark: &str, ticket: &str) -> Option<(ActionKey, String)> {
    let (text, part) = mark.rsplit_once('#')?;
    let key = key::parse(text).ok().filter(|key| key.ticket == ticket)?;
    Some((key, part.to_owned()))
}
