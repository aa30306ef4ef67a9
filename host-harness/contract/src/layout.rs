//! Formats JSON like a person: keys in the order of writing, short values on one line.

use serde_json::Value;

/// A value whose keys keep their order.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// An object.
    Object(Vec<(String, Node)>),
    /// A list.
    List(Vec<Node>),
    /// A text, a number or a boolean.
    Plain(Value),
}

/// Maximum width of an object or a list on one line.
const LINE_WIDTH_MAX: usize = 100;
/// Minimum depth of objects on one line: those within a rule or a schedule.
const ONE_LINE_DEPTH_MIN: usize = 3;

impl Node {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Node {
        Node::Plain(Value::String(text.into()))
    }

    /// A list of texts.
    #[must_use]
    pub fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Node {
        Node::List(texts.into_iter().map(Node::text).collect())
    }

    /// An object with these members.
    #[must_use]
    pub fn object<K: Into<String>>(entries: impl IntoIterator<Item = (K, Node)>) -> Node {
        Node::Object(entries.into_iter().map(|(key, node)| (key.into(), node)).collect())
    }

    /// The text of a file.
    #[must_use]
    pub fn file(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0, 0);
        text.push('\n');
        text
    }

    /// The same for programs, with sorted keys.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Node::Object(entries) => {
                Value::Object(entries.iter().map(|(k, node)| (k.clone(), node.value())).collect())
            }
            Node::List(items) => Value::Array(items.iter().map(Node::value).collect()),
            Node::Plain(value) => value.clone(),
        }
    }

    fn write(&self, text: &mut String, depth: usize, column: usize) {
        let line = self.line();
        let fits = column.saturating_add(line.chars().count()) <= LINE_WIDTH_MAX;
        let flat = match self {
            Node::Object(entries) => {
                entries.is_empty() || (depth >= ONE_LINE_DEPTH_MIN && fits && !self.deep())
            }
            Node::List(items) => items.is_empty() || (fits && !self.deep()),
            Node::Plain(_) => true,
        };
        if flat {
            text.push_str(&line);
            return;
        }
        let indent = "  ".repeat(depth.saturating_add(1));
        let (open, close) = if matches!(self, Node::Object(_)) { ("{", "}") } else { ("[", "]") };
        text.push_str(open);
        for (n, (key, node)) in self.entries().into_iter().enumerate() {
            text.push_str(if n == 0 { "\n" } else { ",\n" });
            text.push_str(&indent);
            let key = key.map(|key| format!("{}: ", Value::from(key))).unwrap_or_default();
            text.push_str(&key);
            let column = indent.len().saturating_add(key.chars().count());
            node.write(text, depth.saturating_add(1), column);
        }
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
        text.push_str(close);
    }

    fn entries(&self) -> Vec<(Option<&str>, &Node)> {
        match self {
            Node::Object(entries) => {
                entries.iter().map(|(key, node)| (Some(key.as_str()), node)).collect()
            }
            Node::List(items) => items.iter().map(|node| (None, node)).collect(),
            Node::Plain(_) => Vec::new(),
        }
    }

    /// Whether it contains an object.
    fn deep(&self) -> bool {
        self.entries().iter().any(|(_, node)| matches!(node, Node::Object(_)) || node.deep())
    }

    fn line(&self) -> String {
        let parts: Vec<String> = self
            .entries()
            .into_iter()
            .map(|(key, node)| match key {
                Some(key) => format!("{}: {}", Value::from(key), node.line()),
                None => node.line(),
            })
            .collect();
        match self {
            Node::Object(entries) if entries.is_empty() => "{}".into(),
            Node::Object(_) => format!("{{ {} }}", parts.join(", ")),
            Node::List(_) => format!("[{}]", parts.join(", ")),
            Node::Plain(value) => value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_laid_out_like_the_presets() {
        let reminder = Node::object([("after", Node::text("10 min")), ("text", Node::text("¿?"))]);
        let rule = Node::object([
            ("departments", Node::texts(["ventas", "soporte"])),
            ("reminders", Node::List(vec![reminder])),
            ("close", Node::object([("tags", Node::texts(["a"]))])),
        ]);
        let policy = Node::object([("rules", Node::List(vec![rule]))]);
        assert_eq!(
            policy.file(),
            r#"{
  "rules": [
    {
      "departments": ["ventas", "soporte"],
      "reminders": [
        { "after": "10 min", "text": "¿?" }
      ],
      "close": { "tags": ["a"] }
    }
  ]
}
"#
        );
        assert_eq!(serde_json::from_str::<Value>(&policy.file()).ok(), Some(policy.value()));
    }
}
