//! `despertador report`

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use despertador_contract::Instant;
use despertador_contract::Zone;
use despertador_contract::duration;
use despertador_desk::journal::{JournalError, Line, Selection};
use despertador_desk::report::{Closed, Lengths, Period, PeriodFigures, Reported, Reporter, Rows};
use despertador_insight::Premature;
use serde_json::{Value, json};

use crate::arguments::ReportArguments;
use crate::backtest::{department, withheld};
use crate::language::{Language, tr};
use crate::paint::{BOLD, DIM, paint};
use crate::table::{Side, columns, percent, thousands, whole};
use crate::{Ended, Unusable, journal, progress, written};

/// Maximum number of closes that are listed.
const CLOSES_LISTED_MAX: usize = 20;

/// Maximum number of department columns.
const DEPARTMENT_COLUMNS_MAX: usize = 6;
/// Maximum length of a department's name in a column head, in characters.
const COLUMN_NAME_CHARS_MAX: usize = 24;

/// Why a report stopped early.
enum Stopped {
    Journal(JournalError),
    /// Departments of several accounts would be mixed.
    Accounts(String, String),
    Unwritten(std::io::Error),
}

impl From<JournalError> for Stopped {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// Reports the closes of a period, and whether they were right.
pub(crate) fn report(arguments: &ReportArguments, as_json: bool) -> Result<Ended, Unusable> {
    let (since, until) = (arguments.since, arguments.until);
    if since >= until {
        return Err(tr!(
            "the period ends before it begins: --until is the first instant after it",
            "el período termina antes de empezar: --until es el primer instante después de él",
            "o período termina antes de começar: --until é o primeiro instante depois dele"
        )
        .into());
    }
    let unread = |error: &JournalError| journal::unread(&arguments.journal, error);
    let known_until = match arguments.now {
        Some(now) => now,
        None => {
            let latest = journal::open(&arguments.journal)?.latest().map_err(|e| unread(&e))?;
            latest.unwrap_or(since)
        }
    };
    let period = Period {
        since,
        until,
        department: arguments.department.clone(),
        window: i64::try_from(arguments.window).unwrap_or(i64::MAX),
        known_until,
        zone: arguments.zone.clone().unwrap_or_default(),
    };
    let mut list = arguments.csv.as_deref().map(List::begin).transpose()?;
    let mut all = Vec::new();
    let selection = Selection {
        account: arguments.account.clone(),
        since: Some(since),
        ..Selection::default()
    };
    let read = read(arguments, &selection, period, &mut |closed| {
        if as_json {
            all.push(json!(closed));
        }
        list.as_mut().map_or(Ok(()), |list| list.rows.row(closed).map_err(Stopped::Unwritten))
    });
    let found = match read {
        Ok(found) => found,
        Err(stopped) => {
            if let Some(list) = list {
                list.give_up();
            }
            return Err(match stopped {
                Stopped::Journal(error) => unread(&error),
                Stopped::Accounts(one, other) => tr!(
                    "`{file}` has the accounts {one} and {other}, each with departments of its own; name one with `--account`",
                    "`{file}` tiene las cuentas {one} y {other}, cada una con departamentos propios; nombre una con `--account`",
                    "`{file}` tem as contas {one} e {other}, cada uma com departamentos próprios; indique uma com `--account`",
                    file = arguments.journal.display()
                )
                .into(),
                Stopped::Unwritten(error) => tr!(
                    "the list cannot be written: {error}",
                    "la lista no se puede escribir: {error}",
                    "a lista não pode ser gravada: {error}"
                )
                .into(),
            });
        }
    };
    if let Some(list) = list {
        list.end()?;
    }
    if let Some(file) = &arguments.html {
        let name = arguments.journal.file_name().unwrap_or(arguments.journal.as_os_str());
        // Pages are sent to others, who need not know the folders of this machine.
        let name = arguments.account.clone().unwrap_or_else(|| name.to_string_lossy().into_owned());
        let report = despertador_page::DeskReport { name: &name, reported: &found };
        let language = Language::chosen().of_page();
        let page = despertador_page::desk_report(&report, language);
        written::write(file, page.map_err(|error| error.to_string())?, true)?;
    }
    if as_json {
        let mut value = found.to_json();
        if let Some(members) = value.as_object_mut() {
            members.insert("closed".into(), Value::Array(all));
        }
        anstream::println!("{value:#}");
    } else {
        print(&found);
    }
    Ok(Ended::Well)
}

fn read(
    arguments: &ReportArguments,
    selection: &Selection,
    period: Period,
    each: &mut dyn FnMut(&Closed) -> Result<(), Stopped>,
) -> Result<Reported, Stopped> {
    let journal = despertador_desk::journal::Journal::open(&arguments.journal)?;
    let mut reporter = Reporter::new(period);
    let mut account: Option<String> = None;
    let mut each = |closed: &Closed| each(closed);
    let bar = progress::of_entries();
    let read = journal.read::<Stopped>(selection, |line| {
        bar.inc(1);
        let name = match &line {
            Line::Policy { account, .. } => account,
            Line::Entry(entry) => &entry.account,
        };
        match &account {
            None => account = Some(name.clone()),
            Some(one) if one != name => {
                return Err(Stopped::Accounts(one.clone(), name.clone()));
            }
            Some(_) => {}
        }
        // Policies come before all entries, each after those that it replaced.
        if let (Line::Policy { row, .. }, None) = (&line, &arguments.zone) {
            reporter.set_zone(Zone::of_policy(&row.config));
        }
        reporter.push(line, &mut each).map(|()| true)
    });
    bar.finish_and_clear();
    read?;
    reporter.end(&mut each)
}

/// A list that is being written, under another name until it is complete.
struct List {
    file: PathBuf,
    unfinished: PathBuf,
    rows: Rows<BufWriter<File>>,
}

impl List {
    fn begin(file: &Path) -> Result<Self, Unusable> {
        let mut unfinished = file.as_os_str().to_owned();
        unfinished.push(".unfinished");
        let unfinished = PathBuf::from(unfinished);
        let rows = File::create(&unfinished).and_then(|to| Rows::begin(BufWriter::new(to)));
        let rows = rows.map_err(|error| written::unwritable(file, &error))?;
        Ok(Self { file: file.to_owned(), unfinished, rows })
    }

