//! English.

use super::{Happened, Words};

pub(super) static WORDS: Words = Words {
    skip: "To the content",
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
            "What policies would have done to {conversations} conversations of {file}, from {from} to {to}."
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
    premature_rate: "part that is premature",
    true_rate: "where the true part lies",
    range: |from, to| format!("{from} to {to}"),
    not_known: "not known",
    mean_wait: "silence before the close, on the average",
    time_freed: "Agents' time freed",
    outside_sending_window: "Steps that waited for the sending hours",
    outside_channel_window: "Steps outside of the channel's window",
    over_budget: "Steps over the customer's number of messages",
    definitions: "What the figures mean",
    define_rescued: "Of the customers who got the reminder, those who wrote next, before the company and before the next step: the part, and how many.",
    define_premature: |window| {
        format!(
            "Within {window} after the close the customer wrote in the conversation, or opened another one of the department, where the history says who customers are."
        )
    },
    define_rate: "Of the closes of which it is known. Where the history ends before the time after the close is over, nobody knows; these closes count for neither side.",
    define_true_rate: "The range in which the true part lies nine times of ten (Wilson): the fewer closes, the wider.",
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
    open_time: |schedule| format!("in the open time of «{schedule}»"),
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
            "The part of customers who have answered so long after the company's last message, of {silences} silences. Whom the end of the history cuts off counts for as long as they were watched (Kaplan–Meier). The steps of the policies stand above the curve: whoever answers to the right of a close would have been closed before."
        )
    },
    all_conversations: "All conversations",
    delays_of: |name| format!("How long customers of {name} take to answer"),
    delays_desc: |half, most| format!("Half have answered after {half}, nine of ten after {most}."),
    nobody_answered: "Fewer than half have answered.",
    closing: "How often a close would be premature",
    define_closing: |window| {
        format!(
            "If every silent conversation were closed so long after the company's last message: the part of closes after which the customer would write within {window}. Around the curve lies the range in which the true part is nine times of ten. It counts every silence; a policy closes a conversation once, and reminders bring some customers back, so its own figure in the summary can differ."
        )
    },
    closing_of: |name| format!("Premature closes of {name} by the time of the close"),
    closing_desc: |points| {
        format!("Closed after so long, so many closes would be premature: {points}.")
    },
    steps_desc: |policy, steps| format!("Policy {policy}: {steps}."),
    legend: "Legend",
    legend_all: "all conversations",
    legend_own: "this department",
    legend_range: "range of the true part",
    legend_reminder: "reminder",
    legend_close: "close",
    legend_measured: "what the policy itself had",
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
        format!("The first {shown} of {all} are listed; all of them are in the answer with --json.")
    },
    ticket: "Ticket",
    closed_at: "Closed",
    came_back_after: "Customer wrote after",
    filter: "Show only rows with",
    timelines: "Timelines",
    timelines_bounded: |shown, all| format!("The first {shown} of {all} are drawn."),
    timeline_of: |ticket, after| format!("{ticket}: the customer wrote {after} after the close"),

    coverage: "What covers the figures",
    from_to: "First and last row",
    until: |from, to| format!("{from} to {to}"),
    rows_read: "Rows read",
    rows_moved: "of these, put in their place after later ones",
    rows_repeated: "Rows left out, there before",
    rows_refused: "Rows left out, not readable",
    refused_caption: |shown, all| {
        format!("Rows that could not be read: the first {shown} of {all}")
    },
    line: "Line",
    why: "Why",
    silences_seen: "Silences after the company's last word",
    silences_answered: "of these, answered",
    never_answered: "Conversations in which the company never wrote",
    how_played: |channel| {
        format!(
            "Each conversation was played as by a desk that is always awake, on the channel {channel}. What was recorded after a close was judged and not told to the policy."
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
    silent_for: |time| format!("{time} after the company's last word"),
    window_ends: |window| format!("{window} after the close: no longer premature"),
    left_out: |count| format!("{count} more are left out here"),
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
        snoozed: "Put aside",
        woken: "Taken up again",
        call_started: "A call begins",
        call_ended: "The call ends",
        assigned: "An agent has the ticket",
        unassigned: "Back to the queue",
        transferred: "Transferred",
        extended: "More time is given",
        closed: "Ticket is closed by others",
        reopened: "Ticket is opened again",
        other: "Something else happens",
    },

    explanation: |ticket| format!("Ticket {ticket}"),
    explained_at: |at| format!("The moment explained: {at}."),
    decision: "Decision",
    checks: "Why",
    checks_caption: "The conditions, in the order in which they were looked at",
    condition: "Condition",
    holds: "Holds",
    yes: "yes",
    no: "no",
    remembered: "What is remembered",
    what_happened: "What happened",
};
