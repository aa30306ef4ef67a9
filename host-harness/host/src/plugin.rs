//! A loaded plugin and its idle instances.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::{Component, Linker};

use crate::bindings::PluginIndices;
use crate::call_error::{CallError, Limit, PolicyError};
use crate::compile::compile;
use crate::health::{Accounts, Suspension};
use crate::host::{Host, Shared};
use crate::inspect::{Inspection, inspect_bytes};
use crate::instance::{Instance, NotStarted, Start};
use crate::load_error::{LoadError, Refusal};
use crate::options::{Pins, Sha256};
use crate::policy::{Checked, Policy};
use despertador_contract::{Description, Instant, Surroundings};

/// A plugin that can parse policies. Cheap to clone; serves any number of threads and accounts.
#[derive(Clone)]
pub struct Plugin {
    pub(crate) loaded: Arc<Loaded>,
}

/// State shared by all clones of a plugin.
pub(crate) struct Loaded {
    pub(crate) host: Arc<Shared>,
    pub(crate) health: Accounts,
    start: Start,
    inspection: Inspection,
    description: Description,
    from_cache: bool,
    #[expect(clippy::vec_box, reason = "taken out and given back at every call: a pointer moves")]
    idle: Mutex<Vec<Box<Instance>>>,
}

impl Plugin {
    /// The plugin's description of itself, from when it was loaded.
    #[must_use]
    pub fn describe(&self) -> &Description {
        &self.loaded.description
    }

