//! A host: an engine, its limits, and its instances.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use wasmtime::Engine;

use crate::cache::CodeCache;
use crate::engine::{self, Ticker};
use crate::load_error::{HostError, LoadError};
use crate::options::{Limits, Options};
use crate::plugin::{Loaded, Plugin};

/// Loads plugins and limits their resources. Cheap to clone; one per process is enough.
#[derive(Clone)]
pub struct Host {
    pub(crate) shared: Arc<Shared>,
}

/// State shared by all plugins of a host.
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) options: Options,
    pub(crate) cache: Option<CodeCache>,
    alive: AtomicU32,
    plugins: Mutex<Vec<Weak<Loaded>>>,
    // Its thread ends with the host and its plugins.
    _ticker: Ticker,
}

impl Host {
    /// Creates a host with these options.
    ///
    /// # Errors
    ///
    /// If the machine cannot provide the limits, or the cache's folder cannot be created.
    pub fn new(options: Options) -> Result<Self, HostError> {
        let engine = engine::engine(&options.limits)?;
        let ticker = Ticker::start(&engine, options.limits.wall_clock)?;
        let cache = CodeCache::open(&options.cache, &engine)?;
        Ok(Self {
            shared: Arc::new(Shared {
                engine,
                options,
                cache,
                alive: AtomicU32::new(0),
                plugins: Mutex::default(),
                _ticker: ticker,
            }),
        })
    }

    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.shared.options.limits
    }

    /// Loads a plugin from the bytes of a component.
    ///
    /// # Errors
    ///
    /// See [`Refusal`](crate::Refusal): the component is checked as far as possible before it is
    /// compiled; then its types are checked, then whether it answers `describe`.
    pub fn load_bytes(&self, bytes: &[u8]) -> Result<Plugin, LoadError> {
        Plugin::load(self, bytes, "the component")
    }

    /// Loads a plugin from bytes that were read from somewhere: errors begin with this name of the
    /// place.
    ///
    /// # Errors
    ///
    /// As [`load_bytes`](Self::load_bytes).
    pub fn load_named(&self, name: &str, bytes: &[u8]) -> Result<Plugin, LoadError> {
        Plugin::load(self, bytes, name)
    }

    /// Loads a plugin from a file. A file over the size limit is not read.
    ///
    /// # Errors
    ///
    /// As [`load_bytes`](Self::load_bytes), and if the file cannot be read.
    pub fn load_file(&self, file: &Path) -> Result<Plugin, LoadError> {
        Plugin::load_file(self, file)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn limits(&self) -> &Limits {
        &self.options.limits
    }

    pub(crate) fn remember(&self, plugin: &Arc<Loaded>) {
        let mut plugins = self.plugins.lock().unwrap_or_else(PoisonError::into_inner);
        plugins.retain(|plugin| plugin.strong_count() > 0);
        plugins.push(Arc::downgrade(plugin));
    }

    /// A permit for one more instance; if necessary, an idle instance of any plugin is dropped.
    pub(crate) fn permit(self: &Arc<Self>) -> Option<Permit> {
        loop {
            if let Some(permit) = self.try_permit() {
                return Some(permit);
            }
            let plugins: Vec<_> = {
                let plugins = self.plugins.lock().unwrap_or_else(PoisonError::into_inner);
                plugins.iter().filter_map(Weak::upgrade).collect()
            };
            // Another thread may take the freed permit; then another instance is dropped, as long
            // as there are idle ones.
            if !plugins.iter().any(|plugin| plugin.drop_idle()) {
                return None;
            }
        }
    }

    fn try_permit(self: &Arc<Self>) -> Option<Permit> {
        let allowed = self.options.limits.instances;
        self.alive
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |alive| {
                alive.checked_add(1).filter(|alive| *alive <= allowed)
            })
            .ok()
            .map(|_| Permit(Arc::clone(self)))
    }
}

/// The permit for one instance, released when dropped.
pub(crate) struct Permit(Arc<Shared>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Ordering::AcqRel);
    }
}
