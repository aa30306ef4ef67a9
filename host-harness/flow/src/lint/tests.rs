use serde_json::{Value, json};

use super::lint;
use crate::desk::Close;
use crate::{Code, Exit, Flow, Severity};

fn read(value: &Value) -> Flow {
    Flow::read(&value.to_string()).unwrap_or_else(|findings| panic!("{findings:?}"))
}

/// A condition on a variable.
fn on(variable: &str, comparison: &str, values: &[&str]) -> Value {
    json!({ "source": "context", "variable": variable, "comparison": comparison, "values": values })
}

/// The exit of a close, to a block.
fn exit(close: Close, to: &str) -> Value {
    json!({ "stateId": to, "conditions": [
        on("input.type", "equals", &["application/vnd.iris.ticket+json"]),
        on("input.content@status", "equals", &[close.status()]) ] })
}

/// A flow with a human-assistance block of these outputs, and a block `end` that waits.
fn desk(outputs: &[Value]) -> Value {
    json!({ "id": "f", "states": [
        { "id": "start", "root": true, "name": "Start", "input": { "bypass": false }, "outputs": [ { "stateId": "desk:1" } ] },
        { "id": "desk:1", "name": "People", "deskStateVersion": "3.0.0",
          "inputActions": [ { "type": "ForwardToDesk" } ],
          "input": { "bypass": false, "conditions": [ on("desk_forwardToDeskState_status", "equals", &["Success"]) ] },
          "outputs": outputs },
        { "id": "end", "name": "End", "input": { "bypass": false } } ] })
}

fn all_exits() -> Vec<Value> {
    let mut outputs: Vec<Value> = Close::ALL.iter().map(|close| exit(*close, "end")).collect();
    outputs.push(json!({ "stateId": "desk:1" }));
    outputs
}

/// What is found, as code and place.
fn found(value: &Value) -> Vec<(Code, String)> {
    lint(&read(value)).into_iter().map(|finding| (finding.code, finding.place)).collect()
}

fn codes(value: &Value) -> Vec<Code> {
    found(value).into_iter().map(|(code, _)| code).collect()
}

#[test]
fn a_block_with_its_three_exits_is_well() {
    let flow = desk(&all_exits());
    assert_eq!(found(&flow), []);
    assert_eq!(read(&flow).inactivity_exit(), Exit::Linked);
}

#[test]
fn a_missing_exit_is_an_error_for_inactivity_and_a_warning_for_the_others() {
    let back = || json!({ "stateId": "desk:1" });
    let outputs = "/states/1/outputs".to_owned();
    let flow = desk(&[exit(Close::Agent, "end"), exit(Close::Customer, "end"), back()]);
    assert_eq!(found(&flow), [(Code::NoInactivityExit, outputs.clone())]);
    assert_eq!(read(&flow).inactivity_exit(), Exit::NotLinked);
    let flow = desk(&[exit(Close::Inactivity, "end"), back()]);
    assert_eq!(found(&flow), [(Code::NoOtherExit, outputs.clone()), (Code::NoOtherExit, outputs)]);
    assert_eq!(read(&flow).inactivity_exit(), Exit::Linked);
}

#[test]
fn an_exit_that_leads_nowhere_is_no_exit() {
    for (target, code) in [
        ("", Code::UnlinkedOutput),
        ("gone", Code::DanglingOutput),
        ("desk:1", Code::ExitLeadsBack),
    ] {
        let mut outputs = all_exits();
        outputs[2] = exit(Close::Inactivity, target);
        let flow = desk(&outputs);
        assert_eq!(found(&flow), [(code, "/states/1/outputs/2".into())], "{target:?}");
        assert_eq!(read(&flow).inactivity_exit(), Exit::NotLinked, "{target:?}");
    }
}

