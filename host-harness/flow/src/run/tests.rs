use serde_json::{Value, json};

use super::*;
use crate::input::{Entity, Intent};

const AT: i64 = 1_800_000_000_000;

fn flow(value: Value) -> Flow {
    Flow::read(&value.to_string()).unwrap_or_else(|findings| panic!("{findings:?}"))
}

/// A flow with these blocks after a root that leads to the first.
fn after_root(blocks: &[Value]) -> Flow {
    let first = blocks.first().map_or("start".into(), |block| block["id"].clone());
    let mut states = vec![json!({ "id": "start", "name": "Start", "root": true,
        "input": { "bypass": false }, "outputs": [ { "stateId": first } ] })];
    states.extend(blocks.iter().cloned());
    flow(json!({ "id": "f", "states": states }))
}

fn note(name: &str) -> Value {
    json!({ "type": "TrackEvent", "settings": { "action": name } })
}

fn go(id: &str) -> Value {
    json!([{ "stateId": id }])
}

/// The result of an input: the actions in order, and the end.
fn played(flow: &Flow, session: &mut Session, input: Input) -> (Vec<String>, Result<(), RunError>) {
    let facts = Facts::new();
    let mut run = Run::new(flow, session, input, &facts);
    let mut done = Vec::new();
    loop {
        match run.next() {
            Ok(Some(asked)) => done.push(match asked.kind {
                ActionKind::TrackEvent => asked.settings["action"].as_str().unwrap().to_owned(),
                ActionKind::SendMessage => {
                    format!("says {}", serialized(&asked.settings["content"]))
                }
                kind => kind.word().to_owned(),
            }),
            Ok(None) => return (done, Ok(())),
            Err(error) => return (done, Err(error)),
        }
    }
}

fn said(flow: &Flow, session: &mut Session, words: &str) -> Vec<String> {
    let (done, result) = played(flow, session, Input::text(words, AT));
    assert_eq!(result, Ok(()));
    done
}

#[test]
fn everything_is_done_in_the_engines_order() {
    let flow = flow(json!({
        "id": "f",
        "inputActions": [note("flow begins")],
        "outputActions": [note("flow ends")],
        "afterStateChangedActions": [note("flow: block changed")],
        "states": [
            { "id": "a", "root": true, "input": { "bypass": false }, "inputActions": [note("enter a")],
              "outputActions": [note("leave a")], "afterStateChangedActions": [note("a was left")],
              "outputs": go("b") },
            { "id": "b", "inputActions": [note("enter b")], "outputActions": [note("leave b")],
              "afterStateChangedActions": [note("b was left")], "outputs": go("c") },
            { "id": "c", "input": { "bypass": false }, "inputActions": [note("enter c")],
              "outputActions": [note("leave c")], "afterStateChangedActions": [note("c was left")],
              "outputs": go("c") } ],
    }));
    let mut session = Session::default();
    assert_eq!(
        said(&flow, &mut session, "x"),
        [
            "flow begins",
            "leave a",
            "a was left",
            "flow: block changed",
            "enter b",
            "leave b",
            "b was left",
            "flow: block changed",
            "enter c",
            "flow ends"
        ]
    );
    assert_eq!((session.block(), session.previous()), (Some("c"), Some("b")));
    // Back to itself: it is entered again, but the block does not change.
    assert_eq!(said(&flow, &mut session, "y"), ["flow begins", "leave c", "enter c", "flow ends"]);
    assert_eq!(session.previous(), Some("c"));
}

#[test]
fn outputs_and_actions_keep_their_order_and_ties_their_places() {
    let flow = after_root(&[
        json!({ "id": "a",
            "inputActions": [
                { "type": "TrackEvent", "order": 5, "settings": { "action": "last" } },
                { "type": "TrackEvent", "order": 1, "settings": { "action": "second" } },
                { "type": "TrackEvent", "order": -1, "settings": { "action": "first" } },
                { "type": "TrackEvent", "order": 1, "settings": { "action": "third" } } ],
            "outputs": [ { "order": 2, "stateId": "wrong" }, { "order": 1, "stateId": "right" }, { "order": 1, "stateId": "wrong" } ] }),
        json!({ "id": "right", "input": { "bypass": false } }),
        json!({ "id": "wrong", "input": { "bypass": false } }),
    ]);
    let mut session = Session::default();
    assert_eq!(said(&flow, &mut session, "x"), ["first", "second", "third", "last"]);
    assert_eq!(session.block(), Some("right"));
}

