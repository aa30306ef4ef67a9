//! `despertador plugin bench`: what calls cost.

use std::time::Duration;

use despertador_component::COMPONENT;
use despertador_contract::{
    Author, Call, Channel, Event, Happening, Instant, Memory, Message, Reader, Ticket, facts,
};
use despertador_host::{Asked, CallError, Evaluator as _, Limits, Policy, Profiled, Session};
use serde_json::{Value, json};

use super::project::Project;
use super::{BenchArguments, build, profile};
use crate::language::tr;
use crate::paint::{BOLD, DIM, paint};
use crate::stopwatch::Stopwatch;
use crate::table::{Side, bytes, columns, thousands};
use crate::{Ended, Unusable, plugin, source};

/// A policy of the built-in plugin with the times of a new project.
pub(super) const BUILT_IN: &str = r#"{ "version": "1", "rules": [ { "departments": "any", "close-after": "15 min",
    "reminders": [ { "after": "10 min", "text": "¿Sigues ahí?" } ] } ] }"#;

/// The kinds of calls, by the names of the contract.
const KINDS: [&str; 5] = ["on-message", "on-event", "on-tick", "explain", "parse"];

/// Measures a plugin.
pub(super) fn bench(arguments: &BenchArguments, json: bool) -> Result<Ended, Unusable> {
    let project = Project::read(&arguments.project.folder)?;
    let config = source::read_json(&project.policy())?;
    let Some(built) = build::component_or_say(&project, json)? else {
        return Ok(Ended::WithFindings);
    };
    let calls = arguments.calls;
    let mut measured = vec![Measured::of(
        tr!("this build", "esta compilación", "esta compilação"),
        &built,
        project.limits.clone(),
        &config,
        calls,
    )?];
    // A build before this one may read other policies, or none: then it has no column.
    if let Ok(previous) = std::fs::read(project.previous())
        && previous != built
    {
        let title = tr!("the build before", "la anterior", "a anterior");
        measured
            .extend(Measured::of(title, &previous, project.limits.clone(), &config, calls).ok());
    }
    measured.push(Measured::of(
        tr!("built-in plugin", "plugin incluido", "plugin incluído"),
        COMPONENT,
        Limits::default(),
        BUILT_IN,
        calls,
    )?);
    if let Some(file) = &arguments.profile {
        let loaded = plugin::host(project.limits)?.load_bytes(&built).map_err(|e| e.to_string())?;
        let policy = loaded.policy(&config, &facts::no_surroundings());
        let policy = policy.map_err(|error| error.to_string())?;
        let sample = Sample::of(&policy).map_err(|error| error.to_string())?;
        profile::write(file, &project.name, &policy, &sample)?;
    }
    if json {
        let all: Vec<Value> = measured.iter().map(Measured::json).collect();
        let profile = arguments.profile.as_ref().map(|file| file.display().to_string());
        let found = json!({ "calls": calls, "measured": all, "profile": profile });
        anstream::println!("{found:#}");
    } else {
        print(&measured, calls);
        if let Some(file) = &arguments.profile {
            profile::say(file);
        }
    }
    Ok(Ended::Well)
}

/// What the calls of one kind took.
#[derive(Debug, Default)]
struct Calls {
    fuel: Vec<u64>,
    nanos: Vec<u64>,
}

