use std::sync::Arc;

use super::support::*;
use crate::sql::SqlError;
use crate::sql::execute::{CHUNK_ROWS, ExecuteError, execute};
use crate::sql::plan::*;
use crate::types::{DataType, Value};

fn numbers(values: &[i64]) -> Arc<Plan> {
    let values = values.iter().map(|v| Value::Long(*v)).collect();
    local(frame(&[("n", DataType::Long, values)]))
}

#[test]
fn a_range_comes_in_chunks_and_a_limit_stops_pulling() {
    let output = vec![Attribute::new("id", DataType::Long, false)];
    let range = Arc::new(plan(
        PlanNode::Range {
            start: 0,
            end: i64::MAX,
            step: 1,
        },
        output.clone(),
    ));
    let limit = plan(
        PlanNode::Limit {
            input: range,
            limit: Some(3),
            offset: CHUNK_ROWS as u64,
        },
        output,
    );
    let first = CHUNK_ROWS as i64;
    let expected: Vec<_> = (first..first + 3).map(|i| vec![Value::Long(i)]).collect();
    assert_eq!(rows(&limit), expected);
}

#[test]
fn a_filter_drops_rows_for_which_the_predicate_is_null() {
    let input = local(frame(&[(
        "n",
        DataType::Long,
        vec![Value::Long(1), Value::Null, Value::Long(5)],
    )]));
    let predicate = call(">", vec![col(&input, 0), long(2)]);
    let output = input.output.clone();
    let filter = plan(PlanNode::Filter { input, predicate }, output);
    assert_eq!(rows(&filter), vec![vec![Value::Long(5)]]);
}

#[test]
fn a_case_branch_is_evaluated_only_over_its_own_rows() {
    let input = numbers(&[0, 3, 0, 7]);
    let safe = call(">", vec![col(&input, 0), long(0)]);
    let case = Expr {
        kind: ExprKind::Case {
            branches: vec![(safe, call("fail_on_zero", vec![col(&input, 0)]))],
            otherwise: Some(Box::new(long(-1))),
        },
        data_type: DataType::Long,
        nullable: true,
    };
    let project = plan(
        PlanNode::Project {
            input,
            exprs: vec![case],
        },
        vec![Attribute::new("c", DataType::Long, true)],
    );
    let expected: Vec<_> = [-1, 3, -1, 7].map(|v| vec![Value::Long(v)]).to_vec();
    assert_eq!(rows(&project), expected);
}

#[test]
fn sort_puts_nulls_where_asked_and_keeps_equal_rows_in_order() {
    let input = local(frame(&[
        (
            "k",
            DataType::Double,
            vec![
                Value::Double(2.0),
                Value::Null,
                Value::Double(f64::NAN),
                Value::Double(2.0),
            ],
        ),
        ("v", DataType::Long, (0..4).map(Value::Long).collect()),
    ]));
    let sorted = |descending, nulls_first| {
        let keys = vec![SortKey {
            expr: col(&input, 0),
            descending,
            nulls_first,
        }];
        let node = PlanNode::Sort {
            input: input.clone(),
            keys,
        };
        let order: Vec<_> = rows(&plan(node, input.output.clone()))
            .into_iter()
            .map(|r| r[1].as_i64().unwrap())
            .collect();
        order
    };
    assert_eq!(sorted(false, true), vec![1, 0, 3, 2]);
    assert_eq!(sorted(false, false), vec![0, 3, 2, 1]);
    assert_eq!(sorted(true, false), vec![2, 0, 3, 1]);
}

#[test]
fn a_cancelled_run_ends_with_its_own_error() {
    let input = numbers(&[1, 2]);
    let ctx = Arc::new(context());
    let mut stream = execute(&input, &ctx).unwrap();
    ctx.cancel.cancel();
    assert!(matches!(
        stream.next(),
        Some(Err(SqlError::Execute(ExecuteError::Cancelled)))
    ));
    assert!(stream.next().is_none());
}

#[test]
fn a_scalar_subquery_of_two_rows_is_an_error_and_of_none_is_null() {
    let with = |values: &[i64]| {
        let subquery = Expr {
            kind: ExprKind::ScalarSubquery(numbers(values)),
            data_type: DataType::Long,
            nullable: true,
        };
        let node = PlanNode::Project {
            input: numbers(&[1, 2]),
            exprs: vec![subquery],
        };
        try_rows(
            &plan(node, vec![Attribute::new("s", DataType::Long, true)]),
            &Arc::new(context()),
        )
    };
    assert_eq!(with(&[]).unwrap(), vec![vec![Value::Null]; 2]);
    assert_eq!(with(&[9]).unwrap(), vec![vec![Value::Long(9)]; 2]);
    let error = with(&[1, 2]).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("[SCALAR_SUBQUERY_TOO_MANY_ROWS]")
    );
}

#[test]
fn in_a_subquery_with_a_null_is_null_where_nothing_is_found() {
    let input = local(frame(&[(
        "n",
        DataType::Long,
        vec![Value::Long(1), Value::Long(2), Value::Null],
    )]));
    let set = local(frame(&[(
        "s",
        DataType::Long,
        vec![Value::Long(1), Value::Null],
    )]));
    let is_in = Expr {
        kind: ExprKind::InSubquery {
            value: Box::new(col(&input, 0)),
            plan: set,
            negated: false,
        },
        data_type: DataType::Boolean,
        nullable: true,
    };
    let node = PlanNode::Project {
        input,
        exprs: vec![is_in],
    };
    let found = rows(&plan(
        node,
        vec![Attribute::new("b", DataType::Boolean, true)],
    ));
    assert_eq!(
        found,
        vec![
            vec![Value::Boolean(true)],
            vec![Value::Null],
            vec![Value::Null]
        ]
    );
}

#[test]
fn set_operations_count_rows_when_all_is_said() {
    let left = numbers(&[1, 1, 1, 2, 3]);
    let right = numbers(&[1, 1, 3, 4]);
    let run = |kind, all| {
        let node = PlanNode::SetOperation {
            left: left.clone(),
            right: right.clone(),
            kind,
            all,
        };
        let found: Vec<_> = rows(&plan(node, left.output.clone()))
            .into_iter()
            .map(|r| r[0].as_i64().unwrap())
            .collect();
        found
    };
    assert_eq!(run(SetOperationKind::Intersect, false), vec![1, 3]);
    assert_eq!(run(SetOperationKind::Intersect, true), vec![1, 1, 3]);
    assert_eq!(run(SetOperationKind::Except, false), vec![2]);
    assert_eq!(run(SetOperationKind::Except, true), vec![1, 2]);
}
