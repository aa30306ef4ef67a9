//! Writes the hostile plugin to a file, for the tests of hosts in other languages:
//! `cargo run -p despertador-tests --example hostile -- FILE`

const HOSTILE: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/despertador-hostile.component.wasm"));

fn main() -> std::io::Result<()> {
    let Some(file) = std::env::args_os().nth(1) else {
        return Err(std::io::Error::other("name the file to be written"));
    };
    std::fs::write(file, HOSTILE)
}
