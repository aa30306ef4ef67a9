//! Builds the hostile plugin, so that the suites always use the current source.

fn main() {
    #[cfg(feature = "component")]
    hostile_plugin();
}

#[cfg(feature = "component")]
fn hostile_plugin() {
    let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let guest = despertador_componentize::Guest {
        workspace: &root,
        package: "despertador-hostile",
        sources: &["tests/hostile", "wit", "Cargo.toml", "Cargo.lock"],
    };
    if let Err(problem) = guest.build_into_out_dir() {
        println!("cargo::error={problem}");
        std::process::exit(1);
    }
}
