//! What may be chosen of a server: a file of TOML, over which flags and the environment go.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use despertador_contract::input;
use despertador_lime::{CloseWay, Identity};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

/// What may be chosen of a server.
///
/// ```
/// use despertador_server::Settings;
///
/// let settings = Settings::from_toml(r#"
///     desk = "desk.db"
///     listen = "127.0.0.1:7070"
///
///     [deliver]
///     webhook = "http://127.0.0.1:9000/actions"
///     secret-file = "webhook.secret"
///
///     [accounts.acme]
///     policy = "acme.json"
/// "#)?;
/// assert!(settings.accounts.contains_key("acme"));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// The file of the desk. Default `desk.db`.
    pub desk: PathBuf,
    /// Where the interface is. Default `127.0.0.1:7070`; TLS is a reverse proxy's.
    pub listen: SocketAddr,
    /// Where health, metrics and reloading are, for the machine itself. Default `127.0.0.1:7071`.
    pub operations: Operations,
    /// The file with the token that `/metrics` and `/reload` want, at least 16 bytes. By default
    /// they want none.
    pub operations_token_file: Option<PathBuf>,
    /// Names of hosts by which `/metrics` and `/reload` are reached without a token, beside
    /// addresses and names without a dot.
    pub operations_hosts: Vec<String>,
    /// A plugin in the place of the built-in one.
    pub plugin: Option<PathBuf>,
    /// How often the desk is woken at best. Default 1 s.
    pub tick_resolution: Span,
    /// How many deliveries are made at one time, of which one account gets half. Default 64.
    pub deliveries: NonZeroUsize,
    /// How much there may be.
    pub limits: Limits,
    /// How long tickets that are over are kept. By default all are.
    pub keep: Option<Span>,
    /// Where the actions of accounts go that do not say it themselves.
    pub deliver: Option<Deliver>,
    /// Accounts that are opened at the start, with what they have of their own.
    pub accounts: BTreeMap<String, Account>,
    /// The logs of the server.
    pub log: Log,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            desk: "desk.db".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 7070)),
            operations: Operations::default(),
            operations_token_file: None,
            operations_hosts: Vec::new(),
            plugin: None,
            tick_resolution: Span(Duration::from_secs(1)),
            deliveries: NonZeroUsize::new(64).expect("more than 0"),
            limits: Limits::default(),
            keep: None,
            deliver: None,
            accounts: BTreeMap::new(),
            log: Log::default(),
        }
    }
}

/// Where health, metrics and reloading are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operations {
    /// Nowhere; `/healthz` and `/readyz` are at the interface too.
    Off,
    /// At this address.
    At(SocketAddr),
}

impl Default for Operations {
    fn default() -> Self {
        Self::At(SocketAddr::from(([127, 0, 0, 1], 7071)))
    }
}

impl std::str::FromStr for Operations {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let at = text
            .parse()
            .map_err(|_| format!("`{text}` is no address; write `127.0.0.1:7071`, or `off`"))?;
        Ok(Self::At(at))
    }
}

