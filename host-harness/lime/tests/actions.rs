//! Every task of the contract as the envelopes that carry it out.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod samples;

use despertador_contract::{
    Action, ActionKey, AfterClose, Audience, AutomaticReply, ClosePackage, ClosingNote, Image,
    MissedCall, Notification, Outgoing, Reminder, Reopening, Source, Step, Survey, Task, Template,
};
use despertador_lime::{
    CloseWay, Dispatch, Envelope, Happened, Identity, Known, LeftOut, Meaning, Options, Refusal,
    Route, carry_out, desk, meaning,
};
use serde_json::{Value, json};

fn key(step: Step) -> ActionKey {
    ActionKey { ticket: "t-1".into(), cycle: 2, step }
}

fn address(text: &str) -> Identity {
    text.parse().unwrap()
}

fn dispatch_to(
    customer: &str,
    step: Step,
    task: Task,
    options: &Options,
) -> Result<Dispatch, Refusal> {
    let (bot, customer, ticket) =
        (address("mybot@msging.net"), address(customer), samples::ticket());
    let route = Route { bot: &bot, customer: &customer, ticket: &ticket };
    let action = Action { key: key(step), due: 0, task };
    let dispatch = carry_out(&action, &route, options)?;
    // The result is always the same.
    assert_eq!(carry_out(&action, &route, options), Ok(dispatch.clone()));
    // Reading what was written gives the same.
    for envelope in &dispatch.send {
        assert_eq!(Envelope::read(&envelope.to_string()).as_ref(), Ok(envelope));
    }
    Ok(dispatch)
}

fn dispatch(step: Step, task: Task) -> Result<Dispatch, Refusal> {
    dispatch_to("5511999990000@wa.gw.msging.net", step, task, &Options::default())
}

fn written(dispatch: &Dispatch) -> Vec<Value> {
    dispatch.send.iter().map(Envelope::to_json).collect()
}

fn remind(message: Outgoing) -> Task {
    Task::Send(Reminder { number: 1, of: 3, message })
}

fn package() -> ClosePackage {
    ClosePackage {
        reason: "customer-inactivity".into(),
        notice: "Ticket cerrado por inactividad".into(),
        closing_text: None,
        silent_because: None,
        note: ClosingNote { category: "Inactividad".into(), summary: "3 recordatorios".into() },
        tags: vec!["Inatividade".into(), "vip".into()],
        incomplete_metadata: false,
        exit: "customer-inactivity".into(),
        then: AfterClose {
            source: Source::Inactivity,
            unassign: true,
            bot_on: true,
            survey: Survey::No,
        },
    }
}

const CUSTOMER: &str = "5511999990000@wa.gw.msging.net";
const TICKET: &str = "application/vnd.iris.ticket+json";

#[test]
fn a_reminder_is_a_message() {
    let image = || {
        Some(Image { url: "https://example.com/a.PNG?x".into(), alternative: "Un reloj".into() })
    };
    let words = || Outgoing::words("¿Sigues ahí?");
    let id = "despertador.t-1.2.reminder-1.message";
    let select = json!({ "id": id, "to": CUSTOMER, "type": "application/vnd.lime.select+json",
        "content": { "text": "¿Sigues ahí?", "scope": "immediate", "options": [
            { "order": 1, "text": "Sigo aquí", "type": "text/plain", "value": "Sigo aquí" },
            { "order": 2, "text": "Ya está resuelto", "type": "text/plain",
              "value": "Ya está resuelto" } ] } });
    let picture = |id: &str, text: Option<&str>| {
        let mut content = json!({ "title": "Un reloj", "type": "image/png",
                                  "uri": "https://example.com/a.PNG?x" });
        if let Some(text) = text {
            content["text"] = json!(text);
        }
        json!({ "id": id, "to": CUSTOMER, "type": "application/vnd.lime.media-link+json",
                "content": content })
    };
    for (message, expected) in [
        (
            words(),
            vec![
                json!({ "id": id, "to": CUSTOMER, "type": "text/plain", "content": "¿Sigues ahí?" }),
            ],
        ),
        (Outgoing { image: image(), ..words() }, vec![picture(id, Some("¿Sigues ahí?"))]),
        (Outgoing { quick_replies: samples::offered(), ..words() }, vec![select.clone()]),
        (
            Outgoing { image: image(), quick_replies: samples::offered(), ..words() },
            vec![picture("despertador.t-1.2.reminder-1.picture", None), select],
        ),
        (
            Outgoing {
                template: Some(Template {
                    name: "aviso".into(),
                    language: Some("es_MX".into()),
                    parameters: vec!["Ana".into()],
                }),
                quick_replies: samples::offered(),
                ..words()
            },
            vec![json!({ "id": id, "to": CUSTOMER, "type": "application/json", "content": {
                "type": "template", "template": {
                    "name": "aviso",
                    "language": { "code": "es_MX", "policy": "deterministic" },
                    "components": [ { "type": "body", "parameters": [
                        { "type": "text", "text": "Ana" } ] } ] } } })],
        ),
        (
            Outgoing { audience: Audience::PeopleInCharge, ..words() },
            vec![
                json!({ "id": "despertador.t-1.2.reminder-1.note", "to": "postmaster@crm.msging.net",
                "method": "set",
                "uri": "/contacts/5511999990000%40wa.gw.msging.net/comments",
                "type": "application/vnd.iris.crm.comment+json",
                "resource": { "content": "¿Sigues ahí?" } }),
            ],
        ),
    ] {
        let dispatch = dispatch(Step::Reminder(1), remind(message)).unwrap();
        assert_eq!(written(&dispatch), expected);
        assert_eq!((dispatch.feed, dispatch.left_out), (None, Vec::new()));
    }
}

