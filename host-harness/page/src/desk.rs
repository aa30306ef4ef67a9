//! The page of a desk's report.

use std::collections::{BTreeMap, BTreeSet};

use despertador_desk::report::{LATEST_CLOSES_MAX, Lengths, PeriodFigures, Reported, day_name};
use despertador_insight::{Premature, ReminderCounts};
use maud::{Markup, html};

use crate::chart::{Bars, ChartError, top};
use crate::form::{Form, about, clean, exact};
use crate::shell::{self, Section, wide};
use despertador_contract::Language;

mod words;

use words::ReportTexts;

/// Maximum number of departments with a row.
const DEPARTMENT_ROWS_MAX: usize = 300;
/// Maximum number of bars in a chart; in a longer period each represents several days.
const BARS_MAX: i64 = 62;
/// Who closes, in the order of the bars.
const WHO: [&str; 6] = ["inactivity", "agent", "customer", "flow", "api", "other"];

/// A report about a period of a desk's journal.
#[derive(Debug, Clone, Copy)]
pub struct DeskReport<'r> {
    /// Its subject, such as an account or a file.
    pub name: &'r str,
    /// The report.
    pub reported: &'r Reported,
}

/// The page of a desk's report, as HTML.
///
/// # Errors
///
/// The chart library failed, which is not expected for any report.
pub fn desk_report(report: &DeskReport<'_>, language: Language) -> Result<String, ChartError> {
    let found = report.reported;
    let form = Form::new(language, &found.period.zone);
    let page = Page { found, form, says: words::of(language) };
    let says = page.says;
    let section = |id, heading: &str, content| Section { id, heading: heading.to_owned(), content };
    let sections = [
        section("summary", form.words.summary, page.summary()),
        section("days", says.days, page.days()?),
        section("reminders", says.reminders, page.reminders()?),
        section("departments", form.words.by_department, page.departments()),
        section("closed", says.tickets, page.closed()),
    ];
    let period = &found.period;
    let lead = (says.lead)(
        &format!("\u{2068}{}\u{2069}", clean(report.name)),
        &form.instant(period.since),
        &form.instant(period.until),
        &form.instant(period.known_until),
    );
    Ok(shell::page(form, says.title, &html! { p { (lead) } }, &sections))
}

struct Page<'r> {
    found: &'r Reported,
    form: Form<'r>,
    says: &'static ReportTexts,
}

fn none() -> String {
    "–".to_owned()
}

