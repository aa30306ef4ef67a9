//! Live tickets, in the order of what happens next.

mod list;
mod seen;
mod show;

pub(crate) use list::{change_many, list};
pub(crate) use seen::Seen;
pub(crate) use show::{change, show};

use serde_json::{Value, json};

use crate::fields::{Fields, path};
use crate::interface::Problem;
use crate::text::{Words, fill};
use crate::visit::Visit;

/// A step in the reader's words.
pub(crate) fn step(w: &'static Words, word: &str) -> String {
    let numbered = |prefix: &str, text: &str| {
        let number = word.strip_prefix(prefix)?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| fill(text, &[number]))
    };
    match word {
        "close" => w.step_close.into(),
        "notify" => w.step_notify.into(),
        "reopen" | "open-linked" => w.step_reopen.into(),
        "after-close" => w.step_after_close.into(),
        "resolve" => w.step_resolve.into(),
        _ => numbered("reminder-", w.step_reminder)
            .or_else(|| numbered("reply-", w.step_reply))
            .unwrap_or_else(|| word.to_owned()),
    }
}

/// What may be done to a ticket by hand, as the button that is pressed says.
async fn by_hand(
    visit: &Visit,
    account: &str,
    ticket: &str,
    fields: &Fields,
) -> Result<&'static str, Box<Problem>> {
    let at = |what: &str| path(&["v1", "accounts", account, "tickets", ticket, what]);
    let w = visit.words;
    let (what, body, done): (&str, Value, _) = match fields.get("do") {
        "extend" => {
            let by = format!("{} {}", fields.get("by").trim(), fields.get("unit"));
            ("extend", json!({ "by": by }), w.was_extended)
        }
        "release" => ("release", Value::Null, w.was_released),
        "exempt" => ("exempt", json!({ "tag": fields.get("tag").trim() }), w.was_exempted),
        _ => ("hold", Value::Null, w.was_held),
    };
    visit.post(at(what), &body).await?;
    Ok(done)
}
