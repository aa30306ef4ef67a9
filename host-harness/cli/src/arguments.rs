//! The flags of each command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use despertador_contract::Zone;
use despertador_contract::{Channel, ExitState, Instant};
use despertador_contract::{clock_face, duration, nearest::nearest, word::Word};
use despertador_desk::store::Location;
use despertador_host::{Limits, Sha256};
use despertador_insight::Platform;

use crate::language::{Language, tr};
use despertador_panel::Preset;

/// Reminds silent customers and closes their tickets.
#[derive(Debug, Parser)]
#[command(
    name = "despertador",
    version,
    about,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 success, 1 findings or failures, 2 wrong usage or unreadable input, 130 interrupted."
)]
pub(crate) struct Arguments {
    /// Print machine-readable JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// The language of what is printed, and of pages and texts that are written: es, pt or en; all
    /// shows problems in each (default: the system's)
    // It is taken from the arguments before they are read: see `Language::choose`.
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = language)]
    pub(crate) language: Option<String>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(RunArguments),
    Check(CheckArguments),
    Explain(ExplainArguments),
    Inspect(InspectArguments),
    Plugin(crate::kit::KitArguments),
    Simulate(SimulateArguments),
    Init(InitArguments),
    Schema(SchemaArguments),
    Import(ImportArguments),
    Flow(FlowArguments),
    Backtest(BacktestArguments),
    Suggest(SuggestArguments),
    Serve(ServeArguments),
    Connect(ConnectArguments),
    Token(TokenArguments),
    Backup(BackupArguments),
    Move(MoveArguments),
    Forget(ForgetArguments),
    Journal(JournalArguments),
    Replay(ReplayArguments),
    Report(ReportArguments),
}

/// Plays scenarios and event logs on the component
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador run tests/scenarios
  despertador run conversation.md --language en
  despertador run log.jsonl --policy policies/adereso.json
  despertador run tests/scenarios --plugin my-plugin.wasm
  despertador run scenarios.md --plugin my-plugin.wasm --fuel

tests/scenarios/format.md explains the format of scenarios; it is a scenario file itself.")]
pub(crate) struct RunArguments {
    /// Scenario files (.md), event logs (.jsonl), or folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    pub(crate) files: Vec<PathBuf>,

    /// The policy for event logs
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// The folder of the presets that scenarios name (default: `policies` beside or above each file)
    #[arg(long, value_name = "DIR")]
    pub(crate) presets: Option<PathBuf>,

    /// Show every timeline, even for many scenarios
    #[arg(long)]
    pub(crate) timeline: bool,

    /// Show the fuel of each call
    #[arg(long)]
    pub(crate) fuel: bool,

    /// Write the decisions into the scenarios as the new expectations
    #[arg(long)]
    pub(crate) bless: bool,

    #[command(flatten)]
    pub(crate) plugin: PluginArgument,
}

/// Which plugin is used.
#[derive(Debug, Default, Args)]
pub(crate) struct PluginArgument {
    /// Use this component or package instead of the built-in one
    #[arg(long, value_name = "FILE")]
    pub(crate) plugin: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) trust: TrustArguments,

    #[command(flatten)]
    pub(crate) limits: LimitArguments,
}

/// Which plugins are accepted.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TrustArguments {
    /// Accept the plugin only in a package that is signed with the other half of this key
    #[arg(long, value_name = "FILE")]
    pub(crate) public_key: Option<PathBuf>,

    /// Accept only the component with this SHA-256 digest
    #[arg(long, value_name = "DIGEST")]
    pub(crate) plugin_sha256: Option<Sha256>,
}

/// What the plugin may use.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct LimitArguments {
    /// Change a limit of the plugin, such as fuel=20000000 or wasm_memory_bytes=32MiB
    #[arg(long = "plugin-limit", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) changed: Vec<(String, String)>,
}

impl LimitArguments {
    /// These limits with the changes that were given.
    pub(crate) fn over(&self, mut limits: Limits) -> Result<Limits, String> {
        for (name, value) in &self.changed {
            limits.set(name, value)?;
        }
        Ok(limits)
    }
}

/// Checks a policy and shows its steps
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador check policies/adereso.json
  despertador check policy.json --language all --departments soporte,ventas --exit linked

To check a policy in an editor while you write: `despertador schema`.")]
pub(crate) struct CheckArguments {
    /// The policy
    #[arg(value_name = "POLICY")]
    pub(crate) policy: PathBuf,

