//! Converts the settings of Blip Desk's automatic close (docs/rules.md#blip-settings-import) to a
//! policy.
//!
//! In Blip every member is a text; JSON's own types are accepted too. `"null"` clears a member.

use despertador_contract::layout::Node;
use despertador_contract::{Language, duration, nearest::nearest};
use serde_json::{Map, Value};

use words::Comments;

mod words;

/// A policy, and notes about what differs from the settings.
#[derive(Debug)]
pub struct Imported {
    /// The policy.
    pub policy: Node,
    /// What differs from the settings.
    pub notes: Vec<Note>,
}

/// A note about a member.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Its kind.
    pub code: Code,
    /// Empty for the whole document.
    pub member: String,
    /// A JSON Pointer; the whole document for a missing member.
    pub place: String,
    values: Vec<String>,
}

/// The kinds of problems, changes and omissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The file is not JSON.
    NotJson,
    /// The file is not an object.
    NotAnObject,
    /// There is no setting of the automatic close.
    NoSettings,
    /// Blip answered that the query failed.
    CommandFailed,
    /// Not `true` or `false`.
    BadSwitch,
    /// Not a number of minutes.
    BadMinutes,
    /// Zero minutes.
    MinutesNotPositive,
    /// A required member is missing.
    MissingMember,
    /// Not a text.
    BadText,
    /// Not a list of tags.
    BadTags,
    /// The automatic close is switched off.
    ClosingDisabled,
    /// The flow does not allow the automatic close.
    ClosingNotAllowed,
    /// The close is later than a policy allows.
    CloseOver90Days,
    /// Blip counts from the customer, a policy from the answer.
    CountedFromAnswer,
    /// The message is switched off.
    MessageSwitchedOff,
    /// The message is empty.
    MessageEmpty,
    /// The message is not before the close.
    MessageNotBeforeClose,
    /// The image has no alternative text.
    ImageLeftOut,
    /// A variable has another name.
    PlaceholderChanged,
    /// A variable has no counterpart.
    PlaceholderLeftOut,
    /// The tags are switched off.
    TagsSwitchedOff,
    /// There are no tags.
    TagsEmpty,
    /// The host decides this.
    NoCounterpart,
    /// The member is not known.
    UnknownMember,
}

impl Code {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Code::NotJson => "not-json",
            Code::NotAnObject => "not-an-object",
            Code::NoSettings => "no-settings",
            Code::CommandFailed => "command-failed",
            Code::BadSwitch => "bad-switch",
            Code::BadMinutes => "bad-minutes",
            Code::MinutesNotPositive => "minutes-not-positive",
            Code::MissingMember => "missing-member",
            Code::BadText => "bad-text",
            Code::BadTags => "bad-tags",
            Code::ClosingDisabled => "closing-disabled",
            Code::ClosingNotAllowed => "closing-not-allowed",
            Code::CloseOver90Days => "close-over-90-days",
            Code::CountedFromAnswer => "counted-from-answer",
            Code::MessageSwitchedOff => "message-switched-off",
            Code::MessageEmpty => "message-empty",
            Code::MessageNotBeforeClose => "message-not-before-close",
            Code::ImageLeftOut => "image-left-out",
            Code::PlaceholderChanged => "placeholder-changed",
            Code::PlaceholderLeftOut => "placeholder-left-out",
            Code::TagsSwitchedOff => "tags-switched-off",
            Code::TagsEmpty => "tags-empty",
            Code::NoCounterpart => "no-counterpart",
            Code::UnknownMember => "unknown-member",
        }
    }

    /// Whether it prevents a policy.
    const fn is_problem(self) -> bool {
        matches!(
            self,
            Code::NotJson
                | Code::NotAnObject
                | Code::NoSettings
                | Code::CommandFailed
                | Code::BadSwitch
                | Code::BadMinutes
                | Code::MinutesNotPositive
                | Code::MissingMember
                | Code::BadText
                | Code::BadTags
        )
    }
}

impl Note {
    /// The text of the note.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        let mut sentence = words::sentence(self.code, language).to_owned();
        let mut values = self.values.clone();
        if self.code == Code::UnknownMember
            && let Some(near) = values.first_mut().filter(|near| !near.is_empty())
        {
            *near = words::did_you_mean(language).replace("{0}", near);
        }
        for (n, value) in values.iter().enumerate() {
            sentence = sentence.replace(&format!("{{{n}}}"), value);
        }
        sentence
    }
}

