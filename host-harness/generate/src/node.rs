//! The contract's words as lists, in JavaScript for Node-RED and in TypeScript for n8n.

use std::fmt::Write as _;

use crate::{Contract, OTHER, Shape};

/// The lists in JavaScript.
pub fn file(contract: &Contract) -> String {
    lists(contract, "  ", "];")
}

/// The lists in TypeScript, whose compiler then knows the words.
pub fn typed_file(contract: &Contract) -> String {
    lists(contract, "\t", "] as const;")
}

fn lists(contract: &Contract, indent: &str, end: &str) -> String {
    let mut out = String::from(
        "// The words of the contract: each list is a variant of `wit/types.wit`, without `other`.\n\
         // Generated from it by `BLESS=1 cargo test -p despertador-generate`; change the\n\
         // contract, not this file.\n",
    );
    for declared in &contract.types {
        let Shape::Variant(cases) = &declared.shape else { continue };
        let name = declared.name.to_uppercase().replace('-', "_");
        let _ = write!(
            out,
            "\n/** {} */\nexport const {name} = [\n",
            declared.docs.replace('\n', "\n * ")
        );
        for case in cases.iter().filter(|case| case.name != OTHER) {
            let _ = writeln!(out, "{indent}'{}',", case.name);
        }
        let _ = writeln!(out, "{end}");
    }
    out
}
