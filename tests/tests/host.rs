//! The host: cache, pins, pool, threads, usage, the loop of a conversation.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Barrier;

use despertador_component::COMPONENT;
use despertador_contract::{Author, Instant, Memory, Outcome, Reader, Task, TicketStatus, Update};
use despertador_host::{
    Cache, Call, CallError, Conversation, Host, Limits, Options, Pins, Plugin, Policy, Refusal,
    Sha256, inspect_bytes, next_call,
};
use despertador_tests::sample::{CONFIG, MINUTE, START, message, surroundings, ticket};

/// A small component, because the cache's tests do not depend on what was compiled.
const SMALL: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/despertador-hostile.component.wasm"));
const SMALL_WITH_NAMES: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/despertador-hostile.names.component.wasm"));

fn plugin_with(limits: Limits) -> Plugin {
    let options = Options { limits, ..Options::default() };
    Host::new(options).expect("a host").load_bytes(COMPONENT).expect("the plugin")
}

fn policy_of(plugin: &Plugin, config: &str) -> Policy {
    plugin.policy(config, &surroundings()).expect("a valid config")
}

/// A folder that is deleted after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("despertador-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Self(folder)
    }

    fn load(&self) -> Plugin {
        let options = Options { cache: Cache::At(self.0.clone()), ..Options::default() };
        Host::new(options).expect("a host").load_bytes(SMALL).expect("the plugin")
    }

    fn entry(&self) -> PathBuf {
        let mut entries: Vec<_> = fs::read_dir(&self.0)
            .expect("the folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|e| e == "code"))
            .collect();
        assert_eq!(entries.len(), 1, "{entries:?}");
        entries.remove(0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("exists").permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
}

#[test]
fn a_second_load_comes_from_the_cache_and_decides_the_same() {
    let folder = Folder::new("hit");
    let first = folder.load();
    assert!(!first.is_from_cache());
    let second = folder.load();
    assert!(second.is_from_cache());
    let answers = [first, second].map(|plugin| {
        policy_of(&plugin, CONFIG).on_message(
            &ticket("4711", "support"),
            &Memory::new(),
            &message(Author::Agent, START),
        )
    });
    assert!(answers[0].is_ok());
    assert_eq!(answers[0], answers[1]);
    assert_eq!(mode(&folder.0), 0o700);
    assert_eq!(mode(&folder.entry()), 0o600);
    assert_eq!(mode(&folder.0.join("key")), 0o600);
}

#[test]
fn nothing_odd_is_loaded_from_the_cache_and_it_heals() {
    let flip = |file: &Path, place: usize| {
        let mut bytes = fs::read(file).expect("readable");
        let place = place.min(bytes.len() - 1);
        bytes[place] ^= 1;
        fs::write(file, bytes).expect("writable");
    };
    type Damage<'a> = (&'a str, Box<dyn Fn(&Folder) + 'a>);
    let damages: Vec<Damage<'_>> = vec![
        ("tag", Box::new(|f: &Folder| flip(&f.entry(), 0))),
        ("first byte", Box::new(|f: &Folder| flip(&f.entry(), 32))),
        ("middle", Box::new(|f: &Folder| flip(&f.entry(), 50_000))),
        ("last byte", Box::new(|f: &Folder| flip(&f.entry(), usize::MAX))),
        (
            "cut off",
            Box::new(|f: &Folder| {
                let bytes = fs::read(f.entry()).expect("readable");
                fs::write(f.entry(), &bytes[..bytes.len() / 2]).expect("writable");
            }),
        ),
        ("emptied", Box::new(|f: &Folder| fs::write(f.entry(), b"").expect("writable"))),
        ("readable by others", Box::new(|f: &Folder| set_mode(&f.entry(), 0o644))),
        (
            "a link to elsewhere",
            Box::new(|f: &Folder| {
                let aside = f.0.join("aside");
                fs::rename(f.entry(), &aside).expect("moved");
                let name = inspect_bytes(SMALL).sha256;
                let entry = f.0.join(format!("{name}-0000000000000000.code"));
                std::os::unix::fs::symlink(&aside, entry).expect("linked");
            }),
        ),
        (
            "another key",
            Box::new(|f: &Folder| fs::write(f.0.join("key"), [7; 32]).expect("writable")),
        ),
        ("no key", Box::new(|f: &Folder| fs::remove_file(f.0.join("key")).expect("removed"))),
        (
            "a short key",
            Box::new(|f: &Folder| fs::write(f.0.join("key"), [7; 3]).expect("writable")),
        ),
        ("a key others can write", Box::new(|f: &Folder| set_mode(&f.0.join("key"), 0o666))),
    ];
    for (what, damage) in damages {
        let folder = Folder::new("odd");
        folder.load();
        assert!(folder.load().is_from_cache(), "{what}: before");
        damage(&folder);
        assert!(!folder.load().is_from_cache(), "{what}: loaded");
        assert!(folder.load().is_from_cache(), "{what}: not written anew");
    }
}

#[test]
fn an_entry_of_another_component_is_not_taken_for_this_one() {
    let folder = Folder::new("swap");
    folder.load();
    let entry = folder.entry();
    let host = Host::new(Options { cache: Cache::At(folder.0.clone()), ..Options::default() })
        .expect("a host");
    let other = SMALL_WITH_NAMES;
    host.load_bytes(other).expect("the plugin");
    let digest = Sha256::of(other).to_string();
    let other_entry = fs::read_dir(&folder.0)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.to_string_lossy().contains(&digest))
        .expect("a second entry");
    fs::copy(&other_entry, &entry).expect("copied");
    assert!(!host.load_bytes(SMALL).expect("the plugin").is_from_cache());
}

