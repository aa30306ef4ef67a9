//! English.

use crate::check::Code;

pub(super) fn texts(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::CredentialsGood => ("the platform accepts the token", ""),
        Code::WrongToken => (
            "the platform does not accept the token of `{0}`",
            "copy the token again from the platform; a token is revoked when its owner is removed",
        ),
        Code::Unreachable => (
            "the platform cannot be reached: {0}",
            "check `base`, and whether this machine may open connections to it",
        ),
        Code::UnknownAccount => (
            "the platform does not know `{0}`, or the token has no access to it",
            "compare the number in the settings with the one in the platform's address bar",
        ),
        Code::RightsGood => ("the token has all rights that are needed", ""),
        Code::MissingRight => (
            "the token of `{1}` may not do this: {0}",
            "give its owner the right, or use the token of somebody who has it",
        ),
        Code::SharedToken => (
            "messages are written in the name of the person whose token `{0}` has",
            "create an agent bot for Despertador and name its token in `bot-token-file`; otherwise that person must not answer customers, because their answers could be mistaken for reminders",
        ),
        Code::NoOtherCloser => ("nothing on the platform closes conversations by itself", ""),
        Code::SecondCloser => (
            "the platform closes conversations too: {0}",
            "switch it off there; two closers close without the reminders that your policy promises",
        ),
        Code::CloserUnknown => (
            "the token may not read whether the platform closes conversations by itself: {0}",
            "look at it on the platform, or run this test with an administrator's token",
        ),
        Code::ClockGood => ("the clocks agree", ""),
        Code::ClockOff => (
            "the platform's clock and this machine's differ by {0} s",
            "synchronise this machine's clock (NTP); otherwise signatures are refused and times are wrong",
        ),
        Code::WebhookGood => ("the platform posts to {0}", ""),
        Code::WebhookMissing => (
            "the platform has no webhook for {0}",
            "add a webhook with this address on the platform",
        ),
        Code::WebhookEvents => (
            "the webhook lacks these events: {0}",
            "edit the webhook on the platform and tick them",
        ),
        Code::WebhookUnknown => (
            "the token may not list the platform's webhooks",
            "compare the webhook's address on the platform with {0}, or run this test with an administrator's token",
        ),
        Code::SecretGood => ("the secret fits", ""),
        Code::WrongSecret => (
            "the secret is not the one that is in use: {0}",
            "copy the webhook's secret from the platform into `secret-file`, and reload the server",
        ),
        Code::AddressGood => ("the server answers at {0}", ""),
        Code::AddressUnreachable => (
            "the server cannot be reached at {0}: {1}",
            "start the server, and check the reverse proxy and the name of the host",
        ),
        Code::AddressUnknown => (
            "the settings do not name the address at which the platform reaches the server",
            "name it in `public-address`, such as `https://desk.example.com`",
        ),
        Code::Cannot => ("this platform cannot do: {0}", ""),
    }
}
