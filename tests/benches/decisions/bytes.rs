//! The size of a ticket's memory and of an instance.

use std::error::Error;

use despertador_contract::{Author, Memory, Ticket};
use despertador_host::Policy;

use crate::arguments::Arguments;
use crate::report::{Report, Table};
use crate::setting::{self, CONFIG, Shape, assert_waits, minute, nothing};

pub(crate) fn measure(_: &Arguments, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let plugin = setting::plugin()?;
    let policy = plugin.policy(CONFIG, &setting::surroundings())?;
    for shape in [Shape::Lean, Shape::Full] {
        let known = match shape {
            Shape::Lean => "no ids of messages",
            Shape::Full => "with ids and places of messages",
        };
        let mut table = Table::new(format!("memory of a ticket, {known}"));
        for (what, memory) in life(&policy, shape)? {
            table.bytes(what, memory.len() as u64);
        }
        report.add(&table);
    }
    report.add(&instances(&policy)?);
    Ok(())
}

/// A ticket's memory after each event.
fn life(policy: &Policy, shape: Shape) -> Result<Vec<(&'static str, Memory)>, Box<dyn Error>> {
    let ticket = shape.ticket();
    let hear = |memory: &Memory, number, author, minute| {
        policy
            .on_message(&ticket, memory, &shape.message(number, author, minute))
            .map(|update| update.memory)
    };
    let opened = hear(&nothing(), 1, Author::Customer, -1)?;
    let answered = hear(&opened, 2, Author::Agent, 0)?;
    assert_waits(&policy.on_tick(&ticket, &answered, minute(0))?, minute(10));
    let reminded = setting::carried_out(policy, &ticket, &answered, minute(10))?;
    assert_waits(&policy.on_tick(&ticket, &reminded, minute(10))?, minute(15));
    let closed = setting::carried_out(policy, &ticket, &reminded, minute(15))?;
    Ok(vec![
        ("the customer wrote", opened),
        ("an agent answered", answered.clone()),
        ("one reminder sent", reminded),
        ("closed", closed),
        ("40 messages, answered", long(policy, &ticket, shape, answered)?),
    ])
}

fn long(
    policy: &Policy,
    ticket: &Ticket,
    shape: Shape,
    mut memory: Memory,
) -> Result<Memory, Box<dyn Error>> {
    for (number, minute) in (3..41).zip(1..) {
        let author = if number % 2 == 1 { Author::Customer } else { Author::Agent };
        memory = policy.on_message(ticket, &memory, &shape.message(number, author, minute))?.memory;
    }
    Ok(memory)
}

fn instances(policy: &Policy) -> Result<Table, Box<dyn Error>> {
    let ticket = Shape::Full.ticket();
    let used = |policy: &Policy| {
        let mut session = policy.fresh_session();
        session.on_tick(&ticket, &nothing(), minute(0))?;
        Ok::<u64, despertador_host::CallError>(session.usage().memory.used)
    };
    let large = policy.plugin().policy(&setting::departments(200), &setting::surroundings())?;
    let mut table = Table::new("linear memory of an instance");
    table.bytes("one rule", used(policy)?);
    table.bytes("200 departments", used(&large)?);
    Ok(table)
}
