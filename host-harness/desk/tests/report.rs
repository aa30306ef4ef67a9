//! What a journal says of a period, against numbers that were counted by hand.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod support;

use std::collections::BTreeMap;

use despertador_contract::Zone;
use despertador_contract::event_log::Row;
use despertador_contract::{Author, Happening, Instant, Source};
use despertador_desk::journal::{Journal, JournalError, Line, Selection};
use despertador_desk::report::{Closed, Period, PeriodFigures, Reopened, Reported, Reporter, Rows};
use despertador_desk::store::AnyStore;
use despertador_desk::{Delivery, DeliveryOutcome, DeliveryReport, Desk, Incoming};
use despertador_insight::{Premature, ReminderCounts};
use serde_json::{Value, json};
use support::{ADERESO, Folder, HOUR, MINUTE, NINE, SECOND, happening, words};

const DAY: i64 = 24 * HOUR;
/// 2026-03-01 and 2026-04-01, midnight in UTC.
const MARCH: Instant = NINE - 33 * HOUR;
const APRIL: Instant = MARCH + 31 * DAY;

fn facts(ticket: &str, at: Instant, facts: Value) -> Incoming {
    Incoming::new("acme", Row::facts(ticket, at, facts))
}

/// The customer writes, and the agent of a department answers.
fn asked(ticket: &str, department: &str, at: Instant, answered: i64) -> Vec<(Instant, Incoming)> {
    let known = json!({ "channel": "whatsapp", "agent": "Ana", "department": department,
                        "more": { "customer.id": format!("+57 {ticket}") } });
    let known = match department {
        "" => json!({ "channel": "whatsapp" }),
        _ => known,
    };
    vec![
        (at, facts(ticket, at, known)),
        (at, words(ticket, Author::Customer, "c1", at)),
        (at + answered, words(ticket, Author::Agent, "a1", at + answered)),
    ]
}

fn event(ticket: &str, at: Instant, what: Happening) -> (Instant, Incoming) {
    (at, happening(ticket, what, at))
}

fn says(ticket: &str, author: Author, id: &str, at: Instant) -> (Instant, Incoming) {
    (at, words(ticket, author, id, at))
}

/// The month, so much later.
fn month(later: i64) -> Vec<(Instant, Incoming)> {
    let (nine, april) = (NINE + later, APRIL + later);
    let closed_by = |source| Happening::Closed(source);
    let mut all = Vec::new();
    // Closed for inactivity, and right.
    all.extend(asked("a", "soporte", nine, 2 * MINUTE));
    // The same, two seconds late, and the customer comes back: it is reopened.
    all.extend(asked("b", "soporte", nine + HOUR, 4 * MINUTE));
    all.push(says("b", Author::Customer, "c2", nine + 3 * HOUR));
    // Closed by the agent, who opens it again an hour later.
    let at = nine + 2 * HOUR;
    all.extend(asked("c", "ventas", at, MINUTE));
    let noted = json!({ "tags": ["vip", "=1+1"],
                        "more": { "close.category": "Ventas", "close.summary": "Compró, \"dos\"" } });
    all.push((at + 4 * MINUTE, facts("c", at + 4 * MINUTE, noted)));
    all.push(event("c", at + 5 * MINUTE, closed_by(Source::Agent)));
    all.push(event("c", at + 65 * MINUTE, Happening::Reopened(Source::Agent)));
    // By the customer.
    let at = nine + 4 * HOUR;
    all.extend(asked("d", "ventas", at, 30 * SECOND));
    all.push(event("d", at + 2 * MINUTE, closed_by(Source::Customer)));
    // Nobody answers, and it is never closed.
    all.push((nine + 5 * HOUR, facts("e", nine + 5 * HOUR, json!({ "department": "soporte" }))));
    all.push(says("e", Author::Customer, "c1", nine + 5 * HOUR));
    // A reminder is answered.
    let at = nine + 6 * HOUR;
    all.extend(asked("f", "soporte", at, MINUTE));
    all.push(says("f", Author::Customer, "c2", at + 11 * MINUTE + 30 * SECOND));
    // A reminder is refused.
    all.extend(asked("g", "ventas", nine + 7 * HOUR, MINUTE));
    // A reminder does not get out, and the customer replies before it is tried again.
    let at = nine + 8 * HOUR;
    all.extend(asked("h", "soporte", at, MINUTE));
    all.push(says("h", Author::Customer, "c2", at + 11 * MINUTE + 200));
    // Closed at midnight, which is April's, and a second before, which is March's.
    all.extend(asked("i", "soporte", april - 20 * MINUTE, 5 * MINUTE));
    all.extend(asked("j", "ventas", april - 20 * MINUTE, 5 * MINUTE - SECOND));
    // Of no department, by the bot's flow.
    all.extend(asked("k", "", april + HOUR, MINUTE));
    all.push(event("k", april + HOUR + 5 * MINUTE, closed_by(Source::Flow)));
    all.sort_by_key(|(at, _)| *at);
    all
}

