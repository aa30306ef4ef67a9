//! The whole desk on a simulated clock, with accidents, against a model of what must hold.
//!
//! Customers, agents, a source that repeats itself, a receiver that is down, slow or forgets to
//! answer, a store whose commits fail before or after they are durable, crashes between any two
//! steps, a clock that is set. The model knows what was acknowledged and what the receiver did,
//! and nothing of the plugin. `DESPERTADOR_SEEDS=2000 cargo test -p despertador-desk --test
//! simulation` plays more of it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use despertador_contract::event_log::Row;
use despertador_contract::{Author, Happening, Instant, Source, Task, TicketStatus, Transfer};
use despertador_desk::store::{
    AccountRow, AnyStore, AuditRow, Batch, Consumed, DamagedRow, DueRow, EntryRow, FlowRow,
    InboundRow, InboundSize, LaneRow, Numbers, OpenTickets, OutboxPlace, OutboxRow, PolicyRow,
    ProposalRow, Query, Store, StoreError, StoreProblem, TicketRow, TokenRow, WaitingRow,
};
use despertador_desk::{
    Delivery, DeliveryOutcome, DeliveryReport, Desk, Incoming, Options, Receipt, Round,
};
use fastrand::Rng;
use serde_json::json;
use support::{
    ADERESO, Folder, HOUR, MINUTE, NINE, SECOND, begin, happening, opened, plugin, words,
};

/// What the next commit meets with.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Before,
    After,
}

/// A store whose commits fail when they are told to.
struct Faulty {
    inner: AnyStore,
    next: Rc<Cell<Fault>>,
}

macro_rules! pass_on {
    ($(fn $name:ident(&self $(, $arg:ident: $type:ty)*) -> $answer:ty;)*) => {
        $(fn $name(&self $(, $arg: $type)*) -> Result<$answer, StoreError> {
            self.inner.$name($($arg),*)
        })*
    };
}

impl Store for Faulty {
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let failed = || Err(StoreError { problem: StoreProblem::Io, found: "an accident".into() });
        match self.next.replace(Fault::None) {
            Fault::None => self.inner.commit(batch),
            Fault::Before => failed(),
            Fault::After => {
                self.inner.commit(batch)?;
                failed()
            }
        }
    }

    fn forget(&mut self, account: i64, customer: &str) -> Result<u64, StoreError> {
        self.inner.forget(account, customer)
    }

    fn purge(&mut self) -> Result<bool, StoreError> {
        self.inner.purge()
    }

    fn delete_untouched(&mut self, since: Instant, limit: usize) -> Result<u64, StoreError> {
        self.inner.delete_untouched(since, limit)
    }

    pass_on! {
        fn numbers(&self) -> Numbers;
        fn accounts(&self) -> Vec<AccountRow>;
        fn lanes(&self) -> Vec<LaneRow>;
        fn policy(&self, account: i64, version: i64) -> Option<PolicyRow>;
        fn policies(&self, account: i64) -> Vec<PolicyRow>;
        fn policy_heads(&self, account: i64, limit: usize) -> Vec<PolicyRow>;
        fn flow(&self, account: i64) -> Option<FlowRow>;
        fn flow_heads(&self, account: i64, limit: usize) -> Vec<FlowRow>;
        fn proposals(&self, account: i64) -> Vec<ProposalRow>;
        fn proposal(&self, account: i64, no: i64) -> Option<ProposalRow>;
        fn audit(&self, account: i64, limit: usize) -> Vec<AuditRow>;
        fn audit_of(&self, account: i64, what: &str) -> Vec<AuditRow>;
        fn tokens(&self) -> Vec<TokenRow>;
        fn ticket(&self, account: i64, id: &str) -> Option<TicketRow>;
        fn is_consumed(&self, consumed: &Consumed) -> bool;
        fn due(&self, lane: i64, now: Instant, limit: usize) -> Vec<DueRow>;
        fn earliest_due(&self, lane: i64) -> Option<Instant>;
        fn open_after(&self, account: i64, no: i64, limit: usize) -> Vec<i64>;
        fn ticket_number(&self, account: i64, id: &str) -> Option<i64>;
        fn ticket_id(&self, no: i64) -> Option<String>;
        fn damaged(&self) -> Vec<DamagedRow>;
        fn open_by_facts(&self, account: i64) -> Vec<OpenTickets>;
        fn tickets(&self, query: &Query) -> Vec<TicketRow>;
        fn count_due(&self, lane: i64, now: Instant, most: usize) -> u64;
        fn count_outbox(&self, now: Instant, most: usize) -> (u64, u64);
        fn outbox_of(&self, ticket: i64) -> Vec<OutboxRow>;
        fn outbox_due(
            &self, account: i64, now: Instant, behind: Option<OutboxPlace>, limit: usize
        ) -> Vec<WaitingRow>;
        fn earliest_outbox(&self, account: i64, after: Instant) -> Option<Instant>;
        fn backups(&self) -> Vec<String>;
        fn sent_to(
            &self, account: i64, customer: &str, after: Instant, limit: usize
        ) -> Vec<Instant>;
        fn dead_letters(&self, account: i64, limit: usize) -> Vec<OutboxRow>;
        fn inbound(&self, account: i64, limit: usize) -> Vec<InboundRow>;
        fn inbound_entry(&self, account: i64, id: &str) -> Option<InboundRow>;
        fn inbound_size(&self, account: Option<i64>) -> InboundSize;
        fn is_named_inbound(&self, account: i64, ticket: &str, customer: Option<&str>) -> bool;
        fn entry(&self, ticket: i64, seq: i64) -> Option<EntryRow>;
        fn backup(&self, to: &Path) -> ();
        fn check(&self) -> Vec<String>;
    }

    fn damaged_tables(&self) -> Vec<String> {
        self.inner.damaged_tables()
    }
}

