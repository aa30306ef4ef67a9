use serde_json::json;

use crate::finding::Code;
use crate::flow::{Flow, Format, Rule, Target};

fn flow(value: serde_json::Value) -> Flow {
    Flow::read(&value.to_string()).unwrap_or_else(|findings| panic!("{findings:?}"))
}

fn found(text: &str) -> Vec<(Code, String)> {
    let findings = Flow::read(text).expect_err("a flow that cannot be read");
    findings.into_iter().map(|finding| (finding.code, finding.place)).collect()
}

fn root() -> serde_json::Value {
    json!({ "id": "a", "root": true, "input": { "bypass": false } })
}

/// An exported block with everything that the compiler handles.
fn editor_block() -> serde_json::Value {
    json!({
        "id": "onboarding", "root": true, "$title": "Início", "deskStateVersion": null,
        "$position": { "top": "40px", "left": "1042.5px" }, "$$hashKey": "object:7",
        "addonsSettings": { "x": [1] }, "isAiGenerated": false,
        "$contentActions": [
            { "action": { "$id": "1", "type": "SendMessage", "$typeOfContent": "text",
                "settings": { "type": "text/plain", "content": "Olá" }, "$cardContent": {} }, "$invalid": false },
            { "input": { "bypass": false, "conditions": [], "variable": "nome", "expiration": "2:0",
                "validation": { "rule": "regex", "regex": "^[a-z]+$", "error": "?" }, "$cardContent": {} } },
            { "action": { "type": "SendMessage", "settings": { "type": "text/plain", "content": "Obrigado" } } },
        ],
        "$enteringCustomActions": [ { "type": "TrackEvent", "$title": "Entrada", "settings": {}, "$$hashKey": "object:8" } ],
        "$leavingCustomActions": [ { "type": "SetVariable", "conditions": [], "settings": { "variable": "a", "value": "b" } } ],
        "$afterStateChangedActions": [ { "type": "LeavingFromDesk", "settings": {} } ],
        "$conditionOutputs": [
            { "stateId": "b", "$connId": "con_1", "typeOfStateId": "state",
              "conditions": [ { "source": "input", "comparison": "equals", "values": [ "sim", 7, true ] } ] } ],
        "$defaultOutput": { "stateId": "onboarding", "$invalid": false },
    })
}

fn other_block() -> serde_json::Value {
    json!({ "id": "b", "root": false, "$title": "B", "$contentActions": [], "$conditionOutputs": [], "$defaultOutput": {} })
}

#[test]
fn the_editors_blocks_are_compiled_as_publishing_does() {
    let flow = flow(json!({ "onboarding": editor_block(), "b": other_block() }));
    assert_eq!(flow.format, Format::Editor);
    let block = flow.root();
    let kinds = |actions: &[crate::Action]| -> Vec<String> {
        actions.iter().map(|action| action.kind.clone()).collect()
    };
    assert_eq!((block.id.as_str(), block.name.as_str()), ("onboarding", "Início"));
    assert_eq!(kinds(&block.input_actions), ["TrackEvent", "SendMessage"]);
    assert_eq!(kinds(&block.output_actions), ["SendMessage", "SetVariable"]);
    assert_eq!(kinds(&block.after_state_changed_actions), ["LeavingFromDesk"]);
    assert_eq!(block.output_actions[0].settings["content"], "Obrigado");
    assert_eq!(block.input_actions[0].title.as_deref(), Some("Entrada"));
    let input = block.input.as_ref().expect("an input");
    assert_eq!(input.variable.as_deref(), Some("nome"));
    assert_eq!(input.expiration, Some(2 * 3_600_000));
    let rule = &input.validation.as_ref().expect("a validation").rule;
    assert!(matches!(rule, Rule::Regex(pattern) if pattern.as_str() == "^[a-z]+$"));
    let targets: Vec<Option<&str>> = block.outputs.iter().map(|o| o.target.block()).collect();
    assert_eq!(targets, [Some("b"), Some("onboarding")]);
    assert_eq!(block.outputs[0].conditions[0].values, ["sim", "7", "true"]);
    assert_eq!(block.position, Some((1042.5, 40.0)));
    // A block without an input does not wait, and a default output that was never set does not
    // exist.
    let other = flow.block("b").expect("the other block");
    assert!(other.never_waits() && other.outputs.is_empty());
}

