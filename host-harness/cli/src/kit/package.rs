//! `despertador plugin keygen`, `pack`, `verify` and `pull`: plugins that travel.

use std::fs;
use std::path::{Path, PathBuf};

use despertador_host::{Refusal, Sha256, inspect_bytes};
use despertador_package::files::{self, Files};
use despertador_package::{Contents, Package, SigningKey};
use serde_json::{Value, json};

use super::project::{self, Project};
use super::{
    KeygenArguments, PackArguments, PackageArguments, PullArguments, VerifyArguments, build,
};
use crate::language::tr;
use crate::paint::{BOLD, DIM, GREEN, RED, YELLOW, paint};
use crate::table::{Side, columns, thousands};
use crate::{Ended, Unusable, packaged, plugin, source, written};

const TITLE: &str = "org.opencontainers.image.title";
const PLUGIN_VERSION: &str = "org.opencontainers.image.version";
/// The limits that the author raised, for those who run the plugin.
const LIMITS: &str = "despertador.limits";
/// Largest component that is taken out of a package, in bytes; it is not run.
const COMPONENT_BYTES_MAX: u64 = 256 << 20;

/// Writes a new pair of keys.
pub(super) fn keygen(arguments: &KeygenArguments, json: bool) -> Result<Ended, Unusable> {
    let ending = |ending: &str| {
        let mut name = arguments.name.clone().into_os_string();
        name.push(ending);
        PathBuf::from(name)
    };
    let (private, public) = (ending(".key"), ending(".pub"));
    // A key that exists has signed something, and is never overwritten.
    for file in [&private, &public] {
        if file.exists() {
            return Err(key_exists(file));
        }
    }
    let key = SigningKey::generate().map_err(|error| error.to_string())?;
    write_private(&private, &key.to_pem())?;
    written::write(&public, key.public().to_pem(), false)?;
    let fingerprint = key.public().fingerprint();
    let (private, public) = (private.display().to_string(), public.display().to_string());
    if json {
        let found = json!({ "private": private, "public": public, "fingerprint": fingerprint });
        anstream::println!("{found:#}");
        return Ok(Ended::Well);
    }
    anstream::println!(
        "{}",
        tr!(
            "{private} signs packages: nobody else may have it\n{public} verifies them: give it to those \
             who run your plugins\n{fingerprint}",
            "{private} firma paquetes: nadie más debe tenerla\n{public} los verifica: entréguela a quienes \
             ejecutan sus plugins\n{fingerprint}",
            "{private} assina pacotes: ninguém mais deve tê-la\n{public} os verifica: entregue-a a quem \
             executa seus plugins\n{fingerprint}",
        )
    );
    Ok(Ended::Well)
}

fn key_exists(file: &Path) -> Unusable {
    tr!(
        "there is a key `{file}` already; name another",
        "ya hay una clave `{file}`; indique otro nombre",
        "já há uma chave `{file}`; indique outro nome",
        file = file.display(),
    )
    .into()
}

/// A file that only its owner can read.
fn write_private(file: &Path, text: &str) -> Result<(), Unusable> {
    use std::io::Write as _;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut open = options.open(file).map_err(|error| written::unwritable(file, &error))?;
    open.write_all(text.as_bytes()).map_err(|error| written::unwritable(file, &error))
}

/// What is packed, and what is known of it.
struct Subject {
    bytes: Vec<u8>,
    output: PathBuf,
    limits: despertador_host::Limits,
    raised: Vec<(String, String)>,
}

/// Packs a plugin that a host would load.
pub(super) fn pack(arguments: &PackArguments, json: bool) -> Result<Ended, Unusable> {
    let key = arguments.key.as_deref().map(signing_key).transpose()?;
    let Some(subject) = subject(arguments, json)? else { return Ok(Ended::WithFindings) };
    let host = plugin::host(subject.limits.clone())?;
    let loaded = host.load_bytes(&subject.bytes).map_err(|error| error.to_string())?;
    let described = loaded.describe();
    let tag = arguments.tag.as_deref().unwrap_or(&described.version);
    check_tag(tag)?;
    let mut contents = Contents::new(subject.bytes, tag)
        .exporting(loaded.exports().to_vec())
        .annotated(TITLE, &described.name)
        .annotated(PLUGIN_VERSION, &described.version);
    if !subject.raised.is_empty() {
        let raised = subject.raised.iter().map(|(name, value)| format!("{name}={value}"));
        contents = contents.annotated(LIMITS, raised.collect::<Vec<_>>().join(","));
    }
    let layout = contents.layout(key.as_ref());
    write_package(&subject.output, arguments.layout, &layout)?;
    let fingerprint = key.map(|key| key.public().fingerprint());
    say_packed(&subject.output, tag, &loaded.sha256(), fingerprint.as_deref(), json);
    Ok(Ended::Well)
}

