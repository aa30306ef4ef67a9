//! JSON objects of which some members are known: those are extracted, the rest is kept.

use serde_json::{Map, Number, Value};

use crate::error::{Problem, ReadError};

/// The unknown members of an object, unchanged.
pub type Members = Map<String, Value>;

/// A value with a JSON form.
pub(crate) trait Json: Sized + PartialEq {
    /// Reads it.
    fn read(value: Value) -> Reading<Self>;
    /// Writes it; a value that was read exactly is written the same.
    fn write(&self) -> Value;
}

/// The result of reading a value.
pub(crate) enum Reading<T> {
    /// It has LIME's form.
    Exact(T),
    /// It has another form, such as a number in quotes, which is kept next to it.
    Loose(T, Value),
    /// It cannot be read.
    Odd(Value, ReadError),
}

impl<T> Reading<T> {
    /// The value, whatever its form.
    pub(crate) fn ok(self) -> Result<T, ReadError> {
        match self {
            Self::Exact(read) | Self::Loose(read, _) => Ok(read),
            Self::Odd(_, error) => Err(error),
        }
    }

    pub(crate) fn map<U>(self, then: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Self::Exact(read) => Reading::Exact(then(read)),
            Self::Loose(read, value) => Reading::Loose(then(read), value),
            Self::Odd(value, error) => Reading::Odd(value, error),
        }
    }

    pub(crate) fn odd(value: Value, wanted: &'static str) -> Self {
        let error = wrong_type(&value, wanted);
        Self::Odd(value, error)
    }
}

/// The members of a JSON object.
pub(crate) fn members(value: Value) -> Result<Members, ReadError> {
    match value {
        Value::Object(members) => Ok(members),
        other => Err(wrong_type(&other, "an object")),
    }
}

/// Extracts a member. `null` counts as missing, and so does an unreadable member: an optional
/// member never makes the envelope fail. A member that was not read exactly stays in the map, so
/// that it is written again unchanged.
pub(crate) fn extract<T: Json>(members: &mut Members, name: &str) -> Option<T> {
    if members.get(name).is_none_or(Value::is_null) {
        return None;
    }
    let (read, stays) = match T::read(members.remove(name).unwrap_or_default()) {
        Reading::Exact(read) => return Some(read),
        Reading::Loose(read, value) => (Some(read), value),
        Reading::Odd(value, _) => (None, value),
    };
    members.insert(name.into(), stays);
    read
}

/// Extracts a member with a default. One that equals the default stays.
pub(crate) fn extract_or_default<T: Json + Default>(members: &mut Members, name: &str) -> T {
    let was_there = members.contains_key(name);
    let value = extract::<T>(members, name).unwrap_or_default();
    if was_there && value == T::default() {
        members.entry(name).or_insert_with(|| value.write());
    }
    value
}

/// Inserts a member that [`extract_or_default`] extracts.
pub(crate) fn put_unless_default<T: Json + Default>(members: &mut Members, name: &str, value: &T) {
    if *value != T::default() {
        put(members, name, Some(value));
    }
}

/// Inserts a member, if there is one. One that was not read exactly is written unchanged.
pub(crate) fn put<T: Json>(members: &mut Members, name: &str, value: Option<&T>) {
    let Some(value) = value else { return };
    if let Some(known) = members.get(name)
        && T::read(known.clone()).ok().is_ok_and(|known| known == *value)
    {
        return;
    }
    members.insert(name.into(), value.write());
}

/// The error for a value of the wrong type.
pub(crate) fn wrong_type(value: &Value, wanted: &'static str) -> ReadError {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    ReadError::new(Problem::WrongType { found, wanted })
}

