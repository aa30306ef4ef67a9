//! The same calls on the policy crate and on the component in its sandbox: same bytes, same
//! decisions, same texts. Only the sandbox and its bindings differ.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use despertador_component::COMPONENT;
use despertador_contract::{
    ActionKey, Author, Channel, Event, Failure, FailureKind, Happening, Instant, Memory, Message,
    MessageKind, Occurrence, Origin, Reader, Source, Step, Ticket, TicketStatus, Transfer,
};
use despertador_harness::Player;
use despertador_host::{CallError as HostError, Host, Options};
use despertador_tests::native::NativePolicy;
use despertador_tests::sample;
use fastrand::Rng;

const POLICY: &str = r#"{
  "version": "differential", "language": "pt", "exempt-tags": ["vip"],
  "activation": { "from": "2027-01-15T08:10:00Z", "backlog": "include", "within": "30 min" },
  "defaults": { "typing": { "grace": "3 min", "at-most": "9 min" } },
  "rules": [
    { "departments": ["ventas"], "close-after": "15 min", "catch-up": "last-only",
      "reminders": [ { "after": "10 min", "text": "¿Sigues allí?" }, { "after": "1 min", "text": { "es": "Parece que te fuiste", "pt": "Parece que você saiu" } } ] },
    { "departments": ["soporte"], "count-from": "first-unanswered-agent-message", "close-after": "2 h",
      "ai-agent-counts": true, "reactions-count": true, "snooze": "start-on-wake", "on-failed-reminder": "go-on",
      "reminders": [ { "before-close": "30 min", "text": "Vamos a cerrar" } ],
      "close": { "tags": ["inactividad"], "closing-text": "Hasta luego", "incomplete-metadata": "hold-and-notify" } },
    { "departments": ["cobranza"], "enabled": false, "close-after": "1 d" },
    { "departments": "any", "count-from": "last-customer-message", "only-after-agent": false, "snooze": "ignore",
      "after-reopening": "on-customer-reply", "late-reply": "20 min", "close-after": "40 min",
      "close": { "survey": "now", "survey-after": ["agent", "inactivity"], "unassign-after": ["agent"] } }
  ]
}"#;

#[test]
fn random_conversations_are_the_same_natively_and_in_the_sandbox() {
    let plugin =
        Host::new(Options::default()).expect("a host").load_bytes(COMPONENT).expect("loads");
    let sandboxed = plugin.policy(POLICY, &sample::surroundings()).expect("a policy");
    let mut session = sandboxed.session();
    let mut native = NativePolicy::parse(POLICY, &sample::surroundings()).expect("a policy");
    let outline = native.outline(sample::START).expect("an outline");
    assert_eq!(session.outline(sample::START).expect("an outline"), outline);

    let mut decided = 0_usize;
    for seed in 0..600 {
        let mut rng = Rng::with_seed(seed);
        let mut ticket = ticket(&mut rng, seed);
        let mut memory = Memory::new();
        let mut now = sample::START;
        for step in 0..60 {
            now += rng.i64(0..20 * sample::MINUTE);
            change(&mut rng, &mut ticket, now);
            let place = format!("seed {seed}, step {step}, {ticket:?}");
            let in_sandbox;
            let natively;
            if rng.bool() {
                let message = message(&mut rng, now);
                in_sandbox = session.on_message(&ticket, &memory, &message);
                natively = native.on_message(&ticket, &memory, &message);
            } else {
                let event = event(&mut rng, &ticket, now);
                in_sandbox = session.on_event(&ticket, &memory, &event);
                natively = native.on_event(&ticket, &memory, &event);
            }
            let update = natively.expect("the core answers");
            assert_eq!(in_sandbox.expect("the component answers"), update, "{place}");
            memory = update.memory;

            let later = now + rng.i64(0..3 * 60 * sample::MINUTE);
            let decision = native.on_tick(&ticket, &memory, later).expect("the core answers");
            let in_sandbox =
                session.on_tick(&ticket, &memory, later).expect("the component answers");
            assert_eq!(in_sandbox, decision, "{place}");
            let reader = Reader {
                language: rng.choice(["es", "pt-BR", "en", "de"]).expect("some").into(),
                utc_offset: rng.i32(-720..840),
            };
            let words = native.explain(&ticket, &memory, later, &reader).expect("the core answers");
            assert_eq!(words.decision, decision, "explained is what was decided: {place}");
            let in_sandbox = session.explain(&ticket, &memory, later, &reader).expect("answers");
            assert_eq!(in_sandbox, words, "{place}");
            decided += 2;
        }
    }
    assert_eq!(decided, 600 * 60 * 2);
}

