//! The words that the contract and policies share.

use std::fmt::Write as _;

use crate::{Contract, upper_camel};

/// The channels as cases of the policy crate's own enum: a missing case does not compile.
pub fn channels(contract: &Contract) -> String {
    let channel = contract.types.iter().find(|it| it.name == "channel").expect("channels");
    let words = channel.words().expect("bare words");
    let mut out = format!(
        "// Generated from `wit/types.wit` by `BLESS=1 cargo test -p despertador-generate`.\n\
         // Change the contract, not this file.\n\n\
         use super::Channel;\n\n\
         impl Channel {{\n    /// The channels that a policy can name, with their words.\n    \
         pub const NAMED: [(&'static str, Channel); {}] = [\n",
        words.len()
    );
    for word in words {
        let _ = writeln!(out, "        (\"{}\", Channel::{}),", word.name, upper_camel(&word.name));
    }
    out.push_str("    ];\n}\n");
    out
}
