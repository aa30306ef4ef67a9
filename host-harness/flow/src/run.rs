//! Runs an input through a flow.

use std::collections::{BTreeMap, VecDeque};

use chrono::DateTime;
use serde_json::{Map, Value, json};

use crate::condition::{Condition, Source, decimal};
use crate::flow::{Action, Block, Flow, Output, Rule, Target};
use crate::input::{Input, TEXT, serialized};
use crate::pattern::PatternError;
use crate::session::Session;
use crate::variable::{Name, at_path, replace, replace_in};

/// Maximum number of moves per input; one more is an error.
pub const TRANSITIONS_PER_INPUT_MAX: usize = 10;
/// Maximum number of consecutive waits that end without an answer.
const EXPIRATIONS_IN_A_ROW_MAX: u32 = 50;

/// Further values by name that the host knows: `application.identifier`, `resource.greeting`,
/// `calendar.…`, `random.guid`.
pub type Facts = BTreeMap<String, String>;

/// An input on its way through a flow.
///
/// Call [`next`](Run::next) until it returns `None`. Carry out each returned action before the next
/// call, and report its result with [`set`](Run::set) or [`fail`](Run::fail). The session always
/// contains the current block and the variables: a run that is dropped half-way keeps what was
/// done, as in the engine.
///
/// The order for each input: the actions of the whole flow; then, while blocks do not wait, the
/// actions on leaving, the first output whose conditions hold, the actions after a change of block,
/// storing the next block, and its actions on entering; finally the actions at the end of the whole
/// flow.
#[derive(Debug)]
pub struct Run<'f, 's> {
    flow: &'f Flow,
    session: &'s mut Session,
    facts: &'f Facts,
    input: Input,
    /// The current block; `None` if no output was taken.
    block: Option<&'f Block>,
    phase: Phase,
    queue: VecDeque<&'f Action>,
    moment: Moment,
    /// The block of the queued actions; `None` for the whole flow.
    owner: Option<&'f Block>,
    /// The action that the host is carrying out.
    pending: Option<&'f Action>,
    transitions: usize,
    hops: Vec<Hop>,
    /// Missing variables that conditions used.
    absent: Vec<String>,
    refused: bool,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Begin,
    Arrived,
    Leaving,
    Left,
    Entered,
    Settle,
    Closing,
    Ended,
}

/// When an action is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// At the beginning of every input.
    Begin,
    /// Before leaving a block.
    Leaving,
    /// After leaving a block for another.
    Left,
    /// After entering a block.
    Entering,
    /// At the end of every input.
    End,
}

impl Moment {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Moment::Begin => "begin",
            Moment::Leaving => "leaving",
            Moment::Left => "left",
            Moment::Entering => "entering",
            Moment::End => "end",
        }
    }
}

/// A move from one block to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The block that was left.
    pub from: String,
    /// The output that was taken (JSON Pointer); `None` if there was none.
    pub output: Option<String>,
    /// The block that was entered; `None` if the conversation ends.
    pub to: Option<String>,
}

/// An action that a flow requests.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestedAction {
    /// Its kind.
    pub kind: ActionKind,
    /// Its author's name for it.
    pub title: Option<String>,
    /// Its settings, with variables replaced by their values.
    pub settings: Value,
    /// The block that requests it; `None` for the whole flow.
    pub block: Option<String>,
    /// When it is requested.
    pub moment: Moment,
    /// The variables that the host should set.
    pub expects: Vec<String>,
    /// Whether it was already done and is only reported.
    pub done: bool,
    /// Its timeout in milliseconds; the engine's default is 30 s.
    pub timeout: Option<u64>,
    /// Whether the flow continues without waiting for its end; it cannot fail the flow.
    pub asynchronous: bool,
    /// Its place in the flow (JSON Pointer); empty for actions of the engine itself.
    pub place: String,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// The kinds of actions, by the engine's names.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ActionKind {
            $($(#[$doc])* $name,)*
            /// A kind that this crate does not define.
            Other(String),
        }

        impl ActionKind {
            fn of(word: &str) -> ActionKind {
                $(if word.eq_ignore_ascii_case(stringify!($name)) { return ActionKind::$name; })*
                ActionKind::Other(word.to_owned())
            }

            /// Its word.
            #[must_use]
            pub fn word(&self) -> &str {
                match self {
                    $(ActionKind::$name => stringify!($name),)*
                    ActionKind::Other(word) => word,
                }
            }
        }
    };
}

