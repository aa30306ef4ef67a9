//! What it costs to try a policy on a recorded history, from the CSV file to the figures, through
//! the component.
//!
//! `cargo bench -p despertador-insight [-- --million]`: a hundred thousand tickets, or a million.
//! The file is made while it is read, ordered by time, some ten thousand tickets among one another
//! at any moment: nothing of it lies in memory that would not lie there for a file.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark measures, prints, and may panic"
)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Write as _;
use std::io::Read;
use std::num::NonZeroUsize;
use std::time::Instant;

use despertador_component::COMPONENT;
use despertador_contract::Surroundings;
use despertador_host::{Host, Options};
use despertador_insight::{
    Archive, Authors, Columns, ReadOptions, Settings, Timing, backtest_archive,
};
use fastrand::Rng;

const MINUTE: i64 = 60_000;
const BEGIN: i64 = 1_767_225_600_000;

/// Messages of a ticket, on the average.
const MESSAGES: usize = 10;

const POLICY: &str = include_str!("../../../policies/adereso.json");

/// A CSV file of this number of tickets, generated while it is read.
struct Generated {
    rng: Rng,
    tickets: u64,
    opened: u64,
    /// When each open ticket's next message is: the instant, the ticket, messages left, whether the
    /// customer writes.
    next: BinaryHeap<Reverse<(i64, u64, usize, bool)>>,
    text: String,
    given: usize,
    bytes: u64,
}

impl Generated {
    fn new(tickets: u64) -> Self {
        Self {
            rng: Rng::with_seed(1),
            tickets,
            opened: 0,
            next: BinaryHeap::new(),
            text: "ticket,author,at,department,message\n".into(),
            given: 0,
            bytes: 0,
        }
    }

    /// The next rows, some thousands of them.
    fn go_on(&mut self) {
        self.text.clear();
        self.given = 0;
        while self.text.len() < 256 << 10 {
            // A ticket a second or so.
            while self.opened < self.tickets && self.next.len() < 10_000 {
                let at = BEGIN + i64::try_from(self.opened).unwrap() * 1_000;
                let messages = self.rng.usize(MESSAGES - 6..=MESSAGES + 6);
                self.next.push(Reverse((at, self.opened, messages, true)));
                self.opened += 1;
            }
            let Some(Reverse((at, ticket, left, of_customer))) = self.next.pop() else { return };
            let who = if of_customer { "customer" } else { "agent" };
            writeln!(self.text, "{ticket},{who},{at},team {},{ticket}-{left}", ticket % 12)
                .unwrap();
            if left > 1 {
                // Most answer within minutes, some within hours, and a few the next day.
                let pause = match self.rng.u8(..20) {
                    0 => self.rng.i64(60..2_000),
                    1..4 => self.rng.i64(10..60),
                    _ => self.rng.i64(0..8),
                };
                let seconds = self.rng.i64(1..60) * 1_000;
                let turn = of_customer != (self.rng.u8(..4) > 0);
                self.next.push(Reverse((at + pause * MINUTE + seconds, ticket, left - 1, turn)));
            }
        }
    }
}

impl Read for Generated {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.given == self.text.len() {
            self.go_on();
        }
        let rest = &self.text.as_bytes()[self.given..];
        let length = rest.len().min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        self.bytes += u64::try_from(length).unwrap();
        Ok(length)
    }
}

/// The most memory that this process has held, in MiB; none where the system does not tell.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}

/// The processor time that this process has had, in seconds; none where the system does not tell.
fn worked() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // After the name in brackets; the times are the twelfth and the thirteenth, in hundredths.
    let mut rest = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let time = |part: Option<&str>| part?.parse::<f64>().ok();
    Some((time(rest.next())? + time(rest.next())?) / 100.0)
}

fn main() {
    let is_whole = std::env::args().any(|argument| argument == "--million");
    let tickets = if is_whole { 1_000_000 } else { 100_000 };
    let plugin = Host::new(Options::default()).unwrap().load_bytes(COMPONENT).unwrap();
    let policies = [plugin.policy(POLICY, &Surroundings::default()).unwrap()];

    let begin = Instant::now();
    let mut generated = Generated::new(tickets);
    let read = Archive::csv(
        &mut generated,
        &Columns::default(),
        &Authors::default(),
        &Timing::default(),
        ReadOptions::default(),
    )
    .unwrap();
    let reading = begin.elapsed().as_secs_f64();
    let (rows, archive) = (read.rows, read.history);
    println!(
        "read: {rows} messages of {} tickets, {} MB, in {reading:.1} s ({:.0} a second); {} MB on disk",
        archive.tickets(),
        generated.bytes / 1_000_000,
        rows as f64 / reading,
        archive.on_disk() / 1_000_000
    );

    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let mut counts = vec![NonZeroUsize::MIN];
    if cores > NonZeroUsize::MIN {
        counts.push(cores);
    }
    for threads in counts {
        let (begin, before) = (Instant::now(), worked());
        let tried = backtest_archive(&archive, &policies, &Settings::default(), threads, &|_| true)
            .unwrap();
        let took = begin.elapsed().as_secs_f64();
        let cores = worked().zip(before).map_or(f64::NAN, |(after, before)| after - before);
        assert!(tried.is_whole);
        let total = &tried.judged.first().unwrap().total;
        println!(
            "tried on {threads} threads: {took:.1} s, {:.0} messages a second; {:.0} in a second of a core; \
             closed {}, premature {}",
            rows as f64 / took,
            rows as f64 / cores,
            total.figures.closes,
            total.figures.premature
        );
    }
    if let Some(peak) = peak() {
        println!("most memory: {peak} MiB");
    }
}
