extern crate std;

use super::{Caps, Cause, Earliest, earliest};
use crate::calendar::{Hours, Opening};
use crate::instant::Instant;
use crate::zone::Zone;
use std::vec;
use std::vec::Vec;

fn at(text: &str) -> Instant {
    let at = text.parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap();
    Instant::from_millis(at.timestamp_millis()).unwrap()
}

/// Monday to Saturday from 9 to 20.
fn window() -> Hours {
    let day = |n| if n < 6 { vec![Opening { from: 540, to: 1200 }] } else { vec![] };
    Hours::new(core::array::from_fn(day), vec![]).unwrap()
}

fn caps(per_day: u32, per_week: u32, days_apart: u32) -> Caps {
    let some = |n: u32| (n > 0).then_some(n);
    Caps { per_day: some(per_day), per_week: some(per_week), days_apart: some(days_apart) }
}

/// From Monday, 2026-06-01, on, in Bogotá: five hours behind.
fn ask(caps: &Caps, sent: &[&str], now: &str) -> Earliest {
    let sent: Vec<Instant> = sent.iter().map(|s| at(s)).collect();
    let zone = if cfg!(feature = "zones") { "America/Bogota" } else { "-05:00" };
    earliest(Some(&window()), Zone::named(zone).unwrap(), caps, &sent, at(now))
}

fn says(at: Instant, first: Option<Cause>, last: Option<Cause>) -> Earliest {
    Earliest { at, first, last }
}

#[test]
fn a_message_within_the_hours_is_sent_at_once() {
    let now = "2026-06-01T14:00:00Z";
    assert_eq!(ask(&Caps::default(), &[], now), says(at(now), None, None));
    assert_eq!(ask(&caps(1, 1, 1), &[], now), says(at(now), None, None));
    let none = earliest(None, Zone::UTC, &Caps::default(), &[], at(now));
    assert_eq!(none, says(at(now), None, None));
}

#[test]
fn a_message_outside_the_hours_waits_for_them() {
    let hours = Some(Cause::Hours);
    let monday = says(at("2026-06-08T14:00:00Z"), hours, hours);
    assert_eq!(ask(&Caps::default(), &[], "2026-06-07T01:00:00Z"), monday);
    assert_eq!(ask(&Caps::default(), &[], "2026-06-08T13:59:59.999Z"), monday);
}

#[test]
fn a_cap_moves_to_the_next_day_and_the_hours_of_that_day() {
    let hours = Some(Cause::Hours);
    let sent = ["2026-06-01T15:00:00Z", "2026-06-01T14:00:00Z", "2026-06-01T15:00:00Z"];
    let now = "2026-06-01T20:00:00Z";
    // Twice the same instant is once.
    assert_eq!(ask(&caps(3, 0, 0), &sent, now), says(at(now), None, None));
    let tuesday = at("2026-06-02T14:00:00Z");
    assert_eq!(ask(&caps(2, 0, 0), &sent, now), says(tuesday, Some(Cause::PerDay), hours));
    let next_week = at("2026-06-08T14:00:00Z");
    assert_eq!(ask(&caps(0, 2, 0), &sent, now), says(next_week, Some(Cause::PerWeek), hours));
    // Of several caps the one that reaches farthest says why.
    assert_eq!(ask(&caps(1, 1, 1), &sent, now), says(next_week, Some(Cause::PerWeek), hours));
    let wednesday = at("2026-06-03T14:00:00Z");
    assert_eq!(ask(&caps(0, 0, 2), &sent, now), says(wednesday, Some(Cause::DaysApart), hours));
    // Without hours, a day begins at its midnight.
    let sent: Vec<Instant> = sent.iter().map(|s| at(s)).collect();
    let open = earliest(None, Zone::UTC, &caps(2, 0, 0), &sent, at(now));
    assert_eq!(open, says(at("2026-06-02T00:00:00Z"), Some(Cause::PerDay), Some(Cause::PerDay)));
}

#[test]
fn days_and_weeks_are_those_of_the_zone() {
    // Half past ten on Sunday evening there; Monday by UTC.
    let sunday = ["2026-06-08T03:30:00Z"];
    let monday = "2026-06-08T15:00:00Z";
    assert_eq!(ask(&caps(1, 1, 1), &sunday, monday), says(at(monday), None, None));
    assert_eq!(ask(&caps(0, 0, 2), &sunday, monday).at, at("2026-06-09T14:00:00Z"));
}

