//! Español.

use super::{Happened, Words};

pub(super) static WORDS: Words = Words {
    skip: "Ir al contenido",
    contents: "En esta página",
    clock: |offset| format!("Las horas se muestran en {offset}."),
    made_by: "Hecho por Despertador. Esta página es un solo archivo: no carga ni envía nada.",
    more: |count| format!("y {count} más"),
    scrolls: "se desplaza de lado",
    no_department: "(sin departamento)",
    sort_by: |column| format!("Ordenar por {column}"),

    backtest: "Prueba con conversaciones pasadas",
    lead: |conversations, file, from, to| {
        format!(
            "Lo que las políticas habrían hecho con {conversations} conversaciones de {file}, desde {from} hasta {to}."
        )
    },
    summary: "Resumen",
    summary_caption: "Las políticas una al lado de la otra, todas las conversaciones",
    figure: "Cifra",
    conversations: "Conversaciones",
    reminder: |number| format!("Recordatorio {number}"),
    rescued: "rescatadas",
    rescued_of: |part, answered| format!("{part} ({answered})"),
    closed: "Cerradas",
    premature: "antes de tiempo",
    premature_rate: "porcentaje antes de tiempo",
    true_rate: "intervalo de confianza",
    range: |from, to| format!("de {from} a {to}"),
    not_known: "no se sabe",
    mean_wait: "silencio antes del cierre, en promedio",
    time_freed: "Tiempo de agentes liberado",
    outside_sending_window: "Pasos que esperaron el horario de envío",
    outside_channel_window: "Pasos fuera de la ventana del canal",
    over_budget: "Pasos por encima del número de mensajes por cliente",
    definitions: "Qué significan las cifras",
    define_rescued: "De los clientes que recibieron el recordatorio, los que escribieron a continuación, antes que la empresa y antes del paso siguiente: porcentaje y número.",
    define_premature: |window| {
        format!(
            "Dentro de {window} después del cierre, el cliente escribió en la conversación o abrió otra del mismo departamento, si el historial dice quién es cada cliente."
        )
    },
    define_rate: "De los cierres cuyo plazo completo está en el historial. Los demás no cuentan en el porcentaje, aunque el cliente ya haya vuelto.",
    define_true_rate: "El intervalo de confianza del 90 % (Wilson): cuantos menos cierres, más ancho.",
    define_wait: "Desde el último mensaje de la empresa hasta el cierre.",
    define_freed: |minutes| {
        format!("{minutes} min por cada cierre que ningún agente tuvo que hacer.")
    },

    policies: "Las políticas",
    policies_caption: "Las reglas y sus pasos",
    policy: "Política",
    rule: "Regla",
    departments: "Departamentos",
    all_others: "todos los demás",
    counted_from: "Se cuenta desde",
    last_agent: "el último mensaje del agente",
    first_unanswered: "el primer mensaje del agente sin respuesta",
    last_customer: "el último mensaje del cliente",
    open_time: |schedule| format!("en el horario de atención de «{schedule}»"),
    steps: "Pasos",
    switched_off: "desactivada",
    no_steps: "sin pasos",
    close: "cierre",
    closes_never: "nunca cierra",
    step_times: "Los tiempos de los pasos son los de la regla, contados desde su inicio. El horario de envío y el de atención pueden retrasarlos.",
    by_department: "Por departamento",
    by_department_caption: "Lo que cada política habría hecho, por departamento",
    department: "Departamento",
    reminded: "Recordatorios",
    departments_left: |count| {
        format!("No se muestran {count} departamentos más pequeños; cuentan en el resumen.")
    },

    delays: "Cuánto tardan los clientes en responder",
    define_delays: |silences| {
        format!(
            "El porcentaje de clientes que ha respondido en ese tiempo desde el último mensaje de la empresa, de {silences} silencios. Los silencios que el final del historial interrumpe cuentan hasta ese momento (Kaplan–Meier). Los pasos de las políticas están sobre la curva: a quien responde a la derecha de un cierre ya se le habría cerrado el ticket."
        )
    },
    all_conversations: "Todas las conversaciones",
    delays_of: |name| format!("Cuánto tardan en responder los clientes de {name}"),
    delays_desc: |half, most| {
        format!("La mitad ha respondido tras {half}; nueve de cada diez, tras {most}.")
    },
    nobody_answered: "Ha respondido menos de la mitad.",
    closing: "Con qué frecuencia un cierre llegaría antes de tiempo",
    define_closing: |window| {
        format!(
            "Si toda conversación en silencio se cerrara pasado ese tiempo desde el último mensaje de la empresa: el porcentaje de cierres tras los que el cliente escribiría en menos de {window}, con su intervalo de confianza del 90 %. Cuenta todos los silencios; una política cierra cada conversación una sola vez y los recordatorios traen de vuelta a algunos clientes, así que su cifra en el resumen puede ser otra."
        )
    },
    closing_of: |name| format!("Cierres antes de tiempo de {name} según el momento del cierre"),
    closing_desc: |points| {
        format!("Cerrando pasado ese tiempo, llegarían antes de tiempo: {points}.")
    },
    steps_desc: |policy, steps| format!("Política {policy}: {steps}."),
    legend: "Leyenda",
    legend_all: "todas las conversaciones",
    legend_own: "este departamento",
    legend_range: "intervalo de confianza",
    legend_reminder: "recordatorio",
    legend_close: "cierre",
    legend_measured: "resultado de la política",
    measured_desc: |policy, part| format!("Resultado de la política {policy}: {part}."),
    legend_rule: |rule, of| format!("regla «{rule}», que tienen {of} conversaciones"),
    more_policies: |count| format!("Solo se dibujan las primeras {count} políticas."),
    charts_of_departments: |drawn, all| {
        format!("Los {drawn} departamentos con más silencios, de {all}.")
    },
    each_department: "Cada departamento",
    curve_table: "Las curvas en números, todas las conversaciones",
    after: "Pasado",
    answered: "ha respondido",
    if_closed: "antes de tiempo, si se cierra entonces",
    closes_counted: "cierres contados",
    silences: |count| format!("{count} silencios"),

    too_early: "Cierres antes de tiempo",
    too_early_lead: "Las conversaciones detrás de la cifra. Primero, aquellas a las que el cliente volvió más pronto.",
    none_too_early: "Ninguno.",
    too_early_by: |policy, count| format!("{policy}: {count}"),
    too_early_left: |shown, all| {
        format!("Se listan los primeros {shown} de {all}; todos están en la respuesta con --json.")
    },
    ticket: "Ticket",
    closed_at: "Cerrado",
    came_back_after: "El cliente escribió tras",
    filter: "Mostrar solo filas con",
    timelines: "Líneas de tiempo",
    timelines_bounded: |shown, all| format!("Se dibujan las primeras {shown} de {all}."),
    timeline_of: |ticket, after| {
        format!("{ticket}: el cliente escribió {after} después del cierre")
    },

    coverage: "Qué cubren las cifras",
    from_to: "Primera y última fila",
    until: |from, to| format!("desde {from} hasta {to}"),
    rows_read: "Filas leídas",
    rows_moved: "de ellas, puestas en su lugar tras otras posteriores",
    rows_repeated: "Filas omitidas por repetidas",
    rows_refused: "Filas omitidas por ilegibles",
    refused_caption: |shown, all| {
        format!("Filas que no se pudieron leer: las primeras {shown} de {all}")
    },
    line: "Línea",
    why: "Por qué",
    silences_seen: "Silencios tras el último mensaje de la empresa",
    silences_answered: "de ellos, con respuesta",
    never_answered: "Conversaciones en las que la empresa nunca escribió",
    how_played: |channel| {
        format!(
            "Cada conversación se reprodujo como en un servidor siempre activo, en el canal {channel}. Lo registrado después de un cierre se evaluó, pero la política no lo vio."
        )
    },

    timeline: |ticket| format!("Línea de tiempo del ticket {ticket}"),
    customer: "El cliente escribe",
    agent: "El agente escribe",
    ai_agent: "El agente de IA escribe",
    bot: "El bot escribe",
    somebody: "Otra persona escribe",
    came_back: "El cliente vuelve",
    later: |after| format!("{after} después del cierre"),
    reminder_sent: |number| format!("Se envía el recordatorio {number}"),
    ticket_closed: "Se cierra el ticket",
    silent_for: |time| format!("{time} tras el último mensaje de la empresa"),
    window_ends: |window| format!("{window} tras el cierre: ya no es antes de tiempo"),
    left_out: |count| format!("aquí se omiten {count} más"),
    asked: "El momento explicado",
    planned: |step| format!("Previsto: {step}"),
    step_reminder: |number| format!("recordatorio {number}"),
    step_close: "cierre",
    step_other: "otro paso",
    happened: Happened {
        opened: "Se abre el ticket",
        failed: "Falla un paso",
        typing: "El cliente está escribiendo",
        held: "Puesto en espera",
        released: "Termina la espera",
        snoozed: "Pospuesto",
        woken: "Termina la posposición",
        call_started: "Empieza una llamada",
        call_ended: "Termina la llamada",
        assigned: "Asignado a un agente",
        unassigned: "De vuelta a la cola",
        transferred: "Transferido",
        extended: "El cliente recibe más tiempo",
        closed: "Otra persona u otro programa cierra el ticket",
        reopened: "Se reabre el ticket",
        other: "Ocurre otra cosa",
    },

    explanation: |ticket| format!("Ticket {ticket}"),
    explained_at: |at| format!("Momento explicado: {at}."),
    decision: "Decisión",
    checks: "Por qué",
    checks_caption: "Las condiciones, en el orden en que se evaluaron",
    condition: "Condición",
    holds: "Se cumple",
    yes: "sí",
    no: "no",
    remembered: "Qué se recuerda",
    what_happened: "Qué ocurrió",
};
