//! Variances and correlation.

use polars_core::prelude::{IdxSize, Series};

use super::accumulator::Accumulator;
use super::numeric::{argument, as_double, doubles, each};
use crate::sql::SqlError;
use crate::sql::functions::AggregateKind;
use crate::types::DataType;

/// Variance and standard deviation: count, mean and sum of squared differences, merged as
/// Spark's `CentralMomentAgg` does.
pub struct Moments {
    kind: AggregateKind,
    groups: Vec<[f64; 3]>,
}

impl Moments {
    pub fn new(kind: AggregateKind) -> Self {
        Moments {
            kind,
            groups: Vec::new(),
        }
    }
}

impl Accumulator for Moments {
    fn resize(&mut self, groups: usize) {
        self.groups.resize(groups, [0.0; 3]);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let values = as_double(argument(args, 0)?)?;
        each(&values, groups, &mut self.groups, |[n, mean, m2], value| {
            *n += 1.0;
            let delta = value - *mean;
            *mean += delta / *n;
            *m2 += delta * (value - *mean);
        });
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Double; 3]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        let n = argument(buffers, 0)?.f64()?;
        let mean = argument(buffers, 1)?.f64()?;
        let m2 = argument(buffers, 2)?.f64()?;
        for (((group, n), mean), m2) in groups.iter().zip(n).zip(mean).zip(m2) {
            let (Some(n), Some(mean), Some(m2)) = (n, mean, m2) else {
                continue;
            };
            if let Some(own) = self.groups.get_mut(*group as usize)
                && n > 0.0
            {
                let total = own[0] + n;
                let delta = mean - own[1];
                own[2] += m2 + delta * delta * own[0] * n / total;
                own[1] += delta * n / total;
                own[0] = total;
            }
        }
        Ok(())
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok((0..3)
            .map(|i| doubles(self.groups.iter().map(|g| g.get(i).copied())))
            .collect())
    }

    fn finish(&self) -> Result<Series, SqlError> {
        Ok(doubles(self.groups.iter().map(|[n, _, m2]| {
            if *n == 0.0 {
                return None;
            }
            let divisor = match self.kind {
                AggregateKind::StddevPop | AggregateKind::VarPop => *n,
                // Of one value there is no sample variance.
                _ if *n == 1.0 => return None,
                _ => *n - 1.0,
            };
            let variance = m2 / divisor;
            Some(match self.kind {
                AggregateKind::StddevPop | AggregateKind::StddevSamp => variance.sqrt(),
                _ => variance,
            })
        })))
    }
}

/// Pearson's correlation and the covariances: n, the means, the squared differences, the product.
pub struct Corr {
    kind: AggregateKind,
    groups: Vec<[f64; 6]>,
}

impl Corr {
    pub fn new(kind: AggregateKind) -> Self {
        Corr {
            kind,
            groups: Vec::new(),
        }
    }

    fn add(own: &mut [f64; 6], other: [f64; 6]) {
        let [n1, x1, y1, xx1, yy1, xy1] = *own;
        let [n2, x2, y2, xx2, yy2, xy2] = other;
        let n = n1 + n2;
        if n2 == 0.0 {
            return;
        }
        let (dx, dy) = (x2 - x1, y2 - y1);
        let both = n1 * n2 / n;
        *own = [
            n,
            x1 + dx * n2 / n,
            y1 + dy * n2 / n,
            xx1 + xx2 + dx * dx * both,
            yy1 + yy2 + dy * dy * both,
            xy1 + xy2 + dx * dy * both,
        ];
    }
}

impl Accumulator for Corr {
    fn resize(&mut self, groups: usize) {
        self.groups.resize(groups, [0.0; 6]);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let x = as_double(argument(args, 0)?)?;
        let y = as_double(argument(args, 1)?)?;
        for ((group, x), y) in groups.iter().zip(&x).zip(&y) {
            if let (Some(x), Some(y)) = (x, y)
                && let Some(own) = self.groups.get_mut(*group as usize)
            {
                Corr::add(own, [1.0, x, y, 0.0, 0.0, 0.0]);
            }
        }
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Double; 6]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        let columns = buffers
            .iter()
            .map(|b| Ok(b.f64()?.clone()))
            .collect::<Result<Vec<_>, SqlError>>()?;
        for (row, group) in groups.iter().enumerate() {
            let mut other = [0.0; 6];
            for (slot, column) in other.iter_mut().zip(&columns) {
                *slot = column.get(row).unwrap_or(0.0);
            }
            if let Some(own) = self.groups.get_mut(*group as usize) {
                Corr::add(own, other);
            }
        }
        Ok(())
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok((0..6)
            .map(|i| doubles(self.groups.iter().map(|g| g.get(i).copied())))
            .collect())
    }

    fn finish(&self) -> Result<Series, SqlError> {
        Ok(doubles(self.groups.iter().map(
            |[n, _, _, xx, yy, xy]| match self.kind {
                AggregateKind::CovarPop => (*n > 0.0).then(|| xy / n),
                AggregateKind::CovarSamp => (*n > 1.0).then(|| xy / (n - 1.0)),
                _ => (*n > 1.0).then(|| xy / (xx * yy).sqrt()),
            },
        )))
    }
}
