//! JSON objects of which some members are known: those are taken out, the rest is kept.

use serde_json::{Map, Number, Value};

use crate::error::{Problem, ReadError};

/// The members of an object that this crate has no word for, kept as they are.
pub type Members = Map<String, Value>;

/// A value that is read from JSON and written to it.
pub(crate) trait Json: Sized {
    /// Reads it.
    fn read(value: Value) -> Result<Self, ReadError>;
    /// Writes it; what was read is written the same.
    fn write(&self) -> Value;
}

/// The members of an object of JSON.
pub(crate) fn members(value: Value) -> Result<Members, ReadError> {
    match value {
        Value::Object(members) => Ok(members),
        other => Err(wrong_type(&other, "an object")),
    }
}

/// Takes a member out. `null` is the same as none, and stays where it is.
pub(crate) fn take<T: Json>(members: &mut Members, name: &str) -> Result<Option<T>, ReadError> {
    if members.get(name).is_none_or(Value::is_null) {
        return Ok(None);
    }
    let value = members.remove(name).unwrap_or_default();
    T::read(value).map(Some).map_err(|error| error.within(name))
}

/// Takes out a member that must be there.
pub(crate) fn demand<T: Json>(members: &mut Members, name: &str) -> Result<T, ReadError> {
    take(members, name)?.ok_or_else(|| ReadError::new(Problem::Missing).within(name))
}

/// Puts a member in, if there is one.
pub(crate) fn put<T: Json>(members: &mut Members, name: &str, value: Option<&T>) {
    if let Some(value) = value {
        members.insert(name.into(), value.write());
    }
}

/// The error of a value that is something else.
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

/// An object all of whose members may be missing.
macro_rules! object {
    ($(#[$about:meta])* pub struct $name:ident {
        $( $(#[$of:meta])* $key:literal $field:ident: $kind:ty, )*
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct $name {
            $( $(#[$of])* pub $field: Option<$kind>, )*
            /// What this crate has no word for.
            pub more: $crate::object::Members,
        }

        impl $crate::object::Json for $name {
            fn read(value: serde_json::Value) -> Result<Self, $crate::error::ReadError> {
                let mut members = $crate::object::members(value)?;
                Ok(Self {
                    $( $field: $crate::object::take(&mut members, $key)?, )*
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

/// A word of which LIME or Blip may have more than this crate knows.
macro_rules! word {
    ($(#[$about:meta])* pub enum $name:ident {
        $( $(#[$of:meta])* $case:ident = $word:literal, )*
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$of])* $case, )*
            /// A word this crate does not know, as it was written.
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

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $( $word => Self::$case, )*
                    _ => Self::Other(word),
                }
            }
        }

        impl $crate::object::Json for $name {
            fn read(value: serde_json::Value) -> Result<Self, $crate::error::ReadError> {
                <String as $crate::object::Json>::read(value).map(Self::from)
            }

            fn write(&self) -> serde_json::Value {
                self.as_str().into()
            }
        }
    };
}
pub(crate) use word;

impl Json for Value {
    fn read(value: Value) -> Result<Self, ReadError> {
        Ok(value)
    }

    fn write(&self) -> Value {
        self.clone()
    }
}

impl Json for String {
    fn read(value: Value) -> Result<Self, ReadError> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(wrong_type(&other, "a text")),
        }
    }

    fn write(&self) -> Value {
        self.as_str().into()
    }
}

impl Json for bool {
    fn read(value: Value) -> Result<Self, ReadError> {
        value.as_bool().ok_or_else(|| wrong_type(&value, "`true` or `false`"))
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

impl Json for i64 {
    fn read(value: Value) -> Result<Self, ReadError> {
        value.as_i64().ok_or_else(|| wrong_type(&value, "a whole number"))
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

impl Json for Number {
    fn read(value: Value) -> Result<Self, ReadError> {
        match value {
            Value::Number(number) => Ok(number),
            other => Err(wrong_type(&other, "a number")),
        }
    }

    fn write(&self) -> Value {
        self.clone().into()
    }
}

impl Json for Members {
    fn read(value: Value) -> Result<Self, ReadError> {
        members(value)
    }

    fn write(&self) -> Value {
        self.clone().into()
    }
}

impl<T: Json> Json for Vec<T> {
    fn read(value: Value) -> Result<Self, ReadError> {
        let Value::Array(items) = value else { return Err(wrong_type(&value, "a list")) };
        let item = |(n, item)| T::read(item).map_err(|error: ReadError| error.within(n));
        items.into_iter().enumerate().map(item).collect()
    }

    fn write(&self) -> Value {
        self.iter().map(T::write).collect()
    }
}
