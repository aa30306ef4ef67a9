//! Descriptions of keys, which editors show while a policy is written.

/// The description of a key; `form` is the name of its object.
pub(crate) fn describe(form: &str, key: &str) -> Option<&'static str> {
    let found = |form: &str| TEXTS.iter().find(|(f, k, _)| *f == form && *k == key);
    let shared = || matches!(form, "rule" | "defaults").then(|| found(OPTION)).flatten();
    found(form).or_else(shared).map(|(_, _, text)| *text)
}

/// Stands for `rule` and `defaults`, which share their options.
pub(super) const OPTION: &str = "option";
/// Stands for the object whose keys are occurrences.
pub(super) const EVENTS: &str = "events";

/// Object, key, text.
pub(super) const TEXTS: &[(&str, &str, &str)] = &[
    ("policy", "version", "Your name for this version of the policy; explanations show it."),
    ("policy", "enabled", "false switches everything off. Default: true."),
    (
        "policy",
        "language",
        "The language of closing notes, and of texts that do not exist in the customer's language. Default: es.",
    ),
    (
        "policy",
        "channel",
        "The account's channel. If given, texts, images and quick replies are checked against what the channel supports.",
    ),
    (
        "policy",
        "zone",
        "The default time zone of schedules and sending windows, such as America/Bogota. Default: UTC.",
    ),
    ("policy", "company", "The company's name, for {{company.name}} and for signatures."),
    (
        "policy",
        "activation",
        "Which old tickets are ignored when the policy is first switched on. Without it, none are.",
    ),
    ("policy", "exempt-tags", "Tickets with one of these tags are neither reminded nor closed."),
    ("policy", "groups", "Whether group conversations are exempt. Default: exempt."),
    (
        "policy",
        "opt-out-words",
        "A customer who writes one of these words receives no more reminders; the close is silent.",
    ),
    ("policy", "budget", "Limits for the messages to one customer, across departments."),
    ("policy", "schedules", "Opening hours by name, for business-hours and for automatic replies."),
    (
        "policy",
        "sending-windows",
        "By name, when customers may receive messages, in their own time zone.",
    ),
    ("policy", "defaults", "Options for all rules; a rule can override each."),
    (
        "policy",
        "rules",
        "The closing rules: one for each group of departments, and one for all others.",
    ),
    ("policy", "replies", "Automatic replies, by team."),
    (
        "activation",
        "from",
        "Cycles that began before this instant are ignored. With a time zone: 2026-05-04T09:00:00-03:00.",
    ),
    ("activation", "backlog", "Whether old tickets are ignored or handled too. Default: leave."),
    ("activation", "within", "The time over which included old tickets are spread. Default: 1 h."),
    ("budget", "per-day", "The maximum number of messages per day."),
    ("budget", "per-week", "The maximum number of messages per week."),
    ("budget", "days-apart", "The minimum number of days between two messages."),
    ("schedule", "zone", "Its time zone. Default: the policy's."),
    (
        "schedule",
        "open",
        "Its opening hours, by day of the week: { \"mon-fri\": \"09:00-18:00\" }.",
    ),
    ("schedule", "holidays", "Days on which it is closed or has other hours."),
    ("holiday", "date", "A date, 2026-12-24, or a day of every year, 12-24."),
    ("holiday", "open", "The opening hours on this day; an empty list: closed."),
    (
        "sending-window",
        "zone",
        "The time zone for customers whose own is unknown. Default: the policy's.",
    ),
    (
        "sending-window",
        "open",
        "When customers may receive messages, by day of the week. Default: at any time.",
    ),
    ("sending-window", "holidays", "Days without messages, or with other hours."),
    ("sending-window", "per-day", "The maximum number of messages per day."),
    ("sending-window", "per-week", "The maximum number of messages per week."),
    ("sending-window", "days-apart", "The minimum number of days between two messages."),
    (
        "sending-window",
        "close",
        "A close outside the window is done without its text, or waits. Default: silent.",
    ),
    (OPTION, "count-from", "When the times of the rule start. Default: last-agent-message."),
    (
        OPTION,
        "catch-up",
        "After an outage: each overdue reminder in order, or only the latest. Default: in-order.",
    ),
    (
        OPTION,
        "on-failed-reminder",
        "What happens when a reminder cannot be sent: one word for all failures, or one per kind. Default: stop.",
    ),
    (
        OPTION,
        "only-after-agent",
        "false: a ticket that the company opened is reminded and closed even if no agent has written in it. A ticket whose customer waits is never closed. Default: true.",
    ),
    (
        OPTION,
        "ai-agent-counts",
        "Whether an AI agent's message counts as an agent's. Default: false.",
    ),
    (
        OPTION,
        "reactions-count",
        "Whether a customer's reaction counts as an answer. Default: false.",
    ),
    (
        OPTION,
        "snooze",
        "The effect of a snooze on the clock. A hold always pauses it. Default: pause.",
    ),
    (
        OPTION,
        "snooze-ends-on-reply",
        "Whether a snooze is over when the customer answers. Default: true.",
    ),
    (
        OPTION,
        "visitor-left",
        "What follows when the visitor of a chat has left; false: nothing. Default: false.",
    ),
    (
        OPTION,
        "company-silent",
        "When the people in charge are told of a customer who waits for an answer; false: never. Default: false.",
    ),
    (
        "visitor-left",
        "close-after",
        "How long after the visitor has left the ticket is closed, without reminders or a closing text.",
    ),
    (
        "company-silent",
        "after",
        "How long the customer has waited, counted from the first unanswered message.",
    ),
    (
        OPTION,
        "after-reopening",
        "When the clock of a reopened ticket starts. Default: on-agent-message.",
    ),
    (
        OPTION,
        "typing",
        "How long a due close waits while the customer types; false: it does not wait. Default: 2 min, 10 min at most.",
    ),
    (
        OPTION,
        "late-reply",
        "How long after the close a customer's message reopens the ticket, in the rule's open time if it has one. Default: 1 d.",
    ),
    (
        OPTION,
        "late-reply-time",
        "Whether that time runs as the rule's times do, or in calendar time. Default: rule.",
    ),
    (
        OPTION,
        "guard",
        "The minimum time between an agent's message and a step whose time started earlier. Default: 1 min.",
    ),
    (
        OPTION,
        "business-hours",
        "The schedule in whose open time all times run; false: calendar time. Default: false.",
    ),
    (OPTION, "sending-window", "The sending window for messages; false: none. Default: false."),
    (
        OPTION,
        "outside-channel-window",
        "What happens to a reminder without a template when the channel no longer accepts free text. Default: leave-out.",
    ),
    (
        OPTION,
        "when-left-out",
        "Whether a ticket is closed silently if its last reminder was left out. Default: no-close.",
    ),
    (OPTION, "close", "The contents of a close."),
    (
        "rule",
        "name",
        "The rule's name in explanations and closing notes. Default: its departments.",
    ),
    (
        "rule",
        "departments",
        "The departments of this rule, or \"any\" for those without a rule of their own.",
    ),
    ("rule", "tags", "Only tickets with one of these tags. Default: any ticket."),
    (
        "rule",
        "priorities",
        "Only tickets of one of these priorities, as the fact ticket.priority says. Default: any.",
    ),
    ("rule", "channels", "Only tickets on one of these channels. Default: any."),
    (
        "rule",
        "enabled",
        "false: nothing happens in these departments; the rule for any does not apply either. Default: true.",
    ),
    (
        "rule",
        "close-after",
        "When the ticket is closed: 15 min, 1 h 30 min, 2 d. Without it, never.",
    ),
    ("rule", "reminders", "Messages to a silent customer, in order."),
    (
        "reminder",
        "after",
        "The time since the previous reminder was sent; for the first one, since the start given by count-from.",
    ),
    ("reminder", "before-close", "Instead of after: the time before the close."),
    ("reminder", "text", "What the customer receives: a text, or one for each language."),
    ("reminder", "image", "An image that is sent with the text."),
    ("reminder", "quick-replies", "Answers that the customer can choose."),
    (
        "reminder",
        "template",
        "The approved template that is sent instead when the channel no longer accepts free text.",
    ),
    ("image", "url", "The address of the image: https://…"),
    ("image", "alternative", "A description of the image, for those who cannot see it."),
    ("quick-reply", "text", "The text of the button: «Sigo aquí»."),
    (
        "quick-reply",
        "effect",
        "continue: an answer like any other; extend: more time; resolve: the ticket is closed as resolved.",
    ),
    ("quick-reply", "by", "The additional time, for extend."),
    ("template", "name", "Its name in the channel."),
    (
        "template",
        "language",
        "The language it was approved in, or a list of those: the nearest to the customer's is used. Default: the customer's.",
    ),
    ("template", "parameters", "The values of its placeholders, in order."),
    ("on-failed-reminder", "unreachable", "When the customer cannot be reached. Default: stop."),
    ("on-failed-reminder", "refused", "When the channel refuses the message. Default: stop."),
    ("on-failed-reminder", "retry-after", "The time between two attempts. Default: 10 min."),
    ("on-failed-reminder", "retries", "The number of further attempts. Default: 3."),
    ("typing", "grace", "How long the close waits each time. Default: 2 min."),
    ("typing", "at-most", "How long it waits in total. Default: 10 min."),
    (
        "close",
        "notice",
        "The notice in the conversation. Default: «Ticket cerrado por inactividad», in the customer's language.",
    ),
    ("close", "closing-text", "A last message to the customer, sent with the close."),
    (
        "close",
        "closing-template",
        "The approved template that replaces the closing text when the channel no longer accepts free text.",
    ),
    ("close", "category", "The category of the closing note. Default: «Inactividad del cliente»."),
    (
        "close",
        "summary",
        "The text of the closing note, with {{summary}} for the facts. Default: only the facts.",
    ),
    ("close", "tags", "Tags to put on the ticket."),
    (
        "close",
        "incomplete-metadata",
        "When mandatory fields are empty: close and record it, or do not close and notify the people in charge. Default: ignore.",
    ),
    (
        "close",
        "unassign-after",
        "After whose close the agent is unassigned. Default: [\"inactivity\"].",
    ),
    ("close", "keep-assignment-tags", "Tickets with one of these tags keep their agent."),
    (
        "close",
        "bot-on-after",
        "After whose close the bot is switched on again. Default: [\"inactivity\"].",
    ),
    ("close", "survey", "The survey after the close. Default: no."),
    ("close", "survey-after", "After whose close the survey is sent. Default: [\"inactivity\"]."),
    (
        "close",
        "survey-again",
        "Whether a customer who was asked is asked again when the reopened ticket is closed: once late-reply is over, always, or never. Default: after-grace.",
    ),
    (
        "team",
        "departments",
        "The departments of this team, or \"any\" for those without one of their own.",
    ),
    ("team", "enabled", "false: nothing is answered for this team. Default: true."),
    ("team", "schedule", "The team's schedule, for replies that depend on opening hours."),
    ("team", "missed-call-ticket", "Whether a missed call opens a ticket. Default: false."),
    ("team", "signature", "The name at the end of a reply. Default: none."),
    ("team", "events", "The replies, by event."),
    ("reply", "enabled", "false: this is not answered. Default: true."),
    ("reply", "text", "What the customer receives: a text, or one for each language."),
    ("reply", "also", "Further paragraphs of the same message."),
    ("reply", "signature", "The name at its end. Default: the team's."),
    ("reply", "channels", "The channels on which it is sent. Default: all."),
    (
        "reply",
        "when",
        "Whether it is sent at any time, or only while the team is open or out of hours. Default: always.",
    ),
    (
        "reply",
        "template",
        "The approved template that is sent instead when the channel no longer accepts free text.",
    ),
    (
        EVENTS,
        "customer-hung-up",
        "The caller hung up while waiting for an advisor, after the greeting, or after choosing an option.",
    ),
    (EVENTS, "call-missed", "The caller hung up during the voice message or the options."),
    (EVENTS, "voicemail-left", "The caller left a message."),
    (EVENTS, "call-completed", "A call ended successfully."),
    (EVENTS, "called-out-of-hours", "The customer called while the team was closed."),
    (EVENTS, "rating-requested", "The customer is asked for a rating."),
    (EVENTS, "resolution-asked", "The customer is asked whether the problem was solved."),
    (EVENTS, "first-chat-received", "The customer's first message arrived."),
    (EVENTS, "media-requested", "The customer is asked for a photo or a file."),
    (EVENTS, "contact-page-shared", "The customer is sent the contact page."),
    (EVENTS, "approval-requested", "The customer is asked for an approval."),
    (EVENTS, "payment-requested", "The customer is asked for a payment."),
    (
        EVENTS,
        "wrote-out-of-hours",
        "The customer wrote while the team was closed; SMS and WhatsApp only.",
    ),
    (
        EVENTS,
        "ticket-created-out-of-hours",
        "A ticket was created while the team was closed; web chat and mobile app only.",
    ),
];
