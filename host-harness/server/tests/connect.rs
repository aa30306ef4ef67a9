//! Platforms beside the server: their posts are received, and actions are carried out by their API.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::sync::{Arc, Mutex, MutexGuard};

use despertador_connect::Reply;
use despertador_desk::runtime::Clock;
use despertador_fakes::{FakeChatwoot, FakeTypebot, Posted, Serving, Who, serve};
use despertador_server::{
    ChatwootSettings, Connect, ConnectCommon, Settings, TypebotSettings, WhatsappSettings,
};
use support::{Answer, Folder, MINUTE, NINE, Served, call};

const TOKEN: &str = "a-persons-token";
const SECRET: &str = "the secret of the webhook";

/// A simulated Chatwoot at an address, and a server beside it.
struct Beside {
    served: Served,
    chatwoot: Arc<Mutex<FakeChatwoot>>,
    _serving: Serving,
}

impl Beside {
    fn new() -> Self {
        Self::with(|_, _| {})
    }

    /// With more settings.
    fn with(change: impl FnOnce(&mut Settings, &Folder)) -> Self {
        let chatwoot = Arc::new(Mutex::new(FakeChatwoot::new(TOKEN, SECRET.as_bytes())));
        let answering = Arc::clone(&chatwoot);
        let clock = Arc::new(Mutex::new(None::<support::Hand>));
        let hand = Arc::clone(&clock);
        let serving = serve(move |request| {
            let now = hand.lock().unwrap().as_ref().map_or(NINE, Clock::now);
            let token = request.header("api_access_token");
            answering.lock().unwrap().answer(now, token, &request.path, request.body.as_ref())
        })
        .unwrap();
        let served = Served::with(|settings, folder| {
            let own = ChatwootSettings {
                account: "acme".into(),
                base: serving.base(),
                chatwoot_account: 1,
                token_file: folder.write("token", TOKEN),
                bot_token_file: None,
                secret_file: Some(folder.write("secret", SECRET)),
                address_token_file: None,
                requests_per_minute: None,
                common: ConnectCommon::default(),
            };
            settings.connect.insert("support".into(), Connect::Chatwoot(Box::new(own)));
            change(settings, folder);
        });
        *clock.lock().unwrap() = Some(served.clock.clone());
        Self { served, chatwoot, _serving: serving }
    }

    fn fake(&self) -> MutexGuard<'_, FakeChatwoot> {
        self.chatwoot.lock().unwrap()
    }

    fn post(&self, posted: &Posted) -> Answer {
        let url = self.served.url("/v1/connect/acme/support");
        let headers: Vec<(&str, &str)> =
            posted.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        call("POST", &url, "", Some(&posted.body), &headers)
    }

    /// Somebody writes, and the webhook reaches the server or is lost.
    fn write(&self, now: i64, who: Who, text: &str, is_heard: bool) {
        self.fake().write(now, 11, who, text);
        let posts = self.fake().take_posts();
        for posted in posts.iter().filter(|_| is_heard) {
            let answer = self.post(posted);
            assert_eq!(answer.status, 200, "{answer:?}");
        }
    }
}

#[test]
fn a_conversation_of_chatwoot_is_reminded_read_back_and_closed() {
    let beside = Beside::new();
    let served = &beside.served;
    beside.write(NINE, Who::Customer, "No me carga la página", true);
    beside.write(NINE, Who::Agent, "¿Puede reiniciar el equipo?", true);
    served.at(NINE + 10 * MINUTE);
    served.settle(|_| beside.fake().ours(11).len() == 1);
    served.settle(|served| served.carried_out() == 1);
    // The answer's webhook is lost; the next reminder finds it.
    beside.write(NINE + 10 * MINUTE, Who::Customer, "Sí", false);
    served.at(NINE + 11 * MINUTE);
    served.settle(|served| {
        let ticket = served.get("/v1/accounts/acme/tickets/support:11").json();
        ticket["actions"].as_array().is_some_and(Vec::is_empty) && ticket["due"].is_null()
    });
    assert_eq!(beside.fake().ours(11).len(), 1);
    // Silent again, until the close.
    beside.write(NINE + 12 * MINUTE, Who::Agent, "¿Y ahora?", true);
    for (count, after) in [(2, 22), (3, 23), (4, 26)] {
        served.at(NINE + after * MINUTE);
        served.settle(|served| served.carried_out() == count);
    }
    served.at(NINE + 27 * MINUTE);
    served.settle(|_| beside.fake().status(11) == Some("resolved"));
    assert!(beside.fake().attribute(11, "despertador_exit").is_some());
}

