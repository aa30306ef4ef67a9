//! Envelopes of every kind; the values are invented.

#![allow(dead_code, reason = "each suite uses some of them")]

use despertador_host::contract::QuickReply;
use despertador_lime::{Status, Ticket};

/// A customer's ticket that an agent has.
pub fn ticket() -> Ticket {
    Ticket {
        id: Some("t-1".into()),
        sequential_id: Some(7),
        customer_identity: Some("5511999990000@wa.gw.msging.net".into()),
        agent_identity: Some("ana%40acme.com@blip.ai".into()),
        status: Some(Status::Open),
        team: Some("Suporte".into()),
        ..Ticket::default()
    }
}

/// Two quick replies.
pub fn offered() -> Vec<QuickReply> {
    let reply = |id: &str, title: &str| QuickReply { id: id.into(), title: title.into() };
    vec![reply("continue", "Sigo aquí"), reply("resolve", "Ya está resuelto")]
}

pub const MESSAGES: &[&str] = &[
    r#"{"id":"m1","from":"5511999990000@wa.gw.msging.net/abc","to":"mybot@msging.net","pp":"a@b.example","type":"text/plain","content":"oi","metadata":{"#wa.timestamp":"1772442000","traceparent":"x"},"x-more":[1,{"a":null}]}"#,
    r#"{"to":"5511999990000@wa.gw.msging.net","type":"text/plain; charset=utf-8","content":"olá ñ 中 \u0000"}"#,
    r#"{"id":null,"type":"Text/Plain","content":""}"#,
    r#"{"id":"m2","from":"1@0mn.io","type":"application/vnd.lime.media-link+json","content":{"title":"Perro","text":"mi perro","type":"image/jpeg","uri":"https://example.com/p.jpg","aspectRatio":"1:1","size":227791,"previewUri":"https://example.com/s.jpg","previewType":"image/jpeg","authorizationRealm":"blip"}}"#,
    r#"{"id":"m3","from":"1@0mn.io","type":"application/vnd.lime.media-link+json","content":{"type":"audio/ogg","uri":"https://example.com/a.ogg","size":1.5},"metadata":{"#wa.voice":"true"}}"#,
    r#"{"id":"m4","from":"1@0mn.io","type":"application/vnd.lime.media-link+json","content":{"type":"sticker/webp","uri":"https://example.com/s.webp"}}"#,
    r#"{"id":"m5","type":"application/vnd.lime.select+json","content":{"text":"¿Sigues ahí?","scope":"immediate","options":[{"order":1,"text":"Sí","type":"text/plain","value":"Sí","selected":true},{"text":"No","type":"application/json","value":{"a":1}}]}}"#,
    r#"{"id":"m6","type":"application/vnd.lime.select+json","content":{"scope":"forever","options":[],"header":null}}"#,
    r#"{"id":"m7","from":"1@wa.gw.msging.net","type":"application/vnd.lime.reply+json","content":{"replied":{"type":"text/plain","value":"Sí"},"inReplyTo":{"id":"m5","type":"application/vnd.lime.select+json","direction":"sent","value":{"text":"¿Sigues ahí?","options":[{"text":"Sí"}]}}}}"#,
    r#"{"id":"m8","from":"1@wa.gw.msging.net","type":"application/vnd.lime.reaction+json","content":{"emoji":{"values":[128077]},"inReactionTo":{"id":"m5","type":"text/plain","value":"a","direction":"sent"}}}"#,
    r#"{"id":"m9","from":"1@wa.gw.msging.net","type":"application/vnd.lime.location+json","content":{"latitude":-33.45,"longitude":-70,"altitude":520,"text":"Casa","accuracy":3}}"#,
    r#"{"id":"m10","from":"1@wa.gw.msging.net","type":"application/vnd.lime.contact+json","content":{"name":"Ana","phoneNumber":"+56 9 0000 0000","email":"ana@example.com","extras":{"rut":"1-9"},"gender":"female"}}"#,
    r#"{"from":"1@wa.gw.msging.net","type":"application/vnd.lime.chatstate+json","content":{"state":"composing","interval":1000}}"#,
    r#"{"from":"1@wa.gw.msging.net","type":"application/vnd.lime.chatstate+json","content":{"state":"dancing"}}"#,
    r#"{"id":"m11","from":"t-1@desk.msging.net","type":"application/vnd.iris.ticket+json","content":{"id":"t-1","sequentialId":7,"sequentialSuffix":"A","ownerIdentity":"mybot@msging.net","routingOwnerIdentity":"router@msging.net","customerIdentity":"5511999990000@wa.gw.msging.net","routingCustomerIdentity":"x@tunnel.msging.net","customerDomain":"wa.gw.msging.net","agentIdentity":"ana%40acme.com@blip.ai","provider":"Lime","status":"Open","storageDate":"2026-03-02T09:00:00.1234567Z","expirationDate":"2026-04-02T09:00:00Z","openDate":"2026-03-02T09:01:00-03:00","closeDate":"0001-01-01T00:00:00Z","statusDate":"2026-03-02T09:01:00.000Z","externalId":"9","rating":0,"team":"Suporte","unreadMessages":0,"queuePosition":1,"closed":false,"closedBy":"","tags":["vip"],"averageAgentResponseTime":"00:00:12","firstResponseDate":"2026-03-02T09:02:00Z","parentSequentialId":6,"customerInput":{"type":"text/plain","value":"oi"},"priority":3,"CampaignId":"c","isAutomaticDistribution":true,"distributionType":"RoundRobin","folderId":"f","standbyModeStart":"2026-03-02T10:00:00Z","metadata":{"a":"b"},"isNew":null}}"#,
    r#"{"id":"m12","type":"application/vnd.iris.ticket+json","content":{"id":"t-1","status":"Dancing","rating":null}}"#,
    r#"{"id":"m13","from":"5511999990000%40wa.gw.msging.net@desk.msging.net","to":"mybot@msging.net","type":"application/vnd.lime.redirect+json","content":{"context":{"type":"application/vnd.iris.ticket+json","value":{"id":"t-1","status":"ClosedClientInactivity","closed":true}}}}"#,
    r#"{"id":"m14","type":"application/vnd.lime.redirect+json","content":{"address":"other@msging.net","context":null,"via":"a"}}"#,
    r#"{"id":"m15","from":"mybot@msging.net","type":"application/vnd.blip-client.inputexpirationtime+json","content":{"identity":"5511999990000@wa.gw.msging.net","stateId":"b-1","currentSessionState":"s"}}"#,
    r#"{"id":"m16","from":"1@0mn.io","type":"application/vnd.lime.sensitive+json","content":{"type":"text/plain","value":"secreto"}}"#,
    r#"{"id":"m17","from":"1@0mn.io","type":"application/vnd.lime.container+json","content":{"type":"text/plain","value":"oi"}}"#,
    r#"{"id":"m18","to":"1@wa.gw.msging.net","type":"application/json","content":{"type":"template","template":{"name":"aviso","namespace":"n","language":{"code":"pt_BR","policy":"deterministic"},"components":[{"type":"body","parameters":[{"type":"text","text":"Ana"},{"type":"text","text":"10 min"}]}]}}}"#,
    r#"{"id":"m19","type":"application/json","content":{"type":"template","template":{"name":"aviso","language":{"code":"es"},"components":[{"type":"header","parameters":[]}]},"templateContent":{}}}"#,
    r#"{"id":"m20","type":"application/json","content":{"type":"template","template":{"language":{"policy":"deterministic"}}}}"#,
    r#"{"id":"m21","type":"application/json","content":{"choice":"continue"}}"#,
    r#"{"id":"m22","from":"1@0mn.io","type":"application/vnd.lime.deleted-content+json","content":null}"#,
    r#"{"id":"m23","from":"1@0mn.io","type":"application/vnd.example+json","content":[1,2.5,true]}"#,
];

