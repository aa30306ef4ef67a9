//! Tickets as Blip describes them, kept among the facts of the desk's tickets.

use despertador_contract::facts;
use despertador_contract::word::Word;
use despertador_contract::{Ticket as Facts, TicketStatus};
use despertador_lime::{Content, Identity, Status, Ticket};
use serde_json::{Map, Value, json};

/// The fact, in `more`, that has the ticket as Blip last described it: a JSON object as a text.
pub const TICKET_FACT: &str = "blip.ticket";

/// The fact that names the customer: as the router knows them, where there is one.
pub(crate) const CUSTOMER: &str = "customer.id";

/// The fact that has the customer's other address, the one that this bot writes to.
const ALIAS: &str = "customer.alias";

pub(crate) const MEDIA_TYPE: &str = "application/vnd.iris.ticket+json";

/// What is kept of a ticket: what tells one description from the next, and what actions need. What
/// the customer wrote, and numbers that change all the time, are not.
const KEPT: [&str; 22] = [
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

/// Reads a ticket; none if it is none.
pub(crate) fn read(value: Value) -> Option<Ticket> {
    Content::read(MEDIA_TYPE, value).ok()?.ticket().ok()?
}

fn members(ticket: &Ticket) -> Map<String, Value> {
    match Content::from(ticket.clone()).to_json() {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// A description with what an older one says besides. One that names the customer is a whole one;
/// what comes with a close may have no more than id and status.
pub(crate) fn merged(new: &Ticket, old: Option<&Ticket>) -> Ticket {
    let Some(old) = old.filter(|_| new.customer_identity.is_none()) else { return new.clone() };
    let mut whole = members(old);
    whole.extend(members(new));
    read(Value::Object(whole)).unwrap_or_else(|| new.clone())
}

/// The ticket that the facts have, as far as they have one.
pub(crate) fn of_facts(facts: &Facts) -> Option<Ticket> {
    let more = facts.more.iter().flatten();
    let text = more.into_iter().find(|(name, _)| name == TICKET_FACT).map(|(_, text)| text)?;
    read(serde_json::from_str(text).ok()?)
}

/// The customer that the facts name.
pub(crate) fn customer_of_facts(facts: &Facts) -> Option<Identity> {
    let more = facts.more.iter().flatten();
    let text = more.into_iter().find(|(name, _)| name == CUSTOMER).map(|(_, text)| text)?;
    text.parse().ok().filter(|customer: &Identity| !customer.domain().is_empty())
}

/// The facts that a description changes; none if it changes nothing. Of a ticket that goes on from
/// another one, what is known of the customer there is known here.
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
        // Those that somebody put on the ticket here stay.
        let before = known.and_then(|(_, before)| before.tags.as_deref()).unwrap_or_default();
        let here = known.map(|(facts, _)| facts.tags.as_slice()).unwrap_or_default();
        for tag in here {
            if !before.contains(tag) && !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        changed.insert("tags".into(), tags.into());
    }
    let kept: Map<_, _> =
        members(ticket).into_iter().filter(|(name, _)| KEPT.contains(&name.as_str())).collect();
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
    let customer = routed.or(own).map(|id| (CUSTOMER.to_owned(), id));
    let alias = alias.map(|id| (ALIAS.to_owned(), id));
    for (name, value) in said.chain(customer).chain(alias) {
        more.insert(name, value.into());
    }
    more.insert(TICKET_FACT.into(), Value::Object(kept).to_string().into());
    changed.insert("more".into(), Value::Object(more));
    let changed = Value::Object(changed);
    if let Some((before, _)) = known {
        let mut after = before.clone();
        // What cannot be applied is told, and refused with its reason.
        if facts::apply(&mut after, &changed).is_ok() && is_same(&after, before) {
            return None;
        }
    }
    Some(changed)
}

/// Whether two tickets have the same facts, in whatever order the others are named.
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

/// That a ticket goes on as another one.
pub(crate) fn gone() -> Value {
    let status = TicketStatus::Other(Status::Transferred.as_str().into());
    json!({ "status": status.word() })
}