const IS_ALLOWED: &str = "AutomaticClosedTicketIsAllowed";
const IS_ENABLED: &str = "AutomaticClosedTicketIsEnabled";
const CLOSE_MINUTES: &str = "MaxClientMinutesDowntime";
const EXPECT_AGENT: &str = "ExpectInteractionAgent";
const USE_MESSAGE: &str = "UseInactivityMessage";
const MESSAGE: &str = "InactivityMessage";
const MESSAGE_MINUTES: &str = "InactivityMessageDowntime";
const USE_TAGS: &str = "UseInactivityTags";
const TAGS: &str = "InactivityTags";
const RESET_BY_AGENT: &str = "ResetClientInactivityTimerOnAgentInteraction";
const RESET_BY_FIRST: &str = "ResetClientInactivityTimerOnFirstAgentInteraction";

/// The members that a policy is made of.
const POLICY_MEMBERS: [&str; 11] = [
    IS_ALLOWED,
    IS_ENABLED,
    CLOSE_MINUTES,
    EXPECT_AGENT,
    USE_MESSAGE,
    MESSAGE,
    MESSAGE_MINUTES,
    USE_TAGS,
    TAGS,
    RESET_BY_AGENT,
    RESET_BY_FIRST,
];

/// Further members that only concern the desk and the flow.
const DESK_MEMBERS: [&str; 6] = [
    "SetTicketClosedByClientAsClosed",
    "CloseTicketOnLeavingFromDeskSetting",
    "IgnoreCreateTicketOnUserMessage",
    "AttendanceSatisfactionSurveyEnabled",
    "CustomerWarningResponseDelay",
    "CustomerMaxResponseDelay",
];
/// A ticket on standby is always paused here, whatever the setting.
const STANDBY: &str = "TicketStandbyModeEnabled";

/// Maximum duration in a policy, in minutes.
const DURATION_MINUTES_MAX: u64 = 90 * 24 * 60;

/// Converts the settings to a policy.
///
/// # Errors
///
/// All problems that prevent it.
pub fn import(settings: &str, language: Language) -> Result<Imported, Vec<Note>> {
    let whole: Value =
        serde_json::from_str(settings.trim_start_matches('\u{feff}')).map_err(|error| {
            let values = vec![error.line().to_string(), error.column().to_string()];
            vec![Note { code: Code::NotJson, member: String::new(), place: String::new(), values }]
        })?;
    let mut settings = Settings::unwrap(&whole)?;
    let policy = settings.policy(language);
    let (problems, notes): (Vec<Note>, Vec<Note>) =
        settings.notes.into_iter().partition(|note| note.code.is_problem());
    if problems.is_empty() { Ok(Imported { policy, notes }) } else { Err(problems) }
}

struct Settings<'a> {
    members: &'a Map<String, Value>,
    /// Their place in the file.
    place: &'static str,
    /// The queue of the settings; `None` for all queues.
    queue: Option<String>,
    notes: Vec<Note>,
}

/// The message before the close, and its time.
struct Alert {
    text: String,
    minutes: u64,
    before_close: u64,
}

