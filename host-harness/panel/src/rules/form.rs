//! Forms for the parts of a policy, made of its schema. Each field is named by its place, a JSON
//! Pointer; what a form cannot show stays as it is and is shown as JSON.

pub(super) mod apply;
mod value;

use maud::{Markup, html};
use serde_json::Value;

use super::document::{Object, Policy, lists};
use super::edit::number_and_unit;
use super::limit::{self, Limit, With};
use super::schema::{Form, Key, Kind, choices};
use crate::interface::Found;
use crate::text::{Words, fill};
use value::{DAYS, Tagged, fits, holidays, language_tags, names, tagged, week};

/// Languages that are offered for a text.
const LANGUAGES: [&str; 6] = ["es", "pt", "en", "es-MX", "pt-BR", "pt-PT"];

/// A place below another one.
pub(super) fn below(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Whether a place is another one, or below it.
pub(super) fn is_within(place: &str, at: &str) -> bool {
    place.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The id of a place: it has no blanks.
pub(super) fn id(at: &str) -> String {
    crate::fields::path(&at.split('/').skip(1).collect::<Vec<_>>())
}

/// What all forms of a page share.
pub(super) struct Forms<'f> {
    pub(super) w: &'static Words,
    pub(super) found: &'f [Found],
    /// The names of the policy's schedules and sending windows.
    pub(super) schedules: Vec<String>,
    pub(super) windows: Vec<String>,
    /// The account's channel.
    pub(super) channel: String,
}

/// A field for a time.
pub(super) struct Timed<'t> {
    pub(super) id: String,
    pub(super) name: String,
    /// The time as it is written; empty if there is none.
    pub(super) written: &'t str,
    pub(super) label: &'t str,
    /// The id of its problems.
    pub(super) problems: String,
}

/// A field: its key, its value as it is written, its place.
struct Field<'a> {
    key: Key<'a>,
    raw: Option<&'a str>,
    at: &'a str,
}

impl Field<'_> {
    fn value(&self) -> Option<Value> {
        serde_json::from_str(self.raw?).ok()
    }

    fn text(&self) -> String {
        match self.value() {
            Some(Value::String(text)) => text,
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }
}

/// The name of an entry of a list.
fn numbered(field: &Field<'_>, number: usize) -> String {
    format!("{} {}", field.key.title, number.saturating_add(1))
}

