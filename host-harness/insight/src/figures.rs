//! Figures of a policy, computed in the same way for backtests, reports of a desk, and pages.

use std::collections::BTreeMap;

use despertador_contract::Instant;

use crate::backtest::Outcome;
use crate::history::RecordedTicket;

/// The figures of a policy: closes for inactivity, reminders, and withheld messages.
///
/// A close counts in [`premature_rate`](Self::premature_rate) only if its whole window was
/// observed, on both sides of the fraction. A customer who comes back is seen at once, and one who
/// stays away only when the window has passed; to count the former without the latter would make
/// the rate too high.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Closes for inactivity.
    pub closes: u64,
    /// Of these, premature closes.
    pub premature: u64,
    /// Of these, closes that cannot be judged yet: the window was not completely observed and
    /// nothing has followed.
    pub undecided: u64,
    /// Of these, closes whose whole window was observed.
    pub judged: u64,
    /// Of the judged closes, the premature ones.
    pub judged_premature: u64,
    /// Reminders, by their number from 1.
    pub reminders: BTreeMap<u32, ReminderCounts>,
    /// Withheld messages, by code of the reason.
    pub withheld: BTreeMap<String, u64>,
}

/// Results of a reminder.
///
/// Like a close, a reminder counts in [`answered_rate`](Self::answered_rate) only if the whole time
/// until its next step was observed, on both sides of the fraction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReminderCounts {
    /// How often it was sent.
    pub sent: u64,
    /// How often the customer answered: before the company wrote and before the next step.
    pub answered: u64,
    /// How often the time until the next step was not completely observed and nothing has followed.
    pub waiting: u64,
    /// How often the whole time until the next step was observed.
    pub judged: u64,
    /// Of these, how often the customer answered.
    pub judged_answered: u64,
}

/// Whether a close was premature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Premature {
    /// Nothing followed within the window.
    No,
    /// The customer came back at this instant, within the window.
    Yes(Instant),
    /// Nothing has followed, but the window was not completely observed.
    Unknown,
}

/// The verdict on a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it was premature.
    pub premature: Premature,
    /// Whether the whole window was observed, so that the verdict is final.
    pub is_judged: bool,
}

impl Premature {
    /// Its word: `no`, `yes`, `not-known`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Yes(_) => "yes",
            Self::Unknown => "not-known",
        }
    }
}

impl Verdict {
    /// Judges a close. `back` is when the customer came back; events are known until `known_until`.
    #[must_use]
    pub fn of(closed: Instant, back: Option<Instant>, window: i64, known_until: Instant) -> Self {
        let last = closed.saturating_add(window);
        let is_judged = known_until >= last;
        let premature = match back.filter(|at| *at <= last) {
            Some(at) => Premature::Yes(at),
            None if is_judged => Premature::No,
            None => Premature::Unknown,
        };
        Verdict { premature, is_judged }
    }
}

impl ReminderCounts {
    /// Counts one sent reminder: whether the customer answered, `None` while nothing has followed,
    /// and whether the whole time until the next step was observed.
    #[must_use]
    pub fn one(answered: Option<bool>, is_judged: bool) -> ReminderCounts {
        let is_answered = answered == Some(true);
        ReminderCounts {
            sent: 1,
            answered: u64::from(is_answered),
            waiting: u64::from(answered.is_none() && !is_judged),
            judged: u64::from(is_judged),
            judged_answered: u64::from(is_judged && is_answered),
        }
    }

    /// All reminders of a policy together.
    #[must_use]
    pub fn all(figures: &Figures) -> ReminderCounts {
        figures.reminders.values().fold(ReminderCounts::default(), |mut all, one| {
            all.join(*one);
            all
        })
    }

    /// The share of answered reminders, in thousandths, among those whose whole time was observed.
    #[must_use]
    pub fn answered_rate(self) -> Option<u64> {
        per_mille(self.judged_answered, self.judged)
    }

