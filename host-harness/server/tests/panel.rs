//! The panel over the wire: who gets in, what is refused, and what its forms change.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};
use support::{Answer, MINUTE, NINE, Served, call};

/// A browser: a session, and the forms of the page that it shows.
struct Browser<'s> {
    served: &'s Served,
    cookie: String,
    language: &'static str,
}

/// Asks without following where it is sent.
fn ask(method: &str, url: &str, body: Option<&str>, headers: &[(&str, &str)]) -> Answer {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build();
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let agent = ureq::Agent::new_with_config(config);
    let answer = match body {
        Some(body) => agent.run(request.body(body.to_owned()).unwrap()),
        None => agent.run(request.body(()).unwrap()),
    };
    let mut answer = answer.unwrap();
    let headers: Vec<_> = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let kind = headers.iter().find(|(name, _)| name == "content-type");
    Answer {
        status: answer.status().as_u16(),
        kind: kind.map(|(_, kind)| kind.clone()).unwrap_or_default(),
        body: answer.body_mut().with_config().limit(64 << 20).read_to_string().unwrap(),
        headers,
    }
}

/// Fields as a browser sends them.
fn form(fields: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        if !body.is_empty() {
            body.push('&');
        }
        for (place, text) in [name, value].into_iter().enumerate() {
            if place == 1 {
                body.push('=');
            }
            for byte in text.bytes() {
                if byte.is_ascii_alphanumeric() {
                    body.push(char::from(byte));
                } else {
                    write!(body, "%{byte:02X}").unwrap();
                }
            }
        }
    }
    body
}

/// The text of an attribute or an element, as it was before it was escaped.
fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The value of the first hidden field of a name.
fn hidden(page: &str, name: &str) -> String {
    let (_, from) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_default();
    plain(from.split('"').next().unwrap())
}

impl<'s> Browser<'s> {
    fn new(served: &'s Served) -> Self {
        Browser { served, cookie: String::new(), language: "en" }
    }

    fn signed_in(served: &'s Served, token: &str) -> Self {
        let mut browser = Browser::new(served);
        let answer = browser.post_plain("/sign-in", &[("token", token), ("to", "/")]);
        assert_eq!(answer.status, 303, "{answer:?}");
        browser.keep(&answer);
        browser
    }

    /// Keeps the cookie of an answer.
    fn keep(&mut self, answer: &Answer) {
        let set = answer.header("set-cookie").expect("a cookie");
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
        self.cookie = set.split(';').next().unwrap().to_owned();
    }

    fn origin(&self) -> String {
        self.served.url("")
    }

    fn get(&self, path: &str) -> Answer {
        let headers = [("Cookie", self.cookie.as_str()), ("Accept-Language", self.language)];
        ask("GET", &self.served.url(path), None, &headers)
    }

    fn page(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(!answer.body.contains("style=\"") && !answer.body.contains("<style"), "{path}");
        assert!(!answer.body.contains(" onclick") && !answer.body.contains("<script>"), "{path}");
        answer.body
    }

    fn post_with(&self, path: &str, fields: &[(&str, &str)], origin: &str) -> Answer {
        let mut headers = vec![
            ("Cookie", self.cookie.as_str()),
            ("Accept-Language", self.language),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        if !origin.is_empty() {
            headers.push(("Origin", origin));
        }
        ask("POST", &self.served.url(path), Some(&form(fields)), &headers)
    }

    /// A form that lacks what the session's forms repeat.
    fn post_plain(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(path, fields, &self.origin())
    }

    /// A form of a page of this session.
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = hidden(&self.page("/help"), "csrf");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post_plain(path, &all)
    }
}

/// The fields of a rule whose reminders come after the given minutes.
fn rule<'f>(close: &'f str, reminders: &[(&'f str, &'f str)]) -> Vec<(String, &'f str)> {
    let own = |field: &str| format!("rule.0.{field}");
    let mut fields = vec![
        ("rule.0".to_owned(), ""),
        (own("name"), "Ventas y cobros"),
        (own("enabled"), "on"),
        (own("scope"), "these"),
        (own("more-departments"), "ventas, cobros"),
        (own("close-after.number"), close),
        (own("close-after.unit"), "min"),
    ];
    for (number, (minutes, text)) in reminders.iter().enumerate() {
        let one = |field: &str| own(&format!("reminder.{number}{field}"));
        fields.push((one(".kind"), "after"));
        fields.push((one(".number"), minutes));
        fields.push((one(".unit"), "min"));
        fields.push((format!("/rules/0/reminders/{number}/text"), text));
    }
    fields
}

