//! Messages that are too long when they are sent: what is left out, and in which order.
extern crate std;

use crate::channel::Channel;
use crate::decision::{Outcome, Outgoing, Task};
use crate::instant::{Instant, Span};
use crate::memory::Memory;
use crate::message::{Author, Kind, Message, Origin, Stamp};
use crate::policy::Policy;
use crate::ticket::{Status, Ticket};
use crate::{Exit, Surroundings};
use alloc::boxed::Box;
use alloc::string::String;
use std::format;
use std::vec::Vec;

const CHOICES: &str = r#", "quick-replies": [ { "text": "Necesito un poco más de tiempo A", "effect": "continue" },
    { "text": "Necesito un poco más de tiempo B", "effect": "resolve" }, { "text": "No", "effect": "extend", "by": "1 h" } ]"#;
const IMAGE: &str = r#", "image": { "url": "https://example.com/a.png", "alternative": "a" }"#;

/// The reminder as sent to a customer with this name; the policy names no channel.
fn sent(channel: Channel, name: &str, text: &str, more: &str) -> Box<Outgoing> {
    let config = format!(
        r#"{{ "rules": [ {{ "departments": "any", "close-after": "15 min",
            "reminders": [ {{ "after": "10 min", "text": "{text}"{more} }} ] }} ] }}"#
    );
    let surroundings =
        Surroundings { departments: None, tick_resolution: Span::SECOND, exit: Exit::Unknown };
    let (policy, _) = Policy::parse(&config, &surroundings).unwrap();
    let at = |minute: i64| Instant::from_millis(minute.saturating_mul(60_000)).unwrap();
    let facts = [(String::from("customer.name"), String::from(name))];
    let ticket = Ticket {
        id: "4711",
        status: Status::Open,
        department: None,
        channel,
        tags: &[],
        agent: None,
        locale: None,
        customer_zone: None,
        incomplete_metadata: false,
        group: false,
        opted_out: false,
        window_until: Some(at(1_000)),
        sent: &[],
        more: &facts,
    };
    let mut memory = Memory::default();
    let stamp = Stamp { id: None, sequence: None, at: at(0), received: at(0) };
    let message = Message {
        stamp,
        author: Author::Agent,
        kind: Kind::Spoken,
        origin: Origin::Written,
        text: None,
        choice: None,
    };
    policy.on_message(&ticket, &mut memory, &message);
    match policy.decide(&ticket, &memory, at(10)).outcome {
        Outcome::Act(action) => match action.task {
            Task::Send(reminder) => reminder.message,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_long_name_gives_way_to_what_stands_for_it() {
    let words = "ñ".repeat(490);
    let text = format!("{{{{customer.name|tú}}}} {words}");
    let short = sent(Channel::Instagram, "Zoë", &text, "");
    assert_eq!(short.text, format!("Zoë {words}"));
    // None of the policy's own text is lost.
    let long = sent(Channel::Instagram, &"é".repeat(100), &text, "");
    assert_eq!(long.text, format!("tú {words}"));
    // On a channel with a higher limit the name stays.
    let email = sent(Channel::Email, &"é".repeat(100), &text, "");
    assert!(email.text.starts_with("ééé"));
}

#[test]
fn buttons_and_pictures_give_way_to_words_and_the_end_of_the_text_last() {
    let counted = |channel, letters: usize, more| {
        let message = sent(channel, "", &"é".repeat(letters), more);
        (message.text.chars().count(), message.quick_replies.len(), message.image.is_some())
    };
    assert_eq!(counted(Channel::Whatsapp, 1_024, CHOICES), (1_024, 2, false));
    assert_eq!(counted(Channel::Whatsapp, 1_025, CHOICES), (1_025, 0, false));
    assert_eq!(counted(Channel::Whatsapp, 1_025, IMAGE), (1_025, 0, false));
    assert_eq!(counted(Channel::Telegram, 1_024, IMAGE), (1_024, 0, true));
    assert_eq!(counted(Channel::Telegram, 1_025, IMAGE), (1_025, 0, false));
    let both = format!("{CHOICES}{IMAGE}");
    assert_eq!(counted(Channel::Telegram, 1_025, &both), (1_025, 3, false));
    assert_eq!(counted(Channel::Whatsapp, 5_000, &both), (4_096, 0, false));
    let cut = sent(Channel::Instagram, "", &"é".repeat(600), "");
    assert!(cut.text.len() <= 1_000 && cut.text.ends_with("é…"), "{}", cut.text.len());
}

#[test]
fn no_two_buttons_are_alike_when_their_titles_are_cut() {
    let message = sent(Channel::Whatsapp, "", "a", CHOICES);
    let titles: Vec<&str> = message.quick_replies.iter().map(|r| r.title.as_str()).collect();
    assert_eq!(titles, ["Necesito un poco má…", "No"]);
    let message = sent(Channel::Telegram, "", "a", CHOICES);
    assert_eq!(message.quick_replies.len(), 3);
}

#[test]
fn a_name_that_shows_nothing_is_none() {
    for name in ["", " ", "\u{200b}", "\u{feff}\n", "\u{a0}"] {
        assert_eq!(sent(Channel::Email, name, "{{customer.name|Hola}}!", "").text, "Hola!");
    }
}
