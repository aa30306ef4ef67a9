//! Which problems of a config `docs/policy.schema.json` detects, and that it accepts everything
//! that the parser accepts. The cli's tests check that the file is current.

use std::collections::BTreeSet;
use std::fs;

use boon::{Compiler, SchemaIndex, Schemas};
use despertador_policy::{Code, Diagnostic, Exit, Policy, Severity, Span, Surroundings};
use despertador_tests::scenario_files::{below, read, repository};
use serde_json::{Value, json};

use super::{beginning, cases, problems};

/// Problems that a schema cannot detect: they concern several places, the surroundings, or the
/// bytes of the config.
const UNSEEN: [&str; 28] = [
    // Syntax.
    "duplicate-key",
    "too-large",
    // Several places at once.
    "reminders-not-less-than-close",
    "reminder-out-of-order",
    "grace-over-limit",
    "department-twice",
    "two-any-rules",
    "opening-reversed",
    "opening-overlaps",
    "holiday-twice",
    "calendar-never-opens",
    "unknown-schedule",
    "unknown-sending-window",
    "needs-schedule",
    "quick-reply-twice",
    "text-over-limit",
    "time-left-without-close",
    // The contents of texts and names.
    "bad-placeholder",
    "unknown-placeholder",
    "parameter-layout",
    // Lists of names may be empty elsewhere.
    "empty-list",
    "bad-time-zone",
    "too-many",
    // The sum of several units, and the shortest duration that the host can measure.
    "time-over-90-days",
    "time-below-resolution",
    // The account and its flow.
    "unknown-department",
    "inactivity-exit-not-linked",
    "inactivity-exit-not-supported",
];

struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn published() -> Schema {
        let text = fs::read_to_string(repository().join("docs/policy.schema.json"))
            .expect("the published schema");
        let schema: Value = serde_json::from_str(&text).expect("JSON");
        let id = schema.pointer("/$id").and_then(Value::as_str).expect("an id").to_owned();
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.add_resource(&id, schema).expect("the schema has one place");
        let index = compiler.compile(&id, &mut schemas).expect("a schema of draft 2020-12");
        Schema { schemas, index }
    }

    fn refusal(&self, config: &Value) -> Option<String> {
        self.schemas.validate(config, self.index).err().map(|error| format!("{error:#}"))
    }

    /// Compares the schema with the parser: it must accept what the parser accepts, and refuse what
    /// is refused for a detectable reason. Returns the codes of problems that it missed.
    fn compare(&self, config: &str, said: &[Diagnostic]) -> Vec<&'static str> {
        let Ok(value) = serde_json::from_str(config) else { return Vec::new() };
        let errors: Vec<&'static str> = said
            .iter()
            // A schema cannot tell what remains of a text without the values of its placeholders.
            .filter(|p| p.code.severity() == Severity::Error && p.code != Code::CanBeEmpty)
            .map(|p| p.code.name())
            .collect();
        let refusal = self.refusal(&value);
        if errors.is_empty() {
            assert_eq!(refusal, None, "of {}", beginning(config));
        }
        if refusal.is_some() {
            return Vec::new();
        }
        let seen: Vec<_> = errors.iter().filter(|code| !UNSEEN.contains(code)).collect();
        assert!(seen.is_empty(), "the schema lets {seen:?} through in {}", beginning(config));
        errors
    }
}

/// The parser's problems without known surroundings and with the finest resolution.
fn said(config: &str) -> Vec<Diagnostic> {
    let surroundings = Surroundings {
        departments: None,
        tick_resolution: Span::from_millis(1),
        exit: Exit::Unknown,
    };
    match Policy::parse(config, &surroundings) {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems,
    }
}

#[test]
fn presets_and_policies_of_the_pages_are_accepted() {
    let schema = Schema::published();
    let mut accepted = 0;
    let mut accept = |config: &str| {
        let said = said(config);
        schema.compare(config, &said);
        accepted += usize::from(said.iter().all(|p| p.code.severity() == Severity::Warning));
    };
    let presets = below("policies", "json");
    assert!(presets.len() >= 7);
    for preset in presets {
        accept(&fs::read_to_string(preset).expect("a preset"));
    }
    let mut pages = below("tests/scenarios", "md");
    pages.extend(below("docs", "md"));
    pages.push(repository().join("README.md"));
    for page in pages {
        for block in policy_blocks(&fs::read_to_string(&page).expect("a page")) {
            accept(&block);
        }
        for scenario in read(&page).map(|file| file.scenarios).unwrap_or_default() {
            accept(&scenario.policy);
        }
    }
    assert!(accepted > 100, "{accepted}");
}

/// The `policy` blocks of a page.
fn policy_blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        open = match (open, line.trim_end()) {
            (None, "```policy") => Some(String::new()),
            (None, _) => None,
            (Some(block), "```") => {
                blocks.push(block);
                None
            }
            (Some(block), line) => Some(block + line + "\n"),
        };
    }
    blocks
}