impl<'de> Deserialize<'de> for Operations {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A length of time: `30 s`, `10 min`, `90 d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let millis = despertador_contract::duration::parse(&text).ok_or_else(|| {
            D::Error::custom(format!("`{text}` is no length of time; write `30 s` or `10 min`"))
        })?;
        Ok(Self(Duration::from_millis(millis)))
    }
}

/// How much there may be.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Limits {
    /// Connections at one time; who comes then waits. Default 4,096.
    pub connections: NonZeroUsize,
    /// Bytes of one body. Default 8 MiB.
    pub body: NonZeroUsize,
    /// Bytes of all bodies that are being read or worked on. Default 128 MiB.
    pub bodies: NonZeroUsize,
    /// Requests of one token a second, of which twice as many may come at once. Default 2,000.
    pub requests_per_second: NonZeroU32,
    /// Reports that are read at one time. Default 2.
    pub reports: NonZeroUsize,
    /// How long the head of a request, and with it an idle connection, may take. Default 30 s.
    pub head_timeout: Span,
    /// How long a body may take. Default 30 s.
    pub body_timeout: Span,
    /// How long a request may take in all. Default 60 s.
    pub request_timeout: Span,
    /// How long requests are waited for when the server stops. Default 20 s.
    pub stop_timeout: Span,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = |seconds| Span(Duration::from_secs(seconds));
        let count = |count| NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN);
        Self {
            connections: count(4_096),
            body: count(8 << 20),
            bodies: count(128 << 20),
            requests_per_second: NonZeroU32::new(2_000).expect("more than 0"),
            reports: count(2),
            head_timeout: seconds(30),
            body_timeout: seconds(30),
            request_timeout: seconds(60),
            stop_timeout: seconds(20),
        }
    }
}

/// Where actions go. One of `webhook` and `log`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Deliver {
    /// An address that actions are posted to, signed.
    pub webhook: Option<String>,
    /// The file with the secret that they are signed with, at least 16 bytes.
    pub secret_file: Option<PathBuf>,
    /// A file that actions are written to, one a line.
    pub log: Option<PathBuf>,
    /// How long a receiver may take. Default 10 s.
    pub timeout: Option<Span>,
}

/// An account that is opened at the start.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Account {
    /// Its policy. Put in force when the server starts or reloads, if it is another one than then.
    pub policy: Option<PathBuf>,
    /// All of its departments, so that unknown ones in the policy are errors.
    pub departments: Option<Vec<String>>,
    /// Where its actions go.
    pub deliver: Option<Deliver>,
    /// Its bot in Blip: `POST /v1/accounts/NAME/blip` takes what Blip posts, and if `base` is given
    /// its actions go there.
    pub blip: Option<Blip>,
}

/// A bot in Blip.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Blip {
    /// The bot: `mybot@msging.net`.
    pub bot: String,
    /// Whether Blip's data webhook posts here: tickets are then taken that come in the name of their
    /// customer, if they belong to this bot and to that customer. Default no, for customers choose
    /// what they write.
    #[serde(default)]
    pub data_webhook: bool,
    /// Where `/messages` and `/commands` are: `https://CONTRACT.http.msging.net`.
    pub base: Option<String>,
    /// The file with the key, what stands behind `Authorization: Key`.
    pub key_file: Option<PathBuf>,
    /// How tickets are closed. Default `change-status`.
    #[serde(default)]
    pub close_by: CloseBy,
    /// Who is fed with the closed ticket where the way of closing leaves that to us: `blip` (the
    /// default), `nobody`, or the address of a flow engine.
    pub feed: Option<String>,
    /// How long an envelope may take. Default 10 s.
    pub timeout: Option<Span>,
}

impl Blip {
    pub(crate) fn bot(&self) -> Result<Identity, String> {
        self.bot.parse().map_err(|error| format!("bot: `{}`: {error}", self.bot))
    }
}

/// How tickets are closed in Blip.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloseBy {
    /// `/tickets/change-status`: the desk sends the customer back to the bot.
    #[default]
    ChangeStatus,
    /// `/tickets/change-status-without-redirect`, and the flow is fed.
    ChangeStatusAndFeed,
    /// `/tickets/{id}/close`, and the flow is fed.
    CloseAndFeed,
}

impl From<CloseBy> for CloseWay {
    fn from(by: CloseBy) -> Self {
        match by {
            CloseBy::ChangeStatus => Self::ChangeStatus,
            CloseBy::ChangeStatusAndFeed => Self::ChangeStatusAndFeed,
            CloseBy::CloseAndFeed => Self::CloseAndFeed,
        }
    }
}

/// The logs of the server.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Log {
    /// What is written: `info`, `debug`, `despertador_server=debug,warn`.
    pub filter: String,
    /// How it is written.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".into(), format: LogFormat::Text }
    }
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs, one object a line.
    Json,
}

impl Settings {
    /// Reads settings.
    ///
    /// # Errors
    ///
    /// What is wrong, with its place.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// Reads settings from a file. Files that it names without a folder are beside it.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or what is wrong in it, with its place.
    pub fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("`{}` cannot be read: {error}", file.display()))?;
        let mut settings = Self::from_toml(input::without_mark(&text))
            .map_err(|error| format!("`{}`: {error}", file.display()))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        settings.desk = folder.join(&settings.desk);
        let beside = |path: &mut Option<PathBuf>| {
            if let Some(path) = path {
                *path = folder.join(&path);
            }
        };
        beside(&mut settings.plugin);
        beside(&mut settings.operations_token_file);
        let own = settings.accounts.values_mut().filter_map(|account| account.deliver.as_mut());
        for deliver in own.chain(settings.deliver.as_mut()) {
            beside(&mut deliver.secret_file);
            beside(&mut deliver.log);
        }
        for account in settings.accounts.values_mut() {
            beside(&mut account.policy);
            if let Some(blip) = &mut account.blip {
                beside(&mut blip.key_file);
            }
        }
        Ok(settings)
    }
}
