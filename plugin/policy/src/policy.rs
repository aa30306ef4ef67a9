//! A policy: all rules of one account, checked, and what it answers.

use crate::calendar::Hours;
use crate::clock::Clock;
use crate::close::after_close;
use crate::decision::{Decision, Key, Step, Survey};
use crate::departments::Departments;
use crate::event::{Event, Happening, Occurrence, Source};
use crate::instant::Instant;
use crate::matching::NarrowRules;
use crate::memory::{Heard, Memory, Taken, Terms};
use crate::message::{Author, Message};
use crate::names::Names;
use crate::outgoing::{Way, window_until};
use crate::replies::{Occasion, Team};
use crate::rule::{Activation, Effect, Options, Rule};
use crate::schedule::way;
use crate::sending::{Caps, Cause, earliest};
use crate::text::Language;
use crate::ticket::Ticket;
use crate::zone::Zone;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// All rules of one account. It can only be made by [`Policy::parse`], so it has no errors.
///
/// Methods named after what happened (`on_…`) return the memory that follows; those named after a
/// question (`decide`, `explain`, `outline`) change nothing.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) version: String,
    pub(crate) enabled: bool,
    pub(crate) language: Language,
    pub(crate) activation: Option<Activation>,
    pub(crate) exempt_tags: Names,
    pub(crate) rules: Vec<Rule>,
    pub(crate) departments: Departments,
    /// The rules that ask for more than a department.
    pub(crate) narrow: NarrowRules,
    /// What holds for tickets without a rule.
    pub(crate) defaults: Options,
    /// The company's name, for texts.
    pub(crate) company: Option<String>,
    /// The account's time zone, for customers whose zone is not known.
    pub(crate) zone: Zone,
    /// Whether conversations of several people are left alone.
    pub(crate) exempt_groups: bool,
    /// The words by which a customer wants no more, folded; none: those that a channel's users know.
    pub(crate) opt_out_words: Option<Vec<String>>,
    /// What a customer may be sent in all.
    pub(crate) budget: Caps,
    pub(crate) schedules: Vec<OpenHours>,
    pub(crate) sending_windows: Vec<SendingWindow>,
    /// Automatic replies, team by team.
    pub(crate) teams: Vec<Team>,
    pub(crate) departments_of_teams: Departments,
}

/// Hours of a team, by a name.
#[derive(Debug, Clone)]
pub(crate) struct OpenHours {
    pub(crate) name: String,
    pub(crate) hours: Hours,
    pub(crate) zone: Zone,
}

/// When messages may be sent to a customer, by a name (docs/rules.md#sending-window).
#[derive(Debug, Clone)]
pub(crate) struct SendingWindow {
    pub(crate) name: String,
    pub(crate) hours: Option<Hours>,
    /// For customers whose zone is not known.
    pub(crate) zone: Zone,
    pub(crate) caps: Caps,
    pub(crate) close: OutsideHours,
}

/// What becomes of a close that falls due while the sending window is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutsideHours {
    /// It happens, without a word to the customer.
    Silent,
    /// It waits.
    Wait,
}

/// When messages may be sent to one customer.
#[derive(Debug, Clone)]
pub(crate) struct Sending<'a> {
    /// None: at any time. Boxed, so that the many decisions without limits stay small.
    limits: Option<Box<Limits<'a>>>,
    pub(crate) close: OutsideHours,
}

#[derive(Debug, Clone)]
struct Limits<'a> {
    hours: Option<&'a Hours>,
    zone: Zone,
    /// Where the customer may be instead, if their zone has a name that nobody knows: messages keep
    /// to the hours there as well.
    perhaps: Vec<Zone>,
    caps: Caps,
    sent: Vec<Instant>,
}

/// So often an hour is looked for that is open in all zones of a country: for some weeks.
const MOST_ROUNDS: usize = 60;

impl Limits<'_> {
    fn earliest(&self, due: Instant, at: Instant) -> (Instant, Option<Cause>) {
        let open = |at| self.next_opening(at);
        let earliest = earliest(&open, self.zone, &self.caps, &self.sent, due, at);
        (earliest.at, earliest.first)
    }

    /// The first instant from this one on within the hours.
    fn next_opening(&self, at: Instant) -> Instant {
        let Some(hours) = self.hours else { return at };
        let mut at = hours.next_opening(self.zone, at);
        for _ in 0..MOST_ROUNDS {
            let everywhere = self.perhaps.iter().fold(at, |at, zone| hours.next_opening(*zone, at));
            if everywhere == at {
                return at;
            }
            at = hours.next_opening(self.zone, everywhere);
        }
        // Where it is always night somewhere nothing is sent.
        Instant::MAX
    }
}

