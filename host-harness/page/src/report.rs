//! The page of a backtest.

use std::collections::{BTreeMap, HashMap};

use despertador_contract::Zone;
use despertador_contract::{Diagnostic, Outline, RuleOutline};
use despertador_insight::{
    BacktestFigures, Delays, Example, Item, Judged, Rate, Read, RecordedTicket, ReminderCounts,
};
use maud::{Markup, html};

use crate::chart::{Chart, ChartError, Curve, LANES_MAX, Span, top};
use crate::form::{Form, about, clean, exact};
use crate::ink::Ink;
use crate::shell::{self, Section, wide};
use crate::steps::{Lane, Steps};
use crate::timeline::Timeline;
use despertador_contract::Language;

/// Maximum number of a policy's premature closes that are drawn as timelines.
pub const EXAMPLES: usize = 12;
/// Maximum number of them in the list.
const LISTED_CLOSES_MAX: usize = 200;
/// Maximum number of departments with a row.
const DEPARTMENT_ROWS_MAX: usize = 300;
/// Maximum number of departments with charts.
const DEPARTMENT_CHARTS_MAX: usize = 12;
/// Minimum number of silences for a department's chart; with fewer its curve would be a few steps.
const SILENCES_PER_CHART_MIN: u64 = 10;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The times of the table below the charts.
const TABLE_TIMES: [i64; 12] = [
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    DAY,
    2 * DAY,
    3 * DAY,
    7 * DAY,
];

/// The result of a backtest.
#[derive(Debug, Clone, Copy)]
pub struct Backtest<'b> {
    /// The name of the history, such as its file.
    pub history_name: &'b str,
    /// The history, and what could not be read.
    pub read: &'b Read,
    /// The policies that were tested.
    pub tried: &'b [Tried<'b>],
    /// A close is premature if the customer writes within this many milliseconds.
    pub window: i64,
    /// The value of an automatic close, in minutes of an agent's time.
    pub minutes_per_close: f64,
    /// The channel of the conversations.
    pub channel: &'b str,
    /// The zone of the displayed times.
    pub zone: &'b Zone,
}

/// A policy that was tested.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'b> {
    /// Its name, such as its file.
    pub name: &'b str,
    /// The policy as a table.
    pub outline: &'b Outline,
    /// The warnings about it.
    pub warnings: &'b [Diagnostic],
    /// Its results.
    pub judged: &'b Judged,
    /// Tickets that it would have closed too early; at most [`EXAMPLES`] are drawn.
    pub examples: &'b [Example<'b>],
}

/// The page of a backtest, as HTML.
///
/// # Errors
///
/// The chart library failed, which is not expected for any history.
pub fn backtest(backtest: &Backtest<'_>, language: Language) -> Result<String, ChartError> {
    let form = Form::new(language, backtest.zone);
    let report = Report::new(backtest, form);
    let words = form.words;
    let section = |id, heading: &str, content| Section { id, heading: heading.to_owned(), content };
    let sections = [
        section("summary", words.summary, report.summary()),
        section("policies", words.policies, report.policies()),
        section("departments", words.by_department, report.departments()),
        section("delays", words.delays, report.delays_section()?),
        section("closing", words.closing, report.closing_section()?),
        section("premature", words.too_early, report.premature()),
        section("coverage", words.coverage, report.coverage()),
    ];
    let history = &backtest.read.history;
    let (first, last) = span(&history.tickets).unwrap_or_default();
    let lead = (words.lead)(
        &form.count(history.tickets.len()),
        &format!("\u{2068}{}\u{2069}", clean(backtest.history_name)),
        &form.instant(first),
        &form.instant(last),
    );
    Ok(shell::page(form, words.backtest, &html! { p { (lead) } }, &sections))
}

/// The instants of the first and the last event.
fn span(tickets: &[RecordedTicket]) -> Option<(i64, i64)> {
    let first = tickets.iter().filter_map(|ticket| Some(ticket.items.first()?.at())).min()?;
    let last = tickets.iter().filter_map(|ticket| Some(ticket.items.last()?.at())).max()?;
    Some((first, last))
}

