//! Inspects a component without running or compiling it.

use std::fmt;

use wasmparser::{Encoding, Parser, Payload};

use crate::contract;
use crate::load_error::Refusal;
use crate::options::Sha256;

/// Inspects a component, also one that the host would refuse.
///
/// ```
/// let found = despertador_host::inspect_bytes(despertador_component::COMPONENT);
/// assert_eq!(found.contract.as_deref(), Some("0.2.0"));
/// assert!(found.imports.is_empty());
/// assert_eq!(found.refusal, None);
/// ```
#[must_use]
pub fn inspect_bytes(bytes: &[u8]) -> Inspection {
    let mut found = Inspection {
        sha256: Sha256::of(bytes),
        size: bytes.len(),
        contract: None,
        imports: Vec::new(),
        exports: Vec::new(),
        refusal: None,
    };
    found.refusal = read(bytes, &mut found).and_then(|()| check_contract(&mut found)).err();
    found
}

/// The result of an inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Its digest.
    pub sha256: Sha256,
    /// Its size in bytes.
    pub size: usize,
    /// The version of the contract for which it was built, if it exports the contract.
    pub contract: Option<String>,
    /// The names of its imports.
    pub imports: Vec<String>,
    /// The names of its exports.
    pub exports: Vec<String>,
    /// Why a host would refuse it, as far as can be determined without compiling it.
    pub refusal: Option<Refusal>,
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "sha256    {}", self.sha256)?;
        writeln!(f, "size      {} bytes", self.size)?;
        writeln!(f, "contract  {}", self.contract.as_deref().unwrap_or("none"))?;
        for (title, names) in [("imports", &self.imports), ("exports", &self.exports)] {
            match names.split_first() {
                None => writeln!(f, "{title}   none")?,
                Some((first, rest)) => {
                    writeln!(f, "{title}   {first}")?;
                    rest.iter().try_for_each(|name| writeln!(f, "          {name}"))?;
                }
            }
        }
        Ok(())
    }
}

/// Collects the names at the top level.
fn read(bytes: &[u8], found: &mut Inspection) -> Result<(), Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if !bytes.starts_with(b"\0asm".get(..bytes.len().min(4)).unwrap_or_default()) {
        return Err(Refusal::NotWebAssembly);
    }
    let mut depth = 0_usize;
    let mut ended = false;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|e| unreadable(bytes, &e))? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(Refusal::CoreModule);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                depth = depth.saturating_add(1);
            }
            Payload::End(_) => {
                ended = depth == 0;
                depth = depth.saturating_sub(1);
            }
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let import = import.map_err(|e| unreadable(bytes, &e))?;
                    found.imports.push(import.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    let export = export.map_err(|e| unreadable(bytes, &e))?;
                    found.exports.push(export.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    if ended { Ok(()) } else { Err(Refusal::Truncated) }
}

/// The error for unreadable bytes: if the parser runs past the end, the file is truncated.
fn unreadable(bytes: &[u8], error: &wasmparser::BinaryReaderError) -> Refusal {
    if error.offset() >= bytes.len() || error.message().starts_with("unexpected end") {
        Refusal::Truncated
    } else {
        Refusal::Invalid(format!("{} at byte {}", error.message(), error.offset()))
    }
}

/// Compares the names with the contract.
fn check_contract(found: &mut Inspection) -> Result<(), Refusal> {
    if !found.imports.is_empty() {
        return Err(Refusal::Imports(found.imports.clone()));
    }
    // What else it exports nobody calls: tools add `init` and the like.
    let interfaces: Vec<(String, String)> = found
        .exports
        .iter()
        .filter_map(|name| interface_of_contract(name))
        .map(|(interface, version)| (interface.to_owned(), version.to_owned()))
        .collect();
    found.contract = interfaces.first().map(|(_, version)| version.clone());
    if let Some((_, version)) = interfaces.iter().find(|(_, v)| !same_track(v)) {
        return Err(Refusal::Version { found: version.clone() });
    }
    let missing: Vec<_> = contract::INTERFACES
        .iter()
        .filter(|wanted| !interfaces.iter().any(|(interface, _)| interface == *wanted))
        .map(|wanted| format!("{}/{wanted}@{}", contract::PACKAGE, contract::VERSION))
        .collect();
    if !missing.is_empty() {
        return Err(Refusal::Lacks(missing));
    }
    Ok(())
}

/// `despertador:inactivity/decisions@0.2.0` as (`decisions`, `0.2.0`).
fn interface_of_contract(name: &str) -> Option<(&str, &str)> {
    let (interface, version) =
        name.strip_prefix(contract::PACKAGE)?.strip_prefix('/')?.split_once('@')?;
    Some((interface, version))
}

/// Whether a plugin for this version of the contract runs on this host: the same major version,
/// before 1.0.0 the same minor version (semver).
fn same_track(version: &str) -> bool {
    let track = |version: &str| {
        let (release, pre) = version.split_once('-').map_or((version, None), |(r, p)| (r, Some(p)));
        let mut parts = release.split('.').map(str::parse::<u64>);
        let (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let open = match (major, minor) {
            (0, 0) => (0, 0, patch),
            (0, minor) => (0, minor, 0),
            (major, _) => (major, 0, 0),
        };
        Some((open, pre.map(str::to_owned)))
    };
    track(version).is_some_and(|found| Some(found) == track(contract::VERSION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_is_what_semver_calls_compatible() {
        for (version, same) in [
            ("0.2.0", true),
            ("0.2.7", true),
            ("0.1.0", false),
            ("0.3.0", false),
            ("1.2.0", false),
            ("0.2.0-rc.1", false),
            ("0.2", false),
            ("", false),
        ] {
            assert_eq!(same_track(version), same, "{version}");
        }
    }
}
