//! How a rule will look: the clock of each step.

use despertador_contract::clock_face::{parse_rfc3339, show_rfc3339};
use despertador_contract::{Instant, Zone};
use maud::{Markup, html};
use serde_json::Value;

use crate::account::{list, text};
use crate::shell::{time_of, wide};
use crate::text::{Words, fill};

const DAY: i64 = 86_400_000;

/// Nine o'clock of the Monday of this week, as a browser's field for a time has it.
pub(super) fn usual_start(now: Instant, zone: &Zone) -> String {
    // 1970-01-05 was a Monday.
    let days = zone.wall_clock(now).div_euclid(DAY).saturating_sub(4);
    let monday = days.saturating_sub(days.rem_euclid(7)).saturating_add(4);
    let nine = monday.saturating_mul(DAY).saturating_add(9 * 3_600_000);
    show_rfc3339(nine).get(..16).unwrap_or_default().to_owned()
}

/// Whether a text is a start that the interface reads.
pub(super) fn is_start(text: &str) -> bool {
    parse_rfc3339(text).is_some() || parse_rfc3339(&format!("{text}:00Z")).is_some()
}

/// The steps of a rule of the interface's outline.
pub(super) fn table(w: &'static Words, rule: &Value, zone: &Zone, name: &str) -> Markup {
    let step = |step: &Value| match text(step, "step").strip_prefix("reminder-") {
        Some(number) => fill(w.step_reminder, &[number]),
        None => w.step_close.to_owned(),
    };
    let table = html! {
        table.steps {
            thead { tr { @for head in [w.editor.step, w.editor.after_before, w.editor.clock] { th scope="col" { (head) } } } }
            tbody { @for one in list(rule, "steps") { tr {
                th scope="row" { (step(one)) }
                td { (text(one, "after")) }
                td { (time_of(zone, Some(text(one, "at")))) }
            } } }
        }
    };
    html! {
        (wide(w, &format!("{}: {name}", w.editor.how_it_looks), &table))
        p.quiet { (fill(w.editor.in_zone, &[&zone.name()])) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_start_is_the_monday_of_the_week_at_nine() {
        let zone = Zone::parse("America/Bogota").expect("a zone");
        // A Sunday evening in Bogotá, Monday already in UTC.
        let sunday = parse_rfc3339("2026-03-09T02:00:00Z").expect("an instant");
        assert_eq!(usual_start(sunday, &zone), "2026-03-02T09:00");
        assert_eq!(usual_start(sunday, &Zone::UTC), "2026-03-09T09:00");
        assert!(is_start("2026-03-02T09:00") && is_start("2026-03-02T09:00:00Z"));
        assert!(!is_start("soon"));
    }
}