impl Page<'_> {
    fn per_mille(&self, part: Option<u64>) -> String {
        part.map_or_else(none, |part| self.form.per_mille(part))
    }

    fn length(&self, lengths: &Lengths, of_hundred: u64) -> String {
        lengths.percentile(of_hundred).map_or_else(none, about_or_exact)
    }

    fn closed_by(&self, by: &str) -> &str {
        match by {
            "inactivity" => self.says.inactivity,
            "agent" => self.says.agent,
            "customer" => self.says.customer,
            "flow" => self.says.flow,
            "api" => self.says.api,
            _ => self.says.other,
        }
    }

    fn reason<'a>(&'a self, code: &'a str) -> &'a str {
        match code {
            "outside-sending-window" => self.form.words.outside_sending_window,
            "outside-channel-window" => self.form.words.outside_channel_window,
            "over-budget" => self.form.words.over_budget,
            other => other,
        }
    }

    fn summary(&self) -> Markup {
        let (form, words, says) = (self.form, self.form.words, self.says);
        let f = &self.found.total;
        let row = |title: &str, class: &str, value: String| {
            html! { tr class=(class) { th scope="row" { (title) } td { (value) } } }
        };
        let reopened = |by: &str| {
            let count = f.reopened.get(by).copied().unwrap_or_default();
            count.rate().map_or_else(none, |rate| {
                (says.part_of)(
                    &form.per_mille(rate),
                    &form.count(count.reopened),
                    &form.count(count.known),
                )
            })
        };
        let counted = |names: &BTreeMap<String, u64>, title: &dyn Fn(&str) -> String| {
            html! { @for (code, count) in names {
                (row(&title(self.reason(code)), "", form.count(*count)))
            } }
        };
        let table = html! {
            table.figures {
                caption { span { (says.title) } }
                thead { tr { th scope="col" { (words.figure) } th scope="col" { (says.value) } } }
                tbody {
                    (row(says.opened, "", form.count(f.opened)))
                    (row(says.closes, "key", form.count(f.closes())))
                    @for by in WHO.iter().filter(|by| f.closed.contains_key(**by)) {
                        (row(self.closed_by(by), "part", form.count(f.closed.get(*by).copied().unwrap_or_default())))
                    }
                    (row(words.premature, "part", form.count(f.figures.premature)))
                    (row(words.premature_rate, "part key", self.per_mille(f.figures.premature_rate())))
                    (row(words.not_known, "part", form.count(f.figures.undecided)))
                    (row(says.reopened_automatic, "", reopened("inactivity")))
                    (row(says.reopened_agent, "", reopened("agent")))
                    (counted(&f.figures.withheld, &|name| format!("{}: {name}", says.withheld)))
                    (counted(&f.withdrawn, &|name| format!("{}: {name}", says.withdrawn)))
                    (row(says.given_up, "", form.count(f.given_up)))
                    (row(says.retried, "", form.count(f.retried)))
                    @for (title, lengths) in [
                        (says.lateness, &f.lateness),
                        (says.first_response, &f.first_response),
                        (says.resolution, &f.resolution),
                    ] {
                        (row(title, "", self.length(lengths, 50)))
                        (row(says.nine_of_ten, "part", self.length(lengths, 90)))
                        @if std::ptr::eq(lengths, &f.lateness) {
                            (row(says.ninety_nine, "part", self.length(lengths, 99)))
                            (row(says.most, "part", lengths.most().map_or_else(none, about_or_exact)))
                        }
                    }
                }
            }
        };
        let window = exact(self.found.period.window);
        html! {
            (wide(form, says.title, &table))
            h3 { (words.definitions) }
            dl {
                dt { (says.closes) } dd { (says.define_closed) }
                dt { (words.premature) } dd { ((says.define_premature)(&window)) }
                dt { (words.premature_rate) } dd { (says.define_rate) }
                dt { (says.reopened_automatic) } dd { ((says.define_reopened)(&window)) }
                dt { (says.answered) } dd { (says.define_answered) }
                dt { (says.withheld) } dd { (says.define_withheld) }
                dt { (says.withdrawn) } dd { (says.define_withdrawn) }
                dt { (says.retried) } dd { (says.define_retried) }
                dt { (says.lateness) } dd { (says.define_lateness) }
                dt { (says.first_response) } dd { (says.define_first_response) }
                dt { (says.resolution) } dd { (says.define_resolution) }
                dt { (says.nine_of_ten) } dd { (says.define_percentile) }
            }
        }
    }

    /// Closes per day, or per several days so that the bars can be distinguished.
    fn days(&self) -> Result<Markup, ChartError> {
        let (form, says) = (self.form, self.says);
        let days = &self.found.days;
        let (Some((first, _)), Some((last, _))) = (days.first_key_value(), days.last_key_value())
        else {
            return Ok(html! { p { (says.nothing_closed) } });
        };
        let length = last.saturating_sub(*first).saturating_add(1);
        let step = [1, 7, 28, 91].into_iter().find(|step| length <= BARS_MAX.saturating_mul(*step));
        let step = step.unwrap_or_else(|| length.div_euclid(BARS_MAX).saturating_add(1));
        let known: BTreeSet<&str> =
            days.values().flat_map(|day| day.keys().map(String::as_str)).collect();
        let who: Vec<&str> = WHO.into_iter().filter(|by| known.contains(by)).collect();
        let mut columns: Vec<(String, Vec<u64>)> = Vec::new();
        let mut begins = *first;
        while begins <= *last {
            let ends = begins.saturating_add(step);
            let count = |by: &str| {
                let some = days.range(begins..ends).filter_map(|(_, day)| day.get(by));
                some.fold(0_u64, |sum, count| sum.saturating_add(*count))
            };
            columns.push((day_name(begins), who.iter().map(|by| count(by)).collect()));
            begins = ends;
        }
        let heights: Vec<(String, Vec<f64>)> =
            columns.iter().map(|(name, parts)| (short_day(name), floats(parts))).collect();
        let most = heights.iter().map(|(_, parts)| parts.iter().sum()).fold(0.0, f64::max);
        let caption = (says.days_caption)(u64::try_from(step).unwrap_or_default());
        let names: Vec<String> = who.iter().map(|by| self.closed_by(by).to_owned()).collect();
        let drawn = Bars {
            id: "chart-days",
            title: says.days,
            description: &caption,
            names: &names,
            columns: &heights,
            top: quarters(most),
            written: &|height| format!("{height:.0}"),
        };
        let table = html! {
            table.figures data-sort=((form.words.sort_by)("…")) {
                caption { span { (caption) } }
                thead { tr {
                    th scope="col" { (says.day) }
                    @for by in &who { th scope="col" { (self.closed_by(by)) } }
                } }
                tbody { @for (name, counts) in &columns { tr {
                    th scope="row" data-key=(name) { (name) }
                    @for count in counts { td data-key=(count) { (form.count(*count)) } }
                } } }
            }
        };
        Ok(html! {
            figure.one { figcaption { (caption) } (drawn.svg()?) }
            (wide(form, &caption, &table))
        })
    }

    fn reminders(&self) -> Result<Markup, ChartError> {
        let (form, says) = (self.form, self.says);
        let reminders = &self.found.total.figures.reminders;
        if reminders.is_empty() {
            return Ok(html! { p { (says.none_sent) } });
        }
        #[allow(clippy::cast_precision_loss, reason = "a part of a thousand")]
        let parts: Vec<(String, Vec<f64>)> = reminders
            .iter()
            .map(|(number, count)| {
                let part = count.answered_rate().unwrap_or_default() as f64 / 1_000.0;
                (number.to_string(), vec![part])
            })
            .collect();
        let drawn = Bars {
            id: "chart-reminders",
            title: says.reminders,
            description: says.reminders_caption,
            names: &[],
            top: top(parts.iter().flat_map(|(_, parts)| parts.iter().copied())),
            columns: &parts,
            written: &|part| form.part(part),
        };
        let table = html! {
            table.figures {
                caption { span { (says.reminders_caption) } }
                thead { tr {
                    th scope="col" { (says.reminders) }
                    th scope="col" { (says.sent) }
                    th scope="col" { (says.answered) }
                    th scope="col" { (says.answered_part) }
                    th scope="col" { (form.words.not_known) }
                } }
                tbody { @for (number, count) in reminders { tr {
                    th scope="row" { ((form.words.reminder)(*number)) }
                    td { (form.count(count.sent)) }
                    td { (form.count(count.answered)) }
                    td { (self.per_mille(count.answered_rate())) }
                    td { (form.count(count.waiting)) }
                } } }
            }
        };
        Ok(html! {
            figure.one { figcaption { (says.reminders_caption) } (drawn.svg()?) }
            (wide(form, says.reminders_caption, &table))
        })
    }

    fn departments(&self) -> Markup {
        let (form, words, says) = (self.form, self.form.words, self.says);
        let mut all: Vec<(&String, &PeriodFigures)> = self.found.departments.iter().collect();
        all.sort_by_key(|(_, f)| std::cmp::Reverse(f.closes()));
        let left = all.len().saturating_sub(DEPARTMENT_ROWS_MAX);
        let answered = |f: &PeriodFigures| ReminderCounts::all(&f.figures).answered_rate();
        let cell = |key: u64, text: String| html! { td data-key=(key) { (text) } };
        let part = |part: Option<u64>| cell(part.unwrap_or_default(), self.per_mille(part));
        let median = |lengths: &Lengths| {
            let key = u64::try_from(lengths.percentile(50).unwrap_or_default());
            cell(key.unwrap_or_default(), self.length(lengths, 50))
        };
        let table = html! {
            table.figures data-sort=((words.sort_by)("…")) {
                caption { span { (words.by_department) } }
                thead { tr {
                    @for head in [
                        words.department, says.opened, says.closes, says.inactivity, words.premature,
                        words.premature_rate, says.answered_part, says.given_up, says.first_response,
                        says.resolution,
                    ] { th scope="col" { (head) } }
                } }
                tbody { @for (name, f) in all.into_iter().take(DEPARTMENT_ROWS_MAX) { tr {
                    th scope="row" {
                        @if name.is_empty() { (words.no_department) } @else { bdi { (clean(name)) } }
                    }
                    (cell(f.opened, form.count(f.opened)))
                    (cell(f.closes(), form.count(f.closes())))
                    (cell(f.automatic(), form.count(f.automatic())))
                    (cell(f.figures.premature, form.count(f.figures.premature)))
                    (part(f.figures.premature_rate()))
                    (part(answered(f)))
                    (cell(f.given_up, form.count(f.given_up)))
                    (median(&f.first_response))
                    (median(&f.resolution))
                } } }
            }
        };
        html! {
            (wide(form, words.by_department, &table))
            @if left > 0 { p.quiet { ((words.departments_left)(&form.count(left))) } }
        }
    }

    fn closed(&self) -> Markup {
        let (form, words, says) = (self.form, self.form.words, self.says);
        let latest = &self.found.latest;
        if latest.is_empty() {
            return html! { p { (says.nothing_closed) } };
        }
        let caption = (says.tickets_caption)(
            &form.count(latest.len().min(LATEST_CLOSES_MAX)),
            &form.count(self.found.total.closes()),
        );
        let text = |text: &Option<String>| {
            html! {
                @match text { Some(text) => bdi { (clean(text)) }, None => "–" }
            }
        };
        let table = html! {
            table data-sort=((words.sort_by)("…")) data-filter=(words.filter) {
                caption { span { (caption) } }
                thead { tr {
                    @for head in [
                        words.ticket, words.department, says.by_agent, words.closed_at, says.by,
                        says.resolution, says.first_response, says.reminders, says.came_back,
                        says.category, says.tags, says.summary,
                    ] { th scope="col" { (head) } }
                } }
                tbody { @for closed in latest { tr {
                    th scope="row" { bdi { (clean(&closed.ticket)) } }
                    td { (text(&closed.department)) }
                    td { (text(&closed.agent)) }
                    td data-key=(closed.closed) { (form.instant(closed.closed)) }
                    td { (self.closed_by(closed.by_whom())) }
                    td data-key=(closed.resolution) { (about_or_exact(closed.resolution)) }
                    td data-key=(closed.first_response.unwrap_or(-1)) {
                        (closed.first_response.map_or_else(none, about_or_exact))
                    }
                    td data-key=(closed.reminders) { (form.count(closed.reminders)) }
                    td {
                        @if let Some(at) = closed.wrote_again {
                            (says.wrote) " " (about_or_exact(at.saturating_sub(closed.closed))) "; "
                        }
                        @if let Some(after) = closed.reopened_after {
                            (says.was_reopened) " " (about_or_exact(after)) "; "
                        }
                        @match closed.premature {
                            Some(Premature::Yes(_)) => (words.premature),
                            Some(Premature::Unknown) => (words.not_known),
                            Some(Premature::No) | None => "",
                        }
                    }
                    td { (text(&closed.category)) }
                    td { bdi { (clean(&closed.tags.join(", "))) } }
                    td { (text(&closed.summary)) }
                } } }
            }
        };
        wide(form, &caption, &table)
    }
}

