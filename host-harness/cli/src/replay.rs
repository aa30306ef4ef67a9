//! `despertador replay`

use std::num::NonZeroUsize;
use std::path::PathBuf;

use despertador_contract::clock_face::{parse_rfc3339, show_rfc3339};
use despertador_contract::key;
use despertador_contract::{Explanation, Zone};
use despertador_desk::journal::JournalError;
use despertador_desk::{
    Count, DeskError, Difference, Kind, Replay, ReplayOptions, Replayed, Subject,
};
use despertador_host::PolicyError;
use serde_json::{Map, Value, json};

use crate::arguments::{PluginArgument, ReplayArguments};
use crate::backtest::department;
use crate::language::{Language, tr};
use crate::paint::{BOLD, DIM, YELLOW, mark, paint};
use crate::table::{Side, columns, counted, thousands};
use crate::{Ended, Unusable, journal, plugin, progress, said, source};

/// Why a replay stopped early.
enum Stopped {
    Journal(JournalError),
    Desk(DeskError),
}

impl From<JournalError> for Stopped {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<DeskError> for Stopped {
    fn from(error: DeskError) -> Self {
        Self::Desk(error)
    }
}

/// Replays a journal with another plugin or policy and shows the differences.
pub(crate) fn replay(arguments: &ReplayArguments, as_json: bool) -> Result<Ended, Unusable> {
    let named = |plugin: &Option<PathBuf>| PluginArgument {
        plugin: plugin.clone(),
        limits: arguments.limits.clone(),
        ..PluginArgument::default()
    };
    let new = plugin::read(&named(&arguments.plugin))?;
    let old = plugin::read(&named(&arguments.old_plugin))?;
    let journal = journal::open(&arguments.journal)?;
    let policy = arguments.policy.as_deref().map(source::read).transpose()?;
    let asked = ReplayOptions {
        policy,
        explained: arguments.limit,
        language: Language::chosen().word().to_owned(),
        zone: arguments.zone.clone(),
    };
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let bar = progress::of_entries();
    let found = Replay::in_parallel((&old, &new), &asked, threads, |replay| {
        journal.read(&arguments.selection.selection(), |line| {
            bar.inc(1);
            replay(line)
        })
    });
    bar.finish_and_clear();
    let found = found.map_err(|stopped| match stopped {
        Stopped::Journal(error) => journal::unread(&arguments.journal, &error),
        Stopped::Desk(error) => refused(arguments, &error),
    })?;
    if let (Some(ticket), 0) = (&arguments.selection.ticket, found.tickets) {
        let journal = arguments.journal.display();
        return Err(tr!(
            "`{journal}` has no ticket `{ticket}`",
            "`{journal}` no tiene el ticket `{ticket}`",
            "`{journal}` não tem o ticket `{ticket}`"
        )
        .into());
    }
    if as_json {
        anstream::println!("{:#}", as_value(arguments, &found));
    } else {
        print(arguments, &found);
    }
    Ok(if found.differ == 0 { Ended::Well } else { Ended::WithFindings })
}

fn refused(arguments: &ReplayArguments, error: &DeskError) -> Unusable {
    match (error, &arguments.policy) {
        (DeskError::Policy(PolicyError::Refused(_)), Some(file)) => {
            let file = file.display();
            tr!(
                "`{file}` is not a policy; `despertador check {file}` says why",
                "`{file}` no es una política; `despertador check {file}` dice por qué",
                "`{file}` não é uma política; `despertador check {file}` diz por quê"
            )
            .into()
        }
        (DeskError::Policy(PolicyError::Refused(problems)), None) => {
            let first = problems.first().map_or_else(String::new, |problem| {
                let wording = Language::chosen().of(&problem.wordings);
                wording.first().map_or_else(String::new, |wording| format!(": {}", wording.text))
            });
            tr!(
                "the new plugin refuses a policy that was in force{first}; give one that it takes with --policy",
                "el plugin nuevo rechaza una política que estaba en vigor{first}; dé con --policy una que acepte",
                "o plugin novo recusa uma política que estava em vigor{first}; dê com --policy uma que ele aceite"
            )
            .into()
        }
        (error, _) => format!("`{}`: {error}", arguments.journal.display()).into(),
    }
}

fn print(arguments: &ReplayArguments, found: &Replayed) {
    let line = tr!(
        "{file}: tickets {tickets}, decisions compared {decisions}",
        "{file}: tickets {tickets}, decisiones comparadas {decisions}",
        "{file}: tickets {tickets}, decisões comparadas {decisions}",
        file = arguments.journal.display(),
        tickets = thousands(found.tickets),
        decisions = thousands(found.decisions)
    );
    anstream::println!("{line}");
    if found.differ == 0 {
        let same = tr!(
            "every decision would be the same",
            "todas las decisiones serían las mismas",
            "todas as decisões seriam as mesmas"
        );
        anstream::println!("{same}");
        return;
    }
    let others = tr!(
        "others: {decisions} about {tickets}",
        "distintas: {decisions} sobre {tickets}",
        "diferentes: {decisions} sobre {tickets}",
        decisions = counted(
            found.differ,
            &tr!("decision", "decisión", "decisão"),
            &tr!("decisions", "decisiones", "decisões")
        ),
        tickets = counted(found.tickets_that_differ(), "ticket", "tickets")
    );
    anstream::println!("{}", paint(BOLD, others));
    if found.broken > 0 {
        let broken = tr!(
            "not compared to their end, for the new side gave no answer: {tickets}",
            "no comparados hasta el final, pues el lado nuevo no respondió: {tickets}",
            "não comparados até o fim, pois o lado novo não respondeu: {tickets}",
            tickets = counted(found.broken, "ticket", "tickets")
        );
        anstream::println!("{}", paint(YELLOW, broken));
    }
    anstream::println!();
    let decisions = tr!("decisions", "decisiones", "decisões");
    let mut rows =
        vec![vec![tr!("difference", "diferencia", "diferença"), decisions, "tickets".into()]];
    let mut kinds: Vec<_> = found.kinds.iter().collect();
    kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(count.tickets), **kind));
    rows.extend(
        kinds.iter().map(|(k, c)| vec![difference(**k), thousands(c.all), thousands(c.tickets)]),
    );
    show(&rows);
    anstream::println!();
    let mut rows = vec![vec![
        tr!("department", "departamento", "departamento"),
        "tickets".into(),
        tr!("with differences", "con diferencias", "com diferenças"),
    ]];
    rows.extend(found.departments.iter().map(|(name, count)| {
        let name = department(name.as_deref().unwrap_or_default());
        vec![name, thousands(count.all), thousands(count.tickets)]
    }));
    show(&rows);
    for first in &found.first {
        explain(first);
    }
    if found.more > 0 {
        anstream::println!();
        let more = tr!(
            "and {tickets}; --limit explains more of them, --ticket one",
            "y {tickets}; --limit explica más, --ticket uno",
            "e {tickets}; --limit explica mais, --ticket um",
            tickets = counted(
                found.more,
                &tr!("more ticket", "ticket más", "ticket a mais"),
                &tr!("more tickets", "tickets más", "tickets a mais")
            )
        );
        anstream::println!("{more}");
    }
}

