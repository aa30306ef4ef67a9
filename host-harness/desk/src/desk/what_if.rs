//! What another policy would do to open tickets, calculated on copies.
//!
//! The desk only copies the tickets. The calculation needs neither the desk nor its store, and may
//! run on another thread.

use std::collections::{BTreeMap, BTreeSet};

use despertador_contract::{Action, Duration, Instant, Outcome, Step};
use despertador_host::{CallError, Conversation, Policy, Session, next_call};
use serde::Serialize;
use utoipa::ToSchema;

use super::ticket::LoadedTicket;
use super::{Desk, account};
use crate::error::DeskError;
use crate::store::{Query, Store, TicketRow};

/// Maximum number of calls per ticket and policy: nine reminders, their waits and the close.
const CALLS_MAX: usize = 32;
/// How far ahead is calculated, in milliseconds.
const HORIZON_MS: i64 = 366 * 86_400_000;
/// Maximum number of tickets named as examples of a change.
const EXAMPLES_MAX: usize = 5;

/// Copies of open tickets, with the policy in force and another one.
#[derive(Debug)]
pub struct WhatIf {
    before: Policy,
    after: Policy,
    tickets: Vec<(Conversation, Instant)>,
    are_all: bool,
    skipped: u64,
}

/// What changes for open tickets under another policy, if their customers stay silent and every
/// action is carried out at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = PolicyEffect)]
pub struct PolicyEffect {
    /// Number of open tickets that were calculated.
    pub tickets: u64,
    /// Whether these are all open tickets of the account. If not, they are those that are due next
    /// and those that were opened last.
    pub are_all: bool,
    /// Number of open tickets that were left out, because they are deferred or cannot be read.
    pub skipped: u64,
    /// For how many of them something changes.
    pub touched: u64,
    /// For how many of them a reminder or the close is due at once, which now is not.
    pub at_once: u64,
    /// The changes, by kind. A ticket is in one of them.
    pub changes: Vec<PolicyChange>,
}

/// A kind of change, and the tickets that have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PolicyChange {
    /// What changes.
    pub change: ChangeKind,
    /// Number of tickets.
    pub tickets: u64,
    /// By how much sooner or later they are closed; none for other changes.
    pub by: Option<Shift>,
    /// The ids of some of them.
    pub examples: Vec<String>,
}

/// What changes for a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It is closed sooner.
    ClosedSooner,
    /// It is closed later.
    ClosedLater,
    /// It is closed, and under the policy in force it is not.
    NewlyClosed,
    /// It is not closed, and under the policy in force it is.
    NoLongerClosed,
    /// It is closed at the same time, or not, and its messages or their times are others.
    OtherMessages,
}

/// How much closes move, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Shift {
    /// The smallest.
    pub least_ms: Duration,
    /// The median.
    pub median_ms: Duration,
    /// The largest.
    pub most_ms: Duration,
}

impl<S: Store> Desk<S> {
    /// Copies at most twice `limit` open tickets, to calculate what a policy would do to them: those
    /// that are due next, and those that were opened last.
    ///
    /// # Errors
    ///
    /// All problems of the policy at once, or see [`DeskError`].
    pub fn query_what_if(
        &self,
        now: Instant,
        account: &str,
        config: &str,
        departments: Option<&[String]>,
        limit: usize,
    ) -> Result<WhatIf, DeskError> {
        let row = &self.account(account)?.row;
        let after = self.policy_on_trial(row.no, config, departments)?;
        // Its failures must not count against the account.
        let before = account::parse(&self.plugin, self.store.policy(row.no, row.policy)?.as_ref())?;
        let open = Query {
            account: row.no,
            status: Some("open".into()),
            limit: limit.saturating_add(1),
            newest_first: true,
            ..Query::default()
        };
        let mut rows = self.store.tickets(&open)?;
        let are_all = rows.len() <= limit;
        rows.truncate(limit);
        if !are_all {
            let by_due = Query { by_due: true, limit, ..open };
            rows.extend(self.store.tickets(&by_due)?);
        }
        Ok(WhatIf::of(rows, now, are_all, before, after))
    }
}

impl<S: Store> Desk<S> {
    /// The next steps of a ticket until its close, if its customer stays silent and each is carried
    /// out at its time; none while it is deferred.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_next_steps(
        &mut self,
        now: Instant,
        account: &str,
        ticket: &str,
    ) -> Result<Vec<(Instant, Step)>, DeskError> {
        let policy = self.account(account)?.policy.clone();
        self.with(account, ticket, |_, loaded| {
            if loaded.deferred.is_some() {
                return Ok(Vec::new());
            }
            let now = loaded.now(now);
            let forecast = Forecast::of(&mut policy.session(), &loaded.conversation, now)?;
            let close = forecast.close.map(|at| (at, Step::Close));
            let steps = forecast.actions.into_iter().map(|(at, action)| (at, action.key.step));
            Ok(steps.chain(close).collect())
        })
    }
}

