use std::sync::Arc;

use super::support::*;
use crate::sql::SqlError;
use crate::sql::execute::{
    Aggregator, ExecContext, OperatorReport, OutputMode, SharedTable, StateStore,
};
use crate::sql::functions::AggregateKind;
use crate::sql::plan::*;
use crate::types::{DataType, StructType, Value};

fn group_by(input: &Arc<Plan>, keys: Vec<Expr>, calls: Vec<AggregateCall>) -> Plan {
    let mut output: Vec<Attribute> = keys
        .iter()
        .map(|k| Attribute::new("k", k.data_type.clone(), true))
        .collect();
    output.extend(
        calls
            .iter()
            .map(|c| Attribute::new("a", c.data_type.clone(), true)),
    );
    plan(
        PlanNode::Aggregate {
            input: input.clone(),
            keys,
            aggregates: calls,
        },
        output,
    )
}

fn sales() -> Arc<Plan> {
    local(frame(&[
        (
            "who",
            DataType::String,
            vec![
                text("ann"),
                text("bob"),
                Value::Null,
                text("ann"),
                Value::Null,
            ],
        ),
        (
            "n",
            DataType::Long,
            vec![
                Value::Long(2),
                Value::Null,
                Value::Long(5),
                Value::Long(7),
                Value::Long(5),
            ],
        ),
    ]))
}

#[test]
fn groups_come_in_the_order_in_which_they_were_first_seen_and_null_is_one() {
    let input = sales();
    let n = col(&input, 1);
    let calls = vec![
        aggregate(AggregateKind::Count, vec![], DataType::Long),
        aggregate(AggregateKind::Count, vec![n.clone()], DataType::Long),
        aggregate(AggregateKind::Sum, vec![n.clone()], DataType::Long),
        aggregate(AggregateKind::Avg, vec![n.clone()], DataType::Double),
        aggregate(AggregateKind::Min, vec![n.clone()], DataType::Long),
        aggregate(AggregateKind::Max, vec![n], DataType::Long),
    ];
    let found = rows(&group_by(&input, vec![col(&input, 0)], calls));
    let l = Value::Long;
    assert_eq!(
        found,
        vec![
            vec![
                text("ann"),
                l(2),
                l(2),
                l(9),
                Value::Double(4.5),
                l(2),
                l(7)
            ],
            vec![
                text("bob"),
                l(1),
                l(0),
                Value::Null,
                Value::Null,
                Value::Null,
                Value::Null
            ],
            vec![
                Value::Null,
                l(2),
                l(2),
                l(10),
                Value::Double(5.0),
                l(5),
                l(5)
            ],
        ]
    );
}

#[test]
fn a_global_aggregate_of_nothing_is_one_row() {
    let input = local(frame(&[("n", DataType::Long, vec![])]));
    let calls = vec![
        aggregate(AggregateKind::Count, vec![], DataType::Long),
        aggregate(AggregateKind::Sum, vec![col(&input, 0)], DataType::Long),
        aggregate(
            AggregateKind::CollectList,
            vec![col(&input, 0)],
            DataType::array(DataType::Long),
        ),
    ];
    assert_eq!(
        rows(&group_by(&input, vec![], calls)),
        vec![vec![Value::Long(0), Value::Null, Value::Array(vec![])]]
    );
    assert!(rows(&group_by(&input, vec![col(&input, 0)], vec![])).is_empty());
}

#[test]
fn nan_and_zero_group_whatever_their_bits() {
    let values = [0.0, -0.0, f64::NAN, -f64::NAN].map(Value::Double);
    let input = local(frame(&[("x", DataType::Double, values.to_vec())]));
    let count = aggregate(AggregateKind::Count, vec![], DataType::Long);
    let found = rows(&group_by(&input, vec![col(&input, 0)], vec![count]));
    let counts: Vec<_> = found.iter().map(|r| r[1].clone()).collect();
    assert_eq!(counts, vec![Value::Long(2), Value::Long(2)]);
}

#[test]
fn a_sum_beyond_bigint_is_an_error_unless_ansi_is_off() {
    let input = local(frame(&[(
        "n",
        DataType::Long,
        vec![Value::Long(i64::MAX), Value::Long(1)],
    )]));
    let with = |mode| {
        let sum = AggregateCall {
            mode,
            ..aggregate(AggregateKind::Sum, vec![col(&input, 0)], DataType::Long)
        };
        try_rows(&group_by(&input, vec![], vec![sum]), &Arc::new(context()))
    };
    let error = with(EvalMode::Ansi).unwrap_err().to_string();
    assert!(error.starts_with("[ARITHMETIC_OVERFLOW]"), "{error}");
    assert_eq!(with(EvalMode::Legacy).unwrap(), [[Value::Long(i64::MIN)]]);
    assert_eq!(with(EvalMode::Try).unwrap(), [[Value::Null]]);
}

