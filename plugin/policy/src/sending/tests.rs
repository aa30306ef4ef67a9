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

/// On and after Monday, 2026-06-01, in Bogotá: five hours behind UTC.
fn ask(caps: &Caps, sent: &[&str], now: &str) -> Earliest {
    let sent: Vec<Instant> = sent.iter().map(|s| at(s)).collect();
    let zone = if cfg!(feature = "zones") { "America/Bogota" } else { "-05:00" };
    let (hours, zone) = (window(), Zone::named(zone).unwrap());
    let open = |at| hours.next_opening(zone, at);
    earliest(&open, zone, caps, &sent, at(now), at(now))
}

/// The same without sending hours, in UTC.
fn ask_at_any_hour(caps: &Caps, sent: &[&str], due: &str, now: &str) -> Earliest {
    let sent: Vec<Instant> = sent.iter().map(|s| at(s)).collect();
    earliest(&|at| at, Zone::UTC, caps, &sent, at(due), at(now))
}

fn says(at: Instant, first: Option<Cause>, last: Option<Cause>) -> Earliest {
    Earliest { at, first, last }
}

#[test]
fn a_message_within_the_hours_is_sent_at_once() {
    let now = "2026-06-01T14:00:00Z";
    assert_eq!(ask(&Caps::default(), &[], now), says(at(now), None, None));
    assert_eq!(ask(&caps(1, 1, 1), &[], now), says(at(now), None, None));
    assert_eq!(ask_at_any_hour(&Caps::default(), &[], now, now), says(at(now), None, None));
}

#[test]
fn a_message_outside_the_hours_waits_for_them() {
    let hours = Some(Cause::Hours);
    let monday = says(at("2026-06-08T14:00:00Z"), hours, hours);
    assert_eq!(ask(&Caps::default(), &[], "2026-06-07T01:00:00Z"), monday);
    assert_eq!(ask(&Caps::default(), &[], "2026-06-08T13:59:59.999Z"), monday);
}

#[test]
fn a_cap_moves_to_another_day_at_the_same_time_of_day() {
    let sent = ["2026-06-01T15:00:00Z", "2026-06-01T14:00:00Z", "2026-06-01T15:00:00Z"];
    let now = "2026-06-01T20:00:00Z";
    // A duplicate instant counts once.
    assert_eq!(ask(&caps(3, 0, 0), &sent, now), says(at(now), None, None));
    let moved = |at: &str, cause| says(self::at(at), Some(cause), Some(cause));
    let tuesday = moved("2026-06-02T20:00:00Z", Cause::PerDay);
    assert_eq!(ask(&caps(2, 0, 0), &sent, now), tuesday);
    let next_week = moved("2026-06-08T20:00:00Z", Cause::PerWeek);
    assert_eq!(ask(&caps(0, 2, 0), &sent, now), next_week);
    // Of several limits the one that reaches farthest is the reason.
    assert_eq!(ask(&caps(1, 1, 1), &sent, now), next_week);
    let wednesday = moved("2026-06-03T20:00:00Z", Cause::DaysApart);
    assert_eq!(ask(&caps(0, 0, 2), &sent, now), wednesday);
    // Also without hours.
    assert_eq!(ask_at_any_hour(&caps(2, 0, 0), &sent, now, now), tuesday);
}

#[test]
fn the_time_of_day_is_that_at_which_it_could_first_have_been_sent() {
    // Due on Sunday night, outside the hours: on Monday it could be sent from nine on.
    let sent = ["2026-06-08T13:00:00Z"];
    let tuesday = ask(&caps(1, 0, 0), &sent, "2026-06-08T03:00:00Z");
    assert_eq!(tuesday.at, at("2026-06-09T14:00:00Z"));
    // Due in the afternoon and checked after midnight, when the new day is already full.
    let sent = ["2026-06-02T00:10:00Z"];
    let (due, now) = ("2026-06-01T16:00:00Z", "2026-06-02T00:30:00Z");
    let found = ask_at_any_hour(&caps(1, 0, 0), &sent, due, now);
    assert_eq!(found.at, at("2026-06-03T16:00:00Z"));
}

