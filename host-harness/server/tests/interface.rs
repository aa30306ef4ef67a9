//! The interface, as a platform and its people use it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use serde_json::{Value, json};
use support::{ADERESO, MINUTE, NINE, Served, call};

#[test]
fn a_silent_customer_is_reminded_and_closed_and_the_desk_says_why() {
    let served = Served::new();
    served.silent("4711");
    let ticket = served.get("/v1/accounts/acme/tickets/4711").json();
    assert_eq!(ticket["due"], "2026-03-02T09:10:00Z");
    assert_eq!(ticket["aim"], "reminder-1");
    for (after, count) in [(10, 1), (11, 2), (14, 3), (15, 4)] {
        served.at(NINE + after * MINUTE);
        served.settle(|served| {
            let ticket = served.get("/v1/accounts/acme/tickets/4711").json();
            served.carried_out() == count && ticket["actions"] == json!([])
        });
    }
    let keys: Vec<String> =
        served.actions().iter().map(|action| action["key"].as_str().unwrap().to_owned()).collect();
    let expected = ["reminder-1", "reminder-2", "reminder-3", "close"];
    assert_eq!(keys, expected.map(|step| format!("4711/1/{step}")));
    let ticket = served.get("/v1/accounts/acme/tickets/4711").json();
    assert_eq!(ticket["facts"]["status"], "closed");
    assert_eq!(ticket["due"], Value::Null);
    let now = served.get("/v1/accounts/acme/tickets/4711/why?language=pt").json();
    assert_eq!(now["decision"]["reason"], "already-closed");
    assert_eq!(now["language"], "pt");
    // Months later somebody asks why it was closed: the entry of the decision explains it.
    let timeline = served.get("/v1/accounts/acme/tickets/4711/timeline").json();
    let close = timeline["entries"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["decision"]["action"]["step"] == "close")
        .expect("the close");
    let entry = close["entry"].as_i64().unwrap();
    let then = served.get(&format!("/v1/accounts/acme/tickets/4711/why?entry={entry}")).json();
    assert_eq!(then["decision"]["action"]["step"], "close");
    assert!(
        then["checks"].as_array().unwrap().iter().all(|check| check["holds"] == true),
        "{then}"
    );
    // The command line can explain the log of events.
    let log = served.get("/v1/accounts/acme/tickets/4711/events");
    assert_eq!(log.kind, "application/x-ndjson");
    assert_eq!(log.body.lines().count(), 6);
}

#[test]
fn an_event_is_taken_once_however_often_it_is_told() {
    let served = Served::new();
    served.silent("4711");
    let again = json!({ "ticket": "4711", "id": "c1", "message": { "author": "customer" } });
    let taken = served.post("/v1/accounts/acme/events", &again.to_string()).json();
    assert_eq!((&taken["stored"], &taken["again"]), (&json!(0), &json!(1)));
    // The same id in another account is another event.
    let other = call(
        "POST",
        &served.url("/v1/accounts/globex/events"),
        &served.globex,
        Some(&again.to_string()),
        &[],
    );
    assert_eq!(other.json()["stored"], 1);
}

#[test]
fn lines_are_events_and_receipts_say_what_was_decided_if_asked() {
    let served = Served::new();
    let lines = "{\"ticket\":\"1\",\"message\":{\"author\":\"customer\"}}\n\n\
                 {\"ticket\":\"1\",\"message\":{\"author\":\"agent\"}}\r\n";
    let answer = call(
        "POST",
        &served.url("/v1/accounts/acme/events?decisions=true"),
        &served.acme,
        Some(lines),
        &[("Content-Type", "application/x-ndjson")],
    );
    let taken = answer.json();
    assert_eq!(taken["stored"], 2, "{answer:?}");
    // Without a time it happened now.
    assert_eq!(taken["receipts"][1]["decision"]["until"], "2026-03-02T09:10:00Z");
}

