//! Makes every call of the Chatwoot connector against a server that checks them, and prints how
//! each was answered: `contract/chatwoot` starts one from the vendor's OpenAPI document.
//!
//! Exit code 1 if a call was refused.
#![allow(clippy::print_stdout, reason = "the result of the check")]

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use despertador_connect::{
    Chatwoot, ChatwootOptions, Platform, Purpose, Reply, Request, Task, Transport,
};
use despertador_contract::{
    Action, ActionKey, AfterClose, Channel, ClosePackage, ClosingNote, Outgoing, QuickReply,
    Reminder, Source, Step, Survey, Task as ActionTask, Template, Ticket,
};
use despertador_desk::Delivery;
use despertador_desk::runtime::{Clock as _, SystemClock};
use despertador_desk::sink::Http;

/// Paths that the vendor has added since the document was written.
const NEWER: [&str; 1] = ["/custom_attributes"];

/// Records how each call was answered.
struct Recording {
    http: Http,
    answers: Mutex<Vec<(String, u16, String)>>,
}

impl Transport for Recording {
    fn send(&self, request: &Request) -> Result<Reply, String> {
        let reply = self.http.send(request)?;
        let method = if request.body.is_some() { "POST" } else { "GET" };
        let path = request.url.split("/accounts/").nth(1).unwrap_or_default();
        let said = reply.body.chars().take(300).collect();
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.push((format!("{method} /{path}"), reply.status, said));
        // The mocked documents are examples of any form: what follows must not depend on them.
        Ok(Reply { status: 200, body: form_of(path), ..reply })
    }
}

/// A document of the form that the connector expects at a path.
fn form_of(path: &str) -> String {
    let is_list = path.contains("/conversations?");
    match path {
        _ if is_list => r#"{"data":{"payload":[{"id":11,"status":"open"}]}}"#.into(),
        _ if path.contains("before=") || path.contains("after=") => r#"{"payload":[]}"#.into(),
        _ if path.ends_with("/messages") => r#"{"payload":[{"id":1}]}"#.into(),
        _ => r#"{"payload":[],"id":11,"status":"open","labels":["vip"]}"#.into(),
    }
}

fn delivery(step: Step, task: ActionTask) -> Delivery {
    let key = ActionKey { ticket: "support:11".into(), cycle: 1, step };
    Delivery {
        account: "acme".into(),
        ticket: key.ticket.clone(),
        key: key.to_string(),
        attempt: 1,
        due: 0,
        action: Action { key, due: 0, task },
        facts: Ticket::open("support:11", Channel::Whatsapp),
    }
}

fn deliveries() -> Vec<Delivery> {
    let reminder = |number, message| {
        delivery(Step::Reminder(number), ActionTask::Send(Reminder { number, of: 2, message }))
    };
    let buttons = Outgoing {
        quick_replies: vec![QuickReply { id: "continue".into(), title: "Sigo aquí".into() }],
        ..Outgoing::words("¿Sigues ahí?")
    };
    let template = Template {
        name: "aviso".into(),
        language: Some("es".into()),
        parameters: vec!["Eva".into()],
    };
    let template = Outgoing { template: Some(template), ..Outgoing::words("Hola Eva") };
    let close = ClosePackage {
        reason: "customer-inactivity".into(),
        notice: "Cerrado por inactividad".into(),
        closing_text: Some(Outgoing::words("¡Hasta pronto!")),
        silent_because: None,
        note: ClosingNote { category: "Inactividad".into(), summary: "dos recordatorios".into() },
        tags: vec!["inactividad".into()],
        incomplete_metadata: false,
        exit: "customer-inactivity".into(),
        then: AfterClose {
            source: Source::Inactivity,
            unassign: true,
            bot_on: true,
            survey: Survey::No,
        },
    };
    vec![
        reminder(1, buttons),
        reminder(2, template),
        delivery(Step::Close, ActionTask::Close(close)),
    ]
}

fn main() -> ExitCode {
    let Some(base) = std::env::args().nth(1) else {
        println!("name the address of the server: http://127.0.0.1:4010");
        return ExitCode::from(2);
    };
    let clock = Arc::new(SystemClock);
    let now = clock.now();
    let http = Http::new(Duration::from_secs(30), clock);
    let recording = Arc::new(Recording { http, answers: Mutex::default() });
    let options = ChatwootOptions::new(base, 1, "a-token");
    let chatwoot = Chatwoot::new("support", options, recording.clone());
    let mut failed = Vec::new();
    failed.extend(chatwoot.open(1, now).err());
    let read = chatwoot.read("11", None, Purpose::Action, now);
    let conversation = read.ok().flatten().unwrap_or_default();
    failed.extend(chatwoot.read("11", Some("1"), Purpose::Action, now).err());
    for delivery in deliveries() {
        let task = Task { delivery: &delivery, conversation: "11", read: Some(&conversation), now };
        println!("{}: {:?}", delivery.key, chatwoot.carry_out(&task));
    }
    let answers = recording.answers.lock().unwrap_or_else(PoisonError::into_inner);
    let mut refused = failed.len();
    for (call, status, said) in answers.iter() {
        let is_newer = NEWER.iter().any(|path| call.ends_with(path));
        let word = match status {
            200..=299 => "accepted",
            _ if is_newer => "newer than the document",
            _ => {
                refused = refused.saturating_add(1);
                "REFUSED"
            }
        };
        println!("{status} {word:<24} {call}{}", if word == "REFUSED" { said } else { "" });
    }
    println!("{} calls, {refused} refused", answers.len());
    ExitCode::from(u8::from(refused > 0))
}
