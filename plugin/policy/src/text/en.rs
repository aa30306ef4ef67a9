//! English.

use super::Words;
use crate::decision::Reason;
use crate::diagnostic::{Code, Shape};

pub(crate) const WORDS: Words = Words {
    closed_by_inactivity: "Ticket closed for inactivity",
    customer_inactivity: "Customer inactivity",
    incomplete_metadata_notice: "The ticket is due to be closed for inactivity, but required fields are empty. Fill them in, or close it by hand.",
    company_silent_notice: "The customer has been waiting for an answer from the company for {0}.",
    closed_as_resolved: "Ticket closed: the customer says it is settled",
    customer_resolved: "Settled by the customer",
    summary_resolved: "The customer said at {0} that the matter is settled.",
    units: [("day", "days"), ("hour", "hours"), ("minute", "minutes")],
    and: " and ",
    summary_rule: "Rule «{0}»: close after {1}, counted from {2} ({3}).",
    summary_no_reminder: "No reminder was sent.",
    summary_reminders: "Last reminder: number {0}, at {1}.",
    summary_due: "The close was due at {0}.",
    summary_incomplete: "Required fields were empty when it was closed.",
    from_last_agent: "the agent's latest message",
    from_first_agent: "the agent's first unanswered message",
    from_customer: "the customer's latest message",
    reminder: "reminder {0} of {1}",
    the_close: "the close",
    act: "Now: {0}, due since {1}.",
    act_reply: "Now: {0} is answered automatically.",
    the_resolve: "the close that the customer requested",
    the_reply: "the automatic reply",
    the_notice: "the notice to the people in charge",
    act_notify: "Now: the people in charge are notified that the close is held back, because required fields are empty.",
    act_notify_silent: "Now: the people in charge are notified that the customer is waiting for an answer.",
    act_reopen: "Now: the ticket is reopened.",
    act_open_linked: "Now: a new ticket is opened, linked to the closed one.",
    act_after_close: "Now: the steps after a close by somebody else.",
    wait: "Nothing until {0}; then {1} is due.",
    wait_because: "Nothing until {0}; then {1} is due. {2}",
    rest: "Nothing is done. {0}",
    under_rule: "Rule «{0}».",
    under_version: "Policy version {0}.",
    deadline: "The next step is {0}, due at {1}.",
    counted_from: "The time is counted from {1}: {0}.",
    unknown_zone: "The customer's time zone «{0}» is not known: messages with a sending window wait for an hour at which it is open in every time zone of the account's country.",
    promised_gap: "After the last reminder ({0}) the customer was promised {1} before the close.",
    nothing_remembered: "Nothing is known about this ticket yet.",
    remembered_cycle: "Cycle {0}.",
    remembered_customer: "The customer last wrote at {0}.",
    remembered_agents: "The company answered at {0}, last at {1}; the customer has been silent since.",
    remembered_reminder: "Reminder {0} was sent at {1}.",
    remembered_failure: "Reminder {0} could not be sent ({1}).",
    remembered_blocked: "Reminder {0} could not be sent ({1}): the customer has blocked us or no longer exists.",
    remembered_typing: "The customer was typing at {0}.",
    remembered_gone: "The visitor left the chat at {0}.",
    remembered_pause: "{0}: from {1} until {2}.",
    pause_hold: "On hold",
    pause_snooze: "Snoozed",
    pause_call: "On a call",
    pause_queue: "In the queue without an agent",
    pause_extension: "More time given",
    until_further_notice: "further notice",
    remembered_opt_out: "The customer has refused automatic messages.",
    remembered_resolved: "The customer said at {0} that the matter is settled.",
    remembered_reply: "A reply to {0} ({1}) has not been sent yet.",
    remembered_close: "Closed at {0} by {1}.",
    remembered_reopening: "Reopened at {0}.",
    sources: [
        "an agent",
        "the customer",
        "inactivity",
        "the flow",
        "another program",
        "somebody else",
    ],
    condition,
    shape,
    problem,
};

