use std::sync::Arc;

use super::support::*;
use crate::sql::functions::{AggregateKind, FunctionKind, WindowKind};
use crate::sql::plan::*;
use crate::types::{DataType, Value};

const RUNNING: WindowFrame = WindowFrame {
    range: true,
    start: None,
    end: Some(0),
};

/// (partition, order, value); the last column of the answer, by row.
fn run(call: impl Fn(&Plan) -> AggregateCall, frame_of: WindowFrame) -> Vec<Value> {
    let data = [
        (1, 10, 5),
        (2, 1, 1),
        (1, 20, 6),
        (1, 20, 7),
        (2, 3, 2),
        (1, 30, 8),
    ];
    let column = |f: fn(&(i64, i64, i64)) -> i64| data.iter().map(|r| Value::Long(f(r))).collect();
    let input = local(frame(&[
        ("p", DataType::Long, column(|r| r.0)),
        ("o", DataType::Long, column(|r| r.1)),
        ("v", DataType::Long, column(|r| r.2)),
    ]));
    let call = call(&input);
    let mut output = input.output.clone();
    output.push(Attribute::new("w", call.data_type.clone(), true));
    let key = SortKey {
        expr: col(&input, 1),
        descending: false,
        nulls_first: true,
    };
    let window = plan(
        PlanNode::Window {
            input: Arc::clone(&input),
            calls: vec![WindowCall {
                call,
                partition_by: vec![col(&input, 0)],
                order_by: vec![key],
                frame: frame_of,
            }],
        },
        output,
    );
    rows(&window).into_iter().map(|r| r[3].clone()).collect()
}

fn ranking(kind: WindowKind, data_type: DataType, args: Vec<Expr>) -> AggregateCall {
    AggregateCall {
        function: leaked("window", FunctionKind::Window(kind)),
        ..aggregate(AggregateKind::Count, args, data_type)
    }
}

fn integers(values: &[i32]) -> Vec<Value> {
    values.iter().map(|v| Value::Integer(*v)).collect()
}

fn longs(values: &[i64]) -> Vec<Value> {
    values.iter().map(|v| Value::Long(*v)).collect()
}

#[test]
fn ranks_treat_peers_alike() {
    let of = |kind| run(|_| ranking(kind, DataType::Integer, vec![]), RUNNING);
    assert_eq!(of(WindowKind::RowNumber), integers(&[1, 2, 3, 4, 1, 2]));
    assert_eq!(of(WindowKind::Rank), integers(&[1, 2, 2, 4, 1, 2]));
    assert_eq!(of(WindowKind::DenseRank), integers(&[1, 2, 2, 3, 1, 2]));
    let ntile = run(
        |_| {
            let three = Expr::literal(Value::Integer(3), DataType::Integer);
            ranking(WindowKind::Ntile, DataType::Integer, vec![three])
        },
        RUNNING,
    );
    assert_eq!(ntile, integers(&[1, 1, 2, 3, 1, 2]));
    let dist = run(
        |_| ranking(WindowKind::CumeDist, DataType::Double, vec![]),
        RUNNING,
    );
    assert_eq!(dist[1], Value::Double(0.75));
}

#[test]
fn a_running_range_takes_in_peers_and_rows_dont() {
    let sum = |p: &Plan| aggregate(AggregateKind::Sum, vec![col(p, 2)], DataType::Long);
    assert_eq!(run(sum, RUNNING), longs(&[5, 18, 18, 26, 1, 3]));
    let rows = WindowFrame {
        range: false,
        ..RUNNING
    };
    assert_eq!(run(sum, rows), longs(&[5, 11, 18, 26, 1, 3]));
    let max = |p: &Plan| aggregate(AggregateKind::Max, vec![col(p, 2)], DataType::Long);
    assert_eq!(run(max, RUNNING), longs(&[5, 7, 7, 8, 1, 2]));
    let median = |p: &Plan| aggregate(AggregateKind::Median, vec![col(p, 2)], DataType::Double);
    let doubles = [5.0, 6.0, 6.0, 6.5, 1.0, 1.5].map(Value::Double);
    assert_eq!(run(median, RUNNING), doubles);
    let filtered = |p: &Plan| AggregateCall {
        filter: Some(call(">", vec![col(p, 2), long(5)])),
        ..sum(p)
    };
    let found = run(filtered, RUNNING);
    assert_eq!(
        found[..4],
        [
            Value::Null,
            Value::Long(13),
            Value::Long(13),
            Value::Long(21)
        ]
    );
    assert_eq!(found[4..], [Value::Null, Value::Null]);
}

#[test]
fn sliding_frames_stay_in_their_partition() {
    let sum = |p: &Plan| aggregate(AggregateKind::Sum, vec![col(p, 2)], DataType::Long);
    let rows = WindowFrame {
        range: false,
        start: Some(-1),
        end: Some(1),
    };
    assert_eq!(run(sum, rows), longs(&[11, 18, 21, 15, 3, 3]));
    let range = WindowFrame {
        range: true,
        start: Some(-10),
        end: Some(0),
    };
    assert_eq!(run(sum, range), longs(&[5, 18, 18, 21, 1, 3]));
    let whole = WindowFrame {
        range: false,
        start: None,
        end: None,
    };
    assert_eq!(run(sum, whole), longs(&[26, 26, 26, 26, 3, 3]));
}

#[test]
fn lag_and_lead_give_the_default_beyond_the_partition() {
    let of = |kind| {
        run(
            |p| {
                let two = Expr::literal(Value::Integer(2), DataType::Integer);
                ranking(kind, DataType::Long, vec![col(p, 2), two, long(-1)])
            },
            RUNNING,
        )
    };
    assert_eq!(of(WindowKind::Lag), longs(&[-1, -1, 5, 6, -1, -1]));
    assert_eq!(of(WindowKind::Lead), longs(&[7, 8, -1, -1, -1, -1]));
}

#[test]
fn first_last_and_nth_look_at_the_frame() {
    let of = |kind| {
        run(
            |p| ranking(kind, DataType::Long, vec![col(p, 2), long(2)]),
            RUNNING,
        )
    };
    assert_eq!(of(WindowKind::FirstValue), longs(&[5, 5, 5, 5, 1, 1]));
    assert_eq!(of(WindowKind::LastValue), longs(&[5, 7, 7, 8, 1, 2]));
    let nth = of(WindowKind::NthValue);
    assert_eq!(nth[0], Value::Null);
    assert_eq!(nth[1], Value::Long(6));
}
