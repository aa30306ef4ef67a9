//! Envelopes on standard input and output, for programs in other languages.
//!
//! ```text
//! cargo run -p despertador-lime --example bridge -- write    # envelopes of every kind, one per line
//! cargo run -p despertador-lime --example bridge -- read     # the meaning of each line, one per line
//! cargo run -p despertador-lime --example bridge -- answer   # the answer to the command of each line
//! ```

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use despertador_contract::{
    Action, ActionKey, AfterClose, Audience, AutomaticReply, ClosePackage, ClosingNote, Happening,
    Image, MissedCall, Notification as Notice, Outgoing, QuickReply, Reminder, Reopening, Source,
    Step, Survey, Task, Template,
};
use despertador_lime::{
    CloseWay, Command, Content, Envelope, Happened, Header, Identity, Known, Meaning, Message,
    Notification, NotificationEvent, Options, Part, Reason, Route, SentId, Stage, Status, Ticket,
    carry_out, desk, meaning,
};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

/// 2026-03-02T09:10:00Z, when every line is received.
const NOW: i64 = 1_772_442_600_000;

fn main() -> ExitCode {
    let done = match std::env::args().nth(1).as_deref() {
        Some("write") => write(),
        Some("read") => each_line(read),
        Some("answer") => each_line(answer),
        _ => Err("say `write`, `read` or `answer`".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn each_line(
    answer: impl Fn(&Conversation, &str) -> Result<Value, Failure>,
) -> Result<(), Failure> {
    let conversation = Conversation::new()?;
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        writeln!(out, "{}", answer(&conversation, &line?)?)?;
    }
    Ok(())
}

/// The conversation to which every envelope belongs.
struct Conversation {
    bot: Identity,
    customer: Identity,
    ticket: Ticket,
    offered: Vec<QuickReply>,
}

impl Conversation {
    fn new() -> Result<Self, Failure> {
        let reply = |id: &str, title: &str| QuickReply { id: id.into(), title: title.into() };
        Ok(Self {
            bot: "mybot@msging.net".parse()?,
            customer: "5511999990000@wa.gw.msging.net".parse()?,
            ticket: Ticket {
                id: Some("t-1".into()),
                sequential_id: Some(7),
                customer_identity: Some("5511999990000@wa.gw.msging.net".into()),
                agent_identity: Some("ana%40acme.com@blip.ai".into()),
                status: Some(Status::Open),
                team: Some("Suporte".into()),
                ..Ticket::default()
            },
            offered: vec![reply("continue", "Sigo aquí"), reply("resolve", "Ya está resuelto")],
        })
    }

    fn key(step: Step) -> ActionKey {
        ActionKey { ticket: "t-1".into(), cycle: 1, step }
    }

    /// Every task, and every form of a message.
    fn tasks(&self) -> Vec<(&'static str, Step, Task)> {
        let words = || Outgoing::words("¿Sigues ahí?");
        let remind = |message| Task::Send(Reminder { number: 1, of: 3, message });
        let image = || {
            Some(Image { url: "https://example.com/a.png".into(), alternative: "Un reloj".into() })
        };
        let then = || AfterClose {
            source: Source::Inactivity,
            unassign: true,
            bot_on: true,
            survey: Survey::No,
        };
        let reopening =
            || Reopening { premature: false, agent: None, customer_wrote: NOW, closed: NOW };
        vec![
            ("reminder", Step::Reminder(1), remind(words())),
            (
                "reminder with a picture",
                Step::Reminder(1),
                remind(Outgoing { image: image(), ..words() }),
            ),
            (
                "reminder with quick replies",
                Step::Reminder(1),
                remind(Outgoing { quick_replies: self.offered.clone(), ..words() }),
            ),
            (
                "reminder with both",
                Step::Reminder(2),
                remind(Outgoing { image: image(), quick_replies: self.offered.clone(), ..words() }),
            ),
            (
                "reminder by a template",
                Step::Reminder(1),
                remind(Outgoing {
                    template: Some(Template {
                        name: "aviso".into(),
                        language: Some("es_MX".into()),
                        parameters: vec!["Ana".into()],
                    }),
                    ..words()
                }),
            ),
            (
                "reminder as a note",
                Step::Reminder(1),
                remind(Outgoing { audience: Audience::PeopleInCharge, ..words() }),
            ),
            (
                "close",
                Step::Close,
                Task::Close(ClosePackage {
                    reason: "customer-inactivity".into(),
                    notice: "Ticket cerrado por inactividad".into(),
                    closing_text: Some(Outgoing::words("Hasta luego")),
                    silent_because: None,
                    note: ClosingNote { category: "Inactividad".into(), summary: "1 de 1".into() },
                    tags: vec!["Inatividade".into()],
                    incomplete_metadata: false,
                    exit: "customer-inactivity".into(),
                    then: then(),
                }),
            ),
            (
                "notify",
                Step::Notify,
                Task::Notify(Notice { code: "incomplete-metadata".into(), text: "falta".into() }),
            ),
            ("reopen", Step::Reopen, Task::Reopen(reopening())),
            ("open linked", Step::OpenLinked, Task::OpenLinked(reopening())),
            ("after close", Step::AfterClose, Task::AfterClose(then())),
            (
                "automatic reply",
                Step::Reply(1),
                Task::Reply(AutomaticReply {
                    event: "call-missed".into(),
                    message: Some(words()),
                    missed_call: MissedCall::NewTicket,
                }),
            ),
        ]
    }
}

fn write() -> Result<(), Failure> {
    let conversation = Conversation::new()?;
    let Conversation { bot, customer, ticket, .. } = &conversation;
    let route = Route { bot, customer, ticket };
    let mut out = io::stdout().lock();
    let mut line = |name: &str, envelope: &Envelope| -> io::Result<()> {
        let kind = match envelope {
            Envelope::Message(_) => "message",
            Envelope::Notification(_) => "notification",
            Envelope::Command(_) => "command",
            Envelope::Other(_) => "other",
        };
        writeln!(out, "{}", json!({ "name": name, "kind": kind, "envelope": envelope.to_json() }))
    };
    for close in [CloseWay::ChangeStatus, CloseWay::ChangeStatusAndFeed, CloseWay::CloseAndFeed] {
        let options = Options { close, typing: Some(1000), template_language: None };
        for (name, step, task) in conversation.tasks() {
            if close != CloseWay::ChangeStatus && step != Step::Close {
                continue;
            }
            let action = Action { key: Conversation::key(step), due: NOW, task };
            let dispatch =
                carry_out(&action, &route, &options).map_err(|refusal| refusal.to_string())?;
            for envelope in dispatch.send.iter().chain(dispatch.feed.map(Envelope::from).iter()) {
                line(name, envelope)?;
            }
        }
    }
    let answer = desk::from_agent("a1", bot, customer, &Content::Text("hola".into()));
    let header = Header::to(bot.clone(), "m1").from(customer.clone());
    let question = Message::new(header, &Content::Text("oi".into()));
    let (gone, new) = desk::transferred(ticket, ("t-2", 8), Some("Vendas"), None, NOW);
    let tags = ["vip".to_owned()];
    for (name, envelope) in [
        ("agent's message", Envelope::from(answer.clone())),
        ("agent's message passed on", desk::to_customer(&answer, bot, customer).into()),
        ("customer's message passed on", desk::to_agent(&question, bot, customer).into()),
        ("ticket", desk::ticket_report(ticket, bot)?.into()),
        ("ticket transferred", desk::ticket_report(&gone, bot)?.into()),
        ("ticket that goes on", desk::ticket_report(&new, bot)?.into()),
        ("typing", desk::typing(customer, None).into()),
        ("transfer", desk::transfer("c1", "t-1", Some("Vendas"), None).into()),
        ("tags", desk::change_tags("c2", "t-1", &tags).into()),
        ("pause", desk::pause("c3", "t-1").into()),
        ("resume", desk::resume("c4", "t-1").into()),
        ("done", desk::pause("c3", "t-1").answer(Ok(())).into()),
        ("not done", desk::pause("c3", "t-1").answer(Err(Reason::new(67, "unknown"))).into()),
    ] {
        line(name, &envelope)?;
    }
    for event in [
        NotificationEvent::Accepted,
        NotificationEvent::Validated,
        NotificationEvent::Authorized,
        NotificationEvent::Dispatched,
        NotificationEvent::Received,
        NotificationEvent::Consumed,
        NotificationEvent::Failed,
    ] {
        let id = SentId::new(&Conversation::key(Step::Reminder(1)), Part::Message).to_string();
        let header = Header::to(bot.clone(), id).from(customer.clone());
        let reason = (event == NotificationEvent::Failed).then(|| Reason::new(42, "nobody there"));
        let notification = Notification { reason, ..Notification::new(header, event) };
        line("what became of a reminder", &notification.into())?;
    }
    Ok(())
}

fn answer(_: &Conversation, line: &str) -> Result<Value, Failure> {
    match Envelope::read(line)? {
        Envelope::Command(command) => {
            Ok(Envelope::from(Command::answer(&command, Ok(()))).to_json())
        }
        other => Err(format!("{other} is no command").into()),
    }
}

/// The meaning of a line, in a few words.
fn read(conversation: &Conversation, line: &str) -> Result<Value, Failure> {
    let known = Known {
        ticket: Some(&conversation.ticket),
        offered: &conversation.offered,
        ..Known::new(&conversation.bot)
    };
    Ok(match meaning(&Envelope::read(line)?, NOW, &known)? {
        Meaning::Happened { ticket, what, .. } => {
            let what: Vec<Value> = what
                .iter()
                .map(|happened| match happened {
                    Happened::Message(message) => json!({
                        "author": debug(&message.author), "kind": debug(&message.kind),
                        "origin": debug(&message.origin), "text": message.text,
                        "choice": message.choice, "at": message.at }),
                    Happened::Event(event) => match &event.what {
                        Happening::Failed(failure) => json!({ "event": "Failed",
                            "key": failure.key.to_string(), "kind": debug(&failure.kind) }),
                        what => json!({ "event": debug(what) }),
                    },
                })
                .collect();
            json!({ "ticket": ticket, "happened": what })
        }
        Meaning::Receipt(receipt) => json!({
            "receipt": match receipt.stage {
                Stage::Failed(reason) => format!("Failed({})", reason.code),
                stage => debug(&stage),
            },
            "key": receipt.sent.map(|sent| sent.key.to_string()) }),
        Meaning::Nothing(why) => json!({ "nothing": debug(&why) }),
        other => return Err(format!("{other:?} has no words here").into()),
    })
}

/// The last word of a debug name: `Customer` for `Author::Customer`.
fn debug(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").rsplit("::").next().unwrap_or_default().into()
}