fn condition(reason: &Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::Reminder(_) => ("The reminder is due.", "The reminder is not due yet."),
        Reason::Close => ("The close is due.", "The close is not due yet."),
        Reason::CustomerTyping => {
            ("The customer is not typing.", "The customer is typing: the close waits.")
        }
        Reason::IncompleteMetadata => (
            "No required field is empty.",
            "Required fields are empty: the policy holds the close back, and the people in charge have been notified.",
        ),
        Reason::PrematureClose => (
            "The close was not premature.",
            "The customer had written before the close: it was premature.",
        ),
        Reason::LateReply => {
            ("Nobody wrote after the close.", "The customer wrote after the close.")
        }
        Reason::ClosedByOther => {
            ("Nobody else closed the ticket.", "Somebody else closed the ticket.")
        }
        Reason::AlreadyClosed => ("The ticket is not closed.", "The ticket is already closed."),
        Reason::NotOpen => {
            ("The ticket is neither merged nor deleted.", "The ticket is merged or deleted.")
        }
        Reason::UnknownStatus(_) => (
            "The ticket's status is known.",
            "The ticket has the unknown status «{0}»: nothing is done with it.",
        ),
        Reason::SwitchedOff => ("The policy is switched on.", "The policy is switched off."),
        Reason::NoRule => (
            "There is a rule for the department.",
            "There is no rule for the ticket's department, and none for any.",
        ),
        Reason::RuleOff => ("The rule is switched on.", "The department's rule is switched off."),
        Reason::Exempt(_) => {
            ("The ticket has no exemption tag.", "The ticket has an exemption tag: {0}.")
        }
        Reason::NotAnswered => {
            ("An agent has answered.", "No agent has answered since the ticket opened.")
        }
        Reason::CompanyTurn => {
            ("It is the customer's turn.", "The customer wrote last: the company owes the answer.")
        }
        Reason::ReopenedAwaitsCustomer => (
            "The customer has written since the reopening.",
            "The ticket was reopened; the clock runs again once the customer has written.",
        ),
        Reason::ReopenedAwaitsAgent => (
            "An agent has written since the reopening.",
            "The ticket was reopened; the clock runs again once an agent has written.",
        ),
        Reason::BeforeActivation => (
            "The cycle began after the policy was switched on, or the backlog is included.",
            "The cycle began before the policy was switched on.",
        ),
        Reason::Backlog => (
            "The ticket's turn in the backlog has come.",
            "The cycle began before the policy was switched on and waits for its turn in the backlog.",
        ),
        Reason::OnHold => {
            ("No hold, snooze, call or queue stops the clock.", "The ticket is on hold.")
        }
        Reason::Snoozed => ("The ticket is not snoozed.", "The ticket is snoozed."),
        Reason::OnCall => ("There is no call.", "There is a call in progress."),
        Reason::InQueue => {
            ("An agent has the ticket.", "The ticket is in the queue without an agent.")
        }
        Reason::ReminderFailed(_) => (
            "No reminder has failed.",
            "Reminder {0} could not be sent: no close without its warning.",
        ),
        Reason::CustomerBlocked(_) => (
            "The customer has not blocked us.",
            "The customer has blocked us or no longer exists: reminder {0} could not be sent, and nothing more is sent.",
        ),
        Reason::CloseFailed => (
            "The close has not failed.",
            "The close could not be carried out; somebody must check it.",
        ),
        Reason::NothingLeft => ("There are steps left.", "All steps of the rule were taken."),
        Reason::AutomaticReply(_) => (
            "Something occurred that is answered automatically: {0}.",
            "Nothing occurred that is answered automatically.",
        ),
        Reason::CustomerResolved => (
            "The customer has said that the matter is settled.",
            "The customer has not said that the matter is settled.",
        ),
        Reason::GroupConversation => (
            "The conversation is with one customer.",
            "Several people write in this conversation, and the policy exempts groups.",
        ),
        Reason::OutsideSendingWindow => (
            "The sending window is open.",
            "The sending window is closed at that time; the step waits until it opens.",
        ),
        Reason::OverBudget => (
            "The customer may get another message.",
            "The customer has got as many messages as the policy allows; the step waits.",
        ),
        Reason::Retry(_) => (
            "Reminder {0} is retried.",
            "Reminder {0} could not be sent; it will be retried later.",
        ),
        Reason::OutsideChannelWindow(_) => (
            "The channel accepts the reminder.",
            "The channel does not accept free text at that time, and reminder {0} has no template: it cannot be sent as a warning.",
        ),
        Reason::VisitorLeft => (
            "The visitor is in the chat.",
            "The visitor has left the chat: no reminders are sent, and the close is silent and may come earlier.",
        ),
        Reason::CompanySilent => (
            "The customer has not waited longer than the policy allows, or a notification was sent.",
            "The customer has been waiting for an answer longer than the policy allows.",
        ),
        Reason::OptedOut => (
            "The customer accepts automatic messages.",
            "The customer refuses automatic messages: no reminders are sent, and the close is silent.",
        ),
    }
}

