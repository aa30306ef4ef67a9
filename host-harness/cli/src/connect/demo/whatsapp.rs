//! WhatsApp's Cloud API.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use despertador_desk::runtime::Clock as _;
use despertador_fakes::{FakeWhatsapp, Serving, serve};
use despertador_server::{Connect, ConnectCommon, WhatsappSettings};

use super::{ACCOUNT, Awaited, Hand, NAME, Stage, beside, customer, text};
use crate::Unusable;
use crate::language::tr;

const TOKEN: &str = "token-of-the-system-user";
const SECRET: &str = "secret of the app";

/// The id of the company's number, the customer's number and their id within the business.
const PHONE: &str = "106540352242922";
const NUMBER: &str = "5511999990000";
const USER: &str = "BR.1502576394655843";
const TICKET: &str = "support:BR.1502576394655843";

struct Play {
    stage: Stage,
    whatsapp: Arc<Mutex<FakeWhatsapp>>,
    _serving: Serving,
}

pub(super) fn play(as_json: bool) -> Result<(), Unusable> {
    let play = Play::start(as_json)?;
    let problem = tr!("The page does not load", "La página no carga", "A página não carrega");
    play.write(0, &problem)?;
    play.bot_writes(0)?;
    play.reminded(10, 1)?;
    play.write_in_vain(13)?;
    play.stays_open(15)?;
    play.bot_writes(20)?;
    play.reminded(30, 2)?;
    play.closed(35)?;
    play.stage.end();
    Ok(())
}

impl Play {
    fn start(as_json: bool) -> Result<Self, Unusable> {
        let clock = Hand::new();
        let fake = FakeWhatsapp::new(PHONE, TOKEN, SECRET.as_bytes());
        let whatsapp = Arc::new(Mutex::new(fake));
        let (answering, hand) = (Arc::clone(&whatsapp), clock.clone());
        let serving = serve(move |request| {
            let token = request.header("authorization");
            let mut fake = answering.lock().unwrap_or_else(PoisonError::into_inner);
            Some(fake.answer(hand.now(), token, &request.path, request.body.as_ref()))
        })
        .map_err(|error| error.to_string())?;
        let base = Some(serving.base());
        let stage = Stage::start(&clock, as_json, |folder, settings| {
            let own = WhatsappSettings {
                account: ACCOUNT.into(),
                phone_number_id: PHONE.into(),
                business_account_id: None,
                token_file: folder.write("token", TOKEN)?,
                app_secret_file: folder.write("secret", SECRET)?,
                verify_token_file: folder.write("verify", "a word")?,
                company: None,
                template_language: None,
                base,
                version: None,
                common: ConnectCommon::default(),
            };
            beside(settings, NAME, Connect::Whatsapp(Box::new(own)));
            Ok(())
        })?;
        Ok(Self { stage, whatsapp, _serving: serving })
    }

    fn fake(&self) -> MutexGuard<'_, FakeWhatsapp> {
        self.whatsapp.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Meta posts what waits, oldest first.
    fn post_all(&self) -> Result<(), Unusable> {
        loop {
            let next = self.fake().posts().into_iter().next();
            let Some(posted) = next else { return Ok(()) };
            self.stage.post(&posted)?;
            self.fake().answered();
        }
    }

    fn write(&self, minutes: i64, words: &str) -> Result<(), Unusable> {
        let now = self.stage.at(minutes)?;
        self.fake().write(now, Some(NUMBER), Some(USER), words);
        self.stage.say(&customer(), &format!("«{words}»"));
        self.post_all()
    }

    fn bot_writes(&self, minutes: i64) -> Result<(), Unusable> {
        let now = self.stage.at(minutes)?;
        self.fake().bot_writes(now, NUMBER, USER);
        self.post_all()?;
        let said = tr!(
            "answers by its own call; Meta posts the status",
            "responde con su propia llamada; Meta publica el estado",
            "responde com sua própria chamada; a Meta publica o status"
        );
        self.stage.say("bot", &said);
        Ok(())
    }

    fn reminded(&self, minutes: i64, count: usize) -> Result<(), Unusable> {
        self.stage.wait(minutes, Awaited::Reminder, || self.fake().sent().len() == count)?;
        self.post_all()?;
        self.stage.wait(minutes, Awaited::Reminder, || self.stage.is_waiting(TICKET))?;
        self.say_sent();
        Ok(())
    }

    /// Says what WhatsApp has accepted last.
    fn say_sent(&self) {
        let text = self.fake().sent().last().map(|it| text(it, "/text/body").to_owned());
        let text = text.unwrap_or_default();
        let said = tr!(
            "accepted by WhatsApp: «{text}»",
            "aceptado por WhatsApp: «{text}»",
            "aceito pelo WhatsApp: «{text}»"
        );
        self.stage.say("Despertador", &said);
    }

    /// The customer, who now hides the number, answers while the server cannot be reached.
    fn write_in_vain(&self, minutes: i64) -> Result<(), Unusable> {
        let now = self.stage.at(minutes)?;
        let words = tr!("Yes, one moment", "Sí, un momento", "Sim, um momento");
        self.fake().write(now, None, Some(USER), &words);
        let failed = tr!(
            " (the post gets no answer)",
            " (la publicación no recibe respuesta)",
            " (a publicação fica sem resposta)"
        );
        self.stage.say(&customer(), &format!("«{words}»{failed}"));
        self.stage.at(minutes.saturating_add(1))?;
        self.post_all()?;
        self.stage.say("Meta", &tr!("posts it again", "lo publica de nuevo", "publica de novo"));
        Ok(())
    }

    fn stays_open(&self, minutes: i64) -> Result<(), Unusable> {
        self.stage.wait(minutes, Awaited::ReadBack, || self.stage.is_at_rest(TICKET))?;
        let said = tr!(
            "sends and closes nothing: the customer has answered",
            "no envía ni cierra nada: el cliente respondió",
            "não envia nem encerra nada: o cliente respondeu"
        );
        self.stage.say("Despertador", &said);
        Ok(())
    }

    fn closed(&self, minutes: i64) -> Result<(), Unusable> {
        self.stage.wait(minutes, Awaited::Close, || self.fake().sent().len() == 3)?;
        self.post_all()?;
        self.stage.wait(minutes, Awaited::Close, || self.stage.is_at_rest(TICKET))?;
        self.say_sent();
        let said = tr!(
            "closes the ticket; the next message opens it again",
            "cierra el ticket; el próximo mensaje lo reabre",
            "encerra o ticket; a próxima mensagem o reabre"
        );
        self.stage.say("Despertador", &said);
        Ok(())
    }
}
