//! Exports and API answers of help desks, each cut down to what the vendor's documentation shows.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

use despertador_insight::{Archive, Platform, Read, ReadOptions, Timing};

fn dump(platform: Platform, text: &str) -> Read<Archive> {
    let (columns, authors) = (platform.columns(), platform.authors());
    let timing = Timing::default();
    Archive::dump(text.as_bytes(), platform, &columns, &authors, &timing, ReadOptions::default())
        .unwrap()
}

fn csv(platform: Platform, text: &str) -> Read<Archive> {
    let (columns, authors) = (platform.columns(), platform.authors());
    let timing = Timing::default();
    Archive::csv(text.as_bytes(), &columns, &authors, &timing, ReadOptions::default()).unwrap()
}

/// Each ticket with who wrote in it, in the order of time.
fn told(read: &Read<Archive>) -> Vec<String> {
    assert_eq!(read.first_refused, []);
    let history = read.history.history().unwrap();
    let mut told: Vec<String> = history
        .tickets
        .iter()
        .map(|ticket| {
            let who = |item: &despertador_insight::Item| {
                if item.is_of_the_customer() {
                    'c'
                } else if item.is_of_the_company() {
                    'a'
                } else {
                    'b'
                }
            };
            format!("{} {}", ticket.id, ticket.items.iter().map(who).collect::<String>())
        })
        .collect();
    told.sort();
    told
}

#[test]
fn zendesk_tickets_with_comments() {
    let ticket = r#"{"id":35436,"requester_id":20978392,"group_id":7,"created_at":"2026-03-02T09:00:00Z","comments":[
        {"id":1,"author_id":20978392,"public":true,"body":"Hola","created_at":"2026-03-02T09:00:00Z"},
        {"id":2,"author_id":123,"public":true,"body":"¿Sí?","created_at":"2026-03-02T09:05:00Z"},
        {"id":3,"author_id":123,"public":false,"body":"nota","created_at":"2026-03-02T09:06:00Z"}],
        "audits":[{"id":9,"author_id":123,"created_at":"2026-03-02T09:05:00Z","events":[]}]}"#;
    let lines = format!(
        "{}\n{}\n",
        ticket.replace('\n', ""),
        ticket.replace('\n', "").replace("35436", "35437")
    );
    let read = dump(Platform::Zendesk, &lines);
    assert_eq!(told(&read), ["35436 ca", "35437 ca"]);
    assert_eq!(
        (read.skipped, read.history.departments.as_slice()),
        (2, ["7".to_owned()].as_slice())
    );
    // The answer of the API, in pages.
    let page = r#"{"ticket_id":1,"requester_id":5,"comments":[{"id":1,"author_id":5,"public":true,"created_at":"2026-03-02T09:00:00Z"}],"next_page":null}"#;
    assert_eq!(told(&dump(Platform::Zendesk, page)), ["1 c"]);
    let table = "ticket_id,id,author_id,requester_id,public,created_at\n1,1,5,5,true,2026-03-02T09:00:00Z\n1,2,6,5,true,2026-03-02T09:01:00Z\n1,3,6,5,false,2026-03-02T09:02:00Z\n";
    assert_eq!(told(&csv(Platform::Zendesk, table)), ["1 ca"]);
    let table = "Ticket ID,Author Role,Created At,Public\n1,end-user,2026-03-02T09:00:00Z,true\n1,Admin,2026-03-02T09:01:00Z,true\n";
    assert_eq!(told(&csv(Platform::Zendesk, table)), ["1 ca"]);
}

