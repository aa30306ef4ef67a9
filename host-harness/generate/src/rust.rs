//! The contract's types as Rust, with their words and their JSON form.

use std::fmt::Write as _;

use crate::{Contract, Declared, Member, OTHER, Shape, Ty, snake, upper_camel};

/// Types whose JSON form is written by hand in `json.rs`: it omits the ticket of action keys, and
/// puts the members of a message on the same level as those of its task.
const BY_HAND: &[&str] =
    &["action-key", "step", "failure", "reminder", "automatic-reply", "close-package", "task"];

/// Records that people write: an unknown member is an error.
const BY_PEOPLE: &[&str] = &["transfer", "occurrence"];

/// The types with a JSON form; the others are only passed to the sandbox.
const IN_JSON: &[&str] = &[
    "happening",
    "transfer",
    "occurrence",
    "outgoing",
    "template",
    "image",
    "quick-reply",
    "closing-note",
    "after-close",
    "notification",
    "reopening",
];

pub fn file(contract: &Contract) -> String {
    let mut out = String::from(
        "// Generated from `wit/types.wit` by `BLESS=1 cargo test -p despertador-generate`.\n\
         // Change the contract, not this file.\n\n\
         use std::borrow::Cow;\n\n\
         use serde_json::Value;\n\
         #[cfg(feature = \"sandbox\")]\n\
         use wasmtime::component::{ComponentType, Lift, Lower};\n\n\
         use crate::json::{self, Members};\n\
         use crate::problem::Misread;\n\
         use crate::word::{Word, other_from_word, other_word};\n\n",
    );
    let _ = writeln!(
        out,
        "/// The version of the contract (semver).\npub const VERSION: &str = \"{}\";\n",
        contract.version
    );
    for declared in &contract.types {
        declaration(&mut out, declared);
        match &declared.shape {
            Shape::Variant(cases) => {
                if declared.words().is_some() {
                    words(&mut out, declared, cases);
                } else {
                    names(&mut out, declared, cases);
                }
                if declared.name == "happening" {
                    happening(&mut out, cases);
                }
            }
            Shape::Record(fields) if IN_JSON.contains(&declared.name.as_str()) => {
                record(&mut out, declared, fields);
            }
            Shape::Record(fields) if declared.name == "ticket" => facts(&mut out, fields),
            _ => {}
        }
    }
    for name in BY_HAND.iter().chain(IN_JSON) {
        assert!(contract.types.iter().any(|it| it.name == *name), "`{name}` left the contract");
    }
    formatted(&out)
}

/// Formatted with the toolchain's formatter, like the rest of the repository.
fn formatted(text: &str) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "use_small_heuristics=Max"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt");
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("rustfmt ends");
    assert!(output.status.success(), "generated code does not parse:\n{text}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn docs(out: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "///{}{}", if line.is_empty() { "" } else { " " }, line.trim_end());
    }
}

fn field_name(name: &str) -> String {
    snake(name)
}

fn declaration(out: &mut String, declared: &Declared) {
    let name = upper_camel(&declared.name);
    docs(out, &declared.docs);
    let sandbox = |out: &mut String, shape: &str| {
        let _ = writeln!(
            out,
            "#[derive(Debug, Clone, PartialEq, Eq, Hash)]\n#[cfg_attr(feature = \"sandbox\", \
             derive(ComponentType, Lift, Lower), component({shape}))]"
        );
    };
    let component_name = |out: &mut String, member: &Member, rust: &str| {
        if member.name != rust {
            let _ = writeln!(
                out,
                "#[cfg_attr(feature = \"sandbox\", component(name = \"{}\"))]",
                member.name
            );
        }
    };
    match &declared.shape {
        Shape::Alias(of) => {
            let _ = writeln!(out, "pub type {name} = {};\n", rust_type(of));
        }
        Shape::Record(fields) => {
            sandbox(out, "record");
            let _ = writeln!(out, "pub struct {name} {{");
            for field in fields {
                docs(out, &field.docs);
                let rust = field_name(&field.name);
                component_name(out, field, &rust);
                let ty = field.ty.as_ref().map(rust_type).unwrap_or_default();
                let _ = writeln!(out, "pub {rust}: {ty},");
            }
            out.push_str("}\n\n");
        }
        Shape::Variant(cases) => {
            sandbox(out, "variant");
            let _ = writeln!(out, "pub enum {name} {{");
            for case in cases {
                docs(out, &case.docs);
                let rust = upper_camel(&case.name);
                component_name(out, case, &rust);
                match &case.ty {
                    Some(ty) => {
                        let _ = writeln!(out, "{rust}({}),", rust_type(ty));
                    }
                    None => {
                        let _ = writeln!(out, "{rust},");
                    }
                }
            }
            out.push_str("}\n\n");
        }
    }
}

