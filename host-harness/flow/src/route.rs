//! Where a close leads: the blocks a conversation passes, and what is done on the way.

use std::collections::BTreeMap;

use crate::desk::{FORWARDED, Generation};
use crate::flow::Flow;
use crate::input::{Input, Instant};
use crate::run::{ActionKind, Asked, Facts, Hop, Run, RunError};
use crate::session::Session;

/// The way of one closed ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The human-assistance block where the ticket was.
    pub from: String,
    /// The moves, one after the other.
    pub hops: Vec<Hop>,
    /// What was asked for on the way, in order.
    pub actions: Vec<Asked>,
    /// The block where the conversation waits now; none where it begins anew.
    pub ends_in: Option<String>,
    /// Variables that conditions asked for and that nobody knows here: a script or a command may
    /// have set them, and then the way may be another.
    pub unknown: Vec<String>,
    /// Why the way ended early.
    pub error: Option<RunError>,
}

/// Takes a ticket of this status out of a human-assistance block, as the engine would. Commands and
/// scripts on the way are told of and not carried out; each is taken to have gone well.
#[must_use]
pub fn route(
    flow: &Flow,
    block: &str,
    status: &str,
    variables: &BTreeMap<String, String>,
    at: Instant,
) -> Route {
    const TICKET: &str = "ticket";
    let mut session = Session::in_block(block);
    waits_in(flow, block, &mut session);
    for (name, value) in variables {
        session.set(name, value.as_str(), None);
    }
    let facts = Facts::new();
    let mut actions = Vec::new();
    let mut error = None;
    let mut run = Run::new(flow, &mut session, Input::ticket(TICKET, status, at), &facts);
    loop {
        match run.next() {
            Ok(None) => break,
            Ok(Some(asked)) => {
                // Another human-assistance block takes the customer.
                if asked.kind == ActionKind::ForwardToDesk {
                    run.set(FORWARDED, "Success");
                }
                actions.push(asked);
            }
            Err(why) => {
                error = Some(why);
                break;
            }
        }
    }
    let hops = run.hops().to_vec();
    let known = |name: &String| variables.keys().any(|given| given.eq_ignore_ascii_case(name));
    let unknown = run.absent().iter().filter(|name| !known(name)).cloned().collect();
    let ends_in = session.block().map(str::to_owned).filter(|_| error.is_none());
    Route { from: block.to_owned(), hops, actions, ends_in, unknown, error }
}

/// What is so while a conversation waits in a human-assistance block: the ticket was opened.
fn waits_in(flow: &Flow, block: &str, session: &mut Session) {
    let Some(block) = flow.block(block) else { return };
    if block.generation() == Some(Generation::V3) {
        session.set(FORWARDED, "Success", None);
    }
    for condition in block.input.iter().flat_map(|waiting| &waiting.conditions) {
        if let (Some(name), [value]) = (&condition.variable, condition.values.as_slice())
            && condition.comparison == crate::Comparison::Equals
            && !name.contains(['.', '@'])
        {
            session.set(name, value.as_str(), None);
        }
    }
}
