//! Columns between arrow-rs and Polars, without copying: both speak Arrow's C data interface.
#![expect(
    unsafe_code,
    reason = "the C data interface is a C interface; this file is its only use"
)]

use std::sync::Arc;

use arrow::array::{ArrayRef, make_array};
use arrow::datatypes::{DataType as ArrowType, FieldRef};
use arrow::ffi::{FFI_ArrowArray, from_ffi_and_data_type, to_ffi};
use polars_arrow::array::{Array as PolarsArray, BooleanArray, ListArray, NullArray, StructArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType as PolarsArrowType, Field as PolarsField};
use polars_arrow::ffi::{ArrowArray as PolarsFfiArray, export_array_to_c, import_array_from_c};
use polars_core::prelude::{CompatLevel, DataType as PolarsType, PlSmallStr, Series};

use super::ArrowConversionError;

const _: () = assert!(size_of::<FFI_ArrowArray>() == size_of::<PolarsFfiArray>());
const _: () = assert!(align_of::<FFI_ArrowArray>() == align_of::<PolarsFfiArray>());

/// Hands an arrow array to Polars. It must have the Arrow type that Polars holds `physical` in.
pub(super) fn to_polars(
    name: &str,
    array: &ArrayRef,
    physical: &PolarsType,
) -> Result<Series, ArrowConversionError> {
    let (exported, _) = to_ffi(&array.to_data())?;
    let arrow_type = physical.to_arrow(CompatLevel::newest());
    // SAFETY: both are `#[repr(C)]` forms of the C data interface's `struct ArrowArray`, of equal
    // size (asserted above); the transmute moves ownership, so the release callback runs once.
    let exported: PolarsFfiArray =
        unsafe { std::mem::transmute::<FFI_ArrowArray, PolarsFfiArray>(exported) };
    // SAFETY: arrow-rs exported the array a line above, and `read_as` has given it the layout of
    // `arrow_type`.
    let imported = unsafe { import_array_from_c(exported, arrow_type)? };
    Ok(Series::from_arrow(PlSmallStr::from_str(name), imported)?)
}

/// Takes a Polars column as an arrow array of the type `arrow_type`, which must be the one that
/// Polars holds the column in; but what is of the Null type comes as null booleans.
pub(super) fn from_polars(
    column: &Series,
    arrow_type: ArrowType,
) -> Result<ArrayRef, ArrowConversionError> {
    let column = column.rechunk();
    let array = exportable(column.to_arrow(0, CompatLevel::newest()));
    let exported = export_array_to_c(array);
    // SAFETY: as above, in the other direction.
    let exported: FFI_ArrowArray =
        unsafe { std::mem::transmute::<PolarsFfiArray, FFI_ArrowArray>(exported) };
    // SAFETY: Polars exported the array a line above, in the layout of `arrow_type`.
    let data = unsafe { from_ffi_and_data_type(exported, exported_type(&arrow_type))? };
    Ok(make_array(data))
}

/// Works around two places where Polars departs from the C data interface: it exports a struct
/// with the bit offset of its validity as the offset of the whole, but the parts without it; and
/// it exports a buffer for the Null type.
fn exportable(array: Box<dyn PolarsArray>) -> Box<dyn PolarsArray> {
    if let Some(parts) = array.as_any().downcast_ref::<StructArray>() {
        let values = parts.values().iter().cloned().map(exportable);
        let validity = parts.validity().map(|bits| bits.iter().collect::<Bitmap>());
        let values: Vec<_> = values.collect();
        let fields = parts.fields().iter().zip(&values);
        let fields = fields.map(|(f, v)| PolarsField::new(f.name.clone(), v.dtype().clone(), true));
        let dtype = PolarsArrowType::Struct(fields.collect());
        return StructArray::new(dtype, parts.len(), values, validity).boxed();
    }
    if let Some(list) = array.as_any().downcast_ref::<ListArray<i64>>() {
        let values = exportable(list.values().clone());
        let dtype = ListArray::<i64>::default_datatype(values.dtype().clone());
        let (offsets, validity) = (list.offsets().clone(), list.validity().cloned());
        return ListArray::new(dtype, offsets, values, validity).boxed();
    }
    if array.as_any().is::<NullArray>() {
        return BooleanArray::new_null(PolarsArrowType::Boolean, array.len()).boxed();
    }
    array
}

/// The type of what [`exportable`] gives for an array of this type.
fn exported_type(arrow_type: &ArrowType) -> ArrowType {
    let field = |f: &FieldRef| {
        let data_type = exported_type(f.data_type());
        Arc::new(f.as_ref().clone().with_data_type(data_type))
    };
    match arrow_type {
        ArrowType::Null => ArrowType::Boolean,
        ArrowType::LargeList(item) => ArrowType::LargeList(field(item)),
        ArrowType::Struct(fields) => ArrowType::Struct(fields.iter().map(field).collect()),
        other => other.clone(),
    }
}
