//! What an aggregate function keeps for each group.

use polars_core::prelude::{IdxSize, Series};

use super::super::ExecuteError;
use super::bits::Bits;
use super::collect::{ApproxDistinct, Collect, Collected, Rank};
use super::decimal::{DecimalAvg, DecimalSum};
use super::distinct::Distinct;
use super::listagg::ListAgg;
use super::numeric::{Avg, Bool, Count, DoubleSum, LongSum};
use super::pick::{Pick, PickBy};
use super::statistics::{Corr, HigherMoments, Moments};
use crate::sql::SqlError;
use crate::sql::functions::{AggregateKind, FunctionKind};
use crate::sql::plan::{AggregateCall, EvalMode, Expr, ExprKind};
use crate::types::{DataType, Value};

/// The values of one aggregate, by group. Groups are numbered from 0.
pub(in crate::sql::execute) trait Accumulator {
    /// Makes room for `groups` groups; new ones have seen nothing.
    fn resize(&mut self, groups: usize);

    /// Takes in rows: the group of each, and the arguments, one value a row.
    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError>;

    /// The types of the buffers' columns.
    fn buffer_types(&self) -> Vec<DataType>;

    /// Takes in another accumulator's buffers: the group of each row.
    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError>;

    /// The buffers, one row a group.
    fn buffers(&self) -> Result<Vec<Series>, SqlError>;

    /// The results, one a group.
    fn finish(&self) -> Result<Series, SqlError>;
}

/// An accumulator for `call`.
///
/// # Errors
/// [`ExecuteError`] if the call is no aggregate, or lacks arguments.
pub(in crate::sql::execute) fn accumulator(
    call: &AggregateCall,
) -> Result<Box<dyn Accumulator>, SqlError> {
    let FunctionKind::Aggregate(kind) = &call.function.kind else {
        return Err(ExecuteError::Internal {
            what: "A function that is no aggregate stands among the aggregates",
        }
        .into());
    };
    let input = call.args.first().map(|a| a.data_type.clone());
    let needs_input = *kind != AggregateKind::Count;
    let input = match input {
        Some(input) => input,
        None if needs_input => {
            return Err(ExecuteError::Internal {
                what: "An aggregate has no argument",
            }
            .into());
        }
        None => DataType::Null,
    };
    let result = call.data_type.clone();
    let mode = if call.function.name.starts_with("try_") {
        EvalMode::Try
    } else {
        call.mode
    };
    // `first(a, true)` ignores nulls.
    let ignores = is_true(call.args.get(1));
    let plain: Box<dyn Accumulator> = match kind {
        AggregateKind::Count => Box::new(Count::default()),
        AggregateKind::CountIf => Box::new(Count::of_true()),
        AggregateKind::Sum => match result {
            DataType::Decimal { precision, scale } => {
                Box::new(DecimalSum::new(precision, scale, mode))
            }
            DataType::Double | DataType::Float => Box::new(DoubleSum::default()),
            other => Box::new(LongSum::new(other, mode)),
        },
        AggregateKind::Avg => match (&input, result) {
            (DataType::Decimal { scale, .. }, DataType::Decimal { .. }) => {
                Box::new(DecimalAvg::new(*scale, call.data_type.clone(), mode))
            }
            (_, other) => Box::new(Avg::new(other)),
        },
        AggregateKind::Min => Box::new(Pick::min(input)),
        AggregateKind::Max => Box::new(Pick::max(input)),
        AggregateKind::First { ignore_nulls } => {
            Box::new(Pick::first(input, *ignore_nulls || ignores))
        }
        AggregateKind::AnyValue => Box::new(Pick::first(input, ignores)),
        AggregateKind::Last { ignore_nulls } => {
            Box::new(Pick::last(input, *ignore_nulls || ignores))
        }
        AggregateKind::MaxBy | AggregateKind::MinBy => {
            let by = call.args.get(1).map(|a| a.data_type.clone());
            let by = by.unwrap_or(DataType::Null);
            Box::new(PickBy::new(input, by, *kind == AggregateKind::MaxBy))
        }
        AggregateKind::BoolAnd => Box::new(Bool::and()),
        AggregateKind::BoolOr => Box::new(Bool::or()),
        AggregateKind::StddevSamp
        | AggregateKind::StddevPop
        | AggregateKind::VarSamp
        | AggregateKind::VarPop => Box::new(Moments::new(*kind)),
        AggregateKind::Skewness | AggregateKind::Kurtosis => Box::new(HigherMoments::new(*kind)),
        AggregateKind::Corr
        | AggregateKind::CovarSamp
        | AggregateKind::CovarPop
        | AggregateKind::Regression(_) => Box::new(Corr::new(*kind)),
        AggregateKind::BitAnd | AggregateKind::BitOr | AggregateKind::BitXor => {
            Box::new(Bits::new(*kind, input))
        }
        AggregateKind::CollectList => Box::new(Collect::new(input, Collected::List)),
        AggregateKind::CollectSet => Box::new(Collect::new(input, Collected::Set)),
        AggregateKind::Median => Box::new(Collect::new(input, Collected::Median)),
        AggregateKind::Percentile
        | AggregateKind::PercentileCont
        | AggregateKind::PercentileDisc => {
            let rank = Rank {
                discrete: *kind == AggregateKind::PercentileDisc,
                from_top: *kind != AggregateKind::Percentile && is_true(call.args.get(2)),
            };
            Box::new(Collect::new(input, Collected::Percentile(rank)))
        }
        AggregateKind::ListAgg => Box::new(ListAgg::new(&call.args)?),
        AggregateKind::PercentileApprox => {
            Box::new(Collect::new(input, Collected::PercentileApprox))
        }
        AggregateKind::Mode => Box::new(Collect::new(input, Collected::Mode)),
        AggregateKind::ApproxCountDistinct => Box::new(ApproxDistinct::default()),
    };
    if call.distinct {
        let types = call.args.iter().map(|a| a.data_type.clone()).collect();
        return Ok(Box::new(Distinct::new(plain, types)));
    }
    Ok(plain)
}

/// Whether an argument is the constant `true`.
pub(super) fn is_true(arg: Option<&Expr>) -> bool {
    let kind = arg.map(|a| &a.kind);
    matches!(kind, Some(ExprKind::Literal(Value::Boolean(true))))
}
