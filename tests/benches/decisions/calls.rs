//! One call: on the policy crate directly, through the contract's types, and through the sandbox.

use std::error::Error;

use despertador_contract::{Author, Decision, Memory, Message, Ticket};
use despertador_host::{Policy, Session};
use despertador_policy as core;
use despertador_tests::native::NativePolicy;

use crate::arguments::Arguments;
use crate::report::{Report, Table};
use crate::rounds::{self, Subject, subject};
use crate::setting::{self, CONFIG, Shape, assert_acts, assert_waits, minute, nothing};

/// A call and its expected answer.
enum Question {
    Tick { now: i64 },
    Message { message: Message },
}

/// A call that is repeated.
struct Case {
    name: String,
    ticket: Ticket,
    memory: Memory,
    question: Question,
    expected: Expected,
}

enum Expected {
    WaitUntil(i64),
    Act(&'static str),
}

pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let plugin = setting::plugin()?;
    let policy = plugin.policy(CONFIG, &setting::surroundings())?;
    let native = setting::native(CONFIG);
    for case in cases(&policy)? {
        let mut session = policy.session();
        case.check(&native, &mut session)?;
        let fuel = session.usage().fuel.used;
        let samples =
            rounds::measure(arguments.plan(), case.subjects(&native, &policy, &mut session));
        let mut table = Table::new(&case.name);
        let base = samples.iter().find(|sample| sample.name == NATIVE);
        for sample in &samples {
            let fuel = (sample.name == SESSION).then_some(fuel);
            table.time(sample.name, sample, base, fuel);
        }
        report.add(&table);
    }
    Ok(())
}

const NATIVE: &str = "native, contract types";
const SESSION: &str = "component, session";

fn cases(policy: &Policy) -> Result<Vec<Case>, Box<dyn Error>> {
    let mut cases = Vec::new();
    for shape in [Shape::Lean, Shape::Full] {
        let ticket = shape.ticket();
        let asked =
            policy.on_message(&ticket, &nothing(), &shape.message(1, Author::Customer, -1))?.memory;
        let answered =
            policy.on_message(&ticket, &asked, &shape.message(2, Author::Agent, 0))?.memory;
        let reminded = setting::carried_out(policy, &ticket, &answered, minute(10))?;
        let mut add = |what: &str, memory: &Memory, question, expected| {
            cases.push(Case {
                name: format!("{what}, {} ticket", shape.name()),
                ticket: ticket.clone(),
                memory: memory.clone(),
                question,
                expected,
            });
        };
        let message = |number, author, minute| Question::Message {
            message: shape.message(number, author, minute),
        };
        add(
            "on-tick: wait",
            &answered,
            Question::Tick { now: minute(5) },
            Expected::WaitUntil(minute(10)),
        );
        add(
            "on-tick: remind",
            &answered,
            Question::Tick { now: minute(10) },
            Expected::Act("4711/1/reminder-1"),
        );
        add(
            "on-tick: close",
            &reminded,
            Question::Tick { now: minute(15) },
            Expected::Act("4711/1/close"),
        );
        add(
            "on-message: wait",
            &answered,
            message(3, Author::Agent, 2),
            Expected::WaitUntil(minute(12)),
        );
        add(
            "on-message: remind",
            &answered,
            message(3, Author::Bot, 10),
            Expected::Act("4711/1/reminder-1"),
        );
    }
    Ok(cases)
}

impl Case {
    /// Checks the answers of both engines.
    fn check(
        &self,
        native: &NativePolicy,
        session: &mut Session<'_>,
    ) -> Result<(), Box<dyn Error>> {
        let (natively, sandboxed): (Decision, Decision) = match &self.question {
            Question::Tick { now } => (
                native.clone().on_tick(&self.ticket, &self.memory, *now)?,
                session.on_tick(&self.ticket, &self.memory, *now)?,
            ),
            Question::Message { message } => (
                native.clone().on_message(&self.ticket, &self.memory, message)?.decision,
                session.on_message(&self.ticket, &self.memory, message)?.decision,
            ),
        };
        assert_eq!(natively, sandboxed, "{}", self.name);
        match self.expected {
            Expected::WaitUntil(until) => assert_waits(&sandboxed, until),
            Expected::Act(key) => assert_acts(&sandboxed, key),
        }
        Ok(())
    }

    fn subjects<'a>(
        &'a self,
        native: &'a NativePolicy,
        policy: &'a Policy,
        session: &'a mut Session<'_>,
    ) -> Vec<Subject<'a>> {
        let (ticket, memory) = (&self.ticket, &self.memory);
        let player = native.clone();
        let alone = native.policy();
        let facts = facts(ticket);
        match &self.question {
            Question::Tick { now } => {
                let (now, at) = (*now, instant(*now));
                vec![
                    subject("policy crate alone", move || {
                        let memory = core::Memory::from_bytes(memory).expect("a sound memory");
                        alone.decide(&facts, &memory, at)
                    }),
                    subject(NATIVE, move || player.on_tick(ticket, memory, now).expect("answers")),
                    subject(SESSION, move || {
                        session.on_tick(ticket, memory, now).expect("answers")
                    }),
                    subject("component, policy", move || {
                        policy.on_tick(ticket, memory, now).expect("answers")
                    }),
                    subject("component, fresh instance", move || {
                        policy.fresh_session().on_tick(ticket, memory, now).expect("answers")
                    }),
                ]
            }
            Question::Message { message } => {
                let heard = core_message(message);
                vec![
                    subject("policy crate alone", move || {
                        let mut memory = core::Memory::from_bytes(memory).expect("a sound memory");
                        let (changed, decision) = alone.on_message(&facts, &mut memory, &heard);
                        (changed.then(|| memory.to_bytes()), decision)
                    }),
                    subject(NATIVE, move || {
                        player.on_message(ticket, memory, message).expect("answers")
                    }),
                    subject(SESSION, move || {
                        session.on_message(ticket, memory, message).expect("answers")
                    }),
                    subject("component, policy", move || {
                        policy.on_message(ticket, memory, message).expect("answers")
                    }),
                    subject("component, fresh instance", move || {
                        policy.fresh_session().on_message(ticket, memory, message).expect("answers")
                    }),
                ]
            }
        }
    }
}

fn facts(ticket: &Ticket) -> core::Ticket<'_> {
    core::Ticket {
        id: &ticket.id,
        status: core::Status::Open,
        department: ticket.department.as_deref(),
        channel: core::Channel::Whatsapp,
        tags: &ticket.tags,
        agent: ticket.agent.as_deref(),
        locale: ticket.locale.as_deref(),
        customer_zone: ticket.customer_zone.as_deref(),
        incomplete_metadata: ticket.incomplete_metadata,
        group: ticket.group,
        opted_out: ticket.opted_out,
        window_until: ticket.window_until.map(instant),
        sent: ticket.sent_to_customer.as_deref().unwrap_or_default(),
        more: ticket.more.as_deref().unwrap_or_default(),
    }
}

fn core_message(message: &Message) -> core::Message<'_> {
    core::Message {
        stamp: core::Stamp {
            id: message.id.as_deref(),
            sequence: message.sequence,
            at: instant(message.at),
            received: instant(message.received_at),
        },
        author: if message.author == Author::Agent {
            core::Author::Agent
        } else {
            core::Author::Bot
        },
        kind: core::Kind::Spoken,
        origin: core::Origin::Written,
        text: message.text.as_deref(),
        choice: message.choice.as_deref(),
    }
}

fn instant(millis: i64) -> core::Instant {
    core::Instant::from_millis(millis).expect("an instant of this century")
}