impl<'a> Settings<'a> {
    /// The settings themselves, or those in a command that contains them.
    fn unwrap(whole: &'a Value) -> Result<Settings<'a>, Vec<Note>> {
        let problem = |code, place: &str, values| {
            vec![Note { code, member: String::new(), place: place.into(), values }]
        };
        let Some(object) = whole.as_object() else {
            return Err(problem(Code::NotAnObject, "", Vec::new()));
        };
        if object.get("status").is_some_and(|status| status == "failure") {
            let reason = whole.pointer("/reason/description").unwrap_or(&Value::Null);
            return Err(problem(Code::CommandFailed, "/status", vec![shown(reason)]));
        }
        let (members, place) = match object.get("resource") {
            None => (object, ""),
            Some(Value::Object(members)) => (members, "/resource"),
            Some(_) => return Err(problem(Code::NotAnObject, "/resource", Vec::new())),
        };
        if !POLICY_MEMBERS.iter().any(|member| members.contains_key(*member)) {
            return Err(problem(Code::NoSettings, place, Vec::new()));
        }
        let queue = object
            .get("uri")
            .and_then(Value::as_str)
            .and_then(|uri| uri.split_once("/owner-team-configurations/"))
            .map(|(_, queue)| unescaped(queue.split(['?', '/']).next().unwrap_or_default()))
            .filter(|queue| !queue.trim().is_empty());
        Ok(Settings { members, place, queue, notes: Vec::new() })
    }

    fn policy(&mut self, language: Language) -> Node {
        let comments = Comments::of(language);
        let enabled = self.switch(IS_ENABLED).unwrap_or(false);
        let allowed = self.switch(IS_ALLOWED).unwrap_or(true);
        let close = self.close_minutes(enabled);
        let after_agent = self.switch(EXPECT_AGENT).unwrap_or(true);
        let by_agent = self.switch(RESET_BY_AGENT).unwrap_or(false);
        let by_first = self.switch(RESET_BY_FIRST).unwrap_or(false);
        let alert = self.alert(close, enabled);
        let tags = self.tags();
        if !enabled {
            self.note(Code::ClosingDisabled, IS_ENABLED, []);
        }
        if !allowed {
            self.note(Code::ClosingNotAllowed, IS_ALLOWED, []);
        }
        if !by_agent && !by_first {
            self.note(Code::CountedFromAnswer, RESET_BY_FIRST, []);
        }
        self.others();

        let count_from =
            if by_agent { "last-agent-message" } else { "first-unanswered-agent-message" };
        let (name, departments) = match &self.queue {
            Some(queue) => (queue.as_str(), Node::texts([queue])),
            None => ("Todas as filas", Node::text("any")),
        };
        let mut rule = vec![
            ("name", Node::text(name)),
            ("departments", departments),
            ("// count-from", Node::text(comments.count_from)),
            ("count-from", Node::text(count_from)),
            ("// only-after-agent", Node::text(comments.only_after_agent)),
            ("only-after-agent", Node::Plain(after_agent.into())),
        ];
        rule.extend(close.map(|minutes| ("close-after", time(minutes))));
        if let (Some(alert), Some(close)) = (alert, close) {
            let said = comments.reminders.replace("{0}", &alert.minutes.to_string());
            let said = said.replace("{1}", &close.to_string());
            let reminder = Node::object([
                ("before-close", time(alert.before_close)),
                ("text", Node::text(alert.text)),
            ]);
            rule.push(("// reminders", Node::text(said)));
            rule.push(("reminders", Node::List(vec![reminder])));
        }
        if !tags.is_empty() {
            rule.push(("close", Node::object([("tags", Node::texts(tags))])));
        }
        // Without a time a rule has nothing to do.
        let rules = if close.is_some() { vec![Node::object(rule)] } else { Vec::new() };
        let mut policy = vec![
            ("//", Node::text(comments.imported)),
            ("version", Node::text("blip")),
            ("language", Node::text("pt")),
        ];
        if !enabled {
            policy.push(("// enabled", Node::text(comments.enabled)));
            policy.push(("enabled", Node::Plain(false.into())));
        }
        policy.push(("rules", Node::List(rules)));
        Node::object(policy)
    }

    /// The minutes until the close; `None` only if nothing is closed.
    fn close_minutes(&mut self, enabled: bool) -> Option<u64> {
        match self.minutes(CLOSE_MINUTES) {
            Some(0) if enabled => {
                self.note(Code::MinutesNotPositive, CLOSE_MINUTES, ["0".into()]);
                None
            }
            Some(0) => None,
            Some(minutes @ ..=DURATION_MINUTES_MAX) => Some(minutes),
            Some(minutes) => {
                self.note(Code::CloseOver90Days, CLOSE_MINUTES, [minutes.to_string()]);
                Some(DURATION_MINUTES_MAX)
            }
            None => {
                if enabled && self.value(CLOSE_MINUTES).is_none() {
                    self.missing(CLOSE_MINUTES);
                }
                None
            }
        }
    }

    /// The message before the close: its minutes count from the same start as those of the close,
    /// and must be less (docs/rules.md#before-close).
    fn alert(&mut self, close: Option<u64>, enabled: bool) -> Option<Alert> {
        let used = self.switch(USE_MESSAGE).unwrap_or(false);
        let minutes = self.minutes(MESSAGE_MINUTES);
        let text = self.text();
        if !used {
            if text.is_some_and(|text| !text.trim().is_empty()) {
                self.note(Code::MessageSwitchedOff, MESSAGE, []);
            }
            return None;
        }
        let text = self.placeholders(&text.unwrap_or_default()).trim().to_owned();
        if text.is_empty() {
            self.note(Code::MessageEmpty, MESSAGE, []);
            return None;
        }
        let minutes = match minutes {
            Some(minutes @ 1..) => minutes,
            Some(_) if enabled => {
                self.note(Code::MinutesNotPositive, MESSAGE_MINUTES, ["0".into()]);
                return None;
            }
            None if enabled && self.value(MESSAGE_MINUTES).is_none() => {
                self.missing(MESSAGE_MINUTES);
                return None;
            }
            _ => return None,
        };
        let close = close?;
        match close.checked_sub(minutes) {
            Some(before_close @ 1..) => Some(Alert { text, minutes, before_close }),
            _ => {
                let values = [minutes.to_string(), close.to_string()];
                self.note(Code::MessageNotBeforeClose, MESSAGE_MINUTES, values);
                None
            }
        }
    }

    /// The text of the message; for an image, its caption.
    fn text(&mut self) -> Option<String> {
        let value = self.value(MESSAGE)?;
        let inside = value.as_str().and_then(|text| {
            let object = serde_json::from_str::<Value>(text).ok();
            object.filter(Value::is_object)
        });
        match inside.as_ref().unwrap_or(value) {
            Value::String(text) => Some(text.clone()),
            Value::Object(link) if link.contains_key("uri") => {
                self.note(Code::ImageLeftOut, MESSAGE, []);
                let words = |key: &str| {
                    let text = link.get(key).and_then(Value::as_str);
                    text.filter(|text| !text.trim().is_empty()).map(str::to_owned)
                };
                words("text").or_else(|| words("title"))
            }
            other => {
                self.note(Code::BadText, MESSAGE, [shown(other)]);
                None
            }
        }
    }

    /// Replaces Blip's variables with placeholders, if there are corresponding ones.
    fn placeholders(&mut self, text: &str) -> String {
        let mut written = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            written.push_str(before);
            let Some((name, after)) = after.split_once("}}") else {
                self.note(Code::PlaceholderLeftOut, MESSAGE, ["{{".into()]);
                rest = after;
                continue;
            };
            rest = after;
            let here = match name.trim() {
                "contact.name" => "{{customer.name}}",
                "ticket.sequentialId" => "{{ticket.number}}",
                _ => "",
            };
            let there = format!("{{{{{name}}}}}");
            if here.is_empty() {
                self.note(Code::PlaceholderLeftOut, MESSAGE, [there]);
            } else {
                written.push_str(here);
                self.note(Code::PlaceholderChanged, MESSAGE, [there, here.into()]);
            }
        }
        written.push_str(rest);
        written
    }