#[test]
fn generations_without_the_exit_are_told_from_those_that_lack_it() {
    for (version, opens, code) in [
        (None, false, Code::OldGeneration),
        (Some("1"), false, Code::OldGeneration),
        (None, true, Code::OldGeneration),
        (Some("2.00"), false, Code::NoInactivityExit),
        (Some("2.0.1"), false, Code::NoInactivityExit),
        (Some("3.0.0"), false, Code::NoInactivityExit),
        (Some("4.1"), false, Code::NoInactivityExit),
    ] {
        let mut flow = desk(&[exit(Close::Agent, "end"), exit(Close::Customer, "end")]);
        flow["states"][1]["deskStateVersion"] = json!(version);
        if opens {
            flow["states"][1]["inputActions"] = json!([{ "type": "CreateTicket" }]);
        }
        assert_eq!(codes(&flow), [code], "{version:?}");
        let expected =
            if code == Code::OldGeneration { Exit::NotSupported } else { Exit::NotLinked };
        assert_eq!(read(&flow).inactivity_exit(), expected, "{version:?}");
    }
    // One block that cannot be left is enough.
    let mut flow = desk(&all_exits());
    let mut old = flow["states"][1].clone();
    old["id"] = json!("desk:2");
    old["deskStateVersion"] = Value::Null;
    flow["states"].as_array_mut().unwrap().push(old);
    assert_eq!(read(&flow).inactivity_exit(), Exit::NotSupported);
    assert_eq!(
        read(&json!({ "states": [ { "id": "a", "root": true } ] })).inactivity_exit(),
        Exit::NoBlock
    );
}

/// What comes of an output with these conditions before the exits.
fn before_the_exits(conditions: Value) -> Vec<Code> {
    let mut outputs = vec![json!({ "stateId": "start", "conditions": conditions })];
    outputs.extend(all_exits());
    let mut codes = codes(&desk(&outputs));
    codes.dedup();
    codes
}

#[test]
fn an_earlier_output_that_takes_the_ticket_shadows_the_exits() {
    let input =
        |comparison: &str, values: &[&str]| json!([{ "comparison": comparison, "values": values }]);
    // A ticket is an input like any other.
    for conditions in [
        input("exists", &[]),
        input("matches", &[".*"]),
        input("notEquals", &["menu"]),
        input("contains", &["status"]),
        json!([on("input.type", "notEquals", &["text/plain"])]),
        json!([on("input.content@status", "exists", &[])]),
        json!([on("desk_forwardToDeskState_status", "equals", &["success"])]),
        json!([on("state.id", "equals", &["desk:1"])]),
    ] {
        assert_eq!(before_the_exits(conditions.clone()), [Code::ShadowedExit], "{conditions}");
    }
}

#[test]
fn an_earlier_output_that_never_takes_a_ticket_shadows_nothing() {
    let input =
        |comparison: &str, values: &[&str]| json!([{ "comparison": comparison, "values": values }]);
    for conditions in [
        input("equals", &["menu"]),
        input("startsWith", &["menu"]),
        input("greaterThan", &["1"]),
        input("notExists", &[]),
        json!([on("input.type", "equals", &["text/plain"])]),
        json!([on("desk_forwardToDeskState_status", "equals", &["NoAgentAvailable"])]),
        json!([on("desk_forwardToDeskState_status", "notExists", &[])]),
        json!([{ "source": "intent", "comparison": "exists" }]),
        json!([on("moon", "exists", &[]), on("input.type", "equals", &["text/plain"])]),
    ] {
        assert_eq!(before_the_exits(conditions.clone()), [], "{conditions}");
    }
}

#[test]
fn what_only_the_conversation_shows_may_shadow_the_exits() {
    let input =
        |comparison: &str, values: &[&str]| json!([{ "comparison": comparison, "values": values }]);
    for conditions in [
        input("contains", &["menu"]),
        input("matches", &["[0-9]{4}"]),
        json!([on("plan", "equals", &["gold"])]),
        json!([on("contact.name", "exists", &[])]),
        json!([on("input.content@team", "equals", &["x"])]),
    ] {
        assert_eq!(before_the_exits(conditions.clone()), [Code::ExitMayBeShadowed], "{conditions}");
    }
}

