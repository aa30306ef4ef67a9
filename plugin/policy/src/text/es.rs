//! Spanish.

use super::Words;
use crate::decision::Reason;
use crate::diagnostic::{Code, Shape};

pub(crate) const WORDS: Words = Words {
    closed_by_inactivity: "Ticket cerrado por inactividad",
    customer_inactivity: "Inactividad del cliente",
    incomplete_metadata_notice: "El ticket debe cerrarse por inactividad, pero hay campos obligatorios vacíos. Complételos o ciérrelo a mano.",
    company_silent_notice: "El cliente espera una respuesta de la empresa desde hace {0}.",
    closed_as_resolved: "Ticket cerrado: el cliente indica que está resuelto",
    customer_resolved: "Resuelto por el cliente",
    summary_resolved: "El cliente indicó que el asunto está resuelto ({0}).",
    units: [("día", "días"), ("hora", "horas"), ("minuto", "minutos")],
    and: " y ",
    summary_rule: "Regla «{0}»: cierre después de {1}, contados desde {2} ({3}).",
    summary_no_reminder: "No se envió ningún recordatorio.",
    summary_reminders: "Último recordatorio: el {0}, a las {1}.",
    summary_due: "El cierre vencía a las {0}.",
    summary_incomplete: "Había campos obligatorios vacíos al cerrarlo.",
    from_last_agent: "el último mensaje del agente",
    from_first_agent: "el primer mensaje del agente sin respuesta",
    from_customer: "el último mensaje del cliente",
    reminder: "el recordatorio {0} de {1}",
    the_close: "el cierre",
    act: "Ahora: {0}, que venció el {1}.",
    act_reply: "Ahora: se responde automáticamente a {0}.",
    the_resolve: "el cierre que pidió el cliente",
    the_reply: "la respuesta automática",
    the_notice: "el aviso a los responsables",
    act_notify: "Ahora: se avisa a los responsables de que el cierre queda retenido, porque hay campos obligatorios vacíos.",
    act_notify_silent: "Ahora: se avisa a los responsables de que el cliente espera una respuesta.",
    act_reopen: "Ahora: se reabre el ticket.",
    act_open_linked: "Ahora: se abre un ticket nuevo, vinculado al cerrado.",
    act_after_close: "Ahora: los pasos posteriores a un cierre hecho por otra persona o programa.",
    wait: "Nada hasta el {0}; entonces vence {1}.",
    wait_because: "Nada hasta el {0}; entonces vence {1}. {2}",
    rest: "No se hace nada. {0}",
    under_rule: "Regla «{0}».",
    under_version: "Versión {0} de la política.",
    deadline: "El próximo paso es {0}; vence el {1}.",
    counted_from: "El tiempo se cuenta desde {1}: {0}.",
    unknown_zone: "No se conoce la zona horaria del cliente, «{0}»: los mensajes con una ventana de envío esperan a una hora en que esté abierta en todas las zonas horarias del país de la cuenta.",
    promised_gap: "Tras el último recordatorio ({0}) se prometieron al cliente {1} antes del cierre.",
    nothing_remembered: "Todavía no se sabe nada de este ticket.",
    remembered_cycle: "Ciclo {0}.",
    remembered_customer: "El cliente escribió por última vez el {0}.",
    remembered_agents: "La empresa respondió el {0} y por última vez el {1}; desde entonces el cliente no responde.",
    remembered_reminder: "El recordatorio {0} se envió el {1}.",
    remembered_failure: "El recordatorio {0} no se pudo enviar ({1}).",
    remembered_blocked: "El recordatorio {0} no se pudo enviar ({1}): el cliente nos bloqueó o ya no existe.",
    remembered_typing: "El cliente estaba escribiendo el {0}.",
    remembered_gone: "El visitante dejó el chat el {0}.",
    remembered_pause: "{0}: desde el {1} hasta {2}.",
    pause_hold: "En espera",
    pause_snooze: "Pospuesto",
    pause_call: "En una llamada",
    pause_queue: "En la cola, sin agente",
    pause_extension: "Más tiempo concedido",
    until_further_notice: "nuevo aviso",
    remembered_opt_out: "El cliente pidió no recibir mensajes automáticos.",
    remembered_resolved: "El cliente indicó que el asunto está resuelto ({0}).",
    remembered_reply: "Queda por enviar una respuesta a {0} ({1}).",
    remembered_close: "Cerrado el {0} por {1}.",
    remembered_reopening: "Reabierto el {0}.",
    sources: [
        "un agente",
        "el cliente",
        "inactividad",
        "el flujo",
        "otro programa",
        "otra persona",
    ],
    condition,
    shape,
    problem,
};

