//! The calls by which all hosts are measured, here natively and in the Rust host: `hosts/costs`
//! compares these figures with those of hosts in other languages, which make the same calls.

use std::error::Error;

use despertador_contract::Author;

use crate::arguments::Arguments;
use crate::report::{Report, Table};
use crate::rounds::{self, Sample, subject};
use crate::setting::{self, Shape, assert_acts, assert_waits, minute, nothing};

/// The policy of the measurement: one rule, three reminders.
const CONFIG: &str = include_str!("../../../policies/adereso.json");

pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let plugin = setting::plugin()?;
    let surroundings = setting::surroundings();
    let policy = plugin.policy(CONFIG, &surroundings)?;
    let ticket = &Shape::Lean.ticket();
    let asked = policy
        .on_message(ticket, &nothing(), &Shape::Lean.message(1, Author::Customer, -1))?
        .memory;
    let answer = Shape::Lean.message(2, Author::Agent, 0);
    let memory = &policy.on_message(ticket, &asked, &answer)?.memory;
    let again = &Shape::Lean.message(3, Author::Agent, 2);
    assert_waits(&policy.on_tick(ticket, memory, minute(5))?, minute(10));
    assert_acts(&policy.on_tick(ticket, memory, minute(10))?, "4711/1/reminder-1");
    assert_waits(&policy.on_message(ticket, memory, again)?.decision, minute(12));

    let mut native = [(); 3].map(|()| setting::native(CONFIG));
    let [on_message, waits, acts] = &mut native;
    let natively = rounds::measure(
        arguments.plan(),
        vec![
            subject("parse", || setting::native(CONFIG)),
            subject("on-message", || {
                on_message.on_message(ticket, memory, again).expect("answers")
            }),
            subject("tick-waits", || waits.on_tick(ticket, memory, minute(5)).expect("answers")),
            subject("tick-acts", || acts.on_tick(ticket, memory, minute(10)).expect("answers")),
        ],
    );
    let mut sessions = [(); 3].map(|()| policy.session());
    let [on_message, waits, acts] = &mut sessions;
    let mut sandboxed = rounds::measure(
        arguments.plan(),
        vec![
            subject("parse", || plugin.policy(CONFIG, &surroundings).expect("a valid config")),
            subject("on-message", || {
                on_message.on_message(ticket, memory, again).expect("answers")
            }),
            subject("tick-waits", || waits.on_tick(ticket, memory, minute(5)).expect("answers")),
            subject("tick-acts", || acts.on_tick(ticket, memory, minute(10)).expect("answers")),
            subject("fresh-instance", || {
                policy.fresh_session().on_tick(ticket, memory, minute(5)).expect("answers")
            }),
        ],
    );
    // This host creates an instance only for a policy: the time to parse it and of the call is
    // subtracted.
    if let [parse, _, waits, _, fresh] = sandboxed.as_slice() {
        let alone: Sample = fresh.minus(parse).minus(waits);
        sandboxed.pop();
        sandboxed.push(alone);
    }
    for (host, samples) in [("native", natively), ("rust", sandboxed)] {
        let mut table = Table::new(host);
        for sample in &samples {
            table.time(sample.name, sample, None, None);
        }
        report.add(&table);
    }
    Ok(())
}
