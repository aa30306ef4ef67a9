//! Answers as people type them, in the words of a policy: `WhatsApp`, `9:00`, `20 minutos`, `lunes a
//! viernes`. What is not understood stays as it is, for the plugin to say so.

use despertador_policy::Channel;
use despertador_policy::form::DAYS;

/// The units of a duration, each with how its names begin in English, Spanish and Portuguese.
const UNITS: [(&str, &[&str]); 4] = [
    ("d", &["day", "día", "dia"]),
    ("h", &["hour", "hora", "hr"]),
    ("min", &["min"]),
    ("s", &["sec", "seg"]),
];

/// A duration: `20 minutos`, `1 hora y 30 minutos`, `2 días`, `1h30`.
pub(super) fn duration(answer: &str) -> String {
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
            return answer.to_owned();
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
            None => return answer.to_owned(),
        };
        parts.push(format!("{digits} {unit}"));
    }
    parts.join(" ")
}

/// A channel, whatever its capitals and whatever stands between its words.
pub(super) fn channel(answer: &str) -> String {
    let plain = |word: &str| -> String {
        word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let found = Channel::NAMED.iter().find(|(word, _)| plain(word) == plain(answer));
    found.map_or_else(|| answer.to_owned(), |(word, _)| (*word).to_owned())
}

/// Days and an opening: `lunes a viernes 9:00 a 18:00` as `lunes-viernes 09:00-18:00`.
pub(super) fn hours(entry: &str) -> String {
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

/// The config's word for a day in any of the three languages, in full or not, with or without its
/// accent.
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
            ("soon", "soon"),
            ("20", "20"),
        ] {
            assert_eq!(duration(typed), meant, "{typed}");
        }
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
