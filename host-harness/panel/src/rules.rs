//! The rules of an account: read, edited, checked, compared, saved, taken back.

mod card;
mod difference;
pub(crate) mod document;
mod edit;
mod form;
mod import;
mod limit;
mod live;
mod outline;
mod proposal;
mod review;
mod schema;
mod trial;
mod versions;

pub(crate) use form::problem;
pub(crate) use proposal::{decide, show as proposal};
pub(crate) use review::{save, try_past};
pub(crate) use versions::{download, undo, version, versions};

use axum::extract::{Path, RawQuery};
use axum::http::Method;
use axum::response::Response;
use despertador_contract::{Language, Zone, input};
use despertador_desk::Scope;
use maud::{Markup, PreEscaped, html};
use serde_json::Value;

use crate::account::{self, list, text};
use crate::fields::{Fields, encode, path};
use crate::interface::{Call, Found, Problem};
use crate::preset::Preset;
use crate::shell::{self, Head, Part, Said};
use crate::sign_in::csrf;
use crate::text::{Words, fill};
use crate::visit::{Posted, Stop, Visit};
use card::{Account, Card};
use document::{Policy, Rule};
use form::Forms;
use review::Context;

/// A policy that is being edited.
struct Draft {
    /// The policy as it would be saved.
    text: String,
    /// The version that it replaces; empty if there is none.
    version: String,
    /// All that the check has found.
    found: Vec<Found>,
    /// What a save would mean for open tickets.
    moved: Vec<Value>,
    /// The start of the silence whose steps are shown; empty: none.
    start: String,
    /// The rules with the times of their steps, if there are no errors.
    outline: Value,
    /// The departments that the account is known to have.
    departments: Vec<String>,
    /// Why the check could not be made, if it was not.
    unchecked: Option<Box<Problem>>,
}

impl Draft {
    /// A policy that was not checked.
    fn of(text: String, version: String) -> Draft {
        Draft {
            text,
            version,
            found: Vec::new(),
            moved: Vec::new(),
            start: String::new(),
            outline: Value::Null,
            departments: Vec::new(),
            unchecked: None,
        }
    }

    /// Checks the policy by the interface.
    async fn check(mut self, visit: &Visit, account: &str, start: &str) -> Draft {
        let zone = Zone::of_policy(&self.text);
        self.start = if outline::is_start(start) {
            start.to_owned()
        } else {
            outline::usual_start(visit.now, &zone)
        };
        let path = path(&["v1", "accounts", account, "policy", "check"]);
        let path = format!("{path}?{}", encode([("start", self.start.as_str())]));
        let call = Call { body: Some(self.text.clone()), ..Call::new(Method::POST, path) };
        match visit.call(call).await.json() {
            Ok(mut checked) => {
                self.found = list(&checked, "warnings")
                    .filter_map(|found| serde_json::from_value(found.clone()).ok())
                    .collect();
                self.moved = list(&checked, "moved").cloned().collect();
                self.outline = checked.get_mut("outline").map(Value::take).unwrap_or_default();
            }
            Err(problem) if problem.name() == "policy-refused" => self.found = problem.problems,
            Err(problem) => self.unchecked = Some(problem),
        }
        self
    }

    fn has_errors(&self) -> bool {
        self.unchecked.is_some() || self.found.iter().any(Found::is_error)
    }
}

/// The policy of a form: what it began with, and what its fields say.
fn edited(fields: &Fields) -> String {
    let whole = fields.find("whole").map(str::to_owned);
    let base = whole.unwrap_or_else(|| fields.get("base").to_owned());
    match Policy::read(&base) {
        Some(mut policy) => {
            edit::apply(&mut policy, fields);
            if fields.get("do") == "add:/rules" {
                policy.rules.push(Rule::next(&policy));
                return policy.write();
            }
            let text = policy.write();
            form::apply::press(&text, fields.get("do"), fields).unwrap_or(text)
        }
        None => base,
    }
}

fn hidden(visit: &Visit, draft: &Draft) -> Markup {
    html! {
        (csrf(&visit.session))
        input type="hidden" name="version" value=(draft.version);
        input type="hidden" name="base" value=(draft.text);
    }
}

/// The page with the rules as cards.
fn page(visit: &Visit, account: &str, draft: &Draft, said: Option<Said>) -> Response {
    with_waiting(visit, account, draft, said, &html! {})
}