fn condition(reason: &Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::Reminder(_) => {
            ("Venció el plazo del recordatorio.", "Todavía no vence el plazo del recordatorio.")
        }
        Reason::Close => ("Venció el plazo del cierre.", "Todavía no vence el plazo del cierre."),
        Reason::CustomerTyping => {
            ("El cliente no está escribiendo.", "El cliente está escribiendo: el cierre espera.")
        }
        Reason::IncompleteMetadata => (
            "No falta nada de lo que exige el cierre.",
            "Hay campos obligatorios vacíos: la política retiene el cierre y los responsables ya están avisados.",
        ),
        Reason::PrematureClose => (
            "El cierre no fue prematuro.",
            "El cliente había escrito antes del cierre: fue prematuro.",
        ),
        Reason::LateReply => {
            ("Nadie escribió después del cierre.", "El cliente escribió después del cierre.")
        }
        Reason::ClosedByOther => {
            ("Nadie más cerró el ticket.", "Otra persona u otro programa cerró el ticket.")
        }
        Reason::AlreadyClosed => ("El ticket no está cerrado.", "El ticket ya está cerrado."),
        Reason::NotOpen => {
            ("El ticket no está fusionado ni eliminado.", "El ticket está fusionado o eliminado.")
        }
        Reason::UnknownStatus(_) => (
            "El estado del ticket es conocido.",
            "El ticket está en un estado desconocido: «{0}». No se hace nada con él.",
        ),
        Reason::SwitchedOff => ("La política está activada.", "La política está desactivada."),
        Reason::NoRule => (
            "Hay una regla para el departamento.",
            "No hay regla para el departamento del ticket, ni una para cualquiera.",
        ),
        Reason::RuleOff => {
            ("La regla está activada.", "La regla del departamento está desactivada.")
        }
        Reason::Exempt(_) => (
            "El ticket no tiene etiqueta de exención.",
            "El ticket tiene una etiqueta de exención: {0}.",
        ),
        Reason::NotAnswered => {
            ("Un agente ya respondió.", "Ningún agente ha respondido desde que se abrió el ticket.")
        }
        Reason::CompanyTurn => (
            "Le toca responder al cliente.",
            "El cliente escribió el último mensaje: le toca responder a la empresa.",
        ),
        Reason::ReopenedAwaitsCustomer => (
            "El cliente escribió después de la reapertura.",
            "El ticket fue reabierto; el reloj vuelve a correr cuando el cliente escriba.",
        ),
        Reason::ReopenedAwaitsAgent => (
            "Un agente escribió después de la reapertura.",
            "El ticket fue reabierto; el reloj vuelve a correr cuando un agente escriba.",
        ),
        Reason::BeforeActivation => (
            "El ciclo empezó después de activar la política, o se incluyen los anteriores.",
            "El ciclo empezó antes de activar la política.",
        ),
        Reason::Backlog => (
            "Le llegó el turno entre los tickets anteriores.",
            "El ciclo empezó antes de activar la política y espera su turno entre los anteriores.",
        ),
        Reason::OnHold => (
            "Nada detiene el reloj: ni espera, ni posposición, ni llamada, ni cola.",
            "El ticket está en espera.",
        ),
        Reason::Snoozed => ("El ticket no está pospuesto.", "El ticket está pospuesto."),
        Reason::OnCall => ("No hay ninguna llamada.", "Hay una llamada en curso."),
        Reason::InQueue => ("Un agente tiene el ticket.", "El ticket está en la cola, sin agente."),
        Reason::ReminderFailed(_) => (
            "Ningún recordatorio falló.",
            "El recordatorio {0} no se pudo enviar: no hay cierre sin su aviso.",
        ),
        Reason::CustomerBlocked(_) => (
            "El cliente no nos ha bloqueado.",
            "El cliente nos bloqueó o ya no existe: el recordatorio {0} no se pudo enviar, y no se le envía nada más.",
        ),
        Reason::CloseFailed => {
            ("El cierre no falló.", "El cierre no se pudo ejecutar; alguien debe revisarlo.")
        }
        Reason::NothingLeft => {
            ("Quedan pasos por dar.", "Ya se dieron todos los pasos de la regla.")
        }
        Reason::AutomaticReply(_) => (
            "Ocurrió algo que se responde automáticamente: {0}.",
            "No ocurrió nada que se responda automáticamente.",
        ),
        Reason::CustomerResolved => (
            "El cliente indicó que el asunto está resuelto.",
            "El cliente no ha indicado que el asunto esté resuelto.",
        ),
        Reason::GroupConversation => (
            "La conversación es con un solo cliente.",
            "En esta conversación escriben varias personas y la política excluye los grupos.",
        ),
        Reason::OutsideSendingWindow => (
            "La ventana de envío está abierta.",
            "La ventana de envío está cerrada a esa hora; el paso espera a que se abra.",
        ),
        Reason::OverBudget => (
            "Al cliente se le puede enviar otro mensaje.",
            "Al cliente ya se le enviaron tantos mensajes como permite la política; el paso espera.",
        ),
        Reason::Retry(_) => (
            "El recordatorio {0} se intenta de nuevo.",
            "El recordatorio {0} no se pudo enviar; se intentará de nuevo más tarde.",
        ),
        Reason::OutsideChannelWindow(_) => (
            "El canal acepta el recordatorio.",
            "El canal no acepta texto libre a esa hora y el recordatorio {0} no tiene plantilla: no puede enviarse como aviso.",
        ),
        Reason::VisitorLeft => (
            "El visitante sigue en el chat.",
            "El visitante dejó el chat: no se envían recordatorios, y el cierre es silencioso y puede llegar antes.",
        ),
        Reason::CompanySilent => (
            "El cliente no espera más de lo que permite la política, o ya se avisó.",
            "El cliente espera una respuesta más de lo que permite la política.",
        ),
        Reason::OptedOut => (
            "El cliente acepta mensajes automáticos.",
            "El cliente no quiere mensajes automáticos: no se envían recordatorios y el cierre es silencioso.",
        ),
    }
}

