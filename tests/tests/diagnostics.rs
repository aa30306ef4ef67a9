//! Every kind of problem of a config: a config and its problems. The component reports the same;
//! `scenarios/validation.md` contains those with a source.

use std::collections::BTreeSet;

use despertador_contract::facts;
use despertador_contract::{Diagnostic as Said, ExitState, Surroundings as Given};
use despertador_harness::scenario::problem_line;
use despertador_harness::{Engine, ParseError};
use despertador_policy::{
    CONFIG_BYTES_MAX, Code, Diagnostic, Exit, Language, Policy, Severity, Span, Surroundings,
};
use despertador_tests::engines::engines;
use despertador_tests::native::Native;

#[path = "diagnostics/schema.rs"]
mod schema;

/// A config and all of its problems.
struct Case {
    config: String,
    departments: Option<Vec<String>>,
    tick_resolution: u64,
    exit: Exit,
    /// Code and place of each problem, in order.
    problems: Vec<(Code, &'static str)>,
}

/// A case without known surroundings.
fn case(config: impl Into<String>, problems: &[(Code, &'static str)]) -> Case {
    let problems = problems.to_vec();
    Case {
        config: config.into(),
        departments: None,
        tick_resolution: 1_000,
        exit: Exit::Unknown,
        problems,
    }
}

/// A rule for any department, with these keys beside it.
fn rule(keys: &str, problems: &[(Code, &'static str)]) -> Case {
    case(format!(r#"{{ "rules": [ {{ "departments": "any", {keys} }} ] }}"#), problems)
}

/// A rule that closes after an hour, with these reminders.
fn reminders(reminders: &str, problems: &[(Code, &'static str)]) -> Case {
    rule(&format!(r#""close-after": "1 h", "reminders": [ {reminders} ]"#), problems)
}

fn with_departments(departments: &[&str], case: Case) -> Case {
    Case { departments: Some(departments.iter().map(ToString::to_string).collect()), ..case }
}

/// A reminder with this text, in an account on this channel.
fn text_on(channel: &str, text: &str, problems: &[(Code, &'static str)]) -> Case {
    case(
        format!(
            r#"{{ "channel": "{channel}", "rules": [ {{ "departments": "any", "close-after": "1 h",
                "reminders": [ {{ "after": "5 min", "text": {} }} ] }} ] }}"#,
            serde_json::Value::from(text)
        ),
        problems,
    )
}

const IMAGE: &str = r#""image": { "url": "https://example.com/a.png", "alternative": "a" }"#;
const CHOICE: &str = r#""quick-replies": [ { "text": "Sigo aquí", "effect": "continue" } ]"#;

/// A reminder with a text of this length and another part, in an account on this channel.
fn beside(channel: &str, letters: usize, what: &str, problems: &[(Code, &'static str)]) -> Case {
    let text = "ñ".repeat(letters);
    case(
        format!(
            r#"{{ "channel": "{channel}", "rules": [ {{ "departments": "any", "close-after": "1 h",
                "reminders": [ {{ "after": "5 min", "text": "{text}", {what} }} ] }} ] }}"#
        ),
        problems,
    )
}

/// A policy that is switched off, with these keys.
fn off(keys: &str, problems: &[(Code, &'static str)]) -> Case {
    case(format!(r#"{{ "enabled": false, "rules": [], {keys} }}"#), problems)
}

/// The hours of a schedule called `a`.
fn hours(keys: &str, problems: &[(Code, &'static str)]) -> Case {
    off(&format!(r#""schedules": {{ "a": {{ {keys} }} }}"#), problems)
}

/// The automatic replies of a team that has office hours.
fn replies(events: &str, problems: &[(Code, &'static str)]) -> Case {
    off(
        &format!(
            r#""schedules": {{ "office": {{ "open": {{ "mon-fri": "09:00-18:00" }} }} }},
            "replies": [ {{ "departments": "any", "schedule": "office", "events": {events} }} ]"#
        ),
        problems,
    )
}

/// More problems than are listed: this many empty tags.
fn empty_tags(count: usize) -> String {
    format!(
        r#"{{ "enabled": false, "exempt-tags": [ {} ], "rules": [] }}"#,
        vec!["\"\""; count].join(",")
    )
}

/// Problems of texts and the parts next to them.
fn spoken() -> Vec<Case> {
    let text = "/rules/0/reminders/0/text";
    vec![
        text_on("whatsapp", "Hola {{customer.name|amigo}}, {{ticket.number}}", &[]),
        text_on("whatsapp", "Vence en {{ time-left }}", &[]),
        text_on("whatsapp", "Debe {{importe}}", &[(Code::UnknownPlaceholder, text)]),
        text_on("whatsapp", "{{summary}}", &[(Code::UnknownPlaceholder, text)]),
        text_on("whatsapp", "{{customer.nam|amigo}}", &[(Code::UnknownPlaceholderNear, text)]),
        text_on("whatsapp", "{{CUSTOMER.NAME|amigo}}", &[(Code::UnknownPlaceholderNear, text)]),
        text_on("whatsapp", "Hola {{customer.name", &[(Code::BadPlaceholder, text)]),
        text_on("whatsapp", "Hola {{customer.name}", &[(Code::BadPlaceholder, text)]),
        text_on("whatsapp", "Hola {customer.name}", &[]),
        text_on("whatsapp", "Hola {{customer.name}}", &[(Code::PlaceholderWithoutFallback, text)]),
        text_on("telegram", &"a".repeat(4_096), &[]),
        text_on("telegram", &"a".repeat(4_097), &[(Code::TextOverLimit, text)]),
        // An empty fallback is allowed, but not an empty text.
        text_on("whatsapp", "Hola{{agent.name| }}", &[]),
        text_on("whatsapp", "{{agent.name| }} {{company.name}}", &[(Code::CanBeEmpty, text)]),
        text_on("whatsapp", "{{ticket.number}}", &[]),
        text_on(
            "whatsapp",
            "{{department.name}}: {{company.name}}",
            &[(Code::PlaceholderWithoutFallback, text), (Code::PlaceholderWithoutFallback, text)],
        ),
        reminders(
            r#"{ "after": "5 min", "text": { "es": "Hola", "pt": "{{customr.name|você}}" } }"#,
            &[(Code::UnknownPlaceholderNear, "/rules/0/reminders/0/text/pt")],
        ),
        rule(
            r#""reminders": [ { "after": "5 min", "text": "Quedan {{time-left}}" } ]"#,
            &[(Code::TimeLeftWithoutClose, text)],
        ),
        rule(
            r#""close-after": "1 h", "close": { "closing-text": "{{time-left}}", "notice": "{{time-left}}", "summary": "{{time-left}}" }"#,
            &[
                (Code::TimeLeftWithoutClose, "/rules/0/close/closing-text"),
                (Code::TimeLeftWithoutClose, "/rules/0/close/notice"),
                (Code::TimeLeftWithoutClose, "/rules/0/close/summary"),
            ],
        ),
        // Only closing notes have the placeholder for their facts.
        rule(r#""close-after": "1 h", "close": { "summary": "{{summary}}" }"#, &[]),
        rule(
            r#""close-after": "1 h", "close": { "closing-text": "{{summary}}" }"#,
            &[(Code::UnknownPlaceholder, "/rules/0/close/closing-text")],
        ),
        // Characters are counted, not bytes; a placeholder counts as its fallback.
        text_on("sms", &"ñ".repeat(1_600), &[]),
        text_on("sms", &"ñ".repeat(1_601), &[(Code::TextOverLimit, text)]),
        text_on("sms", &format!("{}{{{{customer.name|12}}}}", "a".repeat(1_598)), &[]),
        text_on(
            "sms",
            &format!("{}{{{{customer.name|123}}}}", "a".repeat(1_598)),
            &[(Code::TextOverLimit, text)],
        ),
        // On Instagram bytes are counted.
        text_on("instagram", &"ñ".repeat(500), &[]),
        text_on("instagram", &"ñ".repeat(501), &[(Code::TextOverBytes, text)]),
        text_on("instagram", &format!("{}{{{{agent.name|ñ}}}}", "a".repeat(998)), &[]),
        text_on(
            "instagram",
            &format!("{}{{{{agent.name|ñ}}}}", "a".repeat(999)),
            &[(Code::TextOverBytes, text)],
        ),
        // The time left is a text and counts.
        text_on("sms", &format!("{}{{{{time-left}}}}", "a".repeat(1_576)), &[]),
        text_on(
            "sms",
            &format!("{}{{{{time-left}}}}", "a".repeat(1_577)),
            &[(Code::TextOverLimit, text)],
        ),
        // With buttons or an image the limit is lower.
        beside("whatsapp", 1_024, IMAGE, &[]),
        beside("whatsapp", 1_025, IMAGE, &[(Code::TextOverLimitBeside, text)]),
        beside("whatsapp", 1_024, CHOICE, &[]),
        beside("whatsapp", 1_025, CHOICE, &[(Code::TextOverLimitBeside, text)]),
        beside("telegram", 1_025, IMAGE, &[(Code::TextOverLimitBeside, text)]),
        beside("telegram", 4_096, CHOICE, &[]),
        beside("messenger", 2_000, CHOICE, &[]),
        // Parts that the channel does not show do not count.
        beside("sms", 1_600, IMAGE, &[(Code::NotOnThisChannel, "/rules/0/reminders/0/image")]),
        text_on("messenger", &"a".repeat(2_001), &[(Code::TextOverLimit, text)]),
        text_on("whatsapp", &"a".repeat(4_097), &[(Code::TextOverLimit, text)]),
        text_on("email", &"a".repeat(16_000), &[]),
        text_on("email", &"a".repeat(17_000), &[(Code::TooLarge, text)]),
        // Images.
        reminders(
            r#"{ "after": "5 min", "text": "a", "image": { "url": "https://example.com/a.png", "alternative": "a" } }"#,
            &[],
        ),
        reminders(
            r#"{ "after": "5 min", "text": "a", "image": "https://example.com/a.png" }"#,
            &[(Code::WrongType, "/rules/0/reminders/0/image")],
        ),
        reminders(
            r#"{ "after": "5 min", "text": "a", "image": {} }"#,
            &[
                (Code::MissingKey, "/rules/0/reminders/0/image"),
                (Code::MissingKey, "/rules/0/reminders/0/image"),
            ],
        ),
        reminders(
            r#"{ "after": "1 min", "text": "a", "image": { "url": "a.png", "alternative": "a" } },
               { "after": "1 min", "text": "a", "image": { "url": "ftp://example.com/a.png", "alternative": "a" } },
               { "after": "1 min", "text": "a", "image": { "url": "https://", "alternative": "a" } },
               { "after": "1 min", "text": "a", "image": { "url": "https:///a.png", "alternative": "a" } },
               { "after": "1 min", "text": "a", "image": { "url": "https://example.com/a b.png", "alternative": "" } },
               { "after": "1 min", "text": "a", "image": { "url": 7, "alternative": 7 } }"#,
            &[
                (Code::BadUrl, "/rules/0/reminders/0/image/url"),
                (Code::BadUrl, "/rules/0/reminders/1/image/url"),
                (Code::BadUrl, "/rules/0/reminders/2/image/url"),
                (Code::BadUrl, "/rules/0/reminders/3/image/url"),
                (Code::BadUrl, "/rules/0/reminders/4/image/url"),
                (Code::EmptyText, "/rules/0/reminders/4/image/alternative"),
                (Code::WrongType, "/rules/0/reminders/5/image/url"),
                (Code::WrongType, "/rules/0/reminders/5/image/alternative"),
            ],
        ),
        // Quick replies.
        reminders(
            r#"{ "after": "5 min", "text": "a", "quick-replies": {} }"#,
            &[(Code::WrongType, "/rules/0/reminders/0/quick-replies")],
        ),
        reminders(
            r#"{ "after": "5 min", "text": "a", "quick-replies": [
                { "text": "Sigo aquí", "effect": "continue" }, { "text": "Aquí estoy", "effect": "continue" } ] }"#,
            &[(Code::QuickReplyTwice, "/rules/0/reminders/0/quick-replies/1")],
        ),
        reminders(
            r#"{ "after": "5 min", "text": "a", "quick-replies": [
                { "text": { "es": "Vale", "pt": "Ok" }, "effect": "continue" },
                { "text": { "es": "Listo", "pt": " OK" }, "effect": "resolve" } ] }"#,
            &[(Code::QuickReplyTitleTwice, "/rules/0/reminders/0/quick-replies/1/text/pt")],
        ),
        // More time than the channel's window.
        case(
            r#"{ "channel": "whatsapp", "rules": [ { "departments": "any", "close-after": "1 h", "reminders": [
                { "after": "5 min", "text": "a", "quick-replies": [
                    { "text": "a", "effect": "extend", "by": "23 h" } ] },
                { "after": "5 min", "text": "a", "quick-replies": [
                    { "text": "a", "effect": "extend", "by": "1 d" } ] } ] } ] }"#,
            &[(Code::ExtendsBeyondChannelWindow, "/rules/0/reminders/1/quick-replies/0/by")],
        ),
        reminders(
            r#"{ "after": "5 min", "text": "a", "quick-replies": [
                { "text": "Más tiempo", "effect": "extend" }, { "text": "Resuelto", "effect": "resolve", "by": "1 h" },
                { "text": "{{customer.name}}", "effect": "continue" } ] }"#,
            &[
                (Code::MissingKey, "/rules/0/reminders/0/quick-replies/0"),
                (Code::TimeWithoutUse, "/rules/0/reminders/0/quick-replies/1/by"),
                (Code::BadPlaceholder, "/rules/0/reminders/0/quick-replies/2/text"),
            ],
        ),
        reminders(
            r#"{ "after": "5 min", "text": "a", "quick-replies": [
                { "text": "Más tiempo", "effect": "extend", "by": "0 s" }, { "text": "", "effect": "close" }, {} ] }"#,
            &[
                (Code::NotPositive, "/rules/0/reminders/0/quick-replies/0/by"),
                (Code::EmptyText, "/rules/0/reminders/0/quick-replies/1/text"),
                (Code::UnknownWord, "/rules/0/reminders/0/quick-replies/1/effect"),
                (Code::MissingKey, "/rules/0/reminders/0/quick-replies/2"),
                (Code::MissingKey, "/rules/0/reminders/0/quick-replies/2"),
            ],
        ),
        case(
            r#"{ "channel": "whatsapp", "rules": [ { "departments": "any", "close-after": "1 h", "reminders": [
                { "after": "5 min", "text": "a", "quick-replies": [ { "text": "Sigo aquí, por favor esperen", "effect": "continue" } ] } ] } ] }"#,
            &[(Code::TextOverLimit, "/rules/0/reminders/0/quick-replies/0/text")],
        ),
        // WhatsApp allows three buttons, other channels more; but there are three effects.
        case(
            r#"{ "channel": "whatsapp", "rules": [ { "departments": "any", "close-after": "1 h", "reminders": [
                { "after": "5 min", "text": "a", "quick-replies": [
                    { "text": "a", "effect": "continue" }, { "text": "b", "effect": "extend", "by": "1 h" },
                    { "text": "c", "effect": "resolve" }, { "text": "d", "effect": "continue" } ] } ] } ] }"#,
            &[(Code::TooMany, "/rules/0/reminders/0/quick-replies")],
        ),
        // What a channel cannot show is left out.
        case(
            r#"{ "channel": "sms", "rules": [ { "departments": "any", "close-after": "1 h", "reminders": [
                { "after": "5 min", "text": "a", "image": { "url": "https://example.com/a.png", "alternative": "a" },
                  "quick-replies": [ { "text": "Sigo aquí", "effect": "continue" } ], "template": { "name": "t" } } ] } ] }"#,
            &[
                (Code::NotOnThisChannel, "/rules/0/reminders/0/image"),
                (Code::NotOnThisChannel, "/rules/0/reminders/0/quick-replies"),
                (Code::NotOnThisChannel, "/rules/0/reminders/0/template"),
            ],
        ),
        // Templates.
        reminders(
            r#"{ "after": "5 min", "text": "a", "template": "recordatorio" }"#,
            &[(Code::WrongType, "/rules/0/reminders/0/template")],
        ),
        reminders(
            r#"{ "after": "5 min", "text": "a", "template": { "name": " ", "language": 1, "parameters": [ "", "{{nobody}}", 3 ] } }"#,
            &[
                (Code::EmptyName, "/rules/0/reminders/0/template/name"),
                (Code::WrongType, "/rules/0/reminders/0/template/language"),
                (Code::EmptyText, "/rules/0/reminders/0/template/parameters/0"),
                (Code::UnknownPlaceholder, "/rules/0/reminders/0/template/parameters/1"),
                (Code::WrongType, "/rules/0/reminders/0/template/parameters/2"),
            ],
        ),
        reminders(
            r#"{ "after": "5 min", "text": "a", "template": { "name": "t", "language": [ "es", "pt_BR" ], "parameters": [
                "{{customer.name|}}", "{{customer.name}} {{company.name| }}", "{{customer.name|cliente}}", "{{ticket.number}}",
                "uno\ndos", "uno\tdos", "uno    dos", "uno     dos", { "es": "a", "pt_BR": "{{agent.name| }}" } ] } }"#,
            &[
                (Code::CanBeEmpty, "/rules/0/reminders/0/template/parameters/0"),
                (Code::CanBeEmpty, "/rules/0/reminders/0/template/parameters/1"),
                (Code::ParameterLayout, "/rules/0/reminders/0/template/parameters/4"),
                (Code::ParameterLayout, "/rules/0/reminders/0/template/parameters/5"),
                (Code::ParameterLayout, "/rules/0/reminders/0/template/parameters/7"),
                (Code::CanBeEmpty, "/rules/0/reminders/0/template/parameters/8/pt_BR"),
            ],
        ),
        reminders(
            r#"{ "after": "5 min", "text": "a", "template": { "name": "t", "language": [ "es", "español", "" ] } }"#,
            &[
                (Code::BadLanguage, "/rules/0/reminders/0/template/language/1"),
                (Code::EmptyName, "/rules/0/reminders/0/template/language/2"),
            ],
        ),
        // A language must have the same spelling within a text.
        reminders(
            r#"{ "after": "5 min", "text": { "pt_BR": "a", "pt-br": "b" } }"#,
            &[(Code::DuplicateKey, "/rules/0/reminders/0/text/pt-br")],
        ),
        rule(
            r#""close-after": "1 h", "close": { "closing-template": {} }"#,
            &[(Code::MissingKey, "/rules/0/close/closing-template")],
        ),
        // The channel's window.
        case(
            r#"{ "channel": "whatsapp", "rules": [ { "departments": "any", "close-after": "3 d", "reminders": [
                { "after": "23 h", "text": "a" }, { "after": "1 h", "text": "b" },
                { "after": "1 d", "text": "c", "template": { "name": "c" } } ] } ] }"#,
            &[(Code::OutsideChannelWindow, "/rules/0/reminders/1")],
        ),
        // Two open hours can span three days.
        case(
            r#"{ "channel": "messenger", "schedules": { "office": { "open": { "mon-fri": "09:00-18:00" } } },
                "rules": [ { "departments": "any", "business-hours": "office", "close-after": "8 h",
                "reminders": [ { "after": "2 h", "text": "a" } ] } ] }"#,
            &[(Code::OutsideChannelWindow, "/rules/0/reminders/0")],
        ),
        case(
            r#"{ "channel": "instagram", "sending-windows": { "day": { "open": { "mon": "09:00-18:00" } } },
                "rules": [ { "departments": "any", "sending-window": "day", "close-after": "8 h",
                "reminders": [ { "after": "2 h", "text": "a" } ] } ] }"#,
            &[(Code::OutsideChannelWindow, "/rules/0/reminders/0")],
        ),
        case(
            r#"{ "channel": "whatsapp", "rules": [ { "departments": "any", "outside-channel-window": "internal-note",
                "close-after": "3 d", "reminders": [ { "after": "2 d", "text": "a" } ] } ] }"#,
            &[(Code::NeverCloses, "/rules/0")],
        ),
        // Twenty-four open hours always span more than a day.
        case(
            r#"{ "channel": "whatsapp", "schedules": { "office": { "open": { "mon-fri": "09:00-18:00" } } },
                "rules": [ { "departments": "any", "business-hours": "office", "close-after": "30 h",
                "reminders": [ { "after": "1 h", "text": "a" }, { "after": "23 h", "text": "b" } ] } ] }"#,
            &[
                (Code::OutsideChannelWindow, "/rules/0/reminders/0"),
                (Code::OutsideChannelWindow, "/rules/0/reminders/1"),
                (Code::NeverCloses, "/rules/0"),
            ],
        ),
        // The channels that a rule matches are looked at where the policy names none.
        case(
            r#"{ "rules": [
                { "departments": "any", "channels": ["whatsapp", "instagram"], "close-after": "2 d", "reminders": [ { "after": "1 d", "text": "a" } ] },
                { "departments": ["a"], "channels": ["messenger", "email"], "close-after": "2 d", "reminders": [ { "after": "1 d", "text": "a" } ] },
                { "departments": ["b"], "channels": ["email"], "close-after": "2 d", "reminders": [ { "after": "1 d", "text": "a" } ] } ] }"#,
            &[
                (Code::OutsideChannelWindow, "/rules/0/reminders/0"),
                (Code::NeverCloses, "/rules/0"),
                (Code::OutsideChannelWindow, "/rules/1/reminders/0"),
                (Code::NeverClosesOn, "/rules/1"),
            ],
        ),
        // So are their limits: 501 times two bytes, 1,025 characters beside a button, a title of 21.
        case(
            format!(
                r#"{{ "rules": [
                {{ "departments": "any", "channels": ["instagram", "telegram"], "close-after": "2 h", "reminders": [ {{ "after": "1 h", "text": "{}" }} ] }},
                {{ "departments": ["a"], "channels": ["whatsapp"], "close-after": "2 h", "reminders": [ {{ "after": "1 h", "text": "{}",
                    "quick-replies": [ {{ "text": "{}", "effect": "continue" }} ] }} ] }},
                {{ "departments": ["b"], "channels": ["sms", "telegram"], "close-after": "2 h", "close": {{ "closing-text": "{}" }} }} ] }}"#,
                "é".repeat(501),
                "e".repeat(1_025),
                "e".repeat(21),
                "e".repeat(1_601)
            ),
            &[
                (Code::TextOverBytes, "/rules/0/reminders/0/text"),
                (Code::TextOverLimitBeside, "/rules/1/reminders/0/text"),
                (Code::TextOverLimit, "/rules/1/reminders/0/quick-replies/0/text"),
                (Code::TextOverLimit, "/rules/2/close/closing-text"),
            ],
        ),
        // With hours around the clock they are exactly a day.
        case(
            r#"{ "channel": "whatsapp", "schedules": { "all": { "open": { "mon-sun": "00:00-24:00" } } },
                "defaults": { "business-hours": "all", "close-after": "2 d" }, "rules": [] }"#,
            &[(Code::UnknownKey, "/defaults/close-after"), (Code::NoRules, "/rules")],
        ),
        case(
            r#"{ "channel": "whatsapp", "schedules": { "all": { "open": { "mon-sun": "00:00-24:00" } } },
                "rules": [
                    { "departments": ["a"], "business-hours": "all", "close-after": "2 d", "reminders": [ { "after": "24 h", "text": "a" } ] },
                    { "departments": ["b"], "business-hours": "all", "close-after": "2 d", "reminders": [ { "after": "23 h 59 min", "text": "a" } ] },
                    { "departments": ["c"], "business-hours": "all", "close-after": "2 d", "reminders": [ { "after": "24 h", "text": "a", "template": { "name": "t" } } ] },
                    { "departments": ["d"], "business-hours": "all", "close-after": "2 d", "when-left-out": "silent-close", "reminders": [ { "after": "24 h", "text": "a" } ] },
                    { "departments": ["e"], "business-hours": "all", "close-after": "2 d", "outside-channel-window": "before-it-ends", "reminders": [ { "after": "24 h", "text": "a" } ] },
                    { "departments": ["f"], "enabled": false, "close-after": "2 d", "reminders": [ { "after": "24 h", "text": "a" } ] },
                    { "departments": ["g"], "reminders": [ { "after": "24 h", "text": "a" } ] } ] }"#,
            &[
                (Code::OutsideChannelWindow, "/rules/0/reminders/0"),
                (Code::NeverCloses, "/rules/0"),
                (Code::OutsideChannelWindow, "/rules/3/reminders/0"),
                (Code::OutsideChannelWindow, "/rules/5/reminders/0"),
                (Code::OutsideChannelWindow, "/rules/6/reminders/0"),
            ],
        ),
    ]
}