    fn end(self) -> Result<(), Unusable> {
        let Self { file, unfinished, rows } = self;
        let written = rows.end().and_then(|to| to.into_inner().map_err(|e| e.into_error()));
        written
            .and_then(|_| std::fs::rename(&unfinished, &file))
            .map_err(|error| written::unwritable(&file, &error))
    }

    fn give_up(self) {
        let _: std::io::Result<()> = std::fs::remove_file(self.unfinished);
    }
}

fn print(found: &Reported) {
    let clock = |at: Instant| found.period.zone.show(at);
    let period = &found.period;
    let (since, until, zone) = (clock(period.since), clock(period.until), period.zone.name());
    let title = tr!(
        "{since} until {until} ({zone})",
        "{since} hasta {until} ({zone})",
        "{since} até {until} ({zone})"
    );
    anstream::println!("{}", paint(BOLD, title));
    let known = tr!(
        "what happened is known until {until}",
        "lo que ocurrió se sabe hasta {until}",
        "o que aconteceu se sabe até {until}",
        until = clock(period.known_until)
    );
    anstream::println!("{known}\n");
    table(found);
    anstream::println!("{}", paint(DIM, definitions(found)));
    if found.latest.is_empty() {
        return;
    }
    let title = tr!(
        "closed tickets, the latest first",
        "tickets cerrados, primero el último",
        "tickets encerrados, primeiro o último"
    );
    anstream::println!("\n{}", paint(BOLD, title));
    let mut rows = vec![vec![
        tr!("ticket", "ticket", "ticket"),
        tr!("department", "departamento", "departamento"),
        tr!("agent", "agente", "agente"),
        tr!("closed", "cerrado", "encerrado"),
        tr!("by", "por", "por"),
        tr!("after", "después de", "depois de"),
        tr!("answered", "respondido", "respondido"),
        tr!("reminders", "recordatorios", "lembretes"),
        tr!("came back", "volvió", "voltou"),
    ]];
    let none = || "–".to_owned();
    for closed in found.latest.iter().take(CLOSES_LISTED_MAX) {
        rows.push(vec![
            plain(&closed.ticket),
            closed.department.as_deref().map_or_else(none, plain),
            closed.agent.as_deref().map_or_else(none, plain),
            clock(closed.closed),
            who(&closed.by),
            length(closed.resolution),
            closed.first_response.map_or_else(none, length),
            closed.reminders.to_string(),
            came_back(closed),
        ]);
    }
    let sides = [
        Side::Left,
        Side::Left,
        Side::Left,
        Side::Left,
        Side::Left,
        Side::Right,
        Side::Right,
        Side::Right,
        Side::Left,
    ];
    show(&sides, &rows);
    let more = found
        .total
        .closes()
        .saturating_sub(u64::try_from(rows.len().saturating_sub(1)).unwrap_or(0));
    if more > 0 {
        let more = tr!(
            "and {more} more; --csv writes all of them",
            "y {more} más; --csv los escribe todos",
            "e mais {more}; --csv grava todos",
            more = thousands(more)
        );
        anstream::println!("{more}");
    }
}

/// Who closed a ticket.
fn who(by: &str) -> String {
    match by {
        "inactivity" => tr!("inactivity", "inactividad", "inatividade"),
        "agent" => tr!("agent", "agente", "agente"),
        "customer" => tr!("customer", "cliente", "cliente"),
        "flow" => tr!("flow", "flujo", "fluxo"),
        "api" => "API".into(),
        "other" => tr!("other", "otros", "outros"),
        "other:not-said" => tr!("not said", "no se dijo", "não dito"),
        other => plain(other),
    }
}

/// A text from a file without control characters.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn came_back(closed: &Closed) -> String {
    let after = |at: Instant| length(at.saturating_sub(closed.closed));
    let mut said = Vec::new();
    if let Some(after) = closed.wrote_again.map(after) {
        said.push(tr!("wrote after {after}", "escribió tras {after}", "escreveu após {after}"));
    }
    if let Some(after) = closed.reopened.map(after) {
        said.push(tr!("reopened after {after}", "reabierto tras {after}", "reaberto após {after}"));
    }
    match closed.premature {
        Some(Premature::Yes(_)) => said.push(tr!("premature", "prematuro", "prematuro")),
        Some(Premature::Unknown) => said.push(tr!("not known", "sin saber", "sem saber")),
        Some(Premature::No) | None => {}
    }
    if said.is_empty() { "–".into() } else { said.join(", ") }
}

