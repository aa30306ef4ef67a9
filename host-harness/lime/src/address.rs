//! Addresses of senders and receivers: `name@domain/instance`.
//!
//! The name of an address can itself be an address, with its `@` written `%40`: the agent
//! `ana%40acme.com@blip.ai` is `ana@acme.com` in Blip, and
//! `5511…%40wa.gw.msging.net@desk.msging.net` is the customer `5511…@wa.gw.msging.net` at the desk.

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use crate::error::{Problem, ReadError};
use crate::object::{Json, Reading};

/// The characters of an embedded address that are not escaped in a name.
const ESCAPED_IN_NAMES: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Maximum length of a part of an address, in bytes.
const ADDRESS_PART_BYTES_MAX: usize = 1023;

/// A party on any device: `name@domain`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    name: String,
    domain: String,
}

/// A party on a device: `name@domain/instance`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node {
    /// The party.
    pub identity: Identity,
    /// The device or connection, if given.
    pub instance: Option<String>,
}

impl Identity {
    /// An identity with a name as it is written (escaped), and a domain.
    ///
    /// # Errors
    ///
    /// If they do not form an address.
    pub fn new(name: &str, domain: &str) -> Result<Self, NotAnAddress> {
        format!("{name}@{domain}").parse()
    }

    /// The name as it is written, including escapes.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The domain; empty in an address without one.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// This identity embedded as a name at another domain:
    /// `5511…%40wa.gw.msging.net@desk.msging.net`.
    #[must_use]
    pub fn at(&self, domain: &str) -> Self {
        Self { name: escape(&self.to_string()), domain: domain.into() }
    }

    /// The identity embedded in the name, if there is one.
    #[must_use]
    pub fn inner(&self) -> Option<Self> {
        let name = unescape(&self.name)?;
        name.parse().ok().filter(|inner: &Self| !inner.domain.is_empty())
    }

    /// The party on no particular device.
    #[must_use]
    pub fn node(self) -> Node {
        Node { identity: self, instance: None }
    }

    /// Whether both are the same, ignoring case.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(&other.name)
            && self.domain.eq_ignore_ascii_case(&other.domain)
    }
}

/// Escapes a text for the name of an address or a segment of a URI.
#[must_use]
pub fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED_IN_NAMES).to_string()
}

/// Reverts [`escape`]; `None` if the result is not a text.
#[must_use]
pub fn unescape(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

impl FromStr for Identity {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let (name, domain) = text.split_once('@').unwrap_or((text, ""));
        let part = |part: &str| {
            part.len() <= ADDRESS_PART_BYTES_MAX
                && !part.chars().any(|c| matches!(c, '@' | '/') || c.is_control() || c == ' ')
        };
        let whole = !name.is_empty() && (text == name || !domain.is_empty());
        if whole && part(name) && part(domain) {
            Ok(Self { name: name.into(), domain: domain.into() })
        } else {
            Err(NotAnAddress { text: text.into() })
        }
    }
}

impl FromStr for Node {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let not_an_address = || NotAnAddress { text: text.into() };
        let (identity, instance) = match text.split_once('/') {
            Some((identity, instance)) => (identity, Some(instance)),
            None => (text, None),
        };
        if instance.is_some_and(|i| {
            i.is_empty() || i.len() > ADDRESS_PART_BYTES_MAX || i.contains(char::is_control)
        }) {
            return Err(not_an_address());
        }
        let identity = identity.parse().map_err(|_| not_an_address())?;
        Ok(Self { identity, instance: instance.map(Into::into) })
    }
}

impl From<Identity> for Node {
    fn from(identity: Identity) -> Self {
        identity.node()
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.domain.is_empty() { Ok(()) } else { write!(f, "@{}", self.domain) }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.identity)?;
        self.instance.iter().try_for_each(|instance| write!(f, "/{instance}"))
    }
}

/// An invalid address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not an address; write `name@domain/instance`", .text)]
pub struct NotAnAddress {
    text: String,
}

/// Parses an address as senders write it: with surrounding spaces, with its `@` escaped, or with a
/// trailing slash.
fn read<T: FromStr>(value: Value) -> Reading<T> {
    let text = match value {
        Value::String(text) => text,
        other => return Reading::odd(other, "a text"),
    };
    let is_escaped = !text.contains('@') && text.contains("%40");
    let plain = if is_escaped { unescape(&text) } else { None };
    let plain = plain.as_deref().unwrap_or(&text).trim().trim_end_matches('/');
    match plain.parse() {
        Ok(address) if plain == text => Reading::Exact(address),
        Ok(address) => Reading::Loose(address, Value::String(text)),
        Err(_) => {
            let error = ReadError::new(Problem::NotAnAddress(text.clone()));
            Reading::Odd(Value::String(text), error)
        }
    }
}

impl Json for Identity {
    fn read(value: Value) -> Reading<Self> {
        read(value)
    }

    fn write(&self) -> Value {
        self.to_string().into()
    }
}

impl Json for Node {
    fn read(value: Value) -> Reading<Self> {
        read(value)
    }

    fn write(&self) -> Value {
        self.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written_the_same() {
        for (text, name, domain, instance) in [
            ("5511999990000@wa.gw.msging.net/abc", "5511999990000", "wa.gw.msging.net", "abc"),
            ("mybot@msging.net", "mybot", "msging.net", ""),
            ("ana%40acme.com@blip.ai/web/2", "ana%40acme.com", "blip.ai", "web/2"),
            ("postmaster@msging.net/#az-7", "postmaster", "msging.net", "#az-7"),
            ("mybot", "mybot", "", ""),
        ] {
            let node: Node = text.parse().expect(text);
            assert_eq!(node.to_string(), text);
            assert_eq!(node.identity.name(), name);
            assert_eq!(node.identity.domain(), domain);
            assert_eq!(node.instance.unwrap_or_default(), instance);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = "a".repeat(1024);
        for text in ["", "@", "a@", "@b", "a@b@c", "a b@c", "a@b/", "/x", "a\n@b", &long] {
            assert!(text.parse::<Node>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_is_the_name_of_another_one() {
        let ana: Identity = "ana%40acme.com@blip.ai".parse().expect("an address");
        assert_eq!(ana.inner().expect("an address").to_string(), "ana@acme.com");

        let customer: Identity = "5511999990000@wa.gw.msging.net".parse().expect("an address");
        let at_desk = customer.at("desk.msging.net");
        assert_eq!(at_desk.to_string(), "5511999990000%40wa.gw.msging.net@desk.msging.net");
        assert_eq!(at_desk.inner(), Some(customer));

        // Embedded twice.
        let twice = at_desk.at("tunnel.msging.net");
        assert_eq!(twice.name(), "5511999990000%2540wa.gw.msging.net%40desk.msging.net");
        assert_eq!(twice.inner(), Some(at_desk));

        let ticket: Identity = "3f8c2b1e@desk.msging.net".parse().expect("an address");
        assert_eq!(ticket.inner(), None);
        assert_eq!(unescape("%ff"), None);
    }
}
