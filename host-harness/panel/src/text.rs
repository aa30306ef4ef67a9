//! Everything that people read, one table for each language.

mod en;
mod es;
mod live;
mod pt;
mod rules;

use despertador_contract::Language;

pub(crate) use rules::RuleWords;

/// Words by a name of the interface.
pub(crate) type Named = &'static [(&'static str, &'static str)];

/// The words of one language. `{}` stands for a value; all languages have the same number of them.
#[derive(Debug)]
pub(crate) struct Words {
    /// The editor of rules.
    pub(crate) editor: &'static RuleWords,
    pub(crate) live: &'static live::LiveWords,
    pub(crate) skip: &'static str,
    pub(crate) parts: &'static str,
    pub(crate) scrolls: &'static str,
    pub(crate) go_on: &'static str,
    pub(crate) apply: &'static str,
    pub(crate) add: &'static str,
    pub(crate) remove: &'static str,
    pub(crate) none: &'static str,
    pub(crate) nothing: &'static str,
    pub(crate) never: &'static str,
    pub(crate) error: &'static str,
    pub(crate) warning: &'static str,
    pub(crate) warnings: &'static str,
    pub(crate) help: &'static str,
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    pub(crate) when: &'static str,
    pub(crate) by_whom: &'static str,
    pub(crate) what_happened: &'static str,
    pub(crate) particulars: &'static str,
    pub(crate) what_then: &'static str,
    pub(crate) save: &'static str,
    pub(crate) check: &'static str,
    pub(crate) upload: &'static str,
    pub(crate) download: &'static str,
    pub(crate) as_json: &'static str,
    pub(crate) times_at: &'static str,
    pub(crate) sign_in: &'static str,
    pub(crate) sign_out: &'static str,
    pub(crate) token: &'static str,
    pub(crate) token_help: &'static str,
    pub(crate) wrong_token: &'static str,
    pub(crate) too_many_tokens: &'static str,
    pub(crate) cannot_sign_in: &'static str,
    pub(crate) session_over: &'static str,
    pub(crate) link_lead: &'static str,
    pub(crate) link_used: &'static str,
    pub(crate) send_again: &'static str,
    pub(crate) send_again_lead: &'static str,
    pub(crate) foreign_page: &'static str,
    pub(crate) too_large: &'static str,
    pub(crate) not_done: &'static str,
    pub(crate) accounts: &'static str,
    pub(crate) no_accounts: &'static str,
    pub(crate) tickets: &'static str,
    pub(crate) rules: &'static str,
    pub(crate) undelivered: &'static str,
    pub(crate) reports: &'static str,
    pub(crate) flow: &'static str,
    pub(crate) audit: &'static str,
    pub(crate) tokens: &'static str,
    pub(crate) lost: &'static str,
    pub(crate) tickets_caption: &'static str,
    pub(crate) customer: &'static str,
    pub(crate) department: &'static str,
    pub(crate) no_department: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) agent: &'static str,
    pub(crate) status: &'static str,
    pub(crate) last_words: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) next_step: &'static str,
    pub(crate) search: &'static str,
    pub(crate) show: &'static str,
    pub(crate) show_all: &'static str,
    pub(crate) show_closing: &'static str,
    pub(crate) show_deferred: &'static str,
    pub(crate) show_none: &'static str,
    pub(crate) no_tickets: &'static str,
    pub(crate) choose_ticket: &'static str,
    pub(crate) with_chosen: &'static str,
    pub(crate) none_chosen: &'static str,
    pub(crate) changed_many: &'static str,
    pub(crate) by_customer: &'static str,
    pub(crate) by_agent: &'static str,
    pub(crate) by_bot: &'static str,
    pub(crate) by_other: &'static str,
    pub(crate) is_deferred: &'static str,
    pub(crate) step_close: &'static str,
    pub(crate) step_reminder: &'static str,
    pub(crate) step_reply: &'static str,
    pub(crate) step_notify: &'static str,
    pub(crate) step_reopen: &'static str,
    pub(crate) step_after_close: &'static str,
    pub(crate) step_resolve: &'static str,
    pub(crate) more_time: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) unit_of: &'static str,
    pub(crate) seconds: &'static str,
    pub(crate) minutes: &'static str,
    pub(crate) hours: &'static str,
    pub(crate) days: &'static str,
    pub(crate) extend: &'static str,
    pub(crate) hold: &'static str,
    pub(crate) release: &'static str,
    pub(crate) exempt: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) was_extended: &'static str,
    pub(crate) was_held: &'static str,
    pub(crate) was_released: &'static str,
    pub(crate) was_exempted: &'static str,
    pub(crate) why: &'static str,
    pub(crate) why_now: &'static str,
    pub(crate) why_at_entry: &'static str,
    pub(crate) at_entry: &'static str,
    pub(crate) conditions: &'static str,
    pub(crate) holds: &'static str,
    pub(crate) holds_not: &'static str,
    pub(crate) remembered: &'static str,
    pub(crate) timeline: &'static str,
    pub(crate) actions: &'static str,
    pub(crate) no_actions: &'static str,
    pub(crate) action: &'static str,
    pub(crate) delivery: &'static str,
    pub(crate) attempts: &'static str,
    pub(crate) why_not_delivered: &'static str,
    pub(crate) given_up: &'static str,
    pub(crate) by_hand: &'static str,
    pub(crate) waiting: &'static str,
    pub(crate) entries: &'static str,
    pub(crate) decided: &'static str,
    pub(crate) facts: &'static str,
    pub(crate) versions: &'static str,
    pub(crate) version: &'static str,
    pub(crate) version_number: &'static str,
    pub(crate) in_force: &'static str,
    pub(crate) different_today: &'static str,
    pub(crate) go_back_to_it: &'static str,
    pub(crate) undo: &'static str,
    pub(crate) undo_help: &'static str,
    pub(crate) take_back: &'static str,
    pub(crate) help_rules: &'static str,
    pub(crate) no_policy_yet: &'static str,
    pub(crate) no_policy_form: &'static str,
    pub(crate) whole_account: &'static str,
    pub(crate) not_named: &'static str,
    pub(crate) zone: &'static str,
    pub(crate) language_of_texts: &'static str,
    pub(crate) company: &'static str,
    pub(crate) kept_as_is: &'static str,
    pub(crate) add_rule: &'static str,
    pub(crate) remove_rule: &'static str,
    pub(crate) is_on: &'static str,
    pub(crate) departments: &'static str,
    pub(crate) any_department: &'static str,
    pub(crate) these_departments: &'static str,
    pub(crate) more_departments: &'static str,
    pub(crate) one_a_line: &'static str,
    pub(crate) taken_elsewhere: &'static str,
    pub(crate) department_is_at: &'static str,
    pub(crate) close_after: &'static str,
    pub(crate) close_after_help: &'static str,
    pub(crate) never_closes: &'static str,
    pub(crate) accumulated: &'static str,
    pub(crate) accumulated_of: &'static str,
    pub(crate) bar_is_full: &'static str,
    pub(crate) reminders: &'static str,
    pub(crate) placeholders_help: &'static str,
    pub(crate) add_reminder: &'static str,
    pub(crate) time_of: &'static str,
    pub(crate) counted: &'static str,
    pub(crate) after_the_start: &'static str,
    pub(crate) after_the_one_before: &'static str,
    pub(crate) before_the_close: &'static str,
    pub(crate) move_up: &'static str,
    pub(crate) move_down: &'static str,
    pub(crate) characters: &'static str,
    pub(crate) characters_of: &'static str,
    pub(crate) bytes_of: &'static str,
    pub(crate) has_errors: &'static str,
    pub(crate) has_warnings: &'static str,
    pub(crate) errors_found: &'static str,
    pub(crate) mend_first: &'static str,
    pub(crate) check_found_nothing: &'static str,
    pub(crate) json_help: &'static str,
    pub(crate) take_json: &'static str,
    pub(crate) preset: &'static str,
    pub(crate) take_preset: &'static str,
    pub(crate) review: &'static str,
    pub(crate) changes: &'static str,
    pub(crate) no_changes: &'static str,
    pub(crate) open_tickets: &'static str,
    pub(crate) no_moves: &'static str,
    pub(crate) moves_caption: &'static str,
    pub(crate) rule_before: &'static str,
    pub(crate) rule_after: &'static str,
    pub(crate) nothing_any_more: &'static str,
    pub(crate) confirm_left: &'static str,
    pub(crate) back_to_form: &'static str,
    pub(crate) saved_as: &'static str,
    pub(crate) rule_removed: &'static str,
    pub(crate) rule_added: &'static str,
    pub(crate) departments_gone: &'static str,
    pub(crate) departments_come: &'static str,
    pub(crate) changed_from_to: &'static str,
    pub(crate) thing_removed: &'static str,
    pub(crate) thing_set: &'static str,
    pub(crate) reminder_added: &'static str,
    pub(crate) time_after: &'static str,
    pub(crate) time_before_close: &'static str,
    pub(crate) undelivered_lead: &'static str,
    pub(crate) unread: &'static str,
    pub(crate) unread_help: &'static str,
    pub(crate) holds_back: &'static str,
    pub(crate) text_as_it_should_be: &'static str,
    pub(crate) discard: &'static str,
    pub(crate) dead_letters: &'static str,
    pub(crate) dead_letters_help: &'static str,
    pub(crate) since: &'static str,
    pub(crate) until: &'static str,
    pub(crate) deferred: &'static str,
    pub(crate) deferred_help: &'static str,
    pub(crate) was_sent_again: &'static str,
    pub(crate) was_discarded: &'static str,
    pub(crate) premature_within: &'static str,
    pub(crate) csv: &'static str,
    pub(crate) flow_lead: &'static str,
    pub(crate) flow_json: &'static str,
    pub(crate) flow_saved: &'static str,
    pub(crate) no_flow: &'static str,
    pub(crate) flow_was_saved: &'static str,
    pub(crate) flow_is_good: &'static str,
    pub(crate) flow_picture: &'static str,
    pub(crate) exit_linked: &'static str,
    pub(crate) exit_not_linked: &'static str,
    pub(crate) exit_not_supported: &'static str,
    pub(crate) exit_unknown: &'static str,
    pub(crate) audit_caption: &'static str,
    pub(crate) tokens_caption: &'static str,
    pub(crate) scopes: &'static str,
    pub(crate) made: &'static str,
    pub(crate) revoked: &'static str,
    pub(crate) revoke: &'static str,
    pub(crate) revoke_token: &'static str,
    pub(crate) was_revoked: &'static str,
    pub(crate) new_token: &'static str,
    pub(crate) token_accounts: &'static str,
    pub(crate) make: &'static str,
    pub(crate) token_made: &'static str,
    problems: Named,
    audit_entries: Named,
    entry_kinds: Named,
    scope_names: Named,
    events: Named,
}