#[test]
fn an_output_without_conditions_shadows_all_that_follows() {
    let mut outputs = vec![json!({ "stateId": "start" })];
    outputs.extend(all_exits());
    let found = found(&desk(&outputs));
    let shadowed = found.iter().filter(|(code, _)| *code == Code::ShadowedExit).count();
    assert_eq!(shadowed, 3);
    assert!(found.contains(&(Code::OutputNeverTaken, "/states/1/outputs/1".into())));
    // The order that counts is the one in which they are tried.
    outputs[0]["order"] = json!(9);
    outputs.pop();
    assert_eq!(codes(&desk(&outputs)), []);
}

#[test]
fn an_earlier_output_to_the_same_block_does_no_harm() {
    let mut outputs =
        vec![json!({ "stateId": "end", "conditions": [ { "comparison": "exists" } ] })];
    outputs.extend(all_exits());
    assert_eq!(codes(&desk(&outputs)), []);
}

#[test]
fn what_is_set_on_leaving_is_known_when_outputs_are_tried() {
    let leaving = |settings: Value, conditions: Value| {
        let mut outputs =
            vec![json!({ "stateId": "start", "conditions": [ on("flag", "equals", &["up"]) ] })];
        outputs.extend(all_exits());
        let mut flow = desk(&outputs);
        flow["states"][1]["outputActions"] =
            json!([{ "type": "SetVariable", "settings": settings, "conditions": conditions }]);
        let mut codes = codes(&flow);
        codes.dedup();
        codes
    };
    let set = |value: &str| json!({ "variable": "Flag", "value": value });
    assert_eq!(leaving(set("down"), json!([])), []);
    assert_eq!(leaving(set("up"), json!([])), [Code::ShadowedExit]);
    assert_eq!(leaving(set("{{x}}"), json!([])), [Code::ExitMayBeShadowed]);
    assert_eq!(leaving(set("up"), json!([on("x", "exists", &[])])), [Code::ExitMayBeShadowed]);
    // What is never done for a ticket changes nothing: what was known is known still.
    let never = json!([on("input.type", "equals", &["text/plain"])]);
    assert_eq!(leaving(set("up"), never.clone()), [Code::ExitMayBeShadowed]);
    let mut outputs = vec![
        json!({ "stateId": "start", "conditions": [ on("desk_forwardToDeskState_status", "equals", &["Error"]) ] }),
    ];
    outputs.extend(all_exits());
    let mut flow = desk(&outputs);
    flow["states"][1]["outputActions"] = json!([{ "type": "SetVariable", "conditions": never,
        "settings": { "variable": "desk_forwardToDeskState_status", "value": "Error" } }]);
    assert_eq!(codes(&flow), []);
}

#[test]
fn what_is_done_after_two_closes_only_is_asked_about() {
    let mut flow = desk(&all_exits());
    let reset = |statuses: &[&str]| {
        json!([{ "type": "SetVariable", "$title": "Reset", "settings": { "variable": "v", "value": "" },
            "conditions": [ on("input.content@status", "equals", statuses) ] }])
    };
    flow["states"][1]["outputActions"] = reset(&["ClosedAttendant", "ClosedClient"]);
    assert_eq!(found(&flow), [(Code::InactivityLeftOut, "/states/1/outputActions/0".into())]);
    flow["states"][1]["outputActions"] =
        reset(&["ClosedAttendant", "ClosedClient", "ClosedClientInactivity"]);
    assert_eq!(found(&flow), []);
    // Only after the agent's close: that is meant so.
    flow["states"][1]["outputActions"] = reset(&["ClosedAttendant"]);
    assert_eq!(found(&flow), []);
}

