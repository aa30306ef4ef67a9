//! Chatwoot.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use despertador_desk::runtime::Clock as _;
use despertador_fakes::{FakeChatwoot, Serving, Who, serve};
use despertador_server::{ChatwootSettings, Connect, ConnectCommon};

use super::{ACCOUNT, Awaited, Hand, NAME, Stage, agent, beside, customer};
use crate::Unusable;
use crate::language::tr;

const TOKEN: &str = "token-of-a-person";
const BOT_TOKEN: &str = "token-of-the-bot";
const SECRET: &str = "secret of the webhook";

/// The number of the conversation, and its ticket.
const CONVERSATION: i64 = 11;
const TICKET: &str = "support:11";

struct Play {
    stage: Stage,
    chatwoot: Arc<Mutex<FakeChatwoot>>,
    _serving: Serving,
}

pub(super) fn play(as_json: bool) -> Result<(), Unusable> {
    let play = Play::start(as_json)?;
    let problem = tr!("The page does not load", "La página no carga", "A página não carrega");
    play.write(0, Who::Customer, &problem, true)?;
    let asks = tr!("Could you restart it?", "¿Puede reiniciarlo?", "Pode reiniciar?");
    play.write(0, Who::Agent, &asks, true)?;
    play.reminded(10, 1)?;
    let answer = tr!("Yes, one moment", "Sí, un momento", "Sim, um momento");
    play.write(13, Who::Customer, &answer, false)?;
    play.read_back(15)?;
    let asks = tr!("And now?", "¿Y ahora?", "E agora?");
    play.write(20, Who::Agent, &asks, true)?;
    play.reminded(30, 2)?;
    play.closed(35)?;
    play.stage.end();
    Ok(())
}

impl Play {
    fn start(as_json: bool) -> Result<Self, Unusable> {
        let clock = Hand::new();
        let mut fake = FakeChatwoot::new(TOKEN, SECRET.as_bytes());
        fake.bot_token = Some(BOT_TOKEN.into());
        let chatwoot = Arc::new(Mutex::new(fake));
        let (answering, hand) = (Arc::clone(&chatwoot), clock.clone());
        let serving = serve(move |request| {
            let token = request.header("api_access_token");
            let mut fake = answering.lock().unwrap_or_else(PoisonError::into_inner);
            fake.answer(hand.now(), token, &request.path, request.body.as_ref())
        })
        .map_err(|error| error.to_string())?;
        let base = serving.base();
        let stage = Stage::start(&clock, as_json, |folder, settings| {
            let own = ChatwootSettings {
                account: ACCOUNT.into(),
                base,
                chatwoot_account: 1,
                token_file: folder.write("token", TOKEN)?,
                bot_token_file: Some(folder.write("bot-token", BOT_TOKEN)?),
                secret_file: Some(folder.write("secret", SECRET)?),
                address_token_file: None,
                requests_per_minute: None,
                common: ConnectCommon::default(),
            };
            beside(settings, NAME, Connect::Chatwoot(Box::new(own)));
            Ok(())
        })?;
        Ok(Self { stage, chatwoot, _serving: serving })
    }

    fn fake(&self) -> MutexGuard<'_, FakeChatwoot> {
        self.chatwoot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Our last message that Chatwoot has.
    fn last(&self) -> String {
        self.fake().ours(CONVERSATION).last().map(|it| (*it).to_owned()).unwrap_or_default()
    }

    /// Somebody writes; the webhook reaches the desk, or is lost.
    fn write(&self, minutes: i64, who: Who, text: &str, is_heard: bool) -> Result<(), Unusable> {
        let now = self.stage.at(minutes)?;
        self.fake().write(now, CONVERSATION, who, text);
        let posts = self.fake().take_posts();
        for posted in posts.iter().filter(|_| is_heard) {
            self.stage.post(posted)?;
        }
        let lost =
            tr!(" (the webhook is lost)", " (el webhook se pierde)", " (o webhook se perde)");
        let name = if who == Who::Customer { customer() } else { agent() };
        self.stage.say(&name, &format!("«{text}»{}", if is_heard { "" } else { &lost }));
        Ok(())
    }

    fn reminded(&self, minutes: i64, count: usize) -> Result<(), Unusable> {
        let is_there = || self.fake().ours(CONVERSATION).len() == count;
        let is_done = || is_there() && self.stage.is_waiting(TICKET);
        self.stage.wait(minutes, Awaited::Reminder, is_done)?;
        let text = self.last();
        let seen = tr!(
            "reminder seen in Chatwoot: «{text}»",
            "recordatorio visto en Chatwoot: «{text}»",
            "lembrete visto no Chatwoot: «{text}»"
        );
        self.stage.say("Despertador", &seen);
        Ok(())
    }

    /// The close is due, and the answer that nobody heard of is found.
    fn read_back(&self, minutes: i64) -> Result<(), Unusable> {
        self.stage.wait(minutes, Awaited::ReadBack, || self.stage.is_at_rest(TICKET))?;
        if self.fake().status(CONVERSATION) != Some("open") {
            return Err(tr!(
                "a customer who had answered was closed",
                "se cerró a un cliente que había respondido",
                "um cliente que tinha respondido foi encerrado"
            )
            .into());
        }
        let said = tr!(
            "about to close; reading the conversation finds the answer: it stays open",
            "por cerrar; al releer la conversación aparece la respuesta: sigue abierta",
            "prestes a encerrar; ao reler a conversa aparece a resposta: continua aberta"
        );
        self.stage.say("Despertador", &said);
        Ok(())
    }

    fn closed(&self, minutes: i64) -> Result<(), Unusable> {
        let is_closed = || self.fake().status(CONVERSATION) == Some("resolved");
        self.stage.wait(minutes, Awaited::Close, is_closed)?;
        let text = self.last();
        let exit = self.fake().attribute(CONVERSATION, "despertador_exit").cloned();
        let exit = exit.and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default();
        let said = tr!(
            "closed with «{text}», exit {exit}",
            "cerrado con «{text}», salida {exit}",
            "encerrado com «{text}», saída {exit}"
        );
        self.stage.say("Despertador", &said);
        Ok(())
    }
}
