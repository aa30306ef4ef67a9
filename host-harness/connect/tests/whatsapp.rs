//! WhatsApp's Cloud API, against a simulated one with the documented codes.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::sync::{Arc, Mutex};

use despertador_connect::check::Code;
use despertador_connect::{
    Connector, ConnectorOptions, Platform, Post, PostError, Reply, Request, Transport, Whatsapp,
    WhatsappOptions,
};
use despertador_contract::{
    Action, ActionKey, Audience, Channel, Image, Instant, Outgoing, QuickReply, Reminder, Step,
    Task, Template, Ticket,
};
use despertador_desk::runtime::Clock as _;
use despertador_desk::sink::{Sink, carry_out};
use despertador_desk::store::Sqlite;
use despertador_desk::{Delivery, DeliveryOutcome, DeliveryReport, Desk, Options};
use despertador_fakes::{FakeWhatsapp, Posted};
use serde_json::{Value, json};
use support::{Folder, Hand, MINUTE, NINE, POLICY, plugin};

const PHONE: &str = "106540352242922";
const TOKEN: &str = "the token";
const SECRET: &[u8] = b"the secret of the app";
const EVA: &str = "5511999990000";
const EVA_ID: &str = "BR.1502576394655843";

struct Calls(Arc<Mutex<FakeWhatsapp>>, Hand);

impl Transport for Calls {
    fn send(&self, request: &Request) -> Result<Reply, String> {
        let path = request.url.strip_prefix("http://graph").expect("the address");
        let (_, token) = &request.headers[0];
        Ok(self.0.lock().unwrap().answer(self.1.now(), token, path, request.body.as_ref()))
    }
}

fn whatsapp(secret: &[u8], token: &str) -> (Whatsapp, Arc<Mutex<FakeWhatsapp>>, Hand) {
    let clock = Hand::at(NINE);
    let fake = Arc::new(Mutex::new(FakeWhatsapp::new(PHONE, TOKEN, SECRET)));
    let mut options = WhatsappOptions::new(PHONE, token, secret, "a word");
    options.base = "http://graph".into();
    options.business_account_id = Some("102290129340398".into());
    let calls = Calls(Arc::clone(&fake), clock.clone());
    (Whatsapp::new("wa", options, Arc::new(calls)), fake, clock)
}

