//! Envelopes of every kind; the values are invented.

#![allow(dead_code, reason = "each suite uses some of them")]

use despertador_contract::QuickReply;
use despertador_lime::{Status, Ticket};

/// A customer's ticket that an agent has.
pub(crate) fn ticket() -> Ticket {
    Ticket {
        id: Some("t-1".into()),
        sequential_id: Some(7),
        customer_identity: Some("5511999990000@wa.gw.msging.net".into()),
        agent_identity: Some("ana%40acme.com@blip.ai".into()),
        status: Some(Status::Open),
        team: Some("Suporte".into()),
        tags: Some(vec!["urgente".into(), "vip".into()]),
        ..Ticket::default()
    }
}

/// Two quick replies.
pub(crate) fn offered() -> Vec<QuickReply> {
    let reply = |id: &str, title: &str| QuickReply { id: id.into(), title: title.into() };
    vec![reply("continue", "Sigo aquí"), reply("resolve", "Ya está resuelto")]
}

/// Messages, one per line.
pub(crate) fn messages() -> Vec<&'static str> {
    include_str!("messages.jsonl").lines().collect()
}

/// Notifications, one per line.
pub(crate) fn notifications() -> Vec<&'static str> {
    include_str!("notifications.jsonl").lines().collect()
}

/// Commands, one a line.
pub(crate) fn commands() -> Vec<&'static str> {
    include_str!("commands.jsonl").lines().collect()
}

/// What is none of the three, one a line.
pub(crate) fn others() -> Vec<&'static str> {
    include_str!("others.jsonl").lines().collect()
}
