//! Durations as an administrator writes them: `90 s`, `15 min`, `1 h 30 min`, `2 d`.

use super::place::{Place, Problems};
use super::plain;
use crate::diagnostic::{Code, Shape};
use crate::instant::Span;
use crate::text::span;
use alloc::vec;

/// The longest duration in a policy (docs/rules.md#ninety-days).
pub(super) const DURATION_MAX: Span = Span::DAY.times(90);

impl Place<'_> {
    /// A duration: positive, not shorter than the host can measure, at most 90 days.
    pub(super) fn duration(&self, resolution: Span, problems: &mut Problems) -> Option<Span> {
        self.duration_with_days(resolution, Span::DAY, problems)
    }

    /// The same, where a `d` is a day of a schedule's open time.
    pub(super) fn duration_with_days(
        &self,
        resolution: Span,
        day: Span,
        problems: &mut Problems,
    ) -> Option<Span> {
        let Some(written) = self.text_or_number() else {
            self.wrong_shape(Shape::Text, problems);
            return None;
        };
        let problem = match read(&written, Span::DAY) {
            Reading::Span(Span::ZERO) | Reading::Negative => (Code::NotPositive, vec![]),
            Reading::Span(length) if length < resolution => {
                (Code::BelowResolution, vec![plain(span(length)), plain(span(resolution))])
            }
            Reading::Span(length) if length > DURATION_MAX => {
                (Code::Over90Days, vec![plain(span(length))])
            }
            Reading::Span(_) if day < Span::DAY => match read(&written, day) {
                Reading::Span(length) => return Some(length),
                _ => return None,
            },
            Reading::Span(length) => return Some(length),
            Reading::Unreadable => (Code::BadDuration, vec![plain(written)]),
        };
        self.problem(problem.0, problem.1, problems);
        None
    }
}

enum Reading {
    Span(Span),
    Negative,
    Unreadable,
}

fn read(written: &str, day: Span) -> Reading {
    let mut rest = written.trim();
    let negative = rest.starts_with('-');
    rest = rest.trim_start_matches('-');
    let mut total = Span::ZERO;
    let mut last_unit = u64::MAX;
    if rest.is_empty() {
        return Reading::Unreadable;
    }
    if rest == "0" {
        // Zero is zero in every unit.
        return Reading::Span(Span::ZERO);
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits).unwrap_or_default();
        let after = after.trim_start();
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at_checked(letters).unwrap_or_default();
        let (Some(rank), Some(unit), Ok(number)) =
            (unit_millis(unit, Span::DAY), unit_millis(unit, day), number.parse::<u64>())
        else {
            return Reading::Unreadable;
        };
        // Larger units first, each once.
        if rank >= last_unit {
            return Reading::Unreadable;
        }
        last_unit = rank;
        total = total.plus(Span::from_millis(unit).times(number));
        rest = after.trim_start();
    }
    if negative { Reading::Negative } else { Reading::Span(total) }
}

fn unit_millis(unit: &str, day: Span) -> Option<u64> {
    let span = match unit {
        "ms" => Span::from_millis(1),
        "s" | "second" | "seconds" => Span::SECOND,
        "min" | "minute" | "minutes" => Span::MINUTE,
        "h" | "hour" | "hours" => Span::HOUR,
        "d" | "day" | "days" => day,
        _ => return None,
    };
    Some(span.millis())
}
