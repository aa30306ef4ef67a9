//! Writes the contract as one file in the form of registries:
//! `cargo run -p despertador-generate --example wit-package -- FOLDER`.

use std::path::{Path, PathBuf};

use despertador_generate::package::Package;

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("name the folder for the package");
        std::process::exit(2);
    };
    let package = Package::encode(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit"));
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(package.file_name), package.bytes)
}
