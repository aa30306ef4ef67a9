//! Whatever is written is read the same, and leads back to its action.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod samples;

use despertador_contract::{
    Action, ActionKey, AfterClose, Audience, ClosePackage, ClosingNote, Image, Origin, Outgoing,
    QuickReply, Reminder, Source, Step, Survey, Task, Template,
};
use despertador_lime::content::{
    ChatState, Contact, Document, InReplyTo, Location, MediaLink, Redirect, Reply, Select,
};
use despertador_lime::{
    CloseWay, Command, Content, Date, Envelope, Happened, Header, Identity, Known, Meaning,
    Message, Method, Node, Notification, NotificationEvent, Options, Reason, Route, SentId, Status,
    Ticket, carry_out, escape, meaning, unescape,
};
use fastrand::Rng;
use serde_json::{Number, Value};

/// Words, some of them awkward.
fn words(rng: &mut Rng) -> String {
    let awkward = ["", "¿Sigues ahí?", "a\"b\\c\n", "%40@/~.#", "中文 👍", "null", "fwd:fwd:", "1"];
    if rng.bool() {
        return (*rng.choice(&awkward).unwrap()).into();
    }
    (0..rng.usize(..12)).map(|_| rng.char(..)).collect()
}

fn some<T>(rng: &mut Rng, make: impl FnOnce(&mut Rng) -> T) -> Option<T> {
    rng.bool().then(|| make(rng))
}

fn identity(rng: &mut Rng) -> Identity {
    let domains = ["wa.gw.msging.net", "0mn.io", "desk.msging.net", "msging.net", "blip.ai"];
    let name = escape(&format!("x{}", words(rng)));
    Identity::new(&name, rng.choice(domains).unwrap()).unwrap()
}

fn node(rng: &mut Rng) -> Node {
    let instance = some(rng, |rng| format!("i{}", rng.u32(..)));
    Node { identity: identity(rng), instance }
}

fn header(rng: &mut Rng) -> Header {
    let metadata = |rng: &mut Rng| {
        (0..rng.usize(..3)).map(|_| (words(rng), Value::from(words(rng)))).collect()
    };
    Header {
        id: some(rng, words),
        from: some(rng, node),
        to: some(rng, node),
        pp: some(rng, node),
        metadata: some(rng, metadata),
    }
}

fn date(rng: &mut Rng) -> Date {
    Date::at(rng.i64(0..253_402_300_799_999)).unwrap()
}

fn status(rng: &mut Rng) -> Status {
    let words = [
        "None",
        "Waiting",
        "Assigned",
        "Open",
        "ClosedAttendant",
        "ClosedClient",
        "ClosedClientInactivity",
        "Transferred",
        "Dancing",
        "",
    ];
    Status::from((*rng.choice(&words).unwrap()).to_owned())
}

fn ticket(rng: &mut Rng) -> Ticket {
    Ticket {
        id: some(rng, words),
        sequential_id: some(rng, |rng| rng.i64(..)),
        sequential_suffix: some(rng, words),
        owner_identity: some(rng, words),
        customer_identity: some(rng, |rng| identity(rng).to_string()),
        customer_domain: some(rng, words),
        agent_identity: some(rng, |rng| identity(rng).to_string()),
        status: some(rng, status),
        storage_date: some(rng, date),
        close_date: some(rng, date),
        rating: some(rng, |rng| Number::from_f64(rng.f64()).unwrap()),
        team: some(rng, words),
        unread_messages: some(rng, |rng| rng.i64(..)),
        closed: some(rng, |rng| rng.bool()),
        closed_by: some(rng, words),
        tags: some(rng, |rng| (0..rng.usize(..3)).map(|_| words(rng)).collect()),
        parent_sequential_id: some(rng, |rng| rng.i64(..)),
        customer_input: some(rng, |rng| Document::of(&Content::Text(words(rng)))),
        standby_mode_start: some(rng, date),
        ..Ticket::default()
    }
}

fn content(rng: &mut Rng) -> Content {
    match rng.u8(..9) {
        0 => Content::Text(words(rng)),
        1 => Content::MediaLink(MediaLink::picture(&words(rng), &words(rng), &words(rng))),
        2 => {
            let titles: Vec<String> = (0..rng.usize(..4)).map(|_| words(rng)).collect();
            let titles = titles.iter().map(String::as_str);
            Content::Select(Select::quick_replies(&words(rng), titles))
        }
        3 => Content::Reply(Reply {
            in_reply_to: some(rng, |rng| InReplyTo {
                id: some(rng, words),
                ..InReplyTo::default()
            }),
            ..Reply::words(&words(rng), "m1")
        }),
        4 => Content::Location(Location {
            latitude: some(rng, |rng| Number::from_f64(rng.f64() * 90.0).unwrap()),
            longitude: some(rng, |rng| Number::from(rng.i32(-180..180))),
            ..Location::default()
        }),
        5 => Content::Contact(Contact { name: some(rng, words), ..Contact::default() }),
        6 => Content::ChatState(ChatState::typing(some(rng, |rng| rng.i64(..)))),
        7 => ticket(rng).into(),
        _ => Content::Redirect(Redirect::with(ticket(rng))),
    }
}

