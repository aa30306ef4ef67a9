//! A replay on several threads: one reads the journal, the others replay its tickets.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};

use despertador_host::Plugin;

use super::{Count, Difference, Replay, ReplayOptions, Replayed};
use crate::error::DeskError;
use crate::journal::{JournalEntry, Line};

/// Maximum number of tickets that wait for a thread.
const WAITING_TICKETS_MAX: usize = 256;

/// A piece of the journal for one thread.
enum Part {
    /// A policy, which every thread needs.
    Policy(Line),
    /// All entries of the ticket with this position in the journal.
    Ticket(u64, Vec<JournalEntry>),
}

/// The work of one thread: what it found, and the positions of the tickets in `found.first`.
struct Done {
    found: Replayed,
    positions: Vec<u64>,
    /// The position of the ticket at which it failed.
    failed: Option<(u64, DeskError)>,
}

impl Replay {
    /// Replays a journal on some threads, as [`push`](Self::push) does line by line. `read` calls its
    /// argument for each line, as [`Journal::read`](crate::journal::Journal::read) does.
    ///
    /// The result does not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new) and [`push`](Self::push), the first in the journal, and those of
    /// `read`.
    pub fn in_parallel<E: From<DeskError>, R>(
        (old, new): (&Plugin, &Plugin),
        options: &ReplayOptions,
        threads: NonZeroUsize,
        read: impl FnOnce(&mut dyn FnMut(Line) -> Result<bool, E>) -> Result<R, E>,
    ) -> Result<Replayed, E> {
        let replays =
            (0..threads.get()).map(|_| Self::new(old.clone(), new.clone(), options.clone()));
        let replays = replays.collect::<Result<Vec<_>, _>>()?;
        let is_stopped = AtomicBool::new(false);
        let (tickets, waiting) = mpsc::sync_channel(WAITING_TICKETS_MAX);
        let waiting = Mutex::new(waiting);
        std::thread::scope(|scope| {
            let mut policies = Vec::with_capacity(replays.len());
            let mut workers = Vec::with_capacity(replays.len());
            for replay in replays {
                let (known, unknown) = mpsc::channel();
                policies.push(known);
                let (waiting, is_stopped) = (&waiting, &is_stopped);
                workers.push(scope.spawn(move || work(replay, &unknown, waiting, is_stopped)));
            }
            let mut reader = Reader { position: 0, entries: Vec::new() };
            let read = read(&mut |line| {
                if let Some(part) = reader.next(line) {
                    match part {
                        Part::Policy(line) => policies.iter().for_each(|to| {
                            // A thread that has ended needs none.
                            let _: Result<(), _> = to.send(line.clone());
                        }),
                        Part::Ticket(position, entries) => {
                            if tickets.send((position, entries)).is_err() {
                                return Ok(false);
                            }
                        }
                    }
                }
                Ok(!is_stopped.load(Ordering::Relaxed))
            });
            if !reader.entries.is_empty() {
                let _: Result<(), _> = tickets.send((reader.position, reader.entries));
            }
            drop(tickets);
            let ended = |worker: std::thread::ScopedJoinHandle<'_, Done>| {
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            let done: Vec<Done> = workers.into_iter().map(ended).collect();
            read?;
            together(done, options.explained).map_err(E::from)
        })
    }
}

/// Gathers the entries of each ticket.
struct Reader {
    position: u64,
    entries: Vec<JournalEntry>,
}

impl Reader {
    fn next(&mut self, line: Line) -> Option<Part> {
        let entry = match line {
            Line::Policy { .. } => return Some(Part::Policy(line)),
            Line::Entry(entry) => *entry,
        };
        let goes_on = self
            .entries
            .last()
            .is_none_or(|last| last.account == entry.account && last.ticket == entry.ticket);
        if goes_on {
            self.entries.push(entry);
            return None;
        }
        let before = Part::Ticket(self.position, std::mem::replace(&mut self.entries, vec![entry]));
        self.position = self.position.saturating_add(1);
        Some(before)
    }
}

/// Replays tickets until there are no more. After a failure tickets are taken and not replayed.
fn work(
    mut replay: Replay,
    policies: &Receiver<Line>,
    waiting: &Mutex<Receiver<(u64, Vec<JournalEntry>)>>,
    is_stopped: &AtomicBool,
) -> Done {
    let (mut positions, mut failed) = (Vec::new(), None);
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((position, entries)) = next else { break };
        if failed.is_some() {
            continue;
        }
        // Policies come before the first ticket.
        let mut lines =
            policies.try_iter().chain(entries.into_iter().map(|e| Line::Entry(e.into())));
        let known = replay.found.first.len();
        let replayed = lines.try_for_each(|line| replay.push(line));
        replay.end_ticket();
        positions.extend((known..replay.found.first.len()).map(|_| position));
        if let Err(error) = replayed {
            failed = Some((position, error));
            is_stopped.store(true, Ordering::Relaxed);
        }
    }
    Done { found: replay.found, positions, failed }
}

/// The results of all threads in the order of the journal, or the first failure.
fn together(done: Vec<Done>, explained: usize) -> Result<Replayed, DeskError> {
    let mut all = Replayed::default();
    let mut first: Vec<(u64, Difference)> = Vec::new();
    let mut failures = Vec::new();
    for Done { found, positions, failed } in done {
        failures.extend(failed);
        all.tickets = all.tickets.saturating_add(found.tickets);
        all.decisions = all.decisions.saturating_add(found.decisions);
        all.differ = all.differ.saturating_add(found.differ);
        all.more = all.more.saturating_add(found.more);
        all.broken = all.broken.saturating_add(found.broken);
        found
            .kinds
            .into_iter()
            .for_each(|(kind, count)| all.kinds.entry(kind).or_default().add(count));
        for (department, count) in found.departments {
            all.departments.entry(department).or_default().add(count);
        }
        first.extend(positions.into_iter().zip(found.first));
    }
    if let Some((_, error)) = failures.into_iter().min_by_key(|(position, _)| *position) {
        return Err(error);
    }
    first.sort_by_key(|(position, _)| *position);
    let surplus = first.len().saturating_sub(explained);
    all.more = all.more.saturating_add(u64::try_from(surplus).unwrap_or(u64::MAX));
    all.first = first.into_iter().take(explained).map(|(_, difference)| difference).collect();
    Ok(all)
}

impl Count {
    fn add(&mut self, other: Self) {
        self.all = self.all.saturating_add(other.all);
        self.tickets = self.tickets.saturating_add(other.tickets);
    }
}
