//! `despertador token`, `backup`, `move` and `forget`: a desk's stores.

use despertador_component::COMPONENT;
use despertador_contract::clock_face::show_rfc3339;
use despertador_desk::journal::Counts;
use despertador_desk::runtime::{Clock as _, SystemClock};
use despertador_desk::store::{AnyStore, Location, Moved, OpenOptions, Sqlite};
use despertador_desk::{Desk, Forgotten, Options};
use despertador_host::Host;
use despertador_server::{NewToken, Scope};
use serde_json::{Value, json};

use crate::arguments::{
    BackupArguments, ForgetArguments, MoveArguments, TokenArguments, TokenCommand,
};
use crate::language::{Language, tr};
use crate::table::{Side, columns, counted, thousands};
use crate::{Ended, Unusable, progress, source};

/// The name in the audit for changes from the command line.
const AUDIT_NAME: &str = "command line";

/// Opens a desk that no other process has open.
fn open(desk: &Location, make: bool) -> Result<Desk<AnyStore>, Unusable> {
    if !make && !desk.may_exist() {
        let file = desk;
        return Err(tr!(
            "there is no desk `{file}`; name it with --desk",
            "no hay ningún escritorio `{file}`; nómbrelo con --desk",
            "não há nenhum balcão `{file}`; indique-o com --desk"
        )
        .into());
    }
    let store = desk.open(OpenOptions::default()).map_err(|error| {
        let hint = if error.problem == despertador_desk::store::StoreProblem::InUse {
            tr!(
                "; of a running server ask over HTTP, or stop it first",
                "; a un servidor en marcha pregúntele por HTTP, o deténgalo antes",
                "; a um servidor em execução pergunte por HTTP, ou pare-o antes"
            )
        } else {
            String::new()
        };
        format!("{error}{hint}; {}", error.help())
    })?;
    let host = Host::new(despertador_host::Options::default()).map_err(|e| e.to_string())?;
    let plugin = host.load_bytes(COMPONENT).map_err(|error| error.to_string())?;
    Ok(Desk::open(store, plugin, Options::default()).map_err(|error| error.to_string())?)
}

/// Creates, lists and revokes tokens.
pub(crate) fn token(arguments: &TokenArguments, as_json: bool) -> Result<Ended, Unusable> {
    let now = SystemClock.now();
    match &arguments.what {
        TokenCommand::Create { name, scopes, accounts, desk } => {
            let scopes: Vec<Scope> = scopes.iter().flat_map(|given| given.0.clone()).collect();
            let new = NewToken::make(now, name, &scopes, accounts)?;
            open(&desk.desk, true)?
                .add_token(now, new.row, AUDIT_NAME)
                .map_err(|e| e.to_string())?;
            if as_json {
                anstream::println!("{:#}", json!({ "name": name, "token": new.secret }));
            } else {
                anstream::println!("{}", new.secret);
                let keep = tr!(
                    "Keep it: it is shown this once, and only its digest is kept.",
                    "Guárdelo: se muestra solo esta vez, y únicamente se conserva su resumen.",
                    "Guarde-o: é mostrado só desta vez, e apenas o seu resumo é guardado."
                );
                anstream::eprintln!("{keep}");
            }
        }
        TokenCommand::List { desk } => {
            let rows =
                open(&desk.desk, false)?.query_tokens().map_err(|error| error.to_string())?;
            let all: Vec<Value> = rows
                .iter()
                .map(|row| {
                    let scopes = row.scopes.as_deref().unwrap_or_default();
                    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
                    json!({
                        "name": row.name, "scopes": scopes, "accounts": row.accounts.as_ref().ok(),
                        "made": show_rfc3339(row.at), "revoked": row.revoked.map(show_rfc3339),
                    })
                })
                .collect();
            if as_json {
                anstream::println!("{:#}", Value::Array(all));
            } else {
                let lines: Vec<Vec<String>> = rows
                    .iter()
                    .map(|row| {
                        let state = row.revoked.map_or_else(
                            || {
                                let at = show_rfc3339(row.at);
                                tr!("made {at}", "creado {at}", "criado {at}")
                            },
                            |at| {
                                let at = show_rfc3339(at);
                                tr!("revoked {at}", "revocado {at}", "revogado {at}")
                            },
                        );
                        let accounts = match &row.accounts {
                            Ok(accounts) => json!(accounts).to_string(),
                            Err(error) => error.to_string(),
                        };
                        vec![row.name.clone(), accounts, row.scopes_text(), state]
                    })
                    .collect();
                for line in columns(&[Side::Left; 4], &lines) {
                    anstream::println!("{line}");
                }
            }
        }
        TokenCommand::Revoke { name, desk } => {
            let done = open(&desk.desk, false)?
                .revoke_token(now, name, AUDIT_NAME)
                .map_err(|e| e.to_string())?;
            if !done {
                return Err(tr!(
                    "no token `{name}` is in use",
                    "no hay ningún token `{name}` en uso",
                    "não há nenhum token `{name}` em uso"
                )
                .into());
            }
            if as_json {
                anstream::println!("{:#}", json!({ "revoked": name }));
            } else {
                let said = tr!(
                    "{name} is of no use any more",
                    "{name} ya no sirve",
                    "{name} não serve mais"
                );
                anstream::println!("{said}");
            }
        }
    }
    Ok(Ended::Well)
}