/// The same, with the proposals that wait.
fn with_waiting(
    visit: &Visit,
    account: &str,
    draft: &Draft,
    said: Option<Said>,
    waiting: &Markup,
) -> Response {
    let w = visit.words;
    let edits = visit.may(Scope::HelpDeskEdit);
    let here = path(&["a", account, "rules"]);
    let policy = Policy::read(&draft.text);
    let content = html! {
        p.links {
            a href={ (here) "/versions" } { (w.versions) } " "
            a href={ (here) "/policy.json" } download { (w.download) } " "
            a href="/help/rules" { (w.help_rules) }
        }
        (waiting)
        @if draft.version.is_empty() { p { (w.no_policy_yet) } p { (w.editor.first_rule) } }
        @match &policy {
            None => div.said.bad role="alert" { p { (w.no_policy_form) } },
            Some(policy) => {
                form #rules method="post" action=(here) data-check {
                    // Enter checks, and presses none of the buttons below.
                    button.unseen name="do" value="check" tabindex="-1" aria-hidden="true" { (w.check) }
                    (hidden(visit, draft))
                    fieldset.plain disabled[!edits] { (cards(w, policy, draft, edits)) }
                }
                p #lost.lost role="status" hidden { (w.lost) }
                p #ended.lost role="status" hidden { (w.session_over) }
            }
        }
        @if edits { (whole(visit, draft, &here)) }
        @else { pre tabindex="0" { code { (draft.text) } } }
    };
    let head = Head { title: w.rules, at: Some((account, Part::Rules)), said };
    shell::page(visit, &head, &content)
}

/// The rules as cards, with what holds for the whole account around them.
fn cards(w: &'static Words, policy: &Policy, draft: &Draft, edits: bool) -> Markup {
    let forms = Forms::of(w, policy, &draft.found);
    let whole = Account { forms: &forms, policy };
    let zone = Zone::parse(text(&draft.outline, "zone")).unwrap_or(Zone::UTC);
    let outlined: Vec<&Value> = list(&draft.outline, "rules").collect();
    let cards: Vec<Card<'_>> = policy
        .rules
        .iter()
        .enumerate()
        .map(|(number, rule)| {
            let outline = outlined.get(number).map(|rule| (*rule, &zone));
            let departments = &draft.departments;
            Card { forms: &forms, policy, rule, number, departments, outline }
        })
        .collect();
    html! {
        div #problems data-live { (loose_problems(w, policy, draft)) }
        @if cards.len() > 1 {
            nav.rules aria-label=(w.editor.list_of_rules) { ol { @for card in &cards {
                li { (card.signs("list")) a href={ "#rule-" (card.number) "-card" } { bdi { (card.rule.label(w)) } } }
            } } }
        }
        (whole.top())
        p.start { label { (w.editor.starts_at) " "
            input type="datetime-local" name="start" value=(draft.start.get(..16).unwrap_or_default()); } }
        @for card in &cards { (card.markup()) }
        (whole.bottom())
        @if edits { div.buttons.sticky {
            button name="do" value="add:/rules" { "+ " (w.add_rule) }
            button name="do" value="check" { (w.check) }
            button.main name="do" value="review" { (w.review) }
        } }
    }
}

/// Problems that belong to no field.
fn loose_problems(w: &'static Words, policy: &Policy, draft: &Draft) -> Markup {
    let loose: Vec<&Found> =
        draft.found.iter().filter(|found| !card::has_place(policy, &found.place)).collect();
    html! {
        @if let Some(problem) = &draft.unchecked {
            div.said.bad role="alert" { (shell::in_words(w, problem)) }
        }
        @if !loose.is_empty() { ul.problems { @for found in loose { (form::problem(w, found, true)) } } }
        @let errors = draft.found.iter().filter(|found| found.is_error()).count();
        @if errors > 0 { p.said.bad role="status" { (fill(w.errors_found, &[&errors.to_string()])) } }
    }
}

/// The whole policy as JSON, and presets.
fn whole(visit: &Visit, draft: &Draft, here: &str) -> Markup {
    let w = visit.words;
    html! {
        details #whole open[Policy::read(&draft.text).is_none() || draft.version.is_empty()] {
            summary { (w.as_json) }
            form method="post" action=(here) {
                (csrf(&visit.session))
                input type="hidden" name="version" value=(draft.version);
                label for="json" { (w.json_help) }
                textarea #json name="whole" rows="16" spellcheck="false" { (draft.text) }
                p.upload { label { (w.upload) " " input type="file" accept=".json,application/json" data-into="json"; } }
                button name="do" value="check" { (w.take_json) }
            }
            form method="post" action=(here) {
                (csrf(&visit.session))
                input type="hidden" name="version" value=(draft.version);
                label { (w.preset) " "
                    select name="preset" { @for preset in Preset::ALL { option { (preset.name) } } }
                }
                button name="do" value="check" { (w.take_preset) }
            }
            form method="post" action=(here) {
                (csrf(&visit.session))
                input type="hidden" name="version" value=(draft.version);
                label for="blip" { (w.editor.import_blip) } p.quiet { (w.editor.blip_help) }
                textarea #blip name="blip" rows="4" spellcheck="false" {}
                p.upload { label { (w.upload) " " input type="file" accept=".json,application/json" data-into="blip"; } }
                button name="do" value="check" { (w.editor.blip_take) }
            }
        }
    }
}