#[test]
fn what_cannot_be_carried_out_says_why() {
    let template = |language: Option<&str>| Outgoing {
        template: Some(Template {
            name: "aviso".into(),
            language: language.map(Into::into),
            parameters: Vec::new(),
        }),
        ..Outgoing::words("a")
    };
    let by = |channel: &str, message: Outgoing| {
        dispatch_to(channel, Step::Reminder(1), remind(message), &Options::default()).unwrap_err()
    };
    let other = Outgoing { audience: Audience::Other("pets".into()), ..Outgoing::words("a") };
    for (refusal, expected) in [
        (by(CUSTOMER, other), Refusal::Audience("pets".into())),
        (by(CUSTOMER, template(None)), Refusal::TemplateLanguage("aviso".into())),
        (by("1@0mn.io", template(Some("es"))), Refusal::TemplateElsewhere("0mn.io".into())),
        (by(CUSTOMER, Outgoing::words("")), Refusal::Empty),
        (
            dispatch(Step::Close, Task::Other("dance".into())).unwrap_err(),
            Refusal::Task("dance".into()),
        ),
    ] {
        assert_eq!(refusal, expected);
        assert!(!refusal.to_string().is_empty() && !refusal.help().is_empty());
    }
    let options = Options { template_language: Some("pt_BR".into()), ..Options::default() };
    let sent = dispatch_to(CUSTOMER, Step::Reminder(1), remind(template(None)), &options).unwrap();
    assert_eq!(written(&sent)[0]["content"]["template"]["language"]["code"], "pt_BR");
}

#[test]
fn typing_is_shown_before_a_message() {
    let options = Options { typing: Some(1000), ..Options::default() };
    let task = remind(Outgoing::words("a"));
    let sent = dispatch_to(CUSTOMER, Step::Reminder(1), task, &options).unwrap();
    let typing = json!({ "to": CUSTOMER, "type": "application/vnd.lime.chatstate+json",
                         "content": { "state": "composing", "interval": 1000 } });
    assert_eq!(written(&sent)[0], typing);
    assert_eq!(written(&sent).len(), 2);
}

#[test]
fn a_close_is_a_change_of_status() {
    let closing_text = Some(Outgoing::words("Hasta luego"));
    let task = Task::Close(ClosePackage { closing_text, ..package() });
    let dispatch = dispatch(Step::Close, task).unwrap();
    assert_eq!(
        written(&dispatch),
        [
            json!({ "id": "despertador.t-1.2.close.closing-text", "to": CUSTOMER,
                    "type": "text/plain", "content": "Hasta luego" }),
            json!({ "id": "despertador.t-1.2.close.closing-note", "to": "postmaster@crm.msging.net",
                    "method": "set",
                    "uri": "/contacts/5511999990000%40wa.gw.msging.net/comments",
                    "type": "application/vnd.iris.crm.comment+json",
                    "resource": { "content": "Inactividad: 3 recordatorios" } }),
            json!({ "id": "despertador.t-1.2.close.close", "to": "postmaster@desk.msging.net",
                    "method": "set", "uri": "/tickets/change-status", "type": TICKET,
                    "resource": { "id": "t-1", "status": "ClosedClientInactivity",
                                  "tags": ["urgente", "vip", "Inatividade"] } }),
        ]
    );
    assert_eq!(dispatch.feed, None);
    let notice = LeftOut::Notice("Ticket cerrado por inactividad".into());
    assert_eq!(dispatch.left_out, [notice, LeftOut::Unassign]);
}