fn problem(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NotJson => (
            "the config cannot be read at line {0}, column {1}",
            "write it as JSON; look for a missing comma, quote or bracket just before this place",
        ),
        Code::EndsTooEarly => (
            "the config ends too early, at line {0}, column {1}",
            "close every bracket and quote that was opened",
        ),
        Code::TooLarge => (
            "the config has {0} bytes, more than {1}",
            "shorten texts or split the account's departments",
        ),
        Code::TooDeep => (
            "the config is nested more than {0} levels deep",
            "a policy needs no more than seven levels; remove the extra brackets",
        ),
        Code::WrongType => ("`{0}` must be {1}", "write {2}"),
        Code::UnknownKey => ("`{0}` is not a valid key here", "the valid keys are {1}"),
        Code::UnknownKeyNear => ("`{0}` is not a valid key here", "did you mean `{1}`?"),
        Code::DuplicateKey => ("`{0}` is written twice", "keep one of the two"),
        Code::MissingKey => ("`{0}` is missing", "add it, for example {1}"),
        Code::UnknownWord => ("`{0}` is not a valid word here", "write one of {1}"),
        Code::BadDuration => (
            "`{0}` is not a duration",
            "write a whole number and a unit (ms, s, min, h, d), for example \"15 min\" or \"1 h 30 min\"",
        ),
        Code::NotPositive => (
            "the time must be greater than 0",
            "write a time such as \"10 min\", or remove the step",
        ),
        Code::BelowResolution => {
            ("{0} is shorter than the host can measure ({1})", "write at least {1}")
        }
        Code::Over90Days => ("{0} is longer than 90 days", "write 90 d or less"),
        Code::BadTime => ("`{0}` is not an instant", "write it like \"2026-03-01T09:00:00Z\""),
        Code::RemindersNotLessThanClose => (
            "the reminders take {0} in all, which is not less than the close after {1}",
            "shorten the reminders, or close after more than {0}",
        ),
        Code::ReminderOutOfOrder => (
            "this reminder would come {0} after the start, not later than the one before it ({1})",
            "put the reminders in the order in which they are sent",
        ),
        Code::ReminderTime => (
            "a reminder needs exactly one of `after` and `before-close`",
            "write \"after\": \"10 min\" or \"before-close\": \"5 min\"",
        ),
        Code::BeforeCloseWithoutClose => (
            "`before-close` needs a rule that closes",
            "add `close-after` to the rule, or write `after`",
        ),
        Code::EmptyText => {
            ("the text is empty", "write what the customer will read, or remove the message")
        }
        Code::BadLanguage => {
            ("`{0}` is not a language tag", "write a tag such as \"es\", \"pt-BR\" or \"en\"")
        }
        Code::NoDepartments => {
            ("the rule names no department", "name at least one, or write \"any\"")
        }
        Code::EmptyName => ("the name is empty", "write a name, or remove it"),
        Code::DepartmentTwice => (
            "department `{0}` already has a rule: {1}",
            "keep it in one rule; a department belongs to only one",
        ),
        Code::DepartmentTwiceSpelled => (
            "department `{0}` already has a rule: {1} names it `{2}`; case, surrounding spaces and the form of accents make no difference",
            "keep it in one rule; a department belongs to only one",
        ),
        Code::NameTwice => (
            "`{0}` is the same name as `{1}`; case, surrounding spaces and the form of accents make no difference",
            "keep one of the two",
        ),
        Code::TwoAny => (
            "there is already a rule for any department: {0}",
            "keep one rule with \"any\", or name the departments of this one",
        ),
        Code::UnknownDepartment => ("the account has no department `{0}`", "write one of {1}"),
        Code::UnknownDepartmentNear => {
            ("the account has no department `{0}`", "did you mean `{1}`?")
        }
        Code::TooMany => ("there are {0} of these, more than {1}", "remove some, or merge them"),
        Code::GraceOverLimit => (
            "the `grace` of {0} is longer than the limit of {1}",
            "make `at-most` at least as long as `grace`",
        ),
        Code::ExitNotLinked => (
            "the flow's human-assistance block has no linked inactivity exit",
            "in the flow, link the exit «ticket closed for customer inactivity» to a block and publish, then save again",
        ),
        Code::ExitNotSupported => (
            "the flow's human-assistance block is of a version that has no inactivity exit",
            "update the block in the flow, link its inactivity exit and publish, then save again",
        ),
        Code::ChannelShutDown => (
            "Google Business Messages was shut down in July 2024",
            "remove the channel, or write the one that replaced it",
        ),
        Code::NoEffect => (
            "the rule neither reminds nor closes",
            "add `reminders` or `close-after`, or remove the rule",
        ),
        Code::NoRules => (
            "the policy is switched on and has no rule",
            "add a rule with the departments \"any\" and a `close-after`",
        ),
        Code::UnknownPlaceholder => {
            ("`{0}` cannot be used in this text", "write one of {1}, as in {{customer.name|there}}")
        }
        Code::UnknownPlaceholderNear => {
            ("`{0}` cannot be used in this text", "did you mean `{1}`?")
        }
        Code::BadPlaceholder => (
            "`{{` starts a placeholder that is not closed, or is where none can be filled in",
            "close it, as in {{customer.name|there}}, or remove the braces",
        ),
        Code::PlaceholderWithoutFallback => (
            "`{0}` may be unknown when the text is sent, and has no fallback",
            "write a fallback: {{{0}|there}}",
        ),
        Code::TimeLeftWithoutClose => (
            "`{0}` needs a rule that closes",
            "add `close-after` to the rule, or remove the time from the text",
        ),
        Code::TextOverLimit => (
            "the text has {0} characters; {2} allows {1}",
            "shorten it, or send it in two reminders",
        ),
        Code::TextOverLimitBeside => (
            "the text has {0} characters; with quick replies or an image {2} allows {1}",
            "shorten it, or send it without them",
        ),
        Code::TextOverBytes => (
            "the text has {0} bytes in UTF-8; {2} allows {1}",
            "shorten it; a letter with an accent has two bytes, one of another script two or three",
        ),
        Code::CanBeEmpty => (
            "this text is empty if its placeholders have no values, and channels refuse an empty text or parameter",
            "write a fallback, as in {{customer.name|there}}",
        ),
        Code::ParameterLayout => (
            "channels refuse a template with a line break, a tab or more than four spaces in a parameter",
            "write it on one line with single spaces",
        ),
        Code::BadZone => (
            "`{0}` is not a time zone",
            "write its IANA name, such as \"America/Bogota\" or \"Europe/Madrid\"",
        ),
        Code::BadZoneNear => ("`{0}` is not a time zone", "did you mean `{1}`?"),
        Code::BadWeekday => (
            "`{0}` is not a day of the week",
            "write one of {1}, or several as in `mon-fri`, Monday first",
        ),
        Code::BadOpening => (
            "`{0}` is not an opening",
            "write from when to when, as in \"09:00-18:00\"; the end of the day is 24:00",
        ),
        Code::OpeningReversed => (
            "the opening does not end after it begins",
            "swap its times; one that goes past midnight is two: until 24:00, and from 00:00 on the next day",
        ),
        Code::OpeningOverlaps => (
            "the opening overlaps another one of the same day",
            "merge the two, or move one of them",
        ),
        Code::BadDate => {
            ("`{0}` is not a date", "write \"2026-12-25\", or \"12-25\" for every year")
        }
        Code::HolidayTwice => ("this day is listed twice", "keep one of the two"),
        Code::HolidaysWithoutOpenings => (
            "`holidays` needs `open`",
            "say when the window is open on other days: \"open\": { \"mon-sun\": \"00:00-24:00\" }",
        ),
        Code::CalendarNeverOpens => (
            "the calendar never opens",
            "give at least one day of the week an opening that no holiday overrides",
        ),
        Code::UnknownSchedule => {
            ("there is no schedule `{0}`", "write one of those in `schedules`: {1}")
        }
        Code::UnknownSendingWindow => {
            ("there is no sending window `{0}`", "write one of those in `sending-windows`: {1}")
        }
        Code::BadCount => ("{0} is not a valid number here", "write a whole number from 1 to {1}"),
        Code::BadUrl => {
            ("`{0}` is not the address of an image", "write one that begins with https://")
        }
        Code::NotOnThisChannel => (
            "{0} cannot show this; it is left out when the message is sent",
            "remove it, or leave it for the account's other channels",
        ),
        Code::QuickReplyTwice => (
            "there are two quick replies that `{0}`",
            "keep one: a choice is identified by its effect",
        ),
        Code::QuickReplyTitleTwice => (
            "two quick replies say `{0}`",
            "give each its own title: a channel refuses two equal ones",
        ),
        Code::TimeWithoutUse => (
            "only a quick reply with the effect `extend` uses a time",
            "remove `by`, or write \"effect\": \"extend\"",
        ),
        Code::OutsideChannelWindow => (
            "this reminder can be due more than {0} after the customer's last message, when the channel accepts no free text",
            "give it a `template`, send it earlier, or set `outside-channel-window`",
        ),
        Code::ExtendsBeyondChannelWindow => (
            "the channel accepts no free text if the customer does not write for more than {0}",
            "give less time, or give later messages a `template`",
        ),
        Code::NeverCloses => (
            "this rule never closes a ticket: its last reminder is always due when the channel accepts no free text, and no ticket is closed without its last warning",
            "send the last reminder earlier, give it a `template`, or write \"when-left-out\": \"silent-close\"",
        ),
        Code::NeverClosesOn => (
            "on {0} this rule never closes a ticket: there its last reminder always falls when the channel takes no free text, and without its last warning no ticket is closed",
            "send the last reminder sooner, give it a `template`, or write \"when-left-out\": \"silent-close\"",
        ),
        Code::ClosesForAMinute => (
            "this opening ends at 23:59 and closes for the last minute of the day",
            "write 24:00 for the end of the day",
        ),
        Code::NeedsSchedule => (
            "this reply depends on a schedule, and the team has none",
            "add `schedule` to the team, with the name of one in `schedules`",
        ),
        Code::EmptyList => ("the list is empty", "name at least one, or remove it"),
        Code::RuleUnreachable => (
            "this rule never applies: every ticket that matches it also matches {0}, which comes before it",
            "remove it, put it first, or name other tags, priorities, departments or channels",
        ),
        Code::RuleOfExemptTags => (
            "this rule never applies: tickets with these tags are exempt",
            "remove the rule, or take a tag out of `exempt-tags`",
        ),
        Code::RuleOfOtherChannel => (
            "this rule never applies: the account is on {0}",
            "remove the rule, or name {0} among its `channels`",
        ),
        Code::RulesOverlap => (
            "a ticket can match this rule and {0}, which is equally specific and comes before it: {0} applies",
            "put the rule first that should apply, or name more in one of the two",
        ),
        Code::TooManyConditionalRules => {
            ("more than {0} rules name tags, priorities or channels", "merge some of them")
        }
        Code::TooManyProblems => {
            ("problems that are not listed here: {0}", "fix those that are listed, and check again")
        }
    }
}

fn shape(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Object => ("an object", "{ … }"),
        Shape::List => ("a list", "[ … ]"),
        Shape::Text => ("a text", "it in quotes"),
        Shape::Switch => ("`true` or `false`", "`true` or `false`, without quotes"),
        Shape::Texts => (
            "a text, or an object with a text for each language",
            "\"Hello\" or { \"es\": \"Hola\", \"en\": \"Hello\" }",
        ),
        Shape::Departments => {
            ("`\"any\"` or a list of departments", "\"any\" or [ \"sales\", \"support\" ]")
        }
        Shape::ObjectOrOff => ("an object, or `false`", "{ … } or false"),
        Shape::Count => ("a whole number", "it without quotes, such as 2"),
        Shape::Date => (
            "a date, or an object with a date and its openings",
            "\"2026-12-25\" or { \"date\": \"2026-12-24\", \"open\": \"09:00-13:00\" }",
        ),
    }
}
