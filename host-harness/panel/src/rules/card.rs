//! A rule as a card with its fields; each problem stands at its field.

use maud::{Markup, html};
use serde_json::Value;

use super::document::{Departments, Object, Policy, Rule, texts, when};
use super::edit::{CHIPS_MAX, number_and_unit};
use super::limit::{self, CHANNELS};
use crate::interface::Found;
use crate::text::{Words, fill};

/// Keys of a rule that have fields.
const RULE: &[&str] = &["name", "enabled", "departments", "close-after", "reminders"];
/// Keys of a reminder that have fields.
const REMINDER: &[&str] = &["after", "before-close", "text"];
/// Keys of a policy that have fields.
const TOP: &[&str] = &["rules", "channel", "zone", "language", "company"];

/// What stands for facts of a ticket in a text.
const PLACEHOLDERS: &str = "{{customer.name}}, {{agent.name}}, {{department.name}}, \
    {{company.name}}, {{ticket.number}}, {{time-left}}";

/// A place of a policy without its first part: `/rules/0/name` is `(rules, /0/name)`.
fn split(place: &str) -> (&str, &str) {
    let place = place.strip_prefix('/').unwrap_or(place);
    place.find('/').map_or((place, ""), |at| place.split_at(at))
}

fn index(part: &str) -> Option<usize> {
    part.parse().ok()
}

/// Whether a problem stands at a field or at a card.
pub(super) fn has_place(policy: &Policy, place: &str) -> bool {
    match split(place) {
        ("rules", rest) => {
            let (number, _) = split(rest);
            index(number).is_some_and(|number| number < policy.rules.len())
        }
        (key, _) => TOP.contains(&key),
    }
}

/// A problem with its way out.
pub(super) fn problem(w: &'static Words, found: &Found, with_place: bool) -> Markup {
    html! {
        li.problem.bad[found.is_error()].warn[!found.is_error()] {
            span aria-hidden="true" { (if found.is_error() { "● " } else { "▲ " }) }
            span.unseen { (if found.is_error() { w.error } else { w.warning }) ": " }
            (found.text)
            @if !found.help.is_empty() { span.quiet { " – " (found.help) } }
            @if with_place { " " code { (found.place) } }
        }
    }
}

/// The problems of a field, under an id by which the field names them.
fn problems(w: &'static Words, id: &str, found: &[&Found], with_place: bool) -> Markup {
    html! {
        ul.problems id={ (id) "-problems" } data-live {
            @for found in found { (problem(w, found, with_place)) }
        }
    }
}

/// The fields above the rules.
pub(super) fn top(w: &'static Words, policy: &Policy, found: &[Found]) -> Markup {
    let value = |key: &str| policy.top.text(key).unwrap_or_default();
    let at = |key: &str| {
        let found: Vec<&Found> =
            found.iter().filter(|found| split(&found.place).0 == key).collect();
        problems(w, key, &found, false)
    };
    let channel = value("channel");
    let language = value("language");
    let rest = others(w, &policy.top, TOP);
    html! {
        fieldset.card {
            legend { (w.whole_account) }
            div.grid {
                div { label for="channel" { (w.channel) }
                    select #channel name="channel" aria-describedby="channel-problems" {
                        option value="" { (w.not_named) }
                        @for (name, _) in CHANNELS { option selected[*name == channel] { (name) } }
                    }
                    (at("channel")) }
                div { label for="zone" { (w.zone) }
                    input #zone name="zone" value=(value("zone")) placeholder="America/Bogota" aria-describedby="zone-problems";
                    (at("zone")) }
                div { label for="language" { (w.language_of_texts) }
                    select #language name="language" aria-describedby="language-problems" {
                        option value="" { (w.not_named) }
                        @for (tag, name) in [("es", "Español"), ("pt", "Português"), ("en", "English")] {
                            option value=(tag) selected[tag == language] { (name) }
                        }
                    }
                    (at("language")) }
                div { label for="company" { (w.company) }
                    input #company name="company" value=(value("company")) aria-describedby="company-problems";
                    (at("company")) }
            }
            (rest)
        }
    }
}

