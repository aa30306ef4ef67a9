//! The journal read by somebody who does not own it, and written down.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod support;

use std::fs;
use std::path::Path;

use despertador_contract::Author;
use despertador_desk::journal::{Counts, Journal, JournalError, Line, Selection};
use despertador_desk::store::{Store, StoreProblem};
use support::{ADERESO, Folder, HOUR, MINUTE, NINE, done, silent, words};

fn lines(file: &Path, selection: &Selection) -> Result<(Vec<Line>, Counts), JournalError> {
    let mut lines = Vec::new();
    let counts = Journal::open(file)?.read::<JournalError>(selection, |line| {
        lines.push(line);
        Ok(true)
    })?;
    Ok((lines, counts))
}

fn all(file: &Path) -> Vec<Line> {
    lines(file, &Selection::default()).expect("a journal").0
}

fn written(file: &Path) -> String {
    let mut text = Vec::new();
    Journal::open(file).unwrap().write(&Selection::default(), &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// Three tickets, an hour apart; the last of them answers.
fn told(folder: &Folder) -> despertador_desk::Desk<despertador_desk::store::AnyStore> {
    let mut desk = folder.acme(ADERESO);
    for (number, id) in ["a", "b", "c"].into_iter().enumerate() {
        let at = NINE + i64::try_from(number).unwrap() * HOUR;
        desk.record_events(at, &silent(id, at)).unwrap();
        let mut now = at;
        while let Some(next) = desk.next_instant().filter(|next| *next < at + 30 * MINUTE) {
            now = now.max(next);
            desk.poll_due(now, 100).unwrap();
            for delivery in desk.claim_deliveries(now, 100).unwrap() {
                desk.record_deliveries(now, &[done("acme", &delivery.key, now)]).unwrap();
            }
        }
    }
    let at = NINE + 2 * HOUR + 40 * MINUTE;
    desk.record_events(at, &[words("c", Author::Customer, "late", at)]).unwrap();
    desk
}

fn tickets(lines: &[Line]) -> Vec<&str> {
    let mut ids: Vec<&str> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Entry(entry) => Some(entry.ticket.as_str()),
            Line::Policy { .. } => None,
        })
        .collect();
    ids.dedup();
    ids
}

#[test]
fn it_is_read_beside_a_running_desk_and_has_the_timeline() {
    let folder = Folder::new();
    let mut desk = told(&folder);
    let lines = all(&folder.file());
    assert!(
        matches!(&lines[0], Line::Policy { account, row } if account == "acme" && row.version == 1)
    );
    assert_eq!(tickets(&lines), ["a", "b", "c"]);
    for id in ["a", "b", "c"] {
        let timeline = desk.query_timeline("acme", id).unwrap();
        let entries: Vec<_> = lines
            .iter()
            .filter_map(|line| match line {
                Line::Entry(entry) if entry.ticket == id => Some(entry),
                _ => None,
            })
            .collect();
        assert_eq!(entries.len(), timeline.len());
        for (entry, known) in entries.into_iter().zip(timeline) {
            assert_eq!((entry.seq, entry.at, entry.kind), (known.seq, known.at, known.kind));
            assert_eq!((&entry.row, &entry.decision), (&known.row, &known.decision));
            assert_eq!((&entry.note, entry.policy), (&known.note, known.policy));
        }
    }
    // The desk was not held up.
    let at = NINE + 9 * HOUR;
    desk.record_events(at, &silent("d", at)).unwrap();
    assert_eq!(tickets(&all(&folder.file())), ["a", "b", "c", "d"]);
}

#[test]
fn a_stopped_desk_and_a_backup_are_read_and_nothing_is_written() {
    let folder = Folder::new();
    let desk = told(&folder);
    let backup = folder.path().join("back up #1?.db");
    desk.store().backup(&backup).unwrap();
    let running = written(&folder.file());
    drop(desk);
    let seen = || {
        let mut files: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let data = entry.metadata().unwrap();
                (entry.file_name(), data.modified().unwrap(), fs::read(entry.path()).unwrap())
            })
            .collect();
        files.sort();
        files
    };
    let before = seen();
    assert_eq!(written(&folder.file()), running);
    assert_eq!(written(&backup), running);
    assert!(before == seen(), "something was written");
    // And the desk can be opened as ever.
    drop(folder.desk());
}

#[test]
fn the_log_of_a_desk_that_was_killed_is_read_too() {
    let folder = Folder::new();
    let desk = told(&folder);
    // As a kill would leave it: what was committed is in the log alone.
    let left = Folder::new();
    fs::copy(folder.file(), left.file()).unwrap();
    let log = |folder: &Folder| folder.path().join("desk.db-wal");
    assert!(fs::copy(log(&folder), log(&left)).unwrap() > 0);
    let (before, data) = (fs::read(log(&left)).unwrap(), fs::read(left.file()).unwrap());
    assert_eq!(written(&left.file()), written(&folder.file()));
    assert!(before == fs::read(log(&left)).unwrap() && data == fs::read(left.file()).unwrap());
    drop(desk);
}

