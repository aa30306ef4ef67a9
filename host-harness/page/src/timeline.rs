//! An image of a ticket's events, from top to bottom.
//!
//! Time runs down the page, so that each event has its time and its text on one line, however many
//! there are, and the image is as wide as a phone.

use std::fmt::Write;

use despertador_contract::Call;
use despertador_contract::Zone;
use despertador_contract::{Author, Decision, Happening, Instant, Outcome, Step};
use despertador_insight::{Example, Item, Who};
use maud::{Markup, PreEscaped, html};

use crate::form::{Form, about, exact, short};
use despertador_contract::Language;

use crate::text::Happened;

/// The events of a ticket.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline {
    /// The ticket's id.
    pub ticket: String,
    /// The events, in order of time.
    pub marks: Vec<Mark>,
    /// The time after a close in which the customer's next message shows that it was premature:
    /// beginning and end.
    pub window: Option<(Instant, Instant)>,
}

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// When.
    pub at: Instant,
    /// Its kind.
    pub what: What,
}

/// The kinds of events in a timeline.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The customer wrote.
    Customer,
    /// An agent wrote.
    Agent,
    /// An AI wrote in an agent's place.
    AiAgent,
    /// Automation wrote.
    Bot,
    /// Another author wrote.
    Somebody,
    /// A reminder was sent, with its number from 1.
    Reminder(u32),
    /// The policy closed the ticket; the beginning of the customer's silence, if known.
    Close(Option<Instant>),
    /// The customer wrote after the close; the time of the close.
    CameBack(Instant),
    /// Any other recorded event.
    Event(Box<Happening>),
    /// A carried out step other than reminder and close.
    Carried(Step),
    /// The explained instant.
    Asked,
    /// A planned step.
    Planned(Step),
    /// The window after a close ends; its length in milliseconds.
    WindowEnds(i64),
    /// This many events are not drawn.
    LeftOut(usize),
}

/// Maximum number of events that are drawn; those in the middle are left out.
const MARKS_MAX: usize = 48;
/// How many of these are at the beginning.
const FIRST_MARKS: usize = 12;
/// Maximum number of messages after the customer came back.
const MESSAGES_AFTER_RETURN_MAX: usize = 5;

impl Timeline {
    /// The timeline of a ticket that would have been closed too early; `window` is in milliseconds.
    /// It ends some messages after the customer came back.
    #[must_use]
    pub fn of_example(example: &Example<'_>, window: i64) -> Timeline {
        let mut marks: Vec<Mark> = Vec::new();
        let closed = example.outcome.closed;
        let mut afterwards: usize = 0;
        for item in &example.recorded.items {
            let at = item.at();
            if at > example.wrote {
                afterwards = afterwards.saturating_add(1);
            }
            if afterwards > MESSAGES_AFTER_RETURN_MAX {
                break;
            }
            let Some(mut what) = What::of_item(item) else { continue };
            if at == example.wrote && item.is_of_the_customer() {
                what = What::CameBack(example.closed);
            }
            marks.push(Mark { at, what });
        }
        // A customer who opens another ticket has come back too, though not in this one.
        if !marks.iter().any(|mark| matches!(mark.what, What::CameBack(_))) {
            marks.push(Mark { at: example.wrote, what: What::CameBack(example.closed) });
        }
        for sent in &example.outcome.reminders {
            marks.push(Mark { at: sent.at, what: What::Reminder(sent.number) });
        }
        if let Some(shut) = closed {
            marks.push(Mark { at: shut.at, what: What::Close(Some(shut.silent_since)) });
        }
        let ends = example.closed.saturating_add(window);
        marks.push(Mark { at: ends, what: What::WindowEnds(window) });
        // Stable: what is due at the instant of a message comes after it. Only the message after
        // the close comes behind the close.
        marks.sort_by_key(|mark| (mark.at, matches!(mark.what, What::CameBack(_))));
        Timeline {
            ticket: example.recorded.id.clone(),
            marks,
            window: Some((example.closed, ends)),
        }
    }

