//! Plans and frames by hand.

use std::sync::Arc;

use polars_core::prelude::{BooleanChunked, IntoSeries};

use crate::env::Env;
use crate::sql::SqlError;
use crate::sql::execute::{ExecContext, collect};
use crate::sql::functions::{AggregateKind, Call, Function, FunctionKind};
use crate::sql::plan::*;
use crate::storage::MemoryFileSystem;
use crate::types::{DataType, Frame, StructType, Value, series_from_values, values_from_series};

pub fn context() -> ExecContext {
    let env = Env::deterministic(1_700_000_000_000, 1);
    let fs = MemoryFileSystem::new(env.clock, 1 << 30);
    ExecContext::new(Arc::new(fs), 1_700_000_000_000_000)
}

pub fn frame(columns: &[(&str, DataType, Vec<Value>)]) -> Frame {
    let schema = StructType::of(columns.iter().map(|(n, t, _)| (*n, t.clone())));
    let height = columns.first().map_or(0, |(_, _, v)| v.len());
    let series = columns
        .iter()
        .map(|(n, t, v)| series_from_values(n, v, t).unwrap())
        .collect();
    Frame::new(Arc::new(schema), series, height).unwrap()
}

pub fn plan(node: PlanNode, output: Vec<Attribute>) -> Plan {
    Plan { node, output }
}

pub fn attributes(frame: &Frame) -> Vec<Attribute> {
    frame
        .schema()
        .fields
        .iter()
        .map(|f| Attribute::new(&f.name, f.data_type.clone(), true))
        .collect()
}

pub fn local(frame: Frame) -> Arc<Plan> {
    let output = attributes(&frame);
    Arc::new(plan(PlanNode::Local(frame), output))
}

/// The rows of a plan.
pub fn rows(plan: &Plan) -> Vec<Vec<Value>> {
    try_rows(plan, &Arc::new(context())).unwrap()
}

pub fn try_rows(plan: &Plan, ctx: &Arc<ExecContext>) -> Result<Vec<Vec<Value>>, SqlError> {
    Ok(values(&collect(plan, ctx, None)?))
}

pub fn values(frame: &Frame) -> Vec<Vec<Value>> {
    let columns: Vec<Vec<Value>> = frame
        .columns()
        .iter()
        .zip(&frame.schema().fields)
        .map(|(c, f)| values_from_series(c, &f.data_type).unwrap())
        .collect();
    (0..frame.height())
        .map(|row| columns.iter().map(|c| c[row].clone()).collect())
        .collect()
}

pub fn col(plan: &Plan, index: usize) -> Expr {
    Expr::column(index, &plan.output[index])
}

pub fn long(value: i64) -> Expr {
    Expr::literal(Value::Long(value), DataType::Long)
}

fn eval_equal(call: &Call<'_>) -> Result<polars_core::prelude::Series, SqlError> {
    compare(call, |a, b| a == b)
}

fn eval_greater(call: &Call<'_>) -> Result<polars_core::prelude::Series, SqlError> {
    compare(call, |a, b| a.compare(b) == std::cmp::Ordering::Greater)
}

fn compare(
    call: &Call<'_>,
    f: impl Fn(&Value, &Value) -> bool,
) -> Result<polars_core::prelude::Series, SqlError> {
    let left = values_from_series(&call.args[0], call.types[0]).unwrap();
    let right = values_from_series(&call.args[1], call.types[1]).unwrap();
    let rows = left.len().max(right.len());
    let at = |v: &[Value], i: usize| v[i.min(v.len() - 1)].clone();
    let out: BooleanChunked = (0..rows)
        .map(|i| match (at(&left, i), at(&right, i)) {
            (Value::Null, _) | (_, Value::Null) => None,
            (a, b) => Some(f(&a, &b)),
        })
        .collect();
    Ok(out.into_series())
}

/// Fails for a 0, so that a test sees over which rows it ran.
fn eval_fail_on_zero(call: &Call<'_>) -> Result<polars_core::prelude::Series, SqlError> {
    let values = values_from_series(&call.args[0], call.types[0]).unwrap();
    if values.contains(&Value::Long(0)) {
        return Err(crate::sql::functions::FunctionError::DivideByZero.into());
    }
    Ok(call.args[0].clone())
}

pub fn leaked(name: &'static str, kind: FunctionKind) -> &'static Function {
    Box::leak(Box::new(Function {
        name,
        kind,
        bind: |_, _| panic!("a function made for a test isn't bound"),
        usage: "",
        description: "",
        example: "",
    }))
}

pub fn generator(kind: crate::sql::functions::GeneratorKind) -> &'static Function {
    leaked("generator", FunctionKind::Generator(kind))
}

pub fn call(name: &'static str, args: Vec<Expr>) -> Expr {
    let (kind, data_type): (FunctionKind, DataType) = match name {
        "=" => (FunctionKind::Scalar(eval_equal), DataType::Boolean),
        ">" => (FunctionKind::Scalar(eval_greater), DataType::Boolean),
        "fail_on_zero" => (FunctionKind::Scalar(eval_fail_on_zero), DataType::Long),
        other => panic!("{other}"),
    };
    Expr {
        kind: ExprKind::Call {
            function: leaked(name, kind),
            args,
            mode: EvalMode::Ansi,
        },
        data_type,
        nullable: true,
    }
}

pub fn aggregate(kind: AggregateKind, args: Vec<Expr>, data_type: DataType) -> AggregateCall {
    AggregateCall {
        function: leaked("aggregate", FunctionKind::Aggregate(kind)),
        args,
        distinct: false,
        filter: None,
        mode: EvalMode::Ansi,
        data_type,
        nullable: true,
    }
}

pub fn text(value: &str) -> Value {
    Value::from(value)
}
