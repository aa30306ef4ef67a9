//! Routes the actions of each account to its own receiver.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::Sink;
use crate::desk::{Delivery, DeliveryOutcome, Incoming};

/// Forwards each action to the sink of its account, or to the default sink.
///
/// Cheap to clone; all clones share the routes, so that they can be changed while a desk runs.
/// Actions of an account without a route and without a default are repeated later, until there is a
/// route or the attempts are used up.
#[derive(Clone, Default)]
pub struct Routes(Arc<RwLock<Table>>);

#[derive(Default)]
struct Table {
    accounts: HashMap<String, Arc<dyn Sink>>,
    others: Option<Arc<dyn Sink>>,
}

impl Routes {
    /// Creates an empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the default sink.
    pub fn set_default(&self, sink: impl Sink) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).others = Some(Arc::new(sink));
    }

    /// Sets the sink of an account. Deliveries in progress are not affected.
    pub fn set(&self, account: impl Into<String>, sink: impl Sink) {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        table.accounts.insert(account.into(), Arc::new(sink));
    }

    /// Removes the sink of an account, and returns whether there was one.
    pub fn remove(&self, account: &str) -> bool {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        table.accounts.remove(account).is_some()
    }

    /// Removes the default sink, and returns whether there was one.
    pub fn remove_default(&self) -> bool {
        self.0.write().unwrap_or_else(PoisonError::into_inner).others.take().is_some()
    }

    /// The accounts with their own sink, unordered.
    #[must_use]
    pub fn accounts(&self) -> Vec<String> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        table.accounts.keys().cloned().collect()
    }
}

impl Routes {
    /// Number of receivers that find nothing that they are asked about.
    #[must_use]
    pub fn in_doubt(&self) -> usize {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        table.accounts.values().chain(&table.others).filter(|sink| sink.is_in_doubt()).count()
    }
}

impl Routes {
    /// The sink of an account, without the lock: a slow receiver must not block changes of routes.
    fn sink(&self, account: &str) -> Option<Arc<dyn Sink>> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        table.accounts.get(account).or(table.others.as_ref()).cloned()
    }
}

impl Sink for Routes {
    fn read_back(&self, delivery: &Delivery) -> Result<Option<Vec<Incoming>>, DeliveryOutcome> {
        self.sink(&delivery.account).map_or(Ok(None), |sink| sink.read_back(delivery))
    }

    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        match self.sink(&delivery.account) {
            Some(sink) => sink.deliver(delivery),
            None => DeliveryOutcome::Retry(format!(
                "account `{}` has no receiver; name one for it or for all",
                delivery.account
            )),
        }
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routes").field("accounts", &self.accounts()).finish_non_exhaustive()
    }
}
