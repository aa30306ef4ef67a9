//! Options and limits of a host.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// The options of a [`Host`](crate::Host).
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The limits of a plugin.
    pub limits: Limits,
    /// Where compiled code is cached.
    pub cache: Cache,
    /// Which components may be loaded.
    pub pins: Pins,
}

/// The limits of a plugin. Exceeding one stops a call or a load with an error that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Size of a component, in bytes. Default 4 MiB.
    pub component_bytes: u64,
    /// Estimated work of compiling a component: for each function its bytes times its bytes and
    /// locals. Default 2^34, at most half a minute; CPython needs 2^40.
    pub compile_work: u64,
    /// Linear memory of an instance, in bytes, rounded up to pages of 64 KiB; growing beyond it
    /// stops the call. Default 16 MiB.
    pub wasm_memory_bytes: usize,
    /// WebAssembly stack of a call, in bytes, at most 1 MiB. Default 256 KiB.
    pub wasm_stack_bytes: usize,
    /// Fuel of a call about a ticket, in wasmtime's units: about one per instruction. The same call
    /// uses the same fuel on every machine. Default 10 million.
    pub fuel: u64,
    /// Fuel to parse a policy. Default 100 million.
    pub policy_fuel: u64,
    /// Wall-clock time of a call, checked every quarter of it. It is only a backstop for fuel,
    /// because it depends on the machine: set it well above what a call can take. Default 2 s.
    pub wall_clock: Duration,
    /// Size of a whole answer, in bytes, when it is copied out of the sandbox: its texts, and for
    /// each list entry what the host stores. The largest answer is the outline of a policy with
    /// hundreds of rules. Default 1 MiB.
    pub answer_bytes: usize,
    /// Size of a text within an answer, in bytes. Default 64 KiB.
    pub text_bytes: usize,
    /// Size of a ticket's memory, passed and returned, in bytes. Default 4 KiB.
    pub memory_bytes: usize,
    /// Size of a policy's config, in bytes. Default 256 KiB.
    pub config_bytes: usize,
    /// Instances of all plugins of the host, and therefore concurrent calls. Default 64.
    pub instances: u32,
    /// Parsed policies per instance; the least recently used is dropped. Default 64.
    pub policies_per_instance: usize,
    /// How many different tickets of an account must fail in a row, without a success in between,
    /// until the plugin is quarantined for the account. Default 5.
    pub quarantine_after: usize,
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self {
            component_bytes: 4 << 20,
            compile_work: 1 << 34,
            wasm_memory_bytes: 16 * MIB,
            wasm_stack_bytes: 256 * KIB,
            fuel: 10_000_000,
            policy_fuel: 100_000_000,
            wall_clock: Duration::from_secs(2),
            answer_bytes: MIB,
            text_bytes: 64 * KIB,
            memory_bytes: 4 * KIB,
            config_bytes: 256 * KIB,
            instances: 64,
            policies_per_instance: 64,
            quarantine_after: 5,
        }
    }
}

impl Limits {
    /// The names of all limits, as [`set`](Self::set) and the errors of the host write them.
    pub const NAMES: [&str; 14] = [
        "component_bytes",
        "compile_work",
        "wasm_memory_bytes",
        "wasm_stack_bytes",
        "fuel",
        "policy_fuel",
        "wall_clock",
        "answer_bytes",
        "text_bytes",
        "memory_bytes",
        "config_bytes",
        "instances",
        "policies_per_instance",
        "quarantine_after",
    ];