    /// The timeline of a host's calls, until the explained instant.
    pub fn of_calls<'c>(
        ticket: &str,
        calls: impl IntoIterator<Item = &'c Call>,
        asked: Instant,
        decision: &Decision,
    ) -> Timeline {
        let mut marks: Vec<Mark> = Vec::new();
        let mut closed: Option<Instant> = None;
        for call in calls {
            let (at, Some(what)) = (call.now(), What::of_call(call)) else { continue };
            let what = match what {
                What::Customer => closed.take().map_or(What::Customer, What::CameBack),
                other => other,
            };
            if matches!(what, What::Close(_)) {
                closed = Some(at);
            }
            marks.push(Mark { at, what });
        }
        marks.push(Mark { at: asked, what: What::Asked });
        match &decision.outcome {
            Outcome::Wait(wake) => {
                marks.push(Mark { at: wake.until, what: What::Planned(wake.step.clone()) });
            }
            Outcome::Act(action) => {
                marks.push(Mark { at: asked, what: What::Planned(action.key.step.clone()) });
            }
            Outcome::Rest | Outcome::Other(_) => {}
        }
        Timeline { ticket: ticket.to_owned(), marks, window: None }
    }

    /// The image alone: SVG with its own style, in light and dark. Times are those of `zone`.
    #[must_use]
    pub fn svg(&self, language: Language, zone: &Zone) -> String {
        let form = Form::new(language, zone);
        self.draw(form, "timeline", true).into_string()
    }

    /// The picture for a page that has [`STYLE`](crate::STYLE); one a page, for its ids are unique.
    #[must_use]
    pub fn inline(&self, language: Language, zone: &Zone) -> String {
        self.in_page(Form::new(language, zone), "timeline").into_string()
    }

    /// The image in a page, which has the style; `id` must be unique there.
    pub(crate) fn in_page(&self, form: Form, id: &str) -> Markup {
        self.draw(form, id, false)
    }

    /// The marks to draw.
    fn shown(&self) -> Vec<Mark> {
        let Some(too_many) = self.marks.len().checked_sub(MARKS_MAX).filter(|more| *more > 0)
        else {
            return self.marks.clone();
        };
        let (first, rest) = self.marks.split_at_checked(FIRST_MARKS).unwrap_or((&self.marks, &[]));
        let last = rest.get(too_many..).unwrap_or_default();
        let mut shown = first.to_vec();
        if let Some(at) = first.last().map(|mark| mark.at) {
            shown.push(Mark { at, what: What::LeftOut(too_many) });
        }
        shown.extend(last.iter().cloned());
        shown
    }

    fn draw(&self, form: Form, id: &str, alone: bool) -> Markup {
        let rows = self.rows(form);
        let height = rows.last().map_or(0.0, |row| row.y) + 34.0;
        let (title, description) = (format!("{id}-t"), format!("{id}-d"));
        let name = (form.words.timeline)(&short(&self.ticket, 40));
        let mut marks: Vec<Markup> = Vec::new();
        if let Some((from, until)) = self.window {
            let y = |at: Instant, of: fn(&What) -> bool| {
                rows.iter()
                    .find(|row| row.at == Some(at) && row.what.as_ref().is_some_and(of))
                    .map(|row| row.y)
            };
            let top = y(from, |what| matches!(what, What::Close(_)));
            let bottom = y(until, |what| matches!(what, What::WindowEnds(_)));
            if let (Some(top), Some(bottom)) = (top, bottom) {
                marks.push(html! {
                    rect.window x=(AXIS_X - 9.0) y=(top) width="18" height=(bottom - top) {}
                });
            }
        }
        marks.push(line(&rows));
        marks.extend(rows.iter().map(Row::markup));
        html! {
            svg.timeline xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (height) }
                width=(WIDTH) height=(height) role="img" lang=(form.language.tag())
                aria-labelledby={ (title) " " (description) } {
                title id=(title) { (name) }
                desc id=(description) { (self.in_words(form)) }
                @if alone {
                    style { (PreEscaped(include_str!("picture.css"))) }
                    rect.paper width="100%" height="100%" {}
                }
                text.zone x="12" y="22" { (form.zone()) }
                @if alone { text.name x=(TEXT_X) y="22" { (name) } }
                @for mark in &marks { (mark) }
            }
        }
    }

    /// The same in words, for readers who cannot see it.
    fn in_words(&self, form: Form) -> String {
        let mut words = String::new();
        for mark in self.shown() {
            let (main, more) = mark.texts(form);
            let when = if matches!(mark.what, What::LeftOut(_)) {
                String::new()
            } else {
                form.instant(mark.at) + " "
            };
            let more = more.map(|more| format!(", {more}")).unwrap_or_default();
            // Writing into a `String` cannot fail.
            let _: std::fmt::Result = write!(words, "{when}{main}{more}. ");
        }
        words.truncate(words.trim_end().len());
        words
    }

    /// Lays the marks out from top to bottom.
    fn rows(&self, form: Form) -> Vec<Row> {
        let shown = self.shown();
        let unit = self.unit();
        let mut rows: Vec<Row> = Vec::new();
        let mut y = 22.0;
        let mut before: Option<(Instant, String)> = None;
        for mark in shown {
            let (date, time) = form.date_and_time(mark.at);
            let gap = before.as_ref().map(|(at, _)| mark.at.saturating_sub(*at));
            let same_day = before.as_ref().is_some_and(|(_, day)| *day == date);
            match gap {
                Some(gap) if gap > unit => {
                    y += 36.0;
                    rows.push(Row { y, cut: Some(about(gap)), ..Row::default() });
                    y += 12.0;
                }
                Some(gap) => y += PIXELS_PER_UNIT * ratio(gap, unit),
                None => {}
            }
            if !same_day {
                y += 26.0;
                rows.push(Row { y, date: Some(date.clone()), ..Row::default() });
            }
            y += 24.0;
            let (main, more) = mark.texts(form);
            let left_out = matches!(mark.what, What::LeftOut(_));
            let has_more = more.is_some();
            rows.push(Row {
                y,
                at: Some(mark.at),
                time: if left_out { String::new() } else { time },
                main,
                more,
                what: Some(mark.what),
                ..Row::default()
            });
            if has_more {
                y += 15.0;
            }
            before = Some((mark.at, date));
        }
        rows
    }

    /// The longest interval that is drawn to scale: twice the usual one between two marks, at least
    /// five minutes. Longer ones are cut.
    fn unit(&self) -> i64 {
        let pairs = self.marks.iter().zip(self.marks.iter().skip(1));
        let mut gaps: Vec<i64> = pairs
            .map(|(one, next)| next.at.saturating_sub(one.at))
            .filter(|gap| *gap > 0)
            .collect();
        gaps.sort_unstable();
        let usual = gaps.get(gaps.len() / 2).copied().unwrap_or_default();
        usual.saturating_mul(2).clamp(5 * 60_000, 24 * 3_600_000)
    }
}

