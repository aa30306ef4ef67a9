//! Finds duplicate names in an object, of which JSON parsers keep only the last.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

/// The duplicate names of blocks, in the map itself or in its member `flow`.
pub(super) fn repeated(text: &str, in_flow: bool) -> Vec<String> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let map = if in_flow { Map::Envelope } else { Map::Blocks };
    map.deserialize(&mut reader).unwrap_or_default()
}

#[derive(Clone, Copy)]
enum Map {
    /// The map of blocks.
    Blocks,
    /// The object that contains it as `flow`.
    Envelope,
}

impl<'de> DeserializeSeed<'de> for Map {
    type Value = Vec<String>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Vec<String>, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Map {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of blocks")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<String>, A::Error> {
        let (mut seen, mut repeated) = (HashSet::new(), Vec::new());
        while let Some(name) = map.next_key::<String>()? {
            match self {
                Map::Envelope if name == "flow" => repeated = map.next_value_seed(Map::Blocks)?,
                Map::Envelope => {
                    map.next_value::<IgnoredAny>()?;
                }
                Map::Blocks => {
                    map.next_value::<IgnoredAny>()?;
                    if !seen.insert(name.clone()) {
                        repeated.push(name);
                    }
                }
            }
        }
        Ok(repeated)
    }
}
