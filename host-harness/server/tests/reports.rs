//! Reports of a period, over HTTP.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::num::NonZeroUsize;

use serde_json::{Value, json};
use support::{Answer, MINUTE, NINE, Served, call};

const MARCH: &str = "since=2026-03-01T00:00:00Z&until=2026-04-01T00:00:00Z";

fn path(of: &str, more: &str) -> String {
    format!("/v1/accounts/acme/reports/{of}?{MARCH}{more}")
}

/// `4711` is closed for inactivity at 09:15, and the customer comes back at 10:00; `12` is closed
/// by an agent.
fn lived() -> Served {
    let served = Served::new();
    served.silent("4711");
    for minute in [10, 11, 14, 15] {
        served.at(NINE + minute * MINUTE);
        let actions = [10, 11, 14, 15].iter().filter(|one| **one <= minute).count();
        served.settle(|served| served.carried_out() == actions);
    }
    served.settle(|served| closes(served) == 1);
    let closed = json!([
        { "ticket": "12", "at": "2026-03-02T09:20:00Z", "id": "c1",
          "facts": { "channel": "whatsapp", "department": "=ventas, \"uno\"" },
          "message": { "author": "customer" } },
        { "ticket": "12", "at": "2026-03-02T09:30:00Z", "id": "e1", "event": { "closed": "agent" } },
    ]);
    served.at(NINE + 60 * MINUTE);
    assert_eq!(served.post("/v1/accounts/acme/events", &closed.to_string()).status, 200);
    served
}

fn closes(served: &Served) -> usize {
    served.get(&path("closed", "")).json()["closed"].as_array().unwrap().len()
}

fn csv(served: &Served) -> Answer {
    call("GET", &served.url(&path("closed", "")), &served.acme, None, &[("Accept", "text/csv")])
}

#[test]
fn closed_tickets_are_listed_with_what_came_of_them() {
    let served = lived();
    let listed = served.get(&path("closed", ""));
    assert_eq!(listed.status, 200, "{listed:?}");
    let listed = listed.json();
    let [automatic, by_agent] = &listed["closed"].as_array().unwrap()[..] else {
        panic!("{listed}")
    };
    assert_eq!(automatic["ticket"], "4711");
    assert_eq!(automatic["closed-by"], "inactivity");
    assert_eq!(automatic["closed"], "2026-03-02T09:15:00Z");
    assert_eq!(automatic["first-response-ms"], 0);
    assert_eq!(automatic["resolution-ms"], 15 * MINUTE);
    assert_eq!((&automatic["reminders"], &automatic["customer"]), (&json!(3), &json!("ana")));
    assert_eq!(automatic["premature"], "not-known", "a day has not passed");
    assert_eq!((&by_agent["closed-by"], &by_agent["premature"]), (&json!("agent"), &Value::Null));

    let back = json!({ "ticket": "4711", "at": "2026-03-02T10:00:00Z", "id": "c2",
                       "message": { "author": "customer" } });
    assert_eq!(served.post("/v1/accounts/acme/events", &back.to_string()).status, 200);
    let of = |window: &str| {
        let listed = served.get(&path("closed", window)).json();
        listed["closed"][0]["premature"].clone()
    };
    assert_eq!(of(""), "yes");
    assert_eq!(of("&window=45%20min"), "yes");
    assert_eq!(of("&window=44%20min"), "no");
}

#[test]
fn the_list_is_csv_for_who_wants_it() {
    let served = lived();
    let answer = csv(&served);
    assert_eq!((answer.status, answer.kind.as_str()), (200, "text/csv; charset=utf-8"));
    let lines: Vec<&str> = answer.body.split("\r\n").collect();
    assert!(lines[0].starts_with("ticket,department,agent,customer,opened,"), "{lines:?}");
    assert!(lines[1].starts_with("4711,,,ana,2026-03-02T09:00:00Z,0,900000,"), "{lines:?}");
    assert!(lines[2].starts_with("12,\"'=ventas, \"\"uno\"\"\",,,"), "{lines:?}");
    assert_eq!(lines[3..], [""]);
}

