//! Plugins that break, cheat or are not plugins: each is refused or contained with an error, no
//! other ticket is affected, and no ticket is closed because of it.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use despertador_contract::{
    ActionKey, Author, Call, Decision, Event, Instant, Memory, Outcome, Reader, Step, Ticket,
    TicketStatus,
};
use despertador_host::{
    CallError, Conversation, Host, Impurity, Limits, Options, Plugin, Policy, PolicyError,
};
use despertador_insight::{History, Item, Judged, RecordedTicket, Settings, Who, backtest};
use despertador_tests::sample::{MINUTE, START, message, surroundings, ticket};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

const HOSTILE: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/despertador-hostile.names.component.wasm"));

/// So small that every limit is hit quickly.
fn small() -> Limits {
    Limits { fuel: 5_000_000, policy_fuel: 5_000_000, ..Limits::default() }
}

fn plugin_with(limits: Limits) -> Plugin {
    let options = Options { limits, ..Options::default() };
    Host::new(options).expect("a host").load_bytes(HOSTILE).expect("it pretends to be harmless")
}

fn policy_with(limits: Limits) -> Policy {
    plugin_with(limits).policy("{}", &surroundings()).expect("takes any config")
}

fn tick(policy: &Policy, ticket: &Ticket, now: Instant) -> Result<Decision, CallError> {
    policy.on_tick(ticket, &Memory::new(), now)
}

fn assert_works(policy: &Policy, now: Instant) {
    let decision = tick(policy, &ticket("4712", "well-behaved"), now);
    assert!(
        matches!(&decision, Ok(Decision { outcome: Outcome::Wait(_), .. })),
        "another ticket: {decision:?}"
    );
}

/// Department of the ticket, part of the error.
const BROKEN_CALLS: &[(&str, &str)] = &[
    // Failures that stop the call.
    ("loop", "the plugin was stopped: it used up its fuel of 5000000 (`fuel`)"),
    ("grow", "bytes of memory and may have 16777216 (`wasm_memory_bytes`)"),
    ("recurse", "its calls went deeper than a stack of 262144 bytes (`wasm_stack_bytes`)"),
    ("recurse-with-arrays", "the plugin crashed in `"),
    ("panic", "the plugin crashed in `"),
    ("last-words", "the plugin crashed: no rule [2J for 1800000000000"),
    ("divide", "the plugin crashed in `"),
    ("out-of-bounds", "out of bounds memory access"),
    // Unreadable answers.
    ("huge-answer", "its answer is larger than 1048576 bytes (`answer_bytes`)"),
    ("not-utf8", "the plugin's answer breaks the contract: it cannot be read"),
    // Answers that violate the contract.
    ("long-text", "the text `text` has more than 65536 bytes (`text_bytes`)"),
    ("other-ticket", "the action `9999/1/close` belongs to another ticket than `4711`"),
    ("wait-past", "is to wait until 1799999999999, which is not after now, 1800000000000"),
    ("wait-now", "is to wait until 1800000000000, which is not after now"),
    ("wait-forever", "after the year 9999"),
    ("due-later", "the action `4711/1/close` is due at 1800000000001, later than now"),
    ("due-never", "before the year 1970"),
    ("step-mismatch", "the action `4711/1/reminder-1` asks for the step `close`"),
    ("reminder-mismatch", "the action `4711/1/reminder-1` asks for the step `reminder-2`"),
    ("reminder-0", "sends reminder 0 of 1, which there cannot be"),
    ("reminder-3-of-2", "sends reminder 3 of 2, which there cannot be"),
    ("empty-text", "sends an empty text"),
    ("empty-reason", "closes with an empty `reason`"),
    ("empty-exit", "closes with an empty `exit`"),
    ("cycle-0", "belongs to no cycle"),
    ("resolve-cycle-0", "the action `4711/0/resolve` belongs to no cycle"),
    ("empty-closing-text", "the action `4711/1/close` sends an empty text"),
    ("long-silence", "the text `silent-because` has more than 65536 bytes (`text_bytes`)"),
    ("image-of-a-file", "sends an image whose `url` begins with neither `https://` nor `http://`"),
    ("long-title", "the text `title` has more than 65536 bytes (`text_bytes`)"),
    ("reply-0", "answers occurrence 0, which there cannot be"),
    ("reply-as-close", "the action `4711/0/close` asks for the step of a reply"),
    ("empty-reply", "the action `4711/0/reply-1` sends an empty text"),
    ("close-as-reply", "the action `4711/1/reply-1` asks for the step `close`"),
];

