//! Facts of a ticket and surroundings of a policy, as JSON in the contract's names.

use serde_json::Value;

pub use crate::json::{object, pairs};

use crate::json::{duration, list, text, unknown, unless_null, word};
use crate::problem::Misread;
use crate::{ExitState, Surroundings, Ticket};

const SURROUNDINGS: &[&str] = &["departments", "tick-resolution", "inactivity-exit", "more"];

/// Sets the facts that the object contains.
///
/// # Errors
///
/// The first invalid fact; the previous ones are set.
pub fn apply(ticket: &mut Ticket, facts: &Value) -> Result<(), Misread> {
    object(facts, "facts of a ticket")?
        .iter()
        .try_for_each(|(name, value)| ticket.set_fact(name, value))
}

/// The ticket with those facts changed that the object names. Its id stays.
///
/// # Errors
///
/// The first fact that cannot be read.
pub fn with(ticket: &Ticket, facts: &Value) -> Result<Ticket, Misread> {
    let mut changed = ticket.clone();
    apply(&mut changed, facts)?;
    changed.id.clone_from(&ticket.id);
    Ok(changed)
}

/// All facts of a ticket except its id, as [`apply`] reads them; unknown facts are omitted.
#[must_use]
pub fn json(ticket: &Ticket) -> Value {
    Value::Object(ticket.facts())
}

/// The config of an account that has no policy: a plugin reads it as one under which nothing is done.
pub const NO_POLICY: &str = r#"{ "version": "none", "enabled": false, "rules": [] }"#;

/// Surroundings without any knowledge of the account.
#[must_use]
pub fn no_surroundings() -> Surroundings {
    Surroundings {
        departments: None,
        tick_resolution: 1000,
        inactivity_exit: ExitState::Unknown,
        more: None,
    }
}

/// The surroundings in the object; missing members are as in [`no_surroundings`].
///
/// # Errors
///
/// The first invalid name or value.
pub fn surroundings(given: &Value) -> Result<Surroundings, Misread> {
    let mut surroundings = no_surroundings();
    for (name, value) in object(given, "surroundings of a policy")? {
        match name.as_str() {
            "departments" => {
                surroundings.departments =
                    unless_null(name, value, |name, value| list(name, value, text))?;
            }
            "tick-resolution" => surroundings.tick_resolution = duration(name, value)?,
            "inactivity-exit" => surroundings.inactivity_exit = word(name, value)?,
            "more" => surroundings.more = unless_null(name, value, pairs)?,
            _ => return Err(unknown(name, "name", SURROUNDINGS)),
        }
    }
    Ok(surroundings)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock_face::MONDAY;
    use crate::{Channel, Instant};

    const HOUR: Instant = 3_600_000;

    #[test]
    fn windows_and_limits_are_facts() {
        let mut ticket = Ticket::open("4711", Channel::Whatsapp);
        let facts = json!({
            "group": true, "opted-out": true, "window-until": "+1d 09:00",
            "sent-to-customer": ["08:00", "2026-03-02T07:00:00+01:00"],
            "more": { "customer.name": "Eva" },
        });
        apply(&mut ticket, &facts).expect("facts");
        let mut again = Ticket::open("4711", Channel::Whatsapp);
        apply(&mut again, &json(&ticket)).expect("facts as they are written");
        assert_eq!(again, ticket);
        assert!(ticket.group && ticket.opted_out);
        assert_eq!(ticket.window_until, Some(MONDAY + 33 * HOUR));
        assert_eq!(ticket.sent_to_customer, Some(vec![MONDAY + 8 * HOUR, MONDAY + 6 * HOUR]));
        assert_eq!(ticket.more, Some(vec![("customer.name".into(), "Eva".into())]));

        let none = json!({
            "group": false, "opted-out": false, "window-until": null, "sent-to-customer": null,
            "more": null,
        });
        apply(&mut ticket, &none).expect("facts");
        assert_eq!(ticket, Ticket::open("4711", Channel::Whatsapp));
        for wrong in [
            json!({ "window-until": "soon" }),
            json!({ "window-until": 5 }),
            json!({ "sent-to-customer": "08:00" }),
            json!({ "group": "yes" }),
            json!({ "groups": true }),
        ] {
            assert!(apply(&mut ticket, &wrong).is_err(), "{wrong}");
        }
    }
}
