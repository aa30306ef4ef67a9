//! Accounts, their policies and their flows.

use std::collections::BTreeMap;

use despertador_contract::facts::NO_POLICY;
use despertador_contract::word::Word;
use despertador_contract::{
    Channel, Diagnostic, ExitState, Instant, Outline, Surroundings, Ticket,
};
use despertador_contract::{duration, facts};
use despertador_host::{Plugin, Policy};
use serde_json::{Value, json};

use super::ticket::LoadedTicket;
use super::{Account, Desk};
use crate::error::DeskError;
use crate::store::{AccountRow, AuditRow, FlowRow, PolicyRow, Store};

/// The result of a change of policy.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyUpdate {
    /// The new version, from 1.
    pub version: i64,
    /// Warnings about the policy.
    pub warnings: Vec<Diagnostic>,
    /// The open tickets whose rule changes, by department and rule.
    pub moved: Vec<RuleChange>,
}

/// The effect of a change of policy on the open tickets of one department and rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleChange {
    /// The department; `None` for tickets without one.
    pub department: Option<String>,
    /// Number of tickets.
    pub tickets: u64,
    /// The rule before.
    pub before: Option<String>,
    /// The rule after; `None` if nothing happens to them any more.
    pub after: Option<String>,
}

/// Loads all accounts of a store with their policies in force.
pub(super) fn load(store: &impl Store, plugin: &Plugin) -> Result<Vec<Account>, DeskError> {
    let mut accounts = Vec::new();
    for row in store.accounts()? {
        let stored = if row.policy == 0 { None } else { store.policy(row.no, row.policy)? };
        let policy = match stored {
            None => plugin.policy_for(&row.name, NO_POLICY, &Surroundings::default())?,
            Some(stored) => {
                plugin.policy_for(&row.name, &stored.config, &read_surroundings(&stored)?)?
            }
        };
        accounts.push(Account { row, policy });
    }
    Ok(accounts)
}

/// Parses a stored policy with its surroundings.
pub(super) fn parse(plugin: &Plugin, stored: Option<&PolicyRow>) -> Result<Policy, DeskError> {
    Ok(match stored {
        None => plugin.policy(NO_POLICY, &Surroundings::default())?,
        Some(stored) => plugin.policy(&stored.config, &read_surroundings(stored)?)?,
    })
}

fn read_surroundings(stored: &PolicyRow) -> Result<Surroundings, DeskError> {
    parse_surroundings(&stored.surroundings)
}

pub(super) fn parse_surroundings(text: &str) -> Result<Surroundings, DeskError> {
    let unreadable = |why: String| {
        DeskError::Unreadable(format!("the surroundings of a policy cannot be read: {why}"))
    };
    let value: Value = serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
    facts::surroundings(&value).map_err(|wrong| unreadable(wrong.to_string()))
}

pub(super) fn write_surroundings(surroundings: &Surroundings) -> String {
    json!({
        "departments": surroundings.departments,
        "tick-resolution": duration::show(surroundings.tick_resolution),
        "inactivity-exit": surroundings.inactivity_exit.word(),
    })
    .to_string()
}

/// How a version was activated.
pub(super) struct What {
    word: &'static str,
    /// The version that it restores.
    restored: Option<i64>,
    /// The proposal that was approved, and who made it.
    proposal: Option<(i64, String)>,
}

impl What {
    fn new(word: &'static str) -> Self {
        Self { word, restored: None, proposal: None }
    }

    /// An approved proposal.
    pub(super) fn approved(no: i64, by: String) -> Self {
        Self { proposal: Some((no, by)), ..Self::new("policy-approved") }
    }
}

impl<S: Store> Desk<S> {
    pub(super) fn account(&self, name: &str) -> Result<&Account, DeskError> {
        self.accounts
            .iter()
            .find(|account| account.row.name == name)
            .ok_or_else(|| DeskError::UnknownAccount(name.to_owned()))
    }

    pub(super) fn account_of(&self, no: i64) -> Result<&Account, DeskError> {
        self.accounts
            .iter()
            .find(|account| account.row.no == no)
            .ok_or_else(|| DeskError::UnknownAccount(no.to_string()))
    }

    pub(super) fn account_of_mut(&mut self, no: i64) -> Result<&mut Account, DeskError> {
        self.accounts
            .iter_mut()
            .find(|account| account.row.no == no)
            .ok_or_else(|| DeskError::UnknownAccount(no.to_string()))
    }