fn rust_type(ty: &Ty) -> String {
    match ty {
        Ty::Bool => "bool".into(),
        Ty::U8 => "u8".into(),
        Ty::U32 => "u32".into(),
        Ty::U64 => "u64".into(),
        Ty::S32 => "i32".into(),
        Ty::S64 => "i64".into(),
        Ty::Text => "String".into(),
        Ty::Pair => "(String, String)".into(),
        Ty::Named(name) if name == "named-number" => "(String, u64)".into(),
        Ty::Named(name) => upper_camel(name),
        Ty::Option(of) => format!("Option<{}>", rust_type(of)),
        Ty::List(of) => format!("Vec<{}>", rust_type(of)),
    }
}

/// A variant without values.
fn words(out: &mut String, declared: &Declared, cases: &[Member]) {
    let name = upper_camel(&declared.name);
    let named = || cases.iter().filter(|case| case.name != OTHER);
    let known: Vec<String> = named().map(|case| format!("\"{}\"", case.name)).collect();
    let _ = writeln!(
        out,
        "impl Word for {name} {{\nconst KNOWN: &'static [&'static str] = &[{}];\n\n\
         fn word(&self) -> Cow<'_, str> {{\nmatch self {{",
        known.join(", ")
    );
    for case in named() {
        let _ = writeln!(out, "Self::{} => \"{}\".into(),", upper_camel(&case.name), case.name);
    }
    out.push_str("Self::Other(name) => other_word(name).into(),\n}\n}\n\n");
    out.push_str("fn from_word(word: &str) -> Option<Self> {\nSome(match word {\n");
    for case in named() {
        let _ = writeln!(out, "\"{}\" => Self::{},", case.name, upper_camel(&case.name));
    }
    out.push_str("_ => Self::Other(other_from_word(word)?),\n})\n}\n}\n\n");
}

/// A variant with values: only the names of its cases.
fn names(out: &mut String, declared: &Declared, cases: &[Member]) {
    let name = upper_camel(&declared.name);
    let known: Vec<String> = cases.iter().map(|case| format!("\"{}\"", case.name)).collect();
    let _ = writeln!(
        out,
        "impl {name} {{\n/// The names of all cases, as the contract writes them.\n\
         pub const NAMES: &'static [&'static str] = &[{}];\n\n\
         /// The contract's name of this case, without its value.\n\
         #[must_use]\npub fn name(&self) -> &'static str {{\nmatch self {{",
        known.join(", ")
    );
    for case in cases {
        let carries = if case.ty.is_some() { "(_)" } else { "" };
        let _ = writeln!(out, "Self::{}{carries} => \"{}\",", upper_camel(&case.name), case.name);
    }
    out.push_str("}\n}\n");
    if cases.iter().all(|case| matches!(case.ty, None | Some(Ty::U32 | Ty::Text))) {
        out.push_str(
            "\n/// The value of this case as text: a number or a name.\n#[must_use]\n\
             pub fn detail(&self) -> Option<Cow<'_, str>> {\nmatch self {\n",
        );
        let of = |wanted: fn(&Ty) -> bool| {
            let cases = cases.iter().filter(|case| case.ty.as_ref().is_some_and(wanted));
            cases
                .map(|case| format!("Self::{}(carried)", upper_camel(&case.name)))
                .collect::<Vec<_>>()
                .join(" | ")
        };
        let numbers = of(|ty| matches!(ty, Ty::U32));
        let texts = of(|ty| matches!(ty, Ty::Text));
        if !numbers.is_empty() {
            let _ = writeln!(out, "{numbers} => Some(carried.to_string().into()),");
        }
        if !texts.is_empty() {
            let _ = writeln!(out, "{texts} => Some(carried.as_str().into()),");
        }
        if cases.iter().any(|case| case.ty.is_none()) {
            out.push_str("_ => None,\n");
        }
        out.push_str("}\n}\n");
    }
    out.push_str("}\n\n");
}

