//! Changes of tickets, fanned out to those who watch an account.
//!
//! The desk notifies once per commit. Nobody who watches asks the desk: the changed tickets are
//! written once, kept for a while, and sent to each watcher in frames with a pause between them. A
//! watcher that was away continues after the last frame it has, or is told to read everything again.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use despertador_desk::Committed;
use tokio::sync::watch;

use crate::api::TicketLine;

/// Maximum number of watchers of one account.
const ACCOUNT_WATCHERS_MAX: usize = 100;
/// Maximum number of watchers of all accounts.
const WATCHERS_MAX: usize = 1_000;
/// Maximum size of the changes that are kept for one account, in bytes.
const KEPT_BYTES_MAX: usize = 512 << 10;
/// Maximum number of tickets of one commit that are named one by one.
const TICKETS_PER_COMMIT_MAX: usize = 250;
/// The shortest pause between two frames for one watcher.
pub(crate) const FRAME_PAUSE: Duration = Duration::from_millis(250);
/// How long nothing is sent before a sign of life.
pub(crate) const SILENCE_MAX: Duration = Duration::from_secs(15);

/// The accounts that are or were watched.
#[derive(Debug)]
pub(crate) struct Changes {
    accounts: Mutex<HashMap<String, Arc<Channel>>>,
    /// Distinguishes the positions of this run from those of another one.
    run: u64,
}

/// The latest changes of one account.
#[derive(Debug)]
struct Channel {
    kept: Mutex<Kept>,
    /// The position of the last change; every watcher waits for it to move.
    last: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    changes: VecDeque<Change>,
    bytes: usize,
    watchers: usize,
}

/// The changes of one commit.
#[derive(Debug, Clone)]
struct Change {
    position: u64,
    /// The changed tickets as JSON, with commas between; `None` if there were too many.
    tickets: Option<Arc<str>>,
}

/// What a watcher has missed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Missed {
    /// These tickets, as JSON with commas between.
    Tickets(String),
    /// More than is kept: everything has to be read again.
    All,
}