fn refs<'f>(fields: &'f [(String, &'f str)]) -> Vec<(&'f str, &'f str)> {
    fields.iter().map(|(name, value)| (name.as_str(), *value)).collect()
}

#[test]
fn nobody_sees_a_page_without_signing_in_and_after_signing_out() {
    let served = Served::new();
    let browser = Browser::new(&served);
    for path in ["/", "/a/acme/tickets", "/a/acme/rules", "/tokens", "/a/acme/flow", "/help"] {
        let answer = browser.get(path);
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.header("location").unwrap().starts_with("/sign-in?to="), "{path}");
    }
    let wrong = browser.post_plain("/sign-in", &[("token", "desp_wrong")]);
    assert_eq!(wrong.status, 401);
    assert!(wrong.header("set-cookie").is_none() && wrong.body.contains("does not exist"));
    let browser = Browser::signed_in(&served, &served.acme);
    assert!(!browser.cookie.contains("desp_"), "the token stays with the server");
    // One account: its tickets come first.
    assert_eq!(browser.get("/").header("location"), Some("/a/acme/tickets"));
    assert!(browser.page("/a/acme/tickets").contains("No ticket waits"));
    let out = browser.post("/sign-out", &[]);
    assert_eq!(out.status, 303);
    assert_eq!(browser.get("/a/acme/tickets").status, 303);
}

#[test]
fn who_guesses_tokens_is_slowed_down() {
    let served = Served::new();
    let browser = Browser::new(&served);
    let statuses: Vec<u16> = (0..100)
        .map(|n| browser.post_plain("/sign-in", &[("token", &format!("guess {n}"))]).status)
        .collect();
    assert_eq!(statuses.last(), Some(&429));
}

#[test]
fn a_link_signs_in_once() {
    let served = Served::new();
    let mut browser = Browser::new(&served);
    let link = served.server.sign_in_link(&served.acme).unwrap();
    // Looking at it uses nothing up: mail programs do that.
    for _ in 0..2 {
        assert!(browser.get(&link).body.contains("once"));
    }
    let answer = browser.post_plain(&link, &[]);
    assert_eq!(answer.status, 303);
    let other = Browser::new(&served);
    assert_eq!(other.post_plain(&link, &[]).status, 410);
    assert_eq!(other.get(&link).status, 410);
    browser.keep(&answer);
    assert!(browser.page("/a/acme/tickets").contains("acme"));
}

#[test]
fn forms_of_other_pages_change_nothing() {
    let served = Served::new();
    served.silent("4711");
    let browser = Browser::signed_in(&served, &served.acme);
    let ticket = "/a/acme/tickets/4711";
    let csrf = hidden(&browser.page(ticket), "csrf");
    let hold = [("csrf", csrf.as_str()), ("do", "hold")];
    for origin in ["http://evil.example", "null", ""] {
        let answer = browser.post_with(ticket, &hold, origin);
        assert_eq!(answer.status, 403, "{origin}");
    }
    let guessed = browser.post_plain(ticket, &[("csrf", "guess"), ("do", "hold")]);
    assert!(guessed.body.contains("Continue"), "to be sent again by a person: {guessed:?}");
    let signing_in = Browser::new(&served);
    let token = [("token", served.acme.as_str())];
    assert_eq!(signing_in.post_with("/sign-in", &token, "http://evil.example").status, 403);
    let held = || served.get("/v1/accounts/acme/tickets/4711/timeline").body.contains("\"held\"");
    assert!(!held());
    assert!(browser.post_plain(ticket, &hold).body.contains("paused"));
    assert!(held());
    assert!(served.get("/v1/accounts/acme/audit").body.contains("acme"), "the audit says who");
}

