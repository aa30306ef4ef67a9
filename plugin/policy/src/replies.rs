//! Automatic replies to occurrences, team by team (docs/rules.md#reply-per-team).
//!
//! Whether an occurrence is answered is decided when it happens, and remembered; the reply is then
//! due until it is reported. Each occurrence has at most one reply. If it could not be answered
//! when it happened, it is not answered later: nobody wants to be thanked for last week's call.

use crate::channel::{Channel, Channels};
use crate::decision::{
    Action, AutomaticReply, Decision, MissedCall, Outcome, Outgoing, Reason, Step, Task,
};
use crate::event::{Event, Happening, Occurrence, Source};
use crate::instant::{Instant, Span};
use crate::memory::Memory;
use crate::message::Message;
use crate::outgoing::{SendAs, Writer, window_until};
use crate::policy::Policy;
use crate::rule::Content;
use crate::text::Translated;
use crate::ticket::{Status, Ticket};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// After this time an unsent reply is dropped.
const REPLY_EXPIRY: Span = Span::DAY;

/// The kinds of occurrences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    CustomerHungUp,
    CallMissed,
    VoicemailLeft,
    CallCompleted,
    CalledOutOfHours,
    RatingRequested,
    ResolutionAsked,
    FirstChatReceived,
    MediaRequested,
    ContactPageShared,
    ApprovalRequested,
    PaymentRequested,
    WroteOutOfHours,
    TicketCreatedOutOfHours,
}

impl Occasion {
    /// All of them in the order of their numbers in memories, with the words of config and
    /// contract.
    pub(crate) const NAMED: [(&'static str, Occasion); 14] = [
        ("customer-hung-up", Occasion::CustomerHungUp),
        ("call-missed", Occasion::CallMissed),
        ("voicemail-left", Occasion::VoicemailLeft),
        ("call-completed", Occasion::CallCompleted),
        ("called-out-of-hours", Occasion::CalledOutOfHours),
        ("rating-requested", Occasion::RatingRequested),
        ("resolution-asked", Occasion::ResolutionAsked),
        ("first-chat-received", Occasion::FirstChatReceived),
        ("media-requested", Occasion::MediaRequested),
        ("contact-page-shared", Occasion::ContactPageShared),
        ("approval-requested", Occasion::ApprovalRequested),
        ("payment-requested", Occasion::PaymentRequested),
        ("wrote-out-of-hours", Occasion::WroteOutOfHours),
        ("ticket-created-out-of-hours", Occasion::TicketCreatedOutOfHours),
    ];

    pub(crate) fn word(self) -> &'static str {
        Self::NAMED.iter().find(|(_, o)| *o == self).map_or("", |(word, _)| word)
    }

    pub(crate) fn number(self) -> u8 {
        let place = Self::NAMED.iter().position(|(_, o)| *o == self).unwrap_or(0);
        u8::try_from(place).unwrap_or(0)
    }

    pub(crate) fn from_number(number: u8) -> Option<Occasion> {
        Self::NAMED.get(usize::from(number)).map(|(_, occasion)| *occasion)
    }

    /// Whether it only occurs while the schedule is closed.
    pub(crate) const fn is_out_of_hours(self) -> bool {
        matches!(
            self,
            Occasion::CalledOutOfHours
                | Occasion::WroteOutOfHours
                | Occasion::TicketCreatedOutOfHours
        )
    }

    /// Whether the host reports it; the others are detected in messages and openings.
    const fn is_reported(self) -> bool {
        !matches!(
            self,
            Occasion::FirstChatReceived
                | Occasion::WroteOutOfHours
                | Occasion::TicketCreatedOutOfHours
        )
    }

    /// Whether nobody spoke with the caller (docs/rules.md#missed-call-ticket).
    const fn is_missed_call(self) -> bool {
        matches!(self, Occasion::CustomerHungUp | Occasion::CallMissed)
    }

    /// The phase of the call distinguishes the two ways to hang up (docs/rules.md#hang-up-phase).
    fn by_phase(self, phase: Option<&str>) -> Occasion {
        match phase {
            Some("voice-message" | "options") if self.is_missed_call() => Occasion::CallMissed,
            Some("greeting" | "waiting" | "chosen") if self.is_missed_call() => {
                Occasion::CustomerHungUp
            }
            _ => self,
        }
    }
}

/// A due reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) number: u32,
    /// The cycle in which it occurred: a part of the key, which must not change.
    pub(crate) cycle: u32,
    pub(crate) occasion: Occasion,
    /// Whether a message is sent.
    pub(crate) sends: bool,
    /// Whether a missed call is recorded.
    pub(crate) records: bool,
    /// Whether the account allows a ticket for a missed call.
    pub(crate) ticket_allowed: bool,
    pub(crate) at: Instant,
}