    /// The start of the silence, to show each step's clock time: 09:00, on the clocks of the policy's
    /// zone, or 2026-03-02T09:00:00Z
    #[arg(long, value_name = "TIME", default_value = "09:00", value_parser = start)]
    pub(crate) start: Start,

    #[command(flatten)]
    pub(crate) surroundings: SurroundingsArguments,

    #[command(flatten)]
    pub(crate) plugin: PluginArgument,
}

/// What a policy is checked against.
#[derive(Debug, Args)]
pub(crate) struct SurroundingsArguments {
    /// All departments of the account, to find unknown ones
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    pub(crate) departments: Option<Vec<String>>,

    /// Whether the flow has the inactivity exit: unknown, linked, not-linked or not-supported
    #[arg(long, value_name = "STATE", default_value = "unknown", value_parser = exit_state)]
    pub(crate) exit: ExitState,

    /// The bot's flow, to check whether it has the exit
    #[arg(long, value_name = "FILE", conflicts_with = "exit")]
    pub(crate) flow: Option<PathBuf>,

    /// The shortest interval at which the host can wake up
    #[arg(long, value_name = "DURATION", default_value = "1 s", value_parser = a_duration)]
    pub(crate) tick_resolution: u64,
}

/// Explains why a ticket is closed, waits or is left alone
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador explain --policy policies/adereso.json --log log.jsonl --ticket 4711 \\
      --at 2026-03-02T09:12:00Z --language es
  despertador explain --policy mine.json --log log.jsonl --ticket 4711 --at 2026-03-02T09:12:00Z \\
      --html ticket.html --svg ticket.svg")]
pub(crate) struct ExplainArguments {
    /// The policy
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: PathBuf,

    /// The recorded conversation: an event log, or an export that `despertador backtest` reads
    #[arg(long, value_name = "FILE")]
    pub(crate) log: PathBuf,

    /// The ticket; optional if the log has only one
    #[arg(long, value_name = "ID")]
    pub(crate) ticket: Option<String>,

    /// The instant, such as 2026-03-02T09:12:00Z
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) at: Instant,

    #[command(flatten)]
    pub(crate) form: FormArguments,

    /// Also write the explanation to this file, as an HTML page with the ticket's timeline
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// Write only the timeline to this file, as SVG
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) plugin: PluginArgument,
}

/// Shows the contract, imports, exports, size and limits of a plugin
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador inspect
  despertador inspect my-plugin.wasm --json
  despertador inspect --save despertador.wasm")]
pub(crate) struct InspectArguments {
    /// The component (default: the built-in one)
    #[arg(value_name = "PLUGIN")]
    pub(crate) plugin: Option<PathBuf>,

    /// Write the component to this file, for a host in another language
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) limits: LimitArguments,
}

/// Plays random customers and agents, and checks the product's promises at every step
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  despertador simulate policies/adereso.json --tickets 20000 --days 30 --seed 7

The same seed plays the same conversations on every machine. If a promise is broken, the shortest
case found is printed as a scenario file, and the exit code is 1.")]
pub(crate) struct SimulateArguments {
    /// The policy
    #[arg(value_name = "POLICY")]
    pub(crate) policy: PathBuf,

    /// The number of tickets
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) tickets: u64,

    /// The number of days over which they open
    #[arg(long, value_name = "D", default_value_t = 30)]
    pub(crate) days: u32,

    /// The seed of the random numbers
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,

    /// Write a failing case to this file instead of printing it
    #[arg(long, value_name = "FILE")]
    pub(crate) case: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) plugin: PluginArgument,
}

/// Creates a policy: asks a few questions, or starts from a preset
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador init
  despertador init --preset blip --output policy.json --language pt
  despertador init --output - < answers.txt

Each answer is checked at once; Enter accepts the default in brackets. If the answers end too early,
nothing is written. Presets: adereso, klaviyo, blip, respond-io, office-hours,
collections-colombia, collections-chile.")]
pub(crate) struct InitArguments {
    /// Start from this preset instead of asking
    #[arg(long, value_name = "NAME", value_parser = preset)]
    pub(crate) preset: Option<Preset>,

    /// The file for the policy; - for standard output
    #[arg(long, value_name = "FILE", default_value = "policy.json")]
    pub(crate) output: PathBuf,

    /// Use the default answers without asking
    #[arg(long)]
    pub(crate) yes: bool,