#[test]
fn code_of_another_configuration_is_compiled_anew() {
    let folder = Folder::new("config");
    folder.load();
    let options = Options {
        cache: Cache::At(folder.0.clone()),
        limits: Limits { wasm_stack_bytes: 128 << 10, ..Limits::default() },
        ..Options::default()
    };
    // The stack's size is not compiled in: the same code is valid.
    let plugin = Host::new(options).expect("a host").load_bytes(SMALL);
    assert!(plugin.expect("the plugin").is_from_cache());
}

#[test]
fn a_cache_folder_open_to_others_is_refused() {
    let folder = Folder::new("open");
    fs::create_dir_all(&folder.0).expect("made");
    set_mode(&folder.0, 0o755);
    let options = Options { cache: Cache::At(folder.0.clone()), ..Options::default() };
    let error = Host::new(options).expect_err("open").to_string();
    assert!(
        error.ends_with("is open to other users; make it a folder of your own with mode 700"),
        "{error}"
    );
}

#[test]
fn only_what_is_pinned_is_loaded() {
    let digest = Sha256::of(SMALL);
    let load = |pins| {
        let options = Options { pins, ..Options::default() };
        Host::new(options).expect("a host").load_bytes(SMALL)
    };
    assert!(load(Pins::Only(vec![Sha256([0; 32]), digest])).is_ok());
    let error = load(Pins::Only(vec![Sha256([0; 32])])).expect_err("another");
    assert_eq!(error.refusal(), &Refusal::NotPinned(digest));
    assert_eq!(
        error.to_string(),
        format!(
            "the component has the SHA-256 `{digest}`, which is not pinned; if you trust it, \
             add `{digest}` to the pins"
        )
    );
    assert_eq!(digest.to_string().parse(), Ok(digest));
    assert!("abc".parse::<Sha256>().is_err());
}

#[test]
fn a_plugin_says_what_it_is() {
    let plugin = plugin_with(Limits::default());
    assert_eq!(plugin.sha256(), Sha256::of(COMPONENT));
    assert_eq!(plugin.size(), COMPONENT.len());
    assert!(plugin.imports().is_empty());
    assert_eq!(plugin.exports().len(), 2);
    assert_eq!(plugin.describe().contract, "despertador:inactivity@0.2.0");
}

#[test]
fn one_plugin_serves_many_policies_on_many_threads() {
    let plugin = plugin_with(Limits { policies_per_instance: 4, ..Limits::default() });
    let policies: Vec<Policy> = (0..12)
        .map(|n| policy_of(&plugin, &CONFIG.replace("\"15 min\"", &format!("\"{} min\"", 20 + n))))
        .collect();
    let expected: Vec<Update> = policies.iter().map(first_answer).collect();
    let barrier = Barrier::new(8);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (policies, expected, barrier) = (&policies, &expected, &barrier);
            scope.spawn(move || {
                barrier.wait();
                for call in 0..60 {
                    let which = (call * 7 + thread) % policies.len();
                    assert_eq!(first_answer(&policies[which]), expected[which]);
                }
            });
        }
    });
    // Instances drop a policy that is no longer used; the others stay.
    let mut policies = policies;
    let last = policies.pop().expect("twelve");
    drop(policies);
    for _ in 0..10 {
        assert_eq!(first_answer(&last), expected[11]);
        first_answer(&policy_of(&plugin, CONFIG));
    }
}

fn first_answer(policy: &Policy) -> Update {
    policy
        .on_message(&ticket("4711", "support"), &Memory::new(), &message(Author::Agent, START))
        .expect("answers")
}