#[test]
fn faults_are_the_same_natively_and_in_the_sandbox() {
    let plugin =
        Host::new(Options::default()).expect("a host").load_bytes(COMPONENT).expect("loads");
    let sandboxed = plugin.policy(sample::CONFIG, &sample::surroundings()).expect("a policy");
    let native = NativePolicy::parse(sample::CONFIG, &sample::surroundings()).expect("a policy");
    let ticket = sample::ticket("t", "ventas");
    let mut rng = Rng::with_seed(3);
    let good = {
        let message = sample::message(Author::Agent, sample::START);
        native.on_message(&ticket, &Memory::new(), &message).expect("answers").memory
    };
    for n in 0..300 {
        let mut memory = good.clone();
        let place = rng.usize(0..memory.len());
        memory[place] ^= 1 << rng.u8(0..8);
        // Each on its own ticket, because hosts defer a failing ticket.
        let ticket = Ticket { id: format!("t{n}"), ..ticket.clone() };
        let natively = native.on_tick(&ticket, &memory, sample::START).expect_err("damaged");
        match sandboxed.on_tick(&ticket, &memory, sample::START).expect_err("damaged") {
            HostError::Fault(fault) => {
                assert_eq!(despertador_harness::CallError::Fault(fault), natively);
            }
            other => panic!("a damaged memory is a typed fault, not {other}"),
        }
    }
}

#[test]
fn refused_configs_are_refused_in_the_same_words() {
    let plugin =
        Host::new(Options::default()).expect("a host").load_bytes(COMPONENT).expect("loads");
    let mut rng = Rng::with_seed(11);
    let mut refused = 0;
    for _ in 0..400 {
        let config = altered(POLICY, &mut rng);
        let natively = NativePolicy::parse(&config, &sample::surroundings());
        match (plugin.policy(&config, &sample::surroundings()), natively) {
            (Ok(a), Ok(mut b)) => {
                assert_eq!(a.warnings().to_vec(), b.warnings().expect("warnings"));
            }
            (Err(despertador_host::PolicyError::Refused(a)), Err(b)) => {
                assert_eq!(a, b, "{config}");
                assert!(!a.is_empty());
                refused += 1;
            }
            (a, b) => panic!("{:?} in the sandbox, {:?} natively: {config}", a.err(), b.err()),
        }
    }
    assert!(refused > 100, "most altered configs have mistakes: {refused}");
}

/// A config with some pieces removed, duplicated or exchanged.
fn altered(config: &str, rng: &mut Rng) -> String {
    let mut parts: Vec<&str> = config.split_inclusive([',', '{', '}', '"', ':']).collect();
    for _ in 0..rng.usize(1..4) {
        let (a, b) = (rng.usize(0..parts.len()), rng.usize(0..parts.len()));
        match rng.u8(0..3) {
            0 => drop(parts.remove(a)),
            1 => parts.insert(a, parts[b]),
            _ => parts.swap(a, b),
        }
    }
    parts.concat()
}

fn ticket(rng: &mut Rng, seed: u64) -> Ticket {
    let mut ticket = sample::ticket(&format!("ticket-{seed}"), "ventas");
    ticket.channel = match rng.u8(0..5) {
        0 => Channel::WebChat,
        1 => Channel::Email,
        2 => Channel::Telegram,
        3 => Channel::Other("fax".into()),
        _ => Channel::Whatsapp,
    };
    ticket
}

