//! Conversations that consist of LIME envelopes only, from opening a ticket to its close.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::collections::BTreeMap;
use std::sync::OnceLock;

use despertador_component::COMPONENT;
use despertador_contract::{
    Action, Decision, Event, ExitState, Instant, Outcome, QuickReply, Reason, Step, Surroundings,
    Task,
};
use despertador_flow::{ActionKind, Facts, Flow, Input, Run, Session};
use despertador_host::{Conversation, Host, Plugin, Policy};
use despertador_lime::{
    Content, Dispatch, Envelope, Happened, Header, Identity, Known, Meaning, Options, Part,
    Refused, Route, SentId, Stage, Ticket, accepts_close, carry_out, meaning,
};
use serde_json::{Value, json};

const CONFIG: &str = r#"{
    "version": "2026-11",
    "language": "es",
    "rules": [
        {
            "name": "Soporte",
            "departments": "any",
            "close-after": "15 min",
            "close": {
                "closing-text": "Cerramos por ahora. ¡Hasta pronto!",
                "tags": ["inactividad"]
            },
            "reminders": [
                { "after": "10 min", "text": "¿Sigues ahí?", "quick-replies": [
                    { "text": "Sigo aquí", "effect": "continue" },
                    { "text": "Ya está resuelto", "effect": "resolve" } ] }
            ]
        }
    ]
}"#;

/// 2026-03-02T09:00:00Z.
const NINE: Instant = 1_772_442_000_000;

const CUSTOMER: &str = "5511999990000@wa.gw.msging.net";
const AT_DESK: &str = "5511999990000%40wa.gw.msging.net@desk.msging.net";
const BOT: &str = "mybot@msging.net";
const TICKET: &str = "application/vnd.iris.ticket+json";

fn policy() -> Policy {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    let load = || {
        let host = Host::new(despertador_host::Options::default()).expect("a host");
        host.load_bytes(COMPONENT).expect("the plugin")
    };
    let surroundings =
        Surroundings { inactivity_exit: ExitState::Linked, ..Surroundings::default() };
    PLUGIN.get_or_init(load).policy(CONFIG, &surroundings).expect("a policy")
}

/// A flow engine that only gets envelopes. It stores what such an engine must store: the customer's
/// ticket, a conversation per ticket, the offered quick replies, and the action in progress.
struct Engine {
    policy: Policy,
    bot: Identity,
    customer: Identity,
    ticket: Option<Ticket>,
    conversations: BTreeMap<String, Conversation>,
    offered: Vec<QuickReply>,
    at_work: Option<Action>,
}

impl Engine {
    fn new() -> Self {
        Self {
            policy: policy(),
            bot: BOT.parse().unwrap(),
            customer: CUSTOMER.parse().unwrap(),
            ticket: None,
            conversations: BTreeMap::new(),
            offered: Vec::new(),
            at_work: None,
        }
    }

    /// Receives an envelope this many minutes after nine. Returns the last decision, if any.
    fn receives(&mut self, minute: i64, envelope: &Value) -> Option<Decision> {
        let now = NINE + minute * 60_000;
        let envelope = Envelope::read(&envelope.to_string()).expect("an envelope");
        let closing = self.at_work.as_ref().map(|action| &action.key);
        let known = Known {
            bot: &self.bot,
            ticket: self.ticket.as_ref(),
            offered: &self.offered,
            closing: closing.filter(|key| matches!(key.step, Step::Close | Step::Resolve)),
        };
        let meaning = meaning(&envelope, now, &known).expect("a meaning");
        let told = match &envelope {
            Envelope::Message(message) => message.content().unwrap().ticket().unwrap(),
            _ => None,
        };
        if let Some(told) = &told
            && let Some(conversation) =
                told.id.as_ref().and_then(|id| self.conversations.get_mut(id))
        {
            conversation.ticket = told.facts();
        }
        match meaning {
            Meaning::Happened { ticket, continues, what } => {
                self.ticket = told.or(self.ticket.take());
                let facts = self.ticket.as_ref().unwrap().facts();
                let parent = continues.and_then(|parent| self.conversations.get(&parent));
                let begun = match parent {
                    None => Conversation::new(facts),
                    Some(parent) => {
                        let mut carried_out = parent.carried_out().to_vec();
                        carried_out.iter_mut().for_each(|key| key.ticket.clone_from(&facts.id));
                        Conversation::resume(facts, parent.memory.clone(), carried_out)
                    }
                };
                let conversation = self.conversations.entry(ticket).or_insert(begun);
                what.into_iter()
                    .map(|happened| match happened {
                        Happened::Message(message) => conversation.message(&self.policy, &message),
                        Happened::Event(event) => conversation.event(&self.policy, &event),
                    })
                    .map(|decision| decision.expect("a decision"))
                    .last()
            }
            // A message counts as sent once the channel has it; a close, once the ticket comes
            // back.
            Meaning::Receipt(receipt)
                if receipt.stage == Stage::Dispatched
                    && receipt.sent.as_ref().is_some_and(|sent| sent.part.is_essential()) =>
            {
                let key = receipt.sent.unwrap().key;
                let event = Event::carried_out(key, now);
                let conversation = self.conversations.get_mut(&event_ticket(&event)).unwrap();
                Some(conversation.event(&self.policy, &event).expect("a decision"))
            }
            _ => None,
        }
    }

