//! The guard of a flow: decides which closed tickets it accepts.
//!
//! A closed ticket that is passed to a flow moves the user out of the human-assistance block. The
//! receiver in Blip's builder passes on every ticket that it gets. A ticket that is closed late,
//! twice, or after the user has moved on would move the user out of another block.

use crate::ticket::{Status, Ticket};

/// Why a closed ticket is not passed to the flow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// It was transferred: another ticket continues, and the flow does not move.
    #[error("the ticket was transferred and goes on as another")]
    Transferred,
    /// It is not closed; its status.
    #[error(
        "the ticket {}",
        .0.as_ref().map_or_else(
            || "has no status".into(),
            |status| format!("has the status `{status}`, which closes nothing"),
        )
    )]
    NotClosed(Option<String>),
    /// It has no id.
    #[error("the ticket has no id")]
    WithoutId,
    /// The user is in no block, or not in a human-assistance block.
    #[error(
        "the user is in {}",
        .block.as_ref().map_or_else(
            || "no block".into(),
            |block| format!("the block `{block}`, which is not a human-assistance block"),
        )
    )]
    NotInHumanAssistance {
        /// The block.
        block: Option<String>,
    },
    /// No ticket was opened in the block.
    #[error("no ticket was opened in the user's block")]
    NoneOpened,
    /// Another ticket was opened in the block.
    #[error("the ticket `{closed}` was closed, and `{opened}` is the one opened here")]
    AnotherOpened {
        /// The ticket that was opened there.
        opened: String,
        /// The ticket that was closed.
        closed: String,
    },
}

/// The prefix of human-assistance blocks' ids.
const HUMAN_BLOCK_PREFIX: &str = "desk:";

/// Checks whether a flow accepts a closed ticket: the user must be in a human-assistance block, and
/// it must be the ticket that was opened there. After a transfer the host passes the new ticket's
/// id as `opened`.
///
/// `block` is the id of the user's block, `opened` the id of the ticket opened there.
///
/// # Errors
///
/// The reason why it is not accepted.
pub fn accepts_close(
    ticket: &Ticket,
    block: Option<&str>,
    opened: Option<&str>,
) -> Result<(), Refused> {
    match &ticket.status {
        Some(Status::Transferred) => return Err(Refused::Transferred),
        Some(status) if status.closes() => {}
        // The exits of a flow check the status: `closed` alone leads nowhere.
        status => return Err(Refused::NotClosed(status.as_ref().map(|s| s.as_str().into()))),
    }
    let closed = ticket.id.as_deref().filter(|id| !id.is_empty()).ok_or(Refused::WithoutId)?;
    if !block.is_some_and(|block| block.starts_with(HUMAN_BLOCK_PREFIX)) {
        return Err(Refused::NotInHumanAssistance { block: block.map(Into::into) });
    }
    let opened = opened.ok_or(Refused::NoneOpened)?;
    if opened == closed {
        Ok(())
    } else {
        Err(Refused::AnotherOpened { opened: opened.into(), closed: closed.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(id: &str, status: Status) -> Ticket {
        let id = (!id.is_empty()).then(|| id.into());
        Ticket { id, status: Some(status), ..Ticket::default() }
    }

    #[test]
    fn only_the_ticket_opened_in_the_users_block_closes_it() {
        let desk = Some("desk:668c");
        let inactive = || ticket("t1", Status::ClosedClientInactivity);
        let elsewhere =
            |block: Option<&str>| Refused::NotInHumanAssistance { block: block.map(Into::into) };
        let another = Refused::AnotherOpened { opened: "t2".into(), closed: "t1".into() };
        let dance = Status::Other("Dance".into());
        for (ticket, block, opened, expected) in [
            (inactive(), desk, Some("t1"), Ok(())),
            (ticket("t1", Status::ClosedClient), desk, Some("t1"), Ok(())),
            (ticket("t1", Status::ClosedAttendant), desk, Some("t1"), Ok(())),
            (ticket("t1", Status::Transferred), desk, Some("t1"), Err(Refused::Transferred)),
            (
                ticket("t1", Status::Open),
                desk,
                Some("t1"),
                Err(Refused::NotClosed(Some("Open".into()))),
            ),
            (ticket("t1", dance), desk, Some("t1"), Err(Refused::NotClosed(Some("Dance".into())))),
            (Ticket::default(), desk, Some("t1"), Err(Refused::NotClosed(None))),
            (ticket("", Status::ClosedClient), desk, Some("t1"), Err(Refused::WithoutId)),
            (inactive(), None, Some("t1"), Err(elsewhere(None))),
            (inactive(), Some("onboarding"), Some("t1"), Err(elsewhere(Some("onboarding")))),
            (inactive(), Some("my-desk:1"), Some("t1"), Err(elsewhere(Some("my-desk:1")))),
            (inactive(), desk, None, Err(Refused::NoneOpened)),
            (inactive(), desk, Some("t2"), Err(another)),
        ] {
            assert_eq!(accepts_close(&ticket, block, opened), expected, "{ticket:?} {block:?}");
        }
    }
}
