//! The threads around a desk: one that writes, and some that deliver.
//!
//! Callers send events through a [`DeskHandle`] and get the receipts once they are durable.
//! Requests that wait at the same time share one commit, so that many callers together are faster
//! than one. Between requests the writer sleeps until the desk's next instant.

mod clock;
mod writer;

use std::fmt;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use despertador_contract::Instant;

use crate::desk::{Delivery, DeliveryOutcome, DeliveryReport, Desk, Incoming, Receipt};
use crate::error::DeskError;
use crate::sink::{Sink, carry_out};
use crate::store::{DeliveryPermit, Store};
use writer::Writer;

pub(crate) use clock::Stopwatch;
pub use clock::{Clock, SystemClock};

/// Options of the threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuntimeOptions {
    /// Maximum number of waiting requests; further callers block. Default 1,024.
    pub waiting: usize,
    /// Maximum number of events in a commit. Default 1,000.
    pub commit: usize,
    /// Maximum number of tickets evaluated between two requests. Default 500.
    pub wake: usize,
    /// Maximum number of concurrent deliveries. Default 8.
    pub workers: usize,
    /// Maximum number of concurrent deliveries per account, so that a slow receiver does not delay
    /// other accounts. Default 4.
    pub per_account: usize,
}

impl Default for RuntimeOptions {
    fn default() -> Self {
        Self { waiting: 1_024, commit: 1_000, wake: 500, workers: 8, per_account: 4 }
    }
}

/// A running desk.
pub struct Runtime<S> {
    handle: DeskHandle<S>,
    writer: JoinHandle<Desk<S>>,
    workers: Vec<JoinHandle<()>>,
}

/// Access to a running desk. Cheap to clone, one for each thread.
pub struct DeskHandle<S> {
    requests: SyncSender<Request<S>>,
}

impl<S> Clone for DeskHandle<S> {
    fn clone(&self) -> Self {
        Self { requests: self.requests.clone() }
    }
}

/// Why a request to a running desk failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HandleError {
    /// The desk returned an error.
    #[error(transparent)]
    Desk(DeskError),
    /// The desk has stopped. Whether the request was carried out is not known.
    #[error("the desk has stopped; send it again once it runs")]
    Stopped,
    /// The queue of requests is full; nothing was done. Only [`DeskHandle::try_record_events`] and
    /// [`DeskHandle::try_call`] return this, the others wait.
    #[error("too many requests are waiting for the desk; send it again in a moment")]
    Busy,
}

type Question<S> = Box<dyn FnOnce(&mut Desk<S>, Instant) + Send>;

/// Called with the receipts or the error.
type Then = Box<dyn FnOnce(Result<Vec<Receipt>, DeskError>) + Send>;

enum Request<S> {
    Take(Vec<Incoming>, Then),
    Ask(Question<S>),
    Reported(DeliveryReport),
    Stop,
}

impl<S: Store + Send + 'static> DeskHandle<S> {
    /// Records events, and returns the receipts once they are durable.
    ///
    /// # Errors
    ///
    /// Nothing was stored, or the desk has stopped.
    pub fn record_events(&self, incoming: Vec<Incoming>) -> Result<Vec<Receipt>, HandleError> {
        let (reply, answer) = mpsc::sync_channel(1);
        let then: Then = Box::new(move |receipts| {
            // The caller may have stopped waiting.
            let _: Result<(), _> = reply.send(receipts);
        });
        self.requests.send(Request::Take(incoming, then)).map_err(|_| HandleError::Stopped)?;
        answer.recv().map_err(|_| HandleError::Stopped)?.map_err(HandleError::Desk)
    }

    /// Records events without blocking. `then` is called on the desk's thread once they are durable
    /// and must be quick; it is dropped if the desk stops before.
    ///
    /// # Errors
    ///
    /// [`HandleError::Busy`] or [`HandleError::Stopped`]; `then` is not called.
    pub fn try_record_events(
        &self,
        incoming: Vec<Incoming>,
        then: impl FnOnce(Result<Vec<Receipt>, DeskError>) + Send + 'static,
    ) -> Result<(), HandleError> {
        self.requests.try_send(Request::Take(incoming, Box::new(then))).map_err(not_sent)
    }

    /// Runs a function on the desk without blocking, as
    /// [`try_record_events`](Self::try_record_events) does.
    ///
    /// # Errors
    ///
    /// [`HandleError::Busy`] or [`HandleError::Stopped`]; the function is not called.
    pub fn try_call(
        &self,
        question: impl FnOnce(&mut Desk<S>, Instant) + Send + 'static,
    ) -> Result<(), HandleError> {
        self.requests.try_send(Request::Ask(Box::new(question))).map_err(not_sent)
    }

    /// Runs a function on the desk, between two commits, and returns its result.
    ///
    /// # Errors
    ///
    /// The desk has stopped.
    pub fn call<R: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Desk<S>, Instant) -> R + Send + 'static,
    ) -> Result<R, HandleError> {
        let (reply, answer) = mpsc::sync_channel(1);
        let question: Question<S> = Box::new(move |desk, now| {
            // The caller may have stopped waiting.
            let _: Result<(), _> = reply.send(question(desk, now));
        });
        self.requests.send(Request::Ask(question)).map_err(|_| HandleError::Stopped)?;
        answer.recv().map_err(|_| HandleError::Stopped)
    }
}