fn show(rows: &[Vec<String>]) {
    let lines = columns(&[Side::Left, Side::Right, Side::Right], rows);
    for (number, line) in lines.into_iter().enumerate() {
        anstream::println!("{}", if number == 0 { paint(BOLD, line) } else { line });
    }
}

/// The name of a kind of difference.
fn difference(kind: Kind) -> String {
    let about = |subject: Subject| match subject {
        Subject::Reminder => tr!("reminder", "recordatorio", "lembrete"),
        Subject::Close => tr!("close", "cierre", "encerramento"),
        Subject::Action => tr!("action", "acción", "ação"),
    };
    match kind {
        Kind::Unanswered => tr!("no decision at all", "ninguna decisión", "nenhuma decisão"),
        Kind::Earlier(subject) => {
            let what = about(subject);
            tr!("{what} earlier", "{what} antes", "{what} antes")
        }
        Kind::Later(subject) => {
            let what = about(subject);
            tr!("{what} later", "{what} después", "{what} depois")
        }
        Kind::Gone(subject) => {
            let what = about(subject);
            tr!(
                "{what} that would not happen",
                "{what} que no ocurriría",
                "{what} que não ocorreria"
            )
        }
        Kind::New(subject) => {
            let what = about(subject);
            tr!("{what} that did not happen", "{what} que no ocurrió", "{what} que não ocorreu")
        }
        Kind::AnotherStep => tr!("another step", "otro paso", "outro passo"),
        Kind::Content(subject) => {
            let what = about(subject);
            tr!(
                "{what} with other particulars",
                "{what} con otros detalles",
                "{what} com outros detalhes"
            )
        }
        Kind::Reason => tr!("another reason", "otro motivo", "outro motivo"),
        Kind::Rule => tr!("another rule", "otra regla", "outra regra"),
        _ => tr!("something else", "otra cosa", "outra coisa"),
    }
}

