//! The contract: every item is documented, the component implements it, and the published version
//! does not change.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::path::Path;

use despertador_component::COMPONENT;
use despertador_host::{Host, Options};
use wit_parser::{Docs, PackageId, Resolve, Type, TypeDefKind, TypeId, WorldId};

fn resolved(folder: &str) -> (Resolve, PackageId) {
    let mut resolve = Resolve::default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (package, _) = resolve.push_dir(&folder).expect("the contract can be read");
    (resolve, package)
}

fn world(resolve: &Resolve, package: PackageId) -> WorldId {
    resolve.select_world(&[package], Some("plugin")).expect("there is a world `plugin`")
}

#[test]
fn every_item_is_documented() {
    let (resolve, _) = resolved("../wit");
    let mut missing = Vec::new();
    let mut seen = 0_usize;
    let mut look = |name: String, docs: &Docs| {
        seen += 1;
        if docs.contents.as_deref().is_none_or(|text| text.trim().is_empty()) {
            missing.push(name);
        }
    };
    for (_, world) in &resolve.worlds {
        look(world.name.clone(), &world.docs);
    }
    for (_, interface) in &resolve.interfaces {
        let name = interface.name.clone().expect("interfaces have names");
        look(name.clone(), &interface.docs);
        for (function, item) in &interface.functions {
            look(format!("{name}.{function}"), &item.docs);
        }
        for (type_name, id) in &interface.types {
            let item = &resolve.types[*id];
            let name = format!("{name}.{type_name}");
            match &item.kind {
                // A type imported by `use` is documented at its definition.
                TypeDefKind::Type(wit_parser::Type::Id(_)) => continue,
                TypeDefKind::Record(r) => {
                    r.fields.iter().for_each(|f| look(format!("{name}.{}", f.name), &f.docs));
                }
                TypeDefKind::Variant(v) => {
                    v.cases.iter().for_each(|c| look(format!("{name}.{}", c.name), &c.docs));
                }
                TypeDefKind::Enum(e) => {
                    e.cases.iter().for_each(|c| look(format!("{name}.{}", c.name), &c.docs));
                }
                _ => {}
            }
            look(name, &item.docs);
        }
    }
    assert!(seen > 200, "the contract was looked at: {seen} items");
    assert!(missing.is_empty(), "without documentation: {missing:?}");
}

#[test]
fn every_choice_is_open() {
    let (resolve, _) = resolved("../wit");
    for (_, item) in &resolve.types {
        let name = item.name.clone().unwrap_or_default();
        match &item.kind {
            TypeDefKind::Variant(v) => {
                let last = v.cases.last().map(|c| c.name.as_str());
                assert_eq!(last, Some("other"), "variant `{name}` must end with `other`");
            }
            TypeDefKind::Enum(_) | TypeDefKind::Flags(_) => {
                panic!("`{name}` is closed: one more case would break every compiled plugin")
            }
            _ => {}
        }
    }
}

#[test]
fn the_component_is_a_plugin_of_this_contract_and_imports_nothing() {
    let (resolve, package) = resolved("../wit");
    let world = world(&resolve, package);
    assert!(resolve.worlds[world].imports.is_empty(), "the world imports nothing");
    wit_component::targets(&resolve, world, COMPONENT).expect("the component targets the world");

    let plugin =
        Host::new(Options::default()).expect("a host").load_bytes(COMPONENT).expect("loads");
    assert!(plugin.imports().is_empty(), "{:?}", plugin.imports());
}

#[test]
fn what_was_compiled_for_the_published_contract_still_fits() {
    let (mut resolve, published) = resolved("fixtures/contract/0.2.0");
    let before = world(&resolve, published);
    let now = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    // Both versions are the same package, so the current one gets another name.
    let mut today = wit_parser::UnresolvedPackageGroup::parse_dir(&now).expect("the contract");
    today.main.name.name = "inactivity-of-today".into();
    let today = resolve.push_group(today).expect("the contract can be read");
    let after = world(&resolve, today);
    // Plugins export this world: everything that hosts of the published contract expect must still
    // exist.
    let exported = |id: WorldId| -> Vec<String> {
        let world = &resolve.worlds[id];
        let functions = world.exports.iter().flat_map(|(_, item)| match item {
            wit_parser::WorldItem::Interface { id, .. } => {
                let interface = &resolve.interfaces[*id];
                let name = interface.name.clone().unwrap_or_default();
                let types = interface.types.iter().map(|(n, id)| shape(&resolve, n, *id));
                let functions = interface.functions.iter().map(|(n, f)| {
                    let part =
                        |p: &wit_parser::Param| format!("{}: {}", p.name, kind(&resolve, &p.ty));
                    let parts: Vec<_> = f.params.iter().map(part).collect();
                    let result = f.result.as_ref().map(|ty| kind(&resolve, ty));
                    format!("{n}({}) -> {}", parts.join(", "), result.unwrap_or_default())
                });
                types.chain(functions).map(|item| format!("{name}: {item}")).collect()
            }
            _ => Vec::new(),
        });
        functions.collect()
    };
    let after = exported(after);
    for item in exported(before) {
        assert!(after.contains(&item), "`{item}` was published and is gone or another");
    }
}

/// A type with its parts, as far as compiled plugins depend on them.
fn shape(resolve: &Resolve, name: &str, id: TypeId) -> String {
    let case = |case: &wit_parser::Case| {
        let inside = case.ty.as_ref().map(|ty| kind(resolve, ty));
        format!("{}({})", case.name, inside.unwrap_or_default())
    };
    let field = |field: &wit_parser::Field| format!("{}: {}", field.name, kind(resolve, &field.ty));
    let parts: Vec<String> = match &resolve.types[id].kind {
        TypeDefKind::Record(record) => record.fields.iter().map(field).collect(),
        TypeDefKind::Variant(variant) => variant.cases.iter().map(case).collect(),
        TypeDefKind::Type(ty) => vec![kind(resolve, ty)],
        TypeDefKind::Resource => vec!["resource".into()],
        _ => vec![kind(resolve, &Type::Id(id))],
    };
    format!("{name} {{ {} }}", parts.join(", "))
}

/// The name of a type, or its structure if it has none.
fn kind(resolve: &Resolve, ty: &Type) -> String {
    let Type::Id(id) = ty else { return format!("{ty:?}").to_lowercase() };
    let item = &resolve.types[*id];
    let maybe = |ty: &Option<Type>| ty.as_ref().map_or("_".into(), |ty| kind(resolve, ty));
    match (&item.name, &item.kind) {
        (Some(name), _) => name.clone(),
        (None, TypeDefKind::Option(ty)) => format!("option<{}>", kind(resolve, ty)),
        (None, TypeDefKind::List(ty)) => format!("list<{}>", kind(resolve, ty)),
        (None, TypeDefKind::Result(r)) => format!("result<{}, {}>", maybe(&r.ok), maybe(&r.err)),
        (None, TypeDefKind::Tuple(tuple)) => {
            let parts: Vec<_> = tuple.types.iter().map(|ty| kind(resolve, ty)).collect();
            format!("tuple<{}>", parts.join(", "))
        }
        (None, TypeDefKind::Handle(handle)) => match handle {
            wit_parser::Handle::Own(id) => format!("own<{}>", kind(resolve, &Type::Id(*id))),
            wit_parser::Handle::Borrow(id) => format!("borrow<{}>", kind(resolve, &Type::Id(*id))),
        },
        (None, other) => panic!("a {} without a name is new to this test", other.as_str()),
    }
}
