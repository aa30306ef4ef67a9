//! The thread that owns the desk.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use despertador_contract::Instant;

use super::{Clock, Request, RuntimeOptions, Then};
use crate::desk::{Delivery, DeliveryReport, Desk, Incoming, Receipt, Round};
use crate::error::DeskError;
use crate::store::{DeliveryPermit, Store, StoreError, StoreProblem};

/// The longest sleep while something is scheduled, so that a changed clock is noticed.
const SLEEP_WHILE_SCHEDULED: Duration = Duration::from_secs(1);
/// The sleep while nothing is scheduled.
const SLEEP_WHILE_IDLE: Duration = Duration::from_secs(60);
/// The pause of the desk's own work after a failure of the store, in milliseconds.
const FAILURE_PAUSE_MS: i64 = 1_000;

pub(super) struct Writer<S> {
    desk: Desk<S>,
    clock: Arc<dyn Clock>,
    requests: Receiver<Request<S>>,
    /// `None` once the desk stops: the workers then end by themselves.
    jobs: Option<Sender<Delivery>>,
    options: RuntimeOptions,
    in_flight: usize,
    permit: DeliveryPermit,
    /// The desk's own work pauses until then, after a failure of the store.
    paused_until: Option<Instant>,
}

/// Requests that share a commit.
#[derive(Default)]
struct CommitGroup {
    incoming: Vec<Incoming>,
    replies: Vec<(usize, Then)>,
    reports: Vec<DeliveryReport>,
}

impl CommitGroup {
    fn is_empty(&self) -> bool {
        self.replies.is_empty() && self.reports.is_empty()
    }

    /// Gives each caller the receipts of its events.
    fn reply(self, receipts: Vec<Receipt>) {
        let mut receipts = receipts.into_iter();
        for (count, reply) in self.replies {
            reply(Ok(receipts.by_ref().take(count).collect()));
        }
    }

    fn fail(self, error: &DeskError) {
        for (_, reply) in self.replies {
            reply(Err(error.clone()));
        }
    }
}

impl<S: Store> Writer<S> {
    pub(super) fn new(
        desk: Desk<S>,
        clock: Arc<dyn Clock>,
        requests: Receiver<Request<S>>,
        jobs: Sender<Delivery>,
        options: RuntimeOptions,
    ) -> Self {
        let (jobs, permit) = (Some(jobs), desk.store().delivery_permit());
        Self { desk, clock, requests, jobs, options, in_flight: 0, permit, paused_until: None }
    }

