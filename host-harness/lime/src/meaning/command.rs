//! The meaning of commands: responses to ours, and agents' requests to a desk.

use despertador_contract::{Event, Happening, Instant, Source};

use crate::address::{Identity, unescape};
use crate::content::Content;
use crate::envelope::{Command, CommandStatus, Method};
use crate::error::ReadError;
use crate::meaning::{Known, Meaning, Receipt, Stage, Why, event, notification, ticket};
use crate::sent::SentId;

/// A request to a desk counts as done: a desk passes on those that it has accepted.
pub(super) fn meaning(
    command: &Command,
    received_at: Instant,
    known: &Known<'_>,
) -> Result<Meaning, ReadError> {
    let sent = command.header.id.as_deref().and_then(SentId::read);
    if let Some(status) = &command.status {
        return Ok(answer(command, status, sent, received_at));
    }
    let uri = command.uri.as_deref().unwrap_or_default();
    if sent.is_some() || command.method != Method::Set {
        return Ok(Meaning::Nothing(Why::Command));
    }
    let mut steps = uri.split(['?', '#']).next().unwrap_or_default().trim_start_matches("lime://");
    // `lime://postmaster@desk.msging.net/tickets/…` contains the desk before the path.
    steps = steps.split_once('/').map_or("", |(_, path)| path);
    let mut steps = steps.split('/').filter(|step| !step.is_empty());
    let (Some("tickets"), Some(first), second) = (steps.next(), steps.next(), steps.next()) else {
        return Ok(Meaning::Nothing(Why::Command));
    };
    let happened = |id: &str, name, what| -> Meaning {
        let event: Event = event(id, name, what, received_at, received_at);
        Meaning::events(id, [event])
    };
    let resource = match command.resource()? {
        Some(Content::Ticket(ticket)) => Some(*ticket),
        _ => None,
    };
    let id = unescape(first).unwrap_or_else(|| first.into());
    Ok(match (first, second) {
        ("change-status" | "change-status-without-redirect", None) => {
            let closed = resource.as_ref().and_then(|ticket| {
                Some((ticket.id.as_deref()?, ticket::closed_by(ticket.status.as_ref()?)?))
            });
            closed.map_or(Meaning::Nothing(Why::Command), |(id, by)| {
                happened(id, "closed", Happening::Closed(by))
            })
        }
        (_, Some("close")) => {
            let by = resource.and_then(|ticket| ticket.closed_by);
            happened(&id, "closed", Happening::Closed(closer(by.as_deref(), known)))
        }
        (_, Some("pause-inactivity")) => happened(&id, "held", Happening::Held),
        (_, Some("resume-inactivity")) => happened(&id, "released", Happening::Released),
        // A transfer is reported by the new ticket.
        _ => Meaning::Nothing(Why::Command),
    })
}

/// Who requested `/tickets/{id}/close`. Without a name it is the bot.
fn closer(by: Option<&str>, known: &Known<'_>) -> Source {
    let Some(by) = by.and_then(|by| by.parse::<Identity>().ok()) else { return Source::Flow };
    match by.domain() {
        _ if by.is(known.bot) => Source::Flow,
        "blip.ai" => Source::Agent,
        _ => Source::Api,
    }
}

fn answer(
    command: &Command,
    status: &CommandStatus,
    sent: Option<SentId>,
    received_at: Instant,
) -> Meaning {
    let Some(sent) = sent else { return Meaning::Nothing(Why::AnswerToAnother) };
    let stage = match status {
        CommandStatus::Success => Stage::Done,
        CommandStatus::Failure => {
            let reason = command.reason.clone().unwrap_or_default();
            return notification::failed(&command.header, reason, received_at)
                .unwrap_or(Meaning::Nothing(Why::AnswerToAnother));
        }
        CommandStatus::Other(word) => Stage::Other(word.clone()),
    };
    let id = command.header.id.clone().unwrap_or_default();
    Meaning::Receipt(Receipt { id, sent: Some(sent), stage })
}