/// The subject of an occurrence, by an id of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About<'a> {
    Call(&'a str),
    Event(&'a str),
}

/// The reactions to an occurrence, each at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Message,
    Record,
}

/// The automatic replies of some departments.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) enabled: bool,
    /// The index of the team's schedule.
    pub(crate) schedule: Option<usize>,
    /// Whether a missed call without an open ticket gets one (docs/rules.md#missed-call-ticket).
    pub(crate) missed_call_ticket: bool,
    pub(crate) signature: Signature,
    pub(crate) replies: Vec<PlannedReply>,
}

/// The reply to one kind of occurrence.
#[derive(Debug, Clone)]
pub(crate) struct PlannedReply {
    pub(crate) occasion: Occasion,
    pub(crate) enabled: bool,
    pub(crate) content: Content,
    /// Further parts of the message.
    pub(crate) also: Vec<Translated>,
    pub(crate) signature: Option<Signature>,
    /// The channels on which it is sent; `None` for all.
    pub(crate) channels: Option<Channels>,
    pub(crate) when: When,
}

/// The signature of a message (docs/rules.md#reply-signature).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signature {
    Nobody,
    Company,
    Team,
}

/// When a reply is sent, relative to the team's schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Always,
    Open,
    OutOfHours,
}

impl Policy {
    fn team(&self, ticket: &Ticket<'_>) -> Option<&Team> {
        if !self.enabled || self.teams.is_empty() || ticket.status.is_gone() {
            return None;
        }
        let index = self.departments_of_teams.rule(ticket.department)?;
        self.teams.get(usize::try_from(index).ok()?).filter(|team| team.enabled)
    }

    /// Whether a team's schedule is open; `None` if it has none.
    fn is_open(&self, team: &Team, at: Instant) -> Option<bool> {
        let schedule = team.schedule.and_then(|n| self.schedules.get(n))?;
        Some(schedule.hours.is_open(schedule.zone, at))
    }

    /// Answers a customer's message.
    pub(crate) fn answer_message(
        &self,
        ticket: &Ticket<'_>,
        memory: &mut Memory,
        message: &Message<'_>,
        first: bool,
    ) {
        let Some(team) = self.team(ticket) else { return };
        let at = message.stamp.clamped();
        let asks = matches!(ticket.channel, Channel::Sms | Channel::Whatsapp)
            && self.is_open(team, at) == Some(false)
            && team
                .reply(Occasion::WroteOutOfHours)
                .is_some_and(|reply| reply.is_for(ticket.channel, Some(false)));
        if asks {
            // One reply a night, not one per line: until the schedule opens, there is nothing new
            // to say.
            let schedule = team.schedule.and_then(|n| self.schedules.get(n));
            let before = memory.account.as_ref().and_then(|account| account.out_of_hours);
            let said = before.zip(schedule).is_some_and(|(before, schedule)| {
                schedule.hours.next_opening(schedule.zone, before) > at
            });
            if !said && self.answer(team, ticket, memory, Occasion::WroteOutOfHours, None, true, at)
            {
                memory.account().out_of_hours = Some(at);
            }
        } else if first {
            self.answer(team, ticket, memory, Occasion::FirstChatReceived, None, true, at);
        }
    }

    /// Answers an event; returns whether it is answered or remembered.
    pub(crate) fn answer_event(
        &self,
        ticket: &Ticket<'_>,
        memory: &mut Memory,
        event: &Event<'_>,
        news: bool,
    ) -> bool {
        let Some(team) = self.team(ticket) else { return false };
        let at = event.stamp.clamped();
        match event.what {
            Happening::Opened(by) if news => {
                let created = matches!(by, Source::Customer | Source::Flow)
                    && matches!(ticket.channel, Channel::WebChat | Channel::MobileApp)
                    && self.is_open(team, at) == Some(false);
                // A ticket is created once, however often that is reported.
                let id = Some(About::Event("ticket-created"));
                let occasion = Occasion::TicketCreatedOutOfHours;
                created && self.answer(team, ticket, memory, occasion, id, true, at)
            }
            Happening::Occurred(occurrence) => {
                self.answer_occurrence(team, ticket, memory, &occurrence, event)
            }
            _ => false,
        }
    }

    fn answer_occurrence(
        &self,
        team: &Team,
        ticket: &Ticket<'_>,
        memory: &mut Memory,
        occurrence: &Occurrence<'_>,
        event: &Event<'_>,
    ) -> bool {
        let named = Occasion::NAMED.iter().find(|(word, _)| *word == occurrence.name);
        let Some(occasion) = named.map(|(_, o)| o.by_phase(occurrence.phase)) else { return false };
        let at = event.stamp.clamped();
        let untimely =
            occasion == Occasion::CalledOutOfHours && self.is_open(team, at) != Some(false);
        if !occasion.is_reported() || untimely {
            return false;
        }
        let id = occurrence.call.map(About::Call).or(event.stamp.id.map(About::Event));
        let allowed = occurrence.ticket_allowed;
        self.answer(team, ticket, memory, occasion, id, allowed, at)
    }