pub const NOTIFICATIONS: &[&str] = &[
    r#"{"id":"m1","from":"1@wa.gw.msging.net","to":"mybot@msging.net","event":"consumed","metadata":{"a":"b"}}"#,
    r#"{"id":"despertador.t-1.1.reminder-1.message","from":"postmaster@wa.gw.msging.net/#gw","event":"failed","reason":{"code":42,"description":"x","scope":"gateway"}}"#,
    r#"{"id":"m1","event":"danced","extra":1}"#,
    r#"{"id":"m1","event":"deleted","reason":null}"#,
];

pub const COMMANDS: &[&str] = &[
    r#"{"id":"1","to":"postmaster@desk.msging.net","method":"set","uri":"/tickets/change-status","type":"application/vnd.iris.ticket+json","resource":{"id":"t-1","status":"ClosedClientInactivity"}}"#,
    r#"{"id":"1","from":"postmaster@desk.msging.net/#az","to":"mybot@msging.net","method":"set","status":"failure","reason":{"code":67,"description":"Resource not found"},"metadata":{}}"#,
    r#"{"id":"2","method":"get","uri":"/tickets?$filter=status%20eq%20%27Open%27"}"#,
    r#"{"method":"observe","uri":"/x","type":"application/vnd.lime.collection+json","resource":{"total":0,"itemType":"text/plain","items":[]}}"#,
    r#"{"id":"3","method":"dance","status":"perhaps","uri":"/x"}"#,
    r#"{"id":"4","to":"postmaster@crm.msging.net","method":"set","uri":"/contacts/a%40b.example/comments","type":"application/vnd.iris.crm.comment+json","resource":{"content":"nota","authorIdentity":"a","id":"1","storageDate":"2026-03-02T09:00:00Z"}}"#,
];

pub const OTHERS: &[&str] = &[
    r#"{"id":"s1","state":"established","from":"postmaster@msging.net/#a"}"#,
    r#"{"id":5,"from":"@@"}"#,
    "{}",
];