#[test]
fn a_batch_of_which_nothing_can_be_read_is_an_error_and_is_kept() {
    let served = Served::new();
    let batch = json!([
        { "ticket": "2", "event": "exploded" },
        { "ticket": "3" },
        7,
    ]);
    let answer = served.post("/v1/accounts/acme/events", &batch.to_string());
    assert_eq!((answer.status, answer.problem().as_str()), (400, "unreadable-events"));
    let problems = answer.json()["problems"].clone();
    let places: Vec<_> = problems.as_array().unwrap().iter().map(|p| &p["place"]).collect();
    assert_eq!(places, ["/0", "/1", "/2"]);
    let inbound = served.get("/v1/accounts/acme/inbound").json();
    assert_eq!(inbound["inbound"].as_array().map(Vec::len), Some(3), "{inbound}");
    let tickets = served.get("/v1/accounts/acme/tickets").json();
    assert_eq!(tickets["tickets"], json!([]));
}

#[test]
fn an_event_that_makes_no_sense_is_refused_alone_and_among_others() {
    let served = Served::new();
    let nameless = json!({ "ticket": "", "message": { "author": "agent" } });
    let alone = served.post("/v1/accounts/acme/events", &nameless.to_string());
    assert_eq!((alone.status, alone.problem().as_str()), (422, "event-refused"));
    let good = json!({ "ticket": "1", "message": { "author": "agent" } });
    let both = served.post("/v1/accounts/acme/events", &json!([nameless, good]).to_string()).json();
    assert_eq!((&both["refused"], &both["stored"]), (&json!(1), &json!(1)));
    assert_eq!(both["receipts"][0]["result"], "refused");
    assert!(both["receipts"][0]["why"].as_str().unwrap().contains("ticket"), "{both}");
}

#[test]
fn policies_are_checked_saved_compared_undone_and_deleted() {
    let served = Served::new();
    let path = "/v1/accounts/acme/policy";
    let first = served.get(path);
    assert_eq!(
        (first.header("etag"), first.json()["by"].as_str()),
        (Some("\"1\""), Some("settings"))
    );
    // All problems at once, in the language asked for.
    let broken = ADERESO.replace("\"15 min\"", "\"14 min\"").replace("\"after\"", "\"afther\"");
    let refused = call(
        "PUT",
        &served.url(path),
        &served.acme,
        Some(&broken),
        &[("Accept-Language", "pt-BR,en;q=0.5")],
    );
    assert_eq!((refused.status, refused.problem().as_str()), (422, "policy-refused"));
    let problems = refused.json()["problems"].as_array().unwrap().clone();
    assert!(problems.len() > 1, "{problems:?}");
    assert!(problems.iter().all(|p| p["place"].as_str().unwrap().starts_with('/')));
    assert_eq!(served.get(path).header("etag"), Some("\"1\""));
    // A check reports the effect of a save, and saves nothing.
    let longer = ADERESO.replace("\"15 min\"", "\"25 min\"");
    served.silent("4711");
    let checked = served.post(&format!("{path}/check"), &longer);
    assert_eq!((checked.status, checked.json().get("version")), (200, None));
    // Two people at once: the second gets an error.
    let saved =
        call("PUT", &served.url(path), &served.acme, Some(&longer), &[("If-Match", "\"1\"")]);
    assert_eq!(saved.json()["version"], 2, "{saved:?}");
    let late =
        call("PUT", &served.url(path), &served.acme, Some(&longer), &[("If-Match", "\"1\"")]);
    assert_eq!((late.status, late.problem().as_str()), (412, "changed"));
    // A deletion that leaves open tickets without a rule must be confirmed.
    let unsure = served.delete(path);
    assert_eq!((unsure.status, unsure.problem().as_str()), (409, "needs-confirmation"));
    assert_eq!(served.delete(&format!("{path}?confirmed=true")).json()["version"], 3);
    assert_eq!(served.post(&format!("{path}/undo"), "").json()["version"], 4);
    let back = served.get(path).json();
    assert_eq!(back["policy"], serde_json::from_str::<Value>(&longer).unwrap());
    let versions = served.get(&format!("{path}/versions")).json();
    assert_eq!(versions["versions"].as_array().unwrap().len(), 4);
    assert_eq!(served.get(&format!("{path}/versions/1")).json()["version"], 1);
    assert_eq!(served.get(&format!("{path}/versions/9")).problem(), "unknown-version");
    let audit = served.get("/v1/accounts/acme/audit").json();
    let entries = audit["entries"].as_array().unwrap();
    let whats: Vec<_> = entries.iter().map(|entry| entry["what"].as_str().unwrap()).collect();
    assert_eq!(whats[..3], ["policy-undone", "policy-deleted", "policy-saved"]);
    assert_eq!(entries[0]["by"], "acme");
}