/// A flow of plain blocks, in the form id, whether it waits, where it leads.
fn plain(blocks: &[(&str, bool, &[&str])]) -> Value {
    let states: Vec<Value> = blocks
        .iter()
        .enumerate()
        .map(|(number, (id, waits, next))| {
            let outputs: Vec<Value> = next
                .iter()
                .map(|id| json!({ "stateId": id, "conditions": [ { "comparison": "contains", "values": [id] } ] }))
                .collect();
            json!({ "id": id, "root": number == 0, "input": { "bypass": !waits }, "outputs": outputs })
        })
        .collect();
    json!({ "id": "f", "states": states })
}

fn plain_codes(blocks: &[(&str, bool, &[&str])]) -> Vec<(Code, String)> {
    let all = found(&plain(blocks));
    all.into_iter().filter(|(code, _)| *code != Code::NoHumanAssistance).collect()
}

#[test]
fn circles_in_which_nobody_waits_are_found() {
    let at = |number: usize| format!("/states/{number}");
    assert_eq!(
        plain_codes(&[("a", true, &["b"]), ("b", false, &["c"]), ("c", false, &["b"])]),
        [(Code::LoopWithoutWaiting, at(1))]
    );
    assert_eq!(
        plain_codes(&[("a", true, &["b"]), ("b", false, &["b"])]),
        [(Code::LoopWithoutWaiting, at(1))]
    );
    assert_eq!(
        plain_codes(&[("a", true, &["b", "a"]), ("b", false, &["c"]), ("c", true, &["b"])]),
        []
    );
    // Two circles are two findings.
    assert_eq!(
        plain_codes(&[
            ("a", true, &["b", "d"]),
            ("b", false, &["c"]),
            ("c", false, &["b"]),
            ("d", false, &["d"])
        ]),
        [(Code::LoopWithoutWaiting, at(1)), (Code::LoopWithoutWaiting, at(3))]
    );
}

/// Blocks that do not wait: their actions on leaving, and their outputs; `start` leads to the
/// first, and `end` waits.
fn circle(blocks: &[(&str, Value, Value)]) -> Vec<Code> {
    let mut states = vec![
        json!({ "id": "start", "root": true, "input": { "bypass": false }, "outputs": [ { "stateId": blocks[0].0 } ] }),
        json!({ "id": "end", "input": { "bypass": false } }),
    ];
    states.extend(blocks.iter().map(|(id, actions, outputs)| {
        json!({ "id": id, "input": { "bypass": true }, "outputActions": actions, "outputs": outputs })
    }));
    let codes = codes(&json!({ "id": "f", "states": states }));
    let other = [Code::NoHumanAssistance, Code::UnreachableBlock];
    codes.into_iter().filter(|code| !other.contains(code)).collect()
}

fn sets(variable: &str, value: &str) -> Value {
    json!([{ "type": "SetVariable", "settings": { "variable": variable, "value": value } }])
}