    /// Answers an occurrence, unless it was answered before: a call gets one message, however often
    /// it is reported, and is recorded once.
    #[expect(clippy::too_many_arguments, reason = "all there is to know of an occurrence")]
    fn answer(
        &self,
        team: &Team,
        ticket: &Ticket<'_>,
        memory: &mut Memory,
        occasion: Occasion,
        id: Option<About<'_>>,
        ticket_allowed: bool,
        at: Instant,
    ) -> bool {
        let cycle = memory.cycle;
        let mut pending = Pending {
            number: 0,
            cycle,
            occasion,
            sends: true,
            records: occasion.is_missed_call(),
            ticket_allowed,
            at,
        };
        pending.sends = self.message(team, ticket, memory, &pending, at).is_some()
            && id.is_none_or(|id| memory.insert_occurrence(id, Part::Message));
        pending.records = team.missed_call(ticket, &pending) != MissedCall::Nothing
            && id.is_none_or(|id| memory.insert_occurrence(id, Part::Record));
        let answers = pending.sends || pending.records;
        if answers {
            memory.reply_to(|number| Pending { number, ..pending });
        }
        answers
    }

    /// The reply that is due, if there is one.
    pub(crate) fn reply_due(
        &self,
        ticket: &Ticket<'_>,
        memory: &Memory,
        now: Instant,
    ) -> Option<Decision> {
        if memory.replies().is_empty() {
            return None;
        }
        let team = self.team(ticket)?;
        memory.replies().iter().filter(|p| now.since(p.at) < REPLY_EXPIRY).find_map(|pending| {
            let message = self.message(team, ticket, memory, pending, now);
            let missed_call = team.missed_call(ticket, pending);
            if message.is_none() && missed_call == MissedCall::Nothing {
                return None;
            }
            let step = Step::Reply(pending.number);
            let reason = Reason::AutomaticReply(pending.occasion.word());
            let outcome = if pending.at > now {
                Outcome::Wait(pending.at, step)
            } else {
                let event = pending.occasion.word();
                let task = Task::Reply(AutomaticReply { event, message, missed_call }.into());
                Outcome::Act(Action { cycle: pending.cycle, step, due: pending.at, task })
            };
            Some(Decision { outcome, reason, rule: None })
        })
    }

    fn message(
        &self,
        team: &Team,
        ticket: &Ticket<'_>,
        memory: &Memory,
        pending: &Pending,
        now: Instant,
    ) -> Option<Box<Outgoing>> {
        if !pending.sends {
            return None;
        }
        let open = self.is_open(team, pending.at);
        let reply = team.reply(pending.occasion).filter(|r| r.is_for(ticket.channel, open))?;
        let unwanted = ticket.opted_out || memory.opted_out || ticket.group && self.exempt_groups;
        if unwanted {
            return None;
        }
        let free = window_until(ticket, memory).is_none_or(|until| now < until);
        let send_as = match (free, &reply.content.template) {
            (true, _) => SendAs::FreeText,
            (false, Some(_)) if ticket.channel.abilities().templates => SendAs::Template,
            (false, _) => return None,
        };
        let writer = Writer { policy: self, ticket, reminder: None };
        let signature = match reply.signature.unwrap_or(team.signature) {
            Signature::Nobody => None,
            Signature::Company => ticket.fact("company.name").or(self.company.as_deref()),
            Signature::Team => ticket.fact("department.name").or(ticket.department),
        };
        Some(writer.write_whole(&reply.content, &reply.also, signature, send_as))
    }
}

impl Team {
    fn reply(&self, occasion: Occasion) -> Option<&PlannedReply> {
        self.replies.iter().find(|reply| reply.occasion == occasion && reply.enabled)
    }

    fn missed_call(&self, ticket: &Ticket<'_>, pending: &Pending) -> MissedCall {
        if !pending.records {
            MissedCall::Nothing
        } else if ticket.status == Status::Open {
            MissedCall::OnTicket
        } else if self.missed_call_ticket && pending.ticket_allowed {
            MissedCall::NewTicket
        } else {
            MissedCall::Nothing
        }
    }
}

impl PlannedReply {
    fn is_for(&self, channel: Channel, open: Option<bool>) -> bool {
        self.channels.is_none_or(|channels| channels.has(channel))
            && match self.when {
                When::Always => true,
                When::Open => open == Some(true),
                When::OutOfHours => open == Some(false),
            }
    }
}
