//! Files that are not as they should be: each is said with its place and the way out, and never
//! becomes a number in silence.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::io::{Cursor, Read as _};

use despertador_contract::Zone;
use despertador_insight::{
    Archive, Authors, Columns, Item, Read, ReadOptions, RecordedTicket, Timing, Unreadable,
};

const HEAD: &str = "ticket,author,at\n";

fn csv_of(bytes: impl std::io::Read, timing: &Timing) -> Result<Read<Archive>, Unreadable> {
    Archive::csv(bytes, &Columns::default(), &Authors::default(), timing, ReadOptions::default())
}

fn csv(text: &str) -> Result<Read<Archive>, Unreadable> {
    csv_of(text.as_bytes(), &Timing::default())
}

fn log(text: &str) -> Result<Read<Archive>, Unreadable> {
    Archive::event_log(text.as_bytes(), &Timing::default(), ReadOptions::default())
}

fn tickets(read: Read<Archive>) -> Vec<RecordedTicket> {
    let mut tickets = read.history.history().unwrap().tickets;
    tickets.sort_by(|one, other| one.id.cmp(&other.id));
    tickets
}

#[test]
fn an_empty_file_is_said() {
    for text in ["", "\n\n", HEAD] {
        let said = csv(text).unwrap_err();
        assert_eq!(said, Unreadable::Empty, "{text:?}");
        assert!(said.to_string().contains("export it again"));
    }
    assert_eq!(log("\n").unwrap_err(), Unreadable::Empty);
}

#[test]
fn rows_of_other_programs_are_read_as_the_doors_read_them() {
    let read = log(concat!(
        "\u{feff}{\"ticket\":1,\"at\":1772442000,\"id\":7,\"message\":{\"author\":\"Customer\",\"text\":\"\\ud83d\"}}\n",
        "{\"ticket\":\"1\",\"at\":\"2026-03-02 09:05:00+0000\",\"sequence\":\"x\",\"shard\":3,\"message\":{\"author\":\"agent\"}}\n",
        "{\"ticket\":\"1\",\"at\":\"1772442600\",\"message\":{\"author\":\"customer\"},\"facts\":{\"chanel\":\"sms\"}}\n",
        "{\"ticket\":\"1\",\"message\":{\"author\":\"customer\"}}\n",
        "{\"ticket\":\"1\",\"at\":\"2026-03-02T09:20:00Z\",\"message\":{\"author\":\"nobody\"}}\n",
    ))
    .unwrap();
    assert_eq!((read.rows, read.refused), (3, 2), "{:?}", read.first_refused);
    let nine = 1_772_442_000_000;
    let times: Vec<_> = tickets(read)[0].items.iter().map(|item| item.at() - nine).collect();
    assert_eq!(times, [0, 300_000, 600_000]);
}

#[test]
fn wrong_columns_are_named() {
    let said = csv("id;who;when\n1;customer;2026-03-02T09:00:00Z\n").unwrap_err().to_string();
    assert!(said.contains("`id`, `who`, `when`") && said.contains("--columns ticket=…"), "{said}");
}

#[test]
fn times_with_and_without_offset_are_counted_apart() {
    let read = csv(&format!(
        "{HEAD}a,customer,2026-03-02T09:00:00-03:00\na,agent,2026-03-02 12:05:00\na,agent,1772453400\n"
    ))
    .unwrap();
    assert_eq!((read.assumed, read.with_offset), (1, 2));
    // With an offset that is given it is meant so.
    let timing = Timing { zone: Zone::fixed(-180).unwrap(), ..Timing::default() };
    let read = csv_of(format!("{HEAD}a,agent,2026-03-02 09:00:00\n").as_bytes(), &timing).unwrap();
    assert_eq!(tickets(read)[0].items[0].at(), 1_772_452_800_000);
}

#[test]
fn what_lies_in_the_future_is_refused() {
    let nine = 1_772_442_000_000;
    let timing = Timing { not_after: Some(nine), ..Timing::default() };
    let rows = format!("{HEAD}a,agent,2026-03-02T09:00:00Z\na,customer,2026-03-02T09:00:00.001Z\n");
    let read = csv_of(rows.as_bytes(), &timing).unwrap();
    assert_eq!((read.rows, read.refused, read.first_refused[0].line), (1, 1, 3));
    assert!(read.first_refused[0].why.to_string().contains("--now"), "{:?}", read.first_refused);
    let row = r#"{"ticket":"a","at":"2026-03-02T09:00:01Z","message":{"author":"agent"}}"#;
    let said = Archive::event_log(row.as_bytes(), &timing, ReadOptions::default()).unwrap_err();
    assert!(said.to_string().contains("--now"), "{said}");
}

#[test]
fn tickets_with_one_side_alone_are_counted() {
    let read = csv(&format!(
        "{HEAD}a,agent,2026-03-02T09:00:00Z\na,agent,2026-03-02T09:01:00Z\nb,customer,2026-03-02T09:00:00Z\n\
         c,customer,2026-03-02T09:00:00Z\nc,ai,2026-03-02T09:00:00Z\nd,bot,2026-03-02T09:00:00Z\n"
    ))
    .unwrap();
    // The customer of `a` and `d` never wrote; nobody answered in `b` and `d`.
    assert_eq!((read.without_customer, read.without_company), (2, 2));
}