#[test]
fn a_broken_call_is_contained_and_other_tickets_go_on() {
    let policy = policy_with(small());
    for (department, sentence) in BROKEN_CALLS {
        let error = tick(&policy, &ticket("4711", department), START).expect_err(department);
        let said = error.to_string();
        assert!(said.contains(sentence), "`{department}` said: {said}");
        assert!(error.blames_plugin(), "`{department}`");
        assert_works(&policy, START);
        policy.plugin().release();
    }
}

#[test]
fn a_broken_call_of_a_message_leaves_the_conversation_as_it_was() {
    let policy = policy_with(small());
    for (department, _) in BROKEN_CALLS {
        let mut conversation = Conversation::resume(ticket("4711", department), vec![1, 2, 3], []);
        let before = conversation.clone();
        let outcome = conversation.message(&policy, &message(Author::Agent, START));
        assert!(outcome.is_err(), "`{department}`: {outcome:?}");
        assert_eq!(conversation, before, "`{department}`");
        policy.plugin().release();

        let facts = Ticket { tags: Vec::new(), locale: None, ..conversation.ticket.clone() };
        let key = ActionKey { ticket: "4711".into(), cycle: 1, step: Step::Close };
        let closed = Call::Event(Event::carried_out(key, START));
        let outcome = conversation.record(&policy, Some(facts), &closed);
        assert!(outcome.is_err(), "`{department}`: {outcome:?}");
        assert_eq!(conversation, before, "`{department}`");
        policy.plugin().release();
    }
}

#[test]
fn a_trap_names_the_function_where_the_component_has_names() {
    let policy = policy_with(small());
    let error = tick(&policy, &ticket("4711", "panic"), START).expect_err("panics");
    let CallError::Trap { function: Some(function), .. } = &error else {
        panic!("{error:?}");
    };
    assert!(!function.starts_with("_R"), "mangled: {function}");
}

#[test]
fn the_wall_clock_ends_what_fuel_would_let_go_on() {
    let limits =
        Limits { fuel: u64::MAX, wall_clock: Duration::from_millis(40), ..Limits::default() };
    let policy = policy_with(limits);
    let error = tick(&policy, &ticket("4711", "loop"), START).expect_err("loops");
    assert_eq!(
        error.to_string(),
        "the plugin was stopped: it took longer than 40ms (`wall_clock`)"
    );
    assert_works(&policy, START);
}

#[test]
fn a_memory_over_its_limit_is_refused_both_ways() {
    let policy = policy_with(small());
    let hoarder = ticket("4711", "huge-memory");
    let error = policy
        .on_message(&hoarder, &Memory::new(), &message(Author::Agent, START))
        .expect_err("5 KiB");
    let said = error.to_string();
    assert!(said.contains("has 5120 bytes and may have 4096 (`memory_bytes`)"), "{said}");

    let quiet = ticket("4712", "well-behaved");
    let error = policy.on_tick(&quiet, &vec![0; 5_000], START).expect_err("5,000 bytes");
    assert_eq!(
        error.to_string(),
        "the call was not made: the memory of ticket `4712` has 5000 bytes and may have 4096 \
         (`memory_bytes`)"
    );
    assert!(!error.blames_plugin());
}

#[test]
fn an_explanation_is_held_to_the_size_of_an_answer() {
    let policy = policy_with(small());
    let reader = Reader { language: "en".into(), utc_offset: 0 };
    let error = policy
        .explain(&ticket("4711", "long-history"), &Memory::new(), START, &reader)
        .expect_err("1.8 MB");
    assert!(error.to_string().contains("`answer_bytes`"), "{error}");
}

#[test]
fn a_typed_fault_blames_nobody_and_keeps_the_instance() {
    let policy = policy_with(Limits { quarantine_after: 1, ..small() });
    for _ in 0..3 {
        let error = tick(&policy, &ticket("4711", "fault"), START).expect_err("faults");
        assert!(!error.blames_plugin());
        assert_eq!(
            error.to_string(),
            "the ticket's memory is damaged; restore the last one the plugin returned"
        );
    }
    assert_works(&policy, START);
}

