//! Where a close leads: the blocks that the conversation passes, and the actions on the way.

use std::collections::BTreeMap;

use crate::desk::{FORWARDED, Generation};
use crate::flow::Flow;
use crate::input::{Input, Instant};
use crate::run::{ActionKind, Facts, Hop, RequestedAction, Run, RunError};
use crate::session::Session;

/// The path of a closed ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The human-assistance block in which the ticket was.
    pub from: String,
    /// The moves, in order.
    pub hops: Vec<Hop>,
    /// The actions on the way, in order.
    pub actions: Vec<RequestedAction>,
    /// The block in which the conversation waits now; `None` if it starts again.
    pub ends_in: Option<String>,
    /// Unknown variables that conditions used: a script or a command may have set them, and then
    /// the path may differ.
    pub unknown: Vec<String>,
    /// Why the path ended early.
    pub error: Option<RunError>,
}

/// Follows a ticket with this status out of a human-assistance block, as the engine would. Commands
/// and scripts are reported but not carried out, and are assumed to succeed.
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
                // Another human-assistance block takes over.
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

/// The state while a conversation waits in a human-assistance block: the ticket was opened.
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