    /// Adds those of other tickets.
    pub fn join(&mut self, other: ReminderCounts) {
        up(&mut self.sent, other.sent);
        up(&mut self.answered, other.answered);
        up(&mut self.waiting, other.waiting);
        up(&mut self.judged, other.judged);
        up(&mut self.judged_answered, other.judged_answered);
    }
}

/// A share in thousandths, rounded to the nearest.
#[must_use]
pub fn per_mille(part: u64, of: u64) -> Option<u64> {
    part.saturating_mul(1_000).saturating_add(of / 2).checked_div(of)
}

fn up(count: &mut u64, by: u64) {
    *count = count.saturating_add(by);
}

impl Figures {
    /// Counts a close for inactivity.
    pub fn note_close(&mut self, verdict: Verdict) {
        up(&mut self.closes, 1);
        let is_premature = matches!(verdict.premature, Premature::Yes(_));
        up(&mut self.premature, u64::from(is_premature));
        up(&mut self.undecided, u64::from(verdict.premature == Premature::Unknown));
        if verdict.is_judged {
            up(&mut self.judged, 1);
            up(&mut self.judged_premature, u64::from(is_premature));
        }
    }

    /// The share of premature closes, in thousandths, among those whose whole window was observed.
    #[must_use]
    pub fn premature_rate(&self) -> Option<u64> {
        per_mille(self.judged_premature, self.judged)
    }

    /// The share of a reminder's recipients who answered, in thousandths, among those whose whole
    /// time until the next step was observed.
    #[must_use]
    pub fn rescued(&self, number: u32) -> Option<u64> {
        self.reminders.get(&number)?.answered_rate()
    }

    /// Adds those of other tickets.
    pub fn join(&mut self, other: &Figures) {
        up(&mut self.closes, other.closes);
        up(&mut self.premature, other.premature);
        up(&mut self.undecided, other.undecided);
        up(&mut self.judged, other.judged);
        up(&mut self.judged_premature, other.judged_premature);
        for (number, reminded) in &other.reminders {
            self.reminders.entry(*number).or_default().join(*reminded);
        }
        for (reason, count) in &other.withheld {
            up(self.withheld.entry(reason.clone()).or_default(), *count);
        }
    }
}

/// The results of a policy on a history.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judged {
    /// All tickets together.
    pub total: BacktestFigures,
    /// Each department; tickets without one are under the empty name.
    pub departments: BTreeMap<String, BacktestFigures>,
    /// Premature closes: the ticket, when it was closed, and when the customer wrote.
    pub premature: Vec<(String, Instant, Instant)>,
}

/// The figures of some tickets in a backtest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BacktestFigures {
    /// Tickets.
    pub tickets: u64,
    /// Recorded messages and events before the close.
    pub events: u64,
    /// The figures of the policy.
    pub figures: Figures,
    /// Premature closes after which the customer first opened another ticket of the department.
    pub in_another: u64,
    /// Time from the company's last message to the close, summed over all closes, in milliseconds.
    pub waited: i64,
    /// Tickets by their last rule, by position in the policy, from 0.
    pub rules: BTreeMap<u32, u64>,
}

impl BacktestFigures {
    /// Average waiting time of closed tickets, in milliseconds.
    #[must_use]
    pub fn mean_wait(&self) -> Option<i64> {
        self.waited.checked_div(i64::try_from(self.figures.closes).ok()?)
    }

    fn add(&mut self, outcome: &Outcome) {
        up(&mut self.tickets, 1);
        up(&mut self.events, outcome.events);
        for sent in &outcome.reminders {
            let reminded = self.figures.reminders.entry(sent.number).or_default();
            let answered = sent.answered.map(|_| true);
            reminded.join(ReminderCounts::one(answered, sent.is_judged));
        }
        if let Some(rule) = outcome.rule {
            up(self.rules.entry(rule).or_default(), 1);
        }
        if let Some(closed) = &outcome.closed {
            self.figures.note_close(closed.verdict);
            up(&mut self.in_another, u64::from(closed.in_another));
            let waited = closed.at.saturating_sub(closed.silent_since);
            self.waited = self.waited.saturating_add(waited);
        }
        for (reason, count) in &outcome.withheld {
            up(self.figures.withheld.entry(reason.clone()).or_default(), *count);
        }
    }

