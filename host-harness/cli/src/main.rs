//! `despertador`: begins, imports, checks, runs, explains and simulates policies, inspects plugins, and
//! serves a desk.
//!
//! Exit codes: 0 all well, 1 findings or failures, 2 wrong usage or unreadable input, 130 interrupted.

mod arguments;
mod backtest;
mod check;
mod connect;
mod desk;
mod events;
mod explain;
mod flow;
mod import;
mod init;
mod inspect;
mod interrupt;
mod journal;
mod kit;
mod language;
mod packaged;
mod paint;
mod plugin;
mod pointer;
mod policy;
mod problems;
mod progress;
mod replay;
mod report;
mod run;
mod said;
mod schema;
mod serve;
mod simulate;
mod source;
mod stopwatch;
mod suggest;
mod table;
mod written;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command, ConnectCommand, FlowCommand, ImportFrom};
use crate::language::{Language, tr};
use crate::paint::{RED, paint};

/// How a command ended that could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// All is well.
    Well,
    /// There is something to look at.
    WithFindings,
    /// Somebody stopped it; what was done until then was said.
    Interrupted,
}

/// Why a command could not do its work: sentences for the person who called it.
#[derive(Debug)]
struct Unusable(String);

impl<T: Into<String>> From<T> for Unusable {
    fn from(sentence: T) -> Unusable {
        Unusable(sentence.into())
    }
}

fn main() -> ExitCode {
    Language::choose(std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()));
    let arguments = Arguments::parse();
    // A reader that has seen enough ends a command quietly; it must not end a server.
    #[cfg(unix)]
    if !matches!(arguments.command, Command::Serve(_)) {
        sigpipe::reset();
    }
    let json = arguments.json;
    let ended = match arguments.command {
        Command::Run(run) => run::run(&run, json),
        Command::Check(check) => check::check(&check, json),
        Command::Explain(explain) => explain::explain(&explain, json),
        Command::Inspect(inspect) => inspect::inspect(&inspect, json),
        Command::Plugin(arguments) => kit::kit(&arguments, json),
        Command::Simulate(simulate) => simulate::simulate(&simulate, json),
        Command::Init(init) => init::init(&init, json),
        Command::Schema(schema) => schema::schema(&schema, json),
        Command::Import(import) => match import.from {
            ImportFrom::BlipSettings(settings) => import::blip_settings(&settings, json),
        },
        Command::Backtest(backtest) => backtest::backtest(&backtest, json),
        Command::Suggest(suggest) => suggest::suggest(&suggest, json),
        Command::Serve(serve) => serve::serve(&serve, json),
        Command::Connect(connect) => match connect.what {
            ConnectCommand::Test(test) => connect::test(&test, json),
            ConnectCommand::Demo(demo) => connect::demo::demo(&demo, json),
        },
        Command::Token(token) => desk::token(&token, json),
        Command::Backup(backup) => desk::backup(&backup, json),
        Command::Move(moving) => desk::move_desk(&moving, json),
        Command::Forget(forget) => desk::forget(&forget, json),
        Command::Journal(journal) => journal::journal(&journal, json),
        Command::Replay(replay) => replay::replay(&replay, json),
        Command::Report(report) => report::report(&report, json),
        Command::Flow(flow) => match flow.what {
            FlowCommand::Check(check) => flow::check::check(&check, json),
            FlowCommand::Route(route) => flow::route::route(&route, json),
            FlowCommand::Show(show) => flow::show::show(&show, json),
        },
    };
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::WithFindings) => ExitCode::from(1),
        Ok(Ended::Interrupted) => ExitCode::from(interrupt::INTERRUPTED),
        Err(Unusable(sentence)) => {
            let error = tr!("error:", "error:", "erro:");
            anstream::eprintln!("{} {sentence}", paint(RED, error));
            ExitCode::from(2)
        }
    }
}