#[test]
fn what_was_written_is_read_as_it_was() {
    let folder = Folder::new();
    drop(told(&folder));
    let file = folder.path().join("journal.ndjson");
    fs::write(&file, written(&folder.file())).unwrap();
    assert!(all(&file) == all(&folder.file()));
    assert!(Journal::is_one(&file).unwrap() && Journal::is_one(&folder.file()).unwrap());
}

#[test]
fn tickets_are_chosen_by_time_and_told_from_their_beginning() {
    let folder = Folder::new();
    drop(told(&folder));
    let file = folder.path().join("journal.ndjson");
    fs::write(&file, written(&folder.file())).unwrap();
    let chosen = |selection: &Selection| {
        let (of_desk, of_lines) = (lines(&folder.file(), selection), lines(&file, selection));
        let (of_desk, of_lines) = (of_desk.unwrap(), of_lines.unwrap());
        assert!(of_desk == of_lines, "{selection:?}");
        of_desk
    };
    let since = Some(NINE + HOUR + 5 * MINUTE);
    let (found, counts) = chosen(&Selection { since, ..Selection::default() });
    assert_eq!((tickets(&found), counts.tickets), (vec!["b", "c"], 2));
    let first = found.iter().find_map(|line| match line {
        Line::Entry(entry) => Some((entry.previous, entry.at)),
        Line::Policy { .. } => None,
    });
    assert_eq!(first, Some((0, NINE + HOUR)));
    let until = Some(NINE + HOUR);
    let (found, counts) = chosen(&Selection { since, until, ..Selection::default() });
    assert_eq!((tickets(&found), counts.entries), (vec!["b"], 3));
    let ticket = Some("c".to_owned());
    assert_eq!(tickets(&chosen(&Selection { ticket, ..Selection::default() }).0), ["c"]);
    let account = Some("umbrella".to_owned());
    for place in [&folder.file(), &file] {
        let unknown = lines(place, &Selection { account: account.clone(), ..Selection::default() });
        assert!(unknown.unwrap_err().to_string().contains("there are acme"));
    }
}

#[test]
fn a_damaged_or_foreign_file_is_refused_with_a_sentence() {
    let folder = Folder::new();
    drop(told(&folder));
    let bytes = fs::read(folder.file()).unwrap();
    let place = folder.path().join("damaged.db");
    let problem = |bytes: &[u8]| {
        fs::write(&place, bytes).unwrap();
        match lines(&place, &Selection::default()) {
            Err(JournalError::Store(error)) => error.problem,
            other => panic!("{other:?}"),
        }
    };
    // A page in the middle, and the end of the file gone.
    let mut damaged = bytes.clone();
    damaged[4_096..].iter_mut().for_each(|byte| *byte ^= 0x5a);
    assert_eq!(problem(&damaged), StoreProblem::Corrupt);
    assert_eq!(problem(&bytes[..bytes.len() / 3]), StoreProblem::Corrupt);
    let mut foreign = bytes.clone();
    foreign[68..72].fill(0);
    assert_eq!(problem(&foreign), StoreProblem::Corrupt);
    let mut later = bytes;
    later[60..64].copy_from_slice(&99_u32.to_be_bytes());
    assert_eq!(problem(&later), StoreProblem::Newer);
    for text in ["", "ticket,author,at\n", "{\"ticket\":\"1\"}\n"] {
        fs::write(&place, text).unwrap();
        assert!(matches!(Journal::open(&place), Err(JournalError::NoJournal)), "{text}");
    }
    let missing = folder.path().join("nothing.db");
    assert!(matches!(Journal::open(&missing), Err(JournalError::Io(_))));
    assert!(!missing.exists());
}

#[test]
fn a_journal_that_was_cut_or_changed_says_so() {
    let folder = Folder::new();
    drop(told(&folder));
    let whole = written(&folder.file());
    let file = folder.path().join("journal.ndjson");
    let error = |text: &str| {
        fs::write(&file, text).unwrap();
        lines(&file, &Selection::default()).expect_err("a broken journal")
    };
    let rows: Vec<&str> = whole.lines().collect();
    let without = |gone: usize| {
        let left = rows.iter().enumerate().filter(|(place, _)| *place != gone);
        left.map(|(_, row)| format!("{row}\n")).collect::<String>()
    };
    // In the middle of a line, at the end of one, and before the last one.
    assert!(matches!(error(&whole[..whole.len() - 5]), JournalError::Cut(_)));
    let last = rows.len() - 1;
    assert!(matches!(error(&without(last)), JournalError::Cut(_)));
    // The first entry of a ticket, one in the middle, the last one, and a policy.
    for gone in [1, 2, 4, last - 1] {
        let JournalError::Line(..) = error(&without(gone)) else { panic!("{gone}") };
    }
    let later = whole.replace("{\"despertador-journal\":1", "{\"despertador-journal\":2");
    assert!(error(&later).to_string().contains("version 2"));
    let wrong = whole.replace("\"kind\":\"heard\"", "\"kind\":\"overheard\"");
    assert!(error(&wrong).to_string().starts_with("line 3: `overheard`"));
}