#[test]
fn nobody_else_can_post_as_the_platform() {
    let beside = Beside::new();
    beside.fake().write(NINE, 11, Who::Customer, "Hola");
    let mut posted = beside.fake().take_posts().remove(0);
    posted.body = posted.body.replace("Eva", "Eve");
    let answer = beside.post(&posted);
    assert_eq!((answer.status, answer.problem().as_str()), (401, "wrong-signature"));
    let url = beside.served.url("/v1/connect/acme/other");
    assert_eq!(call("POST", &url, "", Some("{}"), &[]).problem(), "unknown-path");
    // An account's connector is not another account's.
    let url = beside.served.url("/v1/connect/globex/support");
    assert_eq!(call("POST", &url, "", Some("{}"), &[]).problem(), "unknown-path");
    let looked = call("GET", &beside.served.url("/v1/connect/acme/support"), "", None, &[]);
    assert_eq!((looked.status, looked.body.as_str()), (200, r#"{"connector":"support"}"#));
}

#[test]
fn what_cannot_be_read_is_kept_and_sent_again() {
    let beside = Beside::new();
    beside.fake().write(NINE, 11, Who::Customer, "Hola");
    // A post with a signature, and without what is needed of a message.
    let text = r#"{"event":"message_created","conversation":{"id":11}}"#;
    let signed = despertador_connect::signature::Signed { id: "", timestamp: "1772442000" };
    let scheme = &despertador_connect::signature::CHATWOOT;
    let signature = scheme.sign(SECRET.as_bytes(), signed, text.as_bytes());
    let headers =
        [("x-chatwoot-signature", signature), ("x-chatwoot-timestamp", "1772442000".into())];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let answer = beside.post(&Posted { headers, body: text.into() });
    let id = answer.json()["inbound"].as_str().expect("an entry").to_owned();
    let listed = beside.served.get("/v1/accounts/acme/inbound").json();
    assert_eq!(listed["inbound"][0]["door"], "connect:support");
    assert_eq!(listed["inbound"][0]["tickets"][0], "support:11");
    let again = serde_json::json!({ "id": id, "text":
        text.replace(r#""message_created","#, r#""message_created","id":1,"created_at":1772442000,"#) });
    let answer = beside.served.post("/v1/accounts/acme/inbound/send-again", &again.to_string());
    assert_eq!(answer.status, 204, "{answer:?}");
    let listed = beside.served.get("/v1/accounts/acme/inbound").json();
    assert_eq!(listed["inbound"], serde_json::json!([]));
}

#[test]
fn settings_name_a_platform() {
    let settings = despertador_server::Settings::from_toml(
        r#"
        [accounts.acme]
        [connect.support]
        platform = "chatwoot"
        account = "acme"
        base = "https://app.chatwoot.com"
        chatwoot-account = 3
        token-file = "token"
        secret-file = "secret"
        public-address = "https://desk.example.com/"
        sweep-every = "2 min"
        "#,
    )
    .unwrap();
    assert_eq!(
        despertador_server::webhook_address(&settings, "support").as_deref(),
        Some("https://desk.example.com/v1/connect/acme/support")
    );
    let wrong = despertador_server::Settings::from_toml(
        "[connect.x]\nplatform = \"chatwoot\"\naccount = \"a\"\nbase = \"b\"\nchatwoot-account = 1\n\
         token-file = \"t\"\ntoken-fil = \"t\"\n",
    );
    assert!(wrong.unwrap_err().contains("token-fil"));
}

#[test]
fn a_bot_that_waits_goes_on_after_the_close_even_if_its_first_call_failed() {
    let typebot = Arc::new(Mutex::new(FakeTypebot::new("a-token", "result-1")));
    let answering = Arc::clone(&typebot);
    let mut calls = 0;
    let serving = serve(move |request| {
        calls += 1;
        if calls == 1 {
            return Some(Reply { status: 502, ..Reply::default() });
        }
        let token = request.header("authorization");
        let mut typebot = answering.lock().unwrap();
        Some(typebot.answer(token, &request.path, request.body.as_ref()))
    })
    .unwrap();
    let base = serving.base();
    let beside = Beside::with(|settings, folder| {
        let own = TypebotSettings {
            account: "acme".into(),
            base,
            typebot: "bot".into(),
            block: "handover".into(),
            token_file: folder.write("typebot-token", "a-token"),
            common: ConnectCommon::default(),
        };
        settings.connect.insert("bot".into(), Connect::Typebot(Box::new(own)));
    });
    let served = &beside.served;
    beside.write(NINE, Who::Customer, "Hola", true);
    beside.fake().set_attribute(11, "typebot_result", "result-1");
    beside.write(NINE, Who::Agent, "¿Sí?", true);
    for (count, after) in [(1, 10), (2, 11), (3, 14)] {
        served.at(NINE + after * MINUTE);
        served.settle(|served| served.carried_out() == count);
    }
    served.at(NINE + 15 * MINUTE);
    // The next attempt is due by the clock at which the failure was recorded.
    served.settle(|served| served.retried() == 1);
    assert_eq!(beside.fake().status(11), Some("resolved"));
    let texts = beside.fake().ours(11).len();
    assert!(typebot.lock().unwrap().went_on.is_empty(), "its first call failed");
    served.at(NINE + 16 * MINUTE);
    served.settle(|_| !typebot.lock().unwrap().went_on.is_empty());
    served.settle(|served| served.carried_out() == 4);
    assert_eq!(typebot.lock().unwrap().went_on[0]["exit"], "customer-inactivity");
    assert_eq!(typebot.lock().unwrap().went_on.len(), 1);
    assert_eq!(beside.fake().ours(11).len(), texts, "the close is not repeated");
}

#[test]
fn whatsapp_checks_the_address_by_its_word() {
    let beside = Beside::with(|settings, folder| {
        let own = WhatsappSettings {
            account: "acme".into(),
            phone_number_id: "106".into(),
            business_account_id: None,
            token_file: folder.write("wa-token", "a-token"),
            app_secret_file: folder.write("wa-secret", "a secret"),
            verify_token_file: folder.write("wa-verify", "a word\n"),
            company: None,
            template_language: None,
            base: Some("http://127.0.0.1:9".into()),
            version: None,
            common: ConnectCommon::default(),
        };
        settings.connect.insert("wa".into(), Connect::Whatsapp(Box::new(own)));
    });
    let check = |word: &str| {
        let path =
            "/v1/connect/acme/wa?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
        call("GET", &beside.served.url(&format!("{path}{word}")), "", None, &[])
    };
    let right = check("a%20word");
    assert_eq!((right.status, right.body.as_str()), (200, "1158201444"));
    assert_eq!(check("another").problem(), "wrong-signature");
}
