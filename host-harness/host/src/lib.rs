//! host
#![allow(missing_docs, reason = "wip")]
use std::sync::{Arc, Mutex};
use wasmtime::component::{Component, Linker, ResourceAny};
use wasmtime::{Config, Engine, Store};

mod bindings {
    #![allow(unreachable_pub, missing_docs, clippy::all, reason = "generated")]
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "plugin",
        additional_derives: [PartialEq],
    });
}
/// contract
pub mod contract {
    pub use crate::bindings::exports::despertador::inactivity::types::*;
}
use contract::*;

#[derive(Debug)]
pub enum CallError { Fault(Fault), Trap(String) }
impl std::fmt::Display for CallError { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{self:?}") } }
impl std::error::Error for CallError {}

#[derive(Clone)]
pub struct Host { engine: Engine }
#[derive(Clone)]
pub struct Plugin { inner: Arc<Inner> }
struct Inner { pre: bindings::PluginPre<()>, pool: Mutex<Vec<Instance>> }
struct Instance { store: Store<()>, plugin: bindings::Plugin }
#[derive(Clone)]
pub struct Policy { plugin: Plugin, config: Arc<str>, surroundings: Surroundings }

impl Host {
    pub fn new() -> Result<Host, String> {
        let mut config = Config::new();
        config.concurrency_support(false);
        Ok(Host { engine: Engine::new(&config).map_err(|e| e.to_string())? })
    }
    pub fn load(&self, bytes: &[u8]) -> Result<Plugin, String> {
        let component = Component::new(&self.engine, bytes).map_err(|e| e.to_string())?;
        let linker = Linker::<()>::new(&self.engine);
        let pre = linker.instantiate_pre(&component).map_err(|e| e.to_string())?;
        let pre = bindings::PluginPre::new(pre).map_err(|e| e.to_string())?;
        Ok(Plugin { inner: Arc::new(Inner { pre, pool: Mutex::default() }) })
    }
}
impl Plugin {
    fn instance(&self) -> Instance {
        let mut store = Store::new(self.inner.pre.engine(), ());
        let plugin = self.inner.pre.instantiate(&mut store).expect("instantiates");
        Instance { store, plugin }
    }
    pub fn describe(&self) -> Result<Description, CallError> {
        let mut i = self.instance();
        i.plugin.despertador_inactivity_decisions().call_describe(&mut i.store).map_err(|e| CallError::Trap(e.to_string()))
    }
    pub fn policy(&self, config: &str, surroundings: &Surroundings) -> Result<Policy, Vec<Diagnostic>> {
        let mut i = self.instance();
        let _: ResourceAny = i.plugin.despertador_inactivity_decisions().policy().call_parse(&mut i.store, config, surroundings).expect("call")?;
        Ok(Policy { plugin: self.clone(), config: config.into(), surroundings: surroundings.clone() })
    }
}
impl Policy {
    pub fn on_tick(&self, ticket: &Ticket, memory: &[u8], now: Instant) -> Result<Decision, CallError> {
        let mut i = self.plugin.instance();
        let g = i.plugin.despertador_inactivity_decisions().policy();
        let r = g.call_parse(&mut i.store, &self.config, &self.surroundings).map_err(|e| CallError::Trap(e.to_string()))?.map_err(|_| CallError::Trap("x".into()))?;
        g.call_on_tick(&mut i.store, r, ticket, &memory.to_vec(), now).map_err(|e| CallError::Trap(e.to_string()))?.map_err(CallError::Fault)
    }
}
