//! `despertador replay`

use std::path::PathBuf;

use despertador_contract::Explanation;
use despertador_contract::clock_face::{ClockFace, show_rfc3339};
use despertador_desk::journal::JournalError;
use despertador_desk::{Count, DeskError, Difference, Replay, ReplayOptions, Replayed};
use despertador_host::PolicyError;
use serde_json::{Map, Value, json};

use crate::arguments::{PluginArgument, ReplayArguments};
use crate::language::Language;
use crate::paint::{BOLD, DIM, YELLOW, mark, paint};
use crate::table::{Side, columns, thousands};
use crate::{Ended, Unusable, journal, plugin, progress, source};

/// Why a replay did not come to its end.
enum Stopped {
    Journal(JournalError),
    Desk(DeskError),
}

impl From<JournalError> for Stopped {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// Replays a journal on another plugin or policy and shows the differences.
pub(crate) fn replay(arguments: &ReplayArguments, as_json: bool) -> Result<Ended, Unusable> {
    let named = |plugin: &Option<PathBuf>| PluginArgument {
        plugin: plugin.clone(),
        limits: arguments.limits.clone(),
    };
    let new = plugin::read(&named(&arguments.plugin))?;
    let old = plugin::read(&named(&arguments.old_plugin))?;
    let journal = journal::open(&arguments.journal)?;
    let policy = arguments.policy.as_deref().map(source::read).transpose()?;
    let asked = ReplayOptions {
        policy,
        explained: arguments.limit,
        language: Language::or_system(arguments.language).word().to_owned(),
        zone: arguments.zone.clone(),
    };
    let mut replay = Replay::new(old, new, asked).map_err(|error| refused(arguments, &error))?;
    let bar = progress::of_entries();
    let read = journal.read(&arguments.selection.selection(), |line| {
        bar.inc(1);
        replay.take(line).map(|()| true).map_err(Stopped::Desk)
    });
    bar.finish_and_clear();
    read.map_err(|stopped| match stopped {
        Stopped::Journal(error) => journal::unread(&arguments.journal, &error),
        Stopped::Desk(error) => refused(arguments, &error),
    })?;
    let found = replay.end();
    if let (Some(ticket), 0) = (&arguments.selection.ticket, found.tickets) {
        let journal = arguments.journal.display();
        return Err(format!("`{journal}` has no ticket `{ticket}`").into());
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
            format!("`{file}` is no policy; `despertador check {file}` says why").into()
        }
        (DeskError::Policy(PolicyError::Refused(problems)), None) => {
            let first = problems.first().map_or_else(String::new, |problem| {
                let wording = Language::English.of(&problem.wordings);
                wording.first().map_or_else(String::new, |wording| format!(": {}", wording.text))
            });
            format!("the new plugin refuses a policy that was in force{first}; give one that it takes with --policy")
                .into()
        }
        (error, _) => format!("`{}`: {error}", arguments.journal.display()).into(),
    }
}

fn print(arguments: &ReplayArguments, found: &Replayed) {
    anstream::println!(
        "{}: tickets {}, decisions compared {}",
        arguments.journal.display(),
        thousands(found.tickets),
        thousands(found.decisions)
    );
    if found.differ == 0 {
        anstream::println!("every decision would be the same");
        return;
    }
    anstream::println!(
        "{}",
        paint(
            BOLD,
            format_args!(
                "others: {} decisions about {} tickets",
                thousands(found.differ),
                thousands(found.tickets_that_differ())
            )
        )
    );
    if found.broken > 0 {
        let broken = format!(
            "not compared to their end, for the new side gave no answer: {} tickets",
            thousands(found.broken)
        );
        anstream::println!("{}", paint(YELLOW, broken));
    }
    anstream::println!();
    let mut rows = vec![vec!["difference".into(), "decisions".into(), "tickets".into()]];
    let mut kinds: Vec<_> = found.kinds.iter().collect();
    kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(count.tickets), **kind));
    rows.extend(
        kinds.iter().map(|(k, c)| vec![k.to_string(), thousands(c.all), thousands(c.tickets)]),
    );
    show(&rows);
    anstream::println!();
    let mut rows = vec![vec!["department".into(), "tickets".into(), "with differences".into()]];
    rows.extend(found.departments.iter().map(|(name, count)| {
        let name = name.clone().unwrap_or_else(|| "(none)".into());
        vec![name, thousands(count.all), thousands(count.tickets)]
    }));
    show(&rows);
    for first in &found.first {
        explain(first);
    }
    if found.more > 0 {
        anstream::println!();
        let more = format!(
            "and {} more tickets; --limit explains more of them, --ticket one",
            thousands(found.more)
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

fn explain(first: &Difference) {
    anstream::println!();
    anstream::println!(
        "{} at {}: {}",
        paint(BOLD, format_args!("Ticket {}", first.ticket)),
        ClockFace::dated().show(first.at),
        first.kind
    );
    side("recorded", Ok(&first.recorded), first.why_recorded.as_ref().map_err(String::as_str));
    if !first.reproduced {
        let note = "the plugin that explains this decides otherwise today; name the one of then with --old-plugin";
        anstream::println!("    {}", paint(YELLOW, note));
    }
    let replayed = first.replayed.as_ref();
    side(
        "replayed",
        replayed.map_err(String::as_str),
        first.why_replayed.as_ref().map_err(String::as_str),
    );
}

fn side(name: &str, decision: Result<&Value, &str>, why: Result<&Explanation, &str>) {
    let decision = match decision {
        Ok(decision) => line(decision),
        Err(why) => format!("no decision: {why}"),
    };
    anstream::println!("  {}  {decision}", paint(BOLD, name));
    match why {
        Ok(why) => {
            anstream::println!("    {}", why.summary);
            for check in &why.checks {
                anstream::println!("    {} {}", mark(check.holds), check.text);
            }
        }
        Err(why) => anstream::println!("    {}", paint(DIM, format_args!("not explained: {why}"))),
    }
}

/// A decision of the journal in a line.
fn line(decision: &Value) -> String {
    let text = |value: &Value, name: &str| {
        value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let reason = text(decision, "reason");
    match (text(decision, "outcome").as_str(), decision.get("action")) {
        ("wait", _) => {
            format!(
                "wait until {} for {} ({reason})",
                text(decision, "until"),
                text(decision, "for")
            )
        }
        (_, Some(action)) => {
            format!("{}, due {} ({reason})", text(action, "step"), text(action, "due"))
        }
        (outcome, None) => format!("{outcome} ({reason})"),
    }
}

fn as_value(arguments: &ReplayArguments, found: &Replayed) -> Value {
    let why = |why: &Result<Explanation, String>| match why {
        Ok(why) => {
            let checks: Vec<_> = why
                .checks
                .iter()
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