impl Sending<'_> {
    /// The first instant from `at` on at which a message that fell due at `due` may be sent, and
    /// what moved it.
    #[inline]
    pub(crate) fn earliest(&self, due: Instant, at: Instant) -> (Instant, Option<Cause>) {
        match &self.limits {
            None => (at, None),
            Some(limits) => limits.earliest(due, at),
        }
    }

    /// Counts one more message.
    pub(crate) fn count(&mut self, at: Instant) {
        if let Some(limits) = &mut self.limits {
            limits.sent.push(at);
        }
    }

    /// The first instant from this one on within the hours.
    pub(crate) fn next_opening(&self, at: Instant) -> Instant {
        self.limits.as_ref().map_or(at, |limits| limits.next_opening(at))
    }
}

impl Policy {
    /// Takes in a message of the conversation and decides for the instant it was received.
    /// Returns whether the memory changed.
    pub fn on_message(
        &self,
        ticket: &Ticket<'_>,
        memory: &mut Memory,
        message: &Message<'_>,
    ) -> (bool, Decision) {
        let first = memory.customer.is_none();
        let heard = self.hearing(ticket, memory, message);
        let taken = memory.hear(message, &self.terms(ticket), heard);
        if taken == Taken::Spoken && message.author == Author::Customer {
            // Who only asks for more time has not written yet.
            let first = first && memory.customer.is_some();
            self.answer_message(ticket, memory, message, first);
        }
        (taken != Taken::Nothing, self.decide(ticket, memory, message.stamp.received))
    }

    /// Takes in an event and decides for the instant it was received. Returns whether the memory
    /// changed.
    pub fn on_event(
        &self,
        ticket: &Ticket<'_>,
        memory: &mut Memory,
        event: &Event<'_>,
    ) -> (bool, Decision) {
        let terms = Terms {
            counts_what_is_sent: self.counts_what_is_sent(ticket)
                && !self.is_note(ticket, memory, event),
            surveys: self.surveys(ticket, memory, event),
            ..self.terms(ticket)
        };
        let mut changed = memory.notice(event, &terms);
        if let Happening::Occurred(occurrence) = event.what {
            changed |= self.note_occurrence(memory, &occurrence, event.stamp.clamped());
        }
        changed |= self.answer_event(ticket, memory, event, changed);
        (changed, self.decide(ticket, memory, event.stamp.received))
    }

    /// What an occurrence says whether or not a team answers it.
    fn note_occurrence(
        &self,
        memory: &mut Memory,
        occurrence: &Occurrence<'_>,
        at: Instant,
    ) -> bool {
        let before = (memory.last_heard(), memory.surveyed());
        if occurrence.call.is_some() {
            // The customer has made a call.
            memory.reached(at);
        }
        if occurrence.name == Occasion::RatingRequested.word() {
            memory.ask_survey(at);
        }
        (memory.last_heard(), memory.surveyed()) != before
    }

    /// What is to be done at an instant, and why.
    #[must_use]
    pub fn decide(&self, ticket: &Ticket<'_>, memory: &Memory, now: Instant) -> Decision {
        crate::decide::decide(self, ticket, memory, now, &mut ())
    }

    /// The rule for a ticket (docs/rules.md#department-rule), with its place in the policy: the most
    /// specific one that matches.
    #[must_use]
    pub fn rule_for(&self, ticket: &Ticket<'_>) -> Option<(u32, &Rule)> {
        let index = if self.narrow.is_empty() {
            self.departments.rule(ticket.department)?
        } else {
            let own = ticket.department.and_then(|name| self.departments.own(name));
            self.narrow.rule(ticket, own, self.departments.any)?
        };
        Some((index, self.rules.get(usize::try_from(index).ok()?)?))
    }