#[test]
fn a_poison_ticket_rests_longer_each_time_and_stops_nobody_else() {
    let policy = policy_with(small());
    let poison = ticket("4711", "panic");
    let mut now = START;
    for rest in [1_000, 2_000, 4_000, 8_000] {
        assert!(tick(&policy, &poison, now).expect_err("panics").blames_plugin());
        let error = tick(&policy, &poison, now + rest - 1).expect_err("rests");
        assert_eq!(error.retry_at(), Some(now + rest), "{error}");
        assert!(
            error.to_string().starts_with("calls about ticket `4711` are deferred until"),
            "{error}"
        );
        // No success of others in between is needed: a single ticket causes no quarantine.
        now += rest;
    }
    assert_works(&policy, now);
    // The ticket itself works again as soon as its department is harmless.
    assert_works(&policy, now);
    let cured = ticket("4711", "well-behaved");
    tick(&policy, &cured, now + MINUTE).expect("cured");
}

#[test]
fn several_tickets_in_a_row_quarantine_the_plugin() {
    let policy = policy_with(small());
    let fail = |id: &str, now| tick(&policy, &ticket(id, "panic"), now).expect_err("panics");
    for id in ["1", "2", "3", "4"] {
        fail(id, START);
    }
    assert_works(&policy, START);
    for id in ["5", "6", "7", "8", "9"] {
        fail(id, START);
    }
    let well = ticket("4712", "well-behaved");
    let error = tick(&policy, &well, START + 1).expect_err("quarantined");
    assert!(error.to_string().starts_with("the plugin is quarantined until"), "{error}");
    assert_eq!(error.retry_at(), Some(START + MINUTE));

    // The test fails: twice as long. The next one succeeds: over.
    assert!(fail("10", START + MINUTE).blames_plugin());
    let error = tick(&policy, &well, START + 2 * MINUTE).expect_err("still quarantined");
    assert_eq!(error.retry_at(), Some(START + 3 * MINUTE));
    tick(&policy, &well, START + 3 * MINUTE).expect("works again");
    tick(&policy, &well, START + 3 * MINUTE).expect("and goes on");
}

#[test]
fn what_fails_in_one_account_is_nothing_to_the_others() {
    let plugin = plugin_with(small());
    let policy_for =
        |name| plugin.policy_for(name, "{}", &surroundings()).expect("takes any config");
    let (acme, other) = (policy_for("acme"), policy_for("other"));
    // The same id in another account is another ticket.
    tick(&acme, &ticket("4711", "panic"), START).expect_err("panics");
    let same_id = ticket("4711", "well-behaved");
    let error = tick(&acme, &same_id, START).expect_err("rests");
    assert!(matches!(error, CallError::Deferred { .. }), "{error}");
    tick(&other, &same_id, START).expect("does not rest");

    for id in ["1", "2", "3", "4", "5"] {
        tick(&acme, &ticket(id, "panic"), START).expect_err("panics");
    }
    let well = ticket("4712", "well-behaved");
    // Another policy of the account is another version of it.
    let error = tick(&policy_for("acme"), &well, START + 1).expect_err("quarantined");
    let said = "the plugin is quarantined for account `acme` until ";
    assert!(error.to_string().starts_with(said), "{error}");
    tick(&other, &well, START + 1).expect("goes on");
    let suspended: Vec<_> =
        plugin.suspensions(START + 1).into_iter().map(|one| (one.account, one.until)).collect();
    assert_eq!(suspended, [("acme".to_owned(), START + MINUTE)]);
    assert_eq!(plugin.suspensions(START + MINUTE), [], "then it is tried again");
    plugin.release();
    tick(&acme, &well, START + 1).expect("released");
    // Another host, or another version of the plugin, has its own health.
    let anew = plugin_with(small()).policy_for("acme", "{}", &surroundings()).expect("a policy");
    tick(&anew, &ticket("1", "well-behaved"), START).expect("does not rest");
}

#[test]
fn a_release_ends_a_quarantine_at_once() {
    let policy = policy_with(Limits { quarantine_after: 2, ..small() });
    for id in ["1", "2"] {
        tick(&policy, &ticket(id, "panic"), START).expect_err("panics");
    }
    let well = ticket("4712", "well-behaved");
    tick(&policy, &well, START).expect_err("quarantined");
    policy.plugin().release();
    tick(&policy, &well, START).expect("released");
    assert!(tick(&policy, &ticket("1", "panic"), START).expect_err("panics").blames_plugin());
}

