use super::*;
use despertador_contract::Zone;

fn csv(text: &str) -> Result<Read, Unreadable> {
    History::csv(text.as_bytes(), &Columns::default(), &Authors::default(), &Timing::default())
}

fn log(text: &str) -> Result<Read, Unreadable> {
    History::event_log(text.as_bytes(), &Timing::default())
}

/// Who wrote when in a ticket, in seconds since the first time given.
fn said(read: &Read, ticket: usize, since: &str) -> Vec<(i64, Who)> {
    let since = Timing::default().instant(since).expect("a time").0;
    read.history.tickets[ticket]
        .items
        .iter()
        .map(|item| match item {
            Item::Message { at, who } => (at.saturating_sub(since) / 1_000, *who),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn rows_are_gathered_by_ticket_and_put_in_order() {
    let read = csv("at,ticket,message,author,department\n\
         2026-03-02T09:05:00Z,b,3,agent,Ventas\n\
         2026-03-02T09:00:00Z,a,1,customer,Soporte\n\
         2026-03-02T09:02:00Z,a,2,Agente,\n\
         2026-03-02T09:01:00Z,a,4,cliente,Soporte\n\
         2026-03-02T09:01:00Z,a,4,cliente,Soporte\n")
    .expect("a history");
    assert_eq!((read.rows, read.moved, read.repeated, read.refused), (4, 1, 1, 0));
    assert_eq!(
        said(&read, 1, "2026-03-02T09:00:00Z"),
        [(0, Who::Customer), (60, Who::Customer), (120, Who::Agent)]
    );
    let history = &read.history;
    assert_eq!(history.department(&history.tickets[0]), Some("Ventas"));
    assert_eq!(history.department(&history.tickets[1]), Some("Soporte"));
    assert_eq!(history.items(), 4);
}

#[test]
fn times_are_read_as_they_are_written() {
    let at = |text: &str| Timing::default().instant(text).map(|(at, _)| at);
    let nine = at("2026-03-02T09:00:00Z").expect("a time");
    for text in [
        "2026-03-02T09:00:00.000Z",
        "2026-03-02T06:00:00-03:00",
        "2026-03-02 09:00:00",
        "2026-03-02 09:00",
        "2026/03/02 09:00:00",
        "Mon Mar 02 09:00:00 +0000 2026",
        "1772442000",
        "1772442000000",
        " 2026-03-02T09:00:00Z ",
        // PostgreSQL, Rails, Go, Java, JavaScript, Jira, e-mail.
        "2026-03-02 09:00:00+00",
        "2026-03-02 06:00:00-03",
        "2026-03-02 09:00:00.000+0000",
        "2026-03-02 09:00:00 UTC",
        "2026-03-02 06:00:00 -0300",
        "2026-03-02 09:00:00 +0000 UTC",
        "2026-03-02 06:00:00 -0300 -03",
        "2026-03-02T10:00:00+01:00[Europe/Madrid]",
        "2026-03-02 10:00:00 Europe/Madrid",
        "2026-03-02 04:00 America/Bogota",
        "Mon Mar 02 2026 06:00:00 GMT-0300 (hora estándar de Argentina)",
        "2026-03-02T09:00:00,000Z",
        "2026-03-02t09:00:00z",
        "Mon, 02 Mar 2026 09:00:00 GMT",
        "2 Mar 2026 09:00",
        "Mar 2, 2026 9:00 AM",
        "March 2, 2026 at 9:00 AM",
        "2 de marzo de 2026, 9:00 a. m.",
        "lun., 2 mar. 2026 09:00",
        "2-mar-2026 09:00",
        "2 de março de 2026 às 09:00",
        "2.3.2026 09:00",
        "2026.03.02 09:00",
        "1772442000.0",
        "1772442000,000",
        "1772442000000000",
    ] {
        assert_eq!(at(text), Ok(nine), "{text}");
    }
    // Which is the day and which the month nobody can tell: that must be said.
    for text in [
        "02/03/2026 09:00",
        "9 o'clock",
        "",
        "2026-02-30 09:00",
        "1969-12-31T00:00:00Z",
        "2026-03-02",
        "2026-03-02 9:0",
        "2026-03-02 09:00 Nowhere/City",
        "2026-03-02 09:00:00 BRT",
        "2026-03-02 13:00 p. m.",
        "2026-03-02 09:00:00.",
        "13/13/2026 09:00",
        "13/10/26 21:05",
        "1.772442E+12",
    ] {
        assert!(at(text).is_err(), "{text}: {:?}", at(text));
    }
    let said = |text: &str| at(text).expect_err("no time").why;
    assert!(
        said("02/03/2026 09:00").to_string().contains("%m/%d/%Y"),
        "{}",
        said("02/03/2026 09:00")
    );
    assert!(said("1.772442E+12").to_string().contains("spreadsheet"), "{}", said("1.772442E+12"));
    let given = Timing {
        format: Some("%d/%m/%Y %H:%M".into()),
        zone: Zone::fixed(-180).expect("an offset"),
        not_after: Some(nine),
        order: None,
    };
    assert_eq!(given.instant("02/03/2026 06:00"), Ok((nine, true)));
    assert!(
        given.instant("02/03/2026 06:01").expect_err("later").why.to_string().contains("future")
    );
    let given = Timing { format: Some("%d/%m/%Y %I:%M %p".into()), ..Timing::default() };
    for text in ["02/03/2026 9:00 a. m.", "02/03/2026 09:00 AM", "2/3/2026 9:00 a.\u{a0}m."] {
        assert_eq!(given.instant(text), Ok((nine, true)), "{text}");
    }
    let given = Timing { format: Some("%Y-%m-%d %H:%M %z".into()), ..Timing::default() };
    assert_eq!(given.instant("2026-03-02 06:00 -0300"), Ok((nine, false)));
}

#[test]
fn hours_of_half_a_day_are_read() {
    let at = |text: &str| Timing::default().instant(text).map(|(at, _)| at);
    let day = |text: &str| at(&format!("2026-10-13T{text}Z"));
    for (text, same) in [
        ("13/10/2026 9:05 p. m.", "21:05:00"),
        ("13/10/2026 9:05 p.m.", "21:05:00"),
        ("13/10/2026 9:05 PM", "21:05:00"),
        ("10/13/2026 9:05pm", "21:05:00"),
        ("13/10/2026 12:05 a. m.", "00:05:00"),
        ("13/10/2026, 12:05:30 p.\u{202f}m.", "12:05:30"),
        ("13/10/2026 9:05:30 a.\u{a0}m.", "09:05:30"),
        ("13/10/2026 21:05", "21:05:00"),
        ("13-10-2026 21:05:00.5", "21:05:00.5"),
    ] {
        assert_eq!(at(text), day(same), "{text}");
    }
}

#[test]
fn a_date_that_can_be_two_is_read_as_the_others_of_the_file() {
    let day = |read: &Read, row: usize| {
        let DayOrder::DayFirst = read.dialect.and_then(|d| d.day_order).expect("an order") else {
            return "month first".into();
        };
        Zone::UTC.show(read.history.tickets[0].items[row].at())
    };
    let first = csv("ticket,author,at\na,customer,02/03/2026 09:00\na,agent,13/03/2026 09:00\n");
    assert_eq!(day(&first.expect("read"), 0), "2026-03-02 09:00");
    let month = csv("ticket,author,at\na,customer,02/03/2026 09:00\na,agent,03/13/2026 09:00\n");
    assert_eq!(day(&month.expect("read"), 0), "month first");
    // Spanish writes the day first, and has a blank in `a. m.`
    let spanish = csv("ticket,author,at\na,customer,02/03/2026 9:00 a. m.\n").expect("read");
    assert_eq!(day(&spanish, 0), "2026-03-02 09:00");
    // Both in one file: nobody can tell.
    let both = csv("ticket,author,at\na,customer,02/03/2026 09:00\na,agent,13/03/2026 09:00\n\
         a,agent,03/13/2026 09:01\n")
    .expect("read");
    assert_eq!((both.rows, both.refused), (2, 1));
}

#[test]
fn tables_are_read_whatever_separates_their_cells_and_whatever_their_bytes() {
    for text in [
        "ticket;author;at;department\n1;cliente;2026-03-02 09:00:00;Atención\n",
        "ticket\tauthor\tat\tdepartment\n1\tcliente\t2026-03-02 09:00:00\tAtención\n",
        "ticket|author|at|department\n1|cliente|2026-03-02 09:00:00|Atención\n",
        "sep=;\r\nticket;author;at;department\r\n1;cliente;2026-03-02 09:00:00;Atención\r\n",
        "SEP=\t\nticket\tauthor\tat\tdepartment\n1\tcliente\t2026-03-02 09:00:00\tAtención\n",
        "\"a;b\",Ticket,Author,At,Department\n\"x;y\",1,cliente,2026-03-02 09:00:00,Atención\n",
        "\u{feff}ticket;author;at;department\n1;cliente;2026-03-02 09:00:00;Atención\n",
    ] {
        let utf_16 = |unit: fn(u16) -> [u8; 2]| {
            text.trim_start_matches('\u{feff}').encode_utf16().flat_map(unit)
        };
        let windows: Vec<u8> =
            text.trim_start_matches('\u{feff}').chars().map(|c| c as u8).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            windows,
            [0xff, 0xfe].into_iter().chain(utf_16(u16::to_le_bytes)).collect(),
            [0xfe, 0xff].into_iter().chain(utf_16(u16::to_be_bytes)).collect(),
        ] {
            let read = History::csv(
                bytes.as_slice(),
                &Columns::default(),
                &Authors::default(),
                &Timing::default(),
            );
            let read = read.unwrap_or_else(|error| panic!("{error}: {text}"));
            assert_eq!((read.rows, read.refused), (1, 0), "{text}");
            assert_eq!(read.history.departments, ["Atención"], "{text}");
            let is_windows = std::str::from_utf8(&bytes).is_err() && bytes[0] < 0xfe;
            assert_eq!(read.windows_1252, u64::from(is_windows), "{text}");
        }
    }
}

#[test]
fn private_notes_and_rows_to_skip_are_left_out() {
    let notes = |column: &str, values: [&str; 3]| {
        let rows: String =
            values.iter().map(|value| format!("a,agent,2026-03-02T09:00:00Z,{value}\n")).collect();
        csv(&format!("ticket,author,at,{column}\na,customer,2026-03-02T08:00:00Z,\n{rows}"))
    };
    for values in
        [["true", "false", ""], ["t", "f", "0"], ["Sí", "No", "no"], ["private", "public", ""]]
    {
        let read = notes("private", values).expect("read");
        assert_eq!((read.rows, read.skipped, read.refused), (3, 1, 0), "{values:?}");
    }
    for values in [["false", "true", "1"], ["private", "public", "sim"]] {
        let read = notes("public", values).expect("read");
        assert_eq!((read.rows, read.skipped, read.refused), (3, 1, 0), "{values:?}");
    }
    let read = notes("private", ["perhaps", "perhaps", "no"]).expect("read");
    assert_eq!((read.rows, read.refused, read.first_refused.len()), (2, 2, 1));
    assert!(read.first_refused[0].why.to_string().contains("--skip"), "{:?}", read.first_refused);

    let skip = |values: &[&str]| Skip {
        column: "kind".into(),
        values: values.iter().map(|value| (*value).into()).collect(),
        others: false,
        is_asked_for: true,
    };
    let text = "ticket,author,at,kind\na,customer,2026-03-02T08:00:00Z,reply\na,agent,2026-03-02T09:00:00Z,Note\n";
    let of = |columns: Columns| {
        History::csv(text.as_bytes(), &columns, &Authors::default(), &Timing::default())
    };
    let read = of(Columns::default().skip(skip(&["note"]))).expect("read");
    assert_eq!((read.rows, read.skipped), (1, 1));
    let wrong = Skip { column: "sort".into(), ..skip(&[]) };
    assert!(matches!(of(Columns::default().skip(wrong)), Err(Unreadable::NoColumn { .. })));
}

#[test]
fn ids_that_a_spreadsheet_has_rounded_are_noticed() {
    let said =
        csv("ticket,author,at\n1.23457E+15,customer,2026-03-02T09:00:00Z\n").expect_err("no row");
    assert!(said.to_string().contains("rounded by a spreadsheet"), "{said}");
    // Without its id a message is not taken for a repeated one.
    let read = csv("ticket;author;at;message;customer\n\
         a;customer;2026-03-02T09:00:00Z;1,23457E+15;5,5E+12\n\
         a;agent;2026-03-02T09:01:00Z;1,23457E+15;5,5E+12\n")
    .expect("read");
    assert_eq!((read.rows, read.repeated, read.rounded_ids), (2, 0, 4));
    assert_eq!(read.history.tickets[0].customer, None);
    let cut = |ids: [&str; 2]| {
        let rows: String =
            ids.iter().map(|id| format!("{id},customer,2026-03-02T09:00:00Z\n")).collect();
        csv(&format!("ticket,author,at\n{rows}")).expect("read").cut_ids
    };
    assert_eq!(cut(["123456789012345000", "123456789012346000"]), 2);
    assert_eq!(cut(["123456789012345000", "123456789012346001"]), 0);
    assert_eq!(cut(["123456", "7"]), 0);
}

#[test]
fn a_fault_is_told_once_with_a_count() {
    let rows: String = (10..60)
        .map(|minute| format!("a,agent,at {minute}\na,robot,2026-03-02T09:{minute}:00Z\n"))
        .collect();
    let read =
        csv(&format!("ticket,author,at\na,customer,2026-03-02T09:00:00Z\n{rows}")).expect("read");
    let listed: Vec<(u64, u64)> = read.first_refused.iter().map(|r| (r.line, r.rows)).collect();
    assert_eq!((read.refused, listed), (100, vec![(3, 50), (4, 50)]));
}

#[test]
fn rows_that_cannot_be_read_are_counted_and_shown_with_their_line() {
    let read = csv("ticket,author,at\n\
         a,customer,2026-03-02T09:00:00Z\n\
         a,nobody knows,2026-03-02T09:01:00Z\n\
         a,agent,later\n\
         ,agent,2026-03-02T09:01:00Z\n\
         a,agent\n\
         \"a\nb\",agent,2026-03-02T09:01:00Z\n\
         a,agent,2026-03-02T09:02:00Z\n")
    .expect("a history");
    assert_eq!((read.rows, read.refused), (3, 4));
    let lines: Vec<u64> = read.first_refused.iter().map(|refused| refused.line).collect();
    assert_eq!(lines, [3, 4, 5, 6]);
    assert!(
        read.first_refused[0].why.to_string().contains("--authors"),
        "{:?}",
        read.first_refused[0]
    );
    assert!(
        read.first_refused[1].why.to_string().contains("--time-format"),
        "{:?}",
        read.first_refused[1]
    );
}

#[test]
fn files_of_which_nothing_can_be_read_say_why() {
    assert_eq!(csv("").expect_err("empty"), Unreadable::Empty);
    assert_eq!(csv("ticket,author,at\n").expect_err("empty"), Unreadable::Empty);
    let missing = csv("id,who,when\n1,customer,2026-03-02T09:00:00Z\n").expect_err("no columns");
    assert!(
        matches!(missing, Unreadable::NoColumn { what: "ticket", ref found, .. } if found.len() == 3)
    );
    assert!(missing.to_string().contains("`--columns ticket=…`"));
    let none = csv("ticket,author,at\na,customer,never\n").expect_err("no row");
    assert!(matches!(none, Unreadable::NoRow { first: Refused { line: 2, .. } }));
    assert_eq!(log("").expect_err("empty"), Unreadable::Empty);
    assert!(matches!(log("no json\n"), Err(Unreadable::NoRow { .. })));
}

#[test]
fn columns_and_authors_can_be_named() {
    let columns = Columns::default()
        .with(Column::Ticket, "conversation")
        .with(Column::Author, "sender")
        .with(Column::At, "created")
        .with(Column::Department, "team");
    let mut authors = Authors::default();
    authors.set("Kunde", Some(Who::Customer));
    authors.set("Notiz", None);
    let text = "Conversation,Sender,Created,Team\nx,kunde,1772442000,A\nx,notiz,1772442001,A\n";
    let read = History::csv(text.as_bytes(), &columns, &authors, &Timing::default()).expect("read");
    assert_eq!((read.rows, read.skipped, read.refused), (1, 1, 0));
    assert_eq!(read.history.departments, ["A"]);
    let wrong = columns.with(Column::Department, "group");
    let refused = History::csv(text.as_bytes(), &wrong, &authors, &Timing::default());
    assert!(matches!(refused, Err(Unreadable::NoColumn { what: "department", .. })));
}

#[test]
fn event_logs_have_messages_and_events() {
    let read = log(concat!(
        r#"{"ticket":"a","at":"2026-03-02T09:00:00Z","facts":{"department":"soporte"},"message":{"author":"customer"}}"#,
        "\n\n",
        r#"{"ticket":"a","at":"2026-03-02T09:02:00Z","id":"h","event":"held"}"#,
        "\n",
        r#"{"ticket":"a","at":"2026-03-02T09:02:00Z","id":"h","event":"held"}"#,
        "\n",
        r#"{"ticket":"a","at":"2026-03-02T09:01:00Z","message":{"author":"agent","text":"Hola"}}"#,
        "\n{}\n",
    ))
    .expect("a history");
    assert_eq!((read.rows, read.moved, read.repeated, read.refused), (3, 1, 1, 1));
    let ticket = &read.history.tickets[0];
    assert_eq!(read.history.department(ticket), Some("soporte"));
    assert!(ticket.items[0].is_of_the_customer());
    assert_eq!(ticket.items[0].facts().expect("facts")["department"], "soporte");
    assert!(matches!(ticket.items[1], Item::Call(_)) && ticket.items[1].is_of_the_company());
    assert!(
        matches!(&ticket.items[2], Item::Call(call) if matches!(call.as_ref(), Call::Event(_)))
    );
}
