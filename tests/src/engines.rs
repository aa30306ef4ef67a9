//! The engines that a suite plays on.

use std::sync::Arc;

use despertador_harness::Engine;

use crate::native::Native;

/// An engine that tests in several threads play on.
pub type SharedEngine = Arc<dyn Engine + Send + Sync>;

/// The policy crate itself and, beside it, the component in its sandbox. Without the feature
/// `component` there is only the first.
#[must_use]
pub fn engines() -> Vec<SharedEngine> {
    vec![
        Arc::new(Native),
        #[cfg(feature = "component")]
        Arc::new(component()),
    ]
}

/// The component of today's source, loaded once a program.
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
