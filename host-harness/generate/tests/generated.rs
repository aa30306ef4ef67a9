//! What is made from `wit/` is what lies in the repository: the Rust types and their words, the words
//! of the Python host, those of the Node hosts, the types of a JavaScript plugin, and parts of the OpenAPI
//! document.
//!
//! `BLESS=1 cargo test -p despertador-generate` writes the files anew.

use std::path::{Path, PathBuf};

use despertador_generate::package::Package;
use wit_component::{DecodedWasm, WitPrinter, decode};
use wit_parser::Resolve;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_encoded_package_is_the_contract() {
    let wit = repository().join("wit");
    let package = Package::encode(&wit);
    let DecodedWasm::WitPackage(decoded, decoded_id) = decode(&package.bytes).expect("a package")
    else {
        panic!("not a package")
    };
    let mut resolve = Resolve::default();
    let (id, _) = resolve.push_dir(&wit).expect("`wit/`");
    let name = &resolve.packages[id].name;
    assert_eq!(&decoded.packages[decoded_id].name, name);
    let version = name.version.as_ref().expect("a version");
    assert_eq!(package.file_name, format!("despertador-inactivity-{version}.wasm"));
    let printed = |resolve: &Resolve, id| {
        let mut printer = WitPrinter::default();
        printer.print(resolve, id, &[]).expect("it can be printed");
        printer.output.to_string()
    };
    assert_eq!(printed(&decoded, decoded_id), printed(&resolve, id));
}

#[test]
fn generated_code_is_that_of_the_contract() {
    let root = repository();
    let contract = despertador_generate::Contract::read(&root.join("wit"));
    let files = [
        ("host-harness/contract/src/generated.rs", despertador_generate::rust::file(&contract)),
        ("plugin/policy/src/channel/named.rs", despertador_generate::policy::channels(&contract)),
        (
            "host-harness/server/src/api/event/contract.json",
            despertador_generate::openapi::file(&contract),
        ),
        ("hosts/python/despertador/words.py", despertador_generate::python::file(&contract)),
        (
            "host-harness/cli/templates/javascript/types.d.ts",
            despertador_generate::typescript::file(&contract),
        ),
        ("hosts/node/lib/words.mjs", despertador_generate::node::file(&contract)),
        ("hosts/n8n/nodes/shared/words.ts", despertador_generate::node::typed_file(&contract)),
    ];
    for (name, made) in files {
        let path = root.join(name);
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &made).expect(name);
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == made,
            "{name} is not what `wit/` says; `BLESS=1 cargo test -p despertador-generate` writes it anew"
        );
    }
}