#[test]
fn a_session_ends_with_its_token_and_nothing_typed_is_lost() {
    let served = Served::new();
    let token = served.token(&["help-desk:edit"]);
    let mut browser = Browser::signed_in(&served, &token);
    let page = browser.page("/a/acme/rules");
    let csrf = hidden(&page, "csrf");
    assert_eq!(served.delete("/v1/tokens/help-desk:edit").status, 204);
    let typed = [("csrf", csrf.as_str()), ("do", "check"), ("whole", "{ \"typed\": \"<b>ñ\" }")];
    let answer = browser.post_plain("/a/acme/rules", &typed);
    assert!(answer.body.contains("session has ended") && answer.body.contains("typed"));
    assert_eq!(browser.get("/a/acme/rules").status, 303);
    // Signing in again brings the form back, for its author to send.
    let kept = hidden(&answer.body, "kept");
    let to = hidden(&answer.body, "to");
    assert_eq!(to, "/a/acme/rules");
    let token = served.acme.clone();
    let back = browser.post_plain("/sign-in", &[("token", &token), ("to", &to), ("kept", &kept)]);
    assert_eq!(back.status, 200, "{back:?}");
    browser.keep(&back);
    let whole = hidden(&back.body, "whole");
    assert_eq!(whole, "{ \"typed\": \"<b>ñ\" }");
    let csrf = hidden(&back.body, "csrf");
    let again = [("csrf", csrf.as_str()), ("do", "check"), ("whole", whole.as_str())];
    let checked = browser.post_plain(&to, &again);
    assert_eq!(checked.status, 200);
    assert!(checked.body.contains("typed"), "{checked:?}");
}

#[test]
fn pages_show_what_the_scopes_allow_and_forms_do_no_more() {
    let served = Served::new();
    served.silent("4711");
    let views = Browser::signed_in(&served, &served.token(&["help-desk:view"]));
    let page = views.page("/a/acme/tickets/4711");
    assert!(
        !page.contains("value=\"hold\"")
            && !page.contains("/a/acme/audit")
            && !page.contains("/tokens")
    );
    assert!(views.page("/a/acme/rules").contains("disabled"));
    let refused = views.post("/a/acme/tickets/4711", &[("do", "hold")]);
    assert!(refused.body.contains("lacks the scope"), "{refused:?}");
    let refused = views.post("/a/acme/rules/save", &[("base", "{}"), ("version", "1")]);
    assert!(refused.body.contains("lacks the scope"), "{refused:?}");
    for path in ["/a/acme/audit", "/a/acme/flow", "/tokens"] {
        let answer = views.get(path);
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.body.contains("lacks the scope"), "{path}");
    }
    for path in ["/a/globex/tickets", "/a/nobody/rules", "/a/globex/reports"] {
        assert_eq!(views.get(path).status, 404, "{path}");
    }
    assert_eq!(views.get("/a/acme/tickets/none").status, 404);
}

#[test]
fn hostile_names_and_texts_stay_text() {
    let served = Served::new();
    let evil = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let event = |author: &str, id: &str| {
        json!({ "ticket": evil, "at": "2026-03-02T09:00:00Z", "id": id,
                "facts": { "channel": "whatsapp", "department": evil, "agent": evil,
                           "more": { "customer.id": evil, "customer.name": evil } },
                "message": { "author": author, "text": evil } })
    };
    let taken = served.post(
        "/v1/accounts/acme/events",
        &json!([event("customer", "c"), event("agent", "a")]).to_string(),
    );
    assert_eq!(taken.json()["stored"], 2, "{taken:?}");
    let policy = json!({ "rules": [ { "name": evil, "departments": [evil], "close-after": "15 min",
        "reminders": [ { "after": "10 min", "text": { "es": evil } } ] },
        { "departments": "any", "close-after": "1 d" } ] });
    let saved = served.put("/v1/accounts/acme/policy", &policy.to_string());
    assert_eq!(saved.status, 200, "{saved:?}");
    served.post("/v1/accounts/acme/events", &format!("{{ \"ticket\": {} ", json!(evil)));
    let browser = Browser::signed_in(&served, &served.acme);
    let list = browser.page("/a/acme/tickets");
    assert!(list.contains("&lt;img src=x"), "{list}");
    let (_, from) = list.split_once("scope=\"row\"><a href=\"").unwrap();
    let ticket = from.split('"').next().unwrap().to_owned();
    for path in [
        ticket.as_str(),
        "/a/acme/tickets",
        "/a/acme/rules",
        "/a/acme/undelivered",
        "/a/acme/audit",
        "/a/acme/reports",
        "/a/acme/rules/versions",
        "/a/acme/rules/versions/2",
    ] {
        let page = browser.page(path);
        assert!(!page.contains("<img src=x") && !page.contains("<script>alert"), "{path}: {page}");
    }
    let typed = browser.post(
        "/a/acme/rules",
        &[
            ("do", "review"),
            ("version", "2"),
            ("base", &policy.to_string().replace("15 min", "16 min")),
        ],
    );
    assert!(typed.body.contains("16 min") && !typed.body.contains("<img src=x"), "{typed:?}");
    let query =
        browser.page(&format!("/a/acme/tickets?{}", form(&[("q", evil), ("department", evil)])));
    assert!(!query.contains("<img src=x"));
}