    /// Carries out what is due this many minutes after nine.
    fn acts(&mut self, minute: i64) -> Dispatch {
        let ticket = self.ticket.as_ref().unwrap();
        let conversation = &self.conversations[ticket.id.as_ref().unwrap()];
        let decision = conversation.tick(&self.policy, NINE + minute * 60_000).unwrap();
        let Outcome::Act(action) = decision.outcome else { panic!("{decision:?}") };
        let route = Route { bot: &self.bot, customer: &self.customer, ticket };
        let dispatch = carry_out(&action, &route, &Options::default()).expect("it is carried out");
        if let Task::Send(reminder) = &action.task {
            self.offered = reminder.message.quick_replies.clone();
        }
        self.at_work = Some(action);
        dispatch
    }
}

fn event_ticket(event: &Event) -> String {
    match &event.what {
        despertador_contract::Happening::CarriedOut(key) => key.ticket.clone(),
        other => panic!("{other:?}"),
    }
}

fn ticket(more: Value) -> Value {
    let mut content = json!({
        "id": "t-1", "sequentialId": 7, "ownerIdentity": BOT, "customerIdentity": CUSTOMER,
        "customerDomain": "wa.gw.msging.net", "provider": "Lime", "team": "Soporte",
        "customerInput": { "type": "text/plain", "value": "No me carga la página" } });
    for (name, value) in more.as_object().unwrap() {
        content[name] = value.clone();
    }
    let id = content["id"].as_str().unwrap().to_owned();
    json!({ "id": format!("Ticket:{id}:{}", content["status"]), "to": BOT,
            "from": format!("{id}@desk.msging.net"), "type": TICKET, "content": content })
}

fn text(id: &str, from: &str, words: &str) -> Value {
    json!({ "id": id, "from": from, "to": BOT, "type": "text/plain", "content": words })
}

fn wait(decision: Option<Decision>) -> (i64, Step) {
    let decision = decision.expect("a decision");
    match decision.outcome {
        Outcome::Wait(wake) => ((wake.until - NINE) / 60_000, wake.step),
        other => panic!("{other:?} {:?}", decision.reason),
    }
}

fn rest(decision: Option<Decision>) -> Reason {
    let decision = decision.expect("a decision");
    assert_eq!(decision.outcome, Outcome::Rest, "{decision:?}");
    decision.reason
}

const ANA: &str = "ana%40acme.com@blip.ai";

/// The customer has written; an agent has the ticket and answered at 9:02.
fn answered() -> Engine {
    let mut engine = Engine::new();
    let waiting = ticket(json!({ "status": "Waiting", "storageDate": "2026-03-02T09:00:00Z" }));
    assert_eq!(rest(engine.receives(0, &waiting)), Reason::NotAnswered);
    let mut question = text("m1", "5511999990000@wa.gw.msging.net/app", "No me carga la página");
    question["metadata"] = json!({ "#wa.timestamp": "1772441999" });
    assert_eq!(rest(engine.receives(0, &question)), Reason::NotAnswered);
    let taken = ticket(json!({ "status": "Open", "agentIdentity": ANA,
                               "openDate": "2026-03-02T09:01:00Z" }));
    assert_eq!(rest(engine.receives(1, &taken)), Reason::NotAnswered);
    let typing = json!({ "from": AT_DESK, "to": BOT,
        "type": "application/vnd.lime.chatstate+json", "content": { "state": "composing" } });
    assert_eq!(engine.receives(1, &typing), None);
    let answer = text("a1", AT_DESK, "¿Puede reiniciar el equipo?");
    assert_eq!(wait(engine.receives(2, &answer)), (12, Step::Reminder(1)));
    engine
}