#[test]
fn a_close_in_another_way_feeds_the_flow() {
    for (close, uri, resource) in [
        (
            CloseWay::ChangeStatusAndFeed,
            "/tickets/change-status-without-redirect",
            json!({ "id": "t-1", "status": "ClosedClientInactivity",
                    "tags": ["urgente", "vip", "Inatividade"] }),
        ),
        (
            CloseWay::CloseAndFeed,
            "/tickets/t-1/close",
            json!({ "closedBy": "mybot@msging.net", "tags": ["urgente", "vip", "Inatividade"] }),
        ),
    ] {
        let options = Options { close, ..Options::default() };
        let task = Task::Close(package());
        let sent = dispatch_to(CUSTOMER, Step::Close, task, &options).unwrap();
        let command = written(&sent).pop().unwrap();
        assert_eq!((&command["uri"], &command["resource"]), (&json!(uri), &resource));
        let feed = sent.feed.expect("the flow is fed");
        let ticket = feed.content().unwrap().ticket().unwrap().unwrap();
        assert_eq!(despertador_lime::accepts_close(&ticket, Some("desk:1"), Some("t-1")), Ok(()));
        assert_eq!(
            Envelope::from(feed.clone()).to_json(),
            json!({ "id": "despertador.t-1.2.close.redirect", "to": "mybot@msging.net",
                "from": "5511999990000%40wa.gw.msging.net@desk.msging.net",
                "type": "application/vnd.lime.redirect+json",
                "content": { "context": { "type": TICKET, "value": {
                    "id": "t-1", "sequentialId": 7, "customerIdentity": CUSTOMER,
                    "agentIdentity": "ana%40acme.com@blip.ai", "team": "Suporte",
                    "status": "ClosedClientInactivity", "closed": true,
                    "closedBy": "mybot@msging.net", "tags": ["urgente", "vip", "Inatividade"] } } } })
        );
        // It reports the close.
        let (bot, known, key) = (address("mybot@msging.net"), samples::ticket(), key(Step::Close));
        let known = Known { ticket: Some(&known), closing: Some(&key), ..Known::new(&bot) };
        let meaning = meaning(&feed.into(), 5, &known).unwrap();
        let Meaning::Happened { what, .. } = meaning else { panic!("{meaning:?}") };
        assert!(matches!(&what[..], [Happened::Event(e)] if e.what
            == despertador_contract::Happening::CarriedOut(key.clone())));
    }
}

#[test]
fn what_the_customer_settled_is_closed_by_the_customer() {
    let exit = String::from("customer-resolved");
    let task = Task::Close(ClosePackage { exit, ..package() });
    let sent = written(&dispatch(Step::Resolve, task).unwrap());
    assert_eq!(sent.last().unwrap()["resource"]["status"], "ClosedClient");
}

