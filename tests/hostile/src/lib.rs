//! A plugin that misbehaves on demand.
//!
//! The department of a ticket selects the misbehaviour; with any other department it is a working
//! plugin. `tests/hostile.rs` plays all of them.
#![allow(unsafe_code, missing_docs, unreachable_pub, reason = "generated, and hostile")]
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "hostile")]

use std::sync::atomic::{AtomicU32, Ordering};

mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "plugin", generate_all });
}
use bindings::exports::despertador::inactivity::{decisions, types::*};

struct Hostile;

struct Policy;

/// Plugins must not keep state like this.
static CALLS: AtomicU32 = AtomicU32::new(0);

impl decisions::Guest for Hostile {
    type Policy = Policy;

    fn describe() -> Description {
        Description {
            name: "hostile".into(),
            version: "0.0.0".into(),
            contract: "despertador:inactivity@0.2.0".into(),
            memory_version: 1,
            languages: vec!["en".into()],
            limits: Vec::new(),
        }
    }
}

impl decisions::GuestPolicy for Policy {
    fn parse(config: String, _: Surroundings) -> Result<decisions::Policy, Vec<Diagnostic>> {
        match config.as_str() {
            "loop" => spin(),
            "panic" => panic!("on demand"),
            "refuse" => Err(vec![Diagnostic {
                code: "on-demand".into(),
                severity: Severity::Error,
                place: "/rules/0".into(),
                wordings: vec![Wording {
                    language: "en".into(),
                    text: "the config asks to be refused".into(),
                    help: "ask for something else".into(),
                }],
            }]),
            "refuse-second" if CALLS.fetch_add(1, Ordering::Relaxed) > 0 => Err(Vec::new()),
            _ => Ok(decisions::Policy::new(Policy)),
        }
    }

    fn warnings(&self) -> Vec<Diagnostic> {
        Vec::new()
    }

    fn outline(&self, _: Instant) -> Outline {
        Outline { version: String::new(), enabled: true, rules: Vec::new() }
    }

    fn on_message(
        &self,
        ticket: Ticket,
        memory: Memory,
        message: Message,
    ) -> Result<Update, Fault> {
        let memory = match ticket.department.as_deref() {
            Some("huge-memory") => vec![7; 5 << 10],
            _ => [memory, vec![1]].concat(),
        };
        Ok(Update { memory, decision: decide(&ticket, message.received_at) })
    }

    fn on_event(&self, ticket: Ticket, memory: Memory, event: Event) -> Result<Update, Fault> {
        Ok(Update { memory, decision: decide(&ticket, event.received_at) })
    }

    fn on_tick(&self, ticket: Ticket, _: Memory, now: Instant) -> Result<Decision, Fault> {
        match ticket.department.as_deref() {
            Some("fault") => Err(Fault::MemoryDamaged),
            _ => Ok(decide(&ticket, now)),
        }
    }

    fn explain(
        &self,
        ticket: Ticket,
        _: Memory,
        now: Instant,
        reader: Reader,
    ) -> Result<Explanation, Fault> {
        let decision = decide(&ticket, now);
        let history = match ticket.department.as_deref() {
            Some("long-history") => vec!["and then ".repeat(100); 2_000],
            _ => Vec::new(),
        };
        Ok(Explanation {
            language: reader.language,
            decision,
            summary: String::new(),
            checks: Vec::new(),
            history,
        })
    }
}

