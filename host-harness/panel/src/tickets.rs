//! Live tickets, in the order of what happens next.

mod list;
mod show;

pub(crate) use list::{change_many, list, live};
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

/// What is wanted of tickets, as the button that was pressed says: the form of the interface.
fn wanted(fields: &Fields) -> Value {
    match fields.get("do") {
        "extend" => {
            let by = format!("{} {}", fields.get("by").trim(), fields.get("unit"));
            json!({ "do": "extend", "by": by })
        }
        what @ ("exempt" | "unexempt") => {
            json!({ "do": what, "tag": fields.get("tag").trim() })
        }
        what => json!({ "do": what }),
    }
}

/// What was done to a ticket, in words.
fn done(w: &'static Words, what: &str) -> &'static str {
    match what {
        "extend" => w.was_extended,
        "release" => w.was_released,
        "exempt" => w.was_exempted,
        "unexempt" => w.live.was_unexempted,
        "remind-now" => w.live.was_reminded,
        "close-now" => w.live.was_closed,
        _ => w.was_held,
    }
}

/// Changes one ticket as the button that was pressed says.
async fn by_hand(
    visit: &Visit,
    account: &str,
    ticket: &str,
    fields: &Fields,
) -> Result<&'static str, Box<Problem>> {
    let what = fields.get("do");
    let path = path(&["v1", "accounts", account, "tickets", ticket, what]);
    visit.post(path, &wanted(fields)).await?;
    Ok(done(visit.words, what))
}
