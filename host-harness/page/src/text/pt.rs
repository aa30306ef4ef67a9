//! Português.

use super::{Happened, Words};

pub(super) static WORDS: Words = Words {
    skip: "Ir para o conteúdo",
    contents: "Nesta página",
    clock: |offset| format!("Os horários são mostrados em {offset}."),
    made_by: "Feito pelo Despertador. Esta página é um único arquivo: não carrega nem envia nada.",
    more: |count| format!("e mais {count}"),
    scrolls: "rola para o lado",
    no_department: "(sem departamento)",
    sort_by: |column| format!("Ordenar por {column}"),

    backtest: "Teste com conversas passadas",
    lead: |conversations, file, from, to| {
        format!(
            "O que as políticas teriam feito com {conversations} conversas de {file}, de {from} a {to}."
        )
    },
    summary: "Resumo",
    summary_caption: "As políticas lado a lado, todas as conversas",
    figure: "Número",
    conversations: "Conversas",
    reminder: |number| format!("Lembrete {number}"),
    rescued: "resgatadas",
    rescued_of: |part, answered| format!("{part} ({answered})"),
    closed: "Encerradas",
    premature: "antes da hora",
    premature_rate: "porcentagem antes da hora",
    true_rate: "intervalo de confiança",
    range: |from, to| format!("de {from} a {to}"),
    not_known: "não se sabe",
    mean_wait: "silêncio antes do encerramento, em média",
    time_freed: "Tempo de agentes liberado",
    outside_sending_window: "Passos que esperaram o horário de envio",
    outside_channel_window: "Passos fora da janela do canal",
    over_budget: "Passos acima do número de mensagens por cliente",
    definitions: "O que os números significam",
    define_rescued: "Dos clientes que receberam o lembrete, os que escreveram em seguida, antes da empresa e antes do passo seguinte: a parte e quantos.",
    define_premature: |window| {
        format!(
            "Em até {window} depois do encerramento, o cliente escreveu na conversa ou abriu outra do mesmo departamento, se o histórico diz quem é cada cliente."
        )
    },
    define_rate: "Dos encerramentos cujo prazo completo está no histórico. Os demais não contam na parte, mesmo que o cliente já tenha voltado.",
    define_true_rate: "O intervalo de confiança de 90 % (Wilson): quanto menos encerramentos, mais largo.",
    define_wait: "Da última mensagem da empresa até o encerramento.",
    define_freed: |minutes| {
        format!("{minutes} min por encerramento que nenhum agente precisou fazer.")
    },

    policies: "As políticas",
    policies_caption: "As regras e seus passos",
    policy: "Política",
    rule: "Regra",
    departments: "Departamentos",
    all_others: "todos os demais",
    counted_from: "Conta a partir de",
    last_agent: "a última mensagem do agente",
    first_unanswered: "a primeira mensagem do agente sem resposta",
    last_customer: "a última mensagem do cliente",
    open_time: |schedule| format!("no horário aberto de «{schedule}»"),
    steps: "Passos",
    switched_off: "desligada",
    no_steps: "sem passos",
    close: "encerramento",
    closes_never: "nunca encerra",
    step_times: "Os tempos dos passos são os da regra, contados do seu início. O horário de envio e o horário aberto podem atrasá-los.",
    by_department: "Por departamento",
    by_department_caption: "O que cada política teria feito, por departamento",
    department: "Departamento",
    reminded: "Lembretes",
    departments_left: |count| {
        format!("{count} departamentos menores não são mostrados; contam no resumo.")
    },

    delays: "Quanto tempo os clientes levam para responder",
    define_delays: |silences| {
        format!(
            "A porcentagem de clientes que já respondeu nesse tempo desde a última mensagem da empresa, de {silences} silêncios. Os silêncios que o fim do histórico interrompe contam até esse momento (Kaplan–Meier). Os passos das políticas estão acima da curva: quem responde à direita de um encerramento já teria o ticket encerrado."
        )
    },
    all_conversations: "Todas as conversas",
    delays_of: |name| format!("Quanto tempo os clientes de {name} levam para responder"),
    delays_desc: |half, most| {
        format!("Metade respondeu após {half}; nove em cada dez, após {most}.")
    },
    nobody_answered: "Menos da metade respondeu.",
    closing: "Com que frequência um encerramento viria antes da hora",
    define_closing: |window| {
        format!(
            "Se toda conversa em silêncio fosse encerrada passado esse tempo desde a última mensagem da empresa: a porcentagem de encerramentos depois dos quais o cliente escreveria em até {window}, com o seu intervalo de confiança de 90 %. Conta todos os silêncios; uma política encerra cada conversa uma só vez e os lembretes trazem alguns clientes de volta, por isso o número dela no resumo pode ser outro."
        )
    },
    closing_of: |name| {
        format!("Encerramentos antes da hora de {name} conforme o momento do encerramento")
    },
    closing_desc: |points| {
        format!("Encerrando passado esse tempo, viriam antes da hora: {points}.")
    },
    steps_desc: |policy, steps| format!("Política {policy}: {steps}."),
    legend: "Legenda",
    legend_all: "todas as conversas",
    legend_own: "este departamento",
    legend_range: "intervalo de confiança",
    legend_reminder: "lembrete",
    legend_close: "encerramento",
    legend_measured: "o que a própria política teve",
    measured_desc: |policy, part| format!("A própria política {policy} teve {part}."),
    legend_rule: |rule, of| format!("regra «{rule}», que {of} conversas têm"),
    more_policies: |count| format!("Só as primeiras {count} políticas são desenhadas."),
    charts_of_departments: |drawn, all| {
        format!("Os {drawn} departamentos com mais silêncios, de {all}.")
    },
    each_department: "Cada departamento",
    curve_table: "As curvas em números, todas as conversas",
    after: "Passado",
    answered: "já respondeu",
    if_closed: "antes da hora, se encerrada então",
    closes_counted: "encerramentos contados",
    silences: |count| format!("{count} silêncios"),

    too_early: "Encerramentos antes da hora",
    too_early_lead: "As conversas por trás do número. Primeiro, aquelas a que o cliente voltou mais cedo.",
    none_too_early: "Nenhum.",
    too_early_by: |policy, count| format!("{policy}: {count}"),
    too_early_left: |shown, all| {
        format!("Os primeiros {shown} de {all} são listados; todos estão na resposta com --json.")
    },
    ticket: "Ticket",
    closed_at: "Encerrado",
    came_back_after: "O cliente escreveu após",
    filter: "Mostrar só linhas com",
    timelines: "Linhas do tempo",
    timelines_bounded: |shown, all| format!("As primeiras {shown} de {all} são desenhadas."),
    timeline_of: |ticket, after| {
        format!("{ticket}: o cliente escreveu {after} depois do encerramento")
    },

    coverage: "O que os números cobrem",
    from_to: "Primeira e última linha",
    until: |from, to| format!("de {from} a {to}"),
    rows_read: "Linhas lidas",
    rows_moved: "destas, postas em seu lugar depois de outras posteriores",
    rows_repeated: "Linhas omitidas por repetidas",
    rows_refused: "Linhas omitidas por ilegíveis",
    refused_caption: |shown, all| {
        format!("Linhas que não puderam ser lidas: as primeiras {shown} de {all}")
    },
    line: "Linha",
    why: "Por quê",
    silences_seen: "Silêncios depois da última mensagem da empresa",
    silences_answered: "destes, com resposta",
    never_answered: "Conversas em que a empresa nunca escreveu",
    how_played: |channel| {
        format!(
            "Cada conversa foi reproduzida como em um servidor sempre ativo, no canal {channel}. O que foi registrado depois de um encerramento foi avaliado, mas a política não o viu."
        )
    },

    timeline: |ticket| format!("Linha do tempo do ticket {ticket}"),
    customer: "O cliente escreve",
    agent: "O agente escreve",
    ai_agent: "O agente de IA escreve",
    bot: "O bot escreve",
    somebody: "Outra pessoa escreve",
    came_back: "O cliente volta",
    later: |after| format!("{after} depois do encerramento"),
    reminder_sent: |number| format!("O lembrete {number} é enviado"),
    ticket_closed: "O ticket é encerrado",
    silent_for: |time| format!("{time} após a última mensagem da empresa"),
    window_ends: |window| format!("{window} após encerrar: já não é antes da hora"),
    left_out: |count| format!("mais {count} são omitidos aqui"),
    asked: "O momento explicado",
    planned: |step| format!("Previsto: {step}"),
    step_reminder: |number| format!("lembrete {number}"),
    step_close: "encerramento",
    step_other: "outro passo",
    happened: Happened {
        opened: "O ticket é aberto",
        failed: "Um passo falha",
        typing: "O cliente está digitando",
        held: "Posto em espera",
        released: "A espera termina",
        snoozed: "Adiado",
        woken: "Retomado",
        call_started: "Começa uma chamada",
        call_ended: "A chamada termina",
        assigned: "Um agente tem o ticket",
        unassigned: "De volta à fila",
        transferred: "Transferido",
        extended: "É dado mais tempo",
        closed: "Outros encerram o ticket",
        reopened: "O ticket é reaberto",
        other: "Acontece outra coisa",
    },

    explanation: |ticket| format!("Ticket {ticket}"),
    explained_at: |at| format!("Momento explicado: {at}."),
    decision: "Decisão",
    checks: "Por quê",
    checks_caption: "As condições, na ordem em que foram avaliadas",
    condition: "Condição",
    holds: "Vale",
    yes: "sim",
    no: "não",
    remembered: "O que é lembrado",
    what_happened: "O que aconteceu",
};