#[test]
fn where_that_time_of_day_is_closed_the_next_opening_is_it() {
    // On Saturday evening for Sunday: Monday from nine on.
    let sent = ["2026-06-06T15:00:00Z"];
    let monday = ask(&caps(1, 0, 0), &sent, "2026-06-06T20:00:00Z");
    let hours = Some(Cause::Hours);
    assert_eq!(monday, says(at("2026-06-08T14:00:00Z"), Some(Cause::PerDay), hours));
}

#[test]
fn days_and_weeks_are_those_of_the_zone() {
    // Half past ten on Sunday evening there; Monday in UTC.
    let sunday = ["2026-06-08T03:30:00Z"];
    let monday = "2026-06-08T15:00:00Z";
    assert_eq!(ask(&caps(1, 1, 1), &sunday, monday), says(at(monday), None, None));
    assert_eq!(ask(&caps(0, 0, 2), &sunday, monday).at, at("2026-06-09T15:00:00Z"));
}

#[test]
fn messages_to_come_count_where_they_are() {
    let now = "2026-06-01T15:00:00Z";
    let later = ["2026-06-01T18:00:00Z", "2026-06-02T18:00:00Z", "2026-06-04T18:00:00Z"];
    assert_eq!(ask(&caps(1, 0, 0), &later, now).at, at("2026-06-03T15:00:00Z"));
    // Only earlier messages keep a distance.
    assert_eq!(ask(&caps(0, 0, 3), &later, now).at, at(now));
    assert_eq!(ask(&caps(0, 3, 0), &later, now).at, at("2026-06-08T15:00:00Z"));
    // After the move to the next day, a planned message is in the past and keeps its distance.
    assert_eq!(ask(&caps(1, 0, 3), &later[..1], now).at, at("2026-06-04T15:00:00Z"));
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
fn every_answer_is_what_a_walk_through_the_minutes_finds() {
    use crate::minutes::{DAYS, Listed, Minutes, minute};
    let random = &mut fastrand::Rng::with_seed(12);
    let (mut moved, mut within) = (0, 0);
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
            let allowed = |at: i64| {
                let at = &at;
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
                below(caps.per_day, day_count) && below(caps.per_week, week_count) && apart
            };
            let opens = |from: i64| {
                (from..minutes.end())
                    .find(|at| hours.as_ref().is_none_or(|_| listed.open(minutes.shown(*at))))
            };
            let zone = minutes.zone;
            let open = |at| hours.as_ref().map_or(at, |hours| hours.next_opening(zone, at));
            let due = begin - random.i64(0..3) * random.i64(0..1440);
            let answer = earliest(&open, zone, &caps, &instants, minute(due), minute(begin));
            let place = || std::format!("{name} {begin} {caps:?} {sent:?} {hours:?} {answer:?}");
            // From the opening to the first day that is allowed at that time of day, and to its
            // opening, until nothing delays it.
            let time = opens(due).map(|at| minutes.shown(at).time());
            let mut found = opens(begin);
            // In a repeated hour the minutes stand still and have no time of day of their own.
            let waits = |at: i64| minutes.shown(at) == minutes.shown(at + 1);
            if opens(due).is_some_and(waits) {
                continue;
            }
            while let (Some(at), Some(time)) = (found, time)
                && !allowed(at)
            {
                let later = |m: &i64| {
                    let shown = minutes.shown(*m);
                    shown.date() > minutes.shown(at).date() && shown.time() >= time && allowed(*m)
                };
                found = (at..minutes.end()).find(later).and_then(opens);
            }
            match found {
                Some(first) => assert_eq!(answer.at, minute(first), "{}", place()),
                None => assert!(answer.at >= minute(minutes.end()), "{}", place()),
            }
            assert_eq!(answer.at > minute(begin), answer.last.is_some(), "{}", place());
            assert_eq!(answer.first.is_some(), answer.last.is_some(), "{}", place());
            moved += u32::from(answer.last.is_some());
            within += u32::from(answer.at < minute(minutes.end()));
        }
    }
    // The generated cases cover enough.
    assert!(moved > 300 && within > 600, "{moved} {within}");
}
