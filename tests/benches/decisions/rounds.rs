//! Rounds in which everything that is compared takes its turn: what else the machine does meets
//! all of it alike.

use std::hint::black_box;
use std::time::Duration;

/// How many rounds, and how long a turn lasts about.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    pub(crate) turn_micros: u64,
}

/// Something to be measured: does its work so many times.
pub(crate) struct Subject<'a> {
    name: &'static str,
    turn: Box<dyn FnMut(u64) + 'a>,
}

/// Something to be measured, once a call of `work`. What it returns is dropped on its own time.
pub(crate) fn subject<'a, R>(name: &'static str, mut work: impl FnMut() -> R + 'a) -> Subject<'a> {
    let turn = move |times| {
        for _ in 0..times {
            black_box(work());
        }
    };
    Subject { name, turn: Box::new(turn) }
}

/// Nanoseconds of one piece of work, in each round.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    nanos: Vec<f64>,
}

impl Sample {
    /// Nanoseconds as they were taken by [`time`].
    pub(crate) fn new(name: &'static str, nanos: Vec<f64>) -> Self {
        Self { name, nanos }
    }

    pub(crate) fn median(&self) -> f64 {
        median(self.nanos.clone())
    }

    pub(crate) fn best(&self) -> f64 {
        self.nanos.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// What this took more than the other in the same round, under this one's name.
    pub(crate) fn minus(&self, other: &Sample) -> Sample {
        let nanos = self.nanos.iter().zip(&other.nanos).map(|(this, other)| this - other);
        Sample::new(self.name, nanos.collect())
    }

    /// The median of what this took over what the other took in the same round.
    pub(crate) fn over(&self, other: &Sample) -> f64 {
        median(self.nanos.iter().zip(&other.nanos).map(|(this, other)| this / other).collect())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Measures all subjects by turns.
pub(crate) fn measure(plan: Plan, subjects: Vec<Subject<'_>>) -> Vec<Sample> {
    let mut measured: Vec<_> = subjects
        .into_iter()
        .map(|mut subject| {
            let times = times_in_a_turn(plan, &mut subject);
            (subject, times, Vec::with_capacity(plan.rounds))
        })
        .collect();
    for _ in 0..plan.rounds {
        for (subject, times, nanos) in &mut measured {
            let taken = time(|| (subject.turn)(*times));
            nanos.push(each(taken, *times));
        }
    }
    measured.into_iter().map(|(subject, _, nanos)| Sample::new(subject.name, nanos)).collect()
}

/// How often the work is done in a turn; found by doing it, which also warms it up.
fn times_in_a_turn(plan: Plan, subject: &mut Subject<'_>) -> u64 {
    let wanted = Duration::from_micros(plan.turn_micros);
    let mut times = 1_u64;
    loop {
        if time(|| (subject.turn)(times)) >= wanted {
            return times;
        }
        times = times.saturating_mul(2);
    }
}

/// The nanoseconds of one of so many.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
pub(crate) fn each(taken: Duration, times: u64) -> f64 {
    taken.as_nanos() as f64 / times as f64
}

/// The only place of the benchmark that reads a clock.
#[expect(clippy::disallowed_methods, reason = "it measures; nothing is decided by it")]
pub(crate) fn time<R>(work: impl FnOnce() -> R) -> Duration {
    let start = std::time::Instant::now();
    black_box(work());
    start.elapsed()
}
