//! A store behind a pointer, whatever its kind.

use std::path::Path;

use despertador_contract::Instant;

use super::{
    AccountRow, AuditRow, Batch, Consumed, DamagedRow, DeliveryPermit, DueRow, EntryRow, FlowRow,
    InboundRow, InboundSize, LaneRow, Numbers, OpenTickets, OutboxPlace, OutboxRow, PolicyRow,
    ProposalRow, Query, Store, StoreError, TicketRow, TokenRow, WaitingRow,
};

/// Passes calls on to the store behind the pointer.
macro_rules! pass_on {
    ($(fn $name:ident(&self $(, $arg:ident: $type:ty)*) -> $answer:ty;)*) => {
        $(fn $name(&self $(, $arg: $type)*) -> Result<$answer, StoreError> {
            (**self).$name($($arg),*)
        })*
    };
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        (**self).commit(batch)
    }

    fn delivery_permit(&self) -> DeliveryPermit {
        (**self).delivery_permit()
    }

    fn forget(&mut self, account: i64, customer: &str) -> Result<u64, StoreError> {
        (**self).forget(account, customer)
    }

    fn purge(&mut self) -> Result<bool, StoreError> {
        (**self).purge()
    }

    fn delete_untouched(&mut self, since: Instant, limit: usize) -> Result<u64, StoreError> {
        (**self).delete_untouched(since, limit)
    }

    fn damaged_tables(&self) -> Vec<String> {
        (**self).damaged_tables()
    }

    pass_on! {
        fn numbers(&self) -> Numbers;
        fn accounts(&self) -> Vec<AccountRow>;
        fn lanes(&self) -> Vec<LaneRow>;
        fn policy(&self, account: i64, version: i64) -> Option<PolicyRow>;
        fn policies(&self, account: i64) -> Vec<PolicyRow>;
        fn policy_heads(&self, account: i64, limit: usize) -> Vec<PolicyRow>;
        fn flow(&self, account: i64) -> Option<FlowRow>;
        fn flow_heads(&self, account: i64, limit: usize) -> Vec<FlowRow>;
        fn proposals(&self, account: i64) -> Vec<ProposalRow>;
        fn proposal(&self, account: i64, no: i64) -> Option<ProposalRow>;
        fn audit(&self, account: i64, limit: usize) -> Vec<AuditRow>;
        fn audit_of(&self, account: i64, what: &str) -> Vec<AuditRow>;
        fn tokens(&self) -> Vec<TokenRow>;
        fn ticket(&self, account: i64, id: &str) -> Option<TicketRow>;
        fn is_consumed(&self, consumed: &Consumed) -> bool;
        fn ticket_number(&self, account: i64, id: &str) -> Option<i64>;
        fn ticket_id(&self, no: i64) -> Option<String>;
        fn damaged(&self) -> Vec<DamagedRow>;
        fn due(&self, lane: i64, now: Instant, limit: usize) -> Vec<DueRow>;
        fn earliest_due(&self, lane: i64) -> Option<Instant>;
        fn open_after(&self, account: i64, no: i64, limit: usize) -> Vec<i64>;
        fn open_by_facts(&self, account: i64) -> Vec<OpenTickets>;
        fn tickets(&self, query: &Query) -> Vec<TicketRow>;
        fn count_due(&self, lane: i64, now: Instant, most: usize) -> u64;
        fn count_outbox(&self, now: Instant, most: usize) -> (u64, u64);
        fn outbox_of(&self, ticket: i64) -> Vec<OutboxRow>;
        fn outbox_due(
            &self, account: i64, now: Instant, behind: Option<OutboxPlace>, limit: usize
        ) -> Vec<WaitingRow>;
        fn earliest_outbox(&self, account: i64, after: Instant) -> Option<Instant>;
        fn dead_letters(&self, account: i64, limit: usize) -> Vec<OutboxRow>;
        fn inbound(&self, account: i64, limit: usize) -> Vec<InboundRow>;
        fn inbound_entry(&self, account: i64, id: &str) -> Option<InboundRow>;
        fn inbound_size(&self, account: Option<i64>) -> InboundSize;
        fn is_named_inbound(&self, account: i64, ticket: &str, customer: Option<&str>) -> bool;
        fn sent_to(
            &self, account: i64, customer: &str, after: Instant, limit: usize
        ) -> Vec<Instant>;
        fn entry(&self, ticket: i64, seq: i64) -> Option<EntryRow>;
        fn backups(&self) -> Vec<String>;
        fn backup(&self, to: &Path) -> ();
        fn check(&self) -> Vec<String>;
    }
}