#[test]
fn a_silent_customer_is_reminded_and_the_ticket_closed() {
    let mut engine = answered();
    // The bot forwards the answer: a copy of a known message. The customer reads it, which is not a
    // message.
    let copy = json!({ "id": "fwd:a1", "from": BOT, "to": CUSTOMER, "type": "text/plain",
                       "content": "¿Puede reiniciar el equipo?" });
    assert_eq!(wait(engine.receives(3, &copy)), (12, Step::Reminder(1)));
    let consumed = json!({ "id": "fwd:a1", "from": CUSTOMER, "to": BOT, "event": "consumed" });
    assert_eq!(engine.receives(4, &consumed), None);

    let reminder = engine.acts(12);
    let sent: Vec<Value> = reminder.send.iter().map(Envelope::to_json).collect();
    assert_eq!(
        sent,
        [json!({ "id": "despertador.t-1.1.reminder-1.message", "to": CUSTOMER,
            "type": "application/vnd.lime.select+json", "content": {
                "text": "¿Sigues ahí?", "scope": "immediate", "options": [
                    { "order": 1, "text": "Sigo aquí", "type": "text/plain", "value": "Sigo aquí" },
                    { "order": 2, "text": "Ya está resuelto", "type": "text/plain",
                      "value": "Ya está resuelto" } ] } })]
    );
    let became = |event: &str| {
        json!({ "id": sent[0]["id"], "from": "postmaster@wa.gw.msging.net/#gw", "to": BOT,
                "event": event })
    };
    assert_eq!(engine.receives(12, &became("accepted")), None);
    assert_eq!(wait(engine.receives(12, &became("dispatched"))), (17, Step::Close));
    // Its echo changes nothing.
    let mut echo = sent[0].clone();
    echo["from"] = json!(BOT);
    assert_eq!(wait(engine.receives(13, &echo)), (17, Step::Close));

    let close = engine.acts(17);
    let sent: Vec<Value> = close.send.iter().map(Envelope::to_json).collect();
    assert_eq!(
        sent[0],
        json!({ "id": "despertador.t-1.1.close.closing-text", "to": CUSTOMER,
                "type": "text/plain", "content": "Cerramos por ahora. ¡Hasta pronto!" })
    );
    assert_eq!(sent[1]["uri"], "/contacts/5511999990000%40wa.gw.msging.net/comments");
    let note = sent[1]["resource"]["content"].as_str().unwrap();
    assert!(note.starts_with("Inactividad del cliente: "), "{note}");
    assert_eq!(
        sent[2],
        json!({ "id": "despertador.t-1.1.close.close", "to": "postmaster@desk.msging.net",
                "method": "set", "uri": "/tickets/change-status", "type": TICKET,
                "resource": { "id": "t-1", "status": "ClosedClientInactivity",
                              "tags": ["inactividad"] } })
    );
    assert_eq!((sent.len(), &close.feed), (3, &None));

    // The desk responds, and sends the customer back to the bot: the close is carried out, and the
    // flow accepts the ticket once.
    let done = json!({ "id": "despertador.t-1.1.close.close", "to": BOT, "method": "set",
                       "from": "postmaster@desk.msging.net/#az", "status": "success" });
    assert_eq!(engine.receives(17, &done), None);
    let mut closed = ticket(json!({ "status": "ClosedClientInactivity", "closed": true,
        "closedBy": BOT, "closeDate": "2026-03-02T09:17:00Z" }));
    closed["from"] = json!(AT_DESK);
    closed["type"] = json!("application/vnd.lime.redirect+json");
    closed["content"] = json!({ "context": { "type": TICKET, "value": closed["content"] } });
    let Ok(Envelope::Message(back)) = Envelope::read(&closed.to_string()) else { panic!() };
    let told = back.content().unwrap().ticket().unwrap().unwrap();
    let mut session = Session::in_block("desk:b1");
    session.ticket = Some(json!({ "id": "t-1" }));
    assert_eq!(accepts_close(&told, session.block(), session.ticket_id()), Ok(()));
    assert_eq!(rest(engine.receives(17, &closed)), Reason::AlreadyClosed);
    let said = goes_on(&mut session, &told);
    assert_eq!(
        said,
        ["Cerramos la conversación por inactividad, .", "¿Cómo fue la atención, del 1 al 5?"]
    );
    assert_eq!(session.block(), Some("survey:s1"));
    assert_eq!(engine.receives(18, &closed), None);
    let moved_on = accepts_close(&told, Some("c6851223"), Some("t-1"));
    assert!(matches!(moved_on, Err(Refused::NotInHumanAssistance { .. })));
}

