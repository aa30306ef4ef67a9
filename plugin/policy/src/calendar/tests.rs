#![expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test")]

extern crate std;

use super::{Flaw, Holiday, Hours, MINUTES_PER_DAY, On, Opening, OpeningPosition};
use crate::instant::{Instant, Span};
use crate::zone::Zone;
use std::vec;
use std::vec::Vec;

const fn opening(from: u16, to: u16) -> Opening {
    Opening { from: from * 60, to: to * 60 }
}

/// The same openings from one weekday to another.
fn daily(from: usize, to: usize, openings: &[Opening]) -> [Vec<Opening>; 7] {
    core::array::from_fn(|day| if (from..=to).contains(&day) { openings.to_vec() } else { vec![] })
}

fn office() -> Hours {
    Hours::new(daily(0, 4, &[opening(9, 18)]), vec![]).unwrap()
}

fn closed(on: Option<On>) -> Holiday {
    Holiday { on: on.unwrap(), openings: vec![] }
}

fn at(text: &str) -> Instant {
    let at = text.parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap();
    Instant::from_millis(at.timestamp_millis()).unwrap()
}

fn hours(n: u64) -> Span {
    Span::HOUR.times(n)
}

/// Known values (docs/rules.md#business-hours).
#[test]
fn open_time_goes_on_when_it_opens_again() {
    let office = office();
    let advance = |from, by| office.advance(Zone::UTC, at(from), by);
    assert_eq!(advance("2023-04-07T17:00:00Z", hours(2)), at("2023-04-10T10:00:00Z"));
    assert_eq!(office.longest_day(), hours(9));
    assert_eq!(advance("2023-04-07T13:00:00Z", hours(9)), at("2023-04-10T13:00:00Z"));
    // The earliest instant is the closing, not the next opening.
    assert_eq!(advance("2023-04-07T17:00:00Z", hours(1)), at("2023-04-07T18:00:00Z"));
    assert_eq!(advance("2023-04-08T17:00:00Z", Span::ZERO), at("2023-04-08T17:00:00Z"));
    assert_eq!(advance("2023-04-08T17:00:00Z", Span::MINUTE), at("2023-04-10T09:01:00Z"));
    assert_eq!(advance("2023-04-07T17:00:00Z", hours(45 * 52)), at("2024-04-05T17:00:00Z"));
}

#[test]
fn an_opening_includes_its_beginning_and_not_its_end() {
    let office = office();
    for (instant, open) in [
        ("2023-04-07T08:59:59.999Z", false),
        ("2023-04-07T09:00:00Z", true),
        ("2023-04-07T17:59:59.999Z", true),
        ("2023-04-07T18:00:00Z", false),
        ("2023-04-08T10:00:00Z", false),
    ] {
        assert_eq!(office.is_open(Zone::UTC, at(instant)), open, "{instant}");
    }
    let next = |from| office.next_opening(Zone::UTC, at(from));
    assert_eq!(next("2023-04-07T18:00:00Z"), at("2023-04-10T09:00:00Z"));
    assert_eq!(next("2023-04-07T12:00:00.001Z"), at("2023-04-07T12:00:00.001Z"));
    let between = |from, to| office.open_between(Zone::UTC, at(from), at(to));
    assert_eq!(between("2023-04-07T17:30:00Z", "2023-04-10T09:00:00.007Z").millis(), 1_800_007);
    assert_eq!(between("2023-04-10T17:30:00Z", "2023-04-07T09:00:00Z"), Span::ZERO);
    assert_eq!(between("2023-01-01T00:00:00Z", "2024-01-01T00:00:00Z"), hours(260 * 9));
}

