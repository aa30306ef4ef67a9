//! The meaning of envelopes: who wrote what and when, what happened to a ticket, receipts.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod samples;

use despertador_contract::key;
use despertador_contract::{
    self, ActionKey, Author, Channel, Failure, FailureKind, Happening, MessageKind, Origin, Source,
    Step, TicketStatus, Transfer,
};
use despertador_lime::desk::{At, subject_of};
use despertador_lime::{
    Content, Date, Envelope, Happened, Identity, Known, Meaning, Part, Reason, SentId, Stage,
    Status, Ticket, Why, channel, failure_kind, meaning,
};
use serde_json::{Value, json};

/// 2026-03-02T09:10:00Z.
const NOW: i64 = 1_772_442_600_000;

const CUSTOMER: &str = "5511999990000@wa.gw.msging.net/abc";
const AT_DESK: &str = "5511999990000%40wa.gw.msging.net@desk.msging.net";

fn bot() -> Identity {
    "mybot@msging.net".parse().unwrap()
}

fn close_key() -> ActionKey {
    ActionKey { ticket: "t-1".into(), cycle: 2, step: Step::Close }
}

/// The meaning of an envelope while the sample ticket is known.
fn read(envelope: &Value) -> Meaning {
    let ticket = samples::ticket();
    read_after(envelope, Some(&ticket))
}

fn read_after(envelope: &Value, ticket: Option<&Ticket>) -> Meaning {
    let (bot, offered) = (bot(), samples::offered());
    let known = Known { ticket, offered: &offered, ..Known::new(&bot) };
    let envelope = Envelope::read(&envelope.to_string()).expect("it is read");
    meaning(&envelope, NOW, &known).expect("it means something")
}

fn message(envelope: &Value) -> despertador_contract::Message {
    match read(envelope) {
        Meaning::Happened { what, .. } => match what.as_slice() {
            [Happened::Message(message)] => message.clone(),
            other => panic!("{envelope}: {other:?}"),
        },
        other => panic!("{envelope}: {other:?}"),
    }
}

/// What happened, with the ticket and the instants: `t-1 typing at NOW`.
fn happened(meaning: &Meaning) -> (&str, Vec<(Happening, i64)>) {
    let Meaning::Happened { ticket, what, .. } = meaning else { panic!("{meaning:?}") };
    let event = |happened: &Happened| match happened {
        Happened::Event(event) => (event.what.clone(), event.at),
        Happened::Message(message) => panic!("{message:?}"),
    };
    (ticket, what.iter().map(event).collect())
}

fn from(from: &str, media_type: &str, content: Value) -> Value {
    json!({ "id": "m1", "from": from, "to": "mybot@msging.net",
            "type": media_type, "content": content })
}

fn lime(kind: &str) -> String {
    format!("application/vnd.lime.{kind}+json")
}

#[test]
fn the_sender_says_who_wrote() {
    let text = |sender: &str| from(sender, "text/plain", json!("oi"));
    let with = |mut envelope: Value, name: &str, value: Value| {
        envelope[name] = value;
        envelope
    };
    let by_bot = || text("mybot@msging.net/iris");
    let human = json!({ "#messageEmitter": "Human" });
    let echo = SentId::new(&close_key(), Part::ClosingText).to_string();
    let to_desk = with(by_bot(), "to", json!(AT_DESK));
    for (envelope, author, origin) in [
        (text(CUSTOMER), Author::Customer, Origin::Written),
        (text("a%40b.example@tunnel.msging.net"), Author::Customer, Origin::Written),
        (text("x@telegram.gw.msging.net"), Author::Customer, Origin::Written),
        (text("t-1@desk.msging.net/Webhook"), Author::Agent, Origin::Written),
        (text(AT_DESK), Author::Agent, Origin::Written),
        (text("ana%40acme.com@blip.ai"), Author::Agent, Origin::Written),
        (by_bot(), Author::Bot, Origin::Automation),
        (text("otherbot@msging.net"), Author::Bot, Origin::Automation),
        (with(by_bot(), "metadata", human), Author::Agent, Origin::Written),
        (with(by_bot(), "id", json!("fwd:a1")), Author::Agent, Origin::Written),
        (with(to_desk.clone(), "id", json!("fwd:m1")), Author::Customer, Origin::Written),
        (with(by_bot(), "id", json!(echo)), Author::Bot, Origin::Echo),
        (with(text(AT_DESK), "id", json!(format!("fwd:{echo}"))), Author::Bot, Origin::Echo),
        // A customer chooses their own ids.
        (with(text(CUSTOMER), "id", json!(echo)), Author::Customer, Origin::Written),
    ] {
        let message = message(&envelope);
        assert_eq!((message.author, message.origin), (author, origin), "{envelope}");
    }
}

