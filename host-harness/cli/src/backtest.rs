//! `despertador backtest`

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use despertador_contract::Surroundings;
use despertador_contract::Zone;
use despertador_contract::clock_face::show_rfc3339;
use despertador_contract::duration;
use despertador_contract::word::Word;
use despertador_desk::report::harmless;
use despertador_host::{Plugin, Policy, PolicyError};
use despertador_insight::{
    Archive, ArchiveBacktest, BacktestFigures, History, Judged, Read, ReminderCounts, Settings,
    backtest_archive, examples,
};
use despertador_page::{Backtest, EXAMPLES, Tried};
use serde_json::{Value, json};

use crate::arguments::BacktestArguments;
use crate::events::Unread;
use crate::interrupt::Interrupt;
use crate::language::{Language, tr};
use crate::paint::{BOLD, DIM, YELLOW, paint};
use crate::problems::Problems;
use crate::table::{Side, columns, percent, thousands, whole};
use crate::{Ended, Unusable, events, plugin, progress, source, written};

/// Maximum number of premature closes that are listed.
const PREMATURE_LISTED_MAX: usize = 10;

/// Plays policies on a history.
pub(crate) fn backtest(arguments: &BacktestArguments, as_json: bool) -> Result<Ended, Unusable> {
    let plugin = plugin::read(&arguments.plugin)?;
    let policies = arguments
        .policy
        .iter()
        .map(|file| policy(file, &plugin))
        .collect::<Result<Vec<Policy>, Unusable>>()?;
    let interrupt = Interrupt::listen();
    let read = match events::read(&arguments.events.file, &arguments.events.form, &interrupt) {
        Ok(read) => read,
        Err(Unread::Unusable(unusable)) => return Err(unusable),
        Err(Unread::Interrupted(sentence)) => {
            anstream::eprintln!("{sentence}");
            return Ok(Ended::Interrupted);
        }
    };
    let settings = Settings {
        window: i64::try_from(arguments.window).unwrap_or(i64::MAX),
        channel: arguments.channel.clone(),
    };
    let bar = progress::of_rows(read.rows);
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let should_continue = |rows: u64| {
        bar.inc(rows);
        !interrupt.is_wanted()
    };
    let all = backtest_archive(&read.history, &policies, &settings, threads, &should_continue)
        .map_err(|error| error.to_string())?;
    bar.finish_and_clear();
    let zones: Vec<Zone> = policies.iter().map(|policy| zone(arguments, policy)).collect();
    let part = part(&read, &all, zones.first().unwrap_or(&Zone::UTC));
    let names = arguments.policy.iter().map(|file| file.display().to_string());
    let tried: Vec<(String, Judged)> = names.zip(all.judged).collect();
    if let Some(file) = &arguments.csv {
        let covered = if part.is_some() { all.rows } else { read.rows };
        let text = rows(&tried, arguments.minutes_per_close, covered, read.rows)
            .map_err(|error| error.to_string())?;
        written::write(file, text, true)?;
    }
    if let (Some(file), None) = (&arguments.html, &part) {
        // Pages show whole conversations.
        let history = read.history.history().map_err(|error| error.to_string())?;
        let page = page(&read.with(history), &policies, &tried, &settings, arguments)?;
        written::write(file, page, true)?;
    }
    if as_json {
        let mut value = as_value(&read, &tried, &channels(&policies, &settings), arguments);
        let warnings: Vec<Value> =
            warnings(arguments, &policies).iter().flat_map(Problems::as_json).collect();
        if let Some(object) = value.as_object_mut().filter(|_| !warnings.is_empty()) {
            object.insert("warnings".into(), warnings.into());
        }
        if let Some(object) = value.as_object_mut().filter(|_| part.is_some()) {
            let until = all.until.map(show_rfc3339);
            let covered = json!({ "rows": all.rows, "tickets": all.tickets, "until": until });
            object.insert("only-a-part".into(), covered);
        }
        anstream::println!("{value:#}");
    } else {
        let channels = channels(&policies, &settings);
        print(&read, &tried, arguments, &zones, &channels, part.as_deref());
        for warned in warnings(arguments, &policies) {
            anstream::println!();
            warned.print(Language::chosen());
        }
    }
    match part {
        None => Ok(Ended::Well),
        Some(sentence) => {
            anstream::eprintln!(
                "{} {sentence}",
                paint(YELLOW, tr!("interrupted:", "interrumpido:", "interrompido:"))
            );
            Ok(Ended::Interrupted)
        }
    }
}