    /// Overwrite an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

/// Prints the JSON Schema of a policy, for editors
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  despertador schema --language es --output policy.schema.json

Keys and words are described in the language of the run.
An editor completes and checks a policy that starts with \"$schema\": \"./policy.schema.json\".
`despertador check` also finds what a schema cannot, such as a department in two rules.")]
pub(crate) struct SchemaArguments {
    /// Write it to this file instead
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Creates a policy from another product's settings
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
#[command(after_help = "\
Example:
  despertador import blip-settings settings.json --output policy.json")]
pub(crate) struct ImportArguments {
    #[command(subcommand)]
    pub(crate) from: ImportFrom,
}

/// Whose settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportFrom {
    BlipSettings(BlipSettingsArguments),
}

/// Converts the settings of Blip Desk's automatic close
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  despertador import blip-settings settings.json --output policy.json --language pt

The settings are the resource of lime://postmaster@desk.msging.net/configuration, alone or in the
command that carried them. Standard error reports what was changed or left out.")]
pub(crate) struct BlipSettingsArguments {
    /// The settings (JSON)
    #[arg(value_name = "FILE")]
    pub(crate) settings: PathBuf,

    /// Write the policy to this file instead of printing it
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Overwrite an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

/// Checks a bot's flow, shows its path after a close, and draws it
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
#[command(after_help = "\
Examples:
  despertador flow check bot.json
  despertador flow route bot.json --status ClosedClientInactivity
  despertador flow show bot.json --output bot.svg

A flow is the Builder's export, or the published application.")]
pub(crate) struct FlowArguments {
    #[command(subcommand)]
    pub(crate) what: FlowCommand,
}

/// What to do with a flow.
#[derive(Debug, Subcommand)]
pub(crate) enum FlowCommand {
    Check(FlowCheckArguments),
    Route(FlowRouteArguments),
    Show(FlowShowArguments),
}

/// Finds what keeps a closed ticket from leaving the block, and other mistakes
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador flow check bot.json --language es
  despertador flow check bot.json --fix --block desk:668c6deb --to farewell --output mended.json

--fix writes a copy in which the human-assistance block has an inactivity exit; nothing else in the
file changes.")]
pub(crate) struct FlowCheckArguments {
    /// The flows (JSON)
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Write a copy with an inactivity exit
    #[arg(long, requires = "to", requires = "output")]
    pub(crate) fix: bool,

    /// The human-assistance block (id) that gets the exit; optional if there is only one
    #[arg(long, value_name = "ID", requires = "fix")]
    pub(crate) block: Option<String>,

    /// The block (id) that the exit leads to
    #[arg(long, value_name = "ID", requires = "fix")]
    pub(crate) to: Option<String>,

    /// The file for the copy
    #[arg(long, value_name = "FILE", requires = "fix")]
    pub(crate) output: Option<PathBuf>,

    /// Overwrite an existing file
    #[arg(long, requires = "fix")]
    pub(crate) force: bool,
}

/// Shows the blocks that a conversation passes after a close, and their actions
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador flow route bot.json
  despertador flow route bot.json --status ClosedAttendant --set plan=gold --json

Commands and scripts on the path are listed but not run. Use --set for a variable that one of them
would set.")]
pub(crate) struct FlowRouteArguments {
    /// The flow (JSON)
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The status of the ticket: ClosedClientInactivity, ClosedAttendant or ClosedClient
    #[arg(long, value_name = "STATUS", default_value = "ClosedClientInactivity", value_parser = ticket_status)]
    pub(crate) status: String,

    /// The human-assistance block (id) of the ticket (default: each of them)
    #[arg(long, value_name = "ID")]
    pub(crate) block: Option<String>,

    /// A variable of the conversation
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) set: Vec<(String, String)>,
}

/// Draws a flow and marks the path after a close for inactivity
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador flow show bot.json --output bot.svg
  despertador flow show bot.json --format mermaid")]
pub(crate) struct FlowShowArguments {
    /// The flow (JSON)
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// svg (an image) or mermaid (a text format that wikis render)
    #[arg(long, value_name = "FORMAT", default_value = "svg", value_parser = ["svg", "mermaid"])]
    pub(crate) format: String,

