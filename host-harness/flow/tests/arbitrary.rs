//! Random flows: parsing, checking and running them never panics, and always ends.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "places are drawn from what is there, and numbers are small; a panic fails the test"
)]

use std::collections::BTreeMap;

use despertador_flow::lint::lint;
use despertador_flow::route::route;
use despertador_flow::{
    Close, Facts, Flow, Input, Run, Session, TRANSITIONS_PER_INPUT_MAX, picture,
};
use fastrand::Rng;
use serde_json::{Value, json};

/// A flow with some of everything.
fn sample() -> Value {
    json!({ "id": "f", "configuration": { "a": "b" }, "inputActions": [ { "type": "TrackEvent", "settings": {} } ],
        "states": [
            { "id": "start", "root": true, "name": "Start", "input": { "bypass": false, "variable": "v",
                "validation": { "rule": "regex", "regex": "^.{1,9}$", "error": "{{v}}?" }, "expiration": "0:30" },
              "outputs": [ { "order": 1, "conditions": [ { "comparison": "contains", "operator": "and", "values": ["a", "b"] } ], "stateId": "a" },
                { "stateId": "desk:1" } ] },
            { "id": "a", "inputActions": [ { "type": "SetVariable", "order": 2, "settings": { "variable": "w", "value": "{{v}}", "expiration": 60 } },
                { "type": "ProcessHttp", "continueOnError": true, "conditions": [ { "source": "context", "variable": "w", "comparison": "exists" } ],
                  "settings": { "responseBodyVariable": "{{w}}" } } ],
              "outputs": [ { "conditions": [ { "source": "intent", "comparison": "matches", "values": ["^b.*y$"] } ], "stateId": "{{w}}" }, { "stateId": "a" } ] },
            { "id": "desk:1", "deskStateVersion": "3.0.0", "inputActions": [ { "type": "ForwardToDesk" } ],
              "input": { "bypass": false, "conditions": [ { "source": "context", "variable": "desk_forwardToDeskState_status", "comparison": "equals", "values": ["Success"] } ] },
              "afterStateChangedActions": [ { "type": "LeavingFromDesk", "settings": null } ],
              "outputs": [ { "conditions": [ { "source": "context", "variable": "input.content@status", "comparison": "equals", "values": ["ClosedClientInactivity"] } ], "stateId": "a" },
                { "stateId": "desk:1" } ] } ] })
}

fn editor() -> Value {
    json!({ "flow": {
        "onboarding": { "id": "onboarding", "root": true, "$title": "S", "$contentActions": [
                { "action": { "type": "SendMessage", "settings": { "type": "text/plain", "content": "{{x}}" } } },
                { "input": { "bypass": false, "conditions": [] } } ],
            "$conditionOutputs": [ { "stateId": "desk:1", "conditions": [ { "source": "input", "comparison": "approximateTo", "values": ["gente"] } ] } ],
            "$defaultOutput": { "stateId": "onboarding" }, "$enteringCustomActions": [], "$leavingCustomActions": [] },
        "desk:1": { "id": "desk:1", "$title": "D", "deskStateVersion": "2.00", "$contentActions": [ { "input": { "bypass": false } } ],
            "$conditionOutputs": [], "$defaultOutput": { "stateId": "desk:1" } } },
        "globalActions": { "$enteringCustomActions": [ { "type": "X", "settings": {} } ] } })
}

/// All pointers into a value.
fn places(value: &Value, place: &str, all: &mut Vec<String>) {
    all.push(place.to_owned());
    match value {
        Value::Array(list) => {
            for (number, value) in list.iter().enumerate() {
                places(value, &format!("{place}/{number}"), all);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                places(
                    value,
                    &format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")),
                    all,
                );
            }
        }
        _ => {}
    }
}

/// The value with a random change.
fn altered(mut value: Value, rng: &mut Rng) -> Value {
    for _ in 0..rng.usize(1..3) {
        let mut all = Vec::new();
        places(&value, "", &mut all);
        let copy = value.pointer(&all[rng.usize(..all.len())]).cloned().expect("a place");
        let other = match rng.u8(..12) {
            0 => Value::Null,
            1 => json!(rng.i64(..)),
            2 => json!(rng.f64() * 1e12),
            3 => json!(""),
            4 => json!("{{v}}"),
            5 => json!(rng.bool()),
            6 => json!([]),
            7 => json!({}),
            8 => json!((0..rng.usize(..30)).map(|_| rng.char(..)).collect::<String>()),
            9 => json!(
                ["matches", "desk:1", "start", "exists", "(?=x)", &"a".repeat(70_000)]
                    [rng.usize(..6)]
            ),
            _ => copy,
        };
        if let Some(place) = value.pointer_mut(&all[rng.usize(..all.len())]) {
            *place = other;
        }
    }
    value
}

