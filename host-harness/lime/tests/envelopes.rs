//! Envelopes are read and written unchanged; errors say where and why.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod samples;

use despertador_lime::{
    Command, Content, Envelope, Known, Message, Notification, Problem, ReadError, meaning,
};
use samples::{commands, messages, notifications, others};
use serde_json::{Value, json};

fn samples() -> impl Iterator<Item = &'static str> {
    [messages(), notifications(), commands(), others()].concat().into_iter()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect(text)
}

#[test]
fn what_is_read_is_written_the_same() {
    for text in samples() {
        let envelope = Envelope::read(text).expect(text);
        assert_eq!(envelope.to_json(), json(text), "{text}");
        let again: Envelope = envelope.to_string().parse().expect(text);
        assert_eq!(again, envelope, "{text}");
    }
}

#[test]
fn documents_are_read_and_written_the_same() {
    for text in messages() {
        let Envelope::Message(message) = Envelope::read(text).unwrap() else { panic!("{text}") };
        let content = message.content().expect(text);
        assert_eq!(content.to_json(), message.document, "{text}");
        if !message.media_type.contains([';', 'T']) {
            assert_eq!(content.media_type(), message.media_type, "{text}");
            let again = Message::new(message.header.clone(), &content);
            assert_eq!(again.document, message.document);
        }
    }
    for text in commands() {
        let Envelope::Command(command) = Envelope::read(text).unwrap() else { panic!("{text}") };
        let document = command.resource().expect(text).map(|content| content.to_json());
        assert_eq!(document, command.document, "{text}");
    }
}

#[test]
fn each_sample_is_what_it_is_called() {
    for text in messages() {
        assert!(matches!(Envelope::read(text), Ok(Envelope::Message(_))), "{text}");
    }
    for text in notifications() {
        assert!(matches!(Envelope::read(text), Ok(Envelope::Notification(_))), "{text}");
    }
    for text in commands() {
        assert!(matches!(Envelope::read(text), Ok(Envelope::Command(_))), "{text}");
    }
    for text in others() {
        assert!(matches!(Envelope::read(text), Ok(Envelope::Other(_))), "{text}");
    }
}

#[test]
fn every_kind_of_document_has_a_sample() {
    let mut kinds = std::collections::BTreeSet::new();
    for text in messages() {
        let Ok(Envelope::Message(message)) = Envelope::read(text) else { panic!("{text}") };
        kinds.insert(match message.content().unwrap() {
            Content::Text(_) => "text",
            Content::MediaLink(_) => "media-link",
            Content::Select(_) => "select",
            Content::Reply(_) => "reply",
            Content::Reaction(_) => "reaction",
            Content::Location(_) => "location",
            Content::Contact(_) => "contact",
            Content::ChatState(_) => "chat-state",
            Content::Ticket(_) => "ticket",
            Content::Redirect(_) => "redirect",
            Content::InputExpiration(_) => "input-expiration",
            Content::Sensitive(_) => "sensitive",
            Content::Container(_) => "container",
            Content::Comment(_) => "comment",
            Content::Template(_) => "template",
            Content::Other(_) => "other",
            _ => "without a name here",
        });
    }
    // Notes are sent as commands.
    assert_eq!(kinds.len(), 15, "{kinds:?}");
}

fn refusal(text: &str) -> ReadError {
    match Envelope::read(text) {
        Err(error) => error,
        Ok(Envelope::Message(message)) => {
            message.content().and_then(Content::ticket).expect_err(text)
        }
        Ok(Envelope::Command(command)) => command.resource().expect_err(text),
        Ok(other) => panic!("{other:?}"),
    }
}

