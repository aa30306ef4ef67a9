//! Flows of Typebot: whether a conversation gets out of the block in which it waits for people.
//!
//! A bot that has handed its customer over waits in a Webhook block (`"type": "webhook"`; the HTTP
//! request block has the type `"Webhook"`). It goes on when the block's address is called, whose
//! last part is the conversation's result. So a way out for inactivity needs three things: a block
//! that waits, something behind it, and a variable with the result id, by which the desk can call.

use despertador_contract::input::without_mark;
use serde_json::Value;

use crate::desk::Exit;
use crate::finding::{Code, Finding};

/// Maximum size of a flow in bytes.
const FLOW_BYTES_MAX: usize = 16 << 20;

/// Maximum number of listed findings.
const FINDINGS_MAX: usize = 100;

/// The type of a block that waits for a call.
const WEBHOOK: &str = "webhook";

/// The type of a block that sets a variable, and its value that is the result.
const SET_VARIABLE: &str = "Set variable";
const RESULT_ID: &str = "Result ID";

/// The end of the types of blocks that wait for the customer.
const INPUT: &str = " input";

/// An exported flow of Typebot.
#[derive(Debug, Clone)]
pub struct Typebot {
    document: Value,
    /// The place of the flow in the document: empty, or that of the API's answer.
    place: &'static str,
}

/// A Webhook block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingBlock {
    /// Its id, which is part of the address to call.
    pub id: String,
    /// The title of its group.
    pub group: String,
    /// Its place in the document (JSON Pointer).
    pub place: String,
}

/// A block with its surroundings.
struct Placed<'a> {
    block: &'a Value,
    /// The one after it in its group.
    next: Option<&'a Value>,
    group: &'a str,
    place: String,
}

impl Typebot {
    /// Recognises an export of Typebot, or the answer of its API; `None` if the text is something
    /// else.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > FLOW_BYTES_MAX {
            return None;
        }
        let document: Value = serde_json::from_str(without_mark(text)).ok()?;
        let is_flow = |value: &Value| {
            value.get("groups").is_some_and(Value::is_array)
                && value.get("edges").is_some_and(Value::is_array)
        };
        let place = match document.get("typebot") {
            Some(inner) if is_flow(inner) => "/typebot",
            _ if is_flow(&document) => "",
            _ => return None,
        };
        Some(Self { document, place })
    }

    /// The blocks in which conversations wait for a call.
    #[must_use]
    pub fn waiting(&self) -> Vec<WaitingBlock> {
        let waiting = self.blocks().into_iter().filter(|it| kind(it.block) == WEBHOOK);
        waiting
            .map(|it| WaitingBlock {
                id: text(it.block, "id").to_owned(),
                group: it.group.to_owned(),
                place: it.place,
            })
            .collect()
    }

    /// What there is to say about the flow, errors first.
    #[must_use]
    pub fn lint(&self) -> Vec<Finding> {
        let blocks = self.blocks();
        let mut findings = Vec::new();
        let waiting: Vec<&Placed<'_>> =
            blocks.iter().filter(|it| kind(it.block) == WEBHOOK).collect();
        if waiting.is_empty() {
            let place = format!("{}/groups", self.place);
            return vec![Finding::new(Code::TypebotNoWebhook, place, Vec::new())];
        }
        let has_result = |it: &Placed<'_>| {
            kind(it.block) == SET_VARIABLE
                && it.block.pointer("/options/type").and_then(Value::as_str) == Some(RESULT_ID)
        };
        if !blocks.iter().any(has_result) {
            let place = format!("{}/groups", self.place);
            findings.push(Finding::new(Code::TypebotNoResultId, place, Vec::new()));
        }
        for waiting in waiting {
            findings.extend(self.lint_waiting(waiting));
        }
        findings.sort_by_key(|finding| finding.code.severity());
        findings.truncate(FINDINGS_MAX);
        findings
    }

    fn lint_waiting(&self, waiting: &Placed<'_>) -> Vec<Finding> {
        let found = |code| Finding::new(code, waiting.place.as_str(), vec![waiting.group.into()]);
        let mut findings = Vec::new();
        match self.follows(waiting) {
            None => findings.push(found(Code::TypebotNoWayOut)),
            Some(next) if kind(next).ends_with(INPUT) => {
                findings.push(found(Code::TypebotWaitsForInputOnly));
            }
            Some(_) => {}
        }
        let mapping = waiting.block.pointer("/options/responseVariableMapping");
        let is_read = |mapping: &Value| {
            let mut pairs = mapping.as_array().into_iter().flatten();
            pairs.any(|pair| !text(pair, "variableId").is_empty())
        };
        if !mapping.is_some_and(is_read) {
            findings.push(found(Code::TypebotExitNotRead));
        }
        findings
    }

    /// The block that follows: that of the edge, or the next one of the group.
    fn follows<'a>(&'a self, of: &Placed<'a>) -> Option<&'a Value> {
        let edge = text(of.block, "outgoingEdgeId");
        if edge.is_empty() {
            return of.next;
        }
        let edge = self.list("edges").iter().find(|it| text(it, "id") == edge)?;
        let to = edge.get("to")?;
        let group = self.list("groups").iter().find(|it| text(it, "id") == text(to, "groupId"))?;
        let blocks = group.get("blocks")?.as_array()?;
        let block = text(to, "blockId");
        match block.is_empty() {
            true => blocks.first(),
            false => blocks.iter().find(|it| text(it, "id") == block),
        }
    }

    /// Whether every block that waits can be left.
    #[must_use]
    pub fn inactivity_exit(&self) -> Exit {
        let findings = self.lint();
        if findings.iter().any(|it| it.code == Code::TypebotNoWebhook) {
            return Exit::NoBlock;
        }
        let fails = findings.iter().any(|it| it.code.severity() == crate::Severity::Error);
        if fails { Exit::NotLinked } else { Exit::Linked }
    }

    fn list(&self, name: &str) -> &[Value] {
        let list = self.document.pointer(&format!("{}/{name}", self.place));
        list.and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn blocks(&self) -> Vec<Placed<'_>> {
        let mut all = Vec::new();
        for (number, group) in self.list("groups").iter().enumerate() {
            let blocks = group.get("blocks").and_then(Value::as_array);
            let blocks = blocks.map_or(&[][..], Vec::as_slice);
            for (count, block) in blocks.iter().enumerate() {
                all.push(Placed {
                    block,
                    next: blocks.get(count.saturating_add(1)),
                    group: text(group, "title"),
                    place: format!("{}/groups/{number}/blocks/{count}", self.place),
                });
            }
        }
        all
    }
}