/// Problems of zones, calendars, windows and numbers.
fn calendars() -> Vec<Case> {
    vec![
        off(r#""zone": "America/Bogota""#, &[]),
        // The afternoon may come before the morning.
        hours(r#""open": { "mon": [ "13:00-18:00", "09:00-13:00" ] }"#, &[]),
        off(r#""zone": "Marte/Olimpo""#, &[(Code::BadZone, "/zone")]),
        off(r#""zone": "America/Bogata""#, &[(Code::BadZoneNear, "/zone")]),
        off(r#""zone": "-05:00""#, &[]),
        off(r#""zone": "-5""#, &[]),
        off(r#""zone": "5""#, &[(Code::BadZone, "/zone")]),
        off(r#""zone": "E. South America Standard Time""#, &[(Code::BadZoneNear, "/zone")]),
        off(r#""zone": -5"#, &[(Code::WrongType, "/zone")]),
        off(r#""company": """#, &[(Code::EmptyName, "/company")]),
        off(r#""schedules": []"#, &[(Code::WrongType, "/schedules")]),
        off(
            r#""schedules": { "": { "open": { "mon": "09:00-18:00" } } }"#,
            &[(Code::EmptyName, "/schedules/")],
        ),
        off(
            r#""schedules": { "a": { "open": { "mon": "09:00-18:00" } }, "a": { "open": { "mon": "09:00-18:00" } } }"#,
            &[(Code::DuplicateKey, "/schedules/a")],
        ),
        off(r#""schedules": { "a": "09:00-18:00" }"#, &[(Code::WrongType, "/schedules/a")]),
        hours(
            r#""zone": "Bogota""#,
            &[(Code::MissingKey, "/schedules/a"), (Code::BadZoneNear, "/schedules/a/zone")],
        ),
        hours(r#""open": "09:00-18:00""#, &[(Code::WrongType, "/schedules/a/open")]),
        hours(r#""open": { "mon": 9 }"#, &[(Code::WrongType, "/schedules/a/open/mon")]),
        hours(
            r#""open": { "lunes": "09:00-18:00", "fri-mon": "09:00-18:00", "mon-mon": "09:00-18:00", "mon,tue": "09:00-18:00" }"#,
            &[
                (Code::BadWeekday, "/schedules/a/open/lunes"),
                (Code::BadWeekday, "/schedules/a/open/fri-mon"),
                (Code::BadWeekday, "/schedules/a/open/mon-mon"),
                (Code::BadWeekday, "/schedules/a/open/mon,tue"),
            ],
        ),
        hours(
            r#""open": { "mon": "9-18", "tue": "9:00-18:00", "wed": "09:00", "thu": [ "09:00-12:60", "13:00-24:01" ], "fri": "tarde" }"#,
            &[
                (Code::BadOpening, "/schedules/a/open/mon"),
                (Code::BadOpening, "/schedules/a/open/tue"),
                (Code::BadOpening, "/schedules/a/open/wed"),
                (Code::BadOpening, "/schedules/a/open/thu/0"),
                (Code::BadOpening, "/schedules/a/open/thu/1"),
                (Code::BadOpening, "/schedules/a/open/fri"),
            ],
        ),
        hours(
            r#""open": { "mon-fri": "22:00-06:00", "sat": [ "09:00-09:00" ] }"#,
            &[
                (Code::OpeningReversed, "/schedules/a/open/mon-fri"),
                (Code::OpeningReversed, "/schedules/a/open/sat/0"),
            ],
        ),
        hours(
            r#""open": { "mon": [ "09:00-13:00", "12:59-18:00" ], "tue": [ "09:00-13:00", "13:00-24:00" ] }"#,
            &[(Code::OpeningOverlaps, "/schedules/a/open/mon/1")],
        ),
        hours(
            r#""open": { "mon-fri": "00:00-23:59", "sat": [ "00:00-12:00", "13:00-23:59" ], "sun": "00:00-23:58" }"#,
            &[
                (Code::ClosesForAMinute, "/schedules/a/open/mon-fri"),
                (Code::ClosesForAMinute, "/schedules/a/open/sat/1"),
            ],
        ),
        hours(
            r#""open": { "mon": "09:00-18:00" }, "holidays": [ "25/12/2026", "2026-02-30", "13-01", "2026-12-25T00:00", "Navidad" ]"#,
            &[
                (Code::BadDate, "/schedules/a/holidays/0"),
                (Code::BadDate, "/schedules/a/holidays/1"),
                (Code::BadDate, "/schedules/a/holidays/2"),
                (Code::BadDate, "/schedules/a/holidays/3"),
                (Code::BadDate, "/schedules/a/holidays/4"),
            ],
        ),
        hours(
            r#""open": { "mon": "09:00-18:00" }, "holidays": [ 1225, {}, { "date": "12-24", "open": "tarde" }, { "date": 24, "open": [] } ]"#,
            &[
                (Code::WrongType, "/schedules/a/holidays/0"),
                (Code::MissingKey, "/schedules/a/holidays/1"),
                (Code::BadOpening, "/schedules/a/holidays/2/open"),
                (Code::WrongType, "/schedules/a/holidays/3/date"),
            ],
        ),
        hours(
            r#""open": { "mon": "09:00-18:00" }, "holidays": "12-25""#,
            &[(Code::WrongType, "/schedules/a/holidays")],
        ),
        hours(
            r#""open": { "mon": "09:00-18:00" }, "holidays": [ "12-25", "12-25", "2026-12-25" ]"#,
            &[(Code::HolidayTwice, "/schedules/a/holidays/1")],
        ),
        hours(r#""open": {}"#, &[(Code::CalendarNeverOpens, "/schedules/a/open")]),
        hours(r#""open": { "mon-sun": [] }"#, &[(Code::CalendarNeverOpens, "/schedules/a/open")]),
        // The business hours and the window that a rule names.
        rule(
            r#""close-after": "1 h", "business-hours": "office", "sending-window": "day""#,
            &[
                (Code::UnknownSchedule, "/rules/0/business-hours"),
                (Code::UnknownSendingWindow, "/rules/0/sending-window"),
            ],
        ),
        rule(
            r#""close-after": "1 h", "business-hours": true, "sending-window": {}"#,
            &[
                (Code::WrongType, "/rules/0/business-hours"),
                (Code::WrongType, "/rules/0/sending-window"),
            ],
        ),
        rule(r#""close-after": "1 h", "business-hours": false, "sending-window": false"#, &[]),
        off(
            r#""sending-windows": { "a": { "holidays": [ "12-25" ] }, "b": { "open": {}, "close": "never", "zone": "x", "days": 1 } }"#,
            &[
                (Code::HolidaysWithoutOpenings, "/sending-windows/a/holidays"),
                (Code::CalendarNeverOpens, "/sending-windows/b/open"),
                (Code::UnknownWord, "/sending-windows/b/close"),
                (Code::BadZone, "/sending-windows/b/zone"),
                (Code::UnknownKey, "/sending-windows/b/days"),
            ],
        ),
        off(
            r#""sending-windows": { "a": { "per-day": 0, "per-week": -1, "days-apart": 61 }, "b": { "per-day": 1.5, "per-week": "3" }, "c": { "per-day": 1001, "days-apart": [] } }"#,
            &[
                (Code::BadCount, "/sending-windows/a/per-day"),
                (Code::BadCount, "/sending-windows/a/per-week"),
                (Code::BadCount, "/sending-windows/a/days-apart"),
                (Code::BadCount, "/sending-windows/b/per-day"),
                (Code::WrongType, "/sending-windows/b/per-week"),
                (Code::BadCount, "/sending-windows/c/per-day"),
                (Code::WrongType, "/sending-windows/c/days-apart"),
            ],
        ),
        off(r#""budget": 3"#, &[(Code::WrongType, "/budget")]),
        off(
            r#""budget": { "per-day": 99999999999999999999, "per-month": 4 }"#,
            &[(Code::BadCount, "/budget/per-day"), (Code::UnknownKey, "/budget/per-month")],
        ),
        off(
            r#""exempt-tags": [ "vip", "Vip ", "atención", "ATENCIO\u0301N", "atencion" ]"#,
            &[(Code::NameTwice, "/exempt-tags/1"), (Code::NameTwice, "/exempt-tags/3")],
        ),
        off(r#""channel": " WhatsApp""#, &[]),
        off(r#""opt-out-words": "STOP""#, &[(Code::WrongType, "/opt-out-words")]),
        off(r#""opt-out-words": [ "STOP", "" ]"#, &[(Code::EmptyName, "/opt-out-words/1")]),
    ]
}

/// Problems of automatic replies.
fn automatic_replies() -> Vec<Case> {
    vec![
        off(r#""replies": {}"#, &[(Code::WrongType, "/replies")]),
        off(r#""replies": [ "any" ]"#, &[(Code::WrongType, "/replies/0")]),
        off(
            r#""replies": [ {} ]"#,
            &[(Code::MissingKey, "/replies/0"), (Code::MissingKey, "/replies/0")],
        ),
        off(
            r#""replies": [ { "departments": "any", "enabled": "yes", "schedule": "office", "missed-call-ticket": 1, "signature": "boss", "events": [] } ]"#,
            &[
                (Code::WrongType, "/replies/0/enabled"),
                (Code::UnknownSchedule, "/replies/0/schedule"),
                (Code::WrongType, "/replies/0/missed-call-ticket"),
                (Code::UnknownWord, "/replies/0/signature"),
                (Code::WrongType, "/replies/0/events"),
            ],
        ),
        off(
            r#""replies": [ { "departments": ["a", "a"], "events": {} }, { "departments": "any", "events": {} },
                { "departments": ["A "], "events": {} }, { "departments": "any", "events": {} }, { "departments": [], "events": {} } ]"#,
            &[
                (Code::DepartmentTwice, "/replies/0/departments/1"),
                (Code::DepartmentTwiceSpelled, "/replies/2/departments/0"),
                (Code::TwoAny, "/replies/3/departments"),
                (Code::NoDepartments, "/replies/4/departments"),
            ],
        ),
        with_departments(
            &["soporte"],
            off(
                r#""replies": [ { "departments": ["suporte", "zzz", " SOPORTE"], "events": {} } ]"#,
                &[
                    (Code::UnknownDepartmentNear, "/replies/0/departments/0"),
                    (Code::UnknownDepartment, "/replies/0/departments/1"),
                ],
            ),
        ),
        off(
            r#""replies": [ { "departments": "any", "events": {
                "wrote-out-of-hours": { "text": "a" }, "called-out-of-hours": { "text": "a" }, "ticket-created-out-of-hours": { "text": "a" },
                "voicemail-left": { "text": "a", "when": "open" }, "call-missed": { "text": "a", "when": "always" } } } ]"#,
            &[
                (Code::NeedsSchedule, "/replies/0/events/wrote-out-of-hours"),
                (Code::NeedsSchedule, "/replies/0/events/called-out-of-hours"),
                (Code::NeedsSchedule, "/replies/0/events/ticket-created-out-of-hours"),
                (Code::NeedsSchedule, "/replies/0/events/voicemail-left"),
            ],
        ),
        replies(
            r#"{ "call-mised": { "text": "a" }, "birthday": { "text": "a" }, "voicemail-left": "Gracias", "call-missed": {} }"#,
            &[
                (Code::UnknownKeyNear, "/replies/0/events/call-mised"),
                (Code::UnknownKey, "/replies/0/events/birthday"),
                (Code::WrongType, "/replies/0/events/voicemail-left"),
                (Code::MissingKey, "/replies/0/events/call-missed"),
            ],
        ),
        replies(
            r#"{ "voicemail-left": { "text": "", "enabled": "no", "also": "b", "signature": "x", "channels": "sms", "when": "night", "image": {} } }"#,
            &[
                (Code::EmptyText, "/replies/0/events/voicemail-left/text"),
                (Code::WrongType, "/replies/0/events/voicemail-left/enabled"),
                (Code::WrongType, "/replies/0/events/voicemail-left/also"),
                (Code::UnknownWord, "/replies/0/events/voicemail-left/signature"),
                (Code::WrongType, "/replies/0/events/voicemail-left/channels"),
                (Code::UnknownWord, "/replies/0/events/voicemail-left/when"),
                (Code::UnknownKey, "/replies/0/events/voicemail-left/image"),
            ],
        ),
        replies(
            r#"{ "voicemail-left": { "text": "Quedan {{time-left}}", "also": [ "", "{{custome.name|a}}" ], "channels": [ "fax", "google-business-messages" ], "template": { "nam": "a" } } }"#,
            &[
                (Code::TimeLeftWithoutClose, "/replies/0/events/voicemail-left/text"),
                (Code::EmptyText, "/replies/0/events/voicemail-left/also/0"),
                (Code::UnknownPlaceholderNear, "/replies/0/events/voicemail-left/also/1"),
                (Code::UnknownWord, "/replies/0/events/voicemail-left/channels/0"),
                (Code::ChannelShutDown, "/replies/0/events/voicemail-left/channels/1"),
                (Code::UnknownKeyNear, "/replies/0/events/voicemail-left/template/nam"),
                (Code::MissingKey, "/replies/0/events/voicemail-left/template"),
            ],
        ),
    ]
}

/// More problems than are listed.
fn too_many() -> Case {
    let place = |n| -> &'static str { Box::leak(format!("/exempt-tags/{n}").into_boxed_str()) };
    let mut problems: Vec<_> = (0..100).map(|n| (Code::EmptyName, place(n))).collect();
    problems.push((Code::TooManyProblems, ""));
    case(empty_tags(101), &problems)
}

fn cases() -> Vec<Case> {
    let further = [spoken(), calendars(), automatic_replies(), vec![too_many()]];
    [basics()].into_iter().chain(further).flatten().collect()
}

fn basics() -> Vec<Case> {
    let rules = |n: usize| {
        let rule = |i| format!(r#"{{ "departments": ["d{i}"], "close-after": "1 h" }}"#);
        let all: Vec<String> = (0..n).map(rule).collect();
        format!(r#"{{ "rules": [ {} ] }}"#, all.join(","))
    };
    vec![
        // Not JSON at all.
        case("", &[(Code::EndsTooEarly, "")]),
        case("rules:\n  - any", &[(Code::NotJson, "")]),
        case(r#"{ "rules": [ }"#, &[(Code::NotJson, "")]),
        case(r#"{ "rules": [] } and more"#, &[(Code::NotJson, "")]),
        case(r#"{ "rules": [ { "departments": "any""#, &[(Code::EndsTooEarly, "")]),
        case(format!("\"{}\"", "a".repeat(CONFIG_BYTES_MAX)), &[(Code::TooLarge, "")]),
        case(format!("{}{}", "[".repeat(17), "]".repeat(17)), &[(Code::TooDeep, "")]),
        case("[".repeat(100_000), &[(Code::TooDeep, "")]),
        // Brackets inside a text are not nesting.
        reminders(&format!(r#"{{ "after": "5 min", "text": "{}" }}"#, "[".repeat(40)), &[]),
        // Neither is text after an escaped quote, and a bracket there closes nothing.
        reminders(&format!(r#"{{ "after": "5 min", "text": "\"{}" }}"#, "[".repeat(40)), &[]),
        reminders(
            &format!(r#"{{ "after": "5 min", "text": "\\" }}, {}"#, "[".repeat(40)),
            &[(Code::TooDeep, "")],
        ),
        case(
            format!(r#"{} "]]]]]]]]", {}"#, "[".repeat(10), "[".repeat(10)),
            &[(Code::TooDeep, "")],
        ),
        case(format!(r#"\"{}"#, "[".repeat(40)), &[(Code::NotJson, "")]),
        // The maximum nesting and length.
        case(format!("{}{}", "[".repeat(16), "]".repeat(16)), &[(Code::WrongType, "")]),
        case(format!("[{}]", " ".repeat(CONFIG_BYTES_MAX - 2)), &[(Code::WrongType, "")]),
        case(format!("[{}]", " ".repeat(CONFIG_BYTES_MAX - 1)), &[(Code::TooLarge, "")]),
        // Shapes.
        case("null", &[(Code::WrongType, "")]),
        case("[]", &[(Code::WrongType, "")]),
        case(r#"{ "rules": {} }"#, &[(Code::WrongType, "/rules"), (Code::NoRules, "/rules")]),
        case(r#"{ "rules": [ 1 ] }"#, &[(Code::WrongType, "/rules/0")]),
        case(
            r#"{ "version": 1, "rules": [] }"#,
            &[(Code::WrongType, "/version"), (Code::NoRules, "/rules")],
        ),
        rule(r#""close-after": true"#, &[(Code::WrongType, "/rules/0/close-after")]),
        rule(r#""close-after": "1 h", "enabled": 1"#, &[(Code::WrongType, "/rules/0/enabled")]),
        rule(r#""close-after": "1 h", "name": 7"#, &[(Code::WrongType, "/rules/0/name")]),
        rule(
            r#""close-after": "1 h", "reminders": {}"#,
            &[(Code::WrongType, "/rules/0/reminders")],
        ),
        rule(r#""close-after": "1 h", "typing": true"#, &[(Code::WrongType, "/rules/0/typing")]),
        rule(r#""close-after": "1 h", "close": []"#, &[(Code::WrongType, "/rules/0/close")]),
        rule(
            r#""close-after": "1 h", "close": { "tags": "a" }"#,
            &[(Code::WrongType, "/rules/0/close/tags")],
        ),
        reminders(r#""soon""#, &[(Code::WrongType, "/rules/0/reminders/0")]),
        reminders(
            r#"{ "after": "5 min", "text": 5 }"#,
            &[(Code::WrongType, "/rules/0/reminders/0/text")],
        ),
        reminders(
            r#"{ "after": "5 min", "text": { "es": 5 } }"#,
            &[(Code::WrongType, "/rules/0/reminders/0/text/es")],
        ),
        // Keys.
        case("{}", &[(Code::MissingKey, "")]),
        case(r#"{ "rules": [ {} ] }"#, &[(Code::MissingKey, "/rules/0")]),
        reminders(r#"{ "after": "5 min" }"#, &[(Code::MissingKey, "/rules/0/reminders/0")]),
        rule(
            r#""close-after": "1 h", "typingg": false"#,
            &[(Code::UnknownKeyNear, "/rules/0/typingg")],
        ),
        rule(r#""close-after": "1 h", "zzz": 1"#, &[(Code::UnknownKey, "/rules/0/zzz")]),
        rule(
            r#""close-after": "1 h", "close": { "tag": [] }"#,
            &[(Code::UnknownKeyNear, "/rules/0/close/tag")],
        ),
        rule(
            r#""close-after": "1 h", "typing": { "max": "1 h" }"#,
            &[(Code::UnknownKey, "/rules/0/typing/max")],
        ),
        reminders(
            r#"{ "afer": "5 min", "text": "a" }"#,
            &[
                (Code::UnknownKeyNear, "/rules/0/reminders/0/afer"),
                (Code::ReminderTime, "/rules/0/reminders/0"),
            ],
        ),
        rule(r#""close-after": "1 h", "a/b~c": 1"#, &[(Code::UnknownKey, "/rules/0/a~1b~0c")]),
        rule(
            r#""close-after": "1 h", "close-after": "2 h""#,
            &[(Code::DuplicateKey, "/rules/0/close-after")],
        ),
        // Words.
        rule(
            r#""close-after": "1 h", "count-from": "agent""#,
            &[(Code::UnknownWord, "/rules/0/count-from")],
        ),
        rule(
            r#""close-after": "1 h", "catch-up": "all""#,
            &[(Code::UnknownWord, "/rules/0/catch-up")],
        ),
        rule(r#""close-after": "1 h", "snooze": "no""#, &[(Code::UnknownWord, "/rules/0/snooze")]),
        rule(
            r#""close-after": "1 h", "snooze-ends-on-reply": "no", "visitor-left": true, "company-silent": {}"#,
            &[
                (Code::WrongType, "/rules/0/snooze-ends-on-reply"),
                (Code::WrongType, "/rules/0/visitor-left"),
                (Code::MissingKey, "/rules/0/company-silent"),
            ],
        ),
        rule(
            r#""close-after": "1 h", "visitor-left": { "close-after": "0 s" }, "close": { "survey-again": "x" }"#,
            &[
                (Code::NotPositive, "/rules/0/visitor-left/close-after"),
                (Code::UnknownWord, "/rules/0/close/survey-again"),
            ],
        ),
        // Rules for some tickets only.
        rule(r#""close-after": "1 h", "tags": []"#, &[(Code::EmptyList, "/rules/0/tags")]),
        rule(
            r#""close-after": "1 h", "channels": ["google-business-messages"]"#,
            &[
                (Code::ChannelShutDown, "/rules/0/channels/0"),
                (Code::EmptyList, "/rules/0/channels"),
            ],
        ),
        case(
            r#"{ "channel": "sms", "exempt-tags": ["x"], "rules": [
                { "departments": "any", "tags": ["a", "b"], "close-after": "1 h" },
                { "departments": "any", "tags": ["b"], "close-after": "1 h" },
                { "departments": "any", "tags": ["b", "c"], "close-after": "1 h" },
                { "departments": "any", "tags": ["x"], "close-after": "1 h" },
                { "departments": "any", "channels": ["email"], "close-after": "1 h" },
                { "departments": ["d"], "priorities": ["1"], "close-after": "1 h" },
                { "departments": ["e"], "priorities": ["1"], "close-after": "1 h" } ] }"#,
            &[
                (Code::RuleUnreachable, "/rules/1"),
                (Code::RulesOverlap, "/rules/2"),
                (Code::RuleOfExemptTags, "/rules/3"),
                (Code::RuleOfOtherChannel, "/rules/4"),
            ],
        ),
        with_departments(
            &["ventas"],
            case(
                r#"{ "rules": [ { "departments": ["vent"], "tags": ["a"], "close-after": "1 h" } ] }"#,
                &[(Code::UnknownDepartmentNear, "/rules/0/departments/0")],
            ),
        ),
        case(
            format!(
                r#"{{ "rules": [ {} ] }}"#,
                (0..101)
                    .map(|n| {
                        format!(
                            r#"{{ "departments": ["d{n}"], "tags": ["a"], "close-after": "1 h" }}"#
                        )
                    })
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            &[(Code::TooManyConditionalRules, "/rules/100")],
        ),
        rule(
            r#""close-after": "1 h", "on-failed-reminder": "again""#,
            &[(Code::UnknownWord, "/rules/0/on-failed-reminder")],
        ),
        rule(
            r#""close-after": "1 h", "on-failed-reminder": { "unreachable": "again", "blocked": "go-on", "retries": 0, "retry-after": "0 s" }"#,
            &[
                (Code::UnknownWord, "/rules/0/on-failed-reminder/unreachable"),
                (Code::UnknownKey, "/rules/0/on-failed-reminder/blocked"),
                (Code::BadCount, "/rules/0/on-failed-reminder/retries"),
                (Code::NotPositive, "/rules/0/on-failed-reminder/retry-after"),
            ],
        ),
        rule(
            r#""close-after": "1 h", "on-failed-reminder": [ "stop" ]"#,
            &[(Code::WrongType, "/rules/0/on-failed-reminder")],
        ),
        rule(
            r#""close-after": "1 h", "outside-channel-window": "send", "when-left-out": "close""#,
            &[
                (Code::UnknownWord, "/rules/0/outside-channel-window"),
                (Code::UnknownWord, "/rules/0/when-left-out"),
            ],
        ),
        case(
            r#"{ "groups": "all", "enabled": false, "rules": [] }"#,
            &[(Code::UnknownWord, "/groups")],
        ),
        rule(
            r#""close-after": "1 h", "after-reopening": "never""#,
            &[(Code::UnknownWord, "/rules/0/after-reopening")],
        ),
        rule(
            r#""close-after": "1 h", "close": { "survey": "yes" }"#,
            &[(Code::UnknownWord, "/rules/0/close/survey")],
        ),
        rule(
            r#""close-after": "1 h", "close": { "unassign-after": ["user"] }"#,
            &[(Code::UnknownWord, "/rules/0/close/unassign-after/0")],
        ),
        case(
            r#"{ "language": "fr", "enabled": false, "rules": [] }"#,
            &[(Code::UnknownWord, "/language")],
        ),
        // Times.
        rule(r#""close-after": "soon""#, &[(Code::BadDuration, "/rules/0/close-after")]),
        rule(r#""close-after": 0"#, &[(Code::NotPositive, "/rules/0/close-after")]),
        rule(r#""close-after": "999 ms""#, &[(Code::BelowResolution, "/rules/0/close-after")]),
        rule(r#""close-after": "90 d 1 s""#, &[(Code::Over90Days, "/rules/0/close-after")]),
        rule(
            r#""close-after": "99999999999999999999 d""#,
            &[(Code::BadDuration, "/rules/0/close-after")],
        ),
        rule(
            r#""close-after": "18446744073709551615 d""#,
            &[(Code::Over90Days, "/rules/0/close-after")],
        ),
        rule(
            r#""close-after": "1 h", "late-reply": "0 s""#,
            &[(Code::NotPositive, "/rules/0/late-reply")],
        ),
        rule(
            r#""close-after": "1 h", "guard": "1 ms""#,
            &[(Code::BelowResolution, "/rules/0/guard")],
        ),
        case(
            r#"{ "activation": { "from": "tomorrow" }, "enabled": false, "rules": [] }"#,
            &[(Code::BadTime, "/activation/from")],
        ),
        case(
            r#"{ "activation": {}, "enabled": false, "rules": [] }"#,
            &[(Code::MissingKey, "/activation")],
        ),
        // Reminders and close.
        reminders(
            r#"{ "after": "1 h", "text": "a" }"#,
            &[(Code::RemindersNotLessThanClose, "/rules/0/close-after")],
        ),
        reminders(
            r#"{ "before-close": "5 min", "text": "a" }, { "before-close": "9 min", "text": "b" }"#,
            &[(Code::ReminderOutOfOrder, "/rules/0/reminders/1/before-close")],
        ),
        reminders(r#"{ "text": "a" }"#, &[(Code::ReminderTime, "/rules/0/reminders/0")]),
        rule(
            r#""reminders": [ { "before-close": "5 min", "text": "a" } ]"#,
            &[(Code::BeforeCloseWithoutClose, "/rules/0/reminders/0/before-close")],
        ),
        reminders(
            r#"{ "after": "5 min", "text": "\t" }"#,
            &[(Code::EmptyText, "/rules/0/reminders/0/text")],
        ),
        reminders(
            r#"{ "after": "5 min", "text": { "español": "a" } }"#,
            &[(Code::BadLanguage, "/rules/0/reminders/0/text/español")],
        ),
        rule(
            r#""close-after": "1 h", "typing": { "grace": "20 min" }"#,
            &[(Code::GraceOverLimit, "/rules/0/typing")],
        ),
        // A text of 16 KiB is long enough.
        reminders(&format!(r#"{{ "after": "5 min", "text": "{}" }}"#, "a".repeat(16 * 1024)), &[]),
        reminders(
            &format!(r#"{{ "after": "5 min", "text": "{}" }}"#, "a".repeat(16 * 1024 + 1)),
            &[(Code::TooLarge, "/rules/0/reminders/0/text")],
        ),
        rule(r#""close-after": "1 h", "typing": { "grace": "5 min", "at-most": "5 min" }"#, &[]),
        // Problems that follow from an invalid time are not reported.
        rule(
            r#""close-after": "soon", "reminders": [ { "before-close": "5 min", "text": "a" } ]"#,
            &[(Code::BadDuration, "/rules/0/close-after")],
        ),
        // Languages look like `es`, `es-419` or `zh-Hant-TW`.
        reminders(
            r#"{ "after": "5 min", "text": { "es-419": "a", "zh-Hant-TW": "b", "gsw": "c" } }"#,
            &[],
        ),
        reminders(
            r#"{ "after": "5 min", "text": { "e1": "a", "e": "a", "spanish": "a", "es-": "a", "es-ar!": "a", "es-123456789": "a" } }"#,
            &[
                (Code::BadLanguage, "/rules/0/reminders/0/text/e1"),
                (Code::BadLanguage, "/rules/0/reminders/0/text/e"),
                (Code::BadLanguage, "/rules/0/reminders/0/text/spanish"),
                (Code::BadLanguage, "/rules/0/reminders/0/text/es-"),
                (Code::BadLanguage, "/rules/0/reminders/0/text/es-ar!"),
                (Code::BadLanguage, "/rules/0/reminders/0/text/es-123456789"),
            ],
        ),
        // Departments.
        case(
            r#"{ "rules": [ { "departments": [], "close-after": "1 h" } ] }"#,
            &[(Code::NoDepartments, "/rules/0/departments")],
        ),
        case(
            r#"{ "rules": [ { "departments": [" "], "close-after": "1 h" } ] }"#,
            &[(Code::EmptyName, "/rules/0/departments/0")],
        ),
        rule(r#""name": "", "close-after": "1 h""#, &[(Code::EmptyName, "/rules/0/name")]),
        case(
            r#"{ "rules": [ { "departments": ["a", "a"], "close-after": "1 h" } ] }"#,
            &[(Code::DepartmentTwice, "/rules/0/departments/1")],
        ),
        case(
            r#"{ "rules": [ { "departments": "any", "close-after": "1 h" }, { "departments": "any", "close-after": "2 h" } ] }"#,
            &[(Code::TwoAny, "/rules/1/departments")],
        ),
        with_departments(
            &["soporte"],
            case(
                r#"{ "rules": [ { "departments": ["zzz"], "close-after": "1 h" } ] }"#,
                &[(Code::UnknownDepartment, "/rules/0/departments/0")],
            ),
        ),
        with_departments(
            &["soporte"],
            case(
                r#"{ "rules": [ { "departments": ["suporte"], "close-after": "1 h" } ] }"#,
                &[(Code::UnknownDepartmentNear, "/rules/0/departments/0")],
            ),
        ),
        case(rules(1_000), &[]),
        case(rules(1_001), &[(Code::TooMany, "/rules")]),
        // Surroundings.
        Case {
            exit: Exit::NotLinked,
            ..rule(r#""close-after": "1 h""#, &[(Code::ExitNotLinked, "")])
        },
        Case {
            exit: Exit::NotSupported,
            ..rule(r#""close-after": "1 h""#, &[(Code::ExitNotSupported, "")])
        },
        Case {
            tick_resolution: 60_000,
            ..rule(r#""close-after": "59 s""#, &[(Code::BelowResolution, "/rules/0/close-after")])
        },
        case(
            r#"{ "channel": "google-business-messages", "enabled": false, "rules": [] }"#,
            &[(Code::ChannelShutDown, "/channel")],
        ),
        // Warnings.
        rule(r#""name": "a""#, &[(Code::NoEffect, "/rules/0")]),
        case(r#"{ "rules": [] }"#, &[(Code::NoRules, "/rules")]),
        case(r#"{ "enabled": false, "rules": [] }"#, &[]),
        // Defaults are parsed for each rule, but reported once.
        case(
            r#"{ "defaults": { "guard": "0 s", "sooze": "pause" }, "rules": [
                { "departments": ["a"], "close-after": "1 h" }, { "departments": ["b"], "close-after": "1 h" } ] }"#,
            &[(Code::UnknownKeyNear, "/defaults/sooze"), (Code::NotPositive, "/defaults/guard")],
        ),
        case(
            r#"{ "defaults": { "count-from": "agent", "close": { "survey": "yes", "tgas": [] } }, "rules": [
                { "departments": ["a"], "close-after": "1 h" }, { "departments": ["b"], "close-after": "1 h" } ] }"#,
            &[
                (Code::UnknownWord, "/defaults/count-from"),
                (Code::UnknownWord, "/defaults/close/survey"),
                (Code::UnknownKeyNear, "/defaults/close/tgas"),
            ],
        ),
        // Many mistakes at once, by someone in a hurry.
        with_departments(
            &["soporte", "ventas"],
            case(
                r#"{
                "versoin": "1",
                "language": "es-CL",
                "rules": [
                    { "departments": ["ventas"], "close-after": "15",
                      "reminders": [ { "after": "10 min", "text": "" }, { "before-close": "0 min", "text": "x" } ] },
                    { "departments": ["ventas", "sporte"], "close-after": "1 h", "count-from": "last" },
                    { "departments": "any", "close-after": "1 h", "close": { "closing-text": {} } }
                ]
            }"#,
                &[
                    (Code::UnknownKeyNear, "/versoin"),
                    (Code::UnknownWord, "/language"),
                    (Code::BadDuration, "/rules/0/close-after"),
                    (Code::EmptyText, "/rules/0/reminders/0/text"),
                    (Code::NotPositive, "/rules/0/reminders/1/before-close"),
                    (Code::UnknownWord, "/rules/1/count-from"),
                    (Code::EmptyText, "/rules/2/close/closing-text"),
                    (Code::DepartmentTwice, "/rules/1/departments/0"),
                    (Code::UnknownDepartmentNear, "/rules/1/departments/1"),
                ],
            ),
        ),
    ]
}

fn problems(case: &Case) -> Vec<Diagnostic> {
    let surroundings = Surroundings {
        departments: case.departments.as_deref(),
        tick_resolution: Span::from_millis(case.tick_resolution),
        exit: case.exit,
    };
    match Policy::parse(&case.config, &surroundings) {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems,
    }
}

fn beginning(config: &str) -> String {
    config.chars().take(300).collect()
}

#[test]
fn each_problem_has_its_code_and_place() {
    for case in cases() {
        let found = problems(&case);
        // The parser goes through the config several times, which determines the order.
        let sorted = |mut list: Vec<(&'static str, String)>| {
            list.sort();
            list
        };
        let found = sorted(found.iter().map(|p| (p.code.name(), p.place.clone())).collect());
        let expected = sorted(
            case.problems.iter().map(|(code, place)| (code.name(), (*place).into())).collect(),
        );
        assert_eq!(found, expected, "of {}", beginning(&case.config));
    }
}

/// Two codes may share a name and differ in their help.
#[test]
fn each_problem_is_of_its_kind() {
    for case in cases() {
        for (code, place) in &case.problems {
            let found = problems(&case);
            assert!(
                found.iter().any(|p| p.code == *code && p.place == *place),
                "no {code:?} at {place}, but {found:?} of {}",
                beginning(&case.config)
            );
        }
    }
}

#[test]
fn every_code_is_produced() {
    let produced: Vec<Code> = cases().iter().flat_map(problems).map(|p| p.code).collect();
    let missing: Vec<&Code> = Code::ALL.iter().filter(|code| !produced.contains(code)).collect();
    assert!(missing.is_empty(), "no case has {missing:?}");
}

#[test]
fn a_policy_is_refused_because_of_errors_and_not_of_warnings() {
    for case in cases() {
        let surroundings = Surroundings {
            departments: case.departments.as_deref(),
            tick_resolution: Span::from_millis(case.tick_resolution),
            exit: case.exit,
        };
        let refused = Policy::parse(&case.config, &surroundings).is_err();
        let has_errors = case.problems.iter().any(|(code, _)| code.severity() == Severity::Error);
        assert_eq!(refused, has_errors, "of {}", beginning(&case.config));
    }
}

/// Pages mark the place, so it must exist: the value itself or, for a missing key, its object.
#[test]
fn each_place_is_in_the_config() {
    for case in cases() {
        let Ok(config) = serde_json::from_str::<serde_json::Value>(&case.config) else { continue };
        for problem in problems(&case) {
            assert!(
                config.pointer(&problem.place).is_some(),
                "{} in {}",
                problem.place,
                beginning(&case.config)
            );
        }
    }
}

/// Texts begin without a capital, contain no names of Rust types and no unfilled placeholders.
#[test]
fn each_problem_is_worded_in_three_languages() {
    for problem in cases().iter().flat_map(problems) {
        let said = |language| (problem.text(language), problem.help(language));
        let all: BTreeSet<(String, String)> = Language::ALL.map(said).into();
        assert_eq!(all.len(), 3, "{:?} has the same words in two languages: {all:?}", problem.code);
        let texts: BTreeSet<&String> = all.iter().map(|(text, _)| text).collect();
        // «Falta» is Spanish and Portuguese.
        assert!(texts.len() > 1, "{:?} says the same in three languages: {all:?}", problem.code);
        for sentence in all.iter().flat_map(|(text, help)| [text, help]) {
            assert!(!sentence.trim().is_empty(), "{:?} is silent", problem.code);
            assert!(!sentence.contains("{0}") && !sentence.contains("``"), "{sentence}");
            assert!(!sentence.ends_with('.'), "{sentence}");
            for foreign in ["Option<", "String", "invalid type", "expected value", "Node::", "null"]
            {
                assert!(!sentence.contains(foreign), "{sentence}");
            }
        }
    }
}

/// The first hundred problems, and the number of the others: nobody reads more at once, and the
/// sandbox has limits.
#[test]
fn very_many_problems_are_counted() {
    let of = |config: &str| {
        let given =
            Surroundings { departments: None, tick_resolution: Span::SECOND, exit: Exit::Unknown };
        Policy::parse(config, &given).map_or_else(|problems| problems, |(_, warnings)| warnings)
    };
    let found = of(&empty_tags(1_000));
    assert_eq!(found.len(), 101);
    let last = found.last().unwrap();
    assert_eq!(last.text(Language::En), "problems that are not listed here: 900");
    assert_eq!(last.text(Language::Es), "problemas que no se muestran aquí: 900");
    assert_eq!(last.text(Language::Pt), "problemas que não são mostrados aqui: 900");
    assert_eq!(of(&empty_tags(100)).len(), 100);

    // Warnings never refuse a policy, and errors replace them in the list.
    let reminder = r#"{ "after": "1 min", "text": "a {{agent.name}} {{agent.name}}" }"#;
    let warned = |keys: &str| {
        format!(
            r#"{{ "rules": [ {{ "departments": "any", "close-after": "2 h", "reminders": [ {} ], {keys} }} ] }}"#,
            vec![reminder; 60].join(",")
        )
    };
    let found = of(&warned(r#""name": "a""#));
    assert_eq!(found.len(), 101);
    assert!(found.iter().all(|problem| problem.code.severity() == Severity::Warning));
    assert_eq!(found.last().unwrap().text(Language::En), "problems that are not listed here: 20");
    let found = of(&warned(r#""close": { "tags": [ "", 7 ] }"#));
    let errors = found.iter().filter(|problem| problem.code.severity() == Severity::Error);
    assert_eq!(errors.count(), 2);
    assert_eq!(found.last().unwrap().text(Language::En), "problems that are not listed here: 22");
}

/// Texts about a channel's limits name the channel by the policy's word.
#[test]
fn what_a_channel_cannot_do_names_the_channel() {
    for channel in ["sms", "email", "voice"] {
        let found = problems(&case(
            format!(
                r#"{{ "channel": "{channel}", "rules": [ {{ "departments": "any", "close-after": "1 h",
                    "reminders": [ {{ "after": "5 min", "text": "a",
                        "quick-replies": [ {{ "text": "Sigo aquí", "effect": "continue" }} ] }} ] }} ] }}"#
            ),
            &[],
        ));
        let [problem] = found.as_slice() else { panic!("{found:?}") };
        for language in Language::ALL {
            let text = problem.text(language);
            assert!(text.contains(channel), "{text}");
        }
    }
}

#[test]
fn help_names_the_word_that_was_meant() {
    let help = |case: &Case| problems(case)[0].help(Language::En);
    let near = rule(r#""close-after": "1 h", "close-afer": "1 h""#, &[]);
    assert_eq!(help(&near), "did you mean `close-after`?");
    let far = rule(r#""close-after": "1 h", "typing": { "max": "1 h" }"#, &[]);
    assert!(help(&far).contains("`grace`, `at-most`"), "{}", help(&far));
    let switched_off = rule(r#""close-after": "1 h", "typing": true"#, &[]);
    assert!(help(&switched_off).contains("or false"), "{}", help(&switched_off));
    let word = rule(r#""close-after": "1 h", "snooze": "no""#, &[]);
    assert!(help(&word).contains("`pause`, `ignore`, `start-on-wake`"), "{}", help(&word));
}

/// A component has limited fuel for a policy and a limited size of answers: whatever is wrong, and
/// however often, the answer is a list of problems.
#[test]
#[cfg(feature = "component")]
fn the_component_answers_whatever_is_wrong() {
    use despertador_host::{Host, Options};
    let host = Host::new(Options::default()).unwrap();
    let plugin = host.load_bytes(despertador_component::COMPONENT).unwrap();
    let many = |count: usize, entry: &dyn Fn(usize) -> String| {
        (0..count).map(entry).collect::<Vec<_>>().join(",")
    };
    let rules = |count, keys: &str| {
        let rule = |n| format!(r#"{{ "departments": ["d{n}"], "close-after": "1 h", {keys} }}"#);
        format!(r#"{{ "rules": [ {} ] }}"#, many(count, &rule))
    };
    let departments: Vec<String> = (0..1_000).map(|n| format!("departamento {n:04}")).collect();
    let configs = [
        rules(900, r#""coun-from": 1, "snooze": "x""#),
        rules(1_000, r#""business-hours": "x", "sending-window": "y", "name": """#),
        rules(300, r#""reminders": [ { "after": "0", "text": "{{a}} {{b}} {{c}} {{d}}" } ]"#),
        format!(r#"{{ "rules": [ {{ {} }} ] }}"#, many(20_000, &|n| format!(r#""k{n}":0"#))),
        format!(r#"{{ "rules": [ {{ {} }} ] }}"#, vec![r#""k":0"#; 30_000].join(",")),
        format!(
            r#"{{ "rules": [ {{ "departments": "any", "close-after": "1 h", "close": {{ "notice": {{ {} }} }} }} ] }}"#,
            many(18_000, &|n| format!(r#""x{n}":"a""#))
        ),
        format!(
            r#"{{ "rules": [ {{ "departments": "any", "close-after": "1 h", "reminders": [ {} ] }} ] }}"#,
            many(16, &|_| format!(
                r#"{{ "after": "1 min", "text": "{}" }}"#,
                "{{a}}".repeat(3_000)
            ))
        ),
        format!(
            r#"{{ "schedules": {{ {} }}, "rules": [] }}"#,
            many(200, &|n| format!(
                r#""s{n}": {{ "zone": "America/Bogotaa{n}", "open": {{ "lun": "x" }} }}"#
            ))
        ),
        format!(
            r#"{{ "rules": [ {{ "departments": [ {} ], "close-after": "1 h" }} ] }}"#,
            many(1_000, &|n| format!(r#""departamento x{n:04}""#))
        ),
        // Long words are quoted shortened; places that would fill the answer are omitted.
        format!(
            r#"{{ "rules": [ {} ] }}"#,
            many(15, &|_| format!(
                r#"{{ "departments": "any", "close-after": "{}" }}"#,
                "9".repeat(16_000)
            ))
        ),
        format!(
            r#"{{ "schedules": {{ "{}": {{ "open": {{ {} }} }} }}, "rules": [] }}"#,
            "n".repeat(100_000),
            many(100, &|n| format!(r#""d{n}": "x""#))
        ),
    ];
    for config in configs {
        assert!(
            config.len() <= CONFIG_BYTES_MAX,
            "{} bytes of {}",
            config.len(),
            beginning(&config)
        );
        let surroundings = Given {
            departments: Some(departments.clone()),
            tick_resolution: 1_000,
            ..facts::no_surroundings()
        };
        match plugin.policy(&config, &surroundings) {
            Err(despertador_host::PolicyError::Refused(problems)) => {
                assert!((1..=101).contains(&problems.len()), "{}", problems.len());
            }
            other => panic!("{other:?} of {}", beginning(&config)),
        }
    }
}

#[test]
fn a_number_with_a_fraction_is_shown_as_it_was_written() {
    for number in ["1.5", "0.25", "-2.125", "15.75"] {
        let case = rule(&format!(r#""close-after": {number}"#), &[]);
        let text = problems(&case)[0].text(Language::En);
        assert!(text.contains(&format!("`{number}`")), "{text}");
    }
}

/// Each kind of problem and each shape has its own text in every language.
#[test]
fn no_two_problems_are_worded_alike() {
    for language in Language::ALL {
        let mut kinds = BTreeSet::new();
        let mut words = BTreeSet::new();
        for problem in cases().iter().flat_map(problems) {
            if kinds.insert(format!("{:?}", problem.code)) {
                words.insert((problem.text(language), problem.help(language)));
            }
        }
        assert_eq!(words.len(), kinds.len(), "{language:?}: {words:?}");

        let shapes = [
            ("close-after", r#""close-after": true"#),
            ("enabled", r#""close-after": "1 h", "enabled": 1"#),
            ("reminders", r#""close-after": "1 h", "reminders": {}"#),
            ("typing", r#""close-after": "1 h", "typing": true"#),
            ("close", r#""close-after": "1 h", "close": []"#),
            ("text", r#""close-after": "1 h", "reminders": [ { "after": "5 min", "text": 5 } ]"#),
        ];
        let (mut texts, mut helps) = (BTreeSet::new(), BTreeSet::new());
        for (name, keys) in shapes {
            let problem = problems(&rule(keys, &[])).remove(0);
            texts.insert(problem.text(language).replace(name, "…"));
            helps.insert(problem.help(language));
        }
        assert_eq!((texts.len(), helps.len()), (6, 6), "{language:?}: {texts:?} {helps:?}");
    }
}

#[test]
fn every_engine_says_the_same() {
    let said = |engine: &dyn Engine, case: &Case| -> Option<Vec<Said>> {
        let surroundings = Given {
            departments: case.departments.clone(),
            tick_resolution: case.tick_resolution,
            inactivity_exit: match case.exit {
                Exit::Unknown => ExitState::Unknown,
                Exit::Linked => ExitState::Linked,
                Exit::NotLinked => ExitState::NotLinked,
                Exit::NotSupported => ExitState::NotSupported,
            },
            ..facts::no_surroundings()
        };
        match engine.parse(&case.config, &surroundings) {
            Ok(mut player) => Some(player.warnings().unwrap()),
            Err(ParseError::Refused(problems)) => Some(problems),
            Err(ParseError::Broken(_)) => None,
        }
    };
    for (case, engine) in
        cases().iter().flat_map(|case| engines().into_iter().map(move |e| (case, e)))
    {
        // Hosts may pass on more than the maximum of a policy.
        let Some(others) = said(engine.as_ref(), case) else {
            assert!(
                case.config.len() > CONFIG_BYTES_MAX,
                "no answer to {}",
                beginning(&case.config)
            );
            continue;
        };
        let native = said(&Native, case).unwrap();
        let lines = |list: &[Said]| list.iter().map(problem_line).collect::<Vec<_>>();
        assert_eq!(lines(&native), lines(&others), "of {}", beginning(&case.config));
        assert_eq!(native, others, "of {}", beginning(&case.config));
    }
}
