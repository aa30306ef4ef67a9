//! Converts answers as people type them to the words of a policy: `WhatsApp`, `9:00`, `20 minutos`,
//! `lunes a viernes`. What is not recognised is kept, so that the plugin reports it.

use despertador_policy::Channel;
use despertador_policy::form::DAYS;

use super::draft::Timing;
use crate::language::Language;

/// The units of a duration, with the beginnings of their names in English, Spanish and Portuguese.
const UNITS: [(&str, &[&str]); 4] = [
    ("d", &["day", "día", "dia"]),
    ("h", &["hour", "hora", "hr"]),
    ("min", &["min"]),
    ("s", &["sec", "seg"]),
];

/// Numbers in words, in English, Spanish and Portuguese.
const NUMBERS: [(&str, &[&str]); 3] = [
    ("1", &["one", "a", "an", "un", "una", "uno", "um", "uma"]),
    ("2", &["two", "dos", "dois", "duas"]),
    ("3", &["three", "tres", "três"]),
];

/// The time of a reminder: `20 minutos`, or `5 min antes del cierre`.
pub(super) fn timing(answer: &str) -> Timing {
    let lower = answer.to_lowercase();
    let before = ["antes", "before"].iter().filter_map(|word| lower.find(word)).min();
    match before.and_then(|place| lower.get(..place)) {
        Some(time) => Timing::BeforeClose(duration(time)),
        None => Timing::After(duration(answer)),
    }
}

/// A duration: `20 minutos`, `1 hora y 30 minutos`, `2 días`, `1h30`.
pub(super) fn duration(answer: &str) -> String {
    let lower = answer.trim().to_lowercase();
    if ["media hora", "meia hora", "half an hour", "half hour"].contains(&lower.as_str()) {
        return "30 min".into();
    }
    let (first, after) = lower.split_once(' ').unwrap_or((&lower, ""));
    let number = NUMBERS.iter().find(|(_, words)| words.contains(&first));
    let written = number.map(|(number, _)| format!("{number} {after}"));
    counted(written.as_deref().unwrap_or(answer)).unwrap_or_else(|| answer.to_owned())
}

/// A duration whose numbers are digits.
fn counted(answer: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = answer.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        let after = after.trim_start();
        let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (word, left) = after.split_at(end);
        rest = left.trim_start_matches(|c: char| c.is_whitespace() || c == ',' || c == '.');
        let lower = word.to_lowercase();
        if digits.is_empty() {
            if ["y", "e", "and"].contains(&lower.as_str()) {
                continue;
            }
            return None;
        }
        let unit = UNITS.iter().find(|(unit, names)| {
            lower == *unit || names.iter().any(|name| lower.starts_with(name))
        });
        let unit = match unit {
            Some((unit, _)) => *unit,
            // `1 h 30`
            None if word.is_empty() && parts.last().is_some_and(|part| part.ends_with(" h")) => {
                "min"
            }
            None => return None,
        };
        parts.push(format!("{digits} {unit}"));
    }
    Some(parts.join(" "))
}