#[test]
fn a_policy_is_calculated_on_open_tickets_before_it_is_saved() {
    let served = Served::new();
    served.silent("4711");
    served.silent("4712");
    let what_if = |policy: &str| {
        let answer = served.post("/v1/accounts/acme/policy/what-if", policy);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    };
    let same = what_if(ADERESO);
    assert_eq!(
        same,
        json!({ "tickets": 2, "are-all": true, "skipped": 0, "touched": 0, "at-once": 0,
                "changes": [] })
    );
    let minutes = |minutes: i64| minutes * MINUTE;
    let later = what_if(&ADERESO.replace("\"15 min\"", "\"2 h\""));
    let shift = json!({ "least-ms": minutes(105), "median-ms": minutes(105),
                        "most-ms": minutes(105) });
    assert_eq!(
        later["changes"],
        json!([{ "change": "closed-later", "tickets": 2, "by": shift,
                 "examples": ["4712", "4711"] }])
    );
    let off = ADERESO.replacen("\"version\"", "\"enabled\": false, \"version\"", 1);
    let never = what_if(&off);
    assert_eq!(never["changes"][0]["change"], "no-longer-closed");
    let words = what_if(&ADERESO.replace("Parece que te fuiste", "¿Hola?"));
    assert_eq!(words["changes"][0]["change"], "other-messages");
    // Eight minutes of silence are enough for a reminder under this one, and for the close later.
    served.at(NINE + minutes(8));
    let sooner = what_if(&ADERESO.replace("\"10 min\"", "\"5 min\""));
    assert_eq!((&sooner["touched"], &sooner["at-once"]), (&json!(2), &json!(2)), "{sooner}");
    // All problems at once, as from a check; and nothing was saved.
    let refused = served.post("/v1/accounts/acme/policy/what-if", "{}");
    assert_eq!((refused.status, refused.problem().as_str()), (422, "policy-refused"));
    assert_eq!(served.get("/v1/accounts/acme/policy").header("etag"), Some("\"1\""));
}

#[test]
fn a_second_person_approves_a_policy_where_the_settings_say_so() {
    let served = Served::with(|settings, _| {
        settings.accounts.entry("acme".into()).or_default().two_people = true;
    });
    let path = "/v1/accounts/acme/policy";
    let longer = ADERESO.replace("\"15 min\"", "\"20 min\"");
    let proposed = served.put(path, &longer);
    assert_eq!((proposed.status, &proposed.json()["proposal"]), (202, &json!(1)), "{proposed:?}");
    assert_eq!(served.get(path).json()["version"], 1, "nothing has changed yet");
    let listed = served.get(&format!("{path}/proposals")).json();
    assert_eq!(listed["two-people"], true);
    assert_eq!(listed["proposals"][0]["by"], "acme");
    assert_eq!(listed["proposals"][0]["policy"], Value::Null, "without its text");
    let one = served.get(&format!("{path}/proposals/1")).json();
    assert_eq!(one["policy"], serde_json::from_str::<Value>(&longer).unwrap());
    // Nobody approves their own.
    let own = served.post(&format!("{path}/proposals/1/approve"), "");
    assert_eq!((own.status, own.problem().as_str()), (409, "refused"), "{own:?}");
    let second = served.token(&["help-desk:edit"]);
    let by_second = |method: &str, part: &str| {
        call(method, &served.url(&format!("{path}/proposals/{part}")), &second, None, &[])
    };
    let approved = by_second("POST", "1/approve");
    assert_eq!((approved.status, &approved.json()["version"]), (200, &json!(2)), "{approved:?}");
    assert_eq!(served.get(path).json()["policy"], one["policy"]);
    assert_eq!(by_second("POST", "1/approve").problem(), "unknown-proposal");
    // An undo waits too; a proposal on another version cannot be approved any more.
    assert_eq!(served.post(&format!("{path}/undo"), "").json()["proposal"], 2);
    assert_eq!(served.put(path, ADERESO).json()["proposal"], 3);
    assert_eq!(by_second("POST", "2/approve").json()["version"], 3);
    assert_eq!(by_second("POST", "3/approve").problem(), "refused");
    assert_eq!(by_second("DELETE", "3").status, 204);
    assert_eq!(served.get(&format!("{path}/proposals")).json()["proposals"], json!([]));
    // One that was rejected leaves its number unused, and a deletion cannot be proposed.
    assert_eq!(served.put(path, &longer).json()["proposal"], 4);
    assert_eq!(served.delete(path).problem(), "needs-approval");
    assert_eq!(served.put(path, "{}").problem(), "policy-refused");
    let audit = served.get("/v1/accounts/acme/audit").json();
    let approved = audit["entries"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["what"] == "policy-approved");
    let details = &approved.unwrap()["details"];
    assert_eq!(details, &json!({ "version": 3, "proposal": 2, "proposed-by": "acme" }));
}

