//! A plugin with one rule: it reminds a silent customer once and closes the ticket later.
//!
//! Every function is pure: the answer depends on its arguments alone. What has to be remembered of
//! a ticket is in `memory`, which the host stores. There is no clock, no network and no randomness.

mod last_words;
mod memory;
mod rule;

/// The contract, generated from `wit/`.
mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "plugin" });
    export!(Component with_types_in self);
    use super::Component;
}

use bindings::exports::despertador::inactivity::decisions::{Guest, GuestPolicy, Policy};
use bindings::exports::despertador::inactivity::types::*;

use memory::Remembered;
use rule::Settings;

/// The component.
struct Component;

/// A policy that a host has loaded.
struct Loaded(Settings);

impl Guest for Component {
    type Policy = Loaded;

    fn describe() -> Description {
        Description {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            contract: "despertador:inactivity@@CONTRACT@".into(),
            memory_version: memory::VERSION,
            languages: vec!["en".into()],
            limits: Vec::new(),
        }
    }
}

impl GuestPolicy for Loaded {
    fn parse(config: String, _surroundings: Surroundings) -> Result<Policy, Vec<Diagnostic>> {
        last_words::leave();
        Settings::read(&config).map(|settings| Policy::new(Loaded(settings)))
    }

    fn warnings(&self) -> Vec<Diagnostic> {
        Vec::new()
    }

    fn outline(&self, start: Instant) -> Outline {
        self.0.outline(start)
    }

    fn on_message(
        &self,
        ticket: Ticket,
        memory: Memory,
        message: Message,
    ) -> Result<Update, Fault> {
        memory::check_times(&[message.at, message.received_at])?;
        let mut remembered = Remembered::read(&memory)?;
        remembered.message(&message);
        let decision = rule::decide(&self.0, &ticket, &remembered, message.received_at);
        Ok(Update { memory: remembered.write(), decision })
    }

    fn on_event(&self, ticket: Ticket, memory: Memory, event: Event) -> Result<Update, Fault> {
        memory::check_times(&[event.at, event.received_at])?;
        let mut remembered = Remembered::read(&memory)?;
        remembered.event(&event);
        let decision = rule::decide(&self.0, &ticket, &remembered, event.received_at);
        Ok(Update { memory: remembered.write(), decision })
    }

    fn on_tick(&self, ticket: Ticket, memory: Memory, now: Instant) -> Result<Decision, Fault> {
        memory::check_times(&[now])?;
        Ok(rule::decide(&self.0, &ticket, &Remembered::read(&memory)?, now))
    }

    fn explain(
        &self,
        ticket: Ticket,
        memory: Memory,
        now: Instant,
        _reader: Reader,
    ) -> Result<Explanation, Fault> {
        memory::check_times(&[now])?;
        let remembered = Remembered::read(&memory)?;
        let decision = rule::decide(&self.0, &ticket, &remembered, now);
        Ok(Explanation {
            language: "en".into(),
            summary: rule::sentence(&decision, now),
            decision,
            // For the author: `despertador run` and `explain` show it, pages for people do not.
            checks: vec![debug(format!("{remembered:?}"))],
            history: remembered.history(now),
        })
    }
}

/// A text for the author of the plugin.
fn debug(text: String) -> Check {
    Check { code: "debug".into(), holds: true, text }
}
