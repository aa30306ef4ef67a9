//! What a test of a connector finds.

use despertador_contract::{Duration, Instant, Language};

use crate::call::{Api, CallError, Request, Transport};
use crate::connector::Connector;
use crate::pace::Purpose;
use crate::platform::Platform;
use crate::text;

/// A clock that differs by more than this makes signatures fail and times wrong: 30 s, in
/// milliseconds.
const CLOCK_TOLERANCE_MS: Duration = 30_000;

/// A result of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What it is about, and how it ended.
    pub code: Code,
    /// The values of its sentences.
    pub values: Vec<String>,
}

/// How a result is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It does not work.
    Error,
    /// It works, and somebody should look.
    Warning,
    /// Good to know.
    Note,
    /// All is well.
    Good,
}

impl Severity {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
            Self::Good => "good",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $severity:ident;)*) => {
        /// The kinds of results.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// Its stable name.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Code::$name => $word,)* }
            }

            /// How it is to be taken.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The platform takes our token.
    CredentialsGood = "credentials", Good;
    /// The platform does not take our token.
    WrongToken = "wrong-token", Error;
    /// The platform cannot be reached.
    Unreachable = "unreachable", Error;
    /// The platform does not know the account, number or bot that the settings name.
    UnknownAccount = "unknown-account", Error;
    /// The token may do what is needed.
    RightsGood = "rights", Good;
    /// The token may not do something that is needed.
    MissingRight = "missing-right", Error;
    /// Messages are written in the name of a person.
    SharedToken = "shared-token", Warning;
    /// Nothing else closes conversations.
    NoOtherCloser = "closer", Good;
    /// The platform closes conversations by itself.
    SecondCloser = "second-closer", Warning;
    /// It is not known whether the platform closes conversations by itself.
    CloserUnknown = "closer-unknown", Warning;
    /// The clocks agree.
    ClockGood = "clock", Good;
    /// The clocks differ.
    ClockOff = "clock-off", Error;
    /// The platform posts to our address.
    WebhookGood = "webhook", Good;
    /// The platform does not post to our address.
    WebhookMissing = "webhook-missing", Error;
    /// The platform does not post everything that is needed.
    WebhookEvents = "webhook-events", Error;
    /// The platform does not say where it posts.
    WebhookUnknown = "webhook-unknown", Warning;
    /// The secret fits.
    SecretGood = "secret", Good;
    /// The secret is another one.
    WrongSecret = "wrong-secret", Error;
    /// Our address can be reached.
    AddressGood = "address", Good;
    /// Our address cannot be reached.
    AddressUnreachable = "address-unreachable", Error;
    /// The settings do not say our address.
    AddressUnknown = "address-unknown", Warning;
    /// The platform lacks an ability.
    Cannot = "cannot", Note;
}

impl Check {
    /// A result with the values of its sentences.
    #[must_use]
    pub fn new(code: Code, values: &[&str]) -> Self {
        Self { code, values: values.iter().map(|it| (*it).to_owned()).collect() }
    }

    /// What was found, without a full stop.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        fill(text::texts(language, self.code).0, &self.values)
    }

    /// What to do; empty if nothing is to be done.
    #[must_use]
    pub fn help(&self, language: Language) -> String {
        fill(text::texts(language, self.code).1, &self.values)
    }
}

fn fill(sentence: &str, values: &[String]) -> String {
    let numbered = values.iter().enumerate();
    numbered.fold(sentence.to_owned(), |text, (place, value)| {
        text.replace(&format!("{{{place}}}"), value)
    })
}

/// Tests a connector: the platform, the server's public address, and what the platform cannot do.
/// `address` is that of the webhook; `transport` reaches it as the platform would.
#[must_use]
pub fn test(
    connector: &Connector,
    address: Option<&str>,
    transport: &dyn Transport,
    now: Instant,
) -> Vec<Check> {
    let platform = connector.platform();
    let mut checks = platform.test(address, now);
    match address {
        Some(address) if platform.abilities().webhook => {
            checks.extend(reach(platform, address, transport, now));
        }
        None if platform.abilities().webhook => {
            checks.push(Check::new(Code::AddressUnknown, &[]));
        }
        _ => {}
    }
    let lacking = platform.abilities().all();
    let lacking = lacking.iter().filter(|(_, has)| !has);
    checks.extend(lacking.map(|(name, _)| Check::new(Code::Cannot, &[name])));
    checks
}

/// Posts to our own address what the platform could have signed.
fn reach(
    platform: &dyn Platform,
    address: &str,
    transport: &dyn Transport,
    now: Instant,
) -> Vec<Check> {
    let ping = platform.ping(now);
    let url = format!("{address}{}", ping.query);
    let request = Request { url, headers: ping.headers, body: Some(ping.body) };
    let unreachable = |why: &str| vec![Check::new(Code::AddressUnreachable, &[address, why])];
    match transport.send(&request) {
        Ok(reply) if (200..=299).contains(&reply.status) => {
            vec![Check::new(Code::AddressGood, &[address])]
        }
        Ok(reply) if reply.status == 401 => vec![
            Check::new(Code::AddressGood, &[address]),
            Check::new(Code::WrongSecret, &["the running server has another one"]),
        ],
        Ok(reply) => unreachable(&format!("it answered {}", reply.status)),
        Err(why) => unreachable(&why),
    }
}

/// The result of a call that only checks the token, whose setting is `token`.
pub(crate) fn of_call<T>(call: &Result<T, CallError>, token: &str, account: &str) -> Option<Check> {
    let error = call.as_ref().err()?;
    Some(match error.status() {
        Some(401) => Check::new(Code::WrongToken, &[token]),
        Some(404) => Check::new(Code::UnknownAccount, &[account]),
        Some(403) => Check::new(Code::MissingRight, &[account, token]),
        _ => Check::new(Code::Unreachable, &[&error.to_string()]),
    })
}

/// Compares the platform's clock with ours.
pub(crate) fn clock(api: &Api, path: &str, now: Instant) -> Option<Check> {
    let date = api.reply(now, Purpose::Action, path, None).ok()?.date?;
    let difference = now.abs_diff(date);
    Some(if difference <= CLOCK_TOLERANCE_MS {
        Check::new(Code::ClockGood, &[])
    } else {
        Check::new(Code::ClockOff, &[&difference.div_euclid(1_000).to_string()])
    })
}