/// The flow leaves the human-assistance block with the ticket's document. Returns what it sends to
/// the customer.
fn goes_on(session: &mut Session, closed: &Ticket) -> Vec<String> {
    let flow = Flow::read(include_str!("../cli/files/jardin.json")).expect("a flow");
    let facts = Facts::new();
    let document = Content::from(closed.clone()).to_json();
    let mut run = Run::new(&flow, session, Input::document(TICKET, document, NINE), &facts);
    let customer: Identity = CUSTOMER.parse().unwrap();
    let mut said = Vec::new();
    while let Some(asked) = run.next().expect("no error") {
        if asked.kind != ActionKind::SendMessage {
            continue;
        }
        let header = Header::to(customer.clone(), format!("m{}", said.len()));
        let content = asked.settings["content"].clone();
        let content = Content::read(asked.settings["type"].as_str().unwrap(), content).unwrap();
        let written = Envelope::Message(despertador_lime::Message::new(header, &content)).to_json();
        assert_eq!(written["to"], CUSTOMER);
        said.push(written["content"].as_str().unwrap().to_owned());
    }
    said
}

#[test]
fn what_was_written_to_the_bot_counts_for_the_ticket() {
    // The customer wrote before there was a ticket, which opened the channel's window.
    let mut engine = Engine::new();
    let taken = ticket(json!({ "status": "Open", "agentIdentity": ANA,
        "storageDate": "2026-03-02T08:59:00Z", "openDate": "2026-03-02T09:01:00Z" }));
    assert_eq!(rest(engine.receives(1, &taken)), Reason::NotAnswered);
    let answer = text("a1", AT_DESK, "¿Puede reiniciar el equipo?");
    assert_eq!(wait(engine.receives(2, &answer)), (12, Step::Reminder(1)));
}

#[test]
fn a_quick_reply_closes_the_ticket_as_settled() {
    let mut engine = answered();
    let sent = engine.acts(12).send;
    let id = sent[0].header().unwrap().id.clone().unwrap();
    let dispatched = json!({ "id": id, "to": BOT, "event": "dispatched" });
    assert_eq!(wait(engine.receives(12, &dispatched)), (17, Step::Close));
    let reply = json!({ "id": "m2", "from": CUSTOMER, "to": BOT,
        "type": "application/vnd.lime.reply+json", "content": {
            "replied": { "type": "text/plain", "value": "Ya está resuelto" },
            "inReplyTo": { "id": id, "type": "application/vnd.lime.select+json" } } });
    let decision = engine.receives(13, &reply).unwrap();
    assert_eq!(decision.reason, Reason::CustomerResolved);
    let close = engine.acts(13).send.pop().unwrap().to_json();
    assert_eq!(close["resource"]["status"], "ClosedClient");
    assert_eq!(close["id"], "despertador.t-1.1.resolve.close");
}

#[test]
fn a_reminder_that_failed_is_no_warning() {
    let mut engine = answered();
    let sent = engine.acts(12).send;
    let Content::Select(_) = (match &sent[0] {
        Envelope::Message(message) => message.content().unwrap(),
        other => panic!("{other:?}"),
    }) else {
        panic!("a menu")
    };
    let key = &engine.at_work.as_ref().unwrap().key;
    let failed = json!({ "id": SentId::new(key, Part::Message).to_string(), "to": BOT,
        "from": "postmaster@wa.gw.msging.net", "event": "failed",
        "reason": { "code": 131_047, "description": "outside of the window" } });
    assert_eq!(rest(engine.receives(12, &failed)), Reason::ReminderFailed(1));
}