#[test]
fn rules_are_refused_at_their_field_mended_compared_saved_and_taken_back() {
    let served = Served::new();
    let browser = Browser::signed_in(&served, &served.acme);
    let base = r#"{ "zone": "America/Bogota", "budget": { "per-day":  3 }, "rules": [ { "reminders": [ {}, {}, {} ] } ] }"#;
    let page = browser.page("/a/acme/rules");
    let version = hidden(&page, "version");
    assert_eq!(version, "1");
    let edit = |what: &str, close: &str, reminders: &[(&str, &str)]| {
        let rule = rule(close, reminders);
        let mut fields = vec![("version", version.as_str()), ("base", base), ("do", what)];
        fields.extend(refs(&rule));
        browser.post("/a/acme/rules", &fields)
    };
    let three = [("10", "¿Sigues ahí?"), ("1", "Parece que te fuiste"), ("4", "¡Hasta luego!")];
    // As long as the close: the bar is full, the save refused, the problem at its field.
    let refused = edit("review", "15", &three).body;
    assert!(refused.contains("<progress class=\"full\""), "{refused}");
    assert!(refused.contains("15 min of 15 min") && refused.contains("has to be mended"));
    let (_, at) = refused.split_once("id=\"rule-0-close-after-problems\"").unwrap();
    assert!(at.split("</ul>").next().unwrap().contains("●"), "{at}");
    // Mended: what changes is said in words, and what has no form stays as it was.
    let three = [("10", "¿Sigues ahí?"), ("1", "Parece que te fuiste"), ("3", "¡Hasta luego!")];
    let review = edit("review", "15", &three).body;
    assert!(review.contains("New rule “Ventas y cobros”"), "{review}");
    assert!(review.contains("The rule “Cualquiera” is deleted."), "{review}");
    let draft = hidden(&review, "base");
    assert!(draft.contains("\"budget\": { \"per-day\":  3 }"), "{draft}");
    let save = [("base", draft.as_str()), ("version", version.as_str()), ("do", "save")];
    let saved = browser.post("/a/acme/rules/save", &save);
    assert_eq!(saved.header("location"), Some("/a/acme/rules?saved=2"), "{saved:?}");
    assert!(browser.page("/a/acme/rules?saved=2").contains("version 2 is in force"));
    let policy = served.get("/v1/accounts/acme/policy").json();
    assert_eq!(policy["by"], "acme");
    assert_eq!(policy["policy"]["rules"][0]["departments"], json!(["ventas", "cobros"]));
    assert_eq!(policy["policy"]["rules"][0]["reminders"][2]["after"], "3 min");
    let versions = browser.page("/a/acme/rules/versions");
    assert!(versions.contains("in force") && versions.contains("settings"), "{versions}");
    assert!(browser.page("/a/acme/rules/versions/1").contains("Go back to this version"));
    let file = browser.get("/a/acme/rules/policy.json");
    assert_eq!(serde_json::from_str::<Value>(&file.body).unwrap(), policy["policy"]);
    let undone = browser.post("/a/acme/rules/versions", &[("version", "2")]);
    assert_eq!(undone.header("location"), Some("/a/acme/rules?saved=3"), "{undone:?}");
    let policy = served.get("/v1/accounts/acme/policy").json();
    assert_eq!(policy["policy"]["rules"][0]["departments"], "any");
}

#[test]
fn a_change_that_leaves_tickets_alone_wants_to_be_confirmed() {
    let served = Served::new();
    served.silent("4711");
    let browser = Browser::signed_in(&served, &served.acme);
    let base = r#"{ "rules": [ { "departments": ["legal"], "close-after": "1 h" } ] }"#;
    let fields = [("version", "1"), ("base", base)];
    let review = browser.post("/a/acme/rules", &[&fields[..], &[("do", "review")]].concat()).body;
    assert!(
        review.contains("nothing happens any more") && review.contains("name=\"confirmed\""),
        "{review}"
    );
    let refused = browser.post("/a/acme/rules/save", &fields).body;
    assert!(refused.contains("confirm it") && refused.contains("name=\"confirmed\""), "{refused}");
    let saved =
        browser.post("/a/acme/rules/save", &[&fields[..], &[("confirmed", "true")]].concat());
    assert_eq!(saved.header("location"), Some("/a/acme/rules?saved=2"), "{saved:?}");
}

