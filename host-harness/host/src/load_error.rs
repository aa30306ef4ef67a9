//! Why a component was not loaded.

use crate::contract;
use crate::options::Sha256;

/// Why a component was not loaded: the file, the problem, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place} {refusal}; {}", .refusal.help())]
pub struct LoadError {
    pub(crate) place: String,
    pub(crate) refusal: Refusal,
}

/// The problem of a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It is larger than the limit.
    #[error("has {bytes} bytes, more than the {allowed} allowed")]
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
        /// The maximum, in bytes.
        allowed: u64,
    },
    /// Its digest is not among the pins.
    #[error("has the SHA-256 `{0}`, which is not pinned")]
    NotPinned(Sha256),
    /// It is empty.
    #[error("is empty")]
    Empty,
    /// It is not WebAssembly.
    #[error("is not WebAssembly")]
    NotWebAssembly,
    /// It is a core module, not a component.
    #[error("is a core module and no component")]
    CoreModule,
    /// It is truncated.
    #[error("is truncated")]
    Truncated,
    /// It is not a valid component.
    #[error("is not a component that this host can run: {0}")]
    Invalid(String),
    /// It imports something (all names).
    #[error("imports {}, and a plugin may import nothing", list_names(.0))]
    Imports(Vec<String>),
    /// Exports of the contract are missing (named).
    #[error("does not export {}", list_names(.0))]
    Lacks(Vec<String>),
    /// It was built for another version of the contract.
    #[error(
        "was built for version `{found}` of the contract, and this host speaks `{}`",
        contract::VERSION
    )]
    Version {
        /// The version for which it was built.
        found: String,
    },
    /// The types of its exports differ from the contract.
    #[error("exports the contract with other types: {0}")]
    Types(String),
    /// It needs more memory to start than is allowed.
    #[error("needs more than it may have: {0}")]
    Resources(String),
    /// It has more memories, tables, instances or code than allowed.
    #[error("is more than one plugin may be: {0}")]
    TooComplex(String),
    /// The compiler crashed on it.
    #[error("makes the compiler crash: {0}")]
    Compiler(String),
    /// It failed during the start.
    #[error("does not start: {0}")]
    Start(String),
    /// The call of `describe` failed.
    #[error("does not describe itself: {0}")]
    Describe(String),
    /// All instances of the host are in use.
    #[error("was not started: all {0} instances are in use")]
    Busy(u32),
}

impl LoadError {
    /// The problem, for programs.
    #[must_use]
    pub fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    /// How to fix it, without the problem itself.
    #[must_use]
    pub fn help(&self) -> String {
        self.refusal.help()
    }
}

impl Refusal {
    /// How to fix it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Refusal::Unreadable(_) => "check the path and its permissions".into(),
            Refusal::TooLarge { .. } => {
                "build with `opt-level`, `lto` and `strip`, or raise `component_bytes`".into()
            }
            Refusal::NotPinned(digest) => {
                format!("if you trust it, add `{digest}` to the pins")
            }
            Refusal::Empty | Refusal::Truncated => "build or copy it again".into(),
            Refusal::NotWebAssembly => "give the `.wasm` file of a plugin".into(),
            Refusal::CoreModule => {
                "wrap it with `wasm-tools component new`, or build it with `componentize`".into()
            }
            Refusal::Invalid(_) => {
                "build it again, without threads, exceptions, garbage collection and 64-bit memory"
                    .into()
            }
            Refusal::Imports(names) if names.iter().any(|name| name.starts_with("wasi:")) => {
                "build it for `wasm32-unknown-unknown` instead of a WASI target".into()
            }
            Refusal::Imports(_) => "remove what needs the outside world".into(),
            Refusal::Lacks(_) => {
                format!("implement the world `plugin` of `{}`", package_with_version())
            }
            Refusal::Version { .. } => {
                format!("build it for `{}`, or use a host of its version", package_with_version())
            }
            Refusal::Types(_) => {
                format!("build it again with the `wit/` folder of `{}`", package_with_version())
            }
            Refusal::Resources(_) => "make it smaller, or raise `wasm_memory_bytes`".into(),
            Refusal::TooComplex(_) => {
                "build it from one module with `componentize`, without components within".into()
            }
            Refusal::Compiler(_) => {
                "build it with another version of its tools, and report the file".into()
            }
            Refusal::Start(_) => "repair its start function and what it initialises".into(),
            Refusal::Describe(_) => "repair `describe`: it must always answer".into(),
            Refusal::Busy(_) => "end a session, or raise `instances`".into(),
        }
    }
}

fn package_with_version() -> String {
    format!("{}@{}", contract::PACKAGE, contract::VERSION)
}

fn list_names(names: &[String]) -> String {
    format!("`{}`", names.join("`, `"))
}

/// Why a host could not be created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HostError(pub(crate) String);