    fn join(&mut self, other: &BacktestFigures) {
        up(&mut self.tickets, other.tickets);
        up(&mut self.events, other.events);
        up(&mut self.in_another, other.in_another);
        self.waited = self.waited.saturating_add(other.waited);
        for (rule, tickets) in &other.rules {
            up(self.rules.entry(*rule).or_default(), *tickets);
        }
        self.figures.join(&other.figures);
    }
}

impl Judged {
    /// Adds the results of later tickets.
    pub(crate) fn join(&mut self, later: Judged) {
        self.total.join(&later.total);
        for (name, figures) in later.departments {
            self.departments.entry(name).or_default().join(&figures);
        }
        self.premature.extend(later.premature);
    }

    /// Sorts the list by time.
    pub(crate) fn put_in_order(&mut self) {
        self.premature.sort_by(|one, other| (one.1, &one.0).cmp(&(other.1, &other.0)));
    }

    pub(crate) fn add(
        &mut self,
        recorded: &RecordedTicket,
        department: Option<&str>,
        outcome: &Outcome,
    ) {
        self.total.add(outcome);
        let name = department.unwrap_or_default();
        match self.departments.get_mut(name) {
            Some(figures) => figures.add(outcome),
            None => {
                let mut figures = BacktestFigures::default();
                figures.add(outcome);
                self.departments.insert(name.to_owned(), figures);
            }
        }
        if let Some(closed) = &outcome.closed
            && let Premature::Yes(wrote) = closed.verdict.premature
        {
            self.premature.push((recorded.id.clone(), closed.at, wrote));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_counts_in_the_rate_only_if_its_whole_window_was_observed() {
        let mut figures = Figures::default();
        for (closed, back, premature, is_judged) in [
            (0, Some(10), Premature::Yes(10), true),
            (0, Some(11), Premature::No, true),
            (0, None, Premature::No, true),
            (90, None, Premature::No, true),
            (91, None, Premature::Unknown, false),
            // Seen at once, but those who stay away are not: it counts on neither side.
            (91, Some(95), Premature::Yes(95), false),
        ] {
            let verdict = Verdict::of(closed, back, 10, 100);
            assert_eq!(verdict, Verdict { premature, is_judged }, "{closed} {back:?}");
            figures.note_close(verdict);
        }
        assert_eq!((figures.closes, figures.premature, figures.undecided), (6, 2, 1));
        assert_eq!((figures.judged, figures.judged_premature), (4, 1));
        assert_eq!(figures.premature_rate(), Some(250));
    }

    #[test]
    fn a_reminder_counts_in_the_rate_only_if_its_whole_time_was_observed() {
        let mut all = ReminderCounts::default();
        for (answered, is_judged) in [
            (Some(true), true),
            (Some(false), true),
            (None, true),
            // Answered at once, but those who answer late are not seen yet: on neither side.
            (Some(true), false),
            (Some(false), false),
            (None, false),
        ] {
            all.join(ReminderCounts::one(answered, is_judged));
        }
        let counted =
            ReminderCounts { sent: 6, answered: 2, waiting: 1, judged: 3, judged_answered: 1 };
        assert_eq!(all, counted);
        assert_eq!(all.answered_rate(), Some(333));
    }

    #[test]
    fn shares_are_rounded_to_the_nearest() {
        assert_eq!(
            (per_mille(2, 3), per_mille(1, 3), per_mille(0, 0)),
            (Some(667), Some(333), None)
        );
    }
}