/// A problem with its way out.
pub(crate) fn problem(w: &'static Words, found: &Found, with_place: bool) -> Markup {
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

impl<'f> Forms<'f> {
    /// The forms of a policy.
    pub(super) fn of(w: &'static Words, policy: &Policy, found: &'f [Found]) -> Forms<'f> {
        let names = |key: &str| -> Vec<String> {
            let all = policy.top.raw(key).and_then(Object::read).unwrap_or_default();
            all.names().filter(|name| !name.starts_with("//")).map(str::to_owned).collect()
        };
        Forms {
            w,
            found,
            schedules: names("schedules"),
            windows: names("sending-windows"),
            channel: policy.top.text("channel").unwrap_or_default(),
        }
    }

    /// The problems at a place and below it, under an id by which fields name them.
    pub(super) fn problems_at(&self, at: &str) -> Markup {
        self.listed(at, self.found.iter().filter(|found| is_within(&found.place, at)))
    }

    /// The problems of an object or a list that stand at none of its fields.
    pub(super) fn problems_beside(&self, at: &str, shown: &dyn Fn(&str) -> bool) -> Markup {
        let beside = self.found.iter().filter(|found| {
            let rest = found.place.strip_prefix(at);
            rest.is_some_and(|rest| match rest.strip_prefix('/') {
                None => rest.is_empty(),
                Some(rest) => !shown(rest.split('/').next().unwrap_or_default()),
            })
        });
        self.listed(at, beside)
    }

    fn listed<'a>(&self, at: &str, found: impl Iterator<Item = &'a Found>) -> Markup {
        html! {
            ul.problems id={ (id(at)) "-problems" } data-live {
                @for one in found { (problem(self.w, one, false)) }
            }
        }
    }

    /// Red circle and yellow triangle, if something at these places or below is wrong.
    pub(super) fn signs(&self, name: &str, concerned: &dyn Fn(&str) -> bool) -> Markup {
        let w = self.w;
        let mut own = self.found.iter().filter(|found| concerned(&found.place));
        let (mut errors, mut warnings) = (false, false);
        own.by_ref().for_each(|found| {
            errors |= found.is_error();
            warnings |= !found.is_error();
        });
        html! {
            span id={ (name) "-signs" } data-live {
                @if errors { span.bad role="img" aria-label=(w.has_errors) { "●" } " " }
                @if warnings { span.warn role="img" aria-label=(w.has_warnings) { "▲" } " " }
            }
        }
    }

    /// Fields that are folded away, with their signs at the head.
    pub(super) fn folded(
        &self,
        head: &str,
        name: &str,
        concerned: &dyn Fn(&str) -> bool,
        content: &Markup,
    ) -> Markup {
        self.folded_or_open(head, name, concerned, false, content)
    }

    /// The same, open if something is wrong or it is used.
    pub(super) fn folded_or_open(
        &self,
        head: &str,
        name: &str,
        concerned: &dyn Fn(&str) -> bool,
        is_used: bool,
        content: &Markup,
    ) -> Markup {
        let is_wrong = self.found.iter().any(|found| concerned(&found.place));
        html! {
            details.more open[is_wrong || is_used] {
                summary { (self.signs(name, concerned)) (head) }
                (content)
            }
        }
    }

    /// The fields of some keys of an object.
    pub(super) fn fields(&self, keys: &[Key<'_>], object: &Object, at: &str) -> Markup {
        html! {
            div.grid {
                @for key in keys {
                    @let at = below(at, key.name);
                    (self.field(&Field { key: *key, raw: object.raw(key.name), at: &at }))
                }
            }
        }
    }

    /// The fields of an object, and what none of them shows.
    fn object(&self, form: Form<'_>, raw: Option<&str>, at: &str) -> Markup {
        let object = raw.and_then(Object::read).unwrap_or_default();
        let keys = form.keys();
        html! {
            (self.fields(&keys, &object, at))
            (self.others(&object, &|name| keys.iter().any(|key| key.name == name)))
        }
    }

    /// Members without a field, as JSON.
    pub(super) fn others(&self, object: &Object, shown: &dyn Fn(&str) -> bool) -> Markup {
        let names: Vec<&str> = object.names().filter(|name| !shown(name)).collect();
        html! { @if !names.is_empty() {
            details.rest {
                summary { (fill(self.w.kept_as_is, &[&names.join(", ")])) }
                dl { @for name in &names { dt { code { (name) } } dd { pre { code { (object.raw(name).unwrap_or_default()) } } } } }
            }
        } }
    }

    fn field(&self, field: &Field<'_>) -> Markup {
        if !fits(field.key.kind, field.value().as_ref()) {
            return html! { div.field.wide-field {
                p.label { (field.key.title) }
                p.quiet { (self.w.editor.only_json) }
                pre { code { (field.raw.unwrap_or_default()) } }
                (self.problems_at(field.at))
            } };
        }
        match field.key.kind {
            Kind::Object(_)
            | Kind::List(_)
            | Kind::Named(_)
            | Kind::ObjectOrOff(_)
            | Kind::ObjectOrWords(..) => self.group(field),
            Kind::Texts => self.labelled(field, &self.texts(field)),
            Kind::TextList => self.labelled(field, &self.text_list(field)),
            Kind::Week => self.labelled(field, &self.week(field)),
            Kind::WordList(words) => self.labelled(field, &self.word_list(field, words)),
            Kind::Departments => self.labelled(field, &self.departments(field)),
            Kind::Duration => self.single(field, &self.duration(field)),
            _ => self.single(field, &self.control(field)),
        }
    }

    /// One control with its label.
    fn single(&self, field: &Field<'_>, control: &Markup) -> Markup {
        html! { div.field {
            label for=(id(field.at)) { (field.key.title) }
            (control)
            (self.help(field))
            (self.problems_at(field.at))
        } }
    }

    /// Several controls under one name.
    fn labelled(&self, field: &Field<'_>, controls: &Markup) -> Markup {
        html! { fieldset.field.wide-field {
            legend { (field.key.title) }
            (self.help(field))
            (controls)
            (self.problems_at(field.at))
        } }
    }

    fn help(&self, field: &Field<'_>) -> Markup {
        html! { p.quiet id={ (id(field.at)) "-help" } { (field.key.text) } }
    }

    fn described(&self, at: &str) -> String {
        let id = id(at);
        format!("{id}-help {id}-problems")
    }

    fn control(&self, field: &Field<'_>) -> Markup {
        let w = self.w.editor;
        let (id, by) = (id(field.at), self.described(field.at));
        match field.key.kind {
            Kind::Switch => {
                let is = |value: bool| field.value() == Some(Value::Bool(value));
                html! { select id=(id) name=(field.at) aria-describedby=(by) {
                    option value="" { (w.by_default) }
                    option value="true" selected[is(true)] { (w.yes) }
                    option value="false" selected[is(false)] { (w.no) }
                } }
            }
            Kind::Words(words) => {
                let own = field.text();
                html! { select id=(id) name=(field.at) aria-describedby=(by) {
                    option value="" { (w.by_default) }
                    (self.options(words, &own))
                } }
            }
            Kind::Count(most) => html! {
                input id=(id) name=(field.at) value=(field.text()) type="number" min="1" max=(most) aria-describedby=(by);
            },
            Kind::Names | Kind::Holidays => {
                let value = field.value().unwrap_or_default();
                let shown = if matches!(field.key.kind, Kind::Names) {
                    names(&value)
                } else {
                    holidays(&value)
                };
                let rows = shown.len().clamp(2, 8);
                html! {
                    textarea id=(id) name=(field.at) rows=(rows) aria-describedby=(by) { (shown.join("\n")) }
                    span.quiet { (if matches!(field.key.kind, Kind::Names) { w.one_a_line } else { w.holidays_help }) }
                }
            }
            Kind::NameOrOff => self.name_or_off(field),
            Kind::Languages => html! {
                input id=(id) name=(field.at) value=(language_tags(&field.value().unwrap_or_default())) aria-describedby=(by);
            },
            _ if field.key.name == "schedule" => self.name_or_off(field),
            _ => {
                html! { input id=(id) name=(field.at) value=(field.text()) aria-describedby=(by); }
            }
        }
    }

    /// The options for some words; a word that is not known stays an option.
    fn options(&self, words: &Value, own: &str) -> Markup {
        let known = choices(words).any(|(word, _)| word == own) || own.is_empty();
        html! {
            @for (word, meaning) in choices(words) { option value=(word) selected[word == own] { (meaning) } }
            @if !known { option value=(own) selected { (own) } }
        }
    }

    /// A schedule or a sending window by its name.
    fn name_or_off(&self, field: &Field<'_>) -> Markup {
        let w = self.w.editor;
        let names =
            if field.key.name == "sending-window" { &self.windows } else { &self.schedules };
        let own = field.text();
        let is_off = field.value() == Some(Value::Bool(false));
        html! { select id=(id(field.at)) name=(field.at) aria-describedby=(self.described(field.at)) {
            option value="" { (w.by_default) }
            @if matches!(field.key.kind, Kind::NameOrOff) { option value=(apply::OFF) selected[is_off] { (w.off) } }
            @for name in names { option value=(name) selected[*name == own] { (name) } }
            @if !own.is_empty() && !names.contains(&own) { option value=(own) selected { (own) } }
        } }
    }

    fn duration(&self, field: &Field<'_>) -> Markup {
        self.time(&Timed {
            id: id(field.at),
            name: field.at.to_owned(),
            written: &field.text(),
            label: field.key.title,
            problems: format!("{}-problems", id(field.at)),
        })
    }

    /// A number and its unit.
    pub(super) fn time(&self, timed: &Timed<'_>) -> Markup {
        let w = self.w;
        let Timed { id, name, written, label, problems } = timed;
        let (number, unit) =
            if written.is_empty() { (String::new(), "min") } else { number_and_unit(written) };
        let units =
            [("ms", "ms"), ("s", w.seconds), ("min", w.minutes), ("h", w.hours), ("d", w.days)];
        html! { span.pair {
            input id=(id) name={ (name) ".number" } value=(number) inputmode="numeric" autocomplete="off" size="6"
                aria-label=(label) aria-describedby=(problems);
            select name={ (name) ".unit" } aria-label=(fill(w.unit_of, &[label])) {
                @for (value, name) in units.into_iter().filter(|(value, _)| *value != "ms" || unit == "ms") {
                    option value=(value) selected[value == unit] { (name) }
                }
            }
        } }
    }

    fn word_list(&self, field: &Field<'_>, words: &Value) -> Markup {
        let w = self.w.editor;
        let own = names(&field.value().unwrap_or_default());
        html! {
            select name=(field.at) aria-label=(field.key.title) aria-describedby=(self.described(field.at)) {
                option value="" { (w.by_default) }
                option value="these" selected[field.raw.is_some()] { (w.these) }
            }
            div.chips { @for (word, meaning) in choices(words) { label.chip {
                input type="checkbox" name={ (field.at) ".word" } value=(word) checked[own.iter().any(|one| one == word)];
                " " (meaning)
            } } }
        }
    }

    fn departments(&self, field: &Field<'_>) -> Markup {
        let w = self.w;
        let value = field.value().unwrap_or_default();
        let is_any = value == "any";
        let own = names(&value);
        let scope = format!("{}.scope", field.at);
        html! {
            label { input type="radio" name=(scope) value="any" checked[is_any]; " " (w.any_department) }
            label { input type="radio" name=(scope) value="these" checked[!is_any]; " " (w.these_departments) }
            textarea name=(field.at) rows=(own.len().clamp(2, 8)) aria-label=(w.departments) { (own.join("\n")) }
            span.quiet { (w.editor.one_a_line) }
        }
    }

    fn week(&self, field: &Field<'_>) -> Markup {
        let days = week(&field.value().unwrap_or_default());
        html! { div.week { @for ((day, name), hours) in DAYS.iter().zip(self.w.editor.days).zip(days) {
            label { (name) " "
                input name=(below(field.at, day)) value=(hours) size="14" placeholder="09:00-18:00"; }
        } } }
    }

    /// The longest text of the channel, for what customers receive.
    fn limit(&self, field: &Field<'_>) -> Option<Limit> {
        match field.key.name {
            "text" if field.at.contains("/quick-replies/") => limit::of_button(&self.channel),
            "text" | "closing-text" => limit::of(&self.channel, With::default()),
            _ => None,
        }
    }

    fn texts(&self, field: &Field<'_>) -> Markup {
        self.tagged(field.at, field.key.title, field.raw, self.limit(field))
    }

    /// A text, or one for each language, with its counter.
    pub(super) fn tagged(
        &self,
        at: &str,
        label: &str,
        raw: Option<&str>,
        limit: Option<Limit>,
    ) -> Markup {
        let texts = tagged(raw);
        let is_named = texts.iter().any(|one| !one.tag.is_empty());
        let offered = LANGUAGES.iter().filter(|tag| !texts.iter().any(|one| one.tag == **tag));
        let w = self.w.editor;
        html! {
            @for one in &texts { (self.text(at, label, one, limit, texts.len() > 1)) }
            @if is_named || !texts.iter().all(|one| one.text.is_empty()) { span.pair {
                select name={ (at) "+" } aria-label=(w.another_language) {
                    option value="" { (w.another_language) }
                    @for tag in offered { option value=(tag) { (tag) } }
                }
                button.small name="do" value="check" { (self.w.add) }
            } }
        }
    }

    fn text(
        &self,
        at: &str,
        label: &str,
        one: &Tagged,
        limit: Option<Limit>,
        can_go: bool,
    ) -> Markup {
        let w = self.w;
        let Tagged { tag, text } = one;
        let name = if tag.is_empty() { at.to_owned() } else { format!("{at}#{tag}") };
        let own = if tag.is_empty() { id(at) } else { format!("{}.{tag}", id(at)) };
        let length = limit.map_or_else(|| text.chars().count(), |limit| limit.length(text));
        html! {
            @if !tag.is_empty() { label for=(own) { (label) " (" (tag) ")" } " "
                @if can_go {
                    button.small name="do" value={ "remove:" (below(at, tag)) } aria-label={ (w.remove) ": " (label) " " (tag) } { (w.remove) }
                }
            }
            textarea id=(own) name=(name) rows="2" dir="auto" aria-label=[tag.is_empty().then_some(label)]
                data-limit=[limit.map(Limit::most)] data-unit=[limit.map(Limit::unit)]
                aria-describedby={ (own) "-count " (id(at)) "-problems" } { (text) }
            span.count.bad[limit.is_some_and(|limit| length > limit.most())] id={ (own) "-count" } data-live {
                @match limit {
                    Some(limit @ Limit::Bytes(_)) => (fill(w.bytes_of, &[&length.to_string(), &limit.most().to_string()])),
                    Some(limit) => (fill(w.characters_of, &[&length.to_string(), &limit.most().to_string()])),
                    None => (fill(w.characters, &[&length.to_string()])),
                }
            }
        }
    }

    fn text_list(&self, field: &Field<'_>) -> Markup {
        let w = self.w;
        let items = lists(field.raw);
        html! {
            ol { @for (number, item) in items.iter().enumerate() { li {
                @let at = below(field.at, &number.to_string());
                (self.tagged(&at, field.key.title, Some(item.get()), None))
                (self.moves(&at, number, items.len(), &numbered(field, number)))
            } } }
            button name="do" value={ "add:" (field.at) } { "+ " (w.add) span.unseen { ": " (field.key.title) } }
        }
    }

    /// The buttons that move and remove an entry of a list.
    pub(super) fn moves(&self, at: &str, number: usize, count: usize, name: &str) -> Markup {
        let w = self.w;
        let named = |what: &str| format!("{what}: {name}");
        let shown = number.saturating_add(1);
        html! { span.moves {
            @if number > 0 { button.small name="do" value={ "up:" (at) } aria-label=(named(w.move_up)) { "↑" } }
            @if shown < count { button.small name="do" value={ "down:" (at) } aria-label=(named(w.move_down)) { "↓" } }
            button.small name="do" value={ "remove:" (at) } aria-label=(named(w.remove)) { (w.remove) }
        } }
    }

    /// An object, or several.
    fn group(&self, field: &Field<'_>) -> Markup {
        let content = match field.key.kind {
            Kind::Object(form) => self.object(form, field.raw, field.at),
            Kind::ObjectOrOff(form) => self.or_else(field, form, None),
            Kind::ObjectOrWords(form, words) => self.or_else(field, form, Some(words)),
            Kind::List(form) => self.list(field, form),
            Kind::Named(form) => self.named(field, form),
            _ => html! {},
        };
        html! { fieldset.group.wide-field {
            legend { (field.key.title) }
            (self.help(field))
            (content)
            @match field.key.kind {
                Kind::Object(form) | Kind::ObjectOrOff(form) | Kind::ObjectOrWords(form, _) =>
                    (self.problems_beside(field.at, &|name| form.key(name).is_some())),
                Kind::List(_) | Kind::Named(_) => (self.problems_beside(field.at, &|name| self.is_entry(field, name))),
                _ => (self.problems_at(field.at)),
            }
        } }
    }

    fn is_entry(&self, field: &Field<'_>, name: &str) -> bool {
        match name.parse::<usize>() {
            Ok(number) if matches!(field.key.kind, Kind::List(_)) => {
                number < lists(field.raw).len()
            }
            _ => field.raw.and_then(Object::read).is_some_and(|object| object.raw(name).is_some()),
        }
    }

    /// An object, or `false`, or one of some words.
    fn or_else(&self, field: &Field<'_>, form: Form<'_>, words: Option<&Value>) -> Markup {
        let w = self.w.editor;
        let is_object = field.value().is_some_and(|value| value.is_object());
        let is_off = field.value() == Some(Value::Bool(false));
        html! {
            select id=(id(field.at)) name=(field.at) aria-label=(field.key.title) aria-describedby=(self.described(field.at)) {
                option value="" { (w.by_default) }
                @match words {
                    None => option value=(apply::OFF) selected[is_off] { (w.off) },
                    Some(words) => (self.options(words, &field.text())),
                }
                option value=(apply::OBJECT) selected[is_object] { (w.as_follows) }
            }
            (self.object(form, field.raw.filter(|_| is_object), field.at))
        }
    }

    fn list(&self, field: &Field<'_>, form: Form<'_>) -> Markup {
        let items = lists(field.raw);
        html! {
            @for (number, item) in items.iter().enumerate() {
                @let at = below(field.at, &number.to_string());
                fieldset.entry {
                    legend { (numbered(field, number)) }
                    (self.object(form, Some(item.get()), &at))
                    (self.moves(&at, number, items.len(), &numbered(field, number)))
                    (self.problems_beside(&at, &|name| form.key(name).is_some()))
                }
            }
            button name="do" value={ "add:" (field.at) } { "+ " (self.w.add) span.unseen { ": " (field.key.title) } }
        }
    }

    fn named(&self, field: &Field<'_>, form: Form<'_>) -> Markup {
        let w = self.w;
        let object = field.raw.and_then(Object::read).unwrap_or_default();
        html! {
            @for name in object.names().filter(|name| !name.starts_with("//")) {
                @let at = below(field.at, name);
                fieldset.entry {
                    legend { bdi { (name) } }
                    (self.object(form, object.raw(name), &at))
                    button.small name="do" value={ "remove:" (at) } aria-label={ (w.remove) ": " (name) } { (w.remove) }
                    (self.problems_beside(&at, &|name| form.key(name).is_some()))
                }
            }
            span.pair {
                input name={ (field.at) "+" } aria-label=(w.name) placeholder=(w.name);
                button name="do" value={ "add:" (field.at) } { "+ " (w.add) span.unseen { ": " (field.key.title) } }
            }
        }
    }
}