#[allow(clippy::cast_precision_loss, reason = "a length on paper")]
fn ratio(gap: i64, unit: i64) -> f64 {
    gap.max(0) as f64 / unit.max(1) as f64
}

/// Pixels of the longest uncut interval, in addition to the line of text.
const PIXELS_PER_UNIT: f64 = 48.0;
const WIDTH: f64 = 420.0;
/// The position of the time line.
const AXIS_X: f64 = 106.0;
/// The position of texts.
const TEXT_X: f64 = 128.0;

/// A row of the image: a mark, a date, or a cut.
#[derive(Default)]
struct Row {
    y: f64,
    at: Option<Instant>,
    time: String,
    main: String,
    more: Option<String>,
    what: Option<What>,
    date: Option<String>,
    cut: Option<String>,
}

/// The time line, with gaps at cuts.
fn line(rows: &[Row]) -> Markup {
    let mut path = String::new();
    // Above the first mark there is a date.
    for row in rows.iter().skip_while(|row| row.what.is_none()) {
        if path.is_empty() {
            path = format!("M{AXIS_X} {:.1}", row.y);
        }
        // Writing into a `String` cannot fail.
        let _: std::fmt::Result = if row.cut.is_some() {
            write!(path, "V{:.1}M{AXIS_X} {:.1}", row.y - 12.0, row.y + 4.0)
        } else {
            write!(path, "V{:.1}", row.y)
        };
    }
    html! { path.axis d=(path) {} }
}

