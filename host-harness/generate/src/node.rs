//! The contract's words as JavaScript lists.

use std::fmt::Write as _;

use crate::{Contract, OTHER, Shape};

pub fn file(contract: &Contract) -> String {
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
            let _ = writeln!(out, "  '{}',", case.name);
        }
        out.push_str("];\n");
    }
    out
}