#[test]
fn the_schema_refuses_what_it_can_see_and_lets_the_rest_through() {
    let schema = Schema::published();
    let mut produced = BTreeSet::new();
    let mut through = BTreeSet::new();
    let seen_at_times = seen_at_times().map(|config| (said(&config), config));
    let all = cases().into_iter().map(|case| (problems(&case), case.config)).chain(seen_at_times);
    for (said, config) in all {
        produced.extend(said.iter().map(|p| p.code.name()));
        through.extend(schema.compare(&config, &said));
    }
    let unseen: BTreeSet<&str> = UNSEEN.into();
    let expected: BTreeSet<&str> = unseen.intersection(&produced).copied().collect();
    assert_eq!(through, expected, "what the schema lets through, and what it is said to");
    let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert!(unseen.is_subset(&known), "{:?}", unseen.difference(&known));
}

/// Problems that a schema detects in some places of a config only.
fn seen_at_times() -> [String; 3] {
    let two_rules = json!({ "rules": [
        { "departments": ["a"], "close-after": "1 h" },
        { "departments": ["b", "a"], "close-after": "1 h" },
    ] });
    // Schemas count letters.
    let long = json!({ "rules": [
        { "departments": "any", "close-after": "1 h", "name": "ñ".repeat(9_000) },
    ] });
    let schedules: serde_json::Map<String, Value> =
        (0..201).map(|n| (n.to_string(), json!({ "open": { "mon": "09:00-18:00" } }))).collect();
    let many = json!({ "enabled": false, "rules": [], "schedules": schedules });
    [two_rules, long, many].map(|config| config.to_string())
}

/// Random values of each kind, put together from typical parts.
#[test]
fn the_schema_and_the_reader_agree_on_written_values() {
    let schema = Schema::published();
    let mut rng = fastrand::Rng::with_seed(7);
    let mut agreed = 0;
    for (parts, config) in KINDS {
        for _ in 0..4_000 {
            let written: String =
                (0..rng.usize(0..9)).map(|_| parts[rng.usize(..parts.len())]).collect();
            let config = config(&written).to_string();
            let said = said(&config);
            schema.compare(&config, &said);
            agreed += usize::from(said.iter().all(|p| p.code.severity() == Severity::Warning));
        }
    }
    assert!(agreed > 1_000, "only {agreed} were accepted");
}

type Kind = (&'static [&'static str], fn(&str) -> Value);

const KINDS: [Kind; 9] = [
    // Times.
    (
        &["1", "0", "90", "15", " ", " ", "d", "h", "min", "s", "ms", "hours", "-", "days"],
        |time| json!({ "rules": [{ "departments": "any", "close-after": time }] }),
    ),
    // A duration in whole parts.
    (
        &["1 d ", "2 h ", "3 min ", "4 s", "5 ms", "0 h ", "007 min", "90 days", " "],
        |time| json!({ "rules": [{ "departments": "any", "close-after": time }] }),
    ),
    // Openings.
    (
        &["08:00", "17:30", "24:00", "-", "-", " ", "8:00", "25:00", "\n"],
        |opening| json!({ "enabled": false, "rules": [], "schedules": { "a": { "open": { "mon": opening } } } }),
    ),
    // Days of the week.
    (&["mon", "fri", "sun", "-", "-", " ", "Mon", "lunes"], |days| {
        json!({ "enabled": false, "rules": [],
            "schedules": { "a": { "open": { days: "09:00-18:00", "wed": "19:00-20:00" } } } })
    }),
    // Dates.
    (&["12", "02", "29", "30", "31", "-", "-", "2027", "1969", "2"], |date| {
        json!({ "enabled": false, "rules": [],
            "schedules": { "a": { "open": { "mon": "09:00-18:00" }, "holidays": [date] } } })
    }),
    // Instants.
    (
        &["2026-05-04", "T", "09:00:00", "Z", "-03:00", "t", " ", "09:00", ".5", "+24:00"],
        |instant| json!({ "enabled": false, "rules": [], "activation": { "from": instant } }),
    ),
    // Languages.
    (&["es", "pt", "-", "BR", "419", "a", "ñ", "//", "_"], |tag| {
        json!({ "rules": [{ "departments": "any", "close-after": "1 h",
            "close": { "notice": { tag: "a" } } }] })
    }),
    // Addresses.
    (&["https://", "http://", "example.com", "/", " ", "a.png", "\u{7}", "?"], |url| {
        json!({ "rules": [{ "departments": "any", "close-after": "1 h", "reminders": [
            { "after": "1 min", "text": "a", "image": { "url": url, "alternative": "a" } }] }] })
    }),
    // Names and comments as keys.
    (&["//", "a", " ", "$schema"], |key| {
        json!({ "enabled": false, "rules": [], key: 1,
            "schedules": { key: { "open": { "mon": "09:00-18:00" } } } })
    }),
];