/// A channel in any case and with any separators.
pub(super) fn channel(answer: &str) -> String {
    let plain = |word: &str| -> String {
        word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let found = Channel::NAMED.iter().find(|(word, _)| plain(word) == plain(answer));
    found.map_or_else(|| answer.to_owned(), |(word, _)| (*word).to_owned())
}

/// Openings with their days, separated by commas or «and».
pub(super) fn week(answer: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    let words = answer.replace([',', ';'], " , ");
    let mut entry: Vec<&str> = Vec::new();
    let mut end = |entry: &mut Vec<&str>| {
        if entry.is_empty() {
            return;
        }
        let read = hours(&entry.join(" "));
        entry.clear();
        // `9-12 and 14-18`: both are openings of the same days.
        let same = entries.last().and_then(|last: &String| last.split_once(' '));
        let read = match (read.strip_prefix(' '), same) {
            (Some(opening), Some((days, _))) => format!("{days} {opening}"),
            _ => read,
        };
        entries.push(read);
    };
    for word in words.split_whitespace() {
        let has_opening = entry.iter().any(|word| word.contains(|c: char| c.is_ascii_digit()));
        match word {
            "," => end(&mut entry),
            "y" | "e" | "and" if has_opening => end(&mut entry),
            word => entry.push(word),
        }
    }
    end(&mut entry);
    entries
}

/// A date, or a yearly day: `25 de diciembre`, `Dec 25`, `24/12/2026`, `2026-12-24`, `12-25`.
pub(super) fn date(answer: &str, language: Language) -> String {
    /// The beginnings of the names of months in English, Spanish and Portuguese.
    const MONTHS: [&[&str]; 12] = [
        &["jan", "ene"],
        &["feb", "fev"],
        &["mar"],
        &["apr", "abr"],
        &["may", "mai"],
        &["jun"],
        &["jul"],
        &["aug", "ago"],
        &["sep", "set"],
        &["oct", "out"],
        &["nov"],
        &["dec", "dic", "dez"],
    ];
    let lower = answer.to_lowercase();
    if !lower.contains('/') && !lower.contains(|c: char| c.is_alphabetic()) {
        return answer.to_owned();
    }
    let between = |c: char| !c.is_alphanumeric();
    let words = lower.split(between).filter(|word| !["", "de", "of", "the"].contains(word));
    let mut numbers: Vec<u32> = Vec::new();
    let mut month: Option<u32> = None;
    for word in words {
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic() || c == 'º');
        let named = MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)));
        match (digits.parse(), named) {
            (Ok(number), _) => numbers.push(number),
            (Err(_), Some(place)) if month.is_none() => {
                month = u32::try_from(place).ok().and_then(|place| place.checked_add(1));
            }
            _ => return answer.to_owned(),
        }
    }
    let (day, month, year) = match (month, numbers.as_slice(), language) {
        (Some(month), [day], _) => (*day, month, None),
        (Some(month), [day, year], _) => (*day, month, Some(*year)),
        (None, [month, day], Language::English | Language::All) => (*day, *month, None),
        (None, [month, day, year], Language::English | Language::All) => {
            (*day, *month, Some(*year))
        }
        (None, [day, month], _) => (*day, *month, None),
        (None, [day, month, year], _) => (*day, *month, Some(*year)),
        _ => return answer.to_owned(),
    };
    let year = year.map_or_else(String::new, |year| format!("{year:04}-"));
    format!("{year}{month:02}-{day:02}")
}

/// Days and an opening: `lunes a viernes 9:00 a 18:00` as `lunes-viernes 09:00-18:00`.
fn hours(entry: &str) -> String {
    let joined = entry
        .split_whitespace()
        .map(|word| match word.to_lowercase().as_str() {
            "a" | "to" | "às" | "as" | "hasta" | "até" | "–" | "—" => "-".to_owned(),
            "de" | "from" | "das" | "las" => String::new(),
            _ => word.replace(['–', '—'], "-"),
        })
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .replace(" - ", "-")
        .replace("- ", "-")
        .replace(" -", "-");
    let (days, opening) = match joined.find(|c: char| c.is_ascii_digit()) {
        Some(place) => joined.split_at(place),
        None => return joined,
    };
    let clock = |time: &str| {
        let time = time.trim().trim_end_matches(['h', 'H']);
        let (hour, minute) = time.split_once([':', '.', 'h']).unwrap_or((time, "00"));
        let fits =
            |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if fits(hour) && fits(minute) {
            format!("{hour:0>2}:{minute:0>2}")
        } else {
            time.to_owned()
        }
    };
    let opening: Vec<String> = opening.split('-').map(clock).collect();
    format!("{} {}", days.trim().trim_end_matches('-'), opening.join("-"))
}

