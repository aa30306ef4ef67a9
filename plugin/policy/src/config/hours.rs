//! Parses schedules, sending windows and message limits.

use super::form;
use super::place::{Object, Place, Problems, quoted};
use super::plain;
use super::words;
use crate::calendar::{self, Flaw, Holiday, Hours, MINUTES_PER_DAY, On, Opening};
use crate::diagnostic::{Code, Shape};
use crate::policy::{OpenHours, OutsideHours, SendingWindow};
use crate::sending::Caps;
use crate::zone::Zone;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

/// Maximum number of schedules, and of sending windows.
pub(super) const CALENDARS_MAX: usize = 200;
/// Maximum number of openings per day.
pub const OPENINGS_PER_DAY_MAX: usize = 24;
/// Maximum number of holidays per calendar.
pub(super) const HOLIDAYS_MAX: usize = 1_000;
/// Maximum of a message limit.
pub(super) const MESSAGE_LIMIT_MAX: u32 = 1_000;
/// Maximum of `days-apart`: the plugin does not remember sent messages longer.
pub(super) const DAYS_APART_MAX: u32 = 60;

/// The days of a week, starting on Monday.
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// All schedules, including invalid ones, so that their names are known.
pub(super) fn schedules(place: &Place<'_>, zone: Zone, problems: &mut Problems) -> Vec<OpenHours> {
    let mut schedules = Vec::new();
    for (name, place) in most(place, problems) {
        let object = place.object(&form::SCHEDULE, problems);
        let own = object.as_ref().and_then(|o| o.get("zone")).and_then(|p| p.zone(problems));
        let hours = object.as_ref().and_then(|object| {
            object.require("open", "\"open\": { \"mon-fri\": \"09:00-18:00\" }", problems)?;
            hours(object, problems)
        });
        schedules.push(OpenHours {
            name: name.into(),
            hours: hours.unwrap_or_else(Hours::always),
            zone: own.unwrap_or(zone),
        });
    }
    schedules
}

pub(super) fn sending_windows(
    place: &Place<'_>,
    zone: Zone,
    problems: &mut Problems,
) -> Vec<SendingWindow> {
    let mut windows = Vec::new();
    for (name, place) in most(place, problems) {
        let object = place.object(&form::SENDING_WINDOW, problems);
        let mut window = SendingWindow {
            name: name.into(),
            hours: None,
            zone,
            caps: Caps::default(),
            close: OutsideHours::Silent,
        };
        if let Some(object) = &object {
            window.zone = object.get("zone").and_then(|p| p.zone(problems)).unwrap_or(zone);
            if object.get("open").is_some() {
                window.hours = hours(object, problems);
            } else if let Some(holidays) = object.get("holidays") {
                // Without weekly openings, every day except these counts as open.
                holidays.problem(Code::HolidaysWithoutOpenings, vec![], problems);
            }
            window.caps = caps(object, problems);
            window.close = object
                .get("close")
                .and_then(|p| p.word(&words::OUTSIDE_HOURS, problems))
                .unwrap_or(OutsideHours::Silent);
        }
        windows.push(window);
    }
    windows
}

pub(super) fn budget(place: &Place<'_>, problems: &mut Problems) -> Option<Caps> {
    Some(caps(&place.object(&form::BUDGET, problems)?, problems))
}

fn most<'a>(place: &Place<'a>, problems: &mut Problems) -> Vec<(&'a str, Place<'a>)> {
    let mut named = place.named(problems);
    if named.len() > CALENDARS_MAX {
        let values = vec![plain(named.len().to_string()), plain(CALENDARS_MAX.to_string())];
        place.problem(Code::TooMany, values, problems);
        named.truncate(CALENDARS_MAX);
    }
    named
}

