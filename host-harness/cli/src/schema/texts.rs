//! What an editor says of each key while a policy is written.

/// What a key is for; `form` is the name of the object it stands in.
pub(crate) fn describe(form: &str, key: &str) -> Option<&'static str> {
    let found = |form: &str| TEXTS.iter().find(|(f, k, _)| *f == form && *k == key);
    let shared = || matches!(form, "rule" | "defaults").then(|| found(OPTION)).flatten();
    found(form).or_else(shared).map(|(_, _, text)| *text)
}

/// Stands for `rule` and `defaults`, which share their options.
pub(super) const OPTION: &str = "option";
/// Stands for the object whose keys are what is answered.
pub(super) const EVENTS: &str = "events";

/// Object, key, text.
pub(super) const TEXTS: &[(&str, &str, &str)] = &[
    ("policy", "version", "Your name for this version of the policy; explanations quote it."),
    ("policy", "enabled", "false switches everything off. Default: true."),
    (
        "policy",
        "language",
        "The language of closing notes, and of texts for customers whose language is not among them. Default: es.",
    ),
    (
        "policy",
        "channel",
        "The account's channel. Where it is named, texts, pictures and quick replies are checked against what it can carry.",
    ),
    (
        "policy",
        "zone",
        "The time zone of schedules and sending windows that name none, such as America/Bogota. Default: UTC.",
    ),
    ("policy", "company", "What {{company.name}} stands for in texts, and what signatures say."),
    (
        "policy",
        "activation",
        "Which old tickets are left alone when the policy is first switched on. Without it, every ticket counts.",
    ),
    ("policy", "exempt-tags", "Tickets with one of these tags are left alone."),
    ("policy", "groups", "Whether group conversations are left alone. Default: exempt."),
    (
        "policy",
        "opt-out-words",
        "A customer who writes one of these words is sent no more reminders; the close is silent.",
    ),
    ("policy", "budget", "How many messages a customer may be sent at most, across departments."),
    ("policy", "schedules", "Opening hours by name, for business-hours and for automatic replies."),
    (
        "policy",
        "sending-windows",
        "By name, when customers may be written to, on the clocks where they are.",
    ),
    ("policy", "defaults", "Options for all rules; a rule that names one has its own."),
    ("policy", "rules", "The closing rules: one for each group of departments, one for any other."),
    ("policy", "replies", "Automatic replies to what occurs, team by team."),
    (
        "activation",
        "from",
        "Tickets whose waiting began before this instant are left alone. With its time zone: 2026-05-04T09:00:00-03:00.",
    ),
    (
        "activation",
        "backlog",
        "Whether the old ones are left alone or take their turn. Default: leave.",
    ),
    ("activation", "within", "The time over which the old ones are spread. Default: 1 h."),
    ("budget", "per-day", "The most messages a day."),
    ("budget", "per-week", "The most messages in seven days."),
    ("budget", "days-apart", "The least number of days between two messages."),
    ("schedule", "zone", "The time zone of its hours. Default: that of the policy."),
    ("schedule", "open", "When it is open, by day of the week: { \"mon-fri\": \"09:00-18:00\" }."),
    ("schedule", "holidays", "Days on which it is closed, or open at other times."),
    ("holiday", "date", "A date, 2026-12-24, or a day of every year, 12-24."),
    ("holiday", "open", "When it is open on this day; an empty list: not at all."),
    (
        "sending-window",
        "zone",
        "The time zone of customers whose own is not known. Default: that of the policy.",
    ),
    (
        "sending-window",
        "open",
        "When customers may be written to, by day of the week. Without it, at any time.",
    ),
    ("sending-window", "holidays", "Days on which nobody is written to, or at other times."),
    ("sending-window", "per-day", "The most messages a day."),
    ("sending-window", "per-week", "The most messages in seven days."),
    ("sending-window", "days-apart", "The least number of days between two messages."),
    (
        "sending-window",
        "close",
        "What a close outside of the window does: it goes without its text, or it waits. Default: silent.",
    ),
    (OPTION, "count-from", "The moment that times are counted from. Default: last-agent-message."),
    (
        OPTION,
        "catch-up",
        "After an outage: each overdue reminder in its order, or the latest only. Default: in-order.",
    ),
    (
        OPTION,
        "on-failed-reminder",
        "What happens when a reminder cannot be sent; a word for every failure, or one for each kind. Default: stop.",
    ),
    (
        OPTION,
        "only-after-agent",
        "false: a ticket that the company opened is looked after before an agent has written in it. A customer who waits is never closed. Default: true.",
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
    (OPTION, "snooze", "What a snooze does to the clock. A hold always stops it. Default: pause."),
    (
        OPTION,
        "after-reopening",
        "When the clock of a reopened ticket starts. Default: on-agent-message.",
    ),
    (
        OPTION,
        "typing",
        "How long a due close waits for a customer who types; false: it does not wait. Default: 2 min, 10 min at most.",
    ),
    (
        OPTION,
        "late-reply",
        "How long after the close a customer's message opens the same ticket again. Default: 1 d.",
    ),
    (
        OPTION,
        "guard",
        "The least time between an agent's message and a step that is counted from an earlier moment. Default: 1 min.",
    ),
    (
        OPTION,
        "business-hours",
        "The schedule whose open time is counted; false: all time counts. Default: false.",
    ),
    (
        OPTION,
        "sending-window",
        "The sending window that reminders keep to; false: none. Default: false.",
    ),
    (
        OPTION,
        "outside-channel-window",
        "What becomes of a message that the channel no longer takes and that has no template. Default: leave-out.",
    ),
    (
        OPTION,
        "when-left-out",
        "Whether a ticket is closed, without a word, after a reminder that was left out. Default: no-close.",
    ),
    (OPTION, "close", "What a close consists of."),
    (
        "rule",
        "name",
        "What explanations and closing notes call the rule. Default: its departments.",
    ),
    (
        "rule",
        "departments",
        "The departments of this rule, or \"any\" for those without a rule of their own.",
    ),
    (
        "rule",
        "enabled",
        "false: nothing happens in these departments; they do not fall to the rule for any. Default: true.",
    ),
    (
        "rule",
        "close-after",
        "When the ticket is closed: 15 min, 1 h 30 min, 2 d. Without it, never.",
    ),
    ("rule", "reminders", "Messages because of silence, one after the other."),
    (
        "reminder",
        "after",
        "The time since the reminder before it was sent; of the first one, since the moment that is counted from.",
    ),
    ("reminder", "before-close", "Instead of after: the time before the close."),
    ("reminder", "text", "What the customer receives: a text, or one for each language."),
    ("reminder", "image", "A picture that is sent with the text."),
    ("reminder", "quick-replies", "Answers offered for choice."),
    (
        "reminder",
        "template",
        "The approved template that is sent instead where the channel takes no free text any more.",
    ),
    ("image", "url", "Where the picture is: https://…"),
    ("image", "alternative", "What the picture shows, for those who cannot see it."),
    ("quick-reply", "text", "What the customer chooses: «Sigo aquí»."),
    (
        "quick-reply",
        "effect",
        "continue: an answer like any other; extend: more time; resolve: the ticket is closed as settled.",
    ),
    ("quick-reply", "by", "How much more time, for extend."),
    ("template", "name", "Its name at the channel."),
    ("template", "language", "The language it was approved in. Default: the customer's."),
    ("template", "parameters", "What is put into its places, in order."),
    ("on-failed-reminder", "unreachable", "When the customer cannot be reached. Default: stop."),
    ("on-failed-reminder", "refused", "When the channel refuses the message. Default: stop."),
    ("on-failed-reminder", "retry-after", "The time between two tries. Default: 10 min."),
    ("on-failed-reminder", "retries", "How many further tries. Default: 3."),
    ("typing", "grace", "How long the close waits each time. Default: 2 min."),
    ("typing", "at-most", "How long it waits in all. Default: 10 min."),
    (
        "close",
        "notice",
        "What the conversation shows. Default: «Ticket cerrado por inactividad», in the customer's language.",
    ),
    ("close", "closing-text", "A last message to the customer, sent with the close."),
    (
        "close",
        "closing-template",
        "The approved template that is sent instead of the closing text where the channel takes no free text any more.",
    ),
    ("close", "category", "The category of the closing note. Default: «Inactividad del cliente»."),
    (
        "close",
        "summary",
        "The words of the closing note; {{summary}} stands for the facts. Default: the facts alone.",
    ),
    ("close", "tags", "Tags to put on the ticket."),
    (
        "close",
        "incomplete-metadata",
        "When mandatory fields are empty: close and record it, or do not close and tell the people in charge. Default: ignore.",
    ),
    (
        "close",
        "unassign-after",
        "After whose close the agent is taken off. Default: [\"inactivity\"].",
    ),
    ("close", "keep-assignment-tags", "Tickets with one of these tags keep their agent."),
    (
        "close",
        "bot-on-after",
        "After whose close the bot answers again. Default: [\"inactivity\"].",
    ),
    ("close", "survey", "Whether the customer is asked how it was. Default: no."),
    ("close", "survey-after", "After whose close. Default: [\"inactivity\"]."),
    (
        "team",
        "departments",
        "The departments of this team, or \"any\" for those without one of their own.",
    ),
    ("team", "enabled", "false: nothing is answered for this team. Default: true."),
    ("team", "schedule", "The schedule by which it is open or out of hours."),
    ("team", "missed-call-ticket", "Whether a missed call opens a ticket. Default: false."),
    ("team", "signature", "Whose name stands below a reply. Default: none."),
    ("team", "events", "What is answered, and with which words."),
    ("reply", "enabled", "false: this is not answered. Default: true."),
    ("reply", "text", "What the customer receives: a text, or one for each language."),
    ("reply", "also", "Further parts of the same message."),
    ("reply", "signature", "Whose name stands below it. Default: that of the team."),
    ("reply", "channels", "The channels on which it is sent. Default: all that it suits."),
    (
        "reply",
        "when",
        "Whether it is sent at any time, or only while the team is open or out of hours. Default: always.",
    ),
    (
        "reply",
        "template",
        "The approved template that is sent instead where the channel takes no free text any more.",
    ),
    (
        EVENTS,
        "customer-hung-up",
        "The caller hung up while waiting for an advisor, after the greeting, or after choosing an option.",
    ),
    (EVENTS, "call-missed", "The caller hung up during the voice message or the options."),
    (EVENTS, "voicemail-left", "The caller left a message."),
    (EVENTS, "call-completed", "A call with a ticket ended."),
    (EVENTS, "called-out-of-hours", "Somebody called while the team is closed."),
    (EVENTS, "rating-requested", "The customer is asked for a rating."),
    (EVENTS, "resolution-asked", "The customer is asked whether the problem was solved."),
    (EVENTS, "first-chat-received", "The customer's first message arrived."),
    (EVENTS, "media-requested", "The customer is asked for a picture or a file."),
    (EVENTS, "contact-page-shared", "The customer is sent the contact page."),
    (EVENTS, "approval-requested", "The customer is asked for an approval."),
    (EVENTS, "payment-requested", "The customer is asked for a payment."),
    (
        EVENTS,
        "wrote-out-of-hours",
        "Somebody wrote while the team is closed; text messages and WhatsApp.",
    ),
    (
        EVENTS,
        "ticket-created-out-of-hours",
        "A ticket was created while the team is closed; web chat and mobile app.",
    ),
];