/// Each key of a small policy is replaced by a value of another type.
#[test]
fn the_schema_and_the_reader_agree_on_shapes() {
    let schema = Schema::published();
    let others = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(1_000_000),
        json!(""),
        json!(" "),
        json!("x"),
        json!([]),
        json!([""]),
        json!(["x"]),
        json!([1]),
        json!([{}]),
        json!({}),
        json!({ "x": 1 }),
        json!({ "// x": 1 }),
        json!({ "es": "x" }),
        json!({ "es": "" }),
    ];
    for whole in WHOLE {
        let whole: Value = serde_json::from_str(whole).expect("JSON");
        assert!(said(&whole.to_string()).iter().all(|p| p.code.severity() == Severity::Warning));
        for place in places(&whole, String::new()) {
            for other in &others {
                let mut config = whole.clone();
                if let Some(value) = config.pointer_mut(&place) {
                    *value = other.clone();
                }
                let config = config.to_string();
                schema.compare(&config, &said(&config));
            }
            let mut without = whole.clone();
            let (above, key) = place.rsplit_once('/').unwrap_or_default();
            if let Some(object) = without.pointer_mut(above).and_then(Value::as_object_mut) {
                object.remove(key);
                let config = without.to_string();
                schema.compare(&config, &said(&config));
            }
        }
    }
}

fn places(value: &Value, place: String) -> Vec<String> {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(n, v)| (n.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    let below = below.into_iter().flat_map(|(key, v)| places(v, format!("{place}/{key}")));
    let below: Vec<String> = below.collect();
    [vec![place], below].concat()
}

/// Every key of every object.
const WHOLE: [&str; 2] = [
    r#"{
        "$schema": "x", "// a": [1], "version": "1", "enabled": true, "language": "pt",
        "zone": "America/Bogota", "company": "a",
        "activation": { "from": "2026-05-04T09:00:00Z", "backlog": "include", "within": "1 h" },
        "exempt-tags": ["a"], "groups": "include", "opt-out-words": ["baja"],
        "budget": { "per-day": 1, "per-week": 2, "days-apart": 3 },
        "schedules": { "a": { "zone": "UTC", "open": { "mon-fri": ["09:00-12:00"], "sat": "09:00-12:00" },
            "holidays": ["12-24", { "date": "2026-12-24", "open": [] }] } },
        "sending-windows": { "b": { "zone": "UTC", "open": { "mon": "09:00-12:00" }, "holidays": ["12-24"],
            "per-day": 1, "per-week": 2, "days-apart": 3, "close": "wait" } },
        "defaults": { "count-from": "last-customer-message", "on-failed-reminder": "go-on" },
        "rules": [ {
            "name": "a", "departments": ["a", "b"], "enabled": true, "close-after": "9 d",
            "reminders": [
                { "after": "1 d", "text": { "es": "a", "pt-BR": "b" },
                  "image": { "url": "https://example.com/a.png", "alternative": "a" },
                  "quick-replies": [ { "text": "a", "effect": "extend", "by": "1 d" },
                                     { "text": "b", "effect": "continue" } ],
                  "template": { "name": "a", "language": ["es", "pt_BR"], "parameters": ["a"] } },
                { "before-close": "1 h", "text": "a" } ],
            "count-from": "last-agent-message", "catch-up": "last-only",
            "on-failed-reminder": { "unreachable": "stop", "refused": "retry", "retry-after": "1 min", "retries": 2 },
            "only-after-agent": true, "ai-agent-counts": true, "reactions-count": true, "snooze": "ignore",
            "after-reopening": "on-customer-reply", "typing": { "grace": "1 min", "at-most": "5 min" },
            "late-reply": "1 d", "late-reply-time": "rule", "guard": "1 min", "business-hours": "a", "sending-window": "b",
            "outside-channel-window": "leave-out", "when-left-out": "silent-close",
            "close": { "notice": "a", "closing-text": { "es": "a" }, "closing-template": { "name": "a" },
                "category": "a", "summary": "{{summary}}", "tags": ["a"], "incomplete-metadata": "ignore",
                "unassign-after": ["agent"], "keep-assignment-tags": ["a"], "bot-on-after": [],
                "survey": "later", "survey-after": ["flow"] }
        } ]
    }"#,
    r#"{
        "channel": "whatsapp", "rules": [],
        "schedules": { "a": { "open": { "mon": "09:00-12:00" } } },
        "replies": [ {
            "departments": ["a"], "enabled": true, "schedule": "a", "missed-call-ticket": true,
            "signature": "team",
            "events": {
                "wrote-out-of-hours": { "enabled": true, "text": "a", "also": ["a"], "signature": "company",
                    "channels": ["sms"], "when": "always", "template": { "name": "a" } },
                "first-chat-received": { "text": { "es": "a" }, "when": "open" } }
        } ]
    }"#,
];
