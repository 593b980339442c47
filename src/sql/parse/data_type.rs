//! Types and schemas as DDL writes them: `a INT, b STRUCT<c: STRING>`.

use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::dialect::SparkDialect;
use super::tokens::{position, tokenize};
use crate::sql::error::{ParseError, ParseReason};
use crate::types::{DataType, Metadata, StructField, StructType};

/// The type that `text` names (`decimal(10,2)`, `array<struct<a:int>>`).
///
/// # Errors
/// `UNSUPPORTED_DATATYPE` for an unknown name, `PARSE_SYNTAX_ERROR` for anything else.
pub fn parse_data_type(text: &str) -> Result<DataType, ParseError> {
    let mut types = Types::new(text)?;
    let data_type = types.data_type()?;
    types.end()?;
    Ok(data_type)
}

/// The schema of a column list (`a INT NOT NULL COMMENT 'x', b STRING`), as `from_json` and
/// `DataFrameReader.schema` take it.
///
/// # Errors
/// As [`parse_data_type`].
pub fn parse_schema(text: &str) -> Result<StructType, ParseError> {
    let mut types = Types::new(text)?;
    let mut fields = Vec::new();
    if !types.at_end() {
        fields.push(types.field()?);
        while types.parser.consume_token(&Token::Comma) {
            fields.push(types.field()?);
        }
    }
    types.end()?;
    Ok(StructType::new(fields))
}

/// Types of columns and of what lies in them (`a INT, b.c STRING, d.element DATE`), as Auto Loader's
/// `cloudFiles.schemaHints` takes them.
///
/// # Errors
/// As [`parse_data_type`].
pub fn parse_schema_hints(text: &str) -> Result<Vec<(Vec<String>, DataType)>, ParseError> {
    let mut types = Types::new(text)?;
    let mut hints = Vec::new();
    while hints.is_empty() || types.parser.consume_token(&Token::Comma) {
        let mut path = vec![types.name()?];
        while types.parser.consume_token(&Token::Period) {
            path.push(types.name()?);
        }
        let _ = types.parser.consume_token(&Token::Colon);
        hints.push((path, types.data_type()?));
    }
    types.end()?;
    Ok(hints)
}

/// A type, or columns as a struct, as `from_json` takes its schema (Catalyst's
/// `DataType.fromDDL`).
///
/// # Errors
/// As [`parse_data_type`].
pub fn parse_ddl(text: &str) -> Result<DataType, ParseError> {
    parse_data_type(text).or_else(|error| {
        parse_schema(text)
            .map(DataType::Struct)
            .map_err(|columns| match error.reason {
                ParseReason::TooComplex => error,
                _ => columns,
            })
    })
}

/// Deeper types than this are refused.
const MAX_DEPTH: usize = 64;

struct Types<'a> {
    parser: Parser<'a>,
    text: &'a str,
    /// Right angle brackets left of a `>>` that was taken for its first one.
    pending_gt: bool,
    /// How many types are around the one that is read.
    depth: usize,
}

impl<'a> Types<'a> {
    fn new(text: &'a str) -> Result<Self, ParseError> {
        let tokens: Vec<TokenWithSpan> = tokenize(text)?;
        Ok(Types {
            parser: Parser::new(&SparkDialect).with_tokens_with_locations(tokens),
            text,
            pending_gt: false,
            depth: 0,
        })
    }

    fn at_end(&self) -> bool {
        self.parser.peek_token().token == Token::EOF
    }

    fn end(&self) -> Result<(), ParseError> {
        if self.at_end() && !self.pending_gt {
            Ok(())
        } else {
            Err(self.syntax())
        }
    }

    fn syntax(&self) -> ParseError {
        let token = self.parser.peek_token();
        let near = match &token.token {
            Token::EOF => "end of input".to_owned(),
            other => format!("'{other}'"),
        };
        self.error(
            ParseReason::Syntax {
                near,
                hint: String::new(),
            },
            &token,
        )
    }

    fn error(&self, reason: ParseReason, token: &TokenWithSpan) -> ParseError {
        ParseError {
            reason,
            position: position(token.span.start.line, token.span.start.column),
            sql: self.text.to_owned(),
            fragment: None,
        }
    }

    fn name(&mut self) -> Result<String, ParseError> {
        match self.parser.peek_token().token {
            Token::Word(w) => {
                self.parser.next_token();
                Ok(w.value)
            }
            _ => Err(self.syntax()),
        }
    }

    fn field(&mut self) -> Result<StructField, ParseError> {
        let name = self.name()?;
        let _ = self.parser.consume_token(&Token::Colon);
        let data_type = self.data_type()?;
        let mut field = StructField::new(name, data_type);
        loop {
            if self.parser.parse_keywords(&[Keyword::NOT, Keyword::NULL]) {
                field.nullable = false;
            } else if self.parser.parse_keyword(Keyword::COMMENT) {
                let token = self.parser.next_token();
                let Token::SingleQuotedString(comment) = token.token else {
                    return Err(self.syntax());
                };
                field.metadata = Metadata::default().with("comment", comment.into());
            } else {
                return Ok(field);
            }
        }
    }