/// How late an action is, and what becomes of it.
fn fate(delivery: &Delivery) -> (i64, DeliveryOutcome) {
    match (delivery.key.as_str(), delivery.attempt) {
        ("b/1/close", _) => (2 * SECOND, DeliveryOutcome::Done),
        ("f/1/reminder-1", _) => (5 * SECOND, DeliveryOutcome::Done),
        ("g/1/reminder-1", _) => (0, DeliveryOutcome::Refused("no such number".into())),
        ("h/1/reminder-1", 1) => (0, DeliveryOutcome::Retry("no answer".into())),
        _ => (0, DeliveryOutcome::Done),
    }
}

fn act(desk: &mut Desk<AnyStore>, until: Instant) {
    while let Some(now) = desk.next_instant().filter(|now| *now < until) {
        desk.poll_due(now, 100).unwrap();
        for delivery in desk.claim_deliveries(now, 100).unwrap() {
            let (late, outcome) = fate(&delivery);
            let at = now + late;
            let report =
                DeliveryReport { account: delivery.account, key: delivery.key, at, outcome };
            desk.record_deliveries(at, &[report]).unwrap();
        }
    }
}

/// A desk that has lived through the month.
fn lived(folder: &Folder, later: i64) -> Desk<AnyStore> {
    let mut desk = folder.desk();
    let begins = MARCH + later - DAY;
    desk.open_account(begins, "acme", "test").unwrap();
    desk.save_policy(begins, "acme", ADERESO, None, "test").unwrap();
    while desk.poll_due(begins, 1_000).unwrap().more {}
    for (at, incoming) in month(later) {
        act(&mut desk, at);
        let receipts = desk.record_events(at, &[incoming]).unwrap();
        assert!(receipts[0].is_stored(), "{receipts:?}");
    }
    act(&mut desk, APRIL + later + 3 * HOUR);
    desk
}

fn period(since: Instant, until: Instant) -> Period {
    Period {
        since,
        until,
        department: None,
        window: DAY,
        known_until: APRIL + 12 * HOUR,
        zone: Zone::UTC,
    }
}

fn report(folder: &Folder, period: Period) -> (Reported, Vec<Closed>) {
    let selection = Selection { since: Some(period.since), ..Selection::default() };
    let mut closed = Vec::new();
    let mut each = |one: &Closed| {
        closed.push(one.clone());
        Ok::<_, JournalError>(())
    };
    let mut reporter = Reporter::new(period);
    Journal::beside_desk(&folder.location())
        .unwrap()
        .read::<JournalError>(&selection, |line| reporter.push(line, &mut each).map(|()| true))
        .unwrap();
    let found = reporter.end(&mut each).unwrap();
    (found, closed)
}

fn named<T: Clone>(pairs: &[(&str, T)]) -> BTreeMap<String, T> {
    pairs.iter().map(|(name, count)| ((*name).to_owned(), count.clone())).collect()
}

fn reminded(sent: u64, answered: u64) -> ReminderCounts {
    ReminderCounts { sent, answered, waiting: 0, judged: sent, judged_answered: answered }
}