    /// Write it to this file instead of printing it
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Plays policies on recorded conversations and counts reminders, closes and premature closes
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador backtest --events messages.csv --policy policies/adereso.json --policy mine.json
  despertador backtest --events log.jsonl --policy mine.json --json
  despertador backtest --events log.jsonl --policy mine.json --html backtest.html --language es
  despertador backtest --events export.csv --policy mine.json \\
      --columns ticket=conversation_id,author=sender_type,at=created_at \\
      --authors 'Mitarbeiter=agent,Kunde=customer,Notiz=nobody' --zone Europe/Berlin
  despertador backtest --events tickets.json --from zendesk --policy mine.json

The events come from an event log (.jsonl, .ndjson), a CSV file with one row per message, JSON of a
help desk (--from), a desk's file, or a journal. Each ticket is played alone, as by a desk that is
always running; recorded actions of a policy are ignored. A close is premature if within the window
after it the customer wrote in that ticket, or opened another one in the same department (if the
history names customers). Closes too near to the end of the history count neither way.

Rows may be in any order. What does not fit into 64 MiB is put into a file that goes with the
command. A run that is interrupted shows the figures of the tickets it has done and ends with 130.")]
pub(crate) struct BacktestArguments {
    #[command(flatten)]
    pub(crate) events: EventsArguments,

    /// A policy to try; several are shown side by side
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) policy: Vec<PathBuf>,

    /// A close is premature if the customer writes within this time
    #[arg(long, value_name = "DURATION", default_value = "24 h", value_parser = a_duration)]
    pub(crate) window: u64,

    /// The channel of the conversations: whatsapp, web-chat, email, … (default: the policy's, or
    /// web-chat)
    #[arg(long, value_name = "CHANNEL", value_parser = channel)]
    pub(crate) channel: Option<Channel>,

    /// Agents' minutes saved by each automatic close
    #[arg(long, value_name = "MINUTES", default_value_t = 2.0)]
    pub(crate) minutes_per_close: f64,

    /// Write all figures to this file, one row per policy and department (CSV)
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,

    /// Write an HTML page to this file: figures, curves, and the conversations behind them
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) plugin: PluginArgument,
}

/// What was recorded, and how it is written.
#[derive(Debug, Args)]
pub(crate) struct EventsArguments {
    /// The recorded conversations
    #[arg(long = "events", value_name = "FILE")]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) form: FormArguments,
}

/// How what was recorded is written.
#[derive(Debug, Args)]
pub(crate) struct FormArguments {
    /// The help desk that the file comes from, whose columns and JSON are known: zendesk, freshdesk,
    /// intercom, chatwoot, hubspot, zammad or blip
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub(crate) from: Option<Platform>,

    /// Columns of a CSV file: ticket, author, at, department, message (its id), customer (their id),
    /// private (yes for notes that the customer does not see), public (no for them)
    #[arg(long, value_name = "WHAT=NAME,…", value_delimiter = ',', value_parser = name_and_value)]
    pub(crate) columns: Vec<(String, String)>,

    /// The meaning of the words in the author column: customer, agent, ai-agent, bot, nobody
    #[arg(long, value_name = "WORD=WHO,…", value_delimiter = ',', value_parser = name_and_value)]
    pub(crate) authors: Vec<(String, String)>,

    /// Rows to skip: those with this value in a column, or with a yes in it
    #[arg(long, value_name = "COLUMN[=VALUE],…", value_delimiter = ',')]
    pub(crate) skip: Vec<String>,

    /// The format of times, such as `%d/%m/%Y %H:%M` (default: detected for each row)
    #[arg(long, value_name = "FORMAT")]
    pub(crate) time_format: Option<String>,

    /// The time zone of times without one (default: UTC, with a note) and of the times shown (default:
    /// the policy's), such as America/Bogota or -03:00
    #[arg(long, value_name = "ZONE", visible_alias = "utc-offset", value_parser = zone, allow_hyphen_values = true)]
    pub(crate) zone: Option<Zone>,

    /// Skip rows after this instant (default: one day after the file was last written)
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) now: Option<Instant>,

    /// The account, if a journal or a desk's file has several
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,

    /// The folder for rows that do not fit into memory (default: the system's temporary folder)
    #[arg(long, value_name = "DIR")]
    pub(crate) scratch: Option<PathBuf>,
}

/// Suggests times for a policy, from how long customers took to answer
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador suggest --events messages.csv
  despertador suggest --events log.jsonl --premature 2 --output policy.json --language es

For each department it suggests the shortest time for which the share of premature closes is low
enough. Few conversations give uncertain figures: the confidence interval of the share is shown, and
a department with fewer than thirty silences gets no rule of its own.")]
pub(crate) struct SuggestArguments {
    #[command(flatten)]
    pub(crate) events: EventsArguments,

