//! A host without a world: it wakes at each deadline, carries actions out, and reports.

use despertador_contract::{Event, Happening, Instant, Outcome, Reader, Ticket};
use despertador_host::{self as host, CALLS_IN_A_ROW_MAX, next_call};

use crate::answer::Answer;
use crate::conversation::Conversation;
use crate::engine::{CallError, Player};
use despertador_contract::Call;
use despertador_contract::event_log::{EventLog, Row};
use despertador_contract::facts;

/// A ticket of a log that was played.
#[derive(Debug, Clone)]
pub struct PlayedTicket {
    /// The ticket's id.
    pub ticket: String,
    /// Every call and its answer.
    pub entries: Vec<Entry>,
    /// Why playing stopped, if a call had no answer.
    pub broken: Option<String>,
}

/// A call and its answer.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The row's line; none for what the virtual host did of its own.
    pub line: Option<usize>,
    /// The call.
    pub call: Call,
    /// The answer.
    pub answer: Answer,
    /// The answer in a sentence, where a reader wants one.
    pub why: Option<String>,
}

/// The loop of a host, for one ticket: a clock that jumps to the next deadline, an outbox that is
/// emptied at once, and reports of it.
pub struct VirtualHost<'p> {
    player: &'p mut dyn Player,
    /// The ticket.
    pub conversation: Conversation,
    /// Whether actions are carried out; a log that reports them itself is only followed.
    pub carries_out: bool,
    reader: Option<Reader>,
    now: Instant,
    /// Every call so far.
    pub entries: Vec<Entry>,
}

impl<'p> VirtualHost<'p> {
    /// A host that knows of one ticket; with a reader, decisions are put into words.
    pub fn new(player: &'p mut dyn Player, ticket: Ticket, reader: Option<Reader>) -> Self {
        VirtualHost {
            player,
            conversation: Conversation::new(ticket),
            carries_out: true,
            reader,
            now: Instant::MIN,
            entries: Vec::new(),
        }
    }

    /// Makes a call that somebody else caused.
    ///
    /// # Errors
    ///
    /// The call had no answer.
    pub fn call(&mut self, call: Call, line: Option<usize>) -> Result<(), CallError> {
        self.now = self.now.max(call.now());
        let answer = self.conversation.play(self.player, &call)?.clone();
        let why = match (&self.reader, &answer) {
            (Some(reader), Ok(_)) => {
                let host::Conversation { ticket, memory, .. } = &self.conversation.state;
                self.player.explain(ticket, memory, call.now(), reader).ok().map(|e| e.summary)
            }
            _ => None,
        };
        self.entries.push(Entry { line, call, answer, why });
        Ok(())
    }

    /// Lets time pass: does whatever falls due before an instant.
    ///
    /// # Errors
    ///
    /// A call had no answer, or there is no end to what falls due.
    pub fn run_until(&mut self, end: Instant) -> Result<(), CallError> {
        for _ in 0..CALLS_IN_A_ROW_MAX {
            let Some(Ok(decision)) = &self.conversation.answer else { return Ok(()) };
            if matches!(decision.outcome, Outcome::Act(_)) && !self.carries_out {
                return Ok(());
            }
            let Some(call) = next_call(decision, self.now, end) else { return Ok(()) };
            self.call(call, None)?;
        }
        Err(CallError::never_rests(&self.conversation.state.ticket.id))
    }
}

/// Plays a whole log, ticket after ticket, and lets time pass until all of them rest.
pub fn play(log: &EventLog, player: &mut dyn Player, reader: Option<&Reader>) -> Vec<PlayedTicket> {
    log.tickets()
        .into_iter()
        .map(|ticket| {
            let (host, broken) = play_ticket(log, ticket, player, None, reader);
            PlayedTicket { ticket: ticket.into(), entries: host.entries, broken }
        })
        .collect()
}

/// Plays one ticket of a log up to and including an instant, or to the end of it; and why that
/// went no further, if a call had no answer.
pub fn play_ticket<'p>(
    log: &EventLog,
    ticket: &str,
    player: &'p mut dyn Player,
    until: Option<Instant>,
    reader: Option<&Reader>,
) -> (VirtualHost<'p>, Option<String>) {
    let rows: Vec<&Row> = log.rows.iter().filter(|row| row.ticket == ticket).collect();
    let mut facts = Conversation::usual_ticket();
    facts.id = ticket.into();
    let mut host = VirtualHost::new(player, facts, reader.cloned());
    host.carries_out = !rows.iter().any(|row| reports_action(row));
    let mut result = Ok(());
    for row in rows {
        if until.is_some_and(|until| row.received_at > until) {
            break;
        }
        result = host.run_until(row.received_at).and_then(|()| {
            if let Some(facts) = &row.facts {
                let ticket = &mut host.conversation.state.ticket;
                // The facts of a row were checked when the log was read.
                let _: Result<(), _> = facts::with(ticket, facts).map(|changed| *ticket = changed);
            }
            row.call.clone().map_or(Ok(()), |call| host.call(call, Some(row.line)))
        });
        if result.is_err() {
            break;
        }
    }
    let end = until.map_or(Instant::MAX, |until| until.saturating_add(1));
    let broken = result.and_then(|()| host.run_until(end)).err().map(|error| error.to_string());
    (host, broken)
}

fn reports_action(row: &Row) -> bool {
    matches!(
        &row.call,
        Some(Call::Event(Event { what: Happening::CarriedOut(_) | Happening::Failed(_), .. }))
    )
}
