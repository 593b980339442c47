//! Spark's data types and schemas.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

/// A Spark SQL data type.
///
/// Source: Spark SQL reference, "Data Types"; Delta PROTOCOL.md, "Schema Serialization Format".
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DataType {
    /// The type of an untyped `NULL` (`VOID`).
    Null,
    Boolean,
    /// 8-bit integer (`TINYINT`).
    Byte,
    /// 16-bit integer (`SMALLINT`).
    Short,
    /// 32-bit integer (`INT`).
    Integer,
    /// 64-bit integer (`BIGINT`).
    Long,
    Float,
    Double,
    /// Fixed-point number: `precision` 1..=38 digits, `scale` of them after the point.
    Decimal {
        precision: u8,
        scale: u8,
    },
    String,
    Binary,
    /// Days since 1970-01-01.
    Date,
    /// An instant, microseconds since the epoch in UTC (`TIMESTAMP`).
    Timestamp,
    /// Date and time without a zone, microseconds (`TIMESTAMP_NTZ`).
    TimestampNtz,
    /// A duration in microseconds (`INTERVAL DAY TO SECOND`).
    DayTimeInterval,
    /// A number of months (`INTERVAL YEAR TO MONTH`).
    YearMonthInterval,
    Array {
        element: Box<DataType>,
        contains_null: bool,
    },
    Map {
        key: Box<DataType>,
        value: Box<DataType>,
        value_contains_null: bool,
    },
    Struct(StructType),
}

impl DataType {
    /// `ARRAY<element>` whose elements may be null.
    pub fn array(element: DataType) -> Self {
        DataType::Array {
            element: Box::new(element),
            contains_null: true,
        }
    }

    /// `MAP<key, value>` whose values may be null.
    pub fn map(key: DataType, value: DataType) -> Self {
        DataType::Map {
            key: Box::new(key),
            value: Box::new(value),
            value_contains_null: true,
        }
    }

    /// `DECIMAL(precision, scale)`, each clamped to Spark's limits (38, precision).
    pub fn decimal(precision: u8, scale: u8) -> Self {
        let precision = precision.clamp(1, 38);
        DataType::Decimal {
            precision,
            scale: scale.min(precision),
        }
    }

    /// Whether this is a whole-number type.
    pub fn is_integral(&self) -> bool {
        matches!(
            self,
            DataType::Byte | DataType::Short | DataType::Integer | DataType::Long
        )
    }

    /// Whether this is a number type.
    pub fn is_numeric(&self) -> bool {
        self.is_integral()
            || matches!(
                self,
                DataType::Float | DataType::Double | DataType::Decimal { .. }
            )
    }

    /// Whether this is `DATE`, `TIMESTAMP` or `TIMESTAMP_NTZ`.
    pub fn is_datetime(&self) -> bool {
        matches!(
            self,
            DataType::Date | DataType::Timestamp | DataType::TimestampNtz
        )
    }

    /// Whether values have no parts of their own.
    pub fn is_atomic(&self) -> bool {
        !matches!(
            self,
            DataType::Array { .. } | DataType::Map { .. } | DataType::Struct(_)
        )
    }

    /// The name in error messages: SQL, upper case (`"ARRAY<STRING>"` without the quotes).
    pub fn sql(&self) -> String {
        match self {
            DataType::Null => "VOID".into(),
            DataType::Boolean => "BOOLEAN".into(),
            DataType::Byte => "TINYINT".into(),
            DataType::Short => "SMALLINT".into(),
            DataType::Integer => "INT".into(),
            DataType::Long => "BIGINT".into(),
            DataType::Float => "FLOAT".into(),
            DataType::Double => "DOUBLE".into(),
            DataType::Decimal { precision, scale } => format!("DECIMAL({precision},{scale})"),
            DataType::String => "STRING".into(),
            DataType::Binary => "BINARY".into(),
            DataType::Date => "DATE".into(),
            DataType::Timestamp => "TIMESTAMP".into(),
            DataType::TimestampNtz => "TIMESTAMP_NTZ".into(),
            DataType::DayTimeInterval => "INTERVAL DAY TO SECOND".into(),
            DataType::YearMonthInterval => "INTERVAL YEAR TO MONTH".into(),
            DataType::Array { element, .. } => format!("ARRAY<{}>", element.sql()),
            DataType::Map { key, value, .. } => format!("MAP<{}, {}>", key.sql(), value.sql()),
            DataType::Struct(s) => {
                let fields: Vec<String> = s
                    .fields
                    .iter()
                    .map(|f| {
                        let not_null = if f.nullable { "" } else { " NOT NULL" };
                        format!(
                            "{}: {}{not_null}",
                            quote_if_needed(&f.name),
                            f.data_type.sql()
                        )
                    })
                    .collect();
                format!("STRUCT<{}>", fields.join(", "))
            }
        }
    }

    /// The name in `DESCRIBE`, `dtypes` and DDL: lower case (`array<struct<book_id:string>>`).
    pub fn simple_string(&self) -> String {
        match self {
            DataType::Array { element, .. } => format!("array<{}>", element.simple_string()),
            DataType::Map { key, value, .. } => {
                format!("map<{},{}>", key.simple_string(), value.simple_string())
            }
            DataType::Struct(s) => {
                let fields: Vec<String> = s
                    .fields
                    .iter()
                    .map(|f| format!("{}:{}", f.name, f.data_type.simple_string()))
                    .collect();
                format!("struct<{}>", fields.join(","))
            }
            other => other.sql().to_lowercase(),
        }
    }

