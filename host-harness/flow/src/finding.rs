//! What is wrong with a flow, or might be.

use crate::text;
use despertador_contract::Language;

/// Something to be mended, or to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its name.
    pub code: Code,
    /// Where (JSON Pointer into the text as it was read).
    pub place: String,
    /// The block it is about, with the name its author gave it.
    pub block: Option<(String, String)>,
    pub(crate) values: Vec<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The flow cannot do what it is there for.
    Error,
    /// Somebody should look.
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
        /// What can be wrong with a flow.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// Its stable name.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Code::$name => $word,)* }
            }

            /// How bad it is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The text is no JSON.
    NotJson = "not-json", Error;
    /// The text is larger than any flow.
    TooLarge = "too-large", Error;
    /// The JSON is no flow.
    NotAFlow = "not-a-flow", Error;
    /// There are more blocks, outputs or conditions than in any flow.
    TooMany = "too-many", Error;
    /// Something of another type stands where a type is wanted.
    WrongType = "wrong-type", Error;
    /// Something that must be there is not.
    Missing = "missing", Error;
    /// A word that the engine does not know.
    UnknownWord = "unknown-word", Error;
    /// Two blocks have one id.
    DuplicateId = "duplicate-id", Error;
    /// A block stands under another name than its id.
    IdDiffers = "id-differs", Error;
    /// No block is the root.
    NoRoot = "no-root", Error;
    /// More than one block is the root.
    SeveralRoots = "several-roots", Error;

    /// The root does not wait for the customer.
    RootDoesNotWait = "root-does-not-wait", Error;
    /// A condition lacks what its kind demands, or has what it must not have.
    IncompleteCondition = "incomplete-condition", Error;
    /// A block leads back to itself without ever waiting.
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
    /// An earlier output takes what an exit waits for.
    ShadowedExit = "shadowed-exit", Error;
    /// An exit leads back to its own block.
    ExitLeadsBack = "exit-leads-back", Error;
    /// What follows an exit never comes to a block that waits.
    ExitDoesNotArrive = "exit-does-not-arrive", Error;

    /// An earlier output may take what an exit waits for.
    ExitMayBeShadowed = "exit-may-be-shadowed", Warning;
    /// A human-assistance block has no exit for a close by the agent or the customer.
    NoOtherExit = "no-other-exit", Warning;
    /// Something is done after the other closes and not after this one.
    InactivityLeftOut = "inactivity-left-out", Warning;
    /// The flow has no human-assistance block.
    NoHumanAssistance = "no-human-assistance", Warning;
    /// Nothing leads to a block.
    UnreachableBlock = "unreachable-block", Warning;
    /// A pattern that this engine cannot have.
    UnsupportedPattern = "unsupported-pattern", Warning;
    /// A pattern that no engine can have.
    BrokenPattern = "broken-pattern", Error;
    /// More outputs than the editor allows.
    TooManyOutputs = "too-many-outputs", Warning;
    /// Outputs after one that is always taken.
    OutputNeverTaken = "output-never-taken", Warning;
    /// There is more than is listed.
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

    /// What is wrong, in a language.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        fill(text::of(language, self.code).0, &self.values)
    }

    /// How it is mended.
    #[must_use]
    pub fn help(&self, language: Language) -> String {
        fill(text::of(language, self.code).1, &self.values)
    }
}

/// Puts values in the places `{0}`, `{1}`, ….
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