#[test]
fn the_document_says_what_was_written() {
    let media =
        |kind: &str| json!({ "type": kind, "uri": "https://example.com/a", "text": "mira" });
    let words = |text: &str| json!({ "type": "text/plain", "value": text });
    let reply =
        |to: &str| json!({ "replied": words("Sí"), "inReplyTo": { "id": "x", "type": to } });
    let emoji = json!({ "emoji": { "values": [128_077] }, "inReactionTo": { "id": "x" } });
    let other = |kind: &str| MessageKind::Other(kind.into());
    for (kind, content, expected, said) in [
        ("text/plain".into(), json!("oi"), MessageKind::Text, Some("oi")),
        ("text/plain; charset=utf-8".into(), json!("oi"), MessageKind::Text, Some("oi")),
        (lime("media-link"), media("image/jpeg"), MessageKind::Media, Some("mira")),
        (lime("media-link"), media("audio/ogg"), MessageKind::Media, Some("mira")),
        (lime("media-link"), media("video/mp4"), MessageKind::Media, Some("mira")),
        (lime("media-link"), media("application/pdf"), MessageKind::Media, Some("mira")),
        (lime("media-link"), media("sticker/webp"), MessageKind::Sticker, None),
        (lime("location"), json!({ "latitude": 1, "longitude": 2 }), MessageKind::Location, None),
        (lime("contact"), json!({ "name": "Ana" }), MessageKind::Media, None),
        (lime("reply"), reply("text/plain"), MessageKind::Text, Some("Sí")),
        (lime("reply"), reply(&lime("select")), MessageKind::MenuAnswer, Some("Sí")),
        (lime("reply"), reply(&lime("document-select")), MessageKind::MenuAnswer, Some("Sí")),
        (lime("reply"), json!({}), other(&lime("reply")), None),
        (lime("reaction"), emoji, MessageKind::Reaction, Some("👍")),
        (lime("container"), words("oi"), MessageKind::Text, Some("oi")),
        (lime("sensitive"), words("secreto"), MessageKind::Text, None),
        (lime("deleted-content"), Value::Null, MessageKind::Edit, None),
        (lime("web-link"), json!({ "uri": "x" }), other(&lime("web-link")), None),
        ("x/y".into(), json!(5), other("x/y"), None),
        // An unreadable message is still a message.
        ("text/plain".into(), json!({}), other("text/plain"), None),
        (lime("location"), json!(5), other(&lime("location")), None),
        // Other forms are read.
        ("text/plain".into(), json!(4711), MessageKind::Text, Some("4711")),
        (lime("location"), json!({ "latitude": "1" }), MessageKind::Location, None),
        // A customer sends no tickets.
        (lime("redirect"), json!({}), other(&lime("redirect")), None),
        (TICKET.into(), json!({ "id": "t-1", "status": "ClosedClient" }), other(TICKET), None),
        (TICKET.into(), json!(5), other(TICKET), None),
    ] {
        let envelope = from(CUSTOMER, &kind, content);
        let message = message(&envelope);
        assert_eq!(message.author, Author::Customer, "{envelope}");
        assert_eq!(message.kind, expected, "{envelope}");
        assert_eq!(message.text.as_deref(), said, "{envelope}");
        assert_eq!(message.choice, None, "{envelope}");
    }
}

#[test]
fn an_answer_offered_is_known_however_it_comes() {
    let reply = json!({ "replied": { "type": "text/plain", "value": "Ya está resuelto" } });
    for (kind, content, choice) in [
        ("text/plain".into(), json!("Sigo aquí"), Some("continue")),
        ("text/plain".into(), json!(" Sigo aquí\n"), Some("continue")),
        ("text/plain".into(), json!("2"), Some("resolve")),
        ("text/plain".into(), json!("3"), None),
        ("text/plain".into(), json!("0"), None),
        ("text/plain".into(), json!("002"), None),
        ("text/plain".into(), json!("sigo aquí"), None),
        (lime("reply"), reply, Some("resolve")),
    ] {
        let envelope = from(CUSTOMER, &kind, content);
        let message = message(&envelope);
        assert_eq!(message.choice.as_deref(), choice, "{envelope}");
        let is_answer = message.kind == MessageKind::MenuAnswer;
        assert_eq!(is_answer, choice.is_some(), "{envelope}");
    }
    // An agent who writes the same has chosen nothing.
    assert_eq!(message(&from(AT_DESK, "text/plain", json!("2"))).choice, None);
    let mut pressed = from(CUSTOMER, "text/plain", json!("Otra cosa"));
    pressed["metadata"] = json!({ "#wa.interactive.button.id": "b1" });
    assert_eq!(message(&pressed).kind, MessageKind::MenuAnswer);
}

