//! `despertador inspect`

use despertador_component::COMPONENT;
use despertador_host::{Inspection, inspect_bytes};
use serde_json::json;

use crate::arguments::{InspectArguments, TrustArguments};
use crate::language::tr;
use crate::paint::{BOLD, RED, paint};
use crate::table::{Side, columns, thousands};
use crate::{Ended, Unusable, plugin, written};

/// Shows what a component is, also one that a host would refuse.
pub(crate) fn inspect(arguments: &InspectArguments, json: bool) -> Result<Ended, Unusable> {
    let limits = plugin::limits(arguments.plugin.as_deref(), &arguments.limits)?;
    let (name, bytes) = match &arguments.plugin {
        None => (
            tr!("the built-in plugin", "el plugin incluido", "o plugin incluído"),
            COMPONENT.to_vec(),
        ),
        Some(file) => (file.display().to_string(), {
            let trust = TrustArguments::default();
            plugin::component(file, &trust, limits.component_bytes)?
        }),
    };
    let found = inspect_bytes(&bytes);
    let loaded = match &found.refusal {
        Some(refusal) => Err(refusal.to_string()),
        None => plugin::host(limits)?.load_bytes(&bytes).map_err(|error| error.to_string()),
    };
    let description = loaded.as_ref().ok().map(|plugin| plugin.describe().clone());
    if let (Some(file), Ok(_)) = (&arguments.save, &loaded) {
        // The same bytes again and again: there is nothing in the old file to be sorry for.
        written::write(file, &bytes, true)?;
    }
    if json {
        let described = description.map(|d| {
            let limits: serde_json::Map<_, _> =
                d.limits.into_iter().map(|(name, limit)| (name, limit.into())).collect();
            json!({
                "name": d.name, "version": d.version, "contract": d.contract,
                "memory-version": d.memory_version, "languages": d.languages, "limits": limits,
            })
        });
        anstream::println!(
            "{:#}",
            json!({
                "sha256": found.sha256.to_string(), "size": found.size, "contract": found.contract,
                "imports": found.imports, "exports": found.exports,
                "refused": loaded.as_ref().err(), "describes-itself": described,
            })
        );
    } else {
        anstream::println!("{}", paint(BOLD, name));
        let mut rows = facts(&found);
        if let Some(described) = description {
            rows.push(vec![
                tr!("name", "nombre", "nome"),
                format!("{} {}", described.name, described.version),
            ]);
            rows.push(vec![
                tr!("memory", "memoria", "memória"),
                tr!(
                    "version {version}",
                    "versión {version}",
                    "versão {version}",
                    version = described.memory_version
                ),
            ]);
            rows.push(vec![tr!("languages", "idiomas", "idiomas"), described.languages.join(", ")]);
            let mut title = tr!("limits", "límites", "limites");
            for (name, limit) in described.limits {
                rows.push(vec![std::mem::take(&mut title), format!("{name} {}", thousands(limit))]);
            }
        }
        if let (Some(file), Ok(_)) = (&arguments.save, &loaded) {
            rows.push(vec![tr!("written", "escrito", "gravado"), file.display().to_string()]);
        }
        for line in columns(&[Side::Left, Side::Left], &rows) {
            anstream::println!("  {line}");
        }
        if let Err(refusal) = &loaded {
            anstream::println!(
                "  {} {refusal}",
                paint(RED, tr!("refused:", "rechazado:", "recusado:"))
            );
        }
    }
    Ok(if loaded.is_ok() { Ended::Well } else { Ended::WithFindings })
}

fn facts(found: &Inspection) -> Vec<Vec<String>> {
    let size = u64::try_from(found.size).unwrap_or(u64::MAX);
    let none = || tr!("none", "ninguno", "nenhum");
    let mut rows = vec![
        vec![tr!("contract", "contrato", "contrato"), found.contract.clone().unwrap_or_else(none)],
        vec![tr!("size", "tamaño", "tamanho"), format!("{} bytes", thousands(size))],
        vec!["sha256".into(), found.sha256.to_string()],
    ];
    for (mut title, names) in [
        (tr!("imports", "importa", "importa"), &found.imports),
        (tr!("exports", "exporta", "exporta"), &found.exports),
    ] {
        if names.is_empty() {
            rows.push(vec![std::mem::take(&mut title), none()]);
        }
        for name in names {
            rows.push(vec![std::mem::take(&mut title), name.clone()]);
        }
    }
    rows
}