/// A duration in its two largest units.
fn length(milliseconds: i64) -> String {
    let unit = match milliseconds {
        86_400_000.. => 3_600_000,
        3_600_000.. => 60_000,
        60_000.. => 1_000,
        _ => 1,
    };
    duration::show(whole(u64::try_from(milliseconds).unwrap_or_default(), unit))
}

/// Selects durations among the figures.
type LengthsOf = fn(&PeriodFigures) -> &Lengths;

/// All departments first, then one column per department.
fn table(found: &Reported) {
    let mut of: Vec<(String, &PeriodFigures)> =
        vec![(tr!("total", "total", "total"), &found.total)];
    let mut departments: Vec<(&String, &PeriodFigures)> = found.departments.iter().collect();
    departments.sort_by_key(|(_, figures)| std::cmp::Reverse(figures.closes()));
    let left = departments.len().saturating_sub(DEPARTMENT_COLUMNS_MAX);
    departments.truncate(DEPARTMENT_COLUMNS_MAX);
    if found.departments.len() > 1 {
        of.extend(departments.into_iter().map(|(name, figures)| {
            let name = department(&plain(name));
            let is_long = name.chars().count() > COLUMN_NAME_CHARS_MAX;
            let cut = name.chars().take(COLUMN_NAME_CHARS_MAX).chain(['…']).collect();
            (if is_long { cut } else { name }, figures)
        }));
    }
    let mut rows = vec![vec![String::new()]];
    if let Some(head) = rows.first_mut() {
        head.extend(of.iter().map(|(name, _)| name.clone()));
    }
    let mut row = |title: String, cell: &dyn Fn(&PeriodFigures) -> String| {
        let mut row = vec![title];
        row.extend(of.iter().map(|(_, figures)| cell(figures)));
        rows.push(row);
    };
    let none = || "–".to_owned();
    let total = &found.total;
    row(tr!("opened", "abiertos", "abertos"), &|f| thousands(f.opened));
    row(tr!("closed", "cerrados", "encerrados"), &|f| thousands(f.closes()));
    for by in total.closed.keys() {
        let who = who(by);
        let name = if by == "inactivity" {
            tr!("  for inactivity", "  por inactividad", "  por inatividade")
        } else {
            tr!("  by {who}", "  por {who}", "  por {who}")
        };
        row(name, &|f| thousands(f.closed.get(by).copied().unwrap_or_default()));
    }
    row(tr!("premature", "prematuros", "prematuros"), &|f| thousands(f.figures.premature));
    row(tr!("  of those judged", "  de los juzgados", "  dos julgados"), &|f| {
        f.figures.premature_rate().map_or_else(none, percent)
    });
    row(tr!("  not known", "  sin saber", "  sem saber"), &|f| thousands(f.figures.undecided));
    for (by, name) in [
        (
            "inactivity",
            tr!(
                "reopened, for inactivity",
                "reabiertos, por inactividad",
                "reabertos, por inatividade"
            ),
        ),
        ("agent", tr!("reopened, by agent", "reabiertos, por agente", "reabertos, por agente")),
    ] {
        row(name, &|f| {
            let count = f.reopened.get(by).copied().unwrap_or_default();
            let part = |rate| {
                tr!(
                    "{part} ({reopened} of {known})",
                    "{part} ({reopened} de {known})",
                    "{part} ({reopened} de {known})",
                    part = percent(rate),
                    reopened = thousands(count.reopened),
                    known = thousands(count.known)
                )
            };
            count.rate().map_or_else(none, part)
        });
    }
    for number in total.figures.reminders.keys() {
        let count = |f: &PeriodFigures| f.figures.reminders.get(number).copied();
        row(tr!("reminder {number}", "recordatorio {number}", "lembrete {number}"), &|f| {
            count(f).map_or_else(none, |count| thousands(count.sent))
        });
        row(tr!("  answered", "  respondidos", "  respondidos"), &|f| {
            count(f).and_then(|count| count.answered_rate()).map_or_else(none, percent)
        });
    }
    for code in total.figures.withheld.keys() {
        let (name, _) = withheld(code);
        row(tr!("withheld: {name}", "retenidos: {name}", "retidas: {name}"), &|f| {
            thousands(f.figures.withheld.get(code).copied().unwrap_or_default())
        });
    }
    for code in total.withdrawn.keys() {
        row(tr!("withdrawn: {code}", "retirados: {code}", "retirados: {code}"), &|f| {
            thousands(f.withdrawn.get(code).copied().unwrap_or_default())
        });
    }
    row(tr!("given up", "abandonados", "abandonados"), &|f| thousands(f.given_up));
    row(tr!("retried", "reintentados", "tentados de novo"), &|f| thousands(f.retried));
    let cell = |length_of: Option<i64>| length_of.map_or_else(none, length);
    let late = tr!("late, median", "retraso, mediana", "atraso, mediana");
    let first =
        tr!("first response, median", "primera respuesta, mediana", "primeira resposta, mediana");
    let resolution = tr!("resolution, median", "resolución, mediana", "resolução, mediana");
    let lengths: [(String, LengthsOf, bool); 3] = [
        (late, |f| &f.lateness, true),
        (first, |f| &f.first_response, false),
        (resolution, |f| &f.resolution, false),
    ];
    for (name, of, is_late) in lengths {
        row(name, &|f| cell(of(f).percentile(50)));
        row("  p90".into(), &|f| cell(of(f).percentile(90)));
        if is_late {
            row("  p99".into(), &|f| cell(of(f).percentile(99)));
            row(tr!("  most", "  máximo", "  máximo"), &|f| cell(of(f).most()));
        }
    }
    let mut sides = vec![Side::Left];
    sides.extend(of.iter().map(|_| Side::Right));
    show(&sides, &rows);
    if left > 0 {
        let more = tr!(
            "and {left} departments more, with fewer closes; --json has all of them",
            "y {left} departamentos más, con menos cierres; --json los tiene todos",
            "e mais {left} departamentos, com menos encerramentos; --json tem todos"
        );
        anstream::println!("{more}");
    }
}

