//! `despertador backtest`

use std::num::NonZeroUsize;
use std::path::Path;

use despertador_harness::clock_face::show_rfc3339;
use despertador_harness::duration;
use despertador_harness::word::Word;
use despertador_host::contract::Surroundings;
use despertador_host::{Plugin, Policy, PolicyError};
use despertador_insight::{Figures, Judged, Read, Settings, backtest as try_on, examples};
use despertador_page::{Backtest, EXAMPLES, Tried};
use serde_json::{Value, json};

use crate::arguments::BacktestArguments;
use crate::language::Language;
use crate::paint::{BOLD, DIM, paint};
use crate::table::{Side, columns, percent, thousands, whole};
use crate::{Ended, Unusable, events, plugin, progress, source, written};

/// So many tickets that were closed too early are listed.
const MOST_LISTED: usize = 10;

/// Tries policies on a history.
pub(crate) fn backtest(arguments: &BacktestArguments, as_json: bool) -> Result<Ended, Unusable> {
    let plugin = plugin::read(&arguments.plugin)?;
    let policies = arguments
        .policy
        .iter()
        .map(|file| policy(file, &plugin))
        .collect::<Result<Vec<Policy>, Unusable>>()?;
    let read = events::read(&arguments.events)?;
    let settings = Settings {
        window: i64::try_from(arguments.window).unwrap_or(i64::MAX),
        channel: arguments.channel.clone(),
    };
    let mut tried = Vec::new();
    for (file, policy) in arguments.policy.iter().zip(&policies) {
        let tickets = u64::try_from(read.history.tickets.len()).unwrap_or(u64::MAX);
        let bar = progress::of_tickets(tickets);
        let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let done = |tickets: usize| bar.inc(u64::try_from(tickets).unwrap_or_default());
        let judged = try_on(&read.history, policy, &settings, threads, &done)
            .map_err(|error| error.to_string())?;
        bar.finish_and_clear();
        tried.push((file.display().to_string(), judged));
    }
    if let Some(file) = &arguments.csv {
        written::write(file, rows(&tried, arguments.minutes_per_close), true)?;
    }
    if let Some(file) = &arguments.html {
        written::write(file, page(&read, &policies, &tried, &settings, arguments)?, true)?;
    }
    if as_json {
        anstream::println!("{:#}", as_value(&read, &tried, arguments));
    } else {
        print(&read, &tried, arguments);
    }
    Ok(Ended::Well)
}

fn policy(file: &Path, plugin: &Plugin) -> Result<Policy, Unusable> {
    let config = source::read(file)?;
    plugin.policy(&config, &Surroundings::default()).map_err(|error| match error {
        PolicyError::Refused(_) => {
            let file = file.display();
            format!("`{file}` is no policy; `despertador check {file}` says why").into()
        }
        other => other.to_string().into(),
    })
}

/// The page of all of it.
fn page(
    read: &Read,
    policies: &[Policy],
    tried: &[(String, Judged)],
    settings: &Settings,
    arguments: &BacktestArguments,
) -> Result<String, Unusable> {
    let mut behind = Vec::new();
    for (policy, (_, judged)) in policies.iter().zip(tried) {
        let outline = policy.outline(0).map_err(|error| error.to_string())?;
        let examples = examples(&read.history, judged, policy, settings, EXAMPLES)
            .map_err(|error| error.to_string())?;
        behind.push((outline, examples));
    }
    let tried: Vec<Tried<'_>> = tried
        .iter()
        .zip(&behind)
        .map(|((name, judged), (outline, examples))| Tried { name, outline, judged, examples })
        .collect();
    let file = &arguments.events.file;
    let name = file.file_name().unwrap_or(file.as_os_str());
    let page = Backtest {
        // Pages are sent to others, whom the folders of this machine do not concern.
        history_name: &name.to_string_lossy(),
        read,
        tried: &tried,
        window: settings.window,
        minutes_per_close: arguments.minutes_per_close,
        channel: &arguments.channel.word(),
        utc_offset: arguments.events.utc_offset,
    };
    let language = Language::or_system(arguments.language).of_page();
    despertador_page::backtest(&page, language).map_err(|error| error.to_string().into())
}

fn print(read: &Read, tried: &[(String, Judged)], arguments: &BacktestArguments) {
    events::print(read, &arguments.events);
    let figures: Vec<(String, &Figures)> =
        tried.iter().map(|(name, judged)| (name.clone(), &judged.total)).collect();
    table(&figures, arguments.minutes_per_close);
    anstream::println!(
        "{}",
        paint(
            DIM,
            format_args!(
                "premature: the customer wrote within {} after the close; of closes that the history \
                 ends too early for, it is not known\nrescued: of those who got the reminder, the part \
                 that wrote before the next step",
                duration::show(arguments.window)
            )
        )
    );
    for (name, judged) in tried.iter().filter(|(_, judged)| !judged.premature.is_empty()) {
        anstream::println!("\n{}", paint(BOLD, format_args!("closed too early by {name}")));
        let mut rows = Vec::new();
        for (ticket, closed, wrote) in judged.premature.iter().take(MOST_LISTED) {
            let after = u64::try_from(wrote.saturating_sub(*closed)).unwrap_or_default();
            let after = duration::show(whole(after, 1_000));
            rows.push(vec![
                ticket.clone(),
                format!("closed {}", show_rfc3339(*closed)),
                format!("the customer wrote {after} later"),
            ]);
        }
        for line in columns(&[Side::Left; 3], &rows) {
            anstream::println!("  {line}");
        }
        let more = judged.premature.len().saturating_sub(MOST_LISTED);
        if more > 0 {
            anstream::println!("  and {more} more; all of them with --json");
        }
    }
}

