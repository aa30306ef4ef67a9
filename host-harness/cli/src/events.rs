//! Recorded conversations named on the command line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;

use despertador_desk::journal::{Journal, JournalError, Line, Selection};
use despertador_insight::{
    Archive, ArchiveBuilder, Authors, Column, Columns, DayOrder, Dialect, Platform, Read,
    ReadOptions, Skip, Timing, Unreadable, Who,
};
use despertador_server::{PastError, read_journal};

use crate::arguments::{EventsArguments, FormArguments};
use crate::interrupt::Interrupt;
use crate::language::{Language, tr};
use crate::paint::{YELLOW, paint};
use crate::table::thousands;
use crate::{Unusable, journal, progress, source};

/// Why there is no input.
pub(crate) enum Unread {
    /// It cannot be read.
    Unusable(Unusable),
    /// The user interrupted it.
    Interrupted(String),
}

impl From<Unusable> for Unread {
    fn from(unusable: Unusable) -> Self {
        Self::Unusable(unusable)
    }
}

/// Reads the recorded conversations.
pub(crate) fn read(
    file: &Path,
    form: &FormArguments,
    interrupt: &Interrupt,
) -> Result<Read<Archive>, Unread> {
    let unreadable = |error: std::io::Error| source::unreadable(file, &error);
    let open = File::open(file).map_err(unreadable)?;
    let data = open.metadata().map_err(unreadable)?;
    // A pipe has no length, and bytes that were peeked at are gone.
    let is_file = data.is_file();
    let length = if is_file { data.len() } else { u64::MAX };
    let timing = Timing {
        format: form.time_format.clone(),
        zone: form.zone.clone().unwrap_or_default(),
        not_after: form.now.or_else(|| written_at(&open)),
        ..Timing::default()
    };
    let should_continue = |_| !interrupt.is_wanted();
    let options = ReadOptions {
        folder: form.scratch.clone().unwrap_or_else(std::env::temp_dir),
        should_continue: &should_continue,
        ..ReadOptions::default()
    };
    let is_journal = is_file && Journal::is_one(file).map_err(unreadable)?;
    let bar = match length {
        _ if is_journal => progress::of_entries(),
        u64::MAX => progress::of_bytes(0),
        length => progress::of_bytes(length),
    };
    // Rows that are written from now on are not read, because half a row would look like a whole
    // one.
    let mut bytes = BufReader::new(bar.wrap_read(open.take(length)));
    let (columns, authors) = (named_columns(form)?, named_authors(form)?);
    let read = if is_journal {
        out_of_journal(file, form, options, &|| bar.inc(1))
    } else if form.account.is_some() {
        return Err(Unusable::from(tr!(
            "only a journal or a desk's file has an account",
            "solo un diario o el archivo de un escritorio tiene cuentas",
            "só um diário ou o arquivo de um balcão tem contas"
        ))
        .into());
    } else if let Some(platform) = form.from.filter(|_| is_json(file, &mut bytes)) {
        Archive::dump(bytes, platform, &columns, &authors, &timing, options).map_err(Failed::File)
    } else if has_lines(file) {
        Archive::event_log(bytes, &timing, options).map_err(Failed::File)
    } else {
        Archive::csv(bytes, &columns, &authors, &timing, options).map_err(Failed::File)
    };
    bar.finish_and_clear();
    let read = read.map_err(|failed| match failed {
        Failed::File(Unreadable::Stopped(rows)) => Unread::Interrupted(tr!(
            "interrupted while `{file}` was read: {rows} rows were read and none was tried",
            "interrumpido mientras se leía `{file}`: se leyeron {rows} filas y no se probó ninguna",
            "interrompido enquanto `{file}` era lido: foram lidas {rows} linhas e nenhuma foi testada",
            file = file.display(),
            rows = thousands(rows)
        )),
        Failed::File(error) => {
            let why = unreadable_file(&error);
            Unusable(format!("`{}`: {why}", file.display())).into()
        }
        Failed::Journal(error) => journal::unread(file, &error).into(),
    })?;
    let grown = is_file && !is_journal && file.metadata().is_ok_and(|now| now.len() != length);
    if grown {
        let note = tr!(
            "`{file}` was written while it was read: only what was there at the beginning is counted, and its \
             last row may have been cut; read it again when it is whole",
            "se escribió en `{file}` mientras se leía: solo se cuenta lo que había al principio, y la última fila \
             puede estar cortada; léalo de nuevo cuando esté completo",
            "`{file}` foi gravado enquanto era lido: só conta o que havia no início, e a última linha pode estar \
             cortada; leia-o de novo quando estiver completo",
            file = file.display()
        );
        anstream::eprintln!("{} {note}", paint(YELLOW, tr!("note:", "nota:", "nota:")));
    }
    Ok(read)
}

