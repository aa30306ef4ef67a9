//! The customer's channel, from the domain of their address.

use despertador_contract::Channel;

/// The domains of Blip's channels, with the contract's channel. If there are several, the first is
/// written.
const CHANNELS: [(&str, Channel); 9] = [
    ("wa.gw.msging.net", Channel::Whatsapp),
    ("messenger.gw.msging.net", Channel::Messenger),
    ("instagram.gw.msging.net", Channel::Instagram),
    ("telegram.gw.msging.net", Channel::Telegram),
    ("businesschat.gw.msging.net", Channel::AppleMessages),
    ("take.io", Channel::Sms),
    ("tangram.com.br", Channel::Sms),
    ("mailgun.gw.msging.net", Channel::Email),
    ("0mn.io", Channel::WebChat),
];

/// The channel for a domain; an unknown one is `other` with the domain.
///
/// ```
/// use despertador_contract::Channel;
/// assert_eq!(despertador_lime::channel("wa.gw.msging.net"), Channel::Whatsapp);
/// assert_eq!(
///     despertador_lime::channel("skype.gw.msging.net"),
///     Channel::Other("skype.gw.msging.net".into()),
/// );
/// ```
#[must_use]
pub fn channel(domain: &str) -> Channel {
    let known = CHANNELS.iter().find(|(known, _)| known.eq_ignore_ascii_case(domain));
    known.map_or_else(|| Channel::Other(domain.into()), |(_, channel)| channel.clone())
}

/// The domain for a channel, if Blip has one.
#[must_use]
pub fn domain(channel: &Channel) -> Option<&str> {
    if let Channel::Other(domain) = channel {
        return Some(domain);
    }
    CHANNELS.iter().find(|(_, known)| known == channel).map(|(domain, _)| *domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_of_blip_has_its_domain() {
        for (name, expected) in CHANNELS {
            assert_eq!(channel(name), expected, "{name}");
            assert_eq!(channel(&name.to_uppercase()), expected, "{name}");
            let written = domain(&expected).expect(name);
            assert_eq!(channel(written), expected);
        }
        assert_eq!(channel("x.example"), Channel::Other("x.example".into()));
        assert_eq!(domain(&Channel::Other("x.example".into())), Some("x.example"));
        assert_eq!(domain(&Channel::Voice), None);
    }
}
