//! Spanish.

use crate::check::Code;

pub(super) fn texts(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::CredentialsGood => ("la plataforma acepta el token", ""),
        Code::WrongToken => (
            "la plataforma no acepta el token de `{0}`",
            "copie el token de nuevo desde la plataforma; se revoca cuando se elimina a su dueño",
        ),
        Code::Unreachable => (
            "no se puede llegar a la plataforma: {0}",
            "revise `base`, y si esta máquina puede abrir conexiones hacia allí",
        ),
        Code::UnknownAccount => (
            "la plataforma no conoce `{0}`, o el token no tiene acceso",
            "compare el número de los ajustes con el de la barra de direcciones de la plataforma",
        ),
        Code::RightsGood => ("el token tiene todos los permisos necesarios", ""),
        Code::MissingRight => (
            "el token de `{1}` no tiene permiso para esto: {0}",
            "dé el permiso a su dueño, o use el token de alguien que lo tenga",
        ),
        Code::SharedToken => (
            "los mensajes se escriben en nombre de la persona cuyo token está en `{0}`",
            "cree un bot de agente para Despertador e indique su token en `bot-token-file`; si no, esa persona no debe responder a clientes, porque sus respuestas podrían confundirse con recordatorios",
        ),
        Code::NoOtherCloser => ("nada en la plataforma cierra conversaciones por sí solo", ""),
        Code::SecondCloser => (
            "la plataforma también cierra conversaciones: {0}",
            "desactívelo allí; con dos que cierran, se cierra sin los recordatorios que su política promete",
        ),
        Code::CloserUnknown => (
            "el token no puede leer si la plataforma cierra conversaciones por sí sola: {0}",
            "mírelo en la plataforma, o ejecute esta prueba con el token de un administrador",
        ),
        Code::ClockGood => ("los relojes coinciden", ""),
        Code::ClockOff => (
            "el reloj de la plataforma y el de esta máquina difieren en {0} s",
            "sincronice el reloj de esta máquina (NTP); si no, se rechazan firmas y los tiempos son incorrectos",
        ),
        Code::WebhookGood => ("la plataforma publica en {0}", ""),
        Code::WebhookMissing => (
            "la plataforma no tiene un webhook para {0}",
            "agregue en la plataforma un webhook con esta dirección",
        ),
        Code::WebhookEvents => (
            "al webhook le faltan estos eventos: {0}",
            "edite el webhook en la plataforma y márquelos",
        ),
        Code::WebhookUnknown => (
            "el token no puede listar los webhooks de la plataforma",
            "compare la dirección del webhook en la plataforma con {0}, o ejecute esta prueba con el token de un administrador",
        ),
        Code::SecretGood => ("el secreto es correcto", ""),
        Code::WrongSecret => (
            "el secreto no es el que está en uso: {0}",
            "copie el secreto del webhook desde la plataforma a `secret-file`, y recargue el servidor",
        ),
        Code::AddressGood => ("el servidor responde en {0}", ""),
        Code::AddressUnreachable => (
            "no se puede llegar al servidor en {0}: {1}",
            "inicie el servidor, y revise el proxy inverso y el nombre del host",
        ),
        Code::AddressUnknown => (
            "los ajustes no dicen la dirección en la que la plataforma llega al servidor",
            "indíquela en `public-address`, por ejemplo `https://desk.example.com`",
        ),
        Code::Cannot => ("esta plataforma no puede: {0}", ""),
    }
}