/// The config's word for a day in any of the three languages, in full or abbreviated, with or
/// without accents.
pub(super) fn day(written: &str) -> String {
    const NAMES: [[&str; 3]; 7] = [
        ["mon", "lun", "seg"],
        ["tue", "mar", "ter"],
        ["wed", "mie", "qua"],
        ["thu", "jue", "qui"],
        ["fri", "vie", "sex"],
        ["sat", "sab", "sab"],
        ["sun", "dom", "dom"],
    ];
    let plain = written.trim().to_lowercase().replace('á', "a").replace('é', "e").replace('ç', "c");
    let found =
        NAMES.iter().zip(DAYS).find(|(names, _)| names.iter().any(|name| plain.starts_with(name)));
    found.map_or_else(|| written.to_owned(), |(_, day)| day.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_people_type_them() {
        for (typed, meant) in [
            ("20 minutos", "20 min"),
            ("1 hora y 30 minutos", "1 h 30 min"),
            ("1 hora e 30 minutos", "1 h 30 min"),
            ("1h30", "1 h 30 min"),
            ("2 días", "2 d"),
            ("2 Dias", "2 d"),
            ("90 segundos", "90 s"),
            ("15 min", "15 min"),
            ("2d", "2 d"),
            ("una hora", "1 h"),
            ("Um dia", "1 d"),
            ("two hours", "2 h"),
            ("media hora", "30 min"),
            ("soon", "soon"),
            ("20", "20"),
        ] {
            assert_eq!(duration(typed), meant, "{typed}");
        }
        let before = |time: &str| Timing::BeforeClose(time.into());
        for (typed, meant) in [
            ("20 minutos", Timing::After("20 min".into())),
            ("5 min antes del cierre", before("5 min")),
            ("1 hora antes do encerramento", before("1 h")),
            ("half an hour before", before("30 min")),
            ("before", before("")),
        ] {
            assert_eq!(timing(typed), meant, "{typed}");
        }
        for (typed, spanish, english) in [
            ("25 de diciembre", "12-25", "12-25"),
            ("1º de janeiro de 2027", "2027-01-01", "2027-01-01"),
            ("December 25th", "12-25", "12-25"),
            ("2/1", "01-02", "02-01"),
            ("24/12/2026", "2026-12-24", "2026-24-12"),
            ("2026-12-24", "2026-12-24", "2026-12-24"),
            ("12-25", "12-25", "12-25"),
            ("Navidad", "Navidad", "Navidad"),
        ] {
            assert_eq!(date(typed, Language::Spanish), spanish, "{typed}");
            assert_eq!(date(typed, Language::English), english, "{typed}");
        }
        assert_eq!(
            week("lunes a viernes de 9 a 12 y 14:00-18:00, sáb 9:00-13:00 y dom 10 a 12"),
            [
                "lunes-viernes 09:00-12:00",
                "lunes-viernes 14:00-18:00",
                "sáb 09:00-13:00",
                "dom 10:00-12:00"
            ]
        );
        for (typed, meant) in [
            ("WhatsApp", "whatsapp"),
            ("Web chat", "web-chat"),
            ("e-mail", "email"),
            ("fax", "fax"),
        ] {
            assert_eq!(channel(typed), meant, "{typed}");
        }
        for (typed, meant) in [
            ("lun-vie 9:00-18:00", "lun-vie 09:00-18:00"),
            ("lunes a viernes de 9:00 a 18:00", "lunes-viernes 09:00-18:00"),
            ("segunda a sexta das 9h às 18h", "segunda-sexta 09:00-18:00"),
            ("Monday to Friday 9 to 17:30", "Monday-Friday 09:00-17:30"),
            ("sáb 09:00–13:00", "sáb 09:00-13:00"),
        ] {
            assert_eq!(hours(typed), meant, "{typed}");
        }
        for (typed, meant) in
            [("Lunes", "mon"), ("sábado", "sat"), ("terça", "tue"), ("Sunday", "sun")]
        {
            assert_eq!(day(typed), meant, "{typed}");
        }
    }
}