#[test]
fn who_edits_while_somebody_else_saves_is_told_and_keeps_what_they_wrote() {
    let served = Served::new();
    let browser = Browser::signed_in(&served, &served.acme);
    let other = support::ADERESO.replace("15 min", "30 min");
    assert_eq!(served.put("/v1/accounts/acme/policy", &other).status, 200);
    let mine = support::ADERESO.replace("15 min", "45 min");
    let told = browser.post("/a/acme/rules/save", &[("base", &mine), ("version", "1")]).body;
    assert!(told.contains("Somebody else has saved"), "{told}");
    assert!(told.contains("from 30 min to 45 min"), "the difference from what is in force: {told}");
    assert_eq!(hidden(&told, "base"), mine);
    assert_eq!(hidden(&told, "version"), "2");
    let saved = browser.post("/a/acme/rules/save", &[("base", &mine), ("version", "2")]);
    assert_eq!(saved.header("location"), Some("/a/acme/rules?saved=3"), "{saved:?}");
}

#[test]
fn an_account_without_rules_begins_with_one_for_all_departments() {
    let served = Served::with(|settings, _| {
        settings.accounts.entry("acme".into()).or_default().policy = None;
    });
    let browser = Browser::signed_in(&served, &served.acme);
    let page = browser.page("/a/acme/rules");
    assert_eq!(page.matches("<section").count(), 1, "{page}");
    assert!(page.contains("value=\"any\" checked"), "{page}");
    // Nothing of it is in force, but how it will look is shown.
    assert_eq!(hidden(&page, "version"), "");
    assert!(page.contains("Nothing is reminded or closed until you save."));
    assert!(page.contains("T09:15:00Z"), "{page}");
    assert_eq!(served.get("/v1/accounts/acme/policy").problem(), "unknown-version");
    let review = browser.post(
        "/a/acme/rules",
        &[("base", &hidden(&page, "base")), ("version", ""), ("do", "review")],
    );
    let save = [("base", hidden(&review.body, "base")), ("version", String::new())];
    let save = save.each_ref().map(|(name, value)| (*name, value.as_str()));
    let saved = browser.post("/a/acme/rules/save", &save);
    assert_eq!(saved.header("location"), Some("/a/acme/rules?saved=1"), "{saved:?}");
}

#[test]
fn a_proposal_is_seen_and_approved_by_a_second_person() {
    let served = Served::with(|settings, _| {
        settings.accounts.entry("acme".into()).or_default().two_people = true;
    });
    let first = Browser::signed_in(&served, &served.acme);
    let page = first.page("/a/acme/rules");
    let base = hidden(&page, "base").replace("15 min", "20 min");
    let save = [("base", base.as_str()), ("version", "1"), ("do", "save")];
    let saved = first.post("/a/acme/rules/save", &save);
    assert_eq!(saved.header("location"), Some("/a/acme/rules?proposed=1"), "{saved:?}");
    assert!(
        first.page("/a/acme/rules?proposed=1").contains("waits for the approval of another person")
    );
    let own = first.page("/a/acme/rules/proposals/1");
    assert!(!own.contains("value=\"approve\"") && own.contains("from 15 min to 20 min"), "{own}");
    let token = served.token(&["help-desk:edit"]);
    let second = Browser::signed_in(&served, &token);
    assert!(second.page("/a/acme/rules").contains("/a/acme/rules/proposals/1"));
    assert!(second.page("/a/acme/rules/proposals/1").contains("value=\"approve\""));
    let approved = second.post("/a/acme/rules/proposals/1", &[("do", "approve")]);
    assert_eq!(approved.header("location"), Some("/a/acme/rules?saved=2"), "{approved:?}");
    // Another one is rejected.
    let save = [("base", base.as_str()), ("version", "2"), ("do", "save")];
    first.post("/a/acme/rules/save", &save);
    let rejected = second.post("/a/acme/rules/proposals/2", &[("do", "reject")]);
    assert_eq!(rejected.header("location"), Some("/a/acme/rules?rejected=true"));
    assert!(second.page("/a/acme/rules?rejected=true").contains("no longer waits"));
    assert!(first.page("/a/acme/audit").contains("proposal rejected"));
}