#[test]
fn freshdesk_tickets_with_conversations() {
    let read = dump(
        Platform::Freshdesk,
        r#"[{"id":20,"requester_id":1,"group_id":3,"description_text":"Hola","created_at":"2026-03-02T09:00:00Z",
            "conversations":[
            {"id":11,"incoming":false,"private":false,"user_id":2,"ticket_id":20,"created_at":"2026-03-02T09:05:00Z"},
            {"id":12,"incoming":false,"private":true,"user_id":2,"ticket_id":20,"created_at":"2026-03-02T09:06:00Z"},
            {"id":13,"incoming":true,"private":false,"user_id":1,"ticket_id":20,"created_at":"2026-03-02T09:09:00Z"}]}]"#,
    );
    assert_eq!((told(&read), read.skipped), (vec!["20 cac".to_owned()], 1));
    let table = "ticket_id,id,incoming,private,created_at\n20,11,true,false,2026-03-02T09:00:00Z\n20,12,false,false,2026-03-02T09:01:00Z\n";
    assert_eq!(told(&csv(Platform::Freshdesk, table)), ["20 ca"]);
}

#[test]
fn intercom_conversations_with_parts() {
    let read = dump(
        Platform::Intercom,
        r#"{"type":"conversation","id":"147","created_at":1772442000,
            "source":{"type":"conversation","id":"s1","author":{"type":"user","id":"u"}},
            "contacts":{"type":"contact.list","contacts":[{"type":"contact","id":"u"}]},
            "conversation_parts":{"type":"conversation_part.list","conversation_parts":[
            {"type":"conversation_part","id":"1","part_type":"comment","created_at":1772442060,"author":{"type":"bot","id":"b"}},
            {"type":"conversation_part","id":"2","part_type":"assignment","created_at":1772442070,"author":{"type":"admin","id":"a"}},
            {"type":"conversation_part","id":"3","part_type":"comment","created_at":1772442300,"author":{"type":"admin","id":"a"}},
            {"type":"conversation_part","id":"4","part_type":"note","created_at":1772442310,"author":{"type":"admin","id":"a"}}]}}"#,
    );
    assert_eq!((told(&read), read.skipped), (vec!["147 cba".to_owned()], 2));
    let table = "conversation_id,part_type,author_type,created_at\n1,comment,user,1772442000\n1,comment,admin,1772442060\n1,note,admin,1772442061\n";
    assert_eq!(told(&csv(Platform::Intercom, table)), ["1 ca"]);
}

#[test]
fn chatwoot_messages() {
    let read = dump(
        Platform::Chatwoot,
        r#"{"meta":{"labels":[]},"payload":[
            {"id":1,"content":"Hola","message_type":0,"created_at":1772442000,"private":false,"conversation_id":33,"sender":{"id":5,"type":"contact"}},
            {"id":2,"content":"Un momento","message_type":3,"created_at":1772442001,"private":false,"conversation_id":33},
            {"id":3,"content":"se asignó","message_type":2,"created_at":1772442010,"private":false,"conversation_id":33},
            {"id":4,"content":"¿Sí?","message_type":1,"created_at":1772442060,"private":false,"conversation_id":33,"sender":{"id":1,"type":"user"}},
            {"id":5,"content":"bot","message_type":1,"created_at":1772442061,"private":false,"conversation_id":33,"sender_type":"AgentBot"},
            {"id":6,"content":"nota","message_type":1,"created_at":1772442070,"private":true,"conversation_id":33,"sender":{"id":1,"type":"user"}},
            {"id":7,"content":"no llegó","message_type":1,"created_at":1772442080,"private":false,"status":"failed","conversation_id":33,"sender":{"id":1,"type":"user"}}]}"#,
    );
    assert_eq!((told(&read), read.skipped), (vec!["33 cbab".to_owned()], 3));
    let table = "conversation_id,id,message_type,sender_type,private,created_at\n33,1,0,Contact,f,2026-03-02 09:00:00 UTC\n33,2,1,User,f,2026-03-02 09:01:00.123 UTC\n33,3,2,,f,2026-03-02 09:02:00 UTC\n33,4,1,User,t,2026-03-02 09:03:00 UTC\n";
    assert_eq!(told(&csv(Platform::Chatwoot, table)), ["33 ca"]);
}

