//! English.

use super::{Happened, Words};

pub(super) static WORDS: Words = Words {
    skip: "Skip to the content",
    contents: "On this page",
    clock: |offset| format!("Times are shown at {offset}."),
    made_by: "Made by Despertador. This page is one file: it loads nothing and sends nothing.",
    more: |count| format!("and {count} more"),
    scrolls: "scrolls sideways",
    no_department: "(no department)",
    sort_by: |column| format!("Sort by {column}"),

    backtest: "Backtest",
    lead: |conversations, file, from, to| {
        format!(
            "What the policies would have done with {conversations} conversations from {file}, from {from} to {to}."
        )
    },
    summary: "Summary",
    summary_caption: "Policies side by side, all conversations",
    figure: "Figure",
    conversations: "Conversations",
    reminder: |number| format!("Reminder {number}"),
    rescued: "rescued",
    rescued_of: |part, answered| format!("{part} ({answered})"),
    closed: "Closed",
    premature: "prematurely",
    premature_rate: "share that is premature",
    true_rate: "confidence interval",
    range: |from, to| format!("{from} to {to}"),
    not_known: "not known",
    mean_wait: "silence before the close, on average",
    time_freed: "Agents' time freed",
    outside_sending_window: "Steps that waited for the sending hours",
    outside_channel_window: "Steps outside the channel's window",
    over_budget: "Steps over the message limit per customer",
    definitions: "What the figures mean",
    define_rescued: "Of the customers who got the reminder, those who wrote next, before the company and before the next step: the share, and how many.",
    define_premature: |window| {
        format!(
            "Within {window} after the close the customer wrote in the conversation, or opened another one in the same department, if the history identifies customers."
        )
    },
    define_rate: "Of the closes after which the whole of that time lies in the history. The others are not counted in the share, even if the customer has already come back.",
    define_true_rate: "The 90 % confidence interval (Wilson): the fewer closes, the wider.",
    define_wait: "From the company's last message to the close.",
    define_freed: |minutes| format!("{minutes} min for each close that no agent had to make."),

    policies: "The policies",
    policies_caption: "Rules and their steps",
    policy: "Policy",
    rule: "Rule",
    departments: "Departments",
    all_others: "all others",
    counted_from: "Counted from",
    last_agent: "the agent's last message",
    first_unanswered: "the agent's first message without an answer",
    last_customer: "the customer's last message",
    open_time: |schedule| format!("in the opening hours of «{schedule}»"),
    steps: "Steps",
    switched_off: "switched off",
    no_steps: "no steps",
    close: "close",
    closes_never: "never closes",
    step_times: "Times of steps are those of the rule, counted from its start. Sending hours and open time can make them later.",
    by_department: "By department",
    by_department_caption: "What each policy would have done, by department",
    department: "Department",
    reminded: "Reminders",
    departments_left: |count| {
        format!("{count} smaller departments are not shown; they count in the summary.")
    },

    delays: "How long customers take to answer",
    define_delays: |silences| {
        format!(
            "The share of customers who have answered within the time since the company's last message, from {silences} silences. Silences that the end of the history cuts off count up to that end (Kaplan–Meier). The policies' steps are shown above the curve: customers who answer to the right of a close would have been closed before."
        )
    },
    all_conversations: "All conversations",
    delays_of: |name| format!("How long customers of {name} take to answer"),
    delays_desc: |half, most| format!("Half have answered after {half}, nine of ten after {most}."),
    nobody_answered: "Fewer than half have answered.",
    closing: "How often a close would be premature",
    define_closing: |window| {
        format!(
            "If every silent conversation were closed at this time after the company's last message: the share of closes after which the customer would write within {window}, with its 90 % confidence interval. Every silence counts; a policy closes a conversation only once, and reminders bring some customers back, so its figure in the summary can differ."
        )
    },
    closing_of: |name| format!("Premature closes of {name} by the time of the close"),
    closing_desc: |points| format!("Share of premature closes by the time of the close: {points}."),
    steps_desc: |policy, steps| format!("Policy {policy}: {steps}."),
    legend: "Legend",
    legend_all: "all conversations",
    legend_own: "this department",
    legend_range: "confidence interval",
    legend_reminder: "reminder",
    legend_close: "close",
    legend_measured: "result of the policy itself",
    measured_desc: |policy, part| format!("Policy {policy} itself had {part}."),
    legend_rule: |rule, of| format!("rule «{rule}», which {of} conversations have"),
    more_policies: |count| format!("Only the first {count} policies are drawn."),
    charts_of_departments: |drawn, all| {
        format!("The {drawn} departments with the most silences, of {all}.")
    },
    each_department: "Each department",
    curve_table: "The curves in numbers, all conversations",
    after: "After",
    answered: "have answered",
    if_closed: "premature, if closed then",
    closes_counted: "closes counted",
    silences: |count| format!("{count} silences"),

    too_early: "Premature closes",
    too_early_lead: "The conversations behind the number. Those to which the customer came back soonest come first.",
    none_too_early: "None.",
    too_early_by: |policy, count| format!("{policy}: {count}"),
    too_early_left: |shown, all| {
        format!("The first {shown} of {all} are listed; all of them are in the output of --json.")
    },
    ticket: "Ticket",
    closed_at: "Closed",
    came_back_after: "Customer wrote after",
    filter: "Show only rows with",
    timelines: "Timelines",
    timelines_bounded: |shown, all| format!("The first {shown} of {all} are drawn."),
    timeline_of: |ticket, after| format!("{ticket}: the customer wrote {after} after the close"),

    coverage: "What the figures cover",
    from_to: "First and last row",
    until: |from, to| format!("{from} to {to}"),
    rows_read: "Rows read",
    rows_moved: "of these, sorted before later ones",
    rows_repeated: "Rows skipped, repeated",
    rows_refused: "Rows skipped, not readable",
    refused_caption: |shown, all| {
        format!("Rows that could not be read: the first {shown} of {all}")
    },
    line: "Line",
    why: "Why",
    silences_seen: "Silences after the company's last message",
    silences_answered: "of these, answered",
    never_answered: "Conversations in which the company never wrote",
    how_played: |channel| {
        format!(
            "Each conversation was played as by a desk that is always running, on the channel {channel}. Events after a close were evaluated but not shown to the policy."
        )
    },

    timeline: |ticket| format!("Timeline of ticket {ticket}"),
    customer: "Customer writes",
    agent: "Agent writes",
    ai_agent: "AI agent writes",
    bot: "Bot writes",
    somebody: "Somebody else writes",
    came_back: "Customer comes back",
    later: |after| format!("{after} after the close"),
    reminder_sent: |number| format!("Reminder {number} is sent"),
    ticket_closed: "Ticket is closed",
    silent_for: |time| format!("{time} after the company's last message"),
    window_ends: |window| format!("{window} after the close: no longer premature"),
    left_out: |count| format!("{count} more are not shown here"),
    asked: "The moment explained",
    planned: |step| format!("Planned: {step}"),
    step_reminder: |number| format!("reminder {number}"),
    step_close: "close",
    step_other: "another step",
    happened: Happened {
        opened: "Ticket is opened",
        failed: "A step fails",
        typing: "Customer is typing",
        held: "Put on hold",
        released: "Hold ends",
        snoozed: "Snoozed",
        woken: "Snooze ends",
        call_started: "A call begins",
        call_ended: "The call ends",
        assigned: "An agent has the ticket",
        unassigned: "Back to the queue",
        transferred: "Transferred",
        extended: "More time is given",
        closed: "Ticket is closed by others",
        reopened: "Ticket is reopened",
        other: "Something else happens",
    },

    explanation: |ticket| format!("Ticket {ticket}"),
    explained_at: |at| format!("The moment explained: {at}."),
    decision: "Decision",
    checks: "Why",
    checks_caption: "The conditions, in the order in which they were checked",
    condition: "Condition",
    holds: "Holds",
    yes: "yes",
    no: "no",
    remembered: "What is remembered",
    what_happened: "What happened",
};
