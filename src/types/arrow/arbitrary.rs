//! Random schemas and frames for tests.

use std::sync::Arc;

use arrow::array::*;
use arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::DataType as ArrowType;
use proptest::prelude::*;

use super::{file_type, schema_to_arrow, struct_fields};
use crate::types::{DataType, StructType};

/// Any type that has values, nested up to three levels.
pub(crate) fn data_types() -> impl Strategy<Value = DataType> {
    let atomic = prop_oneof![
        Just(DataType::Boolean),
        Just(DataType::Byte),
        Just(DataType::Short),
        Just(DataType::Integer),
        Just(DataType::Long),
        Just(DataType::Float),
        Just(DataType::Double),
        Just(DataType::String),
        Just(DataType::Binary),
        Just(DataType::Date),
        Just(DataType::Timestamp),
        Just(DataType::TimestampNtz),
        (1u8..=38, 0u8..=38).prop_map(|(p, s)| DataType::decimal(p, s)),
    ];
    atomic.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(DataType::array),
            (
                prop_oneof![
                    Just(DataType::String),
                    Just(DataType::Integer),
                    Just(DataType::Long)
                ],
                inner.clone()
            )
                .prop_map(|(k, v)| DataType::map(k, v)),
            prop::collection::vec(inner, 1..4).prop_map(|types| DataType::Struct(numbered(types))),
        ]
    })
}

/// A schema of one to five columns.
pub(crate) fn schemas() -> impl Strategy<Value = StructType> {
    prop::collection::vec(data_types(), 1..6).prop_map(numbered)
}

fn numbered(types: Vec<DataType>) -> StructType {
    StructType::of(
        types
            .into_iter()
            .enumerate()
            .map(|(i, t)| (format!("f{i}"), t)),
    )
}

/// Rows of that schema with about a quarter of nulls, from a seed.
pub(crate) fn batch(schema: &StructType, rows: usize, seed: u64) -> RecordBatch {
    let mut dice = Dice(seed);
    let arrays = schema
        .fields
        .iter()
        .map(|f| array(&f.data_type, rows, &mut dice, true))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::new(schema_to_arrow(schema)), arrays, &options).unwrap()
}

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn nulls(&mut self, rows: usize, nullable: bool) -> Option<NullBuffer> {
        nullable.then(|| (0..rows).map(|_| !self.next().is_multiple_of(4)).collect())
    }

    fn some<T>(&mut self, rows: usize, nullable: bool, f: impl Fn(u64) -> T) -> Vec<Option<T>> {
        (0..rows)
            .map(|_| {
                let null = nullable && self.next().is_multiple_of(4);
                let value = f(self.next());
                (!null).then_some(value)
            })
            .collect()
    }

    fn offsets(&mut self, rows: usize) -> Vec<usize> {
        let mut offsets = vec![0];
        for _ in 0..rows {
            let last = *offsets.last().unwrap();
            offsets.push(last + (self.next() % 4) as usize);
        }
        offsets
    }
}

fn array(data_type: &DataType, rows: usize, d: &mut Dice, nullable: bool) -> ArrayRef {
    let arrow_type = file_type(data_type);
    match data_type {
        DataType::Boolean => Arc::new(BooleanArray::from(
            d.some(rows, nullable, |v| v.is_multiple_of(2)),
        )),
        DataType::Byte => Arc::new(Int8Array::from(d.some(rows, nullable, |v| v as i8))),
        DataType::Short => Arc::new(Int16Array::from(d.some(rows, nullable, |v| v as i16))),
        DataType::Integer => Arc::new(Int32Array::from(d.some(rows, nullable, |v| v as i32))),
        DataType::Long => Arc::new(Int64Array::from(d.some(rows, nullable, |v| v as i64))),
        DataType::Float => Arc::new(Float32Array::from(
            d.some(rows, nullable, |v| v as f32 / 7.0),
        )),
        DataType::Double => Arc::new(Float64Array::from(
            d.some(rows, nullable, |v| v as f64 / 7.0),
        )),
        DataType::String => Arc::new(StringViewArray::from(
            d.some(rows, nullable, |v| "aé😀x".repeat((v % 9) as usize)),
        )),
        DataType::Binary => {
            let values = d.some(rows, nullable, |v| v.to_le_bytes().repeat((v % 4) as usize));
            Arc::new(BinaryViewArray::from_iter(values))
        }
        DataType::Date => Arc::new(Date32Array::from(
            d.some(rows, nullable, |v| v as i32 % 1_000_000),
        )),
        DataType::Timestamp | DataType::TimestampNtz => Arc::new(
            TimestampMicrosecondArray::from(d.some(rows, nullable, |v| v as i64))
                .with_data_type(arrow_type),
        ),
        DataType::Decimal { precision, .. } => {
            let limit = 10i128.pow(u32::from(*precision));
            let values = d.some(rows, nullable, |v| {
                (v as i128).wrapping_mul(0x1234_5678_9abc_def0_1234_5679) % limit
            });
            Arc::new(Decimal128Array::from(values).with_data_type(arrow_type))
        }
        DataType::Array { element, .. } => {
            let offsets = d.offsets(rows);
            let values = array(element, *offsets.last().unwrap(), d, true);
            let offsets: Vec<i64> = offsets.into_iter().map(|o| o as i64).collect();
            let ArrowType::LargeList(field) = arrow_type else {
                panic!("the type of a list or map")
            };
            let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
            let nulls = d.nulls(rows, nullable);
            Arc::new(LargeListArray::new(field, offsets, values, nulls))
        }
        DataType::Map { key, value, .. } => {
            let offsets = d.offsets(rows);
            let len = *offsets.last().unwrap();
            let columns = vec![array(key, len, d, false), array(value, len, d, true)];
            let ArrowType::Map(field, _) = arrow_type else {
                panic!("the type of a list or map")
            };
            let ArrowType::Struct(fields) = field.data_type().clone() else {
                panic!("the type of a list or map")
            };
            let entries = StructArray::new(fields, columns, None);
            let offsets: Vec<i32> = offsets.into_iter().map(|o| o as i32).collect();
            let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
            let nulls = d.nulls(rows, nullable);
            Arc::new(MapArray::new(field, offsets, entries, nulls, false))
        }
        DataType::Struct(s) => {
            let columns = s
                .fields
                .iter()
                .map(|f| array(&f.data_type, rows, d, true))
                .collect();
            let nulls = d.nulls(rows, nullable);
            Arc::new(StructArray::new(
                struct_fields(s, &file_type),
                columns,
                nulls,
            ))
        }
        other => panic!("{other}"),
    }
}
