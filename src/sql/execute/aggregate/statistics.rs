//! Variances, higher moments, correlation and regression.

use polars_core::prelude::{IdxSize, Series};

use super::accumulator::Accumulator;
use super::numeric::{argument, as_double, doubles, each};
use crate::sql::SqlError;
use crate::sql::functions::{AggregateKind, Regression};
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

/// Skewness and kurtosis: count, mean and the sums of the second to fourth powers of differences, as Spark's
/// `CentralMomentAgg` has them.
pub struct HigherMoments {
    kind: AggregateKind,
    groups: Vec<[f64; 5]>,
}

impl HigherMoments {
    pub fn new(kind: AggregateKind) -> Self {
        HigherMoments {
            kind,
            groups: Vec::new(),
        }
    }

    fn push(own: &mut [f64; 5], value: f64) {
        let [n, mean, m2, m3, m4] = own;
        *n += 1.0;
        let delta = value - *mean;
        let part = delta / *n;
        *mean += part;
        *m2 += delta * (delta - part);
        let (delta2, part2) = (delta * delta, part * part);
        *m3 = *m3 - 3.0 * part * *m2 + delta * (delta2 - part2);
        *m4 = *m4 - 4.0 * part * *m3 - 6.0 * part2 * *m2 + delta * (delta * delta2 - part * part2);
    }

    fn add(own: &mut [f64; 5], other: [f64; 5]) {
        let ([n1, mean, l2, l3, l4], [n2, other_mean, r2, r3, r4]) = (*own, other);
        if n2 == 0.0 {
            return;
        }
        let n = n1 + n2;
        let delta = other_mean - mean;
        let part = delta / n;
        *own = [
            n,
            mean + part * n2,
            l2 + r2 + delta * part * n1 * n2,
            l3 + r3 + part * part * delta * n1 * n2 * (n1 - n2) + 3.0 * part * (n1 * r2 - n2 * l2),
            l4 + r4
                + part * part * part * delta * n1 * n2 * (n1 * n1 - n1 * n2 + n2 * n2)
                + 6.0 * part * part * (n1 * n1 * r2 + n2 * n2 * l2)
                + 4.0 * part * (n1 * r3 - n2 * l3),
        ];
    }
}

impl Accumulator for HigherMoments {
    fn resize(&mut self, groups: usize) {
        self.groups.resize(groups, [0.0; 5]);
    }

    fn update(&mut self, groups: &[IdxSize], args: &[Series]) -> Result<(), SqlError> {
        let values = as_double(argument(args, 0)?)?;
        each(&values, groups, &mut self.groups, HigherMoments::push);
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Double; 5]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        merge_rows(groups, buffers, &mut self.groups, HigherMoments::add)
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok(columns_of(&self.groups))
    }

    fn finish(&self) -> Result<Series, SqlError> {
        Ok(doubles(self.groups.iter().map(|[n, _, m2, m3, m4]| {
            // Values that don't differ have neither.
            (*m2 != 0.0).then(|| match self.kind {
                AggregateKind::Skewness => n.sqrt() * m3 / (m2 * m2 * m2).sqrt(),
                _ => n * m4 / (m2 * m2) - 3.0,
            })
        })))
    }
}

/// Adds the rows of buffers to their groups.
fn merge_rows<const N: usize>(
    groups: &[IdxSize],
    buffers: &[Series],
    own: &mut [[f64; N]],
    add: impl Fn(&mut [f64; N], [f64; N]),
) -> Result<(), SqlError> {
    let columns = buffers
        .iter()
        .map(|b| Ok(b.f64()?.clone()))
        .collect::<Result<Vec<_>, SqlError>>()?;
    for (row, group) in groups.iter().enumerate() {
        let mut other = [0.0; N];
        for (slot, column) in other.iter_mut().zip(&columns) {
            *slot = column.get(row).unwrap_or(0.0);
        }
        if let Some(own) = own.get_mut(*group as usize) {
            add(own, other);
        }
    }
    Ok(())
}

