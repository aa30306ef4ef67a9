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
use crate::language::Language;
use crate::paint::{BOLD, DIM, paint};
use crate::table::{Side, columns, percent, thousands, whole};
use crate::{Ended, Unusable, journal, progress, written};

/// So many closes are listed.
const MOST_LISTED: usize = 20;

/// So many departments have a column, and names in so many characters.
const MOST_COLUMNS: usize = 6;
const LONGEST_NAME: usize = 24;

/// Why a report did not come to its end.
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

/// Says what was closed in a period, and whether that was right.
pub(crate) fn report(arguments: &ReportArguments, as_json: bool) -> Result<Ended, Unusable> {
    let (since, until) = (arguments.since, arguments.until);
    if since >= until {
        return Err(
            "the period ends before it begins: --until is the first instant after it".into()
        );
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
                Stopped::Accounts(one, other) => format!(
                    "`{}` has the accounts {one} and {other}, each with departments of its own; name one with `--account`",
                    arguments.journal.display()
                )
                .into(),
                Stopped::Unwritten(error) => format!("the list cannot be written: {error}").into(),
            });
        }
    };
    if let Some(list) = list {
        list.end()?;
    }
    if let Some(file) = &arguments.html {
        let name = arguments.journal.file_name().unwrap_or(arguments.journal.as_os_str());
        // Pages are sent to others, whom the folders of this machine do not concern.
        let name = arguments.account.clone().unwrap_or_else(|| name.to_string_lossy().into_owned());
        let report = despertador_page::DeskReport { name: &name, reported: &found };
        let language = Language::or_system(arguments.language).of_page();
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
        reporter.take(line, &mut each).map(|()| true)
    });
    bar.finish_and_clear();
    read?;
    reporter.end(&mut each)
}