#[test]
fn what_is_carried_out_is_not_asked_for_again() {
    let policy = policy_with(small());
    let key = |text: &str| despertador_contract::key::parse(text).expect("a key");
    for (department, carried_out, sentence) in [
        ("cycle-1-close", &["4711/1/close"][..], "`4711/1/close` was already carried out"),
        ("cycle-1-close", &["4711/2/reminder-1"], "`4711/1/close` goes back behind cycle 2"),
        ("cycle-2-reminder-1", &["4711/2/reminder-2"], "comes after `4711/2/reminder-2`"),
        ("cycle-2-reminder-1", &["4711/2/close"], "comes after `4711/2/close`"),
        ("cycle-2-reminder-1", &["4711/2/resolve"], "comes after `4711/2/resolve`"),
        ("cycle-1-close", &["4711/1/resolve"], "comes after `4711/1/resolve`"),
        ("cycle-1-resolve", &["4711/1/resolve"], "`4711/1/resolve` was already carried out"),
        ("cycle-0-reply-3", &["4711/5/reply-3"], "`4711/0/reply-3` was already carried out"),
    ] {
        let conversation = Conversation::resume(
            ticket("4711", department),
            Memory::new(),
            carried_out.iter().map(|text| key(text)),
        );
        let error = conversation.tick(&policy, START).expect_err(sentence);
        assert!(error.to_string().contains(sentence), "{error}");
        let error = conversation.tick(&policy, START).expect_err("rests");
        assert!(matches!(error, CallError::Deferred { .. }), "{error}");
        policy.plugin().release();
    }
    let conversation = Conversation::resume(
        ticket("4711", "cycle-2-reminder-1"),
        Memory::new(),
        [key("4711/1/reminder-1"), key("4711/1/close")],
    );
    conversation.tick(&policy, START).expect("a new cycle follows");
}

/// The result of a backtest of a ticket in this department.
fn backtested(department: &str) -> Result<Judged, CallError> {
    let said = |at, who| Item::Message { at, who };
    let items = vec![said(START, Who::Customer), said(START + MINUTE, Who::Agent)];
    let ticket = RecordedTicket { id: "4711".into(), department: Some(0), customer: None, items };
    let history = History { departments: vec![department.into()], tickets: vec![ticket] };
    let policy = policy_with(Limits::default());
    backtest(&history, &policy, &Settings::default(), NonZeroUsize::MIN, &|_| ())
}

#[test]
fn a_backtest_refuses_an_action_that_does_not_follow() {
    let error = backtested("cycle-2-reminder-1").expect_err("it is asked for again and again");
    assert!(error.blames_plugin(), "{error}");
    let sentence = "the action `4711/2/reminder-1` was already carried out";
    assert!(error.to_string().contains(sentence), "{error}");
}

#[test]
fn a_backtest_refuses_a_plugin_that_never_rests() {
    let error = backtested("waits-a-minute-for-ever").expect_err("it asks for a tick each minute");
    assert!(error.blames_plugin(), "{error}");
    let sentence = "ticket `4711` still asks for calls after 10000 of them";
    assert!(error.to_string().contains(sentence), "{error}");
}

