//! The outline of a valid policy: its steps as a table for pages.

use despertador_contract::{Outline, Step};
use despertador_contract::{clock_face, facts};
use despertador_tests::engines::engines;
use despertador_tests::scenario_files::preset;

const MINUTE: u64 = 60_000;
/// 2026-03-02T09:00:00Z.
const NINE: i64 = 1_772_442_000_000;

/// The outline of a config for a clock that starts at nine; all engines must agree.
fn outline(config: &str) -> Outline {
    let mut outlines = engines().into_iter().map(|engine| {
        let mut player = engine
            .parse(config, &facts::no_surroundings())
            .unwrap_or_else(|error| panic!("{error:?}"));
        player.outline(NINE).expect("an outline")
    });
    let native = outlines.next().expect("an engine");
    assert!(outlines.all(|other| other == native));
    native
}

/// The sum of all reminder times is shown, including the first.
#[test]
fn the_accumulated_time_is_shown() {
    let outline = outline(&preset("adereso").unwrap());
    assert_eq!(outline.rules[0].accumulated, 14 * MINUTE);
    assert_eq!(outline.rules[0].close_after, Some(15 * MINUTE));
}

/// Each step is shown in both notations, with its clock time for a given start.
#[test]
fn both_notations_and_the_clock_time_are_shown() {
    let outline = outline(&preset("adereso").unwrap());
    let shown: Vec<(Step, u64, Option<u64>, String)> = outline.rules[0]
        .steps
        .iter()
        .map(|s| {
            (
                s.step.clone(),
                s.after / MINUTE,
                s.before_close.map(|b| b / MINUTE),
                clock_face::show_rfc3339(s.at),
            )
        })
        .collect();
    let expected = [
        (Step::Reminder(1), 10, Some(5), "2026-03-02T09:10:00Z".into()),
        (Step::Reminder(2), 1, Some(4), "2026-03-02T09:11:00Z".into()),
        (Step::Reminder(3), 3, Some(1), "2026-03-02T09:14:00Z".into()),
        (Step::Close, 1, Some(0), "2026-03-02T09:15:00Z".into()),
    ];
    assert_eq!(shown, expected);
}

/// A time before the close is also shown as one after the previous step.
#[test]
fn an_offset_from_the_close_is_converted() {
    let outline = outline(
        r#"{ "rules": [ { "departments": "any", "close-after": "1 h", "reminders": [
            { "before-close": "30 min", "text": "Alerta" }, { "before-close": "5 min", "text": "Aviso" } ] } ] }"#,
    );
    let steps = &outline.rules[0].steps;
    assert_eq!(steps.iter().map(|s| s.after / MINUTE).collect::<Vec<_>>(), [30, 25, 5]);
}

/// A rule that never closes has no distance to a close, and no step for it.
#[test]
fn a_rule_that_never_closes_has_no_close() {
    let outline = outline(
        r#"{ "rules": [ { "departments": "any", "reminders": [ { "after": "5 min", "text": "¿Hola?" } ] } ] }"#,
    );
    let rule = &outline.rules[0];
    assert_eq!(rule.close_after, None);
    assert_eq!(rule.steps.len(), 1);
    assert_eq!(rule.steps[0].before_close, None);
}

/// Where counting starts is shown with the times, even if the policy does not say it.
#[test]
fn what_the_time_is_counted_from_is_shown() {
    let counted_from = |name: &str| outline(&preset(name).unwrap()).rules[0].count_from.clone();
    assert_eq!(counted_from("adereso"), "last-agent-message");
    assert_eq!(counted_from("klaviyo"), "first-unanswered-agent-message");
    let silent = outline(r#"{ "rules": [ { "departments": "any", "close-after": "1 h" } ] }"#);
    assert_eq!(silent.rules[0].count_from, "last-agent-message");
}

/// An unnamed rule is named after its first departments.
#[test]
fn a_rule_is_named_after_its_departments() {
    let names = |departments: &str| {
        let config = format!(
            r#"{{ "rules": [ {{ "departments": {departments}, "close-after": "1 h" }} ] }}"#
        );
        outline(&config).rules[0].name.clone()
    };
    assert_eq!(names(r#""any""#), "any");
    assert_eq!(names(r#"["ventas", "cobranza"]"#), "ventas, cobranza");
    assert_eq!(names(r#"["a", "b", "c"]"#), "a, b, c");
    assert_eq!(names(r#"["a", "b", "c", "d", "e"]"#), "a, b, c + 2");
}

/// A ticket of a department.
fn of(department: Option<&str>) -> despertador_policy::Ticket<'_> {
    despertador_policy::Ticket { department, ..despertador_tests::sample::PLAIN_TICKET }
}

/// Each of many departments finds its own rule, and the others the one for any.
#[test]
fn every_department_of_many_has_its_own_rule() {
    use despertador_policy::{Exit, Policy, Span, Surroundings};
    let own = |n: usize| format!(r#"{{ "departments": ["d{n}"], "close-after": "{} s" }}"#, n + 2);
    let rules: Vec<String> = (0..700).map(own).collect();
    let any = r#"{ "departments": "any", "close-after": "1 s" }"#;
    let config = format!(r#"{{ "rules": [ {}, {any} ] }}"#, rules.join(", "));
    let surroundings =
        Surroundings { departments: None, tick_resolution: Span::SECOND, exit: Exit::Unknown };
    let (policy, _) = Policy::parse(&config, &surroundings).expect("a valid policy");
    for n in 0..700 {
        let (place, _) = policy.rule_for(&of(Some(&format!("d{n}")))).expect("a rule");
        assert_eq!(usize::try_from(place).expect("small"), n);
    }
    for name in [None, Some("d700"), Some("d"), Some("")] {
        assert_eq!(policy.rule_for(&of(name)).map(|(place, _)| place), Some(700), "{name:?}");
    }
}

/// The table of a policy with the maximum number of rules fits into an answer of the sandbox.
#[test]
fn a_policy_of_a_thousand_rules_is_shown() {
    let rules: Vec<String> = (0..1_000)
        .map(|number| {
            format!(
                r#"{{"departments":["department-{number:04}"],"close-after":"1 d","reminders":[
                    {{"after":"1 min","text":"a"}},{{"after":"1 min","text":"b"}},{{"after":"1 min","text":"c"}}]}}"#
            )
        })
        .collect();
    let config = format!(r#"{{"rules":[{}]}}"#, rules.join(","));
    assert!(config.len() > 150_000, "{}", config.len());
    let outline = outline(&config);
    assert_eq!(outline.rules.len(), 1_000);
    assert!(outline.rules.iter().all(|rule| rule.steps.len() == 4));
}

/// Two names with the same digest in the table of departments.
#[test]
fn departments_with_the_same_digest_have_a_rule_each() {
    use despertador_policy::{Exit, Policy, Span, Surroundings};
    let names = ["ventas en línea", "hpjisuqqMF@~RY;c"];
    let own = |name: &str| format!(r#"{{ "departments": ["{name}"], "close-after": "1 h" }}"#);
    let config = format!(r#"{{ "rules": [ {} ] }}"#, names.map(own).join(", "));
    let surroundings =
        Surroundings { departments: None, tick_resolution: Span::SECOND, exit: Exit::Unknown };
    let (policy, _) = Policy::parse(&config, &surroundings).expect("two departments");
    let places = names.map(|name| policy.rule_for(&of(Some(name))).map(|(place, _)| place));
    assert_eq!(places, [Some(0), Some(1)]);
}