fn explain(first: &Difference) {
    anstream::println!();
    let ticket = paint(BOLD, format_args!("Ticket {}", first.ticket));
    let (at, zone) = (first.zone.show(first.at), first.zone.name());
    let kind = difference(first.kind);
    let line = tr!(
        "{ticket} at {at} {zone}: {kind}",
        "{ticket}, {at} {zone}: {kind}",
        "{ticket}, {at} {zone}: {kind}"
    );
    anstream::println!("{line}");
    let recorded = tr!("recorded", "registrado", "registrado");
    let why = first.why_recorded.as_ref().map_err(String::as_str);
    side(&recorded, Ok(&first.recorded), why, &first.zone);
    if !first.reproduced {
        let note = tr!(
            "the plugin that explains this decides otherwise today; name the one of then with --old-plugin",
            "el plugin que explica esto decide hoy otra cosa; nombre el de entonces con --old-plugin",
            "o plugin que explica isto decide hoje outra coisa; indique o de então com --old-plugin"
        );
        anstream::println!("    {}", paint(YELLOW, note));
    }
    let replayed = tr!("replayed", "repetido", "repetido");
    let why = first.why_replayed.as_ref().map_err(String::as_str);
    side(&replayed, first.replayed.as_ref().map_err(String::as_str), why, &first.zone);
}

fn side(name: &str, decision: Result<&Value, &str>, why: Result<&Explanation, &str>, zone: &Zone) {
    let decision = match decision {
        Ok(decision) => line(decision, zone),
        Err(why) => tr!("no decision: {why}", "ninguna decisión: {why}", "nenhuma decisão: {why}"),
    };
    anstream::println!("  {}  {decision}", paint(BOLD, name));
    match why {
        Ok(why) => {
            anstream::println!("    {}", why.summary);
            for check in why.conditions() {
                anstream::println!("    {} {}", mark(check.holds), check.text);
            }
        }
        Err(why) => {
            let why = tr!("not explained: {why}", "sin explicar: {why}", "sem explicação: {why}");
            anstream::println!("    {}", paint(DIM, why));
        }
    }
}

/// A decision of the journal as a line.
fn line(decision: &Value, zone: &Zone) -> String {
    let text = |value: &Value, name: &str| {
        value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let at = |text: String| parse_rfc3339(&text).map_or(text, |at| zone.show(at));
    let step = |word: String| key::parse_step(&word).map_or(word, |step| said::step(&step));
    let reason = text(decision, "reason");
    let reason = reason.split(' ').next().unwrap_or_default();
    match (text(decision, "outcome").as_str(), decision.get("action")) {
        ("wait", _) => {
            let (until, step) = (at(text(decision, "until")), step(text(decision, "for")));
            tr!(
                "wait until {until}: {step}",
                "esperar hasta {until}: {step}",
                "esperar até {until}: {step}"
            )
        }
        (_, Some(action)) => {
            let (step, due) = (step(text(action, "step")), at(text(action, "due")));
            tr!(
                "{step}, due {due} ({reason})",
                "{step}, debido {due} ({reason})",
                "{step}, devido {due} ({reason})"
            )
        }
        ("rest", None) => {
            tr!("nothing to do ({reason})", "nada que hacer ({reason})", "nada a fazer ({reason})")
        }
        (outcome, None) => format!("{outcome} ({reason})"),
    }
}

fn as_value(arguments: &ReplayArguments, found: &Replayed) -> Value {
    let why = |why: &Result<Explanation, String>| match why {
        Ok(why) => {
            let checks: Vec<_> = why
                .conditions()
                .map(
                    |check| json!({ "code": check.code, "holds": check.holds, "text": check.text }),
                )
                .collect();
            json!({ "summary": why.summary, "checks": checks })
        }
        Err(error) => json!({ "not-explained": error }),
    };
    let count = |count: &Count| json!({ "decisions": count.all, "tickets": count.tickets });
    let kinds: Map<String, Value> =
        found.kinds.iter().map(|(kind, counted)| (kind.code(), count(counted))).collect();
    let departments: Vec<Value> = found
        .departments
        .iter()
        .map(|(name, count)| {
            json!({ "department": name, "tickets": count.all, "with-differences": count.tickets })
        })
        .collect();
    let first: Vec<Value> = found
        .first
        .iter()
        .map(|first| {
            json!({
                "account": first.account,
                "ticket": first.ticket,
                "department": first.department,
                "seq": first.seq,
                "at": show_rfc3339(first.at),
                "kind": first.kind.code(),
                "recorded": { "decision": first.recorded, "why": why(&first.why_recorded),
                              "reproduced": first.reproduced },
                "replayed": { "decision": first.replayed.as_ref().ok(),
                              "unanswered": first.replayed.as_ref().err(),
                              "why": why(&first.why_replayed) },
            })
        })
        .collect();
    json!({
        "journal": arguments.journal.display().to_string(),
        "tickets": found.tickets,
        "decisions": found.decisions,
        "differ": { "decisions": found.differ, "tickets": found.tickets_that_differ() },
        "not-compared-to-their-end": found.broken,
        "kinds": kinds,
        "departments": departments,
        "first-differences": first,
        "not-explained": found.more,
    })
}
