use std::collections::BTreeMap;

use proptest::prelude::*;

use super::support::{frame, values};
use crate::sql::execute::StateTable;
use crate::sql::execute::keys::KeyRows;
use crate::types::{DataType, Frame, Value};

/// What happens to a table of one row a key.
#[derive(Debug, Clone)]
enum Act {
    /// A value for each of some keys, which expire at that time.
    Put(Vec<i64>, i64, i64),
    Expire(i64),
    /// The changes are written down, and the table is read anew.
    Restart,
    /// As `Restart`, from a snapshot.
    Snapshot,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (prop::collection::btree_set(0..40i64, 1..8), any::<i64>(), 0..100i64)
            .prop_map(|(keys, value, time)| Act::Put(keys.into_iter().collect(), value, time)),
        2 => (0..100i64).prop_map(Act::Expire),
        1 => Just(Act::Restart),
        1 => Just(Act::Snapshot),
    ]
}

fn rows(keys: &[i64], value: i64) -> Frame {
    let longs = |values: Vec<i64>| values.into_iter().map(Value::Long).collect::<Vec<_>>();
    frame(&[
        ("k", DataType::Long, longs(keys.to_vec())),
        ("v", DataType::Long, longs(vec![value; keys.len()])),
    ])
}

fn keys_of(rows: &Frame) -> KeyRows {
    KeyRows::encode(&rows.columns()[..1], rows.height()).unwrap()
}

proptest! {
    #[test]
    fn a_state_table_holds_what_was_put_and_has_not_expired(
        acts in prop::collection::vec(act(), 1..40)
    ) {
        let schema = rows(&[], 0).schema().clone();
        let mut table = StateTable::default();
        let mut written: Vec<Frame> = Vec::new();
        let mut model: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for act in acts {
            table.set_schema(1, &schema).unwrap();
            match act {
                Act::Put(keys, value, time) => {
                    let new = rows(&keys, value);
                    let expiries = vec![Some(time); keys.len()];
                    table.replace(&keys_of(&new), &new, &expiries).unwrap();
                    model.extend(keys.iter().map(|k| (*k, (value, time))));
                }
                Act::Expire(time) => {
                    let expired = table.expired(time);
                    let gone = model.values().filter(|(_, t)| *t <= time).count();
                    prop_assert_eq!(expired.len(), gone);
                    table.remove(&expired).unwrap();
                    model.retain(|_, (_, t)| *t > time);
                }
                Act::Restart | Act::Snapshot => {
                    written.push(table.take_changes().unwrap());
                    if matches!(act, Act::Snapshot) {
                        written = vec![table.snapshot().unwrap()];
                    }
                    table = StateTable::default();
                    for changes in &written {
                        table.apply(changes).unwrap();
                    }
                }
            }
            let mut found: Vec<Vec<Value>> = values(&table.all().unwrap());
            found.sort_by_key(|row| row[0].as_i64());
            let expected: Vec<Vec<Value>> = model
                .iter()
                .map(|(k, (v, _))| vec![Value::Long(*k), Value::Long(*v)])
                .collect();
            prop_assert_eq!(found, expected);
            for key in model.keys() {
                let one = keys_of(&rows(&[*key], 0));
                prop_assert_eq!(table.find(one.get(0)).len(), 1);
            }
        }
    }
}