impl Row {
    fn markup(&self) -> Markup {
        let y = self.y;
        if let Some(date) = &self.date {
            return html! { text.date x="12" y={ (format!("{:.1}", y + 4.0)) } { (date) } };
        }
        if let Some(gap) = &self.cut {
            let zigzag = |y: f64| format!("M{:.1} {y:.1}l6 -5l6 8l6 -8l6 5", AXIS_X - 12.0);
            return html! {
                path.cut d={ (zigzag(y - 9.0)) (zigzag(y - 1.0)) } {}
                text.gap x=(TEXT_X) y=(format!("{y:.1}")) { (gap) }
            };
        }
        let Some(what) = &self.what else { return Markup::default() };
        let baseline = format!("{:.1}", y + 4.5);
        html! {
            text.time x="92" y=(baseline) text-anchor="end" { (self.time) }
            (what.sign(y))
            text class=(what.class()) x=(TEXT_X) y=(baseline) { (self.main) }
            @if let Some(more) = &self.more {
                text.more x=(TEXT_X) y=(format!("{:.1}", y + 19.5)) { (more) }
            }
        }
    }
}

impl Mark {
    /// Its text, and a second line.
    fn texts(&self, form: Form) -> (String, Option<String>) {
        let words = form.words;
        let step = |step: &Step| match step {
            Step::Reminder(number) => (words.step_reminder)(*number),
            Step::Close => words.step_close.to_owned(),
            _ => words.step_other.to_owned(),
        };
        let plain = |text: &str| (text.to_owned(), None);
        match &self.what {
            What::Customer => plain(words.customer),
            What::Agent => plain(words.agent),
            What::AiAgent => plain(words.ai_agent),
            What::Bot => plain(words.bot),
            What::Somebody => plain(words.somebody),
            What::Reminder(number) => ((words.reminder_sent)(*number), None),
            What::Close(since) => {
                let silent = since.map(|since| about(self.at.saturating_sub(since)));
                (words.ticket_closed.to_owned(), silent.map(|silent| (words.silent_for)(&silent)))
            }
            What::CameBack(closed) => {
                let after = about(self.at.saturating_sub(*closed));
                (words.came_back.to_owned(), Some((words.later)(&after)))
            }
            What::Event(what) => plain(happened(&words.happened, what)),
            What::Carried(of) => (step(of), None),
            What::Asked => plain(words.asked),
            What::Planned(of) => ((words.planned)(&step(of)), None),
            What::WindowEnds(window) => ((words.window_ends)(&exact(*window)), None),
            What::LeftOut(count) => ((words.left_out)(&form.count(*count)), None),
        }
    }
}

fn happened(words: &Happened, what: &Happening) -> &'static str {
    match what {
        Happening::Opened(_) => words.opened,
        Happening::Failed(_) => words.failed,
        Happening::Typing => words.typing,
        Happening::Held => words.held,
        Happening::Released => words.released,
        Happening::Snoozed(_) => words.snoozed,
        Happening::Woken => words.woken,
        Happening::CallStarted => words.call_started,
        Happening::CallEnded => words.call_ended,
        Happening::Assigned(_) => words.assigned,
        Happening::Unassigned => words.unassigned,
        Happening::Transferred(_) => words.transferred,
        Happening::Extended(_) => words.extended,
        Happening::Closed(_) => words.closed,
        Happening::Reopened(_) => words.reopened,
        Happening::CarriedOut(_) | Happening::Occurred(_) | Happening::Other(_) => words.other,
    }
}