fn change(rng: &mut Rng, ticket: &mut Ticket, now: Instant) {
    match rng.u8(0..30) {
        0 => {
            ticket.department =
                rng.choice(["ventas", "soporte", "cobranza", "otro"]).map(Into::into)
        }
        1 => ticket.department = None,
        2 => ticket.tags = vec!["vip".into(), "x".into()],
        3 => ticket.tags.clear(),
        4 => ticket.incomplete_metadata = !ticket.incomplete_metadata,
        5 => ticket.status = TicketStatus::Closed,
        6..9 => ticket.status = TicketStatus::Open,
        9 => ticket.locale = rng.choice(["es-MX", "pt-BR", "en", "xx"]).map(Into::into),
        10 => ticket.status = TicketStatus::Merged,
        11 => ticket.group = rng.u8(0..8) == 0,
        12 => ticket.opted_out = rng.u8(0..8) == 0,
        13 => ticket.window_until = rng.bool().then(|| now + rng.i64(0..90 * sample::MINUTE)),
        14 => {
            let sent = (0..rng.u8(0..5)).map(|_| now - rng.i64(0..3 * 1_440 * sample::MINUTE));
            ticket.sent_to_customer = Some(sent.collect());
        }
        15 => ticket.more = Some(vec![("customer.name".into(), "Ana".into())]),
        _ => {}
    }
}

fn written(rng: &mut Rng, now: Instant) -> Instant {
    // Mostly now, sometimes earlier, sometimes with a clock that is ahead.
    match rng.u8(0..6) {
        0 => now - rng.i64(0..30 * sample::MINUTE),
        1 => now + rng.i64(0..30 * sample::MINUTE),
        _ => now,
    }
}

fn id(rng: &mut Rng) -> Option<String> {
    rng.bool().then(|| format!("m{}", rng.u8(0..40)))
}

fn message(rng: &mut Rng, now: Instant) -> Message {
    Message {
        id: id(rng),
        sequence: rng.bool().then(|| rng.u64(0..50)),
        at: written(rng, now),
        received_at: now,
        author: match rng.u8(0..10) {
            0..4 => Author::Customer,
            4..8 => Author::Agent,
            8 => Author::AiAgent,
            _ => Author::Bot,
        },
        kind: match rng.u8(0..9) {
            0 => MessageKind::Reaction,
            1 => MessageKind::PrivateNote,
            2 => MessageKind::Other("poll".into()),
            3 => MessageKind::Sticker,
            _ => MessageKind::Text,
        },
        origin: match rng.u8(0..9) {
            0 => Origin::AutomaticReply,
            1 => Origin::Echo,
            _ => Origin::Written,
        },
        text: rng.bool().then(|| "hola".into()),
        choice: match rng.u8(0..20) {
            0 => rng.choice(["continue", "extend", "resolve", "dance"]).map(Into::into),
            _ => None,
        },
    }
}

fn event(rng: &mut Rng, ticket: &Ticket, now: Instant) -> Event {
    let key = ActionKey {
        ticket: ticket.id.clone(),
        cycle: rng.u32(0..4),
        step: match rng.u8(0..10) {
            0..4 => Step::Reminder(rng.u32(0..4)),
            4 => Step::Close,
            5 => Step::Reopen,
            6 => Step::AfterClose,
            7 => Step::Resolve,
            8 => Step::Reply(rng.u32(0..4)),
            _ => Step::Notify,
        },
    };
    let by = match rng.u8(0..5) {
        0 => Source::Agent,
        1 => Source::Customer,
        2 => Source::Flow,
        3 => Source::Inactivity,
        _ => Source::Api,
    };
    let what = match rng.u8(0..26) {
        0..8 => Happening::CarriedOut(key),
        8 => Happening::Failed(Failure { key, kind: FailureKind::Refused }),
        9 => Happening::Failed(Failure { key, kind: FailureKind::Blocked }),
        10 => Happening::Typing,
        11 => Happening::Held,
        12 => Happening::Released,
        13 => Happening::Snoozed(None),
        14 => Happening::Snoozed(Some(now + rng.i64(0..90 * sample::MINUTE))),
        15 => Happening::Woken,
        16 => Happening::CallStarted,
        17 => Happening::CallEnded,
        18 => Happening::Unassigned,
        19 => Happening::Assigned("luis".into()),
        20 => Happening::Transferred(Transfer { department: None, agent: Some("eva".into()) }),
        21 => Happening::Extended(rng.u64(0..3_600_000)),
        22 => Happening::Closed(by),
        23 | 24 => Happening::Occurred(Occurrence {
            name: rng.choice(["voicemail-left", "call-missed", "dance"]).expect("some").into(),
            details: vec![("call".into(), format!("c{}", rng.u8(0..4)))],
        }),
        _ => Happening::Reopened(by),
    };
    Event { id: id(rng), sequence: None, at: written(rng, now), received_at: now, what }
}
