//! WhatsApp templates. Blip passes `application/json` on to the channel unchanged.

use serde_json::{Value, json};

use crate::object::{Json, Members, Reading, extract, put, read_object};

/// A message that WhatsApp has approved, with the values of its parameters.
///
/// Only the parameters of its body are text here; headers and buttons are kept in `more`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Template {
    /// Its name.
    pub name: Option<String>,
    /// Its language, as WhatsApp writes it: `pt_BR`.
    pub language: Option<String>,
    /// The values of the parameters in its body, in order.
    pub parameters: Vec<String>,
    /// The rest of the document without name, language and values.
    pub more: Members,
}

impl Template {
    /// A template.
    #[must_use]
    pub fn new(name: &str, language: &str, parameters: &[String]) -> Self {
        Self {
            name: Some(name.into()),
            language: Some(language.into()),
            parameters: parameters.to_vec(),
            more: Members::new(),
        }
    }

    /// Whether a document of the type `application/json` is a template.
    pub(crate) fn is_one(value: &Value) -> bool {
        value.get("type").and_then(Value::as_str) == Some("template")
            && value.get("template").is_some_and(Value::is_object)
    }
}

impl Json for Template {
    fn read(value: Value) -> Reading<Self> {
        read_object(value, |mut outer| {
            let mut template: Members = extract(&mut outer, "template").unwrap_or_default();
            let name = extract(&mut template, "name");
            let mut language = None;
            if let Some(mut said) = extract::<Members>(&mut template, "language") {
                language = extract(&mut said, "code");
                let plain = said.len() == 1 && said.get("policy").is_some_and(|p| p == POLICY);
                if !plain || language.is_none() {
                    template.insert("language".into(), said.into());
                }
            }
            let mut parameters = Vec::new();
            // Parsed only in the form that this crate writes; any other form stays unchanged.
            if let Some(body) = template.get("components").and_then(plain_body) {
                parameters = body;
                template.remove("components");
            }
            if !template.is_empty() {
                outer.insert("template".into(), template.into());
            }
            outer.remove("type");
            Self { name, language, parameters, more: outer }
        })
    }

    fn write(&self) -> Value {
        let mut outer = self.more.clone();
        let mut template = match outer.remove("template") {
            Some(Value::Object(template)) => template,
            _ => Members::new(),
        };
        put(&mut template, "name", self.name.as_ref());
        if let Some(code) = &self.language {
            let mut language = match template.remove("language") {
                Some(Value::Object(language)) => language,
                _ => Members::from_iter([("policy".to_owned(), Value::from(POLICY))]),
            };
            put(&mut language, "code", Some(code));
            template.insert("language".into(), language.into());
        }
        if !self.parameters.is_empty() {
            let value = |text: &String| json!({ "type": "text", "text": text });
            let values: Vec<Value> = self.parameters.iter().map(value).collect();
            let body = json!([{ "type": "body", "parameters": values }]);
            template.insert("components".into(), body);
        }
        outer.insert("type".into(), "template".into());
        outer.insert("template".into(), template.into());
        Value::Object(outer)
    }
}

/// The language must be exactly the requested one.
const POLICY: &str = "deterministic";

/// The values of a body with texts only, if the template has nothing else.
fn plain_body(components: &Value) -> Option<Vec<String>> {
    let [Value::Object(body)] = components.as_array()?.as_slice() else { return None };
    if body.len() != 2 || body.get("type")?.as_str()? != "body" {
        return None;
    }
    let text = |value: &Value| {
        let value = value.as_object().filter(|value| value.len() == 2)?;
        (value.get("type")?.as_str()? == "text").then_some(value.get("text")?.as_str()?.into())
    };
    let values = body.get("parameters")?.as_array()?;
    Some(values).filter(|values| !values.is_empty())?.iter().map(text).collect()
}