kinds! {
    /// Send a message: `type`, `content`, `metadata`.
    SendMessage,
    /// Send a message whose content is a text: `type`, `rawContent`.
    SendRawMessage,
    /// Send what an HTTP service answers.
    SendMessageFromHttp,
    /// Send a command and ignore its answer.
    SendCommand,
    /// Send a command and store its answer in `variable`.
    ProcessCommand,
    /// Call an HTTP service; status and body are stored in variables.
    ProcessHttp,
    /// Run a script; its result is stored in `outputVariable`.
    ExecuteScript,
    /// The same with more functions.
    ExecuteScriptV2,
    /// Fill a template into `outputVariable`.
    ExecuteTemplate,
    /// Set a variable. Done by the library.
    SetVariable,
    /// Delete a variable. Done by the library.
    DeleteVariable,
    /// Store facts of the customer. Done by the library for this conversation; the host stores them
    /// permanently.
    MergeContact,
    /// Store a document of the bot.
    SetBucket,
    /// Add the customer to a list, or remove them.
    ManageList,
    /// Count an event.
    TrackEvent,
    /// Count the customer's position.
    TrackContactsJourney,
    /// Transfer the customer to another bot.
    Redirect,
    /// Open a ticket; its id is stored in `variable`.
    CreateTicket,
    /// Forward the customer's message to the desk.
    ForwardMessageToDesk,
    /// Open a ticket if there is none, forward the message, and set
    /// `desk_forwardToDeskState_status`.
    ForwardToDesk,
    /// The human-assistance block was left: close the ticket if it is still open.
    LeavingFromDesk,
    /// Forward the message to somebody else.
    ForwardMessage,
    /// Ask an AI assistant.
    ProcessContentAssistant,
    /// Store a lead.
    CreateLead,
    /// The customer entered a subflow; the conversation continues here with the first input after
    /// its end.
    EnterSubflow,
    /// Wake up at `when` and pass an input with the type in `message`, unless another input comes
    /// first.
    ScheduleExpiration,
    /// Cancel the wake-up.
    CancelExpiration,
}

/// Why an input could not be processed completely. What was done until then stays done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RunError {
    /// The taken output leads to no block. The conversation starts again.
    #[error("`{block}` was left by an output that leads to no block, `{target}` ({output})")]
    NoSuchBlock {
        /// The output's block.
        block: String,
        /// The output (JSON Pointer).
        output: String,
        /// Its target.
        target: String,
    },
    /// One input moved the conversation too often.
    #[error("one input moved on more than {TRANSITIONS_PER_INPUT_MAX} times, up to `{block}`")]
    TooManyTransitions {
        /// The block reached last.
        block: String,
    },
    /// An action failed, and its author did not allow the flow to continue.
    #[error("the action {kind} failed: {why} ({action})")]
    ActionFailed {
        /// The action (JSON Pointer).
        action: String,
        /// Its kind.
        kind: String,
        /// The host's reason.
        why: String,
    },
    /// A condition or a validation has an unsupported pattern.
    #[error("the pattern `{pattern}` cannot be used ({place})")]
    Pattern {
        /// The condition or the block (JSON Pointer).
        place: String,
        /// The pattern.
        pattern: String,
        /// Why not.
        why: PatternError,
    },
}

impl<'f, 's> Run<'f, 's> {
    /// Starts with an input. A session can be used by only one run at a time.
    #[must_use]
    pub fn new(flow: &'f Flow, session: &'s mut Session, input: Input, facts: &'f Facts) -> Self {
        let block = session.block().and_then(|id| flow.block(id)).unwrap_or_else(|| flow.root());
        Run {
            flow,
            session,
            facts,
            input,
            block: Some(block),
            phase: Phase::Begin,
            queue: VecDeque::new(),
            moment: Moment::Begin,
            owner: None,
            pending: None,
            transitions: 0,
            hops: Vec::new(),
            absent: Vec::new(),
            refused: false,
        }
    }

