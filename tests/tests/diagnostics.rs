//! Every kind of problem a config can have: a config, and what is said of it. The component says
//! the same; `scenarios/validation.md` tells the ones that have a source.

use std::collections::BTreeSet;

use despertador_harness::scenario::problem_line;
use despertador_harness::{Engine, ParseError, facts};
use despertador_host::contract::{Diagnostic as Said, ExitState, Surroundings as Given};
use despertador_policy::{
    Code, Diagnostic, Exit, Language, MOST_BYTES, Policy, Severity, Span, Surroundings,
};
use despertador_tests::engines::engines;
use despertador_tests::native::Native;

#[path = "diagnostics/schema.rs"]
mod schema;

/// A config and all that is said of it.
struct Case {
    config: String,
    departments: Option<Vec<String>>,
    tick_resolution: u64,
    exit: Exit,
    /// Code and place of each problem, in order.
    problems: Vec<(Code, &'static str)>,
}

/// Checks a config in surroundings of which nothing is known.
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

fn cases() -> Vec<Case> {
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
        case(format!("\"{}\"", "a".repeat(MOST_BYTES)), &[(Code::TooLarge, "")]),
        case(format!("{}{}", "[".repeat(17), "]".repeat(17)), &[(Code::TooDeep, "")]),
        case("[".repeat(100_000), &[(Code::TooDeep, "")]),
        // Brackets inside a text are no nesting.
        reminders(&format!(r#"{{ "after": "5 min", "text": "{}" }}"#, "[".repeat(40)), &[]),
        // Nor is what follows an escaped quote inside a text, and a closing one there closes none.
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
        // As deep and as long as it may be.
        case(format!("{}{}", "[".repeat(16), "]".repeat(16)), &[(Code::WrongType, "")]),
        case(format!("[{}]", " ".repeat(MOST_BYTES - 2)), &[(Code::WrongType, "")]),
        case(format!("[{}]", " ".repeat(MOST_BYTES - 1)), &[(Code::TooLarge, "")]),
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
            r#""close-after": "1 h", "on-failed-reminder": "retry""#,
            &[(Code::UnknownWord, "/rules/0/on-failed-reminder")],
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
        // What depends on a time that cannot be read is not spoken of.
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
        // Defaults are read for each rule and spoken of once.
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
        // The order is that of the reader, which goes through the config several times.
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

/// A page marks the place, so the place must be there: the value itself, or, for a missing key,
/// the object that lacks it.
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

/// Sentences begin without a capital, carry no names of Rust types and have no gaps left.
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

#[test]
fn a_number_with_a_fraction_is_shown_as_it_was_written() {
    for number in ["1.5", "0.25", "-2.125", "15.75"] {
        let case = rule(&format!(r#""close-after": {number}"#), &[]);
        let text = problems(&case)[0].text(Language::En);
        assert!(text.contains(&format!("`{number}`")), "{text}");
    }
}

/// Each kind of problem and each shape has words of its own, in every language.
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
        // Whether the host passes on more than a policy may have is the host's affair.
        let Some(others) = said(engine.as_ref(), case) else {
            assert!(case.config.len() > MOST_BYTES, "no answer to {}", beginning(&case.config));
            continue;
        };
        let native = said(&Native, case).unwrap();
        let lines = |list: &[Said]| list.iter().map(problem_line).collect::<Vec<_>>();
        assert_eq!(lines(&native), lines(&others), "of {}", beginning(&case.config));
        assert_eq!(native, others, "of {}", beginning(&case.config));
    }
}