#[test]
fn decimals_add_up_exactly_and_average_half_up() {
    let decimal = DataType::decimal(10, 2);
    let values = [1, 1, 3].map(Value::Decimal).to_vec();
    let input = local(frame(&[("d", decimal, values)]));
    let sum = aggregate(
        AggregateKind::Sum,
        vec![col(&input, 0)],
        DataType::decimal(20, 2),
    );
    let avg = aggregate(
        AggregateKind::Avg,
        vec![col(&input, 0)],
        DataType::decimal(14, 6),
    );
    assert_eq!(
        rows(&group_by(&input, vec![], vec![sum, avg])),
        vec![vec![Value::Decimal(5), Value::Decimal(16667)]]
    );
}

#[test]
fn filter_and_distinct_choose_what_an_aggregate_sees() {
    let input = sales();
    let distinct = AggregateCall {
        distinct: true,
        ..aggregate(AggregateKind::Sum, vec![col(&input, 1)], DataType::Long)
    };
    let filtered = AggregateCall {
        filter: Some(call(">", vec![col(&input, 1), long(4)])),
        ..aggregate(AggregateKind::Count, vec![], DataType::Long)
    };
    assert_eq!(
        rows(&group_by(&input, vec![], vec![distinct, filtered])),
        vec![vec![Value::Long(14), Value::Long(3)]]
    );
}

#[test]
fn every_aggregate_gives_the_same_in_parts_as_at_once() {
    let input = local(frame(&[
        (
            "k",
            DataType::Long,
            (0..40).map(|i| Value::Long(i % 3)).collect(),
        ),
        (
            "n",
            DataType::Long,
            (0..40)
                .map(|i| {
                    if i % 7 == 0 {
                        Value::Null
                    } else {
                        Value::Long(i * 37 % 11)
                    }
                })
                .collect(),
        ),
        (
            "s",
            DataType::String,
            (0..40)
                .map(|i| text(&format!("s{}", i * 13 % 10)))
                .collect(),
        ),
        (
            "b",
            DataType::Boolean,
            (0..40).map(|i| Value::Boolean(i % 4 == 0)).collect(),
        ),
        (
            "d",
            DataType::decimal(10, 2),
            (0..40).map(|i| Value::Decimal(i * 25)).collect(),
        ),
    ]));
    let (n, s, b, d) = (
        col(&input, 1),
        col(&input, 2),
        col(&input, 3),
        col(&input, 4),
    );
    let half = Expr::literal(Value::Double(0.5), DataType::Double);
    use AggregateKind as K;
    let mut calls = vec![
        aggregate(K::Count, vec![n.clone()], DataType::Long),
        aggregate(K::Sum, vec![n.clone()], DataType::Long),
        aggregate(K::Avg, vec![n.clone()], DataType::Double),
        aggregate(K::Sum, vec![d.clone()], DataType::decimal(20, 2)),
        aggregate(K::Avg, vec![d], DataType::decimal(14, 6)),
        aggregate(K::Min, vec![s.clone()], DataType::String),
        aggregate(K::Max, vec![n.clone()], DataType::Long),
        aggregate(
            K::First {
                ignore_nulls: false,
            },
            vec![n.clone()],
            DataType::Long,
        ),
        aggregate(
            K::Last { ignore_nulls: true },
            vec![n.clone()],
            DataType::Long,
        ),
        aggregate(
            K::CollectList,
            vec![s.clone()],
            DataType::array(DataType::String),
        ),
        aggregate(
            K::CollectSet,
            vec![n.clone()],
            DataType::array(DataType::Long),
        ),
        aggregate(K::VarSamp, vec![n.clone()], DataType::Double),
        aggregate(K::ApproxCountDistinct, vec![s.clone()], DataType::Long),
        aggregate(K::BoolAnd, vec![b.clone()], DataType::Boolean),
        aggregate(K::BoolOr, vec![b.clone()], DataType::Boolean),
        aggregate(K::CountIf, vec![b], DataType::Long),
        aggregate(K::MaxBy, vec![s.clone(), n.clone()], DataType::String),
        aggregate(K::Median, vec![n.clone()], DataType::Double),
        aggregate(K::Percentile, vec![n.clone(), half], DataType::Double),
        aggregate(K::Mode, vec![s.clone()], DataType::String),
    ];
    calls.push(AggregateCall {
        distinct: true,
        ..aggregate(K::Count, vec![s], DataType::Long)
    });
    let whole = group_by(&input, vec![col(&input, 0)], calls.clone());
    let schema = whole.schema();
    let ctx = Arc::new(context());
    let PlanNode::Local(all) = &input.node else {
        panic!()
    };
    let new = || Aggregator::new(vec![col(&input, 0)], calls.clone(), &schema, &ctx).unwrap();
    let mut merged = new();
    for part in 0..4 {
        let mut aggregator = new();
        aggregator.update(&all.slice(part * 10, 10)).unwrap();
        merged.merge(&aggregator.buffers().unwrap()).unwrap();
    }
    let round = |rows: Vec<Vec<Value>>| -> Vec<String> {
        rows.into_iter()
            .map(|row| {
                let cells: Vec<String> = row
                    .into_iter()
                    .map(|v| match v {
                        Value::Double(x) => format!("{x:.9}"),
                        other => format!("{other:?}"),
                    })
                    .collect();
                cells.join(" ")
            })
            .collect()
    };
    assert_eq!(
        round(values(&merged.finish().unwrap())),
        round(rows(&whole))
    );
}