struct Report<'r> {
    backtest: &'r Backtest<'r>,
    form: Form<'r>,
    all: Delays,
    /// The curve of all conversations, which is in every chart.
    answered: Vec<Option<f64>>,
    rates: Vec<Rate>,
    each: BTreeMap<String, Delays>,
    /// Departments with their numbers of tickets, the largest first.
    sizes: Vec<(&'r str, u64)>,
    span: Span,
    /// The end of the axis of premature closes.
    closing_top: f64,
}

/// A policy's letter in tables and charts.
fn letter(place: usize) -> String {
    let letters = u8::try_from(place).ok().filter(|place| *place < 26);
    letters.map_or_else(
        || place.saturating_add(1).to_string(),
        |place| char::from(b'A'.saturating_add(place)).to_string(),
    )
}

impl<'r> Report<'r> {
    fn new(backtest: &'r Backtest<'r>, form: Form<'r>) -> Self {
        let (all, each) = Delays::of(&backtest.read.history);
        let judged = backtest.tried.first().map(|tried| &tried.judged.departments);
        let mut sizes: Vec<(&str, u64)> = judged
            .into_iter()
            .flatten()
            .map(|(name, figures)| (name.as_str(), figures.tickets))
            .collect();
        sizes.sort_by_key(|(_, tickets)| std::cmp::Reverse(*tickets));
        let closes = backtest.tried.iter().flat_map(|tried| &tried.outline.rules);
        let steps = closes.filter_map(|rule| Steps::of(rule).last());
        // A few answers after months would compress all others.
        let answers = all.answers();
        let most = answers.get(answers.len().saturating_mul(99) / 100).copied();
        let span = Span::over(steps.chain(most));
        let times = span.times();
        let answered = all.answered_within(&times);
        let of = |delays: &Delays| -> Vec<Rate> {
            times.iter().map(|time| delays.rate(*time, backtest.window)).collect()
        };
        let rates = of(&all);
        let mut report =
            Report { backtest, form, all, answered, rates, each, sizes, span, closing_top: 1.0 };
        let charted = report.charted();
        let drawn = charted.iter().flat_map(|(_, delays)| of(delays));
        let curves = drawn.chain(report.rates.iter().copied()).filter_map(Rate::part);
        let names: Vec<Option<&str>> = charted.iter().map(|(name, _)| Some(*name)).collect();
        let measured = names.into_iter().chain([None]).flat_map(|name| report.measured(name));
        let parts: Vec<f64> = curves.chain(measured.flatten()).collect();
        report.closing_top = top(parts);
        report
    }

    fn tried(&self) -> impl Iterator<Item = (String, &'r Tried<'r>)> {
        self.backtest.tried.iter().enumerate().map(|(place, tried)| (letter(place), tried))
    }

    fn department(&self, name: &str) -> Markup {
        html! {
            @if name.is_empty() { (self.form.words.no_department) } @else { bdi { (clean(name)) } }
        }
    }

    /// A policy's letter and name.
    fn policy(&self, letter: &str, tried: &Tried<'_>) -> Markup {
        html! { span.letter { (letter) } " " bdi { (clean(tried.name)) } }
    }

    // ---- the summary