#[test]
fn holidays_are_closed_and_special_days_have_hours_of_their_own() {
    let special = Holiday { on: On::every_year(12, 24).unwrap(), openings: vec![opening(9, 12)] };
    let sunday = Holiday { on: On::date(2026, 12, 20).unwrap(), openings: vec![opening(10, 14)] };
    let again = Holiday { on: On::date(2027, 12, 24).unwrap(), openings: vec![opening(9, 13)] };
    let holidays = vec![
        closed(On::every_year(12, 25)),
        special,
        sunday,
        closed(On::date(2026, 12, 28)),
        again,
    ];
    let hours_of = Hours::new(daily(0, 4, &[opening(9, 18)]), holidays).unwrap();
    let advance = |from, by| hours_of.advance(Zone::UTC, at(from), by);
    assert_eq!(advance("2026-12-20T13:00:00Z", hours(2)), at("2026-12-21T10:00:00Z"));
    assert_eq!(advance("2026-12-24T11:00:00Z", hours(2)), at("2026-12-29T10:00:00Z"));
    // A date takes precedence over a yearly day.
    assert_eq!(advance("2027-12-24T11:00:00Z", hours(3)), at("2027-12-27T10:00:00Z"));
    assert_eq!(hours_of.longest_day(), hours(9));
    // A 29 February that a year does not have hides no other holiday, however far away.
    let holidays = vec![closed(On::every_year(2, 29)), closed(On::every_year(3, 2))];
    let spring = Hours::new(daily(0, 4, &[opening(9, 18)]), holidays).unwrap();
    let due = spring.advance(Zone::UTC, at("2026-01-05T09:00:00Z"), hours(12 * 45 + 36));
    assert_eq!(due, at("2026-04-03T18:00:00Z"));
    assert_eq!(
        (On::date(2026, 2, 29), On::every_year(2, 30), On::date(1969, 1, 1)),
        (None, None, None)
    );
}

#[test]
fn everything_wrong_with_openings_is_said() {
    let mut week = daily(0, 0, &[opening(9, 13), opening(12, 14), opening(14, 15)]);
    week[6] = vec![opening(10, 10), opening(11, 9), Opening { from: 0, to: MINUTES_PER_DAY + 1 }];
    let mut holidays = vec![closed(On::every_year(1, 1)), closed(On::date(2026, 1, 1))];
    holidays.push(Holiday {
        on: On::every_year(1, 1).unwrap(),
        openings: vec![opening(22, 24), opening(8, 9), opening(8, 10)],
    });
    let flaws = [
        Flaw::Overlaps(OpeningPosition::Week(0, 1)),
        Flaw::Reversed(OpeningPosition::Week(6, 0)),
        Flaw::Reversed(OpeningPosition::Week(6, 1)),
        Flaw::Reversed(OpeningPosition::Week(6, 2)),
        Flaw::Overlaps(OpeningPosition::Holiday(2, 2)),
        Flaw::Twice(2),
    ];
    assert_eq!(Hours::new(week, holidays), Err(flaws.to_vec()));
}

#[test]
fn a_calendar_that_never_opens_is_refused() {
    let never = || Err(vec![Flaw::NeverOpens]);
    let nothing = || daily(0, 6, &[]);
    let always = || daily(0, 6, &[opening(0, 24)]);
    let once = Holiday { on: On::date(2026, 1, 1).unwrap(), openings: vec![opening(9, 12)] };
    let yearly = Holiday { on: On::every_year(2, 29).unwrap(), openings: vec![opening(0, 12)] };
    assert_eq!(Hours::new(nothing(), vec![]), never());
    assert_eq!(Hours::new(nothing(), vec![once]), never());
    let every_day = || (1..=12).flat_map(|m| (1..=31).filter_map(move |d| On::every_year(m, d)));
    let all: Vec<_> = every_day().map(|on| closed(Some(on))).collect();
    assert_eq!(all.len(), 366);
    assert_eq!(Hours::new(always(), all.clone()), never());
    // Closed except for one day in leap years.
    let leap = On::every_year(2, 29);
    let most: Vec<_> = all.into_iter().filter(|h| Some(h.on) != leap).collect();
    for rare in [Hours::new(always(), most), Hours::new(nothing(), vec![yearly])] {
        let next = rare.unwrap().next_opening(Zone::UTC, at("2096-03-01T00:00:00Z"));
        assert_eq!(next, at("2104-02-29T00:00:00Z"));
    }
}