#[test]
fn the_metadata_say_when_it_was_written() {
    for (metadata, at) in [
        (json!({ "#wa.timestamp": "1772442000" }), 1_772_442_000_000),
        (json!({ "#date_processed": "1772442000123" }), 1_772_442_000_123),
        (json!({ "date_created": "1772442000123" }), 1_772_442_000_123),
        (json!({ "#envelope.storageDate": "2026-03-02T09:00:00Z" }), 1_772_442_000_000),
        (
            json!({ "date_created": "1772442000123", "#wa.timestamp": "1772441999" }),
            1_772_441_999_000,
        ),
        (json!({ "#wa.timestamp": "soon", "#date_processed": "1772442000123" }), 1_772_442_000_123),
        (json!({ "#envelope.storageDate": "0001-01-01T00:00:00Z" }), NOW),
        (json!({ "#wa.timestamp": "-5" }), NOW),
        (json!({ "#wa.timestamp": "99999999999999999" }), NOW),
        (json!({ "#wa.timestamp": 1_772_442_000 }), 1_772_442_000_000),
        (json!({ "#envelope.storageDate": "2026-03-02T09:00:00+0000" }), 1_772_442_000_000),
        (json!({}), NOW),
    ] {
        let mut envelope = from(CUSTOMER, "text/plain", json!("oi"));
        envelope["metadata"] = metadata;
        let message = message(&envelope);
        assert_eq!((message.at, message.received_at), (at, NOW), "{envelope}");
    }
}

#[test]
fn a_message_passed_on_has_the_id_of_the_original() {
    for id in ["m1", "fwd:m1", "fwd:fwd:m1"] {
        let mut envelope = from(AT_DESK, "text/plain", json!("oi"));
        envelope["id"] = json!(id);
        assert_eq!(message(&envelope).id.as_deref(), Some("m1"));
    }
}

#[test]
fn what_means_nothing_says_why() {
    let state = |who: &str, what: &str| from(who, &lime("chatstate"), json!({ "state": what }));
    let text = |who: &str| from(who, "text/plain", json!("oi"));
    let ticket = |ticket: Value| from("t-1@desk.msging.net", TICKET, ticket);
    let expiration = "application/vnd.blip-client.inputexpirationtime+json";
    for (envelope, why) in [
        (
            json!({ "id": "1", "to": "5@wa.gw.msging.net", "type": "text/plain", "content": "oi" }),
            Why::NoSender,
        ),
        (text("postmaster@msging.net/#az"), Why::FromAServer),
        (text("postmaster@wa.gw.msging.net"), Why::FromAServer),
        (state(CUSTOMER, "paused"), Why::NotTyping),
        (state(CUSTOMER, "gone"), Why::NotTyping),
        (state(CUSTOMER, "dancing"), Why::NotTyping),
        (state(AT_DESK, "composing"), Why::NotTheCustomerTyping),
        (from("mybot@msging.net", expiration, json!({})), Why::InputExpiration),
        (from(AT_DESK, &lime("redirect"), json!({})), Why::RedirectWithoutTicket),
        (
            from(
                AT_DESK,
                &lime("redirect"),
                json!({ "context": { "type": "text/plain", "value": "a" } }),
            ),
            Why::RedirectWithoutTicket,
        ),
        (ticket(json!({ "status": "Open" })), Why::TicketWithoutId),
        (ticket(json!({ "id": "t-1", "status": "Transferred" })), Why::Transferred),
        (ticket(json!({ "id": "t-0", "status": "Open" })), Why::OlderTicket),
        (
            ticket(json!({ "id": "t-0", "sequentialId": 6, "status": "ClosedClient" })),
            Why::OlderTicket,
        ),
        (json!({ "event": "failed" }), Why::FailureOfAnother),
        (json!({ "id": "1", "method": "get", "uri": "/tickets" }), Why::Command),
        (json!({ "id": "1", "method": "set", "uri": "/tickets/t-1/transfer" }), Why::Command),
        (json!({ "id": "1", "method": "set", "uri": "/contacts/a" }), Why::Command),
        (json!({ "id": "1", "method": "set" }), Why::Command),
        (json!({ "id": "1", "method": "set", "status": "success" }), Why::AnswerToAnother),
        (json!({ "id": "1", "state": "established" }), Why::NotAnEnvelope),
    ] {
        assert_eq!(read(&envelope), Meaning::Nothing(why), "{envelope}");
    }
    // Without a ticket only the bot is concerned.
    for envelope in [text(CUSTOMER), text(AT_DESK), state(CUSTOMER, "composing")] {
        assert_eq!(read_after(&envelope, None), Meaning::Nothing(Why::NoTicket), "{envelope}");
    }
}