/// The expression that writes a value: a field (`self.…`), or a variable that refers to the value.
fn write(ty: &Ty, it: &str) -> String {
    let is_field = it.starts_with("self.");
    let by_reference = if is_field { format!("&{it}") } else { it.into() };
    let value = if is_field { it.into() } else { format!("*{it}") };
    match ty {
        Ty::Bool | Ty::U32 | Ty::U64 if is_field => format!("{value}.into()"),
        Ty::Bool | Ty::U32 | Ty::U64 => format!("({value}).into()"),
        Ty::Text => format!("{it}.as_str().into()"),
        Ty::Named(name) if name == "instant" => format!("json::show_instant({value})"),
        Ty::Named(name) if name == "duration" => format!("json::show_duration({value})"),
        Ty::Named(_) => format!("json::Json::to_json({by_reference})"),
        Ty::Option(of) => {
            format!("{it}.as_ref().map_or(Value::Null, |it| {})", write(of, "it"))
        }
        Ty::List(of) if matches!(**of, Ty::Pair) => format!("json::show_pairs({by_reference})"),
        Ty::List(of) => {
            format!("Value::Array({it}.iter().map(|it| {}).collect())", write(of, "it"))
        }
        Ty::U8 | Ty::S32 | Ty::S64 | Ty::Pair => panic!("no JSON form"),
    }
}

/// The function that reads a value of a type from its name and its JSON.
fn read(ty: &Ty) -> String {
    match ty {
        Ty::Bool => "json::switch".into(),
        Ty::U32 => "json::small_number".into(),
        Ty::U64 => "json::number".into(),
        Ty::Text => "json::text".into(),
        Ty::Named(name) if name == "instant" => "json::instant".into(),
        Ty::Named(name) if name == "duration" => "json::duration".into(),
        Ty::Named(name) => format!("<{} as json::Json>::from_json", upper_camel(name)),
        Ty::Option(of) => {
            format!("|name, value| json::unless_null(name, value, {})", read(of))
        }
        Ty::List(of) if matches!(**of, Ty::Pair) => "json::pairs".into(),
        Ty::List(of) => format!("|name, value| json::list(name, value, {})", read(of)),
        Ty::U8 | Ty::S32 | Ty::S64 | Ty::Pair => panic!("no JSON form"),
    }
}

fn call_read(ty: &Ty, name: &str, value: &str) -> String {
    match read(ty) {
        closure if closure.starts_with('|') => format!("({closure})({name}, {value})?"),
        path => format!("{path}({name}, {value})?"),
    }
}

/// A record as an object of its fields; a missing field is read as `null`.
fn record(out: &mut String, declared: &Declared, fields: &[Member]) {
    let name = upper_camel(&declared.name);
    let known: Vec<String> = fields.iter().map(|field| format!("\"{}\"", field.name)).collect();
    let _ = writeln!(
        out,
        "impl json::Json for {name} {{\nfn to_json(&self) -> Value {{\nValue::Object(json::Map::from_iter(["
    );
    for field in fields {
        let Some(ty) = &field.ty else { continue };
        let value = write(ty, &format!("self.{}", field_name(&field.name)));
        let _ = writeln!(out, "(\"{}\".to_owned(), {value}),", field.name);
    }
    // Input from people is checked strictly; an action comes from a plugin, and may have members of
    // a later version.
    let members = if BY_PEOPLE.contains(&declared.name.as_str()) {
        format!("Members::of(name, value, &[{}])", known.join(", "))
    } else {
        "Members::with_others(name, value)".into()
    };
    let _ = writeln!(
        out,
        "]))\n}}\n\nfn from_json(name: &str, value: &Value) -> Result<Self, Misread> {{\n\
         let members = {members}?;\nOk(Self {{"
    );
    for field in fields {
        let Some(ty) = &field.ty else { continue };
        let read = read(ty);
        let rust = field_name(&field.name);
        let _ = writeln!(out, "{rust}: members.read(\"{}\", {read})?,", field.name);
    }
    out.push_str("})\n}\n}\n\n");
}

