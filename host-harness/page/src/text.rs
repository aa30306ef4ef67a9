//! The texts of pages and images: one table per language.

use despertador_contract::Language;

mod en;
mod es;
mod pt;

/// The texts of a language.
pub(crate) fn words(language: Language) -> &'static Words {
    match language {
        Language::Spanish => &es::WORDS,
        Language::Portuguese => &pt::WORDS,
        Language::English => &en::WORDS,
    }
}

/// The thousands separator and the decimal separator.
pub(crate) fn separators(language: Language) -> (char, char) {
    match language {
        Language::Spanish | Language::Portuguese => ('.', ','),
        Language::English => (',', '.'),
    }
}

/// All texts of a language. Texts with values are functions, so that no value can be forgotten.
pub(crate) struct Words {
    // Every page.
    pub(crate) skip: &'static str,
    pub(crate) contents: &'static str,
    pub(crate) clock: fn(&str) -> String,
    pub(crate) made_by: &'static str,
    pub(crate) more: fn(&str) -> String,
    pub(crate) scrolls: &'static str,
    pub(crate) no_department: &'static str,
    pub(crate) sort_by: fn(&str) -> String,

    // The backtest: head and summary.
    pub(crate) backtest: &'static str,
    pub(crate) lead: fn(&str, &str, &str, &str) -> String,
    pub(crate) summary: &'static str,
    pub(crate) summary_caption: &'static str,
    pub(crate) figure: &'static str,
    pub(crate) conversations: &'static str,
    pub(crate) reminder: fn(u32) -> String,
    pub(crate) rescued: &'static str,
    pub(crate) rescued_of: fn(&str, &str) -> String,
    pub(crate) closed: &'static str,
    pub(crate) premature: &'static str,
    pub(crate) premature_rate: &'static str,
    pub(crate) true_rate: &'static str,
    pub(crate) range: fn(&str, &str) -> String,
    pub(crate) not_known: &'static str,
    pub(crate) mean_wait: &'static str,
    pub(crate) time_freed: &'static str,
    pub(crate) outside_sending_window: &'static str,
    pub(crate) outside_channel_window: &'static str,
    pub(crate) over_budget: &'static str,
    pub(crate) definitions: &'static str,
    pub(crate) define_rescued: &'static str,
    pub(crate) define_premature: fn(&str) -> String,
    pub(crate) define_rate: &'static str,
    pub(crate) define_true_rate: &'static str,
    pub(crate) define_wait: &'static str,
    pub(crate) define_freed: fn(&str) -> String,