    fn tags(&mut self) -> Vec<String> {
        let used = self.switch(USE_TAGS).unwrap_or(false);
        let tags = self.list_of_tags();
        if !used {
            if !tags.is_empty() {
                self.note(Code::TagsSwitchedOff, TAGS, []);
            }
            return Vec::new();
        }
        if tags.is_empty() {
            self.note(Code::TagsEmpty, TAGS, []);
        }
        tags
    }

    /// A list, a list in a text, or a text with commas.
    fn list_of_tags(&mut self) -> Vec<String> {
        let Some(value) = self.value(TAGS) else { return Vec::new() };
        let list = match value {
            Value::String(text) if text.trim_start().starts_with('[') => {
                serde_json::from_str(text).unwrap_or(Value::Null)
            }
            Value::String(text) => text.split(',').map(Value::from).collect(),
            other => other.clone(),
        };
        let read: Option<Vec<String>> = list.as_array().and_then(|list| {
            list.iter().map(|tag| Some(tag.as_str()?.trim().to_owned())).collect()
        });
        let Some(read) = read else {
            self.note(Code::BadTags, TAGS, [shown(value)]);
            return Vec::new();
        };
        let mut tags: Vec<String> = Vec::new();
        for tag in read {
            if !tag.is_empty() && !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        tags
    }

    /// Notes about all members that are not part of the policy.
    fn others(&mut self) {
        for (member, value) in self.members {
            let known = POLICY_MEMBERS.contains(&member.as_str()) || member == STANDBY;
            if known || is_cleared(value) {
                continue;
            }
            if DESK_MEMBERS.contains(&member.as_str()) {
                self.note(Code::NoCounterpart, member, []);
            } else if member.to_lowercase().contains("image") {
                self.note(Code::ImageLeftOut, member, []);
            } else {
                let near = nearest(member, POLICY_MEMBERS.into_iter().chain([STANDBY]));
                self.note(Code::UnknownMember, member, [near.unwrap_or_default().into()]);
            }
        }
    }

    /// The value of a member; `None` if it was cleared.
    fn value(&self, member: &str) -> Option<&'a Value> {
        self.members.get(member).filter(|value| !is_cleared(value))
    }

