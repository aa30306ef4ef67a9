//! What a call costs: `cargo run --release --example measure [COMPONENT.wasm]`.
//!
//! Absolute figures are those of one machine on one day; ratios count.
#![expect(clippy::disallowed_methods, reason = "measuring takes a clock")]
#![expect(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "known figures")]

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use despertador_component::COMPONENT;
use despertador_host::contract::{
    Author, Channel, ExitState, Memory, Message, MessageKind, Origin, Surroundings, Ticket,
    TicketStatus,
};
use despertador_host::{Cache, Host, Options};

const CONFIG: &str = r#"{ "version": "2026-11", "language": "es", "rules": [
    { "departments": "any", "count-from": "last-agent-message", "close-after": "15 min",
      "reminders": [ { "after": "10 min", "text": "¿Sigues allí?" } ] } ] }"#;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("despertador-measure-{}", std::process::id()));
    let options = || Options { cache: Cache::At(folder.clone()), ..Options::default() };
    let given = std::env::args_os().nth(1).map(std::fs::read).transpose()?;
    let bytes = given.as_deref().unwrap_or(COMPONENT);
    println!("component            {} bytes", bytes.len());

    let host = Host::new(options())?;
    let start = Instant::now();
    let plugin = host.load_bytes(bytes)?;
    println!("load, compiled       {:?}", start.elapsed());
    drop(plugin);
    report("load, from the cache", 20, || {
        assert!(host.load_bytes(bytes).expect("loads").is_from_cache());
    });
    report("host, made           ", 5, || {
        black_box(Host::new(options()).expect("starts"));
    });

    let plugin = host.load_bytes(bytes)?;
    let policy = plugin.policy(CONFIG, &surroundings())?;
    let ticket = ticket();
    let message = message();
    let memory: Memory = policy.on_message(&ticket, &Memory::new(), &message)?.memory;
    let now = message.received_at + 600_000;
    println!("decision             {:?}", policy.on_tick(&ticket, &memory, now)?);

    let mut session = policy.session();
    report("on-tick, session     ", 200_000, || {
        black_box(session.on_tick(black_box(&ticket), &memory, now).expect("answers"));
    });
    println!("{:?}", session.usage());
    report("on-message, session  ", 200_000, || {
        black_box(session.on_message(black_box(&ticket), &memory, &message).expect("answers"));
    });
    println!("{:?}", session.usage());
    let bare = Ticket {
        department: None,
        tags: Vec::new(),
        agent: None,
        locale: None,
        customer_zone: None,
        ..ticket.clone()
    };
    report("on-tick, bare ticket ", 200_000, || {
        black_box(session.on_tick(black_box(&bare), &memory, now).expect("answers"));
    });
    let nothing = Memory::new();
    report("on-tick, no memory   ", 200_000, || {
        black_box(session.on_tick(black_box(&bare), &nothing, now).expect("answers"));
    });
    println!("{:?}", session.usage());
    drop(session);
    report("on-tick, policy      ", 200_000, || {
        black_box(policy.on_tick(black_box(&ticket), &memory, now).expect("answers"));
    });
    report("on-tick, fresh inst. ", 5_000, || {
        black_box(policy.fresh_session().on_tick(&ticket, &memory, now).expect("answers"));
    });
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

/// The median of eleven rounds.
fn report(what: &str, times: u32, mut work: impl FnMut()) {
    let mut rounds: Vec<Duration> = (0..11)
        .map(|_| {
            let start = Instant::now();
            (0..times).for_each(|_| work());
            start.elapsed() / times
        })
        .collect();
    rounds.sort();
    println!("{what} {:?} (best {:?})", rounds[5], rounds[0]);
}

fn surroundings() -> Surroundings {
    Surroundings {
        departments: None,
        tick_resolution: 60_000,
        inactivity_exit: ExitState::Unknown,
        more: Vec::new(),
    }
}

fn ticket() -> Ticket {
    Ticket {
        id: "4711".into(),
        status: TicketStatus::Open,
        department: Some("support".into()),
        channel: Channel::Whatsapp,
        tags: vec!["vip".into()],
        agent: Some("ana".into()),
        locale: Some("es".into()),
        customer_zone: Some("America/Bogota".into()),
        incomplete_metadata: false,
        more: Vec::new(),
    }
}

fn message() -> Message {
    Message {
        id: Some("wamid.1".into()),
        sequence: Some(1),
        at: 1_800_000_000_000,
        received_at: 1_800_000_000_000,
        author: Author::Agent,
        kind: MessageKind::Text,
        origin: Origin::Written,
        text: Some("¿Puede reiniciar el equipo?".into()),
    }
}