    /// The acceptable share of premature closes, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 5, value_parser = clap::value_parser!(u64).range(0..=100))]
    pub(crate) premature: u64,

    /// A close is premature if the customer writes within this time
    #[arg(long, value_name = "DURATION", default_value = "24 h", value_parser = a_duration)]
    pub(crate) window: u64,

    /// Write a policy with these times to this file; - for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Overwrite an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

/// Runs a desk: events and administration over HTTP, actions to webhooks
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  despertador serve --demo
  despertador serve --config despertador.toml
  despertador serve --desk desk.db --webhook http://127.0.0.1:9000/actions --webhook-secret-file secret

Flags override environment variables, and both override the file. docs/server.md describes the file
and the interface. Create the first token with `despertador token create` before you start the
server. SIGHUP, or POST /reload at the operations address, reloads policies and plugin; SIGTERM
finishes running work and stops.")]
pub(crate) struct ServeArguments {
    /// The settings file (TOML)
    #[arg(long, value_name = "FILE", env = "DESPERTADOR_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// The desk's file, or its database postgres://USER@HOST/DATABASE; a file or tables that do not
    /// exist are created (default: desk.db)
    #[arg(long, value_name = "DESK", env = "DESPERTADOR_DESK", hide_env_values = true)]
    pub(crate) desk: Option<Location>,

    /// Wait while another process has the desk's database, and take over when it is gone
    #[arg(long, env = "DESPERTADOR_STANDBY")]
    pub(crate) standby: bool,

    /// The address of the interface (default: 127.0.0.1:7070)
    #[arg(long, value_name = "ADDRESS", env = "DESPERTADOR_LISTEN")]
    pub(crate) listen: Option<std::net::SocketAddr>,

    /// The address for health, metrics and reloading, or `off` (default: 127.0.0.1:7071)
    #[arg(long, value_name = "ADDRESS", env = "DESPERTADOR_OPERATIONS")]
    pub(crate) operations: Option<despertador_server::Operations>,

    /// Use this component or package instead of the built-in one
    #[arg(long, value_name = "FILE", env = "DESPERTADOR_PLUGIN")]
    pub(crate) plugin: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) trust: TrustArguments,

    #[command(flatten)]
    pub(crate) limits: LimitArguments,

    /// Post signed actions to this address
    #[arg(long, value_name = "URL", env = "DESPERTADOR_WEBHOOK", requires = "webhook_secret_file")]
    pub(crate) webhook: Option<String>,

    /// The file with the secret that signs webhooks
    #[arg(long, value_name = "FILE", env = "DESPERTADOR_WEBHOOK_SECRET_FILE")]
    pub(crate) webhook_secret_file: Option<PathBuf>,

    /// Write actions to this file instead, one per line, and treat them as carried out
    #[arg(long, value_name = "FILE", env = "DESPERTADOR_ACTIONS", conflicts_with = "webhook")]
    pub(crate) actions: Option<PathBuf>,

    /// The log filter: error, warn, info, debug, or a filter such as despertador_server=debug,warn
    #[arg(long, value_name = "FILTER", env = "DESPERTADOR_LOG")]
    pub(crate) log: Option<String>,

    /// Run a temporary desk with an account `demo`, a webhook receiver and a scripted customer
    #[arg(long, conflicts_with_all = ["config", "desk", "webhook", "actions"])]
    pub(crate) demo: bool,
}

/// Creates, lists and revokes tokens of a stopped desk
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador token create crm --scopes events:write --accounts acme --desk desk.db
  despertador token create root --scopes all --accounts '*'
  despertador token list
  despertador token revoke crm

For a running desk, create tokens over HTTP: POST /v1/tokens.")]
pub(crate) struct TokenArguments {
    #[command(subcommand)]
    pub(crate) what: TokenCommand,
}

/// What is done with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Create a token; it is shown once
    Create {
        /// The token's name
        #[arg(value_name = "NAME")]
        name: String,
        /// Its scopes: events:write, help-desk:view, help-desk:edit, builder:view, builder:edit, audit:view, tokens:edit, or all
        #[arg(long, value_name = "SCOPE,…", value_delimiter = ',', required = true, value_parser = scopes)]
        scopes: Vec<Scopes>,
        /// Its accounts; * for all
        #[arg(long, value_name = "ACCOUNT,…", value_delimiter = ',', required = true)]
        accounts: Vec<String>,
        #[command(flatten)]
        desk: DeskArgument,
    },
    /// List the tokens; the secrets are not stored
    List {
        #[command(flatten)]
        desk: DeskArgument,
    },
    /// Revoke a token
    Revoke {
        /// The token's name
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        desk: DeskArgument,
    },
}