    fn switch(&mut self, member: &str) -> Option<bool> {
        let value = self.value(member)?;
        let read = match value {
            Value::Bool(on) => Some(*on),
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            _ => None,
        };
        if read.is_none() {
            self.note(Code::BadSwitch, member, [shown(value)]);
        }
        read
    }

    fn minutes(&mut self, member: &str) -> Option<u64> {
        let value = self.value(member)?;
        let written = match value {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.trim().to_owned(),
            _ => String::new(),
        };
        let digits = written.strip_prefix('-').unwrap_or(&written);
        let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !whole {
            self.note(Code::BadMinutes, member, [shown(value)]);
            None
        } else if written.starts_with('-') {
            self.note(Code::MinutesNotPositive, member, [shown(value)]);
            None
        } else {
            Some(digits.parse().unwrap_or(u64::MAX))
        }
    }

    fn missing(&mut self, member: &str) {
        self.notes.push(Note {
            code: Code::MissingMember,
            member: member.into(),
            place: self.place.into(),
            values: vec![member.into()],
        });
    }

    fn note<const N: usize>(&mut self, code: Code, member: &str, values: [String; N]) {
        let mut place = self.place.to_owned();
        // A note about a missing member refers to the whole document.
        if self.members.contains_key(member) {
            place.push('/');
            place.push_str(&member.replace('~', "~0").replace('/', "~1"));
        }
        self.notes.push(Note { code, member: member.into(), place, values: values.into() });
    }
}

fn is_cleared(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| matches!(text.trim(), "" | "null"))
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn time(minutes: u64) -> Node {
    Node::text(duration::show(minutes.saturating_mul(60_000)))
}

