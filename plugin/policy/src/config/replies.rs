//! Parses automatic replies, team by team.

use super::message::{self, TextContext};
use super::place::{Object, Place, Problems};
use super::{Context, department_names, departments, form, words};
use crate::channel::{Channel, Channels};
use crate::departments::Departments;
use crate::diagnostic::Code;
use crate::replies::{Occasion, PlannedReply, Signature, Team, When};
use crate::rule::Content;
use crate::text::Translated;
use alloc::vec;
use alloc::vec::Vec;

pub(super) const TEAMS_MAX: usize = 1_000;
/// Maximum number of further parts of a message.
pub(super) const REPLY_PARTS_MAX: usize = 10;

/// All teams and their departments.
pub(super) fn teams(
    list: &Place<'_>,
    context: &Context<'_>,
    problems: &mut Problems,
) -> (Vec<Team>, Departments) {
    let places = list.items(TEAMS_MAX, problems);
    let mut teams = Vec::new();
    let mut of_departments = Vec::new();
    for place in &places {
        let Some(object) = place.object(&form::TEAM, problems) else {
            of_departments.push(None);
            continue;
        };
        let departments_place = object.require("departments", "\"departments\": \"any\"", problems);
        let names = departments_place.as_ref().and_then(|p| department_names(p, problems));
        let enabled = object.get("enabled").and_then(|p| p.switch(problems)).unwrap_or(true);
        let schedule = object.get("schedule").and_then(|p| {
            p.one_of(context.schedules.iter().map(|s| &s.name), Code::UnknownSchedule, problems)
        });
        let missed_call_ticket =
            object.get("missed-call-ticket").and_then(|p| p.switch(problems)).unwrap_or(false);
        let signature = object
            .get("signature")
            .and_then(|p| p.word(&words::SIGNATURES, problems))
            .unwrap_or(Signature::Nobody);
        let scheduled = object.get("schedule").is_some();
        let replies = object
            .require(
                "events",
                "\"events\": { \"first-chat-received\": { \"text\": \"…\" } }",
                problems,
            )
            .map(|events| replies(&events, scheduled, context, problems))
            .unwrap_or_default();
        of_departments
            .push(names.map(|names| (names, departments_place.unwrap_or_else(|| place.clone()))));
        teams.push(Team { enabled, schedule, missed_call_ticket, signature, replies });
    }
    let entries = of_departments
        .iter()
        .map(|entry| entry.as_ref().map(|(names, place)| (names.as_deref(), place)));
    let found = departments("/replies", entries, context.surroundings, problems);
    (teams, found)
}

fn replies(
    events: &Place<'_>,
    scheduled: bool,
    context: &Context<'_>,
    problems: &mut Problems,
) -> Vec<PlannedReply> {
    let mut replies = Vec::new();
    let Some(object) = events.keyed(&words::OCCASION_WORDS, problems) else { return replies };
    for (word, occasion) in Occasion::NAMED {
        let Some(place) = object.get(word) else { continue };
        let Some(reply) = reply(&place, occasion, context, problems) else { continue };
        let timed = occasion.is_out_of_hours() || reply.when != When::Always;
        if timed && !scheduled {
            place.problem(Code::NeedsSchedule, vec![], problems);
        }
        replies.push(reply);
    }
    replies
}

/// Where a reply is sent: on the channels that it names, or else on the account's.
fn channels_of(object: &Object<'_>, context: &Context<'_>) -> Vec<Channel> {
    let named = object.get("channels").map(|list| {
        let items = list.items(words::CHANNELS.len(), &mut Problems::discarding());
        let alive = |item: &Place<'_>| item.channel(&mut Problems::discarding()).flatten();
        items.iter().filter_map(alive).collect::<Vec<Channel>>()
    });
    let named = named.unwrap_or_default();
    if named.is_empty() { context.channel.into_iter().collect() } else { named }
}

fn reply(
    place: &Place<'_>,
    occasion: Occasion,
    context: &Context<'_>,
    problems: &mut Problems,
) -> Option<PlannedReply> {
    let object = place.object(&form::REPLY, problems)?;
    let sent_on = channels_of(&object, context);
    let text_context = TextContext { channels: &sent_on, closes: false };
    let text = object
        .require("text", "\"text\": \"Gracias por escribirnos\"", problems)
        .and_then(|p| text_context.texts(&p, problems))
        .unwrap_or(Translated::new(Vec::new()));
    let also = object
        .get("also")
        .map(|list| list.items(REPLY_PARTS_MAX, problems))
        .unwrap_or_default()
        .iter()
        .filter_map(|p| text_context.texts(p, problems))
        .collect();
    let channels = object.get("channels").map(|list| {
        let mut channels = Channels::NONE;
        for item in list.items(words::CHANNELS.len(), problems) {
            match item.channel(problems) {
                Some(Some(channel)) => channels = channels.with(channel),
                Some(None) => item.problem(Code::ChannelShutDown, vec![], problems),
                None => {}
            }
        }
        channels
    });
    Some(PlannedReply {
        occasion,
        enabled: object.get("enabled").and_then(|p| p.switch(problems)).unwrap_or(true),
        content: Content {
            template: object
                .get("template")
                .and_then(|p| message::template(&p, &text_context, problems)),
            ..Content::words(text)
        },
        also,
        signature: object.get("signature").and_then(|p| p.word(&words::SIGNATURES, problems)),
        channels,
        when: object
            .get("when")
            .and_then(|p| p.word(&words::WHEN, problems))
            .unwrap_or(When::Always),
    })
}