#[test]
fn the_address_is_checked_by_its_word_and_posts_by_their_signature() {
    let (platform, fake, clock) = whatsapp(SECRET, TOKEN);
    let asked = |word: &str| -> Vec<(String, String)> {
        [("hub.mode", "subscribe"), ("hub.verify_token", word), ("hub.challenge", "1158201444")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    };
    let check =
        |word: &str| platform.challenge(&Post { headers: &[], query: &asked(word), body: b"" });
    assert_eq!(check("a word").as_deref(), Some("1158201444"));
    assert_eq!(check("another"), None);
    fake.lock().unwrap().write(NINE, Some(EVA), None, "Hola");
    let mut posted = fake.lock().unwrap().posts().remove(0);
    let connector = Connector::new(ConnectorOptions::new("wa", "acme"), platform, Arc::new(clock));
    let read = |posted: &Posted| {
        let post = Post { headers: &posted.headers, query: &[], body: posted.body.as_bytes() };
        connector.read_post(&post, NINE)
    };
    assert_eq!(read(&posted).unwrap().len(), 1);
    posted.body = posted.body.replace("Hola", "Adeus");
    assert!(matches!(read(&posted), Err(PostError::Forged(_))));
}

/// A reminder with this message for a customer who is known by these facts.
fn reminder(message: Outgoing, more: &[(&str, &str)]) -> Delivery {
    let key = ActionKey { ticket: format!("wa:{EVA}"), cycle: 1, step: Step::Reminder(1) };
    let mut facts = Ticket::open(key.ticket.clone(), Channel::Whatsapp);
    let pairs = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    facts.more = Some(pairs.collect());
    Delivery {
        account: "acme".into(),
        ticket: key.ticket.clone(),
        key: key.to_string(),
        attempt: 1,
        due: NINE,
        action: Action { key, due: NINE, task: Task::Send(Reminder { number: 1, of: 1, message }) },
        facts,
    }
}

fn connector(platform: Whatsapp, clock: &Hand) -> Connector {
    Connector::new(ConnectorOptions::new("wa", "acme"), platform, Arc::new(clock.clone()))
}

#[test]
fn messages_have_the_form_that_the_cloud_api_takes() {
    let (platform, fake, clock) = whatsapp(SECRET, TOKEN);
    let connector = connector(platform, &clock);
    let words = Outgoing::words("¿Sigues ahí?");
    let buttons = Outgoing {
        quick_replies: vec![QuickReply { id: "continue".into(), title: "Sigo aquí".into() }],
        image: Some(Image { url: "https://x/i.png".into(), alternative: "".into() }),
        ..words.clone()
    };
    let template = Outgoing {
        template: Some(Template {
            name: "aviso".into(),
            language: Some("es_MX".into()),
            parameters: vec!["Eva".into()],
        }),
        ..words.clone()
    };
    let by_number = [("whatsapp.number", EVA), ("whatsapp.user-id", EVA_ID)];
    let by_id = [("whatsapp.user-id", EVA_ID)];
    for (message, more) in
        [(words, &by_number[..]), (buttons, &by_number[..]), (template, &by_id[..])]
    {
        assert_eq!(connector.deliver(&reminder(message, more)), DeliveryOutcome::Done);
    }
    let fake = fake.lock().unwrap();
    let [text, buttons, template] = fake.sent() else { panic!("{:?}", fake.sent()) };
    assert_eq!(text["to"], EVA);
    assert_eq!(text["text"]["body"], "¿Sigues ahí?");
    assert_eq!(text["biz_opaque_callback_data"], format!("wa:{EVA}/1/reminder-1#message"));
    let interactive = &buttons["interactive"];
    assert_eq!(interactive["action"]["buttons"][0]["reply"]["id"], "continue");
    assert_eq!(interactive["header"]["image"]["link"], "https://x/i.png");
    assert_eq!((&template["recipient"], &template["to"]), (&json!(EVA_ID), &Value::Null));
    assert_eq!(template["template"]["language"]["code"], "es_MX");
    assert_eq!(template["template"]["components"][0]["parameters"][0]["text"], "Eva");
}

#[test]
fn what_whatsapp_has_no_place_for_is_refused_with_the_reason() {
    let (platform, _, clock) = whatsapp(SECRET, TOKEN);
    let connector = connector(platform, &clock);
    let note = Outgoing { audience: Audience::PeopleInCharge, ..Outgoing::words("x") };
    let no_language = Outgoing {
        template: Some(Template { name: "aviso".into(), language: None, parameters: vec![] }),
        ..Outgoing::words("x")
    };
    for (message, why) in [(note, "notes"), (no_language, "template-language")] {
        let outcome = connector.deliver(&reminder(message, &[("whatsapp.number", EVA)]));
        assert!(
            matches!(&outcome, DeliveryOutcome::Refused(said) if said.contains(why)),
            "{outcome:?}"
        );
    }
}

#[test]
fn each_documented_code_has_its_outcome() {
    type Is = fn(&DeliveryOutcome) -> bool;
    let blocked: Is = |it| matches!(it, DeliveryOutcome::Blocked(_));
    let refused: Is = |it| matches!(it, DeliveryOutcome::Refused(_));
    let later: Is = |it| matches!(it, DeliveryOutcome::RetryAfter { pause: 60_000, .. });
    let retry: Is = |it| matches!(it, DeliveryOutcome::Retry(_));
    for (code, expected) in [
        (131_047, refused),
        (131_026, blocked),
        (131_051, refused),
        (130_472, refused),
        (131_049, refused),
        (131_050, blocked),
        (132_001, refused),
        (131_056, later),
        (130_429, later),
        (131_000, retry),
        (10, retry),
    ] {
        let (platform, fake, clock) = whatsapp(SECRET, TOKEN);
        fake.lock().unwrap().refuses.insert(EVA.into(), code);
        let connector = connector(platform, &clock);
        let delivery = reminder(Outgoing::words("x"), &[("whatsapp.number", EVA)]);
        let outcome = connector.deliver(&delivery);
        assert!(expected(&outcome), "{code}: {outcome:?}");
    }
}

/// A desk beside a simulated Cloud API.
struct Beside {
    desk: Desk<Sqlite>,
    connector: Connector,
    fake: Arc<Mutex<FakeWhatsapp>>,
    clock: Hand,
    _folder: Folder,
}

impl Beside {
    fn new() -> Self {
        let (platform, fake, clock) = whatsapp(SECRET, TOKEN);
        let connector = connector(platform, &clock);
        let folder = Folder::new();
        let store = Sqlite::open(&folder.file()).expect("a store");
        let mut desk = Desk::open(store, plugin(), Options::default()).expect("a desk");
        desk.open_account(NINE, "acme", "test").expect("an account");
        desk.save_policy(NINE, "acme", POLICY, None, "test").expect("a policy");
        Self { desk, connector, fake, clock, _folder: folder }
    }

    /// Everything that Meta has to post reaches the desk.
    fn hear(&mut self, now: Instant) {
        loop {
            let next = self.fake.lock().unwrap().posts().into_iter().next();
            let Some(posted) = next else { return };
            let post = Post { headers: &posted.headers, query: &[], body: posted.body.as_bytes() };
            let heard = self.connector.read_post(&post, now).expect("a post");
            self.connector.receive_at(&mut self.desk, now, &heard).expect("a desk");
            self.fake.lock().unwrap().answered();
        }
    }

    fn at(&mut self, now: Instant) {
        self.clock.set(now);
        self.hear(now);
        while self.desk.poll_due(now, 100).expect("a look").more {}
        for delivery in self.desk.claim_deliveries(now, 10).expect("deliveries") {
            let outcome = carry_out(&self.connector, &delivery, |_| None);
            let (account, key) = (delivery.account, delivery.key);
            let report = DeliveryReport { account, key, at: now, outcome };
            self.desk.record_deliveries(now, &[report]).expect("a desk");
        }
        self.hear(now);
    }
}

#[test]
fn a_customer_who_hides_the_number_stays_in_the_ticket_that_began_under_it() {
    let mut beside = Beside::new();
    beside.fake.lock().unwrap().write(NINE, Some(EVA), None, "Hola");
    beside.at(NINE);
    beside.fake.lock().unwrap().write(NINE + MINUTE, Some(EVA), Some(EVA_ID), "¿Hay alguien?");
    beside.at(NINE + MINUTE);
    let known = beside.desk.query_ticket("acme", &format!("wa:{EVA}")).expect("a ticket");
    let more = known.ticket.more.unwrap();
    assert!(more.contains(&("whatsapp.user-id".into(), EVA_ID.into())), "{more:?}");
    assert!(beside.desk.query_ticket("acme", &format!("wa:{EVA_ID}")).is_err());
    // Somebody who never showed a number is known by the id alone.
    beside.fake.lock().unwrap().write(NINE, None, Some("MX.1"), "Hola");
    beside.at(NINE + MINUTE);
    assert!(beside.desk.query_ticket("acme", "wa:MX.1").is_ok());
}

#[test]
fn a_bot_that_answers_by_its_own_calls_is_heard_and_its_customer_reminded_and_closed() {
    let mut beside = Beside::new();
    beside.fake.lock().unwrap().write(NINE, Some(EVA), Some(EVA_ID), "Hola");
    beside.fake.lock().unwrap().bot_writes(NINE, EVA, EVA_ID);
    beside.at(NINE);
    beside.at(NINE + 10 * MINUTE);
    beside.at(NINE + 15 * MINUTE);
    let texts: Vec<String> = beside
        .fake
        .lock()
        .unwrap()
        .sent()
        .iter()
        .map(|it| it["text"]["body"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(texts, ["¿Sigues ahí?", "¡Hasta pronto!"]);
    let ticket = format!("wa:{EVA_ID}");
    let closed = beside.desk.query_ticket("acme", &ticket).expect("a ticket").ticket.status;
    assert_eq!(format!("{closed:?}"), "Closed");
    // The next message opens it again.
    beside.fake.lock().unwrap().write(NINE + 60 * MINUTE, Some(EVA), Some(EVA_ID), "Otra cosa");
    beside.at(NINE + 60 * MINUTE);
    let open = beside.desk.query_ticket("acme", &ticket).expect("a ticket").ticket.status;
    assert_eq!(format!("{open:?}"), "Open");
}

#[test]
fn a_reminder_that_fails_after_it_was_accepted_is_a_failed_action() {
    let mut beside = Beside::new();
    beside.fake.lock().unwrap().fails.insert(EVA.into(), 131_026);
    beside.fake.lock().unwrap().write(NINE, Some(EVA), Some(EVA_ID), "Hola");
    beside.fake.lock().unwrap().bot_writes(NINE, EVA, EVA_ID);
    beside.at(NINE);
    beside.at(NINE + 10 * MINUTE);
    let ticket = format!("wa:{EVA_ID}");
    let timeline = beside.desk.query_timeline("acme", &ticket).expect("a timeline");
    let failed = timeline
        .iter()
        .filter_map(|entry| entry.row.as_ref())
        .any(|row| row.pointer("/event/failed/kind").and_then(Value::as_str) == Some("blocked"));
    assert!(failed, "{timeline:#?}");
}

#[test]
fn a_test_says_what_is_wrong() {
    let codes = |secret: &[u8], token: &str, change: fn(&mut FakeWhatsapp)| -> Vec<Code> {
        let (platform, fake, _) = whatsapp(secret, token);
        change(&mut fake.lock().unwrap());
        platform.test(None, NINE).iter().map(|check| check.code).collect()
    };
    let well = codes(SECRET, TOKEN, |_| {});
    assert!(well.contains(&Code::SecretGood) && well.contains(&Code::WebhookGood), "{well:?}");
    assert_eq!(codes(SECRET, "another", |_| {}), [Code::WrongToken]);
    assert!(codes(b"another", TOKEN, |_| {}).contains(&Code::WrongSecret));
    assert!(codes(SECRET, TOKEN, |it| it.is_subscribed = false).contains(&Code::WebhookMissing));
    let unknown = codes(SECRET, TOKEN, |it| it.phone_number_id = "1".into());
    assert_eq!(unknown, [Code::UnknownAccount]);
}
