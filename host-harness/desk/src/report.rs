//! Reports on a period from a desk's journal: which tickets were closed, and whether prematurely.
//!
//! [`Reporter::push`] receives a journal line by line and holds one ticket at a time. Each close of
//! the period is passed on as a [`Closed`]; [`Reporter::end`] returns the [`PeriodFigures`], in
//! total and by department. Closes are judged by later entries, so the journal must be read from
//! `since` to its end.
//!
//! | figure | what it counts |
//! |---|---|
//! | opened | tickets whose first entry, or whose event `opened`, is in the period |
//! | closed | closes in the period, by who closed; a ticket that is closed twice counts twice |
//! | automatic | closes by inactivity |
//! | premature | automatic closes after which, within the window, the customer wrote in the ticket or the ticket was reopened; one that they had written before and that was heard of after it too |
//! | not known | closes that nothing has followed so far and whose window has not passed |
//! | rates | of the closes whose window has passed: of the others only what went wrong is known |
//! | reopened | closes after which the ticket was reopened within the window, by inactivity and by agents |
//! | answered | reminders after which the customer wrote next: before the company, and before the next step |
//! | withheld | messages that could not go out at their time, by reason; each once a silence |
//! | withdrawn | actions that were asked for and taken back, by the reason of the decision before |
//! | given up, retried, sent again | actions that became dead letters, tries that failed and were followed by another one, dead letters sent by hand |
//! | lateness | from an action's deadline to when it was carried out |
//! | first response | from the customer's first message to the first one of an agent or AI agent after it, of those given in the period |
//! | resolution | from the opening of a ticket to its close, of the closes in the period |
//!
//! Events count for the department of the ticket at that time, openings for its first department.
//! An instant after the desk learned of the event counts as the latter.

mod closed;
mod figures;
mod ticket;

use std::collections::BTreeMap;

use despertador_contract::Instant;
use despertador_contract::Zone;
use despertador_contract::clock_face::show_rfc3339;
use serde_json::{Value, json};

pub use closed::{Closed, Rows, harmless};
pub use figures::{Lengths, PeriodFigures, Reopened};

use crate::journal::{JournalError, Line};
use crate::report::ticket::Told;

/// Maximum number of closes listed with the figures: the latest ones.
pub const LATEST_CLOSES_MAX: usize = 200;

const DAY: i64 = 86_400_000;

/// The period of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// The first instant.
    pub since: Instant,
    /// The first instant after it.
    pub until: Instant,
    /// Only this department; tickets without one have the empty name.
    pub department: Option<String>,
    /// The time after a close within which a message of the customer makes it premature, in
    /// milliseconds.
    pub window: i64,
    /// Until when events are known: the present, or the journal's last entry.
    pub known_until: Instant,
    /// The reader's zone: days begin at its midnight.
    pub zone: Zone,
}

impl Period {
    /// Whether an instant is in the period.
    #[must_use]
    pub fn has(&self, at: Instant) -> bool {
        (self.since..self.until).contains(&at)
    }

    /// The reader's day of an instant, counted from 1970-01-01.
    #[must_use]
    pub fn day(&self, at: Instant) -> i64 {
        self.zone.wall_clock(at).div_euclid(DAY)
    }

    fn is_about(&self, department: Option<&str>) -> bool {
        self.department.as_ref().is_none_or(|wanted| wanted == department.unwrap_or_default())
    }
}

/// The report on a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// The period.
    pub period: Period,
    /// All departments together.
    pub total: PeriodFigures,
    /// Each department; tickets without one are under the empty name.
    pub departments: BTreeMap<String, PeriodFigures>,
    /// Closes of each of the reader's days that has any, by who closed.
    pub days: BTreeMap<i64, BTreeMap<String, u64>>,
    /// The latest closes, at most [`LATEST_CLOSES_MAX`], the latest first.
    pub latest: Vec<Closed>,
}

/// Computes a report from a journal.
#[derive(Debug)]
pub struct Reporter {
    current: Option<Told>,
    found: Reported,
}

impl Reporter {
    /// Starts a report on a period.
    #[must_use]
    pub fn new(period: Period) -> Self {
        let found = Reported {
            period,
            total: PeriodFigures::default(),
            departments: BTreeMap::new(),
            days: BTreeMap::new(),
            latest: Vec::new(),
        };
        Self { current: None, found }
    }