    /// The next action, or `None` if the conversation waits or has ended.
    ///
    /// # Errors
    ///
    /// Why the input cannot be processed further; the next call returns `None`.
    #[allow(clippy::should_implement_trait, reason = "an iterator would have no errors to stop at")]
    pub fn next(&mut self) -> Result<Option<RequestedAction>, RunError> {
        self.pending = None;
        let next = self.advance();
        if next.is_err() {
            self.phase = Phase::Ended;
            self.queue.clear();
        }
        next
    }

    /// Sets a variable as the result of the last action.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.session.set(name, value, None);
    }

    /// Reports that the last action failed.
    ///
    /// # Errors
    ///
    /// The flow ends, unless the action's author allowed it to continue.
    pub fn fail(&mut self, why: impl Into<String>) -> Result<(), RunError> {
        match self.pending {
            Some(action) if !action.continue_on_error && !action.asynchronous => {
                self.phase = Phase::Ended;
                self.queue.clear();
                Err(RunError::ActionFailed {
                    action: action.place.clone(),
                    kind: action.kind.clone(),
                    why: why.into(),
                })
            }
            _ => Ok(()),
        }
    }

    /// The session in its current state.
    #[must_use]
    pub fn session(&mut self) -> &mut Session {
        self.session
    }

    /// The moves so far.
    #[must_use]
    pub fn hops(&self) -> &[Hop] {
        &self.hops
    }

    /// The missing variables that conditions used.
    #[must_use]
    pub fn absent(&self) -> &[String] {
        &self.absent
    }

    /// Whether the block refused the input, so that nothing moved.
    #[must_use]
    pub fn was_refused(&self) -> bool {
        self.refused
    }

    fn advance(&mut self) -> Result<Option<RequestedAction>, RunError> {
        loop {
            while let Some(action) = self.queue.pop_front() {
                if self.hold(&action.conditions)? {
                    self.pending = Some(action);
                    return Ok(Some(self.ask(action)));
                }
            }
            match self.phase {
                Phase::Begin => {
                    if let Some(asked) = self.begin() {
                        return Ok(Some(asked));
                    }
                }
                Phase::Arrived => {
                    if let Some(asked) = self.arrive()? {
                        return Ok(Some(asked));
                    }
                }
                Phase::Leaving => self.leave()?,
                Phase::Left => self.enter(),
                Phase::Entered => {
                    if let Some(asked) = self.entered()? {
                        return Ok(Some(asked));
                    }
                }
                Phase::Settle => {
                    self.phase = Phase::Closing;
                    if let Some(asked) = self.schedule() {
                        return Ok(Some(asked));
                    }
                }
                Phase::Closing => {
                    self.phase = Phase::Ended;
                    self.queue_up(&self.flow.output_actions, Moment::End, None);
                }
                Phase::Ended => return Ok(None),
            }
        }
    }

    /// Ends the wait and queues the actions of the whole flow.
    fn begin(&mut self) -> Option<RequestedAction> {
        if let Some(expired) = self.input.expired_in() {
            // The conversation has moved on in the meantime.
            if self.block.is_none_or(|block| block.id != expired) {
                self.phase = Phase::Ended;
                return None;
            }
            self.session.expires = false;
            self.session.expirations = self.session.expirations.saturating_add(1);
            self.input.media_type = TEXT.into();
            self.input.content = Value::String(String::new());
        } else {
            self.session.expirations = 0;
        }
        self.phase = Phase::Arrived;
        self.queue_up(&self.flow.input_actions, Moment::Begin, None);
        std::mem::take(&mut self.session.expires)
            .then(|| self.engine_action(ActionKind::CancelExpiration, json!({})))
    }

    /// An input has reached a block that waited for it.
    fn arrive(&mut self) -> Result<Option<RequestedAction>, RunError> {
        self.phase = Phase::Leaving;
        let Some(block) = self.block else { return Ok(None) };
        let Some(waiting) = &block.input else {
            self.begin_leaving(block);
            return Ok(None);
        };
        let content = self.input.serialized();
        if let Some(validation) = &waiting.validation
            && !content.is_empty()
            && !self.is_valid(&validation.rule, &content, &block.place)?
        {
            self.refused = true;
            self.phase = Phase::Settle;
            return Ok(validation.error.as_ref().map(|error| {
                let said = self.replaced(error);
                self.engine_action(
                    ActionKind::SendMessage,
                    json!({ "type": TEXT, "content": said }),
                )
            }));
        }
        if let Some(variable) = &waiting.variable {
            self.session.set(variable, content, None);
        }
        self.begin_leaving(block);
        Ok(None)
    }

    fn begin_leaving(&mut self, block: &'f Block) {
        self.phase = Phase::Leaving;
        self.queue_up(&block.output_actions, Moment::Leaving, Some(block));
    }

    /// Takes the first output whose conditions hold.
    fn leave(&mut self) -> Result<(), RunError> {
        let Some(block) = self.block else {
            self.phase = Phase::Settle;
            return Ok(());
        };
        let mut taken: Option<&'f Output> = None;
        for output in block.outputs_in_order() {
            if self.hold(&output.conditions)? {
                taken = Some(output);
                break;
            }
        }
        self.session.leave(&block.id);
        let next = match taken {
            None => None,
            Some(output) => Some(self.follow(block, output)?),
        };
        self.hops.push(Hop {
            from: block.id.clone(),
            output: taken.map(|output| output.place.clone()),
            to: next.map(|next| next.id.clone()),
        });
        self.block = next;
        self.phase = Phase::Left;
        if next.is_none_or(|next| next.id != block.id) {
            self.queue_up(&block.after_state_changed_actions, Moment::Left, Some(block));
            self.queue.extend(in_order(&self.flow.after_state_changed_actions));
        }
        Ok(())
    }

    fn follow(&mut self, block: &'f Block, output: &'f Output) -> Result<&'f Block, RunError> {
        let target = match &output.target {
            Target::Block(id) => id.clone(),
            Target::Variable(text) => self.replaced(text),
            Target::Nowhere => String::new(),
        };
        self.flow.block(&target).ok_or_else(|| {
            self.session.force_into(None);
            RunError::NoSuchBlock { block: block.id.clone(), output: output.place.clone(), target }
        })
    }

    /// Stores the next block before any of its actions.
    fn enter(&mut self) {
        self.session.force_into(self.block.map(|block| block.id.clone()));
        self.phase = Phase::Entered;
        if let Some(block) = self.block {
            self.queue_up(&block.input_actions, Moment::Entering, Some(block));
        }
    }

    /// Continues, unless the block waits.
    fn entered(&mut self) -> Result<Option<RequestedAction>, RunError> {
        let reached = self.block.map(|block| block.id.clone()).unwrap_or_default();
        if self.transitions >= TRANSITIONS_PER_INPUT_MAX {
            return Err(RunError::TooManyTransitions { block: reached });
        }
        self.transitions = self.transitions.saturating_add(1);
        let Some(block) = self.block else {
            self.phase = Phase::Settle;
            return Ok(None);
        };
        let waits = match &block.input {
            Some(waiting) if !waiting.bypass => self.hold(&waiting.conditions)?,
            _ => false,
        };
        if waits {
            self.phase = Phase::Settle;
        } else {
            self.begin_leaving(block);
        }
        let subflow = block.more.get("shortNameOfSubflow").filter(|_| waits);
        Ok(subflow.map(|name| {
            self.engine_action(ActionKind::EnterSubflow, json!({ "shortNameOfSubflow": name }))
        }))
    }

    /// Schedules the end of a wait, if the block has one. The vendor does not offer it in the
    /// human-assistance block, where closing rules apply.
    fn schedule(&mut self) -> Option<RequestedAction> {
        let block = self.block.filter(|block| !block.is_human_assistance())?;
        let after = i64::try_from(block.input.as_ref()?.expiration?).ok()?;
        if self.session.expirations >= EXPIRATIONS_IN_A_ROW_MAX {
            return None;
        }
        let when = DateTime::from_timestamp_millis(self.input.at.checked_add(after)?)?;
        self.session.expires = true;
        let message = json!({
            "type": crate::input::EXPIRATION,
            "content": { "identity": self.input.from, "stateId": block.id },
        });
        let when = when.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        Some(self.engine_action(
            ActionKind::ScheduleExpiration,
            json!({ "when": when, "message": message }),
        ))
    }

    fn queue_up(&mut self, actions: &'f [Action], moment: Moment, owner: Option<&'f Block>) {
        self.queue.extend(in_order(actions));
        self.moment = moment;
        self.owner = owner;
    }

    /// An action of the engine itself.
    fn engine_action(&self, kind: ActionKind, settings: Value) -> RequestedAction {
        RequestedAction {
            kind,
            title: None,
            settings,
            block: self.block.map(|block| block.id.clone()),
            moment: self.moment,
            expects: Vec::new(),
            done: false,
            timeout: None,
            asynchronous: false,
            place: String::new(),
        }
    }

    /// An action for the host; actions of the library are done immediately.
    fn ask(&mut self, action: &Action) -> RequestedAction {
        let settings = replace_in(&action.settings, &mut |name| self.value(name));
        let kind = ActionKind::of(&action.kind);
        let text = |name: &str| settings.get(name).map(serialized);
        let mut expects = Vec::new();
        let mut done = false;
        match kind {
            ActionKind::SetVariable => {
                if let Some(name) = text("variable") {
                    let until = text("expiration").and_then(|seconds| {
                        let seconds: i64 = seconds.parse().ok().filter(|seconds| *seconds > 0)?;
                        self.input.at.checked_add(seconds.checked_mul(1_000)?)
                    });
                    self.session.set(&name, text("value").unwrap_or_default(), until);
                    done = true;
                }
            }
            ActionKind::DeleteVariable => {
                if let Some(name) = text("variable") {
                    self.session.forget(&name);
                    done = true;
                }
            }
            ActionKind::MergeContact => self.merge(&settings),
            ActionKind::ForwardToDesk => expects.push(crate::desk::FORWARDED.into()),
            _ => {
                const NAMES: [&str; 5] = [
                    "variable",
                    "outputVariable",
                    "responseStatusVariable",
                    "responseBodyVariable",
                    "outputStatusVariable",
                ];
                expects.extend(NAMES.iter().filter_map(|name| text(name)));
                expects.retain(|name| !name.is_empty());
            }
        }
        RequestedAction {
            kind,
            title: action.title.clone(),
            settings,
            block: self.owner.map(|block| block.id.clone()),
            moment: self.moment,
            expects,
            done,
            timeout: action.timeout,
            asynchronous: action.asynchronous,
            place: action.place.clone(),
        }
    }

    fn merge(&mut self, settings: &Value) {
        for (name, value) in settings.as_object().into_iter().flatten() {
            match value {
                Value::Object(extras) if name.eq_ignore_ascii_case("extras") => {
                    for (name, value) in extras {
                        let name = format!("extras.{}", name.to_lowercase());
                        self.session.contact.insert(name, serialized(value));
                    }
                }
                value => {
                    self.session.contact.insert(name.to_lowercase(), serialized(value));
                }
            }
        }
    }

    fn replaced(&self, text: &str) -> String {
        replace(text, &mut |name| self.value(name))
    }

    fn hold(&mut self, conditions: &[Condition]) -> Result<bool, RunError> {
        for condition in conditions {
            let value = self.subject(condition);
            if value.is_none()
                && let Some(name) = &condition.variable
                && !self.absent.contains(name)
            {
                self.absent.push(name.clone());
            }
            let holds = condition.holds(value.as_deref()).map_err(|why| RunError::Pattern {
                place: condition.place.clone(),
                pattern: condition.values.join(", "),
                why,
            })?;
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The value that a condition compares.
    fn subject(&self, condition: &Condition) -> Option<String> {
        match condition.source {
            Source::Input => Some(self.input.serialized()),
            Source::Context => self.value(condition.variable.as_deref()?),
            Source::Intent => self.intent().map(|intent| intent.name.clone()),
            Source::Entity => self.entity(condition.entity.as_deref()?),
        }
    }

    fn intent(&self) -> Option<&crate::input::Intent> {
        let least = self.flow.configuration.get("builder:minimumIntentScore");
        let least = least.and_then(|score| score.parse().ok()).unwrap_or(0.5);
        self.input.intent.as_ref().filter(|intent| intent.score >= least)
    }

    fn entity(&self, name: &str) -> Option<String> {
        let mut entities = self.input.entities.iter();
        entities.find(|entity| entity.name.eq_ignore_ascii_case(name)).map(|e| e.value.clone())
    }

    /// The value of a variable of any source.
    fn value(&self, written: &str) -> Option<String> {
        let name = Name::parse(written);
        let value = match name.source.map(str::to_lowercase).as_deref() {
            None | Some("context") => {
                self.session.variable(name.name, self.input.at).map(str::to_owned)
            }
            Some("input") => self.of_input(&name.name.to_lowercase()),
            Some("state") => self.of_state(&name.name.to_lowercase()),
            Some("flow") => (name.name == "id").then(|| self.flow.id.clone()),
            Some("config") => self.flow.configuration.get(name.name).cloned(),
            Some("contact") => self.of_contact(&name.name.to_lowercase()),
            Some("ticket") => {
                let ticket = self.session.ticket.as_ref()?;
                let members = ticket.as_object()?;
                let member = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name.name));
                member.map(|(_, value)| serialized(value))
            }
            Some(_) => None,
        };
        let fact = || {
            let source = name.source?;
            self.facts.get(&format!("{}.{}", source.to_lowercase(), name.name)).cloned()
        };
        let value = value.or_else(fact)?;
        match name.path {
            Some(path) if !value.trim().is_empty() => at_path(&value, path),
            _ => Some(value),
        }
    }

    fn of_input(&self, name: &str) -> Option<String> {
        let input = &self.input;
        if let Some(name) = name.strip_prefix("message.") {
            let identity = |node: &Option<String>| {
                node.as_ref().map(|node| node.split('/').next().unwrap_or_default().to_owned())
            };
            return match name {
                "id" => input.id.clone(),
                "from" => input.from.clone(),
                "fromidentity" => identity(&input.from),
                "to" => input.to.clone(),
                "toidentity" => identity(&input.to),
                _ => None,
            };
        }
        if let Some(name) = name.strip_prefix("intent.") {
            let intent = self.intent()?;
            return match name {
                "name" => Some(intent.name.clone()),
                "score" => Some(intent.score.to_string()),
                _ => None,
            };
        }
        if let Some((name, "value")) =
            name.strip_prefix("entity.").and_then(|rest| rest.split_once('.'))
        {
            return self.entity(name);
        }
        match name {
            "content" => Some(input.serialized()),
            "message" => Some(input.message().to_string()),
            "type" => Some(input.media_type.clone()),
            "length" => Some(input.serialized().encode_utf16().count().to_string()),
            _ => None,
        }
    }

    fn of_state(&self, name: &str) -> Option<String> {
        let previous = || self.session.previous();
        match name {
            "id" => self.block.map(|block| block.id.clone()),
            "name" => self.block.map(|block| block.name.clone()),
            "previous.id" => previous().map(str::to_owned),
            "previous.name" => {
                previous().and_then(|id| self.flow.block(id)).map(|block| block.name.clone())
            }
            _ => None,
        }
    }

    fn of_contact(&self, name: &str) -> Option<String> {
        if name == "serialized" {
            let contact: Map<String, Value> = self
                .session
                .contact
                .iter()
                .map(|(name, value)| (name.clone(), Value::String(value.clone())))
                .collect();
            return Some(Value::Object(contact).to_string());
        }
        self.session.contact.get(name).cloned()
    }

    fn is_valid(&self, rule: &Rule, content: &str, place: &str) -> Result<bool, RunError> {
        Ok(match rule {
            Rule::Text => self.input.media_type == TEXT,
            Rule::Number => decimal(content).is_some(),
            Rule::Date => is_date(content.trim()),
            Rule::Regex(pattern) => pattern.is_match(content).map_err(|why| RunError::Pattern {
                place: place.to_owned(),
                pattern: pattern.as_str().to_owned(),
                why,
            })?,
            Rule::Type(media_type) => self.input.media_type == *media_type,
        })
    }
}

/// Actions in the order in which they are done.
fn in_order(actions: &[Action]) -> Vec<&Action> {
    let mut actions: Vec<&Action> = actions.iter().collect();
    actions.sort_by_key(|action| action.order);
    actions
}

/// Whether a text is a date: year first, or day before month.
fn is_date(text: &str) -> bool {
    const FORMATS: [&str; 6] =
        ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%Y-%m-%d", "%Y/%m/%d"];
    FORMATS.iter().any(|format| chrono::NaiveDate::parse_from_str(text, format).is_ok())
        || DateTime::parse_from_rfc3339(text).is_ok()
}

#[cfg(test)]
mod tests;