/// Which part of a history was covered, if not all of it.
fn part(read: &Read<Archive>, all: &ArchiveBacktest, zone: &Zone) -> Option<String> {
    let until = all.until.map(|until| {
        let (until, zone) = (zone.show(until), zone.name());
        tr!(", up to {until} {zone}", ", hasta {until} {zone}", ", até {until} {zone}")
    });
    (!all.is_whole).then(|| {
        tr!(
            "{done} of {rows} rows: {whole} of {tickets} tickets, each of them whole{until}",
            "{done} de {rows} filas: {whole} de {tickets} tickets, cada uno completo{until}",
            "{done} de {rows} linhas: {whole} de {tickets} tickets, cada um completo{until}",
            done = thousands(all.rows),
            rows = thousands(read.rows),
            whole = thousands(all.tickets),
            tickets = thousands(read.history.tickets()),
            until = until.unwrap_or_default()
        )
    })
}

fn policy(file: &Path, plugin: &Plugin) -> Result<Policy, Unusable> {
    let config = source::read(file)?;
    plugin.policy(&config, &Surroundings::default()).map_err(|error| match error {
        PolicyError::Refused(_) => {
            let file = file.display();
            tr!(
                "`{file}` is not a policy; `despertador check {file}` says why",
                "`{file}` no es una política; `despertador check {file}` dice por qué",
                "`{file}` não é uma política; `despertador check {file}` diz por quê"
            )
            .into()
        }
        other => other.to_string().into(),
    })
}

/// The zone of displayed times: the given one, or the policy's.
fn zone(arguments: &BacktestArguments, policy: &Policy) -> Zone {
    arguments.events.form.zone.clone().unwrap_or_else(|| Zone::of_policy(policy.config()))
}

/// The channel on which each policy is played.
fn channels(policies: &[Policy], settings: &Settings) -> Vec<String> {
    policies.iter().map(|policy| settings.channel_of(policy).word().into_owned()).collect()
}

/// The warnings of the check: a rule that never closes explains why there are no closes.
fn warnings(arguments: &BacktestArguments, policies: &[Policy]) -> Vec<Problems> {
    let of = |(file, policy): (&PathBuf, &Policy)| Problems {
        file: file.display().to_string(),
        text: policy.config().to_owned(),
        whole: tr!("the whole policy", "toda la política", "a política inteira"),
        problems: policy.warnings().to_vec(),
    };
    let warned = arguments.policy.iter().zip(policies).map(of);
    warned.filter(|warned| !warned.problems.is_empty()).collect()
}

/// The page of the backtest.
fn page(
    read: &Read<History>,
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
        .zip(policies)
        .map(|(((name, judged), (outline, examples)), policy)| {
            let warnings = policy.warnings();
            Tried { name, outline, warnings, judged, examples }
        })
        .collect();
    let mut channels = channels(policies, settings);
    channels.dedup();
    let zone = policies.first().map(|policy| zone(arguments, policy)).unwrap_or_default();
    let file = &arguments.events.file;
    let name = file.file_name().unwrap_or(file.as_os_str());
    let page = Backtest {
        // Pages are sent to others, who need not know the folders of this machine.
        history_name: &name.to_string_lossy(),
        read,
        tried: &tried,
        window: settings.window,
        minutes_per_close: arguments.minutes_per_close,
        channel: &channels.join(", "),
        zone: &zone,
    };
    let language = Language::chosen().of_page();
    despertador_page::backtest(&page, language).map_err(|error| error.to_string().into())
}

