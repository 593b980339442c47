//! Schemas as DDL: `a INT, b STRUCT<c: STRING>`.
//!
//! Source: Spark SQL reference, "Data Types", SQL names; Catalyst's `DataType.fromDDL`.

use super::{DataType, Metadata, StructField, StructType};

/// Deeper types than this are refused.
const MAX_DEPTH: usize = 64;

/// A text was not a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DdlError {
    #[error(
        "[PARSE_SYNTAX_ERROR] Syntax error at or near '{near}': extra input at position {at}. SQLSTATE: 42601"
    )]
    Syntax { near: String, at: usize },
    #[error("[PARSE_SYNTAX_ERROR] Syntax error at or near end of input. SQLSTATE: 42601")]
    End,
    #[error("[UNSUPPORTED_DATATYPE] Unsupported data type \"{found}\". SQLSTATE: 0A000")]
    UnknownType { found: String },
    #[error(
        "[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION] Decimal precision {precision} exceeds max precision 38. SQLSTATE: 22003"
    )]
    Precision { precision: u32 },
    #[error("[PARSE_SYNTAX_ERROR] The type is nested more than 64 levels deep. SQLSTATE: 42601")]
    TooDeep,
}

impl StructType {
    /// Reads columns: `name TYPE [NOT NULL] [COMMENT 'text'], …`; a colon may stand between
    /// name and type.
    ///
    /// # Errors
    /// [`DdlError`] where the text isn't a schema.
    pub fn from_ddl(text: &str) -> Result<StructType, DdlError> {
        let mut reader = Reader::new(text);
        let schema = reader.fields(0, None)?;
        reader.end()?;
        Ok(schema)
    }

    /// The columns as DDL: ``a INT,`b c` STRING NOT NULL``.
    pub fn to_ddl(&self) -> String {
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|f| {
                let not_null = if f.nullable { "" } else { " NOT NULL" };
                let name = super::quote_if_needed(&f.name);
                format!("{name} {}{not_null}", f.data_type.sql())
            })
            .collect();
        fields.join(",")
    }
}