/// Builds a project, or reads a component; nothing if it cannot be built, which was said.
fn subject(arguments: &PackArguments, json: bool) -> Result<Option<Subject>, Unusable> {
    let named = &arguments.plugin;
    let given = &arguments.limits.changed;
    if named.is_file() {
        let limits = plugin::limits(Some(named), &arguments.limits)?;
        let bytes = fs::read(named).map_err(|error| source::unreadable(named, &error))?;
        let ending = if arguments.layout { "oci" } else { "tar" };
        let output = arguments.output.clone().unwrap_or_else(|| named.with_extension(ending));
        return Ok(Some(Subject { bytes, output, limits, raised: given.clone() }));
    }
    let project = Project::read(named)?;
    let Some(bytes) = build::component_or_say(&project, json)? else { return Ok(None) };
    let output = arguments.output.clone().unwrap_or_else(|| project.package(arguments.layout));
    let limits = arguments.limits.over(project.limits.clone())?;
    let raised = [project.raised.as_slice(), given].concat();
    Ok(Some(Subject { bytes, output, limits, raised }))
}

/// A tag as OCI allows it.
fn check_tag(tag: &str) -> Result<(), Unusable> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_tag = tag.len() <= 128
        && tag.starts_with(is_word)
        && tag.chars().all(|c| is_word(c) || c == '.' || c == '-');
    if is_tag {
        return Ok(());
    }
    Err(tr!(
        "`{tag}` cannot be a tag; use letters, digits, `_`, `.` and `-`, at most 128, with --tag",
        "`{tag}` no puede ser una etiqueta; use letras, cifras, `_`, `.` y `-`, a lo más 128, con --tag",
        "`{tag}` não pode ser uma tag; use letras, algarismos, `_`, `.` e `-`, no máximo 128, com --tag",
    )
    .into())
}

fn signing_key(file: &Path) -> Result<SigningKey, Unusable> {
    let key = SigningKey::from_pem(&source::read(file)?);
    Ok(key.map_err(|error| format!("`{}`: {error}", file.display()))?)
}

/// Writes a package. An older one is replaced, a folder with anything else is not.
fn write_package(output: &Path, as_folder: bool, layout: &Files) -> Result<(), Unusable> {
    if !as_folder {
        return written::write(output, files::to_tar(layout), true);
    }
    let is_old = output.join("oci-layout").is_file();
    let is_empty = fs::read_dir(output).map_or(!output.exists(), |mut all| all.next().is_none());
    if !is_old && !is_empty {
        return Err(tr!(
            "`{output}` is there already and is no package; name another with --output",
            "`{output}` ya existe y no es un paquete; indique otro con --output",
            "`{output}` já existe e não é um pacote; indique outro com --output",
            output = output.display(),
        )
        .into());
    }
    if is_old {
        fs::remove_dir_all(output).map_err(|error| written::unwritable(output, &error))?;
    }
    files::write_folder(output, layout).map_err(|error| written::unwritable(output, &error))
}

fn say_packed(output: &Path, tag: &str, sha256: &Sha256, key: Option<&str>, json: bool) {
    let more = json!({ "tag": tag, "sha256": sha256.to_string(), "signed-with": key });
    written::say(output, json, more);
    if json {
        return;
    }
    anstream::println!("  sha256  {sha256}");
    match key {
        Some(key) => {
            let signed = tr!("signed with", "firmado con", "assinado com");
            anstream::println!("  {signed}  {key}");
        }
        None => {
            let unsigned = tr!(
                "not signed: sign with --key; `despertador plugin keygen` makes one",
                "sin firma: firme con --key; `despertador plugin keygen` crea una clave",
                "sem assinatura: assine com --key; `despertador plugin keygen` cria uma chave",
            );
            anstream::println!("  {}", paint(YELLOW, unsigned));
        }
    }
}