#[test]
fn without_an_output_that_holds_the_conversation_begins_anew() {
    let never = json!([{ "comparison": "equals", "values": ["never"] }]);
    let flow =
        after_root(&[json!({ "id": "a", "outputs": [ { "conditions": never, "stateId": "a" } ],
        "afterStateChangedActions": [note("a was left")] })]);
    let mut session = Session::default();
    assert_eq!(said(&flow, &mut session, "x"), ["a was left"]);
    assert_eq!((session.block(), session.previous()), (None, Some("a")));
    let facts = Facts::new();
    let mut run = Run::new(&flow, &mut session, Input::text("x", AT), &facts);
    while run.next().expect("no error").is_some() {}
    assert_eq!(run.hops()[0].from, "start");
    assert_eq!(run.hops()[1].to, None);
}

#[test]
fn a_block_that_is_gone_leads_to_the_root() {
    let flow = after_root(&[json!({ "id": "a", "input": { "bypass": false } })]);
    let mut session = Session::in_block("deleted in the Builder");
    said(&flow, &mut session, "x");
    assert_eq!(session.block(), Some("a"));
}

#[test]
fn a_dangling_output_breaks_off_and_the_conversation_begins_anew() {
    for target in ["nowhere", ""] {
        let flow = after_root(&[json!({ "id": "a", "outputs": go(target) })]);
        let mut session = Session::default();
        let (_, result) = played(&flow, &mut session, Input::text("x", AT));
        let expected = RunError::NoSuchBlock {
            block: "a".into(),
            output: "/states/1/outputs/0".into(),
            target: target.into(),
        };
        assert_eq!(result, Err(expected));
        assert_eq!(session.block(), None);
    }
}

#[test]
fn an_output_may_lead_where_a_variable_says() {
    let flow = after_root(&[
        json!({ "id": "a", "outputs": go("{{where}}-2") }),
        json!({ "id": "b-2", "input": { "bypass": false } }),
    ]);
    let mut session = Session::default();
    session.set("where", "b", None);
    said(&flow, &mut session, "x");
    assert_eq!(session.block(), Some("b-2"));
}

/// A chain of this many blocks that do not wait, then one that does.
fn chain(length: usize) -> Flow {
    let mut blocks: Vec<Value> = (0..length)
        .zip(1..)
        .map(|(n, next): (usize, usize)| json!({ "id": format!("c{n}"), "outputs": go(&format!("c{next}")) }))
        .collect();
    blocks.push(json!({ "id": format!("c{length}"), "input": { "bypass": false } }));
    after_root(&blocks)
}

#[test]
fn one_input_moves_a_conversation_at_most_ten_times() {
    let mut session = Session::default();
    said(&chain(9), &mut session, "x");
    assert_eq!(session.block(), Some("c9"));
    let mut session = Session::default();
    let (_, result) = played(&chain(10), &mut session, Input::text("x", AT));
    assert_eq!(result, Err(RunError::TooManyTransitions { block: "c10".into() }));
    // The block was stored earlier, as in the engine.
    assert_eq!(session.block(), Some("c10"));
    let circle = after_root(&[
        json!({ "id": "a", "outputs": go("b") }),
        json!({ "id": "b", "outputs": go("a") }),
    ]);
    let (_, result) = played(&circle, &mut Session::default(), Input::text("x", AT));
    assert!(matches!(result, Err(RunError::TooManyTransitions { .. })));
}

