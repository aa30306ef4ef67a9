//! Scopes of tokens.

use crate::store::{StoreError, StoreProblem};

/// What a token may do. The words are those of the help desks that Despertador is for, and
/// `tokens:edit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Send events.
    EventsWrite,
    /// Read policies, tickets and dead letters.
    HelpDeskView,
    /// Change policies and tickets.
    HelpDeskEdit,
    /// Read the bot's flow.
    BuilderView,
    /// Change the bot's flow.
    BuilderEdit,
    /// Read the audit log.
    AuditView,
    /// Create and revoke tokens.
    TokensEdit,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Scope; 7] = [
        Scope::EventsWrite,
        Scope::HelpDeskView,
        Scope::HelpDeskEdit,
        Scope::BuilderView,
        Scope::BuilderEdit,
        Scope::AuditView,
        Scope::TokensEdit,
    ];

    /// The word of this scope in the interface and the store.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Scope::EventsWrite => "events:write",
            Scope::HelpDeskView => "help-desk:view",
            Scope::HelpDeskEdit => "help-desk:edit",
            Scope::BuilderView => "builder:view",
            Scope::BuilderEdit => "builder:edit",
            Scope::AuditView => "audit:view",
            Scope::TokensEdit => "tokens:edit",
        }
    }

    /// The scope with this word; `None` if there is none.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.word() == word)
    }

    /// Whether this scope grants `wanted`: a scope that allows changes also allows reading.
    #[must_use]
    pub fn includes(self, wanted: Scope) -> bool {
        self == wanted
            || matches!(
                (self, wanted),
                (Scope::HelpDeskEdit, Scope::HelpDeskView)
                    | (Scope::BuilderEdit, Scope::BuilderView)
            )
    }

    /// The scopes and accounts of a stored token. What cannot be read is an error, and concerns
    /// this token alone.
    pub(crate) fn of_stored(
        name: &str,
        words: &str,
        accounts: &str,
    ) -> (Result<Vec<Scope>, StoreError>, Result<Vec<String>, StoreError>) {
        let unreadable = |what: String| {
            let found = format!("the {what} of token `{name}` cannot be read");
            StoreError::new(StoreProblem::Corrupt, found)
        };
        let scopes = words.split(' ').map(|word| Scope::from_word(word).ok_or(word));
        let scopes = scopes.collect::<Result<_, _>>();
        let scopes = scopes.map_err(|word| unreadable(format!("scope `{word}`")));
        let accounts =
            serde_json::from_str(accounts).map_err(|_| unreadable("list of accounts".into()));
        (scopes, accounts)
    }
}
