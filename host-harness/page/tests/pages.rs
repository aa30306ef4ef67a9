//! Pages and pictures of conversations that were played by the component.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::num::NonZeroUsize;

use despertador_component::COMPONENT;
use despertador_contract::Surroundings;
use despertador_contract::Zone;
use despertador_host::{Host, Options, Policy};
use despertador_insight::{
    Authors, Columns, History, Judged, Read, Settings, Timing, backtest as try_on, examples,
};
use despertador_page::{Backtest, EXAMPLES, Language, Timeline, Tried, What, backtest};

const MINUTE: i64 = 60_000;

fn repository() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(rows: &str) -> Read {
    let csv = format!("ticket,author,at,department\n{rows}");
    History::csv(csv.as_bytes(), &Columns::default(), &Authors::default(), &Timing::default())
        .expect("a history")
}

fn played(config: &str, read: &Read) -> (Policy, Judged) {
    let plugin = Host::new(Options::default()).unwrap().load_bytes(COMPONENT).unwrap();
    let policy = plugin.policy(config, &Surroundings::default()).expect("a policy");
    let judged =
        try_on(&read.history, &policy, &Settings::default(), NonZeroUsize::MIN, &|_| {}).unwrap();
    (policy, judged)
}

fn soporte() -> String {
    std::fs::read_to_string(repository().join("tests/cli/files/soporte.json")).expect("a policy")
}

/// Three customers who come back after 25, 5 and 15 minutes, and one who does not.
const FOUR: &str = "\
    late,customer,2026-03-02T09:00:00Z,soporte\nlate,agent,2026-03-02T09:00:00Z,soporte\n\
    late,customer,2026-03-02T09:40:00Z,soporte\n\
    soon,customer,2026-03-02T10:00:00Z,soporte\nsoon,agent,2026-03-02T10:00:00Z,soporte\n\
    soon,customer,2026-03-02T10:20:00Z,soporte\n\
    then,customer,2026-03-02T11:00:00Z,soporte\nthen,agent,2026-03-02T11:00:00Z,soporte\n\
    then,customer,2026-03-02T11:30:00Z,soporte\n\
    gone,customer,2026-03-02T12:00:00Z,soporte\ngone,agent,2026-03-02T12:00:00Z,soporte\n";

#[test]
fn the_conversations_behind_the_number_are_those_that_were_closed_too_early() {
    let read = read(FOUR);
    let (policy, judged) = played(&soporte(), &read);
    let settings = Settings::default();
    let all = examples(&read.history, &judged, &policy, &settings, 10).unwrap();
    let ids: Vec<&str> = all.iter().map(|example| example.recorded.id.as_str()).collect();
    assert_eq!(ids, ["soon", "then", "late"], "the customer who came back soonest comes first");
    for example in &all {
        let closed = example.outcome.closed.expect("a close");
        assert_eq!(closed.at, example.closed);
        assert_eq!(example.outcome.reminders.len(), 3);
        assert_eq!(example.department, Some("soporte"));
    }
    let two = examples(&read.history, &judged, &policy, &settings, 2).unwrap();
    assert_eq!(two.len(), 2);
    assert_eq!(two[1].recorded.id, "then");
}

#[test]
fn a_timeline_tells_recorded_and_done_in_order() {
    let read = read(FOUR);
    let (policy, judged) = played(&soporte(), &read);
    let settings = Settings::default();
    let all = examples(&read.history, &judged, &policy, &settings, 1).unwrap();
    let timeline = Timeline::of_example(&all[0], settings.window);
    let start = all[0].recorded.items[0].at();
    let told: Vec<(i64, What)> =
        timeline.marks.into_iter().map(|mark| ((mark.at - start) / MINUTE, mark.what)).collect();
    assert_eq!(
        told,
        [
            (0, What::Customer),
            (0, What::Agent),
            (10, What::Reminder(1)),
            (11, What::Reminder(2)),
            (14, What::Reminder(3)),
            (15, What::Close(Some(start))),
            (20, What::CameBack(start + 15 * MINUTE)),
            (24 * 60 + 15, What::WindowEnds(settings.window)),
        ]
    );
}

