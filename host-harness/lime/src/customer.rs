//! Canonical addresses for customers with several spellings.
//!
//! The same person can appear with and without the ninth digit of Brazilian mobile numbers, with
//! capitals in the mail address, through a tunnel or the desk, or with the address escaped. To find
//! a customer's tickets, compare [`canonical`] addresses. Messages are still sent to the address in
//! the ticket.

use despertador_contract::Channel;

use crate::address::{Identity, Node, escape, unescape};
use crate::channel::channel;
use crate::desk;

/// The domain of the addresses that a router gives to the customers of its bots.
const TUNNEL_DOMAIN: &str = "tunnel.msging.net";

/// Maximum number of addresses embedded in each other.
const EMBEDDINGS_MAX: usize = 4;

/// The canonical address of a customer.
///
/// ```
/// use despertador_lime::{Identity, canonical};
/// let customer: Identity = "553188887777@wa.gw.msging.net".parse()?;
/// assert_eq!(canonical(&customer).to_string(), "5531988887777@wa.gw.msging.net");
/// let tunnelled: Identity = "5531988887777%40wa.gw.msging.net@tunnel.msging.net".parse()?;
/// assert_eq!(canonical(&tunnelled), canonical(&customer));
/// # Ok::<(), despertador_lime::NotAnAddress>(())
/// ```
#[must_use]
pub fn canonical(customer: &Identity) -> Identity {
    let mut customer = customer.clone();
    for _ in 0..EMBEDDINGS_MAX {
        let domain = customer.domain();
        let is_wrapping = domain.is_empty() || is_tunnel(domain) || desk::is_desk(domain);
        match customer.inner().filter(|_| is_wrapping) {
            Some(inner) => customer = inner,
            None => break,
        }
    }
    let domain = customer.domain().to_lowercase();
    let name = unescape(customer.name()).unwrap_or_else(|| customer.name().to_owned());
    let name = name.trim().to_lowercase();
    let has_numbers = matches!(channel(&domain), Channel::Whatsapp | Channel::Sms);
    let number = if has_numbers { digits(&name) } else { None };
    let name = number.map_or_else(|| escape(&name), |digits| number_of(&digits));
    // If the result is not an address, the original is kept.
    Identity::new(&name, &domain).unwrap_or(customer)
}

/// The same for a text that names a customer, such as the fact `customer.id`: an address, a
/// telephone number with `+`, or an id of another platform, which is unchanged.
#[must_use]
pub fn canonical_customer(text: &str) -> String {
    let trimmed = text.trim();
    if let Some(digits) = trimmed.strip_prefix('+').and_then(digits) {
        return format!("+{}", number_of(&digits));
    }
    let is_address = trimmed.contains('@') || trimmed.contains("%40");
    match trimmed.parse::<Node>() {
        Ok(node) if is_address => canonical(&node.identity).to_string(),
        _ => text.to_owned(),
    }
}

/// Whether a domain is that of a router's addresses for the customers of its bots.
#[must_use]
pub fn is_tunnel(domain: &str) -> bool {
    domain.eq_ignore_ascii_case(TUNNEL_DOMAIN)
}

/// The digits of a telephone number in any grouping; `None` if it is something else.
fn digits(text: &str) -> Option<String> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let is_grouping = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}');
    let digits: String = text.chars().filter(|c| !is_grouping(*c)).collect();
    (digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// One spelling for international numbers that channels write in two ways.
fn number_of(digits: &str) -> String {
    // Brazil: mobile numbers got a ninth digit before their eight, which begin with 6 to 9.
    if let Some(national) = digits.strip_prefix("55").filter(|n| n.len() == 10)
        && let Some((area, number)) = national.split_at_checked(2)
        && !area.contains('0')
        && number.starts_with(['6', '7', '8', '9'])
    {
        return format!("55{area}9{number}");
    }
    // Mexico and Argentina: mobile numbers had a digit between country and area code.
    for (mobile, country) in [("521", "52"), ("549", "54")] {
        if let Some(national) = digits.strip_prefix(mobile).filter(|n| n.len() == 10) {
            return format!("{country}{national}");
        }
    }
    digits.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(spellings: &[&str]) {
        let [first, rest @ ..] = spellings else { return };
        let known = canonical_customer(first);
        for other in rest {
            assert_eq!(canonical_customer(other), known, "{other} is {first}");
        }
        assert_eq!(canonical_customer(&known), known, "canonical is canonical");
    }

    #[test]
    fn one_customer_has_one_address() {
        same(&[
            "5531988887777@wa.gw.msging.net",
            "553188887777@wa.gw.msging.net",
            "+5531988887777@WA.gw.msging.net",
            "553188887777@wa.gw.msging.net/instance",
            "553188887777%40wa.gw.msging.net",
            "5531988887777%40wa.gw.msging.net@tunnel.msging.net",
            "553188887777%40wa.gw.msging.net@desk.msging.net",
            "553188887777%2540wa.gw.msging.net%40tunnel.msging.net@desk.msging.net",
            " 553188887777@wa.gw.msging.net ",
        ]);
        same(&["5511988887777@take.io", "551188887777@take.io"]);
        same(&["5215512345678@wa.gw.msging.net", "525512345678@wa.gw.msging.net"]);
        same(&["5491123456789@wa.gw.msging.net", "541123456789@wa.gw.msging.net"]);
        same(&["+5531988887777", "+553188887777", "+55 31 8888-7777", "+55 (31) 98888-7777"]);
        same(&[
            "ana%40acme.com@mailgun.gw.msging.net",
            "Ana%40Acme.com@mailgun.gw.msging.net",
            "ANA%40acme.COM@Mailgun.gw.msging.net",
        ]);
        same(&["ana@acme.com", "Ana@ACME.com"]);
        same(&["0F8C@0mn.io", "0f8c@0mn.io"]);
        same(&["8d1f@tunnel.msging.net", "8D1F@tunnel.msging.net/x"]);
    }

    #[test]
    fn two_customers_have_two() {
        let distinct = [
            "5531988887777@wa.gw.msging.net",
            "5531988887778@wa.gw.msging.net",
            "5511988887777@wa.gw.msging.net",
            "5531988887777@take.io",
            // Not a Brazilian mobile: a landline, another country, an id of another channel.
            "553133334444@wa.gw.msging.net",
            "5531933334444@wa.gw.msging.net",
            "351931888877@wa.gw.msging.net",
            "553188887777@messenger.gw.msging.net",
            "5531988887777@messenger.gw.msging.net",
            "+5531988887777",
            "Eva",
            "eva",
            "C-553188887777",
            "",
        ];
        let canonical: std::collections::BTreeSet<_> =
            distinct.iter().map(|text| canonical_customer(text)).collect();
        assert_eq!(canonical.len(), distinct.len(), "{canonical:?}");
    }
}