/// An object with optional members only.
macro_rules! object {
    ($(#[$about:meta])* pub struct $name:ident {
        $( $(#[$of:meta])* $key:literal $field:ident: $kind:ty, )*
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct $name {
            $( $(#[$of])* pub $field: Option<$kind>, )*
            /// Unknown members.
            pub more: $crate::object::Members,
        }

        impl $crate::object::Json for $name {
            fn read(value: serde_json::Value) -> $crate::object::Reading<Self> {
                $crate::object::read_object(value, |mut members| Self {
                    $( $field: $crate::object::extract(&mut members, $key), )*
                    more: members,
                })
            }

            fn write(&self) -> serde_json::Value {
                let mut members = self.more.clone();
                $( $crate::object::put(&mut members, $key, self.$field.as_ref()); )*
                serde_json::Value::Object(members)
            }
        }
    };
}
pub(crate) use object;

/// A word of LIME or Blip, which may define more than this crate knows.
macro_rules! word {
    ($(#[$about:meta])* pub enum $name:ident {
        $( $(#[$of:meta])* $case:ident = $word:literal, )*
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$of])* $case, )*
            /// An unknown word, as it was written.
            Other(String),
        }

        impl $name {
            /// The word.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$case => $word, )*
                    Self::Other(word) => word,
                }
            }
        }

        /// None.
        impl Default for $name {
            fn default() -> Self {
                Self::Other(String::new())
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $( $word => Self::$case, )*
                    _ => Self::Other(word),
                }
            }
        }

        impl $crate::object::Json for $name {
            fn read(value: serde_json::Value) -> $crate::object::Reading<Self> {
                <String as $crate::object::Json>::read(value).map(Self::from)
            }

            fn write(&self) -> serde_json::Value {
                self.as_str().into()
            }
        }
    };
}
pub(crate) use word;

/// Reads an object whose members may all be invalid.
pub(crate) fn read_object<T>(value: Value, read: impl FnOnce(Members) -> T) -> Reading<T> {
    match value {
        Value::Object(members) => Reading::Exact(read(members)),
        other => Reading::odd(other, "an object"),
    }
}

impl Json for Value {
    fn read(value: Value) -> Reading<Self> {
        Reading::Exact(value)
    }

    fn write(&self) -> Value {
        self.clone()
    }
}

impl Json for String {
    fn read(value: Value) -> Reading<Self> {
        match value {
            Value::String(text) => Reading::Exact(text),
            // Ids and choices are often numbers at their source.
            Value::Number(number) => Reading::Loose(number.to_string(), Value::Number(number)),
            other => Reading::odd(other, "a text"),
        }
    }

    fn write(&self) -> Value {
        self.as_str().into()
    }
}

impl Json for bool {
    fn read(value: Value) -> Reading<Self> {
        let quoted = value.as_str().and_then(|text| match text.trim() {
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        });
        match (value, quoted) {
            (Value::Bool(switch), _) => Reading::Exact(switch),
            (value, Some(switch)) => Reading::Loose(switch, value),
            (value, None) => Reading::odd(value, "`true` or `false`"),
        }
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

impl Json for i64 {
    fn read(value: Value) -> Reading<Self> {
        if let Some(number) = value.as_i64() {
            return Reading::Exact(number);
        }
        let whole = |number: f64| {
            // Above this, a float cannot represent every integer.
            let is_whole = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
            #[allow(clippy::cast_possible_truncation, reason = "looked at in the line above")]
            is_whole.then_some(number as i64)
        };
        let quoted = || {
            let text = value.as_str()?.trim();
            text.parse().ok().or_else(|| whole(text.parse().ok()?))
        };
        match value.as_f64().and_then(whole).or_else(quoted) {
            Some(number) => Reading::Loose(number, value),
            None => Reading::odd(value, "a whole number"),
        }
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

impl Json for Number {
    fn read(value: Value) -> Reading<Self> {
        match value {
            Value::Number(number) => Reading::Exact(number),
            Value::String(text) => match text.trim().parse() {
                Ok(number) => Reading::Loose(number, Value::String(text)),
                Err(_) => Reading::odd(Value::String(text), "a number"),
            },
            other => Reading::odd(other, "a number"),
        }
    }

    fn write(&self) -> Value {
        self.clone().into()
    }
}

impl Json for Members {
    fn read(value: Value) -> Reading<Self> {
        read_object(value, |members| members)
    }

    fn write(&self) -> Value {
        self.clone().into()
    }
}

/// The readable items of a list.
impl<T: Json> Json for Vec<T> {
    fn read(value: Value) -> Reading<Self> {
        let Value::Array(items) = value else { return Reading::odd(value, "a list") };
        let mut read = Self::with_capacity(items.len());
        let mut written = Vec::new();
        for item in items {
            let before = read.len();
            let odd = match T::read(item) {
                Reading::Exact(item) => {
                    read.push(item);
                    None
                }
                Reading::Loose(item, value) => {
                    read.push(item);
                    Some(value)
                }
                Reading::Odd(value, _) => Some(value),
            };
            if written.is_empty() && odd.is_some() {
                written.extend(read.iter().take(before).map(T::write));
            }
            match (odd, read.last()) {
                (Some(odd), _) => written.push(odd),
                (None, Some(item)) if !written.is_empty() => written.push(item.write()),
                _ => {}
            }
        }
        if written.is_empty() { Reading::Exact(read) } else { Reading::Loose(read, written.into()) }
    }

    fn write(&self) -> Value {
        self.iter().map(T::write).collect()
    }
}