#[test]
fn a_circle_that_a_condition_can_end_is_a_warning() {
    let to = |id: &str| json!({ "stateId": id });
    let on = |id: &str, variable: &str, value: &str| json!({ "stateId": id, "conditions": [on(variable, "equals", &[value])] });
    let none = || json!([]);
    let round = |actions: Value| {
        circle(&[
            ("a", none(), json!([on("end", "tried", "true"), to("b")])),
            ("b", actions, json!([to("a")])),
        ])
    };
    // Two blocks: the round sets what ends it; what a script sets is not known.
    assert_eq!(round(sets("tried", "true")), [Code::LoopMayNotEnd]);
    assert_eq!(round(sets("Tried", "{{input.content}}")), [Code::LoopMayNotEnd]);
    let script = |kind: &str| json!([{ "type": kind, "settings": { "outputVariable": "tried" } }]);
    assert_eq!(round(script("ExecuteScript")), [Code::LoopMayNotEnd]);
    assert_eq!(
        round(json!([{ "type": "ExecuteScriptV2", "settings": {} }])),
        [Code::LoopMayNotEnd]
    );
    // A condition that no round can change, or only to what does not end it.
    assert_eq!(round(none()), [Code::LoopWithoutWaiting]);
    assert_eq!(round(sets("other", "true")), [Code::LoopWithoutWaiting]);
    assert_eq!(round(sets("tried", "no")), [Code::LoopWithoutWaiting]);
    // A block that leads to itself.
    let itself =
        |actions: Value| circle(&[("a", actions, json!([on("end", "tried", "true"), to("a")]))]);
    assert_eq!(itself(sets("tried", "true")), [Code::LoopMayNotEnd]);
    assert_eq!(itself(none()), [Code::LoopWithoutWaiting]);
    assert_eq!(circle(&[("a", none(), json!([to("a")]))]), [Code::LoopWithoutWaiting]);
    // The default output leads out, a condition leads round.
    let again = |value: &str| {
        circle(&[("a", sets("again", value), json!([on("a", "again", "yes"), to("end")]))])
    };
    assert_eq!(again("no"), [Code::LoopMayNotEnd]);
    assert_eq!(again("yes"), [Code::LoopWithoutWaiting]);
    // An output after one that is always taken is no way out.
    assert_eq!(
        circle(&[("a", sets("tried", "true"), json!([to("a"), on("end", "tried", "true")]))]),
        [Code::LoopWithoutWaiting, Code::OutputNeverTaken]
    );
    // What the calendar says changes; what the customer wrote does not.
    let asks = |source: &str| {
        let condition = match source {
            "input" => json!({ "comparison": "contains", "values": ["yes"] }),
            name => json!({ "source": "context", "variable": name, "comparison": "exists" }),
        };
        circle(&[("a", none(), json!([{ "stateId": "end", "conditions": [condition] }, to("a")]))])
    };
    assert_eq!(asks("calendar.isopen"), [Code::LoopMayNotEnd]);
    assert_eq!(asks("input"), [Code::LoopWithoutWaiting]);
    assert_eq!(asks("input.content"), [Code::LoopWithoutWaiting]);
}

#[test]
fn a_circle_that_nobody_can_go_round_is_a_warning() {
    let on = |id: &str, value: &str| json!({ "stateId": id, "conditions": [on("lang", "equals", &[value])] });
    let to = |id: &str| json!({ "stateId": id });
    let none = || json!([]);
    let back = |value: &str| {
        circle(&[
            ("a", none(), json!([on("b", "es"), to("end")])),
            ("b", none(), json!([on("end", value), to("a")])),
        ])
    };
    // Only who speaks Spanish comes to `b`, and from there only who does not comes back.
    assert_eq!(back("es"), [Code::LoopMayNotEnd]);
    assert_eq!(back("pt"), [Code::LoopWithoutWaiting]);
}

#[test]
fn chains_longer_than_one_input_may_pass_are_found() {
    let names: Vec<String> = (0..14).map(|number| format!("c{number}")).collect();
    let chain = |length: usize| {
        let mut blocks: Vec<(&str, bool, Vec<&str>)> = Vec::new();
        for number in 0..length {
            blocks.push((&names[number], number == 0, vec![&names[number + 1]]));
        }
        blocks.push((&names[length], true, Vec::new()));
        let blocks: Vec<(&str, bool, &[&str])> =
            blocks.iter().map(|(id, waits, next)| (*id, *waits, next.as_slice())).collect();
        plain_codes(&blocks)
    };
    assert_eq!(chain(10), []);
    assert_eq!(chain(11), [(Code::ChainTooLong, "/states/0".into())]);
}

#[test]
fn an_exit_that_never_comes_to_rest_is_no_exit() {
    let mut flow = desk(&all_exits());
    flow["states"][2] = json!({ "id": "end", "name": "End", "outputs": [ { "stateId": "end" } ] });
    let found = codes(&flow);
    assert_eq!(found.iter().filter(|code| **code == Code::ExitDoesNotArrive).count(), 3);
    assert_eq!(read(&flow).inactivity_exit(), Exit::NotLinked);
    // With a variable in the way, nobody knows.
    flow["states"][2]["outputs"] = json!([
        { "stateId": "{{v}}", "conditions": [ { "comparison": "exists" } ] }, { "stateId": "end" } ]);
    assert!(!codes(&flow).contains(&Code::ExitDoesNotArrive));
}

