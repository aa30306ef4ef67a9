use super::*;

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
            Item::Said { at, who } => (at.saturating_sub(since) / 1_000, *who),
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
    ] {
        assert_eq!(at(text), Ok(nine), "{text}");
    }
    // Which is the day and which the month nobody can tell: that must be said.
    for text in ["02/03/2026 09:00", "9 o'clock", "", "2026-02-30 09:00", "1969-12-31T00:00:00Z"] {
        assert!(at(text).is_err(), "{text}");
    }
    let given =
        Timing { format: Some("%d/%m/%Y %H:%M".into()), utc_offset: -180, not_after: Some(nine) };
    assert_eq!(given.instant("02/03/2026 06:00"), Ok((nine, true)));
    assert!(given.instant("02/03/2026 06:01").expect_err("later").contains("future"));
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
    assert!(read.first_refused[0].why.contains("--authors"), "{:?}", read.first_refused[0]);
    assert!(read.first_refused[1].why.contains("--time-format"), "{:?}", read.first_refused[1]);
    let broken =
        b"ticket,author,at\n\xff\xfe,agent,2026-03-02T09:01:00Z\na,agent,2026-03-02T09:01:00Z\n";
    let read = History::csv(
        broken.as_slice(),
        &Columns::default(),
        &Authors::default(),
        &Timing::default(),
    )
    .expect("a history");
    assert_eq!((read.rows, read.refused), (1, 1));
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
    let columns = Columns {
        ticket: "conversation".into(),
        author: "sender".into(),
        at: "created".into(),
        department: Some("team".into()),
        message: None,
        customer: None,
    };
    let mut authors = Authors::default();
    authors.set("Kunde", Some(Who::Customer));
    authors.set("Notiz", None);
    let text = "Conversation,Sender,Created,Team\nx,kunde,1772442000,A\nx,notiz,1772442001,A\n";
    let read = History::csv(text.as_bytes(), &columns, &authors, &Timing::default()).expect("read");
    assert_eq!((read.rows, read.refused, read.history.departments), (1, 0, vec!["A".to_owned()]));
    let wrong = Columns { department: Some("group".into()), ..columns };
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
    assert!(matches!(ticket.items[1], Item::Told(_)) && ticket.items[1].is_of_the_company());
    assert!(
        matches!(&ticket.items[2], Item::Told(call) if matches!(call.as_ref(), Call::Event(_)))
    );
}