/// Why a history cannot be read.
fn unreadable_file(error: &Unreadable) -> String {
    match error {
        Unreadable::Empty => tr!(
            "the file is empty, or has no row below its head; export it again",
            "el archivo está vacío, o no tiene filas bajo su encabezado; expórtelo de nuevo",
            "o arquivo está vazio, ou não tem linhas abaixo do cabeçalho; exporte-o de novo"
        ),
        Unreadable::NoColumn { what, name, found } => {
            let found: Vec<String> = found.iter().map(|name| format!("`{name}`")).collect();
            let found = found.join(", ");
            tr!(
                "there is no column `{name}` for the {what}; the file has {found}; name it with `--columns {what}=…`",
                "no hay columna `{name}` para `{what}`; el archivo tiene {found}; nómbrela con `--columns {what}=…`",
                "não há coluna `{name}` para `{what}`; o arquivo tem {found}; indique-a com `--columns {what}=…`"
            )
        }
        Unreadable::NoText => tr!(
            "the file is no text in UTF-8: it has bytes of zero, as UTF-16 and packed files do; unpack it, or save \
             it as UTF-8",
            "el archivo no es texto en UTF-8: tiene bytes de cero, como UTF-16 y los archivos comprimidos; \
             descomprímalo, o guárdelo como UTF-8",
            "o arquivo não é texto em UTF-8: tem bytes zero, como UTF-16 e arquivos compactados; descompacte-o, ou \
             salve-o como UTF-8"
        ),
        Unreadable::Scratch { folder, why } => tr!(
            "what does not fit into memory cannot be put into `{folder}`: {why}; name a folder with room, as much as \
             the file has, with `--scratch`",
            "lo que no cabe en la memoria no se puede poner en `{folder}`: {why}; nombre con `--scratch` una carpeta \
             con tanto espacio como el archivo",
            "o que não cabe na memória não pode ser posto em `{folder}`: {why}; indique com `--scratch` uma pasta com \
             tanto espaço quanto o arquivo",
            folder = folder.display()
        ),
        Unreadable::Broken(why) => tr!(
            "the file cannot be read: {why}",
            "el archivo no se puede leer: {why}",
            "o arquivo não pode ser lido: {why}"
        ),
        Unreadable::NoRow { first } => tr!(
            "no row can be read; in line {line}: {why}",
            "no se puede leer ninguna fila; en la línea {line}: {why}",
            "nenhuma linha pode ser lida; na linha {line}: {why}",
            line = first.line,
            why = first.why.of(Language::chosen().of_page())
        ),
        Unreadable::LongRow(line) => tr!(
            "the row that begins in line {line} is too long: a quotation mark in it is not closed, or the file has no rows",
            "la fila que empieza en la línea {line} es demasiado larga: tiene unas comillas sin cerrar, o el archivo no tiene filas",
            "a linha que começa na linha {line} é longa demais: tem aspas sem fechar, ou o arquivo não tem linhas"
        ),
        Unreadable::ManyDepartments => tr!(
            "there are too many departments; is it the right column? name it with `--columns department=…`",
            "hay demasiados departamentos; ¿es la columna correcta? nómbrela con `--columns department=…`",
            "há departamentos demais; é a coluna certa? indique-a com `--columns department=…`"
        ),
        Unreadable::FewTickets(mib) => tr!(
            "the rows of a few tickets have {mib} MiB and do not fit into memory; is it the right column? name it with \
             `--columns ticket=…`",
            "las filas de unos pocos tickets tienen {mib} MiB y no caben en la memoria; ¿es la columna correcta? \
             nómbrela con `--columns ticket=…`",
            "as linhas de poucos tickets têm {mib} MiB e não cabem na memória; é a coluna certa? indique-a com \
             `--columns ticket=…`"
        ),
        other => other.to_string(),
    }
}

