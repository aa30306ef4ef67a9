//! Tickets of Blip Desk.

use despertador_contract::{Ticket as Facts, TicketStatus};
use serde_json::{Number, Value};

use crate::address::Identity;
use crate::channel::channel;
use crate::content::Document;
use crate::date::Date;
use crate::object::{object, word};

object! {
    /// A ticket. Addresses are texts here, because only some have escaped names.
    pub struct Ticket {
        /// Its id.
        "id" id: String,
        /// Its number within the bot, for people.
        "sequentialId" sequential_id: i64,
        /// The suffix of that number.
        "sequentialSuffix" sequential_suffix: String,
        /// The bot.
        "ownerIdentity" owner_identity: String,
        /// The bot that routes it, if several work together.
        "routingOwnerIdentity" routing_owner_identity: String,
        /// The customer.
        "customerIdentity" customer_identity: String,
        /// The customer by that bot's address.
        "routingCustomerIdentity" routing_customer_identity: String,
        /// The domain of the customer's channel.
        "customerDomain" customer_domain: String,
        /// The agent: `ana%40acme.com@blip.ai`.
        "agentIdentity" agent_identity: String,
        /// The help desk.
        "provider" provider: String,
        /// Its status.
        "status" status: Status,
        /// When it was created.
        "storageDate" storage_date: Date,
        /// When it expires.
        "expirationDate" expiration_date: Date,
        /// When an agent took it.
        "openDate" open_date: Date,
        /// When it was closed.
        "closeDate" close_date: Date,
        /// When its status was set.
        "statusDate" status_date: Date,
        /// Its id in another help desk.
        "externalId" external_id: String,
        /// The customer's rating.
        "rating" rating: Number,
        /// Its queue.
        "team" team: String,
        /// The number of messages that the agent has not read.
        "unreadMessages" unread_messages: i64,
        /// Its position in the queue.
        "queuePosition" queue_position: i64,
        /// Whether it is closed in any way.
        "closed" closed: bool,
        /// Who closed it.
        "closedBy" closed_by: String,
        /// Its tags.
        "tags" tags: Vec<String>,
        /// How long the agent took to answer.
        "averageAgentResponseTime" average_agent_response_time: Value,
        /// When the agent first answered.
        "firstResponseDate" first_response_date: Date,
        /// The number of the ticket it was transferred from.
        "parentSequentialId" parent_sequential_id: i64,
        /// What the customer wrote when it was opened.
        "customerInput" customer_input: Document,
        /// Its priority.
        "priority" priority: i64,
        /// The campaign it came from.
        "CampaignId" campaign_id: String,
        /// Whether it was assigned to the agent automatically.
        "isAutomaticDistribution" is_automatic_distribution: bool,
        /// How it was assigned to the agent.
        "distributionType" distribution_type: Value,
        /// The agent's folder.
        "folderId" folder_id: String,
        /// Since when it is on standby: its clock is stopped.
        "standbyModeStart" standby_mode_start: Date,
        /// Its metadata.
        "metadata" metadata: Value,
    }
}

word! {
    /// The status of a ticket.
    pub enum Status {
        /// None yet.
        None = "None",
        /// In the queue.
        Waiting = "Waiting",
        /// Assigned to an agent who has not seen it yet.
        Assigned = "Assigned",
        /// An agent has it.
        Open = "Open",
        /// An agent closed it.
        ClosedAttendant = "ClosedAttendant",
        /// The customer closed it.
        ClosedClient = "ClosedClient",
        /// It was closed for inactivity.
        ClosedClientInactivity = "ClosedClientInactivity",
        /// Another ticket continues it.
        Transferred = "Transferred",
    }
}

impl Status {
    /// Whether it closes the ticket for the flow. A transfer does not: the new ticket continues.
    #[must_use]
    pub fn closes(&self) -> bool {
        matches!(self, Self::ClosedAttendant | Self::ClosedClient | Self::ClosedClientInactivity)
    }
}

impl Ticket {
    /// Whether it has ended: closed, or transferred and continued by another ticket.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match &self.status {
            Some(Status::Transferred) => true,
            Some(status) => status.closes(),
            None => self.closed == Some(true),
        }
    }

    /// The agent's plain address: `ana@acme.com`.
    #[must_use]
    pub fn agent(&self) -> Option<String> {
        let agent = self.agent_identity.as_deref().filter(|agent| !agent.is_empty())?;
        let inner = agent.parse::<Identity>().ok().and_then(|agent| agent.inner());
        Some(inner.map_or_else(|| agent.into(), |agent| agent.to_string()))
    }

    /// The domain of the customer's channel.
    #[must_use]
    pub fn domain(&self) -> Option<String> {
        let told = self.customer_domain.clone().filter(|domain| !domain.is_empty());
        told.or_else(|| {
            let customer: Identity = self.customer_identity.as_deref()?.parse().ok()?;
            Some(customer.domain().to_owned()).filter(|domain| !domain.is_empty())
        })
    }

    /// The facts of the contract in the ticket. A transferred ticket is not open: its clock belongs
    /// to the one that continues it.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let channel = channel(&self.domain().unwrap_or_default());
        let status = match &self.status {
            Some(status) if status.closes() => TicketStatus::Closed,
            None if self.closed == Some(true) => TicketStatus::Closed,
            None | Some(Status::None | Status::Waiting | Status::Assigned | Status::Open) => {
                TicketStatus::Open
            }
            Some(other) => TicketStatus::Other(other.as_str().into()),
        };
        let number = self.sequential_id.map(|n| ("ticket.number".to_owned(), n.to_string()));
        let department = self.team.iter().map(|team| ("department.name".to_owned(), team.clone()));
        let more: Vec<_> = number.into_iter().chain(department).collect();
        Facts {
            status,
            department: self.team.clone(),
            tags: self.tags.clone().unwrap_or_default(),
            agent: self.agent(),
            more: (!more.is_empty()).then_some(more),
            ..Facts::open(self.id.clone().unwrap_or_default(), channel)
        }
    }
}
