//! A rule as a card with its fields; each problem stands at its field.

use despertador_contract::{Language, Zone, duration};
use maud::{Markup, html};
use serde_json::Value;

use super::document::{Departments, Object, Policy, Rule, when};
use super::edit::{CHIPS_MAX, OWN_OF_REMINDER, OWN_OF_RULE};
use super::form::{Forms, is_within, problem};
use super::limit::{self, With};
use super::outline;
use super::schema::{Kind, Schema, choices};
use crate::interface::Found;
use crate::text::{Words, fill};

/// What stands for facts of a ticket in a text.
const PLACEHOLDERS: [&str; 6] = [
    "{{customer.name}}",
    "{{agent.name}}",
    "{{department.name}}",
    "{{company.name}}",
    "{{ticket.number}}",
    "{{time-left}}",
];

/// Keys of the policy that are folded away together.
const LIMITS: [&str; 7] =
    ["enabled", "version", "exempt-tags", "groups", "opt-out-words", "budget", "activation"];
const CALENDARS: [&str; 2] = ["schedules", "sending-windows"];
/// Keys of a rule that choose tickets.
const NARROWING: [&str; 3] = ["tags", "priorities", "channels"];

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
        (key, _) => Schema::of(Language::English).policy().key(key).is_some(),
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

/// A link to the help, which leaves the page with what was typed where it is.
fn help(w: &'static Words, to: &str) -> Markup {
    html! { p.help-link { a href={ "/help/" (to) } target="_blank" rel="noopener" { (w.help) " ↗" } } }
}

/// The parts of the editor that concern the whole account.
pub(super) struct Account<'c> {
    pub(super) forms: &'c Forms<'c>,
    pub(super) policy: &'c Policy,
}

impl Account<'_> {
    fn schema(&self) -> &'static Schema {
        Schema::of(self.forms.w.editor.language)
    }

    fn own(&self, key: &str) -> Markup {
        let found: Vec<&Found> =
            self.forms.found.iter().filter(|found| split(&found.place).0 == key).collect();
        problems(self.forms.w, key, &found, false)
    }

    /// The fields above the rules.
    pub(super) fn top(&self) -> Markup {
        let w = self.forms.w;
        let value = |key: &str| self.policy.top.text(key).unwrap_or_default();
        let words = |key: &str| match self.schema().policy().key(key).map(|key| key.kind) {
            Some(Kind::Words(words)) => choices(words).collect(),
            _ => Vec::new(),
        };
        let select = |key: &str| {
            let own = value(key);
            html! {
                select id=(key) name=(key) aria-describedby={ (key) "-problems" } {
                    option value="" { (w.not_named) }
                    @for (word, meaning) in words(key) { option value=(word) selected[word == own] { (meaning) } }
                }
            }
        };
        let shown = |name: &str| self.schema().policy().key(name).is_some();
        html! {
            fieldset.card {
                legend { (w.whole_account) }
                div.grid {
                    div { label for="channel" { (w.channel) } (select("channel")) (help(w, "channels#account")) (self.own("channel")) }
                    div { label for="zone" { (w.zone) }
                        input #zone name="zone" value=(value("zone")) placeholder="America/Bogota" aria-describedby="zone-problems";
                        (self.own("zone")) }
                    div { label for="language" { (w.language_of_texts) } (select("language")) (self.own("language")) }
                    div { label for="company" { (w.company) }
                        input #company name="company" value=(value("company")) aria-describedby="company-problems";
                        (self.own("company")) }
                }
                (self.part(w.editor.limits, "limits", &LIMITS, "rules#limits"))
                (self.part(w.editor.calendars, "calendars", &CALENDARS, "hours#calendars"))
                (self.forms.others(&self.policy.top, &|name| shown(name)))
            }
        }
    }

    /// The fields below the rules: what holds for all of them, and automatic replies.
    pub(super) fn bottom(&self) -> Markup {
        let editor = self.forms.w.editor;
        html! {
            (self.part(editor.defaults, "defaults", &["defaults"], "rules#options"))
            (self.part(editor.replies, "replies", &["replies"], "texts#replies"))
        }
    }

    fn part(&self, head: &str, name: &str, keys: &[&str], to: &str) -> Markup {
        let fields = self.schema().policy().only(keys);
        let content = html! {
            (help(self.forms.w, to))
            (self.forms.fields(&fields, &self.policy.top, ""))
        };
        self.forms.folded(head, name, &|place| keys.contains(&split(place).0), &content)
    }
}

