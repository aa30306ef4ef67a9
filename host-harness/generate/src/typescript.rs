//! The contract as TypeScript, in the form that `componentize-qjs` gives to JavaScript.

use std::fmt::Write as _;

use crate::{Contract, Member, Shape, Ty, upper_camel};

/// The types, and the interface `decisions`, whose few functions are written out here.
pub fn file(contract: &Contract) -> String {
    let mut out = String::from(
        "// The contract of despertador:inactivity, as JavaScript sees it: records have camelCase members,\n\
         // variants are `{ tag, val }`, what is optional may be null, and numbers are numbers.\n\
         // Generated from wit/; it is not changed by hand.\n",
    );
    for declared in &contract.types {
        docs(&mut out, "", &declared.docs);
        let name = upper_camel(&declared.name);
        match &declared.shape {
            Shape::Alias(of) => {
                let _ = writeln!(out, "export type {name} = {};", ty(of));
            }
            Shape::Record(members) => record(&mut out, &name, members),
            Shape::Variant(cases) => variant(&mut out, &name, cases),
        }
    }
    out.push_str(DECISIONS);
    out
}

fn record(out: &mut String, name: &str, members: &[Member]) {
    let _ = writeln!(out, "export interface {name} {{");
    for member in members {
        docs(out, "  ", &member.docs);
        let of = member.ty.as_ref().map_or_else(|| "never".into(), ty);
        let _ = writeln!(out, "  {}: {of};", camel(&member.name));
    }
    out.push_str("}\n");
}

fn variant(out: &mut String, name: &str, cases: &[Member]) {
    let _ = write!(out, "export type {name} =");
    for case in cases {
        docs(out, "  ", &case.docs);
        let value = case.ty.as_ref().map(|of| format!("; val: {}", ty(of))).unwrap_or_default();
        let _ = write!(out, "  | {{ tag: \"{}\"{value} }}", case.name);
    }
    out.push_str(";\n");
}

fn ty(of: &Ty) -> String {
    match of {
        Ty::Bool => "boolean".into(),
        Ty::U8 | Ty::U32 | Ty::U64 | Ty::S32 | Ty::S64 => "number".into(),
        Ty::Text => "string".into(),
        Ty::Pair => "[string, string]".into(),
        Ty::Named(name) if name == "named-number" => "[string, number]".into(),
        Ty::Named(name) => upper_camel(name),
        Ty::Option(of) => format!("{} | null", ty(of)),
        Ty::List(of) if matches!(**of, Ty::U8) => "Uint8Array".into(),
        Ty::List(of) => format!("Array<{}>", ty(of)),
    }
}

fn docs(out: &mut String, indent: &str, docs: &str) {
    if indent.is_empty() || !out.ends_with('\n') {
        out.push('\n');
    }
    let _ = writeln!(out, "{indent}/** {} */", docs.replace('\n', &format!("\n{indent} * ")));
}

fn camel(name: &str) -> String {
    let name = upper_camel(name);
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A function whose result has an error throws it: `throw { tag: "memory-damaged" }`.
const DECISIONS: &str = "
/** All rules of one account. A failure is thrown as a value: `throw { tag: \"memory-damaged\" }`. */
export interface Policy {
  warnings(): Diagnostic[];
  outline(start: Instant): Outline;
  /** Throws a `Fault`. */
  onMessage(ticket: Ticket, memory: Memory, message: Message): Update;
  /** Throws a `Fault`. */
  onEvent(ticket: Ticket, memory: Memory, event: Event): Update;
  /** Throws a `Fault`. */
  onTick(ticket: Ticket, memory: Memory, now: Instant): Decision;
  /** Throws a `Fault`. */
  explain(ticket: Ticket, memory: Memory, now: Instant, reader: Reader): Explanation;
}

/** What the plugin exports. */
export interface Decisions {
  describe(): Description;
  Policy: {
    /** Throws all problems of the config, an array of `Diagnostic`. */
    parse(config: string, surroundings: Surroundings): Policy;
  };
}
";
