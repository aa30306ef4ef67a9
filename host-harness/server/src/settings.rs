//! The settings of a server: a TOML file, overridden by the environment and flags.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use despertador_contract::input;
use despertador_desk::store::Location;
use despertador_lime::{CloseWay, Identity};
use despertador_package::PublicKey;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

/// The settings of a server.
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
    /// The desk's file, or the address of its database, `postgres://user@host/database`. Default
    /// `desk.db`.
    pub desk: Location,
    /// Whether to wait while another process has the desk's database, and to take over when it is
    /// gone. Default false: the server then refuses to start.
    pub standby: bool,
    /// The address of the interface. Default `127.0.0.1:7070`; a reverse proxy provides TLS.
    pub listen: SocketAddr,
    /// Whether the panel is at the interface's address. Default true.
    pub panel: bool,
    /// The origins whose pages may have a ticket's badge in a frame: `https://desk.example.com`. By
    /// default none.
    pub frame_ancestors: Vec<String>,
    /// The address of health, metrics and reloading, for the machine itself. Default
    /// `127.0.0.1:7071`.
    pub operations: Operations,
    /// The file with the token for `/metrics` and `/reload`, at least 16 bytes. By default no token
    /// is needed.
    pub operations_token_file: Option<PathBuf>,
    /// Host names by which `/metrics` and `/reload` can be reached without a token, in addition to
    /// addresses and names without a dot.
    pub operations_hosts: Vec<String>,
    /// The plugin: which one, and what it may use. A text is its file.
    #[serde(deserialize_with = "plugin")]
    pub plugin: Plugin,
    /// The shortest interval at which the desk wakes up. Default 1 s.
    pub tick_resolution: Span,
    /// Maximum number of concurrent deliveries, of which an account gets half. Default 64.
    pub deliveries: NonZeroUsize,
    /// How much there may be.
    pub limits: Limits,
    /// How long finished tickets are kept. By default for ever.
    pub keep: Option<Span>,
    /// The receiver of actions of accounts without their own.
    pub deliver: Option<Deliver>,
    /// Accounts that are opened at the start, with their own settings.
    pub accounts: BTreeMap<String, Account>,
    /// Platforms beside accounts, by their names: see `docs/connect`.
    pub connect: BTreeMap<String, Connect>,
    /// The logs of the server.
    pub log: Log,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            desk: Location::from("desk.db"),
            standby: false,
            listen: SocketAddr::from(([127, 0, 0, 1], 7070)),
            panel: true,
            frame_ancestors: Vec::new(),
            operations: Operations::default(),
            operations_token_file: None,
            operations_hosts: Vec::new(),
            plugin: Plugin::default(),
            tick_resolution: Span(Duration::from_secs(1)),
            deliveries: NonZeroUsize::new(64).expect("more than 0"),
            limits: Limits::default(),
            keep: None,
            deliver: None,
            accounts: BTreeMap::new(),
            connect: BTreeMap::new(),
            log: Log::default(),
        }
    }
}

/// The plugin of a server.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Plugin {
    /// Its component, or a package of it. By default the built-in one.
    pub file: Option<PathBuf>,
    /// The file with the public key (PEM) of its author: only a package that is signed with the other
    /// half is loaded.
    pub public_key: Option<PathBuf>,
    /// The digest that the component must have, so that no other is loaded in its place.
    pub sha256: Option<String>,
    /// Limits by their names in the host's errors, such as `fuel = 20000000` and
    /// `wasm-memory-bytes = "32 MiB"`. The others are as usual.
    pub limits: BTreeMap<String, serde_json::Value>,
}

impl Plugin {
    /// The key with which its package must be signed.
    ///
    /// # Errors
    ///
    /// The key cannot be read, or there is no file that could be signed.
    pub(crate) fn public_key(&self) -> Result<Option<PublicKey>, String> {
        let Some(path) = &self.public_key else { return Ok(None) };
        if self.file.is_none() {
            return Err("[plugin] public-key: the built-in plugin is not signed; name the `file` of a package".into());
        }
        let wrong = |error: &dyn std::fmt::Display| {
            format!("[plugin] public-key: `{}`: {error}", path.display())
        };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
        PublicKey::from_pem(&text).map(Some).map_err(|error| wrong(&error))
    }

