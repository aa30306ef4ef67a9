//! The test of a connector for WhatsApp.

use despertador_contract::Instant;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use super::Whatsapp;
use crate::call::{CallError, Reply};
use crate::check::{self, Check, Code};
use crate::json::At as _;
use crate::pace::Purpose;
use crate::whatsapp_codes::{Cause, cause};

/// The setting with the token.
const TOKEN: &str = "token-file";

/// Meta's code for a parameter that is wrong.
const WRONG_PARAMETER: i64 = 100;

/// Meta's code for a token that is not valid, or not any more.
const WRONG_TOKEN: i64 = 190;

impl Whatsapp {
    pub(super) fn check(&self, now: Instant) -> Vec<Check> {
        let number = &self.options.phone_number_id;
        let get = |path: String| self.api.reply(now, Purpose::Action, &path, None);
        let plain = format!("/{number}?fields=id,display_phone_number");
        if let Some(wrong) = of_reply(&get(plain.clone()), &format!("phone number id {number}")) {
            return vec![wrong];
        }
        let mut checks = vec![
            Check::new(Code::CredentialsGood, &[]),
            Check::new(Code::RightsGood, &[]),
            Check::new(Code::NoOtherCloser, &[]),
        ];
        checks.extend(check::clock(&self.api, &plain, now));
        // Meta itself says whether the secret is the one of the token's app.
        let proved = get(format!("{plain}&appsecret_proof={}", self.proof()));
        checks.push(match code(&proved) {
            None => Check::new(Code::SecretGood, &[]),
            Some(_) => Check::new(Code::WrongSecret, &["Meta refuses its proof"]),
        });
        if let Some(account) = &self.options.business_account_id {
            let listed = get(format!("/{account}/subscribed_apps"));
            checks.push(subscription(&listed, account));
        }
        checks
    }

    /// The proof that a caller with this token knows the app's secret.
    fn proof(&self) -> String {
        let mut mac = match Hmac::<Sha256>::new_from_slice(&self.options.app_secret) {
            Ok(mac) => mac,
            Err(error) => unreachable!("a key of any length is one: {error}"),
        };
        mac.update(self.options.token.as_bytes());
        let bytes = mac.finalize().into_bytes();
        bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}

/// The code of an answer with an error.
fn code(reply: &Result<Reply, CallError>) -> Option<i64> {
    let reply = reply.as_ref().ok().filter(|it| !(200..=299).contains(&it.status))?;
    let answer: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    Some(answer.at("error").at("code").as_i64().unwrap_or_default())
}

fn of_reply(reply: &Result<Reply, CallError>, what: &str) -> Option<Check> {
    if let Err(error) = reply {
        return Some(Check::new(Code::Unreachable, &[&error.to_string()]));
    }
    Some(match code(reply)? {
        WRONG_TOKEN => Check::new(Code::WrongToken, &[TOKEN]),
        WRONG_PARAMETER => Check::new(Code::UnknownAccount, &[what]),
        other if cause(other) == Cause::Account => {
            Check::new(Code::MissingRight, &["whatsapp_business_messaging", TOKEN])
        }
        other => Check::new(Code::Unreachable, &[&format!("it answered with code {other}")]),
    })
}

/// Whether an app is subscribed to the messages of the account.
fn subscription(reply: &Result<Reply, CallError>, account: &str) -> Check {
    let answer: Value = match (reply, code(reply)) {
        (Ok(reply), None) => serde_json::from_str(&reply.body).unwrap_or_default(),
        _ => return Check::new(Code::WebhookUnknown, &[account]),
    };
    match answer.at("data").as_array().is_some_and(|apps| !apps.is_empty()) {
        true => Check::new(Code::WebhookGood, &[account]),
        false => Check::new(Code::WebhookMissing, &[account]),
    }
}