    fn open_angle(&mut self) -> Result<(), ParseError> {
        if self.parser.consume_token(&Token::Lt) {
            Ok(())
        } else {
            Err(self.syntax())
        }
    }

    fn close_angle(&mut self) -> Result<(), ParseError> {
        if std::mem::take(&mut self.pending_gt) || self.parser.consume_token(&Token::Gt) {
            Ok(())
        } else if self.parser.consume_token(&Token::ShiftRight) {
            self.pending_gt = true;
            Ok(())
        } else {
            Err(self.syntax())
        }
    }

    fn number(&mut self) -> Result<u8, ParseError> {
        match self.parser.peek_token().token {
            Token::Number(n, _) => {
                let parsed = n.parse().map_err(|_| self.syntax())?;
                self.parser.next_token();
                Ok(parsed)
            }
            _ => Err(self.syntax()),
        }
    }

    /// `(n)` or `(n, m)`.
    fn numbers(&mut self) -> Result<Vec<u8>, ParseError> {
        let mut numbers = Vec::new();
        if self.parser.consume_token(&Token::LParen) {
            numbers.push(self.number()?);
            while self.parser.consume_token(&Token::Comma) {
                numbers.push(self.number()?);
            }
            if !self.parser.consume_token(&Token::RParen) {
                return Err(self.syntax());
            }
        }
        Ok(numbers)
    }

    fn data_type(&mut self) -> Result<DataType, ParseError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(ParseReason::TooComplex, &self.parser.peek_token()));
        }
        self.depth += 1;
        let data_type = self.one_type();
        self.depth -= 1;
        data_type
    }

    fn one_type(&mut self) -> Result<DataType, ParseError> {
        let token = self.parser.peek_token();
        let name = self.name()?.to_lowercase();
        Ok(match name.as_str() {
            "boolean" => DataType::Boolean,
            "tinyint" | "byte" => DataType::Byte,
            "smallint" | "short" => DataType::Short,
            "int" | "integer" => DataType::Integer,
            "bigint" | "long" => DataType::Long,
            "float" | "real" => DataType::Float,
            "double" => DataType::Double,
            "date" => DataType::Date,
            "timestamp" | "timestamp_ltz" => DataType::Timestamp,
            "timestamp_ntz" => DataType::TimestampNtz,
            "string" => DataType::String,
            "binary" => DataType::Binary,
            "void" => DataType::Null,
            "char" | "character" | "varchar" => {
                self.numbers()?;
                DataType::String
            }
            "decimal" | "dec" | "numeric" => match self.numbers()?.as_slice() {
                [] => DataType::decimal(10, 0),
                [p] if (1..=38).contains(p) => DataType::decimal(*p, 0),
                [p, s] if (1..=38).contains(p) && s <= p => DataType::decimal(*p, *s),
                [precision, rest @ ..] if *precision <= 38 && rest.len() == 1 => {
                    let (precision, scale) = (*precision, rest.first().copied().unwrap_or(0));
                    let reason = ParseReason::DecimalScale { scale, precision };
                    return Err(self.error(reason, &token));
                }
                numbers => {
                    let precision = numbers.first().copied().unwrap_or_default();
                    return Err(self.error(ParseReason::DecimalPrecision { precision }, &token));
                }
            },
            "interval" => self.interval(&token)?,
            "array" => {
                self.open_angle()?;
                let element = self.data_type()?;
                self.close_angle()?;
                DataType::array(element)
            }
            "map" => {
                self.open_angle()?;
                let key = self.data_type()?;
                if !self.parser.consume_token(&Token::Comma) {
                    return Err(self.syntax());
                }
                let value = self.data_type()?;
                self.close_angle()?;
                DataType::map(key, value)
            }
            "struct" => {
                if self.parser.consume_token(&Token::Neq) {
                    return Ok(DataType::Struct(StructType::default()));
                }
                self.open_angle()?;
                let mut fields = Vec::new();
                if !self.pending_gt && self.parser.peek_token().token != Token::Gt {
                    fields.push(self.field()?);
                    while self.parser.consume_token(&Token::Comma) {
                        fields.push(self.field()?);
                    }
                }
                self.close_angle()?;
                DataType::Struct(StructType::new(fields))
            }
            _ => {
                let name = name.to_uppercase();
                return Err(self.error(ParseReason::UnsupportedDataType { name }, &token));
            }
        })
    }

    fn interval(&mut self, at: &TokenWithSpan) -> Result<DataType, ParseError> {
        let mut units = Vec::new();
        while let Token::Word(w) = self.parser.peek_token().token {
            let unit = w.value.to_uppercase();
            match unit.as_str() {
                "YEAR" | "MONTH" | "DAY" | "HOUR" | "MINUTE" | "SECOND" => units.push(unit),
                "TO" => {}
                _ => break,
            }
            self.parser.next_token();
        }
        match units.first().map(String::as_str) {
            Some("YEAR" | "MONTH") => Ok(DataType::YearMonthInterval),
            Some(_) => Ok(DataType::DayTimeInterval),
            None => Err(self.error(
                ParseReason::UnsupportedDataType {
                    name: "INTERVAL".into(),
                },
                at,
            )),
        }
    }
}