    /// The options of a host for this plugin.
    ///
    /// # Errors
    ///
    /// The digest or a limit cannot be read.
    pub(crate) fn options(&self) -> Result<despertador_host::Options, String> {
        let mut options = despertador_host::Options::default();
        for (name, value) in &self.limits {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            options.limits.set(name, &text).map_err(|error| format!("[plugin.limits]: {error}"))?;
        }
        if let Some(sha256) = &self.sha256 {
            let pin = sha256.parse().map_err(|error| format!("[plugin] sha256: {error}"))?;
            options.pins = despertador_host::Pins::Only(vec![pin]);
        }
        Ok(options)
    }
}

/// A file, or a table with more.
fn plugin<'de, D: Deserializer<'de>>(from: D) -> Result<Plugin, D::Error> {
    struct Either;
    impl<'de> serde::de::Visitor<'de> for Either {
        type Value = Plugin;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(
                "the file of a plugin, or a table with `file`, `sha256`, `public-key` and `limits`",
            )
        }

        fn visit_str<E>(self, file: &str) -> Result<Plugin, E> {
            Ok(Plugin { file: Some(file.into()), ..Plugin::default() })
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Plugin, A::Error> {
            Plugin::deserialize(serde::de::value::MapAccessDeserializer::new(map))
        }
    }
    from.deserialize_any(Either)
}

/// The address of health, metrics and reloading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operations {
    /// None; `/healthz` and `/readyz` are at the interface too.
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
            .map_err(|_| format!("`{text}` is not an address; write `127.0.0.1:7071`, or `off`"))?;
        Ok(Self::At(at))
    }
}

