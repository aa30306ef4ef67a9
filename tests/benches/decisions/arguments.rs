//! The command line.

use std::path::PathBuf;

use crate::rounds::Plan;

/// What to measure, how long, and where to write the figures.
pub(crate) struct Arguments {
    /// A few seconds in total: to see that it runs, not to compare.
    pub(crate) quick: bool,
    pub(crate) json: Json,
    groups: Vec<String>,
}

/// Where the figures are written as JSON.
pub(crate) enum Json {
    No,
    /// To standard output, instead of the tables.
    Printed,
    Into(PathBuf),
}

impl Arguments {
    /// Parses the command line; without `--bench`, which only `cargo bench` passes, it is quick.
    pub(crate) fn from_command_line(groups: &[&str]) -> Result<Self, Box<dyn std::error::Error>> {
        let mut asked = Self { quick: false, json: Json::No, groups: Vec::new() };
        let mut bench = false;
        for argument in std::env::args().skip(1) {
            match argument.as_str() {
                "--bench" => bench = true,
                "--quick" => asked.quick = true,
                "--json" => asked.json = Json::Printed,
                group if groups.contains(&group) => asked.groups.push(argument),
                other => match other.strip_prefix("--json=") {
                    Some(file) => asked.json = Json::Into(file.into()),
                    None => {
                        return Err(format!(
                            "`{other}` is none of `--quick`, `--json`, `--json=FILE` and the groups {}",
                            groups.join(", ")
                        )
                        .into());
                    }
                },
            }
        }
        asked.quick |= !bench;
        Ok(asked)
    }

    /// Whether this group is measured.
    pub(crate) fn wants(&self, group: &str) -> bool {
        self.groups.is_empty() || self.groups.iter().any(|wanted| wanted == group)
    }

    /// The rounds for calls.
    pub(crate) fn plan(&self) -> Plan {
        if self.quick {
            Plan { rounds: 3, turn_micros: 1_000 }
        } else {
            Plan { rounds: 25, turn_micros: 8_000 }
        }
    }

    /// The rounds for work that takes milliseconds.
    pub(crate) fn short_plan(&self) -> Plan {
        if self.quick {
            Plan { rounds: 2, turn_micros: 1 }
        } else {
            Plan { rounds: 7, turn_micros: 1 }
        }
    }
}
