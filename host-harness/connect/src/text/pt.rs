//! Portuguese.

use crate::check::Code;

pub(super) fn texts(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::CredentialsGood => ("a plataforma aceita o token", ""),
        Code::WrongToken => (
            "a plataforma não aceita o token de `{0}`",
            "copie o token de novo da plataforma; ele é revogado quando o dono é removido",
        ),
        Code::Unreachable => (
            "não foi possível chegar à plataforma: {0}",
            "verifique `base`, e se esta máquina pode abrir conexões para lá",
        ),
        Code::UnknownAccount => (
            "a plataforma não conhece `{0}`, ou o token não tem acesso",
            "compare o número das configurações com o da barra de endereço da plataforma",
        ),
        Code::RightsGood => ("o token tem todas as permissões necessárias", ""),
        Code::MissingRight => (
            "o token de `{1}` não tem permissão para isto: {0}",
            "dê a permissão ao dono, ou use o token de alguém que a tenha",
        ),
        Code::SharedToken => (
            "as mensagens são escritas em nome da pessoa cujo token está em `{0}`",
            "crie um bot de agente para o Despertador e indique o token dele em `bot-token-file`; senão, essa pessoa não deve responder a clientes, porque as respostas dela poderiam ser tomadas por lembretes",
        ),
        Code::NoOtherCloser => ("nada na plataforma encerra conversas por si só", ""),
        Code::SecondCloser => (
            "a plataforma também encerra conversas: {0}",
            "desative isso lá; com dois encerrando, encerra-se sem os lembretes que a sua política promete",
        ),
        Code::CloserUnknown => (
            "o token não pode ler se a plataforma encerra conversas por si só: {0}",
            "veja na plataforma, ou rode este teste com o token de um administrador",
        ),
        Code::ClockGood => ("os relógios coincidem", ""),
        Code::ClockOff => (
            "o relógio da plataforma e o desta máquina diferem em {0} s",
            "sincronize o relógio desta máquina (NTP); senão, assinaturas são recusadas e os tempos ficam errados",
        ),
        Code::WebhookGood => ("a plataforma publica em {0}", ""),
        Code::WebhookMissing => (
            "a plataforma não tem um webhook para {0}",
            "adicione na plataforma um webhook com este endereço",
        ),
        Code::WebhookEvents => {
            ("faltam estes eventos no webhook: {0}", "edite o webhook na plataforma e marque-os")
        }
        Code::WebhookUnknown => (
            "o token não pode listar os webhooks da plataforma",
            "compare o endereço do webhook na plataforma com {0}, ou rode este teste com o token de um administrador",
        ),
        Code::SecretGood => ("o segredo está correto", ""),
        Code::WrongSecret => (
            "o segredo não é o que está em uso: {0}",
            "copie o segredo do webhook da plataforma para `secret-file`, e recarregue o servidor",
        ),
        Code::AddressGood => ("o servidor responde em {0}", ""),
        Code::AddressUnreachable => (
            "não foi possível chegar ao servidor em {0}: {1}",
            "inicie o servidor, e verifique o proxy reverso e o nome do host",
        ),
        Code::AddressUnknown => (
            "as configurações não dizem o endereço em que a plataforma chega ao servidor",
            "indique-o em `public-address`, por exemplo `https://desk.example.com`",
        ),
        Code::Cannot => ("esta plataforma não pode: {0}", ""),
    }
}
