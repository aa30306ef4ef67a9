//! The same outcome by another computation: a clock that goes on minute by minute, and the rules as
//! docs/rules.md says them. It shares no code with the plugin.
//!
//! The figures too are counted anew, from those steps and the messages after them.
//!
//! `DESPERTADOR_HISTORY=messages.csv cargo test -p despertador-insight --test oracle` compares a
//! recorded history too, second by second.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::num::NonZeroUsize;

use despertador_component::COMPONENT;
use despertador_contract::Surroundings;
use despertador_host::{Host, Options, Plugin};
use despertador_insight::{
    Authors, Columns, History, Item, RecordedTicket, Settings, Timing, Who, backtest, play,
};
use fastrand::Rng;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const NINE: i64 = 1_772_442_000_000;

#[derive(Debug, Clone, Copy, PartialEq)]
enum CountFrom {
    LastAgent,
    FirstUnanswered,
    LastCustomer,
}

const WAYS: [(CountFrom, &str); 3] = [
    (CountFrom::LastAgent, "last-agent-message"),
    (CountFrom::FirstUnanswered, "first-unanswered-agent-message"),
    (CountFrom::LastCustomer, "last-customer-message"),
];

/// A rule, in milliseconds.
#[derive(Debug)]
struct Rule {
    count_from: CountFrom,
    close: i64,
    /// Each after the one before it.
    reminders: Vec<i64>,
}

impl Rule {
    fn random(rng: &mut Rng, count_from: CountFrom) -> Rule {
        let reminders: Vec<i64> = (0..rng.usize(0..4)).map(|_| rng.i64(1..40) * MINUTE).collect();
        let close = reminders.iter().sum::<i64>() + rng.i64(1..60) * MINUTE;
        Rule { count_from, close, reminders }
    }