#[test]
fn every_figure_of_a_month_is_what_was_counted_by_hand() {
    let folder = Folder::new();
    let _desk = lived(&folder, 0);
    let (found, closed) = report(&folder, period(MARCH, APRIL));
    let all = &found.total;
    assert_eq!(all.opened, 10);
    assert_eq!(all.closed, named(&[("agent", 1), ("customer", 1), ("inactivity", 3)]));
    assert_eq!((all.closes(), all.automatic()), (5, 3));
    // Of `j` it is not known yet.
    assert_eq!((all.figures.judged, all.figures.judged_premature), (2, 1));
    assert_eq!(
        (all.figures.premature, all.figures.undecided, all.figures.premature_rate()),
        (1, 1, Some(500))
    );
    assert_eq!(
        all.reopened,
        named(&[
            ("agent", Reopened { known: 1, reopened: 1 }),
            ("inactivity", Reopened { known: 2, reopened: 1 }),
        ])
    );
    let reminders = BTreeMap::from([(1, reminded(5, 1)), (2, reminded(4, 0)), (3, reminded(4, 0))]);
    assert_eq!(all.figures.reminders, reminders);
    assert_eq!(all.figures.reminders[&1].answered_rate(), Some(200));
    assert_eq!(all.figures.withheld, BTreeMap::new());
    assert_eq!(all.withdrawn, named(&[("company-turn", 1)]));
    assert_eq!((all.given_up, all.retried, all.sent_again), (1, 1, 0));
    let of = |lengths: &despertador_desk::report::Lengths| {
        let p = |of| lengths.percentile(of).unwrap();
        (lengths.count(), p(50), p(90), p(99), lengths.most().unwrap())
    };
    // Four of `a`, five of `b`, three of `i`, four of `j`, one of `f`.
    assert_eq!(of(&all.lateness), (17, 0, 2 * SECOND, 5 * SECOND, 5 * SECOND));
    // 30 s, four times 1 min, 2 min, 4 min, 4 min 59 s, 5 min.
    let (count, median, p90, ..) = of(&all.first_response);
    assert_eq!((count, median, p90), (9, MINUTE, 5 * MINUTE));
    // 2 min, 5 min, 17 min, 19 min 2 s, 19 min 59 s.
    let (count, median, p90, ..) = of(&all.resolution);
    assert_eq!((count, median, p90), (5, 17 * MINUTE, 20 * MINUTE - SECOND));

    let soporte = &found.departments["soporte"];
    assert_eq!((soporte.opened, soporte.closes(), soporte.figures.premature), (6, 2, 1));
    assert_eq!((soporte.figures.undecided, soporte.given_up, soporte.retried), (0, 0, 1));
    assert_eq!(soporte.figures.reminders[&1], reminded(4, 1));
    let ventas = &found.departments["ventas"];
    assert_eq!((ventas.opened, ventas.closes(), ventas.figures.premature), (4, 3, 0));
    assert_eq!((ventas.figures.undecided, ventas.given_up, ventas.retried), (1, 1, 0));
    assert_eq!(found.departments.len(), 2, "what has no department was in April");

    let days = BTreeMap::from([
        (20_514, named(&[("agent", 1), ("customer", 1), ("inactivity", 2)])),
        (20_543, named(&[("inactivity", 1)])),
    ]);
    assert_eq!(found.days, days);
    let ids: Vec<&str> = closed.iter().map(|one| one.ticket.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c", "d", "j"]);
    let latest: Vec<&str> = found.latest.iter().map(|one| one.ticket.as_str()).collect();
    assert_eq!(latest, ["j", "d", "c", "b", "a"], "they were closed in another order");
}

#[test]
fn the_list_says_of_each_ticket_how_it_was_closed_and_what_came_of_it() {
    let folder = Folder::new();
    let _desk = lived(&folder, 0);
    let (_, closed) = report(&folder, period(MARCH, APRIL));
    let [a, b, c, d, j] = &closed[..] else { panic!("{closed:?}") };
    assert_eq!(a.by, "inactivity");
    assert_eq!((a.opened, a.closed), (NINE, NINE + 17 * MINUTE));
    assert_eq!((a.first_response, a.resolution), (Some(2 * MINUTE), 17 * MINUTE));
    assert_eq!((a.department.as_deref(), a.agent.as_deref()), (Some("soporte"), Some("Ana")));
    assert_eq!(a.customer.as_deref(), Some("+57 a"));
    assert_eq!(a.category.as_deref(), Some("Inactividad del cliente"));
    assert!(a.summary.as_ref().is_some_and(|text| text.contains('3')), "{:?}", a.summary);
    assert_eq!((a.reminders, a.number), (3, 1));
    assert_eq!((a.wrote_again, a.reopened, a.premature), (None, None, Some(Premature::No)));

    let back = NINE + 3 * HOUR;
    assert_eq!((b.wrote_again, b.reopened), (Some(back), Some(back)));
    assert_eq!(b.premature, Some(Premature::Yes(back)));
    assert_eq!(b.reopened_after, Some(2 * HOUR - 19 * MINUTE - 2 * SECOND));

    assert_eq!((c.by.as_str(), c.premature, c.was_reopened), ("agent", None, true));
    assert_eq!(c.reopened_after, Some(HOUR));
    assert_eq!(
        (c.category.as_deref(), c.summary.as_deref()),
        (Some("Ventas"), Some("Compró, \"dos\""))
    );
    assert_eq!(
        c.customer.as_deref(),
        Some("+57 c"),
        "what was said of the close names no customer"
    );
    assert_eq!((c.tags.clone(), c.reminders), (vec!["vip".to_owned(), "=1+1".to_owned()], 0));

    assert_eq!((d.by.as_str(), d.was_reopened), ("customer", false));
    assert_eq!((j.premature, j.was_reopened), (Some(Premature::Unknown), false));
    assert_eq!(j.closed, APRIL - SECOND);
}

#[test]
fn the_end_of_a_period_is_not_in_it_and_days_begin_at_the_readers_midnight() {
    let folder = Folder::new();
    let _desk = lived(&folder, 0);
    let (found, closed) = report(&folder, period(APRIL, APRIL + 30 * DAY));
    let ids: Vec<&str> = closed.iter().map(|one| one.ticket.as_str()).collect();
    assert_eq!(ids, ["i", "k"]);
    assert_eq!(found.departments[""].closed, named(&[("flow", 1)]));
    assert_eq!(found.total.opened, 1);
    assert_eq!(found.days.keys().copied().collect::<Vec<_>>(), [20_544]);
    let bogota =
        Period { zone: Zone::parse("America/Bogota").unwrap(), ..period(APRIL, APRIL + 30 * DAY) };
    let (found, _) = report(&folder, bogota);
    assert_eq!(found.days.keys().copied().collect::<Vec<_>>(), [20_543]);
    // Nothing has happened to the others since.
    let (found, closed) = report(&folder, period(APRIL + 2 * DAY, APRIL + 30 * DAY));
    assert_eq!((found.total, closed.len()), (PeriodFigures::default(), 0));
}

#[test]
fn a_shorter_window_and_one_department() {
    let folder = Folder::new();
    let _desk = lived(&folder, 0);
    let to_the_instant = 2 * HOUR - 19 * MINUTE - 2 * SECOND;
    for (window, premature) in [(to_the_instant, 1), (to_the_instant - 1, 0)] {
        let (found, _) = report(&folder, Period { window, ..period(MARCH, APRIL) });
        assert_eq!(
            (found.total.figures.premature, found.total.figures.undecided),
            (premature, 0),
            "{window}"
        );
    }
    let ventas = Period { department: Some("ventas".into()), ..period(MARCH, APRIL) };
    let (found, closed) = report(&folder, ventas);
    let (all, _) = report(&folder, period(MARCH, APRIL));
    assert_eq!(found.total, all.departments["ventas"]);
    assert_eq!(closed.len(), 3);
}

#[test]
fn what_came_back_before_the_window_has_passed_is_in_no_rate() {
    let folder = Folder::new();
    let _desk = lived(&folder, 0);
    // At noon of the first day: `b` is known to be wrong, and of `a` nobody knows.
    let known_until = NINE + 3 * HOUR;
    let (found, _) = report(&folder, Period { known_until, ..period(MARCH, NINE + 3 * HOUR) });
    assert_eq!((found.total.figures.premature, found.total.figures.undecided), (1, 1));
    assert_eq!((found.total.figures.judged, found.total.figures.premature_rate()), (0, None));
    assert_eq!(found.total.reopened, BTreeMap::new());
}

#[test]
fn two_parts_of_a_period_are_the_whole() {
    let folder = Folder::new();
    let _desk = lived(&folder, 0);
    let (since, until) = (MARCH - DAY, APRIL + 30 * DAY);
    let (whole, rows) = report(&folder, period(since, until));
    assert_eq!(rows.len(), 7);
    let mut random = fastrand::Rng::with_seed(7);
    // Every instant at which something happened is an edge that could count twice or not at all.
    let mut edges: Vec<Instant> = month(0).into_iter().map(|(at, _)| at).collect();
    edges.extend(rows.iter().flat_map(|row| [row.closed, row.opened]));
    edges.extend((0..30).map(|_| random.i64(since..until)));
    for edge in edges {
        let (mut one, first) = report(&folder, period(since, edge));
        let (other, second) = report(&folder, period(edge, until));
        one.total.join(&other.total);
        assert_eq!(one.total, whole.total, "{edge}");
        let mut both = [first, second].concat();
        both.sort_by(|one, other| one.ticket.cmp(&other.ticket));
        assert_eq!(both, rows, "{edge}");
    }
}

#[test]
fn the_same_later_is_the_same() {
    let folder = Folder::new();
    let _desk = lived(&folder, 0);
    let (now, _) = report(&folder, period(MARCH, APRIL));
    for later in [777, 40 * DAY + 13 * HOUR] {
        let folder = Folder::new();
        let _desk = lived(&folder, later);
        let known_until = APRIL + 12 * HOUR + later;
        let later = Period { known_until, ..period(MARCH + later, APRIL + later) };
        let (then, _) = report(&folder, later);
        assert_eq!(then.total, now.total);
        assert_eq!(then.departments, now.departments);
    }
}

#[test]
fn a_journal_that_was_written_down_says_the_same_as_the_file() {
    let folder = Folder::new();
    let _desk = lived(&folder, 0);
    let file = folder.path().join("journal.ndjson");
    let mut to = std::fs::File::create(&file).unwrap();
    Journal::open(&folder.file()).unwrap().write(&Selection::default(), &mut to).unwrap();
    let (found, _) = report(&folder, period(MARCH, APRIL));
    let mut reporter = Reporter::new(period(MARCH, APRIL));
    let mut each = |_: &Closed| Ok::<_, JournalError>(());
    Journal::open(&file)
        .unwrap()
        .read::<JournalError>(&Selection::default(), |line| {
            reporter.push(line, &mut each).map(|()| true)
        })
        .unwrap();
    assert_eq!(reporter.end(&mut each).unwrap(), found);
    for journal in [Journal::open(&file), Journal::beside_desk(&folder.location())] {
        assert_eq!(journal.unwrap().latest().unwrap(), Some(APRIL + HOUR + 5 * MINUTE));
    }
}

#[test]
fn cells_keep_what_they_say_and_none_becomes_a_formula() {
    let hostile = [
        "Pérez, Ana",
        "say \"hi\"",
        "two\r\nlines",
        "=HYPERLINK(\"http://x\")",
        "+57 300",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\n=1",
        "'quoted",
        "",
        "plain",
    ];
    let mut rows = Rows::begin(Vec::new()).unwrap();
    for text in hostile {
        let some = Some(text.to_owned());
        let row = Closed {
            account: "acme".into(),
            ticket: text.into(),
            department: some.clone(),
            agent: some.clone(),
            customer: some.clone(),
            opened: NINE,
            first_response: None,
            resolution: MINUTE,
            closed: NINE + MINUTE,
            by: "agent".into(),
            category: some.clone(),
            summary: some.clone(),
            tags: vec![text.into(), "b".into()],
            reminders: 0,
            number: 1,
            wrote_again: None,
            reopened: None,
            reopened_after: None,
            was_reopened: false,
            is_judged: true,
            premature: None,
        };
        rows.row(&row).unwrap();
    }
    let text = rows.end().unwrap();
    let mut read = csv::Reader::from_reader(&text[..]);
    let names: Vec<_> = read.headers().unwrap().iter().collect();
    assert_eq!(
        names.join(","),
        "ticket,department,agent,customer,opened,first-response-ms,resolution-ms,closed,\
         closed-by,category,summary,tags,reminders,close-number,wrote-again,reopened,\
         reopened-after-ms,premature"
    );
    let read: Vec<csv::StringRecord> = read.records().map(Result::unwrap).collect();
    assert_eq!(read.len(), hostile.len());
    for (record, text) in read.iter().zip(hostile) {
        for column in [0, 1, 2, 3, 9, 10] {
            let cell = &record[column];
            assert_eq!(cell.strip_prefix('\'').filter(|_| cell != text).unwrap_or(cell), text);
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?}");
        }
        assert!(record[11].ends_with("; b"));
        assert_eq!(&record[4], "2026-03-02T09:00:00Z");
    }
}