#[test]
fn the_block_is_stored_before_its_actions_are_done() {
    let flow = after_root(&[json!({ "id": "a", "input": { "bypass": false },
        "inputActions": [ { "type": "ProcessHttp", "settings": {} }, note("after it") ] })]);
    let mut session = Session::default();
    let facts = Facts::new();
    let mut run = Run::new(&flow, &mut session, Input::text("x", AT), &facts);
    let asked = run.next().expect("no error").expect("an action");
    assert_eq!(asked.kind, ActionKind::ProcessHttp);
    assert_eq!(asked.place, "/states/1/inputActions/0");
    assert_eq!(run.session().block(), Some("a"));
    let error = run.fail("no connection").expect_err("the flow ends");
    assert!(matches!(error, RunError::ActionFailed { ref why, .. } if why == "no connection"));
    assert_eq!(run.next(), Ok(None));
    assert_eq!(session.block(), Some("a"));
}

#[test]
fn a_failure_passes_where_the_author_says_so() {
    let flow = after_root(&[json!({ "id": "a", "input": { "bypass": false }, "inputActions": [
        { "type": "ProcessHttp", "continueOnError": true, "timeout": 2.5, "settings": {} },
        { "type": "ProcessHttp", "executeAsynchronously": true, "settings": {} },
        note("after it") ] })]);
    let facts = Facts::new();
    let mut session = Session::default();
    let mut run = Run::new(&flow, &mut session, Input::text("x", AT), &facts);
    let asked = run.next().expect("no error").expect("an action");
    assert_eq!(asked.timeout, Some(2_500));
    run.fail("no connection").expect("the flow goes on");
    assert!(run.next().expect("no error").expect("an action").asynchronous);
    run.fail("no connection").expect("nobody waits for it");
    assert_eq!(run.next().expect("no error").expect("an action").settings["action"], "after it");
}

#[test]
fn actions_have_conditions_that_see_what_was_done_before_them() {
    let plan = |value: &str| json!([{ "source": "context", "variable": "plan", "comparison": "equals", "values": [value] }]);
    let flow = after_root(&[json!({ "id": "a", "input": { "bypass": false }, "inputActions": [
        { "type": "SetVariable", "settings": { "variable": "Plan", "value": "gold" } },
        { "type": "TrackEvent", "conditions": plan("gold"), "settings": { "action": "is gold" } },
        { "type": "DeleteVariable", "settings": { "variable": "plan" } },
        { "type": "TrackEvent", "conditions": plan("gold"), "settings": { "action": "is gold still" } } ] })]);
    let mut session = Session::default();
    assert_eq!(said(&flow, &mut session, "x"), ["SetVariable", "is gold", "DeleteVariable"]);
}

#[test]
fn a_block_waits_only_while_its_conditions_hold() {
    let ready = json!([{ "source": "context", "variable": "ready", "comparison": "equals", "values": ["yes"] }]);
    let flow = after_root(&[
        json!({ "id": "a", "input": { "bypass": false, "conditions": ready }, "outputs": go("b") }),
        json!({ "id": "b", "input": { "bypass": false } }),
    ]);
    let mut session = Session::default();
    said(&flow, &mut session, "x");
    assert_eq!(session.block(), Some("b"));
    let mut session = Session::default();
    session.set("ready", "YES", None);
    said(&flow, &mut session, "x");
    assert_eq!(session.block(), Some("a"));
}

/// A block that validates its answer.
fn asking(rule: Value) -> Flow {
    flow(json!({ "id": "f", "outputActions": [note("flow ends")], "states": [
        { "id": "a", "root": true, "input": { "bypass": false, "variable": "answer", "validation": rule }, "outputs": go("b") },
        { "id": "b", "input": { "bypass": false } } ] }))
}

