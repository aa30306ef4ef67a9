// Generated from `wit/types.wit` by `BLESS=1 cargo test -p despertador-generate`.
// Change the contract, not this file.

use super::Channel;

impl Channel {
    /// The channels that a policy can name, with their words.
    pub const NAMED: [(&'static str, Channel); 10] = [
        ("whatsapp", Channel::Whatsapp),
        ("messenger", Channel::Messenger),
        ("instagram", Channel::Instagram),
        ("telegram", Channel::Telegram),
        ("apple-messages", Channel::AppleMessages),
        ("sms", Channel::Sms),
        ("email", Channel::Email),
        ("web-chat", Channel::WebChat),
        ("mobile-app", Channel::MobileApp),
        ("voice", Channel::Voice),
    ];
}