    fn summary(&self) -> Markup {
        let (form, words) = (self.form, self.form.words);
        let figures: Vec<&BacktestFigures> =
            self.backtest.tried.iter().map(|tried| &tried.judged.total).collect();
        let row = |title: &str, class: &str, of: &dyn Fn(&BacktestFigures) -> String| {
            html! { tr class=(class) {
                th scope="row" { (title) }
                @for figures in &figures { td { (of(figures)) } }
            } }
        };
        let none = || "–".to_owned();
        let last = figures.iter().filter_map(|f| f.figures.reminders.keys().last().copied()).max();
        let freed = |f: &BacktestFigures| {
            #[allow(clippy::cast_precision_loss, reason = "fewer closes than a double tells apart")]
            let minutes = f.figures.closes as f64 * self.backtest.minutes_per_close;
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole minutes; more than there are become the largest number"
            )]
            let whole = minutes.round().max(0.0) as u64;
            format!("{}\u{a0}min", form.count(whole))
        };
        let rate = |f: &BacktestFigures| Rate {
            closes: f.figures.judged,
            premature: f.figures.judged_premature,
        };
        let mut reasons: Vec<&String> =
            figures.iter().flat_map(|f| f.figures.withheld.keys()).collect();
        reasons.sort();
        reasons.dedup();
        let table = html! {
            table.figures {
                caption { span { (words.summary_caption) } }
                thead { tr {
                    th scope="col" { (words.figure) }
                    @for (letter, tried) in self.tried() {
                        th scope="col" { (self.policy(&letter, tried)) }
                    }
                } }
                tbody {
                    (row(words.conversations, "", &|f| form.count(f.tickets)))
                    @for number in 1..=last.unwrap_or_default() {
                        (row(&(words.reminder)(number), "", &|f| {
                            f.figures.reminders.get(&number).map_or_else(none, |r| form.count(r.sent))
                        }))
                        (row(words.rescued, "part", &|f| {
                            let answered = f.figures.reminders.get(&number).map(|r| r.judged_answered);
                            f.figures.rescued(number).zip(answered).map_or_else(none, |(part, answered)| {
                                (words.rescued_of)(&form.per_mille(part), &form.count(answered))
                            })
                        }))
                    }
                    (row(words.closed, "", &|f| form.count(f.figures.closes)))
                    (row(words.premature, "part", &|f| form.count(f.figures.premature)))
                    (row(words.premature_rate, "part key", &|f| {
                        f.figures.premature_rate().map_or_else(none, |rate| form.per_mille(rate))
                    }))
                    (row(words.true_rate, "part", &|f| {
                        let rate = rate(f);
                        let (low, high) = rate.between();
                        rate.part().map_or_else(none, |_| {
                            (words.range)(&form.per_mille(low), &form.per_mille(high))
                        })
                    }))
                    (row(words.not_known, "part", &|f| form.count(f.figures.undecided)))
                    (row(words.mean_wait, "part", &|f| f.mean_wait().map_or_else(none, about)))
                    (row(words.time_freed, "", &freed))
                    @for reason in reasons {
                        (row(self.reason(reason), "", &|f| {
                            form.count(f.figures.withheld.get(reason).copied().unwrap_or_default())
                        }))
                    }
                }
            }
        };
        let window = exact(self.backtest.window);
        let minutes = form.decimal(self.backtest.minutes_per_close);
        html! {
            (wide(form, words.summary_caption, &table))
            h3 { (words.definitions) }
            dl {
                dt { (words.rescued) } dd { (words.define_rescued) }
                dt { (words.premature) } dd { ((words.define_premature)(&window)) }
                dt { (words.premature_rate) } dd { (words.define_rate) }
                dt { (words.true_rate) } dd { (words.define_true_rate) }
                dt { (words.mean_wait) } dd { (words.define_wait) }
                dt { (words.time_freed) } dd { ((words.define_freed)(&minutes)) }
            }
        }
    }

    fn reason<'a>(&self, code: &'a str) -> &'a str {
        match code {
            "outside-sending-window" => self.form.words.outside_sending_window,
            "outside-channel-window" => self.form.words.outside_channel_window,
            "over-budget" => self.form.words.over_budget,
            other => other,
        }
    }

    // ---- policies

    fn policies(&self) -> Markup {
        let words = self.form.words;
        let rules = |tried: &Tried<'r>| tried.outline.rules.iter().collect::<Vec<_>>();
        let table = html! {
            table {
                caption { span { (words.policies_caption) } }
                thead { tr {
                    @for head in [words.policy, words.rule, words.departments, words.counted_from, words.steps] {
                        th scope="col" { (head) }
                    }
                } }
                @for (letter, tried) in self.tried() {
                    tbody {
                        @for (place, rule) in rules(tried).into_iter().enumerate() { tr {
                            @if place == 0 {
                                th scope="rowgroup" rowspan=(tried.outline.rules.len().max(1)) {
                                    (self.policy(&letter, tried))
                                }
                            }
                            td { bdi { (clean(&rule.name)) } }
                            td { (self.departments_of(rule)) }
                            td { (self.counted(rule)) }
                            td { @if tried.outline.enabled && rule.enabled { (self.steps(&Steps::of(rule))) }
                                @else { (words.switched_off) } }
                        } }
                    }
                }
            }
        };
        html! {
            (wide(self.form, words.policies_caption, &table))
            p.quiet { (words.step_times) }
            @for (letter, tried) in self.tried() { @for warning in tried.warnings {
                p { strong { (letter) ": " } (self.warning_text(warning)) }
            } }
        }
    }

    /// A warning in the language of the page, with its place.
    fn warning_text(&self, warning: &Diagnostic) -> Markup {
        let wording = warning.wordings.iter().find(|w| w.language == self.form.language.tag());
        html! {
            @if let Some(wording) = wording { bdi { (clean(&wording.text)) } " " }
            code { (clean(&warning.place)) }
        }
    }

    fn departments_of(&self, rule: &RuleOutline) -> Markup {
        const NAMED_DEPARTMENTS_MAX: usize = 20;
        let words = self.form.words;
        let Some(names) = &rule.departments else { return html! { (words.all_others) } };
        let more = names.len().saturating_sub(NAMED_DEPARTMENTS_MAX);
        html! {
            @for (place, name) in names.iter().take(NAMED_DEPARTMENTS_MAX).enumerate() {
                @if place > 0 { ", " } bdi { (clean(name)) }
            }
            @if more > 0 { " " ((words.more)(&self.form.count(more))) }
        }
    }

    fn counted(&self, rule: &RuleOutline) -> String {
        let words = self.form.words;
        let from = match rule.count_from.as_str() {
            "last-agent-message" => words.last_agent,
            "first-unanswered-agent-message" => words.first_unanswered,
            "last-customer-message" => words.last_customer,
            other => other,
        };
        match &rule.business_hours {
            Some(name) => format!("{from}, {}", (words.open_time)(&clean(name))),
            None => from.to_owned(),
        }
    }

    fn steps(&self, steps: &Steps) -> String {
        let words = self.form.words;
        let mut said: Vec<String> = (1_u32..)
            .zip(&steps.reminders)
            .map(|(number, at)| format!("{}: {}", (words.step_reminder)(number), exact(*at)))
            .collect();
        match steps.close {
            Some(close) => said.push(format!("{}: {}", words.close, exact(close))),
            None if said.is_empty() => return words.no_steps.to_owned(),
            None => said.push(words.closes_never.to_owned()),
        }
        said.join(", ")
    }

    // ---- departments

    fn departments(&self) -> Markup {
        let (form, words) = (self.form, self.form.words);
        let left = self.sizes.len().saturating_sub(DEPARTMENT_ROWS_MAX);
        let cells = |tried: &Tried<'_>, name: &str| {
            let figures = tried.judged.departments.get(name);
            let reminded = figures.map(|f| ReminderCounts::all(&f.figures)).unwrap_or_default();
            let sent = reminded.sent;
            let closes = figures.map_or(0, |f| f.figures.closes);
            let rescued = reminded.answered_rate();
            let part =
                |part: Option<u64>| part.map_or_else(|| "–".into(), |part| form.per_mille(part));
            let key =
                |part: Option<u64>| part.map_or_else(|| "-1".to_owned(), |part| part.to_string());
            let rate = figures.and_then(|f| f.figures.premature_rate());
            html! {
                td.begins data-key=(sent) { (form.count(sent)) }
                td data-key=(key(rescued)) { (part(rescued)) }
                td data-key=(closes) { (form.count(closes)) }
                td data-key=(key(rate)) { (part(rate)) }
            }
        };
        let table = html! {
            table.figures data-sort=((words.sort_by)("…")) {
                caption { span { (words.by_department_caption) } }
                colgroup { col; col; }
                @for _ in self.backtest.tried { colgroup { col; col; col; col; } }
                thead {
                    tr {
                        td colspan="2" {}
                        @for (letter, tried) in self.tried() {
                            th.begins scope="colgroup" colspan="4" { (self.policy(&letter, tried)) }
                        }
                    }
                    tr {
                        th scope="col" { (words.department) }
                        th scope="col" { (words.conversations) }
                        @for _ in self.backtest.tried {
                            th.begins scope="col" { (words.reminded) }
                            th scope="col" { (words.rescued) }
                            th scope="col" { (words.closed) }
                            th scope="col" { (words.premature_rate) }
                        }
                    }
                }
                tbody { @for (name, tickets) in self.sizes.iter().take(DEPARTMENT_ROWS_MAX) { tr {
                    th scope="row" { (self.department(name)) }
                    td data-key=(tickets) { (form.count(*tickets)) }
                    @for tried in self.backtest.tried { (cells(tried, name)) }
                } } }
            }
        };
        html! {
            (wide(form, words.by_department_caption, &table))
            @if left > 0 { p { ((words.departments_left)(&form.count(left))) } }
        }
    }

    // ---- charts

    /// The departments with charts: those with the most silences.
    fn charted(&self) -> Vec<(&str, &Delays)> {
        let mut names: Vec<(&str, &Delays)> = self
            .each
            .iter()
            .filter(|(_, delays)| delays.silences() >= SILENCES_PER_CHART_MIN)
            .map(|(name, delays)| (name.as_str(), delays))
            .collect();
        names.sort_by_key(|(_, delays)| std::cmp::Reverse(delays.silences()));
        names.truncate(DEPARTMENT_CHARTS_MAX);
        names
    }

    /// The steps of each policy for a department; or, for all departments, those of the rule with
    /// the most conversations, with their number.
    fn lanes(&self, department: Option<&str>) -> Vec<Lane<'r>> {
        // The policy has chosen the rule of each conversation as it was played.
        let steps = |tried: &'r Tried<'r>| {
            let figures = match department {
                None => Some(&tried.judged.total),
                Some(name) => tried.judged.departments.get(name),
            };
            let rules = figures.into_iter().flat_map(|figures| &figures.rules);
            let outlined = rules.filter_map(|(rule, tickets)| {
                let rule = tried.outline.rules.get(usize::try_from(*rule).ok()?)?;
                (tried.outline.enabled && rule.enabled).then_some((rule, *tickets))
            });
            let most = outlined.max_by_key(|(_, tickets)| *tickets);
            most.map_or_else(Default::default, |(rule, tickets)| {
                let named = department.is_none().then_some((rule.name.as_str(), tickets));
                (Steps::of(rule), named)
            })
        };
        self.tried()
            .map(|(letter, tried)| {
                let (steps, rule) = steps(tried);
                Lane { letter, steps, rule }
            })
            .collect()
    }

    /// The policies' steps in words, for readers who cannot see the chart.
    fn steps_in_words(&self, lanes: &[Lane<'_>]) -> String {
        let said: Vec<String> = lanes
            .iter()
            .take(LANES_MAX)
            .map(|lane| (self.form.words.steps_desc)(&lane.letter, &self.steps(&lane.steps)))
            .collect();
        said.join(" ")
    }

    fn delays_chart(
        &self,
        id: &str,
        name: Option<&str>,
        delays: &Delays,
    ) -> Result<Markup, ChartError> {
        let words = self.form.words;
        let lanes = self.lanes(name);
        let title =
            name.map_or_else(|| words.delays.to_owned(), |name| (words.delays_of)(&clean(name)));
        let times = self.span.times();
        let parts = match name {
            Some(_) => delays.answered_within(&times),
            None => self.answered.clone(),
        };
        let after = |wanted: f64| {
            let found =
                times.iter().zip(&parts).find(|(_, part)| part.is_some_and(|part| part >= wanted));
            found.map(|(time, _)| about(*time))
        };
        let said = match (after(0.5), after(0.9)) {
            (Some(half), Some(most)) => (words.delays_desc)(&half, &most),
            (Some(half), None) => (words.delays_desc)(&half, "–"),
            _ => words.nobody_answered.to_owned(),
        };
        let mut curves = Vec::new();
        if name.is_some() {
            curves.push(Curve { ink: Ink::All, parts: self.answered.clone() });
        }
        curves.push(Curve { ink: if name.is_some() { Ink::Own } else { Ink::All }, parts });
        Chart {
            id,
            title: &title,
            description: &format!("{said} {}", self.steps_in_words(&lanes)),
            span: self.span,
            curves: &curves,
            range: &[],
            lanes: &lanes,
            measured: &[],
            top: 1.0,
            percent: &|part| whole_percent(part),
        }
        .svg()
    }

    /// Each policy's own share of premature closes, from 0 to 1, in a department or in all.
    fn measured(&self, name: Option<&str>) -> Vec<Option<f64>> {
        let rate = |tried: &Tried<'_>| {
            let all = Some(&tried.judged.total);
            let figures = name.map_or(all, |name| tried.judged.departments.get(name));
            figures.and_then(|f| f.figures.premature_rate()).map(as_part)
        };
        self.backtest.tried.iter().map(rate).collect()
    }

    fn closing_chart(
        &self,
        id: &str,
        name: Option<&str>,
        delays: &Delays,
    ) -> Result<Markup, ChartError> {
        let (form, words) = (self.form, self.form.words);
        let lanes = self.lanes(name);
        let title =
            name.map_or_else(|| words.closing.to_owned(), |name| (words.closing_of)(&clean(name)));
        let measured = self.measured(name);
        let window = self.backtest.window;
        let rates: Vec<Rate> = match name {
            Some(_) => {
                let times = self.span.times();
                times.iter().map(|time| delays.rate(*time, window)).collect()
            }
            None => self.rates.clone(),
        };
        let range: Vec<Option<(f64, f64)>> = rates
            .iter()
            .map(|rate| {
                let (low, high) = rate.between();
                rate.part().map(|_| (as_part(low), as_part(high)))
            })
            .collect();
        let points: Vec<String> = TABLE_TIMES
            .iter()
            .filter_map(|time| Some((time, delays.rate(*time, window).part()?)))
            .map(|(time, part)| format!("{} {}", exact(*time), form.part(part)))
            .collect();
        let had: Vec<String> = lanes
            .iter()
            .zip(&measured)
            .take(LANES_MAX)
            .filter_map(|(lane, part)| {
                Some((words.measured_desc)(&lane.letter, &form.part((*part)?)))
            })
            .collect();
        let mut curves = Vec::new();
        if name.is_some() {
            let all = self.rates.iter().map(|rate| rate.part()).collect();
            curves.push(Curve { ink: Ink::All, parts: all });
        }
        let own = rates.iter().map(|rate| rate.part()).collect();
        curves.push(Curve { ink: if name.is_some() { Ink::Own } else { Ink::All }, parts: own });
        Chart {
            id,
            title: &title,
            description: &format!(
                "{} {} {}",
                (words.closing_desc)(&points.join(", ")),
                self.steps_in_words(&lanes),
                had.join(" ")
            ),
            span: self.span,
            curves: &curves,
            range: &range,
            lanes: &lanes,
            measured: &measured,
            top: self.closing_top,
            percent: &|part| whole_percent(part),
        }
        .svg()
    }

    /// The legend of the charts below.
    fn legend(&self, with_range: bool) -> Markup {
        let words = self.form.words;
        let lanes = self.lanes(None);
        let left = lanes.len().saturating_sub(LANES_MAX);
        html! {
            div.legend {
                h3 { (words.legend) }
                ul {
                    @if with_range {
                        li { span.key.range aria-hidden="true" {} (words.legend_range) }
                        li { span.key.rhomb aria-hidden="true" {} (words.legend_measured) }
                    }
                    li { span.key.dot aria-hidden="true" {} (words.legend_reminder) }
                    li { span.key.box aria-hidden="true" {} (words.legend_close) }
                }
                ul {
                    @for ((letter, tried), Lane { steps, rule, .. }) in self.tried().zip(&lanes).take(LANES_MAX) { li {
                        (self.policy(&letter, tried)) ": " (self.steps(steps))
                        @if let Some((rule, count)) = rule {
                            @if tried.outline.rules.len() > 1 {
                                " – " ((words.legend_rule)(&clean(rule), &self.form.count(*count)))
                            }
                        }
                    } }
                    @if left > 0 { li { ((words.more_policies)(&self.form.count(LANES_MAX))) } }
                }
            }
        }
    }

    fn delays_section(&self) -> Result<Markup, ChartError> {
        let words = self.form.words;
        let chart = self.delays_chart("d", None, &self.all)?;
        let each = self.each_chart("d", Self::delays_chart)?;
        Ok(html! {
            p { ((words.define_delays)(&self.form.count(self.all.silences()))) }
            (self.legend(false))
            figure.one { figcaption { (words.all_conversations) } (chart) }
            (self.curve_table())
            (each)
        })
    }

    fn closing_section(&self) -> Result<Markup, ChartError> {
        let words = self.form.words;
        let chart = self.closing_chart("c", None, &self.all)?;
        let each = self.each_chart("c", Self::closing_chart)?;
        Ok(html! {
            p { ((words.define_closing)(&exact(self.backtest.window))) }
            (self.legend(true))
            figure.one { figcaption { (words.all_conversations) } (chart) }
            (each)
        })
    }

    fn each_chart(
        &self,
        prefix: &str,
        draw: fn(&Self, &str, Option<&str>, &Delays) -> Result<Markup, ChartError>,
    ) -> Result<Markup, ChartError> {
        let (form, words) = (self.form, self.form.words);
        let charted = self.charted();
        let mut figures = Vec::new();
        for (number, (name, delays)) in charted.iter().enumerate() {
            let svg = draw(self, &format!("{prefix}{number}"), Some(name), delays)?;
            figures.push(html! { figure {
                figcaption {
                    (self.department(name)) " " span.quiet { ((words.silences)(&form.count(delays.silences()))) }
                }
                (svg)
            } });
        }
        Ok(html! { @if !figures.is_empty() {
            h3 { (words.each_department) }
            p.quiet {
                ((words.charts_of_departments)(&form.count(figures.len()), &form.count(self.each.len())))
            }
            ul.keys {
                li { span.key.own aria-hidden="true" {} (words.legend_own) }
                li { span.key.all aria-hidden="true" {} (words.legend_all) }
            }
            div.charts { @for figure in &figures { (figure) } }
        } })
    }

    fn curve_table(&self) -> Markup {
        let (form, words) = (self.form, self.form.words);
        let answered = self.all.answered_within(&TABLE_TIMES);
        let table = html! {
            table.figures {
                caption { span { (words.curve_table) } }
                thead { tr {
                    @for head in [words.after, words.answered, words.if_closed, words.true_rate, words.closes_counted] {
                        th scope="col" { (head) }
                    }
                } }
                tbody { @for (time, part) in TABLE_TIMES.iter().zip(&answered) {
                    @let rate = self.all.rate(*time, self.backtest.window);
                    @let (low, high) = rate.between();
                    tr {
                        th scope="row" { (exact(*time)) }
                        td { (part.map_or_else(|| "–".into(), |part| form.part(part))) }
                        @match rate.part() {
                            Some(part) => {
                                td { (form.part(part)) }
                                td { ((words.range)(&form.per_mille(low), &form.per_mille(high))) }
                            }
                            None => { td { "–" } td { "–" } }
                        }
                        td { (form.count(rate.closes)) }
                    }
                } }
            }
        };
        wide(form, words.curve_table, &table)
    }

    // ---- premature closes

    fn premature(&self) -> Markup {
        let (form, words) = (self.form, self.form.words);
        let departments = self.departments_of_premature();
        html! {
            p { (words.too_early_lead) }
            @for (place, (letter, tried)) in self.tried().enumerate() {
                h3 { ((words.too_early_by)(
                    &format!("{letter} \u{2068}{}\u{2069}", clean(tried.name)),
                    &form.count(tried.judged.premature.len()),
                )) }
                @if tried.judged.premature.is_empty() {
                    p { (words.none_too_early) }
                } @else {
                    (self.premature_of(place, &letter, tried, &departments))
                }
            }
        }
    }

    /// The departments of the tickets that were closed too early, by ticket.
    fn departments_of_premature(&self) -> HashMap<&'r str, &'r str> {
        let premature = self.backtest.tried.iter().flat_map(|tried| &tried.judged.premature);
        let mut found: HashMap<&str, &str> =
            premature.map(|(ticket, ..)| (ticket.as_str(), "")).collect();
        let history = &self.backtest.read.history;
        for recorded in &history.tickets {
            if let Some(department) = found.get_mut(recorded.id.as_str()) {
                *department = history.department(recorded).unwrap_or_default();
            }
        }
        found
    }

    fn premature_of(
        &self,
        place: usize,
        letter: &str,
        tried: &Tried<'_>,
        departments: &HashMap<&str, &str>,
    ) -> Markup {
        let (form, words) = (self.form, self.form.words);
        let mut soonest: Vec<&(String, i64, i64)> = tried.judged.premature.iter().collect();
        soonest.sort_by_key(|(_, closed, wrote)| wrote.saturating_sub(*closed));
        let all = soonest.len();
        let examples = tried.examples.get(..EXAMPLES).unwrap_or(tried.examples);
        let caption = format!("{}: {letter}", words.too_early);
        let table = html! {
            table data-sort=((words.sort_by)("…")) data-filter=(words.filter) {
                caption { span { (caption) } }
                thead { tr {
                    @for head in [words.ticket, words.department, words.closed_at, words.came_back_after] {
                        th scope="col" { (head) }
                    }
                } }
                tbody { @for (number, (ticket, closed, wrote)) in soonest.iter().take(LISTED_CLOSES_MAX).enumerate() { tr {
                    th scope="row" {
                        @if number < examples.len() {
                            a href={ "#t" (place) "-" (number) } { bdi { (clean(ticket)) } }
                        } @else { bdi { (clean(ticket)) } }
                    }
                    td { (self.department(departments.get(ticket.as_str()).copied().unwrap_or_default())) }
                    td data-key=(closed) { (form.instant(*closed)) }
                    td data-key=(wrote.saturating_sub(*closed)) { (about(wrote.saturating_sub(*closed))) }
                } } }
            }
        };
        html! {
            (wide(form, &caption, &table))
            @if all > LISTED_CLOSES_MAX { p { ((words.too_early_left)(&form.count(LISTED_CLOSES_MAX), &form.count(all))) } }
            @if !examples.is_empty() {
                h4 { (words.timelines) ": " (letter) }
                @if all > examples.len() {
                    p.quiet { ((words.timelines_bounded)(&form.count(examples.len()), &form.count(all))) }
                }
            }
            @for (number, example) in examples.iter().enumerate() {
                @let id = format!("t{place}-{number}");
                details id=(id) {
                    summary { ((words.timeline_of)(
                        &format!("\u{2068}{}\u{2069}", clean(&example.recorded.id)),
                        &about(example.wrote.saturating_sub(example.closed)),
                    )) }
                    (Timeline::of_example(example, self.backtest.window).in_page(form, &format!("{id}s")))
                }
            }
        }
    }

    // ---- coverage of the figures

    fn coverage(&self) -> Markup {
        let (form, words) = (self.form, self.form.words);
        let read = self.backtest.read;
        let tickets = &read.history.tickets;
        let (first, last) = span(tickets).unwrap_or_default();
        let unanswered = tickets
            .iter()
            .filter(|ticket| !ticket.items.iter().any(Item::is_of_the_company))
            .count();
        let row = |title: &str, class: &str, value: &str| {
            html! { tr class=(class) { th scope="row" { (title) } td { (value) } } }
        };
        let table = html! {
            table.figures.covers {
                caption.unseen { (words.coverage) }
                tbody {
                    (row(words.from_to, "", &(words.until)(&form.instant(first), &form.instant(last))))
                    (row(words.conversations, "", &form.count(tickets.len())))
                    (row(words.departments, "", &form.count(read.history.departments.len())))
                    (row(words.never_answered, "", &form.count(unanswered)))
                    (row(words.silences_seen, "", &form.count(self.all.silences())))
                    (row(words.silences_answered, "part", &form.count(self.all.answers().len())))
                    (row(words.rows_read, "", &form.count(read.rows)))
                    (row(words.rows_moved, "part", &form.count(read.moved)))
                    (row(words.rows_repeated, "", &form.count(read.repeated)))
                    (row(words.rows_refused, "", &form.count(read.refused)))
                }
            }
        };
        let caption = (words.refused_caption)(
            &form.count(read.first_refused.len()),
            &form.count(read.refused),
        );
        let refused = html! {
            table {
                caption { span { (caption) } }
                thead { tr { th scope="col" { (words.line) } th scope="col" { (words.why) } } }
                tbody { @for refused in &read.first_refused { tr {
                    th scope="row" { (form.count(refused.line)) }
                    td { bdi { (clean(refused.why.of(self.form.language))) } }
                } } }
            }
        };
        html! {
            (wide(form, words.coverage, &table))
            @if !read.first_refused.is_empty() { (wide(form, &caption, &refused)) }
            p { ((words.how_played)(self.backtest.channel)) }
        }
    }
}

/// Tenths of a percent as a share.
#[allow(clippy::cast_precision_loss, reason = "a part of a thousand")]
fn as_part(per_mille: u64) -> f64 {
    per_mille as f64 / 1_000.0
}

/// A share from 0 to 1 at the axis, in percent.
fn whole_percent(part: f64) -> String {
    format!("{:.0}\u{a0}%", part * 100.0)
}
