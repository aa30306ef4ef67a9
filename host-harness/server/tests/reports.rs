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