/// What truly happened, as far as the world outside can know.
#[derive(Default)]
struct Truth {
    /// Ids of events that were acknowledged, by ticket.
    acknowledged: BTreeMap<String, BTreeSet<String>>,
    /// The step of the world in which the last message of the customer was acknowledged. Steps
    /// count on whatever the clock does.
    replied: BTreeMap<String, u32>,
    /// Keys that the receiver carried out, and in which step first: again under the same key is once.
    carried_out: BTreeMap<String, u32>,
    /// When a key was carried out by the first report that the desk was given.
    reported: BTreeMap<String, Instant>,
    /// Keys whose report the desk has acknowledged.
    recorded: BTreeSet<String>,
}

struct World {
    seed: u64,
    rng: Rng,
    folder: Folder,
    desk: Option<Desk<Faulty>>,
    fault: Rc<Cell<Fault>>,
    now: Instant,
    /// Counts what happens: it never goes back.
    moment: u32,
    /// What the source has not had a receipt for.
    waiting: Vec<Incoming>,
    /// Reports that are on their way back.
    reports: Vec<DeliveryReport>,
    truth: Truth,
    /// Accidents happen.
    rough: bool,
    down_until: Instant,
    accidents: u32,
}

const TICKETS: [&str; 5] = ["4711", "acme/4712", "ünï", "4714", "4715"];

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            seed,
            rng: Rng::with_seed(seed),
            folder: Folder::new(),
            desk: None,
            fault: Rc::new(Cell::new(Fault::None)),
            now: NINE,
            moment: 0,
            waiting: Vec::new(),
            reports: Vec::new(),
            truth: Truth::default(),
            rough: true,
            down_until: 0,
            accidents: 0,
        };
        begin(world.desk(), ADERESO);
        for ticket in TICKETS {
            let mut incoming = opened(ticket, NINE);
            // All of one customer, but the first: what one is sent the others are told.
            if let Some(facts) = incoming.row.facts.as_mut().filter(|_| ticket != TICKETS[0]) {
                facts["more"] = json!({ "customer.id": "eva" });
            }
            world.waiting.push(incoming);
        }
        world
    }

    fn desk(&mut self) -> &mut Desk<Faulty> {
        let (folder, fault) = (&self.folder, &self.fault);
        self.desk.get_or_insert_with(|| {
            let store = Faulty { inner: folder.store(), next: Rc::clone(fault) };
            let options = Options { lease: 30_000, ..Options::default() };
            Desk::open(store, plugin(), options).expect("a desk")
        })
    }

    fn once_in(&mut self, n: u32) -> bool {
        let happens = self.rough && self.rng.u32(0..n) == 0;
        self.accidents += u32::from(happens);
        happens
    }

    /// Something that may go wrong before each step.
    fn accident(&mut self) {
        if self.once_in(25) {
            // The process ends; what was on its way back is lost.
            self.desk = None;
            self.reports.clear();
        }
        if self.once_in(15) {
            let fault = if self.rng.bool() { Fault::Before } else { Fault::After };
            self.fault.set(fault);
        }
        if self.once_in(120) {
            self.down_until = self.now + self.rng.i64(MINUTE..2 * HOUR);
        }
        if self.once_in(80) {
            self.now += self.rng.i64(-10 * MINUTE..HOUR);
        }
        // Set back a little, again and again, as when two clocks disagree.
        if self.once_in(30) {
            self.now -= self.rng.i64(0..8 * MINUTE);
        }
    }

    fn happen(&mut self, n: usize) {
        let ticket = TICKETS[self.rng.usize(..TICKETS.len())];
        self.moment += 1;
        let at = self.now - self.rng.i64(0..5) * SECOND;
        let id = format!("{ticket}-{n}");
        let mut incoming = match self.rng.u32(0..20) {
            0..5 => words(ticket, Author::Customer, &id, at),
            5..14 => words(ticket, Author::Agent, &id, at),
            14 => happening(ticket, Happening::Typing, at),
            15 => happening(ticket, Happening::Extended(5 * 60_000), at),
            16 => happening(ticket, Happening::Held, at),
            17 => happening(ticket, Happening::Released, at),
            18 => happening(
                ticket,
                Happening::Transferred(Transfer {
                    department: Some("ventas".into()),
                    agent: Some("Luis".into()),
                }),
                at,
            ),
            _ => happening(ticket, Happening::Closed(Source::Agent), at),
        };
        name(&mut incoming.row, &id);
        self.waiting.push(incoming);
    }

    /// The source gives what has no receipt yet, and sometimes what has.
    fn give(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let given = self.waiting.clone();
        self.moment += 1;
        let (now, moment) = (self.now, self.moment);
        let Ok(receipts) = self.desk().record_events(now, &given) else { return };
        self.acknowledged(&given, &receipts, moment);
    }

    fn acknowledged(&mut self, given: &[Incoming], receipts: &[Receipt], moment: u32) {
        for (incoming, receipt) in given.iter().zip(receipts) {
            assert!(receipt.is_stored(), "seed {}: {receipt:?}", self.seed);
            let id = incoming.row.id.clone().expect("an id");
            let ticket = incoming.row.ticket.clone();
            let is_news = self.truth.acknowledged.entry(ticket.clone()).or_default().insert(id);
            if is_news && id_of_customer(incoming) {
                self.truth.replied.insert(ticket, moment);
            }
        }
        // The receipt is lost on its way: the source gives it again.
        if !self.once_in(6) {
            self.waiting.clear();
        }
    }

    fn look(&mut self) {
        let (now, budget) = (self.now, self.rng.usize(1..4));
        let _: Result<_, _> = self.desk().poll_due(now, budget);
    }

    fn hand_out(&mut self) {
        let (now, budget) = (self.now, self.rng.usize(1..4));
        let per_account = self.rng.usize(1..4);
        let deliveries = self.desk().claim_deliveries_per_account(now, budget, per_account);
        if let Ok(deliveries) = deliveries {
            self.carry_out(now, deliveries);
        }
    }

    fn carry_out(&mut self, now: Instant, deliveries: Vec<Delivery>) {
        for delivery in deliveries {
            let key = delivery.key.clone();
            assert!(
                !self.truth.recorded.contains(&key),
                "seed {}: `{key}` was claimed after it was recorded as done",
                self.seed
            );
            if matches!(delivery.action.task, Task::Close(_)) {
                self.may_close(&delivery.ticket, &key);
            }
            let outcome = if self.rough && now < self.down_until || self.once_in(8) {
                match self.rng.usize(0..4) {
                    0 => DeliveryOutcome::RetryAfter {
                        why: "429".into(),
                        pause: self.rng.u64(0..7_200_000),
                    },
                    _ => DeliveryOutcome::Retry("500".into()),
                }
            } else {
                self.moment += 1;
                self.truth.carried_out.entry(key.clone()).or_insert(self.moment);
                // The answer is lost: the lease ends, or the desk begins anew.
                if self.once_in(8) {
                    continue;
                }
                DeliveryOutcome::Done
            };
            self.reports.push(DeliveryReport { account: "acme".into(), key, at: now, outcome });
        }
    }

    /// No close without its warned gap, and none after a reply that was acknowledged.
    fn may_close(&self, ticket: &str, key: &str) {
        let cycle = key.rsplit('/').nth(1).expect("a cycle");
        let warned = self.truth.reported.get(&format!("{ticket}/{cycle}/reminder-3"));
        let warned = *warned
            .unwrap_or_else(|| panic!("seed {}: `{key}` without its last reminder", self.seed));
        // By a clock that was set back since nobody can tell; the desk waits for it all the same.
        assert!(
            self.now - warned >= MINUTE,
            "seed {}: `{key}` only {} ms after its warning",
            self.seed,
            self.now - warned
        );
        let first = self.truth.carried_out.get(&format!("{ticket}/{cycle}/reminder-1"));
        if let (Some(first), Some(replied)) = (first, self.truth.replied.get(ticket)) {
            assert!(
                replied <= first,
                "seed {}: `{key}` although the customer has replied",
                self.seed
            );
        }
    }

    fn report(&mut self) {
        if self.reports.is_empty() {
            return;
        }
        let reports = std::mem::take(&mut self.reports);
        let now = self.now;
        let is_acknowledged = self.desk().record_deliveries(now, &reports).is_ok();
        self.reported(reports, is_acknowledged);
    }

    /// What is not acknowledged may be recorded all the same.
    fn reported(&mut self, reports: Vec<DeliveryReport>, is_acknowledged: bool) {
        for report in reports.iter().filter(|report| report.outcome == DeliveryOutcome::Done) {
            // A report from before the clock was set back counts as one from now.
            let at = report.at.min(self.now);
            self.truth.reported.entry(report.key.clone()).or_insert(at);
            if is_acknowledged {
                self.truth.recorded.insert(report.key.clone());
            }
        }
        // The same is told twice.
        if is_acknowledged && self.once_in(5) {
            self.reports = reports;
        }
    }

    /// All of that in one commit.
    fn round(&mut self) {
        let (given, reports) = (self.waiting.clone(), std::mem::take(&mut self.reports));
        self.moment += 1;
        let (now, moment) = (self.now, self.moment);
        let round = Round {
            reports: &reports,
            incoming: &given,
            tickets: self.rng.usize(0..4),
            actions: self.rng.usize(0..4),
            per_account: self.rng.usize(1..4),
        };
        let done = self.desk().run_round(now, &round);
        self.reported(reports, done.is_ok());
        let Ok(done) = done else { return };
        self.acknowledged(&given, &done.receipts, moment);
        self.carry_out(now, done.deliveries);
    }

    fn step(&mut self, n: usize) {
        self.accident();
        let next = self.desk().next_instant();
        let pause = self.rng.i64(0..4 * MINUTE);
        self.now = match next {
            Some(at) if self.rng.u32(0..3) > 0 => self.now.max(at.min(self.now + 30 * MINUTE)),
            _ => self.now + pause,
        };
        if self.rough && self.rng.u32(0..3) > 0 {
            self.happen(n);
        }
        for _ in 0..4 {
            match self.rng.u32(0..8) {
                0 => self.give(),
                1 => self.look(),
                2 => self.hand_out(),
                3 => self.report(),
                _ => self.round(),
            }
            self.accident();
        }
    }

    /// No more accidents, and everybody is answered and silent: all tickets come to their end.
    fn end(&mut self) {
        self.rough = false;
        self.fault.set(Fault::None);
        self.now = self.now.max(NINE) + 3 * HOUR;
        let now = self.now;
        for ticket in TICKETS {
            for (id, what) in [
                ("released", Happening::Released),
                ("reopened", Happening::Reopened(Source::Agent)),
            ] {
                let mut incoming = happening(ticket, what, now);
                name(&mut incoming.row, &format!("{ticket}-{id}"));
                self.waiting.push(incoming);
            }
            self.waiting.push(words(ticket, Author::Customer, &format!("{ticket}-last"), now));
            let answer = words(ticket, Author::Agent, &format!("{ticket}-answer"), now + SECOND);
            self.now = now + SECOND;
            self.waiting.push(answer);
        }
        self.give();
        for _ in 0..10_000 {
            let Some(next) = self.desk().next_instant() else { return };
            self.now = self.now.max(next);
            self.look();
            self.hand_out();
            self.report();
        }
        let (now, next) = (self.now, self.desk().next_instant());
        for ticket in TICKETS {
            let standing = self.desk().query_ticket("acme", ticket);
            eprintln!("{ticket}: {standing:?}");
        }
        panic!("seed {}: the desk never rests: now {now}, next {next:?}", self.seed);
    }

    fn check(&mut self) {
        let seed = self.seed;
        for ticket in TICKETS {
            let acknowledged = self.truth.acknowledged.remove(ticket).unwrap_or_default();
            let desk = self.desk();
            let standing = desk.query_ticket("acme", ticket).expect("a ticket");
            assert_eq!(standing.ticket.status, TicketStatus::Closed, "seed {seed}, `{ticket}`");
            // What was given up stays for people to see.
            let open = standing.outbox.iter().any(|row| row.state.is_open());
            assert!(!open, "seed {seed}, `{ticket}`: {standing:?}");
            let mut seen = Vec::new();
            for entry in desk.query_timeline("acme", ticket).expect("a timeline") {
                let id = entry.row.as_ref().and_then(|row| row["id"].as_str());
                seen.extend(id.map(str::to_owned));
            }
            let once: BTreeSet<_> = seen.iter().cloned().collect();
            assert_eq!(once.len(), seen.len(), "seed {seed}: recorded twice");
            let lost: Vec<_> = acknowledged.difference(&once).collect();
            assert!(lost.is_empty(), "seed {seed}: lost {lost:?}");
            assert!(
                desk.query_consistency("acme", ticket).expect("a journal"),
                "seed {seed}: `{ticket}` is not what its journal says: {:?}",
                desk.query_rebuilt("acme", ticket)
            );
            let cycles = |step: &str| {
                let end = format!("/{step}");
                let keys = self.truth.carried_out.keys();
                keys.filter(|key| key.starts_with(&format!("{ticket}/")) && key.ends_with(&end))
                    .count()
            };
            assert!(cycles("close") > 0, "seed {seed}: `{ticket}` was not closed by the receiver");
        }
        let wrong = self.desk().store().check().expect("a check");
        assert!(wrong.is_empty(), "seed {seed}: {wrong:?}");
    }
}

fn name(row: &mut Row, id: &str) {
    use despertador_contract::Call;
    row.id = Some(id.into());
    if let Some(Call::Event(event)) = &mut row.call {
        event.id = Some(id.into());
    }
}

fn id_of_customer(incoming: &Incoming) -> bool {
    use despertador_contract::Call;
    matches!(&incoming.row.call, Some(Call::Message(m)) if m.author == Author::Customer)
}

#[test]
fn whatever_happens_nothing_is_lost_doubled_or_closed_unwarned() {
    let seeds = std::env::var("DESPERTADOR_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(16);
    let first = std::env::var("DESPERTADOR_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let mut accidents = 0;
    for seed in first..first + seeds {
        let mut world = World::new(seed);
        for n in 0..150 {
            world.step(n);
        }
        world.end();
        world.check();
        accidents += world.accidents;
    }
    assert!(accidents > 0, "a world without accidents shows nothing");
}
