//! Instants and spans of time. Nothing in this crate reads a clock.

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// A duration in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(u64);

impl Instant {
    /// The earliest instant that is accepted: the start of 1970.
    pub const MIN: Instant = Instant(0);
    /// The latest instant that is accepted: the last millisecond of the year 9999.
    pub const MAX: Instant = Instant(253_402_300_799_999);

    /// The instant this many milliseconds after 1970-01-01T00:00:00Z; `None` outside the years 1970
    /// to 9999.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Option<Instant> {
        if millis < Self::MIN.0 || millis > Self::MAX.0 { None } else { Some(Instant(millis)) }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The instant a span later, at most [`Instant::MAX`].
    #[must_use]
    pub const fn plus(self, span: Span) -> Instant {
        let millis = self.0.saturating_add_unsigned(span.0);
        if millis > Self::MAX.0 { Self::MAX } else { Instant(millis) }
    }

    /// The instant a span earlier, at least [`Instant::MIN`].
    #[must_use]
    pub const fn minus(self, span: Span) -> Instant {
        let millis = self.0.saturating_sub_unsigned(span.0);
        if millis < Self::MIN.0 { Self::MIN } else { Instant(millis) }
    }

    /// The span since an earlier instant; zero if the other is later.
    #[must_use]
    pub const fn since(self, earlier: Instant) -> Span {
        let millis = self.0.saturating_sub(earlier.0);
        if millis < 0 { Span(0) } else { Span(millis.unsigned_abs()) }
    }
}

impl Span {
    /// Zero.
    pub const ZERO: Span = Span(0);
    /// One second.
    pub const SECOND: Span = Span(1_000);
    /// One minute.
    pub const MINUTE: Span = Span(60_000);
    /// One hour.
    pub const HOUR: Span = Span(3_600_000);
    /// One day of 24 hours.
    pub const DAY: Span = Span(86_400_000);

    /// A span of this many milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Span {
        Span(millis)
    }

    /// Its length in milliseconds.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// This span multiplied by `n`.
    #[must_use]
    pub const fn times(self, n: u64) -> Span {
        Span(self.0.saturating_mul(n))
    }

    /// The sum of two spans.
    #[must_use]
    pub const fn plus(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }

    /// The difference; zero if the other span is longer.
    #[must_use]
    pub const fn minus(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}
