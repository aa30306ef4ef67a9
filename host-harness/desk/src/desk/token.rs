//! Access tokens: who may do what in which accounts. The tokens themselves are not stored.

use despertador_contract::Instant;
use serde_json::json;

use super::{Desk, account};
use crate::error::DeskError;
use crate::store::{Store, TokenRow};

impl<S: Store> Desk<S> {
    /// All tokens, including revoked ones, the oldest first.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_tokens(&self) -> Result<Vec<TokenRow>, DeskError> {
        Ok(self.store.tokens()?)
    }

    /// Stores a new token. Its name is unique among the valid ones.
    ///
    /// # Errors
    ///
    /// [`DeskError::Refused`] if the name is in use, or see [`DeskError`].
    pub fn add_token(&mut self, now: Instant, token: TokenRow, by: &str) -> Result<(), DeskError> {
        if token.name.is_empty() {
            return Err(DeskError::Refused("a token needs a name".into()));
        }
        let known = self.store.tokens()?;
        if known.iter().any(|other| other.name == token.name && other.revoked.is_none()) {
            return Err(DeskError::Refused(format!(
                "there is a token `{}` already; revoke it first, or take another name",
                token.name
            )));
        }
        self.put_token(now, token, by, "token-created")
    }

    /// Revokes the valid token of this name, and returns whether there is one.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn revoke_token(&mut self, now: Instant, name: &str, by: &str) -> Result<bool, DeskError> {
        let known = self.store.tokens()?;
        let found = known.into_iter().find(|token| token.name == name && token.revoked.is_none());
        let Some(mut token) = found else { return Ok(false) };
        token.revoked = Some(now);
        self.put_token(now, token, by, "token-revoked")?;
        Ok(true)
    }

    /// Adds an audit entry to each account of the token.
    fn put_token(
        &mut self,
        now: Instant,
        token: TokenRow,
        by: &str,
        what: &str,
    ) -> Result<(), DeskError> {
        // A token whose accounts cannot be read is shown as revoked in all accounts.
        let named = token.accounts.clone().unwrap_or_else(|_| vec!["*".into()]);
        let details =
            json!({ "name": token.name, "scopes": token.scopes_text(), "accounts": named });
        let mut tx = self.begin(now);
        for account in &self.accounts {
            if named.iter().any(|name| name == "*" || *name == account.row.name) {
                tx.batch.audit.push(account::audit(account.row.no, now, by, what, &details));
            }
        }
        tx.batch.tokens.push(token);
        self.commit(tx)
    }
}
