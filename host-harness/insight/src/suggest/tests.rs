use super::*;
use crate::history::{Item, RecordedTicket, Who};

/// Silences of the given minutes each; none for those that never ended.
fn history(minutes: &[Option<i64>]) -> History {
    let mut tickets: Vec<RecordedTicket> = minutes
        .iter()
        .map(|minutes| {
            let mut items = vec![
                Item::Message { at: 0, who: Who::Customer },
                Item::Message { at: 0, who: Who::Agent },
                Item::Message { at: 0, who: Who::Bot },
            ];
            let answered = minutes.map(|minutes| minutes.saturating_mul(MINUTE));
            items.extend(answered.map(|at| Item::Message { at, who: Who::Customer }));
            RecordedTicket { department: Some(0), items, ..RecordedTicket::default() }
        })
        .collect();
    // The history goes on for long.
    tickets.push(RecordedTicket {
        items: vec![Item::Message { at: 365 * DAY, who: Who::Customer }],
        ..RecordedTicket::default()
    });
    History { departments: vec!["soporte".into()], tickets }
}

fn suggested(minutes: &[Option<i64>], premature_per_mille: u64) -> Suggestion {
    let (all, each) =
        suggest(&history(minutes), SuggestionOptions { premature_per_mille, window: DAY });
    assert_eq!(each["soporte"], all);
    all
}

#[test]
fn the_shortest_time_is_taken_from_which_on_the_rate_is_kept() {
    // Of a hundred silences sixty are answered within ten minutes, twenty after two hours.
    let mut minutes = vec![Some(8); 60];
    minutes.extend([Some(121); 20]);
    minutes.extend([None; 20]);
    let strict = suggested(&minutes, 10);
    assert_eq!(strict.close_after, Some(3 * HOUR));
    assert_eq!((strict.closes, strict.premature), (20, 0));
    let none = suggested(&minutes, 500);
    assert_eq!(none.close_after, Some(10 * MINUTE));
    assert_eq!((none.closes, none.premature), (40, 20));
    assert_eq!(strict.answers, Some((8 * MINUTE, 121 * MINUTE)));
    assert_eq!(strict.silences, 100);
}

#[test]
fn a_reminder_leaves_a_quarter_of_the_time() {
    let mut minutes = vec![Some(8); 60];
    minutes.extend([Some(121); 20]);
    minutes.extend([None; 20]);
    let suggestion = suggested(&minutes, 10);
    assert_eq!(suggestion.remind_after, Some(2 * HOUR));
    // Nobody is closed without warning, however short the time.
    let short = suggested(&vec![None; 50], 10);
    assert_eq!((short.close_after, short.remind_after), (Some(5 * MINUTE), Some(3 * MINUTE)));
    let quiet = suggested(&[[Some(130); 20], [None; 20]].concat(), 10);
    assert_eq!((quiet.close_after, quiet.remind_after), (Some(3 * HOUR), Some(2 * HOUR)));
}

#[test]
fn few_conversations_leave_much_open() {
    let wide = suggested(&[Some(3), None, None], 100);
    assert_eq!((wide.closes, wide.premature), (2, 0));
    assert!(wide.between.1 > 500, "{:?}", wide.between);
    let mut minutes = vec![Some(3); 100];
    minutes.extend([None; 1_000]);
    let narrow = suggested(&minutes, 100);
    assert!(narrow.between.1 < 10, "{:?}", narrow.between);
    assert_eq!(between(0, 0), (0, 1_000));
    assert_eq!(between(50, 100), (419, 581));
}

#[test]
fn where_nothing_is_known_nothing_is_suggested() {
    let empty =
        suggest(&History::default(), SuggestionOptions { premature_per_mille: 10, window: DAY }).0;
    assert_eq!((empty.close_after, empty.remind_after, empty.silences), (None, None, 0));
    // All come back the day after: no time keeps the rate but those that nobody was closed at.
    let late = vec![Some(20 * 60); 50];
    assert_eq!(suggested(&late, 10).close_after, None);
}