#[test]
fn five_thousand_departments_and_ten_thousand_characters_are_edited() {
    let served = Served::new();
    let names: Vec<String> = (0..5_000).map(|n| format!("departamento {n}")).collect();
    // As many in each rule as a rule may have.
    let mut rules: Vec<Value> = names
        .chunks(1_000)
        .map(|names| json!({ "departments": names, "close-after": "15 min" }))
        .collect();
    rules[0]["reminders"] = json!([{ "after": "10 min", "text": "n".repeat(10_000) }]);
    rules.push(json!({ "departments": "any", "close-after": "1 d" }));
    let policy = json!({ "rules": rules });
    let saved = served.put("/v1/accounts/acme/policy", &policy.to_string());
    assert_eq!(saved.status, 200, "{saved:?}");
    let browser = Browser::signed_in(&served, &served.acme);
    let page = browser.page("/a/acme/rules");
    assert!(page.contains("there are 1000 now") && page.contains("10000 characters"));
    assert!(page.matches("<input").count() < 1_500, "not a box for each");
    let listed = names[1..1_000].join("\r\n");
    let typed = [
        ("version", "2"),
        ("base", &policy.to_string()),
        ("do", "review"),
        ("rule.0", ""),
        ("rule.0.enabled", "on"),
        ("rule.0.scope", "these"),
        ("rule.0.departments", &listed),
        ("rule.0.close-after.number", "15"),
        ("rule.0.close-after.unit", "min"),
    ];
    let review = browser.post("/a/acme/rules", &typed).body;
    assert!(review.contains("no longer applies to departamento 0."), "{}", &review[..4_000]);
}

#[test]
fn what_is_no_policy_is_said_and_stays() {
    let served = Served::new();
    let browser = Browser::signed_in(&served, &served.acme);
    for text in ["", "no JSON <b>", "[]", "{ \"rules\": 1 }"] {
        let page =
            browser.post("/a/acme/rules", &[("whole", text), ("version", "1"), ("do", "review")]);
        assert_eq!(page.status, 200, "{text}");
        assert!(page.body.contains("no JSON with a list of rules"), "{text}: {page:?}");
        assert!(plain(&page.body).contains(text));
    }
    let preset =
        browser.post("/a/acme/rules", &[("preset", "blip"), ("version", "1"), ("do", "check")]);
    assert!(preset.body.contains("Todas as filas"), "{preset:?}");
}

#[test]
fn the_counter_of_a_text_has_the_limit_that_the_check_has() {
    let served = Served::new();
    let browser = Browser::signed_in(&served, &served.acme);
    let channels = [
        "whatsapp",
        "messenger",
        "instagram",
        "telegram",
        "apple-messages",
        "sms",
        "email",
        "web-chat",
        "mobile-app",
        "voice",
    ];
    for channel in channels {
        let policy = |length: usize| {
            json!({ "channel": channel, "rules": [ { "departments": "any", "close-after": "15 min",
                "reminders": [ { "after": "10 min", "text": "x".repeat(length) } ] } ] })
            .to_string()
        };
        let page = browser
            .post("/a/acme/rules", &[("base", &policy(10)), ("version", "1"), ("do", "check")])
            .body;
        let limit = page
            .split_once("data-limit=\"")
            .map(|(_, from)| from.split('"').next().unwrap().parse::<usize>().unwrap());
        let over = |length: usize| {
            let checked = served.post("/v1/accounts/acme/policy/check", &policy(length)).body;
            checked.contains("text-over-limit")
        };
        match limit {
            Some(limit) => assert!(!over(limit) && over(limit + 1), "{channel}: {limit}"),
            None => assert!(!over(10_000), "{channel}"),
        }
    }
}