    /// The names of all accounts.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        self.accounts.iter().map(|account| account.row.name.as_str())
    }

    /// The policy in force in an account.
    ///
    /// # Errors
    ///
    /// There is no such account.
    pub fn policy(&self, account: &str) -> Result<&Policy, DeskError> {
        Ok(&self.account(account)?.policy)
    }

    /// All versions of an account's policy, the newest first.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_policies(&self, account: &str) -> Result<Vec<PolicyRow>, DeskError> {
        Ok(self.store.policies(self.account(account)?.row.no)?)
    }

    /// One version of an account's policy; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_policy_version(
        &self,
        account: &str,
        version: i64,
    ) -> Result<Option<PolicyRow>, DeskError> {
        Ok(self.store.policy(self.account(account)?.row.no, version)?)
    }

    /// The newest versions of an account's policy, without their texts.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_policy_versions(
        &self,
        account: &str,
        limit: usize,
    ) -> Result<Vec<PolicyRow>, DeskError> {
        Ok(self.store.policy_heads(self.account(account)?.row.no, limit)?)
    }

    /// The version of the policy in force; 0 if there never was one.
    ///
    /// # Errors
    ///
    /// There is no such account.
    pub fn version_in_force(&self, account: &str) -> Result<i64, DeskError> {
        Ok(self.account(account)?.row.policy)
    }

    /// The audit entries of an account, the newest first.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_audit(&self, account: &str, limit: usize) -> Result<Vec<AuditRow>, DeskError> {
        Ok(self.store.audit(self.account(account)?.row.no, limit)?)
    }

    /// Opens an account; an existing one is unchanged.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn open_account(&mut self, now: Instant, name: &str, by: &str) -> Result<(), DeskError> {
        if name.is_empty() {
            return Err(DeskError::Refused("an account needs a name".into()));
        }
        if self.account(name).is_ok() {
            return Ok(());
        }
        let mut tx = self.begin(now);
        tx.numbers.account = tx.numbers.account.saturating_add(1);
        let no = tx.numbers.account;
        let row = AccountRow { no, name: name.into(), policy: 0, sweep: None };
        let policy = self.plugin.policy_for(name, NO_POLICY, &Surroundings::default())?;
        tx.batch.accounts.push(row.clone());
        tx.batch.audit.push(audit(no, now, by, "account-opened", &json!({})));
        self.commit(tx)?;
        self.accounts.push(Account { row, policy });
        Ok(())
    }

    /// Checks and activates a policy. Open tickets are evaluated under it from the next
    /// [`poll_due`](Self::poll_due) on; the previous policy is not used any more.
    ///
    /// # Errors
    ///
    /// All problems of the policy at once, or see [`DeskError`].
    pub fn save_policy(
        &mut self,
        now: Instant,
        account: &str,
        config: &str,
        departments: Option<&[String]>,
        by: &str,
    ) -> Result<PolicyUpdate, DeskError> {
        let no = self.account(account)?.row.no;
        let surroundings = self.surroundings(no, departments)?;
        self.activate(now, no, config, &surroundings, by, What::new("policy-saved"))
    }

    /// The effect on open tickets of saving this policy, or, with `None`, of deleting the one in
    /// force.
    ///
    /// # Errors
    ///
    /// All problems of the policy at once, or see [`DeskError`].
    pub fn query_policy_effect(
        &self,
        account: &str,
        config: Option<&str>,
        departments: Option<&[String]>,
    ) -> Result<Vec<RuleChange>, DeskError> {
        let no = self.account(account)?.row.no;
        let policy = self.policy_on_trial(no, config.unwrap_or(NO_POLICY), departments)?;
        self.moved(no, &policy)
    }

    /// A policy that is not in force. Its failures do not count against its account.
    pub(super) fn policy_on_trial(
        &self,
        account: i64,
        config: &str,
        departments: Option<&[String]>,
    ) -> Result<Policy, DeskError> {
        let surroundings = self.surroundings(account, departments)?;
        Ok(self.plugin.policy(config, &surroundings)?)
    }

    /// A policy, and the one in force, to be played on recorded conversations. Their failures do
    /// not count against the account.
    ///
    /// # Errors
    ///
    /// All problems of the policy at once, or see [`DeskError`].
    pub fn query_policies_on_trial(
        &self,
        account: &str,
        config: &str,
        departments: Option<&[String]>,
    ) -> Result<[Policy; 2], DeskError> {
        let row = &self.account(account)?.row;
        let after = self.policy_on_trial(row.no, config, departments)?;
        let before = parse(&self.plugin, self.store.policy(row.no, row.policy)?.as_ref())?;
        Ok([before, after])
    }

    /// Warnings about a policy that would be accepted.
    ///
    /// # Errors
    ///
    /// All problems of the policy at once, or see [`DeskError`].
    pub fn query_policy_warnings(
        &self,
        account: &str,
        config: &str,
        departments: Option<&[String]>,
    ) -> Result<Vec<Diagnostic>, DeskError> {
        let no = self.account(account)?.row.no;
        Ok(self.policy_on_trial(no, config, departments)?.warnings().to_vec())
    }

    /// The rules of a policy that would be accepted, with the instant of each step for a silence
    /// that starts at an instant.
    ///
    /// # Errors
    ///
    /// All problems of the policy at once, or see [`DeskError`].
    pub fn query_policy_outline(
        &self,
        account: &str,
        config: &str,
        departments: Option<&[String]>,
        start: Instant,
    ) -> Result<Outline, DeskError> {
        let surroundings = self.surroundings(self.account(account)?.row.no, departments)?;
        Ok(self.plugin.policy(config, &surroundings)?.outline(start)?)
    }

    /// The departments of an account's open tickets, each with their number.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_departments(&self, account: &str) -> Result<BTreeMap<String, u64>, DeskError> {
        let no = self.account(account)?.row.no;
        let mut departments: BTreeMap<String, u64> = BTreeMap::new();
        for kind in self.store.open_by_facts(no)? {
            let facts: Value = serde_json::from_str(&kind.facts).unwrap_or_default();
            let Some(name) = facts.get("department").and_then(Value::as_str) else { continue };
            let tickets = departments.entry(name.to_owned()).or_default();
            *tickets = tickets.saturating_add(kind.tickets);
        }
        Ok(departments)
    }

    /// Writes an audit entry.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn record_audit(
        &mut self,
        now: Instant,
        account: &str,
        by: &str,
        what: &str,
        details: &Value,
    ) -> Result<(), DeskError> {
        let account = self.account(account)?.row.no;
        let mut tx = self.begin(now);
        tx.batch.audit.push(audit(account, now, by, what, details));
        self.commit(tx)
    }

    /// Deactivates the policy: nothing happens to the account's tickets any more. The result counts
    /// the affected tickets; [`query_policy_effect`](Self::query_policy_effect) counts them
    /// beforehand.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn delete_policy(
        &mut self,
        now: Instant,
        account: &str,
        by: &str,
    ) -> Result<PolicyUpdate, DeskError> {
        let no = self.account(account)?.row.no;
        self.activate(now, no, NO_POLICY, &Surroundings::default(), by, What::new("policy-deleted"))
    }

    /// Restores the previous version, as a new version. Another undo restores the one before that.
    ///
    /// # Errors
    ///
    /// [`DeskError::NothingToUndo`], or see [`DeskError`].
    pub fn undo_policy(
        &mut self,
        now: Instant,
        account: &str,
        by: &str,
    ) -> Result<PolicyUpdate, DeskError> {
        let stored = self.undo_target(account)?;
        let no = self.account(account)?.row.no;
        let surroundings = read_surroundings(&stored)?;
        let what = What { restored: Some(stored.version), ..What::new("policy-undone") };
        self.activate(now, no, &stored.config, &surroundings, by, what)
    }

    /// The effect of an undo on open tickets.
    ///
    /// # Errors
    ///
    /// As [`undo_policy`](Self::undo_policy).
    pub fn query_undo_effect(&self, account: &str) -> Result<Vec<RuleChange>, DeskError> {
        let stored = self.undo_target(account)?;
        let policy = self.plugin.policy(&stored.config, &read_surroundings(&stored)?)?;
        self.moved(self.account(account)?.row.no, &policy)
    }

    /// The version that an undo restores: the one before the version in force, or before the one
    /// that it restored.
    pub(super) fn undo_target(&self, account: &str) -> Result<PolicyRow, DeskError> {
        let row = &self.account(account)?.row;
        let repeats = self.repeats(row.no)?;
        let origin = |version: i64| repeats.get(&version).copied().unwrap_or(version);
        let target = origin(origin(row.policy).saturating_sub(1));
        let stored = if target > 0 { self.store.policy(row.no, target)? } else { None };
        stored.ok_or_else(|| DeskError::NothingToUndo(account.to_owned()))
    }

    /// Which versions were restored by an undo, and from which.
    fn repeats(&self, account: i64) -> Result<BTreeMap<i64, i64>, DeskError> {
        let mut repeats = BTreeMap::new();
        for row in self.store.audit_of(account, "policy-undone")? {
            let details: Value = serde_json::from_str(&row.details).map_err(|error| {
                DeskError::Unreadable(format!("an entry of the audit cannot be read: {error}"))
            })?;
            let number = |name: &str| details.get(name).and_then(Value::as_i64);
            let Some(version) = number("version") else { continue };
            // Older audit entries have no `restored`; there an undo restored the previous version.
            let restored = number("restored").unwrap_or_else(|| version.saturating_sub(2));
            let origin = repeats.get(&restored).copied().unwrap_or(restored);
            repeats.insert(version, origin);
        }
        Ok(repeats)
    }

    pub(super) fn activate(
        &mut self,
        now: Instant,
        account: i64,
        config: &str,
        surroundings: &Surroundings,
        by: &str,
        what: What,
    ) -> Result<PolicyUpdate, DeskError> {
        let mut row = self.account_of(account)?.row.clone();
        let policy = self.plugin.policy_for(&row.name, config, surroundings)?;
        let moved = self.moved(account, &policy)?;
        row.policy = row.policy.saturating_add(1);
        row.sweep = Some(0);
        let mut tx = self.begin(now);
        tx.batch.policies.push(PolicyRow {
            account,
            version: row.policy,
            at: now,
            by: by.to_owned(),
            config: config.to_owned(),
            surroundings: write_surroundings(surroundings),
        });
        tx.batch.accounts.push(row.clone());
        let mut details = json!({ "version": row.policy });
        if let (Some(restored), Some(details)) = (what.restored, details.as_object_mut()) {
            details.insert("restored".into(), restored.into());
        }
        if let (Some((no, by)), Some(details)) = (what.proposal, details.as_object_mut()) {
            tx.batch.decided.push((account, no));
            details.insert("proposal".into(), no.into());
            details.insert("proposed-by".into(), by.into());
        }
        tx.batch.audit.push(audit(account, now, by, what.word, &details));
        self.commit(tx)?;
        let warnings = policy.warnings().to_vec();
        let version = row.policy;
        *self.account_of_mut(account)? = Account { row, policy };
        Ok(PolicyUpdate { version, warnings, moved })
    }

    pub(super) fn surroundings(
        &self,
        account: i64,
        departments: Option<&[String]>,
    ) -> Result<Surroundings, DeskError> {
        let exit = match self.store.flow_heads(account, 1)?.first() {
            None => ExitState::Unknown,
            Some(flow) => flow.exit.clone(),
        };
        Ok(Surroundings {
            departments: departments.map(<[String]>::to_vec),
            tick_resolution: self.options.tick_resolution,
            inactivity_exit: exit,
            more: None,
        })
    }

    /// The policies determine the rule of each kind of open ticket.
    pub(super) fn moved(
        &self,
        account: i64,
        policy: &Policy,
    ) -> Result<Vec<RuleChange>, DeskError> {
        let before = Rules::of(&self.account_of(account)?.policy)?;
        let after = Rules::of(policy)?;
        let mut moved: BTreeMap<[Option<String>; 3], u64> = BTreeMap::new();
        for kind in self.store.open_by_facts(account)? {
            let mut ticket = Ticket::open("any", Channel::Other(String::new()));
            // Tickets with unreadable facts have no rule here; they are moved aside elsewhere.
            let known: Value = serde_json::from_str(&kind.facts).unwrap_or_default();
            if facts::apply(&mut ticket, &known).is_err() {
                continue;
            }
            let (before, after) = (before.rule_of(&ticket)?, after.rule_of(&ticket)?);
            if before != after {
                let tickets = moved.entry([ticket.department, before, after]).or_default();
                *tickets = tickets.saturating_add(kind.tickets);
            }
        }
        let moved = moved.into_iter();
        Ok(moved
            .map(|([department, before, after], tickets)| RuleChange {
                department,
                tickets,
                before,
                after,
            })
            .collect())
    }

    /// Saves the flow of an account's bot, with the result of
    /// [`Options::exit_state`](super::Options). Policies saved later are checked against it.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn save_flow(
        &mut self,
        now: Instant,
        account: &str,
        text: &str,
        by: &str,
    ) -> Result<ExitState, DeskError> {
        let account = self.account(account)?.row.no;
        let latest = self.store.flow_heads(account, 1)?.first().map_or(0, |flow| flow.version);
        let mut row = FlowRow {
            account,
            version: latest.saturating_add(1),
            at: now,
            by: by.to_owned(),
            text: text.to_owned(),
            exit: ExitState::Unknown,
        };
        let exit = (self.options.exit_state)(&row);
        row.exit = exit.clone();
        let mut tx = self.begin(now);
        let details = json!({ "version": row.version, "exit": exit.word() });
        tx.batch.flows.push(row);
        tx.batch.audit.push(audit(account, now, by, "flow-saved", &details));
        self.commit(tx)?;
        Ok(exit)
    }

    /// The latest flow of an account.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_flow(&self, account: &str) -> Result<Option<FlowRow>, DeskError> {
        Ok(self.store.flow(self.account(account)?.row.no)?)
    }

    /// The newest versions of an account's flow, without their texts. The last twenty are kept.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_flow_versions(
        &self,
        account: &str,
        limit: usize,
    ) -> Result<Vec<FlowRow>, DeskError> {
        Ok(self.store.flow_heads(self.account(account)?.row.no, limit)?)
    }

    /// Replaces the plugin. The new one must accept every policy in force, and evaluate up to a
    /// hundred open tickets of each account; otherwise the old one stays. All open tickets are
    /// evaluated again, as after a change of policy.
    ///
    /// # Errors
    ///
    /// What the new plugin refuses.
    pub fn replace_plugin(&mut self, now: Instant, plugin: Plugin) -> Result<(), DeskError> {
        let mut accounts = load(&self.store, &plugin)?;
        self.check_on_tickets(now, &accounts)?;
        let mut tx = self.begin(now);
        for account in &mut accounts {
            account.row.sweep = Some(0);
            tx.batch.accounts.push(account.row.clone());
        }
        self.commit(tx)?;
        self.plugin = plugin;
        self.accounts = accounts;
        Ok(())
    }
}

