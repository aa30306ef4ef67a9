//! Writes a call as a timeline's line: the reverse of parsing one.

use std::fmt::Write as _;

use despertador_contract::{
    ActionKey, Author, Event, Happening, Instant, Message, MessageKind, Origin, Step,
};

use crate::answer::quote;
use despertador_contract::Call;
use despertador_contract::clock_face::ClockFace;
use despertador_contract::duration;
use despertador_contract::word::Word;

/// The part between time and arrow: `customer  "Hola"`.
pub fn what(call: &Call, face: &ClockFace) -> String {
    match call {
        Call::Message(message) => spoken(message, face),
        Call::Event(event) => happened(event, face),
        Call::Tick(_) => "tick".into(),
    }
}

fn spoken(message: &Message, face: &ClockFace) -> String {
    let mut line = match (&message.author, &message.origin) {
        (Author::Bot, Origin::Echo) => "echo".to_owned(),
        (author, _) => author.word().into_owned(),
    };
    if message.kind != MessageKind::Text {
        let _ = write!(line, " {}", message.kind.word());
    }
    match &message.origin {
        Origin::Written => {}
        Origin::Echo if message.author == Author::Bot => {}
        Origin::AutomaticReply => line.push_str(" auto-reply"),
        origin => drop(write!(line, " {}", origin.word())),
    }
    let mut parts =
        stamp((message.at, message.received_at), message.sequence, message.id.as_deref(), face);
    parts.extend(message.choice.as_ref().map(|choice| format!("choice {choice}")));
    aside(&mut line, &parts);
    if let Some(text) = &message.text {
        let _ = write!(line, "  {}", quote(text));
    }
    line
}

fn happened(event: &Event, face: &ClockFace) -> String {
    let mut line = match &event.what {
        Happening::Opened(source) => format!("opened by {}", source.word()),
        Happening::CarriedOut(key) => carried_out(key),
        Happening::Failed(failure) => format!(
            "failed {} of cycle {} ({})",
            failed_step(&failure.key.step),
            failure.key.cycle,
            failure.kind.word()
        ),
        Happening::Typing => "typing".into(),
        Happening::Held => "hold".into(),
        Happening::Released => "release".into(),
        Happening::Snoozed(None) => "snooze".into(),
        Happening::Snoozed(Some(until)) => format!("snooze until {}", face.show(*until)),
        Happening::Woken => "wake".into(),
        Happening::CallStarted => "call starts".into(),
        Happening::CallEnded => "call ends".into(),
        Happening::Assigned(agent) => format!("assigned {}", name(agent)),
        Happening::Unassigned => "unassigned".into(),
        Happening::Transferred(transfer) => {
            let mut line = "transfer".to_owned();
            if let Some(department) = &transfer.department {
                let _ = write!(line, " to {}", name(department));
            }
            if let Some(agent) = &transfer.agent {
                let _ = write!(line, " with {}", name(agent));
            }
            line
        }
        Happening::Extended(by) => format!("extended {}", duration::show(*by)),
        Happening::Closed(source) => format!("closed by {}", source.word()),
        Happening::Reopened(source) => format!("reopened by {}", source.word()),
        Happening::Occurred(occurrence) => {
            let details: serde_json::Map<String, serde_json::Value> = occurrence
                .details
                .iter()
                .map(|(key, value)| (key.clone(), value.clone().into()))
                .collect();
            let mut line = format!("occurred {}", name(&occurrence.name));
            if !details.is_empty() {
                let _ = write!(line, " {}", serde_json::Value::from(details));
            }
            line
        }
        Happening::Other(other) => format!("happened {}", name(other)),
    };
    let parts = stamp((event.at, event.received_at), event.sequence, event.id.as_deref(), face);
    aside(&mut line, &parts);
    line
}

fn carried_out(key: &ActionKey) -> String {
    let step = match &key.step {
        Step::Reminder(number) => format!("sent reminder {number}"),
        Step::Close => "closed".into(),
        Step::Notify => "notified".into(),
        Step::Reopen => "reopened".into(),
        Step::OpenLinked => "linked".into(),
        Step::AfterClose => "after-close done".into(),
        Step::Resolve => "resolved".into(),
        Step::Reply(number) => format!("sent reply {number}"),
        Step::Other(_) => despertador_contract::key::render_step(&key.step),
    };
    format!("{step} of cycle {}", key.cycle)
}

fn failed_step(step: &Step) -> String {
    match step {
        Step::Reminder(number) => format!("reminder {number}"),
        Step::Reply(number) => format!("reply {number}"),
        other => despertador_contract::key::render_step(other),
    }
}

fn stamp(
    (at, received_at): (Instant, Instant),
    sequence: Option<u64>,
    id: Option<&str>,
    face: &ClockFace,
) -> Vec<String> {
    let mut parts = Vec::new();
    if at != received_at {
        parts.push(format!("written {}", face.show(at)));
    }
    parts.extend(sequence.map(|sequence| format!("seq {sequence}")));
    parts.extend(id.map(|id| format!("id {id}")));
    parts
}

fn aside(line: &mut String, parts: &[String]) {
    if !parts.is_empty() {
        let _ = write!(line, " ({})", parts.join(", "));
    }
}

fn name(name: &str) -> String {
    let plain = !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'));
    if plain { name.to_owned() } else { quote(name) }
}

#[cfg(test)]
mod tests {
    use despertador_contract::{Failure, FailureKind};

    use super::*;
    use despertador_contract::clock_face::MONDAY;

    #[test]
    fn choices_replies_and_resolves_are_written_as_they_are_read() {
        let key = |step| ActionKey { ticket: "4711".into(), cycle: 2, step };
        let choice = Message {
            id: Some("m1".into()),
            kind: MessageKind::MenuAnswer,
            choice: Some("extend".into()),
            ..Message::words(Author::Customer, MONDAY)
        };
        let failure = Failure { key: key(Step::Reply(3)), kind: FailureKind::Refused };
        for (call, line) in [
            (Call::Message(choice), "customer menu-answer (id m1, choice extend)"),
            (
                Call::Event(Event::carried_out(key(Step::Reply(3)), MONDAY)),
                "sent reply 3 of cycle 2",
            ),
            (Call::Event(Event::carried_out(key(Step::Resolve), MONDAY)), "resolved of cycle 2"),
            (
                Call::Event(Event::new(Happening::Failed(failure), MONDAY)),
                "failed reply 3 of cycle 2 (refused)",
            ),
        ] {
            assert_eq!(what(&call, &ClockFace::default()), line);
        }
    }
}
