//! A policy: the checked rules of one account, and the decisions they lead to.

use crate::calendar::Hours;
use crate::clock::Clock;
use crate::close::after_close;
use crate::decision::{Decision, Key, Step, Survey};
use crate::departments::Departments;
use crate::event::{Event, Happening, Occurrence, Source};
use crate::instant::Instant;
use crate::matching::ConditionalRules;
use crate::memory::{Meaning, Memory, Recorded, RecordingOptions};
use crate::message::{Author, Message};
use crate::names::Names;
use crate::outgoing::{SendAs, window_until};
use crate::replies::{Occasion, Team};
use crate::rule::{Activation, Effect, Options, Rule};
use crate::schedule::send_as;
use crate::sending::{Caps, Cause, earliest};
use crate::text::Language;
use crate::ticket::Ticket;
use crate::zone::Zone;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// All rules of one account. [`Policy::parse`] is the only constructor, so a policy has no errors.
///
/// Methods `on_…` record what happened and change the memory; `decide`, `explain` and `outline`
/// change nothing.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) version: String,
    pub(crate) enabled: bool,
    pub(crate) language: Language,
    pub(crate) activation: Option<Activation>,
    pub(crate) exempt_tags: Names,
    pub(crate) rules: Vec<Rule>,
    pub(crate) departments: Departments,
    /// The rules with more conditions than a department.
    pub(crate) conditional: ConditionalRules,
    /// The options for tickets without a rule.
    pub(crate) defaults: Options,
    /// The company's name, for texts.
    pub(crate) company: Option<String>,
    /// The account's time zone, for customers with an unknown zone.
    pub(crate) zone: Zone,
    /// Whether group conversations are exempt.
    pub(crate) exempt_groups: bool,
    /// The words of an opt-out, folded; `None` for those that a channel's users know.
    pub(crate) opt_out_words: Option<Vec<String>>,
    /// The account's limits of messages to a customer.
    pub(crate) budget: Caps,
    pub(crate) schedules: Vec<OpenHours>,
    pub(crate) sending_windows: Vec<SendingWindow>,
    /// Automatic replies, team by team.
    pub(crate) teams: Vec<Team>,
    pub(crate) departments_of_teams: Departments,
}

/// A named schedule.
#[derive(Debug, Clone)]
pub(crate) struct OpenHours {
    pub(crate) name: String,
    pub(crate) hours: Hours,
    pub(crate) zone: Zone,
}

/// Named hours in which messages may be sent to customers (docs/rules.md#sending-window).
#[derive(Debug, Clone)]
pub(crate) struct SendingWindow {
    pub(crate) name: String,
    pub(crate) hours: Option<Hours>,
    /// For customers with an unknown zone.
    pub(crate) zone: Zone,
    pub(crate) caps: Caps,
    pub(crate) close: OutsideHours,
}

/// What happens to a close that falls due while the sending window is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutsideHours {
    /// It is carried out without a message to the customer.
    Silent,
    /// It waits.
    Wait,
}

/// When messages may be sent to a customer.
#[derive(Debug, Clone)]
pub(crate) struct Sending<'a> {
    /// `None`: at any time. Boxed, so that decisions without limits stay small.
    limits: Option<Box<Limits<'a>>>,
    pub(crate) close: OutsideHours,
}

#[derive(Debug, Clone)]
struct Limits<'a> {
    hours: Option<&'a Hours>,
    zone: Zone,
    /// Further zones in which the customer may be if their zone is unknown: messages keep to the
    /// hours there as well.
    perhaps: Vec<Zone>,
    caps: Caps,
    sent: Vec<Instant>,
}

/// Maximum number of rounds in the search for an hour that is open in all zones of a country: some
/// weeks.
const SEARCH_ROUNDS_MAX: usize = 60;

impl Limits<'_> {
    fn earliest(&self, due: Instant, at: Instant) -> (Instant, Option<Cause>) {
        let open = |at| self.next_opening(at);
        let earliest = earliest(&open, self.zone, &self.caps, &self.sent, due, at);
        (earliest.at, earliest.first)
    }

    /// The first instant at or after `at` within the hours.
    fn next_opening(&self, at: Instant) -> Instant {
        let Some(hours) = self.hours else { return at };
        let mut at = hours.next_opening(self.zone, at);
        for _ in 0..SEARCH_ROUNDS_MAX {
            let everywhere = self.perhaps.iter().fold(at, |at, zone| hours.next_opening(*zone, at));
            if everywhere == at {
                return at;
            }
            at = hours.next_opening(self.zone, everywhere);
        }
        // If no hour is open in all zones, nothing is sent.
        Instant::MAX
    }
}

impl Sending<'_> {
    /// The first instant at or after `at` at which a message that fell due at `due` may be sent,
    /// and what delayed it.
    #[inline]
    pub(crate) fn earliest(&self, due: Instant, at: Instant) -> (Instant, Option<Cause>) {
        match &self.limits {
            None => (at, None),
            Some(limits) => limits.earliest(due, at),
        }
    }

    /// Counts another message.
    pub(crate) fn count(&mut self, at: Instant) {
        if let Some(limits) = &mut self.limits {
            limits.sent.push(at);
        }
    }

    /// The first instant at or after `at` within the hours.
    pub(crate) fn next_opening(&self, at: Instant) -> Instant {
        self.limits.as_ref().map_or(at, |limits| limits.next_opening(at))
    }
}