/// The words of a language.
pub(crate) fn words(language: Language) -> &'static Words {
    match language {
        Language::Spanish => &es::WORDS,
        Language::Portuguese => &pt::WORDS,
        Language::English => &en::WORDS,
    }
}

pub(crate) fn find(named: Named, name: &str) -> Option<&'static str> {
    named.iter().find(|(known, _)| *known == name).map(|(_, words)| *words)
}

impl Words {
    /// A problem of the interface; empty if it is not known here.
    pub(crate) fn problem(&self, name: &str) -> &'static str {
        find(self.problems, name).unwrap_or_default()
    }

    /// What an entry of the audit is about; empty if it is not known here.
    pub(crate) fn audit_entry(&self, name: &str) -> &'static str {
        find(self.audit_entries, name).unwrap_or_default()
    }

    /// What an entry of a ticket's journal is about.
    pub(crate) fn entry_kind<'n>(&self, name: &'n str) -> &'n str {
        find(self.entry_kinds, name).unwrap_or(name)
    }

    /// An event of a ticket.
    pub(crate) fn event<'n>(&self, name: &'n str) -> &'n str {
        find(self.events, name).unwrap_or(name)
    }

    /// What a scope allows.
    pub(crate) fn scope(&self, name: &str) -> &'static str {
        find(self.scope_names, name).unwrap_or_default()
    }
}

/// A sentence with its values put in.
pub(crate) fn fill(sentence: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut filled = String::new();
    let mut parts = sentence.split("{}").peekable();
    while let Some(part) = parts.next() {
        filled.push_str(part);
        if parts.peek().is_some() {
            filled.push_str(values.next().copied().unwrap_or_default());
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_filled_and_values_are_not() {
        assert_eq!(fill("{}: from {} to {}.", &["a", "{}", "c"]), "a: from {} to c.");
        assert_eq!(fill("{} {}", &["a"]), "a ");
        assert_eq!(fill("none", &["a"]), "none");
    }

    #[test]
    fn all_languages_have_the_same_values_and_names() {
        let shape = |language| {
            let words = format!("{:?}", words(language));
            words.matches("{}").count()
        };
        let names = |language| {
            let w = words(language);
            let all = [
                w.problems,
                w.audit_entries,
                w.entry_kinds,
                w.scope_names,
                w.events,
                w.live.pauses,
            ];
            all.map(|named| named.iter().map(|(name, _)| *name).collect::<Vec<_>>())
        };
        for language in Language::ALL {
            assert_eq!(shape(language), shape(Language::English));
            assert_eq!(names(language), names(Language::English));
        }
    }
}