#[test]
fn what_cannot_be_read_says_where_and_why() {
    let ticket = r#"{"type":"application/vnd.iris.ticket+json","content":"#;
    let redirect = r#"{"type":"application/vnd.lime.redirect+json","content":{"context":
        {"type":"application/vnd.iris.ticket+json","value":"#;
    for (text, expected) in [
        ("", "the envelope is not JSON at line 1, column 0"),
        ("{\n  \"id\": }", "the envelope is not JSON at line 2, column 9"),
        ("\u{feff}{\n  \"id\": }", "the envelope is not JSON at line 2, column 9"),
        ("[]", "the envelope is a list and must be an object"),
        ("5", "the envelope is a number and must be an object"),
        (
            r#"{"method":"set","type":"text/plain","resource":{}}"#,
            "`/resource` is an object and must be a text",
        ),
        (
            r#"{"type":"text/plain","content":true}"#,
            "`/content` is a truth value and must be a text",
        ),
        (&format!("{ticket}7}}"), "`/content` is a number and must be an object"),
        (&format!("{redirect}7}}}}}}"), "`/context/value` is a number and must be an object"),
    ] {
        let error = refusal(text);
        assert_eq!(error.to_string(), expected, "{text}");
        assert!(!error.help().is_empty() && !error.help().ends_with('.'), "{text}");
        let place = error.place();
        assert!(place.is_empty() || place.starts_with('/'), "{text}");
    }
}

/// A missing or invalid member loses only its own information.
#[test]
fn an_odd_member_costs_nothing_but_itself() {
    for text in [
        r#"{"from":"5@wa.gw.msging.net","content":"oi"}"#,
        r#"{"type":null,"from":"5@wa.gw.msging.net","content":"oi"}"#,
        r#"{"type":"text/plain","from":" 5@wa.gw.msging.net/","to":"a@b@c","content":"oi"}"#,
        r#"{"id":5,"type":"text/plain","from":"5%40wa.gw.msging.net","content":"oi"}"#,
        r#"{"id":{},"type":"text/plain","from":"5@wa.gw.msging.net","pp":7,"content":"oi"}"#,
        r#"{"type":"text/plain","from":"5@wa.gw.msging.net","metadata":[],"content":"oi"}"#,
    ] {
        let Ok(Envelope::Message(message)) = Envelope::read(text) else { panic!("{text}") };
        let from = message.header.from.as_ref().expect(text);
        assert_eq!(from.to_string(), "5@wa.gw.msging.net", "{text}");
        assert_eq!(message.content(), Ok(Content::Text("oi".into())), "{text}");
        assert_eq!(Envelope::from(message).to_json(), json(text), "it is written as it was");
    }
    let reason = |text: &str| match Envelope::read(text) {
        Ok(Envelope::Notification(notification)) => notification.reason.map(|reason| reason.code),
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(r#"{"event":"failed","reason":{"code":"42"}}"#), Some(42));
    assert_eq!(reason(r#"{"event":"failed","reason":{"code":42.0}}"#), Some(42));
    assert_eq!(reason(r#"{"event":"failed","reason":{}}"#), Some(0));
    assert_eq!(reason(r#"{"event":"failed","reason":"broken"}"#), None);

    let read = |ticket: &str| {
        let content = Content::read("application/vnd.iris.ticket+json", json(ticket));
        content.and_then(Content::ticket).expect(ticket).expect(ticket)
    };
    let ticket = read(
        r#"{"id":7,"sequentialId":"12","closed":"True","rating":"4.5","tags":["a",2,null],
            "openDate":"yesterday","storageDate":"2024-06-25T13:00:00.000+0000",
            "closeDate":1719320400000,"status":"Open","team":{},"customerInput":5}"#,
    );
    assert_eq!(ticket.id.as_deref(), Some("7"));
    assert_eq!((ticket.sequential_id, ticket.closed), (Some(12), Some(true)));
    assert_eq!(ticket.tags, Some(vec!["a".into(), "2".into()]));
    assert_eq!((&ticket.open_date, &ticket.team, &ticket.customer_input), (&None, &None, &None));
    let at = |date: Option<despertador_lime::Date>| date.expect("a date").instant();
    assert_eq!(at(ticket.storage_date.clone()), 1_719_320_400_000);
    assert_eq!(at(ticket.close_date.clone()), 1_719_320_400_000);
}

/// Senders cut texts in the middle of an emoji, in any text of an envelope.
#[test]
fn half_an_emoji_is_heard_wherever_it_stands() {
    for half in ["\\ud83d", "\\ude00", "\\ude00\\ud83d"] {
        for text in samples() {
            let halved = text.replacen(":\"", &format!(":\"{half}"), 9);
            let Ok(read) = Envelope::read(&halved) else { panic!("{halved}") };
            try_everything(&read);
            let name = text.replacen("{\"", &format!("{{\"{half}\":1,\""), 1);
            assert!(Envelope::read(&name).is_ok(), "{name}");
        }
    }
    let text = r#"{"from":"5@wa.gw.msging.net","type":"text/plain","content":"E o 4711 \ud83d"}"#;
    let Ok(Envelope::Message(message)) = Envelope::read(text) else { panic!("{text}") };
    assert_eq!(message.content(), Ok(Content::Text("E o 4711 \u{fffd}".into())));
}

#[test]
fn everything_has_a_limit() {
    let long = format!(r#"{{"type":"text/plain","content":"{}"}}"#, "a".repeat(1024 * 1024));
    let error = Envelope::read(&long).unwrap_err();
    assert!(matches!(error.problem(), Problem::TooLarge { allowed: 1_048_576, .. }));

    let nested = |n: usize| {
        let (open, close) = ("[".repeat(n), "]".repeat(n));
        format!(r#"{{"type":"x/y","content":{open}"]]]\"[[["{close}}}"#)
    };
    assert!(Envelope::read(&nested(63)).is_ok());
    let error = Envelope::read(&nested(64)).unwrap_err();
    assert_eq!(error.problem(), &Problem::TooDeep { allowed: 64 });
    assert!(Envelope::read(&nested(100_000)).is_err());
}

/// A random value that replaces another one.
fn stranger(rng: &mut fastrand::Rng) -> Value {
    match rng.u8(..14) {
        0 => Value::Null,
        1 => json!(rng.bool()),
        2 => json!(rng.i64(..)),
        3 => json!(rng.f64() * 1e9),
        4 => json!(""),
        5 => json!("desk:~1/%ff%40@@"),
        6 => json!([]),
        7 => json!({}),
        8 => json!("0001-01-01T00:00:00Z"),
        9 => json!("9999-12-31T23:59:59.999+14:00"),
        10 => json!("99999999999999999999"),
        11 => json!("text/plain"),
        12 => json!({ "type": "application/vnd.lime.container+json", "value": {} }),
        _ => json!((0..rng.usize(..20)).map(|_| rng.char(..)).collect::<String>()),
    }
}

/// All pointers into a value.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.into());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| places(item, &format!("{at}/{n}"), all));
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(member, &format!("{at}/{name}"), all);
            }
        }
        _ => {}
    }
}

/// Parses everything that can be parsed.
fn try_everything(envelope: &Envelope) {
    let bot = "mybot@msging.net".parse().unwrap();
    let ticket = samples::ticket();
    let offered = samples::offered();
    let known = Known { ticket: Some(&ticket), offered: &offered, ..Known::new(&bot) };
    for now in [0, 1_800_000_000_000, i64::MAX, i64::MIN] {
        let _ = meaning(envelope, now, &known);
    }
    match envelope {
        Envelope::Message(message) => {
            if let Ok(content) = message.content() {
                // A number instead of a text is read as a text.
                if !message.document.is_number() {
                    assert_eq!(content.to_json(), message.document, "{envelope}");
                }
                if let Ok(Some(ticket)) = content.ticket() {
                    let _ = (ticket.facts(), ticket.agent(), ticket.domain());
                }
            }
        }
        Envelope::Command(command) => {
            if let Ok(Some(content)) = command.resource()
                && !command.document.as_ref().is_some_and(Value::is_number)
            {
                assert_eq!(Some(content.to_json()), command.document, "{envelope}");
            }
        }
        Envelope::Notification(Notification { .. }) | Envelope::Other(_) => {}
    }
}

#[test]
fn altered_envelopes_are_read_the_same_or_refused() {
    let mut rng = fastrand::Rng::with_seed(11);
    let originals: Vec<Value> = samples().map(json).collect();
    let (mut read, mut refused) = (0, 0);
    for _ in 0..60_000 {
        let mut value = rng.choice(&originals).unwrap().clone();
        for _ in 0..rng.usize(1..4) {
            let mut all = Vec::new();
            places(&value, "", &mut all);
            let place = rng.choice(&all).unwrap().clone();
            match value.pointer_mut(&place).unwrap() {
                Value::Object(members) if rng.bool() => {
                    let name = ["more", "content", "event", "method", "type", "a/b~c"];
                    let name = rng.choice(name).unwrap();
                    members.insert(name.into(), stranger(&mut rng));
                }
                other => *other = stranger(&mut rng),
            }
        }
        let text = value.to_string();
        match Envelope::read(&text) {
            Ok(envelope) => {
                read += 1;
                assert_eq!(envelope.to_json(), value, "{text}");
                try_everything(&envelope);
            }
            Err(error) => {
                refused += 1;
                assert!(
                    value.pointer(error.place()).is_some() || error.to_string().contains("missing")
                );
            }
        }
    }
    // Only values that are not objects are refused.
    assert!(read > 50_000 && refused > 1_000, "{read} read, {refused} refused");
}

#[test]
fn no_bytes_make_the_reader_panic() {
    let mut rng = fastrand::Rng::with_seed(12);
    let originals: Vec<&str> = samples().collect();
    for _ in 0..60_000 {
        let mut bytes = rng.choice(&originals).unwrap().as_bytes().to_vec();
        for _ in 0..rng.usize(1..6) {
            let at = rng.usize(..bytes.len());
            match rng.u8(..4) {
                0 => bytes[at] = rng.u8(..),
                1 => bytes[at] = *rng.choice(b"{}[]\",:\\0@%~/.").unwrap(),
                2 => drop(bytes.drain(at..(at + rng.usize(..20)).min(bytes.len()))),
                _ => bytes.truncate(at + 1),
            }
            if bytes.is_empty() {
                bytes.push(b'{');
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(envelope) = Envelope::read(&text) {
            let again = Envelope::read(&envelope.to_string()).expect(&text);
            assert_eq!(again, envelope, "{text}");
            try_everything(&envelope);
        }
    }
}

#[test]
fn an_answer_goes_back_to_who_asked() {
    let text = r#"{"id":"1","from":"mybot@msging.net/a","to":"postmaster@desk.msging.net",
        "method":"set","uri":"/tickets","type":"text/plain","resource":"oi"}"#;
    let Envelope::Command(command) = Envelope::read(text).unwrap() else { panic!() };
    let answer = |outcome| Envelope::from(Command::answer(&command, outcome)).to_json();
    assert_eq!(
        answer(Ok(())),
        json!({ "id": "1", "from": "postmaster@desk.msging.net", "to": "mybot@msging.net/a",
                "method": "set", "status": "success" })
    );
    let reason = despertador_lime::Reason::new(67, "the ticket is unknown");
    assert_eq!(
        answer(Err(reason)),
        json!({ "id": "1", "from": "postmaster@desk.msging.net", "to": "mybot@msging.net/a",
                "method": "set", "status": "failure",
                "reason": { "code": 67, "description": "the ticket is unknown" } })
    );
}
