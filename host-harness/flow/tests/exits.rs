//! Adding the exit, the path of a closed ticket, and the picture of a flow.

use std::collections::BTreeMap;

use despertador_flow::lint::lint;
use despertador_flow::route::route;
use despertador_flow::{ActionKind, Exit, Flow, RunError, Unfixable, add_inactivity_exit, picture};
use serde_json::{Value, json};

fn read(value: &Value) -> Flow {
    Flow::read(&value.to_string()).unwrap_or_else(|findings| panic!("{findings:?}"))
}

/// A human-assistance block of generation V3, and what follows its exits.
fn flow(inactivity: &str) -> Value {
    let closed = |status: &str, to: &str| {
        json!({ "stateId": to, "conditions": [
            { "source": "context", "variable": "input.type", "comparison": "equals", "values": ["application/vnd.iris.ticket+json"] },
            { "source": "context", "variable": "input.content@status", "comparison": "equals", "values": [status] } ] })
    };
    json!({ "id": "f", "states": [
        { "id": "start", "root": true, "name": "Start", "input": { "bypass": false }, "outputs": [ { "stateId": "desk:1" } ] },
        { "id": "desk:1", "name": "People & <co>", "deskStateVersion": "3.0.0",
          "inputActions": [ { "type": "ForwardToDesk" } ],
          "input": { "bypass": false, "conditions": [ { "source": "context", "variable": "desk_forwardToDeskState_status", "comparison": "equals", "values": ["Success"] } ] },
          "afterStateChangedActions": [ { "type": "LeavingFromDesk" } ],
          "outputs": [ closed("ClosedAttendant", "thanks"), closed("ClosedClient", "start"),
            closed("ClosedClientInactivity", inactivity), { "stateId": "desk:1" } ] },
        { "id": "one", "name": "One", "outputActions": [ { "type": "SetVariable", "settings": { "variable": "why", "value": "silence" } } ],
          "input": { "bypass": true }, "outputs": [ { "stateId": "two" } ] },
        { "id": "two", "name": "Two", "inputActions": [ { "type": "SendMessage", "settings": { "type": "text/plain", "content": "closed for {{why}}" } } ],
          "outputs": [ { "stateId": "three", "conditions": [ { "comparison": "exists" } ] }, { "stateId": "start" } ] },
        { "id": "three", "name": "Three", "outputs": [
            { "stateId": "thanks", "conditions": [ { "source": "context", "variable": "vip", "comparison": "equals", "values": ["yes"] } ] },
            { "stateId": "start" } ] },
        { "id": "thanks", "name": "Thanks", "input": { "bypass": false }, "outputs": [ { "stateId": "start" } ] } ] })
}

fn way(status: &str, variables: &[(&str, &str)]) -> despertador_flow::route::Route {
    let variables: BTreeMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    route(&read(&flow("one")), "desk:1", status, &variables, 0)
}

#[test]
fn each_status_leads_to_the_block_its_exit_is_linked_to() {
    assert_eq!(way("ClosedAttendant", &[]).ends_in.as_deref(), Some("thanks"));
    assert_eq!(way("ClosedClient", &[]).ends_in.as_deref(), Some("start"));
    let inactivity = way("ClosedClientInactivity", &[]);
    let path: Vec<&str> = inactivity.hops.iter().filter_map(|hop| hop.to.as_deref()).collect();
    assert_eq!(path, ["one", "two", "three", "start"]);
    let kinds: Vec<&ActionKind> = inactivity.actions.iter().map(|asked| &asked.kind).collect();
    assert_eq!(
        kinds,
        [&ActionKind::LeavingFromDesk, &ActionKind::SetVariable, &ActionKind::SendMessage]
    );
    assert_eq!(inactivity.actions[2].settings["content"], "closed for silence");
    assert_eq!(inactivity.unknown, ["vip"]);
    assert_eq!(way("ClosedClientInactivity", &[("VIP", "yes")]).ends_in.as_deref(), Some("thanks"));
    // With a status that no exit is for, the conversation stays: the desk handles the new ticket.
    assert_eq!(way("Transferred", &[]).ends_in.as_deref(), Some("desk:1"));
}

#[test]
fn a_way_that_breaks_off_says_where() {
    let broken =
        route(&read(&flow("gone")), "desk:1", "ClosedClientInactivity", &BTreeMap::new(), 0);
    assert!(
        matches!(broken.error, Some(RunError::NoSuchBlock { ref target, .. }) if target == "gone")
    );
    assert_eq!(broken.ends_in, None);
}

/// The flow after the edit.
fn mended(mut value: Value, block: &str, to: &str) -> Value {
    let edit = add_inactivity_exit(&read(&value), block, to).expect("it can be added");
    let outputs = value.pointer_mut(&edit.place).expect("the list").as_array_mut().expect("a list");
    for at in edit.remove.iter().rev() {
        outputs.remove(*at);
    }
    outputs.insert(0, edit.insert);
    value
}