/// Which desk.
#[derive(Debug, Args)]
pub(crate) struct DeskArgument {
    /// The desk's file, or its database postgres://USER@HOST/DATABASE
    #[arg(
        long,
        value_name = "DESK",
        default_value = "desk.db",
        env = "DESPERTADOR_DESK",
        hide_env_values = true
    )]
    pub(crate) desk: Location,
}

/// One scope, or all.
#[derive(Debug, Clone)]
pub(crate) struct Scopes(pub(crate) Vec<despertador_server::Scope>);

fn scopes(text: &str) -> Result<Scopes, String> {
    use despertador_server::Scope;
    if text == "all" {
        return Ok(Scopes(Scope::ALL.to_vec()));
    }
    let known = Scope::ALL.map(Scope::word);
    Scope::from_word(text).map(|one| Scopes(vec![one])).ok_or_else(|| one_of(text, &known))
}

/// Copies a desk's file, even while the desk runs, and checks the copy
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador backup desk.db backups/2026-11-22.db

The copy contains everything that was durable when it began. To restore it, stop the server, replace
the desk's file with the copy, and start again.")]
pub(crate) struct BackupArguments {
    /// The desk's file
    #[arg(value_name = "DESK")]
    pub(crate) desk: PathBuf,

    /// The new file
    #[arg(value_name = "COPY")]
    pub(crate) to: PathBuf,
}

/// Moves a stopped desk from a file to a PostgreSQL database, or back
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador move desk.db postgres://desk@db.example/desk
  despertador move postgres://desk@db.example/desk desk.db

Everything is copied in one transaction: policies, tickets, journal, actions, audit and tokens. Then the
journals of both are compared by their digest. The desk must be stopped, and the target must have none. The
first store stays as it is: delete it once the desk runs in the other one, and do not run both.")]
pub(crate) struct MoveArguments {
    /// The desk's file, or its database postgres://USER@HOST/DATABASE
    #[arg(value_name = "FROM")]
    pub(crate) from: Location,

    /// The new file, or an empty database
    #[arg(value_name = "TO")]
    pub(crate) to: Location,
}

/// Deletes all data of one customer from a desk
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador forget +5511999990000 --account acme --desk desk.db
  despertador forget +5511999990000 --account acme --server http://127.0.0.1:7070 --token-file token

Deletes facts, memory, journal and actions of all tickets whose fact `customer.id` names the
customer. Backups are not changed: delete the data in them too, or let them expire.")]
pub(crate) struct ForgetArguments {
    /// The customer's id, as in the fact `customer.id`
    #[arg(value_name = "CUSTOMER")]
    pub(crate) customer: String,

    /// The account
    #[arg(long, value_name = "NAME")]
    pub(crate) account: String,

    #[command(flatten)]
    pub(crate) desk: DeskArgument,

    /// Ask a running server instead of opening the file
    #[arg(long, value_name = "URL", env = "DESPERTADOR_SERVER", requires = "token_file")]
    pub(crate) server: Option<String>,

    /// The file with a token that has the scope help-desk:edit
    #[arg(long, value_name = "FILE", env = "DESPERTADOR_TOKEN_FILE")]
    pub(crate) token_file: Option<PathBuf>,
}

/// Exports a desk's journal: what happened to its tickets and what was decided
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador journal desk.db --output journal.ndjson
  despertador journal desk.db --account acme --since 2026-03-01T00:00:00Z --output march.ndjson
  despertador journal backup.db | gzip > journal.ndjson.gz

The desk may be running: its file is only read, and the desk is not blocked. A journal contains the
messages of customers and agents that the desk received; it is as confidential as the desk's file.
It has one JSON object per line: policies, then the tickets one by one, and at the end the number of
lines. `replay`, `backtest` and `suggest` read a journal or the desk's file.")]
pub(crate) struct JournalArguments {
    /// The desk's file, a backup of it, or an exported journal
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) selection: SelectionArguments,

    /// Write it to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Overwrite an existing file
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

/// What of a journal is wanted.
#[derive(Debug, Args)]
pub(crate) struct SelectionArguments {
    /// Only this account
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,

    /// Only tickets with events at or after this instant; each is exported from its start
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) since: Option<Instant>,

    /// Only events until this instant
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) until: Option<Instant>,

    /// Only the ticket with this id
    #[arg(long, value_name = "ID")]
    pub(crate) ticket: Option<String>,
}

