//! Problems and possible problems of a flow.

use crate::text;
use despertador_contract::Language;

/// A problem that must be fixed, or should be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its name.
    pub code: Code,
    /// Its place in the input (JSON Pointer).
    pub place: String,
    /// Its block, with the name that the author gave it.
    pub block: Option<(String, String)>,
    pub(crate) values: Vec<String>,
}

/// How severe a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The flow does not work.
    Error,
    /// Somebody should check it.
    Warning,
}

impl Severity {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $severity:ident;)*) => {
        /// The kinds of findings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// Its stable name.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Code::$name => $word,)* }
            }

            /// How severe it is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The text is not JSON.
    NotJson = "not-json", Error;
    /// The text is larger than any flow.
    TooLarge = "too-large", Error;
    /// The JSON is not a flow.
    NotAFlow = "not-a-flow", Error;
    /// There are more blocks, outputs or conditions than in any flow.
    TooMany = "too-many", Error;
    /// A value has the wrong type.
    WrongType = "wrong-type", Error;
    /// A required value is missing.
    Missing = "missing", Error;
    /// A word that the engine does not know.
    UnknownWord = "unknown-word", Error;
    /// Two blocks have one id.
    DuplicateId = "duplicate-id", Error;
    /// A block's key differs from its id.
    IdDiffers = "id-differs", Error;
    /// No block is the root.
    NoRoot = "no-root", Error;
    /// More than one block is the root.
    SeveralRoots = "several-roots", Error;

    /// The root does not wait for the customer.
    RootDoesNotWait = "root-does-not-wait", Error;
    /// A condition lacks something that its kind requires, or has something that it does not allow.
    IncompleteCondition = "incomplete-condition", Error;
    /// A block leads back to itself without ever waiting, and nothing ends the circle.
    LoopWithoutWaiting = "loop-without-waiting", Error;
    /// A chain of blocks that do not wait is longer than the engine allows.
    ChainTooLong = "chain-too-long", Error;
    /// An output leads to a block that does not exist.
    DanglingOutput = "dangling-output", Error;
    /// An output leads nowhere.
    UnlinkedOutput = "unlinked-output", Error;
    /// A human-assistance block is of a generation without inactivity exit.
    OldGeneration = "old-generation", Error;
    /// A human-assistance block has no inactivity exit.
    NoInactivityExit = "no-inactivity-exit", Error;
    /// An earlier output takes the tickets that an exit is for.
    ShadowedExit = "shadowed-exit", Error;
    /// An exit leads back to its own block.
    ExitLeadsBack = "exit-leads-back", Error;
    /// The path after an exit never reaches a block that waits.
    ExitDoesNotArrive = "exit-does-not-arrive", Error;

    /// An earlier output may take the tickets that an exit is for.
    ExitMayBeShadowed = "exit-may-be-shadowed", Warning;
    /// A human-assistance block has no exit for a close by the agent or the customer.
    NoOtherExit = "no-other-exit", Warning;
    /// Something is done after the other closes but not after this one.
    InactivityLeftOut = "inactivity-left-out", Warning;
    /// The flow has no human-assistance block.
    NoHumanAssistance = "no-human-assistance", Warning;
    /// A block may lead back to itself without waiting; conditions end the circle.
    LoopMayNotEnd = "loop-may-not-end", Warning;
    /// Nothing leads to a block.
    UnreachableBlock = "unreachable-block", Warning;
    /// A pattern that this engine does not support.
    UnsupportedPattern = "unsupported-pattern", Warning;
    /// An invalid pattern.
    BrokenPattern = "broken-pattern", Error;
    /// More outputs than the editor allows.
    TooManyOutputs = "too-many-outputs", Warning;
    /// Outputs after one that is always taken.
    OutputNeverTaken = "output-never-taken", Warning;
    /// No Webhook block of a bot of Typebot waits.
    TypebotNoWebhook = "typebot-no-webhook", Warning;
    /// Nothing follows a Webhook block of Typebot.
    TypebotNoWayOut = "typebot-no-way-out", Error;
    /// No variable of a bot of Typebot has the result id.
    TypebotNoResultId = "typebot-no-result-id", Error;
    /// A Webhook block of Typebot stores nothing of what it is called with.
    TypebotExitNotRead = "typebot-exit-not-read", Warning;
    /// A Webhook block of Typebot is followed by a block that waits for the customer.
    TypebotWaitsForInputOnly = "typebot-waits-for-input-only", Warning;
    /// There are more findings than are listed.
    MoreFindings = "more-findings", Warning;
}

impl Finding {
    pub(crate) fn new(code: Code, place: impl Into<String>, values: Vec<String>) -> Finding {
        Finding { code, place: place.into(), block: None, values }
    }

    pub(crate) fn of_block(mut self, block: &crate::flow::Block) -> Finding {
        self.block = Some((block.id.clone(), block.name.clone()));
        self
    }

    /// The problem, as text.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        fill(text::texts(language, self.code).0, &self.values)
    }

    /// How to fix it, as text.
    #[must_use]
    pub fn help(&self, language: Language) -> String {
        fill(text::texts(language, self.code).1, &self.values)
    }
}

/// Replaces the placeholders `{0}`, `{1}`, … with values.
fn fill(sentence: &str, values: &[String]) -> String {
    let mut filled = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((number, tail)) => {
                let value = number.parse().ok().and_then(|number: usize| values.get(number));
                filled.push_str(value.map_or("", String::as_str));
                rest = tail;
            }
            None => {
                rest = after;
                break;
            }
        }
    }
    filled.push_str(rest);
    filled
}
