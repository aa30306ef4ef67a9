//! Names and descriptions of keys and words in Spanish, Portuguese and English: editors show them
//! while a policy is written, and the panel shows them in its forms.

use despertador_contract::Language;

/// A key in one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Described {
    /// A few words, for the label of a field.
    pub(super) title: &'static str,
    /// What it does, and what holds without it.
    pub(super) text: &'static str,
}

/// Something in every language: one that is missing does not compile.
#[derive(Debug, Clone, Copy)]
pub(super) struct InAll<T> {
    es: T,
    pt: T,
    en: T,
}

impl<T: Copy> InAll<T> {
    pub(super) fn of(&self, language: Language) -> T {
        match language {
            Language::Spanish => self.es,
            Language::Portuguese => self.pt,
            Language::English => self.en,
        }
    }
}

/// A key; `form` is the name of its object.
pub(super) fn describe(form: &str, key: &str, language: Language) -> Option<Described> {
    let found = |form: &str| TEXTS.iter().find(|(f, k, _)| *f == form && *k == key);
    let shared = || matches!(form, "rule" | "defaults").then(|| found(OPTION)).flatten();
    found(form).or_else(shared).map(|(_, _, text)| text.of(language))
}

/// A word that a key can hold.
pub(super) fn word(key: &str, word: &str, language: Language) -> Option<&'static str> {
    let found = WORDS.iter().find(|(keys, known, _)| *known == word && keys.contains(&key));
    found.map(|(_, _, text)| text.of(language))
}

/// Stands for `rule` and `defaults`, which share their options.
pub(super) const OPTION: &str = "option";
/// Stands for the object whose keys are occurrences.
pub(super) const EVENTS: &str = "events";

const fn texts(
    es: (&'static str, &'static str),
    pt: (&'static str, &'static str),
    en: (&'static str, &'static str),
) -> InAll<Described> {
    const fn of((title, text): (&'static str, &'static str)) -> Described {
        Described { title, text }
    }
    InAll { es: of(es), pt: of(pt), en: of(en) }
}

const fn words(es: &'static str, pt: &'static str, en: &'static str) -> InAll<&'static str> {
    InAll { es, pt, en }
}

/// A key: its object, its name, its texts.
type Key = (&'static str, &'static str, InAll<Described>);
/// A word: the keys that can hold it, itself, its texts.
type Word = (&'static [&'static str], &'static str, InAll<&'static str>);