/// Maximum number of open tickets per account that a new plugin is tested with.
const TESTED_TICKETS_MAX: usize = 100;

impl<S: Store> Desk<S> {
    fn check_on_tickets(&self, now: Instant, accounts: &[Account]) -> Result<(), DeskError> {
        for Account { row: account, policy } in accounts {
            for no in self.store.open_after(account.no, 0, TESTED_TICKETS_MAX)? {
                // Tickets that cannot be read at all do not count against the new plugin.
                let Ok(Some(id)) = self.store.ticket_id(no) else { continue };
                let Ok(Some(row)) = self.store.ticket(account.no, &id) else { continue };
                if row.deferred.is_some() {
                    continue;
                }
                let Ok(loaded) = LoadedTicket::from_row(row, Vec::new()) else { continue };
                loaded.conversation.tick(policy, loaded.now(now)).map_err(|error| {
                    DeskError::Refused(format!(
                        "it cannot answer about ticket `{id}` of account `{}`: {error}",
                        account.name
                    ))
                })?;
            }
        }
        Ok(())
    }
}

/// The enabled rules of a policy.
struct Rules<'p> {
    policy: &'p Policy,
    /// Their names by position in the policy.
    names: Vec<Option<String>>,
}

impl Rules<'_> {
    fn of(policy: &Policy) -> Result<Rules<'_>, DeskError> {
        let outline = policy.outline(0)?;
        let is_on = outline.enabled;
        let rules = outline.rules.into_iter();
        let names = rules.map(|rule| (is_on && rule.enabled).then_some(rule.name)).collect();
        Ok(Rules { policy, names })
    }

    /// The name of the rule for a ticket.
    fn rule_of(&self, ticket: &Ticket) -> Result<Option<String>, DeskError> {
        let place = self.policy.on_tick(ticket, &Vec::new(), 0)?.rule;
        let place = place.and_then(|place| usize::try_from(place).ok());
        Ok(place.and_then(|place| self.names.get(place)?.clone()))
    }
}

pub(super) fn audit(account: i64, at: Instant, by: &str, what: &str, details: &Value) -> AuditRow {
    AuditRow { account, at, by: by.into(), what: what.into(), details: details.to_string() }
}
