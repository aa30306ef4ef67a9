//! What is made from `wit/` is what lies in the repository: the Rust types and their words, the words
//! of the Python host, those of the Node host, the types of a JavaScript plugin, and parts of the OpenAPI document.
//!
//! `BLESS=1 cargo test -p despertador-generate` writes the files anew.

use std::path::PathBuf;

#[test]
fn generated_code_is_that_of_the_contract() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
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
        ("hosts/node-red/lib/words.mjs", despertador_generate::node::file(&contract)),
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
