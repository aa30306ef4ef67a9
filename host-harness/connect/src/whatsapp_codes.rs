//! The error codes of WhatsApp's Cloud API: in answers, in statuses of messages, and in the errors
//! that help desks pass on.
//!
//! | codes | what it means for an action |
//! |---|---|
//! | 131021, 131026, 131050 | the customer cannot be reached, or refuses: blocked |
//! | 131047, 130472, 131049, 131051, 132000 to 132016, 131008, 131009, 100, 131052, 131053 | this message is refused, for good |
//! | 4, 80007, 130429, 131048, 131056 | too many: later |
//! | 0, 1, 2, 3, 10, 190, 200 to 299, 368, 131000, 131005, 131016, 131031, 131042, 131045, 131057, 133004, 133010 | our account or the platform: people must look, or it passes; later |
//!
//! A code that is not known is a refusal.

use despertador_contract::FailureKind;

/// What is behind a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The customer does not get messages from us.
    Blocked,
    /// The 24 hours since the customer's last message are over: only a template may be sent.
    WindowClosed,
    /// This message is refused.
    Refused,
    /// Too many messages, to this customer or at all.
    TooMany,
    /// The token or its rights, or the state of our account.
    Account,
    /// The platform has a problem of its own.
    Platform,
}

/// What is behind a code.
#[must_use]
pub fn cause(code: i64) -> Cause {
    match code {
        131_021 | 131_026 | 131_050 => Cause::Blocked,
        131_047 => Cause::WindowClosed,
        4 | 80_007 | 130_429 | 131_048 | 131_056 => Cause::TooMany,
        0 | 3 | 10 | 190 | 200..=299 | 368 | 131_005 | 131_031 | 131_042 | 131_045 | 133_010 => {
            Cause::Account
        }
        1 | 2 | 131_000 | 131_016 | 131_057 | 133_004 => Cause::Platform,
        _ => Cause::Refused,
    }
}

/// The kind of failure of an action whose message was accepted and failed afterwards.
#[must_use]
pub fn failure_kind(code: i64) -> FailureKind {
    match cause(code) {
        Cause::Blocked => FailureKind::Blocked,
        Cause::WindowClosed | Cause::Refused => FailureKind::Refused,
        Cause::TooMany | Cause::Account | Cause::Platform => FailureKind::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_codes_mean_what_the_table_says() {
        for (code, cause) in [
            (131_047, Cause::WindowClosed),
            (131_026, Cause::Blocked),
            (131_051, Cause::Refused),
            (130_472, Cause::Refused),
            (131_056, Cause::TooMany),
            (130_429, Cause::TooMany),
            (190, Cause::Account),
            (131_000, Cause::Platform),
            (999_999, Cause::Refused),
        ] {
            assert_eq!(self::cause(code), cause, "{code}");
        }
        assert_eq!(failure_kind(131_026), FailureKind::Blocked);
        assert_eq!(failure_kind(131_056), FailureKind::Unreachable);
    }
}