impl<'de> Deserialize<'de> for Operations {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A duration: `30 s`, `10 min`, `90 d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let millis = despertador_contract::duration::parse(&text).ok_or_else(|| {
            D::Error::custom(format!("`{text}` is not a duration; write `30 s` or `10 min`"))
        })?;
        Ok(Self(Duration::from_millis(millis)))
    }
}

/// How much there may be.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Limits {
    /// Maximum number of connections; further ones wait. Default 4,096.
    pub connections: NonZeroUsize,
    /// Maximum size of a body, in bytes. Default 8 MiB.
    pub body: NonZeroUsize,
    /// Maximum size of all bodies in memory, in bytes. Default 128 MiB.
    pub bodies: NonZeroUsize,
    /// Maximum number of requests per token and second; twice as many in a burst. Default 2,000.
    pub requests_per_second: NonZeroU32,
    /// Maximum number of concurrent reports. Default 2.
    pub reports: NonZeroUsize,
    /// Maximum time to receive the head of a request, and of an idle connection. Default 30 s.
    pub head_timeout: Span,
    /// Maximum time to receive a body. Default 30 s.
    pub body_timeout: Span,
    /// Maximum total time of a request. Default 60 s.
    pub request_timeout: Span,
    /// How long to wait for open requests at shutdown. Default 20 s.
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

/// The receiver of actions: either `webhook` or `log`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Deliver {
    /// The address to which signed actions are posted.
    pub webhook: Option<String>,
    /// The file with the secret for signatures, at least 16 bytes.
    pub secret_file: Option<PathBuf>,
    /// The file with the certificates (PEM) of the authorities that sign the receiver's, where they
    /// are not public ones.
    pub ca_file: Option<PathBuf>,
    /// The file to which actions are written, one per line.
    pub log: Option<PathBuf>,
    /// Timeout of the receiver. Default 10 s.
    pub timeout: Option<Span>,
}

/// An account that is opened at the start.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Account {
    /// Its policy file. It is put in force when the server starts or reloads, if it has changed
    /// since then.
    pub policy: Option<PathBuf>,
    /// All of its departments, so that unknown ones in the policy are errors.
    pub departments: Option<Vec<String>>,
    /// Whether a policy that one token saves is put in force only when another one approves it.
    /// Default no.
    #[serde(default)]
    pub two_people: bool,
    /// The receiver of its actions.
    pub deliver: Option<Deliver>,
    /// Its bot in Blip: `POST /v1/accounts/NAME/blip` receives Blip's posts, and with `base` its
    /// actions are sent to Blip.
    pub blip: Option<Blip>,
}

/// A bot in Blip.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Blip {
    /// The bot: `mybot@msging.net`.
    pub bot: String,
    /// Whether Blip's data webhook posts here: tickets in the name of their customer are then
    /// accepted, if they belong to this bot and that customer. Default no, because customers choose
    /// what they write.
    #[serde(default)]
    pub data_webhook: bool,
    /// The base of `/messages` and `/commands`: `https://CONTRACT.http.msging.net`.
    pub base: Option<String>,
    /// The file with the key: the part after `Authorization: Key`.
    pub key_file: Option<PathBuf>,
    /// How tickets are closed. Default `change-status`.
    #[serde(default)]
    pub close_by: CloseBy,
    /// Who passes the closed ticket to the flow, if the way of closing needs it: `blip` (the
    /// default), `nobody`, or the address of a flow engine.
    pub feed: Option<String>,
    /// Timeout of an envelope. Default 10 s.
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
    /// `/tickets/change-status-without-redirect`, and the closed ticket is passed to the flow.
    ChangeStatusAndFeed,
    /// `/tickets/{id}/close`, and the closed ticket is passed to the flow.
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

/// A platform beside an account. Its tickets are called `NAME:CONVERSATION`.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "platform", rename_all = "kebab-case")]
pub enum Connect {
    /// Chatwoot.
    Chatwoot(Box<ChatwootSettings>),
    /// WhatsApp's Cloud API.
    Whatsapp(Box<WhatsappSettings>),
    /// The exit of a bot of Typebot.
    Typebot(Box<TypebotSettings>),
}

/// An account in Chatwoot.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChatwootSettings {
    /// The account of the desk.
    pub account: String,
    /// The address of the installation: `https://app.chatwoot.com`.
    pub base: String,
    /// The number of the account in Chatwoot, as in the address of its pages.
    pub chatwoot_account: i64,
    /// The file with the access token of a person who sees all conversations.
    pub token_file: PathBuf,
    /// The file with the access token of an agent bot, in whose name messages are written.
    pub bot_token_file: Option<PathBuf>,
    /// The file with the secret of the webhook.
    pub secret_file: Option<PathBuf>,
    /// The file with the token in the webhook's address, for installations without signatures.
    pub address_token_file: Option<PathBuf>,
    /// Requests a minute. Default 3,000.
    pub requests_per_minute: Option<NonZeroU32>,
    /// What all platforms have.
    #[serde(flatten)]
    pub common: ConnectCommon,
}

/// A number of WhatsApp's Cloud API.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WhatsappSettings {
    /// The account of the desk.
    pub account: String,
    /// The id of the number.
    pub phone_number_id: String,
    /// The id of the WhatsApp Business account, for the test.
    pub business_account_id: Option<String>,
    /// The file with the token of a system user.
    pub token_file: PathBuf,
    /// The file with the app's secret.
    pub app_secret_file: PathBuf,
    /// The file with the token for the check of the webhook's address.
    pub verify_token_file: PathBuf,
    /// Who answers by this number: `agent` (the default), `ai-agent` or `bot`.
    pub company: Option<String>,
    /// The language of templates without one: `pt_BR`.
    pub template_language: Option<String>,
    /// The address of the Graph API.
    pub base: Option<String>,
    /// The version of the Graph API.
    pub version: Option<String>,
    /// What all platforms have.
    #[serde(flatten)]
    pub common: ConnectCommon,
}

/// A bot of Typebot that waits.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TypebotSettings {
    /// The account of the desk.
    pub account: String,
    /// The address of the builder: `https://app.typebot.com`.
    pub base: String,
    /// The id of the bot.
    pub typebot: String,
    /// The id of its Webhook block.
    pub block: String,
    /// The file with the API token.
    pub token_file: PathBuf,
    /// What all platforms have.
    #[serde(flatten)]
    pub common: ConnectCommon,
}