    /// Sets the zone of days; to be called before the first entry.
    pub fn set_zone(&mut self, zone: Zone) {
        self.found.period.zone = zone;
    }

    /// Reads the next line of the journal; `each` receives the closes of each complete ticket.
    ///
    /// # Errors
    ///
    /// An unreadable entry, by number, or an error of `each`.
    pub fn push<E: From<JournalError>>(
        &mut self,
        line: Line,
        each: &mut impl FnMut(&Closed) -> Result<(), E>,
    ) -> Result<(), E> {
        let Line::Entry(entry) = line else { return Ok(()) };
        if self.current.as_ref().is_none_or(|current| !current.is_of(&entry)) {
            self.close_book(each)?;
            self.current = Some(Told::new(&entry));
        }
        match &mut self.current {
            Some(current) => current.push(&entry).map_err(E::from),
            None => Ok(()),
        }
    }

    /// Returns the report, after the end of the journal.
    ///
    /// # Errors
    ///
    /// An error of `each`.
    pub fn end<E>(
        mut self,
        each: &mut impl FnMut(&Closed) -> Result<(), E>,
    ) -> Result<Reported, E> {
        self.close_book(each)?;
        self.found.total = PeriodFigures::default();
        for figures in self.found.departments.values() {
            self.found.total.join(figures);
        }
        put_in_order(&mut self.found.latest);
        Ok(self.found)
    }

    /// Counts a complete ticket.
    fn close_book<E>(&mut self, each: &mut impl FnMut(&Closed) -> Result<(), E>) -> Result<(), E> {
        let Some(current) = self.current.take() else { return Ok(()) };
        let period = &self.found.period;
        let departments = &mut self.found.departments;
        let mut figures = |department: Option<&str>,
                           at: Instant,
                           count: &dyn Fn(&mut PeriodFigures)| {
            if period.has(at) && period.is_about(department) {
                count(departments.entry(department.unwrap_or_default().to_owned()).or_default());
            }
        };
        current.count(period, &mut figures);
        for closed in current.closed(period) {
            figures(closed.department.as_deref(), closed.closed, &|f| f.note_close(&closed));
            if !period.has(closed.closed) || !period.is_about(closed.department.as_deref()) {
                continue;
            }
            let day = self.found.days.entry(period.day(closed.closed)).or_default();
            let count = day.entry(closed.by_whom().to_owned()).or_default();
            *count = count.saturating_add(1);
            each(&closed)?;
            self.found.latest.push(closed);
            if self.found.latest.len() >= LATEST_CLOSES_MAX.saturating_mul(2) {
                put_in_order(&mut self.found.latest);
            }
        }
        Ok(())
    }
}

/// The latest first, up to the maximum.
fn put_in_order(latest: &mut Vec<Closed>) {
    latest.sort_by(|one, other| {
        (other.closed, &one.account, &one.ticket).cmp(&(one.closed, &other.account, &other.ticket))
    });
    latest.truncate(LATEST_CLOSES_MAX);
}

impl Reported {
    /// The figures as JSON: instants in RFC 3339, durations in milliseconds.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let departments = self.departments.iter().map(|(name, figures)| {
            let mut value = json!({ "department": (!name.is_empty()).then_some(name) });
            if let (Value::Object(all), Value::Object(more)) = (&mut value, figures.to_json()) {
                all.extend(more);
            }
            value
        });
        let days = self
            .days
            .iter()
            .map(|(day, closed)| json!({ "day": day_name(*day), "closed": closed }));
        json!({
            "since": show_rfc3339(self.period.since),
            "until": show_rfc3339(self.period.until),
            "known-until": show_rfc3339(self.period.known_until),
            "window-ms": self.period.window,
            "total": self.total.to_json(),
            "departments": departments.collect::<Vec<_>>(),
            "days": days.collect::<Vec<_>>(),
        })
    }
}

/// The date of a [day](Period::day): `2026-03-02`.
#[must_use]
pub fn day_name(day: i64) -> String {
    let name = show_rfc3339(day.saturating_mul(DAY));
    name.split_once('T').map_or_else(|| name.clone(), |(date, _)| date.to_owned())
}
