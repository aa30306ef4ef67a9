//! The config as a tree that keeps what an administrator wrote, including duplicate keys.

use crate::config::{CONFIG_BYTES_MAX, plain};
use crate::diagnostic::{Code, Diagnostic};
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Maximum nesting: deeper than any policy, and safe for a small stack.
const DEPTH_MAX: usize = 16;

/// A JSON value as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Null,
    Switch(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// Parses JSON.
pub(super) fn read(config: &str) -> Result<Node, Diagnostic> {
    if config.len() > CONFIG_BYTES_MAX {
        let values = vec![plain(config.len().to_string()), plain(CONFIG_BYTES_MAX.to_string())];
        return Err(Diagnostic::new(Code::TooLarge, "", values));
    }
    if depth(config) > DEPTH_MAX {
        return Err(Diagnostic::new(Code::TooDeep, "", vec![plain(DEPTH_MAX.to_string())]));
    }
    let config = config.strip_prefix('\u{feff}').unwrap_or(config);
    serde_json::from_str(config).map_err(|error| {
        let code = if error.is_eof() { Code::EndsTooEarly } else { Code::NotJson };
        let values = vec![plain(error.line().to_string()), plain(error.column().to_string())];
        Diagnostic::new(code, "", values)
    })
}

/// The nesting of brackets outside strings.
fn depth(config: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    for byte in config.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(Builder)
    }
}

struct Builder;

impl<'de> Visitor<'de> for Builder {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Switch(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        // No fraction is valid anywhere. It is quoted in the error, rounded to thousandths; exact
        // formatting would be larger than the whole parser.
        #[expect(clippy::cast_possible_truncation, reason = "saturates")]
        let thousandths = (value * 1_000.0) as i64;
        let (whole, rest) = (thousandths.checked_div(1_000), thousandths.checked_rem(1_000));
        let (whole, rest) = (whole.unwrap_or(0), rest.unwrap_or(0).unsigned_abs());
        Ok(Node::Number(alloc::format!("{whole}.{rest:03}").trim_end_matches('0').into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Object(entries))
    }
}