impl What {
    /// The mark of a recorded item; facts have none.
    fn of_item(item: &Item) -> Option<What> {
        Some(match item {
            Item::Message { who: Who::Customer, .. } => What::Customer,
            Item::Message { who: Who::Agent, .. } => What::Agent,
            Item::Message { who: Who::AiAgent, .. } => What::AiAgent,
            Item::Message { who: Who::Bot, .. } => What::Bot,
            Item::Call(call) => What::of_call(call).unwrap_or(What::Somebody),
            Item::Facts(facts) => What::of_call(facts.2.as_ref()?)?,
        })
    }

    /// The mark of a call; a tick has none.
    fn of_call(call: &Call) -> Option<What> {
        Some(match call {
            Call::Message(message) => match message.author {
                Author::Customer => What::Customer,
                Author::Agent => What::Agent,
                Author::AiAgent => What::AiAgent,
                Author::Bot => What::Bot,
                Author::Other(_) => What::Somebody,
            },
            Call::Event(event) => match &event.what {
                Happening::CarriedOut(key) => match &key.step {
                    Step::Reminder(number) => What::Reminder(*number),
                    Step::Close => What::Close(None),
                    step => What::Carried(step.clone()),
                },
                other => What::Event(Box::new(other.clone())),
            },
            Call::Tick(_) => return None,
        })
    }

    /// A symbol per kind that can be recognised without colours.
    fn sign(&self, y: f64) -> Markup {
        let at = |path: &str| format!("M{AXIS_X} {y:.1}{path}");
        match self {
            What::Customer => {
                html! { circle.customer cx=(AXIS_X) cy=(format!("{y:.1}")) r="5.5" {} }
            }
            What::CameBack(_) => html! {
                circle.back cx=(AXIS_X) cy=(format!("{y:.1}")) r="9" {}
                circle.customer cx=(AXIS_X) cy=(format!("{y:.1}")) r="5.5" {}
            },
            What::Agent => html! { path.agent d=(at("m-5.5-5.5h11v11h-11z")) {} },
            What::AiAgent => html! { path.agent d=(at("m0-7l7 7l-7 7l-7-7z")) {} },
            What::Bot | What::Somebody => html! { path.bot d=(at("m-4.5-4.5h9v9h-9z")) {} },
            What::Reminder(_) => html! { path.reminder d=(at("m0-8l7.5 13h-15z")) {} },
            What::Close(_) => html! {
                circle.close cx=(AXIS_X) cy=(format!("{y:.1}")) r="9" {}
                path.cross d=(at("m-4-4l8 8m0-8l-8 8")) {}
            },
            What::Planned(_) => html! { path.planned d=(at("m0-8l7.5 13h-15z")) {} },
            What::Asked => html! { path.asked d=(at("m-12 0h24")) {} },
            What::Event(_) | What::Carried(_) => html! { path.event d=(at("m-6 0h12")) {} },
            What::WindowEnds(_) => html! { path.event d=(at("m-9 0h18")) {} },
            What::LeftOut(_) => Markup::default(),
        }
    }

    fn class(&self) -> &'static str {
        match self {
            What::Close(_) | What::CameBack(_) | What::Reminder(_) | What::Asked => "main strong",
            What::LeftOut(_) | What::WindowEnds(_) | What::Planned(_) => "main quiet",
            _ => "main",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn timeline(marks: &[(i64, What)]) -> Timeline {
        let mark = |(minute, what): &(i64, What)| Mark {
            at: minute.saturating_mul(MINUTE),
            what: what.clone(),
        };
        Timeline { ticket: "<t>".into(), marks: marks.iter().map(mark).collect(), window: None }
    }

    fn form() -> Form<'static> {
        Form::new(Language::English, &crate::form::UTC)
    }

    #[test]
    fn of_calls_the_ticks_are_left_out_and_a_customer_after_the_close_came_back() {
        use despertador_contract::{ActionKey, Event, Message, Reason};
        let wrote = |author, minute: i64| Call::Message(Message::words(author, minute * MINUTE));
        let key = ActionKey { ticket: "t".into(), cycle: 1, step: Step::Close };
        let calls = [
            wrote(Author::Agent, 0),
            Call::Tick(10 * MINUTE),
            Call::Event(Event::carried_out(key, 10 * MINUTE)),
            wrote(Author::Customer, 12),
            wrote(Author::Customer, 13),
        ];
        let decision = Decision { outcome: Outcome::Rest, reason: Reason::Close, rule: None };
        let timeline = Timeline::of_calls("t", &calls, 14 * MINUTE, &decision);
        let told: Vec<(i64, What)> =
            timeline.marks.into_iter().map(|mark| (mark.at / MINUTE, mark.what)).collect();
        let back = What::CameBack(10 * MINUTE);
        assert_eq!(
            told,
            [
                (0, What::Agent),
                (10, What::Close(None)),
                (12, back),
                (13, What::Customer),
                (14, What::Asked)
            ]
        );
    }