/// Evaluates a desk's journal again with another plugin or policy, and shows the differences
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador replay journal.ndjson --plugin new.wasm
  despertador replay desk.db --policy new.json --limit 5
  despertador replay desk.db --plugin new.wasm --ticket 4711 --json

Events stay as they were recorded, including what was sent and when. Each recorded decision is
compared with the new decision at that moment, and only differences are shown. A replay cannot know
how a customer would have reacted to another reminder; to play a policy on whole conversations, use
`despertador backtest`. The exit code is 1 if there are differences.")]
pub(crate) struct ReplayArguments {
    /// A journal, a desk's file, or a backup of one
    #[arg(value_name = "JOURNAL")]
    pub(crate) journal: PathBuf,

    /// The plugin to compare with (default: the built-in one)
    #[arg(long, value_name = "FILE")]
    pub(crate) plugin: Option<PathBuf>,

    /// The plugin that explains the recorded decisions (default: the built-in one)
    #[arg(long, value_name = "FILE")]
    pub(crate) old_plugin: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) limits: LimitArguments,

    /// A policy that replaces all policies in force (default: those of the journal)
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) selection: SelectionArguments,

    /// Explain the first difference of this many tickets
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) limit: usize,

    /// The time zone of the times in explanations, such as America/Bogota or -03:00 (default: the
    /// policy's)
    #[arg(long, value_name = "ZONE", visible_alias = "utc-offset", value_parser = zone, allow_hyphen_values = true)]
    pub(crate) zone: Option<Zone>,
}

/// Reports which tickets a desk closed in a period, by whom, and which of them too early
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador report desk.db --since 2026-03-01T00:00:00-05:00 --until 2026-04-01T00:00:00-05:00
  despertador report desk.db --since 2026-03-01T00:00:00Z --until 2026-04-01T00:00:00Z --csv m.csv
  despertador report journal.ndjson --since 2026-03-01T00:00:00Z --until 2026-04-01T00:00:00Z --json

The desk may be running: its file is only read, and the desk is not blocked. The journal is read to
its end, because later events show whether a close was premature. In the CSV file a cell that a
spreadsheet would read as a formula starts with an apostrophe.")]
pub(crate) struct ReportArguments {
    /// A journal, a desk's file, or a backup of one
    #[arg(value_name = "JOURNAL")]
    pub(crate) journal: PathBuf,

    /// The first instant of the period
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) since: Instant,

    /// The end of the period; this instant is not part of it
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) until: Instant,

    /// The account; required if there are several
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,

    /// Only this department
    #[arg(long, value_name = "NAME")]
    pub(crate) department: Option<String>,

    /// A close is premature if the customer writes, or the ticket is reopened, within this time
    #[arg(long, value_name = "DURATION", default_value = "24 h", value_parser = a_duration)]
    pub(crate) window: u64,

    /// The end of the known events (default: the journal's last entry)
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub(crate) now: Option<Instant>,

    /// The time zone of times and of the start of days, such as America/Bogota or -03:00 (default: that
    /// of the latest policy in the journal)
    #[arg(long, value_name = "ZONE", visible_alias = "utc-offset", value_parser = zone, allow_hyphen_values = true)]
    pub(crate) zone: Option<Zone>,

    /// Write the list of closed tickets to this file (CSV)
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,

    /// Write an HTML page to this file: figures, charts, and the latest closes
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

fn channel(text: &str) -> Result<Channel, String> {
    Channel::from_word(text).ok_or_else(|| one_of(text, Channel::KNOWN))
}

fn ticket_status(text: &str) -> Result<String, String> {
    let known = despertador_flow::Close::ALL.map(despertador_flow::Close::status);
    despertador_flow::Close::from_status(text)
        .map(|close| close.status().to_owned())
        .ok_or_else(|| one_of(text, &known))
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| {
        tr!("write it as NAME=VALUE", "escríbalo como NOMBRE=VALOR", "escreva como NOME=VALOR")
    })?;
    Ok((name.to_owned(), value.to_owned()))
}

fn preset(text: &str) -> Result<Preset, String> {
    let names: Vec<&str> = Preset::ALL.iter().map(|preset| preset.name).collect();
    Preset::named(text).ok_or_else(|| one_of(text, &names))
}

