//! Durations as people write them.

use crate::Duration;

const UNITS: [(&str, &[&str], u64); 5] = [
    ("d", &["d", "day", "days"], 86_400_000),
    ("h", &["h", "hour", "hours"], 3_600_000),
    ("min", &["min", "minute", "minutes"], 60_000),
    ("s", &["s", "second", "seconds"], 1000),
    ("ms", &["ms"], 1),
];

/// Formats a duration in the units of a policy: `15 min`, `1 h 30 min`, `2 d`.
pub fn show(duration: Duration) -> String {
    shown(duration, &UNITS)
}

/// The same of open time, of which a day has less than 24 hours: `30 h` and not `1 d 6 h`.
pub fn show_open(duration: Duration) -> String {
    shown(duration, UNITS.split_first().map_or(&[], |(_, hours)| hours))
}

fn shown(duration: Duration, units: &[(&str, &[&str], u64)]) -> String {
    let mut rest = duration;
    let mut parts = Vec::new();
    for &(unit, _, millis) in units {
        let (count, left) = (rest.checked_div(millis), rest.checked_rem(millis));
        if let (Some(count @ 1..), Some(left)) = (count, left) {
            parts.push(format!("{count} {unit}"));
            rest = left;
        }
    }
    if parts.is_empty() { "0 s".into() } else { parts.join(" ") }
}

/// Parses a duration.
pub fn parse(text: &str) -> Option<Duration> {
    let mut total: u64 = 0;
    let mut words = text.split_whitespace().peekable();
    words.peek()?;
    while let Some(word) = words.next() {
        let digits = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
        let (count, glued) = word.split_at(digits);
        let unit = if glued.is_empty() { words.next()? } else { glued };
        let (_, _, millis) = UNITS.iter().find(|(_, names, _)| names.contains(&unit))?;
        total = total.checked_add(count.parse::<u64>().ok()?.checked_mul(*millis)?)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_as_it_is_shown() {
        for text in ["0 s", "15 min", "1 h 30 min", "2 d", "1 s 5 ms"] {
            assert_eq!(show(parse(text).expect(text)), text);
        }
        assert_eq!(parse("2 days"), parse("48h"));
        assert_eq!(parse("1 d 30 min").map(show_open).as_deref(), Some("24 h 30 min"));
        assert_eq!(parse("soon"), None);
    }
}