#[test]
fn the_end_of_time_is_the_latest_answer() {
    let office = office();
    let late = at("9999-12-31T17:59:59Z");
    assert_eq!(office.advance(Zone::UTC, late, Span::SECOND), at("9999-12-31T18:00:00Z"));
    assert_eq!(office.advance(Zone::UTC, late, hours(1)), Instant::MAX);
    assert_eq!(office.next_opening(Zone::UTC, at("9999-12-31T18:00:00Z")), Instant::MAX);
    assert_eq!(office.advance(Zone::UTC, Instant::MIN, Span::from_millis(u64::MAX)), Instant::MAX);
    assert!(office.open_between(Zone::UTC, Instant::MIN, Instant::MAX) > hours(9 * 260 * 99));
    assert!(office.is_open(Zone::UTC, at("1970-01-01T09:00:00Z")));
    assert!(!office.is_open(Zone::UTC, Instant::MAX));
}

#[cfg(feature = "zones")]
mod iana {
    use super::*;
    use crate::minutes::{DAYS, Listed, Minutes, minute};
    use fastrand::Rng;

    #[test]
    fn an_opening_across_a_change_of_the_clocks_is_longer_or_shorter() {
        let madrid = Zone::named("Europe/Madrid").unwrap();
        let night = Hours::new(daily(6, 6, &[opening(1, 5)]), vec![]).unwrap();
        assert_eq!(night.longest_day(), hours(4));
        for (from, to, open) in [
            ("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 3),
            ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 5),
        ] {
            assert_eq!(night.open_between(madrid, at(from), at(to)), hours(open));
        }
        // Each local time counts once: the second 02:15 is not open, and a skipped one is not
        // either.
        let quarter = vec![Opening { from: 120, to: 150 }];
        let brief = Hours::new(daily(6, 6, &quarter), vec![]).unwrap();
        assert!(brief.is_open(madrid, at("2026-10-25T02:15:00+02:00")));
        assert!(!brief.is_open(madrid, at("2026-10-25T02:15:00+01:00")));
        let next = brief.next_opening(madrid, at("2026-03-29T00:00:00+01:00"));
        assert_eq!(next, at("2026-04-05T02:00:00+02:00"));
    }

    #[test]
    fn a_day_that_is_put_back_into_the_one_before_is_open_as_it_began() {
        let st_johns = Zone::named("America/St_Johns").unwrap();
        let sunday = Hours::new(daily(6, 6, &[opening(0, 2)]), vec![]).unwrap();
        for (instant, open) in [
            ("2010-11-06T23:59:59-02:30", false),
            ("2010-11-07T00:00:00-02:30", true),
            ("2010-11-06T23:30:00-03:30", true),
            ("2010-11-07T01:59:59-03:30", true),
            ("2010-11-07T02:00:00-03:30", false),
        ] {
            assert_eq!(sunday.is_open(st_johns, at(instant)), open, "{instant}");
        }
    }

    #[test]
    fn what_is_always_open_counts_all_time() {
        let always = Hours::new(daily(0, 6, &[opening(0, 24)]), vec![]).unwrap();
        for (name, (year, month, day)) in DAYS {
            let zone = Zone::named(name).unwrap();
            let noon = jiff::civil::date(year, month, day).at(12, 0, 0, 0);
            let noon = noon.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_second();
            for hour in 0..96 {
                let from = minute(noon / 60 + (hour - 48) * 60 + hour);
                for by in [1, 7, 30, 400, 3000].map(|days| Span::DAY.times(days)) {
                    assert_eq!(always.advance(zone, from, by), from.plus(by), "{name} {from:?}");
                    assert_eq!(always.open_between(zone, from, from.plus(by)), by, "{name}");
                }
            }
        }
    }