impl WhatIf {
    fn of(
        rows: Vec<TicketRow>,
        now: Instant,
        are_all: bool,
        before: Policy,
        after: Policy,
    ) -> Self {
        let mut known = BTreeSet::new();
        let mut what_if = Self { before, after, tickets: Vec::new(), are_all, skipped: 0 };
        for row in rows.into_iter().filter(|row| known.insert(row.no)) {
            let is_deferred = row.deferred.is_some();
            match LoadedTicket::from_row(row, Vec::new()) {
                Ok(loaded) if !is_deferred => {
                    let now = loaded.now(now);
                    what_if.tickets.push((loaded.conversation, now));
                }
                _ => what_if.skipped = what_if.skipped.saturating_add(1),
            }
        }
        what_if
    }

    /// Calculates each ticket under both policies, until `is_stopped` says that nobody waits for it
    /// any more. A ticket for which the plugin fails is left out, and counted as such.
    #[must_use]
    pub fn calculate(mut self, is_stopped: impl Fn() -> bool) -> PolicyEffect {
        let tickets = std::mem::take(&mut self.tickets);
        let mut effect = PolicyEffect {
            are_all: self.are_all,
            skipped: self.skipped,
            ..PolicyEffect::default()
        };
        let mut kinds: BTreeMap<ChangeKind, (Vec<Duration>, Vec<String>, u64)> = BTreeMap::new();
        let (mut before, mut after) = (self.before.session(), self.after.session());
        for (conversation, now) in &tickets {
            if is_stopped() {
                break;
            }
            let forecasts = Forecast::of(&mut before, conversation, *now)
                .and_then(|one| Ok((one, Forecast::of(&mut after, conversation, *now)?)));
            let Ok((one, other)) = forecasts else {
                effect.skipped = effect.skipped.saturating_add(1);
                continue;
            };
            effect.tickets = effect.tickets.saturating_add(1);
            let Some((kind, by)) = change(&one, &other) else { continue };
            effect.touched = effect.touched.saturating_add(1);
            let is_new = other.is_due_at(*now) && !one.is_due_at(*now);
            effect.at_once = effect.at_once.saturating_add(u64::from(is_new));
            let (shifts, examples, count) = kinds.entry(kind).or_default();
            *count = count.saturating_add(1);
            shifts.extend(by);
            if examples.len() < EXAMPLES_MAX {
                examples.push(conversation.ticket.id.clone());
            }
        }
        effect.changes = kinds
            .into_iter()
            .map(|(change, (shifts, examples, tickets))| PolicyChange {
                change,
                tickets,
                by: Shift::of(shifts),
                examples,
            })
            .collect();
        effect
    }
}

impl Shift {
    fn of(mut shifts: Vec<Duration>) -> Option<Shift> {
        shifts.sort_unstable();
        let median = *shifts.get(shifts.len() / 2)?;
        Some(Shift { least_ms: *shifts.first()?, median_ms: median, most_ms: *shifts.last()? })
    }
}

/// What happens to a ticket from now on if its customer stays silent and every action is carried out
/// at once.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Forecast {
    /// The actions with their instants, without the close.
    pub(super) actions: Vec<(Instant, Action)>,
    pub(super) close: Option<Instant>,
}

impl Forecast {
    pub(super) fn of(
        session: &mut Session<'_>,
        ticket: &Conversation,
        now: Instant,
    ) -> Result<Forecast, CallError> {
        let mut ticket = ticket.clone();
        let mut forecast = Forecast::default();
        let mut at = now;
        let mut decision = ticket.tick(&mut *session, at)?;
        let end = now.saturating_add(HORIZON_MS);
        for _ in 0..CALLS_MAX {
            if let Outcome::Act(action) = &decision.outcome {
                if matches!(action.key.step, Step::Close | Step::Resolve) {
                    forecast.close = Some(at);
                    break;
                }
                forecast.actions.push((at, action.clone()));
            }
            let Some(call) = next_call(&decision, at, end) else { break };
            at = call.now();
            decision = ticket.record(&mut *session, None, &call)?.decision;
        }
        Ok(forecast)
    }

    fn is_due_at(&self, now: Instant) -> bool {
        self.close == Some(now) || self.actions.first().is_some_and(|(at, _)| *at == now)
    }
}

/// What differs between two forecasts, and by how much a close moves.
fn change(before: &Forecast, after: &Forecast) -> Option<(ChangeKind, Option<Duration>)> {
    match (before.close, after.close) {
        (Some(was), Some(is)) if is < was => {
            Some((ChangeKind::ClosedSooner, Some(was.abs_diff(is))))
        }
        (Some(was), Some(is)) if is > was => {
            Some((ChangeKind::ClosedLater, Some(was.abs_diff(is))))
        }
        (None, Some(_)) => Some((ChangeKind::NewlyClosed, None)),
        (Some(_), None) => Some((ChangeKind::NoLongerClosed, None)),
        _ => (before.actions != after.actions).then_some((ChangeKind::OtherMessages, None)),
    }
}