/// The policy that the first rule begins with: one for all departments.
fn first(language: Language) -> String {
    let mut policy = Policy::default();
    policy.top.set("language", &language.tag().into());
    policy.rules.push(Rule::next(&policy));
    policy.write()
}

/// The departments that the account is known to have.
async fn known_departments(visit: &Visit, account: &str) -> Vec<String> {
    let at = path(&["v1", "accounts", account, "departments"]);
    // Without them all can be typed as well.
    let found = visit.call(Call::new(Method::GET, at)).await.json().unwrap_or_default();
    list(&found, "departments").map(|one| text(one, "name").to_owned()).collect()
}

/// The rules in force.
pub(crate) async fn show(
    visit: Visit,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let policy = account::policy(&visit, &account).await?;
    let w = visit.words;
    let saved =
        fields.filled("saved").filter(|version| version.bytes().all(|b| b.is_ascii_digit()));
    let said = saved.map(|version| {
        Said::done(html! {
            p { (fill(w.saved_as, &[version])) }
            @if visit.may(Scope::HelpDeskEdit) {
                p { a href=(path(&["a", &account, "rules", "versions"])) { (w.take_back) } }
            }
        })
    });
    let said = said.or_else(|| proposal::said(w, &fields));
    let draft = match policy {
        Some(own) => Draft::of(own.text, own.version),
        None => Draft::of(first(visit.language), String::new()),
    };
    let mut draft = draft.check(&visit, &account, fields.get("start")).await;
    draft.departments = known_departments(&visit, &account).await;
    let waiting = proposal::waiting(&visit, &account).await;
    Ok(with_waiting(&visit, &account, &draft, said, &waiting))
}

/// The rules in force, over a version that somebody has read.
async fn current(visit: &Visit, account: &str, version: String) -> Result<Draft, Stop> {
    let text = account::policy(visit, account).await?.map(|policy| policy.text);
    let text = text.unwrap_or_else(|| first(visit.language));
    Ok(Draft::of(text, version).check(visit, account, "").await)
}

/// A button of the editor.
pub(crate) async fn edit(Path(account): Path<String>, posted: Posted) -> Result<Response, Stop> {
    let Posted { visit, fields } = posted;
    let preset = fields.find("preset").and_then(Preset::named);
    let (text, notes) = match (preset, fields.filled("blip")) {
        (Some(preset), _) => (preset.config.to_owned(), None),
        (None, Some(settings)) => match import::blip(&visit, settings).await? {
            Ok((text, notes)) => (text, Some(notes)),
            Err(refused) => {
                let version = fields.get("version").to_owned();
                return Ok(page(
                    &visit,
                    &account,
                    &current(&visit, &account, version).await?,
                    Some(refused),
                ));
            }
        },
        (None, None) => (edited(&fields), None),
    };
    let text = input::without_mark(&text).to_owned();
    let version = fields.get("version").to_owned();
    let mut draft = Draft::of(text, version).check(&visit, &account, fields.get("start")).await;
    // While somebody types, only problems and times are renewed.
    if fields.get("do") == "typed"
        && let Some(policy) = Policy::read(&draft.text)
    {
        let parts = live::parts(&cards(visit.words, &policy, &draft, true).0);
        return Ok(shell::part(&PreEscaped(parts)));
    }
    draft.departments = known_departments(&visit, &account).await;
    if fields.get("do") == "review" && !draft.has_errors() {
        return review::page(&visit, &account, &draft, &Context::default()).await;
    }
    let w = visit.words;
    let said = notes.or_else(|| match fields.get("do") {
        "review" => Some(Said { is_error: true, text: html! { p { (w.mend_first) } } }),
        "check" if !draft.has_errors() && draft.found.is_empty() => {
            Some(Said::done(w.check_found_nothing))
        }
        _ => None,
    });
    Ok(page(&visit, &account, &draft, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_adds_one_rule_first_the_one_for_all_others() {
        let press = |base: &str| {
            let fields = encode([("base", base), ("do", "add:/rules")]);
            edited(&Fields::parse(fields.as_bytes()))
        };
        let rules = |text: &str| -> Vec<Value> {
            let policy: Value = serde_json::from_str(text).expect("JSON");
            list(&policy, "rules").map(|rule| rule["departments"].clone()).collect()
        };
        let one = press("{}");
        assert_eq!(rules(&one), [Value::from("any")]);
        assert_eq!(rules(&press(&one)), [Value::from("any"), Value::Array(Vec::new())]);
    }
}
