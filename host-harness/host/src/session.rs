//! Many calls on one instance.

use std::fmt;

use wasmtime::component::ResourceAny;

use crate::answer::{self, Sizes};
use crate::call_error::{CallError, Limit};
use crate::instance::Instance;
use crate::options::Limits;
use crate::policy::Policy;
use despertador_contract::{
    Decision, Event, Explanation, Fault, Instant, Memory, Message, Outline, Reader, Ticket, Update,
};

/// One instance for many calls. It is returned when the session is dropped, and replaced by a fresh
/// one after a failure.
pub struct Session<'p> {
    policy: &'p Policy,
    // Boxed, so that taking and returning it moves a pointer.
    held: Option<(Box<Instance>, ResourceAny)>,
    fresh: bool,
    input_bytes: usize,
    output_bytes: usize,
    fuel: u64,
    memory: usize,
}

impl<'p> Session<'p> {
    pub(crate) fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            held: None,
            fresh: false,
            input_bytes: 0,
            output_bytes: 0,
            fuel: 0,
            memory: 0,
        }
    }

    /// A session on a new instance.
    pub(crate) fn fresh(policy: &'p Policy) -> Self {
        let mut session = Self::new(policy);
        session.fresh = true;
        session
    }

    /// The policy as a table; see [`Policy::outline`].
    ///
    /// # Errors
    ///
    /// If the plugin fails.
    pub fn outline(&mut self, start: Instant) -> Result<Outline, CallError> {
        self.input_bytes = size_of::<Instant>();
        let (instance, handle) = self.instance_and_policy()?;
        let outline = instance.ask(|store, policy| policy.call_outline(store, handle, start));
        self.check_answer(outline.map(Ok), answer::outline)
    }

    /// Records a message; see [`Policy::on_message`].
    ///
    /// # Errors
    ///
    /// See [`CallError`]; the ticket is unchanged.
    pub fn on_message(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        message: &Message,
    ) -> Result<Update, CallError> {
        let now = message.received_at;
        self.input_bytes = answer::ticket_size(ticket)
            .saturating_add(memory.len())
            .saturating_add(answer::message_size(message));
        self.call_about_ticket(
            ticket,
            memory,
            now,
            |instance, handle| {
                instance.ask(|store, policy| {
                    policy.call_on_message(store, handle, ticket, memory, message)
                })
            },
            |limits, update| answer::update(limits, ticket, now, update),
        )
    }

    /// Records an event; see [`Policy::on_event`].
    ///
    /// # Errors
    ///
    /// See [`CallError`]; the ticket is unchanged.
    pub fn on_event(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        event: &Event,
    ) -> Result<Update, CallError> {
        let now = event.received_at;
        self.input_bytes = answer::ticket_size(ticket)
            .saturating_add(memory.len())
            .saturating_add(answer::event_size(event));
        self.call_about_ticket(
            ticket,
            memory,
            now,
            |instance, handle| {
                instance
                    .ask(|store, policy| policy.call_on_event(store, handle, ticket, memory, event))
            },
            |limits, update| answer::update(limits, ticket, now, update),
        )
    }

    /// Returns what is due now; see [`Policy::on_tick`].
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub fn on_tick(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        now: Instant,
    ) -> Result<Decision, CallError> {
        self.input_bytes = answer::ticket_size(ticket)
            .saturating_add(memory.len())
            .saturating_add(size_of::<Instant>());
        self.call_about_ticket(
            ticket,
            memory,
            now,
            |instance, handle| {
                instance
                    .ask(|store, policy| policy.call_on_tick(store, handle, ticket, memory, now))
            },
            |limits, decision| answer::decision(limits, ticket, now, decision),
        )
    }

    /// The decision in words; see [`Policy::explain`].
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub fn explain(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        now: Instant,
        reader: &Reader,
    ) -> Result<Explanation, CallError> {
        self.input_bytes = answer::ticket_size(ticket)
            .saturating_add(memory.len())
            .saturating_add(size_of::<Instant>())
            .saturating_add(reader.language.len());
        self.call_about_ticket(
            ticket,
            memory,
            now,
            |instance, handle| {
                instance.ask(|store, policy| {
                    policy.call_explain(store, handle, ticket, memory, now, reader)
                })
            },
            |limits, explanation| answer::explanation(limits, ticket, now, explanation),
        )
    }

    /// The resources of the last call and their limits.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let limits = self.limits();
        Usage {
            fuel: Used { used: self.fuel, limit: limits.fuel },
            memory: Used::bytes(self.memory, limits.wasm_memory_bytes),
            output: Used::bytes(self.output_bytes, limits.answer_bytes),
            input_bytes: self.input_bytes,
        }
    }

    fn limits(&self) -> &'p Limits {
        self.policy.checked.plugin.loaded.host.limits()
    }

    fn instance_and_policy(&mut self) -> Result<(&mut Instance, ResourceAny), CallError> {
        let (instance, handle) = match &mut self.held {
            Some(held) => held,
            empty => {
                let checked = &self.policy.checked;
                let loaded = &checked.plugin.loaded;
                let mut instance = if self.fresh {
                    loaded.fresh_instance()?
                } else {
                    loaded.instance(checked.id)?
                };
                let handle = instance.parsed(checked)?;
                empty.insert((instance, handle))
            }
        };
        Ok((instance, *handle))
    }

    /// A call about a ticket: checks whether it may be made, makes it, and checks the answer.
    fn call_about_ticket<R>(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        now: Instant,
        call: impl Fn(&mut Instance, ResourceAny) -> wasmtime::Result<Result<R, Fault>>,
        check: impl Fn(&Limits, &R) -> Result<Sizes, String>,
    ) -> Result<R, CallError> {
        let limits = self.limits();
        if memory.len() > limits.memory_bytes {
            return Err(CallError::Input(format!(
                "the memory of ticket `{}` has {} bytes and may have {} (`memory_bytes`)",
                ticket.id,
                memory.len(),
                limits.memory_bytes
            )));
        }
        self.policy.checked.health.admit(&ticket.id, now)?;
        let asked = self.ask(&call, &check);
        if matches!(asked, Err(CallError::Limit(Limit::Memory { .. }))) && !self.fresh {
            // The instance may be full of other accounts' policies, which is not this ticket's
            // fault. A new instance decides.
            self.held = None;
            self.fresh = true;
            let asked = self.ask(&call, &check);
            self.fresh = false;
            self.record_health(ticket, now, asked.as_ref().err());
            return asked;
        }
        self.record_health(ticket, now, asked.as_ref().err());
        asked
    }

    fn ask<R>(
        &mut self,
        call: impl Fn(&mut Instance, ResourceAny) -> wasmtime::Result<Result<R, Fault>>,
        check: impl Fn(&Limits, &R) -> Result<Sizes, String>,
    ) -> Result<R, CallError> {
        match self.instance_and_policy() {
            Ok((instance, handle)) => {
                let answer = call(instance, handle);
                self.check_answer(answer, check)
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Records on which ticket the plugin failed, or that it works.
    fn record_health(&self, ticket: &Ticket, now: Instant, error: Option<&CallError>) {
        let health = &self.policy.checked.health;
        match error {
            Some(error) if error.blames_plugin() => health.failure(&ticket.id, now, error),
            Some(CallError::Busy { .. }) => {}
            _ => health.success(&ticket.id),
        }
    }

    /// Drops an instance whose answer turned out to be wrong when compared with the recorded
    /// events.
    pub(crate) fn reject(&mut self, ticket: &Ticket, now: Instant, error: &CallError) {
        self.held = None;
        self.record_health(ticket, now, Some(error));
    }

    /// Records the usage and checks the answer. Moving a large answer took a tenth of a call, so it
    /// goes directly from the sandbox to the caller.
    #[inline]
    fn check_answer<R>(
        &mut self,
        answer: wasmtime::Result<Result<R, Fault>>,
        check: impl FnOnce(&Limits, &R) -> Result<Sizes, String>,
    ) -> Result<R, CallError> {
        if let Some((instance, _)) = &self.held {
            self.fuel = instance.fuel_used();
            self.memory = instance.memory();
        }
        let error = match answer {
            Ok(Ok(answer)) => match check(self.limits(), &answer) {
                Ok(sizes) => {
                    self.output_bytes = sizes.bytes();
                    return Ok(answer);
                }
                Err(why) => CallError::Answer(why),
            },
            Ok(Err(fault)) => CallError::Fault(fault),
            Err(error) => match &self.held {
                Some((instance, _)) => instance.failure(&error),
                None => CallError::Answer(error.to_string()),
            },
        };
        Err(self.failed(error))
    }

    /// Drops an instance that failed.
    #[cold]
    fn failed(&mut self, error: CallError) -> CallError {
        self.output_bytes = 0;
        if error.blames_plugin() {
            self.held = None;
        }
        error
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if let Some((instance, _)) = self.held.take() {
            self.policy.checked.plugin.loaded.give_back(instance, self.fresh);
        }
    }
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("usage", &self.usage()).finish_non_exhaustive()
    }
}

/// The resources of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Fuel: about one per instruction; the same on every machine.
    pub fuel: Used,
    /// Linear memory of the instance, in bytes: its peak since it was created.
    pub memory: Used,
    /// Texts, lists and the memory in the answer, in bytes; 0 if there was none.
    pub output: Used,
    /// Texts, lists and the memory in the input, in bytes.
    pub input_bytes: usize,
}

/// A used amount and its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// The used amount.
    pub used: u64,
    /// The limit.
    pub limit: u64,
}

impl Used {
    fn bytes(used: usize, limit: usize) -> Self {
        let wide = |n| u64::try_from(n).unwrap_or(u64::MAX);
        Self { used: wide(used), limit: wide(limit) }
    }

    /// The share of the limit, from 0.0 to 1.0.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    pub fn share(self) -> f64 {
        self.used as f64 / (self.limit.max(1)) as f64
    }
}
