//! Tokens: made, listed, taken back.

use axum::http::Method;
use axum::response::Response;
use despertador_contract::Zone;
use despertador_desk::Scope;
use maud::{Markup, html};
use serde_json::{Value, json};

use crate::account::{list as members, text, texts};
use crate::fields::{Fields, path};
use crate::interface::Call;
use crate::shell::{self, Head, Said, time_of, wide};
use crate::sign_in::csrf;
use crate::text::fill;
use crate::visit::{Posted, Stop, Visit};

fn table(visit: &Visit, found: &Value) -> Markup {
    let w = visit.words;
    let table = html! {
        table {
            caption { span { (w.tokens_caption) } }
            thead { tr { @for head in [w.name, w.scopes, w.accounts, w.made, w.what_then] { th scope="col" { (head) } } } }
            tbody { @for token in members(found, "tokens") { tr {
                @let name = text(token, "name");
                th scope="row" { bdi { (name) } }
                td { (texts(token, "scopes").collect::<Vec<_>>().join(", ")) }
                td { bdi { (texts(token, "accounts").collect::<Vec<_>>().join(", ")) } }
                td { (time_of(&Zone::UTC, Some(text(token, "made")))) }
                td {
                    @match token.get("revoked").and_then(Value::as_str) {
                        Some(at) => { (w.revoked) " " (time_of(&Zone::UTC, Some(at))) }
                        None => form method="post" {
                            (csrf(&visit.session))
                            input type="hidden" name="name" value=(name);
                            button name="do" value="revoke" aria-label=(fill(w.revoke_token, &[name])) { (w.revoke) }
                        },
                    }
                }
            } } }
        }
    };
    wide(w, w.tokens, &table)
}

fn wanted(visit: &Visit, fields: &Fields) -> Markup {
    let w = visit.words;
    let chosen = |scope: &str| fields.all("scope").any(|one| one == scope);
    html! {
        form.card method="post" {
            (csrf(&visit.session))
            h2 { (w.new_token) }
            div { label for="name" { (w.name) }
                input #name name="name" required maxlength="200" value=(fields.get("name")); }
            fieldset.departments {
                legend { (w.scopes) }
                @for scope in Scope::ALL.into_iter().filter(|scope| visit.may(*scope)) {
                    label { input type="checkbox" name="scope" value=(scope.word()) checked[chosen(scope.word())];
                        " " code { (scope.word()) } " " span.quiet { (w.scope(scope.word())) } }
                }
            }
            div { label for="accounts" { (w.token_accounts) }
                input #accounts name="accounts" required value=(fields.get("accounts")); }
            button.main name="do" value="make" { (w.make) }
        }
    }
}

async fn page(visit: &Visit, fields: &Fields, said: Option<Said>) -> Result<Response, Stop> {
    let found = visit.get("/v1/tokens".into()).await?;
    let content = html! { (table(visit, &found)) (wanted(visit, fields)) };
    Ok(shell::page(visit, &Head { title: visit.words.tokens, at: None, said }, &content))
}

/// The tokens that see no more than one's own.
pub(crate) async fn list(visit: Visit) -> Result<Response, Stop> {
    page(&visit, &Fields::default(), None).await
}

/// Makes a token, which is shown this once, or takes one back.
pub(crate) async fn change(posted: Posted) -> Result<Response, Stop> {
    let Posted { visit, fields } = posted;
    let w = visit.words;
    if fields.get("do") == "revoke" {
        let call = Call::new(Method::DELETE, path(&["v1", "tokens", fields.get("name")]));
        let said = match visit.call(call).await.json() {
            Ok(_) => Said::done(fill(w.was_revoked, &[fields.get("name")])),
            Err(problem) => Said::of(w, &problem),
        };
        return page(&visit, &Fields::default(), Some(said)).await;
    }
    let split = |text: &str| -> Vec<String> {
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    };
    let body = json!({
        "name": fields.get("name").trim(),
        "scopes": fields.all("scope").collect::<Vec<_>>(),
        "accounts": split(fields.get("accounts")),
    });
    match visit.post("/v1/tokens".into(), &body).await {
        Ok(made) => {
            let said = Said::done(html! {
                p { (w.token_made) }
                p { code #made { (text(&made, "token")) } }
            });
            page(&visit, &Fields::default(), Some(said)).await
        }
        Err(problem) if problem.status == 401 => Err(visit.stop(problem)),
        Err(problem) => page(&visit, &fields, Some(Said::of(w, &problem))).await,
    }
}
