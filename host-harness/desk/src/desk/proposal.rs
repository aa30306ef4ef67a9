//! Policies that a second person approves before they are in force.

use despertador_contract::{Instant, Surroundings};
use serde_json::json;

use super::account::{What, audit, parse_surroundings, write_surroundings};
use super::{Desk, PolicyUpdate, RuleChange};
use crate::error::DeskError;
use crate::store::{ProposalRow, Store};

/// Maximum number of proposals of an account that wait at a time.
const PROPOSALS_MAX: usize = 20;

impl<S: Store> Desk<S> {
    /// Proposes a policy. It is checked as if it were saved; until somebody else approves it, nothing
    /// changes.
    ///
    /// # Errors
    ///
    /// All problems of the policy at once; there are too many proposals; or see [`DeskError`].
    pub fn propose_policy(
        &mut self,
        now: Instant,
        account: &str,
        config: &str,
        departments: Option<&[String]>,
        by: &str,
    ) -> Result<i64, DeskError> {
        let no = self.account(account)?.row.no;
        let surroundings = self.surroundings(no, departments)?;
        self.propose(now, no, config, &surroundings, by)
    }

    /// Proposes the version that an undo would restore.
    ///
    /// # Errors
    ///
    /// As [`undo_policy`](Self::undo_policy) and [`propose_policy`](Self::propose_policy).
    pub fn propose_undo(
        &mut self,
        now: Instant,
        account: &str,
        by: &str,
    ) -> Result<i64, DeskError> {
        let stored = self.undo_target(account)?;
        let surroundings = parse_surroundings(&stored.surroundings)?;
        self.propose(now, self.account(account)?.row.no, &stored.config, &surroundings, by)
    }

    fn propose(
        &mut self,
        now: Instant,
        account: i64,
        config: &str,
        surroundings: &Surroundings,
        by: &str,
    ) -> Result<i64, DeskError> {
        self.plugin.policy(config, surroundings)?;
        if self.store.proposals(account)?.len() >= PROPOSALS_MAX {
            return Err(DeskError::Refused(format!(
                "{PROPOSALS_MAX} proposals of this account wait already; approve or reject one first"
            )));
        }
        let made = self.store.audit_of(account, "policy-proposed")?.len();
        let no = i64::try_from(made).unwrap_or(i64::MAX).saturating_add(1);
        let base = self.account_of(account)?.row.policy;
        let mut tx = self.begin(now);
        tx.batch.proposals.push(ProposalRow {
            account,
            no,
            at: now,
            by: by.to_owned(),
            base,
            config: config.to_owned(),
            surroundings: write_surroundings(surroundings),
        });
        let details = json!({ "proposal": no, "base": base });
        tx.batch.audit.push(audit(account, now, by, "policy-proposed", &details));
        self.commit(tx)?;
        Ok(no)
    }

    /// The proposals of an account that wait, the oldest first, without their texts.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_proposals(&self, account: &str) -> Result<Vec<ProposalRow>, DeskError> {
        Ok(self.store.proposals(self.account(account)?.row.no)?)
    }

    /// One of them; `None` if it does not wait.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_proposal(&self, account: &str, no: i64) -> Result<Option<ProposalRow>, DeskError> {
        Ok(self.store.proposal(self.account(account)?.row.no, no)?)
    }

    /// The effect on open tickets of approving a proposal.
    ///
    /// # Errors
    ///
    /// All problems of the policy at once, or see [`DeskError`].
    pub fn query_proposal_effect(
        &self,
        proposal: &ProposalRow,
    ) -> Result<Vec<RuleChange>, DeskError> {
        let surroundings = parse_surroundings(&proposal.surroundings)?;
        let policy = self.plugin.policy(&proposal.config, &surroundings)?;
        self.moved(proposal.account, &policy)
    }

    /// Puts a proposal in force. Whoever proposed it cannot approve it, and it must have been made on
    /// the version that is in force.
    ///
    /// # Errors
    ///
    /// It is the approver's own or made on another version; or see [`DeskError`].
    pub fn approve_proposal(
        &mut self,
        now: Instant,
        proposal: &ProposalRow,
        by: &str,
    ) -> Result<PolicyUpdate, DeskError> {
        if proposal.by == by {
            let said = format!("proposal {} is your own; somebody else approves it", proposal.no);
            return Err(DeskError::Refused(said));
        }
        let current = self.account_of(proposal.account)?.row.policy;
        if proposal.base != current {
            return Err(DeskError::Refused(format!(
                "proposal {} was made on version {}, and version {current} is in force",
                proposal.no, proposal.base
            )));
        }
        let surroundings = parse_surroundings(&proposal.surroundings)?;
        let what = What::approved(proposal.no, proposal.by.clone());
        self.activate(now, proposal.account, &proposal.config, &surroundings, by, what)
    }

    /// Rejects a proposal, or withdraws one's own.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn reject_proposal(
        &mut self,
        now: Instant,
        proposal: &ProposalRow,
        by: &str,
    ) -> Result<(), DeskError> {
        let mut tx = self.begin(now);
        tx.batch.decided.push((proposal.account, proposal.no));
        let details = json!({ "proposal": proposal.no, "proposed-by": proposal.by });
        tx.batch.audit.push(audit(proposal.account, now, by, "policy-rejected", &details));
        self.commit(tx)
    }
}
