//! The fields of a form, in the order in which the browser sent them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Fields with their values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Parses `name=value&…`. Line breaks become `\n`: browsers send `\r\n`.
    pub(crate) fn parse(body: &[u8]) -> Fields {
        let pairs = form_urlencoded::parse(body)
            .map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")));
        Fields(pairs.collect())
    }

    /// The first value of a field; empty without one.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a field, unless it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.find(name).map(str::trim).filter(|value| !value.is_empty())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// All values of a field.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// A query or body with these fields; those without a value are left out.
pub(crate) fn encode<'f>(fields: impl IntoIterator<Item = (&'f str, &'f str)>) -> String {
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        if !value.is_empty() {
            encoded.append_pair(name, value);
        }
    }
    encoded.finish()
}

/// What is encoded in a part of a path: all but what RFC 3986 never wants encoded.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A path of these names, each percent-encoded.
pub(crate) fn path(names: &[&str]) -> String {
    let mut path = String::new();
    for name in names {
        path.push('/');
        path.extend(utf8_percent_encode(name, PART));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_their_order() {
        let fields = Fields::parse(b"a=1&b=x%0D%0Ay&a=%C3%B1&c=+");
        assert_eq!(fields.get("a"), "1");
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1", "ñ"]);
        assert_eq!(fields.get("b"), "x\ny");
        assert_eq!((fields.filled("c"), fields.get("d"), fields.has("c")), (None, "", true));
    }

    #[test]
    fn names_stay_one_part_of_a_path() {
        assert_eq!(path(&["a", "x/y z?"]), "/a/x%2Fy%20z%3F");
        assert_eq!(path(&["dead-letters", "ñ.~_"]), "/dead-letters/%C3%B1.~_");
        assert_eq!(encode([("q", "a&b"), ("r", "")]), "q=a%26b");
    }
}