    /// The digest of the component.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        self.loaded.inspection.sha256
    }

    /// The limits under which it runs: those of its host.
    #[must_use]
    pub fn limits(&self) -> &crate::options::Limits {
        self.loaded.host.limits()
    }

    /// The size of the component in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.loaded.inspection.size
    }

    /// The names of the component's imports: always empty, otherwise it would not have been loaded.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.loaded.inspection.imports
    }

    /// The names of the component's exports.
    #[must_use]
    pub fn exports(&self) -> &[String] {
        &self.loaded.inspection.exports
    }

    /// Whether its code was loaded from the [`Cache`](crate::Cache) instead of being compiled.
    #[must_use]
    pub fn is_from_cache(&self) -> bool {
        self.loaded.from_cache
    }

    /// Parses and checks a config. Keep the policy as long as there are tickets under it: each
    /// instance that serves it parses it once.
    ///
    /// # Errors
    ///
    /// All problems of the config at once, or why the plugin could not be called.
    pub fn policy(&self, config: &str, surroundings: &Surroundings) -> Result<Policy, PolicyError> {
        self.policy_for("", config, surroundings)
    }

    /// The same for one of several accounts. Deferrals and quarantines belong to the account and
    /// apply to all of its policies; accounts do not affect each other.
    ///
    /// # Errors
    ///
    /// As [`policy`](Self::policy).
    pub fn policy_for(
        &self,
        account: &str,
        config: &str,
        surroundings: &Surroundings,
    ) -> Result<Policy, PolicyError> {
        static IDS: AtomicU64 = AtomicU64::new(0);
        let allowed = self.loaded.host.limits().config_bytes;
        if config.len() > allowed {
            return Err(PolicyError::Call(CallError::Input(format!(
                "the config has {} bytes and may have {allowed} (`config_bytes`)",
                config.len()
            ))));
        }
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        let mut instance = self.loaded.instance(id)?;
        instance.make_room()?;
        let handle = match instance.parse(config, surroundings)? {
            Ok(handle) => handle,
            Err(diagnostics) => {
                self.loaded.give_back(instance, false);
                return Err(PolicyError::Refused(diagnostics));
            }
        };
        let warnings = instance
            .ask(|store, policy| policy.call_warnings(store, handle))
            .map_err(|error| instance.failure(&error))?;
        let checked = Arc::new(Checked {
            id,
            plugin: self.clone(),
            health: self.loaded.health.for_account(account),
            config: config.into(),
            surroundings: surroundings.clone(),
            warnings,
        });
        instance.add_policy(&checked, handle);
        self.loaded.give_back(instance, false);
        Ok(Policy { checked })
    }

    /// The accounts for which the plugin is quarantined at an instant, sorted by name.
    #[must_use]
    pub fn suspensions(&self, now: Instant) -> Vec<Suspension> {
        self.loaded.health.suspensions(now)
    }

    /// Ends the quarantines and deferrals of all accounts, for instance after somebody has fixed
    /// the cause.
    pub fn release(&self) {
        self.loaded.health.release();
    }

    pub(crate) fn load_file(host: &Host, file: &Path) -> Result<Self, LoadError> {
        let place = format!("`{}`", file.display());
        let unreadable = |e: std::io::Error| LoadError {
            place: place.clone(),
            refusal: Refusal::Unreadable(e.to_string()),
        };
        let allowed = host.limits().component_bytes;
        let too_large = |bytes| LoadError {
            place: place.clone(),
            refusal: Refusal::TooLarge { bytes, allowed },
        };
        let opened = File::open(file).map_err(unreadable)?;
        let size = opened.metadata().map_err(unreadable)?.len();
        if size > allowed {
            return Err(too_large(size));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        // It may grow while it is read.
        opened.take(allowed.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
        Self::load(host, &bytes, &place)
    }

    pub(crate) fn load(host: &Host, bytes: &[u8], place: &str) -> Result<Self, LoadError> {
        Loaded::new(&host.shared, bytes)
            .map(|loaded| {
                let loaded = Arc::new(loaded);
                host.shared.remember(&loaded);
                Self { loaded }
            })
            .map_err(|refusal| LoadError { place: place.into(), refusal })
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("inspection", &self.loaded.inspection)
            .field("description", &self.loaded.description)
            .finish_non_exhaustive()
    }
}

impl Loaded {
    fn new(host: &Arc<Shared>, bytes: &[u8]) -> Result<Self, Refusal> {
        let allowed = host.limits().component_bytes;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size > allowed {
            return Err(Refusal::TooLarge { bytes: size, allowed });
        }
        let mut inspection = inspect_bytes(bytes);
        if let Some(refusal) = inspection.refusal.take() {
            return Err(refusal);
        }
        if let Pins::Only(pins) = &host.options.pins
            && !pins.contains(&inspection.sha256)
        {
            return Err(Refusal::NotPinned(inspection.sha256));
        }
        let cached = host.cache.as_ref().and_then(|c| c.load(&host.engine, inspection.sha256));
        let from_cache = cached.is_some();
        let component = match cached {
            Some(component) => component,
            None => Self::compile(host, bytes, inspection.sha256)?,
        };
        let pre = Linker::new(&host.engine)
            .instantiate_pre(&component)
            .map_err(|e| Refusal::TooComplex(format!("{e:#}")))?;
        let indices = PluginIndices::new(&pre).map_err(|e| Refusal::Types(format!("{e:#}")))?;
        let start = Start { pre, indices };
        let permit = host.permit().ok_or(Refusal::Busy(host.limits().instances))?;
        let mut instance =
            Instance::new(&start, host, permit).map_err(|problem| match problem {
                NotStarted::Types(why) => Refusal::Types(why),
                NotStarted::Call(error @ CallError::Limit(Limit::Memory { .. })) => {
                    Refusal::Resources(error.to_string())
                }
                NotStarted::Call(error) => Refusal::Start(error.to_string()),
            })?;
        let fuel = host.limits().fuel;
        let description = instance
            .call(fuel, |store, guest| guest.call_describe(store))
            .map_err(|e| Refusal::Describe(e.to_string()))?;
        Ok(Self {
            host: Arc::clone(host),
            health: Accounts::new(host.limits().quarantine_after),
            start,
            inspection,
            description,
            from_cache,
            idle: Mutex::new(vec![instance]),
        })
    }

    fn compile(host: &Shared, bytes: &[u8], digest: Sha256) -> Result<Component, Refusal> {
        let component = compile(&host.engine, bytes, host.limits().compile_work)?;
        if let Some(cache) = &host.cache {
            cache.store(&component, digest);
        }
        Ok(component)
    }

    /// An instance, preferably one that has already parsed the policy.
    pub(crate) fn instance(&self, policy: u64) -> Result<Box<Instance>, CallError> {
        {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let place = idle.iter().rposition(|instance| instance.has_policy(policy));
            if let Some(place) = place.or(idle.len().checked_sub(1)) {
                return Ok(idle.remove(place));
            }
        }
        self.fresh_instance()
    }

    pub(crate) fn fresh_instance(&self) -> Result<Box<Instance>, CallError> {
        let permit = self
            .host
            .permit()
            .ok_or(CallError::Busy { instances: self.host.limits().instances })?;
        Instance::new(&self.start, &self.host, permit).map_err(CallError::from)
    }

    /// Returns an instance to the pool. A fresh one replaces the least recently used idle one, so
    /// that fresh sessions do not fill the host with instances.
    pub(crate) fn give_back(&self, instance: Box<Instance>, fresh: bool) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let replaced = (fresh && !idle.is_empty()).then(|| idle.remove(0));
        idle.push(instance);
        drop(idle);
        drop(replaced);
    }

    /// Drops an idle instance, if there is one, to make room for another plugin's.
    pub(crate) fn drop_idle(&self) -> bool {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().is_some()
    }
}