#[test]
fn messages_to_come_count_where_they_are() {
    let now = "2026-06-01T15:00:00Z";
    let later = ["2026-06-01T18:00:00Z", "2026-06-02T18:00:00Z", "2026-06-04T18:00:00Z"];
    assert_eq!(ask(&caps(1, 0, 0), &later, now).at, at("2026-06-03T14:00:00Z"));
    // Only what was sent before keeps a distance.
    assert_eq!(ask(&caps(0, 0, 3), &later, now).at, at(now));
    assert_eq!(ask(&caps(0, 3, 0), &later, now).at, at("2026-06-08T14:00:00Z"));
    // Waiting for the next day leaves behind what was to come, which then keeps its distance.
    assert_eq!(ask(&caps(1, 0, 3), &later[..1], now).at, at("2026-06-04T14:00:00Z"));
}

#[test]
fn a_cap_that_allows_nothing_ends_with_never() {
    let now = "2026-06-01T15:00:00Z";
    let zero = Caps { per_day: Some(0), per_week: Some(0), days_apart: Some(0) };
    for sent in [&[][..], &[now, "2026-06-02T15:00:00Z"]] {
        assert_eq!(ask(&zero, sent, now).at, Instant::MAX);
    }
    let never = ask(&caps(0, 0, u32::MAX), &[now], now);
    assert_eq!((never.at, never.first), (Instant::MAX, Some(Cause::DaysApart)));
    assert_eq!(
        ask(&caps(1, 1, 1), &["9999-12-31T15:00:00Z"], "9999-12-31T16:00:00Z").at,
        Instant::MAX
    );
}

#[cfg(feature = "zones")]
#[test]
fn every_answer_is_the_first_minute_that_is_allowed() {
    use crate::minutes::{DAYS, Listed, Minutes, minute};
    let random = &mut fastrand::Rng::with_seed(12);
    let (mut moved, mut found) = (0, 0);
    for (name, day) in DAYS {
        let minutes = Minutes::about(name, day, 40);
        for _ in 0..40 {
            let listed = Listed::any(random, minutes.shown[minutes.shown.len() / 2], 9);
            let hours = listed.hours().ok().filter(|_| random.bool());
            let number = |random: &mut fastrand::Rng| random.u32(0..4);
            let caps = caps(number(random), number(random) * 2, number(random));
            let begin = minutes.first + random.i64(7 * 1440..20 * 1440);
            let mut sent: Vec<i64> =
                (0..random.usize(0..12)).map(|_| begin + random.i64(-7 * 1440..7 * 1440)).collect();
            let instants: Vec<Instant> =
                sent.iter().chain(sent.first()).map(|at| minute(*at)).collect();
            sent.sort_unstable();
            sent.dedup();
            let sent: Vec<_> = sent.iter().map(|at| (*at, minutes.shown(*at).date())).collect();
            let allowed = |at: &i64| {
                let shown = minutes.shown(*at);
                let today = |date: jiff::civil::Date| date == shown.date();
                let iso_week = |date: jiff::civil::Date| {
                    let week = date.iso_week_date();
                    (week.year(), week.week())
                };
                let week = iso_week(shown.date());
                let day_count = sent.iter().filter(|(_, date)| today(*date)).count();
                let week_count = sent.iter().filter(|(_, date)| iso_week(*date) == week).count();
                let below = |cap: Option<u32>, n: usize| cap.is_none_or(|cap| n < cap as usize);
                let last = sent.iter().rfind(|(sent, _)| sent <= at);
                let apart = caps.days_apart.zip(last).is_none_or(|(apart, (_, last))| {
                    shown.date().since(*last).unwrap().get_days() >= apart.cast_signed()
                });
                hours.as_ref().is_none_or(|_| listed.open(shown))
                    && below(caps.per_day, day_count)
                    && below(caps.per_week, week_count)
                    && apart
            };
            let answer = earliest(hours.as_ref(), minutes.zone, &caps, &instants, minute(begin));
            let place = || std::format!("{name} {begin} {caps:?} {sent:?} {hours:?} {answer:?}");
            match (begin..minutes.end()).find(allowed) {
                Some(first) => assert_eq!(answer.at, minute(first), "{}", place()),
                None => assert!(answer.at >= minute(minutes.end()), "{}", place()),
            }
            assert_eq!(answer.at > minute(begin), answer.last.is_some(), "{}", place());
            assert_eq!(answer.first.is_some(), answer.last.is_some(), "{}", place());
            moved += u32::from(answer.last.is_some());
            found += u32::from(answer.at < minute(minutes.end()));
        }
    }
    // The cases are worth something.
    assert!(moved > 300 && found > 600, "{moved} {found}");
}