/// A rule of a policy, on its card.
pub(super) struct Card<'c> {
    pub(super) forms: &'c Forms<'c>,
    pub(super) policy: &'c Policy,
    pub(super) rule: &'c Rule,
    pub(super) number: usize,
    /// The departments that are known.
    pub(super) departments: &'c [String],
    /// The rule with the times of its steps, if there are no errors, and their zone.
    pub(super) outline: Option<(&'c Value, &'c Zone)>,
}

impl Card<'_> {
    fn w(&self) -> &'static Words {
        self.forms.w
    }

    fn schema(&self) -> &'static Schema {
        Schema::of(self.w().editor.language)
    }

    fn name(&self, field: &str) -> String {
        format!("rule.{}.{field}", self.number)
    }

    fn id(&self, field: &str) -> String {
        format!("rule-{}-{field}", self.number)
    }

    /// Its place in the policy.
    fn place(&self) -> String {
        format!("/rules/{}", self.number)
    }

    /// The problems of the rule, with their places in it.
    fn own(&self) -> impl Iterator<Item = (&str, &Found)> {
        self.forms.found.iter().filter_map(|found| {
            let (rules, rest) = split(&found.place);
            let (number, rest) = split(rest);
            (rules == "rules" && index(number) == Some(self.number)).then_some((rest, found))
        })
    }

    fn at(&self, key: &str) -> Markup {
        let found: Vec<&Found> =
            self.own().filter(|(rest, _)| split(rest).0 == key).map(|(_, found)| found).collect();
        problems(self.w(), &self.id(key), &found, false)
    }

    /// Red circle and yellow triangle of the rule.
    pub(super) fn signs(&self, field: &str) -> Markup {
        self.forms.signs(&self.id(field), &|place| is_within(place, &self.place()))
    }

    pub(super) fn markup(&self) -> Markup {
        let (w, rule) = (self.w(), self.rule);
        let title = self.id("title");
        let enabled = rule.object.value("enabled") != Some(Value::Bool(false));
        html! {
            section.card id=(self.id("card")) aria-labelledby=(title) {
                input type="hidden" name=(format!("rule.{}", self.number)) value="";
                div.head {
                    h2 id=(title) { (self.signs("head")) bdi { (rule.label(w)) } }
                    button.small name="do" value={ "remove:" (self.place()) } { (w.remove_rule) }
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
                (self.folded(w.editor.only_some, "some", &NARROWING, "rules#some"))
                div { label for=(self.id("close-after")) { (w.close_after) }
                    (self.time("close-after", rule.close_after().as_deref().unwrap_or_default(), (w.close_after, "close-after")))
                    p.quiet { (w.close_after_help) }
                    (help(w, "rules#times"))
                    (self.at("close-after")) }
                (self.bar())
                h3 { (w.reminders) }
                p.quiet { (self.placeholders()) }
                (help(w, "texts#placeholders"))
                (self.at_reminders())
                ol.reminders { @for (number, reminder) in rule.reminders.iter().enumerate() { li { (self.reminder(number, reminder)) } } }
                p { button name="do" value={ "add:" (self.place()) "/reminders" } { "+ " (w.add_reminder) } }
                (self.looks())
                (self.folded(w.editor.close, "close", &["close"], "rules#close"))
                (self.options())
                (self.unknown())
            }
        }
    }

    /// What has no field at all.
    fn unknown(&self) -> Markup {
        let form = self.schema().named("rule");
        let rest: Vec<&Found> = self
            .own()
            .filter(|(rest, _)| form.key(split(rest).0).is_none())
            .map(|(_, found)| found)
            .collect();
        html! {
            (problems(self.w(), &self.id("rest"), &rest, true))
            (self.forms.others(&self.rule.object, &|name| form.key(name).is_some()))
        }
    }

    fn placeholders(&self) -> Markup {
        let (before, after) = self.w().placeholders_help.split_once("{}").unwrap_or_default();
        html! {
            (before)
            @for (number, one) in PLACEHOLDERS.iter().enumerate() {
                @if number > 0 { " " }
                code data-placeholder { (one) }
            }
            (after)
        }
    }

    fn folded(&self, head: &str, name: &str, keys: &[&str], to: &str) -> Markup {
        let fields = self.schema().named("rule").only(keys);
        self.part(head, name, &fields, to)
    }

    fn options(&self) -> Markup {
        let elsewhere = [&OWN_OF_RULE[..], &NARROWING, &["close"]].concat();
        let fields = self.schema().named("rule").without(&elsewhere);
        self.part(self.w().editor.options, "options", &fields, "rules#options")
    }

    fn part(&self, head: &str, name: &str, keys: &[super::schema::Key<'_>], to: &str) -> Markup {
        let place = self.place();
        let concerned = |other: &str| {
            other.strip_prefix(&place).is_some_and(|rest| {
                rest.starts_with('/') && keys.iter().any(|key| key.name == split(rest).0)
            })
        };
        let content = html! {
            (help(self.w(), to))
            (self.forms.fields(keys, &self.rule.object, &place))
        };
        self.forms.folded(head, &self.id(name), &concerned, &content)
    }

    /// The clock of each step.
    fn looks(&self) -> Markup {
        let w = self.w();
        html! {
            h3 { (w.editor.how_it_looks) }
            div.looks id=(self.id("looks")) data-live {
                @match self.outline {
                    Some((rule, zone)) => (outline::table(w, rule, zone, &self.rule.label(w))),
                    None => p.quiet { (w.editor.no_outline) },
                }
            }
        }
    }

    /// A number and its unit.
    fn time(&self, field: &str, written: &str, named: (&str, &str)) -> Markup {
        let (label, problems) = named;
        self.forms.time(&super::form::Timed {
            id: self.id(field),
            name: self.name(field),
            written,
            label,
            problems: self.id(&format!("{problems}-problems")),
        })
    }

    fn departments(&self) -> Markup {
        let w = self.w();
        let departments = self.rule.departments();
        let names = match &departments {
            Departments::These(names) => names.as_slice(),
            Departments::Any | Departments::Other => &[],
        };
        let scope = self.name("scope");
        let taken = self.policy.taken();
        if departments == Departments::Other && self.rule.object.raw("departments").is_some() {
            return html! { p { (w.departments) ": " code { (self.rule.object.raw("departments").unwrap_or_default()) } } (self.at("departments")) };
        }
        html! {
            fieldset.departments {
                legend { (w.departments) }
                (help(w, "rules#departments"))
                label { input type="radio" name=(scope) value="any" checked[departments == Departments::Any]; " " (w.any_department) }
                label { input type="radio" name=(scope) value="these" checked[departments != Departments::Any]; " " (w.these_departments) }
                @if names.len() > CHIPS_MAX {
                    label for=(self.id("list")) { (fill(w.one_a_line, &[&names.len().to_string()])) }
                    textarea id=(self.id("list")) name=(self.name("departments")) rows="8" { (names.join("\n")) }
                } @else {
                    div.chips { @for name in names { (self.chip(name, true)) } }
                }
                (self.offered(names, &taken))
                label for=(self.id("more")) { (w.more_departments) }
                span.pair {
                    input id=(self.id("more")) name=(self.name("more-departments")) aria-describedby=(self.id("departments-problems"));
                    button name="do" value="check" { (w.add) }
                }
                (self.elsewhere(&taken))
                (self.at("departments"))
            }
        }
    }

    fn chip(&self, name: &str, is_chosen: bool) -> Markup {
        html! { label.chip {
            input type="checkbox" name=(self.name("department")) value=(name) checked[is_chosen]; " " bdi { (name) }
        } }
    }

    /// Known departments that no other rule has.
    fn offered(&self, own: &[String], taken: &[(String, usize)]) -> Markup {
        let is_free = |name: &&String| {
            let same = |other: &String| other.to_lowercase() == name.to_lowercase();
            !own.iter().any(same) && !taken.iter().any(|(other, _)| same(other))
        };
        let free: Vec<&String> = self.departments.iter().filter(is_free).take(CHIPS_MAX).collect();
        html! { @if !free.is_empty() {
            details.free open[self.rule.departments() != Departments::Any] {
                summary { (self.w().editor.free_departments) }
                div.chips { @for name in free { (self.chip(name, false)) } }
            }
        } }
    }

    /// Where the departments are that other rules have.
    fn elsewhere(&self, taken: &[(String, usize)]) -> Markup {
        let w = self.w();
        let sentences: Vec<String> = taken
            .iter()
            .filter(|(_, rule)| *rule != self.number)
            .take(CHIPS_MAX)
            .filter_map(|(name, rule)| {
                let label = self.policy.rules.get(*rule)?.label(w);
                Some(fill(w.department_is_at, &[name, &label]))
            })
            .collect();
        html! { @if !sentences.is_empty() {
            details { summary { (w.taken_elsewhere) } ul { @for sentence in &sentences { li { bdi { (sentence) } } } } }
        } }
    }

    /// The accumulated time of the reminders, which has to be less than the close.
    fn bar(&self) -> Markup {
        let w = self.w();
        let (accumulated, close) = self.rule.accumulated();
        let shown = duration::show(accumulated);
        html! {
            div.accumulated id=(self.id("bar")) data-live {
                @match close {
                    Some(close) => {
                        @let full = !self.rule.reminders.is_empty() && accumulated >= close;
                        @let words = fill(w.accumulated_of, &[&shown, &duration::show(close)]);
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
        problems(self.w(), &self.id("reminders"), &found, false)
    }

    fn reminder(&self, number: usize, reminder: &Object) -> Markup {
        let w = self.w();
        let field = format!("reminder.{number}");
        let place = format!("{}/reminders/{number}", self.place());
        let shown = number.saturating_add(1).to_string();
        let when = when(reminder);
        let before_close = when.as_ref().is_some_and(|when| when.before_close);
        let time = when.map(|when| when.time).unwrap_or_default();
        let name = fill(w.step_reminder, &[&shown]);
        let form = self.schema().named("reminder");
        let own: Vec<&Found> = self
            .forms
            .found
            .iter()
            .filter(|found| {
                let rest = found.place.strip_prefix(&place);
                rest.is_some_and(|rest| {
                    let key = split(rest).0;
                    (rest.is_empty() || rest.starts_with('/'))
                        && (OWN_OF_REMINDER.contains(&key) || form.key(key).is_none())
                })
            })
            .collect();
        let with = With {
            image: reminder.raw("image").is_some(),
            quick_replies: reminder.raw("quick-replies").is_some(),
        };
        let limit = limit::of(&self.forms.channel, with);
        let text = super::form::below(&place, "text");
        html! {
            fieldset.reminder {
                legend { (name) }
                div.line {
                    (self.time(&field, &time, (&fill(w.time_of, &[&name]), &field)))
                    select name=(self.name(&format!("{field}.kind"))) aria-label=(w.counted) {
                        option value="after" selected[!before_close] { (if number == 0 { w.after_the_start } else { w.after_the_one_before }) }
                        option value="before-close" selected[before_close] { (w.before_the_close) }
                    }
                    (self.forms.moves(&place, number, self.rule.reminders.len(), &name))
                }
                (problems(w, &self.id(&field), &own, false))
                (self.forms.tagged(&text, w.text, reminder.raw("text"), limit))
                (self.forms.problems_at(&text))
                (self.more(&place, reminder))
                (self.forms.others(reminder, &|name| form.key(name).is_some()))
            }
        }
    }

    fn more(&self, place: &str, reminder: &Object) -> Markup {
        let keys = self.schema().named("reminder").only(&["image", "quick-replies", "template"]);
        let concerned = |other: &str| {
            keys.iter().any(|key| is_within(other, &super::form::below(place, key.name)))
        };
        let content = html! {
            (help(self.w(), "texts#more"))
            (self.forms.fields(&keys, reminder, place))
        };
        let name = super::form::id(place);
        let is_used = keys.iter().any(|key| reminder.raw(key.name).is_some());
        self.forms.folded_or_open(
            self.w().editor.more_of_reminder,
            &name,
            &concerned,
            is_used,
            &content,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::edit::OWN_OF_POLICY;
    use super::*;

    #[test]
    fn help_is_opened_at_places_that_exist() {
        let source = include_str!("card.rs");
        let links: Vec<&str> = source
            .split('"')
            .filter(|text| {
                text.split_once('#')
                    .is_some_and(|(topic, _)| topic.len() > 4 && crate::help::has(topic))
            })
            .collect();
        assert!(links.len() > 8, "{links:?}");
        for link in links {
            assert!(crate::help::has(link), "{link}");
        }
    }

    #[test]
    fn every_key_of_the_policy_stands_in_some_part() {
        let below = ["defaults", "replies", "rules"];
        let parts = [&OWN_OF_POLICY[..], &LIMITS, &CALENDARS, &below].concat();
        let schema = Schema::of(Language::English).policy();
        let without: Vec<&str> = schema.without(&parts).iter().map(|key| key.name).collect();
        assert_eq!(without, Vec::<&str>::new());
    }
}