#[test]
fn hubspot_threads_with_messages() {
    let read = dump(
        Platform::HubSpot,
        r#"{"paging":{"next":{"after":""}},"results":[
            {"type":"MESSAGE","id":"m1","conversationsThreadId":"7","createdAt":"2026-03-02T09:00:00Z","direction":"INCOMING","createdBy":"V-1"},
            {"type":"MESSAGE","id":"m2","conversationsThreadId":"7","createdAt":"2026-03-02T09:05:00Z","direction":"OUTGOING","createdBy":"A-1"},
            {"type":"COMMENT","id":"m3","conversationsThreadId":"7","createdAt":"2026-03-02T09:06:00Z","direction":"OUTGOING","createdBy":"A-1"},
            {"type":"ASSIGNMENT","id":"m4","conversationsThreadId":"7","createdAt":"2026-03-02T09:07:00Z"}]}"#,
    );
    assert_eq!((told(&read), read.skipped), (vec!["7 ca".to_owned()], 1));
}

#[test]
fn zammad_articles() {
    let read = dump(
        Platform::Zammad,
        r#"[{"id":3,"ticket_id":4,"sender":"Customer","type":"email","internal":false,"created_at":"2026-03-02T09:00:00.000Z"},
            {"id":4,"ticket_id":4,"sender":"System","type":"email","internal":false,"created_at":"2026-03-02T09:00:01.000Z"},
            {"id":5,"ticket_id":4,"sender_id":1,"type_id":1,"internal":false,"created_at":"2026-03-02T09:05:00.000Z"},
            {"id":6,"ticket_id":4,"sender":"Agent","type":"note","internal":true,"created_at":"2026-03-02T09:06:00.000Z"}]"#,
    );
    assert_eq!((told(&read), read.skipped), (vec!["4 cba".to_owned()], 1));
}

#[test]
fn blip_messages_of_tickets() {
    let read = dump(
        Platform::Blip,
        r##"{"ticketId":"t1","resource":{"itemType":"application/vnd.iris.thread-message+json","items":[
            {"id":"1","direction":"received","type":"text/plain","content":"oi","date":"2026-03-02T09:00:00.000Z","metadata":{}},
            {"id":"2","direction":"sent","type":"text/plain","content":"Aguarde","date":"2026-03-02T09:00:01.000Z","metadata":{}},
            {"id":"3","direction":"sent","type":"text/plain","content":"olá","date":"2026-03-02T09:05:00.000Z","metadata":{"#messageEmitter":"Human"}},
            {"id":"4","direction":"sent","type":"application/vnd.iris.ticket+json","content":{},"date":"2026-03-02T09:05:01.000Z"}]}}"##,
    );
    assert_eq!((told(&read), read.skipped), (vec!["t1 cba".to_owned()], 1));
}

#[test]
fn what_is_no_json_is_said() {
    let platform = Platform::Zammad;
    let (columns, authors) = (platform.columns(), platform.authors());
    let read = |text: &str| {
        let timing = Timing::default();
        Archive::dump(
            text.as_bytes(),
            platform,
            &columns,
            &authors,
            &timing,
            ReadOptions::default(),
        )
    };
    assert!(read("[{").unwrap_err().to_string().contains("no JSON"));
    assert!(read("{}").unwrap_err().to_string().contains("export it again"));
    let cut = r#"{"id":3,"ticket_id":4,"sender":"Customer","internal":false,"created_at":"2026-03-02T09:00:00Z"}"#;
    let cut = read(&format!("\u{feff}{cut}\n{}", &cut[..30])).unwrap();
    assert_eq!((cut.rows, cut.refused), (1, 1));
    // Half an emoji and bytes of Windows cost no message.
    let half = r#"[{"id":3,"ticket_id":4,"sender":"Customer","internal":false,"body":"\ud83d",
        "created_at":"2026-03-02T09:00:00Z"}]"#;
    assert_eq!(read(half).unwrap().rows, 1);
}