#[test]
fn the_exit_is_added_before_all_others_and_replaces_one_that_is_wrong() {
    let leads_to = |value: &Value| {
        let flow = read(value);
        assert_eq!(flow.inactivity_exit(), Exit::Linked);
        route(&flow, "desk:1", "ClosedClientInactivity", &BTreeMap::new(), 0).hops[0].to.clone()
    };
    for before in ["", "gone", "desk:1", "one"] {
        let mended = mended(flow(before), "desk:1", "thanks");
        assert_eq!(leads_to(&mended).as_deref(), Some("thanks"), "{before:?}");
        assert_eq!(mended["states"][1]["outputs"].as_array().map(Vec::len), Some(4), "{before:?}");
    }
    // Missing, shadowed, and with an order that puts others first.
    let mut value = flow("one");
    let outputs = value["states"][1]["outputs"].as_array_mut().expect("outputs");
    outputs.remove(2);
    outputs.insert(
        0,
        json!({ "order": -5, "stateId": "start", "conditions": [ { "comparison": "exists" } ] }),
    );
    assert_ne!(read(&value).inactivity_exit(), Exit::Linked);
    assert_eq!(leads_to(&mended(value, "desk:1", "thanks")).as_deref(), Some("thanks"));
}

#[test]
fn the_exit_is_added_in_the_editors_format_too() {
    let block = |id: &str, title: &str| {
        json!({ "id": id, "root": id == "onboarding", "$title": title,
            "$contentActions": [ { "input": { "bypass": false } } ],
            "$conditionOutputs": [], "$defaultOutput": { "stateId": "desk:1" } })
    };
    let mut people = block("desk:1", "People");
    people["deskStateVersion"] = json!("2.0.1");
    let value = json!({ "flow": { "onboarding": block("onboarding", "Start"), "desk:1": people } });
    let mended = mended(value, "desk:1", "onboarding");
    let exit = &mended["flow"]["desk:1"]["$conditionOutputs"][0];
    assert_eq!((&exit["$isDeskOutput"], &exit["stateId"]), (&json!(true), &json!("onboarding")));
    assert_eq!(read(&mended).inactivity_exit(), Exit::Linked);
}

#[test]
fn an_exit_that_cannot_be_added_says_why() {
    let refused = |value: &Value, block: &str, to: &str| {
        add_inactivity_exit(&read(value), block, to).expect_err("it cannot be added")
    };
    let value = flow("one");
    assert_eq!(refused(&value, "desk:2", "thanks"), Unfixable::NoSuchBlock("desk:2".into()));
    assert_eq!(refused(&value, "desk:1", "moon"), Unfixable::NoSuchBlock("moon".into()));
    assert_eq!(refused(&value, "one", "thanks"), Unfixable::NotHumanAssistance("one".into()));
    assert_eq!(refused(&value, "desk:1", "desk:1"), Unfixable::LeadsBack("People & <co>".into()));
    let mut old = flow("one");
    old["states"][1]["deskStateVersion"] = json!("1");
    assert_eq!(refused(&old, "desk:1", "thanks"), Unfixable::OldGeneration("People & <co>".into()));
}

#[test]
fn the_picture_marks_the_way_of_inactivity() {
    let flow = read(&flow("one"));
    let mermaid = picture::mermaid(&flow);
    assert!(mermaid.starts_with("flowchart TD\n"));
    assert_eq!(mermaid.matches("==>").count(), 4, "{mermaid}");
    assert!(mermaid.contains("People #amp; #lt;co#gt;"), "{mermaid}");
    let svg = picture::svg(&flow);
    assert_eq!(svg.matches(r#"marker-end="url(#way)""#).count(), 4);
    assert!(svg.contains("People &amp; &lt;co&gt;") && !svg.contains("<co>"));
    // Every reachable block is there.
    assert_eq!(svg.matches("<rect x=").count(), flow.blocks().len());
}

/// `BLESS=1 cargo test -p despertador-flow` draws it again.
#[test]
fn the_picture_of_the_readme_is_current() {
    let repository = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = repository.join("tests/cli/files/jardin.json");
    let text = std::fs::read_to_string(file).expect("the flow");
    let drawn = picture::svg(&Flow::read(&text).expect("a flow"));
    let published = repository.join("docs/pictures/jardin.svg");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&published, &drawn).expect("the picture can be written");
    }
    assert!(std::fs::read_to_string(&published).expect("the picture") == drawn);
}

#[test]
fn what_leads_nowhere_is_drawn_as_lost() {
    let flow = read(&flow("gone"));
    assert!(picture::mermaid(&flow).contains(":::lost"));
    assert!(picture::svg(&flow).contains("#b91c1c"));
    assert!(!lint(&flow).is_empty());
}