#[test]
fn a_failure_of_somebody_elses_message_takes_it_back() {
    let failed = json!({ "id": "fwd:fwd:m2", "from": CUSTOMER, "event": "failed",
                         "reason": { "code": 131_026 } });
    let what = Happening::Other("message-undelivered:m2".into());
    assert_eq!(happened(&read(&failed)), ("t-1", vec![(what, NOW)]));
    assert_eq!(read_after(&failed, None), Meaning::Nothing(Why::FailureOfAnother));
}

#[test]
fn a_message_of_nobody_in_particular_is_not_passed_over() {
    let bot = "mybot@msging.net".parse().unwrap();
    for (envelope, place) in [
        (json!({ "id": "1", "type": "text/plain", "content": "oi" }), "/from"),
        (json!({ "id": "1", "from": "a@b@c", "type": "text/plain", "content": "oi" }), "/from"),
        (
            json!({ "id": "1", "from": 5, "to": "mybot@msging.net", "type": "text/plain",
                    "content": "oi" }),
            "/from",
        ),
    ] {
        let read = Envelope::read(&envelope.to_string()).unwrap();
        let error = meaning(&read, NOW, &Known::new(&bot)).expect_err("nobody can tell");
        assert_eq!(error.place(), place, "{envelope}");
    }
}

#[test]
fn a_customer_who_composes_is_typing() {
    let typing = from(CUSTOMER, &lime("chatstate"), json!({ "state": "composing" }));
    assert_eq!(happened(&read(&typing)), ("t-1", vec![(Happening::Typing, NOW)]));
    let kind = "Application/vnd.lime.chatstate+json; charset=utf-8";
    let typing = from(CUSTOMER, kind, json!({ "state": "composing" }));
    assert_eq!(happened(&read(&typing)), ("t-1", vec![(Happening::Typing, NOW)]));
}

const TICKET: &str = "application/vnd.iris.ticket+json";

fn told(ticket: &Ticket) -> Value {
    json!({ "id": "e1", "from": "t-1@desk.msging.net", "type": TICKET,
            "content": Content::from(ticket.clone()).to_json() })
}

fn date(minute: i64) -> Option<Date> {
    Date::at(NOW + minute * 60_000)
}

const fn minute(minute: i64) -> i64 {
    NOW + minute * 60_000
}

#[test]
fn a_new_ticket_is_opened_and_assigned() {
    let waiting =
        Ticket { status: Some(Status::Waiting), storage_date: date(-5), ..samples::ticket() };
    let by_flow = vec![(Happening::Opened(Source::Flow), minute(-5))];
    assert_eq!(happened(&read_after(&told(&waiting), None)), ("t-1", by_flow));

    let on_behalf = Ticket {
        customer_input: Some(despertador_lime::content::Document::new("text/plain", json!("oi"))),
        ..waiting.clone()
    };
    // What they wrote to the bot before there was a ticket.
    let Meaning::Happened { what, .. } = read_after(&told(&on_behalf), None) else { panic!() };
    let [Happened::Event(opened), Happened::Message(asked)] = what.as_slice() else {
        panic!("{what:?}")
    };
    assert_eq!((&opened.what, opened.at), (&Happening::Opened(Source::Customer), minute(-5)));
    assert_eq!((&asked.author, &asked.kind), (&Author::Customer, &MessageKind::Text));
    assert_eq!((asked.text.as_deref(), asked.at), (Some("oi"), minute(-5)));

    let opened_by_us = Ticket {
        customer_input: Some(despertador_lime::content::Document::new("text/plain", json!(""))),
        ..waiting.clone()
    };
    let by_flow = vec![(Happening::Opened(Source::Flow), minute(-5))];
    assert_eq!(happened(&read_after(&told(&opened_by_us), None)), ("t-1", by_flow));

    let open = Ticket { status: Some(Status::Open), open_date: date(-3), ..waiting.clone() };
    let ana = || Happening::Assigned("ana@acme.com".into());
    let both = vec![(Happening::Opened(Source::Flow), minute(-5)), (ana(), minute(-3))];
    let meaning = read_after(&told(&open), None);
    assert_eq!(happened(&meaning), ("t-1", both));
    let Meaning::Happened { what, .. } = meaning else { unreachable!() };
    let ids: Vec<_> = what
        .iter()
        .map(|happened| match happened {
            Happened::Event(event) => event.id.as_deref().unwrap(),
            Happened::Message(_) => panic!(),
        })
        .collect();
    assert_eq!(ids, ["t-1#opened@1772442300000", "t-1#assigned@1772442420000"]);

    // Already known, and taken by an agent since.
    let taken = read_after(&told(&open), Some(&waiting));
    assert_eq!(happened(&taken), ("t-1", vec![(ana(), minute(-3))]));
    assert_eq!(read_after(&told(&open), Some(&open)), Meaning::Nothing(Why::NothingNew));
}

