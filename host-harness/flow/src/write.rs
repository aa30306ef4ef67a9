//! Writes a flow in the engine's format.

use serde_json::{Map, Value, json};

use crate::condition::{Comparison, Condition, Operator, Source};
use crate::flow::{Action, Block, Flow, Output, Rule, Target, Validation, Waiting};

pub(crate) fn flow(flow: &Flow) -> Value {
    let mut out = flow.more.clone();
    if !flow.id.is_empty() {
        out.insert("id".into(), flow.id.as_str().into());
    }
    if !flow.configuration.is_empty() {
        out.insert("configuration".into(), json!(flow.configuration));
    }
    put_actions(&mut out, "inputActions", &flow.input_actions);
    put_actions(&mut out, "outputActions", &flow.output_actions);
    put_actions(&mut out, "afterStateChangedActions", &flow.after_state_changed_actions);
    out.insert("states".into(), flow.blocks.iter().map(block).collect());
    Value::Object(out)
}

fn put_actions(out: &mut Map<String, Value>, name: &str, actions: &[Action]) {
    if !actions.is_empty() {
        out.insert(name.into(), actions.iter().map(action).collect());
    }
}

fn put_text(out: &mut Map<String, Value>, name: &str, text: Option<&String>) {
    if let Some(text) = text {
        out.insert(name.into(), text.as_str().into());
    }
}

fn put_if(out: &mut Map<String, Value>, name: &str, on: bool) {
    if on {
        out.insert(name.into(), true.into());
    }
}

fn block(block: &Block) -> Value {
    let mut out = block.more.clone();
    out.insert("id".into(), block.id.as_str().into());
    out.insert("root".into(), block.root.into());
    out.insert("name".into(), block.name.as_str().into());
    put_if(&mut out, "end", block.end);
    put_text(&mut out, "deskStateVersion", block.desk_state_version.as_ref());
    put_actions(&mut out, "inputActions", &block.input_actions);
    if let Some(input) = &block.input {
        out.insert("input".into(), waiting(input));
    }
    put_actions(&mut out, "outputActions", &block.output_actions);
    put_actions(&mut out, "afterStateChangedActions", &block.after_state_changed_actions);
    out.insert("outputs".into(), block.outputs.iter().map(output).collect());
    Value::Object(out)
}

fn waiting(input: &Waiting) -> Value {
    let mut out = input.more.clone();
    out.insert("bypass".into(), input.bypass.into());
    put_conditions(&mut out, &input.conditions);
    put_text(&mut out, "variable", input.variable.as_ref());
    if let Some(validated) = &input.validation {
        out.insert("validation".into(), validation(validated));
    }
    if let Some(milliseconds) = input.expiration {
        let seconds = milliseconds / 1_000;
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        // More than a day would be read as days.
        let span = if hours < 24 {
            format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
        } else {
            format!("{}.{:02}:{minutes:02}:{:02}", hours / 24, hours % 24, seconds % 60)
        };
        out.insert("expiration".into(), span.into());
    }
    Value::Object(out)
}

fn validation(validation: &Validation) -> Value {
    let mut out = validation.more.clone();
    let rule = match &validation.rule {
        Rule::Text => "text",
        Rule::Number => "number",
        Rule::Date => "date",
        Rule::Regex(pattern) => {
            out.insert("regex".into(), pattern.as_str().into());
            "regex"
        }
        Rule::Type(media_type) => {
            out.insert("type".into(), media_type.as_str().into());
            "type"
        }
    };
    out.insert("rule".into(), rule.into());
    put_text(&mut out, "error", validation.error.as_ref());
    Value::Object(out)
}

fn action(action: &Action) -> Value {
    let mut out = action.more.clone();
    out.insert("type".into(), action.kind.as_str().into());
    if action.order != 0 {
        out.insert("order".into(), action.order.into());
    }
    put_conditions(&mut out, &action.conditions);
    if !action.settings.is_null() {
        out.insert("settings".into(), action.settings.clone());
    }
    put_if(&mut out, "continueOnError", action.continue_on_error);
    put_if(&mut out, "executeAsynchronously", action.asynchronous);
    if let Some(milliseconds) = action.timeout {
        // Whole seconds have no fraction.
        let seconds = milliseconds / 1_000;
        let timeout = match milliseconds % 1_000 {
            0 => json!(seconds),
            part => format!("{seconds}.{part:03}").parse().map_or(json!(seconds), Value::Number),
        };
        out.insert("timeout".into(), timeout);
    }
    Value::Object(out)
}

fn output(output: &Output) -> Value {
    let mut out = output.more.clone();
    if output.order != 0 {
        out.insert("order".into(), output.order.into());
    }
    put_conditions(&mut out, &output.conditions);
    let id = match &output.target {
        Target::Block(id) | Target::Variable(id) => id,
        Target::Nowhere => "",
    };
    out.insert("stateId".into(), id.into());
    Value::Object(out)
}

fn put_conditions(out: &mut Map<String, Value>, conditions: &[Condition]) {
    if !conditions.is_empty() {
        out.insert("conditions".into(), conditions.iter().map(condition).collect());
    }
}

fn condition(condition: &Condition) -> Value {
    let mut out = condition.more.clone();
    out.insert("source".into(), word(&Source::WORDS, condition.source).into());
    put_text(&mut out, "variable", condition.variable.as_ref());
    put_text(&mut out, "entity", condition.entity.as_ref());
    out.insert("comparison".into(), word(&Comparison::WORDS, condition.comparison).into());
    if condition.operator == Operator::And {
        out.insert("operator".into(), "and".into());
    }
    if !condition.values.is_empty() {
        out.insert("values".into(), json!(condition.values));
    }
    Value::Object(out)
}

fn word<T: PartialEq>(words: &[(&'static str, T)], wanted: T) -> &'static str {
    words.iter().find(|(_, meaning)| *meaning == wanted).map_or("", |(word, _)| *word)
}