/// The minutes of agents' time that the closes are worth.
#[allow(clippy::cast_precision_loss, reason = "fewer closes than a double tells apart")]
fn freed(figures: &Figures, minutes_per_close: f64) -> f64 {
    figures.closes as f64 * minutes_per_close
}

/// Policies side by side.
fn table(tried: &[(String, &Figures)], minutes_per_close: f64) {
    let mut rows = vec![vec![String::new()]];
    let mut sides = vec![Side::Left];
    if let Some(head) = rows.first_mut() {
        head.extend(tried.iter().map(|(name, _)| name.clone()));
    }
    sides.extend(tried.iter().map(|_| Side::Right));
    let mut row = |title: &str, of: &dyn Fn(&Figures) -> String| {
        let mut row = vec![title.to_owned()];
        row.extend(tried.iter().map(|(_, figures)| of(figures)));
        rows.push(row);
    };
    row("tickets", &|f| thousands(f.tickets));
    let last = tried.iter().filter_map(|(_, f)| f.reminders.keys().last().copied()).max();
    for number in 1..=last.unwrap_or_default() {
        let sent = |f: &Figures| f.reminders.get(&number).map(|(sent, _)| *sent);
        row(&format!("reminder {number}"), &|f| sent(f).map_or_else(|| "–".into(), thousands));
        row("  rescued", &|f| f.rescued(number).map_or_else(|| "–".into(), percent));
    }
    row("closed", &|f| thousands(f.closes));
    row("  premature", &|f| thousands(f.premature));
    row("  of those known", &|f| f.premature_rate().map_or_else(|| "–".into(), percent));
    row("  not known", &|f| thousands(f.undecided));
    row("  waited, on the average", &|f| {
        f.mean_wait().map_or_else(
            || "–".into(),
            |wait| duration::show(whole(u64::try_from(wait).unwrap_or_default(), 60_000)),
        )
    });
    row("agents' time freed", &|f| format!("{:.0} min", freed(f, minutes_per_close)));
    let mut reasons: Vec<&String> = tried.iter().flat_map(|(_, f)| f.withheld.keys()).collect();
    reasons.sort();
    reasons.dedup();
    for reason in reasons {
        row(reason, &|f| thousands(f.withheld.get(reason).copied().unwrap_or_default()));
    }
    for (number, line) in columns(&sides, &rows).into_iter().enumerate() {
        anstream::println!("{}", if number == 0 { paint(BOLD, line) } else { line });
    }
}

/// All figures, a row for each policy and department.
fn rows(tried: &[(String, Judged)], minutes_per_close: f64) -> String {
    let mut text = String::from(
        "policy,department,tickets,told,reminder,sent,answered,closes,premature,undecided,waited-ms,minutes-freed\n",
    );
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    for (policy, judged) in tried {
        let all = std::iter::once(("", &judged.total));
        let each = judged.departments.iter().map(|(name, figures)| (name.as_str(), figures));
        for (place, (department, f)) in all.chain(each).enumerate() {
            let department = if place == 0 { "(all)" } else { department };
            let head =
                format!("{},{},{},{}", quoted(policy), quoted(department), f.tickets, f.told);
            let tail = format!(
                "{},{},{},{},{}",
                f.closes,
                f.premature,
                f.undecided,
                f.waited,
                freed(f, minutes_per_close)
            );
            if f.reminders.is_empty() {
                text.push_str(&format!("{head},,,,{tail}\n"));
            }
            for (number, (sent, answered)) in &f.reminders {
                text.push_str(&format!("{head},{number},{sent},{answered},{tail}\n"));
            }
        }
    }
    text
}

fn as_value(read: &Read, tried: &[(String, Judged)], arguments: &BacktestArguments) -> Value {
    let refused: Vec<Value> = read
        .first_refused
        .iter()
        .map(|refused| json!({ "line": refused.line, "why": refused.why }))
        .collect();
    let policies: Vec<Value> = tried
        .iter()
        .map(|(name, judged)| {
            let departments: serde_json::Map<String, Value> = judged
                .departments
                .iter()
                .map(|(name, figures)| {
                    (name.clone(), figures_json(figures, arguments.minutes_per_close))
                })
                .collect();
            let premature: Vec<Value> = judged
                .premature
                .iter()
                .map(|(ticket, closed, wrote)| {
                    json!({
                        "ticket": ticket,
                        "closed": show_rfc3339(*closed),
                        "customer-wrote": show_rfc3339(*wrote),
                    })
                })
                .collect();
            json!({
                "policy": name,
                "total": figures_json(&judged.total, arguments.minutes_per_close),
                "departments": departments,
                "premature": premature,
            })
        })
        .collect();
    json!({
        "events": arguments.events.file.display().to_string(),
        "rows": read.rows,
        "moved": read.moved,
        "repeated": read.repeated,
        "refused": { "rows": read.refused, "first": refused },
        "window": duration::show(arguments.window),
        "policies": policies,
    })
}

fn figures_json(figures: &Figures, minutes_per_close: f64) -> Value {
    let reminders: Vec<Value> = figures
        .reminders
        .iter()
        .map(|(number, (sent, answered))| {
            json!({ "number": number, "sent": sent, "answered": answered })
        })
        .collect();
    json!({
        "tickets": figures.tickets,
        "told": figures.told,
        "reminders": reminders,
        "closes": figures.closes,
        "premature": figures.premature,
        "undecided": figures.undecided,
        "premature-per-mille": figures.premature_rate(),
        "mean-wait-ms": figures.mean_wait(),
        "minutes-freed": freed(figures, minutes_per_close),
        "withheld": figures.withheld,
    })
}
