//! Stores in files: in use, foreign, of a later version, read-only, on a full disk, torn.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use despertador_contract::Author;
use despertador_desk::store::sqlite::SqliteOptions;
use despertador_desk::store::{Query, Sqlite, Store, StoreProblem};
use despertador_desk::{Desk, DeskError, Options, Receipt};
use support::{ADERESO, Folder, HOUR, MINUTE, NINE, begin, plugin, silent, words};

fn problem(file: &Path) -> (StoreProblem, String) {
    let error = Sqlite::open(file).expect_err("refused");
    (error.problem, error.to_string())
}

#[test]
fn a_file_has_one_owner() {
    let folder = Folder::new();
    let desk = folder.acme(ADERESO);
    let (found, said) = problem(&folder.file());
    assert_eq!(found, StoreProblem::InUse);
    assert!(said.contains("is in use by another desk; stop the other desk first"), "{said}");
    // By another way to the same file.
    let around = folder.path().join("..").join(folder.path().file_name().unwrap()).join("desk.db");
    assert_eq!(problem(&around).0, StoreProblem::InUse);
    drop(desk);
    folder.store();
}

#[test]
fn what_is_no_store_is_said_and_left_as_it_is() {
    let folder = Folder::new();
    let file = folder.file();
    for content in ["a shopping list", "SQLite format 3\0 and then something else altogether"] {
        std::fs::write(&file, content.repeat(500)).expect("a file");
        let before = std::fs::read(&file).expect("a file");
        let (found, said) = problem(&file);
        assert_eq!(found, StoreProblem::Corrupt, "{said}");
        assert!(said.contains("restore a backup"), "{said}");
        assert_eq!(std::fs::read(&file).expect("a file"), before);
    }
    std::fs::remove_file(&file).expect("a file");
    drop(folder.acme(ADERESO));
    // The first page stays whole, so that only reading finds it.
    let mut bytes = std::fs::read(&file).expect("a file");
    let page = bytes.len().min(4096);
    bytes[page..].iter_mut().for_each(|byte| *byte ^= 0x5a);
    std::fs::write(&file, &bytes).expect("a file");
    let opened = Sqlite::open(&file).map_err(DeskError::Store);
    let failed = opened.and_then(|store| Desk::open(store, plugin(), Options::default()));
    match failed {
        Err(DeskError::Store(error)) => assert_eq!(error.problem, StoreProblem::Corrupt, "{error}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_of_a_later_version_and_one_of_something_else_are_refused() {
    let folder = Folder::new();
    drop(folder.acme(ADERESO));
    let bend = |sql: &str| {
        let connection = rusqlite::Connection::open(folder.file()).expect("a database");
        connection.execute_batch(sql).expect(sql);
    };
    bend("PRAGMA user_version = 99");
    let (found, said) = problem(&folder.file());
    assert_eq!(found, StoreProblem::Newer);
    assert!(said.contains("tables of version 99"), "{said}");
    bend("PRAGMA user_version = 1; PRAGMA application_id = 7");
    assert_eq!(problem(&folder.file()).0, StoreProblem::Corrupt);
}

#[test]
#[cfg(target_os = "linux")]
fn a_place_that_cannot_be_written_is_said() {
    // No user may create files here, not even root.
    let (found, said) = problem(Path::new("/sys/despertador.db"));
    assert_eq!(found, StoreProblem::ReadOnly, "{said}");
    assert!(said.contains("let this user write the file and its folder"), "{said}");
}

/// Root may also write read-only files: then another user opens it.
#[test]
#[cfg(unix)]
fn a_file_that_may_only_be_read_is_said() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const FILE: &str = "DESPERTADOR_READ_ONLY";
    if let Some(file) = std::env::var_os(FILE) {
        let (found, said) = problem(Path::new(&file));
        assert_eq!(found, StoreProblem::ReadOnly, "{said}");
        assert!(said.contains("let this user write the file and its folder"), "{said}");
        return;
    }
    let allow = |path: &Path, mode| {
        let rights = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(path, rights).expect("the rights of a file of ours");
    };
    let folder = Folder::new();
    drop(folder.acme(ADERESO));
    let before = std::fs::read(folder.file()).expect("a file");
    for entry in std::fs::read_dir(folder.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let of_store = path == folder.file();
        allow(&path, if of_store { 0o444 } else { 0o666 });
    }
    allow(folder.path(), 0o777);
    // A copy of this program where everybody may run it.
    let program = folder.path().join("opens");
    std::fs::copy(std::env::current_exe().expect("this program"), &program).expect("a copy");
    allow(&program, 0o755);
    let mut child = std::process::Command::new(&program);
    child.args(["--exact", "a_file_that_may_only_be_read_is_said"]).env(FILE, folder.file());
    if std::fs::OpenOptions::new().write(true).open(folder.file()).is_ok() {
        child.uid(65_534).gid(65_534);
    }
    let output = child.output().expect("a child");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(std::fs::read(folder.file()).expect("a file"), before, "it is as it was");
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged_and_stores_nothing_by_half() {
    let folder = Folder::new();
    let small = SqliteOptions { most_pages: Some(90), ..SqliteOptions::default() };
    let open = |options| Sqlite::open_with(&folder.file(), options).expect("a store");
    let mut desk = Desk::open(open(small), plugin(), Options::default()).expect("a desk");
    begin(&mut desk, ADERESO);
    let mut acknowledged = Vec::new();
    let full = loop {
        let ticket = format!("T{}", acknowledged.len());
        match desk.record_events(NINE, &silent(&ticket, NINE)) {
            Ok(_) => acknowledged.push(ticket),
            Err(error) => break (ticket, error),
        }
        assert!(acknowledged.len() < 10_000, "the disk is never full");
    };
    let (refused, error) = full;
    let DeskError::Store(error) = error else { panic!("{error:?}") };
    assert_eq!(error.problem, StoreProblem::Full, "{error}");
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    // It goes on answering, and nothing of what was refused is there.
    assert!(desk.query_ticket("acme", &refused).is_err());
    assert!(desk.query_ticket("acme", "T0").is_ok());
    drop(desk);

    let mut desk =
        Desk::open(open(SqliteOptions::default()), plugin(), Options::default()).expect("a desk");
    assert_eq!(desk.store().check().expect("a check"), Vec::<String>::new());
    for ticket in &acknowledged {
        assert!(desk.query_consistency("acme", ticket).expect("a journal"), "{ticket}");
        let again = desk.record_events(NINE, &silent(ticket, NINE)).expect("receipts");
        assert!(again.iter().all(|receipt| *receipt == Receipt::Duplicate), "{again:?}");
    }
    let now = desk.record_events(NINE, &silent(&refused, NINE)).expect("receipts");
    assert!(now.iter().all(|receipt| matches!(receipt, Receipt::Recorded(_))), "{now:?}");
}

#[test]
fn nothing_of_a_forgotten_customer_stays_in_the_file_and_a_copy_is_a_desk() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    for ticket in ["4711", "4712"] {
        desk.record_events(NINE, &silent(ticket, NINE)).expect("receipts");
    }
    let forgotten =
        desk.forget_customer(NINE + HOUR, "acme", "customer of 4711", "ana").expect("forgotten");
    assert_eq!((forgotten.tickets, forgotten.is_purged), (1, true));
    let copy = folder.path().join("copy.db");
    desk.store().backup(&copy).expect("a backup");
    assert!(desk.store().backup(&copy).is_err(), "nothing is written over");
    drop(desk);
    let bytes = std::fs::read(folder.file()).expect("a file");
    assert!(!bytes.windows(16).any(|part| part == b"customer of 4711"), "it is still there");
    let mut restored =
        Desk::open(Sqlite::open(&copy).expect("a copy"), plugin(), Options::default())
            .expect("a desk");
    assert!(restored.query_consistency("acme", "4712").expect("a journal"));
}

/// The pages of a table, by their number.
fn pages(folder: &Folder, table: &str) -> Vec<u64> {
    let connection = rusqlite::Connection::open(folder.file()).expect("a database");
    let mut statement = connection
        .prepare("SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' ORDER BY pageno")
        .expect("the table of pages");
    let pages = statement.query_map([table], |row| row.get::<_, u32>(0)).expect("pages");
    pages.map(|page| page.expect("a page").into()).collect()
}

fn tear(folder: &Folder, page: u64) {
    let mut bytes = std::fs::read(folder.file()).expect("a file");
    let start = usize::try_from((page - 1) * 4096).expect("a place");
    bytes[start..start + 4096].iter_mut().for_each(|byte| *byte ^= 0x5a);
    std::fs::write(folder.file(), bytes).expect("a file");
}

/// A file with many tickets of two accounts, some of whose actions are due.
const MANY: usize = 500;

fn busy() -> Folder {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.open_account(NINE, "globex", "test").expect("an account");
    desk.save_policy(NINE, "globex", ADERESO, None, "test").expect("a policy");
    while desk.poll_due(NINE, 1_000).expect("a look").more {}
    for n in 0..MANY {
        let mut told = silent(&format!("T{n:03}"), NINE);
        let account = if n % 2 == 0 { "acme" } else { "globex" };
        told.iter_mut().for_each(|incoming| incoming.account = account.into());
        desk.record_events(NINE, &told).expect("receipts");
    }
    desk.poll_due(NINE + 10 * MINUTE, 60).expect("a look");
    drop(desk);
    folder
}

#[test]
fn a_torn_page_stops_the_tickets_on_it_and_no_others() {
    for table in ["ticket", "consumed", "journal", "outbox", "ticket_by_id", "ticket_by_due"] {
        let folder = busy();
        let torn = pages(&folder, table);
        tear(&folder, torn[torn.len() / 2]);
        let store = Sqlite::open(&folder.file()).map_err(DeskError::Store);
        let opened = store.and_then(|store| Desk::open(store, plugin(), Options::default()));
        let mut desk = match opened {
            Ok(desk) => desk,
            Err(error) => {
                let said = error.to_string();
                assert!(said.contains("restore a backup"), "{table}: {said}");
                continue;
            }
        };
        let mut outcome: BTreeMap<bool, usize> = BTreeMap::new();
        let now = NINE + 12 * MINUTE;
        for n in 0..MANY {
            let mut told = words(&format!("T{n:03}"), Author::Customer, "late", now);
            told.account = if n % 2 == 0 { "acme".into() } else { "globex".into() };
            let stored = match desk.record_events(now, &[told]) {
                Ok(receipts) => receipts[0].is_stored(),
                Err(error) => {
                    assert!(error.to_string().contains("restore a backup"), "{table}: {error}");
                    false
                }
            };
            *outcome.entry(stored).or_default() += 1;
        }
        let stored = outcome.get(&true).copied().unwrap_or_default();
        let least = if torn.len() > 4 { MANY / 2 } else { 0 };
        assert!(stored >= least, "{table}: {outcome:?} of {} pages", torn.len());
        // It neither spins nor does it stop without a word.
        let mut silent = true;
        for _ in 0..50 {
            let woken = desk.poll_due(now + HOUR, 100);
            let handed_out = desk.claim_deliveries(now + HOUR, 100);
            for error in [woken.err(), handed_out.err()].into_iter().flatten() {
                assert!(error.to_string().contains("restore a backup"), "{table}: {error}");
                silent = false;
            }
        }
        let query = Query { limit: 10, ..Query::default() };
        let _: Result<_, _> = desk.query_tickets("acme", &query);
        let is_seen = !silent
            || desk.damaged_count() > 0
            || desk.trouble().is_some()
            || outcome.contains_key(&false);
        let is_whole = desk.store().check().is_ok_and(|wrong| wrong.is_empty());
        assert!(is_seen || is_whole || table == "journal", "{table}: nobody has noticed");
    }
}
