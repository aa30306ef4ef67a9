//! When messages may be sent, as far as the invariants know: weekly openings in a zone with a fixed
//! offset from UTC, and limits on messages. A window in another zone is not checked, because the
//! harness has no zone data.

use despertador_contract::Instant;
use serde_json::Value;

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// When messages may be sent.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    /// Milliseconds east of UTC.
    offset: i64,
    /// Openings in minutes of the day, starting on Monday; `None` is always open.
    open: Option<[Vec<(i64, i64)>; 7]>,
    per_day: Option<u64>,
    per_week: Option<u64>,
    days_apart: Option<i64>,
    /// Whether a close waits for the window.
    pub(crate) close_waits: bool,
}

impl Window {
    /// The window of a rule, with the policy's budget.
    pub(crate) fn of(config: &Value, name: Option<&Value>) -> Option<Window> {
        let window = name.and_then(Value::as_str).and_then(|name| {
            let windows = config.get("sending-windows")?;
            windows.get(name)
        });
        let budget = config.get("budget");
        if window.is_none() && budget.is_none() {
            return None;
        }
        let zone = window.and_then(|w| w.get("zone")).or_else(|| config.get("zone"));
        let most = |key: &str| {
            let of = |from: Option<&Value>| from?.get(key)?.as_u64();
            [of(window), of(budget)].into_iter().flatten().min()
        };
        let open = window.and_then(|w| w.get("open"));
        Some(Window {
            offset: offset(zone.and_then(Value::as_str).unwrap_or("UTC"))?,
            open: match open {
                Some(open) => Some(week(open)?),
                None => None,
            },
            per_day: most("per-day"),
            per_week: most("per-week"),
            days_apart: [window, budget]
                .into_iter()
                .flatten()
                .filter_map(|caps| caps.get("days-apart")?.as_i64())
                .max(),
            close_waits: window.is_some_and(|w| w.get("close") == Some(&"wait".into())),
        })
    }

    /// Whether it is open. Holidays are ignored: on these the plugin may send less.
    pub(crate) fn is_open(&self, at: Instant) -> bool {
        let Some(open) = &self.open else { return true };
        let minute = at.saturating_add(self.offset).rem_euclid(DAY).div_euclid(MINUTE);
        let today = usize::try_from(self.weekday(at)).ok().and_then(|day| open.get(day));
        today.is_some_and(|today| today.iter().any(|(from, to)| (*from..*to).contains(&minute)))
    }

    /// Whether another message fits within the limits.
    pub(crate) fn allows(&self, sent: &[Instant], at: Instant) -> bool {
        let today = self.day(at);
        let monday = today.saturating_sub(self.weekday(at));
        let within = |from: i64, days: i64| {
            let days = from..from.saturating_add(days);
            let count = sent.iter().filter(|at| days.contains(&self.day(**at))).count();
            u64::try_from(count).unwrap_or(u64::MAX)
        };
        let last = sent.iter().map(|at| self.day(*at)).max();
        let far = |apart: i64| last.is_none_or(|last| last.saturating_add(apart) <= today);
        self.days_apart.is_none_or(far)
            && self.per_day.is_none_or(|most| within(today, 1) < most)
            && self.per_week.is_none_or(|most| within(monday, 7) < most)
    }

    fn day(&self, at: Instant) -> i64 {
        at.saturating_add(self.offset).div_euclid(DAY)
    }

    /// 1970-01-01 was a Thursday.
    fn weekday(&self, at: Instant) -> i64 {
        self.day(at).saturating_add(3).rem_euclid(7)
    }
}

/// Parses `-05:00` or `UTC` into milliseconds.
fn offset(zone: &str) -> Option<i64> {
    if zone == "UTC" {
        return Some(0);
    }
    let (sign, rest) = match zone.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, zone.strip_prefix('+')?),
    };
    Some(minutes(rest)?.saturating_mul(MINUTE).saturating_mul(sign))
}

/// Parses `09:30` into minutes.
fn minutes(written: &str) -> Option<i64> {
    let (hours, minutes) = written.trim().split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    Some(hours.saturating_mul(60).saturating_add(minutes))
}

fn week(open: &Value) -> Option<[Vec<(i64, i64)>; 7]> {
    let mut week: [Vec<(i64, i64)>; 7] = Default::default();
    for (days, openings) in open.as_object()? {
        let (first, last) = days.split_once('-').unwrap_or((days, days));
        let place = |day: &str| DAYS.iter().position(|known| *known == day);
        let (first, last) = (place(first)?, place(last)?);
        let list = match openings {
            Value::Array(list) => list.clone(),
            one => vec![one.clone()],
        };
        for opening in &list {
            let (from, to) = opening.as_str()?.split_once('-')?;
            let opening = (minutes(from)?, minutes(to)?);
            for (_, day) in week.iter_mut().enumerate().filter(|(n, _)| (first..=last).contains(n))
            {
                day.push(opening);
            }
        }
    }
    Some(week)
}