    fn config(&self) -> String {
        let word = WAYS.iter().find(|(way, _)| *way == self.count_from).unwrap().1;
        let seconds = |time: &i64| format!("{} s", time / SECOND);
        let reminders: Vec<String> = self
            .reminders
            .iter()
            .map(|after| format!(r#"{{ "after": "{}", "text": "x" }}"#, seconds(after)))
            .collect();
        format!(
            r#"{{ "version": "o", "rules": [ {{ "departments": "any", "count-from": "{word}", "close-after": "{}", "reminders": [ {} ] }} ] }}"#,
            seconds(&self.close),
            reminders.join(", ")
        )
    }
}

/// What would have been sent and closed, as numbers and times; the close has the number 0.
type Steps = Vec<(usize, i64)>;

/// The clock goes on by a step, and at each one looks at what there is to do.
fn by_the_clock(said: &[(i64, Who)], rule: &Rule, step: i64) -> Steps {
    let mut steps = Steps::new();
    // Since the customer wrote last: that instant, the company's messages, the reminders sent.
    let mut customer: Option<i64> = None;
    let mut agents: Vec<i64> = Vec::new();
    let mut sent: Vec<i64> = Vec::new();
    let mut messages = said.iter().peekable();
    let Some(first) = said.first() else { return steps };
    let mut now = first.0;
    loop {
        while let Some((at, who)) = messages.next_if(|(at, _)| *at <= now) {
            match who {
                Who::Customer => {
                    customer = Some(*at);
                    agents.clear();
                    sent.clear();
                }
                Who::Agent | Who::AiAgent => agents.push(*at),
                Who::Bot => {}
            }
        }
        // A customer who answers at the instant of a step has answered; so a step waits for the messages.
        while let Some((number, due)) = next(rule, customer, &agents, &sent)
            && due <= now
        {
            steps.push((number, now));
            if number == 0 {
                return steps;
            }
            sent.push(now);
        }
        let nothing_to_do = next(rule, customer, &agents, &sent).is_none();
        match messages.peek() {
            None if nothing_to_do => return steps,
            // Nobody looks at the clock while there is nothing to wait for.
            Some((at, _)) if nothing_to_do => now = *at,
            _ => now += step,
        }
    }
}

/// The next step of a cycle and when it is due.
fn next(rule: &Rule, customer: Option<i64>, agents: &[i64], sent: &[i64]) -> Option<(usize, i64)> {
    // It is the customer's turn once the company has answered.
    let (first, latest) = (*agents.first()?, *agents.last()?);
    let start = match rule.count_from {
        CountFrom::LastAgent => latest,
        CountFrom::FirstUnanswered => first,
        // Without a message of the customer, the time runs from the first to them.
        CountFrom::LastCustomer => customer.unwrap_or(first),
    };
    if let Some(after) = rule.reminders.get(sent.len()) {
        let planned: i64 = rule.reminders[..=sent.len()].iter().sum();
        let mut due = match sent.last() {
            Some(last) if *last > start => last + after,
            _ => start + planned,
        };
        if sent.is_empty() && rule.count_from == CountFrom::LastCustomer {
            due = due.max(first + MINUTE);
        }
        return Some((sent.len() + 1, due));
    }
    let promised = rule.close - rule.reminders.iter().sum::<i64>();
    let mut due = start + rule.close;
    if let Some(last) = sent.last() {
        due = due.max(last + promised);
    }
    let late_words = match rule.count_from {
        CountFrom::LastAgent => false,
        CountFrom::FirstUnanswered => latest != first,
        CountFrom::LastCustomer => true,
    };
    if late_words {
        due = due.max(latest + MINUTE);
    }
    Some((0, due))
}

/// Figures, counted by hand: of every reminder how many were sent and answered; closes, premature
/// ones, those of which nobody knows, and how long closed tickets had waited.
#[derive(Debug, Default, PartialEq)]
struct Counted {
    reminders: BTreeMap<u32, (u64, u64)>,
    closes: u64,
    premature: u64,
    undecided: u64,
    /// Closes whose whole window was observed, and the premature ones of these.
    judged: (u64, u64),
    waited: i64,
}

impl Counted {
    fn add(&mut self, said: &[(i64, Who)], steps: &Steps, window: i64, ends: i64) {
        let wrote_since = |from: i64, who: fn(&Who) -> bool| {
            said.iter().filter(|(at, w)| *at >= from && who(w)).map(|(at, _)| *at).min()
        };
        let is_customer = |who: &Who| *who == Who::Customer;
        let is_company = |who: &Who| matches!(who, Who::Agent | Who::AiAgent);
        for (place, (number, at)) in steps.iter().enumerate() {
            if *number == 0 {
                self.closes += 1;
                let back = wrote_since(*at, is_customer);
                if at + window <= ends {
                    self.judged.0 += 1;
                    self.judged.1 += u64::from(back.is_some_and(|wrote| wrote <= at + window));
                }
                match back {
                    Some(wrote) if wrote <= at + window => self.premature += 1,
                    _ if ends < at + window => self.undecided += 1,
                    _ => {}
                }
                let spoke = said.iter().filter(|(when, who)| when < at && is_company(who));
                self.waited += at - spoke.map(|(when, _)| *when).max().unwrap();
                continue;
            }
            let count = self.reminders.entry(u32::try_from(*number).unwrap()).or_default();
            count.0 += 1;
            // Answered: the customer is the next to speak, and nothing was sent or closed before. What
            // was said at the instant of a step was said before it.
            let next_step = steps.get(place + 1).map_or(i64::MAX, |(_, at)| *at);
            let spoke = wrote_since(*at + 1, is_company).unwrap_or(i64::MAX);
            let answered = wrote_since(*at + 1, is_customer)
                .is_some_and(|wrote| wrote <= next_step && first_of(said, *at, wrote, spoke));
            count.1 += u64::from(answered);
        }
    }
}

/// Whether the customer's word at one instant stands before the company's at another, in the order
/// in which they were said.
fn first_of(said: &[(i64, Who)], from: i64, customer: i64, company: i64) -> bool {
    let next =
        said.iter().filter(|(at, who)| *at > from && *who != Who::Bot).map(|(_, who)| *who).next();
    customer < company || customer == company && next == Some(Who::Customer)
}

#[test]
fn figures_come_out_the_same() {
    let plugin = plugin();
    let mut rng = Rng::with_seed(7);
    let mut all = Counted::default();
    for round in 0..60 {
        let rule = Rule::random(&mut rng, WAYS[round % 3].0);
        let history = random(&mut rng);
        let window = rng.i64(1..600) * MINUTE;
        let policy = plugin.policy(&rule.config(), &Surroundings::default()).expect("a policy");
        let settings = Settings { window, ..Settings::default() };
        let threads = NonZeroUsize::new(2).unwrap();
        let found = backtest(&history, &policy, &settings, threads, &|_| ()).unwrap().total;
        let ends = history.ends().unwrap();
        let mut expected = Counted::default();
        for recorded in &history.tickets {
            let said = said(recorded);
            expected.add(&said, &by_the_clock(&said, &rule, MINUTE), window, ends);
        }
        let found = Counted {
            reminders: found
                .figures
                .reminders
                .iter()
                .map(|(number, r)| (*number, (r.sent, r.answered)))
                .collect(),
            closes: found.figures.closes,
            premature: found.figures.premature,
            undecided: found.figures.undecided,
            judged: (found.figures.judged, found.figures.judged_premature),
            waited: found.waited,
        };
        assert_eq!(found, expected, "round {round}: {rule:?}, window {window}");
        all.closes += found.closes;
        all.premature += found.premature;
        all.undecided += found.undecided;
        let answered = found.reminders.get(&1).map_or(0, |(_, answered)| *answered);
        all.reminders.entry(1).or_default().1 += answered;
    }
    let rescued = all.reminders[&1].1;
    assert!(
        all.closes > 1_000 && all.premature > 100 && all.undecided > 50 && rescued > 100,
        "{all:?}"
    );
}

fn plugin() -> Plugin {
    Host::new(Options::default()).unwrap().load_bytes(COMPONENT).unwrap()
}

fn said(recorded: &RecordedTicket) -> Vec<(i64, Who)> {
    let said = recorded.items.iter().map(|item| match item {
        Item::Message { at, who } => (*at, *who),
        other => panic!("{other:?}"),
    });
    said.collect()
}

/// Compares all tickets under a rule.
fn compare(history: &History, rule: &Rule, plugin: &Plugin, step: i64) -> usize {
    let policy = plugin.policy(&rule.config(), &Surroundings::default()).expect("a policy");
    let mut session = policy.session();
    let mut compared = 0;
    for recorded in &history.tickets {
        let played = play(recorded, None, &mut session, &Settings::default(), 0).unwrap();
        let mut found: Steps = played
            .reminders
            .iter()
            .map(|sent| (usize::try_from(sent.number).unwrap(), sent.at))
            .collect();
        found.extend(played.closed.map(|closed| (0, closed.at)));
        let said = said(recorded);
        let expected = by_the_clock(&said, rule, step);
        assert_eq!(found, expected, "{rule:?} {recorded:?}");
        compared += expected.len();
    }
    compared
}

fn random(rng: &mut Rng) -> History {
    let tickets = (0..40)
        .map(|number| {
            let mut at = NINE;
            let items = (0..rng.usize(1..14))
                .map(|_| {
                    at += rng.i64(0..50) * MINUTE;
                    let who = [Who::Customer, Who::Customer, Who::Agent, Who::Agent, Who::Bot];
                    Item::Message { at, who: who[rng.usize(..who.len())] }
                })
                .collect();
            RecordedTicket { id: number.to_string(), items, ..RecordedTicket::default() }
        })
        .collect();
    History { departments: Vec::new(), tickets }
}

#[test]
fn random_histories_come_out_the_same() {
    let plugin = plugin();
    let mut rng = Rng::with_seed(6);
    let mut compared = 0;
    for round in 0..90 {
        let rule = Rule::random(&mut rng, WAYS[round % 3].0);
        compared += compare(&random(&mut rng), &rule, &plugin, MINUTE);
    }
    assert!(compared > 5_000, "{compared}");
}

#[test]
fn a_recorded_history_comes_out_the_same() {
    let Some(file) = std::env::var_os("DESPERTADOR_HISTORY") else { return };
    let file = File::open(file).expect("the history");
    let read =
        History::csv(file, &Columns::default(), &Authors::default(), &Timing::default()).unwrap();
    let plugin = plugin();
    for (count_from, _) in WAYS {
        for (close, reminders) in [
            (15 * MINUTE, vec![10 * MINUTE, MINUTE, 3 * MINUTE]),
            (120 * MINUTE, vec![60 * MINUTE]),
        ] {
            let rule = Rule { count_from, close, reminders };
            let compared = compare(&read.history, &rule, &plugin, SECOND);
            assert!(compared > 1_000, "{compared}");
        }
    }
}
