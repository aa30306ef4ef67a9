//! Whether a call costs more under a policy with many rules, and the cost of parsing one.

use std::error::Error;

use despertador_contract::{Author, Ticket};
use despertador_tests::sample;

use crate::arguments::Arguments;
use crate::report::{Report, Table};
use crate::rounds::{self, subject};
use crate::setting::{self, Shape, assert_acts, minute, nothing};

pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let plugin = setting::plugin()?;
    let surroundings = setting::surroundings();
    for count in [1, 200] {
        let config = setting::departments(count);
        let policy = plugin.policy(&config, &surroundings)?;
        let native = setting::native(&config);
        let ticket = Ticket {
            department: Some(format!("department-{:03}", count / 2)),
            ..sample::ticket("4711", "")
        };
        let (ticket, now) = (&ticket, minute(10));
        let asked = policy
            .on_message(ticket, &nothing(), &Shape::Lean.message(1, Author::Customer, -1))?
            .memory;
        let memory =
            &policy.on_message(ticket, &asked, &Shape::Lean.message(2, Author::Agent, 0))?.memory;
        let mut session = policy.session();
        assert_acts(&session.on_tick(ticket, memory, now)?, "4711/1/reminder-1");
        let fuel = session.usage().fuel.used;
        let calls = rounds::measure(
            arguments.plan(),
            vec![
                subject("on-tick, native", move || {
                    native.on_tick(ticket, memory, now).expect("answers")
                }),
                subject("on-tick, session", move || {
                    session.on_tick(ticket, memory, now).expect("answers")
                }),
                subject("on-tick, fresh instance", || {
                    policy.fresh_session().on_tick(ticket, memory, now).expect("answers")
                }),
            ],
        );
        let readings = rounds::measure(
            arguments.plan(),
            vec![
                subject("read and checked, native", || setting::native(&config)),
                subject("read and checked, component", || {
                    plugin.policy(&config, &surroundings).expect("a valid config")
                }),
            ],
        );
        let mut table =
            Table::new(format!("policy with {count} departments, {} bytes", config.len()));
        for samples in [&calls, &readings] {
            for (place, sample) in samples.iter().enumerate() {
                table.time(
                    sample.name,
                    sample,
                    samples.first(),
                    (place == 1 && sample.name.starts_with("on")).then_some(fuel),
                );
            }
        }
        report.add(&table);
    }
    Ok(())
}
