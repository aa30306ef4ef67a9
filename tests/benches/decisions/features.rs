//! The cost of calendars, windows, limits and texts, compared with a plain policy.

use std::error::Error;

use despertador_contract::{Author, Outcome, Ticket};
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::report::{Report, Table};
use crate::rounds::{self, subject};
use crate::setting::{self, Shape, minute, nothing};

pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let plugin = setting::plugin()?;
    let surroundings = setting::surroundings();
    let ticket = Ticket {
        sent_to_customer: Some(vec![minute(-3_000), minute(-9_000)]),
        more: Some(vec![("customer.name".into(), "Rosa".into())]),
        ..Shape::Full.ticket()
    };
    for (question, ticks) in [("waits", false), ("reminds", true)] {
        let mut natively = Table::new(format!("on-tick that {question}, native, by policy"));
        let mut sandboxed = Table::new(format!("on-tick that {question}, component, by policy"));
        let mut asked = Vec::new();
        for (name, config) in policies() {
            let policy = plugin.policy(&config, &surroundings)?;
            let heard = policy.on_message(
                &ticket,
                &nothing(),
                &Shape::Full.message(1, Author::Customer, -1),
            )?;
            let answered = policy.on_message(
                &ticket,
                &heard.memory,
                &Shape::Full.message(2, Author::Agent, 0),
            )?;
            let Outcome::Wait(wake) = &answered.decision.outcome else {
                return Err(format!("{name}: {:?}", answered.decision).into());
            };
            let now = if ticks { wake.until } else { minute(1) };
            let decision = policy.session().on_tick(&ticket, &answered.memory, now)?;
            assert_eq!(matches!(decision.outcome, Outcome::Act(_)), ticks, "{name}: {decision:?}");
            asked.push((name, policy, setting::native(&config), answered.memory, now));
        }
        let mut native = Vec::new();
        let mut component = Vec::new();
        let mut fuel = Vec::new();
        let ticket = &ticket;
        for (name, policy, player, memory, now) in &asked {
            let mut session = policy.session();
            session.on_tick(ticket, memory, *now)?;
            fuel.push(session.usage().fuel.used);
            let player = player.clone();
            native.push(subject(name, move || {
                player.on_tick(ticket, memory, *now).expect("answers")
            }));
            component.push(subject(name, move || {
                session.on_tick(ticket, memory, *now).expect("answers")
            }));
        }
        // Native and component separately, because policies are compared.
        let samples = rounds::measure(arguments.plan(), native);
        samples.iter().for_each(|s| natively.time(s.name, s, samples.first(), None));
        let samples = rounds::measure(arguments.plan(), component);
        for (sample, fuel) in samples.iter().zip(fuel) {
            sandboxed.time(sample.name, sample, samples.first(), Some(fuel));
        }
        report.add(&natively);
        report.add(&sandboxed);
    }
    Ok(())
}

/// A plain policy, then the same with one addition each, and finally with all of them.
fn policies() -> Vec<(&'static str, String)> {
    let office = json!({
        "oficina": { "zone": "America/Bogota", "open": { "mon-fri": ["08:00-12:00", "13:00-17:00"] },
            "holidays": ["01-01", "05-01", "12-25", "2027-01-11", "2027-03-22"] }
    });
    let window = json!({
        "de día": { "zone": "America/Bogota", "open": { "mon-sat": "07:00-19:00" },
            "per-day": 3, "per-week": 9, "holidays": ["12-25"] }
    });
    let plain = json!({
        "version": "2027-01", "language": "es", "rules": [ {
            "departments": ["support"], "close-after": "1 h",
            "reminders": [ { "after": "30 min", "text": "¿Sigues allí?" } ] } ]
    });
    let with = |changes: &[(&str, Value)]| {
        let mut policy = plain.clone();
        for (pointer, value) in changes {
            let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
            policy.pointer_mut(parent).expect("a place of the policy")[key] = value.clone();
        }
        policy.to_string()
    };
    let hours = [("/schedules", office.clone()), ("/rules/0/business-hours", json!("oficina"))];
    let sending =
        [("/sending-windows", window.clone()), ("/rules/0/sending-window", json!("de día"))];
    let texts = [("/rules/0/reminders/0/text", json!("{{customer.name|Hola}}: {{time-left}}."))];
    let replies = [(
        "/replies",
        json!([ { "departments": "any", "schedule": "oficina",
        "events": { "voicemail-left": { "text": "Le respondemos mañana." } } } ]),
    )];
    let all = [&hours[..], &sending[..], &texts[..], &replies[..]].concat();
    vec![
        ("plain", plain.to_string()),
        ("business hours", with(&hours)),
        ("sending window and limits", with(&sending)),
        ("placeholders", with(&texts)),
        ("everything", with(&all)),
    ]
}