#[test]
fn the_export_may_have_a_wrapper_with_global_actions() {
    let flow = flow(json!({
        "flow": { "onboarding": editor_block(), "b": other_block() },
        "globalActions": {
            "$enteringCustomActions": [ { "type": "TrackEvent", "settings": {} } ],
            "$leavingCustomActions": [ { "type": "MergeContact", "settings": {} } ] },
    }));
    assert_eq!(flow.input_actions[0].kind, "TrackEvent");
    assert_eq!(flow.input_actions[0].place, "/globalActions/$enteringCustomActions/0");
    assert_eq!(flow.output_actions[0].kind, "MergeContact");
    assert_eq!(flow.root().place, "/flow/onboarding");
    assert_eq!(flow.root().outputs[0].place, "/flow/onboarding/$conditionOutputs/0");
}

#[test]
fn a_published_application_a_flow_alone_and_its_text_are_read() {
    let bare = json!({ "id": "f", "states": [root()] });
    for text in [
        bare.to_string(),
        json!({ "identifier": "bot", "settings": { "flow": bare } }).to_string(),
        json!({ "flow": bare }).to_string(),
        format!("\u{feff}{bare}"),
    ] {
        let flow = Flow::read(&text).expect("a flow");
        assert_eq!((flow.id.as_str(), flow.format), ("f", Format::Engine), "{text}");
    }
}

#[test]
fn what_nobody_reads_is_kept() {
    let written = json!({
        "id": "f", "version": 3, "type": "flow", "x": { "y": [null] },
        "configuration": { "builder:minimumIntentScore": "0.5" },
        "inputActions": [ { "type": "A", "order": 2, "z": 1, "settings": {}, "timeout": 2.5, "continueOnError": true } ],
        "states": [
            { "id": "a", "root": true, "name": "A", "tags": ["t"],
              "input": { "bypass": false, "variable": "v", "note": 1, "expiration": "1.02:03:04",
                "conditions": [ { "source": "entity", "entity": "e", "comparison": "exists", "k": 0 } ],
                "validation": { "rule": "type", "type": "x/y", "error": "E", "m": 1 } },
              "outputs": [ { "order": 1, "stateId": "{{v}}", "n": true,
                "conditions": [ { "source": "context", "variable": "c", "comparison": "lessThan", "operator": "and", "values": ["1"] } ] } ] },
            { "id": "subflow:1", "root": false, "name": "S", "shortNameOfSubflow": "s", "end": true,
              "deskStateVersion": "2.00", "outputs": [ { "stateId": "" } ] } ],
    });
    let flow = flow(written.clone());
    assert_eq!(flow.to_engine(), written);
    assert_eq!(flow.root().outputs[0].target, Target::Variable("{{v}}".into()));
    assert_eq!(flow.block("subflow:1").expect("it").outputs[0].target, Target::Nowhere);
}

#[test]
fn a_flow_of_the_editor_becomes_one_of_the_engine() {
    let engine = flow(json!({ "onboarding": editor_block(), "b": other_block() })).to_engine();
    let again = Flow::read(&engine.to_string()).expect("a flow");
    assert_eq!(again.to_engine(), engine);
    let state = again.root();
    assert_eq!(state.more["addonsSettings"], json!({ "x": [1] }));
    assert!(!engine.to_string().contains("\"$"), "what only the editor needs is gone: {engine}");
}

#[test]
fn words_are_read_whatever_their_case_and_have_defaults() {
    let flow = flow(json!({ "states": [
        { "id": "a", "root": "true", "input": { "bypass": "False" },
          "outputs": [ { "stateId": "a", "conditions": [ { "values": ["x"] }, { "source": "Context", "variable": "v", "comparison": "NotExists", "operator": "And" } ] } ] } ] }));
    let [first, second] = flow.root().outputs[0].conditions.as_slice() else { panic!("two") };
    assert_eq!(first.source, crate::Source::Input);
    assert_eq!(first.comparison, crate::Comparison::Equals);
    assert_eq!(first.operator, crate::Operator::Or);
    assert_eq!(second.source, crate::Source::Context);
    assert_eq!(second.comparison, crate::Comparison::NotExists);
    assert_eq!(second.operator, crate::Operator::And);
}