/// Decodes `%20` in a part of an address.
fn unescaped(part: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        match (first, after) {
            (b'%', [a, b, after @ ..]) if let Some(byte) = hex(&[*a, *b]) => {
                bytes.push(byte);
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The settings of an account whose tickets are closed after an hour.
    fn settings(more: Value) -> Value {
        let mut all = json!({
            IS_ENABLED: "true", CLOSE_MINUTES: "60", EXPECT_AGENT: "true", RESET_BY_FIRST: "true",
        });
        if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
            all.extend(more);
        }
        all
    }

    fn imported(settings: &Value) -> (Value, Vec<&'static str>) {
        let read = import(&settings.to_string(), Language::English).expect("settings");
        (read.policy.value(), read.notes.iter().map(|note| note.code.name()).collect())
    }

    fn without_comments(policy: &mut Value) {
        match policy {
            Value::Object(object) => {
                object.retain(|key, _| !key.starts_with("//"));
                object.values_mut().for_each(without_comments);
            }
            Value::Array(list) => list.iter_mut().for_each(without_comments),
            _ => {}
        }
    }

    #[test]
    fn the_documented_settings_are_the_preset() {
        let example = include_str!("../../../tests/cli/files/blip-settings.json");
        let mut policy = import(example, Language::English).expect("settings").policy.value();
        without_comments(&mut policy);
        let preset = include_str!("../../../policies/blip.json");
        assert_eq!(policy, serde_json::from_str::<Value>(preset).expect("JSON"));
    }

    #[test]
    fn texts_and_values_of_json_say_the_same() {
        let texts = settings(json!({
            EXPECT_AGENT: "FALSE", USE_MESSAGE: " True ", MESSAGE: "Oi", MESSAGE_MINUTES: "50 ",
            USE_TAGS: "true", TAGS: "[\"a\", \"b\"]",
        }));
        let values = settings(json!({
            CLOSE_MINUTES: 60, EXPECT_AGENT: false, USE_MESSAGE: true, MESSAGE: "Oi",
            MESSAGE_MINUTES: 50, USE_TAGS: true, TAGS: ["a", "b"],
        }));
        let commas = settings(json!({
            EXPECT_AGENT: "false", USE_MESSAGE: "true", MESSAGE: "Oi", MESSAGE_MINUTES: "50",
            USE_TAGS: "true", TAGS: "a, b,a,", STANDBY: "true", "Other": "null",
        }));
        let (policy, notes) = imported(&texts);
        assert_eq!(policy["rules"][0]["only-after-agent"], false);
        assert_eq!(policy["rules"][0]["reminders"][0]["before-close"], "10 min");
        assert_eq!(policy["rules"][0]["close"]["tags"], json!(["a", "b"]));
        assert!(notes.is_empty(), "{notes:?}");
        assert_eq!(imported(&values), (policy.clone(), Vec::new()));
        assert_eq!(imported(&commas), (policy, Vec::new()));
    }

    #[test]
    fn a_command_is_opened_and_its_queue_kept() {
        let command = json!({
            "method": "get", "status": "success",
            "uri": "/owner-team-configurations/Suporte%20N1?caller=bot", "resource": settings(json!({})),
        });
        assert_eq!(imported(&command).0["rules"][0]["departments"], json!(["Suporte N1"]));
        let failed = json!({ "status": "failure", "reason": { "description": "not found" } });
        let problems = import(&failed.to_string(), Language::English).expect_err("a failure");
        assert!(problems[0].sentence(Language::English).contains("not found"));
    }

    #[test]
    fn what_was_switched_off_does_nothing() {
        let (policy, notes) = imported(&json!({ CLOSE_MINUTES: "60", RESET_BY_FIRST: "true" }));
        assert_eq!(policy["enabled"], false);
        assert_eq!(notes, ["closing-disabled"]);
        let nothing = json!({ IS_ENABLED: "false", CLOSE_MINUTES: "0", USE_MESSAGE: "true",
            MESSAGE: "Oi", RESET_BY_AGENT: "true" });
        assert_eq!(imported(&nothing).0["rules"], json!([]));
    }

    /// Members, and the codes and places of the notes about them.
    fn cases() -> Vec<(String, Vec<(Code, &'static str)>)> {
        let case =
            |more, said: &[(Code, &'static str)]| (settings(more).to_string(), said.to_vec());
        let message = |text: &str, minutes: &str| json!({ USE_MESSAGE: "true", MESSAGE: text, MESSAGE_MINUTES: minutes });
        vec![
            ("minutes: 60".into(), vec![(Code::NotJson, "")]),
            ("[]".into(), vec![(Code::NotAnObject, "")]),
            (r#"{ "resource": 1 }"#.into(), vec![(Code::NotAnObject, "/resource")]),
            ("{}".into(), vec![(Code::NoSettings, "")]),
            (r#"{ "status": "failure" }"#.into(), vec![(Code::CommandFailed, "/status")]),
            case(
                json!({ IS_ENABLED: "yes" }),
                &[(Code::BadSwitch, "/AutomaticClosedTicketIsEnabled")],
            ),
            case(
                json!({ CLOSE_MINUTES: "1.5" }),
                &[(Code::BadMinutes, "/MaxClientMinutesDowntime")],
            ),
            case(json!({ CLOSE_MINUTES: [] }), &[(Code::BadMinutes, "/MaxClientMinutesDowntime")]),
            case(json!({ CLOSE_MINUTES: "-" }), &[(Code::BadMinutes, "/MaxClientMinutesDowntime")]),
            case(
                json!({ CLOSE_MINUTES: "0" }),
                &[(Code::MinutesNotPositive, "/MaxClientMinutesDowntime")],
            ),
            case(
                json!({ CLOSE_MINUTES: -5 }),
                &[(Code::MinutesNotPositive, "/MaxClientMinutesDowntime")],
            ),
            case(json!({ CLOSE_MINUTES: null }), &[(Code::MissingMember, "")]),
            case(message("Oi", "null"), &[(Code::MissingMember, "")]),
            case(json!({ MESSAGE: 1 }), &[(Code::BadText, "/InactivityMessage")]),
            case(json!({ TAGS: "[1]" }), &[(Code::BadTags, "/InactivityTags")]),
            case(json!({ TAGS: "[\"a\"" }), &[(Code::BadTags, "/InactivityTags")]),
            case(
                json!({ IS_ENABLED: false }),
                &[(Code::ClosingDisabled, "/AutomaticClosedTicketIsEnabled")],
            ),
            case(
                json!({ IS_ALLOWED: "false" }),
                &[(Code::ClosingNotAllowed, "/AutomaticClosedTicketIsAllowed")],
            ),
            case(
                json!({ CLOSE_MINUTES: "99999999999999999999999" }),
                &[(Code::CloseOver90Days, "/MaxClientMinutesDowntime")],
            ),
            case(
                json!({ RESET_BY_FIRST: "false" }),
                &[(Code::CountedFromAnswer, "/ResetClientInactivityTimerOnFirstAgentInteraction")],
            ),
            case(json!({ RESET_BY_FIRST: "false", RESET_BY_AGENT: "true" }), &[]),
            case(json!({ MESSAGE: "Oi" }), &[(Code::MessageSwitchedOff, "/InactivityMessage")]),
            case(message(" ", "50"), &[(Code::MessageEmpty, "/InactivityMessage")]),
            case(
                message("{{a}}", "50"),
                &[
                    (Code::PlaceholderLeftOut, "/InactivityMessage"),
                    (Code::MessageEmpty, "/InactivityMessage"),
                ],
            ),
            case(
                message("Oi {{contact.name}", "50"),
                &[(Code::PlaceholderLeftOut, "/InactivityMessage")],
            ),
            case(
                message("Oi {{ contact.name }}", "50"),
                &[(Code::PlaceholderChanged, "/InactivityMessage")],
            ),
            case(
                message("Oi", "60"),
                &[(Code::MessageNotBeforeClose, "/InactivityMessageDowntime")],
            ),
            case(
                message(r#"{ "uri": "https://a/b.png", "text": "Oi" }"#, "50"),
                &[(Code::ImageLeftOut, "/InactivityMessage")],
            ),
            case(
                json!({ "InactivityImage": "https://a/b" }),
                &[(Code::ImageLeftOut, "/InactivityImage")],
            ),
            case(json!({ TAGS: "a" }), &[(Code::TagsSwitchedOff, "/InactivityTags")]),
            case(json!({ USE_TAGS: "true", TAGS: "[]" }), &[(Code::TagsEmpty, "/InactivityTags")]),
            case(
                json!({ "CustomerMaxResponseDelay": "60" }),
                &[(Code::NoCounterpart, "/CustomerMaxResponseDelay")],
            ),
            case(json!({ "a/b": "1" }), &[(Code::UnknownMember, "/a~1b")]),
        ]
    }

    #[test]
    fn what_is_wrong_or_left_out_is_said_with_its_place() {
        for (settings, expected) in cases() {
            let said = match import(&settings, Language::English) {
                Ok(imported) => imported.notes,
                Err(problems) => problems,
            };
            let said: Vec<(Code, &str)> = said.iter().map(|n| (n.code, n.place.as_str())).collect();
            assert_eq!(said, expected, "of {settings}");
        }
    }

    #[test]
    fn each_is_said_in_three_languages() {
        for (settings, _) in cases() {
            let notes = match import(&settings, Language::English) {
                Ok(imported) => imported.notes,
                Err(problems) => problems,
            };
            for note in notes {
                let said = [Language::Spanish, Language::Portuguese, Language::English]
                    .map(|language| note.sentence(language));
                assert!(
                    said.iter()
                        .all(|sentence| !sentence.contains("{0}") && !sentence.contains("{1}")),
                    "{said:?}"
                );
                assert!(said[0] != said[2] && said[1] != said[2], "{said:?}");
            }
        }
    }
}
