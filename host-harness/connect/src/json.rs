//! Members of documents that may not have them.

use serde_json::Value;

/// A missing member.
static NULL: Value = Value::Null;

/// Reads members without asking whether they exist.
pub(crate) trait At {
    /// The member of this name; null if there is none.
    fn at(&self, name: &str) -> &Value;

    /// The first item of a list; null if there is none.
    fn first(&self) -> &Value;
}

impl At for Value {
    fn at(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&NULL)
    }

    fn first(&self) -> &Value {
        self.get(0).unwrap_or(&NULL)
    }
}