/// A list that is being written, under another name until it is whole.
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
    anstream::println!(
        "{}",
        paint(
            BOLD,
            format_args!(
                "{} until {} ({})",
                clock(period.since),
                clock(period.until),
                period.zone.name()
            )
        )
    );
    anstream::println!("what happened is known until {}\n", clock(period.known_until));
    table(found);
    anstream::println!("{}", paint(DIM, definitions(found)));
    if found.latest.is_empty() {
        return;
    }
    anstream::println!("\n{}", paint(BOLD, "closed tickets, the latest first"));
    let head = [
        "ticket",
        "department",
        "agent",
        "closed",
        "by",
        "after",
        "answered",
        "reminders",
        "came back",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let none = || "–".to_owned();
    for closed in found.latest.iter().take(MOST_LISTED) {
        rows.push(vec![
            plain(&closed.ticket),
            closed.department.as_deref().map_or_else(none, plain),
            closed.agent.as_deref().map_or_else(none, plain),
            clock(closed.closed),
            plain(&closed.by),
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
        anstream::println!("and {} more; --csv writes all of them", thousands(more));
    }
}

/// A text of a file, without what would move the cursor.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn came_back(closed: &Closed) -> String {
    let after = |at: Instant| length(at.saturating_sub(closed.closed));
    let mut said = Vec::new();
    if let Some(at) = closed.wrote_again {
        said.push(format!("wrote after {}", after(at)));
    }
    if let Some(at) = closed.reopened {
        said.push(format!("reopened after {}", after(at)));
    }
    match closed.premature {
        Some(Premature::Yes(_)) => said.push("premature".into()),
        Some(Premature::Unknown) => said.push("not known".into()),
        Some(Premature::No) | None => {}
    }
    if said.is_empty() { "–".into() } else { said.join(", ") }
}

/// A length of time in its two largest units.
fn length(milliseconds: i64) -> String {
    let unit = match milliseconds {
        86_400_000.. => 3_600_000,
        3_600_000.. => 60_000,
        60_000.. => 1_000,
        _ => 1,
    };
    duration::show(whole(u64::try_from(milliseconds).unwrap_or_default(), unit))
}

/// Some lengths of time among the figures.
type LengthsOf = fn(&PeriodFigures) -> &Lengths;

/// All together first, then a column for each department.
fn table(found: &Reported) {
    let mut of: Vec<(String, &PeriodFigures)> = vec![("total".into(), &found.total)];
    let mut departments: Vec<(&String, &PeriodFigures)> = found.departments.iter().collect();
    departments.sort_by_key(|(_, figures)| std::cmp::Reverse(figures.closes()));
    let left = departments.len().saturating_sub(MOST_COLUMNS);
    departments.truncate(MOST_COLUMNS);
    if found.departments.len() > 1 {
        of.extend(departments.into_iter().map(|(name, figures)| {
            let name = if name.is_empty() { "(none)".into() } else { plain(name) };
            let is_long = name.chars().count() > LONGEST_NAME;
            let cut = name.chars().take(LONGEST_NAME).chain(['…']).collect();
            (if is_long { cut } else { name }, figures)
        }));
    }
    let mut rows = vec![vec![String::new()]];
    if let Some(head) = rows.first_mut() {
        head.extend(of.iter().map(|(name, _)| name.clone()));
    }
    let mut row = |title: &str, cell: &dyn Fn(&PeriodFigures) -> String| {
        let mut row = vec![title.to_owned()];
        row.extend(of.iter().map(|(_, figures)| cell(figures)));
        rows.push(row);
    };
    let none = || "–".to_owned();
    let total = &found.total;
    row("opened", &|f| thousands(f.opened));
    row("closed", &|f| thousands(f.closes()));
    for by in total.closed.keys() {
        let name =
            if by == "inactivity" { "  for inactivity".into() } else { format!("  by {by}") };
        row(&name, &|f| thousands(f.closed.get(by).copied().unwrap_or_default()));
    }
    row("premature", &|f| thousands(f.figures.premature));
    row("  of those judged", &|f| f.figures.premature_rate().map_or_else(none, percent));
    row("  not known", &|f| thousands(f.figures.undecided));
    for (by, name) in [("inactivity", "reopened, for inactivity"), ("agent", "reopened, by agent")]
    {
        row(name, &|f| {
            let count = f.reopened.get(by).copied().unwrap_or_default();
            let part = |rate| format!("{} ({} of {})", percent(rate), count.reopened, count.known);
            count.rate().map_or_else(none, part)
        });
    }
    for number in total.figures.reminders.keys() {
        let count = |f: &PeriodFigures| f.figures.reminders.get(number).copied();
        row(&format!("reminder {number}"), &|f| {
            count(f).map_or_else(none, |count| thousands(count.sent))
        });
        row("  answered", &|f| {
            count(f).and_then(|count| count.answered_rate()).map_or_else(none, percent)
        });
    }
    for code in total.figures.withheld.keys() {
        row(&format!("withheld: {code}"), &|f| {
            thousands(f.figures.withheld.get(code).copied().unwrap_or_default())
        });
    }
    for code in total.withdrawn.keys() {
        row(&format!("withdrawn: {code}"), &|f| {
            thousands(f.withdrawn.get(code).copied().unwrap_or_default())
        });
    }
    row("given up", &|f| thousands(f.given_up));
    row("retried", &|f| thousands(f.retried));
    let cell = |length_of: Option<i64>| length_of.map_or_else(none, length);
    let lengths: [(&str, LengthsOf); 3] = [
        ("late, median", |f| &f.lateness),
        ("first response, median", |f| &f.first_response),
        ("resolution, median", |f| &f.resolution),
    ];
    for (name, of) in lengths {
        row(name, &|f| cell(of(f).percentile(50)));
        row("  p90", &|f| cell(of(f).percentile(90)));
        if name.starts_with("late") {
            row("  p99", &|f| cell(of(f).percentile(99)));
            row("  most", &|f| cell(of(f).most()));
        }
    }
    let mut sides = vec![Side::Left];
    sides.extend(of.iter().map(|_| Side::Right));
    show(&sides, &rows);
    if left > 0 {
        anstream::println!(
            "and {left} departments more, with fewer closes; --json has all of them"
        );
    }
}

fn show(sides: &[Side], rows: &[Vec<String>]) {
    for (number, line) in columns(sides, rows).into_iter().enumerate() {
        anstream::println!("{}", if number == 0 { paint(BOLD, line) } else { line });
    }
}

/// What the figures mean.
fn definitions(found: &Reported) -> String {
    let window = duration::show(u64::try_from(found.period.window).unwrap_or_default());
    format!(
        "opened, closed: in the period; a ticket that was closed twice counts twice\n\
         premature: closes for inactivity after which, within {window}, the customer wrote in the ticket or it was \
         reopened; judged: closes after which {window} have passed; not known: they have not, and nothing has followed\n\
         reopened: within {window}, of the closes judged\n\
         answered: of the reminders sent, those after which the customer wrote next, before the company and before \
         the next step\n\
         withheld: messages that could not go out at their time; withdrawn: actions taken back, by the reason of \
         the decision before; retried: tries that failed and were followed by another one\n\
         late: from an action's deadline to when it was carried out\n\
         first response: from the customer's first message to the first one of an agent or AI agent after it, of \
         those given in the period; resolution: from the ticket's opening to its close\n\
         median: half of them are no longer; p90: nine of ten"
    )
}
