use std::sync::Arc;

use super::support::*;
use crate::sql::functions::GeneratorKind;
use crate::sql::plan::*;
use crate::types::{DataType, Value};

fn run(
    kind: GeneratorKind,
    argument: (DataType, Vec<Value>),
    more: Vec<Expr>,
    outer: bool,
    made: &[DataType],
) -> Vec<Vec<Value>> {
    let ids = (0..argument.1.len() as i64).map(Value::Long).collect();
    let input = local(frame(&[
        ("id", DataType::Long, ids),
        ("a", argument.0, argument.1),
    ]));
    let mut args = vec![col(&input, 1)];
    args.extend(more);
    if kind == GeneratorKind::Stack {
        args.rotate_left(1);
    }
    let mut output = input.output.clone();
    output.extend(made.iter().map(|t| Attribute::new("m", t.clone(), true)));
    let generate = plan(
        PlanNode::Generate {
            input,
            generator: generator(kind),
            args,
            outer,
        },
        output,
    );
    rows(&generate)
        .into_iter()
        .map(|row| [&row[..1], &row[2..]].concat())
        .collect()
}

fn arrays() -> (DataType, Vec<Value>) {
    let array = |v: &[i64]| Value::Array(v.iter().map(|n| Value::Long(*n)).collect());
    (
        DataType::array(DataType::Long),
        vec![array(&[7, 8]), Value::Null, array(&[]), array(&[9])],
    )
}

#[test]
fn explode_makes_no_row_of_null_or_nothing_and_outer_makes_one() {
    let l = Value::Long;
    let found = run(
        GeneratorKind::Explode,
        arrays(),
        vec![],
        false,
        &[DataType::Long],
    );
    assert_eq!(
        found,
        vec![vec![l(0), l(7)], vec![l(0), l(8)], vec![l(3), l(9)]]
    );
    let found = run(
        GeneratorKind::Explode,
        arrays(),
        vec![],
        true,
        &[DataType::Long],
    );
    assert_eq!(
        found,
        vec![
            vec![l(0), l(7)],
            vec![l(0), l(8)],
            vec![l(1), Value::Null],
            vec![l(2), Value::Null],
            vec![l(3), l(9)],
        ]
    );
}

#[test]
fn posexplode_counts_from_zero_in_each_row() {
    let types = [DataType::Integer, DataType::Long];
    let found = run(GeneratorKind::PosExplode, arrays(), vec![], true, &types);
    let positions: Vec<_> = found.iter().map(|r| r[1].clone()).collect();
    let i = Value::Integer;
    assert_eq!(positions, vec![i(0), i(1), Value::Null, Value::Null, i(0)]);
}

#[test]
fn a_map_explodes_to_keys_and_values() {
    let map = DataType::map(DataType::String, DataType::Long);
    let entry = Value::Map(vec![(text("a"), Value::Long(1)), (text("b"), Value::Null)]);
    let types = [DataType::String, DataType::Long];
    let found = run(
        GeneratorKind::Explode,
        (map, vec![entry, Value::Null]),
        vec![],
        false,
        &types,
    );
    assert_eq!(
        found,
        vec![
            vec![Value::Long(0), text("a"), Value::Long(1)],
            vec![Value::Long(0), text("b"), Value::Null],
        ]
    );
}

#[test]
fn json_tuple_takes_fields_as_text() {
    let json = vec![
        text(r#"{"a":"x","b":{"c":1}}"#),
        text("nonsense"),
        Value::Null,
    ];
    let name = |n: &str| Expr::literal(text(n), DataType::String);
    let types = [DataType::String, DataType::String];
    let found = run(
        GeneratorKind::JsonTuple,
        (DataType::String, json),
        vec![name("a"), name("b")],
        false,
        &types,
    );
    assert_eq!(found[0][1..], [text("x"), text(r#"{"c":1}"#)]);
    assert_eq!(found[1][1..], [Value::Null, Value::Null]);
    assert_eq!(found.len(), 3);
}

#[test]
fn stack_lays_its_arguments_in_rows() {
    let l = Value::Long;
    let input = local(frame(&[("x", DataType::Long, vec![l(1), l(2)])]));
    let args = vec![
        Expr::literal(Value::Integer(2), DataType::Integer),
        col(&input, 0),
        long(10),
        long(20),
    ];
    let mut output = input.output.clone();
    output.extend((0..2).map(|_| Attribute::new("m", DataType::Long, true)));
    let generate = plan(
        PlanNode::Generate {
            input: Arc::clone(&input),
            generator: generator(GeneratorKind::Stack),
            args,
            outer: false,
        },
        output,
    );
    assert_eq!(
        rows(&generate),
        vec![
            vec![l(1), l(1), l(10)],
            vec![l(1), l(20), Value::Null],
            vec![l(2), l(2), l(10)],
            vec![l(2), l(20), Value::Null],
        ]
    );
}