impl Policy {
    /// Records a message and decides for the instant of its receipt. Returns whether the memory
    /// changed.
    pub fn on_message(
        &self,
        ticket: &Ticket<'_>,
        memory: &mut Memory,
        message: &Message<'_>,
    ) -> (bool, Decision) {
        let first = memory.customer.is_none();
        let meaning = self.interpret(ticket, memory, message);
        let taken = memory.record_message(message, &self.terms(ticket), meaning);
        if taken == Recorded::Counted && message.author == Author::Customer {
            // A customer who only asks for more time has not written yet.
            let first = first && memory.customer.is_some();
            self.answer_message(ticket, memory, message, first);
        }
        (taken != Recorded::Unchanged, self.decide(ticket, memory, message.stamp.received))
    }

    /// Records an event and decides for the instant of its receipt. Returns whether the memory
    /// changed.
    pub fn on_event(
        &self,
        ticket: &Ticket<'_>,
        memory: &mut Memory,
        event: &Event<'_>,
    ) -> (bool, Decision) {
        let terms = RecordingOptions {
            counts_sent: self.counts_sent(ticket) && !self.is_note(ticket, memory, event),
            surveys: self.surveys(ticket, memory, event),
            ..self.terms(ticket)
        };
        let mut changed = memory.record_event(event, &terms);
        if let Happening::Occurred(occurrence) = event.what {
            changed |= self.note_occurrence(memory, &occurrence, event.stamp.clamped());
        }
        changed |= self.answer_event(ticket, memory, event, changed);
        (changed, self.decide(ticket, memory, event.stamp.received))
    }

    /// Records an occurrence that no team answers.
    fn note_occurrence(
        &self,
        memory: &mut Memory,
        occurrence: &Occurrence<'_>,
        at: Instant,
    ) -> bool {
        let before = (memory.last_contact_at(), memory.surveyed());
        if occurrence.call.is_some() {
            // The customer made a call.
            memory.record_contact(at);
        }
        if occurrence.name == Occasion::RatingRequested.word() {
            memory.ask_survey(at);
        }
        (memory.last_contact_at(), memory.surveyed()) != before
    }

    /// Decides what to do at an instant.
    #[must_use]
    pub fn decide(&self, ticket: &Ticket<'_>, memory: &Memory, now: Instant) -> Decision {
        crate::decide::decide(self, ticket, memory, now, &mut ())
    }

    /// The most specific rule that matches a ticket, and its index in the policy
    /// (docs/rules.md#department-rule).
    #[must_use]
    pub fn rule_for(&self, ticket: &Ticket<'_>) -> Option<(u32, &Rule)> {
        let index = if self.conditional.is_empty() {
            self.departments.rule(ticket.department)?
        } else {
            let own = ticket.department.and_then(|name| self.departments.own(name));
            self.conditional.rule(ticket, own, self.departments.any)?
        };
        Some((index, self.rules.get(usize::try_from(index).ok()?)?))
    }

    /// The time in which a rule's durations run.
    pub(crate) fn clock(&self, rule: &Rule) -> Clock<'_> {
        Clock(self.schedule(rule).map(|schedule| (&schedule.hours, &schedule.zone)))
    }

    /// Whether `at` is within the grace period for late replies after a close.
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

    /// Whether there is a budget or a sending window; most policies have neither.
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

    /// Whether sent messages are counted.
    fn counts_sent(&self, ticket: &Ticket<'_>) -> bool {
        if !self.has_limits() {
            return false;
        }
        let window = self.rule_for(ticket).and_then(|(_, rule)| self.window(rule));
        self.budget != Caps::default() || window.is_some_and(|w| w.caps != Caps::default())
    }

    /// Whether an event reports a reminder that only the people in charge got.
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
            send_as(&planned.content, open, templates, otherwise) == Some(SendAs::Note)
        })
    }

    /// What a customer's message means apart from being an answer.
    fn interpret(&self, ticket: &Ticket<'_>, memory: &Memory, message: &Message<'_>) -> Meaning {
        let mut meaning = Meaning::default();
        if message.author != Author::Customer {
            return meaning;
        }
        if let Some(text) = message.text {
            let usual = ticket.channel.abilities().opt_out_words;
            meaning.opted_out = crate::opt_out::detect(text, self.opt_out_words.as_deref(), usual);
        }
        meaning.effect = self.effect(ticket, memory, message);
        meaning
    }

    /// The effect of the quick reply that a message chooses, if one was offered in this cycle.
    fn effect(
        &self,
        ticket: &Ticket<'_>,
        memory: &Memory,
        message: &Message<'_>,
    ) -> Option<Effect> {
        let (_, rule) = self.rule_for(ticket)?;
        let sent = match memory.spent {
            Some(spent) => usize::try_from(spent.number).ok()?,
            // The customer chose «resolved», so it had been offered, and can be chosen again.
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

    /// The options of the current rule that affect the memory.
    fn terms(&self, ticket: &Ticket<'_>) -> RecordingOptions {
        let options = self.rule_for(ticket).map_or(&self.defaults, |(_, rule)| &rule.options);
        RecordingOptions {
            counting: options.counting,
            reply_ends_snooze: options.reply_ends_snooze,
            notifies_of_waiting: options.company_silent.is_some(),
            counts_sent: false,
            surveys: false,
        }
    }

    /// Whether the close that an event reports as carried out sends a survey.
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
