//! The parts of the OpenAPI document that come from the contract: events, facts of a ticket, and
//! the words of a message.

use serde_json::{Map, Value, json};

use crate::{Contract, Member, OTHER, Shape, Ty};

/// The pattern of a word in the open case of a variant.
const OTHER_PATTERN: &str = "other:[!-~]+";
/// A duration in events: `15 min`, `1 h 30 min`.
const DURATION: &str = "^[0-9]{1,6} ?(d|h|min|s|ms)( [0-9]{1,6} ?(d|h|min|s|ms))*$";

pub fn file(contract: &Contract) -> String {
    let facts = contract.members("ticket").iter().filter(|fact| fact.name != "id");
    let message = contract.members("message").iter();
    let words = message.filter(|it| matches!(&it.ty, Some(Ty::Named(name)) if name != "instant"));
    let parts = json!({
        "happening": happening(contract),
        "facts": contract.properties(facts),
        "message": contract.properties(words),
    });
    format!("{parts:#}\n")
}

/// A bare word, or an object of one word and its value.
fn happening(contract: &Contract) -> Value {
    let cases = contract.members("happening");
    let is_bare = |case: &&Member| matches!(case.ty, None | Some(Ty::Option(_)));
    let bare: Vec<&str> = cases.iter().filter(is_bare).map(|case| case.name.as_str()).collect();
    let mut forms = vec![json!({ "type": "string", "enum": bare })];
    forms.extend(cases.iter().filter(|case| case.ty.is_some()).map(|case| {
        let members = contract.properties(std::iter::once(case));
        closed(members, &[&case.name])
    }));
    forms.into()
}

impl Contract {
    /// The fields of a record or the cases of a variant.
    fn members(&self, name: &str) -> &[Member] {
        let declared = self.types.iter().find(|it| it.name == name);
        match declared.map(|it| &it.shape) {
            Some(Shape::Record(members) | Shape::Variant(members)) => members,
            _ => panic!("`{name}` left the contract"),
        }
    }

    fn properties<'a>(&self, members: impl Iterator<Item = &'a Member>) -> Map<String, Value> {
        let described = members.filter_map(|member| {
            let mut form = self.form(member.ty.as_ref()?);
            form.as_object_mut()?.insert("description".into(), sentence(&member.docs).into());
            Some((member.name.clone(), form))
        });
        described.collect()
    }

    /// The JSON Schema of a type.
    fn form(&self, ty: &Ty) -> Value {
        match ty {
            Ty::Bool => json!({ "type": "boolean" }),
            Ty::U8 | Ty::U32 => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
            Ty::U64 => json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX }),
            Ty::S32 | Ty::S64 => json!({ "type": "integer" }),
            Ty::Text => json!({ "type": "string" }),
            Ty::Pair => panic!("a pair stands in a list only"),
            Ty::Option(of) => {
                let mut form = self.form(of);
                form["type"] = json!([form["type"], "null"]);
                form
            }
            Ty::List(of) if matches!(**of, Ty::Pair) => {
                json!({ "type": "object", "additionalProperties": { "type": "string" } })
            }
            Ty::List(of) => json!({ "type": "array", "items": self.form(of) }),
            Ty::Named(name) => self.named(name),
        }
    }

    fn named(&self, name: &str) -> Value {
        match name {
            "instant" => return json!({ "type": "string", "format": "date-time" }),
            "duration" => {
                return json!({ "type": "string", "pattern": DURATION, "example": "10 min" });
            }
            // The ticket of a key is the ticket of the event, so it is omitted.
            "action-key" => {
                let key = self.members(name).iter().filter(|member| member.name != "ticket");
                return closed(self.properties(key), &["cycle", "step"]);
            }
            // Its kind is on the same level as the members of the key.
            "failure" => {
                let mut form = self.named("action-key");
                let kind = self.members(name).iter().filter(|member| member.name != "key");
                for (member, kind) in self.properties(kind) {
                    form["properties"][member] = kind;
                }
                return form;
            }
            _ => {}
        }
        let declared = self.types.iter().find(|it| it.name == name).expect("a type");
        match &declared.shape {
            Shape::Alias(of) => self.form(of),
            Shape::Variant(cases) => words(cases),
            Shape::Record(fields) => {
                let is_needed =
                    |field: &&Member| !matches!(field.ty, Some(Ty::Option(_) | Ty::List(_)));
                let needed: Vec<&str> =
                    fields.iter().filter(is_needed).map(|field| field.name.as_str()).collect();
                closed(self.properties(fields.iter()), &needed)
            }
        }
    }
}

/// One of the known words, with its number if it has one, or `other:` and a name.
fn words(cases: &[Member]) -> Value {
    let known = cases.iter().filter(|case| case.name != OTHER).map(|case| match case.ty {
        None => case.name.clone(),
        Some(_) => format!("{}-[0-9]{{1,9}}", case.name),
    });
    let known: Vec<String> = known.collect();
    let mut form =
        json!({ "type": "string", "pattern": format!("^({}|{OTHER_PATTERN})$", known.join("|")) });
    if let Some(first) = cases.first().filter(|case| case.ty.is_none()) {
        form["example"] = first.name.as_str().into();
    }
    form
}

/// An object with exactly these members.
fn closed(members: Map<String, Value>, required: &[&str]) -> Value {
    let mut form = json!({
        "type": "object", "properties": members, "additionalProperties": false,
    });
    if !required.is_empty() {
        form["required"] = json!(required);
    }
    form
}

/// The first paragraph, on one line.
fn sentence(docs: &str) -> String {
    let first = docs.split("\n\n").next().unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}