fn decide(ticket: &Ticket, now: Instant) -> Decision {
    let key = |cycle, step| ActionKey { ticket: ticket.id.clone(), cycle, step };
    let remind = |number, of, text: String| {
        let task = Task::Send(Reminder { number, of, message: words(text) });
        act(key(1, Step::Reminder(number)), now, task)
    };
    let reply = |step, message, missed_call| {
        let event = "voicemail-left".into();
        act(key(0, step), now, Task::Reply(AutomaticReply { event, message, missed_call }))
    };
    match ticket.department.as_deref().unwrap_or_default() {
        // Failures that stop the call.
        "loop" => spin(),
        "grow" => grow(),
        "recurse" => wait(now + i64::try_from(recurse(u64::MAX)).unwrap_or(0)),
        "recurse-with-arrays" => {
            wait(now + i64::try_from(recurse_with_arrays(u64::MAX)).unwrap_or(0))
        }
        "panic" => panic!("on demand"),
        "last-words" => {
            let words = format!("\u{1}despertador-last-words\u{2}no rule\u{1b}[2J\nfor {now}\u{3}");
            std::hint::black_box(words.leak());
            panic!("on demand")
        }
        "divide" => wait(now / i64::try_from(ticket.tags.len()).unwrap_or(0)),
        "out-of-bounds" => {
            // SAFETY: none; the sandbox must stop it.
            let far = unsafe { std::ptr::read_volatile(0xfff0_0000 as *const i64) };
            wait(now + far)
        }
        // Unreadable answers.
        "huge-answer" => remind(1, 1, "a".repeat(2 << 20)),
        "not-utf8" => {
            // SAFETY: none; the host must refuse it.
            remind(1, 1, unsafe { String::from_utf8_unchecked(vec![0xff, 0xfe, 0xfd]) })
        }
        // Answers that violate the contract.
        "long-text" => remind(1, 1, "a".repeat(100 << 10)),
        "other-ticket" => {
            let key = ActionKey { ticket: "9999".into(), cycle: 1, step: Step::Close };
            act(key, now, Task::Close(close()))
        }
        "wait-past" => wait(now - 1),
        "wait-now" => wait(now),
        "wait-forever" => wait(Instant::MAX),
        "due-later" => act(key(1, Step::Close), now + 1, Task::Close(close())),
        "due-never" => act(key(1, Step::Close), -1, Task::Close(close())),
        "step-mismatch" => act(key(1, Step::Reminder(1)), now, Task::Close(close())),
        "reminder-mismatch" => {
            let reminder = Reminder { number: 2, of: 2, message: words("hi".into()) };
            act(key(1, Step::Reminder(1)), now, Task::Send(reminder))
        }
        "reminder-0" => remind(0, 1, "hi".into()),
        "reminder-3-of-2" => remind(3, 2, "hi".into()),
        "empty-text" => remind(1, 1, String::new()),
        "empty-reason" => {
            let package = ClosePackage { reason: String::new(), ..close() };
            act(key(1, Step::Close), now, Task::Close(package))
        }
        "empty-exit" => {
            let package = ClosePackage { exit: String::new(), ..close() };
            act(key(1, Step::Close), now, Task::Close(package))
        }
        "cycle-0" => act(key(0, Step::Close), now, Task::Close(close())),
        "resolve-cycle-0" => act(key(0, Step::Resolve), now, Task::Close(close())),
        "empty-closing-text" => {
            let package = ClosePackage { closing_text: Some(words(String::new())), ..close() };
            act(key(1, Step::Close), now, Task::Close(package))
        }
        "long-silence" => {
            let silent_because = Some("a".repeat(100 << 10));
            let package = ClosePackage { silent_because, ..close() };
            act(key(1, Step::Resolve), now, Task::Close(package))
        }
        "image-of-a-file" => {
            let url = "file:///etc/passwd".into();
            let image = Some(Image { url, alternative: "a file".into() });
            let message = Outgoing { image, ..words("look".into()) };
            let task = Task::Send(Reminder { number: 1, of: 1, message });
            act(key(1, Step::Reminder(1)), now, task)
        }
        "long-title" => {
            let button = QuickReply { id: "continue".into(), title: "a".repeat(100 << 10) };
            let message = Outgoing { quick_replies: vec![button], ..words("choose".into()) };
            reply(Step::Reply(1), Some(message), MissedCall::Nothing)
        }
        "reply-0" => reply(Step::Reply(0), Some(words("hi".into())), MissedCall::Nothing),
        "reply-as-close" => reply(Step::Close, Some(words("hi".into())), MissedCall::Nothing),
        "empty-reply" => reply(Step::Reply(1), Some(words(String::new())), MissedCall::Nothing),
        "close-as-reply" => act(key(1, Step::Reply(1)), now, Task::Close(close())),
        // Misbehaviour that only several calls reveal.
        "impure" => remind(1, 1, format!("call {}", CALLS.fetch_add(1, Ordering::Relaxed))),
        "cycle-1-close" => act(key(1, Step::Close), now, Task::Close(close())),
        "cycle-1-resolve" => act(key(1, Step::Resolve), now, Task::Close(close())),
        "cycle-0-reply-3" => reply(Step::Reply(3), None, MissedCall::OnTicket),
        "cycle-2-reminder-1" => {
            let reminder = Reminder { number: 1, of: 2, message: words("hi".into()) };
            act(key(2, Step::Reminder(1)), now, Task::Send(reminder))
        }
        _ => wait(now + 60_000),
    }
}

fn act(key: ActionKey, due: Instant, task: Task) -> Decision {
    let action = Action { key, due, task };
    Decision { outcome: Outcome::Act(action), reason: Reason::Close, rule: None }
}

fn wait(until: Instant) -> Decision {
    let wake = Wake { until, step: Step::Close };
    Decision { outcome: Outcome::Wait(wake), reason: Reason::Close, rule: None }
}

fn words(text: String) -> Outgoing {
    Outgoing {
        text,
        language: None,
        audience: Audience::Customer,
        template: None,
        image: None,
        quick_replies: Vec::new(),
    }
}

fn close() -> ClosePackage {
    ClosePackage {
        reason: "customer-inactivity".into(),
        notice: "closed".into(),
        closing_text: None,
        silent_because: None,
        note: ClosingNote { category: "inactivity".into(), summary: String::new() },
        tags: Vec::new(),
        incomplete_metadata: false,
        exit: "customer-inactivity".into(),
        then: AfterClose {
            source: Source::Inactivity,
            unassign: false,
            bot_on: false,
            survey: Survey::No,
        },
    }
}

fn spin() -> ! {
    loop {
        CALLS.fetch_add(1, Ordering::Relaxed);
    }
}

fn grow() -> Decision {
    let mut hoard = Vec::new();
    loop {
        hoard.push(Vec::<u8>::with_capacity(1 << 20));
        std::hint::black_box(&hoard);
    }
}

/// Deeper than any stack; the rotation prevents its optimisation into a loop.
#[inline(never)]
fn recurse(depth: u64) -> u64 {
    if depth == 0 { 0 } else { recurse(depth - 1).rotate_left(3) ^ depth }
}

/// Deeper than the part of linear memory that compilers use as a stack.
#[inline(never)]
fn recurse_with_arrays(depth: u64) -> u64 {
    let here = std::hint::black_box([depth; 8]);
    if here[0] == 0 { 0 } else { recurse_with_arrays(here[1] - 1) + here[2] % 2 }
}

#[cfg(target_arch = "wasm32")]
bindings::export!(Hostile with_types_in bindings);