#[test]
fn an_answer_that_is_none_is_refused_and_the_block_kept() {
    let flow = asking(json!({ "rule": "number", "error": "{{input.content}} is no number" }));
    let mut session = Session::default();
    let facts = Facts::new();
    let mut run = Run::new(&flow, &mut session, Input::text("ten", AT), &facts);
    let asked = run.next().expect("no error").expect("the error message");
    assert_eq!(
        (asked.kind, &asked.settings["content"]),
        (ActionKind::SendMessage, &json!("ten is no number"))
    );
    assert_eq!(run.next().expect("no error").expect("an action").settings["action"], "flow ends");
    assert_eq!(run.next(), Ok(None));
    assert!(run.was_refused() && run.hops().is_empty());
    assert_eq!(session.variable("answer", AT), None);
    said(&flow, &mut session, "10");
    assert_eq!((session.block(), session.variable("ANSWER", AT)), (Some("b"), Some("10")));
}

#[test]
fn what_is_valid_for_each_rule() {
    let valid = |rule: Value, input: Input| {
        let flow = asking(rule);
        let mut session = Session::default();
        let (_, result) = played(&flow, &mut session, input);
        assert_eq!(result, Ok(()));
        session.block() == Some("b")
    };
    let text = |words: &str| Input::text(words, AT);
    let picture =
        || Input::document("application/vnd.lime.media-link+json", json!({ "uri": "u" }), AT);
    for (rule, good, bad) in [
        (json!({ "rule": "text" }), text("x"), picture()),
        (json!({ "rule": "number" }), text("-1.5"), text("1.5.2")),
        (json!({ "rule": "date" }), text("31/12/2026"), text("31/13/2026")),
        (json!({ "rule": "date" }), text("2026-02-28"), text("2026-02-30")),
        (json!({ "rule": "regex", "regex": "^a+$" }), text("aaa"), text("b")),
        (
            json!({ "rule": "type", "type": "application/vnd.lime.media-link+json" }),
            picture(),
            text("x"),
        ),
    ] {
        assert!(valid(rule.clone(), good), "{rule}");
        assert!(!valid(rule.clone(), bad), "{rule}");
        // An empty input cannot be invalid, because that is how a wait ends.
        assert!(valid(rule.clone(), text("")), "{rule}");
    }
}

#[test]
fn a_pattern_that_cannot_be_used_breaks_off_at_its_place() {
    let flow = after_root(&[json!({ "id": "a", "outputs": [
        { "conditions": [ { "comparison": "matches", "values": ["(?=x)x"] } ], "stateId": "a" } ] })]);
    let (_, result) = played(&flow, &mut Session::default(), Input::text("x", AT));
    assert!(
        matches!(result, Err(RunError::Pattern { ref place, .. }) if place == "/states/1/outputs/0/conditions/0")
    );
}

