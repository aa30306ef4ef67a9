//! The form of the interface: paths, parameters, bodies and members, as in `tests/fixtures`.
//! `BLESS=1` writes it; the diff shows what has changed for clients.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::Path;

use serde_json::Value;

/// Removes the descriptions, which may be reworded at any time.
fn form(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, member| {
                !(["description", "summary", "title"].contains(&name.as_str())
                    && member.is_string()
                    || ["example", "examples", "info"].contains(&name.as_str()))
            });
            members.values_mut().for_each(form);
        }
        Value::Array(list) => list.iter_mut().for_each(form),
        _ => {}
    }
}

#[test]
fn the_document_has_the_known_form() {
    let mut document: Value = serde_json::from_str(&despertador_server::openapi()).unwrap();
    form(&mut document);
    let written = format!("{document:#}\n");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/openapi.json");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &written).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = written.lines().zip(known.lines()).find(|(is, was)| is != was);
    assert!(written == known, "the interface has another form: {differs:?}");
}