fn caps(object: &Object<'_>, problems: &mut Problems) -> Caps {
    let mut count =
        |key, most| object.get(key).and_then(|place: Place<'_>| place.count(most, problems));
    Caps {
        per_day: count("per-day", MESSAGE_LIMIT_MAX),
        per_week: count("per-week", MESSAGE_LIMIT_MAX),
        days_apart: count("days-apart", DAYS_APART_MAX),
    }
}

/// The openings of a calendar with its holidays; `None` if they are invalid.
fn hours(object: &Object<'_>, problems: &mut Problems) -> Option<Hours> {
    let before = problems.errors();
    let week_place = object.get("open")?;
    let mut week: [Vec<Opening>; 7] = Default::default();
    // The place of each opening, for problems that are found later.
    let mut places: [Vec<Place<'_>>; 7] = Default::default();
    for (days, place) in week_place.named(problems) {
        let Some((first, last)) = weekdays(days) else {
            let known = quoted(DAYS.into_iter());
            place.problem(Code::BadWeekday, vec![plain(days), plain(known)], problems);
            continue;
        };
        let read = openings(&place, problems);
        let days = week.iter_mut().zip(&mut places).enumerate();
        for (_, (openings, places)) in days.filter(|(day, _)| (first..=last).contains(day)) {
            for (opening, place) in &read {
                openings.push(*opening);
                places.push(place.clone());
            }
        }
    }
    let mut holidays = Vec::new();
    let mut holiday_places = Vec::new();
    if let Some(list) = object.get("holidays") {
        for place in list.items(HOLIDAYS_MAX, problems) {
            if let Some((holiday, places)) = holiday(&place, problems) {
                holidays.push(holiday);
                holiday_places.push((place, places));
            }
        }
    }
    match Hours::new(week, holidays) {
        Ok(hours) if problems.errors() == before => Some(hours),
        Ok(_) => None,
        Err(flaws) => {
            let mut said: Vec<(&Place<'_>, Code)> = Vec::new();
            for flaw in flaws {
                let (place, code) = match flaw {
                    Flaw::NeverOpens if problems.errors() > before => continue,
                    Flaw::NeverOpens => (Some(&week_place), Code::CalendarNeverOpens),
                    Flaw::Reversed(at) => {
                        (find(&places, &holiday_places, at), Code::OpeningReversed)
                    }
                    Flaw::Overlaps(at) => {
                        (find(&places, &holiday_places, at), Code::OpeningOverlaps)
                    }
                    Flaw::Twice(n) => (holiday_places.get(n).map(|(p, _)| p), Code::HolidayTwice),
                };
                let place = place.unwrap_or(&week_place);
                // An opening for five days is reported once.
                if !said.iter().any(|(p, c)| p.is_at(place) && *c == code) {
                    said.push((place, code));
                    place.problem(code, vec![], problems);
                }
            }
            None
        }
    }
}

fn find<'p, 'a>(
    week: &'p [Vec<Place<'a>>; 7],
    holidays: &'p [(Place<'a>, Vec<Place<'a>>)],
    at: calendar::OpeningPosition,
) -> Option<&'p Place<'a>> {
    match at {
        calendar::OpeningPosition::Week(day, n) => week.get(day)?.get(n),
        calendar::OpeningPosition::Holiday(holiday, n) => holidays.get(holiday)?.1.get(n),
    }
}

/// `mon`, `mon-fri`: the first and the last day, 0 for Monday.
fn weekdays(written: &str) -> Option<(usize, usize)> {
    let day = |name: &str| DAYS.iter().position(|day| *day == name.trim());
    match written.split_once('-') {
        None => day(written).map(|day| (day, day)),
        Some((first, last)) => Some((day(first)?, day(last)?)).filter(|(a, b)| a < b),
    }
}

/// One opening or a list of them; an empty list means closed.
fn openings<'a>(place: &Place<'a>, problems: &mut Problems) -> Vec<(Opening, Place<'a>)> {
    let places = if place.is_list() {
        place.items(OPENINGS_PER_DAY_MAX, problems)
    } else {
        vec![place.clone()]
    };
    let mut read = Vec::new();
    for place in places {
        let Some(written) = place.string(problems) else { continue };
        match opening(&written) {
            Some(opening) => {
                // The end of the day is meant.
                if opening.to == MINUTES_PER_DAY.saturating_sub(1) {
                    place.problem(Code::ClosesForAMinute, vec![], problems);
                }
                read.push((opening, place));
            }
            None => place.problem(Code::BadOpening, vec![plain(written)], problems),
        }
    }
    read
}

/// `09:00-18:00`; the end may be `24:00`.
fn opening(written: &str) -> Option<Opening> {
    let (from, to) = written.split_once('-')?;
    Some(Opening { from: minute(from)?, to: minute(to)? })
}

fn minute(written: &str) -> Option<u16> {
    let (hour, minute) = written.trim().split_once(':')?;
    let two = |digits: &str| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
    if !two(hour) || !two(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let of_day = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && of_day <= MINUTES_PER_DAY).then_some(of_day)
}

/// `"2026-12-25"`, `"12-25"` (every year), or an object with one of them and its openings.
fn holiday<'a>(place: &Place<'a>, problems: &mut Problems) -> Option<(Holiday, Vec<Place<'a>>)> {
    let object = if place.is_object() { place.object(&form::HOLIDAY, problems) } else { None };
    let (date, special) = match &object {
        None if place.is_object() => return None,
        None => (place.clone(), Vec::new()),
        Some(object) => (
            object.require("date", "\"date\": \"2026-12-24\"", problems)?,
            object
                .require("open", "\"open\": \"09:00-13:00\"", problems)
                .map(|p| openings(&p, problems))
                .unwrap_or_default(),
        ),
    };
    let Some(written) = date.text() else {
        date.wrong_shape(Shape::Date, problems);
        return None;
    };
    let Some(on) = on(written) else {
        date.problem(Code::BadDate, vec![plain(written)], problems);
        return None;
    };
    let (openings, places) = special.into_iter().unzip();
    Some((Holiday { on, openings }, places))
}

fn on(written: &str) -> Option<On> {
    let mut parts = written.split('-').map(|part: &str| {
        let digits = part.bytes().all(|b| b.is_ascii_digit());
        (part.len(), part.parse::<u32>().ok().filter(|_| digits))
    });
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some((4, Some(year))), Some((2, Some(month))), Some((2, Some(day))), None) => {
            On::date(i32::try_from(year).ok()?, month, day)
        }
        (Some((2, Some(month))), Some((2, Some(day))), None, None) => On::every_year(month, day),
        _ => None,
    }
}