fn print(
    read: &Read<Archive>,
    tried: &[(String, Judged)],
    arguments: &BacktestArguments,
    zones: &[Zone],
    channels: &[String],
    part: Option<&str>,
) {
    events::print(read, &arguments.events);
    if let Some(part) = part {
        let part = tr!(
            "figures of a part: {part}",
            "cifras de una parte: {part}",
            "números de uma parte: {part}"
        );
        anstream::println!("{}\n", paint(YELLOW, part));
    }
    let figures: Vec<(String, &BacktestFigures)> =
        tried.iter().map(|(name, judged)| (name.clone(), &judged.total)).collect();
    table(&figures, channels, arguments.minutes_per_close);
    by_department(tried, arguments.minutes_per_close);
    anstream::println!("{}", paint(DIM, definitions(tried, arguments)));
    let listed = tried.iter().zip(zones).filter(|((_, judged), _)| !judged.premature.is_empty());
    for ((name, judged), zone) in listed {
        let title = tr!(
            "closed too early by {name} (times in {zone})",
            "cerrados demasiado pronto por {name} (horas en {zone})",
            "encerrados cedo demais por {name} (horas em {zone})",
            zone = zone.name()
        );
        anstream::println!("\n{}", paint(BOLD, title));
        let mut rows = Vec::new();
        for (ticket, closed, wrote) in judged.premature.iter().take(PREMATURE_LISTED_MAX) {
            let after = u64::try_from(wrote.saturating_sub(*closed)).unwrap_or_default();
            let after = duration::show(whole(after, 1_000));
            let at = zone.show(*closed);
            rows.push(vec![
                ticket.clone(),
                tr!("closed {at}", "cerrado {at}", "encerrado {at}"),
                tr!(
                    "the customer wrote {after} later",
                    "el cliente escribió {after} después",
                    "o cliente escreveu {after} depois"
                ),
            ]);
        }
        for line in columns(&[Side::Left; 3], &rows) {
            anstream::println!("  {line}");
        }
        let more = judged.premature.len().saturating_sub(PREMATURE_LISTED_MAX);
        if more > 0 {
            let more = tr!(
                "and {more} more; all of them with --json",
                "y {more} más; todos con --json",
                "e mais {more}; todos com --json"
            );
            anstream::println!("  {more}");
        }
    }
}

/// What the figures mean.
fn definitions(tried: &[(String, Judged)], arguments: &BacktestArguments) -> String {
    let mut text = tr!(
        "premature: within {window} after the close the customer wrote in the ticket, or opened another one of \
         the department where customers are named; judged: closes whose whole window lies in the history; not \
         known: it does not, and nothing has followed\n\
         rescued: of those who got the reminder and whose whole time until the next step lies in the history, the \
         part that wrote next, before the company and before the next step\n\
         waited: from the company's last message to the close\n\
         agents' time freed: {minutes} min for each close",
        "prematuros: en las {window} tras el cierre el cliente escribió en el ticket, o abrió otro del departamento \
         si los clientes tienen nombre; juzgados: cierres cuya ventana entera cae en el historial; sin saber: no \
         cae, y no siguió nada\n\
         rescatados: de los que recibieron el recordatorio y cuyo tiempo entero hasta el paso siguiente cae en el \
         historial, la parte que escribió a continuación, antes que la empresa y antes del paso siguiente\n\
         espera: del último mensaje de la empresa al cierre\n\
         tiempo de agentes liberado: {minutes} min por cada cierre",
        "prematuros: em {window} após o encerramento o cliente escreveu no ticket, ou abriu outro do departamento \
         se os clientes têm nome; julgados: encerramentos cuja janela inteira cai no histórico; sem saber: não cai, \
         e nada seguiu\n\
         resgatados: dos que receberam o lembrete e cujo tempo inteiro até o passo seguinte cai no histórico, a \
         parte que escreveu em seguida, antes da empresa e antes do passo seguinte\n\
         espera: da última mensagem da empresa ao encerramento\n\
         tempo de agentes liberado: {minutes} min por encerramento",
        window = duration::show(arguments.window),
        minutes = arguments.minutes_per_close
    );
    for code in WITHHELD {
        if tried.iter().any(|(_, judged)| judged.total.figures.withheld.contains_key(code)) {
            let (name, meaning) = withheld(code);
            text.push_str(&format!("\n{name}: {meaning}"));
        }
    }
    text
}