#[test]
fn a_proposal_that_leaves_tickets_without_a_rule_is_confirmed_by_the_one_who_approves_it() {
    let served = Served::with(|settings, _| {
        settings.accounts.entry("acme".into()).or_default().two_people = true;
    });
    served.silent("4711");
    let path = "/v1/accounts/acme/policy";
    let proposed = served.put(path, r#"{ "rules": [] }"#).json();
    assert_eq!(proposed["moved"][0]["after"], Value::Null, "{proposed}");
    let second = served.token(&["help-desk:edit"]);
    let approve = |query: &str| {
        let url = served.url(&format!("{path}/proposals/1/approve{query}"));
        call("POST", &url, &second, None, &[])
    };
    assert_eq!(approve("").problem(), "needs-confirmation");
    assert_eq!(approve("?confirmed=true").json()["version"], 2);
}

#[test]
fn settings_of_blip_become_a_policy() {
    let served = Served::new();
    let path = "/v1/blip/settings/import";
    let settings =
        r#"{ "AutomaticClosedTicketIsEnabled": "true", "MaxClientMinutesDowntime": "60" }"#;
    let imported = served.post(path, settings).json();
    let policy: Value = serde_json::from_str(imported["policy"].as_str().unwrap()).unwrap();
    assert_eq!(policy["rules"][0]["close-after"], "1 h");
    assert!(!imported["notes"].as_array().unwrap().is_empty(), "{imported}");
    let refused = served.post(path, "{}");
    assert_eq!((refused.status, refused.problem().as_str()), (422, "settings-refused"));
}

#[test]
fn a_flow_that_cannot_be_left_is_refused_and_one_that_can_allows_the_close() {
    let served = Served::new();
    let path = "/v1/accounts/acme/flow";
    let good = include_str!("../../../tests/cli/files/jardin.json");
    let bad = include_str!("../../../tests/cli/files/broken-flow.json");
    let refused = served.put(path, bad);
    assert_eq!((refused.status, refused.problem().as_str()), (422, "flow-refused"));
    assert_eq!(served.get(path).problem(), "unknown-version");
    assert_eq!(served.post(&format!("{path}/check"), good).json()["inactivity-exit"], "linked");
    assert_eq!(served.put(path, good).json()["inactivity-exit"], "linked");
    let kept = served.get(path).json();
    assert_eq!(kept["flow"], serde_json::from_str::<Value>(good).unwrap());
    assert_eq!(served.put("/v1/accounts/acme/policy", ADERESO).status, 200);
    assert_eq!(served.get(&format!("{path}/versions")).json()["versions"][0]["version"], 1);
}

#[test]
fn people_extend_hold_release_and_exempt_and_the_audit_says_who() {
    let served = Served::new();
    served.silent("4711");
    let ticket = "/v1/accounts/acme/tickets/4711";
    let extended = served.post(&format!("{ticket}/extend"), r#"{"by":"2 h"}"#).json();
    assert_eq!(extended["decision"]["until"], "2026-03-02T11:10:00Z");
    let held = served.post(&format!("{ticket}/hold"), "").json();
    assert_eq!(held["decision"]["outcome"], "rest", "{held}");
    let released = served.post(&format!("{ticket}/release"), "").json();
    assert_eq!(released["decision"]["outcome"], "wait", "{released}");
    assert_eq!(served.post(&format!("{ticket}/exempt"), r#"{"tag":"vip"}"#).status, 200);
    assert_eq!(served.get(ticket).json()["facts"]["tags"], json!(["vip"]));
    for (body, problem) in [
        (r#"{"by":"soon"}"#, "bad-parameter"),
        (r#"{"by":"0 s"}"#, "bad-parameter"),
        (r#"{"until":"2 h"}"#, "bad-parameter"),
        ("{", "not-json"),
    ] {
        assert_eq!(served.post(&format!("{ticket}/extend"), body).problem(), problem, "{body}");
    }
    let audit = served.get("/v1/accounts/acme/audit?limit=4").json();
    let whats: Vec<_> =
        audit["entries"].as_array().unwrap().iter().map(|e| e["what"].clone()).collect();
    assert_eq!(whats, ["ticket-exempted", "ticket-released", "ticket-held", "ticket-extended"]);
}

#[test]
fn tickets_are_listed_in_parts_and_by_what_they_are() {
    let served = Served::new();
    for n in 0..25 {
        served.silent(&format!("t/{n}"));
    }
    let mut seen = Vec::new();
    let mut after = 0;
    loop {
        let part = served.get(&format!("/v1/accounts/acme/tickets?limit=10&after={after}")).json();
        for ticket in part["tickets"].as_array().unwrap() {
            seen.push(ticket["id"].as_str().unwrap().to_owned());
        }
        match part["next"].as_i64() {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(seen, (0..25).map(|n| format!("t/{n}")).collect::<Vec<_>>());
    let list = |query: &str| {
        let answer = served.get(&format!("/v1/accounts/acme/tickets?{query}"));
        answer.json()["tickets"].as_array().unwrap().len()
    };
    assert_eq!((list("customer=ana"), list("customer=eva"), list("parked=true")), (25, 0, 0));
    // An id with a slash is one part of the path.
    assert_eq!(served.get("/v1/accounts/acme/tickets/t%2F7").json()["id"], "t/7");
    assert_eq!(served.get("/v1/accounts/acme/tickets?limit=0").problem(), "bad-parameter");
    assert_eq!(served.get("/v1/accounts/acme/tickets?after=x").problem(), "bad-parameter");
}

#[test]
fn a_customer_is_forgotten_and_the_audit_does_not_say_who() {
    let served = Served::new();
    served.silent("4711");
    assert_eq!(served.delete("/v1/accounts/acme/customers/ana").json()["tickets"], 1);
    assert_eq!(served.get("/v1/accounts/acme/tickets/4711").problem(), "unknown-ticket");
    let audit = served.get("/v1/accounts/acme/audit?limit=1");
    assert!(!audit.body.contains("ana"), "{audit:?}");
}

#[test]
fn the_document_of_the_interface_is_openapi_and_names_every_answer() {
    let served = Served::new();
    let answer = call("GET", &served.url("/openapi.json"), "", None, &[]);
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["security"], json!([{ "token": [] }]));
    let mut operations = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(operation["responses"]["401"].is_object(), "{method} {path}");
            let id = operation["operationId"].as_str().unwrap().to_owned();
            assert!(operations.insert(id.clone()), "two operations are called {id}");
            for name in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
                let parameters = operation["parameters"].as_array().unwrap();
                assert!(parameters.iter().any(|p| p["name"] == name), "{method} {path}: {name}");
            }
        }
    }
    // All references can be resolved.
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#/").skip(1) {
        let place = format!("/{}", reference.split('"').next().unwrap());
        assert!(document.pointer(&place).is_some(), "{place}");
    }
    assert_eq!(document, serde_json::from_str::<Value>(&despertador_server::openapi()).unwrap());
}

#[test]
fn what_was_acknowledged_is_there_after_a_stop_and_a_start() {
    let served = Served::new();
    served.silent("4711");
    let served = served.again();
    assert_eq!(served.get("/v1/accounts/acme/tickets/4711").json()["aim"], "reminder-1");
    // The policy of the settings is the same, so no version was added.
    assert_eq!(served.get("/v1/accounts/acme/policy").header("etag"), Some("\"1\""));
}
