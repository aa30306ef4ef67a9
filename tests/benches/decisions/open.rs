//! A million open tickets: the cost of a round must depend on the due tickets, not on the open
//! ones.
//!
//! The host is a minimal one: it stores each ticket's memory and a queue of wake-ups, and only
//! calls about tickets whose wake-up has come.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "counts and places that are made here"
)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::error::Error;

use despertador_contract::{
    Author, Channel, Decision, Event, Memory, Message, Outcome, Ticket, Update,
};
use despertador_host::{Policy, Session};
use despertador_tests::native::NativePolicy;
use despertador_tests::sample;

use crate::arguments::Arguments;
use crate::report::{Report, Table};
use crate::rounds::{self, Sample, each, subject, time};
use crate::setting::{self, CONFIG, minute};

/// Tickets are opened in batches, and a batch falls due together.
const BATCHES: u64 = 10;
/// The distance between two batches, in milliseconds.
const APART: i64 = 1_000;
/// Rounds of the three ways to drain a batch.
const ROUNDS: u64 = 3;

pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let shrink = if arguments.quick { 100 } else { 1 };
    let sizes = [1_000 / shrink, 100_000 / shrink, 1_000_000 / shrink];
    let batch = sizes[2] / BATCHES;
    let plugin = setting::plugin()?;
    let policy = plugin.policy(CONFIG, &setting::surroundings())?;
    let mut session = policy.session();
    let mut desk = Desk { shards: [Shard::default(), Shard::default()], batch };

    let mut table = Table::new("a round in which nothing is due");
    for size in sizes {
        desk.open_up_to(size, &mut session);
        let shards = &mut desk.shards;
        let sample = rounds::measure(
            arguments.plan(),
            vec![subject("", || {
                let asked = shards
                    .iter_mut()
                    .map(|shard| shard.drain(&mut session, minute(1)).asked)
                    .sum::<u64>();
                assert_eq!(asked, 0);
            })],
        );
        for sample in &sample {
            table.time(format!("{size} tickets open"), sample, None, None);
        }
    }
    report.add(&table);

    let mut ways = [
        ("native, 1 thread", Vec::new()),
        ("component, 1 thread", Vec::new()),
        ("component, 2 threads", Vec::new()),
    ];
    for round in 0..ROUNDS {
        for (way, (_, nanos)) in (0..).zip(&mut ways) {
            let due = round * 3 + way;
            let now = minute(10) + APART * i64::try_from(due)?;
            let mut drained = Drained::default();
            let taken = time(|| {
                drained = match way {
                    0 => desk.drain(&mut setting::native(CONFIG), now),
                    1 => desk.drain(&mut session, now),
                    _ => desk.drain_on_two_threads(&policy, now),
                };
            });
            assert_eq!((drained.asked, drained.acted), (batch, batch), "batch {due}");
            nanos.push(each(taken, batch));
        }
    }
    let samples = ways.map(|(name, nanos)| Sample::new(name, nanos));
    let mut table = Table::new(format!(
        "{batch} due at once of {} open, each asked, reminded, recorded, put back",
        sizes[2]
    ));
    for sample in &samples {
        table.time(format!("{}, per ticket", sample.name), sample, samples.first(), None);
    }
    report.add(&table);
    Ok(())
}

/// Tickets and their wake-ups, in two halves for two threads.
struct Desk {
    shards: [Shard; 2],
    batch: u64,
}

#[derive(Default)]
struct Shard {
    tickets: Vec<Open>,
    wakes: BinaryHeap<Reverse<(i64, usize)>>,
}

/// The stored part of a ticket. Its facts are looked up when they are needed.
struct Open {
    number: u64,
    memory: Memory,
}

#[derive(Default)]
struct Drained {
    asked: u64,
    acted: u64,
}