/// The codes of reasons that delay or withhold a message.
const WITHHELD: [&str; 3] = ["outside-channel-window", "outside-sending-window", "over-budget"];

/// The name and meaning of such a code.
pub(crate) fn withheld(code: &str) -> (String, String) {
    match code {
        "outside-channel-window" => (
            tr!(
                "outside the channel's window",
                "fuera de la ventana del canal",
                "fora da janela do canal"
            ),
            tr!(
                "messages left out, for the channel takes none so long after the customer's last one",
                "mensajes omitidos, pues el canal no acepta ninguno tanto tiempo después del último del cliente",
                "mensagens deixadas de fora, pois o canal não aceita nenhuma tanto tempo após a última do cliente"
            ),
        ),
        "outside-sending-window" => (
            tr!("outside sending hours", "fuera de las horas de envío", "fora das horas de envio"),
            tr!(
                "messages that waited until the calendar allows them",
                "mensajes que esperaron hasta que el calendario los permite",
                "mensagens que esperaram até o calendário permitir"
            ),
        ),
        "over-budget" => (
            tr!("over the budget", "por encima del límite", "acima do limite"),
            tr!(
                "messages that waited because the customer got as many as they may",
                "mensajes que esperaron porque el cliente ya recibió cuantos puede",
                "mensagens que esperaram porque o cliente já recebeu quantas pode"
            ),
        ),
        other => (other.to_owned(), String::new()),
    }
}

/// A department's name, or a text for none.
pub(crate) fn department(name: &str) -> String {
    if name.is_empty() { tr!("(none)", "(ninguno)", "(nenhum)") } else { name.to_owned() }
}

/// Policies and departments side by side would be too wide, so each pair has a row.
fn by_department(tried: &[(String, Judged)], minutes_per_close: f64) {
    if tried.iter().all(|(_, judged)| judged.departments.len() < 2) {
        return;
    }
    let mut rows = vec![vec![
        tr!("department", "departamento", "departamento"),
        tr!("policy", "política", "política"),
        tr!("tickets", "tickets", "tickets"),
        tr!("reminders", "recordatorios", "lembretes"),
        tr!("rescued", "rescatados", "resgatados"),
        tr!("closed", "cerrados", "encerrados"),
        tr!("premature", "prematuros", "prematuros"),
        tr!("waited", "espera", "espera"),
        tr!("freed", "liberado", "liberado"),
        tr!("withheld", "retenidos", "retidas"),
    ]];
    let mut sides = vec![Side::Left; 2];
    sides.extend([Side::Right; 8]);
    let mut names: Vec<&String> =
        tried.iter().flat_map(|(_, judged)| judged.departments.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        for (policy, judged) in tried {
            let Some(f) = judged.departments.get(name) else { continue };
            let reminded = ReminderCounts::all(&f.figures);
            let (sent, rescued) = (reminded.sent, reminded.answered_rate());
            let withheld =
                f.figures.withheld.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
            rows.push(vec![
                department(name),
                policy.clone(),
                thousands(f.tickets),
                thousands(sent),
                rescued.map_or_else(|| "–".into(), percent),
                thousands(f.figures.closes),
                f.figures.premature_rate().map_or_else(|| "–".into(), percent),
                waited(f),
                format!("{:.0} min", freed(f, minutes_per_close)),
                thousands(withheld),
            ]);
        }
    }
    anstream::println!();
    for (number, line) in columns(&sides, &rows).into_iter().enumerate() {
        anstream::println!("{}", if number == 0 { paint(BOLD, line) } else { line });
    }
}