/// What a journal says of one ticket: kind, minutes after nine, and what else the entry has.
fn told(entries: &[(&str, i64, Value)]) -> (Reported, Vec<Closed>) {
    let mut reporter = Reporter::new(period(MARCH, APRIL));
    let mut closed = Vec::new();
    let mut each = |one: &Closed| {
        closed.push(one.clone());
        Ok::<_, JournalError>(())
    };
    for (number, (kind, minute, more)) in (1..).zip(entries) {
        let clock =
            |minute: i64| format!("2026-03-02T{:02}:{:02}:00Z", 9 + minute / 60, minute % 60);
        let mut entry = more.clone();
        let members = entry.as_object_mut().unwrap();
        for (name, value) in [
            ("account", json!("acme")),
            ("ticket", json!("7")),
            ("seq", json!(number)),
            ("previous", json!(number - 1)),
            ("at", json!(clock(*minute))),
            ("kind", json!(kind)),
            ("policy", json!(1)),
        ] {
            members.insert(name.into(), value);
        }
        if let Some(row) = members.get_mut("row").and_then(Value::as_object_mut) {
            let at = row.remove("minute").and_then(|at| at.as_i64()).unwrap_or(*minute);
            row.insert("ticket".into(), json!("7"));
            row.insert("at".into(), json!(clock(at)));
        }
        reporter.push(Line::from_json(&entry).unwrap(), &mut each).unwrap();
    }
    let found = reporter.end(&mut each).unwrap();
    (found, closed)
}

