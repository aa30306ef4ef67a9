//! An instance of a plugin in its store, with its parsed policies.

use std::collections::HashMap;
use std::sync::Arc;

use wasmtime::component::{InstancePre, ResourceAny};
use wasmtime::{ResourceLimiter, Store};

use crate::bindings::exports::despertador::inactivity::decisions::{Guest, GuestPolicy};
use crate::bindings::{Plugin as Bindings, PluginIndices};
use crate::call_error::CallError;
use crate::engine::Ticker;
use crate::fault;
use crate::host::{Permit, Shared};
use crate::options::Limits;
use crate::policy::Checked;

/// A store with one instance, boxed so that passing it on moves a pointer. After any error it must
/// be dropped, because a trap leaves the plugin's memory in an undefined state.
pub(crate) struct Instance {
    store: Store<Meter>,
    bindings: Bindings,
    parsed: HashMap<u64, Parsed>,
    uses: u64,
    fuel_given: u64,
    host: Arc<Shared>,
    // Last, so that the permit is released after the store.
    _permit: Permit,
}

/// What is needed to start instances of a plugin.
pub(crate) struct Start {
    pub(crate) pre: InstancePre<Meter>,
    pub(crate) indices: PluginIndices,
}

/// Why an instance could not be started.
pub(crate) enum NotStarted {
    /// The types of its exports differ from the contract; found at the first start of a component.
    Types(String),
    /// It failed during the start.
    Call(CallError),
}

impl From<NotStarted> for CallError {
    fn from(problem: NotStarted) -> Self {
        match problem {
            NotStarted::Types(why) => Self::Answer(why),
            NotStarted::Call(error) => error,
        }
    }
}

struct Parsed {
    handle: ResourceAny,
    last_use: u64,
    policy: std::sync::Weak<Checked>,
}

impl Instance {
    pub(crate) fn new(
        start: &Start,
        host: &Arc<Shared>,
        permit: Permit,
    ) -> Result<Box<Self>, NotStarted> {
        let limits = host.limits();
        let mut store = Store::new(&host.engine, Meter::new(limits.wasm_memory_bytes));
        store.limiter(|meter| meter);
        store.set_hostcall_fuel(limits.answer_bytes);
        store.set_epoch_deadline(Ticker::EPOCHS_PER_CALL);
        let instance = store
            .set_fuel(limits.policy_fuel)
            .and_then(|()| start.pre.instantiate(&mut store))
            .map_err(|e| {
                NotStarted::Call(fault::from_error(&e, limits.policy_fuel, limits, &store))
            })?;
        let bindings = start
            .indices
            .load(&mut store, &instance)
            .map_err(|e| NotStarted::Types(e.root_cause().to_string()))?;
        Ok(Box::new(Self {
            store,
            bindings,
            parsed: HashMap::new(),
            uses: 0,
            fuel_given: limits.policy_fuel,
            host: Arc::clone(host),
            _permit: permit,
        }))
    }

    pub(crate) fn has_policy(&self, policy: u64) -> bool {
        self.parsed.contains_key(&policy)
    }

    pub(crate) fn limits(&self) -> &Limits {
        self.host.limits()
    }

    /// Fuel of the last call.
    pub(crate) fn fuel_used(&self) -> u64 {
        self.fuel_given.saturating_sub(self.store.get_fuel().unwrap_or(0))
    }

    /// Linear memory in bytes; it never shrinks, so this is also the peak.
    pub(crate) fn memory(&self) -> usize {
        self.store.data().memory
    }

    /// The handle of a policy, which is parsed if this instance does not have it yet.
    pub(crate) fn parsed(&mut self, policy: &Arc<Checked>) -> Result<ResourceAny, CallError> {
        self.uses = self.uses.wrapping_add(1);
        let uses = self.uses;
        if let Some(parsed) = self.parsed.get_mut(&policy.id) {
            parsed.last_use = uses;
            return Ok(parsed.handle);
        }
        self.make_room()?;
        let handle =
            self.parse(&policy.config, &policy.surroundings)?.map_err(CallError::Policy)?;
        self.add_policy(policy, handle);
        Ok(handle)
    }

    pub(crate) fn add_policy(&mut self, policy: &Arc<Checked>, handle: ResourceAny) {
        let parsed = Parsed { handle, last_use: self.uses, policy: Arc::downgrade(policy) };
        self.parsed.insert(policy.id, parsed);
    }