fn walk(flow: &Flow, rng: &mut Rng) {
    let facts = Facts::new();
    let mut session = Session::default();
    for number in 0..6_i64 {
        let input = match rng.u8(..5) {
            0 => Input::ticket("t", "ClosedClientInactivity", number),
            1 => Input::expired(session.block().unwrap_or_default(), i64::MAX - number),
            2 => Input::document("x/y", json!({ "a": [1] }), i64::MIN + number),
            3 => {
                Input::text((0..rng.usize(..40)).map(|_| rng.char(..)).collect::<String>(), number)
            }
            _ => Input::text("a b", number),
        };
        let mut run = Run::new(flow, &mut session, input, &facts);
        let mut actions = 0;
        while let Ok(Some(asked)) = run.next() {
            actions += 1;
            for name in &asked.expects {
                run.set(name, "a");
            }
            if rng.u8(..20) == 0 && run.fail("no").is_err() {
                break;
            }
        }
        assert!(run.hops().len() <= TRANSITIONS_PER_INPUT_MAX + 1);
        assert!(actions < 10_000);
    }
}

#[test]
fn altered_flows_are_read_checked_drawn_and_walked_through() {
    let mut rng = Rng::with_seed(4);
    let mut read = 0;
    for round in 0..6_000 {
        let original = if round % 3 == 0 { editor() } else { sample() };
        let text = altered(original, &mut rng).to_string();
        let flow = match Flow::read(&text) {
            Ok(flow) => flow,
            Err(findings) => {
                assert!(!findings.is_empty(), "{text}");
                continue;
            }
        };
        read += 1;
        for finding in lint(&flow) {
            let value: Value = serde_json::from_str(&text).expect("JSON");
            // A missing list is reported at its place.
            let place = finding.place.strip_suffix("/outputs").unwrap_or(&finding.place);
            let place = place.strip_suffix("/$conditionOutputs").unwrap_or(place);
            assert!(value.pointer(place).is_some(), "{} in {text}", finding.place);
        }
        walk(&flow, &mut rng);
        let _exit = flow.inactivity_exit();
        for block in flow.human_assistance() {
            let way = route(&flow, &block.id, Close::Inactivity.status(), &BTreeMap::new(), 0);
            assert!(way.hops.len() <= TRANSITIONS_PER_INPUT_MAX + 1);
        }
        assert!(picture::mermaid(&flow).starts_with("flowchart"));
        assert!(picture::svg(&flow).ends_with("</svg>\n"));
        // Writing and reading gives the same flow.
        let written = flow.to_engine();
        let again =
            Flow::read(&written.to_string()).unwrap_or_else(|f| panic!("{f:?} in {written}"));
        assert_eq!(again.to_engine(), written);
    }
    assert!(read > 1_000, "{read} could be read");
}

#[test]
fn broken_text_is_refused() {
    let mut rng = Rng::with_seed(5);
    let text = sample().to_string();
    for _ in 0..3_000 {
        let mut bytes = text.clone().into_bytes();
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(..bytes.len());
            match rng.u8(..3) {
                0 => bytes[at] = rng.u8(..),
                1 => bytes.truncate(at.max(1)),
                _ => drop(bytes.splice(at..at, *b"[{\"")),
            }
        }
        if let Ok(flow) = Flow::read(&String::from_utf8_lossy(&bytes)) {
            assert!(lint(&flow).len() < 1_000);
        }
    }
}

/// Blocks that all lead to all of the next, and deep and wide flows of many megabytes take no
/// longer than parsing them.
#[test]
fn large_flows_come_to_an_end() {
    let conditions = json!([{ "comparison": "equals", "values": ["x"] }]);
    let layered: Vec<Value> = (0..2_000)
        .map(|number: usize| {
            let next = (number / 20 + 1) * 20;
            let outputs: Vec<Value> = (next..next + 20)
                .filter(|next| *next < 2_000)
                .map(|next| json!({ "stateId": next.to_string(), "conditions": conditions }))
                .collect();
            json!({ "id": number.to_string(), "root": number == 0, "input": { "bypass": number != 0 }, "outputs": outputs })
        })
        .collect();
    let deep: Vec<Value> = (0..10_000)
        .map(|number: usize| {
            let id = if number == 0 { "start".to_owned() } else { format!("desk:{number}") };
            json!({ "id": id, "root": number == 0, "deskStateVersion": "3", "name": "x".repeat(900),
                "outputs": [ { "stateId": format!("desk:{}", number + 1) } ] })
        })
        .collect();
    for states in [layered, deep] {
        let text = json!({ "id": "f", "states": states }).to_string();
        let flow = Flow::read(&text).expect("a flow");
        assert!(!lint(&flow).is_empty());
        let _exit = flow.inactivity_exit();
        assert!(!picture::svg(&flow).is_empty());
        walk(&flow, &mut Rng::with_seed(1));
    }
}