/// All keys.
pub(super) const TEXTS: &[Key] = &[
    (
        "policy",
        "version",
        texts(
            (
                "Nombre de la versión",
                "El nombre que usted da a esta versión; las explicaciones lo muestran.",
            ),
            ("Nome da versão", "O nome que você dá a esta versão; as explicações o mostram."),
            ("Version name", "Your name for this version of the policy; explanations show it."),
        ),
    ),
    (
        "policy",
        "enabled",
        texts(
            ("Activada", "No: nada se recuerda ni se cierra en toda la cuenta. Sin indicarlo: sí."),
            ("Ativada", "Não: nada é lembrado nem encerrado em toda a conta. Sem indicação: sim."),
            ("Switched on", "false switches everything off. Default: true."),
        ),
    ),
    (
        "policy",
        "language",
        texts(
            (
                "Idioma de los textos",
                "El idioma de las notas de cierre, y de los textos que no existen en el idioma del cliente. Sin indicarlo: es.",
            ),
            (
                "Idioma dos textos",
                "O idioma das notas de encerramento, e dos textos que não existem no idioma do cliente. Sem indicação: es.",
            ),
            (
                "Language of texts",
                "The language of closing notes, and of texts that do not exist in the customer's language. Default: es.",
            ),
        ),
    ),
    (
        "policy",
        "channel",
        texts(
            (
                "Canal",
                "El canal de la cuenta. Si se indica, se revisa que el canal admita los textos, las imágenes y las respuestas rápidas.",
            ),
            (
                "Canal",
                "O canal da conta. Se indicado, verifica-se que o canal aceita os textos, as imagens e as respostas rápidas.",
            ),
            (
                "Channel",
                "The account's channel. If given, texts, images and quick replies are checked against what the channel supports.",
            ),
        ),
    ),
    (
        "policy",
        "zone",
        texts(
            (
                "Zona horaria",
                "La zona horaria de la cuenta, y de los horarios y ventanas sin zona propia, como America/Bogota. Sin indicarla: UTC.",
            ),
            (
                "Fuso horário",
                "O fuso horário da conta, e dos horários e janelas sem fuso próprio, como America/Sao_Paulo. Sem indicação: UTC.",
            ),
            (
                "Time zone",
                "The default time zone of schedules and sending windows, such as America/Bogota. Default: UTC.",
            ),
        ),
    ),
    (
        "policy",
        "company",
        texts(
            ("Empresa", "El nombre de la empresa, para {{company.name}} y para las firmas."),
            ("Empresa", "O nome da empresa, para {{company.name}} e para as assinaturas."),
            ("Company", "The company's name, for {{company.name}} and for signatures."),
        ),
    ),
    (
        "policy",
        "activation",
        texts(
            (
                "Primera activación",
                "Qué tickets antiguos se dejan como están cuando la política se activa por primera vez. Sin indicarlo: ninguno.",
            ),
            (
                "Primeira ativação",
                "Quais tickets antigos ficam como estão quando a política é ativada pela primeira vez. Sem indicação: nenhum.",
            ),
            (
                "First activation",
                "Which old tickets are ignored when the policy is first switched on. Without it, none are.",
            ),
        ),
    ),
    (
        "policy",
        "exempt-tags",
        texts(
            (
                "Etiquetas que eximen",
                "Los tickets con una de estas etiquetas no se recuerdan ni se cierran.",
            ),
            (
                "Etiquetas que isentam",
                "Tickets com uma destas etiquetas não são lembrados nem encerrados.",
            ),
            ("Exempt tags", "Tickets with one of these tags are neither reminded nor closed."),
        ),
    ),
    (
        "policy",
        "groups",
        texts(
            (
                "Conversaciones de grupo",
                "Si las conversaciones de grupo quedan exentas. Sin indicarlo: exentas.",
            ),
            (
                "Conversas em grupo",
                "Se as conversas em grupo ficam isentas. Sem indicação: isentas.",
            ),
            ("Group conversations", "Whether group conversations are exempt. Default: exempt."),
        ),
    ),
    (
        "policy",
        "opt-out-words",
        texts(
            (
                "Palabras de baja",
                "El cliente que escribe una de estas palabras no recibe más recordatorios; el cierre es silencioso.",
            ),
            (
                "Palavras de descadastro",
                "O cliente que escreve uma destas palavras não recebe mais lembretes; o encerramento é silencioso.",
            ),
            (
                "Opt-out words",
                "A customer who writes one of these words receives no more reminders; the close is silent.",
            ),
        ),
    ),
    (
        "policy",
        "budget",
        texts(
            (
                "Límites de mensajes",
                "Cuántos mensajes puede recibir un cliente, en todos los departamentos juntos.",
            ),
            (
                "Limites de mensagens",
                "Quantas mensagens um cliente pode receber, em todos os departamentos juntos.",
            ),
            ("Message limits", "Limits for the messages to one customer, across departments."),
        ),
    ),
    (
        "policy",
        "schedules",
        texts(
            (
                "Horarios de atención",
                "Los horarios por nombre, para los tiempos de las reglas y para las respuestas automáticas.",
            ),
            (
                "Horários de atendimento",
                "Os horários por nome, para os tempos das regras e para as respostas automáticas.",
            ),
            (
                "Opening hours",
                "Opening hours by name, for business-hours and for automatic replies.",
            ),
        ),
    ),
    (
        "policy",
        "sending-windows",
        texts(
            (
                "Ventanas de envío",
                "Por nombre, cuándo pueden recibir mensajes los clientes, en su propia zona horaria.",
            ),
            (
                "Janelas de envio",
                "Por nome, quando os clientes podem receber mensagens, no próprio fuso horário deles.",
            ),
            (
                "Sending windows",
                "By name, when customers may receive messages, in their own time zone.",
            ),
        ),
    ),
    (
        "policy",
        "defaults",
        texts(
            (
                "Opciones de todas las reglas",
                "Las opciones que valen para todas las reglas; cada regla puede cambiarlas.",
            ),
            (
                "Opções de todas as regras",
                "As opções que valem para todas as regras; cada regra pode mudá-las.",
            ),
            ("Options of all rules", "Options for all rules; a rule can override each."),
        ),
    ),
    (
        "policy",
        "rules",
        texts(
            (
                "Reglas",
                "Las reglas de cierre: una para cada grupo de departamentos, y una para los demás.",
            ),
            (
                "Regras",
                "As regras de encerramento: uma para cada grupo de departamentos, e uma para os demais.",
            ),
            (
                "Rules",
                "The closing rules: one for each group of departments, and one for all others.",
            ),
        ),
    ),
    (
        "policy",
        "replies",
        texts(
            ("Respuestas automáticas", "Las respuestas automáticas, por equipo."),
            ("Respostas automáticas", "As respostas automáticas, por equipe."),
            ("Automatic replies", "Automatic replies, by team."),
        ),
    ),
    (
        "activation",
        "from",
        texts(
            (
                "Desde",
                "Los silencios que empezaron antes de este momento se dejan como están. Con zona horaria: 2026-05-04T09:00:00-03:00.",
            ),
            (
                "A partir de",
                "Os silêncios que começaram antes deste momento ficam como estão. Com fuso horário: 2026-05-04T09:00:00-03:00.",
            ),
            (
                "From",
                "Cycles that began before this instant are ignored. With a time zone: 2026-05-04T09:00:00-03:00.",
            ),
        ),
    ),
    (
        "activation",
        "backlog",
        texts(
            (
                "Tickets antiguos",
                "Si los tickets antiguos se dejan como están o también se atienden. Sin indicarlo: se dejan.",
            ),
            (
                "Tickets antigos",
                "Se os tickets antigos ficam como estão ou também são tratados. Sem indicação: ficam.",
            ),
            ("Old tickets", "Whether old tickets are ignored or handled too. Default: leave."),
        ),
    ),
    (
        "activation",
        "within",
        texts(
            (
                "Repartidos en",
                "El tiempo en el que se reparten los tickets antiguos incluidos. Sin indicarlo: 1 h.",
            ),
            (
                "Distribuídos em",
                "O tempo em que se distribuem os tickets antigos incluídos. Sem indicação: 1 h.",
            ),
            ("Spread over", "The time over which included old tickets are spread. Default: 1 h."),
        ),
    ),
    (
        "budget",
        "per-day",
        texts(
            ("Mensajes por día", "El máximo de mensajes por día."),
            ("Mensagens por dia", "O máximo de mensagens por dia."),
            ("Messages per day", "The maximum number of messages per day."),
        ),
    ),
    (
        "budget",
        "per-week",
        texts(
            ("Mensajes por semana", "El máximo de mensajes por semana."),
            ("Mensagens por semana", "O máximo de mensagens por semana."),
            ("Messages per week", "The maximum number of messages per week."),
        ),
    ),
    (
        "budget",
        "days-apart",
        texts(
            ("Días entre mensajes", "El mínimo de días entre dos mensajes."),
            ("Dias entre mensagens", "O mínimo de dias entre duas mensagens."),
            ("Days between messages", "The minimum number of days between two messages."),
        ),
    ),
    (
        "schedule",
        "zone",
        texts(
            ("Zona horaria", "Su zona horaria. Sin indicarla: la de la política."),
            ("Fuso horário", "O fuso horário. Sem indicação: o da política."),
            ("Time zone", "Its time zone. Default: the policy's."),
        ),
    ),
    (
        "schedule",
        "open",
        texts(
            ("Abierto", "Las horas de atención por día de la semana, como 09:00-18:00."),
            ("Aberto", "As horas de atendimento por dia da semana, como 09:00-18:00."),
            ("Open", "Its opening hours by day of the week, such as 09:00-18:00."),
        ),
    ),
    (
        "schedule",
        "holidays",
        texts(
            ("Festivos", "Los días en que está cerrado o tiene otras horas."),
            ("Feriados", "Os dias em que está fechado ou tem outras horas."),
            ("Holidays", "Days on which it is closed or has other hours."),
        ),
    ),
    (
        "holiday",
        "date",
        texts(
            ("Fecha", "Una fecha, 2026-12-24, o un día de cada año, 12-24."),
            ("Data", "Uma data, 2026-12-24, ou um dia de cada ano, 12-24."),
            ("Date", "A date, 2026-12-24, or a day of every year, 12-24."),
        ),
    ),
    (
        "holiday",
        "open",
        texts(
            ("Abierto", "Las horas de ese día; una lista vacía: cerrado."),
            ("Aberto", "As horas desse dia; uma lista vazia: fechado."),
            ("Open", "The opening hours on this day; an empty list: closed."),
        ),
    ),
    (
        "sending-window",
        "zone",
        texts(
            (
                "Zona horaria",
                "La zona horaria para clientes cuya zona no se conoce. Sin indicarla: la de la política.",
            ),
            (
                "Fuso horário",
                "O fuso horário para clientes cujo fuso não se conhece. Sem indicação: o da política.",
            ),
            (
                "Time zone",
                "The time zone for customers whose own is unknown. Default: the policy's.",
            ),
        ),
    ),
    (
        "sending-window",
        "open",
        texts(
            (
                "Horas de envío",
                "Cuándo pueden recibir mensajes los clientes, por día de la semana. Sin indicarlo: siempre.",
            ),
            (
                "Horas de envio",
                "Quando os clientes podem receber mensagens, por dia da semana. Sem indicação: sempre.",
            ),
            (
                "Sending hours",
                "When customers may receive messages, by day of the week. Default: at any time.",
            ),
        ),
    ),
    (
        "sending-window",
        "holidays",
        texts(
            ("Festivos", "Los días sin mensajes, o con otras horas."),
            ("Feriados", "Os dias sem mensagens, ou com outras horas."),
            ("Holidays", "Days without messages, or with other hours."),
        ),
    ),
    (
        "sending-window",
        "per-day",
        texts(
            ("Mensajes por día", "El máximo de mensajes por día."),
            ("Mensagens por dia", "O máximo de mensagens por dia."),
            ("Messages per day", "The maximum number of messages per day."),
        ),
    ),
    (
        "sending-window",
        "per-week",
        texts(
            ("Mensajes por semana", "El máximo de mensajes por semana."),
            ("Mensagens por semana", "O máximo de mensagens por semana."),
            ("Messages per week", "The maximum number of messages per week."),
        ),
    ),
    (
        "sending-window",
        "days-apart",
        texts(
            ("Días entre mensajes", "El mínimo de días entre dos mensajes."),
            ("Dias entre mensagens", "O mínimo de dias entre duas mensagens."),
            ("Days between messages", "The minimum number of days between two messages."),
        ),
    ),
    (
        "sending-window",
        "close",
        texts(
            (
                "Cierre fuera de la ventana",
                "Un cierre fuera de la ventana se hace sin su texto, o espera. Sin indicarlo: sin texto.",
            ),
            (
                "Encerramento fora da janela",
                "Um encerramento fora da janela é feito sem seu texto, ou espera. Sem indicação: sem texto.",
            ),
            (
                "Close outside the window",
                "A close outside the window is done without its text, or waits. Default: silent.",
            ),
        ),
    ),
    (
        OPTION,
        "count-from",
        texts(
            (
                "Desde cuándo se cuenta",
                "Cuándo empiezan los tiempos de la regla. Sin indicarlo: con el último mensaje del agente.",
            ),
            (
                "A partir de quando se conta",
                "Quando começam os tempos da regra. Sem indicação: com a última mensagem do agente.",
            ),
            ("Counted from", "When the times of the rule start. Default: last-agent-message."),
        ),
    ),
    (
        OPTION,
        "catch-up",
        texts(
            (
                "Después de una caída",
                "Después de una caída: cada recordatorio vencido en su orden, o solo el último. Sin indicarlo: en orden.",
            ),
            (
                "Depois de uma queda",
                "Depois de uma queda: cada lembrete vencido em sua ordem, ou só o último. Sem indicação: em ordem.",
            ),
            (
                "After an outage",
                "After an outage: each overdue reminder in order, or only the latest. Default: in-order.",
            ),
        ),
    ),
    (
        OPTION,
        "on-failed-reminder",
        texts(
            (
                "Si un recordatorio falla",
                "Qué pasa cuando un recordatorio no se puede enviar: lo mismo en todos los casos, o según el caso. Sin indicarlo: se detiene.",
            ),
            (
                "Se um lembrete falha",
                "O que acontece quando um lembrete não pode ser enviado: o mesmo em todos os casos, ou conforme o caso. Sem indicação: para.",
            ),
            (
                "If a reminder fails",
                "What happens when a reminder cannot be sent: one word for all failures, or one per kind. Default: stop.",
            ),
        ),
    ),
    (
        OPTION,
        "only-after-agent",
        texts(
            (
                "Solo si un agente escribió",
                "No: un ticket que abrió la empresa se recuerda y se cierra aunque ningún agente haya escrito en él. Nunca se cierra un ticket cuyo cliente espera. Sin indicarlo: sí.",
            ),
            (
                "Só se um agente escreveu",
                "Não: um ticket aberto pela empresa é lembrado e encerrado mesmo que nenhum agente tenha escrito nele. Um ticket cujo cliente espera nunca é encerrado. Sem indicação: sim.",
            ),
            (
                "Only after an agent",
                "false: a ticket that the company opened is reminded and closed even if no agent has written in it. A ticket whose customer waits is never closed. Default: true.",
            ),
        ),
    ),
    (
        OPTION,
        "ai-agent-counts",
        texts(
            (
                "El agente de IA cuenta",
                "Si el mensaje de un agente de IA cuenta como el de un agente. Sin indicarlo: no.",
            ),
            (
                "O agente de IA conta",
                "Se a mensagem de um agente de IA conta como a de um agente. Sem indicação: não.",
            ),
            (
                "AI agents count",
                "Whether an AI agent's message counts as an agent's. Default: false.",
            ),
        ),
    ),
    (
        OPTION,
        "reactions-count",
        texts(
            (
                "Las reacciones cuentan",
                "Si la reacción de un cliente cuenta como respuesta. Sin indicarlo: no.",
            ),
            (
                "As reações contam",
                "Se a reação de um cliente conta como resposta. Sem indicação: não.",
            ),
            (
                "Reactions count",
                "Whether a customer's reaction counts as an answer. Default: false.",
            ),
        ),
    ),
    (
        OPTION,
        "snooze",
        texts(
            (
                "Ticket pospuesto",
                "Qué hace el reloj cuando el ticket se pospone. Una pausa siempre lo detiene. Sin indicarlo: se detiene.",
            ),
            (
                "Ticket adiado",
                "O que o relógio faz quando o ticket é adiado. Uma pausa sempre o para. Sem indicação: para.",
            ),
            (
                "Snoozed tickets",
                "The effect of a snooze on the clock. A hold always pauses it. Default: pause.",
            ),
        ),
    ),
    (
        OPTION,
        "snooze-ends-on-reply",
        texts(
            (
                "La respuesta termina el aplazamiento",
                "Si el aplazamiento termina cuando el cliente responde. Sin indicarlo: sí.",
            ),
            (
                "A resposta termina o adiamento",
                "Se o adiamento termina quando o cliente responde. Sem indicação: sim.",
            ),
            (
                "A reply ends the snooze",
                "Whether a snooze is over when the customer answers. Default: true.",
            ),
        ),
    ),
    (
        OPTION,
        "visitor-left",
        texts(
            (
                "Si el visitante se va",
                "Qué sigue cuando el visitante de un chat se fue; apagado: nada. Sin indicarlo: apagado.",
            ),
            (
                "Se o visitante sai",
                "O que segue quando o visitante de um chat saiu; desligado: nada. Sem indicação: desligado.",
            ),
            (
                "When the visitor leaves",
                "What follows when the visitor of a chat has left; false: nothing. Default: false.",
            ),
        ),
    ),
    (
        OPTION,
        "company-silent",
        texts(
            (
                "Si la empresa calla",
                "Cuándo se avisa a los responsables de un cliente que espera respuesta; apagado: nunca. Sin indicarlo: apagado.",
            ),
            (
                "Se a empresa silencia",
                "Quando se avisa os responsáveis de um cliente que espera resposta; desligado: nunca. Sem indicação: desligado.",
            ),
            (
                "When the company is silent",
                "When the people in charge are notified of a customer who waits for an answer; false: never. Default: false.",
            ),
        ),
    ),
    (
        "visitor-left",
        "close-after",
        texts(
            (
                "Cerrar después de",
                "Cuánto después de irse el visitante se cierra el ticket, sin recordatorios ni texto de cierre.",
            ),
            (
                "Encerrar depois de",
                "Quanto tempo depois de o visitante sair o ticket é encerrado, sem lembretes nem texto de encerramento.",
            ),
            (
                "Close after",
                "How long after the visitor has left the ticket is closed, without reminders or a closing text.",
            ),
        ),
    ),
    (
        "company-silent",
        "after",
        texts(
            (
                "Avisar después de",
                "Cuánto ha esperado el cliente, desde su primer mensaje sin respuesta.",
            ),
            (
                "Avisar depois de",
                "Quanto o cliente esperou, desde sua primeira mensagem sem resposta.",
            ),
            (
                "Notify after",
                "How long the customer has waited, counted from the first unanswered message.",
            ),
        ),
    ),
    (
        OPTION,
        "after-reopening",
        texts(
            (
                "Ticket reabierto",
                "Cuándo empieza el reloj de un ticket reabierto. Sin indicarlo: con el mensaje del agente.",
            ),
            (
                "Ticket reaberto",
                "Quando começa o relógio de um ticket reaberto. Sem indicação: com a mensagem do agente.",
            ),
            (
                "Reopened tickets",
                "When the clock of a reopened ticket starts. Default: on-agent-message.",
            ),
        ),
    ),
    (
        OPTION,
        "typing",
        texts(
            (
                "Mientras el cliente escribe",
                "Cuánto espera un cierre vencido mientras el cliente escribe; apagado: no espera. Sin indicarlo: 2 min, 10 min como máximo.",
            ),
            (
                "Enquanto o cliente digita",
                "Quanto um encerramento vencido espera enquanto o cliente digita; desligado: não espera. Sem indicação: 2 min, no máximo 10 min.",
            ),
            (
                "While the customer types",
                "How long a due close waits while the customer types; false: it does not wait. Default: 2 min, 10 min at most.",
            ),
        ),
    ),
    (
        OPTION,
        "late-reply",
        texts(
            (
                "Respuesta tardía",
                "Hasta cuánto después del cierre el mensaje del cliente reabre el ticket, en las horas de la regla si las tiene. Sin indicarlo: 1 d.",
            ),
            (
                "Resposta tardia",
                "Até quanto depois do encerramento a mensagem do cliente reabre o ticket, nas horas da regra se ela as tem. Sem indicação: 1 d.",
            ),
            (
                "Late replies",
                "How long after the close a customer's message reopens the ticket, in the rule's open time if it has one. Default: 1 d.",
            ),
        ),
    ),
    (
        OPTION,
        "late-reply-time",
        texts(
            (
                "Tiempo de la respuesta tardía",
                "Si ese tiempo corre como los tiempos de la regla, o en tiempo de calendario. Sin indicarlo: como la regla.",
            ),
            (
                "Tempo da resposta tardia",
                "Se esse tempo corre como os tempos da regra, ou em tempo de calendário. Sem indicação: como a regra.",
            ),
            (
                "Time of late replies",
                "Whether that time runs as the rule's times do, or in calendar time. Default: rule.",
            ),
        ),
    ),
    (
        OPTION,
        "guard",
        texts(
            (
                "Margen mínimo",
                "El tiempo mínimo entre el mensaje de un agente y un paso cuyo tiempo empezó antes. Sin indicarlo: 1 min.",
            ),
            (
                "Margem mínima",
                "O tempo mínimo entre a mensagem de um agente e um passo cujo tempo começou antes. Sem indicação: 1 min.",
            ),
            (
                "Minimum margin",
                "The minimum time between an agent's message and a step whose time started earlier. Default: 1 min.",
            ),
        ),
    ),
    (
        OPTION,
        "business-hours",
        texts(
            (
                "Horario de los tiempos",
                "El horario en cuyas horas abiertas corren todos los tiempos; apagado: tiempo de calendario. Sin indicarlo: apagado.",
            ),
            (
                "Horário dos tempos",
                "O horário em cujas horas abertas correm todos os tempos; desligado: tempo de calendário. Sem indicação: desligado.",
            ),
            (
                "Business hours",
                "The schedule in whose open time all times run; false: calendar time. Default: false.",
            ),
        ),
    ),
    (
        OPTION,
        "sending-window",
        texts(
            (
                "Ventana de envío",
                "La ventana de envío que esperan los mensajes; apagado: ninguna. Sin indicarlo: apagado.",
            ),
            (
                "Janela de envio",
                "A janela de envio que as mensagens esperam; desligado: nenhuma. Sem indicação: desligado.",
            ),
            ("Sending window", "The sending window for messages; false: none. Default: false."),
        ),
    ),
    (
        OPTION,
        "outside-channel-window",
        texts(
            (
                "Fuera de la ventana del canal",
                "Qué pasa con un recordatorio sin plantilla cuando el canal ya no acepta texto libre. Sin indicarlo: no se envía.",
            ),
            (
                "Fora da janela do canal",
                "O que acontece com um lembrete sem modelo quando o canal não aceita mais texto livre. Sem indicação: não é enviado.",
            ),
            (
                "Outside the channel's window",
                "What happens to a reminder without a template when the channel no longer accepts free text. Default: leave-out.",
            ),
        ),
    ),
    (
        OPTION,
        "when-left-out",
        texts(
            (
                "Si el último recordatorio no llegó",
                "Si un ticket se cierra en silencio cuando su último recordatorio no se envió. Sin indicarlo: no se cierra.",
            ),
            (
                "Se o último lembrete não chegou",
                "Se um ticket é encerrado em silêncio quando seu último lembrete não foi enviado. Sem indicação: não é encerrado.",
            ),
            (
                "If the last reminder is left out",
                "Whether a ticket is closed silently if its last reminder was left out. Default: no-close.",
            ),
        ),
    ),
    (
        OPTION,
        "close",
        texts(
            ("Qué pasa al cerrar", "El contenido del cierre."),
            ("O que acontece ao encerrar", "O conteúdo do encerramento."),
            ("What happens at the close", "The contents of a close."),
        ),
    ),
    (
        "rule",
        "name",
        texts(
            (
                "Nombre",
                "El nombre de la regla en explicaciones y notas de cierre. Sin indicarlo: sus departamentos.",
            ),
            (
                "Nome",
                "O nome da regra em explicações e notas de encerramento. Sem indicação: seus departamentos.",
            ),
            (
                "Name",
                "The rule's name in explanations and closing notes. Default: its departments.",
            ),
        ),
    ),
    (
        "rule",
        "departments",
        texts(
            (
                "Departamentos",
                "Los departamentos de esta regla, o \"any\" para los que no tienen regla propia.",
            ),
            (
                "Departamentos",
                "Os departamentos desta regra, ou \"any\" para os que não têm regra própria.",
            ),
            (
                "Departments",
                "The departments of this rule, or \"any\" for those without a rule of their own.",
            ),
        ),
    ),
    (
        "rule",
        "tags",
        texts(
            (
                "Solo con etiquetas",
                "Solo tickets con una de estas etiquetas. Sin indicarlo: cualquier ticket.",
            ),
            (
                "Só com etiquetas",
                "Só tickets com uma destas etiquetas. Sem indicação: qualquer ticket.",
            ),
            ("Only with tags", "Only tickets with one of these tags. Default: any ticket."),
        ),
    ),
    (
        "rule",
        "priorities",
        texts(
            (
                "Solo con prioridades",
                "Solo tickets de una de estas prioridades, según el dato ticket.priority. Sin indicarlo: cualquiera.",
            ),
            (
                "Só com prioridades",
                "Só tickets de uma destas prioridades, conforme o dado ticket.priority. Sem indicação: qualquer uma.",
            ),
            (
                "Only with priorities",
                "Only tickets of one of these priorities, as the fact ticket.priority says. Default: any.",
            ),
        ),
    ),
    (
        "rule",
        "channels",
        texts(
            ("Solo en canales", "Solo tickets en uno de estos canales. Sin indicarlo: cualquiera."),
            ("Só em canais", "Só tickets em um destes canais. Sem indicação: qualquer um."),
            ("Only on channels", "Only tickets on one of these channels. Default: any."),
        ),
    ),
    (
        "rule",
        "enabled",
        texts(
            (
                "Activa",
                "No: nada pasa en estos departamentos; tampoco vale la regla para los demás. Sin indicarlo: sí.",
            ),
            (
                "Ativa",
                "Não: nada acontece nestes departamentos; a regra para os demais também não vale. Sem indicação: sim.",
            ),
            (
                "Switched on",
                "false: nothing happens in these departments; the rule for any does not apply either. Default: true.",
            ),
        ),
    ),
    (
        "rule",
        "close-after",
        texts(
            (
                "Cerrar después de",
                "Cuándo se cierra el ticket: 15 min, 1 h 30 min, 2 d. Sin indicarlo: nunca.",
            ),
            (
                "Encerrar depois de",
                "Quando o ticket é encerrado: 15 min, 1 h 30 min, 2 d. Sem indicação: nunca.",
            ),
            (
                "Close after",
                "When the ticket is closed: 15 min, 1 h 30 min, 2 d. Without it, never.",
            ),
        ),
    ),
    (
        "rule",
        "reminders",
        texts(
            ("Recordatorios", "Los mensajes a un cliente que calla, en orden."),
            ("Lembretes", "As mensagens a um cliente em silêncio, em ordem."),
            ("Reminders", "Messages to a silent customer, in order."),
        ),
    ),
    (
        "reminder",
        "after",
        texts(
            (
                "Después del anterior",
                "El tiempo desde que se envió el recordatorio anterior; para el primero, desde el comienzo que indica count-from.",
            ),
            (
                "Depois do anterior",
                "O tempo desde que o lembrete anterior foi enviado; para o primeiro, desde o início que count-from indica.",
            ),
            (
                "After the previous one",
                "The time since the previous reminder was sent; for the first one, since the start given by count-from.",
            ),
        ),
    ),
    (
        "reminder",
        "before-close",
        texts(
            ("Antes del cierre", "En lugar de after: el tiempo antes del cierre."),
            ("Antes do encerramento", "Em vez de after: o tempo antes do encerramento."),
            ("Before the close", "Instead of after: the time before the close."),
        ),
    ),
    (
        "reminder",
        "text",
        texts(
            ("Texto", "Lo que recibe el cliente: un texto, o uno por idioma."),
            ("Texto", "O que o cliente recebe: um texto, ou um por idioma."),
            ("Text", "What the customer receives: a text, or one for each language."),
        ),
    ),
    (
        "reminder",
        "image",
        texts(
            ("Imagen", "Una imagen que se envía con el texto."),
            ("Imagem", "Uma imagem enviada com o texto."),
            ("Picture", "An image that is sent with the text."),
        ),
    ),
    (
        "reminder",
        "quick-replies",
        texts(
            ("Respuestas rápidas", "Respuestas que el cliente puede elegir."),
            ("Respostas rápidas", "Respostas que o cliente pode escolher."),
            ("Quick replies", "Answers that the customer can choose."),
        ),
    ),
    (
        "reminder",
        "template",
        texts(
            (
                "Plantilla",
                "La plantilla aprobada que se envía en su lugar cuando el canal ya no acepta texto libre.",
            ),
            (
                "Modelo",
                "O modelo aprovado que é enviado em seu lugar quando o canal não aceita mais texto livre.",
            ),
            (
                "Template",
                "The approved template that is sent instead when the channel no longer accepts free text.",
            ),
        ),
    ),
    (
        "image",
        "url",
        texts(
            ("Dirección", "La dirección de la imagen: https://…"),
            ("Endereço", "O endereço da imagem: https://…"),
            ("Address", "The address of the image: https://…"),
        ),
    ),
    (
        "image",
        "alternative",
        texts(
            ("Descripción", "La descripción de la imagen, para quienes no pueden verla."),
            ("Descrição", "A descrição da imagem, para quem não pode vê-la."),
            ("Description", "A description of the image, for those who cannot see it."),
        ),
    ),
    (
        "quick-reply",
        "text",
        texts(
            ("Texto del botón", "El texto del botón: «Sigo aquí»."),
            ("Texto do botão", "O texto do botão: «Ainda estou aqui»."),
            ("Text of the button", "The text of the button: «Sigo aquí»."),
        ),
    ),
    (
        "quick-reply",
        "effect",
        texts(
            (
                "Efecto",
                "Continuar: una respuesta como cualquiera; dar más tiempo; o cerrar el ticket como resuelto.",
            ),
            (
                "Efeito",
                "Continuar: uma resposta como qualquer outra; dar mais tempo; ou encerrar o ticket como resolvido.",
            ),
            (
                "Effect",
                "continue: an answer like any other; extend: more time; resolve: the ticket is closed as resolved.",
            ),
        ),
    ),
    (
        "quick-reply",
        "by",
        texts(
            ("Tiempo adicional", "El tiempo adicional, si el efecto es dar más tiempo."),
            ("Tempo adicional", "O tempo adicional, se o efeito é dar mais tempo."),
            ("Additional time", "The additional time, for extend."),
        ),
    ),
    (
        "template",
        "name",
        texts(
            ("Nombre", "Su nombre en el canal."),
            ("Nome", "Seu nome no canal."),
            ("Name", "Its name in the channel."),
        ),
    ),
    (
        "template",
        "language",
        texts(
            (
                "Idioma",
                "El idioma en que se aprobó, o una lista: se usa el más cercano al del cliente. Sin indicarlo: el del cliente.",
            ),
            (
                "Idioma",
                "O idioma em que foi aprovado, ou uma lista: usa-se o mais próximo ao do cliente. Sem indicação: o do cliente.",
            ),
            (
                "Language",
                "The language it was approved in, or a list of those: the nearest to the customer's is used. Default: the customer's.",
            ),
        ),
    ),
    (
        "template",
        "parameters",
        texts(
            ("Parámetros", "Los valores de sus variables, en orden."),
            ("Parâmetros", "Os valores de suas variáveis, em ordem."),
            ("Parameters", "The values of its placeholders, in order."),
        ),
    ),
    (
        "on-failed-reminder",
        "unreachable",
        texts(
            (
                "Cliente inalcanzable",
                "Cuando no se puede llegar al cliente. Sin indicarlo: se detiene.",
            ),
            (
                "Cliente inalcançável",
                "Quando não se consegue chegar ao cliente. Sem indicação: para.",
            ),
            ("Customer unreachable", "When the customer cannot be reached. Default: stop."),
        ),
    ),
    (
        "on-failed-reminder",
        "refused",
        texts(
            ("Mensaje rechazado", "Cuando el canal rechaza el mensaje. Sin indicarlo: se detiene."),
            ("Mensagem recusada", "Quando o canal recusa a mensagem. Sem indicação: para."),
            ("Message refused", "When the channel refuses the message. Default: stop."),
        ),
    ),
    (
        "on-failed-reminder",
        "retry-after",
        texts(
            ("Tiempo entre intentos", "El tiempo entre dos intentos. Sin indicarlo: 10 min."),
            ("Tempo entre tentativas", "O tempo entre duas tentativas. Sem indicação: 10 min."),
            ("Time between attempts", "The time between two attempts. Default: 10 min."),
        ),
    ),
    (
        "on-failed-reminder",
        "retries",
        texts(
            ("Intentos adicionales", "El número de intentos adicionales. Sin indicarlo: 3."),
            ("Tentativas adicionais", "O número de tentativas adicionais. Sem indicação: 3."),
            ("Further attempts", "The number of further attempts. Default: 3."),
        ),
    ),
    (
        "typing",
        "grace",
        texts(
            ("Espera cada vez", "Cuánto espera el cierre cada vez. Sin indicarlo: 2 min."),
            ("Espera a cada vez", "Quanto o encerramento espera a cada vez. Sem indicação: 2 min."),
            ("Wait each time", "How long the close waits each time. Default: 2 min."),
        ),
    ),
    (
        "typing",
        "at-most",
        texts(
            ("Espera en total", "Cuánto espera en total. Sin indicarlo: 10 min."),
            ("Espera no total", "Quanto espera no total. Sem indicação: 10 min."),
            ("Wait in total", "How long it waits in total. Default: 10 min."),
        ),
    ),
    (
        "close",
        "notice",
        texts(
            (
                "Aviso en la conversación",
                "El aviso en la conversación. Sin indicarlo: «Ticket cerrado por inactividad», en el idioma del cliente.",
            ),
            (
                "Aviso na conversa",
                "O aviso na conversa. Sem indicação: «Ticket encerrado por inatividade», no idioma do cliente.",
            ),
            (
                "Notice in the conversation",
                "The notice in the conversation. Default: «Ticket cerrado por inactividad», in the customer's language.",
            ),
        ),
    ),
    (
        "close",
        "closing-text",
        texts(
            ("Texto de cierre", "Un último mensaje al cliente, que se envía con el cierre."),
            (
                "Texto de encerramento",
                "Uma última mensagem ao cliente, enviada com o encerramento.",
            ),
            ("Closing text", "A last message to the customer, sent with the close."),
        ),
    ),
    (
        "close",
        "closing-template",
        texts(
            (
                "Plantilla de cierre",
                "La plantilla aprobada que reemplaza el texto de cierre cuando el canal ya no acepta texto libre.",
            ),
            (
                "Modelo de encerramento",
                "O modelo aprovado que substitui o texto de encerramento quando o canal não aceita mais texto livre.",
            ),
            (
                "Closing template",
                "The approved template that replaces the closing text when the channel no longer accepts free text.",
            ),
        ),
    ),
    (
        "close",
        "category",
        texts(
            (
                "Categoría de la nota",
                "La categoría de la nota de cierre. Sin indicarlo: «Inactividad del cliente».",
            ),
            (
                "Categoria da nota",
                "A categoria da nota de encerramento. Sem indicação: «Inatividade do cliente».",
            ),
            (
                "Category of the note",
                "The category of the closing note. Default: «Inactividad del cliente».",
            ),
        ),
    ),
    (
        "close",
        "summary",
        texts(
            (
                "Texto de la nota",
                "El texto de la nota de cierre, con {{summary}} donde van los hechos. Sin indicarlo: solo los hechos.",
            ),
            (
                "Texto da nota",
                "O texto da nota de encerramento, com {{summary}} onde entram os fatos. Sem indicação: só os fatos.",
            ),
            (
                "Text of the note",
                "The text of the closing note, with {{summary}} for the facts. Default: only the facts.",
            ),
        ),
    ),
    (
        "close",
        "tags",
        texts(
            ("Etiquetas", "Las etiquetas que recibe el ticket."),
            ("Etiquetas", "As etiquetas que o ticket recebe."),
            ("Tags", "Tags to put on the ticket."),
        ),
    ),
    (
        "close",
        "incomplete-metadata",
        texts(
            (
                "Campos obligatorios vacíos",
                "Cuando hay campos obligatorios vacíos: cerrar y anotarlo, o no cerrar y avisar a los responsables. Sin indicarlo: cerrar.",
            ),
            (
                "Campos obrigatórios vazios",
                "Quando há campos obrigatórios vazios: encerrar e registrar, ou não encerrar e avisar os responsáveis. Sem indicação: encerrar.",
            ),
            (
                "Empty mandatory fields",
                "When mandatory fields are empty: close and record it, or do not close and notify the people in charge. Default: ignore.",
            ),
        ),
    ),
    (
        "close",
        "unassign-after",
        texts(
            (
                "Quitar el agente",
                "Después del cierre de quién se quita el agente. Sin indicarlo: por inactividad.",
            ),
            (
                "Retirar o agente",
                "Depois do encerramento de quem o agente é retirado. Sem indicação: por inatividade.",
            ),
            (
                "Unassign the agent",
                "After whose close the agent is unassigned. Default: [\"inactivity\"].",
            ),
        ),
    ),
    (
        "close",
        "keep-assignment-tags",
        texts(
            (
                "Etiquetas que conservan el agente",
                "Los tickets con una de estas etiquetas conservan su agente.",
            ),
            (
                "Etiquetas que mantêm o agente",
                "Tickets com uma destas etiquetas mantêm seu agente.",
            ),
            ("Tags that keep the agent", "Tickets with one of these tags keep their agent."),
        ),
    ),
    (
        "close",
        "bot-on-after",
        texts(
            (
                "Reactivar el bot",
                "Después del cierre de quién se reactiva el bot. Sin indicarlo: por inactividad.",
            ),
            (
                "Reativar o bot",
                "Depois do encerramento de quem o bot é reativado. Sem indicação: por inatividade.",
            ),
            (
                "Switch the bot on",
                "After whose close the bot is switched on again. Default: [\"inactivity\"].",
            ),
        ),
    ),
    (
        "close",
        "survey",
        texts(
            ("Encuesta", "La encuesta después del cierre. Sin indicarlo: no."),
            ("Pesquisa", "A pesquisa depois do encerramento. Sem indicação: não."),
            ("Survey", "The survey after the close. Default: no."),
        ),
    ),
    (
        "close",
        "survey-after",
        texts(
            (
                "Encuesta tras el cierre de",
                "Después del cierre de quién se envía la encuesta. Sin indicarlo: por inactividad.",
            ),
            (
                "Pesquisa após o encerramento de",
                "Depois do encerramento de quem a pesquisa é enviada. Sem indicação: por inatividade.",
            ),
            (
                "Survey after whose close",
                "After whose close the survey is sent. Default: [\"inactivity\"].",
            ),
        ),
    ),
    (
        "close",
        "survey-again",
        texts(
            (
                "Encuesta otra vez",
                "Si a un cliente que ya recibió la encuesta se le envía otra cuando se cierra el ticket reabierto: pasado el tiempo de la respuesta tardía, siempre o nunca. Sin indicarlo: pasado ese tiempo.",
            ),
            (
                "Pesquisa outra vez",
                "Se um cliente que já recebeu a pesquisa recebe outra quando o ticket reaberto é encerrado: passado o tempo da resposta tardia, sempre ou nunca. Sem indicação: passado esse tempo.",
            ),
            (
                "Survey again",
                "Whether a customer who was asked is asked again when the reopened ticket is closed: once late-reply is over, always, or never. Default: after-grace.",
            ),
        ),
    ),
    (
        "team",
        "departments",
        texts(
            (
                "Departamentos",
                "Los departamentos de este equipo, o \"any\" para los que no tienen uno propio.",
            ),
            (
                "Departamentos",
                "Os departamentos desta equipe, ou \"any\" para os que não têm uma própria.",
            ),
            (
                "Departments",
                "The departments of this team, or \"any\" for those without one of their own.",
            ),
        ),
    ),
    (
        "team",
        "enabled",
        texts(
            ("Activas", "No: nada se responde en este equipo. Sin indicarlo: sí."),
            ("Ativas", "Não: nada é respondido nesta equipe. Sem indicação: sim."),
            ("Switched on", "false: nothing is answered for this team. Default: true."),
        ),
    ),
    (
        "team",
        "schedule",
        texts(
            (
                "Horario",
                "El horario del equipo, para respuestas que dependen de las horas de atención.",
            ),
            (
                "Horário",
                "O horário da equipe, para respostas que dependem das horas de atendimento.",
            ),
            ("Schedule", "The team's schedule, for replies that depend on opening hours."),
        ),
    ),
    (
        "team",
        "missed-call-ticket",
        texts(
            (
                "Ticket por llamada perdida",
                "Si una llamada perdida abre un ticket. Sin indicarlo: no.",
            ),
            (
                "Ticket por chamada perdida",
                "Se uma chamada perdida abre um ticket. Sem indicação: não.",
            ),
            ("Ticket for missed calls", "Whether a missed call opens a ticket. Default: false."),
        ),
    ),
    (
        "team",
        "signature",
        texts(
            ("Firma", "El nombre al final de una respuesta. Sin indicarlo: ninguno."),
            ("Assinatura", "O nome no fim de uma resposta. Sem indicação: nenhum."),
            ("Signature", "The name at the end of a reply. Default: none."),
        ),
    ),
    (
        "team",
        "events",
        texts(
            ("Respuestas", "Las respuestas, por evento."),
            ("Respostas", "As respostas, por evento."),
            ("Replies", "The replies, by event."),
        ),
    ),
    (
        "reply",
        "enabled",
        texts(
            ("Activa", "No: esto no se responde. Sin indicarlo: sí."),
            ("Ativa", "Não: isto não é respondido. Sem indicação: sim."),
            ("Switched on", "false: this is not answered. Default: true."),
        ),
    ),
    (
        "reply",
        "text",
        texts(
            ("Texto", "Lo que recibe el cliente: un texto, o uno por idioma."),
            ("Texto", "O que o cliente recebe: um texto, ou um por idioma."),
            ("Text", "What the customer receives: a text, or one for each language."),
        ),
    ),
    (
        "reply",
        "also",
        texts(
            ("Más párrafos", "Otros párrafos del mismo mensaje."),
            ("Mais parágrafos", "Outros parágrafos da mesma mensagem."),
            ("More paragraphs", "Further paragraphs of the same message."),
        ),
    ),
    (
        "reply",
        "signature",
        texts(
            ("Firma", "El nombre al final. Sin indicarlo: el del equipo."),
            ("Assinatura", "O nome no fim. Sem indicação: o da equipe."),
            ("Signature", "The name at its end. Default: the team's."),
        ),
    ),
    (
        "reply",
        "channels",
        texts(
            ("Solo en canales", "Los canales en los que se envía. Sin indicarlo: todos."),
            ("Só em canais", "Os canais em que é enviada. Sem indicação: todos."),
            ("Only on channels", "The channels on which it is sent. Default: all."),
        ),
    ),
    (
        "reply",
        "when",
        texts(
            (
                "Cuándo",
                "Si se envía siempre, o solo mientras el equipo atiende o fuera de sus horas. Sin indicarlo: siempre.",
            ),
            (
                "Quando",
                "Se é enviada sempre, ou só enquanto a equipe atende ou fora de suas horas. Sem indicação: sempre.",
            ),
            (
                "When",
                "Whether it is sent at any time, or only while the team is open or out of hours. Default: always.",
            ),
        ),
    ),
    (
        "reply",
        "template",
        texts(
            (
                "Plantilla",
                "La plantilla aprobada que se envía en su lugar cuando el canal ya no acepta texto libre.",
            ),
            (
                "Modelo",
                "O modelo aprovado que é enviado em seu lugar quando o canal não aceita mais texto livre.",
            ),
            (
                "Template",
                "The approved template that is sent instead when the channel no longer accepts free text.",
            ),
        ),
    ),
    (
        EVENTS,
        "customer-hung-up",
        texts(
            (
                "Colgó mientras esperaba",
                "El cliente colgó mientras esperaba un asesor, después del saludo o después de elegir una opción.",
            ),
            (
                "Desligou enquanto esperava",
                "O cliente desligou enquanto esperava um atendente, depois da saudação ou depois de escolher uma opção.",
            ),
            (
                "Hung up while waiting",
                "The caller hung up while waiting for an advisor, after the greeting, or after choosing an option.",
            ),
        ),
    ),
    (
        EVENTS,
        "call-missed",
        texts(
            ("Llamada perdida", "El cliente colgó durante el mensaje de voz o las opciones."),
            ("Chamada perdida", "O cliente desligou durante a mensagem de voz ou as opções."),
            ("Missed call", "The caller hung up during the voice message or the options."),
        ),
    ),
    (
        EVENTS,
        "voicemail-left",
        texts(
            ("Mensaje de voz", "El cliente dejó un mensaje de voz."),
            ("Mensagem de voz", "O cliente deixou uma mensagem de voz."),
            ("Voicemail", "The caller left a message."),
        ),
    ),
    (
        EVENTS,
        "call-completed",
        texts(
            ("Llamada terminada", "Una llamada terminó bien."),
            ("Chamada concluída", "Uma chamada terminou bem."),
            ("Call completed", "A call ended successfully."),
        ),
    ),
    (
        EVENTS,
        "called-out-of-hours",
        texts(
            ("Llamó fuera de horario", "El cliente llamó mientras el equipo estaba cerrado."),
            ("Ligou fora do horário", "O cliente ligou enquanto a equipe estava fechada."),
            ("Called out of hours", "The customer called while the team was closed."),
        ),
    ),
    (
        EVENTS,
        "rating-requested",
        texts(
            ("Se pide una calificación", "Se le pide una calificación al cliente."),
            ("Pede-se uma avaliação", "Pede-se uma avaliação ao cliente."),
            ("Rating requested", "The customer is asked for a rating."),
        ),
    ),
    (
        EVENTS,
        "resolution-asked",
        texts(
            (
                "Se pregunta por la solución",
                "Se le pregunta al cliente si el problema fue resuelto.",
            ),
            ("Pergunta-se pela solução", "Pergunta-se ao cliente se o problema foi resolvido."),
            ("Resolution asked", "The customer is asked whether the problem was solved."),
        ),
    ),
    (
        EVENTS,
        "first-chat-received",
        texts(
            ("Primer mensaje", "Llegó el primer mensaje del cliente."),
            ("Primeira mensagem", "Chegou a primeira mensagem do cliente."),
            ("First message", "The customer's first message arrived."),
        ),
    ),
    (
        EVENTS,
        "media-requested",
        texts(
            ("Se pide una foto o un archivo", "Se le pide al cliente una foto o un archivo."),
            ("Pede-se uma foto ou um arquivo", "Pede-se ao cliente uma foto ou um arquivo."),
            ("Photo or file requested", "The customer is asked for a photo or a file."),
        ),
    ),
    (
        EVENTS,
        "contact-page-shared",
        texts(
            ("Página de contacto", "Se le envía al cliente la página de contacto."),
            ("Página de contato", "Envia-se ao cliente a página de contato."),
            ("Contact page shared", "The customer is sent the contact page."),
        ),
    ),
    (
        EVENTS,
        "approval-requested",
        texts(
            ("Se pide una aprobación", "Se le pide una aprobación al cliente."),
            ("Pede-se uma aprovação", "Pede-se uma aprovação ao cliente."),
            ("Approval requested", "The customer is asked for an approval."),
        ),
    ),
    (
        EVENTS,
        "payment-requested",
        texts(
            ("Se pide un pago", "Se le pide un pago al cliente."),
            ("Pede-se um pagamento", "Pede-se um pagamento ao cliente."),
            ("Payment requested", "The customer is asked for a payment."),
        ),
    ),
    (
        EVENTS,
        "wrote-out-of-hours",
        texts(
            (
                "Escribió fuera de horario",
                "El cliente escribió mientras el equipo estaba cerrado; solo SMS y WhatsApp.",
            ),
            (
                "Escreveu fora do horário",
                "O cliente escreveu enquanto a equipe estava fechada; só SMS e WhatsApp.",
            ),
            (
                "Wrote out of hours",
                "The customer wrote while the team was closed; SMS and WhatsApp only.",
            ),
        ),
    ),
    (
        EVENTS,
        "ticket-created-out-of-hours",
        texts(
            (
                "Ticket fuera de horario",
                "Se creó un ticket mientras el equipo estaba cerrado; solo chat web y aplicación móvil.",
            ),
            (
                "Ticket fora do horário",
                "Um ticket foi criado enquanto a equipe estava fechada; só chat web e aplicativo móvel.",
            ),
            (
                "Ticket out of hours",
                "A ticket was created while the team was closed; web chat and mobile app only.",
            ),
        ),
    ),
];