    /// Sets a limit by its name, also with hyphens. Sizes are bytes or such as `32 MiB`,
    /// `wall_clock` is such as `5 s`, and everything else is a whole number.
    ///
    /// ```
    /// let mut limits = despertador_host::Limits::default();
    /// limits.set("wasm-memory-bytes", "32 MiB")?;
    /// assert_eq!(limits.wasm_memory_bytes, 32 << 20);
    /// let error = limits.set("memory", "1").expect_err("no such limit");
    /// assert!(error.contains("`wasm_memory_bytes`"));
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    ///
    /// There is no such limit, or the value cannot be read. A value that the host cannot work with
    /// is refused by [`Host::new`](crate::Host::new).
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let count = || {
            number(value).ok_or_else(|| {
                format!("`{name}` is `{value}`; write a number such as 1000000 or 32 MiB")
            })
        };
        let size = || count().map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        match name.replace('-', "_").as_str() {
            "component_bytes" => self.component_bytes = count()?,
            "compile_work" => self.compile_work = count()?,
            "wasm_memory_bytes" => self.wasm_memory_bytes = size()?,
            "wasm_stack_bytes" => self.wasm_stack_bytes = size()?,
            "fuel" => self.fuel = count()?,
            "policy_fuel" => self.policy_fuel = count()?,
            "wall_clock" => {
                let millis = despertador_contract::duration::parse(value);
                let millis = millis.ok_or_else(|| {
                    format!("`{name}` is `{value}`; write a duration such as 5 s")
                })?;
                self.wall_clock = Duration::from_millis(millis);
            }
            "answer_bytes" => self.answer_bytes = size()?,
            "text_bytes" => self.text_bytes = size()?,
            "memory_bytes" => self.memory_bytes = size()?,
            "config_bytes" => self.config_bytes = size()?,
            "instances" => self.instances = u32::try_from(count()?).unwrap_or(u32::MAX),
            "policies_per_instance" => self.policies_per_instance = size()?,
            "quarantine_after" => self.quarantine_after = size()?,
            _ => {
                let names = Self::NAMES.join("`, `");
                return Err(format!("`{name}` is not a limit; the limits are `{names}`"));
            }
        }
        Ok(())
    }

    /// Checks that a host can work with these limits: values are refused with which wasmtime or the
    /// machine's stack would crash.
    pub(crate) fn check(&self) -> Result<(), String> {
        let within = |name: &str, value: usize, most: usize| {
            if (1..=most).contains(&value) {
                Ok(())
            } else {
                Err(format!("`{name}` is {value} and has to be from 1 to {most}"))
            }
        };
        within("wasm_stack_bytes", self.wasm_stack_bytes, WASM_STACK_BYTES_MAX)?;
        within("wasm_memory_bytes", self.wasm_memory_bytes, WASM_MEMORY_BYTES_MAX)?;
        let instances = usize::try_from(self.instances).unwrap_or(usize::MAX);
        within("instances", instances, INSTANCES_MAX)?;
        within("answer_bytes", self.answer_bytes, WASM_MEMORY_BYTES_MAX)?;
        if self.wall_clock.is_zero() {
            return Err("`wall_clock` is 0 and has to be more".into());
        }
        if self.fuel == 0 || self.policy_fuel == 0 {
            return Err("`fuel` and `policy_fuel` have to be more than 0".into());
        }
        Ok(())
    }
}

/// A whole number, also in KiB, MiB, GiB or TiB.
fn number(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (count, unit) = text.split_at(digits);
    let unit = match unit.trim() {
        "" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    count.parse::<u64>().ok()?.checked_mul(unit)
}

/// Half of a Rust thread's stack; the other half is for the host itself.
const WASM_STACK_BYTES_MAX: usize = 1 << 20;
/// The address space of 32-bit WebAssembly, minus a page.
const WASM_MEMORY_BYTES_MAX: usize = (1 << 32) - (1 << 16);
/// Each instance reserves address space; this is far more than threads that call concurrently.
const INSTANCES_MAX: usize = 5_000;

/// Where compiled code is cached between runs of the host.
///
/// Compiled code is machine code: write access to it gives control of the host's process. It is
/// therefore authenticated with a key that the host generated, stored in a folder that only the
/// host's user can read, and ignored if any check fails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Cache {
    /// No cache: a plugin is compiled at every load.
    #[default]
    Off,
    /// In this folder, which is created if missing. On systems other than Unix the same as `Off`.
    At(PathBuf),
}

impl Cache {
    /// The user's cache folder: `$XDG_CACHE_HOME/despertador`, otherwise
    /// `$HOME/.cache/despertador`, otherwise no cache.
    #[must_use]
    pub fn of_user() -> Self {
        let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
        absolute("XDG_CACHE_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
            .map_or(Self::Off, |folder| Self::At(folder.join("despertador")))
    }
}

/// Which components may be loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Pins {
    /// Any that implements the contract.
    #[default]
    Any,
    /// Only those with one of these digests.
    Only(Vec<Sha256>),
}

/// The SHA-256 digest of a component; written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest;
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Sha256 {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let not_a_digest = || NotADigest(text.into());
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut digest = [0; 32];
        if pairs.len() != digest.len() || !rest.is_empty() {
            return Err(not_a_digest());
        }
        for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
            let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
            let (high, low) = digit(*high).zip(digit(*low)).ok_or_else(not_a_digest)?;
            *byte = high << 4 | low;
        }
        Ok(Self(digest))
    }
}

/// A text that is not a SHA-256 digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a SHA-256 digest: write its 64 hexadecimal digits")]
pub struct NotADigest(String);
