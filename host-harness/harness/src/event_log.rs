//! A host without an environment: it wakes at each deadline, carries actions out, and reports them.

use despertador_contract::{Event, Explanation, Happening, Instant, Outcome, Reader, Ticket};
use despertador_host::{self as host, CALLS_IN_A_ROW_MAX, next_call};

use crate::answer::Answer;
use crate::conversation::Conversation;
use crate::engine::{CallError, Player};
use despertador_contract::Call;
use despertador_contract::event_log::{EventLog, Row};
use despertador_contract::facts;

/// A played ticket of a log.
#[derive(Debug, Clone)]
pub struct PlayedTicket {
    /// The ticket's id.
    pub ticket: String,
    /// All calls and their answers.
    pub entries: Vec<Entry>,
    /// Why playing stopped, if a call failed.
    pub broken: Option<String>,
}

/// A call and its answer.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The row's line; `None` for calls of the virtual host itself.
    pub line: Option<usize>,
    /// The call.
    pub call: Call,
    /// The answer.
    pub answer: Answer,
    /// The explanation of the answer, if a reader was given.
    pub why: Option<String>,
    /// What the plugin says to its author, if a reader was given.
    pub debug: Vec<String>,
    /// Fuel of the call, if the engine counts it.
    pub fuel: Option<u64>,
}

/// The loop of a host for one ticket: a clock that jumps to the next deadline, and an outbox that
/// is carried out and reported at once.
pub struct VirtualHost<'p> {
    player: &'p mut dyn Player,
    /// The ticket.
    pub conversation: Conversation,
    /// Whether actions are carried out; if a log reports them itself, it is only followed.
    pub carries_out: bool,
    reader: Option<Reader>,
    now: Instant,
    /// All calls so far.
    pub entries: Vec<Entry>,
}

impl<'p> VirtualHost<'p> {
    /// A host for one ticket; with a reader, decisions are explained.
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

    /// Makes a call with an external cause.
    ///
    /// # Errors
    ///
    /// The call failed.
    pub fn call(&mut self, call: Call, line: Option<usize>) -> Result<(), CallError> {
        self.now = self.now.max(call.now());
        let answer = self.conversation.play(self.player, &call)?.clone();
        let fuel = self.player.fuel();
        let explanation = match (&self.reader, &answer) {
            (Some(reader), Ok(_)) => {
                let host::Conversation { ticket, memory, .. } = &self.conversation.state;
                self.player.explain(ticket, memory, call.now(), reader).ok()
            }
            _ => None,
        };
        let debug = explanation.iter().flat_map(Explanation::debug_texts).map(str::to_owned);
        let debug = debug.collect();
        let why = explanation.map(|explanation| explanation.summary);
        self.entries.push(Entry { line, call, answer, why, debug, fuel });
        Ok(())
    }

    /// Lets time pass: does everything that falls due before an instant.
    ///
    /// # Errors
    ///
    /// A call failed, or there is no end to what falls due.
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

/// Plays a whole log, ticket by ticket, and lets time pass until all of them rest.
pub fn play(log: &EventLog, player: &mut dyn Player, reader: Option<&Reader>) -> Vec<PlayedTicket> {
    log.tickets()
        .into_iter()
        .map(|ticket| {
            let (host, broken) = play_ticket(log, ticket, player, None, reader);
            PlayedTicket { ticket: ticket.into(), entries: host.entries, broken }
        })
        .collect()
}

/// Plays a ticket of a log up to and including an instant, or to its end; also returns why it
/// stopped early, if a call failed.
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
                // The facts of a row were checked when the log was parsed.
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
