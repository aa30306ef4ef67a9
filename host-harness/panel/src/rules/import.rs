//! The settings of Blip's automatic close, as a policy.

use axum::http::Method;
use maud::html;

use crate::account::{list, text};
use crate::interface::Call;
use crate::shell::Said;
use crate::visit::{Stop, Visit};

/// The policy of some settings with notes about what differs, or why there is none.
pub(super) async fn blip(
    visit: &Visit,
    settings: &str,
) -> Result<Result<(String, Said), Said>, Stop> {
    let at = "/v1/blip/settings/import".to_owned();
    let call = Call { body: Some(settings.to_owned()), ..Call::new(Method::POST, at) };
    match visit.call(call).await.json() {
        Ok(found) => {
            let w = visit.words;
            let notes = html! {
                p { (w.editor.blip_notes) ":" }
                ul { @for note in list(&found, "notes") { li { code { (text(note, "member")) } " " (text(note, "text")) } } }
            };
            let said = Said { is_error: false, text: notes };
            Ok(Ok((text(&found, "policy").to_owned(), said)))
        }
        Err(problem) if problem.status == 401 => Err(visit.stop(problem)),
        Err(problem) => Ok(Err(Said::of(visit.words, &problem))),
    }
}