#[test]
fn what_is_new_in_a_ticket_has_happened() {
    let open = samples::ticket();
    let since = |change: &dyn Fn(&mut Ticket)| {
        let mut ticket = Ticket { status_date: date(-1), ..open.clone() };
        change(&mut ticket);
        ticket
    };
    let closed = |status: Status| since(&move |t| t.status = Some(status.clone()));
    let over = closed(Status::ClosedAttendant);
    let standing_by = since(&|t| t.standby_mode_start = date(-2));
    let luis = Happening::Assigned("luis@acme.com".into());
    let to_sales = |agent: Option<&str>| {
        let (department, agent) = (Some("Vendas".into()), agent.map(Into::into));
        Happening::Transferred(Transfer { department, agent })
    };
    for (ticket, before, expected, at) in [
        (closed(Status::ClosedAttendant), &open, Happening::Closed(Source::Agent), -1),
        (closed(Status::ClosedClient), &open, Happening::Closed(Source::Customer), -1),
        (closed(Status::ClosedClientInactivity), &open, Happening::Closed(Source::Inactivity), -1),
        (
            since(&|t| (t.status, t.closed) = (None, Some(true))),
            &open,
            Happening::Closed(Source::Other("closed".into())),
            -1,
        ),
        (
            since(&|t| {
                t.status = Some(Status::ClosedClient);
                t.close_date = date(-4);
            }),
            &open,
            Happening::Closed(Source::Customer),
            -4,
        ),
        (since(&|t| t.agent_identity = Some("luis%40acme.com@blip.ai".into())), &open, luis, -1),
        (since(&|t| t.status = Some(Status::Waiting)), &open, Happening::Unassigned, -1),
        (since(&|t| t.agent_identity = None), &open, Happening::Unassigned, -1),
        (since(&|t| t.team = Some("Vendas".into())), &open, to_sales(Some("ana@acme.com")), -1),
        (standing_by.clone(), &open, Happening::Held, -2),
        (since(&|_| {}), &standing_by, Happening::Released, 0),
        (since(&|_| {}), &over, Happening::Reopened(Source::Other("blip".into())), -1),
    ] {
        let meaning = read_after(&told(&ticket), Some(before));
        let expected = ("t-1", vec![(expected, minute(at))]);
        assert_eq!(happened(&meaning), expected, "{ticket:?}");
    }
    for ticket in [
        since(&|_| {}),
        since(&|t| t.unread_messages = Some(3)),
        since(&|t| t.status = Some(Status::Assigned)),
        since(&|t| t.status = Some(Status::Other("Dancing".into()))),
        // The year 1 is not a date: it was not set.
        since(&|t| t.standby_mode_start = Date::parse("0001-01-01T00:00:00Z")),
    ] {
        let meaning = read_after(&told(&ticket), Some(&open));
        assert_eq!(meaning, Meaning::Nothing(Why::NothingNew), "{ticket:?}");
    }
    assert_eq!(read_after(&told(&over), Some(&over)), Meaning::Nothing(Why::NothingNew));
}