fn problem(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NotJson => (
            "la configuración no se puede leer en la línea {0}, columna {1}",
            "escríbala como JSON; busque una coma, comilla o llave que falte justo antes de este lugar",
        ),
        Code::EndsTooEarly => (
            "la configuración termina antes de tiempo, en la línea {0}, columna {1}",
            "cierre cada llave, corchete y comilla que haya abierto",
        ),
        Code::TooLarge => (
            "la configuración tiene {0} bytes, más de {1}",
            "acorte los textos o reparta los departamentos de la cuenta",
        ),
        Code::TooDeep => (
            "la configuración está anidada en más de {0} niveles",
            "una política no necesita más de siete niveles; quite las llaves que sobran",
        ),
        Code::WrongType => ("`{0}` debe ser {1}", "escriba {2}"),
        Code::UnknownKey => ("`{0}` no es una clave válida aquí", "las claves posibles son {1}"),
        Code::UnknownKeyNear => ("`{0}` no es una clave válida aquí", "¿quiso decir `{1}`?"),
        Code::DuplicateKey => ("`{0}` está escrita dos veces", "deje una de las dos"),
        Code::MissingKey => ("falta `{0}`", "añádala, por ejemplo {1}"),
        Code::UnknownWord => ("`{0}` no es un valor válido aquí", "escriba uno de {1}"),
        Code::BadDuration => (
            "`{0}` no es una duración",
            "escriba un número entero y una unidad (ms, s, min, h, d), por ejemplo \"15 min\" o \"1 h 30 min\"",
        ),
        Code::NotPositive => {
            ("el tiempo debe ser mayor que 0", "escriba un tiempo como \"10 min\" o quite el paso")
        }
        Code::BelowResolution => {
            ("{0} es menos de lo que el sistema puede medir ({1})", "escriba al menos {1}")
        }
        Code::Over90Days => ("{0} es más de 90 días", "escriba 90 d o menos"),
        Code::BadTime => ("`{0}` no es un instante", "escríbalo como \"2026-03-01T09:00:00Z\""),
        Code::RemindersNotLessThanClose => (
            "los recordatorios suman {0}, que no es menos que el cierre después de {1}",
            "acorte los recordatorios o cierre después de más de {0}",
        ),
        Code::ReminderOutOfOrder => (
            "este recordatorio llegaría {0} después del inicio, no más tarde que el anterior ({1})",
            "ponga los recordatorios en el orden en que se envían",
        ),
        Code::ReminderTime => (
            "un recordatorio necesita exactamente una de las claves `after` y `before-close`",
            "escriba \"after\": \"10 min\" o \"before-close\": \"5 min\"",
        ),
        Code::BeforeCloseWithoutClose => (
            "`before-close` necesita una regla que cierre",
            "añada `close-after` a la regla o escriba `after`",
        ),
        Code::EmptyText => {
            ("el texto está vacío", "escriba lo que leerá el cliente o quite el mensaje")
        }
        Code::BadLanguage => (
            "`{0}` no es una etiqueta de idioma",
            "escriba una etiqueta como \"es\", \"pt-BR\" o \"en\"",
        ),
        Code::NoDepartments => {
            ("la regla no nombra ningún departamento", "nombre al menos uno o escriba \"any\"")
        }
        Code::EmptyName => ("el nombre está vacío", "escriba un nombre o quítelo"),
        Code::DepartmentTwice => (
            "el departamento `{0}` ya tiene una regla: {1}",
            "déjelo en una sola; un departamento pertenece a una única regla",
        ),
        Code::DepartmentTwiceSpelled => (
            "el departamento `{0}` ya tiene una regla: {1} lo nombra `{2}`; las mayúsculas, los espacios alrededor y la forma de los acentos no cuentan",
            "déjelo en una sola regla; un departamento pertenece solo a una",
        ),
        Code::NameTwice => (
            "`{0}` es el mismo nombre que `{1}`; las mayúsculas, los espacios alrededor y la forma de los acentos no cuentan",
            "deje uno de los dos",
        ),
        Code::TwoAny => (
            "ya hay una regla para cualquier departamento: {0}",
            "deje una sola regla con \"any\" o nombre los departamentos de esta",
        ),
        Code::UnknownDepartment => {
            ("la cuenta no tiene el departamento `{0}`", "escriba uno de {1}")
        }
        Code::UnknownDepartmentNear => {
            ("la cuenta no tiene el departamento `{0}`", "¿quiso decir `{1}`?")
        }
        Code::TooMany => ("hay {0}, más de {1}", "quite algunos o júntelos"),
        Code::GraceOverLimit => (
            "el margen `grace` de {0} es mayor que el límite de {1}",
            "haga que `at-most` dure al menos lo que `grace`",
        ),
        Code::ExitNotLinked => (
            "el bloque de asistencia humana del flujo no tiene enlazada la salida por inactividad",
            "en el flujo, enlace la salida «ticket finalizado por inactividad del cliente» a un bloque y publique; después guarde de nuevo",
        ),
        Code::ExitNotSupported => (
            "el bloque de asistencia humana del flujo es de una versión sin salida por inactividad",
            "actualice el bloque en el flujo, enlace su salida por inactividad y publique; después guarde de nuevo",
        ),
        Code::ChannelShutDown => (
            "Google Business Messages se cerró en julio de 2024",
            "quite el canal o escriba el que lo reemplazó",
        ),
        Code::NoEffect => (
            "la regla no envía recordatorios ni cierra tickets",
            "añada `reminders` o `close-after`, o quite la regla",
        ),
        Code::NoRules => (
            "la política está activada y no tiene reglas",
            "añada una regla con los departamentos \"any\" y un `close-after`",
        ),
        Code::UnknownPlaceholder => (
            "`{0}` no se puede usar en este texto",
            "escriba uno de {1}, como en {{customer.name|cliente}}",
        ),
        Code::UnknownPlaceholderNear => {
            ("`{0}` no se puede usar en este texto", "¿quiso decir `{1}`?")
        }
        Code::BadPlaceholder => (
            "`{{` abre un marcador que no se cierra, o está donde no se puede rellenar",
            "ciérrelo, como en {{customer.name|cliente}}, o quite las llaves",
        ),
        Code::PlaceholderWithoutFallback => (
            "`{0}` puede no tener valor cuando se envíe el texto, y no tiene texto alternativo",
            "indique un texto alternativo: {{{0}|cliente}}",
        ),
        Code::TimeLeftWithoutClose => (
            "`{0}` necesita un cierre posterior",
            "añada `close-after` a la regla, o quite el tiempo del texto",
        ),
        Code::TextOverLimit => (
            "el texto tiene {0} caracteres; {2} admite {1}",
            "acórtelo, o envíelo en dos recordatorios",
        ),
        Code::TextOverLimitBeside => (
            "el texto tiene {0} caracteres; junto a respuestas rápidas o una imagen {2} admite {1}",
            "acórtelo, o envíelo sin ellas",
        ),
        Code::TextOverBytes => (
            "el texto tiene {0} bytes en UTF-8; {2} admite {1}",
            "acórtelo; una letra con acento ocupa dos bytes, y una de otro alfabeto dos o tres",
        ),
        Code::CanBeEmpty => (
            "este texto queda vacío si sus marcadores no tienen valor, y los canales rechazan un texto o un parámetro vacío",
            "indique un texto alternativo, como en {{customer.name|cliente}}",
        ),
        Code::ParameterLayout => (
            "los canales rechazan una plantilla con un salto de línea, una tabulación o más de cuatro espacios seguidos en un parámetro",
            "escríbalo en una línea y con espacios simples",
        ),
        Code::BadZone => (
            "`{0}` no es una zona horaria",
            "escriba su nombre IANA, como \"America/Bogota\" o \"Europe/Madrid\"",
        ),
        Code::BadZoneNear => ("`{0}` no es una zona horaria", "¿quiso decir `{1}`?"),
        Code::BadWeekday => (
            "`{0}` no es un día de la semana",
            "escriba uno de {1}, o varios como en `mon-fri`, el lunes primero",
        ),
        Code::BadOpening => (
            "`{0}` no es un horario",
            "escriba desde y hasta cuándo, como en \"09:00-18:00\"; el final del día es 24:00",
        ),
        Code::OpeningReversed => (
            "el horario no termina después de empezar",
            "cambie el orden; uno que pasa de medianoche son dos: hasta las 24:00 y desde las 00:00 del día siguiente",
        ),
        Code::OpeningOverlaps => {
            ("el horario se superpone con otro del mismo día", "una los dos, o mueva uno de ellos")
        }
        Code::BadDate => {
            ("`{0}` no es una fecha", "escriba \"2026-12-25\", o \"12-25\" para todos los años")
        }
        Code::HolidayTwice => ("este día está dos veces", "deje uno de los dos"),
        Code::HolidaysWithoutOpenings => (
            "`holidays` necesita `open`",
            "diga cuándo está abierta los demás días: \"open\": { \"mon-sun\": \"00:00-24:00\" }",
        ),
        Code::CalendarNeverOpens => (
            "el calendario no abre nunca",
            "asigne al menos a un día de la semana un horario que ningún festivo anule",
        ),
        Code::UnknownSchedule => {
            ("no existe el horario `{0}`", "escriba uno de los de `schedules`: {1}")
        }
        Code::UnknownSendingWindow => {
            ("no existe la ventana de envío `{0}`", "escriba una de las de `sending-windows`: {1}")
        }
        Code::BadCount => {
            ("{0} no es un número válido aquí", "escriba un número entero de 1 a {1}")
        }
        Code::BadUrl => {
            ("`{0}` no es la dirección de una imagen", "escriba una que empiece por https://")
        }
        Code::NotOnThisChannel => (
            "{0} no puede mostrar esto; se omite al enviar el mensaje",
            "quítelo, o déjelo para los otros canales de la cuenta",
        ),
        Code::QuickReplyTwice => (
            "hay dos respuestas rápidas con `{0}`",
            "deje una: la elección se reconoce por lo que hace",
        ),
        Code::QuickReplyTitleTwice => (
            "dos respuestas rápidas dicen `{0}`",
            "dé a cada una sus propias palabras: un canal rechaza dos iguales",
        ),
        Code::TimeWithoutUse => (
            "solo una respuesta rápida que da más tiempo necesita un tiempo",
            "quite `by`, o escriba \"effect\": \"extend\"",
        ),
        Code::OutsideChannelWindow => (
            "este recordatorio puede caer más de {0} después del último mensaje del cliente, cuando el canal no acepta texto libre",
            "dele una plantilla en `template`, envíelo antes, o diga en `outside-channel-window` qué hacer con él",
        ),
        Code::ExtendsBeyondChannelWindow => (
            "el canal no admite texto libre si pasan más de {0} sin mensajes del cliente",
            "dé menos tiempo, o dé a los mensajes posteriores una plantilla (`template`)",
        ),
        Code::NeverCloses => (
            "esta regla nunca cierra un ticket: su último recordatorio cae siempre cuando el canal no admite texto libre, y sin su último aviso no se cierra ningún ticket",
            "envíe antes el último recordatorio, dele una plantilla (`template`), o escriba \"when-left-out\": \"silent-close\"",
        ),
        Code::NeverClosesOn => (
            "en {0} esta regla nunca cierra un ticket: ahí su último recordatorio cae siempre cuando el canal no admite texto libre, y sin su último aviso no se cierra ningún ticket",
            "envíe antes el último recordatorio, dele una plantilla (`template`), o escriba \"when-left-out\": \"silent-close\"",
        ),
        Code::ClosesForAMinute => (
            "este horario termina a las 23:59 y cierra durante el último minuto del día",
            "escriba 24:00 para el final del día",
        ),
        Code::NeedsSchedule => (
            "esta respuesta depende de un horario y el equipo no tiene ninguno",
            "añada `schedule` al equipo, con el nombre de uno de `schedules`",
        ),
        Code::EmptyList => ("la lista está vacía", "nombre al menos uno, o quítela"),
        Code::RuleUnreachable => (
            "esta regla nunca se aplica: todo ticket que le corresponde queda bajo {0}, que está antes",
            "quítela, póngala primero, o nombre otras etiquetas, prioridades, departamentos o canales",
        ),
        Code::RuleOfExemptTags => (
            "esta regla nunca se aplica: los tickets con estas etiquetas están exentos",
            "quite la regla, o saque una etiqueta de `exempt-tags`",
        ),
        Code::RuleOfOtherChannel => (
            "esta regla nunca se aplica: la cuenta está en {0}",
            "quite la regla, o nombre {0} entre sus `channels`",
        ),
        Code::RulesOverlap => (
            "un ticket puede corresponder a esta regla y a {0}, que es igual de específica y está antes: se aplica {0}",
            "ponga primero la regla que deba aplicarse, o nombre más en una de las dos",
        ),
        Code::TooManyConditionalRules => {
            ("más de {0} reglas nombran etiquetas, prioridades o canales", "una algunas de ellas")
        }
        Code::TooManyProblems => (
            "problemas que no se muestran aquí: {0}",
            "corrija los que se muestran y compruebe de nuevo",
        ),
    }
}

fn shape(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Object => ("un objeto", "{ … }"),
        Shape::List => ("una lista", "[ … ]"),
        Shape::Text => ("un texto", "el valor entre comillas"),
        Shape::Switch => ("`true` o `false`", "`true` o `false`, sin comillas"),
        Shape::Texts => (
            "un texto, o un objeto con un texto por idioma",
            "\"Hola\" o { \"es\": \"Hola\", \"pt\": \"Olá\" }",
        ),
        Shape::Departments => {
            ("`\"any\"` o una lista de departamentos", "\"any\" o [ \"ventas\", \"soporte\" ]")
        }
        Shape::ObjectOrOff => ("un objeto, o `false`", "{ … } o false"),
        Shape::Count => ("un número entero", "el número sin comillas, como 2"),
        Shape::Date => (
            "una fecha, o un objeto con una fecha y su horario",
            "\"2026-12-25\" o { \"date\": \"2026-12-24\", \"open\": \"09:00-13:00\" }",
        ),
    }
}
