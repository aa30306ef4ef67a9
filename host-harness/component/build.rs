//! Rebuilds the component whenever `plugin/` has changed, so that no separate step can be
//! forgotten.

use std::path::Path;

fn main() {
    let guest = despertador_componentize::Guest {
        workspace: Path::new("../.."),
        package: "despertador-plugin",
        sources: &["plugin", "wit", "Cargo.toml", "Cargo.lock"],
    };
    match guest.build_into_out_dir() {
        Ok(built) => println!(
            "cargo::warning=component {}: {} bytes, {} imports",
            built.name, built.bytes, built.imports
        ),
        Err(problem) => {
            println!("cargo::error={problem}");
            std::process::exit(1);
        }
    }
}
