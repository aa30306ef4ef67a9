//! The published format: a list of states.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Object, Reader, pointer, unread_members};
use crate::flow::{Action, Block, Flow, Format};
use crate::input::serialized;

pub(super) fn flow(reader: &mut Reader, value: &Value, place: &str) -> Option<Flow> {
    let object = reader.object(value, place)?;
    let states = pointer(place, "states");
    let mut blocks = Vec::new();
    for (number, value) in reader.list(object, "states").iter().enumerate() {
        let place = pointer(&states, number);
        reader.count(&place)?;
        if let Some(object) = reader.object(value, &place) {
            blocks.extend(block(reader, object));
        }
    }
    let input_actions = actions(reader, object, "inputActions");
    let output_actions = actions(reader, object, "outputActions");
    let after_state_changed_actions = actions(reader, object, "afterStateChangedActions");
    let configuration = configuration(reader, object);
    let id = reader.text(object, "id").unwrap_or_default();
    let mut flow = reader.assemble(place, blocks)?.flow(Format::Engine);
    flow.id = id;
    flow.input_actions = input_actions;
    flow.output_actions = output_actions;
    flow.after_state_changed_actions = after_state_changed_actions;
    flow.configuration = configuration;
    flow.more = unread_members(
        object,
        &[
            "id",
            "states",
            "configuration",
            "inputActions",
            "outputActions",
            "afterStateChangedActions",
        ],
    );
    Some(flow)
}

fn configuration(reader: &mut Reader, object: Object<'_>) -> BTreeMap<String, String> {
    let place = pointer(object.place, "configuration");
    let Some(value) = object.members.get("configuration").filter(|value| !value.is_null()) else {
        return BTreeMap::new();
    };
    let Some(object) = reader.object(value, &place) else { return BTreeMap::new() };
    object.members.iter().map(|(name, value)| (name.clone(), serialized(value))).collect()
}

fn block(reader: &mut Reader, object: Object<'_>) -> Option<Block> {
    let id = reader.text(object, "id").filter(|id| !id.is_empty());
    if id.is_none() {
        reader.missing(object, "id");
    }
    let input_place = pointer(object.place, "input");
    let input = match object.members.get("input") {
        None | Some(Value::Null) => None,
        Some(value) => reader.object(value, &input_place).map(|object| reader.waiting(object)),
    };
    let outputs_place = pointer(object.place, "outputs");
    let mut outputs = Vec::new();
    for (number, value) in reader.list(object, "outputs").iter().enumerate() {
        let place = pointer(&outputs_place, number);
        reader.count(&place)?;
        if let Some(object) = reader.object(value, &place) {
            outputs.push(reader.output(object));
        }
    }
    let block = Block {
        id: id.clone().unwrap_or_default(),
        name: reader.text(object, "name").or_else(|| id.clone()).unwrap_or_default(),
        root: reader.switch(object, "root"),
        end: reader.switch(object, "end"),
        desk_state_version: reader.text(object, "deskStateVersion"),
        input_actions: actions(reader, object, "inputActions"),
        input,
        output_actions: actions(reader, object, "outputActions"),
        after_state_changed_actions: actions(reader, object, "afterStateChangedActions"),
        outputs,
        more: unread_members(
            object,
            &[
                "id",
                "name",
                "root",
                "end",
                "deskStateVersion",
                "inputActions",
                "input",
                "outputActions",
                "afterStateChangedActions",
                "outputs",
            ],
        ),
        position: None,
        place: object.place.to_owned(),
        outputs_place,
    };
    id.map(|_| block)
}

pub(super) fn actions(reader: &mut Reader, object: Object<'_>, name: &str) -> Vec<Action> {
    let place = pointer(object.place, name);
    let list = reader.list(object, name);
    reader.actions(list.iter().enumerate().map(|(number, value)| (pointer(&place, number), value)))
}