/// Copies a desk's file.
pub(crate) fn backup(arguments: &BackupArguments, as_json: bool) -> Result<Ended, Unusable> {
    let bar = progress::of_pages();
    let copied = Sqlite::copy(&arguments.desk, &arguments.to, |left, all| {
        bar.set_length(all);
        bar.set_position(all.saturating_sub(left));
    });
    bar.finish_and_clear();
    copied.map_err(|error| format!("{error}; {}", error.help()))?;
    let bytes = std::fs::metadata(&arguments.to).map_or(0, |data| data.len());
    crate::written::say(&arguments.to, as_json, json!({ "bytes": bytes }));
    Ok(Ended::Well)
}

/// Moves a desk to another store.
pub(crate) fn move_desk(arguments: &MoveArguments, as_json: bool) -> Result<Ended, Unusable> {
    let MoveArguments { from, to } = arguments;
    let moved = despertador_desk::store::move_desk(from, to).map_err(|error| error.to_string())?;
    let Moved { journal: Counts { policies, tickets, entries }, digest, rows } = moved;
    if as_json {
        let journal = json!({ "policies": policies, "tickets": tickets, "entries": entries });
        let (from, to) = (from.to_string(), to.to_string());
        let said = json!({
            "from": from, "to": to, "journal": journal, "digest": digest, "rows": rows,
        });
        anstream::println!("{said:#}");
        return Ok(Ended::Well);
    }
    let [policies, tickets, entries] = [policies, tickets, entries].map(thousands);
    let said = tr!(
        "moved to {to}: policies {policies}, tickets {tickets}, entries {entries}",
        "movido a {to}: políticas {policies}, tickets {tickets}, entradas {entries}",
        "movido para {to}: políticas {policies}, tickets {tickets}, entradas {entries}"
    );
    anstream::println!("{said}");
    let same = tr!(
        "the journals of both have the digest {digest}",
        "los diarios de ambos tienen el resumen {digest}",
        "os diários de ambos têm o resumo {digest}"
    );
    anstream::println!("{same}");
    let next = tr!(
        "Start the desk with --desk {to}, and then delete {from}: both must not run.",
        "Inicie el escritorio con --desk {to} y después borre {from}: no deben funcionar los dos.",
        "Inicie o balcão com --desk {to} e depois apague {from}: os dois não devem funcionar."
    );
    anstream::eprintln!("{next}");
    Ok(Ended::Well)
}

/// Deletes all data of a customer.
pub(crate) fn forget(arguments: &ForgetArguments, as_json: bool) -> Result<Ended, Unusable> {
    let ForgetArguments { customer, account, desk, server, token_file } = arguments;
    let forgotten = match (server, token_file) {
        (Some(server), Some(token)) => {
            ask_server(server, &source::read(token)?, account, customer)?
        }
        _ => open(&desk.desk, false)?
            .forget_customer(SystemClock.now(), account, customer, AUDIT_NAME)
            .map_err(|error| error.to_string())?,
    };
    let Forgotten { tickets, is_purged, backups } = forgotten;
    if as_json {
        let said = json!({ "tickets": tickets, "done": is_purged, "backups": backups });
        anstream::println!("{said:#}");
        return Ok(Ended::Well);
    }
    let deleted = counted(
        tickets,
        &tr!("ticket deleted", "ticket borrado", "ticket apagado"),
        &tr!("tickets deleted", "tickets borrados", "tickets apagados"),
    );
    anstream::println!("{deleted}");
    if !is_purged {
        let still = tr!(
            "the log still has them while somebody reads the file; it is emptied then",
            "el registro aún los tiene mientras alguien lee el archivo; después se vacía",
            "o registro ainda os tem enquanto alguém lê o arquivo; depois é esvaziado"
        );
        anstream::eprintln!("{still}");
    }
    for backup in backups {
        let keeps = tr!(
            "`{backup}` keeps what it has; delete it, or forget in it too",
            "`{backup}` conserva lo que tiene; bórrelo, u olvide también en él",
            "`{backup}` mantém o que tem; apague-o, ou esqueça nele também"
        );
        anstream::eprintln!("{keeps}");
    }
    Ok(Ended::Well)
}

fn ask_server(
    server: &str,
    token: &str,
    account: &str,
    customer: &str,
) -> Result<Forgotten, Unusable> {
    let base = server.trim_end_matches('/');
    let url = format!("{base}/v1/accounts/{}/customers/{}", escape(account), escape(customer));
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder().http_status_as_error(false).build(),
    );
    let failed = |error: ureq::Error| {
        tr!(
            "`{server}` does not answer: {error}",
            "`{server}` no responde: {error}",
            "`{server}` não responde: {error}"
        )
    };
    let mut answer = agent
        .delete(&url)
        .header("Accept-Language", Language::chosen().word())
        .header("Authorization", format!("Bearer {}", token.trim()))
        .call()
        .map_err(failed)?;
    let text = answer.body_mut().read_to_string().map_err(failed)?;
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    match value.get("tickets").and_then(Value::as_u64) {
        Some(tickets) => {
            let names = value.get("backups").and_then(Value::as_array).into_iter().flatten();
            Ok(Forgotten {
                tickets,
                is_purged: value.get("done").and_then(Value::as_bool) != Some(false),
                backups: names.filter_map(Value::as_str).map(str::to_owned).collect(),
            })
        }
        None => {
            let said = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
            let (title, detail) = (said("title"), said("detail"));
            Err(tr!(
                "the server answered {status}: {title}: {detail}",
                "el servidor respondió {status}: {title}: {detail}",
                "o servidor respondeu {status}: {title}: {detail}",
                status = answer.status()
            )
            .into())
        }
    }
}

/// Escapes a name for a path.
fn escape(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