    // Policies and departments.
    pub(crate) policies: &'static str,
    pub(crate) policies_caption: &'static str,
    pub(crate) policy: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) departments: &'static str,
    pub(crate) all_others: &'static str,
    pub(crate) counted_from: &'static str,
    pub(crate) last_agent: &'static str,
    pub(crate) first_unanswered: &'static str,
    pub(crate) last_customer: &'static str,
    pub(crate) open_time: fn(&str) -> String,
    pub(crate) steps: &'static str,
    pub(crate) switched_off: &'static str,
    pub(crate) no_steps: &'static str,
    pub(crate) close: &'static str,
    pub(crate) closes_never: &'static str,
    pub(crate) step_times: &'static str,
    pub(crate) by_department: &'static str,
    pub(crate) by_department_caption: &'static str,
    pub(crate) department: &'static str,
    pub(crate) reminded: &'static str,
    pub(crate) departments_left: fn(&str) -> String,

    // Charts.
    pub(crate) delays: &'static str,
    pub(crate) define_delays: fn(&str) -> String,
    pub(crate) all_conversations: &'static str,
    pub(crate) delays_of: fn(&str) -> String,
    pub(crate) delays_desc: fn(&str, &str) -> String,
    pub(crate) nobody_answered: &'static str,
    pub(crate) closing: &'static str,
    pub(crate) define_closing: fn(&str) -> String,
    pub(crate) closing_of: fn(&str) -> String,
    pub(crate) closing_desc: fn(&str) -> String,
    pub(crate) steps_desc: fn(&str, &str) -> String,
    pub(crate) legend: &'static str,
    pub(crate) legend_all: &'static str,
    pub(crate) legend_own: &'static str,
    pub(crate) legend_range: &'static str,
    pub(crate) legend_reminder: &'static str,
    pub(crate) legend_close: &'static str,
    pub(crate) legend_measured: &'static str,
    pub(crate) measured_desc: fn(&str, &str) -> String,
    pub(crate) legend_rule: fn(&str, &str) -> String,
    pub(crate) more_policies: fn(&str) -> String,
    pub(crate) charts_of_departments: fn(&str, &str) -> String,
    pub(crate) each_department: &'static str,
    pub(crate) curve_table: &'static str,
    pub(crate) after: &'static str,
    pub(crate) answered: &'static str,
    pub(crate) if_closed: &'static str,
    pub(crate) closes_counted: &'static str,
    pub(crate) silences: fn(&str) -> String,

    // Premature closes.
    pub(crate) too_early: &'static str,
    pub(crate) too_early_lead: &'static str,
    pub(crate) none_too_early: &'static str,
    pub(crate) too_early_by: fn(&str, &str) -> String,
    pub(crate) too_early_left: fn(&str, &str) -> String,
    pub(crate) ticket: &'static str,
    pub(crate) closed_at: &'static str,
    pub(crate) came_back_after: &'static str,
    pub(crate) filter: &'static str,
    pub(crate) timelines: &'static str,
    pub(crate) timelines_bounded: fn(&str, &str) -> String,
    pub(crate) timeline_of: fn(&str, &str) -> String,

    // Coverage of the figures.
    pub(crate) coverage: &'static str,
    pub(crate) from_to: &'static str,
    pub(crate) until: fn(&str, &str) -> String,
    pub(crate) rows_read: &'static str,
    pub(crate) rows_moved: &'static str,
    pub(crate) rows_repeated: &'static str,
    pub(crate) rows_refused: &'static str,
    pub(crate) refused_caption: fn(&str, &str) -> String,
    pub(crate) line: &'static str,
    pub(crate) why: &'static str,
    pub(crate) silences_seen: &'static str,
    pub(crate) silences_answered: &'static str,
    pub(crate) never_answered: &'static str,
    pub(crate) how_played: fn(&str) -> String,

    // Timelines.
    pub(crate) timeline: fn(&str) -> String,
    pub(crate) customer: &'static str,
    pub(crate) agent: &'static str,
    pub(crate) ai_agent: &'static str,
    pub(crate) bot: &'static str,
    pub(crate) somebody: &'static str,
    pub(crate) came_back: &'static str,
    pub(crate) later: fn(&str) -> String,
    pub(crate) reminder_sent: fn(u32) -> String,
    pub(crate) ticket_closed: &'static str,
    pub(crate) silent_for: fn(&str) -> String,
    pub(crate) window_ends: fn(&str) -> String,
    pub(crate) left_out: fn(&str) -> String,
    pub(crate) asked: &'static str,
    pub(crate) planned: fn(&str) -> String,
    pub(crate) step_reminder: fn(u32) -> String,
    pub(crate) step_close: &'static str,
    pub(crate) step_other: &'static str,
    pub(crate) happened: Happened,

    // Explanations.
    pub(crate) explanation: fn(&str) -> String,
    pub(crate) explained_at: fn(&str) -> String,
    pub(crate) decision: &'static str,
    pub(crate) checks: &'static str,
    pub(crate) checks_caption: &'static str,
    pub(crate) condition: &'static str,
    pub(crate) holds: &'static str,
    pub(crate) yes: &'static str,
    pub(crate) no: &'static str,
    pub(crate) remembered: &'static str,
    pub(crate) what_happened: &'static str,
}

/// Events of a ticket, except messages and carried out steps.
pub(crate) struct Happened {
    pub(crate) opened: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) typing: &'static str,
    pub(crate) held: &'static str,
    pub(crate) released: &'static str,
    pub(crate) snoozed: &'static str,
    pub(crate) woken: &'static str,
    pub(crate) call_started: &'static str,
    pub(crate) call_ended: &'static str,
    pub(crate) assigned: &'static str,
    pub(crate) unassigned: &'static str,
    pub(crate) transferred: &'static str,
    pub(crate) extended: &'static str,
    pub(crate) closed: &'static str,
    pub(crate) reopened: &'static str,
    pub(crate) other: &'static str,
}
