//! The editor's export: a map of blocks whose actions are in their contents.
//!
//! Blocks are compiled as in publishing: contents before the input become actions on entering,
//! contents after it actions on leaving, and the default output becomes the last one.

use serde_json::Value;

use super::engine::actions;
use super::{Object, Reader, pointer, unread_members};
use crate::finding::Code;
use crate::flow::{Action, Block, Flow, Format};

pub(super) fn flow(
    reader: &mut Reader,
    value: &Value,
    place: &str,
    globals: Option<&Value>,
) -> Option<Flow> {
    let object = reader.object(value, place)?;
    let mut blocks = Vec::new();
    for (name, value) in object.members {
        let place = pointer(place, name);
        reader.count(&place)?;
        if let Some(object) = reader.object(value, &place) {
            blocks.extend(block(reader, object, name));
        }
    }
    let globals_place = "/globalActions";
    let globals = globals
        .filter(|value| !value.is_null())
        .and_then(|value| reader.object(value, globals_place));
    let mut flow = reader.assemble(place, blocks)?.flow(Format::Editor);
    if let Some(globals) = globals {
        flow.input_actions = actions(reader, globals, "$enteringCustomActions");
        flow.output_actions = actions(reader, globals, "$leavingCustomActions");
        flow.after_state_changed_actions = actions(reader, globals, "$afterStateChangedActions");
    }
    Some(flow)
}

fn block(reader: &mut Reader, object: Object<'_>, name: &str) -> Option<Block> {
    let id = reader.text(object, "id").filter(|id| !id.is_empty());
    match &id {
        None => reader.missing(object, "id"),
        Some(id) if id != name => {
            reader.find(Code::IdDiffers, object.place, vec![id.clone(), name.to_owned()]);
        }
        Some(_) => {}
    }
    let id = id?;

    let contents = Contents::of(reader, object);
    let mut input_actions = actions(reader, object, "$enteringCustomActions");
    input_actions.extend(contents.before);
    let mut output_actions = contents.after;
    output_actions.extend(actions(reader, object, "$leavingCustomActions"));

    let outputs_place = pointer(object.place, "$conditionOutputs");
    let mut outputs = Vec::new();
    for (number, value) in reader.list(object, "$conditionOutputs").iter().enumerate() {
        let place = pointer(&outputs_place, number);
        reader.count(&place)?;
        if let Some(object) = reader.object(value, &place) {
            outputs.push(reader.output(object));
        }
    }
    let default_place = pointer(object.place, "$defaultOutput");
    if let Some(value) = object.members.get("$defaultOutput").filter(|value| !value.is_null())
        && let Some(object) = reader.object(value, &default_place)
        // One that was never set is an empty object.
        && object.members.contains_key("stateId")
    {
        outputs.push(reader.output(object));
    }

    Some(Block {
        name: reader.text(object, "$title").unwrap_or_else(|| id.clone()),
        root: reader.switch(object, "root"),
        end: reader.switch(object, "end"),
        desk_state_version: reader.text(object, "deskStateVersion"),
        input_actions,
        input: contents.input,
        output_actions,
        after_state_changed_actions: actions(reader, object, "$afterStateChangedActions"),
        outputs,
        more: unread_members(object, &["id", "root", "end", "deskStateVersion"]),
        position: position(object),
        place: object.place.to_owned(),
        outputs_place,
        id,
    })
}

/// The position in the editor: `"top": "1042px"`.
fn position(object: Object<'_>) -> Option<(f64, f64)> {
    let position = object.members.get("$position")?;
    let pixels = |name| -> Option<f64> {
        let text = position.get(name)?.as_str()?;
        let number: f64 = text.trim_end_matches("px").trim().parse().ok()?;
        number.is_finite().then_some(number)
    };
    Some((pixels("left")?, pixels("top")?))
}

/// The contents of a block before and after its input.
#[derive(Default)]
struct Contents {
    before: Vec<Action>,
    input: Option<crate::flow::Waiting>,
    after: Vec<Action>,
}

impl Contents {
    fn of(reader: &mut Reader, object: Object<'_>) -> Contents {
        let mut contents = Contents::default();
        let place = pointer(object.place, "$contentActions");
        for (number, item) in reader.list(object, "$contentActions").iter().enumerate() {
            let place = pointer(&place, number);
            let Some(item) = reader.object(item, &place) else { continue };
            if let Some(value) = item.members.get("input") {
                let place = pointer(&place, "input");
                if contents.input.is_some() {
                    reader.find(Code::TooMany, place, vec!["1".into()]);
                } else if let Some(object) = reader.object(value, &place) {
                    contents.input = Some(reader.waiting(object));
                }
            } else if let Some(value) = item.members.get("action") {
                let actions = reader.actions([(pointer(&place, "action"), value)]);
                match contents.input {
                    None => contents.before.extend(actions),
                    Some(_) => contents.after.extend(actions),
                }
            } else {
                reader.missing(item, "action");
            }
        }
        contents
    }
}