fn heard(row: Value) -> Value {
    json!({ "row": row })
}

fn decided(reason: &str) -> Value {
    json!({ "decision": { "outcome": "wait", "reason": reason } })
}

#[test]
fn what_is_withheld_counts_once_a_silence_and_what_is_taken_back_has_the_reason_before() {
    let customer = || heard(json!({ "message": { "author": "customer" } }));
    let (found, _) = told(&[
        ("heard", 0, customer()),
        ("heard", 1, heard(json!({ "message": { "author": "agent" } }))),
        ("ticked", 11, decided("outside-sending-window")),
        ("ticked", 12, decided("outside-sending-window")),
        ("ticked", 13, decided("outside-channel-window 2")),
        ("ticked", 14, decided("on-hold")),
        ("withdrawn", 14, json!({ "note": { "key": "7/1/reminder-1", "why": "" } })),
        ("parked", 15, json!({ "note": { "why": "crashed" } })),
        ("withdrawn", 15, json!({ "note": { "key": "7/1/notify", "why": "" } })),
        // They are heard also while the plugin cannot answer.
        ("unheard", 16, customer()),
        ("resumed", 17, decided("outside-sending-window")),
        ("sent-again", 18, json!({ "note": { "key": "7/1/reminder-1" } })),
        ("not-delivered", 19, json!({ "note": { "key": "7/1/reminder-1" } })),
        ("given-up", 20, json!({ "note": { "key": "7/1/reminder-1" } })),
    ]);
    let f = &found.total;
    assert_eq!(
        f.figures.withheld,
        named(&[("outside-channel-window", 1), ("outside-sending-window", 2)])
    );
    assert_eq!(f.withdrawn, named(&[("on-hold", 1), ("set-aside", 1)]));
    assert_eq!((f.sent_again, f.retried, f.given_up), (1, 1, 1));
}

