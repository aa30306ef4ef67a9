//! The tickets and customers that events name which cannot be read.

use despertador_contract::input;
use serde_json::Value;

/// The ticket and the customer that an unreadable event names.
pub(super) fn named_in(value: &Value) -> (Vec<String>, Vec<String>) {
    let name = |value: Option<&Value>| value.and_then(input::text_in).into_iter().collect();
    let customer = value.pointer("/facts/more").and_then(|more| more.get("customer.id"));
    (name(value.get("ticket")), name(customer))
}

/// The same for a text that is not JSON: the values after the names, if they are texts or numbers.
pub(super) fn named_in_text(broken: &str) -> (Vec<String>, Vec<String>) {
    (behind(broken, "ticket"), behind(broken, "customer.id"))
}

fn behind(broken: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = broken;
    while let Some((_, after)) = rest.split_once(name) {
        rest = after;
        let value = after.trim_start_matches(['"', '\'', '\\']).trim_start();
        let Some(value) = value.strip_prefix([':', '=']) else { continue };
        let value = value.trim_start();
        let text = match value.strip_prefix(['"', '\'']) {
            Some(quoted) => quoted.split(['"', '\'']).next(),
            None => value.split([',', '}', ' ', '\n', '\r']).next(),
        };
        let text = text.unwrap_or_default().trim_end_matches('\\');
        if !text.is_empty() {
            // Escapes are read as in any other text.
            let read = input::read_json(&format!("\"{text}\""));
            found.push(read.unwrap_or_else(|_| text.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_found_in_what_is_broken() {
        let (tickets, customers) = named_in_text(
            r#"{"ticket": "s1", "facts": {"more": {"customer.id": "+55 31 8888-7777"}}, "ticket" : 5,"#,
        );
        assert_eq!(
            (tickets, customers),
            (vec!["s1".into(), "5".into()], vec!["+55 31 8888-7777".into()])
        );
        assert_eq!(named_in_text("ticket ticket: \"ticket"), (vec!["ticket".into()], vec![]));
        let event = json!({ "ticket": 5, "facts": { "more": { "customer.id": "ana" } } });
        assert_eq!(named_in(&event), (vec!["5".into()], vec!["ana".into()]));
    }
}