/// Whether a signature was checked, and with which key.
enum Signed {
    With(String),
    NotChecked,
}

/// A package that was opened, its component, and whether its signature was checked.
struct Opened {
    package: Package,
    component: Vec<u8>,
    signed: Signed,
}

/// Reads a package and checks everything that was asked for; the inner error is what is wrong with it.
fn open(arguments: &PackageArguments) -> Result<Result<Opened, String>, Unusable> {
    let path = &arguments.package;
    if !path.exists() && is_reference(path) {
        return Err(not_fetched(path));
    }
    fs::metadata(path).map_err(|error| source::unreadable(path, &error))?;
    let key = arguments.trust.public_key.as_deref().map(plugin::public_key).transpose()?;
    let checked = || {
        let package = Package::open(path, arguments.tag.as_deref())?;
        let component = package.component(COMPONENT_BYTES_MAX)?;
        let signed = match &key {
            Some(key) => package.verify(key).map(|()| Signed::With(key.fingerprint()))?,
            None => Signed::NotChecked,
        };
        Ok::<_, despertador_package::PackageError>(Opened { package, component, signed })
    };
    Ok(checked().map_err(|error| packaged::show(&error)).and_then(|opened| {
        let found = opened.package.sha256();
        match &arguments.trust.plugin_sha256 {
            Some(wanted) if wanted.to_string() != found => Err(tr!(
                "the component has the SHA-256 `{found}` and not `{wanted}`; do not use it unless its \
                 author confirms that digest",
                "el componente tiene el SHA-256 `{found}` y no `{wanted}`; no lo use si su autor no confirma \
                 ese resumen",
                "o componente tem o SHA-256 `{found}` e não `{wanted}`; não o use se seu autor não confirmar \
                 esse resumo",
            )),
            _ => Ok(opened),
        }
    }))
}

/// Whether a path looks like the name of something in a registry.
fn is_reference(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let host = text.split('/').next().unwrap_or_default();
    text.contains("://") || (text.contains('/') && host.contains('.') && !host.starts_with('.'))
}

fn not_fetched(path: &Path) -> Unusable {
    let reference = path.to_string_lossy();
    let reference = reference.split_once("://").map_or(&*reference, |(_, rest)| rest).to_owned();
    tr!(
        "there is no file `{path}`; fetch a package of a registry first: \
         `oras copy {reference} --to-oci-layout FOLDER`, then give the folder",
        "no hay ningún archivo `{path}`; traiga primero el paquete del registro: \
         `oras copy {reference} --to-oci-layout CARPETA`, y después indique la carpeta",
        "não há nenhum arquivo `{path}`; traga primeiro o pacote do registro: \
         `oras copy {reference} --to-oci-layout PASTA`, e depois indique a pasta",
        path = path.display(),
    )
    .into()
}

/// Says what a package is, or what is wrong with it.
pub(super) fn verify(arguments: &VerifyArguments, json: bool) -> Result<Ended, Unusable> {
    let opened = open(&arguments.package)?;
    let wrong = match &opened {
        Err(wrong) => Some(wrong.clone()),
        Ok(opened) => inspect_bytes(&opened.component).refusal.as_ref().map(refused),
    };
    if json {
        let facts = opened.as_ref().map_or(Value::Null, facts_json);
        let path = arguments.package.package.display().to_string();
        anstream::println!("{:#}", json!({ "package": path, "wrong": wrong, "found": facts }));
    } else {
        print(&arguments.package.package, opened.as_ref().ok(), wrong.as_deref());
    }
    Ok(if wrong.is_none() { Ended::Well } else { Ended::WithFindings })
}

fn refused(refusal: &Refusal) -> String {
    tr!(
        "a host would refuse the component, which {refusal}; ask its author for another: {help}",
        "un host rechazaría el componente: {refusal}; pida otro a su autor: {help}",
        "um host recusaria o componente: {refusal}; peça outro a seu autor: {help}",
        help = refusal.help(),
    )
}