impl Desk {
    /// Opens tickets up to this number: an agent writes in each.
    fn open_up_to(&mut self, size: u64, decides: &mut impl Decides) {
        let opened = self.shards.iter().map(|shard| shard.tickets.len() as u64).sum();
        for number in opened..size {
            let at = minute(0) + APART * i64::try_from(number / self.batch).unwrap_or(0);
            let message = sample::message(Author::Agent, at);
            let update = decides.message(&facts(number), &Memory::new(), &message);
            let shard = &mut self.shards[usize::from(number % 2 == 1)];
            let Outcome::Wait(wake) = update.decision.outcome else {
                panic!("{:?}", update.decision)
            };
            shard.wakes.push(Reverse((wake.until, shard.tickets.len())));
            shard.tickets.push(Open { number, memory: update.memory });
        }
    }

    fn drain(&mut self, decides: &mut impl Decides, now: i64) -> Drained {
        self.shards
            .iter_mut()
            .map(|shard| shard.drain(decides, now))
            .fold(Drained::default(), Drained::and)
    }

    fn drain_on_two_threads(&mut self, policy: &Policy, now: i64) -> Drained {
        std::thread::scope(|scope| {
            let drains = self
                .shards
                .each_mut()
                .map(|shard| scope.spawn(move || shard.drain(&mut policy.session(), now)));
            drains
                .into_iter()
                .map(|drain| drain.join().expect("drains"))
                .fold(Drained::default(), Drained::and)
        })
    }
}

impl Shard {
    /// Evaluates every ticket whose wake-up has come, until nothing is due.
    fn drain(&mut self, decides: &mut impl Decides, now: i64) -> Drained {
        let mut drained = Drained::default();
        while let Some(Reverse((_, place))) =
            self.wakes.peek().copied().filter(|Reverse((at, _))| *at <= now)
        {
            self.wakes.pop();
            let open = &mut self.tickets[place];
            let ticket = facts(open.number);
            drained.asked += 1;
            let mut decision = decides.tick(&ticket, &open.memory, now);
            if let Outcome::Act(action) = decision.outcome {
                // Here a host would carry it out.
                drained.acted += 1;
                let update =
                    decides.event(&ticket, &open.memory, &Event::carried_out(action.key, now));
                open.memory = update.memory;
                decision = update.decision;
            }
            if let Outcome::Wait(wake) = decision.outcome {
                self.wakes.push(Reverse((wake.until, place)));
            }
        }
        drained
    }
}

impl Drained {
    fn and(self, other: Self) -> Self {
        Self { asked: self.asked + other.asked, acted: self.acted + other.acted }
    }
}

fn facts(number: u64) -> Ticket {
    // By mail, where a company may write first.
    Ticket { channel: Channel::Email, ..sample::ticket(&number.to_string(), "support") }
}

/// An engine.
trait Decides {
    fn message(&mut self, ticket: &Ticket, memory: &Memory, message: &Message) -> Update;
    fn event(&mut self, ticket: &Ticket, memory: &Memory, event: &Event) -> Update;
    fn tick(&mut self, ticket: &Ticket, memory: &Memory, now: i64) -> Decision;
}

impl Decides for Session<'_> {
    fn message(&mut self, ticket: &Ticket, memory: &Memory, message: &Message) -> Update {
        self.on_message(ticket, memory, message).expect("answers")
    }

    fn event(&mut self, ticket: &Ticket, memory: &Memory, event: &Event) -> Update {
        self.on_event(ticket, memory, event).expect("answers")
    }

    fn tick(&mut self, ticket: &Ticket, memory: &Memory, now: i64) -> Decision {
        self.on_tick(ticket, memory, now).expect("answers")
    }
}

impl Decides for NativePolicy {
    fn message(&mut self, ticket: &Ticket, memory: &Memory, message: &Message) -> Update {
        self.on_message(ticket, memory, message).expect("answers")
    }

    fn event(&mut self, ticket: &Ticket, memory: &Memory, event: &Event) -> Update {
        self.on_event(ticket, memory, event).expect("answers")
    }

    fn tick(&mut self, ticket: &Ticket, memory: &Memory, now: i64) -> Decision {
        self.on_tick(ticket, memory, now).expect("answers")
    }
}
