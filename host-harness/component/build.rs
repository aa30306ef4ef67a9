//! In the repository: rebuilds the component whenever `plugin/` has changed, so that no separate step
//! can be forgotten. In a package, which has no `plugin/`: takes the component that was packed.

use std::path::Path;

use despertador_componentize::Guest;

/// Where `packaging/release` puts the component before the crate is packed.
const PACKED: &str = "component";

fn main() {
    let repository = Path::new("../..");
    let made = if repository.join("plugin/Cargo.toml").is_file() {
        build(repository)
    } else {
        copy_packed(&[
            "despertador-plugin.component.wasm",
            "despertador-plugin.names.component.wasm",
        ])
    };
    if let Err(problem) = made {
        println!("cargo::error={problem}");
        std::process::exit(1);
    }
}

fn build(workspace: &Path) -> Result<(), String> {
    let guest = Guest {
        workspace,
        package: "despertador-plugin",
        sources: &["plugin", "wit", "Cargo.toml", "Cargo.lock"],
    };
    let built = guest.build_into_out_dir().map_err(|problem| problem.to_string())?;
    println!(
        "cargo::warning=component {}: {} bytes, {} imports",
        built.name, built.bytes, built.imports
    );
    Ok(())
}

fn copy_packed(files: &[&str]) -> Result<(), String> {
    let out = std::env::var_os("OUT_DIR").ok_or("`OUT_DIR` is not set")?;
    for file in files {
        let packed = Path::new(PACKED).join(file);
        println!("cargo::rerun-if-changed={}", packed.display());
        std::fs::copy(&packed, Path::new(&out).join(file)).map_err(|error| {
            format!(
                "this package has no {} ({error}): it was not packed by `packaging/release`, which puts it there",
                packed.display()
            )
        })?;
    }
    Ok(())
}
