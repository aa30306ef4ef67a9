//! Policies on small histories whose outcome can be counted on the fingers, and properties on random
//! ones.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::num::NonZeroUsize;
use std::sync::OnceLock;

use despertador_component::COMPONENT;
use despertador_contract::Surroundings;
use despertador_host::{Host, Limits, Options, Plugin, Policy};
use despertador_insight::{
    Archive, Authors, BacktestFigures, Columns, History, Item, Judged, Premature, ReadOptions,
    RecordedTicket, ReminderCounts, Settings, Timing, Who, backtest, backtest_archive, play,
    suggest, suggest_for,
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const NINE: i64 = 1_772_442_000_000;

fn policy(config: &str) -> Policy {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    let plugin = PLUGIN
        .get_or_init(|| Host::new(Options::default()).unwrap().load_bytes(COMPONENT).unwrap());
    plugin.policy(config, &Surroundings::default()).expect("a policy")
}

/// A close after some minutes, and reminders each some minutes after the previous one.
fn rule(close: u32, reminders: &[u32]) -> Policy {
    let reminders: Vec<String> = reminders
        .iter()
        .map(|after| format!(r#"{{ "after": "{after} min", "text": "x" }}"#))
        .collect();
    policy(&format!(
        r#"{{ "version": "t", "rules": [ {{ "departments": "any", "close-after": "{close} min", "reminders": [ {} ] }} ] }}"#,
        reminders.join(", ")
    ))
}

/// A ticket told as `"c0 a5 c30"`: who wrote, and how many minutes after nine.
fn ticket(id: &str, told: &str) -> RecordedTicket {
    let items = told
        .split_whitespace()
        .map(|word| {
            let who = match &word[..1] {
                "c" => Who::Customer,
                "a" => Who::Agent,
                _ => Who::Bot,
            };
            Item::Message { at: NINE + word[1..].parse::<i64>().unwrap() * MINUTE, who }
        })
        .collect();
    RecordedTicket { id: id.into(), items, ..RecordedTicket::default() }
}

fn history(tickets: &[&str]) -> History {
    let tickets = tickets
        .iter()
        .enumerate()
        .map(|(number, told)| ticket(&number.to_string(), told))
        .collect();
    History { departments: Vec::new(), tickets }
}

fn tried(tickets: &[&str], policy: &Policy) -> Judged {
    on_threads(&history(tickets), policy, 1)
}

fn on_threads(history: &History, policy: &Policy, threads: usize) -> Judged {
    let threads = NonZeroUsize::new(threads).unwrap();
    backtest(history, policy, &Settings::default(), threads, &|_| ()).expect("answers")
}

#[test]
fn threads_change_nothing() {
    let history = random(7, 501);
    let policy = rule(45, &[10, 20]);
    let one = on_threads(&history, &policy, 1);
    for threads in [2, 3, 8, 1_000] {
        assert_eq!(on_threads(&history, &policy, threads), one);
    }
}

/// Each thread holds an instance for each policy, and a host with few of them must not refuse the
/// backtest, nor may a backtest take them all.
#[test]
fn more_threads_than_instances_change_nothing() {
    let limits = Limits { instances: 6, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let plugin = Host::new(options).unwrap().load_bytes(COMPONENT).unwrap();
    let config = rule(45, &[10, 20]).config().to_owned();
    let policies = [(); 3].map(|()| plugin.policy(&config, &Surroundings::default()).unwrap());
    let history = random(7, 501);
    let one = on_threads(&history, &policies[0], 1);
    // A caller beside the backtest, which keeps its instance.
    let mut beside = policies[1].session();
    play(&history.tickets[0], None, &mut beside, &Settings::default(), NINE).unwrap();
    assert_eq!(on_threads(&history, &policies[0], 1_000), one);
    let archive = archive(&written(&history, 0), 0);
    let threads = NonZeroUsize::new(1_000).unwrap();
    let tried =
        backtest_archive(&archive, &policies, &Settings::default(), threads, &|_| true).unwrap();
    assert!(tried.is_whole && tried.judged.len() == 3);
}

#[test]
fn reminders_go_out_until_the_customer_answers() {
    let policy = rule(15, &[10, 1, 3]);
    let mut session = policy.session();
    let mut outcome = |told: &str| {
        let recorded = ticket("t", told);
        play(&recorded, None, &mut session, &Settings::default(), NINE + 1_000 * HOUR).unwrap()
    };
    let minutes = |outcome: &despertador_insight::Outcome| -> Vec<(i64, Option<i64>)> {
        let minute = |at: i64| (at - NINE) / MINUTE;
        outcome.reminders.iter().map(|sent| (minute(sent.at), sent.answered.map(minute))).collect()
    };
    let silent = outcome("c0 a0");
    assert_eq!(minutes(&silent), [(10, None), (11, None), (14, None)]);
    assert_eq!(silent.closed.map(|closed| (closed.at - NINE) / MINUTE), Some(15));
    let rescued = outcome("c0 a0 c12 a13");
    assert_eq!(minutes(&rescued), [(10, None), (11, Some(12)), (23, None), (24, None), (27, None)]);
    assert_eq!(rescued.closed.map(|closed| (closed.at - NINE) / MINUTE), Some(28));
    // The company owes the answer, or nobody has answered yet, or nobody of the company is there.
    for told in ["c0 a0 c5", "c0", "c0 b1", ""] {
        let outcome = outcome(told);
        assert!(outcome.reminders.is_empty() && outcome.closed.is_none(), "{told}");
    }
    // An answer at the very instant of a reminder comes before it.
    assert_eq!(minutes(&outcome("c0 a0 c10")), []);
}

#[test]
fn a_close_is_judged_by_what_came_after_it() {
    let policy = rule(15, &[10]);
    let judged = tried(
        &[
            "c0 a0",           // silent for good
            "c0 a0 c20",       // five minutes too early
            "c0 a0 a20 c1455", // a day after, to the minute: within the window
            "c0 a0 a20 c1456", // and a minute later: not
            "c0 a0 c14",       // answered in time
            "c0 a9990",        // the history ends before the window does
            "c9999",
        ],
        &policy,
    );
    let total = &judged.total;
    assert_eq!(
        (total.tickets, total.figures.closes, total.figures.premature, total.figures.undecided),
        (7, 5, 2, 1)
    );
    assert_eq!(total.figures.premature_rate(), Some(500));
    assert_eq!(judged.premature.iter().map(|(id, ..)| id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(judged.premature[0].2 - judged.premature[0].1, 5 * MINUTE);
    assert_eq!(total.mean_wait(), Some(15 * MINUTE));
}

#[test]
fn a_reminder_whose_next_step_lies_beyond_the_history_counts_on_neither_side() {
    let policy = rule(15, &[10]);
    let judged = tried(
        &[
            "c0 a0 c12",         // answered
            "c0 a0",             // not answered until the close
            "c9978 a9988 c9999", // answered after the reminder, but others of its age are not seen
            "c9978 a9988",       // nothing has followed
        ],
        &policy,
    );
    let reminded = judged.total.figures.reminders[&1];
    assert_eq!((reminded.sent, reminded.answered, reminded.waiting), (4, 2, 1));
    assert_eq!((reminded.judged, reminded.judged_answered), (2, 1));
    assert_eq!(judged.total.figures.rescued(1), Some(500));
}

#[test]
fn departments_are_counted_apart_and_add_up() {
    let config = r#"{ "version": "t", "rules": [
        { "departments": ["a"], "close-after": "15 min" },
        { "departments": ["b"], "close-after": "1 h", "reminders": [ { "after": "30 min", "text": "x" } ] } ] }"#;
    let mut history = history(&["c0 a0", "c0 a0", "c0 a0"]);
    history.departments = vec!["a".into(), "b".into()];
    history.tickets[0].department = Some(0);
    history.tickets[1].department = Some(1);
    let judged = on_threads(&history, &policy(config), 2);
    let of = |name: &str| &judged.departments[name];
    assert_eq!((of("a").figures.closes, of("a").figures.reminders.len()), (1, 0));
    assert_eq!(
        (of("b").figures.closes, of("b").figures.reminders[&1]),
        (1, ReminderCounts::one(None, false))
    );
    assert_eq!((of("").tickets, of("").figures.closes), (1, 0));
    assert_eq!(judged.total.figures.closes, 2);
}

/// Random tickets: who writes, and when, in whole minutes.
fn random(seed: u64, tickets: usize) -> History {
    let mut rng = fastrand::Rng::with_seed(seed);
    let tickets = (0..tickets)
        .map(|number| {
            let mut at = NINE + rng.i64(0..600) * MINUTE;
            let items = (0..rng.usize(1..12))
                .map(|_| {
                    at += rng.i64(0..90) * MINUTE * if rng.u8(..8) == 0 { 20 } else { 1 };
                    let who = [Who::Customer, Who::Agent, Who::Agent, Who::Bot][rng.usize(..4)];
                    Item::Message { at, who }
                })
                .collect();
            RecordedTicket { id: number.to_string(), items, ..RecordedTicket::default() }
        })
        .collect();
    History { departments: Vec::new(), tickets }
}

fn figures(history: &History, policy: &Policy) -> BacktestFigures {
    on_threads(history, policy, 2).total
}

#[test]
fn a_policy_that_never_closes_has_no_premature_close() {
    let config = r#"{ "version": "t", "rules": [ { "departments": "any", "reminders": [ { "after": "10 min", "text": "x" } ] } ] }"#;
    let total = figures(&random(1, 500), &policy(config));
    assert_eq!((total.figures.closes, total.figures.premature), (0, 0));
    assert!(total.figures.reminders[&1].sent > 100);
}

#[test]
fn a_longer_close_never_has_more_closes() {
    let history = random(2, 500);
    let mut before = u64::MAX;
    for minutes in [5, 15, 60, 240, 1_440, 10_000] {
        let closes = figures(&history, &rule(minutes, &[])).figures.closes;
        assert!(closes <= before, "{minutes} min: {closes} after {before}");
        before = closes;
    }
    assert!(before > 0);
}

#[test]
fn shifting_all_times_changes_nothing() {
    let history = random(3, 300);
    let mut later = history.clone();
    for item in later.tickets.iter_mut().flat_map(|ticket| &mut ticket.items) {
        if let Item::Message { at, .. } = item {
            *at += 1_234_567_891;
        }
    }
    let policy = rule(45, &[10, 20]);
    assert_eq!(figures(&history, &policy), figures(&later, &policy));
}

#[test]
fn no_close_comes_before_its_last_reminder_had_its_gap() {
    let history = random(4, 500);
    let policy = rule(45, &[10, 20]);
    let mut session = policy.session();
    let mut closes = 0;
    for recorded in &history.tickets {
        let outcome = play(recorded, None, &mut session, &Settings::default(), NINE).unwrap();
        if let Some(closed) = outcome.closed {
            closes += 1;
            let last = outcome.reminders.last().expect("a reminder before the close");
            assert_eq!(last.number, 2);
            assert!(closed.at - last.at >= 15 * MINUTE, "{recorded:?} {outcome:?}");
            assert!(closed.verdict.premature != Premature::No || closed.at > NINE);
        }
    }
    assert!(closes > 100);
}

/// A history as a CSV file, ordered by time: the tickets lie among one another.
fn written(history: &History, customers: usize) -> String {
    let mut rows: Vec<(i64, String)> = Vec::new();
    for (number, recorded) in history.tickets.iter().enumerate() {
        for item in &recorded.items {
            let Item::Message { at, who } = item else { panic!("{item:?}") };
            let who = match who {
                Who::Customer => "customer",
                Who::Agent => "agent",
                Who::AiAgent => "ai",
                Who::Bot => "bot",
            };
            let customer = if customers > 0 { (number % customers).to_string() } else { "".into() };
            rows.push((*at, format!("{},{who},{at},{},{customer}\n", recorded.id, number % 3)));
        }
    }
    rows.sort_by_key(|(at, _)| *at);
    let rows: String = rows.into_iter().map(|(_, row)| row).collect();
    format!("ticket,author,at,department,customer\n{rows}")
}

fn archive(text: &str, memory: usize) -> Archive {
    let means = ReadOptions { memory, ..ReadOptions::default() };
    let (columns, authors) = (Columns::default(), Authors::default());
    let read = Archive::csv(text.as_bytes(), &columns, &authors, &Timing::default(), means);
    read.expect("an archive").history
}

#[test]
fn what_is_on_disk_gives_the_figures_of_what_is_in_memory() {
    let text = written(&random(8, 900), 0);
    let columns = Columns::default();
    let authors = Authors::default();
    let history =
        History::csv(text.as_bytes(), &columns, &authors, &Timing::default()).unwrap().history;
    let policies = [rule(45, &[10, 20]), rule(15, &[])];
    let sorted = |mut judged: Judged| {
        judged.premature.sort_by(|one, other| (one.1, &one.0).cmp(&(other.1, &other.0)));
        judged
    };
    let expected: Vec<Judged> =
        policies.iter().map(|policy| sorted(on_threads(&history, policy, 2))).collect();
    assert!(expected[0].total.figures.premature > 50 && expected[0].departments.len() == 3);
    let wanted = despertador_insight::SuggestionOptions { premature_per_mille: 50, window: HOUR };
    for memory in [usize::MAX, 64 << 20, 4_096, 0] {
        let archive = archive(&text, memory);
        assert_eq!(archive.on_disk() > 0, memory < 64 << 20);
        for threads in [1, 2, 7] {
            let threads = NonZeroUsize::new(threads).unwrap();
            let settings = Settings::default();
            let tried =
                backtest_archive(&archive, &policies, &settings, threads, &|_| true).unwrap();
            assert!(tried.is_whole);
            assert_eq!((tried.rows, tried.until), (archive.rows(), archive.ends()));
            assert_eq!(tried.judged, expected);
        }
        assert_eq!(suggest_for(&archive, wanted).unwrap(), suggest(&history, wanted));
    }
}

#[test]
fn a_run_that_is_stopped_says_what_it_has_covered() {
    let archive = archive(&written(&random(9, 3_000), 0), 0);
    let policies = [rule(45, &[10, 20])];
    let threads = NonZeroUsize::new(2).unwrap();
    let told = std::sync::atomic::AtomicU64::new(0);
    let settings = Settings::default();
    let tried = backtest_archive(&archive, &policies, &settings, threads, &|rows| {
        told.fetch_add(rows, std::sync::atomic::Ordering::Relaxed);
        told.load(std::sync::atomic::Ordering::Relaxed) < 6_000
    });
    let tried = tried.unwrap();
    assert!(!tried.is_whole && tried.rows >= 6_000 && tried.rows < archive.rows(), "{tried:?}");
    assert_eq!(tried.judged[0].total.tickets, tried.tickets);
    assert!(tried.until.is_some() && tried.until <= archive.ends());
}

#[test]
fn a_customer_who_opens_another_ticket_had_to_ask_again() {
    // All are answered at once and closed after 15 minutes. What follows it is:
    let stories = [
        // another ticket of the department, an hour later
        ("a1 ana soporte c0 a0 | a2 ana soporte c75 a75", vec![("a1", 60)]),
        // one of another department
        ("b1 beto soporte c0 a0 | b2 beto ventas c75 a75", vec![]),
        // one of another customer
        ("c1 caro soporte c0 a0 | c2 coco soporte c75 a75", vec![]),
        // words in a ticket that was open before
        ("d1 dani soporte c0 a0 | d2 dani soporte c1 b2 c75", vec![]),
        // a ticket that the company opens
        ("e1 eva soporte c0 a0 | e2 eva soporte a75 c80", vec![]),
        // a ticket at the end of the window, and one after it
        ("f1 fe soporte c0 a0 | f2 fe soporte c1455 a1455", vec![("f1", 1_440)]),
        ("g1 gil soporte c0 a0 | g2 gil soporte c1456 a1456", vec![]),
        // another ticket first, and then words in this one: once, and the first counts
        ("h1 hugo soporte c0 a0 c95 | h2 hugo soporte c75 a75", vec![("h1", 60)]),
        // words in this one first
        ("i1 ines soporte c0 a0 c35 | i2 ines soporte c75 a75", vec![("i1", 20)]),
    ];
    let policy = [rule(15, &[])];
    for (story, expected) in stories {
        let mut text = String::from("ticket,customer,department,author,at\n");
        let tickets = story.split(" | ").chain(["z zoe x c99999 a99999"]);
        for told in tickets {
            let words: Vec<&str> = told.split(' ').collect();
            for word in &words[3..] {
                let who = match &word[..1] {
                    "c" => "customer",
                    "a" => "agent",
                    _ => "bot",
                };
                let at = NINE + word[1..].parse::<i64>().unwrap() * MINUTE;
                text.push_str(&format!("{},{},{},{who},{at}\n", words[0], words[1], words[2]));
            }
        }
        let settings = Settings::default();
        let tried =
            backtest_archive(&archive(&text, 0), &policy, &settings, NonZeroUsize::MIN, &|_| true)
                .unwrap();
        let judged = &tried.judged[0];
        let found: Vec<(&str, i64)> = judged
            .premature
            .iter()
            .map(|(ticket, closed, wrote)| (ticket.as_str(), (wrote - closed) / MINUTE))
            .collect();
        assert_eq!(found, expected, "{story}");
        let by_another = u64::from(expected.first().is_some_and(|(_, after)| *after != 20));
        assert_eq!(judged.total.in_another, by_another, "{story}");
    }
}

#[test]
fn a_message_that_waits_counts_once_a_silence() {
    // Customers are written to between eleven and eight.
    let config = r#"{ "version": "t",
        "sending-windows": { "day": { "zone": "UTC", "open": { "mon-sun": "11:00-20:00" } } },
        "rules": [ { "departments": "any", "close-after": "3 h", "sending-window": "day",
                     "reminders": [ { "after": "10 min", "text": "x" } ] } ] }"#;
    let policy = policy(config);
    let withheld = |told: &str| {
        let total = figures(&history(&[told]), &policy);
        total.figures.withheld.get("outside-sending-window").copied()
    };
    // One reminder waits, however often the agent writes while it does.
    assert_eq!(withheld("c0 a5 a6 a7 a8"), Some(1));
    // The customer writes between: another reminder.
    assert_eq!(withheld("c0 a5 c6 a7"), Some(2));
    assert_eq!(withheld("c180 a185 c300"), None);
}