    #[test]
    fn what_is_longer_than_usual_is_cut_and_says_how_long_it_was() {
        let told = timeline(&[
            (0, What::Customer),
            (4, What::Agent),
            (8, What::Agent),
            (200, What::Customer),
        ]);
        let rows = told.rows(form());
        let cuts: Vec<&str> = rows.iter().filter_map(|row| row.cut.as_deref()).collect();
        assert_eq!(cuts, ["3 h 12 min"]);
        let svg = told.svg(Language::English, &crate::form::UTC);
        assert_eq!(svg.matches(r#"class="cut""#).count(), 1);
        assert!(svg.contains(">3 h 12 min<"), "{svg}");
    }

    #[test]
    fn short_times_are_as_long_as_they_were() {
        let told = timeline(&[
            (0, What::Customer),
            (1, What::Agent),
            (5, What::Customer),
            (7, What::Agent),
        ]);
        let rows = told.rows(form());
        let y: Vec<f64> = rows.iter().filter(|row| row.what.is_some()).map(|row| row.y).collect();
        let steps: Vec<f64> =
            y.iter().zip(y.iter().skip(1)).map(|(one, next)| next - one - 24.0).collect();
        // One, four and two minutes.
        assert!(
            (steps[1] - 4.0 * steps[0]).abs() < 1e-9 && (steps[2] - 2.0 * steps[0]).abs() < 1e-9
        );
    }

    #[test]
    fn a_new_day_is_named_on_the_readers_clock() {
        // 23:50 and 00:10 in UTC; the same evening in Bogotá.
        let told = timeline(&[(23 * 60 + 50, What::Customer), (24 * 60 + 10, What::Agent)]);
        let dates = |offset: i32| -> Vec<String> {
            let zone = Zone::fixed(offset).expect("an offset");
            told.rows(Form::new(Language::English, &zone))
                .iter()
                .filter_map(|row| row.date.clone())
                .collect()
        };
        assert_eq!(dates(0), ["1970-01-01", "1970-01-02"]);
        assert_eq!(dates(-300), ["1970-01-01"]);
    }

    #[test]
    fn of_a_long_ticket_the_beginning_and_the_end_are_drawn() {
        let marks: Vec<(i64, What)> = (0..1_000).map(|minute| (minute, What::Customer)).collect();
        let told = timeline(&marks);
        let shown = told.shown();
        assert_eq!(shown.len(), MARKS_MAX + 1);
        assert_eq!(shown[FIRST_MARKS].what, What::LeftOut(1_000 - MARKS_MAX));
        assert_eq!(shown.last(), told.marks.last());
        assert!(told.svg(Language::Spanish, &crate::form::UTC).contains("aquí se omiten 952 más"));
        assert_eq!(timeline(&marks[..MARKS_MAX]).shown().len(), MARKS_MAX);
    }

    #[test]
    fn the_picture_has_its_words_and_no_markup_of_files() {
        let told = timeline(&[
            (0, What::Agent),
            (20, What::Close(Some(0))),
            (21, What::CameBack(20 * MINUTE)),
        ]);
        let svg = told.svg(Language::English, &crate::form::UTC);
        assert!(svg.contains("&lt;t&gt;") && !svg.contains("<t>"));
        assert!(
            svg.contains(
                "1970-01-01 00:20 Ticket is closed, 20 min after the company's last message."
            ),
            "{svg}"
        );
        assert!(svg.contains("Customer comes back, 1 min after the close."));
    }
}