#[test]
fn the_other_tasks_are_carried_out_as_far_as_blip_knows_them() {
    let reopening = || Reopening {
        premature: true,
        agent: Some("ana@acme.com".into()),
        customer_wrote: 1,
        closed: 2,
    };
    let opened = json!({ "id": "despertador.t-1.2.reopen.ticket", "to": "postmaster@desk.msging.net",
        "method": "set", "uri": "/tickets", "type": TICKET, "resource": {
            "customerIdentity": CUSTOMER, "customerInput": { "type": "text/plain", "value": "" },
            "team": "Suporte", "parentSequentialId": 7,
            "agentIdentity": "ana%40acme.com@blip.ai" } });
    let again = dispatch(Step::Reopen, Task::Reopen(reopening())).unwrap();
    assert_eq!(
        (written(&again), again.left_out),
        (vec![opened.clone()], vec![LeftOut::SameTicket])
    );

    let linked = dispatch(Step::Reopen, Task::OpenLinked(reopening())).unwrap();
    assert_eq!((written(&linked), linked.left_out), (vec![opened], Vec::new()));

    let task =
        Task::Notify(Notification { code: "incomplete-metadata".into(), text: "falta".into() });
    let told = written(&dispatch(Step::Notify, task).unwrap());
    assert_eq!(told[0]["id"], "despertador.t-1.2.notify.note");
    assert_eq!(told[0]["resource"]["content"], "falta");

    let then =
        |unassign, bot_on, survey| AfterClose { source: Source::Agent, unassign, bot_on, survey };
    for (then, left_out) in [
        (then(false, true, Survey::No), vec![]),
        (then(true, false, Survey::Now), vec![LeftOut::Unassign, LeftOut::BotOff, LeftOut::Survey]),
        (then(false, true, Survey::Later), vec![LeftOut::Survey]),
        (then(false, true, Survey::Other("x".into())), vec![]),
    ] {
        let after = dispatch(Step::AfterClose, Task::AfterClose(then)).unwrap();
        assert_eq!((after.send, after.left_out), (Vec::new(), left_out));
    }

    let reply = |message: Option<&str>, missed_call| {
        let message = message.map(Outgoing::words);
        Task::Reply(AutomaticReply { event: "call-missed".into(), message, missed_call })
    };
    let answered =
        dispatch(Step::Reply(1), reply(Some("Te llamamos"), MissedCall::NewTicket)).unwrap();
    let ids: Vec<_> = written(&answered).iter().map(|e| e["id"].clone()).collect();
    assert_eq!(ids, ["despertador.t-1.2.reply-1.message", "despertador.t-1.2.reply-1.ticket"]);
    let recorded = dispatch(Step::Reply(2), reply(None, MissedCall::OnTicket)).unwrap();
    assert_eq!((recorded.send, recorded.left_out), (Vec::new(), vec![LeftOut::MissedCall]));
}

#[test]
fn a_desk_sends_what_blips_desk_sends() {
    let (bot, customer) = (address("mybot@msging.net"), address(CUSTOMER));
    let at_desk = "5511999990000%40wa.gw.msging.net@desk.msging.net";
    let text = r#"{"id":"m1","from":"5511999990000@wa.gw.msging.net/abc","to":"mybot@msging.net",
        "type":"text/plain","content":"oi","metadata":{"a":"b"}}"#;
    let Ok(Envelope::Message(message)) = Envelope::read(text) else { panic!() };
    assert_eq!(
        Envelope::from(desk::to_agent(&message, &bot, &customer)).to_json(),
        json!({ "id": "fwd:m1", "from": "mybot@msging.net", "to": at_desk,
                "type": "text/plain", "content": "oi", "metadata": { "a": "b" } })
    );
    let content = despertador_lime::Content::Text("hola".into());
    let answer = desk::from_agent("a1", &bot, &customer, &content);
    assert_eq!(
        Envelope::from(answer.clone()).to_json(),
        json!({ "id": "a1", "from": at_desk, "to": "mybot@msging.net",
                "type": "text/plain", "content": "hola" })
    );
    assert_eq!(
        Envelope::from(desk::to_customer(&answer, &bot, &customer)).to_json(),
        json!({ "id": "fwd:a1", "from": "mybot@msging.net", "to": CUSTOMER,
                "type": "text/plain", "content": "hola" })
    );
    let told = Envelope::from(desk::ticket_report(&samples::ticket(), &bot).unwrap()).to_json();
    assert_eq!(
        (&told["id"], &told["from"]),
        (&json!("Ticket:t-1:Open"), &json!("t-1@desk.msging.net"))
    );

    for (command, uri, resource) in [
        (
            desk::transfer("1", "t-1", Some("Vendas"), Some("luis%40acme.com@blip.ai")),
            "/tickets/t-1/transfer",
            json!({ "team": "Vendas", "agentIdentity": "luis%40acme.com@blip.ai" }),
        ),
        (
            desk::change_tags("1", "t/1", &["a".into()]),
            "/tickets/t%2F1/change-tags",
            json!({ "tags": ["a"] }),
        ),
        (desk::pause("1", "t-1"), "/tickets/t-1/pause-inactivity", json!({ "id": "t-1" })),
        (desk::resume("1", "t-1"), "/tickets/t-1/resume-inactivity", json!({ "id": "t-1" })),
    ] {
        let command = Envelope::from(command).to_json();
        assert_eq!((&command["uri"], &command["resource"]), (&json!(uri), &resource));
        assert_eq!((&command["method"], &command["type"]), (&json!("set"), &json!(TICKET)));
    }
}