    /// The name in the schema's JSON and in `printSchema` (`long`, `decimal(10,2)`).
    /// Arrays, maps and structs give `array`, `map`, `struct`.
    pub fn type_name(&self) -> String {
        match self {
            DataType::Null => "void".into(),
            DataType::Byte => "byte".into(),
            DataType::Short => "short".into(),
            DataType::Integer => "integer".into(),
            DataType::Long => "long".into(),
            DataType::Array { .. } => "array".into(),
            DataType::Map { .. } => "map".into(),
            DataType::Struct(_) => "struct".into(),
            other => other.simple_string(),
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.simple_string())
    }
}

/// A name as SQL shows it: in backticks when it isn't a plain identifier.
pub fn quote_if_needed(name: &str) -> String {
    let plain = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain { name.into() } else { quote(name) }
}

/// A name in backticks, as error messages show it.
pub fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A named, typed column of a schema, or part of a struct.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StructField {
    pub name: String,
    pub data_type: DataType,
    pub nullable: bool,
    /// Column metadata (Delta keeps column mapping ids and physical names here).
    pub metadata: Metadata,
}

impl StructField {
    /// A nullable field without metadata.
    pub fn new(name: impl Into<String>, data_type: DataType) -> Self {
        StructField {
            name: name.into(),
            data_type,
            nullable: true,
            metadata: Metadata::default(),
        }
    }
}

/// A field's metadata: a JSON object, shared because almost always empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata(Option<Arc<Map<String, Value>>>);

impl std::hash::Hash for Metadata {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.is_some().hash(state);
    }
}

impl Metadata {
    /// Wraps a JSON object.
    pub fn new(map: Map<String, Value>) -> Self {
        Metadata((!map.is_empty()).then(|| Arc::new(map)))
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.as_ref().and_then(|m| m.get(key))
    }

    /// The same metadata with `key` set.
    pub fn with(&self, key: impl Into<String>, value: Value) -> Self {
        let mut map = self.to_map();
        map.insert(key.into(), value);
        Metadata::new(map)
    }

    /// A copy as a JSON object.
    pub fn to_map(&self) -> Map<String, Value> {
        self.0.as_ref().map(|m| (**m).clone()).unwrap_or_default()
    }
}

/// A schema, or the type of a struct: fields in order. Names may repeat in a query's result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct StructType {
    pub fields: Vec<StructField>,
}

/// A schema shared between frames, plans and files.
pub type SchemaRef = Arc<StructType>;

impl StructType {
    pub fn new(fields: Vec<StructField>) -> Self {
        StructType { fields }
    }

    /// Nullable fields of the given names and types.
    pub fn of<N: Into<String>>(fields: impl IntoIterator<Item = (N, DataType)>) -> Self {
        StructType::new(
            fields
                .into_iter()
                .map(|(name, data_type)| StructField::new(name, data_type))
                .collect(),
        )
    }

    pub fn len(&self) -> usize {
        self.fields.len()
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The column names in order.
    pub fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|f| f.name.as_str()).collect()
    }

    /// Position of the field of that name; Spark compares names without case.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == name).or_else(|| {
            self.fields.iter().position(|f| {
                f.name.eq_ignore_ascii_case(name) || f.name.to_lowercase() == name.to_lowercase()
            })
        })
    }

    /// The field of that name, without case.
    pub fn field(&self, name: &str) -> Option<&StructField> {
        self.index_of(name).and_then(|i| self.fields.get(i))
    }

    /// `root` and one line a field, as `printSchema` shows it, ending in a newline.
    pub fn tree_string(&self) -> String {
        let mut out = String::from("root\n");
        tree_fields(self, " |", &mut out);
        out
    }
}

fn tree_fields(schema: &StructType, prefix: &str, out: &mut String) {
    for f in &schema.fields {
        out.push_str(&format!(
            "{prefix}-- {}: {} (nullable = {})\n",
            f.name,
            f.data_type.type_name(),
            f.nullable
        ));
        tree_children(&f.data_type, &format!("{prefix}    |"), out);
    }
}

fn tree_children(data_type: &DataType, prefix: &str, out: &mut String) {
    match data_type {
        DataType::Struct(s) => tree_fields(s, prefix, out),
        DataType::Array {
            element,
            contains_null,
        } => {
            out.push_str(&format!(
                "{prefix}-- element: {} (containsNull = {contains_null})\n",
                element.type_name()
            ));
            tree_children(element, &format!("{prefix}    |"), out);
        }
        DataType::Map {
            key,
            value,
            value_contains_null,
        } => {
            out.push_str(&format!("{prefix}-- key: {}\n", key.type_name()));
            tree_children(key, &format!("{prefix}    |"), out);
            out.push_str(&format!(
                "{prefix}-- value: {} (valueContainsNull = {value_contains_null})\n",
                value.type_name()
            ));
            tree_children(value, &format!("{prefix}    |"), out);
        }
        _ => {}
    }
}