fn not_sent<T>(error: TrySendError<T>) -> HandleError {
    match error {
        TrySendError::Full(_) => HandleError::Busy,
        TrySendError::Disconnected(_) => HandleError::Stopped,
    }
}

impl<S: Store + Send + 'static> Runtime<S> {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// The system cannot start more threads.
    pub fn start(
        desk: Desk<S>,
        clock: impl Clock,
        sink: impl Sink,
        options: RuntimeOptions,
    ) -> std::io::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let sink: Arc<dyn Sink> = Arc::new(sink);
        let (requests, waiting) = mpsc::sync_channel(options.waiting.max(1));
        let (jobs, work) = mpsc::channel();
        let work = Arc::new(Mutex::new(work));
        let mut workers = Vec::with_capacity(options.workers);
        for n in 0..options.workers {
            let (work, requests) = (Arc::clone(&work), requests.clone());
            let (clock, sink) = (Arc::clone(&clock), Arc::clone(&sink));
            let carrier = Carrier { permit: desk.store().delivery_permit(), clock, sink };
            let worker = std::thread::Builder::new().name(format!("delivery-{n}"));
            workers.push(worker.spawn(move || deliver(&work, &requests, &carrier))?);
        }
        let writer = Writer::new(desk, clock, waiting, jobs, options);
        let writer = std::thread::Builder::new().name("desk".into()).spawn(move || writer.run())?;
        Ok(Self { handle: DeskHandle { requests }, writer, workers })
    }

    /// Returns a handle.
    #[must_use]
    pub fn handle(&self) -> DeskHandle<S> {
        self.handle.clone()
    }

    /// Stops: recorded events are stored, deliveries in progress are awaited, and no new work
    /// begins. Returns the desk; `None` if its thread crashed.
    #[must_use]
    pub fn stop(self) -> Option<Desk<S>> {
        let _: Result<(), _> = self.handle.requests.send(Request::Stop);
        let desk = self.writer.join().ok();
        for worker in self.workers {
            let _: Result<(), _> = worker.join();
        }
        desk
    }
}

/// What a worker needs to carry out deliveries.
struct Carrier {
    permit: DeliveryPermit,
    clock: Arc<dyn Clock>,
    sink: Arc<dyn Sink>,
}

impl Carrier {
    fn carry_out<S: Store>(
        &self,
        delivery: &Delivery,
        requests: &SyncSender<Request<S>>,
    ) -> DeliveryOutcome {
        let carry_out = std::panic::AssertUnwindSafe(|| {
            self.refuse_without_permit().unwrap_or_else(|| {
                carry_out(&*self.sink, delivery, |heard| {
                    // Reading back took its time.
                    confirm(delivery, requests, heard).or_else(|| self.refuse_without_permit())
                })
            })
        });
        let made = std::panic::catch_unwind(carry_out);
        made.unwrap_or_else(|_| DeliveryOutcome::Retry("the sink crashed".into()))
    }

    fn refuse_without_permit(&self) -> Option<DeliveryOutcome> {
        let why = "the lease of the desk's database ends before a delivery would";
        (!self.permit.is_given()).then(|| DeliveryOutcome::Retry(why.into()))
    }
}

/// A worker: carries out deliveries and reports their results.
fn deliver<S: Store>(
    work: &Mutex<Receiver<Delivery>>,
    requests: &SyncSender<Request<S>>,
    carrier: &Carrier,
) {
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(delivery) = next else { return };
        let outcome = carrier.carry_out(&delivery, requests);
        let Delivery { account, key, .. } = delivery;
        let report = DeliveryReport { account, key, at: carrier.clock.now(), outcome };
        if requests.send(Request::Reported(report)).is_err() {
            return;
        }
    }
}

/// Has the desk record what was read back and confirm the action.
fn confirm<S: Store>(
    delivery: &Delivery,
    requests: &SyncSender<Request<S>>,
    heard: Vec<Incoming>,
) -> Option<DeliveryOutcome> {
    let (reply, answer) = mpsc::sync_channel(1);
    let claimed = delivery.clone();
    let question: Question<S> = Box::new(move |desk, now| {
        // The worker waits for the answer.
        let _: Result<(), _> = reply.send(desk.confirm_delivery(now, &claimed, &heard));
    });
    match requests.send(Request::Ask(question)).ok().and_then(|()| answer.recv().ok()) {
        Some(Ok(outcome)) => outcome,
        Some(Err(error)) => Some(DeliveryOutcome::Retry(error.to_string())),
        None => Some(DeliveryOutcome::Retry("the desk has stopped".into())),
    }
}

impl<S> fmt::Debug for Runtime<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("workers", &self.workers.len()).finish_non_exhaustive()
    }
}

impl<S> fmt::Debug for DeskHandle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeskHandle").finish_non_exhaustive()
    }
}
