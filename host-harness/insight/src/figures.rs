//! What came of a policy, added up.

use std::collections::BTreeMap;

use despertador_contract::Instant;

use crate::backtest::{Outcome, Premature};
use crate::history::Recorded;

/// A policy tried on a history.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judged {
    /// All tickets together.
    pub total: Figures,
    /// Those of each department; tickets without one are under the empty name.
    pub departments: BTreeMap<String, Figures>,
    /// The tickets that were closed too early: which, when, and when the customer wrote.
    pub premature: Vec<(String, Instant, Instant)>,
}

/// What came of some tickets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Tickets.
    pub tickets: u64,
    /// Messages and events that were told before a close.
    pub told: u64,
    /// Of each reminder, by its number from 1: how many were sent, and how many of those the customer
    /// answered before the next step.
    pub reminders: BTreeMap<u32, (u64, u64)>,
    /// Tickets closed.
    pub closes: u64,
    /// Of these, closes after which the customer wrote within the window.
    pub premature: u64,
    /// Of the premature ones, those after which the customer opened another ticket of the department
    /// before they wrote in this one again.
    pub in_another: u64,
    /// Of the closes, those of which nobody knows, because the history ends before the window does.
    pub undecided: u64,
    /// From the company's last message to the close, of all closes together, in milliseconds.
    pub waited: i64,
    /// How many messages waited or were left out, by the code of the reason.
    pub withheld: BTreeMap<String, u64>,
}

impl Figures {
    /// The part of a reminder's recipients who answered it, of a thousand.
    #[must_use]
    pub fn rescued(&self, number: u32) -> Option<u64> {
        let (sent, answered) = self.reminders.get(&number)?;
        answered.saturating_mul(1_000).checked_div(*sent)
    }

    /// The part of closes that were premature, of a thousand; of those of which it is known.
    #[must_use]
    pub fn premature_rate(&self) -> Option<u64> {
        let known = self.closes.saturating_sub(self.undecided);
        self.premature.saturating_mul(1_000).checked_div(known)
    }

    /// How long a ticket that was closed had waited, on the average, in milliseconds.
    #[must_use]
    pub fn mean_wait(&self) -> Option<i64> {
        self.waited.checked_div(i64::try_from(self.closes).ok()?)
    }

    fn add(&mut self, outcome: &Outcome) {
        let up = |count: &mut u64| *count = count.saturating_add(1);
        up(&mut self.tickets);
        self.told = self.told.saturating_add(outcome.told);
        for sent in &outcome.reminders {
            let (count, answered) = self.reminders.entry(sent.number).or_default();
            up(count);
            if sent.answered.is_some() {
                up(answered);
            }
        }
        if let Some(closed) = &outcome.closed {
            up(&mut self.closes);
            match closed.premature {
                Premature::Yes(_) => up(&mut self.premature),
                Premature::Unknown => up(&mut self.undecided),
                Premature::No => {}
            }
            if closed.in_another {
                up(&mut self.in_another);
            }
            let waited = closed.at.saturating_sub(closed.silent_since);
            self.waited = self.waited.saturating_add(waited);
        }
        for (reason, count) in &outcome.withheld {
            let sum = self.withheld.entry(reason.clone()).or_default();
            *sum = sum.saturating_add(*count);
        }
    }
}

impl Figures {
    fn join(&mut self, other: Figures) {
        let sum = |one: &mut u64, other: u64| *one = one.saturating_add(other);
        sum(&mut self.tickets, other.tickets);
        sum(&mut self.told, other.told);
        sum(&mut self.closes, other.closes);
        sum(&mut self.premature, other.premature);
        sum(&mut self.undecided, other.undecided);
        sum(&mut self.in_another, other.in_another);
        self.waited = self.waited.saturating_add(other.waited);
        for (number, (sent, answered)) in other.reminders {
            let (all_sent, all_answered) = self.reminders.entry(number).or_default();
            sum(all_sent, sent);
            sum(all_answered, answered);
        }
        for (reason, count) in other.withheld {
            sum(self.withheld.entry(reason).or_default(), count);
        }
    }
}

impl Judged {
    /// Adds what came of later tickets.
    pub(crate) fn join(&mut self, later: Judged) {
        self.total.join(later.total);
        for (name, figures) in later.departments {
            self.departments.entry(name).or_default().join(figures);
        }
        self.premature.extend(later.premature);
    }

    /// Puts what was listed in an order of its own: that of time.
    pub(crate) fn put_in_order(&mut self) {
        self.premature.sort_by(|one, other| (one.1, &one.0).cmp(&(other.1, &other.0)));
    }

    pub(crate) fn add(&mut self, recorded: &Recorded, department: Option<&str>, outcome: &Outcome) {
        self.total.add(outcome);
        let name = department.unwrap_or_default();
        match self.departments.get_mut(name) {
            Some(figures) => figures.add(outcome),
            None => {
                let mut figures = Figures::default();
                figures.add(outcome);
                self.departments.insert(name.to_owned(), figures);
            }
        }
        if let Some(closed) = &outcome.closed
            && let Premature::Yes(wrote) = closed.premature
        {
            self.premature.push((recorded.id.clone(), closed.at, wrote));
        }
    }
}