/// Settings of all platforms.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct ConnectCommon {
    /// The address at which the platform reaches this server: `https://desk.example.com`.
    pub public_address: Option<String>,
    /// The time between two sweeps. Default 5 min.
    pub sweep_every: Option<Span>,
    /// How recently something must have happened in a conversation that a sweep finds, for it to
    /// become a ticket. Default 24 h.
    pub adopt_within: Option<Span>,
    /// Timeout of a request. Default 10 s.
    pub timeout: Option<Span>,
}

impl Connect {
    /// The account of the desk.
    #[must_use]
    pub fn account(&self) -> &str {
        match self {
            Self::Chatwoot(own) => &own.account,
            Self::Whatsapp(own) => &own.account,
            Self::Typebot(own) => &own.account,
        }
    }

    /// What all platforms have.
    #[must_use]
    pub fn common(&self) -> &ConnectCommon {
        match self {
            Self::Chatwoot(own) => &own.common,
            Self::Whatsapp(own) => &own.common,
            Self::Typebot(own) => &own.common,
        }
    }

    /// The files that it names.
    fn files(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::Chatwoot(own) => {
                let ChatwootSettings {
                    token_file,
                    bot_token_file,
                    secret_file,
                    address_token_file,
                    ..
                } = &mut **own;
                let optional = [bot_token_file, secret_file, address_token_file];
                std::iter::once(token_file).chain(optional.into_iter().flatten()).collect()
            }
            Self::Whatsapp(own) => {
                let WhatsappSettings { token_file, app_secret_file, verify_token_file, .. } =
                    &mut **own;
                vec![token_file, app_secret_file, verify_token_file]
            }
            Self::Typebot(own) => vec![&mut own.token_file],
        }
    }
}

/// The logs of the server.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Log {
    /// The filter: `info`, `debug`, `despertador_server=debug,warn`.
    pub filter: String,
    /// The format.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".into(), format: LogFormat::Text }
    }
}

/// The format of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs, one object per line.
    Json,
}

impl Settings {
    /// Parses settings.
    ///
    /// # Errors
    ///
    /// What is invalid, with its place.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// Reads settings from a file. Relative file names are relative to its folder.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or what is invalid in it, with its place.
    pub fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("`{}` cannot be read: {error}", file.display()))?;
        let mut settings = Self::from_toml(input::without_mark(&text))
            .map_err(|error| format!("`{}`: {error}", file.display()))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        settings.desk = settings.desk.within(folder);
        let beside = |path: &mut Option<PathBuf>| {
            if let Some(path) = path {
                *path = folder.join(&path);
            }
        };
        beside(&mut settings.plugin.file);
        beside(&mut settings.plugin.public_key);
        beside(&mut settings.operations_token_file);
        let own = settings.accounts.values_mut().filter_map(|account| account.deliver.as_mut());
        for deliver in own.chain(settings.deliver.as_mut()) {
            beside(&mut deliver.secret_file);
            beside(&mut deliver.ca_file);
            beside(&mut deliver.log);
        }
        for account in settings.accounts.values_mut() {
            beside(&mut account.policy);
            if let Some(blip) = &mut account.blip {
                beside(&mut blip.key_file);
            }
        }
        for file in settings.connect.values_mut().flat_map(Connect::files) {
            *file = folder.join(&file);
        }
        Ok(settings)
    }

    /// The longest time that a delivery may take.
    pub(crate) fn longest_delivery(&self) -> Duration {
        let own = self.accounts.values().filter_map(|account| account.deliver.as_ref());
        let webhooks = own.chain(&self.deliver).filter_map(|deliver| deliver.timeout);
        let bots = self.accounts.values().filter_map(|account| account.blip.as_ref());
        let through_blip = bots.map(|blip| {
            let envelope = blip.timeout.map_or(DELIVERY_TIMEOUT, |timeout| timeout.0);
            envelope.saturating_mul(BLIP_ENVELOPES_MAX)
        });
        webhooks.map(|timeout| timeout.0).chain(through_blip).fold(DELIVERY_TIMEOUT, Duration::max)
    }
}

/// The timeout of a receiver for which none is set.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest number of envelopes that carry out one action in Blip.
const BLIP_ENVELOPES_MAX: u32 = 4;