#[test]
fn what_is_no_flow_is_said_with_its_place() {
    let not = |text: &str| found(text)[0].0;
    assert_eq!(not(""), Code::NotJson);
    assert_eq!(not("{ \"states\": [ }"), Code::NotJson);
    assert_eq!(not(&"[".repeat(100_000)), Code::NotJson);
    for text in ["7", "[]", "{}", "null", "{\"a\": 1}", "{\"settings\": {}}"] {
        assert_eq!(not(text), Code::NotAFlow, "{text}");
    }
    assert_eq!(not(&" ".repeat((16 << 20) + 1)), Code::TooLarge);
    let place = |value: serde_json::Value| found(&value.to_string());
    assert_eq!(place(json!({ "states": [] })), [(Code::NoRoot, String::new())]);
    assert_eq!(place(json!({ "states": 7 }))[0], (Code::WrongType, "/states".into()));
    assert_eq!(
        place(json!({ "settings": { "flow": 7 } }))[0],
        (Code::WrongType, "/settings/flow".into())
    );
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let wrong = json!({ "states": [
        root(), root(), 7,
        { "root": false },
        { "id": "c", "root": "maybe", "inputActions": {}, "input": { "expiration": "soon" } },
        { "id": "d", "outputs": [ { "order": "first", "stateId": ["a"] }, { "conditions": [
            { "source": "moon", "comparison": "isLike", "operator": "xor", "values": [ {} ] } ] } ] },
        { "id": "e", "inputActions": [ { "settings": {} }, { "type": "X", "settings": 7, "timeout": -1 } ],
          "input": { "validation": { "rule": "regex" } } },
    ] });
    let mut found = found(&wrong.to_string());
    found.sort();
    let expected = [
        (Code::WrongType, "/states/2"),
        (Code::WrongType, "/states/4/input/expiration"),
        (Code::WrongType, "/states/4/inputActions"),
        (Code::WrongType, "/states/4/root"),
        (Code::WrongType, "/states/5/outputs/0/order"),
        (Code::WrongType, "/states/5/outputs/0/stateId"),
        (Code::WrongType, "/states/5/outputs/1/conditions/0/values/0"),
        (Code::WrongType, "/states/6/inputActions/1/settings"),
        (Code::WrongType, "/states/6/inputActions/1/timeout"),
        (Code::Missing, "/states/3"),
        (Code::Missing, "/states/6/input/validation"),
        (Code::Missing, "/states/6/inputActions/0"),
        (Code::UnknownWord, "/states/5/outputs/1/conditions/0/comparison"),
        (Code::UnknownWord, "/states/5/outputs/1/conditions/0/operator"),
        (Code::UnknownWord, "/states/5/outputs/1/conditions/0/source"),
        (Code::DuplicateId, "/states/1"),
        (Code::SeveralRoots, "/states/1"),
    ];
    let expected: Vec<(Code, String)> =
        expected.into_iter().map(|(code, place)| (code, place.to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_block_that_stands_twice_in_the_editors_map_is_found() {
    let (a, b) = (editor_block().to_string(), other_block().to_string());
    let twice = format!("{{ \"onboarding\": {a}, \"b\": {b}, \"b\": {b} }}");
    assert_eq!(found(&twice), [(Code::DuplicateId, "/b".to_owned())]);
    let wrapped = format!("{{ \"globalActions\": null, \"flow\": {twice} }}");
    assert_eq!(found(&wrapped), [(Code::DuplicateId, "/flow/b".to_owned())]);
    let renamed = format!("{{ \"onboarding\": {a}, \"c/d~e\": {b} }}");
    assert_eq!(found(&renamed), [(Code::IdDiffers, "/c~1d~0e".to_owned())]);
}

#[test]
fn limits_are_said_and_not_run_into() {
    let states: Vec<serde_json::Value> = (0..10_001)
        .map(|number| json!({ "id": number.to_string(), "root": number == 0 }))
        .collect();
    assert_eq!(found(&json!({ "states": states }).to_string())[0].0, Code::TooMany);
    let condition = json!({ "comparison": "matches", "values": vec!["\\w{90}"; 2_001] });
    let block = json!({ "id": "a", "root": true, "outputs": [ { "conditions": [condition] } ] });
    assert_eq!(found(&json!({ "states": [block] }).to_string())[0].0, Code::TooMany);
    let actions = vec![json!({ "type": "X" }); 500_001];
    let block = json!({ "id": "a", "root": true, "inputActions": actions });
    assert_eq!(found(&json!({ "states": [block] }).to_string())[0].0, Code::TooMany);
    let many: Vec<u8> = vec![7; 5_000];
    assert_eq!(found(&json!({ "states": many }).to_string()).len(), 100);
}