/// The average wait of closed tickets, in whole minutes.
fn waited(figures: &BacktestFigures) -> String {
    figures.mean_wait().map_or_else(
        || "–".into(),
        |wait| duration::show(whole(u64::try_from(wait).unwrap_or_default(), 60_000)),
    )
}

/// The agents' minutes that the closes save.
#[allow(clippy::cast_precision_loss, reason = "fewer closes than a double tells apart")]
fn freed(figures: &BacktestFigures, minutes_per_close: f64) -> f64 {
    figures.figures.closes as f64 * minutes_per_close
}

/// Policies side by side.
fn table(tried: &[(String, &BacktestFigures)], channels: &[String], minutes_per_close: f64) {
    let mut rows = vec![vec![String::new()]];
    let mut sides = vec![Side::Left];
    if let Some(head) = rows.first_mut() {
        head.extend(tried.iter().map(|(name, _)| name.clone()));
    }
    sides.extend(tried.iter().map(|_| Side::Right));
    let channel = tr!("channel", "canal", "canal");
    rows.push(std::iter::once(channel).chain(channels.iter().cloned()).collect());
    let mut row = |title: String, of: &dyn Fn(&BacktestFigures) -> String| {
        let mut row = vec![title];
        row.extend(tried.iter().map(|(_, figures)| of(figures)));
        rows.push(row);
    };
    row(tr!("tickets", "tickets", "tickets"), &|f| thousands(f.tickets));
    let last = tried.iter().filter_map(|(_, f)| f.figures.reminders.keys().last().copied()).max();
    for number in 1..=last.unwrap_or_default() {
        let sent =
            |f: &BacktestFigures| f.figures.reminders.get(&number).map(|reminded| reminded.sent);
        row(tr!("reminder {number}", "recordatorio {number}", "lembrete {number}"), &|f| {
            sent(f).map_or_else(|| "–".into(), thousands)
        });
        row(tr!("  rescued", "  rescatados", "  resgatados"), &|f| {
            f.figures.rescued(number).map_or_else(|| "–".into(), percent)
        });
    }
    row(tr!("closed", "cerrados", "encerrados"), &|f| thousands(f.figures.closes));
    row(tr!("  premature", "  prematuros", "  prematuros"), &|f| thousands(f.figures.premature));
    if tried.iter().any(|(_, f)| f.in_another > 0) {
        row(tr!("    by another ticket", "    por otro ticket", "    por outro ticket"), &|f| {
            thousands(f.in_another)
        });
    }
    row(tr!("  of those judged", "  de los juzgados", "  dos julgados"), &|f| {
        f.figures.premature_rate().map_or_else(|| "–".into(), percent)
    });
    row(tr!("  not known", "  sin saber", "  sem saber"), &|f| thousands(f.figures.undecided));
    row(tr!("  waited, on the average", "  espera media", "  espera média"), &waited);
    let freed_time =
        tr!("agents' time freed", "tiempo de agentes liberado", "tempo de agentes liberado");
    row(freed_time, &|f| format!("{:.0} min", freed(f, minutes_per_close)));
    for code in WITHHELD {
        if tried.iter().any(|(_, f)| f.figures.withheld.contains_key(code)) {
            row(withheld(code).0, &|f| {
                thousands(f.figures.withheld.get(code).copied().unwrap_or_default())
            });
        }
    }
    for (number, line) in columns(&sides, &rows).into_iter().enumerate() {
        anstream::println!("{}", if number == 0 { paint(BOLD, line) } else { line });
    }
}

