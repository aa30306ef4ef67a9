//! Actions of each account to a receiver of its own.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::Sink;
use crate::desk::{Delivery, DeliveryOutcome};

/// Hands each action to the sink of its account, or to the one for all others.
///
/// Cheap to clone; the clones are one, so that routes can be changed while a desk runs. An account
/// without a route and without a default is tried again later: nothing is lost until somebody
/// names one, or until the desk gives it up.
#[derive(Clone, Default)]
pub struct Routes(Arc<RwLock<Table>>);

#[derive(Default)]
struct Table {
    accounts: HashMap<String, Arc<dyn Sink>>,
    others: Option<Arc<dyn Sink>>,
}

impl Routes {
    /// No routes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends all accounts without a route of their own here.
    pub fn set_default(&self, sink: impl Sink) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).others = Some(Arc::new(sink));
    }

    /// Sends an account's actions here from now on; what is on its way goes where it went.
    pub fn set(&self, account: impl Into<String>, sink: impl Sink) {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        table.accounts.insert(account.into(), Arc::new(sink));
    }

    /// Takes an account's own route away. Whether there was one.
    pub fn remove(&self, account: &str) -> bool {
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        table.accounts.remove(account).is_some()
    }

    /// Takes the route of all others away. Whether there was one.
    pub fn remove_default(&self) -> bool {
        self.0.write().unwrap_or_else(PoisonError::into_inner).others.take().is_some()
    }

    /// The accounts with a route of their own, in no order.
    #[must_use]
    pub fn accounts(&self) -> Vec<String> {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        table.accounts.keys().cloned().collect()
    }
}

impl Routes {
    /// How many receivers find nothing that they are asked about.
    #[must_use]
    pub fn in_doubt(&self) -> usize {
        let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
        table.accounts.values().chain(&table.others).filter(|sink| sink.is_in_doubt()).count()
    }
}

impl Sink for Routes {
    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        // Not under the lock: one slow receiver would hold up who changes a route.
        let sink = {
            let table = self.0.read().unwrap_or_else(PoisonError::into_inner);
            table.accounts.get(&delivery.account).or(table.others.as_ref()).cloned()
        };
        match sink {
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