#[test]
fn a_file_of_zeros_is_no_text_whatever_its_size() {
    // Two gigabytes that nobody has written: a sparse file.
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, HEAD.as_bytes()).unwrap();
    file.set_len(2 << 30).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    assert_eq!(csv_of(&file, &Timing::default()).unwrap_err(), Unreadable::NoText);
    std::io::Seek::rewind(&mut file).unwrap();
    let said = Archive::event_log(&file, &Timing::default(), ReadOptions::default()).unwrap_err();
    assert_eq!(said, Unreadable::NoText);
    let utf16: Vec<u8> = HEAD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let said = csv_of(utf16.as_slice(), &Timing::default()).unwrap_err();
    assert!(said.to_string().contains("save it as UTF-8"), "{said}");
}

#[test]
fn a_row_without_end_is_given_up_before_it_fills_the_memory() {
    // Two gigabytes after a quotation mark that nobody closes.
    let open = format!("{HEAD}a,agent,2026-03-02T09:00:00Z\n\"b,agent,");
    let endless = Cursor::new(open).chain(std::io::repeat(b'x').take(2 << 30));
    let said = csv_of(endless, &Timing::default()).unwrap_err();
    assert_eq!(said, Unreadable::LongRow(3));
    assert!(said.to_string().contains("line 3"), "{said}");
    let endless = std::io::repeat(b'{').take(2 << 30);
    let said = Archive::event_log(endless, &Timing::default(), ReadOptions::default()).unwrap_err();
    assert_eq!(said, Unreadable::LongRow(1));
}

#[test]
fn what_is_no_utf_8_is_read_as_windows_1252_row_by_row() {
    let mut bytes = HEAD.as_bytes().to_vec();
    bytes.extend(b"a\xe9,agent,2026-03-02T09:00:00Z\nb,agent,2026-03-02T09:00:00Z\n");
    let read = csv_of(bytes.as_slice(), &Timing::default()).unwrap();
    assert_eq!((read.rows, read.refused, read.windows_1252), (2, 0, 1));
    assert_eq!(tickets(read)[0].id, "aé");
}

#[test]
fn a_last_line_that_was_cut_is_said() {
    let whole = format!("{HEAD}a,customer,2026-03-02 09:00:00\na,agent,2026-03-02 09:01:10\n");
    assert!(!csv(&whole).unwrap().is_unended);
    for cut in 1..24 {
        let read = csv(&whole[..whole.len() - cut]).unwrap();
        assert!(read.is_unended, "{cut}");
        let said = read.first_refused.last().is_some_and(|refused| {
            refused.why.to_string().contains("cut")
                || refused.why.to_string().contains("being written")
        });
        // Without the seconds, or with one digit of them, it is still a time: that is said of the file.
        assert!(said || read.rows == 2 && cut <= 4, "{cut}: {read:?}");
    }
    let row = r#"{"ticket":"a","at":"2026-03-02T09:00:00Z","message":{"author":"agent"}}"#;
    let read = log(&format!("{row}\n{}", &row[..40])).unwrap();
    assert!(
        read.is_unended && read.first_refused[0].why.to_string().contains("still being written")
    );
    assert_eq!(read.first_refused[0].line, 2);
}

#[test]
fn a_folder_without_room_is_named() {
    let options =
        || ReadOptions { memory: 0, folder: "/nowhere at all".into(), ..ReadOptions::default() };
    let text = format!("{HEAD}a,agent,2026-03-02T09:00:00Z\n");
    let said = Archive::csv(
        text.as_bytes(),
        &Columns::default(),
        &Authors::default(),
        &Timing::default(),
        options(),
    )
    .unwrap_err();
    assert!(
        said.to_string().contains("`/nowhere at all`") && said.to_string().contains("--scratch")
    );
}

#[test]
fn what_a_policy_did_then_is_left_out() {
    let read = log(concat!(
        r#"{"ticket":"a","at":"2026-03-02T09:00:00Z","facts":{"department":"ventas","tags":["x"]}}"#,
        "\n",
        r#"{"ticket":"a","at":"2026-03-02T09:00:00Z","message":{"author":"customer"}}"#,
        "\n",
        r#"{"ticket":"a","at":"2026-03-02T09:10:00Z","event":{"carried-out":{"cycle":1,"step":"reminder-1"}}}"#,
        "\n",
        r#"{"ticket":"a","at":"2026-03-02T09:15:00Z","event":{"closed":"inactivity"}}"#,
        "\n",
        r#"{"ticket":"a","at":"2026-03-02T09:16:00Z","event":{"closed":"agent"}}"#,
        "\n",
    ))
    .unwrap();
    assert_eq!((read.rows, read.done_then), (3, 2));
    assert_eq!(read.history.departments, ["ventas"]);
    let tickets = tickets(read);
    assert_eq!(tickets[0].department, Some(0));
    assert!(matches!(tickets[0].items[0], Item::Facts(_)) && tickets[0].items.len() == 3);
}

#[test]
fn the_wrong_column_is_said_before_it_fills_the_memory() {
    let head = "ticket,author,at,department\n";
    let departments: String = (0..10_001)
        .map(|number| format!("a,agent,2026-03-02T09:00:00Z,conversation {number}\n"))
        .collect();
    let said = csv(&format!("{head}{departments}")).unwrap_err();
    assert!(said.to_string().contains("--columns department=…"), "{said}");
    // Beside 4 KiB of rows in memory a megabyte of one ticket is much.
    let one: String = (0..100_000).map(|_| "a,agent,2026-03-02T09:00:00Z\n").collect();
    let text = format!("{HEAD}{one}");
    let options = ReadOptions { memory: 4_096, ..ReadOptions::default() };
    let (columns, authors) = (Columns::default(), Authors::default());
    let said = Archive::csv(text.as_bytes(), &columns, &authors, &Timing::default(), options);
    assert!(said.unwrap_err().to_string().contains("--columns ticket=…"));
    assert_eq!(csv(&text).unwrap().rows, 100_000);
}