/// The groups' numbers, a column for each.
fn columns_of<const N: usize>(groups: &[[f64; N]]) -> Vec<Series> {
    (0..N)
        .map(|i| doubles(groups.iter().map(|g| g.get(i).copied())))
        .collect()
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

    fn push(own: &mut [f64; 6], x: f64, y: f64) {
        let [n, x_mean, y_mean, xx, yy, xy] = own;
        *n += 1.0;
        let (dx, dy) = (x - *x_mean, y - *y_mean);
        *x_mean += dx / *n;
        *y_mean += dy / *n;
        *xy += dx * (y - *y_mean);
        *xx += dx * (x - *x_mean);
        *yy += dy * (y - *y_mean);
    }

    fn add(own: &mut [f64; 6], other: [f64; 6]) {
        let [n1, x1, y1, xx1, yy1, xy1] = *own;
        let [n2, x2, y2, xx2, yy2, xy2] = other;
        if n2 == 0.0 {
            return;
        }
        let n = n1 + n2;
        let (dx, dy) = (x2 - x1, y2 - y1);
        let (dx_part, dy_part) = (dx / n, dy / n);
        *own = [
            n,
            x1 + dx_part * n2,
            y1 + dy_part * n2,
            xx1 + xx2 + dx * dx_part * n1 * n2,
            yy1 + yy2 + dy * dy_part * n1 * n2,
            xy1 + xy2 + dx * dy_part * n1 * n2,
        ];
    }

    /// Spark merges each group's part into an empty one, which may move the last digit.
    fn merged(own: &[f64; 6]) -> [f64; 6] {
        let mut whole = [0.0; 6];
        Corr::add(&mut whole, *own);
        whole
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
                Corr::push(own, x, y);
            }
        }
        Ok(())
    }

    fn buffer_types(&self) -> Vec<DataType> {
        vec![DataType::Double; 6]
    }

    fn merge(&mut self, groups: &[IdxSize], buffers: &[Series]) -> Result<(), SqlError> {
        merge_rows(groups, buffers, &mut self.groups, Corr::add)
    }

    fn buffers(&self) -> Result<Vec<Series>, SqlError> {
        Ok(columns_of(&self.groups))
    }

    fn finish(&self) -> Result<Series, SqlError> {
        Ok(doubles(self.groups.iter().map(Corr::merged).map(
            |[n, x, y, xx, yy, xy]| match self.kind {
                AggregateKind::CovarPop => (n > 0.0).then(|| xy / n),
                AggregateKind::CovarSamp => (n > 1.0).then(|| xy / (n - 1.0)),
                // SQL names the dependent variable first: it is x here.
                AggregateKind::Regression(regression) => regression.of(n, (y, yy), (x, xx), xy),
                _ => (n > 1.0).then(|| xy / (xx * yy).sqrt()),
            },
        )))
    }
}

impl Regression {
    /// Of so many pairs: the mean and the squared differences of the independent variable, the same of the dependent one,
    /// and the product of their differences.
    fn of(self, n: f64, (x, xx): (f64, f64), (y, yy): (f64, f64), xy: f64) -> Option<f64> {
        let slope = (n > 1.0 && xx != 0.0).then(|| xy / xx);
        let some = |value: f64| (n > 0.0).then_some(value);
        match self {
            Regression::Count => Some(n),
            Regression::AvgX => some(x),
            Regression::AvgY => some(y),
            Regression::Sxx => some(xx),
            Regression::Syy => some(yy),
            Regression::Sxy => some(xy),
            Regression::Slope => slope,
            Regression::Intercept => slope.map(|slope| y - slope * x),
            Regression::R2 if yy == 0.0 => slope.map(|_| 1.0),
            Regression::R2 => slope.map(|_| xy * xy / xx / yy),
        }
    }
}
