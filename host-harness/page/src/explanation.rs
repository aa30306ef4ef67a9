//! The page of one decision.

use despertador_contract::Zone;
use despertador_contract::{Explanation, Instant};
use maud::html;

use crate::form::{Form, clean};
use crate::shell::{self, Section, wide};
use crate::timeline::Timeline;
use despertador_contract::Language;

/// An explained decision, with the events that led to it.
#[derive(Debug, Clone, Copy)]
pub struct Explained<'e> {
    /// The explained instant.
    pub at: Instant,
    /// The explanation; it should be in the language of the page.
    pub explanation: &'e Explanation,
    /// The ticket's timeline.
    pub timeline: &'e Timeline,
    /// The zone of the displayed times.
    pub zone: &'e Zone,
}

/// The page of one decision, as HTML.
#[must_use]
pub fn explanation(explained: &Explained<'_>, language: Language) -> String {
    let form = Form::new(language, explained.zone);
    let words = form.words;
    let text = explained.explanation;
    let sections = [
        Section {
            id: "decision",
            heading: words.decision.to_owned(),
            content: html! { p.verdict { (clean(&text.summary)) } },
        },
        Section {
            id: "checks",
            heading: words.checks.to_owned(),
            content: wide(
                form,
                words.checks_caption,
                &html! {
                    table.checks {
                        caption { span { (words.checks_caption) } }
                        thead { tr {
                            th scope="col" { (words.holds) }
                            th scope="col" { (words.condition) }
                        } }
                        tbody { @for check in text.conditions() { tr {
                            td.sign {
                                @if check.holds { "✓ " (words.yes) } @else { strong { "✗ " (words.no) } }
                            }
                            td { (clean(&check.text)) }
                        } } }
                    }
                },
            ),
        },
        Section {
            id: "timeline",
            heading: words.what_happened.to_owned(),
            content: explained.timeline.in_page(form, "ticket"),
        },
        Section {
            id: "memory",
            heading: words.remembered.to_owned(),
            content: html! { ul { @for sentence in &text.history { li { (clean(sentence)) } } } },
        },
    ];
    let title = (words.explanation)(&clean(&explained.timeline.ticket));
    let lead = html! { p { ((words.explained_at)(&form.instant(explained.at))) } };
    shell::page(form, &title, &lead, &sections)
}
