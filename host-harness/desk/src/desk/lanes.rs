//! When the tickets of each lane are due, cached in memory.

use std::collections::HashMap;

use despertador_contract::Instant;

use crate::store::LaneRow;

/// All lanes, each with a lower bound of its next due time. A ticket that moves to a later time
/// leaves the bound unchanged; the store is queried once the bound has passed.
#[derive(Default)]
pub(crate) struct Lanes {
    lanes: HashMap<i64, Lane>,
    numbers: HashMap<(i64, Option<String>), i64>,
}

struct Lane {
    account: i64,
    /// Lower bound of the next due time; `None` if nothing is scheduled.
    earliest: Option<Instant>,
}

impl Lanes {
    pub(crate) fn new(rows: Vec<LaneRow>) -> Self {
        let mut lanes = Self::default();
        for row in rows {
            lanes.add(row);
        }
        lanes.forget();
        lanes
    }

    pub(crate) fn add(&mut self, row: LaneRow) {
        self.lanes.insert(row.no, Lane { account: row.account, earliest: None });
        self.numbers.insert((row.account, row.department), row.no);
    }

    pub(crate) fn number(&self, account: i64, department: Option<&str>) -> Option<i64> {
        self.numbers.get(&(account, department.map(str::to_owned))).copied()
    }

    /// Resets all bounds.
    pub(crate) fn forget(&mut self) {
        self.lanes.values_mut().for_each(|lane| lane.earliest = Some(Instant::MIN));
    }

    pub(crate) fn due_at(&mut self, lane: i64, due: Instant) {
        if let Some(lane) = self.lanes.get_mut(&lane) {
            lane.earliest = Some(lane.earliest.map_or(due, |earliest| earliest.min(due)));
        }
    }

    pub(crate) fn set(&mut self, lane: i64, earliest: Option<Instant>) {
        if let Some(lane) = self.lanes.get_mut(&lane) {
            lane.earliest = earliest;
        }
    }

    pub(crate) fn earliest(&self) -> Option<Instant> {
        self.lanes.values().filter_map(|lane| lane.earliest).min()
    }

    /// Account and number of the lanes in which a ticket may be due.
    pub(crate) fn due(&self, now: Instant) -> Vec<(i64, i64)> {
        let due = |lane: &&(&i64, &Lane)| lane.1.earliest.is_some_and(|at| at <= now);
        let mut due: Vec<_> = self
            .lanes
            .iter()
            .filter(|lane| due(&lane))
            .map(|(no, lane)| (lane.account, *no))
            .collect();
        due.sort_unstable();
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(no: i64, account: i64, department: Option<&str>) -> LaneRow {
        LaneRow { no, account, department: department.map(str::to_owned) }
    }

    #[test]
    fn a_bound_goes_down_by_itself_and_up_only_when_it_is_asked() {
        let mut lanes = Lanes::new(vec![row(1, 7, None), row(2, 7, Some("ventas"))]);
        assert_eq!(lanes.due(0), [(7, 1), (7, 2)], "nothing is known of them yet");
        lanes.set(1, None);
        lanes.set(2, Some(50));
        assert_eq!((lanes.earliest(), lanes.due(49)), (Some(50), vec![]));
        lanes.due_at(2, 60);
        assert_eq!(lanes.earliest(), Some(50));
        lanes.due_at(1, 40);
        assert_eq!((lanes.earliest(), lanes.due(45)), (Some(40), vec![(7, 1)]));
        assert_eq!(lanes.number(7, Some("ventas")), Some(2));
        assert_eq!(lanes.number(8, None), None);
    }
}