impl DataType {
    /// Reads a type: `ARRAY<INT>`, `decimal(10, 2)`; or columns, as a struct.
    ///
    /// # Errors
    /// [`DdlError`] where the text is neither.
    pub fn from_ddl(text: &str) -> Result<DataType, DdlError> {
        let mut reader = Reader::new(text);
        let whole = reader.data_type(0).and_then(|t| reader.end().map(|()| t));
        match whole {
            Ok(data_type) => Ok(data_type),
            Err(error) => StructType::from_ddl(text)
                .map(DataType::Struct)
                .map_err(|_| error),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Reader { text, at: 0 }
    }

    fn rest(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or("");
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn unexpected(&mut self) -> DdlError {
        let rest = self.rest();
        match rest.split_whitespace().next() {
            Some(near) => DdlError::Syntax {
                near: near.to_string(),
                at: self.at,
            },
            None => DdlError::End,
        }
    }

    fn end(&mut self) -> Result<(), DdlError> {
        if self.rest().is_empty() {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn take(&mut self, symbol: char) -> bool {
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len_utf8();
        }
        found
    }

    fn expect(&mut self, symbol: char) -> Result<(), DdlError> {
        if self.take(symbol) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).filter(|w| !w.is_empty())
    }

    /// Takes a word if it is the wanted one, in any case.
    fn keyword(&mut self, wanted: &str) -> bool {
        let before = self.at;
        if self.word().is_some_and(|w| w.eq_ignore_ascii_case(wanted)) {
            return true;
        }
        self.at = before;
        false
    }

    fn name(&mut self) -> Result<String, DdlError> {
        if !self.take('`') {
            return self
                .word()
                .map(String::from)
                .ok_or_else(|| self.unexpected());
        }
        let mut name = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or("");
            let end = rest.find('`').ok_or(DdlError::End)?;
            name.push_str(rest.get(..end).unwrap_or(""));
            self.at += end + 1;
            if self.text.get(self.at..).is_some_and(|r| r.starts_with('`')) {
                name.push('`');
                self.at += 1;
            } else {
                return Ok(name);
            }
        }
    }

    fn quoted(&mut self) -> Result<String, DdlError> {
        let quote = if self.take('\'') {
            '\''
        } else if self.take('"') {
            '"'
        } else {
            return Err(self.unexpected());
        };
        let rest = self.text.get(self.at..).unwrap_or("");
        let mut out = String::new();
        let mut chars = rest.char_indices();
        while let Some((i, c)) = chars.next() {
            if c == quote {
                self.at += i + 1;
                return Ok(out);
            }
            if c == '\\' {
                out.extend(chars.next().map(|(_, c)| c));
            } else {
                out.push(c);
            }
        }
        Err(DdlError::End)
    }

    fn fields(&mut self, depth: usize, close: Option<char>) -> Result<StructType, DdlError> {
        let mut fields = Vec::new();
        if close.is_some_and(|c| self.rest().starts_with(c)) || self.rest().is_empty() {
            return Ok(StructType::new(fields));
        }
        loop {
            let name = self.name()?;
            self.take(':');
            let data_type = self.data_type(depth)?;
            let mut field = StructField::new(name, data_type);
            if self.keyword("not") {
                if !self.keyword("null") {
                    return Err(self.unexpected());
                }
                field.nullable = false;
            }
            if self.keyword("comment") {
                let comment = self.quoted()?;
                field.metadata =
                    Metadata::default().with("comment", serde_json::Value::String(comment));
            }
            fields.push(field);
            if !self.take(',') {
                return Ok(StructType::new(fields));
            }
        }
    }

    fn number(&mut self) -> Result<u32, DdlError> {
        self.word()
            .and_then(|w| w.parse().ok())
            .ok_or_else(|| self.unexpected())
    }

    fn data_type(&mut self, depth: usize) -> Result<DataType, DdlError> {
        if depth > MAX_DEPTH {
            return Err(DdlError::TooDeep);
        }
        let Some(word) = self.word() else {
            return Err(self.unexpected());
        };
        Ok(match word.to_ascii_lowercase().as_str() {
            "boolean" => DataType::Boolean,
            "tinyint" | "byte" => DataType::Byte,
            "smallint" | "short" => DataType::Short,
            "int" | "integer" => DataType::Integer,
            "bigint" | "long" => DataType::Long,
            "float" | "real" => DataType::Float,
            "double" => DataType::Double,
            "string" => DataType::String,
            "binary" => DataType::Binary,
            "date" => DataType::Date,
            "timestamp" | "timestamp_ltz" => DataType::Timestamp,
            "timestamp_ntz" => DataType::TimestampNtz,
            "void" => DataType::Null,
            "char" | "character" | "varchar" => {
                if self.take('(') {
                    self.number()?;
                    self.expect(')')?;
                }
                DataType::String
            }
            "decimal" | "dec" | "numeric" => {
                let (mut precision, mut scale) = (10, 0);
                if self.take('(') {
                    precision = self.number()?;
                    if self.take(',') {
                        scale = self.number()?;
                    }
                    self.expect(')')?;
                }
                let fits = |n: u32| u8::try_from(n).ok().filter(|n| *n <= 38);
                match (fits(precision), fits(scale)) {
                    (Some(p), Some(s)) if p > 0 && s <= p => DataType::decimal(p, s),
                    _ => return Err(DdlError::Precision { precision }),
                }
            }
            "interval" => {
                let unit = self.word().unwrap_or("").to_ascii_lowercase();
                if self.keyword("to") {
                    self.word();
                }
                match unit.as_str() {
                    "year" | "month" => DataType::YearMonthInterval,
                    "day" | "hour" | "minute" | "second" => DataType::DayTimeInterval,
                    _ => {
                        return Err(DdlError::UnknownType {
                            found: "INTERVAL".into(),
                        });
                    }
                }
            }
            "array" => {
                self.expect('<')?;
                let element = self.data_type(depth + 1)?;
                self.expect('>')?;
                DataType::array(element)
            }
            "map" => {
                self.expect('<')?;
                let key = self.data_type(depth + 1)?;
                self.expect(',')?;
                let value = self.data_type(depth + 1)?;
                self.expect('>')?;
                DataType::map(key, value)
            }
            "struct" => {
                self.expect('<')?;
                let fields = self.fields(depth + 1, Some('>'))?;
                self.expect('>')?;
                DataType::Struct(fields)
            }
            _ => {
                return Err(DdlError::UnknownType {
                    found: word.to_uppercase(),
                });
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_survives_the_way_through_ddl() {
        let text = "a INT, `b c` STRUCT<x: ARRAY<STRING>, y: DECIMAL(10, 2) NOT NULL>, m map<string,int> NOT NULL COMMENT 'it''s'";
        let error = StructType::from_ddl(text);
        assert!(error.is_err(), "a doubled quote ends the comment");
        let text = "a INT, `b c` STRUCT<x: ARRAY<STRING>, y: DECIMAL(10, 2) NOT NULL>, m map<string,int> NOT NULL COMMENT 'its'";
        let schema = StructType::from_ddl(text).unwrap();
        assert_eq!(schema.names(), ["a", "b c", "m"]);
        assert_eq!(
            schema.fields[1].data_type.sql(),
            "STRUCT<x: ARRAY<STRING>, y: DECIMAL(10,2) NOT NULL>"
        );
        assert!(!schema.fields[2].nullable);
        assert_eq!(schema.fields[2].metadata.get("comment").unwrap(), "its");
        let again = StructType::from_ddl(&schema.to_ddl()).unwrap();
        assert_eq!(again.fields[1], schema.fields[1]);
    }

    #[test]
    fn a_type_alone_and_columns_are_both_types() {
        assert_eq!(
            DataType::from_ddl("array<int>").unwrap(),
            DataType::array(DataType::Integer)
        );
        assert_eq!(
            DataType::from_ddl("a long").unwrap(),
            DataType::Struct(StructType::of([("a", DataType::Long)]))
        );
    }

    #[test]
    fn bad_schemas_are_errors_and_never_panics() {
        for text in [
            "a",
            "a INT,",
            "a INT b INT",
            "a ARRAY<INT",
            "a DECIMAL(50)",
            "`a",
            "a FOO",
            "é",
            "a STRUCT<b:",
            "a INT COMMENT 'x",
        ] {
            assert!(StructType::from_ddl(text).is_err(), "{text}");
        }
        let deep = format!("a {}INT", "ARRAY<".repeat(10_000));
        assert!(StructType::from_ddl(&deep).is_err());
    }
}
