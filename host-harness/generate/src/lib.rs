//! Generates Rust, Python, JavaScript and TypeScript from `wit/`, the only list of the contract's words.
//!
//! `BLESS=1 cargo test -p despertador-generate` writes the files; the test compares them with
//! `wit/`.

pub mod node;
pub mod openapi;
pub mod package;
pub mod policy;
pub mod python;
pub mod rust;
pub mod typescript;

use std::path::Path;

use wit_parser::{Docs, Resolve, Type, TypeDefKind};

/// The types of the contract, in the order in which they are declared.
pub struct Contract {
    pub version: String,
    pub types: Vec<Declared>,
}

/// A named type.
pub struct Declared {
    pub name: String,
    pub docs: String,
    pub shape: Shape,
}

/// The definition of a named type.
pub enum Shape {
    /// An alias of a type.
    Alias(Ty),
    Record(Vec<Member>),
    Variant(Vec<Member>),
}

/// A field of a record or a case of a variant; the type is missing for a case without a value.
pub struct Member {
    pub name: String,
    pub docs: String,
    pub ty: Option<Ty>,
}

/// A use of a type.
pub enum Ty {
    Bool,
    U8,
    U32,
    U64,
    S32,
    S64,
    Text,
    /// A name and a value.
    Pair,
    Named(String),
    Option(Box<Ty>),
    List(Box<Ty>),
}

impl Contract {
    pub fn read(wit: &Path) -> Contract {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(wit).expect("`wit/` is a package");
        let package = &resolve.packages[package];
        let version = package.name.version.as_ref().expect("a version").to_string();
        let interface = &resolve.interfaces[package.interfaces["types"]];
        let types =
            interface.types.iter().map(|(name, id)| declared(&resolve, name, *id)).collect();
        Contract { version, types }
    }
}

fn declared(resolve: &Resolve, name: &str, id: wit_parser::TypeId) -> Declared {
    let def = &resolve.types[id];
    let shape = match &def.kind {
        TypeDefKind::Record(record) => Shape::Record(
            record
                .fields
                .iter()
                .map(|field| member(&field.name, &field.docs, Some(ty(resolve, &field.ty))))
                .collect(),
        ),
        TypeDefKind::Variant(variant) => Shape::Variant(
            variant
                .cases
                .iter()
                .map(|case| {
                    member(&case.name, &case.docs, case.ty.as_ref().map(|of| ty(resolve, of)))
                })
                .collect(),
        ),
        TypeDefKind::Type(of) => Shape::Alias(ty(resolve, of)),
        TypeDefKind::List(of) => Shape::Alias(Ty::List(Box::new(ty(resolve, of)))),
        other => panic!("`{name}` is a {}, which no generator knows", other.as_str()),
    };
    Declared { name: name.into(), docs: text(&def.docs), shape }
}

fn member(name: &str, docs: &Docs, ty: Option<Ty>) -> Member {
    Member { name: name.into(), docs: text(docs), ty }
}

fn text(docs: &Docs) -> String {
    docs.contents.as_deref().unwrap_or_default().trim().into()
}

fn ty(resolve: &Resolve, of: &Type) -> Ty {
    match of {
        Type::Bool => Ty::Bool,
        Type::U8 => Ty::U8,
        Type::U32 => Ty::U32,
        Type::U64 => Ty::U64,
        Type::S32 => Ty::S32,
        Type::S64 => Ty::S64,
        Type::String => Ty::Text,
        Type::Id(id) => {
            let def = &resolve.types[*id];
            match (&def.name, &def.kind) {
                (Some(name), _) => Ty::Named(name.clone()),
                (None, TypeDefKind::Option(of)) => Ty::Option(Box::new(ty(resolve, of))),
                (None, TypeDefKind::List(of)) => Ty::List(Box::new(ty(resolve, of))),
                (None, TypeDefKind::Tuple(tuple))
                    if tuple.types == [Type::String, Type::String] =>
                {
                    Ty::Pair
                }
                (None, TypeDefKind::Tuple(tuple)) if tuple.types == [Type::String, Type::U64] => {
                    Ty::Named("named-number".into())
                }
                (None, other) => panic!("{} has no form in the generators", other.as_str()),
            }
        }
        other => panic!("{other:?} has no form in the generators"),
    }
}

impl Declared {
    /// The cases of a variant whose cases have no values, except the open one.
    pub fn words(&self) -> Option<Vec<&Member>> {
        let Shape::Variant(cases) = &self.shape else { return None };
        let named: Vec<&Member> = cases.iter().filter(|case| case.name != OTHER).collect();
        named.iter().all(|case| case.ty.is_none()).then_some(named)
    }
}

/// The open case of a variant.
pub const OTHER: &str = "other";

/// `customer-zone` as `CustomerZone`.
pub fn upper_camel(name: &str) -> String {
    name.split('-')
        .map(|part| {
            let (first, rest) = part.split_at(1);
            first.to_uppercase() + rest
        })
        .collect()
}

/// `customer-zone` as `customer_zone`.
pub fn snake(name: &str) -> String {
    name.replace('-', "_")
}