/// Short durations to the millisecond, longer ones in their two largest units.
fn about_or_exact(milliseconds: i64) -> String {
    if milliseconds < 1_000 { exact(milliseconds.max(0)) } else { about(milliseconds) }
}

/// Month and day of a date.
fn short_day(name: &str) -> String {
    name.split_once('-').map_or_else(|| name.to_owned(), |(_, day)| day.to_owned())
}

#[allow(clippy::cast_precision_loss, reason = "fewer closes than a double tells apart")]
fn floats(counts: &[u64]) -> Vec<f64> {
    counts.iter().map(|count| *count as f64).collect()
}

/// The end of an axis that is divisible by four.
fn quarters(most: f64) -> f64 {
    (most / 4.0).ceil().max(1.0) * 4.0
}

#[cfg(test)]
mod tests {
    use despertador_contract::Zone;
    use despertador_insight::Figures;

    use super::*;
    use despertador_desk::report::{Period, Reporter};

    fn found(figures: &[(&str, PeriodFigures)]) -> Reported {
        let period = Period {
            since: 1_772_323_200_000,
            until: 1_775_001_600_000,
            department: None,
            window: 86_400_000,
            known_until: 1_775_001_600_000,
            zone: Zone::fixed(-180).expect("an offset"),
        };
        let mut none = |_: &_| Ok::<(), std::io::Error>(());
        let mut found = Reporter::new(period).end(&mut none).expect("a report");
        found.departments =
            figures.iter().map(|(name, figures)| ((*name).to_owned(), figures.clone())).collect();
        for (_, figures) in figures {
            found.total.join(figures);
        }
        found
    }

