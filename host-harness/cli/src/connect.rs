//! `despertador connect`

use std::sync::Arc;
use std::time::Duration;

use despertador_connect::check::{self, Check, Severity};
use despertador_desk::runtime::{Clock, SystemClock};
use despertador_desk::sink::Http;
use despertador_server::{Connected, Settings, connected, webhook_address};
use serde_json::{Value, json};

use crate::arguments::ConnectTestArguments;
use crate::language::{Language, tr};
use crate::paint::{GREEN, RED, YELLOW, paint};
use crate::table::{Side, columns, counted};
use crate::{Ended, Unusable, source};

pub(crate) mod demo;

/// How long our own server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Tests a platform of the settings.
pub(crate) fn test(arguments: &ConnectTestArguments, as_json: bool) -> Result<Ended, Unusable> {
    let file = &arguments.config;
    std::fs::metadata(file).map_err(|error| source::unreadable(file, &error))?;
    let settings = Settings::read(file)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let name = &arguments.name;
    let address = webhook_address(&settings, name);
    let now = clock.now();
    let mut checks = match connected(&settings, name, &clock)? {
        Connected::Platform(connector) => {
            let http = Http::new(TIMEOUT, Arc::clone(&clock));
            check::test(&connector, address.as_deref(), &http, now)
        }
        Connected::Exit(exit) => exit.test(now),
    };
    checks.sort_by_key(|check| check.code.severity());
    if as_json {
        let all: Vec<Value> = checks.iter().map(as_value).collect();
        anstream::println!("{:#}", json!({ "name": name, "checks": all }));
    } else {
        print(&checks);
    }
    let errors = count(&checks, Severity::Error);
    Ok(if errors == 0 { Ended::Well } else { Ended::WithFindings })
}

fn count(checks: &[Check], severity: Severity) -> u64 {
    let same = checks.iter().filter(|check| check.code.severity() == severity).count();
    u64::try_from(same).unwrap_or(u64::MAX)
}

fn as_value(check: &Check) -> Value {
    let mut value = json!({ "code": check.code.word(), "severity": check.code.severity().word(),
        "values": check.values });
    if let Value::Object(members) = &mut value {
        for language in despertador_contract::Language::ALL {
            let said = json!({ "text": check.text(language), "help": check.help(language) });
            members.insert(language.tag().to_owned(), said);
        }
    }
    value
}

fn print(checks: &[Check]) {
    let language = Language::chosen().of_page();
    let mut rows = Vec::new();
    for check in checks {
        let (style, word) = match check.code.severity() {
            Severity::Error => (RED, tr!("error", "error", "erro")),
            Severity::Warning => (YELLOW, tr!("warning", "advertencia", "aviso")),
            Severity::Note => (YELLOW, tr!("note", "nota", "nota")),
            Severity::Good => (GREEN, tr!("good", "bien", "bem")),
        };
        let code = check.code.word().to_owned();
        rows.push(vec![paint(style, word), code, check.text(language)]);
        let help = check.help(language);
        if !help.is_empty() {
            rows.push(vec![String::new(), String::new(), format!("→ {help}")]);
        }
    }
    for line in columns(&[Side::Left, Side::Left, Side::Left], &rows) {
        anstream::println!("{line}");
    }
    let errors = count(checks, Severity::Error);
    let one = tr!("error", "error", "erro");
    let errors = counted(errors, &one, &tr!("errors", "errores", "erros"));
    let warnings = count(checks, Severity::Warning);
    let one = tr!("warning", "advertencia", "aviso");
    let warnings = counted(warnings, &one, &tr!("warnings", "advertencias", "avisos"));
    anstream::println!("{errors}, {warnings}");
}
