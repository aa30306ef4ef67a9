//! Instants and spans at their limits: they saturate, and nothing lies outside the years 1970 to
//! 9999.

use despertador_policy::{Instant, Span, span};

fn at(millis: i64) -> Instant {
    Instant::from_millis(millis).expect("a time of our days")
}

#[test]
fn an_instant_lies_within_the_years_1970_to_9999() {
    assert_eq!(Instant::from_millis(-1), None);
    assert_eq!(Instant::from_millis(i64::MIN), None);
    assert_eq!(Instant::from_millis(0), Some(Instant::MIN));
    assert_eq!(Instant::MAX.millis(), 253_402_300_799_999);
    assert_eq!(Instant::from_millis(253_402_300_799_999), Some(Instant::MAX));
    assert_eq!(Instant::from_millis(253_402_300_800_000), None);
    assert_eq!(Instant::from_millis(i64::MAX), None);
}

#[test]
fn a_sum_stops_at_the_last_instant() {
    let span = Span::from_millis;
    assert_eq!(at(5).plus(span(7)), at(12));
    assert_eq!(Instant::MAX.plus(Span::ZERO), Instant::MAX);
    assert_eq!(at(Instant::MAX.millis() - 1).plus(span(1)), Instant::MAX);
    assert_eq!(at(Instant::MAX.millis() - 1).plus(span(3)), Instant::MAX);
    assert_eq!(Instant::MIN.plus(span(u64::MAX)), Instant::MAX);
    assert_eq!(span(u64::MAX).plus(span(1)), span(u64::MAX));
    assert_eq!(Span::DAY.times(u64::MAX), span(u64::MAX));
    assert_eq!(Span::DAY.times(90).millis(), 7_776_000_000);
}

#[test]
fn a_difference_stops_at_nothing() {
    assert_eq!(at(12).since(at(5)), Span::from_millis(7));
    assert_eq!(at(5).since(at(5)), Span::ZERO);
    assert_eq!(at(5).since(at(12)), Span::ZERO);
    assert_eq!(Span::HOUR.minus(Span::MINUTE), Span::MINUTE.times(59));
    assert_eq!(Span::MINUTE.minus(Span::HOUR), Span::ZERO);
}

#[test]
fn a_span_is_written_in_its_units() {
    let cases = [
        (0, "0 s"),
        (1, "1 ms"),
        (999, "999 ms"),
        (1_000, "1 s"),
        (59_999, "59 s 999 ms"),
        (60_000, "1 min"),
        (5_400_000, "1 h 30 min"),
        (172_800_000, "2 d"),
        (90_061_001, "1 d 1 h 1 min 1 s 1 ms"),
    ];
    for (millis, written) in cases {
        assert_eq!(span(Span::from_millis(millis)), written);
    }
}