fn facts_json(opened: &Opened) -> Value {
    let package = &opened.package;
    let signed_with = match &opened.signed {
        Signed::With(key) => Some(key.as_str()),
        Signed::NotChecked => None,
    };
    json!({
        "name": package.annotation(TITLE), "version": package.annotation(PLUGIN_VERSION),
        "tag": package.tag(), "digest": package.digest(), "sha256": package.sha256(),
        "size": opened.component.len(), "contract": inspect_bytes(&opened.component).contract,
        "limits": package.annotation(LIMITS), "signed-with": signed_with,
        "signatures": package.signers(),
    })
}

fn print(path: &Path, opened: Option<&Opened>, wrong: Option<&str>) {
    anstream::println!("{}", paint(BOLD, path.display()));
    if let Some(opened) = opened {
        for line in columns(&[Side::Left, Side::Left], &facts(opened)) {
            anstream::println!("  {line}");
        }
    }
    match (wrong, opened.map(|opened| &opened.signed)) {
        (Some(wrong), _) => anstream::println!("  {}", paint(RED, wrong)),
        (None, Some(Signed::With(_))) => {
            let good = tr!(
                "whole, and signed with the key that was given",
                "íntegro y firmado con la clave indicada",
                "íntegro e assinado com a chave indicada",
            );
            anstream::println!("  {}", paint(GREEN, good));
        }
        (None, _) => {
            let half = tr!(
                "whole; no signature was checked: give the author's key with --public-key",
                "íntegro; no se revisó ninguna firma: indique la clave del autor con --public-key",
                "íntegro; nenhuma assinatura foi verificada: indique a chave do autor com --public-key",
            );
            anstream::println!("  {}", paint(YELLOW, half));
        }
    }
}

fn facts(opened: &Opened) -> Vec<Vec<String>> {
    let package = &opened.package;
    let word = |name: &str| package.annotation(name).unwrap_or_default();
    let row = |name: String, value: String| vec![name, value];
    let size = u64::try_from(opened.component.len()).unwrap_or(u64::MAX);
    let contract = inspect_bytes(&opened.component).contract.unwrap_or_default();
    let mut rows = vec![
        row(tr!("name", "nombre", "nome"), format!("{} {}", word(TITLE), word(PLUGIN_VERSION))),
        row(tr!("tag", "etiqueta", "tag"), package.tag().into()),
        row(tr!("digest", "resumen", "resumo"), package.digest().into()),
        row("sha256".into(), package.sha256().into()),
        row(tr!("size", "tamaño", "tamanho"), format!("{} bytes", thousands(size))),
        row(tr!("contract", "contrato", "contrato"), contract),
    ];
    let mut title = tr!("limits", "límites", "limites");
    for limit in word(LIMITS).split(',').filter(|limit| !limit.is_empty()) {
        rows.push(row(std::mem::take(&mut title), format!("--plugin-limit '{limit}'")));
    }
    let mut title = tr!("signed", "firmado", "assinado");
    for signer in package.signers() {
        let signer = signer.unwrap_or("?");
        rows.push(row(std::mem::take(&mut title), paint(DIM, signer)));
    }
    rows
}

/// Writes the component of a package.
pub(super) fn pull(arguments: &PullArguments, json: bool) -> Result<Ended, Unusable> {
    let opened = open(&arguments.package)??;
    let file = match &arguments.output {
        Some(file) => file.clone(),
        None => named_after(&opened.package)?,
    };
    written::write(&file, &opened.component, arguments.force)?;
    written::say(&file, json, facts_json(&opened));
    Ok(Ended::Well)
}

/// The file for a component that nobody named. The name is the package's and may be anything.
fn named_after(package: &Package) -> Result<PathBuf, Unusable> {
    match package.annotation(TITLE).filter(|name| project::is_name(name)) {
        Some(name) => Ok(PathBuf::from(format!("{name}.wasm"))),
        None => Err(tr!(
            "the package does not name its plugin; name a file with --output",
            "el paquete no nombra su plugin; indique un archivo con --output",
            "o pacote não nomeia seu plugin; indique um arquivo com --output",
        )
        .into()),
    }
}