#[test]
fn a_reply_may_come_at_any_time_and_is_no_step_of_a_cycle() {
    let policy = policy_with(small());
    let key = |text: &str| despertador_contract::key::parse(text).expect("a key");
    let resume = |department, carried_out: &[&str]| {
        let keys: Vec<_> = carried_out.iter().map(|text| key(text)).collect();
        Conversation::resume(ticket("4711", department), Memory::new(), keys)
    };
    let closed = ["4711/7/reminder-1", "4711/7/reply-2", "4711/7/close"];
    let mut conversation = resume("cycle-0-reply-3", &closed);
    conversation.ticket.status = TicketStatus::Closed;
    conversation.tick(&policy, START).expect("of an old cycle, after the close");
    assert_eq!(conversation.replied(), [key("4711/7/reply-2")]);
    assert_eq!(conversation.carried_out(), [key("4711/7/reminder-1"), key("4711/7/close")]);

    // A reply of a later cycle does not end the one before it.
    let conversation = resume("cycle-1-close", &["4711/1/reminder-1", "4711/2/reply-1"]);
    conversation.tick(&policy, START).expect("the close follows");
    // In a ticket that was closed and reopened, the customer can still say that the matter is
    // settled.
    resume("cycle-1-resolve", &["4711/1/close"]).tick(&policy, START).expect("follows");

    let many: Vec<String> = (1..=200).map(|n| format!("4711/1/reply-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let conversation = resume("cycle-0-reply-3", &many);
    assert_eq!(conversation.replied().len(), 64);
    assert_eq!(conversation.replied().last(), Some(&key("4711/1/reply-200")));
}

#[test]
fn a_plugin_that_remembers_is_found_out() {
    let policy = policy_with(small());
    let memory = Memory::new();
    let impure = ticket("4711", "impure");
    tick(&policy, &impure, START).expect("answers");
    let call = despertador_host::Call::Tick(&impure, &memory, START);
    let Err(impurity @ Impurity::Differs { .. }) = policy.prove_pure(&call) else {
        panic!("it counts its calls");
    };
    assert!(impurity.to_string().contains("is not pure"), "{impurity}");

    let well = ticket("4712", "well-behaved");
    let call = despertador_host::Call::Tick(&well, &memory, START);
    assert!(policy.prove_pure(&call).expect("pure").fuel > 0);
}

#[test]
fn a_config_that_breaks_the_plugin_breaks_nobody_elses() {
    let plugin = plugin_with(small());
    for (config, sentence) in [("loop", "fuel of 5000000"), ("panic", "crashed")] {
        let error = plugin.policy(config, &surroundings()).expect_err(config);
        assert!(error.to_string().contains(sentence), "{error}");
    }
    let error = plugin.policy("refuse", &surroundings()).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "the config is refused\n  /rules/0: `on-demand`: the config asks to be refused; \
         ask for something else"
    );
    let large = " ".repeat((256 << 10) + 1);
    let error = plugin.policy(&large, &surroundings()).expect_err("too large");
    assert!(matches!(error, PolicyError::Call(CallError::Input(_))), "{error}");
    assert!(error.to_string().contains("(`config_bytes`)"), "{error}");
    assert_works(&plugin.policy("{}", &surroundings()).expect("takes any"), START);
}

/// A component of the contract changed by `edit`, whose functions all crash.
fn component_of(edit: impl Fn(&str, String) -> String) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let mut group = String::new();
    for name in ["types.wit", "decisions.wit", "plugin.wit"] {
        let text = std::fs::read_to_string(folder.join(name)).expect("the contract");
        let text = edit(name, text);
        // A text can contain only one package statement.
        let (package, rest) = text.split_once('\n').expect("a package line");
        if group.is_empty() {
            group.push_str(package);
        }
        group.push('\n');
        group.push_str(rest);
    }
    let mut resolve = Resolve::default();
    let foreign = "package elsewhere:clock@1.0.0; interface now { now: func() -> u64; }";
    resolve.push_str("foreign.wit", foreign).expect("valid");
    let package = resolve.push_str("contract.wit", &group).expect("valid");
    let world = resolve.select_world(&[package], Some("plugin")).expect("the world");
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("embeds");
    let mut encoder = ComponentEncoder::default().validate(true).module(&module).expect("encodes");
    encoder.encode().expect("encodes")
}

fn replaced(file: &'static str, from: &'static str, to: &'static str) -> Vec<u8> {
    component_of(|name, text| {
        if name == file {
            assert!(text.contains(from), "`{from}` is not in {file}");
            text.replace(from, to)
        } else {
            text
        }
    })
}

fn version(to: &'static str) -> Vec<u8> {
    component_of(|_, text| text.replace("@0.2.0", to))
}

