//! What is wrong with a package of a plugin, in the reader's language.

use despertador_package::{PackageError, Problem};

use crate::language::tr;

/// The problem with its path and what to do. Details of programmers stay as they are, in backticks.
pub(crate) fn show(error: &PackageError) -> String {
    format!("`{}` {}; {}", error.path().display(), problem(error.problem()), help(error.problem()))
}

fn problem(problem: &Problem) -> String {
    match problem {
        Problem::Unreadable(why) => {
            tr!("cannot be read: {why}", "no se puede leer: `{why}`", "não pode ser lido: `{why}`")
        }
        Problem::NotAPackage(why) => {
            tr!("is not a package: {why}", "no es un paquete: `{why}`", "não é um pacote: `{why}`")
        }
        Problem::Truncated(why) => {
            tr!("is truncated: {why}", "está cortado: `{why}`", "está cortado: `{why}`")
        }
        Problem::Missing(file) => tr!(
            "is incomplete: it has no `{file}`",
            "está incompleto: no tiene `{file}`",
            "está incompleto: não tem `{file}`"
        ),
        Problem::Altered { file, found } => tr!(
            "is damaged: `{file}` has the digest `{found}`",
            "está dañado: `{file}` tiene el resumen `{found}`",
            "está danificado: `{file}` tem o resumo `{found}`"
        ),
        Problem::Malformed { file, why } => tr!(
            "is damaged: `{file}`: {why}",
            "está dañado: `{file}`: `{why}`",
            "está danificado: `{file}`: `{why}`"
        ),
        Problem::TooLarge { part, allowed } => tr!(
            "has more than {allowed} bytes in `{part}`",
            "tiene más de {allowed} bytes en `{part}`",
            "tem mais de {allowed} bytes em `{part}`"
        ),
        Problem::NoComponent => {
            tr!("has no component", "no tiene ningún componente", "não tem nenhum componente")
        }
        Problem::Several(tags) => tr!(
            "has several components, tagged `{tags}`",
            "tiene varios componentes, con las etiquetas `{tags}`",
            "tem vários componentes, com as etiquetas `{tags}`",
            tags = tags.join("`, `"),
        ),
        Problem::NoSuchTag { tag, tags } => tr!(
            "has no component with the tag `{tag}`, only `{tags}`",
            "no tiene ningún componente con la etiqueta `{tag}`, solo `{tags}`",
            "não tem nenhum componente com a etiqueta `{tag}`, só `{tags}`",
            tags = tags.join("`, `"),
        ),
        Problem::NotSigned => tr!("is not signed", "no está firmado", "não está assinado"),
        Problem::OtherKey { expected, found } => tr!(
            "is not signed with the key {expected}, but with {found}",
            "no está firmado con la clave {expected}, sino con {found}",
            "não está assinado com a chave {expected}, e sim com {found}",
            found = found.join(", "),
        ),
        Problem::BareComponent => tr!(
            "is a component without a signature",
            "es un componente sin firma",
            "é um componente sem assinatura"
        ),
        other => other.to_string(),
    }
}

fn help(problem: &Problem) -> String {
    match problem {
        Problem::Unreadable(_) => tr!(
            "check the path and its permissions",
            "revise la ruta y sus permisos",
            "confira o caminho e suas permissões"
        ),
        Problem::NotAPackage(_) => tr!(
            "give a component, or a package that `despertador plugin pack` wrote",
            "indique un componente, o un paquete que `despertador plugin pack` haya escrito",
            "indique um componente, ou um pacote que `despertador plugin pack` tenha gravado"
        ),
        Problem::Truncated(_) | Problem::Missing(_) => {
            tr!("copy it again", "cópielo de nuevo", "copie-o de novo")
        }
        Problem::Altered { .. } | Problem::Malformed { .. } => tr!(
            "do not use it, and get it again from its author",
            "no lo use, y pídalo de nuevo a su autor",
            "não o use, e peça-o de novo a seu autor"
        ),
        Problem::TooLarge { .. } => tr!(
            "raise `component_bytes` if you trust it",
            "aumente `component_bytes` si confía en él",
            "aumente `component_bytes` se confia nele"
        ),
        Problem::NoComponent => tr!(
            "give the package of a plugin, not another OCI layout",
            "indique el paquete de un plugin, y no otra carpeta OCI",
            "indique o pacote de um plugin, e não outra pasta OCI"
        ),
        Problem::Several(_) | Problem::NoSuchTag { .. } => tr!(
            "take one of them out with `despertador plugin pull --tag`",
            "extraiga uno con `despertador plugin pull --tag`",
            "extraia um com `despertador plugin pull --tag`"
        ),
        Problem::NotSigned => tr!(
            "ask its author to pack it with `--key`",
            "pida a su autor que lo empaquete con `--key`",
            "peça a seu autor que o empacote com `--key`"
        ),
        Problem::OtherKey { .. } => tr!(
            "do not use it unless its author confirms the other key; then give that one",
            "no lo use si su autor no confirma la otra clave; después indique esa",
            "não o use se seu autor não confirmar a outra chave; depois indique essa"
        ),
        Problem::BareComponent => tr!(
            "pack it with `despertador plugin pack --key`",
            "empaquételo con `despertador plugin pack --key`",
            "empacote-o com `despertador plugin pack --key`"
        ),
        _ => String::new(),
    }
}