/// One who watches an account.
#[derive(Debug)]
pub(crate) struct Watcher {
    channel: Arc<Channel>,
    moved: watch::Receiver<u64>,
    /// The position of the last change that was sent; `None` if everything has to be read.
    position: Option<u64>,
    run: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Changes {
    pub(crate) fn new(run: u64) -> Changes {
        Changes { accounts: Mutex::default(), run }
    }

    /// Notes the tickets of a commit. Accounts that nobody has watched cost nothing.
    pub(crate) fn publish(&self, committed: &[Committed<'_>]) {
        let accounts = lock(&self.accounts);
        if accounts.is_empty() {
            return;
        }
        let mut changed: HashMap<&str, Vec<&Committed<'_>>> = HashMap::new();
        for one in committed.iter().filter(|one| accounts.contains_key(one.account)) {
            changed.entry(one.account).or_default().push(one);
        }
        for (account, tickets) in changed {
            if let Some(channel) = accounts.get(account) {
                channel.publish(&tickets);
            }
        }
    }

    /// Begins to watch an account, after a position that a watcher before had; `None` if as many
    /// watch as may.
    pub(crate) fn watch(&self, account: &str, after: Option<&str>) -> Option<Watcher> {
        let mut accounts = lock(&self.accounts);
        let all = accounts.values().map(|channel| lock(&channel.kept).watchers).sum::<usize>();
        let channel = accounts.entry(account.to_owned()).or_insert_with(|| {
            Arc::new(Channel { kept: Mutex::default(), last: watch::Sender::new(0) })
        });
        let mut kept = lock(&channel.kept);
        if kept.watchers >= ACCOUNT_WATCHERS_MAX || all >= WATCHERS_MAX {
            return None;
        }
        kept.watchers = kept.watchers.saturating_add(1);
        drop(kept);
        let position = after.and_then(|text| {
            let (run, position) = text.split_once('-')?;
            (run == self.run.to_string()).then(|| position.parse().ok())?
        });
        let (channel, moved) = (Arc::clone(channel), channel.last.subscribe());
        Some(Watcher { channel, moved, position, run: self.run })
    }

    /// Wakes all watchers, to see whether they may still watch.
    pub(crate) fn wake(&self) {
        for channel in lock(&self.accounts).values() {
            channel.last.send_modify(|_| ());
        }
    }
}

impl Channel {
    fn publish(&self, tickets: &[&Committed<'_>]) {
        let mut kept = lock(&self.kept);
        // A position counts also while nobody watches: who was away sees that something is missing.
        let position = self.last.borrow().saturating_add(1);
        if kept.watchers == 0 {
            kept.changes.clear();
            kept.bytes = 0;
        } else {
            kept.push(Change { position, tickets: written(tickets) });
        }
        // While this is locked: a watcher never sees a change before its position.
        self.last.send_replace(position);
    }
}

/// The changed tickets of a commit as JSON; `None` if there are too many.
fn written(tickets: &[&Committed<'_>]) -> Option<Arc<str>> {
    if tickets.len() > TICKETS_PER_COMMIT_MAX {
        return None;
    }
    let lines = tickets.iter().map(|one| serde_json::to_string(&TicketLine::from(one.ticket)));
    let lines: Vec<String> = lines.collect::<Result<_, _>>().ok()?;
    Some(lines.join(",").into())
}

impl Kept {
    fn push(&mut self, change: Change) {
        self.bytes = self.bytes.saturating_add(change.bytes());
        self.changes.push_back(change);
        while self.bytes > KEPT_BYTES_MAX
            && let Some(oldest) = self.changes.pop_front()
        {
            self.bytes = self.bytes.saturating_sub(oldest.bytes());
        }
    }

    /// The changes after a position; `None` if not all of them are kept.
    fn after(&self, position: u64, last: u64) -> Option<impl Iterator<Item = &Change>> {
        let is_whole = position == last
            || self.changes.front().is_some_and(|oldest| {
                oldest.position <= position.saturating_add(1) && position < last
            });
        is_whole.then(|| self.changes.iter().filter(move |change| change.position > position))
    }
}

impl Change {
    fn bytes(&self) -> usize {
        self.tickets.as_deref().map_or(0, str::len).saturating_add(size_of::<Change>())
    }
}

impl Watcher {
    /// Waits until there is a change, or until it is woken.
    pub(crate) async fn wait(&mut self) {
        // The channel lives as long as its watchers.
        let _: Result<(), _> = self.moved.changed().await;
    }

    /// What was missed since the last call; `None` if nothing was.
    pub(crate) fn take(&mut self) -> Option<Missed> {
        let kept = lock(&self.channel.kept);
        let last = *self.moved.borrow_and_update();
        let before = self.position.replace(last);
        let Some(changes) = before.and_then(|before| kept.after(before, last)) else {
            return Some(Missed::All);
        };
        let mut tickets = String::new();
        for change in changes {
            let Some(more) = &change.tickets else { return Some(Missed::All) };
            if !tickets.is_empty() {
                tickets.push(',');
            }
            tickets.push_str(more);
        }
        (!tickets.is_empty()).then_some(Missed::Tickets(tickets))
    }

    /// Where this watcher is, for [`Changes::watch`].
    pub(crate) fn position(&self) -> String {
        format!("{}-{}", self.run, self.position.unwrap_or_default())
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let mut kept = lock(&self.channel.kept);
        kept.watchers = kept.watchers.saturating_sub(1);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that is wrong fails")]
mod tests {
    use despertador_contract::TicketStatus;
    use despertador_desk::store::TicketRow;

    use super::*;

    fn ticket(id: &str) -> TicketRow {
        TicketRow {
            no: 1,
            account: 1,
            id: id.into(),
            version: 1,
            lane: 1,
            status: TicketStatus::Open,
            department: None,
            customer: None,
            due: None,
            next_step: None,
            deferred: None,
            failures: 0,
            pending: None,
            last: 1,
            changed: 0,
            facts: "{}".into(),
            memory: Vec::new(),
            carried_out: String::new(),
            outbox: 0,
        }
    }

    fn publish(changes: &Changes, ids: &[&str]) {
        let rows: Vec<TicketRow> = ids.iter().map(|id| ticket(id)).collect();
        let committed: Vec<_> =
            rows.iter().map(|ticket| Committed { account: "acme", ticket }).collect();
        changes.publish(&committed);
    }

    fn ids(missed: Option<Missed>) -> Vec<String> {
        let Some(Missed::Tickets(text)) = missed else { panic!("{missed:?}") };
        let all: Vec<serde_json::Value> = serde_json::from_str(&format!("[{text}]")).unwrap();
        all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_watcher_gets_what_it_has_missed_once_and_goes_on_where_it_was() {
        let changes = Changes::new(7);
        let mut watcher = changes.watch("acme", None).unwrap();
        assert_eq!(watcher.take(), Some(Missed::All), "at first everything is read");
        assert_eq!(watcher.take(), None);
        publish(&changes, &["1", "2"]);
        publish(&changes, &["3"]);
        assert_eq!(ids(watcher.take()), ["1", "2", "3"]);
        let (position, other) = (watcher.position(), changes.watch("acme", None).unwrap());
        drop(watcher);
        publish(&changes, &["4"]);
        let mut again = changes.watch("acme", Some(&position)).unwrap();
        assert_eq!(ids(again.take()), ["4"]);
        drop((again, other));
        // Nobody was there to keep this for.
        publish(&changes, &["5"]);
        let mut late = changes.watch("acme", Some(&position)).unwrap();
        assert_eq!(late.take(), Some(Missed::All));
        for unknown in ["8-1", "7-99", "what", "7-"] {
            let mut other = changes.watch("acme", Some(unknown)).unwrap();
            assert_eq!(other.take(), Some(Missed::All), "{unknown}");
        }
    }

    #[test]
    fn what_is_kept_and_how_many_watch_is_limited() {
        let changes = Changes::new(7);
        publish(&changes, &["1"]);
        let mut watcher = changes.watch("acme", None).unwrap();
        watcher.take();
        let many: Vec<String> = (0..=TICKETS_PER_COMMIT_MAX).map(|n| n.to_string()).collect();
        publish(&changes, &many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(watcher.take(), Some(Missed::All), "too many tickets at once");
        let long = "x".repeat(1_000);
        for _ in 0..1_000 {
            publish(&changes, &[&long]);
        }
        assert_eq!(watcher.take(), Some(Missed::All), "more than is kept");
        assert!(lock(&watcher.channel.kept).bytes <= KEPT_BYTES_MAX);
        let others: Vec<_> =
            (1..ACCOUNT_WATCHERS_MAX).map(|_| changes.watch("acme", None).unwrap()).collect();
        assert!(changes.watch("acme", None).is_none());
        assert!(changes.watch("globex", None).is_some());
        drop(others);
        assert!(changes.watch("acme", None).is_some());
    }
}
