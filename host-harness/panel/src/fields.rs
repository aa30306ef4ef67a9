//! The fields of a form, in the order in which the browser sent them.

use std::collections::HashMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Fields with their values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    pairs: Vec<(String, String)>,
    /// The positions of each name: a form of rules has thousands of fields.
    places: HashMap<String, Vec<usize>>,
}

impl Fields {
    /// Parses `name=value&…`. Line breaks become `\n`: browsers send `\r\n`.
    pub(crate) fn parse(body: &[u8]) -> Fields {
        let pairs = form_urlencoded::parse(body)
            .map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")));
        Fields::of(pairs.collect())
    }

    fn of(pairs: Vec<(String, String)>) -> Fields {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, (name, _)) in pairs.iter().enumerate() {
            places.entry(name.clone()).or_default().push(place);
        }
        Fields { pairs, places }
    }

    /// The first value of a field; empty without one.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The value of a field, unless it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.find(name).map(str::trim).filter(|value| !value.is_empty())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// All values of a field.
    pub(crate) fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        let places = self.places.get(name).into_iter().flatten();
        places.filter_map(|place| self.pairs.get(*place)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
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

/// What a browser sends of a form's markup, if nobody changes anything.
#[cfg(test)]
pub(crate) fn of_form(markup: &str) -> Fields {
    let mut pairs = Vec::new();
    let mut select = String::new();
    let mut first_option = None;
    for tag in markup.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("a whole tag");
        let (kind, rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let attribute = |name: &str| {
            let value = rest.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
            Some(
                value
                    .replace("&quot;", "\"")
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&amp;", "&"),
            )
        };
        let has = |name: &str| rest.split(' ').any(|word| word == name);
        let value = || attribute("value").unwrap_or_default();
        match kind {
            "input" => {
                let is_box = matches!(attribute("type").as_deref(), Some("checkbox" | "radio"));
                if !is_box || has("checked") {
                    pairs.extend(attribute("name").map(|name| (name, value())));
                }
            }
            "textarea" => {
                let text = text
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&quot;", "\"")
                    .replace("&amp;", "&");
                pairs.extend(attribute("name").map(|name| (name, text)));
            }
            "select" => {
                select = attribute("name").unwrap_or_default();
                first_option = None;
            }
            "option" if has("selected") => pairs.push((std::mem::take(&mut select), value())),
            "option" if !select.is_empty() => {
                first_option.get_or_insert_with(value);
            }
            "/select" if !select.is_empty() => {
                pairs.extend(first_option.take().map(|value| (std::mem::take(&mut select), value)));
            }
            _ => {}
        }
    }
    Fields::of(pairs)
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