#[test]
fn what_is_no_plugin_is_refused_with_a_sentence() {
    let whole = despertador_component::COMPONENT;
    let add_case = ("types.wit", "        /// Text.\n        text,", "        words, text,");
    let import = ("plugin.wit", "export types;", "import elsewhere:clock/now@1.0.0; export types;");
    let wasi = br#"(component (import "wasi:cli/environment@0.2.0" (instance)))"#;
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", Vec::new(), "the component is empty; build or copy it again"),
        (
            "text",
            b"#!/bin/sh".to_vec(),
            "the component is not WebAssembly; give the `.wasm` file of a plugin",
        ),
        (
            "core module",
            b"\0asm\x01\0\0\0".to_vec(),
            "the component is a core module and no component; wrap it with",
        ),
        ("cut in its header", whole[..6].to_vec(), "the component is truncated"),
        ("cut in half", whole[..whole.len() / 2].to_vec(), "the component is truncated"),
        ("cut by a byte", whole[..whole.len() - 1].to_vec(), "the component is truncated"),
        (
            "WASI",
            wat::parse_bytes(wasi).expect("valid").into_owned(),
            "the component imports `wasi:cli/environment@0.2.0`, and a plugin may import \
             nothing; build it for `wasm32-unknown-unknown` instead of a WASI target",
        ),
        (
            "a clock",
            replaced(import.0, import.1, import.2),
            "the component imports `elsewhere:clock/now@1.0.0`, and a plugin may import \
             nothing; remove what needs the outside world",
        ),
        (
            "nothing exported",
            wat::parse_bytes(b"(component)").expect("valid").into_owned(),
            "the component does not export `despertador:inactivity/decisions@0.2.0`, \
             `despertador:inactivity/types@0.2.0`; implement the world `plugin`",
        ),
        (
            "decisions missing",
            replaced("plugin.wit", "export decisions;", ""),
            "the component does not export `despertador:inactivity/decisions@0.2.0`; implement",
        ),
        (
            "something foreign",
            replaced(
                "plugin.wit",
                "export types;",
                "export elsewhere:clock/now@1.0.0; export types;",
            ),
            // Nobody calls it: it is as good as the contract alone, in which every function crashes.
            "the component does not describe itself: the plugin crashed",
        ),
        (
            "an earlier contract",
            version("@0.1.0"),
            "the component was built for version `0.1.0` of the contract, and this host speaks \
             `0.2.0`; build it for `despertador:inactivity@0.2.0`",
        ),
        ("a later contract", version("@0.3.0"), "built for version `0.3.0`"),
        ("a later major contract", version("@1.0.0"), "built for version `1.0.0`"),
        (
            "other types",
            replaced(add_case.0, add_case.1, add_case.2),
            "the component exports the contract with other types",
        ),
        (
            "crashing",
            version("@0.2.7"),
            "the component does not describe itself: the plugin crashed",
        ),
    ];
    let host = Host::new(Options::default()).expect("a host");
    for (what, bytes, sentence) in cases {
        let error = host.load_bytes(&bytes).expect_err(what).to_string();
        assert!(error.contains(sentence), "{what}: {error}");
    }
}

#[test]
fn components_within_a_component_are_refused_and_end_nothing() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/components/two-components.wat");
    let joined = wat::parse_file(file).expect("valid");
    let found = despertador_host::inspect_bytes(&joined);
    assert_eq!(found.refusal, None, "it has the contract's names");
    let host = Host::new(Options::default()).expect("a host");
    let error = host.load_bytes(&joined).expect_err("no plugin").to_string();
    assert!(error.starts_with("the component exports the contract with other types: "), "{error}");
    // The host still works.
    host.load_bytes(HOSTILE).expect("a plugin");
}

/// The contract's names within another kind of component.
fn named(within: &str) -> Vec<u8> {
    let text = format!(
        r#"(component {within} (instance $none)
            (export "despertador:inactivity/types@0.2.0" (instance $none))
            (export "despertador:inactivity/decisions@0.2.0" (instance $none)))"#
    );
    wat::parse_str(text).expect("valid")
}

#[test]
fn what_would_keep_the_compiler_busy_is_refused_before_it_is_compiled() {
    let module = |function: &str| format!("(core module (func {function}))");
    let nops = "nop ".repeat(200_000);
    let within = "(block (drop (i32.const 1)))".repeat(9_000);
    let many = format!("(core module {})", format!("(func {within})").repeat(50));
    let deep = format!("{}{}", "(component ".repeat(7), ")".repeat(7));
    let twice = "(component $c) ".to_owned() + &"(instance (instantiate $c))".repeat(200);
    for (what, component, sentence) in [
        (
            "a long function",
            module(&nops),
            "40000800004 units of work for the compiler in one function, and at most 4294967296",
        ),
        (
            "many locals",
            module("(local i64)".repeat(5_000).as_str()),
            "5000 locals in one function",
        ),
        ("many long functions", many, "units of work for the compiler, and at most"),
        ("depth", deep, "5 levels of components and modules, and at most 4 are compiled"),
        ("instances", twice, "129 instances, and at most 128 are compiled"),
    ] {
        let host = Host::new(Options::default()).expect("a host");
        let error = host.load_bytes(&named(&component)).expect_err(what).to_string();
        assert!(error.contains(sentence), "{what}: {error}");
        assert!(error.ends_with("without components within"), "{what}: {error}");
    }
}