/// All figures, one row per policy, department and reminder, with the number of rows of the
/// history.
fn rows(
    tried: &[(String, Judged)],
    minutes_per_close: f64,
    covered: u64,
    of: u64,
) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "policy",
        "department",
        "tickets",
        "told",
        "reminder",
        "sent",
        "answered",
        "closes",
        "premature",
        "undecided",
        "waited-ms",
        "minutes-freed",
        "premature-by-another-ticket",
        "outside-channel-window",
        "outside-sending-window",
        "over-budget",
        "rows-covered",
        "rows",
    ])?;
    for (policy, judged) in tried {
        let all = std::iter::once(("", &judged.total));
        let each = judged.departments.iter().map(|(name, figures)| (name.as_str(), figures));
        for (place, (department, f)) in all.chain(each).enumerate() {
            let department = if place == 0 { "(all)" } else { department };
            let none = || vec![(String::new(), String::new(), String::new())];
            let reminders: Vec<_> = f
                .figures
                .reminders
                .iter()
                .map(|(n, r)| (n.to_string(), r.sent.to_string(), r.answered.to_string()))
                .collect();
            for (number, sent, answered) in if reminders.is_empty() { none() } else { reminders } {
                let mut row = vec![
                    harmless(policy.clone()),
                    harmless(department.to_owned()),
                    f.tickets.to_string(),
                    f.events.to_string(),
                    number,
                    sent,
                    answered,
                    f.figures.closes.to_string(),
                    f.figures.premature.to_string(),
                    f.figures.undecided.to_string(),
                    f.waited.to_string(),
                    freed(f, minutes_per_close).to_string(),
                    f.in_another.to_string(),
                ];
                row.extend(WITHHELD.map(|code| {
                    f.figures.withheld.get(code).copied().unwrap_or_default().to_string()
                }));
                row.extend([covered.to_string(), of.to_string()]);
                writer.write_record(row)?;
            }
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn as_value(
    read: &Read<Archive>,
    tried: &[(String, Judged)],
    channels: &[String],
    arguments: &BacktestArguments,
) -> Value {
    let refused: Vec<Value> = read
        .first_refused
        .iter()
        .map(|refused| json!({ "line": refused.line, "rows": refused.rows, "why": refused.why.to_string() }))
        .collect();
    let policies: Vec<Value> = tried
        .iter()
        .zip(channels)
        .map(|((name, judged), channel)| {
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
                "channel": channel,
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
        "of-a-policy-then": read.done_then,
        "skipped": read.skipped,
        "windows-1252": read.windows_1252,
        "rounded-ids": read.rounded_ids,
        "cut-ids": read.cut_ids,
        "without-customer": read.without_customer,
        "without-company": read.without_company,
        "times-without-offset": read.assumed,
        "last-line-has-no-end": read.is_unended,
        "refused": { "rows": read.refused, "first": refused },
        "window": duration::show(arguments.window),
        "policies": policies,
    })
}

fn figures_json(figures: &BacktestFigures, minutes_per_close: f64) -> Value {
    let reminders: Vec<Value> = figures
        .figures
        .reminders
        .iter()
        .map(|(number, r)| {
            json!({
                "number": number,
                "sent": r.sent,
                "answered": r.answered,
                "not-known": r.waiting,
                "window-passed": r.judged,
                "answered-per-mille": r.answered_rate(),
            })
        })
        .collect();
    json!({
        "tickets": figures.tickets,
        "told": figures.events,
        "reminders": reminders,
        "closes": figures.figures.closes,
        "premature": figures.figures.premature,
        "premature-by-another-ticket": figures.in_another,
        "undecided": figures.figures.undecided,
        "window-passed": figures.figures.judged,
        "premature-per-mille": figures.figures.premature_rate(),
        "mean-wait-ms": figures.mean_wait(),
        "minutes-freed": freed(figures, minutes_per_close),
        "withheld": figures.figures.withheld,
    })
}