#[test]
fn variables_come_from_where_their_names_say() {
    let names = [
        "city",
        "CITY",
        "context.city",
        "input.content",
        "input.content@a.b",
        "input.type",
        "input.length",
        "input.message@id",
        "input.message.fromidentity",
        "input.intent.name",
        "input.entity.day.value",
        "state.id",
        "state.name",
        "state.previous.id",
        "state.previous.name",
        "contact.name",
        "contact.extras.plan",
        "ticket.id",
        "config.greeting",
        "resource.hours",
        "application.identifier",
        "flow.id",
        "unknown",
        "moon.phase",
    ];
    let content: Vec<String> = names.iter().map(|name| format!("{name}={{{{{name}}}}}")).collect();
    let flow = flow(json!({
        "id": "f", "configuration": { "greeting": "hi", "builder:minimumIntentScore": "0.7" },
        "states": [
            { "id": "start", "name": "Start", "root": true, "input": { "bypass": false }, "outputs": go("a") },
            { "id": "a", "name": "Ä", "input": { "bypass": false },
              "inputActions": [ { "type": "SendMessage", "settings": { "content": content } } ] } ],
    }));
    let mut session = Session::default();
    session.set("City", "Bogotá", None);
    session.contact.insert("name".into(), "Eva \"E\"".into());
    session.contact.insert("extras.plan".into(), "gold".into());
    session.ticket = Some(json!({ "id": "t1" }));
    let facts: Facts = [("resource.hours", "9-18"), ("application.identifier", "bot")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let mut input = Input::document("application/json", json!({ "a": { "b": 7 } }), AT);
    input.id = Some("m1".into());
    input.from = Some("551@wa.gw.msging.net/phone".into());
    input.intent = Some(Intent { name: "buy".into(), score: 0.8 });
    input.entities = vec![Entity { name: "Day".into(), value: "today".into() }];
    let mut run = Run::new(&flow, &mut session, input, &facts);
    let asked = run.next().expect("no error").expect("the message");
    let found: Vec<&str> =
        asked.settings["content"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    assert_eq!(
        found,
        [
            "city=Bogotá",
            "CITY=Bogotá",
            "context.city=Bogotá",
            "input.content={\"a\":{\"b\":7}}",
            "input.content@a.b=7",
            "input.type=application/json",
            "input.length=13",
            "input.message@id=m1",
            "input.message.fromidentity=551@wa.gw.msging.net",
            "input.intent.name=buy",
            "input.entity.day.value=today",
            "state.id=a",
            "state.name=Ä",
            "state.previous.id=start",
            "state.previous.name=Start",
            "contact.name=Eva \"E\"",
            "contact.extras.plan=gold",
            "ticket.id=t1",
            "config.greeting=hi",
            "resource.hours=9-18",
            "application.identifier=bot",
            "flow.id=f",
            "unknown=",
            "moon.phase=",
        ]
    );
}

#[test]
fn intents_count_from_the_flows_least_score_on() {
    let flow = |least: &str| {
        flow(
            json!({ "id": "f", "configuration": { "builder:minimumIntentScore": least }, "states": [
        { "id": "a", "root": true, "input": { "bypass": false }, "outputs": [
            { "conditions": [ { "source": "intent", "comparison": "equals", "values": ["buy"] },
                { "source": "entity", "entity": "DAY", "comparison": "exists" } ], "stateId": "b" } ] },
        { "id": "b", "input": { "bypass": false } } ] }),
        )
    };
    for (least, block) in [("0.5", Some("b")), ("0.9", None), ("no number", Some("b"))] {
        let mut session = Session::default();
        let mut input = Input::text("today", AT);
        input.intent = Some(Intent { name: "Buy".into(), score: 0.6 });
        input.entities = vec![Entity { name: "day".into(), value: "today".into() }];
        played(&flow(least), &mut session, input).1.expect("no error");
        assert_eq!(session.block(), block, "{least}");
    }
}

#[test]
fn variables_may_expire_and_contacts_are_merged() {
    let flow = after_root(&[json!({ "id": "a", "input": { "bypass": false }, "inputActions": [
        { "type": "SetVariable", "settings": { "variable": "v", "value": "{{input.content}}", "expiration": "60" } },
        { "type": "MergeContact", "settings": { "name": "{{input.content}}", "extras": { "Plan": "gold" } } } ] })]);
    let mut session = Session::default();
    said(&flow, &mut session, "Eva");
    assert_eq!(session.variable("v", AT + 59_999), Some("Eva"));
    assert_eq!(session.variable("v", AT + 60_000), None);
    assert_eq!(session.contact["name"], "Eva");
    assert_eq!(session.contact["extras.plan"], "gold");
}

/// A block that waits half an hour.
fn expiring() -> Flow {
    after_root(&[
        json!({ "id": "a", "input": { "bypass": false, "expiration": "0:30", "validation": { "rule": "number" } },
            "outputs": [ { "conditions": [ { "comparison": "notExists" } ], "stateId": "a" }, { "stateId": "b" } ] }),
        json!({ "id": "b", "input": { "bypass": false } }),
    ])
}

#[test]
fn a_wait_ends_unless_somebody_is_faster() {
    let flow = expiring();
    let mut session = Session::default();
    let facts = Facts::new();
    let mut run = Run::new(&flow, &mut session, Input::text("x", AT), &facts);
    let asked = run.next().expect("no error").expect("a wake-up");
    assert_eq!(asked.kind, ActionKind::ScheduleExpiration);
    assert_eq!(asked.settings["when"], "2027-01-15T08:30:00.000Z");
    assert_eq!(asked.settings["message"]["content"]["stateId"], "a");
    assert_eq!(run.next(), Ok(None));
    // Nobody answered: an empty input, which is not validated; the block waits again.
    let (done, result) = played(&flow, &mut session, Input::expired("a", AT + 1_800_000));
    assert_eq!((done, result), (vec!["ScheduleExpiration".to_owned()], Ok(())));
    assert_eq!(session.block(), Some("a"));
    // The customer answered: the wake-up is not needed, and is ignored if it comes.
    let (done, _) = played(&flow, &mut session, Input::text("7", AT + 1_900_000));
    assert_eq!(done, ["CancelExpiration"]);
    assert_eq!(session.block(), Some("b"));
    let (done, _) = played(&flow, &mut session, Input::expired("a", AT + 3_600_000));
    assert!(done.is_empty());
    assert_eq!(session.block(), Some("b"));
}

#[test]
fn waits_end_fifty_times_in_a_row_and_no_more() {
    let flow = expiring();
    let mut session = Session::default();
    said(&flow, &mut session, "x");
    let mut again = 0;
    for _ in 0..60 {
        let (done, _) = played(&flow, &mut session, Input::expired("a", AT));
        again += usize::from(done.contains(&"ScheduleExpiration".to_owned()));
    }
    assert_eq!(again, 49);
}

#[test]
fn the_human_assistance_block_has_no_end_of_its_wait() {
    let flow = after_root(&[
        json!({ "id": "desk:1", "input": { "bypass": false, "expiration": "0:30" } }),
    ]);
    assert!(said(&flow, &mut Session::default(), "x").is_empty());
}

#[test]
fn a_subflow_is_the_hosts_and_the_conversation_goes_on_after_it() {
    let flow = after_root(&[
        json!({ "id": "subflow:1", "shortNameOfSubflow": "survey", "input": { "bypass": false }, "outputs": go("b") }),
        json!({ "id": "b", "input": { "bypass": false } }),
    ]);
    let mut session = Session::default();
    assert_eq!(said(&flow, &mut session, "x"), ["EnterSubflow"]);
    assert_eq!(session.block(), Some("subflow:1"));
    said(&flow, &mut session, "the last word of the subflow");
    assert_eq!(session.block(), Some("b"));
}

#[test]
fn actions_say_which_variables_they_are_to_set() {
    let flow = after_root(&[json!({ "id": "a", "input": { "bypass": false }, "inputActions": [
        { "type": "executescript", "settings": { "outputVariable": "o" } },
        { "type": "ProcessHttp", "settings": { "responseStatusVariable": "s", "responseBodyVariable": "b" } },
        { "type": "ForwardToDesk", "settings": {} },
        { "type": "Newer", "settings": { "variable": "n" } } ] })]);
    let facts = Facts::new();
    let mut session = Session::default();
    let mut run = Run::new(&flow, &mut session, Input::text("x", AT), &facts);
    let mut expected = Vec::new();
    while let Some(asked) = run.next().expect("no error") {
        expected.push((asked.kind.word().to_owned(), asked.expects));
    }
    let wanted = [
        ("ExecuteScript", vec!["o"]),
        ("ProcessHttp", vec!["s", "b"]),
        ("ForwardToDesk", vec!["desk_forwardToDeskState_status"]),
        ("Newer", vec!["n"]),
    ];
    let wanted: Vec<(String, Vec<String>)> = wanted
        .into_iter()
        .map(|(kind, names)| (kind.to_owned(), names.into_iter().map(str::to_owned).collect()))
        .collect();
    assert_eq!(expected, wanted);
}

#[test]
fn a_session_is_stored_and_read_again() {
    let flow = expiring();
    let mut session = Session::default();
    session.set("v", "x", Some(AT));
    said(&flow, &mut session, "x");
    let stored = serde_json::to_string(&session).expect("it can be written");
    let read: Session = serde_json::from_str(&stored).expect("it can be read");
    assert_eq!(read, session);
    assert_eq!(
        serde_json::from_str::<Session>("{}").expect("nothing is a beginning"),
        Session::default()
    );
}
