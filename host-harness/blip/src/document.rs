//! Tickets as Blip describes them, stored among the facts of the desk's tickets.

use despertador_contract::facts;
use despertador_contract::word::Word;
use despertador_contract::{Ticket as Facts, TicketStatus};
use despertador_lime::{Content, Identity, Status, Ticket};
use serde_json::{Map, Value, json};

/// The fact, in `more`, with Blip's last description of the ticket: a JSON object as text.
pub const TICKET_FACT: &str = "blip.ticket";

/// The fact with the customer's address: the router's, if there is one.
pub(crate) const CUSTOMER_FACT: &str = "customer.id";

/// The fact with the customer's other address, to which this bot writes.
const ALIAS_FACT: &str = "customer.alias";

pub(crate) const MEDIA_TYPE: &str = "application/vnd.iris.ticket+json";

/// The stored members: those that distinguish one description from the next, and those that actions
/// need. What the customer wrote and numbers that change all the time are not stored.
const STORED_MEMBERS: [&str; 22] = [
    "id",
    "sequentialId",
    "sequentialSuffix",
    "ownerIdentity",
    "routingOwnerIdentity",
    "customerIdentity",
    "routingCustomerIdentity",
    "customerDomain",
    "agentIdentity",
    "provider",
    "status",
    "storageDate",
    "openDate",
    "closeDate",
    "statusDate",
    "externalId",
    "team",
    "closed",
    "closedBy",
    "tags",
    "parentSequentialId",
    "standbyModeStart",
];

/// Parses a ticket; `None` if it is not one.
pub(crate) fn read(value: Value) -> Option<Ticket> {
    Content::read(MEDIA_TYPE, value).ok()?.ticket().ok()?
}

fn members(ticket: &Ticket) -> Map<String, Value> {
    match Content::from(ticket.clone()).to_json() {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// A description, completed with members of an older one. A description with a customer is
/// complete; the one that comes with a close may have only id and status.
pub(crate) fn merged(new: &Ticket, old: Option<&Ticket>) -> Ticket {
    let Some(old) = old.filter(|_| new.customer_identity.is_none()) else { return new.clone() };
    let mut whole = members(old);
    whole.extend(members(new));
    read(Value::Object(whole)).unwrap_or_else(|| new.clone())
}

/// The ticket in the facts, if there is one.
pub(crate) fn of_facts(facts: &Facts) -> Option<Ticket> {
    let more = facts.more.iter().flatten();
    let text = more.into_iter().find(|(name, _)| name == TICKET_FACT).map(|(_, text)| text)?;
    read(serde_json::from_str(text).ok()?)
}

/// The customer in the facts.
pub(crate) fn customer_of_facts(facts: &Facts) -> Option<Identity> {
    let more = facts.more.iter().flatten();
    let text = more.into_iter().find(|(name, _)| name == CUSTOMER_FACT).map(|(_, text)| text)?;
    text.parse().ok().filter(|customer: &Identity| !customer.domain().is_empty())
}

/// The facts that a description changes; `None` if it changes nothing. A ticket that continues
/// another one inherits what is known about the customer.
pub(crate) fn facts(
    ticket: &Ticket,
    known: Option<(&Facts, &Ticket)>,
    parent: Option<&Facts>,
) -> Option<Value> {
    let told = ticket.facts();
    let mut changed = Map::new();
    if ticket.status.is_some() || ticket.closed.is_some() {
        changed.insert("status".into(), told.status.word().into());
    }
    if let Some(team) = &ticket.team {
        changed.insert("department".into(), team.as_str().into());
    }
    match (&ticket.status, told.agent) {
        (Some(Status::Waiting | Status::None), _) => {
            drop(changed.insert("agent".into(), Value::Null))
        }
        (_, Some(agent)) => drop(changed.insert("agent".into(), agent.into())),
        _ => {}
    }
    if ticket.domain().is_some() {
        changed.insert("channel".into(), told.channel.word().into());
    }
    if let Some(mut tags) = ticket.tags.clone() {
        // Tags that somebody added here stay.
        let before = known.and_then(|(_, before)| before.tags.as_deref()).unwrap_or_default();
        let here = known.map(|(facts, _)| facts.tags.as_slice()).unwrap_or_default();
        for tag in here {
            if !before.contains(tag) && !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        changed.insert("tags".into(), tags.into());
    }
    let kept: Map<_, _> = members(ticket)
        .into_iter()
        .filter(|(name, _)| STORED_MEMBERS.contains(&name.as_str()))
        .collect();
    let mut more = Map::new();
    let of_customer = |(name, _): &&(String, String)| name.starts_with("customer.");
    let parents = parent.into_iter().flat_map(|facts| facts.more.iter().flatten());
    let own = known.into_iter().flat_map(|(facts, _)| facts.more.iter().flatten());
    for (name, value) in parents.filter(of_customer).chain(own) {
        more.insert(name.clone(), value.as_str().into());
    }
    let said = told.more.into_iter().flatten();
    let own = ticket.customer_identity.clone();
    let routed = ticket.routing_customer_identity.clone().filter(|id| !id.trim().is_empty());
    let alias = own.clone().filter(|own| routed.as_ref().is_some_and(|routed| routed != own));
    let customer = routed.or(own).map(|id| (CUSTOMER_FACT.to_owned(), id));
    let alias = alias.map(|id| (ALIAS_FACT.to_owned(), id));
    for (name, value) in said.chain(customer).chain(alias) {
        more.insert(name, value.into());
    }
    more.insert(TICKET_FACT.into(), Value::Object(kept).to_string().into());
    changed.insert("more".into(), Value::Object(more));
    let changed = Value::Object(changed);
    if let Some((before, _)) = known {
        let mut after = before.clone();
        // Facts that cannot be applied are passed on, and refused with a reason.
        if facts::apply(&mut after, &changed).is_ok() && is_same(&after, before) {
            return None;
        }
    }
    Some(changed)
}

/// Whether two tickets have the same facts, in any order.
fn is_same(one: &Facts, other: &Facts) -> bool {
    let sorted = |facts: &Facts| {
        let mut facts = facts.clone();
        if let Some(more) = &mut facts.more {
            more.sort();
        }
        facts
    };
    sorted(one) == sorted(other)
}

/// Reports that a ticket continues as another one.
pub(crate) fn gone() -> Value {
    let status = TicketStatus::Other(Status::Transferred.as_str().into());
    json!({ "status": status.word() })
}