/// Whether a file begins with a JSON object or list.
fn is_json(file: &Path, bytes: &mut impl BufRead) -> bool {
    let first = bytes.fill_buf().ok().and_then(|begin| {
        let text = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begin);
        text.iter().find(|byte| !byte.is_ascii_whitespace()).copied()
    });
    has_lines(file) || matches!(first, Some(b'{' | b'['))
}

/// Whether a file name stands for one object per line.
pub(crate) fn has_lines(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ["jsonl", "ndjson"].iter().any(|known| ending == *known))
}

enum Failed {
    File(Unreadable),
    Journal(JournalError),
}

impl From<JournalError> for Failed {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// The events of a desk's journal, without its decisions.
fn out_of_journal(
    file: &Path,
    form: &FormArguments,
    options: ReadOptions<'_>,
    read_one: &dyn Fn(),
) -> Result<Read<Archive>, Failed> {
    // The times are the desk's own, so the file's modification time is not needed.
    let mut builder = ArchiveBuilder::new(options, form.now);
    let selection = Selection { account: form.account.clone(), ..Selection::default() };
    let mut accounts: Vec<String> = Vec::new();
    read_journal(Journal::open(file)?, &selection, &mut builder, &mut |line| {
        read_one();
        let account = match line {
            Line::Policy { account, .. } => account,
            Line::Entry(entry) => &entry.account,
        };
        if !accounts.contains(account) {
            accounts.push(account.clone());
        }
        true
    })
    .map_err(|error| match error {
        PastError::Journal(error) => Failed::Journal(error),
        PastError::Archive(error) => Failed::File(error),
    })?;
    if accounts.len() > 1 {
        let why = tr!(
            "it has the accounts {accounts}, each with policies of its own; name one with `--account`",
            "tiene las cuentas {accounts}, cada una con políticas propias; nombre una con `--account`",
            "tem as contas {accounts}, cada uma com políticas próprias; indique uma com `--account`",
            accounts = accounts.join(", ")
        );
        return Err(Failed::File(Unreadable::Broken(why)));
    }
    builder.end().map_err(Failed::File)
}

/// The latest possible time of an event in a file: a day after it was last written.
fn written_at(file: &File) -> Option<i64> {
    const DAY: i64 = 86_400_000;
    let modified = file.metadata().ok()?.modified().ok()?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()?.checked_add(DAY)
}

fn named_columns(form: &FormArguments) -> Result<Columns, Unusable> {
    let mut columns = form.from.map_or_else(Columns::default, Platform::columns);
    for (what, name) in &form.columns {
        let column = Column::from_word(what).ok_or_else(|| {
            let known = Column::ALL.map(|known| format!("`{}`", known.word())).join(", ");
            tr!(
                "`--columns {what}=…`: it is one of {known}",
                "`--columns {what}=…`: es una de {known}",
                "`--columns {what}=…`: é uma de {known}"
            )
        })?;
        columns = columns.with(column, name);
    }
    for rule in &form.skip {
        let (column, value) =
            rule.split_once('=').map_or((rule.as_str(), None), |(c, v)| (c, Some(v)));
        columns = columns.skip(Skip {
            column: column.to_owned(),
            values: value.map(str::to_owned).into_iter().collect(),
            others: false,
            is_asked_for: true,
        });
    }
    Ok(columns)
}

fn named_authors(form: &FormArguments) -> Result<Authors, Unusable> {
    let mut authors = form.from.map_or_else(Authors::default, Platform::authors);
    for (word, who) in &form.authors {
        let who = match who.as_str() {
            "customer" => Some(Who::Customer),
            "agent" => Some(Who::Agent),
            "ai-agent" => Some(Who::AiAgent),
            "bot" => Some(Who::Bot),
            "nobody" => None,
            other => {
                let known = "customer, agent, ai-agent, bot, nobody";
                return Err(tr!(
                    "`--authors {word}={other}`: it is one of {known}",
                    "`--authors {word}={other}`: es uno de {known}",
                    "`--authors {word}={other}`: é um de {known}"
                )
                .into());
            }
        };
        authors.set(word, who);
    }
    Ok(authors)
}

/// Prints what was read, and what was not.
pub(crate) fn print(read: &Read<Archive>, arguments: &EventsArguments) {
    let archive = &read.history;
    let line = tr!(
        "{file}: rows {rows}, tickets {tickets}, departments {departments}",
        "{file}: filas {rows}, tickets {tickets}, departamentos {departments}",
        "{file}: linhas {rows}, tickets {tickets}, departamentos {departments}",
        file = arguments.file.display(),
        rows = thousands(read.rows),
        tickets = thousands(archive.tickets()),
        departments = thousands(u64::try_from(archive.departments.len()).unwrap_or(u64::MAX))
    );
    anstream::println!("{line}");
    let say = |count: u64, what: String| {
        if count > 0 {
            anstream::println!("  {what}: {}", thousands(count));
        }
    };
    say(
        read.moved,
        tr!(
            "stood after later ones, put in their place",
            "estaban después de otras posteriores, puestas en su lugar",
            "estavam depois de outras posteriores, postas no lugar"
        ),
    );
    say(
        read.repeated,
        tr!("there before, left out", "repetidas, omitidas", "repetidas, deixadas de fora"),
    );
    say(
        read.done_then,
        tr!(
            "tell what a policy did then, left out",
            "cuentan lo que una política hizo entonces, omitidas",
            "contam o que uma política fez então, deixadas de fora"
        ),
    );
    say(
        read.skipped,
        tr!(
            "left out as was asked for: private notes, authors that are nobody, rows to skip",
            "omitidas como se pidió: notas privadas, autores que no son nadie, filas que saltar",
            "deixadas de fora como pedido: notas privadas, autores que não são ninguém, linhas a pular"
        ),
    );
    say(
        read.without_customer,
        tr!(
            "tickets in which the customer wrote nothing",
            "tickets en los que el cliente no escribió nada",
            "tickets em que o cliente não escreveu nada"
        ),
    );
    say(
        read.without_company,
        tr!(
            "tickets in which nobody of the company wrote",
            "tickets en los que nadie de la empresa escribió",
            "tickets em que ninguém da empresa escreveu"
        ),
    );
    if let Some(dialect) = read.dialect {
        print_dialect(dialect);
    }
    say(
        read.windows_1252,
        tr!(
            "rows that are not UTF-8, read as Windows-1252",
            "filas que no son UTF-8, leídas como Windows-1252",
            "linhas que não são UTF-8, lidas como Windows-1252"
        ),
    );
    let warn = |count: u64, what: String| {
        if count > 0 {
            anstream::println!("  {}", paint(YELLOW, format_args!("{what}: {}", thousands(count))));
        }
    };
    warn(
        read.rounded_ids,
        tr!(
            "ids of messages or customers that a spreadsheet has rounded, not used; export the file again",
            "ids de mensajes o clientes que una hoja de cálculo redondeó, no usados; exporte el archivo de nuevo",
            "ids de mensagens ou clientes que uma planilha arredondou, não usados; exporte o arquivo de novo"
        ),
    );
    warn(
        read.cut_ids,
        tr!(
            "rows whose ticket may have lost its last digits to a spreadsheet, so that several are one; export \
             the file again",
            "filas cuyo ticket puede haber perdido sus últimos dígitos en una hoja de cálculo, de modo que varios \
             son uno; exporte el archivo de nuevo",
            "linhas cujo ticket pode ter perdido os últimos dígitos numa planilha, de modo que vários são um; \
             exporte o arquivo de novo"
        ),
    );
    if read.assumed > 0 && arguments.form.zone.is_none() {
        print_assumed(read);
    }
    if read.is_unended {
        let unended = tr!(
            "the last line has no end; if the file is still being written, it is cut",
            "la última línea no tiene fin; si el archivo se sigue escribiendo, está cortada",
            "a última linha não tem fim; se o arquivo ainda está sendo gravado, está cortada"
        );
        anstream::println!("  {unended}");
    }
    print_refused(read);
    anstream::println!();
}

fn print_assumed(read: &Read<Archive>) {
    let mixed = read.with_offset > 0;
    let assumed = tr!(
        "times without an offset, taken as UTC: {count}",
        "horas sin desfase, tomadas como UTC: {count}",
        "horas sem deslocamento, tomadas como UTC: {count}",
        count = thousands(read.assumed)
    );
    let others = tr!(
        "others have one, so say what these mean with --zone",
        "otras tienen uno, así que diga con --zone qué significan estas",
        "outras têm um, então diga com --zone o que estas significam"
    );
    let said = if mixed { paint(YELLOW, format!("{assumed}; {others}")) } else { assumed };
    anstream::println!("  {said}");
}

fn print_refused(read: &Read<Archive>) {
    if read.refused == 0 {
        return;
    }
    let refused = tr!(
        "could not be read, left out: {count}",
        "no se pudieron leer, omitidas: {count}",
        "não puderam ser lidas, deixadas de fora: {count}",
        count = thousands(read.refused)
    );
    anstream::println!("  {}", paint(YELLOW, refused));
    for refused in &read.first_refused {
        let more = match refused.rows.saturating_sub(1) {
            0 => String::new(),
            1 => tr!(", and 1 row more", ", y 1 fila más", ", e mais 1 linha"),
            more => tr!(
                ", and {more} rows more",
                ", y {more} filas más",
                ", e mais {more} linhas",
                more = thousands(more)
            ),
        };
        let (line, why) = (refused.line, refused.why.of(Language::chosen().of_page()));
        let said = tr!(
            "line {line}{more}: {why}",
            "línea {line}{more}: {why}",
            "linha {line}{more}: {why}"
        );
        anstream::println!("    {said}");
    }
}

/// Prints the dialect of a table if it is unusual.
fn print_dialect(dialect: Dialect) {
    let separator = match dialect.separator {
        b',' => None,
        b'\t' => Some(tr!(
            "cells are separated by tabs",
            "las celdas se separan con tabulaciones",
            "as células são separadas por tabulações"
        )),
        other => Some(tr!(
            "cells are separated by `{other}`",
            "las celdas se separan con `{other}`",
            "as células são separadas por `{other}`",
            other = char::from(other)
        )),
    };
    let order = dialect.day_order.map(|order| match order {
        DayOrder::DayFirst => tr!(
            "dates begin with the day",
            "las fechas empiezan por el día",
            "as datas começam pelo dia"
        ),
        DayOrder::MonthFirst => tr!(
            "dates begin with the month",
            "las fechas empiezan por el mes",
            "as datas começam pelo mês"
        ),
    });
    for said in separator.into_iter().chain(order) {
        anstream::println!("  {said}");
    }
}