/// What has no field yet, as JSON.
fn others(w: &'static Words, object: &Object, but: &[&str]) -> Markup {
    let names: Vec<&str> = object.names().filter(|name| !but.contains(name)).collect();
    html! { @if !names.is_empty() {
        details.rest {
            summary { (fill(w.kept_as_is, &[&names.join(", ")])) }
            dl { @for name in &names { dt { code { (name) } } dd { pre { code { (object.raw(name).unwrap_or_default()) } } } } }
        }
    } }
}

/// A rule of a policy, on its card.
pub(super) struct Card<'c> {
    pub(super) w: &'static Words,
    pub(super) policy: &'c Policy,
    pub(super) rule: &'c Rule,
    pub(super) number: usize,
    pub(super) found: &'c [Found],
}

impl Card<'_> {
    fn name(&self, field: &str) -> String {
        format!("rule.{}.{field}", self.number)
    }

    fn id(&self, field: &str) -> String {
        format!("rule-{}-{field}", self.number)
    }

    /// The problems of the rule, with their places in it.
    fn own(&self) -> impl Iterator<Item = (&str, &Found)> {
        self.found.iter().filter_map(|found| {
            let (rules, rest) = split(&found.place);
            let (number, rest) = split(rest);
            (rules == "rules" && index(number) == Some(self.number)).then_some((rest, found))
        })
    }

    fn at(&self, key: &str) -> Markup {
        let found: Vec<&Found> =
            self.own().filter(|(rest, _)| split(rest).0 == key).map(|(_, found)| found).collect();
        problems(self.w, &self.id(key), &found, false)
    }

    pub(super) fn markup(&self) -> Markup {
        let (w, rule) = (self.w, self.rule);
        let title = self.id("title");
        let errors = self.own().any(|(_, found)| found.is_error());
        let warnings = self.own().any(|(_, found)| !found.is_error());
        let enabled = rule.object.value("enabled") != Some(Value::Bool(false));
        let rest: Vec<&Found> = self
            .own()
            .filter(|(rest, _)| !RULE.contains(&split(rest).0))
            .map(|(_, found)| found)
            .collect();
        html! {
            section.card aria-labelledby=(title) {
                input type="hidden" name=(format!("rule.{}", self.number)) value="";
                div.head {
                    h2 id=(title) {
                        span id=(self.id("signs")) data-live {
                            @if errors { span.bad role="img" aria-label=(w.has_errors) { "●" } " " }
                            @if warnings { span.warn role="img" aria-label=(w.has_warnings) { "▲" } " " }
                        }
                        bdi { (rule.label(w)) }
                    }
                    button.small name="do" value=(format!("remove-rule:{}", self.number)) { (w.remove_rule) }
                }
                div.grid {
                    div { label for=(self.id("name")) { (w.name) }
                        input id=(self.id("name")) name=(self.name("name")) value=(rule.object.text("name").unwrap_or_default())
                            aria-describedby=(self.id("name-problems"));
                        (self.at("name")) }
                    div.check { label {
                        input type="checkbox" name=(self.name("enabled")) value="on" checked[enabled]; " " (w.is_on)
                    } (self.at("enabled")) }
                }
                (self.departments())
                div { label for=(self.id("close-after")) { (w.close_after) }
                    (self.time("close-after", rule.close_after().as_deref().unwrap_or_default(), (w.close_after, "close-after")))
                    p.quiet { (w.close_after_help) }
                    (self.at("close-after")) }
                (self.bar())
                h3 { (w.reminders) }
                p.quiet { (fill(w.placeholders_help, &[PLACEHOLDERS])) " " a href="/help/texts" { (w.help) } }
                (self.at_reminders())
                ol.reminders { @for (number, reminder) in rule.reminders.iter().enumerate() { li { (self.reminder(number, reminder)) } } }
                p { button name="do" value=(format!("add-reminder:{}", self.number)) { "+ " (w.add_reminder) } }
                (problems(w, &self.id("rest"), &rest, true))
                (others(w, &rule.object, RULE))
            }
        }
    }

    /// A number and its unit.
    fn time(&self, field: &str, written: &str, named: (&str, &str)) -> Markup {
        let w = self.w;
        let (label, problems) = named;
        let (number, unit) =
            if written.is_empty() { (String::new(), "min") } else { number_and_unit(written) };
        let units =
            [("ms", "ms"), ("s", w.seconds), ("min", w.minutes), ("h", w.hours), ("d", w.days)];
        html! { span.pair {
            input id=(self.id(field)) name=(self.name(&format!("{field}.number"))) value=(number)
                inputmode="numeric" autocomplete="off" size="6" aria-label=(label) aria-describedby=(self.id(&format!("{problems}-problems")));
            select name=(self.name(&format!("{field}.unit"))) aria-label=(fill(w.unit_of, &[label])) {
                @for (value, name) in units.into_iter().filter(|(value, _)| *value != "ms" || unit == "ms") {
                    option value=(value) selected[value == unit] { (name) }
                }
            }
        } }
    }

    fn departments(&self) -> Markup {
        let w = self.w;
        let departments = self.rule.departments();
        let names = match &departments {
            Departments::These(names) => names.as_slice(),
            Departments::Any | Departments::Other => &[],
        };
        let scope = self.name("scope");
        let elsewhere: Vec<String> = self
            .policy
            .taken()
            .into_iter()
            .filter(|(_, rule)| *rule != self.number)
            .take(CHIPS_MAX)
            .filter_map(|(name, rule)| {
                let label = self.policy.rules.get(rule)?.label(w);
                Some(fill(w.department_is_at, &[&name, &label]))
            })
            .collect();
        if departments == Departments::Other && self.rule.object.raw("departments").is_some() {
            return html! { p { (w.departments) ": " code { (self.rule.object.raw("departments").unwrap_or_default()) } } (self.at("departments")) };
        }
        html! {
            fieldset.departments {
                legend { (w.departments) }
                label { input type="radio" name=(scope) value="any" checked[departments == Departments::Any]; " " (w.any_department) }
                label { input type="radio" name=(scope) value="these" checked[departments != Departments::Any]; " " (w.these_departments) }
                @if names.len() > CHIPS_MAX {
                    label for=(self.id("list")) { (fill(w.one_a_line, &[&names.len().to_string()])) }
                    textarea id=(self.id("list")) name=(self.name("departments")) rows="8" { (names.join("\n")) }
                } @else {
                    div.chips { @for name in names { label.chip {
                        input type="checkbox" name=(self.name("department")) value=(name) checked; " " bdi { (name) }
                    } } }
                }
                label for=(self.id("more")) { (w.more_departments) }
                span.pair {
                    input id=(self.id("more")) name=(self.name("more-departments")) aria-describedby=(self.id("departments-problems"));
                    button name="do" value="check" { (w.add) }
                }
                @if !elsewhere.is_empty() {
                    details { summary { (w.taken_elsewhere) } ul { @for sentence in &elsewhere { li { bdi { (sentence) } } } } }
                }
                (self.at("departments"))
            }
        }
    }

    /// The accumulated time of the reminders, which has to be less than the close.
    fn bar(&self) -> Markup {
        let w = self.w;
        let (accumulated, close) = self.rule.accumulated();
        let shown = despertador_contract::duration::show(accumulated);
        html! {
            div.accumulated id=(self.id("bar")) data-live {
                @match close {
                    Some(close) => {
                        @let full = !self.rule.reminders.is_empty() && accumulated >= close;
                        @let words = fill(w.accumulated_of, &[&shown, &despertador_contract::duration::show(close)]);
                        progress.full[full] max=(close) value=(accumulated.min(close)) aria-label=(words) {}
                        span.bad[full] { @if full { "● " } (words) @if full { " – " (w.bar_is_full) } }
                    }
                    None => span { (fill(w.accumulated, &[&shown])) ", " (w.never_closes) },
                }
            }
        }
    }

    /// Problems of the reminders as a whole.
    fn at_reminders(&self) -> Markup {
        let found: Vec<&Found> = self
            .own()
            .filter(|(rest, _)| {
                let (key, rest) = split(rest);
                let number = index(split(rest).0);
                key == "reminders"
                    && number.is_none_or(|number| number >= self.rule.reminders.len())
            })
            .map(|(_, found)| found)
            .collect();
        problems(self.w, &self.id("reminders"), &found, false)
    }

    fn reminder(&self, number: usize, reminder: &Object) -> Markup {
        let w = self.w;
        let field = format!("reminder.{number}");
        let shown = number.saturating_add(1).to_string();
        let when = when(reminder);
        let before_close = when.as_ref().is_some_and(|when| when.before_close);
        let time = when.map(|when| when.time).unwrap_or_default();
        let problems_id = format!("{field}-problems");
        let name = fill(w.step_reminder, &[&shown]);
        let found: Vec<&Found> = self
            .own()
            .filter(|(rest, _)| {
                let (key, rest) = split(rest);
                key == "reminders" && index(split(rest).0) == Some(number)
            })
            .map(|(_, found)| found)
            .collect();
        let limit = limit::of(&self.policy.top.text("channel").unwrap_or_default());
        let button = |what: &str| format!("{what}:{}:{number}", self.number);
        html! {
            fieldset.reminder {
                legend { (name) }
                div.line {
                    (self.time(&field, &time, (&fill(w.time_of, &[&name]), &field)))
                    select name=(self.name(&format!("{field}.kind"))) aria-label=(w.counted) {
                        option value="after" selected[!before_close] { (if number == 0 { w.after_the_start } else { w.after_the_one_before }) }
                        option value="before-close" selected[before_close] { (w.before_the_close) }
                    }
                    span.moves {
                        @if number > 0 { button.small name="do" value=(button("up-reminder")) aria-label={ (w.move_up) ": " (name) } { "↑" } }
                        @if number.saturating_add(1) < self.rule.reminders.len() {
                            button.small name="do" value=(button("down-reminder")) aria-label={ (w.move_down) ": " (name) } { "↓" }
                        }
                        button.small name="do" value=(button("remove-reminder")) aria-label={ (w.remove) ": " (name) } { (w.remove) }
                    }
                }
                @for (tag, text) in texts(reminder) {
                    @let suffix = if tag.is_empty() { String::new() } else { format!(".{tag}") };
                    @let id = self.id(&format!("{field}-text{suffix}"));
                    label for=(id) { (w.text) @if !tag.is_empty() { " (" (tag) ")" } }
                    textarea id=(id) name=(self.name(&format!("{field}.text{suffix}"))) rows="2" dir="auto"
                        data-limit=[limit.map(limit::Limit::most)]
                        data-unit=[limit.map(|limit| if matches!(limit, limit::Limit::Bytes(_)) { "bytes" } else { "characters" })]
                        aria-describedby={ (id) "-count " (self.id(&problems_id)) } { (text) }
                    @let length = limit.map_or_else(|| text.chars().count(), |limit| limit.length(&text));
                    span.count.bad[limit.is_some_and(|limit| length > limit.most())] id={ (id) "-count" } data-live {
                        @match limit {
                            Some(limit @ limit::Limit::Bytes(_)) => (fill(w.bytes_of, &[&length.to_string(), &limit.most().to_string()])),
                            Some(limit) => (fill(w.characters_of, &[&length.to_string(), &limit.most().to_string()])),
                            None => (fill(w.characters, &[&length.to_string()])),
                        }
                    }
                }
                (problems(w, &self.id(&field), &found, false))
                (others(w, reminder, REMINDER))
            }
        }
    }
}
