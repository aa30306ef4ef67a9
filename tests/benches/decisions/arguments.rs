//! What was asked on the command line.

use std::path::PathBuf;

use crate::rounds::Plan;

/// What to measure, how long, and where the figures go.
pub(crate) struct Arguments {
    /// A few seconds in all: to see that it runs, not to compare.
    pub(crate) quick: bool,
    pub(crate) json: Json,
    groups: Vec<String>,
}

/// Where the figures go as JSON.
pub(crate) enum Json {
    No,
    /// To standard output, in place of the tables.
    Printed,
    Into(PathBuf),
}

impl Arguments {
    /// Reads the command line; without `--bench`, which only `cargo bench` gives, it is quick.
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

    /// Whether this group is to be measured.
    pub(crate) fn wants(&self, group: &str) -> bool {
        self.groups.is_empty() || self.groups.iter().any(|wanted| wanted == group)
    }

    /// How calls are measured.
    pub(crate) fn plan(&self) -> Plan {
        if self.quick {
            Plan { rounds: 3, turn_micros: 1_000 }
        } else {
            Plan { rounds: 25, turn_micros: 8_000 }
        }
    }

    /// How things are measured that take milliseconds.
    pub(crate) fn short_plan(&self) -> Plan {
        if self.quick {
            Plan { rounds: 2, turn_micros: 1 }
        } else {
            Plan { rounds: 7, turn_micros: 1 }
        }
    }
}