fn kind(block: &Value) -> &str {
    text(block, "type")
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test that is wrong fails")]
mod tests {
    use serde_json::json;

    use super::*;

    /// A bot that hands over, waits, and says goodbye by the exit.
    fn bot() -> Value {
        json!({ "version": "6.1", "id": "bot", "name": "Soporte",
            "groups": [
                { "id": "g1", "title": "Personas", "blocks": [
                    { "id": "b1", "type": "Set variable",
                      "options": { "variableId": "v1", "type": "Result ID" } },
                    { "id": "b2", "type": "Webhook" },
                    { "id": "b3", "type": "webhook", "outgoingEdgeId": "e1", "options": {
                        "responseVariableMapping": [
                            { "id": "m1", "variableId": "v2", "bodyPath": "data.exit" } ] } } ] },
                { "id": "g2", "title": "Despedida", "blocks": [ { "id": "b4", "type": "text" } ] }
            ],
            "edges": [ { "id": "e1", "from": { "blockId": "b3" }, "to": { "groupId": "g2" } } ] })
    }

    fn codes(bot: &Value) -> Vec<Code> {
        let bot = Typebot::read(&bot.to_string()).expect("a flow of Typebot");
        bot.lint().into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn a_bot_that_can_go_on_has_a_way_out() {
        let bot = bot();
        assert_eq!(codes(&bot), []);
        let wrapped = json!({ "typebot": bot });
        assert_eq!(codes(&wrapped), []);
        let read = Typebot::read(&bot.to_string()).expect("a flow");
        assert_eq!(read.inactivity_exit(), Exit::Linked);
        let waiting = read.waiting();
        assert_eq!((waiting.len(), waiting[0].id.as_str()), (1, "b3"));
        assert_eq!(waiting[0].place, "/groups/0/blocks/2");
    }

    #[test]
    fn what_is_missing_is_named() {
        let changed = |pointer: &str, value: Value| {
            let mut bot = bot();
            *bot.pointer_mut(pointer).expect("a place") = value;
            codes(&bot)
        };
        let way_out = vec![Code::TypebotNoWayOut];
        assert_eq!(changed("/groups/0/blocks/2/outgoingEdgeId", Value::Null), way_out);
        assert_eq!(changed("/edges", json!([])), way_out);
        assert_eq!(changed("/edges/0/to/groupId", json!("gone")), way_out);
        assert_eq!(changed("/groups/1/blocks", json!([])), way_out);
        assert_eq!(
            changed("/groups/0/blocks/0/options/type", json!("Now")),
            [Code::TypebotNoResultId]
        );
        assert_eq!(changed("/groups/0/blocks/2/options", Value::Null), [Code::TypebotExitNotRead]);
        assert_eq!(
            changed("/groups/1/blocks/0/type", json!("text input")),
            [Code::TypebotWaitsForInputOnly]
        );
        // The HTTP request block does not wait.
        assert_eq!(changed("/groups/0/blocks/2/type", json!("Webhook")), [Code::TypebotNoWebhook]);
    }

    #[test]
    fn flows_of_others_are_not_recognised() {
        for text in ["", "[]", "{}", r#"{"groups":[]}"#, r#"{"flow":{"a":{}}}"#] {
            assert!(Typebot::read(text).is_none(), "{text}");
        }
    }
}
