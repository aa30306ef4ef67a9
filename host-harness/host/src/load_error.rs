//! Why a component is not loaded.

use std::fmt;

use crate::contract;
use crate::options::Sha256;

/// Why a component is not loaded: where, what, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    pub(crate) place: String,
    pub(crate) refusal: Refusal,
}

/// What is wrong with a component.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The file cannot be read.
    Unreadable(String),
    /// It is larger than the limit.
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
        /// The size allowed.
        allowed: u64,
    },
    /// Its digest is not among the pins.
    NotPinned(Sha256),
    /// It is empty.
    Empty,
    /// It is something else than WebAssembly.
    NotWebAssembly,
    /// It is a core module and no component.
    CoreModule,
    /// It ends too early.
    Truncated,
    /// It is no valid component.
    Invalid(String),
    /// It imports something (all names).
    Imports(Vec<String>),
    /// It lacks exports of the contract (named).
    Lacks(Vec<String>),
    /// It exports something that the contract does not know (named).
    Foreign(Vec<String>),
    /// It was built for another version of the contract.
    Version {
        /// The version it was built for.
        found: String,
    },
    /// It exports the right names with other types.
    Types(String),
    /// It needs more memory to start than allowed.
    Resources(String),
    /// It consists of more memories, tables, instances or code than a plugin may.
    TooComplex(String),
    /// The compiler crashed on it.
    Compiler(String),
    /// It failed while it was started.
    Start(String),
    /// It failed when it was asked to describe itself.
    Describe(String),
    /// All instances of the host are in use.
    Busy(u32),
}

impl LoadError {
    /// What is wrong, for programs.
    #[must_use]
    pub fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    /// The way out, as a sentence without the problem.
    #[must_use]
    pub fn help(&self) -> String {
        match &self.refusal {
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
            Refusal::Foreign(_) => "remove the export from its world".into(),
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

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}; {}", self.place, self.refusal, self.help())
    }
}

impl std::error::Error for LoadError {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |names: &[String]| format!("`{}`", names.join("`, `"));
        match self {
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::TooLarge { bytes, allowed } => {
                write!(f, "has {bytes} bytes, more than the {allowed} allowed")
            }
            Self::NotPinned(digest) => write!(f, "has the SHA-256 `{digest}`, which is not pinned"),
            Self::Empty => f.write_str("is empty"),
            Self::NotWebAssembly => f.write_str("is no WebAssembly"),
            Self::CoreModule => f.write_str("is a core module and no component"),
            Self::Truncated => f.write_str("is truncated"),
            Self::Invalid(why) => write!(f, "is no component this host can run: {why}"),
            Self::Imports(found) => {
                write!(f, "imports {}, and a plugin may import nothing", names(found))
            }
            Self::Lacks(missing) => write!(f, "does not export {}", names(missing)),
            Self::Foreign(found) => {
                write!(f, "exports {}, which the contract does not know", names(found))
            }
            Self::Version { found } => write!(
                f,
                "was built for version `{found}` of the contract, and this host speaks `{}`",
                contract::VERSION
            ),
            Self::Types(why) => write!(f, "exports the contract with other types: {why}"),
            Self::Resources(why) => write!(f, "needs more than it may have: {why}"),
            Self::TooComplex(why) => write!(f, "is more than one plugin may be: {why}"),
            Self::Compiler(why) => write!(f, "makes the compiler crash: {why}"),
            Self::Start(why) => write!(f, "does not start: {why}"),
            Self::Describe(why) => write!(f, "does not describe itself: {why}"),
            Self::Busy(instances) => {
                write!(f, "was not started: all {instances} instances are in use")
            }
        }
    }
}

/// Why there is no host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostError(pub(crate) String);

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HostError {}
