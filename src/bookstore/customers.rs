//! Customers.

use std::ops::RangeInclusive;
use std::sync::Arc;

use serde_json::json;

use super::dice::Dice;
use super::orders::customer_id;
use super::strings;
use crate::formats::FormatError;
use crate::types::arrow::ArrowConversionError;
use crate::types::{DataType, Frame, Value, series_from_values};

/// When customers were last updated: from 2024-01-01, in the sixty days before the first order.
const UPDATED_DAYS: usize = 60;

/// The customers of those numbers: `customer_id`, `email` (null for one in ten), `profile` (a JSON
/// string), `updated`, all STRING.
///
/// # Errors
/// None, unless this module has a defect.
pub fn generate_customers(numbers: RangeInclusive<usize>, seed: u64) -> Result<Frame, FormatError> {
    let rows: Vec<[Value; 4]> = numbers.map(|n| customer(n, seed)).collect();
    let schema = strings(&["customer_id", "email", "profile", "updated"]);
    frame_of(schema, rows)
}

/// A frame of STRING columns.
pub(super) fn frame_of<const N: usize>(
    schema: crate::types::StructType,
    rows: Vec<[Value; N]>,
) -> Result<Frame, FormatError> {
    let height = rows.len();
    let mut columns: Vec<Vec<Value>> = vec![Vec::with_capacity(height); N];
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    let series = schema
        .fields
        .iter()
        .zip(&columns)
        .map(|(f, values)| series_from_values(&f.name, values, &f.data_type))
        .collect::<Result<_, _>>()
        .map_err(ArrowConversionError::Frame)?;
    debug_assert!(schema.fields.iter().all(|f| f.data_type != DataType::Null));
    Ok(Frame::new(Arc::new(schema), series, height).map_err(ArrowConversionError::Frame)?)
}

fn customer(number: usize, seed: u64) -> [Value; 4] {
    let mut dice = Dice::new(seed, 4, number as u64);
    let female = dice.below(2) == 0;
    let first = dice.pick(if female { FEMALE } else { MALE });
    let last = dice.pick(LAST);
    let (country, cities) = PLACES.get(dice.below(PLACES.len())).unwrap_or(&("", &[]));
    let street = format!(
        "{} {} {}",
        1 + dice.below(180),
        dice.pick(STREET_NAMES),
        dice.pick(STREET_KINDS)
    );
    let profile = json!({
        "first_name": first,
        "last_name": last,
        "gender": if female { "Female" } else { "Male" },
        "address": { "street": street, "city": dice.pick(cities), "country": country },
    });
    let email = format!(
        "{}.{}{number}@{}",
        first.to_lowercase(),
        last.to_lowercase(),
        dice.pick(MAIL)
    );
    let email = match dice.below(10) {
        0 => Value::Null,
        _ => email.into(),
    };
    let day = dice.below(UPDATED_DAYS);
    let (month, day) = if day < 31 {
        (1, day + 1)
    } else {
        (2, day - 30)
    };
    let updated = format!(
        "2024-{month:02}-{day:02}T{:02}:{:02}:{:02}.000Z",
        dice.below(24),
        dice.below(60),
        dice.below(60)
    );
    [
        customer_id(number).into(),
        email,
        profile.to_string().into(),
        updated.into(),
    ]
}

const FEMALE: &[&str] = &[
    "Adela", "Birte", "Carla", "Dunja", "Edith", "Frieda", "Greta", "Hanne", "Ines", "Jorun",
    "Katya", "Lotte", "Mirja", "Nadia", "Oona", "Petra", "Rhea", "Silke", "Tamar", "Vera",
];
const MALE: &[&str] = &[
    "Anton", "Bodo", "Cyril", "Dario", "Emil", "Falk", "Goran", "Henrik", "Ivo", "Jannis", "Karel",
    "Levin", "Marek", "Nils", "Otto", "Pavel", "Ruben", "Simo", "Timur", "Yannick",
];
const LAST: &[&str] = &[
    "Abendroth",
    "Birkholm",
    "Caspari",
    "Dunkel",
    "Ekdal",
    "Fennimore",
    "Gravenhorst",
    "Halvard",
    "Irving",
    "Juhl",
    "Kestrel",
    "Lindqvist",
    "Marchetti",
    "Novotny",
    "Ostrander",
    "Pellegrin",
    "Quist",
    "Rosenvinge",
    "Sandoval",
    "Thorsby",
    "Ulvang",
    "Vasquez",
    "Wetherby",
    "Yardley",
    "Zelenka",
];
const PLACES: &[(&str, &[&str])] = &[
    ("France", &["Paris", "Lyon", "Nantes", "Lille"]),
    ("Germany", &["Berlin", "Hamburg", "Leipzig", "Bremen"]),
    ("Italy", &["Turin", "Bologna", "Verona"]),
    ("Spain", &["Valencia", "Bilbao", "Granada"]),
    ("Sweden", &["Uppsala", "Malmö", "Lund"]),
    ("Portugal", &["Porto", "Braga", "Évora"]),
];
const STREET_NAMES: &[&str] = &[
    "Almond", "Bellows", "Cooper", "Drover", "Elm", "Ferry", "Granary", "Harbour", "Juniper",
    "Lantern", "Mill", "Orchard", "Quarry", "Ropewalk", "Saffron", "Weaver",
];
const STREET_KINDS: &[&str] = &["Street", "Lane", "Row", "Walk", "Square"];
const MAIL: &[&str] = &["example.com", "example.org", "example.net"];