fn show(sides: &[Side], rows: &[Vec<String>]) {
    for (number, line) in columns(sides, rows).into_iter().enumerate() {
        anstream::println!("{}", if number == 0 { paint(BOLD, line) } else { line });
    }
}

/// The meaning of the figures.
fn definitions(found: &Reported) -> String {
    tr!(
        "opened, closed: in the period; a ticket that was closed twice counts twice\n\
         premature: closes for inactivity after which, within {window}, the customer wrote in the ticket or it was \
         reopened; judged: closes after which {window} have passed; not known: they have not, and nothing has followed\n\
         reopened: within {window}, of the closes judged\n\
         answered: of the reminders whose next step was due, those after which the customer wrote next, before the \
         company and before the next step\n\
         withheld: messages that could not go out at their time; withdrawn: actions taken back, by the reason of \
         the decision before; retried: tries that failed and were followed by another one\n\
         late: from an action's deadline to when it was carried out\n\
         first response: from the customer's first message to the first one of an agent or AI agent after it, of \
         those given in the period; resolution: from the ticket's opening to its close\n\
         median: half of them are no longer; p90: nine of ten",
        "abiertos, cerrados: en el período; un ticket cerrado dos veces cuenta dos veces\n\
         prematuros: cierres por inactividad tras los que, en {window}, el cliente escribió en el ticket o se \
         reabrió; juzgados: cierres tras los que pasaron {window}; sin saber: no pasaron, y no siguió nada\n\
         reabiertos: en {window}, de los cierres juzgados\n\
         respondidos: de los recordatorios cuyo paso siguiente ya se debía, aquellos tras los que el cliente \
         escribió a continuación, antes que la empresa y antes del paso siguiente\n\
         retenidos: mensajes que no pudieron salir a su hora; retirados: acciones retiradas, por el motivo de la \
         decisión anterior; reintentados: intentos que fallaron y a los que siguió otro\n\
         retraso: del plazo de una acción a cuando se llevó a cabo\n\
         primera respuesta: del primer mensaje del cliente al primero de un agente o agente de IA después, de las \
         dadas en el período; resolución: de la apertura del ticket a su cierre\n\
         mediana: la mitad no dura más; p90: nueve de cada diez",
        "abertos, encerrados: no período; um ticket encerrado duas vezes conta duas vezes\n\
         prematuros: encerramentos por inatividade após os quais, em {window}, o cliente escreveu no ticket ou ele \
         foi reaberto; julgados: encerramentos após os quais passaram {window}; sem saber: não passaram, e nada seguiu\n\
         reabertos: em {window}, dos encerramentos julgados\n\
         respondidos: dos lembretes cujo passo seguinte já era devido, aqueles após os quais o cliente escreveu em \
         seguida, antes da empresa e antes do passo seguinte\n\
         retidas: mensagens que não puderam sair na hora; retirados: ações retiradas, pelo motivo da decisão \
         anterior; tentados de novo: tentativas que falharam e foram seguidas de outra\n\
         atraso: do prazo de uma ação até ser realizada\n\
         primeira resposta: da primeira mensagem do cliente à primeira de um agente ou agente de IA depois, das \
         dadas no período; resolução: da abertura do ticket ao encerramento\n\
         mediana: a metade não dura mais; p90: nove de cada dez",
        window = duration::show(u64::try_from(found.period.window).unwrap_or_default())
    )
}
