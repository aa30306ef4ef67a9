//! The bot's flow: uploaded, checked, drawn.

use axum::extract::Path;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use despertador_contract::input;
use despertador_desk::Scope;
use despertador_flow::{Block, Flow, picture::svg};
use maud::{Markup, html};
use serde_json::Value;

use crate::account::{self, list, text as text_of};
use crate::fields::path;
use crate::interface::{Call, Found};
use crate::shell::{self, Head, Part, Said, time_of};
use crate::sign_in::csrf;
use crate::text::fill;
use crate::visit::{Posted, Stop, Visit};

#[derive(serde::Deserialize)]
struct Saved {
    #[serde(default)]
    flow: Option<Box<serde_json::value::RawValue>>,
}

/// The flow that was saved last, with what the interface says of it.
async fn saved(visit: &Visit, account: &str) -> Result<Option<(Value, String)>, Stop> {
    let at = path(&["v1", "accounts", account, "flow"]);
    let answer = visit.call(Call::new(Method::GET, at)).await;
    match answer.json() {
        Ok(value) => {
            let saved: Option<Saved> = serde_json::from_slice(&answer.body).ok();
            let text = saved.and_then(|saved| saved.flow).map(|raw| raw.get().to_owned());
            Ok(Some((value, text.unwrap_or_default())))
        }
        Err(problem) if problem.name() == "unknown-version" => Ok(None),
        Err(problem) => Err(visit.stop(problem)),
    }
}

/// What was tried, and what came of it.
struct Tried {
    text: String,
    found: Vec<Found>,
    said: Said,
}

/// The block of a finding's place: `/flow/desk:7f1c/…` by its id, `/states/3/…` by its position.
fn block_of<'f>(flow: &'f Flow, place: &str) -> Option<&'f Block> {
    let mut parts = place.split('/').skip(1);
    parts.next().filter(|part| matches!(*part, "flow" | "states"))?;
    let name = parts.next()?.replace("~1", "/").replace("~0", "~");
    let by_position = || flow.blocks().get(name.parse::<usize>().ok()?);
    flow.block(&name).or_else(by_position)
}

/// The findings, each at its block.
fn findings(visit: &Visit, flow: Option<&Flow>, found: &[Found]) -> Markup {
    let w = visit.words;
    let mut blocks: Vec<(Option<&Block>, Vec<&Found>)> = Vec::new();
    for one in found {
        let block = flow.and_then(|flow| block_of(flow, &one.place));
        let same =
            |other: &Option<&Block>| other.map(|block| &block.id) == block.map(|block| &block.id);
        match blocks.iter_mut().find(|(other, _)| same(other)) {
            Some((_, own)) => own.push(one),
            None => blocks.push((block, vec![one])),
        }
    }
    html! { @for (block, own) in &blocks {
        section.card {
            h2 { @match block { Some(block) => bdi { (block.name) }, None => (w.editor.elsewhere_in_flow) } }
            ul.problems { @for one in own { (crate::rules::problem(w, one, true)) } }
        }
    } }
}

