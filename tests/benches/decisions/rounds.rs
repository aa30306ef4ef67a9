//! Rounds in which all subjects take turns, so that other load on the machine affects them equally.

use std::hint::black_box;
use std::time::Duration;

/// The number of rounds, and the approximate duration of a turn.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    pub(crate) turn_micros: u64,
}

/// A subject that does its work a given number of times.
pub(crate) struct Subject<'a> {
    name: &'static str,
    turn: Box<dyn FnMut(u64) + 'a>,
}

/// A subject that calls `work`. The result is dropped within the measured time.
pub(crate) fn subject<'a, R>(name: &'static str, mut work: impl FnMut() -> R + 'a) -> Subject<'a> {
    let turn = move |times| {
        for _ in 0..times {
            black_box(work());
        }
    };
    Subject { name, turn: Box::new(turn) }
}

/// Nanoseconds per unit of work, in each round.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    nanos: Vec<f64>,
}

impl Sample {
    /// Nanoseconds measured by [`time`].
    pub(crate) fn new(name: &'static str, nanos: Vec<f64>) -> Self {
        Self { name, nanos }
    }

    pub(crate) fn median(&self) -> f64 {
        median(self.nanos.clone())
    }

    pub(crate) fn best(&self) -> f64 {
        self.nanos.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The differences to another sample of the same rounds, under this one's name.
    pub(crate) fn minus(&self, other: &Sample) -> Sample {
        let nanos = self.nanos.iter().zip(&other.nanos).map(|(this, other)| this - other);
        Sample::new(self.name, nanos.collect())
    }

    /// The median of the ratios to another sample of the same rounds.
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

/// How often the work is done in a turn; determined by doing it, which also warms it up.
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

/// The nanoseconds per unit.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
pub(crate) fn each(taken: Duration, times: u64) -> f64 {
    taken.as_nanos() as f64 / times as f64
}

/// The only place in the benchmark that reads a clock.
#[expect(clippy::disallowed_methods, reason = "it measures; nothing is decided by it")]
pub(crate) fn time<R>(work: impl FnOnce() -> R) -> Duration {
    let start = std::time::Instant::now();
    black_box(work());
    start.elapsed()
}