/// The state of one operator.
#[derive(Default)]
struct Store(SharedTable);

impl StateStore for Store {
    fn table(&self, operator: usize, _: &'static str) -> Result<SharedTable, SqlError> {
        assert_eq!(operator, 0);
        Ok(self.0.clone())
    }

    fn report(&self, _: usize, _: OperatorReport) {}
}

#[derive(Clone, Copy)]
enum Query {
    Count,
    Distinct,
    Limit(u64),
}

fn batch(store: &Arc<Store>, mode: OutputMode, query: Query, keys: &[i64]) -> Vec<Vec<Value>> {
    let output = vec![Attribute::new("k", DataType::Long, true)];
    let source = plan(
        PlanNode::StreamSource(Arc::new(StreamSource {
            spec: StreamSourceSpec::Rate,
            options: Default::default(),
            schema: Arc::new(StructType::of([("k", DataType::Long)])),
        })),
        output.clone(),
    );
    let input = Arc::new(source);
    let query = match query {
        Query::Distinct => plan(
            PlanNode::Distinct {
                input,
                on: Some(vec![0]),
                within_watermark: false,
            },
            output,
        ),
        Query::Limit(limit) => {
            let node = PlanNode::Limit {
                input,
                limit: Some(limit),
                offset: 0,
            };
            plan(node, output)
        }
        Query::Count => {
            let count = aggregate(AggregateKind::Count, vec![], DataType::Long);
            group_by(&input, vec![col(&input, 0)], vec![count])
        }
    };
    let rows = frame(&[(
        "k",
        DataType::Long,
        keys.iter().map(|k| Value::Long(*k)).collect(),
    )]);
    let plan = query.with_batches(&mut [PlanNode::Local(rows)].into_iter());
    let ctx = Arc::new(ExecContext {
        state: Some(store.clone()),
        output_mode: mode,
        ..context()
    });
    let found = try_rows(&plan, &ctx).unwrap();
    assert_eq!(ctx.metrics.source_rows(), vec![keys.len() as u64]);
    found
}

#[test]
fn a_streaming_aggregate_goes_on_from_its_state() {
    let store = Arc::new(Store::default());
    let row = |k, n| vec![Value::Long(k), Value::Long(n)];
    assert_eq!(
        batch(&store, OutputMode::Complete, Query::Count, &[1, 2, 1]),
        vec![row(1, 2), row(2, 1)]
    );
    assert_eq!(
        batch(&store, OutputMode::Update, Query::Count, &[2, 3]),
        vec![row(2, 2), row(3, 1)]
    );
    let mut all = batch(&store, OutputMode::Complete, Query::Count, &[]);
    all.sort_by_key(|r| r[0].as_i64());
    assert_eq!(all, vec![row(1, 2), row(2, 2), row(3, 1)]);
}

#[test]
fn a_streaming_distinct_remembers_earlier_batches() {
    let store = Arc::new(Store::default());
    let row = |k| vec![Value::Long(k)];
    assert_eq!(
        batch(&store, OutputMode::Append, Query::Distinct, &[1, 2, 1]),
        vec![row(1), row(2)]
    );
    assert_eq!(
        batch(&store, OutputMode::Append, Query::Distinct, &[2, 3]),
        vec![row(3)]
    );
}

#[test]
fn a_streaming_limit_counts_over_all_batches() {
    let store = Arc::new(Store::default());
    let row = |k| vec![Value::Long(k)];
    let limit = Query::Limit(3);
    assert_eq!(
        batch(&store, OutputMode::Append, limit, &[1, 2]),
        vec![row(1), row(2)]
    );
    assert_eq!(
        batch(&store, OutputMode::Append, limit, &[3, 4]),
        vec![row(3)]
    );
    assert!(batch(&store, OutputMode::Append, limit, &[5]).is_empty());
}