/// An event: a bare word, or an object of one word and its value.
fn happening(out: &mut String, cases: &[Member]) {
    out.push_str("impl json::Json for Happening {\nfn to_json(&self) -> Value {\nmatch self {\n");
    for case in cases {
        let rust = upper_camel(&case.name);
        let name = &case.name;
        let _ = match &case.ty {
            None => writeln!(out, "Self::{rust} => \"{name}\".into(),"),
            Some(Ty::Option(of)) => writeln!(
                out,
                "Self::{rust}(None) => \"{name}\".into(),\n\
                 Self::{rust}(Some(carried)) => json::tagged(\"{name}\", {}),",
                write(of, "carried")
            ),
            Some(ty) => writeln!(
                out,
                "Self::{rust}(carried) => json::tagged(\"{name}\", {}),",
                write(ty, "carried")
            ),
        };
    }
    out.push_str(
        "}\n}\n\nfn from_json(_: &str, value: &Value) -> Result<Self, Misread> {\n\
         let (name, carried) = json::untagged(value)?;\nOk(match name {\n",
    );
    for case in cases {
        let rust = upper_camel(&case.name);
        let name = &case.name;
        let _ = match &case.ty {
            None => writeln!(out, "\"{name}\" => Self::{rust},"),
            Some(ty) => {
                writeln!(out, "\"{name}\" => Self::{rust}({}),", call_read(ty, "name", "carried"))
            }
        };
    }
    out.push_str("_ => return Err(json::unknown(name, \"event\", Self::NAMES)),\n})\n}\n}\n\n");
}

/// The facts of a ticket, each by its name.
fn facts(out: &mut String, fields: &[Member]) {
    let known: Vec<String> = fields.iter().map(|field| format!("\"{}\"", field.name)).collect();
    let _ = writeln!(
        out,
        "impl Ticket {{\n/// The names of all facts.\n\
         pub const FACTS: &'static [&'static str] = &[{}];\n\n\
         /// Sets the fact with this name.\n///\n/// # Errors\n///\n\
         /// The name is none of [`Ticket::FACTS`], or its value cannot be read.\n\
         pub fn set_fact(&mut self, name: &str, value: &Value) -> Result<(), Misread> {{\n\
         match name {{",
        known.join(", ")
    );
    for field in fields {
        let Some(ty) = &field.ty else { continue };
        let _ = writeln!(
            out,
            "\"{}\" => self.{} = {},",
            field.name,
            field_name(&field.name),
            call_read(ty, "name", "value").replace("json::instant", "json::time")
        );
    }
    out.push_str(
        "_ => return Err(json::unknown(name, \"fact\", Self::FACTS)),\n}\nOk(())\n}\n\n\
         /// The known facts by name, without empty lists and switches that are off. The id is not a fact.\n\
         #[must_use]\npub fn facts(&self) -> serde_json::Map<String, Value> {\nlet mut facts = json::Map::new();\n",
    );
    for field in fields.iter().filter(|field| field.name != "id") {
        let Some(ty) = &field.ty else { continue };
        let rust = field_name(&field.name);
        let name = &field.name;
        let put = |value: String| format!("facts.insert(\"{name}\".to_owned(), {value});\n");
        let line = match ty {
            Ty::Option(of) => {
                format!("if let Some(it) = &self.{rust} {{\n{}}}\n", put(write(of, "it")))
            }
            Ty::List(_) => format!(
                "if !self.{rust}.is_empty() {{\n{}}}\n",
                put(write(ty, &format!("self.{rust}")))
            ),
            Ty::Bool => format!("if self.{rust} {{\n{}}}\n", put("true.into()".into())),
            _ => put(write(ty, &format!("self.{rust}"))),
        };
        out.push_str(&line);
    }
    out.push_str("facts\n}\n}\n\n");
}