#[test]
fn a_transfer_concerns_the_new_ticket() {
    let old = samples::ticket();
    let (gone, new) =
        despertador_lime::desk::transferred(&old, ("t-2", 8), Some("Vendas"), None, NOW);
    assert_eq!(read_after(&told(&gone), Some(&old)), Meaning::Nothing(Why::Transferred));
    assert_eq!(gone.facts().status, TicketStatus::Other("Transferred".into()));

    let transfer = Transfer { department: Some("Vendas".into()), agent: None };
    for known in [&old, &gone] {
        let meaning = read_after(&told(&new), Some(known));
        let expected = vec![(Happening::Transferred(transfer.clone()), NOW)];
        assert_eq!(happened(&meaning), ("t-2", expected));
        let Meaning::Happened { continues, .. } = meaning else { unreachable!() };
        assert_eq!(continues.as_deref(), Some("t-1"));
    }
    // A later ticket that continues none.
    let later = Ticket { parent_sequential_id: None, ..new.clone() };
    let Meaning::Happened { continues, .. } = read_after(&told(&later), Some(&gone)) else {
        panic!("it is opened")
    };
    assert_eq!(continues, None);
    // The old one arrives late: it is no longer the customer's ticket.
    for late in [&old, &Ticket { status: Some(Status::ClosedClient), ..old.clone() }] {
        let meaning = read_after(&told(late), Some(&new));
        assert_eq!(meaning, Meaning::Nothing(Why::OlderTicket));
    }
}

#[test]
fn a_ticket_comes_directly_or_by_a_redirect() {
    let closed = Ticket {
        status: Some(Status::ClosedClientInactivity),
        close_date: date(-1),
        ..samples::ticket()
    };
    let (bot, customer) = (bot(), "5511999990000@wa.gw.msging.net".parse().unwrap());
    let back = despertador_lime::desk::redirect_to_bot("r1", &closed, &bot, &customer);
    let redirect = Envelope::from(back).to_json();
    let expected = vec![(Happening::Closed(Source::Inactivity), minute(-1))];
    assert_eq!(happened(&read(&redirect)), ("t-1", expected.clone()));
    assert_eq!(happened(&read(&told(&closed))), ("t-1", expected));
}

#[test]
fn a_ticket_closed_reports_the_close_that_was_sent() {
    let (bot, ticket, close) = (bot(), samples::ticket(), close_key());
    let resolve = ActionKey { step: Step::Resolve, ..close.clone() };
    let elsewhere = ActionKey { ticket: "t-9".into(), ..close.clone() };
    let done = |key: &ActionKey| Happening::CarriedOut(key.clone());
    let by_bot = Some("mybot@msging.net");
    for (closing, status, by, expected) in [
        (&close, Status::ClosedClientInactivity, None, done(&close)),
        (&close, Status::ClosedAttendant, by_bot, done(&close)),
        (&resolve, Status::ClosedClient, None, done(&resolve)),
        // An agent or the customer was faster.
        (&close, Status::ClosedAttendant, None, Happening::Closed(Source::Agent)),
        (
            &close,
            Status::ClosedAttendant,
            Some("ana%40acme.com@blip.ai"),
            Happening::Closed(Source::Agent),
        ),
        (&close, Status::ClosedClient, None, Happening::Closed(Source::Customer)),
        (&elsewhere, Status::ClosedClientInactivity, by_bot, Happening::Closed(Source::Inactivity)),
    ] {
        let known = Known { ticket: Some(&ticket), closing: Some(closing), ..Known::new(&bot) };
        let status = Some(status);
        let closed = Ticket { status, closed_by: by.map(Into::into), ..samples::ticket() };
        let envelope = Envelope::read(&told(&closed).to_string()).unwrap();
        let meaning = meaning(&envelope, NOW, &known).unwrap();
        assert_eq!(happened(&meaning), ("t-1", vec![(expected, NOW)]), "{closed:?}");
    }
}