#[test]
fn the_summary_has_figures_in_total_and_by_department() {
    let served = lived();
    let answer = served.get(&path("summary", ""));
    assert_eq!(answer.status, 200, "{answer:?}");
    let summary = answer.json();
    let total = &summary["total"];
    assert_eq!((&total["opened"], &total["closes"]), (&json!(2), &json!(2)));
    assert_eq!(total["closed-by"], json!({ "agent": 1, "inactivity": 1 }));
    assert_eq!(total["automatic"]["not-known"], 1);
    assert_eq!(total["reminders"].as_array().unwrap().len(), 3);
    assert_eq!(total["reminders"][0]["sent"], 1);
    assert_eq!(
        (&total["lateness"]["count"], &total["resolution"]["p50-ms"]),
        (&json!(4), &json!(10 * MINUTE))
    );
    let names: Vec<&Value> =
        summary["departments"].as_array().unwrap().iter().map(|one| &one["department"]).collect();
    assert_eq!(names, [&Value::Null, &json!("=ventas, \"uno\"")]);
    assert_eq!(
        summary["days"],
        json!([{ "day": "2026-03-02", "closed": { "agent": 1, "inactivity": 1 } }])
    );
    let one = served.get(&path("summary", "&department=%3Dventas,%20%22uno%22")).json();
    assert_eq!(one["total"], {
        let mut of = summary["departments"][1].clone();
        of.as_object_mut().unwrap().remove("department");
        of
    });
    let early = served.get(&path("summary", "&utc-offset=-600")).json();
    assert_eq!(early["days"][0]["day"], "2026-03-01");
}

#[test]
fn the_summary_is_a_page_for_who_wants_one() {
    let served = lived();
    let headers = [("Accept", "text/html;q=0.9, */*"), ("Accept-Language", "pt-BR")];
    let page = call("GET", &served.url(&path("summary", "")), &served.acme, None, &headers);
    assert_eq!((page.status, page.kind.as_str()), (200, "text/html; charset=utf-8"));
    assert!(
        page.body.contains("<html lang=\"pt\">") && page.body.contains("Content-Security-Policy")
    );
    assert!(page.body.contains("=ventas, &quot;uno&quot;"), "{}", page.body);
}

#[test]
fn what_cannot_be_read_is_said_and_a_stranger_sees_nothing() {
    let served = lived();
    for (query, named) in [
        ("", "since"),
        ("?since=2026-03-01&until=2026-04-01T00:00:00Z", "since"),
        ("?since=2026-03-01T00:00:00Z", "until"),
        ("?since=2026-03-01T00:00:00Z&until=2026-03-01T00:00:00Z", "until"),
        ("?since=2026-03-01T00:00:00Z&until=2027-03-02T00:00:01Z", "366 days"),
        ("?since=2026-03-01T00:00:00Z&until=2026-04-01T00:00:00Z&window=soon", "window"),
        ("?since=2026-03-01T00:00:00Z&until=2026-04-01T00:00:00Z&utc-offset=2000", "utc-offset"),
    ] {
        for of in ["closed", "summary"] {
            let answer = served.get(&format!("/v1/accounts/acme/reports/{of}{query}"));
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (400, "bad-parameter"),
                "{query}"
            );
            assert!(answer.json()["detail"].as_str().unwrap().contains(named), "{answer:?}");
            assert!(!answer.json()["help"].as_str().unwrap().is_empty(), "{answer:?}");
        }
    }
    for of in ["closed", "summary"] {
        let other = call("GET", &served.url(&path(of, "")), &served.globex, None, &[]);
        assert_eq!((other.status, other.problem().as_str()), (404, "unknown-account"));
        let own = path(of, "").replace("acme", "globex");
        let own = call("GET", &served.url(&own), &served.globex, None, &[]);
        assert!(own.status == 200 && !own.body.contains("4711"), "{own:?}");
    }
}

#[test]
fn whoever_wants_a_report_waits_for_its_turn_and_the_desk_goes_on() {
    let served = Served::with(|settings, _| {
        settings.limits.reports = NonZeroUsize::MIN;
    });
    for ticket in 0..200 {
        served.silent(&format!("t{ticket}"));
    }
    let url = served.url(&path("summary", ""));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..4 {
                    let answer = call("GET", &url, &served.acme, None, &[]);
                    assert_eq!(answer.status, 200, "{answer:?}");
                }
            });
        }
        served.silent("meanwhile");
    });
    let summary = served.get(&path("summary", "")).json();
    assert_eq!(summary["total"]["opened"], 201);
}

/// Two silent customers; one comes back ten minutes after the close of the policy in force.
const PAST: &str = "ticket,author,at,department
a,customer,2026-02-02T09:00:00Z,ventas
a,agent,2026-02-02T09:01:00Z,ventas
a,customer,2026-02-02T09:26:00Z,ventas
b,customer,2026-02-02T09:00:00Z,ventas
b,agent,2026-02-02T09:01:00Z,ventas
c,customer,2026-02-09T09:00:00Z,ventas
";