#[test]
fn a_full_pool_says_so_and_frees_itself() {
    let plugin = plugin_with(Limits { instances: 2, ..Limits::default() });
    let policy = policy_of(&plugin, CONFIG);
    let (ticket, memory) = (ticket("4711", "support"), Memory::new());
    let mut first = policy.session();
    let mut second = policy.session();
    first.on_tick(&ticket, &memory, START).expect("answers");
    second.on_tick(&ticket, &memory, START).expect("answers");
    let error = policy.on_tick(&ticket, &memory, START).expect_err("full");
    assert_eq!(error, CallError::Busy { instances: 2 });
    assert_eq!(error.to_string(), "all 2 instances are in use; end a session or raise `instances`");
    assert!(!error.blames_plugin());
    drop(first);
    policy.on_tick(&ticket, &memory, START).expect("free again");
}

#[test]
fn idle_instances_of_one_plugin_make_room_for_another() {
    let options =
        Options { limits: Limits { instances: 1, ..Limits::default() }, ..Options::default() };
    let host = Host::new(options).expect("a host");
    let plugins = [
        host.load_bytes(SMALL).expect("the plugin"),
        host.load_bytes(SMALL_WITH_NAMES).expect("the plugin"),
    ];
    let policies = plugins.map(|plugin| policy_of(&plugin, CONFIG));
    for _ in 0..3 {
        assert_eq!(first_answer(&policies[0]), first_answer(&policies[1]));
    }
}

#[test]
fn usage_is_counted_and_repeats() {
    let plugin = plugin_with(Limits::default());
    let policy = policy_of(&plugin, CONFIG);
    let (ticket, message) = (ticket("4711", "support"), message(Author::Agent, START));
    let usage = || {
        let mut session = policy.fresh_session();
        session.on_message(&ticket, &Memory::new(), &message).expect("answers");
        session.usage()
    };
    let found = usage();
    assert_eq!(found, usage(), "the same on every fresh instance");
    assert!((100..1_000_000).contains(&found.fuel.used), "{found:?}");
    assert_eq!(found.fuel.limit, Limits::default().fuel);
    assert_eq!(found.memory.used % (64 << 10), 0, "{found:?}");
    assert!(found.memory.used > 0 && found.memory.share() < 0.25, "{found:?}");
    assert!(found.input_bytes >= "4711supportanaes".len(), "{found:?}");
    assert!(found.output.used > 0, "{found:?}");
}

#[test]
fn the_plugin_is_pure() {
    let plugin = plugin_with(Limits::default());
    let policy = policy_of(&plugin, CONFIG);
    let ticket = ticket("4711", "support");
    let memory = first_answer(&policy).memory;
    let reader = Reader { language: "en".into(), utc_offset: 0 };
    let message = message(Author::Customer, START + MINUTE);
    for call in [
        Call::Message(&ticket, &memory, &message),
        Call::Tick(&ticket, &memory, START + 10 * MINUTE),
        Call::Explain(&ticket, &memory, START + 10 * MINUTE, &reader),
    ] {
        policy.prove_pure(&call).expect("pure");
    }
}

#[test]
fn a_conversation_goes_from_silence_to_its_close() {
    let plugin = plugin_with(Limits::default());
    let policy = policy_of(&plugin, CONFIG);
    let mut session = policy.session();
    let mut conversation = Conversation::new(ticket("4711", "support"));
    let mut decision =
        conversation.message(&policy, &message(Author::Customer, START)).expect("answers");
    assert!(matches!(decision.outcome, Outcome::Rest), "{decision:?}");
    decision =
        conversation.message(&policy, &message(Author::Agent, START + MINUTE)).expect("answers");
    let mut done = Vec::new();
    let mut now = START + MINUTE;
    assert_eq!(next_call(&decision, now, START + 11 * MINUTE), None, "due then and not before");
    while let Some(call) = next_call(&decision, now, Instant::MAX) {
        if let Outcome::Act(action) = &decision.outcome {
            done.push((
                despertador_contract::key::render(&action.key),
                (action.due - START) / MINUTE,
                matches!(action.task, Task::Close(_)),
            ));
        }
        let recorded = conversation.record(&mut session, None, &call).expect("answers");
        assert_eq!(
            recorded.carried_out_changed,
            matches!(call, despertador_contract::Call::Event(_))
        );
        assert_eq!(recorded.facts_changed, done.len() == 2, "the close changes the status");
        (decision, now) = (recorded.decision, call.now());
    }
    assert_eq!(conversation.ticket.status, TicketStatus::Closed);
    assert_eq!(
        done,
        [("4711/1/reminder-1".to_owned(), 11, false), ("4711/1/close".to_owned(), 16, true),]
    );
    assert_eq!(conversation.carried_out().len(), 2);
}
