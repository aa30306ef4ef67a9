//! The engine and the resources of an instance.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::load_error::HostError;
use crate::options::Limits;

/// Maximum number of core instances of a component. Ours has 4, a QuickJS guest 11, CPython with
/// its libraries 38.
const CORE_INSTANCES_MAX: u32 = 64;
/// Maximum number of memories of a component. A QuickJS guest has 3: its own, and one for each WASI
/// adapter. Together they may have [`wasm_memory_bytes`](Limits::wasm_memory_bytes).
const MEMORIES_MAX: u32 = 4;
/// Maximum number of tables of a component.
const TABLES_MAX: u32 = 8;

/// An engine for components that only compute.
pub(crate) fn engine(limits: &Limits) -> Result<Engine, HostError> {
    limits.check().map_err(|wrong| HostError(format!("{wrong}; choose another value")))?;
    Engine::new(&config(limits))
        .map_err(|e| HostError(format!("the sandbox cannot be set up with these limits: {e:#}")))
}

pub(crate) fn config(limits: &Limits) -> Config {
    let mut config = Config::new();
    config
        // Tasks of the component model would take two thirds of the time of every call.
        .concurrency_support(false)
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(limits.wasm_stack_bytes)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        // Guests of other languages consist of several modules with a memory each.
        .wasm_multi_memory(true)
        // After a crash the guest's last words are read from its memory.
        .coredump_on_trap(true)
        // Smaller code loads faster, and crashes name their function without this map.
        .generate_address_map(false)
        .native_unwind_info(false)
        .memory_init_cow(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    config
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let instances = limits.instances;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(CORE_INSTANCES_MAX))
        .total_memories(instances.saturating_mul(MEMORIES_MAX))
        .total_tables(instances.saturating_mul(TABLES_MAX))
        .max_core_instances_per_component(CORE_INSTANCES_MAX)
        .max_memories_per_component(MEMORIES_MAX)
        .max_tables_per_component(TABLES_MAX)
        .max_memory_size(limits.wasm_memory_bytes.next_multiple_of(1 << 16))
        .max_unused_warm_slots(instances)
        // Pages written by an instance are reset by copying; releasing them to the system and
        // faulting them in again costs more than a whole call.
        .linear_memory_keep_resident(1 << 20)
        .table_keep_resident(1 << 16)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Increments the engine's epoch, so that a call is stopped that neither ends nor runs out of fuel.
pub(crate) struct Ticker {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Epochs until a call is stopped: four quarters of the wall clock, and the current one.
    pub(crate) const EPOCHS_PER_CALL: u64 = 5;

    pub(crate) fn start(engine: &Engine, wall_clock: Duration) -> Result<Self, HostError> {
        let quarter = wall_clock.checked_div(4).unwrap_or_default().max(Duration::from_millis(1));
        let (stop, stopped) = mpsc::channel();
        let engine = engine.clone();
        let thread = std::thread::Builder::new()
            .name("despertador-epochs".into())
            .spawn(move || {
                while stopped.recv_timeout(quarter) == Err(RecvTimeoutError::Timeout) {
                    engine.increment_epoch();
                }
            })
            .map_err(|e| HostError(format!("the thread for `wall_clock` does not start: {e}")))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It only counts, so a panic has nothing to report.
            let _ = thread.join();
        }
    }
}
