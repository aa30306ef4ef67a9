//! `despertador explain`

use despertador_contract::Explanation;
use despertador_contract::Zone;
use despertador_contract::clock_face::{ClockFace, show_rfc3339};
use despertador_contract::event_log::EventLog;
use despertador_contract::nearest::nearest;
use despertador_harness::answer::{self, Detail};
use despertador_harness::event_log::play_ticket;
use despertador_page::{Explained, Timeline};
use serde_json::json;

use crate::arguments::ExplainArguments;
use crate::events::{self, Unread};
use crate::interrupt::Interrupt;
use crate::language::{Language, tr};
use crate::paint::{BOLD, DIM, mark, paint};
use crate::{Ended, Unusable, plugin, policy, run, said, source, written};

/// Plays a recorded conversation up to an instant and explains the decision.
pub(crate) fn explain(arguments: &ExplainArguments, json: bool) -> Result<Ended, Unusable> {
    let engine = plugin::load(&arguments.plugin)?;
    let mut player = policy::read(&arguments.policy, &engine)?;
    let config = source::read(&arguments.policy)?;
    let zone = arguments.form.zone.clone().unwrap_or_else(|| Zone::of_policy(&config));
    let log = match log(arguments, &config) {
        Ok(log) => log,
        Err(Unread::Unusable(unusable)) => return Err(unusable),
        Err(Unread::Interrupted(sentence)) => {
            anstream::eprintln!("{sentence}");
            return Ok(Ended::Interrupted);
        }
    };
    let ticket = ticket(arguments, &log)?;
    let at = arguments.at;
    let (host, broken) = play_ticket(&log, &ticket, player.as_mut(), Some(at), None);
    let conversation = host.conversation.state.clone();
    let entries = host.entries.clone();
    drop(host);
    if let Some(sentence) = broken {
        return Err(sentence.into());
    }
    let language = Language::chosen();
    let reader = language.reader(zone.offset_at(at));
    let explanation = player
        .explain(&conversation.ticket, &conversation.memory, at, &reader)
        .map_err(|error| error.to_string())?;
    let calls = entries.iter().map(|entry| &entry.call);
    let timeline = Timeline::of_calls(&ticket, calls, at, &explanation.decision);
    draw(arguments, &explanation, &timeline, language, &zone)?;
    if json {
        print_json(&ticket, at, &explanation);
    } else {
        print(&ticket, at, &zone, &explanation);
    }
    Ok(Ended::Well)
}

/// The recorded conversation: an event log, or the tickets of any other history.
fn log(arguments: &ExplainArguments, config: &str) -> Result<EventLog, Unread> {
    let file = arguments.log.display().to_string();
    if events::has_lines(&arguments.log) && arguments.form.from.is_none() {
        let text = source::read_messages(&arguments.log)?;
        let log = EventLog::read(&file, &text);
        return log.map_err(|problems| Unusable(run::problems(&problems)).into());
    }
    let read = events::read(&arguments.log, &arguments.form, &Interrupt::listen())?;
    let wanted = |id: &str| arguments.ticket.as_deref().is_none_or(|ticket| ticket == id);
    let unread = |error: despertador_insight::Unreadable| Unusable(error.to_string());
    let mut tickets = read.history.tickets_where(wanted).map_err(unread)?;
    if tickets.is_empty() {
        // For the suggestion in the error.
        tickets = read.history.tickets_where(|_| true).map_err(unread)?;
    }
    let channel = serde_json::from_str(config)
        .ok()
        .and_then(|config: serde_json::Value| Some(config.get("channel")?.as_str()?.to_owned()));
    let rows = tickets
        .iter()
        .flat_map(|recorded| recorded.rows(read.history.department(recorded), channel.as_deref()))
        .collect();
    Ok(EventLog { file, rows })
}

/// Writes the requested page and image.
fn draw(
    arguments: &ExplainArguments,
    explanation: &Explanation,
    timeline: &Timeline,
    language: Language,
    zone: &Zone,
) -> Result<(), Unusable> {
    let language = language.of_page();
    if let Some(file) = &arguments.html {
        let explained = Explained { at: arguments.at, explanation, timeline, zone };
        written::write(file, despertador_page::explanation(&explained, language), true)?;
    }
    if let Some(file) = &arguments.svg {
        written::write(file, timeline.svg(language, zone), true)?;
    }
    Ok(())
}

fn ticket(arguments: &ExplainArguments, log: &EventLog) -> Result<String, Unusable> {
    let tickets = log.tickets();
    let file = &log.file;
    match (&arguments.ticket, tickets.as_slice()) {
        (Some(ticket), _) if tickets.contains(&ticket.as_str()) => Ok(ticket.clone()),
        (Some(ticket), _) => {
            let meant = nearest(ticket, tickets.iter().copied()).map(|meant| {
                tr!(
                    "; did you mean `{meant}`?",
                    "; ¿quiso decir `{meant}`?",
                    "; você quis dizer `{meant}`?"
                )
            });
            Err(tr!(
                "`{file}` has no ticket `{ticket}`{meant}",
                "`{file}` no tiene el ticket `{ticket}`{meant}",
                "`{file}` não tem o ticket `{ticket}`{meant}",
                meant = meant.unwrap_or_default()
            )
            .into())
        }
        (None, [only]) => Ok((*only).to_owned()),
        (None, []) => {
            Err(tr!("`{file}` has no rows", "`{file}` no tiene filas", "`{file}` não tem linhas")
                .into())
        }
        (None, many) => Err(tr!(
            "`{file}` has {count} tickets; name one with `--ticket`",
            "`{file}` tiene {count} tickets; nombre uno con `--ticket`",
            "`{file}` tem {count} tickets; diga qual com `--ticket`",
            count = many.len()
        )
        .into()),
    }
}

fn decided(explanation: &Explanation) -> String {
    answer::line(&Ok(explanation.decision.clone()), &ClockFace::dated(), &Detail::default())
}

fn print(ticket: &str, at: i64, zone: &Zone, explanation: &Explanation) {
    let decided = paint(BOLD, said::decision(&explanation.decision, zone));
    let ticket = paint(BOLD, format_args!("Ticket {ticket}"));
    let (at, zone) = (zone.show(at), zone.name());
    let line = tr!(
        "{ticket} at {at} {zone}: {decided}",
        "{ticket}, {at} {zone}: {decided}",
        "{ticket}, {at} {zone}: {decided}"
    );
    anstream::println!("{line}");
    anstream::println!("{}", explanation.summary);
    anstream::println!();
    for check in explanation.conditions() {
        anstream::println!("  {} {}", mark(check.holds), check.text);
    }
    for text in explanation.debug_texts() {
        anstream::println!("  {}", paint(DIM, format_args!("debug: {text}")));
    }
    if !explanation.history.is_empty() {
        anstream::println!();
    }
    for sentence in &explanation.history {
        anstream::println!("  {} {sentence}", paint(DIM, "·"));
    }
}

fn print_json(ticket: &str, at: i64, explanation: &Explanation) {
    let debug: Vec<_> = explanation.debug_texts().collect();
    let checks: Vec<_> = explanation
        .conditions()
        .map(|check| json!({ "code": check.code, "holds": check.holds, "text": check.text }))
        .collect();
    anstream::println!(
        "{:#}",
        json!({
            "ticket": ticket,
            "at": show_rfc3339(at),
            "language": explanation.language,
            "decision": decided(explanation),
            "summary": explanation.summary,
            "checks": checks,
            "debug": debug,
            "history": explanation.history,
        })
    );
}
