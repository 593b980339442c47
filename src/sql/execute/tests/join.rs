use std::sync::Arc;

use super::support::*;
use crate::sql::plan::*;
use crate::types::{DataType, Value};

fn side(name: &str, keys: &[Option<i64>]) -> Arc<Plan> {
    let values = keys.iter().map(|k| k.map_or(Value::Null, Value::Long));
    let tags = (0..keys.len()).map(|i| text(&format!("{name}{i}")));
    local(frame(&[
        ("k", DataType::Long, values.collect()),
        ("t", DataType::String, tags.collect()),
    ]))
}

fn join(left: &Arc<Plan>, right: &Arc<Plan>, kind: JoinKind, residual: bool) -> Vec<String> {
    let mut output = left.output.clone();
    output.extend(right.output.iter().cloned());
    let both = plan(PlanNode::OneRow, output.clone());
    let equal = call("=", vec![col(&both, 0), col(&both, 2)]);
    let condition = match kind {
        JoinKind::Cross => None,
        _ if residual => Some(call(">", vec![col(&both, 3), col(&both, 1)])),
        _ => Some(equal),
    };
    if matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti) {
        output.truncate(left.output.len());
    }
    let node = PlanNode::Join {
        left: left.clone(),
        right: right.clone(),
        kind,
        condition,
    };
    rows(&plan(node, output))
        .into_iter()
        .map(|row| {
            let tag = |i: usize| {
                row.get(i)
                    .and_then(Value::as_str)
                    .unwrap_or("-")
                    .to_string()
            };
            if row.len() > 2 {
                format!("{}{}", tag(1), tag(3))
            } else {
                tag(1)
            }
        })
        .collect()
}

#[test]
fn every_kind_of_equi_join_treats_nulls_as_matching_nothing() {
    let left = side("a", &[Some(1), None, Some(2), Some(3)]);
    let right = side("b", &[Some(2), Some(1), Some(2), None, Some(9)]);
    let run = |kind| join(&left, &right, kind, false);
    let mut inner = run(JoinKind::Inner);
    inner.sort();
    assert_eq!(inner, ["a0b1", "a2b0", "a2b2"]);
    assert_eq!(run(JoinKind::Left), ["a0b1", "a1-", "a2b0", "a2b2", "a3-"]);
    assert_eq!(run(JoinKind::Right), ["a2b0", "a0b1", "a2b2", "-b3", "-b4"]);
    assert_eq!(
        run(JoinKind::Full),
        ["a0b1", "a1-", "a2b0", "a2b2", "a3-", "-b3", "-b4"]
    );
    assert_eq!(run(JoinKind::LeftSemi), ["a0", "a2"]);
    assert_eq!(run(JoinKind::LeftAnti), ["a1", "a3"]);
    assert_eq!(run(JoinKind::Cross).len(), 20);
}

#[test]
fn a_join_without_equalities_looks_at_all_pairs() {
    let left = side("a", &[Some(1), Some(2)]);
    let right = side("a", &[Some(1), Some(2), Some(3)]);
    let run = |kind| join(&left, &right, kind, true);
    assert_eq!(run(JoinKind::Left), ["a0a1", "a0a2", "a1a2"]);
    assert_eq!(run(JoinKind::Full), ["a0a1", "a0a2", "a1a2", "-a0"]);
    assert_eq!(run(JoinKind::LeftAnti), Vec::<String>::new());
}

#[test]
fn a_join_with_an_empty_side_gives_what_its_kind_says() {
    let left = side("a", &[Some(1)]);
    let none = side("b", &[]);
    assert!(join(&left, &none, JoinKind::Inner, false).is_empty());
    assert_eq!(join(&left, &none, JoinKind::Left, false), ["a0-"]);
    assert_eq!(join(&none, &left, JoinKind::Full, false), ["-a0"]);
    assert!(join(&none, &left, JoinKind::Left, false).is_empty());
}