/// Modules with a memory of this number of pages each.
fn memories(count: usize, pages: usize) -> Vec<u8> {
    let module = format!("(core module (memory {pages}))");
    let instances: String =
        (0..count).map(|n| format!("(core instance (instantiate {n}))")).collect();
    named(&(module.repeat(count) + &instances))
}

#[test]
fn the_memories_and_instances_of_a_plugin_are_limited_in_number() {
    let host = Host::new(Options::default()).expect("a host");
    let refused = |component: &[u8]| host.load_bytes(component).expect_err("no plugin").to_string();
    // Four are as good as one, and what is found wrong is that nothing is exported.
    let error = refused(&memories(4, 48));
    assert!(error.starts_with("the component exports the contract with other types: "), "{error}");
    let error = refused(&memories(5, 1));
    assert!(error.starts_with("the component is more than one plugin may be: "), "{error}");
    let error = refused(&memories(65, 0));
    assert!(error.starts_with("the component is more than one plugin may be: "), "{error}");
}

#[test]
fn a_plugin_that_traps_at_its_start_is_not_told_to_ask_for_memory() {
    let host = Host::new(Options::default()).expect("a host");
    let start =
        "(core module $m (func $f unreachable) (start $f)) (core instance (instantiate $m))";
    let error = host.load_bytes(&named(start)).expect_err("no plugin").to_string();
    assert!(error.starts_with("the component "), "{error}");
    assert!(!error.contains("wasm_memory_bytes"), "{error}");
}

#[test]
fn limits_that_cannot_work_are_refused() {
    let usual = Limits::default();
    for (limits, name) in [
        (Limits { wasm_stack_bytes: 4 << 20, ..usual.clone() }, "wasm_stack_bytes"),
        (Limits { wasm_stack_bytes: 0, ..usual.clone() }, "wasm_stack_bytes"),
        (Limits { wasm_memory_bytes: usize::MAX, ..usual.clone() }, "wasm_memory_bytes"),
        (Limits { wasm_memory_bytes: 0, ..usual.clone() }, "wasm_memory_bytes"),
        (Limits { instances: 0, ..usual.clone() }, "instances"),
        (Limits { instances: u32::MAX, ..usual.clone() }, "instances"),
        (Limits { wall_clock: Duration::ZERO, ..usual.clone() }, "wall_clock"),
        (Limits { fuel: 0, ..usual.clone() }, "fuel"),
    ] {
        let error = Host::new(Options { limits, ..Options::default() }).expect_err(name);
        assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
    }
}

#[test]
fn damaged_bytes_are_refused_and_never_run_amok() {
    let host = Host::new(Options::default()).expect("a host");
    let whole = HOSTILE;
    for place in (8..whole.len()).step_by(whole.len() / 40) {
        let mut bytes = whole.to_vec();
        bytes[place] ^= 0xff;
        // A flipped bit in data gives another valid plugin; in code it usually gives none.
        if let Err(error) = host.load_bytes(&bytes) {
            assert!(error.to_string().starts_with("the component "), "{error}");
        }
    }
}

#[test]
fn a_component_that_starts_with_too_much_memory_is_refused() {
    let limits = Limits { wasm_memory_bytes: 64 << 10, ..Limits::default() };
    let host = Host::new(Options { limits, ..Options::default() });
    let error = host.expect("a host").load_bytes(HOSTILE).expect_err("over 64 KiB").to_string();
    assert!(error.starts_with("the component needs more than it may have: "), "{error}");
    assert!(error.ends_with("make it smaller, or raise `wasm_memory_bytes`"), "{error}");
}

#[test]
fn a_file_over_the_limit_is_refused_unread() {
    let file = std::env::temp_dir().join(format!("despertador-50-mb-{}.wasm", std::process::id()));
    std::fs::File::create(&file).and_then(|f| f.set_len(50_000_000)).expect("a sparse file");
    let host = Host::new(Options::default()).expect("a host");
    let error = host.load_file(&file).expect_err("50 MB");
    std::fs::remove_file(&file).expect("removed");
    assert_eq!(
        error.to_string(),
        format!(
            "`{}` has 50000000 bytes, more than the 4194304 allowed; build with `opt-level`, \
             `lto` and `strip`, or raise `component_bytes`",
            file.display()
        )
    );
    let error = host.load_file(&file).expect_err("gone").to_string();
    assert!(error.contains("cannot be read: "), "{error}");
}
