//! `despertador simulate`

mod words;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use despertador_contract::facts;
use despertador_harness::ParseError;
use despertador_harness::component::Sandboxed;
use despertador_harness::simulation::{Findings, Invariant, Simulation};
use serde_json::json;

use crate::arguments::SimulateArguments;
use crate::language::tr;
use crate::paint::{BOLD, DIM, RED, mark, paint};
use crate::stopwatch::Stopwatch;
use crate::table::{Side, columns, thousands};
use crate::{Ended, Unusable, plugin, policy, progress, source, written};

/// Plays random conversations and checks every answer.
pub(crate) fn simulate(arguments: &SimulateArguments, json: bool) -> Result<Ended, Unusable> {
    let engine = plugin::load(&arguments.plugin)?;
    policy::read(&arguments.policy, &engine)?;
    let config = source::read(&arguments.policy)?;
    let surroundings = facts::no_surroundings();
    let simulation =
        Simulation::new(&engine, &config, &surroundings, arguments.days, arguments.seed)
            .map_err(sentence)?;
    let watch = Stopwatch::start();
    let findings = play(&simulation, &engine, arguments.tickets)?;
    let seconds = watch.elapsed().as_secs_f64();
    if json {
        print_json(&findings);
    } else {
        print(&findings);
    }
    let all = findings.decisions.saturating_add(findings.checks);
    let answers = tr!(
        "{all} answers in {seconds:.1} s",
        "{all} respuestas en {seconds:.1} s",
        "{all} respostas em {seconds:.1} s",
        all = thousands(all)
    );
    anstream::eprintln!("{}", paint(DIM, answers));
    match findings.violation {
        None => Ok(Ended::Well),
        Some(violation) => {
            match &arguments.case {
                Some(file) => {
                    written::write(file, &violation.scenario, true)?;
                    let file = file.display();
                    let said = tr!(
                        "the case is written to `{file}`",
                        "el caso está escrito en `{file}`",
                        "o caso está gravado em `{file}`"
                    );
                    anstream::eprintln!("{said}");
                }
                None if json => {}
                None => anstream::println!("\n{}", violation.scenario),
            }
            Ok(Ended::WithFindings)
        }
    }
}

fn sentence(error: ParseError) -> Unusable {
    match error {
        ParseError::Refused(_) => {
            tr!("the policy is refused", "la política se rechaza", "a política é recusada").into()
        }
        ParseError::Broken(sentence) => sentence.into(),
    }
}

/// The number of tickets that a thread takes at a time.
const BATCH_TICKETS: u64 = 250;

/// Plays all tickets on as many threads as there are cores; the result does not depend on their
/// number.
fn play(simulation: &Simulation, engine: &Sandboxed, tickets: u64) -> Result<Findings, Unusable> {
    let bar = progress::of_tickets(tickets);
    let threads =
        u64::try_from(thread::available_parallelism().map_or(1, usize::from)).unwrap_or(1);
    // The first batch with a violation: those before it are still played, so that each run reports
    // the same violation.
    let end = AtomicU64::new(tickets.div_ceil(BATCH_TICKETS));
    let work = |first: u64| -> Result<Findings, ParseError> {
        let mut findings = Findings::default();
        let mut batch = first;
        while batch < end.load(Ordering::Relaxed) {
            let start = batch.saturating_mul(BATCH_TICKETS);
            let range: Range<u64> = start..start.saturating_add(BATCH_TICKETS).min(tickets);
            let found = simulation.run(engine, range, &|played| {
                bar.inc(played);
                true
            })?;
            if found.violation.is_some() {
                end.fetch_min(batch, Ordering::Relaxed);
            }
            findings = findings.and(found);
            batch = batch.saturating_add(threads);
        }
        Ok(findings)
    };
    let mut all = Findings::default();
    let parts: Vec<thread::Result<Result<Findings, ParseError>>> = thread::scope(|scope| {
        let work = &work;
        let handles: Vec<_> = (0..threads).map(|first| scope.spawn(move || work(first))).collect();
        handles.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    bar.finish_and_clear();
    for part in parts {
        let part = part.map_err(|_| {
            tr!(
                "a thread of the simulation broke down",
                "un hilo de la simulación se interrumpió",
                "uma thread da simulação foi interrompida"
            )
        })?;
        all = all.and(part.map_err(sentence)?);
    }
    Ok(all)
}

fn print(findings: &Findings) {
    let row = |(kind, count): (&str, &u64)| vec![words::of(kind), thousands(*count)];
    let kinds = findings.kinds.iter().map(|(kind, count)| row((kind, count))).collect();
    let accidents = findings.accidents.iter().map(|(kind, count)| row((kind, count))).collect();
    let totals = vec![
        vec!["tickets".to_owned(), thousands(findings.tickets)],
        vec![tr!("decisions", "decisiones", "decisões"), thousands(findings.decisions)],
        vec![
            tr!("more, to check them", "más, para comprobarlas", "mais, para conferi-las"),
            thousands(findings.checks),
        ],
    ];
    for (title, rows) in [
        (tr!("Played", "Jugado", "Jogado"), totals),
        (tr!("Decided", "Decidido", "Decidido"), kinds),
        (tr!("Accidents", "Accidentes", "Acidentes"), accidents),
    ] {
        anstream::println!("{}", paint(BOLD, title));
        for line in columns(&[Side::Left, Side::Right], &rows) {
            anstream::println!("  {line}");
        }
    }
    let held = tr!("Held at every step", "Se cumplió en cada paso", "Cumpriu-se em cada passo");
    anstream::println!("{}", paint(BOLD, held));
    let violated = findings.violation.as_ref();
    for invariant in Invariant::ALL {
        let held = violated.is_none_or(|violation| violation.invariant != invariant);
        anstream::println!("  {} {}", mark(held), words::promise(invariant));
    }
    if let Some(violation) = violated {
        anstream::println!();
        let broken = tr!("broken", "roto", "quebrado");
        let line = tr!(
            "{broken} in ticket {ticket}: {found}",
            "{broken} en el ticket {ticket}: {found}",
            "{broken} no ticket {ticket}: {found}",
            broken = paint(RED, broken),
            ticket = violation.ticket,
            found = violation.found
        );
        anstream::println!("{line}");
    }
}

fn print_json(findings: &Findings) {
    let violation = findings.violation.as_ref().map(|violation| {
        json!({
            "ticket": violation.ticket,
            "invariant": violation.invariant.sentence(),
            "found": violation.found,
            "scenario": violation.scenario,
        })
    });
    anstream::println!(
        "{:#}",
        json!({
            "tickets": findings.tickets,
            "decisions": findings.decisions,
            "checks": findings.checks,
            "decided": findings.kinds,
            "accidents": findings.accidents,
            "invariants": Invariant::ALL.iter().map(|invariant| invariant.sentence()).collect::<Vec<_>>(),
            "violation": violation,
        })
    );
}