    pub(super) fn run(mut self) -> Desk<S> {
        while self.jobs.is_some() || self.in_flight > 0 {
            let group = match self.requests.recv_timeout(self.sleep()) {
                Ok(request) => self.serve(request),
                Err(RecvTimeoutError::Timeout) => CommitGroup::default(),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            self.round(group);
        }
        self.desk
    }

    /// Serves a request and those waiting behind it, as many as fit into one commit. Returns those
    /// that are not stored yet.
    fn serve(&mut self, first: Request<S>) -> CommitGroup {
        let mut group = CommitGroup::default();
        let mut next = Some(first);
        while let Some(request) = next {
            match request {
                Request::Take(incoming, reply) => {
                    group.replies.push((incoming.len(), reply));
                    group.incoming.extend(incoming);
                }
                Request::Reported(report) => group.reports.push(report),
                Request::Ask(question) => {
                    // A query sees the events recorded before it.
                    self.store(std::mem::take(&mut group));
                    question(&mut self.desk, self.clock.now());
                }
                Request::Stop => self.jobs = None,
            }
            let full = group.incoming.len().max(group.reports.len()) >= self.options.commit;
            next = if full { None } else { self.requests.try_recv().ok() };
        }
        group
    }

    /// Stores requests, and does the desk's own work in the same commit.
    fn round(&mut self, group: CommitGroup) {
        let now = self.clock.now();
        if !self.may_work(now) {
            return self.store(group);
        }
        self.in_flight = self.in_flight.saturating_sub(group.reports.len());
        let free_workers = self.free_workers();
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let is_idle = !is_due(self.desk.next_due())
            && (free_workers == 0 || !is_due(self.desk.next_delivery()));
        if group.is_empty() && is_idle {
            return;
        }
        let round = Round {
            reports: &group.reports,
            incoming: &group.incoming,
            tickets: if free_workers == 0 { 0 } else { self.options.wake },
            actions: free_workers,
            per_account: self.options.per_account,
        };
        match self.measured(now, |desk| desk.run_round(now, &round)) {
            Ok(done) => {
                group.reply(done.receipts);
                let has_claimed = !done.deliveries.is_empty();
                self.hand_over(done.deliveries);
                // Tickets whose actions cannot be claimed yet are evaluated when nothing else can be.
                if !has_claimed && is_due(self.desk.next_due()) {
                    self.poll(now);
                }
            }
            Err(error) if is_about_data(&error) => {
                // Each step alone moves aside what is damaged.
                self.in_flight = self.in_flight.saturating_add(group.reports.len());
                self.store(group);
                self.own_work(now);
            }
            Err(error) => {
                group.fail(&error);
                self.pause_after(now, error);
            }
        }
    }

    /// Stores requests, each kind in a commit of its own.
    fn store(&mut self, group: CommitGroup) {
        let now = self.clock.now();
        if !group.reports.is_empty() {
            self.in_flight = self.in_flight.saturating_sub(group.reports.len());
            // If this is not stored, the actions are claimed again, under their keys.
            let recorded = self.measured(now, |desk| desk.record_deliveries(now, &group.reports));
            if let Err(error) = recorded {
                self.pause_after(now, error);
            }
        }
        if group.replies.is_empty() {
            return;
        }
        match self.measured(now, |desk| desk.record_events(now, &group.incoming)) {
            Ok(receipts) => group.reply(receipts),
            Err(error) => {
                group.fail(&error);
                if is_fatal(&error) {
                    self.pause_after(now, error);
                }
            }
        }
    }

    /// Whether the desk does its own work: not after it was stopped or replaced, nor in the pause
    /// after a failure.
    fn may_work(&mut self, now: Instant) -> bool {
        let is_paused = self
            .paused_until
            .is_some_and(|until| now < until && until <= now.saturating_add(FAILURE_PAUSE_MS));
        if !is_paused {
            self.paused_until = None;
        }
        if self.permit.is_lost() && self.jobs.is_some() {
            let found = "another process has taken over the desk";
            self.pause_after(now, StoreError::new(StoreProblem::Fenced, found).into());
        }
        self.jobs.is_some() && !is_paused
    }

    /// Evaluates due tickets and claims as many actions as there are free workers, each in a commit
    /// of its own.
    fn own_work(&mut self, now: Instant) {
        if self.desk.next_due().is_some_and(|at| at <= now) {
            self.poll(now);
        }
        let per_account = self.options.per_account;
        let free_workers = self.free_workers();
        if free_workers == 0 || self.desk.next_delivery().is_none_or(|at| at > now) {
            return;
        }
        match self
            .measured(now, |desk| desk.claim_deliveries_per_account(now, free_workers, per_account))
        {
            Ok(deliveries) => self.hand_over(deliveries),
            Err(error) => self.pause_after(now, error),
        }
    }

    /// Evaluates due tickets.
    fn poll(&mut self, now: Instant) {
        let budget = self.options.wake;
        if let Err(error) = self.measured(now, |desk| desk.poll_due(now, budget)) {
            self.pause_after(now, error);
        }
    }

    /// Passes claimed actions to the workers.
    fn hand_over(&mut self, deliveries: Vec<Delivery>) {
        for delivery in deliveries {
            if self.jobs.as_ref().is_some_and(|jobs| jobs.send(delivery).is_ok()) {
                self.in_flight = self.in_flight.saturating_add(1);
            }
        }
    }

    /// Number of deliveries that may begin.
    fn free_workers(&self) -> usize {
        match self.permit.is_given() {
            true => self.options.workers.saturating_sub(self.in_flight),
            false => 0,
        }
    }

    /// Runs a committing call and measures its duration.
    fn measured<R>(&mut self, begun: Instant, work: impl FnOnce(&mut Desk<S>) -> R) -> R {
        let done = work(&mut self.desk);
        self.desk.note_commit(begun, self.clock.now());
        done
    }

    /// Pauses the desk's own work after an error, or ends it for good.
    fn pause_after(&mut self, now: Instant, error: DeskError) {
        if is_fatal(&error) {
            self.jobs = None;
        }
        self.desk.note_trouble(now, error);
        self.paused_until = Some(now.saturating_add(FAILURE_PAUSE_MS));
    }

    fn sleep(&self) -> Duration {
        if self.jobs.is_none() {
            return SLEEP_WHILE_IDLE;
        }
        let is_given = self.permit.is_given();
        let delivery = self.desk.next_delivery().filter(|_| self.free_workers() > 0);
        // Whether deliveries may begin is seen in a moment.
        let delivery = delivery.or((!is_given).then_some(Instant::MAX));
        let Some(next) = [self.desk.next_due(), delivery].into_iter().flatten().min() else {
            return SLEEP_WHILE_IDLE;
        };
        let next = self.paused_until.map_or(next, |until| until.max(next));
        let millis = u64::try_from(next.saturating_sub(self.clock.now())).unwrap_or(0);
        Duration::from_millis(millis).min(SLEEP_WHILE_SCHEDULED)
    }
}

/// Whether an error concerns stored data, of one ticket perhaps.
fn is_about_data(error: &DeskError) -> bool {
    is_fatal(error) || matches!(error, DeskError::Unreadable(_))
}

/// Whether the desk must stop: its file is damaged where no ticket can be moved aside for it, such
/// as in an index, or another process has taken over. It could not tell what is due any more, and
/// would only seem to run.
fn is_fatal(error: &DeskError) -> bool {
    matches!(
        error,
        DeskError::Store(StoreError { problem: StoreProblem::Corrupt | StoreProblem::Fenced, .. })
    )
}