async fn page(visit: &Visit, account: &str, tried: Option<Tried>) -> Result<Response, Stop> {
    let w = visit.words;
    let saved = saved(visit, account).await?;
    let zone = if visit.may(Scope::HelpDeskView) {
        account::zone(visit, account).await?
    } else {
        despertador_contract::Zone::UTC
    };
    let (text, found, said) = match tried {
        Some(tried) => (tried.text, tried.found, Some(tried.said)),
        None => (String::new(), Vec::new(), None),
    };
    let checked = match (&saved, text.is_empty()) {
        (Some((_, saved)), true) => saved,
        _ => &text,
    };
    let flow = Flow::read(checked).ok();
    let content = html! {
        p { (w.flow_lead) }
        (findings(visit, flow.as_ref(), &found))
        @if visit.may(Scope::BuilderEdit) {
            form method="post" {
                (csrf(&visit.session))
                label for="flow" { (w.flow_json) }
                textarea #flow name="flow" rows="8" spellcheck="false" required { (text) }
                p.upload { label { (w.upload) " " input type="file" accept=".json,application/json" data-into="flow"; } }
                div.buttons {
                    button name="do" value="check" { (w.check) }
                    button.main name="do" value="save" { (w.save) }
                }
            }
        }
        h2 { (w.flow_saved) }
        @match &saved {
            None => p { (w.no_flow) },
            Some((flow, _)) => {
                p {
                    (fill(w.version_number, &[&flow.get("version").and_then(Value::as_i64).unwrap_or_default().to_string()]))
                    ", " (time_of(&zone, Some(text_of(flow, "at")))) ", " bdi { (text_of(flow, "by")) }
                }
                p { (match text_of(flow, "inactivity-exit") {
                    "linked" => w.exit_linked,
                    "not-linked" => w.exit_not_linked,
                    "not-supported" => w.exit_not_supported,
                    _ => w.exit_unknown,
                }) }
                div.wide role="region" tabindex="0" aria-label={ (w.flow_picture) ", " (w.scrolls) } {
                    img.flow src={ (path(&["a", account, "flow", "picture.svg"])) "?" (flow.get("version").and_then(Value::as_i64).unwrap_or_default()) }
                        alt=(w.flow_picture);
                }
            }
        }
    };
    Ok(shell::page(visit, &Head { title: w.flow, at: Some((account, Part::Flow)), said }, &content))
}

/// The flow that was saved last.
pub(crate) async fn show(visit: Visit, Path(account): Path<String>) -> Result<Response, Stop> {
    page(&visit, &account, None).await
}

/// Checks a flow, or saves it.
pub(crate) async fn change(Path(account): Path<String>, posted: Posted) -> Result<Response, Stop> {
    let Posted { visit, fields } = posted;
    let w = visit.words;
    let text = input::without_mark(fields.get("flow")).to_owned();
    let saves = fields.get("do") == "save";
    let at: &[&str] = &["v1", "accounts", &account, "flow"];
    let call = if saves {
        Call::new(Method::PUT, path(at))
    } else {
        Call::new(Method::POST, path(&[at, &["check"]].concat()))
    };
    let tried = match visit.call(Call { body: Some(text.clone()), ..call }).await.json() {
        Ok(checked) => Tried {
            found: list(&checked, "warnings")
                .filter_map(|found| serde_json::from_value(found.clone()).ok())
                .collect(),
            said: Said::done(if saves { w.flow_was_saved } else { w.flow_is_good }),
            text: if saves { String::new() } else { text },
        },
        Err(problem) if problem.status == 401 => return Err(visit.stop(problem)),
        Err(problem) => {
            let said = Said::of(w, &problem);
            Tried { text, found: problem.problems, said }
        }
    };
    page(&visit, &account, Some(tried)).await
}

/// The picture of the flow that was saved last.
pub(crate) async fn picture(visit: Visit, Path(account): Path<String>) -> Result<Response, Stop> {
    let text = saved(&visit, &account).await?.map(|(_, text)| text).unwrap_or_default();
    let drawn = Flow::read(&text).map(|flow| svg(&flow)).unwrap_or_default();
    let mut answer = drawn.into_response();
    let headers = answer.headers_mut();
    let fixed = HeaderValue::from_static;
    headers.insert(header::CONTENT_TYPE, fixed("image/svg+xml"));
    headers.insert(header::CACHE_CONTROL, fixed("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    // The picture has a style of its own, and nothing else.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        fixed("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    );
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_stands_at_its_block() {
        let flow = |text| Flow::read(text).expect("a flow");
        let by_id = flow(include_str!("../../../tests/cli/files/loja.json"));
        let name = |flow: &Flow, place: &str| block_of(flow, place).map(|block| block.name.clone());
        assert_eq!(
            name(&by_id, "/flow/desk:7f1c/$conditionOutputs").as_deref(),
            Some("Atendimento humano")
        );
        let by_position = flow(include_str!("../../../tests/cli/files/jardin.json"));
        assert_eq!(
            name(&by_position, "/states/3/outputs/3").as_deref(),
            by_position.blocks().get(3).map(|block| block.name.as_str())
        );
        for elsewhere in ["", "/flow", "/flow/nobody", "/configuration/desk:7f1c"] {
            assert_eq!(name(&by_id, elsewhere), None, "{elsewhere}");
        }
    }
}