#[test]
fn one_close_is_one_whoever_tells_of_it_first() {
    let action = json!({ "outcome": "act", "reason": "close", "action": {
        "key": "7/1/close", "step": "close", "due": "2026-03-02T09:15:00Z", "task": "close",
        "with": { "reason": "r", "notice": "n", "closing-message": null,
                  "note": { "category": "C", "summary": "S" }, "tags": ["t"],
                  "silent-because": "over-budget", "incomplete-metadata": false, "exit": "e",
                  "then": { "source": "inactivity", "unassign": false, "bot-on": false,
                            "survey": "no" } } } });
    let close = || heard(json!({ "event": { "carried-out": { "cycle": 1, "step": "close" } } }));
    for (source, by, tags) in [
        ("inactivity", "inactivity", ["t"].as_slice()),
        ("api", "inactivity", &["t"]),
        ("agent", "agent", &[]),
    ] {
        let (found, closed) = told(&[
            ("heard", 0, heard(json!({ "message": { "author": "customer" } }))),
            ("ticked", 15, json!({ "decision": action })),
            ("heard", 15, heard(json!({ "event": { "closed": source } }))),
            ("heard", 16, close()),
            // Reported twice.
            ("heard", 17, close()),
            // The desk learns of it now; it was written before the close.
            ("heard", 20, heard(json!({ "minute": 14, "message": { "author": "customer" } }))),
        ]);
        let [one] = &closed[..] else { panic!("{closed:?}") };
        assert_eq!(one.by, by, "{source}");
        assert_eq!(one.tags, tags, "{source}");
        assert_eq!((one.closed, one.wrote_again), (NINE + 15 * MINUTE, Some(NINE + 15 * MINUTE)));
        assert_eq!(found.total.figures.premature, u64::from(by == "inactivity"));
        assert_eq!(found.total.lateness.most(), Some(MINUTE));
        assert_eq!(found.total.figures.withheld, named(&[("over-budget", 1)]));
    }
    // By facts alone, and by a ticket that goes on from another one: that one's close is its own.
    let (_, closed) = told(&[
        ("heard", 0, heard(json!({ "facts": { "status": "closed" } }))),
        ("heard", 1, heard(json!({ "facts": { "status": "open" } }))),
        (
            "heard",
            2,
            json!({ "row": { "event": { "carried-out": { "cycle": 1, "step": "close" } } },
                             "note": { "passed-on": "6" } }),
        ),
        ("heard", 3, heard(json!({ "event": { "closed": "other:merged" } }))),
    ]);
    let said: Vec<_> =
        closed.iter().map(|one| (one.by.as_str(), one.by_whom(), one.number)).collect();
    assert_eq!(said, [("other:not-said", "other", 1), ("other:merged", "other", 2)]);
    assert_eq!(closed[0].reopened_after, Some(MINUTE));
    // Who taps «resolved» has closed it.
    let (_, closed) = told(&[
        ("heard", 0, heard(json!({ "message": { "author": "customer" } }))),
        (
            "heard",
            5,
            heard(json!({ "event": { "carried-out": { "cycle": 1, "step": "resolve" } } })),
        ),
    ]);
    assert_eq!((closed[0].by.as_str(), closed[0].premature), ("customer", None));
}

#[test]
fn an_entry_that_cannot_be_read_is_named() {
    let mut reporter = Reporter::new(period(MARCH, APRIL));
    let entry = json!({ "account": "acme", "ticket": "7", "seq": 12, "previous": 0, "policy": 1,
                        "at": "2026-03-02T09:00:00Z", "kind": "heard", "row": { "ticket": "7" } });
    let said = reporter.push(Line::from_json(&entry).unwrap(), &mut |_| Ok::<_, JournalError>(()));
    assert!(said.unwrap_err().to_string().starts_with("line 12: the entry's row: "));
}