    fn page(found: &Reported, language: Language) -> String {
        desk_report(&DeskReport { name: "<acme>", reported: found }, language).expect("a page")
    }

    #[test]
    fn figures_are_shown_and_names_are_text() {
        let closed = BTreeMap::from([("inactivity".to_owned(), 1_500), ("other".to_owned(), 2)]);
        let (judged, judged_premature) = (1_000, 300);
        let figures = PeriodFigures {
            closed,
            figures: Figures {
                closes: 1_500,
                premature: 310,
                undecided: 490,
                judged,
                judged_premature,
                ..Figures::default()
            },
            ..PeriodFigures::default()
        };
        let mut found = found(&[("<b>ventas</b>", figures)]);
        for day in 20_514..20_614 {
            let _: Option<_> = found.days.insert(day, BTreeMap::from([("other".to_owned(), 1)]));
        }
        let page = page(&found, Language::English);
        assert!(page.contains("&lt;b&gt;ventas&lt;/b&gt;") && !page.contains("<b>"));
        assert!(page.contains("\u{2068}&lt;acme&gt;\u{2069}"));
        assert!(page.contains("<td>1,502</td>") && page.contains("30.0\u{a0}%"), "{page}");
        assert!(page.contains("Closes of each 7 days"), "a hundred days are too many bars");
        assert!(page.contains("2026-02-28 21:00"), "the reader's clock");
    }

    #[test]
    fn nothing_is_said_where_nothing_was() {
        for language in Language::ALL {
            let page = page(&found(&[]), language);
            assert!(page.contains(words::of(language).nothing_closed));
            assert!(page.contains(words::of(language).none_sent));
            assert!(!page.contains("svg class"));
        }
    }
}