fn envelope(rng: &mut Rng) -> Envelope {
    let header = header(rng);
    match rng.u8(..4) {
        0 | 1 => Message::new(header, &content(rng)).into(),
        2 => {
            let events = ["accepted", "received", "consumed", "failed", "danced"];
            let event = NotificationEvent::from((*rng.choice(&events).unwrap()).to_owned());
            let reason = some(rng, |rng| Reason::new(rng.i64(..), words(rng)));
            Notification { reason, ..Notification::new(header, event) }.into()
        }
        _ => {
            let command = Command::new(header, Method::Set, words(rng));
            match rng.u8(..3) {
                0 => command.with(&content(rng)).into(),
                1 => command.answer(Ok(())).into(),
                _ => command.answer(Err(Reason::new(rng.i64(..), words(rng)))).into(),
            }
        }
    }
}

#[test]
fn whatever_is_written_is_read_the_same() {
    let mut rng = Rng::with_seed(21);
    for _ in 0..20_000 {
        let envelope = envelope(&mut rng);
        let read = Envelope::read(&envelope.to_string());
        assert_eq!(read.as_ref(), Ok(&envelope), "{envelope}");
        if let Envelope::Message(message) = &envelope {
            let content = message.content().expect("its content is read");
            assert_eq!(Message::new(message.header.clone(), &content), *message);
        }
    }
}

#[test]
fn names_are_escaped_and_unescaped() {
    let mut rng = Rng::with_seed(22);
    for _ in 0..20_000 {
        let text = words(&mut rng);
        assert_eq!(unescape(&escape(&text)), Some(text));
        let identity = identity(&mut rng);
        assert_eq!(identity.at("desk.msging.net").inner(), Some(identity.clone()));
        assert_eq!(identity.to_string().parse(), Ok(identity));
    }
}

fn outgoing(rng: &mut Rng) -> Outgoing {
    let audience = if rng.u8(..5) == 0 { Audience::PeopleInCharge } else { Audience::Customer };
    Outgoing {
        text: format!("t{}", words(rng)),
        language: None,
        audience,
        template: (rng.u8(..5) == 0).then(|| Template {
            name: words(rng),
            language: Some(words(rng)),
            parameters: (0..rng.usize(..3)).map(|_| words(rng)).collect(),
        }),
        image: some(rng, |rng| Image { url: words(rng), alternative: words(rng) }),
        quick_replies: (0..rng.usize(..4))
            .map(|n| QuickReply { id: n.to_string(), title: words(rng) })
            .collect(),
    }
}

fn action(rng: &mut Rng) -> Action {
    let (step, task) = if rng.bool() {
        let number = rng.u32(1..9);
        let reminder = Reminder { number, of: 9, message: outgoing(rng) };
        (Step::Reminder(number), Task::Send(reminder))
    } else {
        let package = ClosePackage {
            reason: "customer-inactivity".into(),
            notice: words(rng),
            closing_text: some(rng, outgoing),
            silent_because: None,
            note: ClosingNote { category: words(rng), summary: words(rng) },
            tags: (0..rng.usize(..3)).map(|_| words(rng)).collect(),
            incomplete_metadata: rng.bool(),
            exit: "customer-inactivity".into(),
            then: AfterClose {
                source: Source::Inactivity,
                unassign: rng.bool(),
                bot_on: rng.bool(),
                survey: Survey::No,
            },
        };
        (Step::Close, Task::Close(package))
    };
    let ticket = format!("t{}", words(rng));
    Action { key: ActionKey { ticket, cycle: rng.u32(..), step }, due: 0, task }
}

#[test]
fn whatever_is_sent_leads_back_to_its_action() {
    let mut rng = Rng::with_seed(23);
    let bot: Identity = "mybot@msging.net".parse().unwrap();
    let customer: Identity = "5511999990000@wa.gw.msging.net".parse().unwrap();
    let ways = [CloseWay::ChangeStatus, CloseWay::ChangeStatusAndFeed, CloseWay::CloseAndFeed];
    for _ in 0..5_000 {
        let action = action(&mut rng);
        let ticket = Ticket { id: Some(action.key.ticket.clone()), ..samples::ticket() };
        let route = Route { bot: &bot, customer: &customer, ticket: &ticket };
        let options = Options { close: *rng.choice(&ways).unwrap(), ..Options::default() };
        let dispatch = carry_out(&action, &route, &options).expect("it is carried out");
        assert_eq!(
            dispatch.feed.is_some(),
            action.key.step == Step::Close && options.close != ways[0]
        );
        let mut ids = std::collections::BTreeSet::new();
        let all = dispatch.send.into_iter().chain(dispatch.feed.map(Envelope::from));
        for envelope in all {
            assert_eq!(Envelope::read(&envelope.to_string()).as_ref(), Ok(&envelope));
            let id = envelope.header().unwrap().id.clone().expect("an id");
            let sent = SentId::read(&id).expect("one of ours");
            assert_eq!(sent.key, action.key);
            assert!(ids.insert(id.clone()), "{id} is there twice");
            // Echoed by the channel.
            let Envelope::Message(mut message) = envelope else { continue };
            if message.header.from.is_some() {
                continue;
            }
            message.header.from = Some(bot.clone().node());
            let known = Known { ticket: Some(&ticket), ..Known::new(&bot) };
            let meaning = meaning(&message.into(), 5, &known).unwrap();
            let Meaning::Happened { ticket, what, .. } = meaning else { panic!("{meaning:?}") };
            assert_eq!(ticket, action.key.ticket);
            assert!(matches!(&what[..], [Happened::Message(m)] if m.origin == Origin::Echo));
        }
    }
}
