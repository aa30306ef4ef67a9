//! `despertador connect test` against simulated platforms at ports of this machine, as a process.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that is wrong fails")]

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use despertador_connect::Reply;
use despertador_desk::runtime::{Clock as _, SystemClock};
use despertador_fakes::{FakeChatwoot, FakeWhatsapp, Serving, serve};
use serde_json::{Value, json};

const TOKEN: &str = "a-token";
const SECRET: &str = "the secret of the webhook";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("despertador-connect-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    fn test(&self, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_despertador"))
            .args(["connect", "test", "support", "--config", "desk.toml"])
            .args(more)
            .current_dir(&self.0)
            .output()
            .unwrap()
    }

    /// The exit code, and the codes of errors and warnings.
    fn found(&self) -> (i32, Vec<String>) {
        let output = self.test(&["--json"]);
        let said: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {output:?}"));
        let is_bad = |it: &&Value| it["severity"] == "error" || it["severity"] == "warning";
        let bad = said["checks"].as_array().unwrap().iter().filter(is_bad);
        let codes = bad.map(|it| it["code"].as_str().unwrap().to_owned()).collect();
        (output.status.code().unwrap(), codes)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _: std::io::Result<()> = std::fs::remove_dir_all(&self.0);
    }
}

/// A server of ours that accepts, or refuses, the signature of the ping.
fn own_server(status: u16) -> Serving {
    serve(move |_| Some(Reply { status, body: "{}".into(), ..Reply::default() })).unwrap()
}

/// A simulated Chatwoot, and settings for it.
fn chatwoot(folder: &Folder, own: &Serving) -> (Arc<Mutex<FakeChatwoot>>, Serving) {
    let fake = Arc::new(Mutex::new(FakeChatwoot::new(TOKEN, SECRET.as_bytes())));
    let answering = Arc::clone(&fake);
    let serving = serve(move |request| {
        let token = request.header("api_access_token");
        let now = SystemClock.now();
        answering.lock().unwrap().answer(now, token, &request.path, request.body.as_ref())
    })
    .unwrap();
    let settings = format!(
        "[accounts.acme]\n[connect.support]\nplatform = \"chatwoot\"\naccount = \"acme\"\n\
         base = \"{}\"\nchatwoot-account = 1\ntoken-file = \"token\"\nbot-token-file = \"token\"\n\
         secret-file = \"secret\"\npublic-address = \"{}\"\n",
        serving.base(),
        own.base()
    );
    folder.write("desk.toml", &settings);
    folder.write("token", TOKEN);
    folder.write("secret", SECRET);
    let events = [
        "message_created",
        "message_updated",
        "conversation_created",
        "conversation_updated",
        "conversation_status_changed",
    ];
    let url = format!("{}/v1/connect/acme/support", own.base());
    fake.lock().unwrap().webhooks =
        vec![json!({ "url": url, "subscriptions": events, "secret": SECRET })];
    (fake, serving)
}

#[test]
fn each_mistake_with_chatwoot_is_named() {
    let folder = Folder::new("chatwoot");
    let own = own_server(200);
    let (fake, _serving) = chatwoot(&folder, &own);
    assert_eq!(folder.found(), (0, vec![]));

    fake.lock().unwrap().auto_resolve_after = Some(60);
    assert_eq!(folder.found(), (0, vec!["second-closer".into()]), "a warning is no failure");
    fake.lock().unwrap().auto_resolve_after = None;

    fake.lock().unwrap().forbidden = vec!["toggle_status".into()];
    assert_eq!(folder.found(), (1, vec!["missing-right".into()]));
    fake.lock().unwrap().forbidden.clear();

    folder.write("secret", "an old secret of the webhook");
    assert_eq!(folder.found(), (1, vec!["wrong-secret".into()]));
    folder.write("secret", SECRET);

    folder.write("token", "a-revoked-token");
    assert_eq!(folder.found(), (1, vec!["wrong-token".into()]));
}

#[test]
fn a_server_with_another_secret_or_none_at_all_is_named() {
    let folder = Folder::new("server");
    let own = own_server(401);
    let (_fake, _serving) = chatwoot(&folder, &own);
    assert_eq!(folder.found(), (1, vec!["wrong-secret".into()]));
    drop(own);
    assert_eq!(folder.found(), (1, vec!["address-unreachable".into()]));
}

#[test]
fn results_are_said_in_three_languages() {
    let folder = Folder::new("languages");
    let own = own_server(200);
    let (fake, _serving) = chatwoot(&folder, &own);
    fake.lock().unwrap().auto_resolve_after = Some(60);
    for (language, words) in [
        ("en", "the platform closes conversations too"),
        ("es", "la plataforma también cierra conversaciones"),
        ("pt", "a plataforma também encerra conversas"),
    ] {
        let output = folder.test(&["--language", language]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn each_mistake_with_whatsapp_is_named() {
    let folder = Folder::new("whatsapp");
    let own = own_server(200);
    let fake = Arc::new(Mutex::new(FakeWhatsapp::new("106", TOKEN, SECRET.as_bytes())));
    let answering = Arc::clone(&fake);
    let serving = serve(move |request| {
        let token = request.header("authorization");
        let now = SystemClock.now();
        Some(answering.lock().unwrap().answer(now, token, &request.path, request.body.as_ref()))
    })
    .unwrap();
    let settings = format!(
        "[accounts.acme]\n[connect.support]\nplatform = \"whatsapp\"\naccount = \"acme\"\n\
         base = \"{}\"\nphone-number-id = \"106\"\nbusiness-account-id = \"102\"\n\
         token-file = \"token\"\napp-secret-file = \"secret\"\nverify-token-file = \"verify\"\n\
         public-address = \"{}\"\n",
        serving.base(),
        own.base()
    );
    folder.write("desk.toml", &settings);
    folder.write("token", TOKEN);
    folder.write("secret", SECRET);
    folder.write("verify", "a word");
    assert_eq!(folder.found(), (0, vec![]));
    folder.write("secret", "the secret of another app");
    assert_eq!(folder.found(), (1, vec!["wrong-secret".into()]));
    folder.write("secret", SECRET);
    fake.lock().unwrap().is_subscribed = false;
    assert_eq!(folder.found(), (1, vec!["webhook-missing".into()]));
    folder.write("token", "a-revoked-token");
    assert_eq!(folder.found(), (1, vec!["wrong-token".into()]));
}

#[test]
fn settings_that_cannot_be_used_are_wrong_usage() {
    let folder = Folder::new("settings");
    folder.write("desk.toml", "[accounts.acme]\n");
    let output = folder.test(&["--language", "en"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("[connect.support]"), "{said}");
}
