//! Generates the script of a ticket from a seed.

use despertador_contract::{
    Author, Channel, Event, FailureKind, Happening, Instant, Message, MessageKind, Occurrence,
    Origin, Source, Ticket, Transfer,
};
use fastrand::Rng;
use serde_json::{Value, json};

use crate::conversation::Conversation;
use crate::simulation::Policy;
use despertador_contract::Call;
use despertador_contract::word::Word;

/// The script of a ticket.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) ticket: Ticket,
    /// In order of time.
    pub(crate) entries: Vec<Entry>,
    /// The seed for the host's delays.
    pub(crate) seed: u64,
}

/// A step of the script.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) at: Instant,
    pub(crate) what: Doing,
}

/// The kinds of steps.
#[derive(Debug, Clone)]
pub(crate) enum Doing {
    /// The host learns of a message or an event.
    Call(Call),
    /// The host learns of it again.
    Again(Call),
    /// The facts change.
    Facts(Value),
    /// Another policy applies.
    Policy(usize),
    /// The host crashes before the next answer is stored.
    CrashBeforeCommit,
    /// The host crashes after the next action is carried out and before that is stored.
    CrashAfterAction,
    /// The next action cannot be carried out.
    NextFails(FailureKind),
    /// The host's clock is behind by this many milliseconds for one tick.
    ClockBack(i64),
    /// The host ticks without need.
    Tick,
    /// The host does nothing until an instant.
    Down(Instant),
    /// The host's stored memory is altered, which is detected.
    Damage,
}

impl Script {
    pub(crate) fn random(
        seed: u64,
        number: u64,
        start: Instant,
        days: u32,
        policies: &[Policy],
    ) -> Script {
        let mut rng = Rng::with_seed(seed);
        let opening =
            i64::try_from(rng.u64(0..u64::from(days).saturating_mul(86_400_000))).unwrap_or(0);
        let mut writer = Writer::new(&mut rng, policies);
        let ticket = writer.ticket(number);
        writer.now = start.saturating_add(opening);
        writer.rounds();
        let mut entries = writer.entries;
        entries.sort_by_key(|entry| entry.at);
        Script { ticket, entries, seed }
    }
}

/// The content of a message.
#[derive(Debug, Default)]
struct Content {
    text: Option<String>,
    choice: Option<String>,
}

struct Writer<'a> {
    rng: &'a mut Rng,
    policies: &'a [Policy],
    departments: Vec<Option<String>>,
    now: Instant,
    /// Whether this ticket's messages have sequence numbers.
    sequenced: bool,
    sequence: u64,
    messages: u64,
    department: Option<String>,
    entries: Vec<Entry>,
}

