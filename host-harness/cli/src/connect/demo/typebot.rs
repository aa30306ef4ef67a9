//! Typebot: a bot waits while people answer, and goes on after the close.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use despertador_contract::clock_face::show_rfc3339;
use despertador_fakes::{FakeTypebot, Serving, serve};
use despertador_server::demo::TOKEN as DESK_TOKEN;
use despertador_server::{Connect, ConnectCommon, Deliver, TypebotSettings};
use serde_json::json;

use super::{ACCOUNT, Awaited, Hand, Stage, agent, beside, customer, text};
use crate::Unusable;
use crate::language::tr;

const TOKEN: &str = "token-of-the-workspace";

/// The conversation of the bot, and the ticket.
const RESULT: &str = "cl9ip9u0l0001";
const TICKET: &str = "4711";

struct Play {
    stage: Stage,
    typebot: Arc<Mutex<FakeTypebot>>,
    _serving: Serving,
}

pub(super) fn play(as_json: bool) -> Result<(), Unusable> {
    let play = Play::start(as_json)?;
    let problem = tr!("The page does not load", "La página no carga", "A página não carrega");
    let asks = tr!("Could you restart it?", "¿Puede reiniciarlo?", "Pode reiniciar?");
    let hands_over = tr!(
        "hands over to people, tells its result id and waits",
        "pasa a personas, informa su result id y espera",
        "passa para pessoas, informa o result id e espera"
    );
    play.tell(0, "c1", "customer", &problem)?;
    play.stage.say("bot", &hands_over);
    play.tell(0, "a1", "agent", &asks)?;
    play.reminded(10)?;
    play.went_on(15)?;
    play.stage.end();
    Ok(())
}

impl Play {
    fn start(as_json: bool) -> Result<Self, Unusable> {
        let clock = Hand::new();
        let typebot = Arc::new(Mutex::new(FakeTypebot::new(TOKEN, RESULT)));
        let answering = Arc::clone(&typebot);
        let serving = serve(move |request| {
            let token = request.header("authorization");
            let mut fake = answering.lock().unwrap_or_else(PoisonError::into_inner);
            Some(fake.answer(token, &request.path, request.body.as_ref()))
        })
        .map_err(|error| error.to_string())?;
        let base = serving.base();
        let stage = Stage::start(&clock, as_json, |folder, settings| {
            let own = TypebotSettings {
                account: ACCOUNT.into(),
                base,
                typebot: "support-bot".into(),
                block: "handover".into(),
                token_file: folder.write("token", TOKEN)?,
                common: ConnectCommon::default(),
            };
            beside(settings, "bot", Connect::Typebot(Box::new(own)));
            let log = Some(folder.file("actions.jsonl"));
            settings.deliver = Some(Deliver { log, ..Deliver::default() });
            Ok(())
        })?;
        Ok(Self { stage, typebot, _serving: serving })
    }

    fn fake(&self) -> MutexGuard<'_, FakeTypebot> {
        self.typebot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The help desk tells an event, with the bot's result.
    fn tell(&self, minutes: i64, id: &str, author: &str, words: &str) -> Result<(), Unusable> {
        let at = show_rfc3339(self.stage.at(minutes)?);
        let event = json!({ "ticket": TICKET, "id": id, "at": at,
            "facts": { "channel": "web-chat", "more": { "typebot.result": RESULT } },
            "message": { "author": author, "text": words } });
        let url = format!("http://{}/v1/accounts/{ACCOUNT}/events", self.stage.server.address());
        let bearer = format!("Bearer {DESK_TOKEN}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        self.stage.send(&url, headers.into_iter(), &event.to_string())?;
        let who = if author == "customer" { customer() } else { agent() };
        self.stage.say(&who, &format!("«{words}»"));
        Ok(())
    }

    fn reminded(&self, minutes: i64) -> Result<(), Unusable> {
        self.stage.wait(minutes, Awaited::Reminder, || self.stage.is_waiting(TICKET))?;
        let said = tr!(
            "a reminder goes to the help desk; the bot still waits",
            "un recordatorio va a la mesa de ayuda; el bot sigue esperando",
            "um lembrete vai para a central de atendimento; o bot continua esperando"
        );
        self.stage.say("Despertador", &said);
        Ok(())
    }

    fn went_on(&self, minutes: i64) -> Result<(), Unusable> {
        self.stage.wait(minutes, Awaited::Close, || !self.fake().went_on.is_empty())?;
        let closed = tr!("closes the ticket", "cierra el ticket", "encerra o ticket");
        self.stage.say("Despertador", &closed);
        let exit = self.fake().went_on.last().map(|it| text(it, "/exit").to_owned());
        let exit = exit.unwrap_or_default();
        let said = tr!(
            "goes on by the exit {exit}",
            "sigue por la salida {exit}",
            "segue pela saída {exit}"
        );
        self.stage.say("bot", &said);
        Ok(())
    }
}
