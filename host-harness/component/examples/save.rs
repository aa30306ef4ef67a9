//! Writes the component as releases ship it, and with function names:
//! `cargo run -p despertador-component --example save -- FOLDER`.

use std::path::PathBuf;

use despertador_component::{COMPONENT, COMPONENT_WITH_NAMES};

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("name the folder for the component");
        std::process::exit(2);
    };
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("despertador-plugin.component.wasm"), COMPONENT)?;
    std::fs::write(folder.join("despertador-plugin.names.component.wasm"), COMPONENT_WITH_NAMES)
}
