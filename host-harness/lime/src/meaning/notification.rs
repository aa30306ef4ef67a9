//! Receipts for messages.

use despertador_contract::{Event, Failure, FailureKind, Happening, Instant};

use crate::envelope::{Header, Notification, NotificationEvent, Reason};
use crate::meaning::{Known, Meaning, Receipt, Stage, Why, event};
use crate::sent::{SentId, without_forwards};

pub(super) fn meaning(
    notification: &Notification,
    received_at: Instant,
    known: &Known<'_>,
) -> Meaning {
    let stage = match &notification.event {
        NotificationEvent::Failed => {
            let reason = notification.reason.clone().unwrap_or_default();
            return failed(&notification.header, reason, received_at)
                .or_else(|| undelivered(&notification.header, received_at, known))
                .unwrap_or(Meaning::Nothing(Why::FailureOfAnother));
        }
        NotificationEvent::Accepted => Stage::Accepted,
        NotificationEvent::Dispatched => Stage::Dispatched,
        NotificationEvent::Received => Stage::Received,
        NotificationEvent::Consumed => Stage::Consumed,
        other => Stage::Other(other.as_str().into()),
    };
    let id = notification.header.id.clone().unwrap_or_default();
    Meaning::Receipt(Receipt { sent: SentId::read(&id), id, stage })
}

/// The report that another message did not reach the customer. Whether an agent wrote it is known
/// from its id.
fn undelivered(header: &Header, received_at: Instant, known: &Known<'_>) -> Option<Meaning> {
    let id = without_forwards(header.id.as_deref()?);
    let ticket = known.ticket?.id.clone()?;
    let event = Event {
        // The same id however often it is reported.
        id: Some(format!("{id}#undelivered")),
        sequence: None,
        at: received_at,
        received_at,
        what: Happening::Other(format!("message-undelivered:{id}")),
    };
    Some(Meaning::events(ticket, [event]))
}

/// The report that an envelope of ours failed; `None` if it was not ours. A retry has the same id
/// and can fail again: a failure reported at another instant counts as another one.
pub(super) fn failed(header: &Header, reason: Reason, received_at: Instant) -> Option<Meaning> {
    let id = header.id.as_deref()?;
    let sent = SentId::read(id)?;
    if !sent.part.is_essential() {
        let id = without_forwards(id).into();
        return Some(Meaning::Receipt(Receipt {
            id,
            sent: Some(sent),
            stage: Stage::Failed(reason),
        }));
    }
    let kind = failure_kind(reason.code);
    let ticket = sent.key.ticket.clone();
    let what = Happening::Failed(Failure { key: sent.key, kind });
    let event = event(without_forwards(id), "failed", what, received_at, received_at);
    Some(Meaning::events(ticket, [event]))
}

/// The kind of failure for a reason.
///
/// Codes below 1000 are LIME's; those above are WhatsApp's, which Blip passes on. An unknown code
/// is a refusal, so that it is not retried for ever.
#[must_use]
pub fn failure_kind(code: i64) -> FailureKind {
    match code {
        // Unavailable, or broken on the way: general errors, sessions, the quota, routing,
        // dispatching, the gateway, an application.
        1 | 11..=18 | 34 | 41..=44 | 51 | 61 | 81 | 101 => FailureKind::Unreachable,
        // Not allowed to write to them, or no account: at the server, at the gateway.
        32 | 33 | 83 => FailureKind::Blocked,
        // Rate limits, and failures at WhatsApp itself.
        4 | 80007 | 130_429 | 131_000 | 131_016 | 131_048 | 131_056 => FailureKind::Unreachable,
        // No such WhatsApp number, not reachable by us, or they refuse messages.
        1013 | 131_021 | 131_026 | 131_050 => FailureKind::Blocked,
        _ => FailureKind::Refused,
    }
}