impl<'a> Writer<'a> {
    fn new(rng: &'a mut Rng, policies: &'a [Policy]) -> Writer<'a> {
        let mut departments = vec![None, Some("otro".to_owned())];
        for policy in policies {
            let named = policy.rules.list.iter().filter_map(|rule| rule.departments.as_ref());
            departments.extend(named.flatten().cloned().map(Some));
        }
        Writer {
            sequenced: rng.bool(),
            rng,
            policies,
            departments,
            now: 0,
            sequence: 0,
            messages: 0,
            department: None,
            entries: Vec::new(),
        }
    }

    fn ticket(&mut self, number: u64) -> Ticket {
        self.department = self.pick(self.departments.clone()).flatten();
        let channels = Channel::KNOWN.to_vec();
        let channel = self.pick(channels).and_then(Channel::from_word);
        Ticket {
            id: number.to_string(),
            department: self.department.clone(),
            channel: channel.unwrap_or(Channel::Whatsapp),
            incomplete_metadata: self.one_in(8),
            ..Conversation::usual_ticket()
        }
    }

    fn pick<T>(&mut self, from: Vec<T>) -> Option<T> {
        let count = from.len();
        from.into_iter().nth(self.rng.usize(0..count.max(1)))
    }

    fn one_in(&mut self, many: u32) -> bool {
        self.rng.u32(0..many) == 0
    }

    fn millis(&mut self, most: u64) -> i64 {
        i64::try_from(self.rng.u64(0..most.max(1))).unwrap_or(0)
    }

    fn push(&mut self, at: Instant, what: Doing) {
        self.entries.push(Entry { at, what });
    }

    /// How long somebody waits: often until just before, at or after a step.
    fn pause(&mut self) -> i64 {
        let ticket = Ticket { department: self.department.clone(), ..Conversation::usual_ticket() };
        let rule = self.policies.first().and_then(|policy| policy.rules.of(&ticket));
        let offsets = rule.map(|rule| rule.offsets.clone()).filter(|offsets| !offsets.is_empty());
        let offsets = offsets.unwrap_or_else(|| vec![3_600_000]);
        let last = offsets.last().copied().unwrap_or(3_600_000);
        match self.rng.u32(0..10) {
            0..4 => {
                let step = self.pick(offsets).unwrap_or(last);
                let step = i64::try_from(step).unwrap_or(i64::MAX);
                let jitter = match self.rng.u32(0..5) {
                    0 => -1,
                    1 => 0,
                    2 => 1,
                    3 => self.millis(30_000),
                    _ => self.millis(30_000).saturating_neg(),
                };
                step.saturating_add(jitter).max(0)
            }
            4..7 => self.millis(last.saturating_add(last.div_euclid(3))),
            _ => self.millis(180_000),
        }
    }

    fn rounds(&mut self) {
        if self.one_in(3) {
            self.event(Happening::Opened(Source::Customer));
        }
        for _ in 0..self.rng.u32(1..7) {
            for _ in 0..self.rng.u32(1..3) {
                self.says(Author::Customer);
                self.now = self.now.saturating_add(self.millis(60_000));
            }
            self.accident();
            self.now = self.now.saturating_add(self.pause());
            for _ in 0..self.rng.u32(1..3) {
                self.says(Author::Agent);
                self.noise();
                self.now = self.now.saturating_add(self.millis(120_000));
            }
            self.accident();
            for _ in 0..self.rng.u32(0..3) {
                self.now = self.now.saturating_add(self.pause());
                self.interlude();
                self.accident();
            }
            self.now = self.now.saturating_add(self.pause());
        }
        if self.one_in(2) {
            self.says(Author::Customer);
            self.now = self.now.saturating_add(self.pause());
            self.says(Author::Agent);
        }
    }

    fn says(&mut self, author: Author) {
        let author = match author {
            Author::Agent if self.one_in(8) => Author::AiAgent,
            author => author,
        };
        let (kind, said) = match (&author, self.rng.u32(0..24)) {
            (Author::Customer, 0 | 1) => (MessageKind::Sticker, Content::default()),
            (Author::Customer, 2..5) => {
                let choices = vec!["continue", "extend", "extend", "resolve"];
                let choice = self.pick(choices).map(str::to_owned);
                (MessageKind::MenuAnswer, Content { choice, text: None })
            }
            (Author::Customer, 5) => {
                let text = self.pick(vec!["STOP", "START"]).map(str::to_owned);
                (MessageKind::Text, Content { text, choice: None })
            }
            (_, 6 | 7) => (MessageKind::Media, Content::default()),
            _ => (MessageKind::Text, Content::default()),
        };
        self.write(author, kind, Origin::Written, said);
    }

    fn message(&mut self, author: Author, kind: MessageKind, origin: Origin) {
        self.write(author, kind, origin, Content::default());
    }

    fn write(&mut self, author: Author, kind: MessageKind, origin: Origin, said: Content) {
        self.messages = self.messages.saturating_add(1);
        self.sequence = self.sequence.saturating_add(1);
        let late = match self.rng.u32(0..20) {
            0 => self.pause(),
            1..4 => self.millis(90_000),
            _ => 0,
        };
        let early = if self.one_in(30) { self.millis(60_000) } else { 0 };
        let received_at = self.now.saturating_add(late);
        let message = Message {
            id: (!self.one_in(3)).then(|| format!("m{}", self.messages)),
            sequence: self.sequenced.then_some(self.sequence),
            at: self.now.saturating_add(early),
            received_at,
            author,
            kind,
            origin,
            text: said.text,
            choice: said.choice,
        };
        let again = message.id.is_some() && self.one_in(12);
        self.push(received_at, Doing::Call(Call::Message(message.clone())));
        if again {
            let at = received_at.saturating_add(self.millis(120_000));
            let message = Message { received_at: at, ..message };
            self.push(at, Doing::Again(Call::Message(message)));
        }
    }

    /// Something that does not count as a message.
    fn noise(&mut self) {
        match self.rng.u32(0..16) {
            0 => self.message(Author::Agent, MessageKind::PrivateNote, Origin::Written),
            1 => self.message(Author::Bot, MessageKind::Text, Origin::Written),
            2 => self.message(Author::Agent, MessageKind::Text, Origin::Automation),
            3 => self.message(Author::Customer, MessageKind::Text, Origin::AutomaticReply),
            4 => self.message(Author::Customer, MessageKind::Receipt, Origin::Written),
            5 => self.message(Author::Agent, MessageKind::Text, Origin::Echo),
            6 => self.message(Author::Customer, MessageKind::Reaction, Origin::Written),
            7 => self.no_answer("deleted"),
            8 => self.no_answer("survey-answer"),
            _ => {}
        }
    }

    fn no_answer(&mut self, kind: &str) {
        self.message(Author::Customer, MessageKind::Other(kind.into()), Origin::Written);
    }

    /// An occurrence that a reply may answer: a call with several reports, or a request to the
    /// customer. Some of them are repeated.
    fn occurs(&mut self) {
        self.messages = self.messages.saturating_add(1);
        let id = self.messages;
        if self.rng.bool() {
            let asked = vec![
                "rating-requested",
                "resolution-asked",
                "media-requested",
                "contact-page-shared",
                "approval-requested",
                "payment-requested",
                "something-new",
            ];
            let name = self.pick(asked).unwrap_or_default();
            self.occurred(name, Some(format!("o{id}")), Vec::new());
            return;
        }
        for _ in 0..self.rng.u32(1..4) {
            let told = vec![
                "customer-hung-up",
                "call-missed",
                "voicemail-left",
                "call-completed",
                "called-out-of-hours",
            ];
            let name = self.pick(told).unwrap_or_default();
            let mut details = vec![("call".to_owned(), format!("c{id}"))];
            let phases = vec!["greeting", "waiting", "chosen", "voice-message", "options", ""];
            if let Some(phase) = self.pick(phases).filter(|phase| !phase.is_empty()) {
                details.push(("phase".into(), phase.into()));
            }
            if self.one_in(4) {
                details.push(("ticket".into(), "not-allowed".into()));
            }
            self.occurred(name, None, details);
            self.now = self.now.saturating_add(self.millis(60_000));
        }
    }

    fn occurred(&mut self, name: &str, id: Option<String>, details: Vec<(String, String)>) {
        let at = self.now;
        let what = Happening::Occurred(Occurrence { name: name.into(), details });
        let event = Event { id, sequence: None, at, received_at: at, what };
        self.push(at, Doing::Call(Call::Event(event.clone())));
        if self.one_in(4) {
            let received_at = at.saturating_add(self.pause());
            self.push(received_at, Doing::Again(Call::Event(Event { received_at, ..event })));
        }
    }

    fn event(&mut self, what: Happening) {
        let at = self.now;
        let event = Event { id: None, sequence: None, at, received_at: at, what };
        self.push(at, Doing::Call(Call::Event(event)));
    }

    /// Something that begins and ends.
    fn between(&mut self, begins: Happening, ends: Happening) {
        self.event(begins);
        self.now = self.now.saturating_add(self.pause());
        self.accident();
        self.event(ends);
    }

    fn interlude(&mut self) {
        match self.rng.u32(0..32) {
            0 => self.between(Happening::Held, Happening::Released),
            1 => self.between(Happening::Snoozed(None), Happening::Woken),
            2 => {
                let until = self.now.saturating_add(self.pause());
                self.event(Happening::Snoozed(Some(until)));
            }
            3 => self.between(Happening::CallStarted, Happening::CallEnded),
            4 => self.between(Happening::Unassigned, Happening::Assigned("Luis".into())),
            5 => {
                self.department = self.pick(self.departments.clone()).flatten();
                let agent = (!self.one_in(3)).then(|| "Luis".to_owned());
                let department = self.department.clone();
                self.event(Happening::Transferred(Transfer { department, agent }));
            }
            6 => {
                let by = self.rng.u64(1..1_200_000);
                self.event(Happening::Extended(by));
            }
            7 => self.between(Happening::Closed(Source::Agent), Happening::Reopened(Source::Agent)),
            8 => self.event(Happening::Closed(Source::Agent)),
            9 => {
                let tags = self.policies.first().map(|policy| policy.rules.exempt_tags.clone());
                let tag =
                    tags.and_then(|tags| tags.into_iter().next()).unwrap_or_else(|| "vip".into());
                self.push(self.now, Doing::Facts(json!({ "tags": [tag] })));
                self.now = self.now.saturating_add(self.pause());
                self.push(self.now, Doing::Facts(json!({ "tags": [] })));
            }
            10 => {
                let incomplete = self.rng.bool();
                self.push(self.now, Doing::Facts(json!({ "incomplete-metadata": incomplete })));
            }
            11 if self.policies.len() > 1 => {
                let policy = self.rng.usize(0..self.policies.len());
                self.push(self.now, Doing::Policy(policy));
            }
            12..16 => {
                for _ in 0..self.rng.u32(1..5) {
                    self.event(Happening::Typing);
                    self.now = self.now.saturating_add(self.millis(100_000));
                }
            }
            16..18 => self.says(Author::Agent),
            18..21 => self.occurs(),
            21 => {
                self.push(self.now, Doing::Facts(json!({ "group": true })));
                self.now = self.now.saturating_add(self.pause());
                self.push(self.now, Doing::Facts(json!({ "group": false })));
            }
            22 => self.event(Happening::Other("visitor-left".into())),
            23 => self.between(
                Happening::Other("visitor-left".into()),
                Happening::Other("visitor-returned".into()),
            ),
            // Ends without a beginning.
            24 => self.event(Happening::Woken),
            25 => self.event(Happening::CallEnded),
            26 => self.event(Happening::Assigned("Luis".into())),
            27 => {
                let rules = self.policies.first().map(|policy| policy.rules.list.clone());
                let tags = rules.into_iter().flatten().filter_map(|rule| rule.tags).flatten();
                let tag = self.pick(tags.collect());
                let priority = self.pick(vec!["alta", "baja"]);
                let more = json!({ "ticket.priority": priority });
                self.push(
                    self.now,
                    Doing::Facts(
                        json!({ "tags": tag.into_iter().collect::<Vec<String>>(), "more": more }),
                    ),
                );
            }
            _ => {}
        }
    }

    fn accident(&mut self) {
        let at = self.now;
        let accident = match self.rng.u32(0..30) {
            0 | 1 => Doing::CrashBeforeCommit,
            2 | 3 => Doing::CrashAfterAction,
            4 => Doing::NextFails(FailureKind::Unreachable),
            5 => Doing::NextFails(FailureKind::Blocked),
            6 => Doing::ClockBack(self.millis(7_200_000)),
            7 => Doing::Tick,
            8 => Doing::Down(at.saturating_add(self.pause().saturating_mul(2))),
            9 => Doing::Damage,
            _ => return,
        };
        self.push(at, accident);
    }
}