#[test]
fn who_answers_in_whatever_way_is_left_alone() {
    for (kind, content) in [
        ("text/plain", json!("ya voy")),
        ("application/vnd.lime.media-link+json", json!({ "uri": "x", "type": "audio/ogg" })),
        ("application/vnd.lime.media-link+json", json!({ "uri": "x", "type": "sticker/webp" })),
        ("application/vnd.lime.location+json", json!({ "latitude": 1, "longitude": 1 })),
        ("application/vnd.lime.contact+json", json!({ "name": "Luis" })),
        ("application/vnd.unheard-of+json", json!([])),
        ("text/plain", json!({ "damaged": true })),
    ] {
        let mut engine = answered();
        let mut envelope = text("m2", CUSTOMER, "");
        (envelope["type"], envelope["content"]) = (json!(kind), content);
        assert_eq!(rest(try_receive(&mut engine, 5, &envelope)), Reason::CompanyTurn, "{kind}");
    }
}

/// As [`Engine::receives`], for unreadable documents.
fn try_receive(engine: &mut Engine, minute: i64, envelope: &Value) -> Option<Decision> {
    let now = NINE + minute * 60_000;
    let known = Known { ticket: engine.ticket.as_ref(), ..Known::new(&engine.bot) };
    let envelope = Envelope::read(&envelope.to_string()).unwrap();
    let Meaning::Happened { ticket, what, .. } = meaning(&envelope, now, &known).unwrap() else {
        panic!("{envelope}")
    };
    let [Happened::Message(message)] = what.as_slice() else { panic!("{what:?}") };
    let conversation = engine.conversations.get_mut(&ticket).unwrap();
    Some(conversation.message(&engine.policy, message).unwrap())
}

#[test]
fn standing_by_stops_the_clock() {
    let mut engine = answered();
    let by_ana = |what: &str| {
        json!({ "id": what, "from": ANA, "to": "postmaster@desk.msging.net", "method": "set",
                "uri": format!("/tickets/t-1/{what}-inactivity"), "type": TICKET,
                "resource": { "id": "t-1" } })
    };
    assert_eq!(rest(engine.receives(4, &by_ana("pause"))), Reason::OnHold);
    assert_eq!(wait(engine.receives(34, &by_ana("resume"))), (42, Step::Reminder(1)));
}

#[test]
fn after_a_transfer_the_clock_belongs_to_the_new_ticket() {
    let mut engine = answered();
    let gone = ticket(json!({ "status": "Transferred", "closed": true }));
    assert_eq!(engine.receives(5, &gone), None);
    // The flow stays in its block.
    let Ok(Envelope::Message(message)) = Envelope::read(&gone.to_string()) else { panic!() };
    let told = message.content().unwrap().ticket().unwrap().unwrap();
    let accepted = accepts_close(&told, Some("desk:668c"), Some("t-1"));
    assert_eq!(accepted, Err(Refused::Transferred));
    // The old ticket is not open any more: nothing is done about it.
    let old = engine.conversations["t-1"].tick(&engine.policy, NINE + 99 * 60_000).unwrap();
    assert_eq!((old.outcome, old.reason), (Outcome::Rest, Reason::NotOpen));

    // The conversation continues in the new one, which waits in its queue.
    let waiting = json!({ "id": "t-2", "sequentialId": 8, "parentSequentialId": 7,
                          "team": "Ventas", "status": "Waiting" });
    let new = ticket(waiting.clone());
    assert_eq!(rest(engine.receives(5, &new)), Reason::InQueue);
    let mut taken = waiting;
    taken["status"] = json!("Open");
    taken["agentIdentity"] = json!("luis%40acme.com@blip.ai");
    taken["openDate"] = json!("2026-03-02T09:08:00Z");
    assert_eq!(wait(engine.receives(8, &ticket(taken))), (15, Step::Reminder(1)));
    let sent = engine.acts(15).send;
    let id = sent[0].header().unwrap().id.clone().unwrap();
    assert_eq!(id, "despertador.t-2.1.reminder-1.message");
    let dispatched = json!({ "id": id, "to": BOT, "event": "dispatched" });
    assert_eq!(wait(engine.receives(15, &dispatched)), (20, Step::Close));
    let close = engine.acts(20).send.pop().unwrap().to_json();
    assert_eq!(close["resource"]["id"], "t-2");
    // The old one arrives once more, closed and late.
    let late = ticket(json!({ "status": "ClosedAttendant", "closed": true }));
    assert_eq!(engine.receives(20, &late), None);
}