#[test]
fn blocks_that_nothing_leads_to_are_found_unless_a_variable_may() {
    let lost = [(Code::UnreachableBlock, "/states/2".to_owned())];
    assert_eq!(plain_codes(&[("a", true, &["b"]), ("b", true, &[]), ("c", true, &["b"])]), lost);
    assert_eq!(plain_codes(&[("a", true, &["{{v}}"]), ("b", true, &[]), ("c", true, &[])]), []);
    // Blocks that the Builder always has.
    assert_eq!(plain_codes(&[("a", true, &[]), ("fallback", true, &[]), ("error", true, &[])]), []);
}

#[test]
fn other_things_that_the_engine_refuses() {
    let with_condition = |condition: Value| {
        let mut flow = plain(&[("a", true, &["a"])]);
        flow["states"][0]["outputs"][0]["conditions"] = json!([condition]);
        let codes = codes(&flow);
        codes.into_iter().filter(|code| *code != Code::NoHumanAssistance).collect::<Vec<Code>>()
    };
    for condition in [
        json!({ "source": "context", "values": ["x"] }),
        json!({ "source": "entity", "values": ["x"] }),
        json!({ "comparison": "exists", "values": ["x"] }),
        json!({ "comparison": "contains" }),
    ] {
        assert_eq!(with_condition(condition.clone()), [Code::IncompleteCondition], "{condition}");
    }
    let matches = |pattern: &str| json!({ "comparison": "matches", "values": [pattern] });
    assert_eq!(with_condition(matches("(?=a)b")), [Code::UnsupportedPattern]);
    assert_eq!(with_condition(matches("(")), [Code::BrokenPattern]);
    assert_eq!(with_condition(matches("^[\\w-]+$")), []);
    let mut flow = plain(&[("a", true, &["a"])]);
    flow["states"][0]["input"]["conditions"] = json!([on("v", "exists", &[])]);
    assert!(codes(&flow).contains(&Code::RootDoesNotWait));
    let many: Vec<&str> = vec!["a"; 26];
    assert_eq!(
        plain_codes(&[("a", true, &many)]),
        [(Code::TooManyOutputs, "/states/0/outputs".into())]
    );
}

#[test]
fn errors_come_first_and_name_their_block() {
    let mut flow = desk(&[exit(Close::Agent, "end"), json!({ "stateId": "desk:1" })]);
    flow["states"]
        .as_array_mut()
        .unwrap()
        .insert(0, json!({ "id": "x", "name": "Lost", "input": { "bypass": false } }));
    let findings = lint(&read(&flow));
    let severities: Vec<Severity> = findings.iter().map(|f| f.code.severity()).collect();
    assert_eq!(severities, [Severity::Error, Severity::Warning, Severity::Warning]);
    assert_eq!(findings[0].block, Some(("desk:1".into(), "People".into())));
    for language in despertador_contract::Language::ALL {
        let text = findings[0].text(language);
        assert!(text.contains("«People»") && text.contains("ClosedClientInactivity"), "{text}");
        assert!(!findings[0].help(language).contains('{'));
    }
}

#[test]
fn a_hundred_findings_are_listed_and_the_rest_counted() {
    let mut blocks: Vec<(String, bool)> =
        (0..150).map(|number| (format!("b{number}"), true)).collect();
    blocks.push(("b-last".into(), false));
    let blocks: Vec<(&str, bool, &[&str])> =
        blocks.iter().map(|(id, waits)| (id.as_str(), *waits, ["gone"].as_slice())).collect();
    let findings = lint(&read(&plain(&blocks)));
    assert_eq!(findings.len(), 101);
    let last = findings.last().expect("the last one");
    assert_eq!(
        (last.code, last.values.as_slice()),
        (Code::MoreFindings, ["202".to_owned()].as_slice())
    );
    assert_eq!(findings[99].code, Code::DanglingOutput);
}
