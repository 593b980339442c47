//! Columns between arrow-rs and Polars, without copying: both speak Arrow's C data interface.
#![expect(
    unsafe_code,
    reason = "the C data interface is a C interface; this file is its only use"
)]

use arrow::array::{ArrayRef, make_array};
use arrow::datatypes::DataType as ArrowType;
use arrow::ffi::{FFI_ArrowArray, from_ffi_and_data_type, to_ffi};
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
/// Polars holds the column in.
pub(super) fn from_polars(
    column: &Series,
    arrow_type: ArrowType,
) -> Result<ArrayRef, ArrowConversionError> {
    let column = column.rechunk();
    let exported = export_array_to_c(column.to_arrow(0, CompatLevel::newest()));
    // SAFETY: as above, in the other direction.
    let exported: FFI_ArrowArray =
        unsafe { std::mem::transmute::<PolarsFfiArray, FFI_ArrowArray>(exported) };
    // SAFETY: Polars exported the array a line above, in the layout of `arrow_type`.
    let data = unsafe { from_ffi_and_data_type(exported, arrow_type)? };
    Ok(make_array(data))
}