fn instant(text: &str) -> Result<Instant, String> {
    clock_face::parse_rfc3339(text)
        .or_else(|| clock_face::ClockFace::dated().parse(text).filter(|_| text.len() > 10))
        .ok_or_else(|| {
            tr!(
                "write it as 2026-03-02T09:12:00Z or with an offset",
                "escríbalo como 2026-03-02T09:12:00Z o con un desfase",
                "escreva como 2026-03-02T09:12:00Z ou com um deslocamento"
            )
        })
}

/// When the silence starts, for a table of steps.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start {
    At(Instant),
    /// What clocks of the policy's zone show, in milliseconds since 1970.
    Shown(Instant),
}

fn start(text: &str) -> Result<Start, String> {
    clock_face::parse_rfc3339(text)
        .map(Start::At)
        .or_else(|| clock_face::ClockFace::default().parse(text).map(Start::Shown))
        .ok_or_else(|| {
            tr!(
                "write it as 09:00 or 2026-03-02T09:00:00Z",
                "escríbalo como 09:00 o 2026-03-02T09:00:00Z",
                "escreva como 09:00 ou 2026-03-02T09:00:00Z"
            )
        })
}

fn zone(text: &str) -> Result<Zone, String> {
    Zone::parse(text).ok_or_else(|| {
        tr!(
            "write it as America/Bogota or as -03:00",
            "escríbalo como America/Bogota o como -03:00",
            "escreva como America/Bogota ou como -03:00"
        )
    })
}

fn platform(text: &str) -> Result<Platform, String> {
    let known = Platform::ALL.map(Platform::word);
    Platform::from_word(text).ok_or_else(|| one_of(text, &known))
}

fn a_duration(text: &str) -> Result<u64, String> {
    duration::parse(text).ok_or_else(|| {
        tr!(
            "write it as `30 s`, `15 min`, `2 h` or `2 d`",
            "escríbalo como `30 s`, `15 min`, `2 h` o `2 d`",
            "escreva como `30 s`, `15 min`, `2 h` ou `2 d`"
        )
    })
}

fn exit_state(text: &str) -> Result<ExitState, String> {
    ExitState::from_word(text).ok_or_else(|| one_of(text, ExitState::KNOWN))
}

/// The word, not the language: in `plugin new` the flag names a programming language.
fn language(text: &str) -> Result<String, String> {
    match Language::from_word(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(one_of(text, &["es", "pt", "en", "all"])),
    }
}

fn one_of(text: &str, known: &[&str]) -> String {
    match nearest(text, known.iter().copied()) {
        Some(meant) => {
            tr!("did you mean `{meant}`?", "¿quiso decir `{meant}`?", "você quis dizer `{meant}`?")
        }
        None => tr!(
            "it is one of {known}",
            "es uno de {known}",
            "é um de {known}",
            known = known.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    /// Two options of the same name would make every call of a command panic.
    #[test]
    fn options_of_a_command_do_not_collide() {
        super::Arguments::command().debug_assert();
    }
}

/// Tests platforms beside a desk, and plays a conversation on a simulated one
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
#[command(after_help = "\
Examples:
  despertador connect test support --config desk.toml
  despertador connect demo chatwoot

docs/connect has a page for each platform: Chatwoot, WhatsApp's Cloud API, Typebot.")]
pub(crate) struct ConnectArguments {
    #[command(subcommand)]
    pub(crate) what: ConnectCommand,
}

/// What to do with platforms.
#[derive(Debug, Subcommand)]
pub(crate) enum ConnectCommand {
    Test(ConnectTestArguments),
    Demo(ConnectDemoArguments),
}

/// Tests credentials, rights, other closers, clocks, webhook and address of a platform
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador connect test support --config desk.toml
  despertador connect test wa --config desk.toml --language es --json

Nothing is changed on the platform. Exit code 1: something does not work; warnings alone do not count.")]
pub(crate) struct ConnectTestArguments {
    /// The name of the section: [connect.NAME]
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// The settings of the server (TOML)
    #[arg(long, value_name = "FILE", env = "DESPERTADOR_CONFIG", default_value = "desk.toml")]
    pub(crate) config: PathBuf,
}

/// Plays a conversation between a simulated platform and a desk on this machine
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador connect demo chatwoot
  despertador connect demo whatsapp --language pt

The platform and the server answer at free ports of this machine; the clock is simulated, so that
nobody has to wait.")]
pub(crate) struct ConnectDemoArguments {
    /// The platform
    #[arg(value_name = "PLATFORM", value_parser = ["chatwoot", "whatsapp", "typebot"])]
    pub(crate) platform: String,
}
