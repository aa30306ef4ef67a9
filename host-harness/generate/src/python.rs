//! The contract's words as Python enumerations.

use std::fmt::Write as _;

use crate::{Contract, upper_camel};

pub fn file(contract: &Contract) -> String {
    let mut out = String::from(
        "\"\"\"The words of the contract: each class is a variant of `wit/types.wit`.\n\n\
         Generated from it by `BLESS=1 cargo test -p despertador-generate`; change the\n\
         contract, not this file.\n\"\"\"\n\n\
         from __future__ import annotations\n\n\
         from dataclasses import dataclass\n\
         from enum import Enum\n\
         from typing import Type, TypeVar, Union\n\n\n\
         @dataclass(frozen=True)\n\
         class Other:\n    \"\"\"A word that this version of the contract has no case for: do the harmless thing.\"\"\"\n\n    \
         word: str\n\n    \
         def __str__(self) -> str:\n        return self.word\n\n\n\
         _W = TypeVar(\"_W\", bound=\"Words\")\n\n\n\
         class Words(Enum):\n    \"\"\"Words of which a later contract may have more.\"\"\"\n\n    \
         @classmethod\n    \
         def of(cls: Type[_W], word: str) -> Union[_W, Other]:\n        \
         \"\"\"The word, or `Other` if the contract does not have it.\"\"\"\n        \
         try:\n            return cls(word)\n        except ValueError:\n            return Other(word)\n\n    \
         def __str__(self) -> str:\n        return str(self.value)\n",
    );
    for declared in &contract.types {
        let Some(words) = declared.words() else { continue };
        let _ = write!(out, "\n\nclass {}(Words):\n    \"\"\"", upper_camel(&declared.name));
        out.push_str(&declared.docs.replace('\n', "\n    "));
        out.push_str(if declared.docs.contains('\n') { "\n    \"\"\"\n\n" } else { "\"\"\"\n\n" });
        for word in words {
            let name = word.name.to_uppercase().replace('-', "_");
            let _ = writeln!(out, "    {name} = \"{}\"", word.name);
            let _ = writeln!(out, "    \"\"\"{}\"\"\"", word.docs.replace('\n', "\n    "));
        }
    }
    out
}