    /// What durations of a rule run in.
    pub(crate) fn clock(&self, rule: &Rule) -> Clock<'_> {
        Clock(self.schedule(rule).map(|schedule| (&schedule.hours, &schedule.zone)))
    }

    /// Whether an instant is within the time for late replies after another one.
    pub(crate) fn is_in_grace(&self, rule: &Rule, closed: Instant, at: Instant) -> bool {
        let calendar = rule.options.late_reply_in_calendar_time;
        let clock = if calendar { Clock(None) } else { self.clock(rule) };
        clock.between(closed, at) <= rule.options.late_reply
    }

    pub(crate) fn schedule(&self, rule: &Rule) -> Option<&OpenHours> {
        rule.options.business_hours.and_then(|n| self.schedules.get(n))
    }

    pub(crate) fn window(&self, rule: &Rule) -> Option<&SendingWindow> {
        rule.options.sending_window.and_then(|n| self.sending_windows.get(n))
    }

    /// When messages may be sent to a customer under a rule.
    #[inline]
    pub(crate) fn sending(&self, rule: &Rule, ticket: &Ticket<'_>, memory: &Memory) -> Sending<'_> {
        if self.has_limits() {
            self.limited_sending(rule, ticket, memory)
        } else {
            Sending { limits: None, close: OutsideHours::Silent }
        }
    }

    /// Whether there is a budget or a sending window at all; most policies have neither.
    fn has_limits(&self) -> bool {
        !self.sending_windows.is_empty() || self.budget != Caps::default()
    }

    fn limited_sending(&self, rule: &Rule, ticket: &Ticket<'_>, memory: &Memory) -> Sending<'_> {
        let window = self.window(rule);
        let caps = window.map_or(self.budget, |w| w.caps.and(&self.budget));
        if window.is_none() && caps == Caps::default() {
            return Sending { limits: None, close: OutsideHours::Silent };
        }
        let own = window.map_or(self.zone, |w| w.zone);
        let (zone, perhaps) = match ticket.zone() {
            Some(Ok(zone)) => (zone, Vec::new()),
            Some(Err(_)) => (own, own.of_country()),
            None => (own, Vec::new()),
        };
        let mut sent = Vec::new();
        if caps != Caps::default() {
            sent = ticket.sent();
            sent.extend_from_slice(memory.sent());
        }
        let hours = window.and_then(|w| w.hours.as_ref());
        Sending {
            limits: Some(Box::new(Limits { hours, zone, perhaps, caps, sent })),
            close: window.map_or(OutsideHours::Silent, |w| w.close),
        }
    }

    /// Whether it matters how many messages a customer has been sent.
    fn counts_what_is_sent(&self, ticket: &Ticket<'_>) -> bool {
        if !self.has_limits() {
            return false;
        }
        let window = self.rule_for(ticket).and_then(|(_, rule)| self.window(rule));
        self.budget != Caps::default() || window.is_some_and(|w| w.caps != Caps::default())
    }

    /// Whether an event reports a reminder that went to the people in charge only.
    fn is_note(&self, ticket: &Ticket<'_>, memory: &Memory, event: &Event<'_>) -> bool {
        let Happening::CarriedOut(Key { step: Some(Step::Reminder(number)), .. }) = event.what
        else {
            return false;
        };
        let place = usize::try_from(number.saturating_sub(1)).ok();
        let planned = self
            .rule_for(ticket)
            .and_then(|(_, rule)| Some((rule.options.outside_window, rule.reminders.get(place?)?)));
        planned.is_some_and(|(otherwise, planned)| {
            let at = event.stamp.clamped();
            let open = window_until(ticket, memory).is_none_or(|until| at < until);
            let templates = ticket.channel.abilities().templates;
            way(&planned.content, open, templates, otherwise) == Some(Way::AsNote)
        })
    }

    /// What a customer's words mean beyond being an answer.
    fn hearing(&self, ticket: &Ticket<'_>, memory: &Memory, message: &Message<'_>) -> Heard {
        let mut heard = Heard::default();
        if message.author != Author::Customer {
            return heard;
        }
        if let Some(text) = message.text {
            let usual = ticket.channel.abilities().opt_out_words;
            heard.opted_out = crate::opt_out::said(text, self.opt_out_words.as_deref(), usual);
        }
        heard.effect = self.effect(ticket, memory, message);
        heard
    }

    /// The quick reply that a message is, if one was offered in this cycle.
    fn effect(
        &self,
        ticket: &Ticket<'_>,
        memory: &Memory,
        message: &Message<'_>,
    ) -> Option<Effect> {
        let (_, rule) = self.rule_for(ticket)?;
        let sent = match memory.spent {
            Some(spent) => usize::try_from(spent.number).ok()?,
            // Said to be settled, so an offer had been made; pressed again, it still is.
            None if memory.resolved.is_some() => rule.reminders.len(),
            None => return None,
        };
        let mut offered = rule.reminders.iter().take(sent).rev();
        let text = message.text.map(str::trim);
        offered.find_map(|reminder| {
            reminder.content.quick_replies.iter().find_map(|reply| {
                let chosen = match message.choice {
                    Some(choice) => choice == reply.effect.id(),
                    None => text.is_some_and(|text| reply.title.has(text)),
                };
                chosen.then_some(reply.effect)
            })
        })
    }

    /// What the rule in force says about remembering.
    fn terms(&self, ticket: &Ticket<'_>) -> Terms {
        let options = self.rule_for(ticket).map_or(&self.defaults, |(_, rule)| &rule.options);
        Terms {
            counting: options.counting,
            reply_ends_snooze: options.reply_ends_snooze,
            tells_of_waiting: options.company_silent.is_some(),
            counts_what_is_sent: false,
            surveys: false,
        }
    }

    /// Whether the close that an event reports as carried out asks the customer how it was.
    fn surveys(&self, ticket: &Ticket<'_>, memory: &Memory, event: &Event<'_>) -> bool {
        let Happening::CarriedOut(key) = event.what else { return false };
        let source = match key.step {
            Some(Step::Close) => Source::Inactivity,
            Some(Step::Resolve) => Source::Customer,
            Some(Step::AfterClose) => memory.closed.map_or(Source::Other, |closed| closed.by),
            _ => return false,
        };
        self.rule_for(ticket).is_some_and(|(_, rule)| {
            let at = event.stamp.clamped();
            after_close(self, rule, source, ticket, memory, at).survey != Survey::No
        })
    }
}
