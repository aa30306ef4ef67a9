//! Posted bodies: one envelope, a list of them, or one per line.

use despertador_contract::input;
use despertador_lime::{Envelope, ReadError};
use serde_json::Value;

/// Maximum number of envelopes that are read from a body; the rest is refused.
pub const ENVELOPES_PER_BODY_MAX: usize = 1_000;

/// Why an envelope of a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableEnvelope {
    /// Its place: `/3` is the fourth of a list, `line 4` of a body with one per line.
    pub place: String,
    /// The problem.
    pub why: String,
    /// How to fix it.
    pub help: String,
    /// The whole text of the envelope.
    pub text: String,
}

impl UnreadableEnvelope {
    fn at(place: String, error: &ReadError, text: &str) -> Self {
        let inside = error.place();
        let place = match (place.is_empty(), inside.is_empty()) {
            (_, true) => place,
            (true, false) => inside.to_owned(),
            (false, false) if place.starts_with('/') => format!("{place}{inside}"),
            (false, false) => format!("{place}: {inside}"),
        };
        let why = error.problem().to_string();
        Self { place, why, help: error.help(), text: text.to_owned() }
    }
}

/// Parses a body: a JSON object, a list of them, or one per line. An unreadable envelope does not
/// affect the others.
#[must_use]
pub fn read(body: &str) -> Vec<Result<Envelope, UnreadableEnvelope>> {
    let body = input::without_mark(body).trim();
    if body.starts_with('[')
        && let Ok(Value::Array(list)) = input::read_json(body)
    {
        let each = list.into_iter().enumerate();
        return limited(each.map(|(n, value)| {
            // As text, so that the limits for one envelope apply to each of them.
            let text = value.to_string();
            Envelope::read(&text)
                .map_err(|error| UnreadableEnvelope::at(format!("/{n}"), &error, &text))
        }));
    }
    let whole = Envelope::read(body);
    let mut lines = (1..).zip(body.lines()).filter(|(_, line)| !line.trim().is_empty());
    // A body of several lines is one envelope if it is JSON as a whole, and one per line if any
    // line is JSON.
    let is_one = whole.is_ok() || lines.clone().nth(1).is_none();
    match (is_one, whole) {
        (true, whole) => {
            vec![whole.map_err(|error| UnreadableEnvelope::at(String::new(), &error, body))]
        }
        (false, Err(error)) => {
            let is_json = |text: &str| input::read_json::<Value>(text).is_ok();
            if is_json(body) || !lines.clone().any(|(_, line)| is_object(line)) {
                return vec![Err(UnreadableEnvelope::at(String::new(), &error, body))];
            }
            limited(lines.by_ref().map(|(n, line)| {
                Envelope::read(line)
                    .map_err(|error| UnreadableEnvelope::at(format!("line {n}"), &error, line))
            }))
        }
        (false, Ok(envelope)) => vec![Ok(envelope)],
    }
}

/// Whether a line is a complete object, not a part of one that spans several lines.
fn is_object(line: &str) -> bool {
    input::read_json::<Value>(line).is_ok_and(|value| value.is_object())
}

fn limited(
    each: impl Iterator<Item = Result<Envelope, UnreadableEnvelope>>,
) -> Vec<Result<Envelope, UnreadableEnvelope>> {
    let mut each = each;
    let mut read: Vec<_> = each.by_ref().take(ENVELOPES_PER_BODY_MAX).collect();
    let more: Vec<String> = each
        .map(|read| match read {
            Ok(envelope) => envelope.to_string(),
            Err(unread) => unread.text,
        })
        .collect();
    if !more.is_empty() {
        let count = more.len();
        read.push(Err(UnreadableEnvelope {
            place: String::new(),
            why: format!("there are {count} more than the {ENVELOPES_PER_BODY_MAX} allowed"),
            help: "post those again, fewer at a time".into(),
            text: more.join("\n"),
        }));
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"id":"m1","type":"text/plain","content":"oi"}"#;

    fn shape(body: &str) -> String {
        read(body)
            .iter()
            .map(|read| match read {
                Ok(Envelope::Other(_)) => "other ".to_owned(),
                Ok(_) => "ok ".to_owned(),
                Err(unread) => format!("[{}] ", unread.place),
            })
            .collect()
    }

    #[test]
    fn a_body_is_one_a_list_or_one_a_line() {
        let pretty = ONE.replace(',', ",\n");
        for (body, expected) in [
            (ONE.to_owned(), "ok "),
            (pretty, "ok "),
            (format!("\u{feff} {ONE}\n"), "ok "),
            (format!("[{ONE},\n{ONE}]"), "ok ok "),
            (format!("{ONE}\n\n{ONE}\n"), "ok ok "),
            (format!("{ONE}\nnonsense\n{ONE}"), "ok [line 2] ok "),
            (format!("[{ONE}, 5, {{\"event\":7}}]"), "ok [/1] ok "),
            (format!("{ONE}\n5"), "ok [line 2] "),
            (format!("nonsense\n{ONE}\n{ONE}"), "[line 1] ok ok "),
            ("[]".into(), ""),
            ("{}".into(), "other "),
            (String::new(), "[] "),
            ("nonsense\nmore".into(), "[] "),
            (format!("[{ONE}"), "[] "),
            ("[".repeat(100), "[] "),
        ] {
            assert_eq!(shape(&body), expected, "{body}");
        }
    }

    #[test]
    fn too_many_are_refused_and_the_others_are_not() {
        let body = vec![ONE; ENVELOPES_PER_BODY_MAX + 2].join("\n");
        let read = read(&body);
        assert_eq!(read.len(), ENVELOPES_PER_BODY_MAX + 1);
        let Some(Err(unread)) = read.last() else { panic!("the rest is refused") };
        assert!(unread.why.contains("2 more"), "{unread:?}");
    }
}
