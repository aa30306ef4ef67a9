//! The engines on which suites are played.

use std::sync::Arc;

use despertador_harness::Engine;

use crate::native::Native;

/// An engine for tests in several threads.
pub type SharedEngine = Arc<dyn Engine + Send + Sync>;

/// The policy crate and the component in its sandbox. Without the feature `component` only the
/// first.
#[must_use]
pub fn engines() -> Vec<SharedEngine> {
    vec![
        Arc::new(Native),
        #[cfg(feature = "component")]
        Arc::new(component()),
    ]
}

/// The component of the current source, loaded once per program.
#[cfg(feature = "component")]
fn component() -> despertador_harness::component::Sandboxed {
    use std::sync::LazyLock;

    use despertador_component::COMPONENT;
    use despertador_harness::component::Sandboxed;
    use despertador_host::{Host, Options};

    static LOADED: LazyLock<Sandboxed> = LazyLock::new(|| {
        let host = Host::new(Options::default()).expect("the default options fit");
        Sandboxed::new(host.load_bytes(COMPONENT).expect("the component of this source loads"))
    });
    LOADED.clone()
}