    /// Lets the plugin parse a config; the outer error is a failure of the plugin.
    pub(crate) fn parse(
        &mut self,
        config: &str,
        surroundings: &despertador_contract::Surroundings,
    ) -> Result<Result<ResourceAny, Vec<despertador_contract::Diagnostic>>, CallError> {
        let fuel = self.limits().policy_fuel;
        self.call(fuel, |store, guest| guest.policy().call_parse(store, config, surroundings))
    }

    /// A call about a policy; [`failure`](Self::failure) describes its error.
    pub(crate) fn ask<R>(
        &mut self,
        call: impl FnOnce(&mut Store<Meter>, GuestPolicy<'_>) -> wasmtime::Result<R>,
    ) -> wasmtime::Result<R> {
        let fuel = self.limits().fuel;
        self.with_fuel(fuel, |store, guest| call(store, guest.policy()))
    }

    /// A call with its own fuel and wall clock.
    pub(crate) fn call<R>(
        &mut self,
        fuel: u64,
        call: impl FnOnce(&mut Store<Meter>, &Guest) -> wasmtime::Result<R>,
    ) -> Result<R, CallError> {
        self.with_fuel(fuel, call).map_err(|error| self.failure(&error))
    }

    #[inline]
    pub(crate) fn with_fuel<R>(
        &mut self,
        fuel: u64,
        call: impl FnOnce(&mut Store<Meter>, &Guest) -> wasmtime::Result<R>,
    ) -> wasmtime::Result<R> {
        let Self { store, bindings, .. } = self;
        self.fuel_given = fuel;
        store.set_epoch_deadline(Ticker::EPOCHS_PER_CALL);
        store.set_fuel(fuel)?;
        call(store, bindings.despertador_inactivity_decisions())
    }

    /// Why the last call failed.
    #[cold]
    pub(crate) fn failure(&self, error: &wasmtime::Error) -> CallError {
        fault::from_error(error, self.fuel_given, self.host.limits(), &self.store)
    }

    /// Drops policies that are no longer used and, if there are still too many, the least recently
    /// used.
    pub(crate) fn make_room(&mut self) -> Result<(), CallError> {
        let mut gone: Vec<u64> = self
            .parsed
            .iter()
            .filter(|(_, parsed)| parsed.policy.strong_count() == 0)
            .map(|(id, _)| *id)
            .collect();
        let kept = self.parsed.len().saturating_sub(gone.len());
        if kept >= self.limits().policies_per_instance.max(1) {
            let oldest = self
                .parsed
                .iter()
                .filter(|(_, parsed)| parsed.policy.strong_count() > 0)
                .min_by_key(|(_, parsed)| parsed.last_use);
            gone.extend(oldest.map(|(id, _)| *id));
        }
        for id in gone {
            if let Some(parsed) = self.parsed.remove(&id) {
                let fuel = self.limits().fuel;
                self.call(fuel, |store, _| parsed.handle.resource_drop(store))?;
            }
        }
        Ok(())
    }
}

/// Counts and limits the linear memory of one store.
pub(crate) struct Meter {
    allowed: usize,
    memory: usize,
    refused: Option<usize>,
}

impl Meter {
    fn new(allowed: usize) -> Self {
        Self { allowed, memory: 0, refused: None }
    }

    /// The size that was requested and refused.
    pub(crate) fn refused(&self) -> Option<usize> {
        self.refused
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // All memories of the instance together.
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        if total > self.allowed {
            self.refused = Some(total);
            wasmtime::bail!("memory over its limit");
        }
        self.memory = total;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        self.refused = self.refused.or(Some(self.allowed));
        Err(error)
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS_MAX)
    }
}

/// Maximum number of table elements (function references): far more than any plugin has.
const TABLE_ELEMENTS_MAX: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_memories_of_an_instance_count_together() {
        let mut meter = Meter::new(300);
        // Two memories are created, the first grows, and the second asks for more than is left.
        for (current, desired) in [(0, 100), (0, 50), (100, 200)] {
            assert!(meter.memory_growing(current, desired, None).expect("within the limit"));
        }
        assert_eq!(meter.memory, 250);
        meter.memory_growing(50, 101, None).expect_err("301 in all");
        assert_eq!((meter.memory, meter.refused()), (250, Some(301)));
    }
}