/// What calls took, by their kinds.
type Kinds = Vec<(&'static str, Calls)>;

/// What a plugin took.
struct Measured {
    title: String,
    size: usize,
    memory: u64,
    kinds: Kinds,
}

impl Measured {
    fn of(
        title: String,
        component: &[u8],
        limits: Limits,
        config: &str,
        calls: u64,
    ) -> Result<Measured, Unusable> {
        let plugin = plugin::host(limits)?.load_bytes(component).map_err(|e| e.to_string())?;
        let surroundings = facts::no_surroundings();
        let mut parse = Calls::default();
        let mut parsed = None;
        // Reading a policy is rare: a tenth of the calls is enough.
        for _ in 0..calls.div_euclid(10).max(1) {
            let watch = Stopwatch::start();
            let policy = plugin.policy(config, &surroundings).map_err(|e| e.to_string())?;
            parse.nanos.push(nanos(watch.elapsed()));
            parsed = Some(policy);
        }
        let policy = parsed.ok_or("no policy was read")?;
        let (mut kinds, memory) = measure(&policy, calls).map_err(|error| error.to_string())?;
        kinds.push(("parse", parse));
        for (_, calls) in &mut kinds {
            calls.fuel.sort_unstable();
            calls.nanos.sort_unstable();
        }
        Ok(Measured { title, size: component.len(), memory, kinds })
    }

    fn json(&self) -> Value {
        let kinds: serde_json::Map<String, Value> = self
            .kinds
            .iter()
            .map(|(kind, calls)| {
                let part =
                    |all: &[u64]| json!({ "p50": percentile(all, 50), "p99": percentile(all, 99) });
                let fuel = (!calls.fuel.is_empty()).then(|| part(&calls.fuel));
                ((*kind).into(), json!({ "fuel": fuel, "nanoseconds": part(&calls.nanos) }))
            })
            .collect();
        json!({ "plugin": self.title, "bytes": self.size, "memory": self.memory, "kinds": kinds })
    }
}

/// A ticket whose customer was answered, and what happens next.
pub(super) struct Sample {
    pub(super) ticket: Ticket,
    pub(super) memory: Memory,
    pub(super) now: Instant,
    pub(super) message: Call,
    pub(super) event: Call,
    pub(super) reader: Reader,
}

impl Sample {
    pub(super) fn of(policy: &Policy) -> Result<Sample, CallError> {
        const START: Instant = 1_800_000_000_000;
        let ticket = Ticket::open("4711", Channel::WebChat);
        let mut session = policy.session();
        let asked = Message::words(Author::Customer, START);
        let memory = session.on_message(&ticket, &Memory::new(), &asked)?.memory;
        let answer = Message::words(Author::Agent, START.saturating_add(60_000));
        let memory = session.on_message(&ticket, &memory, &answer)?.memory;
        let now = START.saturating_add(120_000);
        Ok(Sample {
            ticket,
            memory,
            now,
            message: Call::Message(Message::words(Author::Agent, now)),
            event: Call::Event(Event::new(Happening::Assigned("ana".into()), now)),
            reader: Reader { language: "en".into(), utc_offset: 0 },
        })
    }

    /// Makes a call in a session.
    fn make(&self, session: &mut Session<'_>, asked: Asked<'_>) -> Result<(), CallError> {
        match asked {
            Asked::Call(call) => session.evaluate(&self.ticket, &self.memory, call).map(drop),
            Asked::Explain(now, reader) => {
                session.explain(&self.ticket, &self.memory, now, reader).map(drop)
            }
        }
    }

    /// The fuel of a call on a fresh instance.
    pub(super) fn fuel_of(&self, policy: &Policy, asked: Asked<'_>) -> Result<u64, CallError> {
        let mut session = policy.fresh_session();
        self.make(&mut session, asked)?;
        Ok(fuel(&session))
    }

    pub(super) fn profiled<'a>(&'a self, asked: Asked<'a>) -> Profiled<'a> {
        Profiled { ticket: &self.ticket, memory: &self.memory, asked }
    }
}

/// Measures calls of each kind about one ticket, and the memory at the end.
fn measure(policy: &Policy, calls: u64) -> Result<(Kinds, u64), CallError> {
    let sample = Sample::of(policy)?;
    let tick = Call::Tick(sample.now);
    let mut session = policy.session();
    let mut kinds = Vec::new();
    for kind in KINDS.into_iter().filter(|kind| *kind != "parse") {
        let mut all = Calls::default();
        for _ in 0..calls {
            let asked = match kind {
                "on-message" => Asked::Call(&sample.message),
                "on-event" => Asked::Call(&sample.event),
                "on-tick" => Asked::Call(&tick),
                _ => Asked::Explain(sample.now, &sample.reader),
            };
            let watch = Stopwatch::start();
            sample.make(&mut session, asked)?;
            all.nanos.push(nanos(watch.elapsed()));
            all.fuel.push(fuel(&session));
        }
        kinds.push((kind, all));
    }
    Ok((kinds, session.usage().memory.used))
}

fn fuel(session: &Session<'_>) -> u64 {
    session.usage().fuel.used
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The value that so many percent of all are not above.
fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = sorted.len().saturating_mul(percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

fn print(measured: &[Measured], calls: u64) {
    let sides: Vec<Side> =
        std::iter::once(Side::Left).chain(measured.iter().map(|_| Side::Right)).collect();
    let row = |name: String, show: &dyn Fn(&Measured) -> String| {
        std::iter::once(name).chain(measured.iter().map(show)).collect::<Vec<String>>()
    };
    let mut rows = vec![row(String::new(), &|one| one.title.clone())];
    let size = tr!("size", "tamaño", "tamanho");
    rows.push(row(size, &|one| bytes(u64::try_from(one.size).unwrap_or(u64::MAX))));
    let memory = tr!("memory", "memoria", "memória");
    rows.push(row(memory, &|one| bytes(one.memory)));
    for kind in KINDS {
        let of = |one: &Measured, show: &dyn Fn(&Calls) -> String| {
            one.kinds
                .iter()
                .find(|(name, _)| *name == kind)
                .map_or_else(String::new, |(_, c)| show(c))
        };
        let fuel = tr!("fuel", "combustible", "combustível");
        if kind != "parse" {
            rows.push(row(format!("{kind}  {fuel} p50 / p99"), &|one| {
                of(one, &|calls| {
                    let part = |percent| thousands(percentile(&calls.fuel, percent));
                    format!("{} / {}", part(50), part(99))
                })
            }));
        }
        rows.push(row(format!("{kind}  µs p50 / p99"), &|one| {
            of(one, &|calls| {
                let part = |percent| micros(percentile(&calls.nanos, percent));
                format!("{} / {}", part(50), part(99))
            })
        }));
    }
    for (number, line) in columns(&sides, &rows).iter().enumerate() {
        let line = if number == 0 { paint(BOLD, line) } else { line.clone() };
        anstream::println!("{line}");
    }
    let note = tr!(
        "{calls} calls of each kind",
        "{calls} llamadas de cada tipo",
        "{calls} chamadas de cada tipo",
        calls = thousands(calls),
    );
    anstream::println!("{}", paint(DIM, note));
}

/// Nanoseconds as microseconds with a decimal.
fn micros(nanos: u64) -> String {
    let tenths = nanos.div_euclid(100);
    format!("{}.{}", thousands(tenths.div_euclid(10)), tenths.rem_euclid(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let all: Vec<u64> = (1..=200).collect();
        assert_eq!([percentile(&all, 50), percentile(&all, 99)], [100, 198]);
        assert_eq!(percentile(&[7], 99), 7);
        assert_eq!(percentile(&[], 50), 0);
        assert_eq!([micros(1_234_567), micros(90)], ["1,234.5", "0.0"]);
    }
}