#[test]
fn tickets_come_in_the_order_of_what_happens_next_and_are_changed_by_one_click() {
    let served = Served::new();
    served.silent("second");
    served.at(NINE - 5 * MINUTE);
    for (author, id) in [("customer", "c"), ("agent", "a")] {
        let event = json!({ "ticket": "first", "id": id, "at": "2026-03-02T08:55:00Z",
            "facts": { "department": "ventas" }, "message": { "author": author } });
        assert_eq!(served.post("/v1/accounts/acme/events", &event.to_string()).status, 200);
    }
    served.at(NINE);
    let ids = |path: &str| {
        let listed = served.get(path).json();
        let all = listed["tickets"].as_array().unwrap().clone();
        all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let due = "/v1/accounts/acme/tickets?order=due";
    assert_eq!(ids("/v1/accounts/acme/tickets"), ["second", "first"]);
    assert_eq!(ids(due), ["first", "second"]);
    assert_eq!(ids(&format!("{due}&limit=1")), ["first"]);
    assert_eq!(ids(&format!("{due}&department=ventas")), ["first"]);
    assert!(ids(&format!("{due}&status=closed")).is_empty());
    assert_eq!(served.get("/v1/accounts/acme/tickets?order=name").problem(), "bad-parameter");
    let browser = Browser::signed_in(&served, &served.acme);
    let page = browser.page("/a/acme/tickets");
    let place = |page: &str, text: &str| {
        page.find(&format!(">{text}<")).unwrap_or_else(|| panic!("{text} in {page}"))
    };
    assert!(place(&page, "first") < place(&page, "second"), "{page}");
    for part in [
        "Reminder 1",
        "2026-03-02 09:05",
        "2026-03-02 09:10",
        "agent, <time",
        "Cualquiera",
        "data-due=\"1772442600000\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!browser.page("/a/acme/tickets?department=ventas").contains(">second<"));
    assert!(!browser.page("/a/acme/tickets?show=closing").contains(">second<"));
    // The script asks for the rows alone, and only if they have changed.
    let ask_live = |tag: &str| {
        let headers =
            [("Cookie", browser.cookie.as_str()), ("x-panel-live", "1"), ("If-None-Match", tag)];
        ask("GET", &served.url("/a/acme/tickets"), None, &headers)
    };
    let live = ask_live("");
    let tag = live.header("etag").unwrap().to_owned();
    assert!(live.body.starts_with("<table>") && live.body.contains("first"));
    assert_eq!(ask_live(&tag).status, 304);
    let extended =
        browser.post("/a/acme/tickets/first", &[("do", "extend"), ("by", "1"), ("unit", "h")]);
    assert!(
        extended.body.contains("more time") && extended.body.contains("2026-03-02 10:05"),
        "{extended:?}"
    );
    assert_eq!(ask_live(&tag).status, 200);
    let many = browser.post(
        "/a/acme/tickets",
        &[("ticket", "first"), ("ticket", "second"), ("ticket", "none"), ("do", "hold")],
    );
    assert!(many.body.contains("Tickets changed: 2.") && many.body.contains("none"), "{many:?}");
    let odd =
        browser.post("/a/acme/tickets/first", &[("do", "extend"), ("by", "soon"), ("unit", "h")]);
    assert!(odd.body.contains("cannot be read") && odd.body.contains("role=\"alert\""), "{odd:?}");
    // Why, in the reader's language, and the picture.
    let mut spanish = Browser::signed_in(&served, &served.acme);
    spanish.language = "es-CO, en;q=0.5";
    let page = spanish.page("/a/acme/tickets/second");
    assert!(page.contains("<svg class=\"timeline\"") && page.contains("Por qué"), "{page}");
    assert!(page.contains("<html lang=\"es\""));
    let (_, entry) = page.split_once("?entry=").unwrap();
    let entry = entry.split('"').next().unwrap();
    assert!(
        spanish.page(&format!("/a/acme/tickets/second?entry={entry}")).contains("en la entrada")
    );
}

#[test]
fn what_could_not_be_read_is_sent_again_or_discarded() {
    let served = Served::new();
    served.silent("4711");
    let broken = r#"{ "ticket": "4711", "id": "c2", "message": { "author": "nobody-known" } "#;
    for text in [broken, "something else"] {
        assert_eq!(served.post("/v1/accounts/acme/events", text).status, 400);
    }
    let browser = Browser::signed_in(&served, &served.acme);
    let page = browser.page("/a/acme/undelivered");
    assert!(page.contains("nobody-known") && page.contains("something else"), "{page}");
    let id = |of: &str| {
        let listed = served.get("/v1/accounts/acme/inbound").json();
        let all = listed["inbound"].as_array().unwrap();
        let own = all.iter().find(|one| one["text"].as_str().unwrap().contains(of)).unwrap();
        own["id"].as_str().unwrap().to_owned()
    };
    let (first, second) = (id("nobody-known"), id("something else"));
    let again = browser.post(
        "/a/acme/undelivered",
        &[("do", "inbound-send-again"), ("id", &first), ("text", broken)],
    );
    assert!(again.body.contains("still cannot be read"), "{again:?}");
    let mended = broken.replace("nobody-known", "customer") + "}";
    let again = browser.post(
        "/a/acme/undelivered",
        &[("do", "inbound-send-again"), ("id", &first), ("text", &mended)],
    );
    assert!(again.body.contains("Sent again"), "{again:?}");
    let gone = browser.post("/a/acme/undelivered", &[("do", "inbound-discard"), ("id", &second)]);
    assert!(gone.body.contains("Discarded"), "{gone:?}");
    assert!(
        served.get("/v1/accounts/acme/inbound").json()["inbound"].as_array().unwrap().is_empty()
    );
    let audit = browser.page("/a/acme/audit");
    assert!(audit.contains("input sent again") && audit.contains("input discarded"), "{audit}");
}

#[test]
fn reports_flows_and_tokens_have_their_pages() {
    let served = Served::new();
    served.silent("4711");
    let browser = Browser::signed_in(&served, &served.acme);
    let report = browser.page("/a/acme/reports?since=2026-03-01&until=2026-03-02");
    assert!(
        report.contains("<table")
            && !report.contains("<main id=\"content\" tabindex=\"-1\"><section"),
        "{report}"
    );
    assert_eq!(browser.get("/a/acme/reports?since=soon").status, 200);
    assert!(browser.page("/a/acme/reports?since=soon").contains("role=\"alert\""));
    let csv = browser.get("/a/acme/reports/closed.csv?since=2026-03-01&until=2026-03-02");
    assert_eq!((csv.status, csv.kind.as_str()), (200, "text/csv; charset=utf-8"));
    let flow = include_str!("../../../tests/cli/files/jardin.json");
    let bad = include_str!("../../../tests/cli/files/loja.json");
    let refused = browser.post("/a/acme/flow", &[("flow", bad), ("do", "save")]);
    assert!(
        refused.body.contains("has errors and was not saved")
            && refused.body.contains("problem bad"),
        "{refused:?}"
    );
    let saved = browser.post("/a/acme/flow", &[("flow", flow), ("do", "save")]);
    assert!(saved.body.contains("The flow is saved"), "{saved:?}");
    let picture = browser.get("/a/acme/flow/picture.svg");
    assert!(picture.body.starts_with("<svg") && picture.kind == "image/svg+xml", "{picture:?}");
    let made = browser.post(
        "/tokens",
        &[("do", "make"), ("name", "<crm>"), ("scope", "events:write"), ("accounts", "acme")],
    );
    let (_, token) =
        made.body.split_once("<code id=\"made\">").unwrap_or_else(|| panic!("{made:?}"));
    let token = token.split('<').next().unwrap();
    assert_eq!(call("GET", &served.url("/v1/accounts"), token, None, &[]).status, 200);
    assert!(!browser.page("/tokens").contains(token));
    let revoked = browser.post("/tokens", &[("do", "revoke"), ("name", "<crm>")]);
    assert!(revoked.body.contains("is revoked"), "{revoked:?}");
    assert_eq!(call("GET", &served.url("/v1/accounts"), token, None, &[]).status, 401);
    for topic in ["rules", "texts", "hours", "channels", "tickets", "reports"] {
        for (language, tag) in
            [("es", "lang=\"es\""), ("pt-BR", "lang=\"pt\""), ("en", "lang=\"en\"")]
        {
            let browser = Browser { cookie: browser.cookie.clone(), language, served: &served };
            assert!(browser.page(&format!("/help/{topic}")).contains(tag));
        }
    }
}

#[test]
fn the_chosen_language_wins_over_the_browsers() {
    let served = Served::new();
    let mut browser = Browser::signed_in(&served, &served.acme);
    let chosen = browser.get("/language/pt?to=%2Fa%2Facme%2Frules");
    assert_eq!(chosen.header("location"), Some("/a/acme/rules"));
    let set = chosen.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    browser.cookie = format!("{}; {set}", browser.cookie);
    assert!(browser.page("/a/acme/rules").contains("<html lang=\"pt\""));
    let elsewhere = browser.get("/language/pt?to=%2F%2Fevil.example");
    assert_eq!(elsewhere.header("location"), Some("/"));
}

#[test]
fn a_panel_can_be_switched_off_and_the_interface_is_beside_it() {
    let served = Served::with(|settings, _| settings.panel = false);
    assert_eq!(served.get("/").problem(), "unknown-path");
    assert!(served.server.sign_in_link(&served.acme).is_none());
    let served = Served::new();
    assert_eq!(served.get("/nothing").problem(), "unknown-path");
    assert_eq!(served.get("/v1/accounts").status, 200);
    let style = ask("GET", &served.url("/panel/panel.css"), None, &[]);
    assert!(style.kind.starts_with("text/css") && style.body.contains("progress.full"));
    assert_eq!(ask("GET", &served.url("/panel/../secret"), None, &[]).status, 404);
    // The first view is small.
    let script = ask("GET", &served.url("/panel/panel.js"), None, &[]);
    let page = Browser::signed_in(&served, &served.acme).page("/a/acme/tickets");
    assert!(style.body.len() + script.body.len() + page.len() < 100_000);
}