#[test]
fn a_customer_who_writes_at_the_very_instant_of_the_close_came_back_after_it() {
    let read = read(
        "x,customer,2026-03-02T08:00:00Z,ventas\nx,agent,2026-03-02T09:00:00Z,ventas\n\
         x,customer,2026-03-02T09:30:00Z,ventas\n",
    );
    let config = r#"{ "rules": [{ "departments": "any", "close-after": "15 min" }] }"#;
    let (policy, judged) = played(config, &read);
    let all = examples(&read.history, &judged, &policy, &Settings::default(), 1).unwrap();
    let mut example = all[0].clone();
    example.wrote = example.closed;
    let mut recorded = example.recorded.clone();
    let who = despertador_insight::Who::Customer;
    recorded.items[2] = despertador_insight::Item::Message { at: example.closed, who };
    example.recorded = &recorded;
    let timeline = Timeline::of_example(&example, MINUTE);
    let last: Vec<&What> = timeline.marks.iter().skip(2).map(|mark| &mark.what).collect();
    assert!(
        matches!(last[..], [What::Close(_), What::CameBack(_), What::WindowEnds(MINUTE)]),
        "{last:?}"
    );
}

/// The page shows the figures that the command prints, in the format of each language.
#[test]
fn the_page_shows_the_figures_that_were_judged() {
    let rows: String = (0..1_234)
        .map(|n| {
            let day = 1 + n % 20;
            format!(
                "t{n},customer,2026-03-{day:02}T09:00:00Z,soporte\nt{n},agent,2026-03-{day:02}T09:00:00Z,soporte\n{}",
                if n % 4 == 0 {
                    format!("t{n},customer,2026-03-{day:02}T09:20:00Z,soporte\n")
                } else {
                    String::new()
                }
            )
        })
        .collect();
    let read = read(&format!("{rows}end,customer,2026-04-30T09:00:00Z,\n"));
    let (policy, judged) = played(&soporte(), &read);
    assert_eq!((judged.total.figures.closes, judged.total.figures.premature), (1_234, 309));
    let outline = policy.outline(0).unwrap();
    let settings = Settings::default();
    let shown = examples(&read.history, &judged, &policy, &settings, EXAMPLES).unwrap();
    let warnings = policy.warnings();
    let tried = [Tried {
        name: "<soporte>",
        outline: &outline,
        warnings,
        judged: &judged,
        examples: &shown,
    }];
    let page = Backtest {
        history_name: "a&b.csv",
        read: &read,
        tried: &tried,
        window: settings.window,
        minutes_per_close: 2.5,
        channel: "web-chat",
        zone: &Zone::fixed(-180).unwrap(),
    };
    for (language, figures) in [
        (Language::English, ["1,234", "25.0\u{a0}%", "3,085\u{a0}min", "UTC-03:00"]),
        (Language::Spanish, ["1.234", "25,0\u{a0}%", "3.085\u{a0}min", "UTC-03:00"]),
        (Language::Portuguese, ["1.234", "25,0\u{a0}%", "3.085\u{a0}min", "UTC-03:00"]),
    ] {
        let page = backtest(&page, language).unwrap();
        for figure in figures {
            assert!(page.contains(figure), "{figure} in {language:?}");
        }
        assert!(page.contains("&lt;soporte&gt;") && !page.contains("<soporte>"));
        assert!(page.contains("a&amp;b.csv"));
        assert_eq!(page.matches("<details").count(), EXAMPLES);
        // One for all and one for the department, of two kinds.
        assert_eq!(page.matches("<svg class=\"chart\"").count(), 4);
        // All of them are counted, two hundred are listed.
        assert_eq!(page.matches("href=\"#t0-").count(), EXAMPLES);
        assert!(page.contains("309") && page.contains("200"));
    }
}

/// `BLESS=1 cargo test -p despertador-page` draws it again.
#[test]
fn the_picture_of_the_readme_is_current() {
    let read = read(
        "4711,customer,2026-03-02T12:02:40Z,soporte\n4711,agent,2026-03-02T12:04:10Z,soporte\n\
         4711,customer,2026-03-02T12:09:00Z,soporte\n4711,agent,2026-03-02T12:11:30Z,soporte\n\
         4711,customer,2026-03-02T15:20:00Z,soporte\n4711,agent,2026-03-02T15:24:10Z,soporte\n\
         end,customer,2026-04-02T12:00:00Z,soporte\n",
    );
    let (policy, judged) = played(&soporte(), &read);
    let settings = Settings::default();
    let all = examples(&read.history, &judged, &policy, &settings, 1).unwrap();
    let drawn = Timeline::of_example(&all[0], settings.window)
        .svg(Language::English, &Zone::fixed(-180).unwrap());
    let published = repository().join("docs/pictures/premature.svg");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&published, &drawn).expect("the picture can be written");
    }
    let current = std::fs::read_to_string(&published).expect("the picture");
    assert!(current == drawn, "docs/pictures/premature.svg is old; BLESS=1 draws it anew");
}