    /// Compares all answers for some minutes with those of the slow implementation.
    fn compare(minutes: &Minutes, listed: &Listed, random: &mut Rng) {
        let Ok(calendar) = listed.hours() else { return };
        let open: Vec<bool> = minutes.shown.iter().map(|shown| listed.open(*shown)).collect();
        let (zone, first, end) = (minutes.zone, minutes.first, minutes.end());
        let is_open = |at: i64| open[usize::try_from(at - first).unwrap()];
        for _ in 0..60 {
            let from = minutes.any(random);
            let place = || std::format!("{zone:?}, {from}: {} {listed:?}", minutes.shown(from));
            assert_eq!(calendar.is_open(zone, minute(from)), is_open(from), "{}", place());
            let next = calendar.next_opening(zone, minute(from));
            match (from..end).find(|at| is_open(*at)) {
                Some(found) => assert_eq!(next, minute(found), "{}", place()),
                None => assert!(next >= minute(end), "{}", place()),
            }
            let to = random.i64(from..=end);
            let passed = (from..to).filter(|at| is_open(*at)).count();
            let passed = Span::MINUTE.times(passed.try_into().unwrap());
            assert_eq!(
                calendar.open_between(zone, minute(from), minute(to)),
                passed,
                "{}",
                place()
            );
            let by = match random.u8(0..3) {
                0 => random.usize(0..600),
                1 => random.usize(0..20_000),
                // Up to the end of an opening, if it was open before.
                _ => usize::try_from(passed.millis() / 60_000).unwrap(),
            };
            let due = calendar.advance(zone, minute(from), Span::MINUTE.times(by as u64));
            let last = (from..end).filter(|at| is_open(*at)).take(by).enumerate().last();
            match last {
                None if by == 0 => assert_eq!(due, minute(from)),
                Some((n, at)) if n + 1 == by => assert_eq!(due, minute(at + 1), "{by} {}", place()),
                _ => assert!(due >= minute(end), "{by} {}", place()),
            }
        }
    }

    #[test]
    fn every_answer_is_that_of_looking_at_every_minute() {
        let random = &mut Rng::with_seed(9);
        for (name, day) in DAYS {
            let minutes = Minutes::about(name, day, 16);
            for _ in 0..16 {
                let about = minutes.shown[minutes.shown.len() / 2];
                compare(&minutes, &Listed::any(random, about, 9), random);
            }
        }
    }

    #[test]
    fn whole_weeks_are_passed_over_only_where_nothing_happens() {
        let random = &mut Rng::with_seed(10);
        for (name, day) in DAYS {
            let minutes = Minutes::about(name, day, 420);
            for _ in 0..2 {
                let about = minutes.shown[minutes.shown.len() / 2];
                compare(&minutes, &Listed::any(random, about, 210), random);
            }
        }
    }

    #[test]
    fn open_time_adds_up_and_never_runs_backwards() {
        let random = &mut Rng::with_seed(11);
        for n in 0..20_000 {
            let (name, (year, month, day)) = DAYS[n % DAYS.len()];
            let zone = Zone::named(name).unwrap();
            let about = jiff::civil::date(year, month, day).at(0, 0, 0, 0);
            let Ok(calendar) = Listed::any(random, about, 20).hours() else { continue };
            let midnight = about.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
            let begin = midnight.as_millisecond() - 10 * 86_400_000;
            let instant = |random: &mut Rng| {
                Instant::from_millis(begin + random.i64(0..20 * 86_400_000)).unwrap()
            };
            let exponent = random.u32(1..33);
            let span = |random: &mut Rng| Span::from_millis(random.u64(0..1 << exponent));
            let (from, a, b) = (instant(random), span(random), span(random));
            let due = calendar.advance(zone, from, a);
            let place = || std::format!("{zone:?} {from:?} {a:?} {b:?} {calendar:?}");
            assert!(due >= from.plus(a), "{}", place());
            let open = calendar.next_opening(zone, from);
            assert!(open == Instant::MAX || calendar.is_open(zone, open), "{}", place());
            if due == Instant::MAX {
                continue;
            }
            assert_eq!(calendar.open_between(zone, from, due), a, "{}", place());
            // Advancing continues from the result: from a closing, at the next opening.
            let both = calendar.advance(zone, from, a.plus(b));
            if b > Span::ZERO {
                assert_eq!(calendar.advance(zone, due, b), both, "{}", place());
            }
            assert!(both >= due, "{}", place());
            let later = from.plus(b);
            assert!(calendar.advance(zone, later, a) >= due, "{}", place());
            assert!(calendar.next_opening(zone, later) >= open, "{}", place());
        }
    }
}