fn try_on(served: &Served, request: &Value, accept: &str) -> Answer {
    let url = served.url("/v1/accounts/acme/policy/backtest");
    call("POST", &url, &served.acme, Some(&request.to_string()), &[("Accept", accept)])
}

fn later() -> Value {
    json!({ "rules": [{ "departments": "any", "close-after": "1 h" }] })
}

#[test]
fn a_policy_is_played_on_the_past_beside_the_one_in_force() {
    let served = Served::new();
    let request = json!({ "policy": later(), "csv": PAST });
    let tried = try_on(&served, &request, "application/json");
    assert_eq!(tried.status, 200, "{tried:?}");
    let tried = tried.json();
    assert_eq!(
        (&tried["rows"], &tried["tickets"], &tried["is-whole"]),
        (&json!(6), &json!(3), &json!(true))
    );
    let (before, after) = (&tried["in-force"], &tried["tried"]);
    assert_eq!((&before["closes"], &before["premature"]), (&json!(2), &json!(1)), "{tried}");
    assert_eq!(before["premature-per-mille"], 500);
    assert_eq!(before["reminders"], 6);
    assert_eq!(
        (&after["closes"], &after["premature"], &after["reminders"]),
        (&json!(1), &json!(0), &json!(0))
    );
    // As a page, with the names of both.
    let page = try_on(&served, &request, "text/html");
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(
        page.body.contains("in force") && page.body.contains("proposed"),
        "{}",
        &page.body[..300]
    );
    // Nothing was saved.
    assert_eq!(served.get("/v1/accounts/acme/policy").json()["version"], 1);
}

#[test]
fn a_policy_is_played_on_the_desks_own_conversations() {
    let served = lived();
    let tried = try_on(&served, &json!({ "policy": later() }), "application/json").json();
    assert_eq!((&tried["tickets"], &tried["is-whole"]), (&json!(2), &json!(true)), "{tried}");
    assert_eq!(tried["in-force"]["closes"], 1);
    // In the month before there was nothing.
    served.at(NINE + 40 * 24 * 60 * MINUTE);
    let none = try_on(&served, &json!({ "policy": later() }), "application/json");
    assert_eq!((none.status, none.problem().as_str()), (422, "history-refused"), "{none:?}");
    let more = json!({ "policy": later(), "days": 60 });
    assert_eq!(try_on(&served, &more, "application/json").json()["tickets"], 2);
}

#[test]
fn what_cannot_be_played_is_said() {
    let served = Served::new();
    let problem = |request: Value| {
        let answer = try_on(&served, &request, "application/json");
        (answer.status, answer.problem())
    };
    let refused = |name: &str, status: u16| (status, name.to_owned());
    assert_eq!(problem(json!({ "policy": {}, "csv": PAST })), refused("policy-refused", 422));
    assert_eq!(problem(json!({ "policy": later(), "csv": "" })), refused("history-refused", 422));
    assert_eq!(
        problem(json!({ "policy": later(), "csv": "a,b\n1,2\n" })),
        refused("history-refused", 422)
    );
    for odd in [
        json!({ "days": 0 }),
        json!({ "days": 367 }),
        json!({ "csv": PAST, "from": "nowhere" }),
        json!({ "csv": PAST, "columns": { "hour": "at" } }),
        json!({ "window": "soon" }),
        json!({ "more": 1 }),
    ] {
        let mut request = json!({ "policy": later() });
        request.as_object_mut().unwrap().extend(odd.as_object().unwrap().clone());
        assert_eq!(problem(request), refused("bad-parameter", 400), "{odd}");
    }
    let named = json!({ "policy": later(), "csv": PAST.replacen("ticket", "conversation", 1),
        "columns": { "ticket": "conversation" } });
    assert_eq!(try_on(&served, &named, "application/json").json()["tickets"], 3);
    // Rows that cannot be read are counted, with their fault in the reader's language.
    let request = json!({ "policy": later(), "csv": format!("{PAST}d,nobody,yesterday,x\n") });
    let url = served.url("/v1/accounts/acme/policy/backtest");
    let spanish = [("Accept-Language", "es")];
    let partly = call("POST", &url, &served.acme, Some(&request.to_string()), &spanish).json();
    assert_eq!(
        (&partly["refused"], &partly["first-refused"][0]["line"]),
        (&json!(1), &json!(8)),
        "{partly}"
    );
}