#[test]
fn what_happens_again_is_no_repetition() {
    // Desks report a ticket under the same id each time.
    let held_at = |since: i64| Ticket { standby_mode_start: date(since), ..samples::ticket() };
    let id = |ticket: &Ticket| match read(&told(ticket)) {
        Meaning::Happened { what, .. } => match what.as_slice() {
            [Happened::Event(event)] => event.id.clone().unwrap(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(id(&held_at(-5)), id(&held_at(-5)));
    assert_ne!(id(&held_at(-5)), id(&held_at(-2)));
}

#[test]
fn an_envelope_says_whom_it_concerns() {
    let customer = || At::Customer(CUSTOMER.split('/').next().unwrap().parse().unwrap());
    let ticket = || At::Ticket("t-1".into());
    let to = |who: &str, to: &str| json!({ "id": "m1", "from": who, "to": to, "type": "text/plain", "content": "oi" });
    let (bot_address, at_ticket) = ("mybot@msging.net", "t-1@desk.msging.net/Webhook");
    let sent = SentId::new(&close_key(), Part::Close).to_string();
    for (envelope, expected) in [
        (to(CUSTOMER, bot_address), Some(customer())),
        (to(AT_DESK, bot_address), Some(customer())),
        (to(at_ticket, bot_address), Some(ticket())),
        (to(bot_address, CUSTOMER), Some(customer())),
        (to(bot_address, AT_DESK), Some(customer())),
        (to(bot_address, at_ticket), Some(ticket())),
        (to("postmaster@msging.net", bot_address), None),
        (json!({ "id": "m1", "from": CUSTOMER, "event": "received" }), Some(customer())),
        (
            json!({ "id": sent, "from": "postmaster@wa.gw.msging.net", "event": "failed" }),
            Some(ticket()),
        ),
        (
            json!({ "id": sent, "from": "postmaster@desk.msging.net", "method": "set",
                    "status": "success" }),
            Some(ticket()),
        ),
        (json!({ "id": "m1", "type": "text/plain", "content": "oi" }), None),
        (json!({ "state": "new" }), None),
    ] {
        let read = Envelope::read(&envelope.to_string()).unwrap();
        assert_eq!(subject_of(&read, &bot()), expected, "{envelope}");
    }
}

#[test]
fn a_damaged_ticket_is_an_error() {
    let (bot, ticket) = (bot(), samples::ticket());
    let known = Known { ticket: Some(&ticket), ..Known::new(&bot) };
    for (envelope, place) in [
        (from(AT_DESK, TICKET, json!(5)), "/content"),
        (
            from(AT_DESK, &lime("redirect"), json!({ "context": { "type": TICKET, "value": [] } })),
            "/content/context/value",
        ),
        (
            json!({ "id": "1", "method": "set", "uri": "/tickets/change-status", "type": TICKET,
                    "resource": "closed" }),
            "/resource",
        ),
    ] {
        let envelope = Envelope::read(&envelope.to_string()).unwrap();
        let error = meaning(&envelope, NOW, &known).expect_err("damaged");
        assert_eq!(error.place(), place);
    }
}

#[test]
fn what_became_of_an_action_leads_to_its_key() {
    let key = ActionKey { ticket: "acme/47".into(), cycle: 1, step: Step::Reminder(2) };
    let sent = SentId::new(&key, Part::Message);
    let notified = |event: &str| json!({ "id": sent.to_string(), "event": event });
    for (event, stage) in [
        ("accepted", Stage::Accepted),
        ("dispatched", Stage::Dispatched),
        ("received", Stage::Received),
        ("consumed", Stage::Consumed),
        ("danced", Stage::Other("danced".into())),
    ] {
        let Meaning::Receipt(receipt) = read(&notified(event)) else { panic!("{event}") };
        assert_eq!((receipt.stage, receipt.sent.as_ref()), (stage, Some(&sent)), "{event}");
    }
    for (code, kind) in [
        (1, FailureKind::Unreachable),
        (42, FailureKind::Unreachable),
        (81, FailureKind::Unreachable),
        (131_016, FailureKind::Unreachable),
        (32, FailureKind::Blocked),
        (33, FailureKind::Blocked),
        (83, FailureKind::Blocked),
        (131_026, FailureKind::Blocked),
        (21, FailureKind::Refused),
        (82, FailureKind::Refused),
        (131_047, FailureKind::Refused),
        (0, FailureKind::Refused),
        (-7, FailureKind::Refused),
    ] {
        assert_eq!(failure_kind(code), kind, "{code}");
        let mut failed = notified("failed");
        failed["reason"] = json!({ "code": code });
        let what = Happening::Failed(Failure { key: key.clone(), kind: kind.clone() });
        let expected = vec![(what, NOW)];
        assert_eq!(happened(&read(&failed)), ("acme/47", expected), "{code}");
    }
    let Meaning::Receipt(receipt) = read(&json!({ "id": "m1", "event": "consumed" })) else {
        panic!("a receipt")
    };
    assert_eq!((receipt.id.as_str(), receipt.sent), ("m1", None));
}

#[test]
fn an_answer_to_a_command_says_what_became_of_the_close() {
    let sent = |part| SentId::new(&close_key(), part).to_string();
    let answer = |part, status: &str| {
        json!({ "id": sent(part), "from": "postmaster@desk.msging.net", "method": "set",
                "status": status, "reason": { "code": 67, "description": "x" } })
    };
    let Meaning::Receipt(receipt) = read(&answer(Part::Close, "success")) else { panic!() };
    assert_eq!((receipt.stage, receipt.sent.unwrap().key), (Stage::Done, close_key()));

    let what = Happening::Failed(Failure { key: close_key(), kind: FailureKind::Refused });
    let failed = read(&answer(Part::Close, "failure"));
    assert_eq!(happened(&failed), ("t-1", vec![(what, NOW)]));

    // A failed note does not affect the close.
    let Meaning::Receipt(receipt) = read(&answer(Part::ClosingNote, "failure")) else { panic!() };
    assert_eq!(receipt.stage, Stage::Failed(Reason::new(67, "x")));
}

#[test]
fn a_desk_is_asked_to_hold_and_to_close() {
    let ask = |uri: &str, resource: Value| {
        json!({ "id": "1", "from": "ana%40acme.com@blip.ai", "to": "postmaster@desk.msging.net",
                "method": "set", "uri": uri, "type": TICKET, "resource": resource })
    };
    let closed = |by| Happening::Closed(by);
    for (uri, resource, expected) in [
        ("/tickets/t-1/pause-inactivity", json!({ "id": "t-1" }), Happening::Held),
        ("/tickets/t%2D1/resume-inactivity", json!({}), Happening::Released),
        (
            "lime://postmaster@desk.msging.net/tickets/t-1/pause-inactivity?x=1",
            json!({}),
            Happening::Held,
        ),
        ("/tickets/t-1/close", json!({}), closed(Source::Flow)),
        ("/tickets/t-1/close", json!({ "closedBy": "mybot@msging.net" }), closed(Source::Flow)),
        (
            "/tickets/t-1/close",
            json!({ "closedBy": "ana%40acme.com@blip.ai" }),
            closed(Source::Agent),
        ),
        ("/tickets/t-1/close", json!({ "closedBy": "crm@example.com" }), closed(Source::Api)),
        (
            "/tickets/change-status",
            json!({ "id": "t-1", "status": "ClosedAttendant" }),
            closed(Source::Agent),
        ),
        (
            "/tickets/change-status-without-redirect",
            json!({ "id": "t-1", "status": "ClosedClient" }),
            closed(Source::Customer),
        ),
    ] {
        let meaning = read(&ask(uri, resource));
        assert_eq!(happened(&meaning), ("t-1", vec![(expected, NOW)]), "{uri}");
    }
    // Our own close is reported by its response.
    let mut ours = ask("/tickets/t-1/close", json!({}));
    ours["id"] = json!(SentId::new(&close_key(), Part::Close).to_string());
    assert_eq!(read(&ours), Meaning::Nothing(Why::Command));
}

#[test]
fn a_ticket_tells_the_facts() {
    let ticket = Ticket { tags: Some(vec!["vip".into()]), ..samples::ticket() };
    let facts = ticket.facts();
    assert_eq!(facts.id, "t-1");
    assert_eq!(facts.status, TicketStatus::Open);
    assert_eq!(facts.department.as_deref(), Some("Suporte"));
    assert_eq!(facts.channel, Channel::Whatsapp);
    assert_eq!(facts.agent.as_deref(), Some("ana@acme.com"));
    assert_eq!(facts.tags, ["vip"]);
    let more = facts.more.unwrap();
    assert!(more.contains(&("ticket.number".into(), "7".into())), "{more:?}");
    for (status, expected) in [
        (Some(Status::None), TicketStatus::Open),
        (Some(Status::Waiting), TicketStatus::Open),
        (Some(Status::Assigned), TicketStatus::Open),
        (None, TicketStatus::Open),
        (Some(Status::ClosedAttendant), TicketStatus::Closed),
        (Some(Status::ClosedClient), TicketStatus::Closed),
        (Some(Status::ClosedClientInactivity), TicketStatus::Closed),
        (Some(Status::Transferred), TicketStatus::Other("Transferred".into())),
        (Some(Status::Other("Dancing".into())), TicketStatus::Other("Dancing".into())),
    ] {
        assert_eq!(Ticket { status, ..samples::ticket() }.facts().status, expected);
    }
    let elsewhere = Ticket { customer_domain: Some("0mn.io".into()), ..samples::ticket() };
    assert_eq!(elsewhere.facts().channel, Channel::WebChat);
    assert_eq!(channel(""), Channel::Other(String::new()));
    assert_eq!(key::render(&close_key()), "t-1/2/close");
}
