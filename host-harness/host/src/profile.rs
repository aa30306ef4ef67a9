//! Where a call spends its fuel.

use wasmtime::component::ResourceAny;
use wasmtime::{Store, Trap};

use crate::bindings::exports::despertador::inactivity::decisions::GuestPolicy;
use crate::call_error::CallError;
use crate::fault;
use crate::instance::Meter;
use crate::policy::Policy;
use despertador_contract::{Call, Instant, Memory, Reader, Ticket};

/// A call about a ticket whose fuel is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Profiled<'a> {
    /// The facts of the ticket.
    pub ticket: &'a Ticket,
    /// The memory of the ticket.
    pub memory: &'a Memory,
    /// What is asked.
    pub asked: Asked<'a>,
}

/// The function that is called.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    /// `on-message`, `on-event` or `on-tick`.
    Call(&'a Call),
    /// `explain`, at an instant and for a reader.
    Explain(Instant, &'a Reader),
}

impl Policy {
    /// The functions that are running when a call has used so much fuel, the outermost first; `None` if
    /// the call needs less.
    ///
    /// The call runs on a fresh instance, which fuel stops and which is then dropped. Fuel is looked at
    /// when a function begins and when a loop begins again, and is the same on every machine, so the
    /// same arguments give the same functions. A function without a name is `function N` of its module.
    ///
    /// # Errors
    ///
    /// The call fails for another reason than its fuel.
    pub fn stack_after(
        &self,
        fuel: u64,
        call: &Profiled<'_>,
    ) -> Result<Option<Vec<String>>, CallError> {
        let mut instance = self.checked.plugin.loaded.fresh_instance()?;
        let handle = instance.parsed(&self.checked)?;
        let ended =
            instance.with_fuel(fuel, |store, guest| make(call, store, guest.policy(), handle));
        match ended {
            Ok(()) => Ok(None),
            Err(error) if error.downcast_ref::<Trap>() == Some(&Trap::OutOfFuel) => {
                Ok(Some(fault::functions(&error).into_iter().rev().collect()))
            }
            Err(error) => Err(instance.failure(&error)),
        }
    }
}

/// Makes a call whose answer nobody needs.
fn make(
    call: &Profiled<'_>,
    store: &mut Store<Meter>,
    policy: GuestPolicy<'_>,
    handle: ResourceAny,
) -> wasmtime::Result<()> {
    let Profiled { ticket, memory, asked } = *call;
    match asked {
        Asked::Call(Call::Message(message)) => {
            policy.call_on_message(store, handle, ticket, memory, message).map(drop)
        }
        Asked::Call(Call::Event(event)) => {
            policy.call_on_event(store, handle, ticket, memory, event).map(drop)
        }
        Asked::Call(Call::Tick(now)) => {
            policy.call_on_tick(store, handle, ticket, memory, *now).map(drop)
        }
        Asked::Explain(now, reader) => {
            policy.call_explain(store, handle, ticket, memory, now, reader).map(drop)
        }
    }
}