/// All words.
pub(super) const WORDS: &[Word] = &[
    (&["language"], "es", words("español", "espanhol", "Spanish")),
    (&["language"], "pt", words("portugués", "português", "Portuguese")),
    (&["language"], "en", words("inglés", "inglês", "English")),
    (&["channel", "channels"], "whatsapp", words("WhatsApp", "WhatsApp", "WhatsApp")),
    (&["channel", "channels"], "messenger", words("Messenger", "Messenger", "Messenger")),
    (&["channel", "channels"], "instagram", words("Instagram", "Instagram", "Instagram")),
    (&["channel", "channels"], "telegram", words("Telegram", "Telegram", "Telegram")),
    (
        &["channel", "channels"],
        "apple-messages",
        words("Mensajes de Apple", "Mensagens da Apple", "Apple Messages"),
    ),
    (&["channel", "channels"], "sms", words("SMS", "SMS", "SMS")),
    (&["channel", "channels"], "email", words("correo electrónico", "e-mail", "e-mail")),
    (&["channel", "channels"], "web-chat", words("chat web", "chat web", "web chat")),
    (
        &["channel", "channels"],
        "mobile-app",
        words("aplicación móvil", "aplicativo móvel", "mobile app"),
    ),
    (&["channel", "channels"], "voice", words("voz", "voz", "voice")),
    (&["groups"], "exempt", words("exentas", "isentas", "exempt")),
    (&["groups"], "include", words("incluidas", "incluídas", "included")),
    (&["backlog"], "leave", words("se dejan como están", "ficam como estão", "left as they are")),
    (&["backlog"], "include", words("también se atienden", "também são tratados", "handled too")),
    (
        &["close"],
        "silent",
        words("se hace sin texto", "é feito sem texto", "done without its text"),
    ),
    (&["close"], "wait", words("espera", "espera", "waits")),
    (
        &["count-from"],
        "last-agent-message",
        words(
            "el último mensaje del agente",
            "a última mensagem do agente",
            "the agent's last message",
        ),
    ),
    (
        &["count-from"],
        "first-unanswered-agent-message",
        words(
            "el primer mensaje del agente sin respuesta",
            "a primeira mensagem do agente sem resposta",
            "the agent's first message without an answer",
        ),
    ),
    (
        &["count-from"],
        "last-customer-message",
        words(
            "el último mensaje del cliente",
            "a última mensagem do cliente",
            "the customer's last message",
        ),
    ),
    (
        &["catch-up"],
        "in-order",
        words("cada recordatorio en orden", "cada lembrete em ordem", "each reminder in order"),
    ),
    (&["catch-up"], "last-only", words("solo el último", "só o último", "only the latest")),
    (
        &["on-failed-reminder", "unreachable", "refused"],
        "stop",
        words("detenerse: no se cierra", "parar: não se encerra", "stop: the ticket is not closed"),
    ),
    (
        &["on-failed-reminder", "unreachable", "refused"],
        "go-on",
        words("seguir con el próximo", "seguir com o próximo", "go on with the next one"),
    ),
    (
        &["on-failed-reminder", "unreachable", "refused"],
        "retry",
        words("intentarlo de nuevo", "tentar de novo", "try again"),
    ),
    (&["snooze"], "pause", words("se detiene", "para", "pauses")),
    (&["snooze"], "ignore", words("sigue corriendo", "continua correndo", "runs on")),
    (
        &["snooze"],
        "start-on-wake",
        words("empieza al volver", "começa ao voltar", "starts when the ticket wakes"),
    ),
    (
        &["after-reopening"],
        "on-agent-message",
        words("con el mensaje del agente", "com a mensagem do agente", "on the agent's message"),
    ),
    (
        &["after-reopening"],
        "on-customer-reply",
        words(
            "con la respuesta del cliente",
            "com a resposta do cliente",
            "on the customer's reply",
        ),
    ),
    (
        &["late-reply-time"],
        "rule",
        words("como los tiempos de la regla", "como os tempos da regra", "as the rule's times"),
    ),
    (
        &["late-reply-time"],
        "calendar",
        words("tiempo de calendario", "tempo de calendário", "calendar time"),
    ),
    (
        &["outside-channel-window"],
        "leave-out",
        words("no se envía", "não é enviado", "it is not sent"),
    ),
    (
        &["outside-channel-window"],
        "before-it-ends",
        words(
            "se envía antes de que termine la ventana",
            "é enviado antes de a janela terminar",
            "it is sent before the window ends",
        ),
    ),
    (
        &["outside-channel-window"],
        "internal-note",
        words("queda como nota interna", "fica como nota interna", "it becomes an internal note"),
    ),
    (
        &["when-left-out"],
        "no-close",
        words("el ticket no se cierra", "o ticket não é encerrado", "the ticket is not closed"),
    ),
    (
        &["when-left-out"],
        "silent-close",
        words(
            "el ticket se cierra en silencio",
            "o ticket é encerrado em silêncio",
            "the ticket is closed silently",
        ),
    ),
    (
        &["incomplete-metadata"],
        "ignore",
        words("cerrar y anotarlo", "encerrar e registrar", "close and record it"),
    ),
    (
        &["incomplete-metadata"],
        "hold-and-notify",
        words("no cerrar y avisar", "não encerrar e avisar", "do not close, and notify"),
    ),
    (&["survey"], "no", words("no", "não", "no")),
    (&["survey"], "now", words("enseguida", "em seguida", "now")),
    (&["survey"], "later", words("después", "depois", "later")),
    (
        &["survey-again"],
        "after-grace",
        words(
            "pasado el tiempo de la respuesta tardía",
            "passado o tempo da resposta tardia",
            "after the time of late replies",
        ),
    ),
    (&["survey-again"], "always", words("siempre", "sempre", "always")),
    (&["survey-again"], "never", words("nunca", "nunca", "never")),
    (
        &["unassign-after", "bot-on-after", "survey-after"],
        "agent",
        words("un agente", "um agente", "an agent"),
    ),
    (
        &["unassign-after", "bot-on-after", "survey-after"],
        "customer",
        words("el cliente", "o cliente", "the customer"),
    ),
    (
        &["unassign-after", "bot-on-after", "survey-after"],
        "inactivity",
        words("la inactividad", "a inatividade", "inactivity"),
    ),
    (
        &["unassign-after", "bot-on-after", "survey-after"],
        "flow",
        words("el flujo", "o fluxo", "the flow"),
    ),
    (
        &["unassign-after", "bot-on-after", "survey-after"],
        "api",
        words("la API", "a API", "the API"),
    ),
    (&["effect"], "continue", words("continuar", "continuar", "continue")),
    (&["effect"], "extend", words("dar más tiempo", "dar mais tempo", "give more time")),
    (
        &["effect"],
        "resolve",
        words("cerrar como resuelto", "encerrar como resolvido", "close as resolved"),
    ),
    (&["signature"], "none", words("ninguna", "nenhuma", "none")),
    (&["signature"], "company", words("la empresa", "a empresa", "the company")),
    (&["signature"], "team", words("el equipo", "a equipe", "the team")),
    (&["when"], "always", words("siempre", "sempre", "always")),
    (&["when"], "open", words("mientras se atiende", "enquanto se atende", "while open")),
    (&["when"], "out-of-hours", words("fuera de horario", "fora do horário", "out of hours")),
];
