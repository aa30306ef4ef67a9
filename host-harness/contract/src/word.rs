//! The kebab-case words of the contract's variants.

use std::borrow::Cow;

use crate::{Fault, Reason};

/// A variant whose cases are written as the contract's words.
///
/// A case `other` is written `other:NAME`.
pub trait Word: Sized {
    /// All words that the contract defines.
    const KNOWN: &'static [&'static str];

    /// The word of this case.
    fn word(&self) -> Cow<'_, str>;

    /// The case for a word.
    fn from_word(word: &str) -> Option<Self>;
}

/// The word of a case `other`.
pub(crate) fn other_word(name: &str) -> String {
    format!("other:{name}")
}

/// The name in the word of a case `other`.
pub(crate) fn other_from_word(word: &str) -> Option<String> {
    word.strip_prefix("other:").filter(|name| !name.is_empty()).map(Into::into)
}

/// The codes of the reasons that delay or withhold a due message.
pub const WITHHELD: [&str; 3] = ["outside-channel-window", "outside-sending-window", "over-budget"];

/// The code of a reason that delays or withholds a due message; `None` for all others.
#[must_use]
pub fn withheld(reason: &Reason) -> Option<&'static str> {
    WITHHELD.into_iter().find(|code| *code == reason.name())
}

/// A reason as text: `company-turn`, `exempt vip`, `reminder-failed 1`.
#[must_use]
pub fn reason(reason: &Reason) -> Cow<'_, str> {
    match (reason, reason.detail()) {
        (Reason::Other(name), _) => other_word(name).into(),
        (_, Some(detail)) => format!("{} {detail}", reason.name()).into(),
        (_, None) => reason.name().into(),
    }
}

/// A fault as text: `memory-damaged`, `memory-newer 7`.
#[must_use]
pub fn fault(fault: &Fault) -> String {
    match fault {
        Fault::MemoryNewer(version) => format!("{} {version}", fault.name()),
        Fault::OverLimit(what) => format!("{} {what}", fault.name()),
        Fault::Other(name) => other_word(name),
        Fault::MemoryDamaged | Fault::BadTime(_) => fault.name().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_withholds_a_message_is_a_reason_of_the_contract() {
        assert!(WITHHELD.iter().all(|code| Reason::NAMES.contains(code)));
        assert_eq!(withheld(&Reason::OverBudget), Some("over-budget"));
        assert_eq!(withheld(&Reason::CompanyTurn), None);
    }
}
