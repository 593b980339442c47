//! A statement that can't be given a meaning.

use std::fmt;

use super::Position;
use crate::sql::functions::FunctionError;
use crate::types::DataType;

/// A statement that can't be given a meaning, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalysisError {
    pub reason: AnalysisReason,
    /// Where in the statement's text; `None` where there is no text or no one place.
    pub position: Option<Position>,
}

impl std::error::Error for AnalysisError {}

impl fmt::Display for AnalysisError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason)?;
        match self.position {
            Some(Position { line, column }) => write!(f, "; line {line} pos {column}"),
            None => Ok(()),
        }
    }
}

/// Why a statement can't be given a meaning.
///
/// Names in fields are as the message shows them: in backticks, part by part, where they are
/// identifiers; bare where the text itself puts quotes around.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AnalysisReason {
    #[error(
        "[UNRESOLVED_COLUMN.{}] A column, variable, or function parameter with name {name} cannot be resolved. {} SQLSTATE: 42703",
        suggestion(.proposal), did_you_mean(.proposal)
    )]
    UnresolvedColumn { name: String, proposal: Vec<String> },
    #[error(
        "[INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX] Invalid SQL syntax: The function {function} does not support {syntax}. SQLSTATE: 42000"
    )]
    FunctionWithUnsupportedSyntax {
        function: String,
        syntax: &'static str,
    },
    #[error(
        "[DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON] Cannot resolve \"{frame}\" due to data type mismatch: The lower bound of a window frame must be less than or equal to the upper bound. SQLSTATE: 42K09"
    )]
    FrameEndsBeforeItStarts { frame: String },
    #[error(
        "[DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER] Cannot resolve \"({spec})\" due to data type mismatch: A range window frame cannot be used in an unordered window specification. SQLSTATE: 42K09"
    )]
    RangeWithoutOrder { spec: String },
    #[error(
        "[DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER] Cannot resolve \"({spec})\" due to data type mismatch: A range window frame with value boundaries cannot be used in a window specification with multiple order by expressions: {order}. SQLSTATE: 42K09"
    )]
    RangeOverSeveral { spec: String, order: String },
    #[error(
        "[DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE] Cannot resolve \"{frame}\" due to data type mismatch: The data type of the {bound} bound \"{data_type}\" does not match the expected data type (\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\"). SQLSTATE: 42K09"
    )]
    RangeOfUnacceptedType {
        frame: String,
        bound: &'static str,
        data_type: String,
    },
    #[error("Window Frame {frame} must match the required frame {required}.")]
    WindowFrameMismatch { frame: String, required: String },
    #[error("Cannot specify window frame for {function} function.")]
    OffsetFunctionFrame { function: &'static str },
    #[error("Window aggregate function with filter predicate is not supported yet.")]
    WindowFilter,
    #[error(
        "[UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE] The feature is not supported: Cannot have MAP type columns in DataFrame which calls set operations (INTERSECT, EXCEPT, etc.), but the type of column {column} is \"{data_type}\". SQLSTATE: 0A000"
    )]
    SetOperationOnMap { column: String, data_type: String },
    #[error(
        "[UNSUPPORTED_EXPR_FOR_OPERATOR] A query operator contains one or more unsupported expressions.\nConsider to rewrite it to avoid window functions, aggregate functions, and generator functions in the WHERE clause.\nInvalid expressions: [{}] SQLSTATE: 42K0E",
        expressions.iter().map(|e| format!("\"{e}\"")).collect::<Vec<_>>().join(", ")
    )]
    UnsupportedExprForOperator { expressions: Vec<String> },
    #[error(
        "[NAMED_PARAMETERS_NOT_SUPPORTED] Named parameters are not supported for function {function}; please retry the query with positional arguments to the function call instead. SQLSTATE: 4274K"
    )]
    NamedParametersNotSupported { function: String },
    #[error(
        "[UNRECOGNIZED_PARAMETER_NAME] Cannot invoke routine {function} because the routine call included a named argument reference for the argument named {argument}, but this routine does not include any signature containing an argument with this name. Did you mean one of the following? [{proposal}]. SQLSTATE: 4274K"
    )]
    UnrecognizedParameterName {
        function: String,
        argument: String,
        proposal: String,
    },
    #[error(
        "[DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.{}] Call to routine {function} is invalid because it includes multiple argument assignments to the same parameter name {parameter}. {} SQLSTATE: 4274K",
        if *both_named { "DOUBLE_NAMED_ARGUMENT_REFERENCE" } else { "BOTH_POSITIONAL_AND_NAMED" },
        if *both_named {
            "More than one named argument referred to the same parameter. Please assign a value only once."
        } else {
            "A positional argument and named argument both referred to the same parameter. Please remove the named argument referring to this parameter."
        }
    )]
    DuplicateParameter {
        function: String,
        parameter: String,
        both_named: bool,
    },
    #[error(
        "[REQUIRED_PARAMETER_NOT_FOUND] Cannot invoke routine {function} because the parameter named {parameter} is required, but the routine call did not supply a value. Please update the routine call to supply an argument value (either positionally at index {index} or by name) and retry the query again. SQLSTATE: 4274K"
    )]
    RequiredParameterNotFound {
        function: String,
        parameter: String,
        index: usize,
    },
    #[error(
        "[UNEXPECTED_POSITIONAL_ARGUMENT] Cannot invoke routine {function} because it contains positional argument(s) following the named argument assigned to {parameter}; please rearrange them so the positional arguments come first and then retry the query again. SQLSTATE: 4274K"
    )]
    UnexpectedPositionalArgument { function: String, parameter: String },
    #[error(
        "[INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE] Invalid inline table. Found incompatible types in the column {column} for inline table. SQLSTATE: 42000"
    )]
    InlineTableTypes { column: String },
    #[error(
        "[NOT_A_CONSTANT_STRING.NOT_CONSTANT] The expression \"{expression}\" used for the routine or clause IDENTIFIER must be a constant STRING which is NOT NULL. To be considered constant the expression must not depend on any columns, contain a subquery, or invoke a non deterministic function such as rand(). SQLSTATE: 42601"
    )]
    NotAConstantName { expression: String },
    #[error(
        "[INVALID_WITHIN_GROUP_EXPRESSION.{condition}] Invalid function {function} with WITHIN GROUP. {text} SQLSTATE: 42K0K"
    )]
    WithinGroup {
        condition: &'static str,
        function: String,
        text: String,
    },
    #[error(
        "[NULL_QUERY_STRING_EXECUTE_IMMEDIATE] Execute immediate requires a non-null variable as the query string, but the provided variable `{variable}` is null. SQLSTATE: 22004"
    )]
    NullQueryString { variable: String },
    #[error(
        "[INVALID_VARIABLE_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE] Variable type must be string type but got \"{}\". SQLSTATE: 42K09",
        actual.sql()
    )]
    QueryStringType { actual: DataType },
    #[error(
        "[UNSUPPORTED_EXPR_FOR_PARAMETER] A query parameter contains unsupported expression.\nParameters can either be variables or literals.\nInvalid expression: [\"{expression}\"] SQLSTATE: 42K0E"
    )]
    UsingNotConstant { expression: String },
    #[error(
        "[NESTED_EXECUTE_IMMEDIATE] Nested EXECUTE IMMEDIATE commands are not allowed. Please ensure that the SQL query provided ({text}) does not contain another EXECUTE IMMEDIATE command. SQLSTATE: 07501"
    )]
    NestedExecuteImmediate { text: String },
    #[error(
        "[INVALID_STATEMENT_FOR_EXECUTE_INTO] The INTO clause of EXECUTE IMMEDIATE is only valid for queries but the given statement is not a query: {text}. SQLSTATE: 07501"
    )]
    IntoOfNoQuery { text: String },
    #[error(
        "[DATATYPE_MISMATCH.INVALID_ORDERING_TYPE] Cannot resolve \"{key}\" due to data type mismatch: The `sortorder` does not support ordering on type \"{data_type}\". SQLSTATE: 42K09"
    )]
    OrderByUnorderable { key: String, data_type: String },
    #[error(
        "[NON_LITERAL_PIVOT_VALUES] Literal expressions required for pivot values, found \"{expression}\". SQLSTATE: 42K08"
    )]
    NonLiteralPivotValues { expression: String },
    #[error(
        "Aggregate expression required for pivot, but '{expression}' did not appear in any aggregate function."
    )]
    PivotWithoutAggregate { expression: String },
    #[error(
        "[UNPIVOT_VALUE_DATA_TYPE_MISMATCH] Unpivot value columns must share a least common type, some types do not: [{types}]. SQLSTATE: 42K09"
    )]
    UnpivotValueTypes { types: String },
    #[error(
        "[UNPIVOT_VALUE_SIZE_MISMATCH] All unpivot value columns must have the same size as there are value column names ({values}). SQLSTATE: 428C4"
    )]
    UnpivotValueSize { values: usize },
    #[error(
        "[TABLE_OR_VIEW_NOT_FOUND] The table or view {name} cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a schema, verify the current_schema() output, or qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS. SQLSTATE: 42P01"
    )]
    TableOrViewNotFound { name: String },
    #[error(
        "[TABLE_OR_VIEW_ALREADY_EXISTS] Cannot create table or view {name} because it already exists.\nChoose a different name, drop or replace the existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects. SQLSTATE: 42P07"
    )]
    TableOrViewAlreadyExists { name: String },
    #[error(
        "[TEMP_TABLE_OR_VIEW_ALREADY_EXISTS] Cannot create the temporary view {name} because it already exists.\nChoose a different name, drop or replace the existing view,  or add the IF NOT EXISTS clause to tolerate pre-existing views. SQLSTATE: 42P07"
    )]
    TempViewAlreadyExists { name: String },
    #[error(
        "[SCHEMA_NOT_FOUND] The schema {name} cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the name with a catalog, verify the current_schema() output, or qualify the name with the correct catalog.\nTo tolerate the error on drop use DROP SCHEMA IF EXISTS. SQLSTATE: 42704"
    )]
    SchemaNotFound { name: String },
    #[error(
        "[SCHEMA_ALREADY_EXISTS] Cannot create schema {name} because it already exists.\nChoose a different name, drop the existing schema, or add the IF NOT EXISTS clause to tolerate pre-existing schema. SQLSTATE: 42P06"
    )]
    SchemaAlreadyExists { name: String },
    #[error(
        "[UNRESOLVED_ROUTINE] Cannot resolve routine {name} on search path [`system`.`builtin`, `system`.`session`, `spark_catalog`.{database}]. SQLSTATE: 42883"
    )]
    UnresolvedRoutine { name: String, database: String },
    #[error(
        "[UNRESOLVABLE_TABLE_VALUED_FUNCTION] Could not resolve {name} to a table-valued function.\nPlease make sure that {name} is defined as a table-valued function and that all required parameters are provided correctly.\nIf {name} is not defined, please create the table-valued function before using it.\nFor more information about defining table-valued functions, please refer to the Apache Spark documentation. SQLSTATE: 42883"
    )]
    UnresolvableTableFunction { name: String },
    #[error("[AMBIGUOUS_REFERENCE] Reference {name} is ambiguous, could be: [{}]. SQLSTATE: 42704", .candidates.join(", "))]
    AmbiguousReference {
        name: String,
        candidates: Vec<String>,
    },
    #[error(
        "[UNBOUND_SQL_PARAMETER] Found the unbound parameter: {name}. Please, fix `args` and provide a mapping of the parameter to either a SQL literal or collection constructor functions such as `map()`, `array()`, `struct()`. SQLSTATE: 42P02"
    )]
    UnboundParameter { name: String },
    #[error(
        "[INVALID_ATTRIBUTE_NAME_SYNTAX] Syntax error in the attribute name: {name}. Check that backticks appear in pairs, a quoted string is a complete name part and use a backtick only inside quoted name parts. SQLSTATE: 42601"
    )]
    InvalidAttributeName { name: String },
    #[error(
        "[UNSUPPORTED_JOIN_TYPE] Unsupported join type '{kind}'. Supported join types include: 'inner', 'outer', 'full', 'fullouter', 'full_outer', 'leftouter', 'left', 'left_outer', 'rightouter', 'right', 'right_outer', 'leftsemi', 'left_semi', 'semi', 'leftanti', 'left_anti', 'anti', 'cross'. SQLSTATE: 0A000"
    )]
    UnsupportedJoinType { kind: String },
    #[error("Cannot resolve column name \"{name}\" among ({}).", .fields.join(", "))]
    UnresolvedColumnAmongFieldNames { name: String, fields: Vec<String> },
    /// `df["a"]` where the DataFrame has come in twice.
    #[error(
        "Column {name} are ambiguous. It's probably because you joined several Datasets together, and some of these Datasets are the same. This column points to one of the Datasets but Spark is unable to figure out which one. Please alias the Datasets with different names via `Dataset.as` before joining them, and specify the column using qualified name, e.g. `df.as(\"a\").join(df.as(\"b\"), $\"a.id\" > $\"b.id\")`. You can also set spark.sql.analyzer.failAmbiguousSelfJoin to false to disable this check."
    )]
    AmbiguousDataFrameColumn { name: String },
    /// `df["a"]` of a DataFrame that isn't below.
    #[error(
        "[MISSING_ATTRIBUTES.RESOLVED_ATTRIBUTE_MISSING_FROM_INPUT] Resolved attribute(s) \"{name}\" missing from {} in operator {operator}. SQLSTATE: XX000", .input.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ")
    )]
    MissingAttribute {
        name: String,
        input: Vec<String>,
        operator: &'static str,
    },
    #[error(
        "[EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE] The event time `{column}` has the invalid type \"{}\", but expected \"TIMESTAMP\". SQLSTATE: 42K09", .actual.sql()
    )]
    EventTimeNotTimestamp { column: String, actual: DataType },
    #[error(
        "[CANNOT_PARSE_INTERVAL] Unable to parse '{text}'. Please ensure that the value provided is in a valid format for defining an interval. You can reference the documentation for the correct format. If the issue persists, please double check that the input value is not null or empty and try again. SQLSTATE: 22006"
    )]
    CannotParseInterval { text: String },
    #[error(
        "[INVALID_INTERVAL_FORMAT.NEGATIVE] requirement failed: delay threshold ({text}) should not be negative."
    )]
    NegativeDelay { text: String },
    #[error(
        "[AMBIGUOUS_LATERAL_COLUMN_ALIAS] Lateral column alias {name} is ambiguous and has {matches} matches. SQLSTATE: 42702"
    )]
    AmbiguousLateralColumnAlias { name: String, matches: usize },
    #[error(
        "[DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN] Cannot resolve \"{filter}\" due to data type mismatch: Filter expression \"{filter}\" of type {} is not a boolean. SQLSTATE: 42K09",
        quoted_type(.actual)
    )]
    FilterNotBoolean { filter: String, actual: DataType },
    #[error(
        "[DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH] Cannot resolve \"({left} IN (listquery()))\" due to data type mismatch: The number of columns in the left hand side of an IN subquery does not match the number of columns in the output of subquery. Left hand side columns(length: 1): [\"{left}\"], right hand side columns(length: {columns}): [{right}]. SQLSTATE: 42K09"
    )]
    InSubqueryLength {
        left: String,
        columns: usize,
        right: String,
    },
    #[error(
        "[DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH] Cannot resolve \"({left} IN (listquery()))\" due to data type mismatch: The data type of one or more elements in the left hand side of an IN subquery is not compatible with the data type of the output of the subquery. Mismatched columns: [({left}:{}, {right}:{})], left side: [{}], right side: [{}]. SQLSTATE: 42K09",
        .left_type.simple_string(), .right_type.simple_string(), quoted_type(.left_type), quoted_type(.right_type)
    )]
    InSubqueryType {
        left: String,
        left_type: DataType,
        right: String,
        right_type: DataType,
    },
    /// What a function says of its arguments.
    #[error(transparent)]
    Function(#[from] FunctionError),
    #[error(
        "[MISSING_AGGREGATION] The non-aggregating expression \"{expression}\" is based on columns which are not participating in the GROUP BY clause.\nAdd the columns or the expression to the GROUP BY, aggregate the expression, or use \"any_value({expression})\" if you do not care which of the values within a group is returned. SQLSTATE: 42803"
    )]
    MissingAggregation { expression: String },
    #[error(
        "[MISSING_GROUP_BY] The query does not include a GROUP BY clause. Add GROUP BY or turn it into the window functions using OVER clauses. SQLSTATE: 42803"
    )]
    MissingGroupBy,
    #[error(
        "[GROUP_BY_AGGREGATE] Aggregate functions are not allowed in GROUP BY, but found {expression}. SQLSTATE: 42903"
    )]
    GroupByAggregate { expression: String },
    #[error(
        "[GROUP_BY_POS_OUT_OF_RANGE] GROUP BY position {index} is not in select list (valid range is [1, {size}]). SQLSTATE: 42805"
    )]
    GroupByPosOutOfRange { index: i64, size: usize },
    #[error(
        "[GROUP_BY_POS_AGGREGATE] GROUP BY {index} refers to an expression {expression} that contains an aggregate function. Aggregate functions are not allowed in GROUP BY. SQLSTATE: 42903"
    )]
    GroupByPosAggregate { index: i64, expression: String },
    #[error(
        "[ORDER_BY_POS_OUT_OF_RANGE] ORDER BY position {index} is not in select list (valid range is [1, {size}]). SQLSTATE: 42805"
    )]
    OrderByPosOutOfRange { index: i64, size: usize },
    #[error(
        "[NUM_COLUMNS_MISMATCH] {operator} can only be performed on inputs with the same number of columns, but the first input has {first} columns and the {} input has {actual} columns. SQLSTATE: 42826",
        ordinal(*.input)
    )]
    NumColumnsMismatch {
        operator: String,
        first: usize,
        input: usize,
        actual: usize,
    },
    #[error(
        "[INCOMPATIBLE_COLUMN_TYPE] {operator} can only be performed on tables with compatible column types. The {} column of the {} table is {} type which is not compatible with {} at the same column of the first table.. SQLSTATE: 42825",
        ordinal(*.column), ordinal(*.table), quoted_type(.actual), quoted_type(.expected)
    )]
    IncompatibleColumnType {
        operator: String,
        column: usize,
        table: usize,
        actual: DataType,
        expected: DataType,
    },
    #[error(
        "[INVALID_EXTRACT_BASE_FIELD_TYPE] Can't extract a value from \"{base}\". Need a complex type [STRUCT, ARRAY, MAP] but got {}. SQLSTATE: 42000",
        quoted_type(.actual)
    )]
    InvalidExtractBaseFieldType { base: String, actual: DataType },
    #[error(
        "[INVALID_EXTRACT_FIELD_TYPE] Field name should be a non-null string literal, but it's \"{extraction}\". SQLSTATE: 42000"
    )]
    InvalidExtractFieldType { extraction: String },
    #[error(
        "[DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS] Cannot resolve \"{sql}\" due to data type mismatch: Cannot drop all fields in struct. SQLSTATE: 42K09"
    )]
    DropOfAllFields { sql: String },
    #[error(
        "[UNRESOLVED_VARIABLE] Cannot resolve variable {name} on search path `SYSTEM`.`SESSION`. SQLSTATE: 42883"
    )]
    UnresolvedVariable { name: String },
    #[error("[FIELD_NOT_FOUND] No such struct field {field} in {}. SQLSTATE: 42704", .fields.join(", "))]
    FieldNotFound { field: String, fields: Vec<String> },
    #[error(
        "[AMBIGUOUS_REFERENCE_TO_FIELDS] Ambiguous reference to the field {field}. It appears {count} times in the schema. SQLSTATE: 42000"
    )]
    AmbiguousReferenceToFields { field: String, count: usize },
    #[error(
        "[CANNOT_RESOLVE_STAR_EXPAND] Cannot resolve {target}.* given input columns {}. Please check that the specified table or struct exists and is accessible in the input columns. SQLSTATE: 42704",
        .columns.join(", ")
    )]
    CannotResolveStarExpand {
        target: String,
        columns: Vec<String>,
    },
    #[error("Can only star expand struct data types. Attribute: `List({attribute})`.")]
    StarOfNoStruct { attribute: String },
    #[error("[INVALID_USAGE_OF_STAR_OR_REGEX] Invalid usage of '*' in {place}. SQLSTATE: 42000")]
    InvalidUsageOfStar { place: String },
    #[error(
        "[INVALID_WHERE_CONDITION] The WHERE condition \"{condition}\" contains invalid expressions: {expressions}.\nRewrite the query to avoid window functions, aggregate functions, and generator functions in the WHERE clause. SQLSTATE: 42903"
    )]
    InvalidWhereCondition {
        condition: String,
        expressions: String,
    },
    #[error("It is not allowed to use window functions inside {clause} clause.")]
    WindowFunctionInClause { clause: String },
    #[error(
        "[JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE] The join condition \"{condition}\" has the invalid type {}, expected \"BOOLEAN\". SQLSTATE: 42K0E",
        quoted_type(.actual)
    )]
    JoinConditionIsNotBoolean { condition: String, actual: DataType },
    #[error(
        "[UNRESOLVED_USING_COLUMN_FOR_JOIN] USING column {name} cannot be resolved on the {side} side of the join. The {side}-side columns: [{}]. SQLSTATE: 42703",
        .columns.join(", ")
    )]
    UnresolvedUsingColumn {
        name: String,
        side: String,
        columns: Vec<String>,
    },
    #[error(
        "[NESTED_AGGREGATE_FUNCTION] It is not allowed to use an aggregate function in the argument of another aggregate function. Please use the inner aggregate function in a sub-query. SQLSTATE: 42607"
    )]
    NestedAggregateFunction,
    #[error(
        "[WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE] Window function \"{function}\" requires an OVER clause. SQLSTATE: 42601"
    )]
    WindowFunctionWithoutOver { function: String },
    #[error(
        "Window function {function} requires window to be ordered, please add ORDER BY clause. For example SELECT {function}(value_expr) OVER (PARTITION BY window_partition ORDER BY window_ordering) from table."
    )]
    WindowFunctionWithoutOrder { function: String },
    #[error(
        "[UNSUPPORTED_EXPR_FOR_WINDOW] Expression \"{expression}\" not supported within a window function. SQLSTATE: 42P20"
    )]
    UnsupportedExprForWindow { expression: String },
    #[error(
        "[DISTINCT_WINDOW_FUNCTION_UNSUPPORTED] Distinct window functions are not supported: \"{expression}\". SQLSTATE: 0A000"
    )]
    DistinctWindowFunction { expression: String },
    #[error(
        "[MISSING_WINDOW_SPECIFICATION] Window specification is not defined in the WINDOW clause for {name}. For more information about WINDOW clauses, please refer to 'https://spark.apache.org/docs/latest/sql-ref-syntax-qry-select-window.html'. SQLSTATE: 42P20"
    )]
    MissingWindowSpecification { name: String },
    #[error(
        "[UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS] The generator is not supported: nested in expressions \"{expression}\". SQLSTATE: 42K0E"
    )]
    NestedGenerator { expression: String },
    #[error(
        "[UNSUPPORTED_GENERATOR.MULTI_GENERATOR] The generator is not supported: only one generator allowed per SELECT clause but found {count}: {generators}. SQLSTATE: 42K0E"
    )]
    MultipleGenerators { count: usize, generators: String },
    #[error(
        "[UNSUPPORTED_GENERATOR.OUTSIDE_SELECT] The generator is not supported: outside the SELECT clause, found: {clause}. SQLSTATE: 42K0E"
    )]
    GeneratorOutsideSelect { clause: String },
    #[error(
        "[UNSUPPORTED_GENERATOR.NOT_GENERATOR] The generator is not supported: {function} is expected to be a generator. However, it is not one. SQLSTATE: 42K0E"
    )]
    NotAGenerator { function: String },
    #[error(
        "[INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN] Invalid subquery: Scalar subquery must return only one column, but got {columns}. SQLSTATE: 42823"
    )]
    ScalarSubqueryColumns { columns: usize },
    #[error(
        "[INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY] Invalid subquery: Streaming query is not allowed in subquery expressions. SQLSTATE: 42823"
    )]
    StreamingSubquery,
    #[error(
        "[UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.{category}] Unsupported subquery expression: {text} SQLSTATE: 0A000"
    )]
    UnsupportedSubquery { category: String, text: String },
    #[error(
        "[INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE] Invalid inline table. Cannot evaluate the expression \"{expression}\" in inline table definition. SQLSTATE: 42000"
    )]
    InlineTableExpression { expression: String },
    #[error(
        "[INVALID_LIMIT_LIKE_EXPRESSION.{sub}] The limit like expression \"{expression}\" is invalid. {text} SQLSTATE: 42K0E"
    )]
    InvalidLimit {
        sub: String,
        expression: String,
        text: String,
    },
    #[error(
        "[INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH] Invalid lambda function call. A higher order function expects {expected} arguments, but got {actual}. SQLSTATE: 42K0D"
    )]
    LambdaArguments { expected: usize, actual: usize },
    #[error(
        "[INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION] Invalid lambda function call. A lambda function should only be used in a higher order function. However, {function} is not a higher order function. SQLSTATE: 42K0D"
    )]
    LambdaOutsideHigherOrder { function: String },
    #[error(
        "[UNSUPPORTED_GROUPING_EXPRESSION] grouping()/grouping_id() can only be used with GroupingSets/Cube/Rollup. SQLSTATE: 42K0E"
    )]
    UnsupportedGrouping,
    #[error(
        "[ASSIGNMENT_ARITY_MISMATCH] The number of columns or variables assigned or aliased: {target} does not match the number of source expressions: {source_columns}. SQLSTATE: 42802"
    )]
    AssignmentArityMismatch {
        target: usize,
        source_columns: usize,
    },
    #[error(
        "[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] The {function} requires {expected} parameters but the actual number is {actual}. Please, refer to 'https://spark.apache.org/docs/latest/sql-ref-functions.html' for a fix. SQLSTATE: 42605"
    )]
    WrongNumberOfArguments {
        function: String,
        expected: usize,
        actual: usize,
    },
    #[error(
        "[DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION] Cannot resolve \"{expression}\" due to data type mismatch: cannot cast {} to {}. SQLSTATE: 42K09",
        quoted_type(.from), quoted_type(.to)
    )]
    FunctionReturns {
        expression: String,
        from: DataType,
        to: DataType,
    },
    #[error(
        "[INCORRECT_NUMBER_OF_ARGUMENTS] not enough or too many args, {function} requires at least {least} arguments and at most {most} arguments. SQLSTATE: 22023"
    )]
    IncorrectNumberOfArguments {
        function: String,
        least: usize,
        most: usize,
    },
    #[error(
        "[MERGE_WITHOUT_WHEN] There must be at least one WHEN clause in a MERGE statement. SQLSTATE: 42601"
    )]
    MergeWithoutWhen,
    #[error(
        "[NON_LAST_{kind}_CLAUSE_OMIT_CONDITION] When there are more than one {} clauses in a MERGE statement, only the last {} clause can omit the condition. SQLSTATE: 42613",
        merge_kind(.kind), merge_kind(.kind)
    )]
    NonLastMergeClause { kind: &'static str },
    #[error(
        "[UDTF_ALIAS_NUMBER_MISMATCH] The number of aliases supplied in the AS clause does not match the number of columns output by the UDTF.\nExpected {expected} aliases, but got {aliases}.\nPlease ensure that the number of aliases provided matches the number of columns output by the UDTF. SQLSTATE: 42802"
    )]
    GeneratorAliases { expected: usize, aliases: String },
    #[error("[CREATE_VIEW_COLUMN_ARITY_MISMATCH.{sub}] Cannot create view {view}, the reason is {}:\nView columns: {view_columns}.\nData columns: {data_columns}. SQLSTATE: 21S01", arity_reason(.sub))]
    CreateViewArity {
        sub: String,
        view: String,
        view_columns: String,
        data_columns: String,
    },
    #[error("[INSERT_COLUMN_ARITY_MISMATCH.{sub}] Cannot write to {table}, the reason is {}:\nTable columns: {table_columns}.\nData columns: {data_columns}. SQLSTATE: 21S01", arity_reason(.sub))]
    InsertArity {
        sub: String,
        table: String,
        table_columns: String,
        data_columns: String,
    },
    #[error("[INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST] Cannot write incompatible data for the table {table}: Cannot safely cast {column} {} to {}. SQLSTATE: KD000", quoted_type(.from), quoted_type(.to))]
    CannotSafelyCast {
        table: String,
        column: String,
        from: DataType,
        to: DataType,
    },
    #[error(
        "[COLUMN_ALREADY_EXISTS] The column {column} already exists. Choose another name or rename the existing column. SQLSTATE: 42711"
    )]
    ColumnAlreadyExists { column: String },
    #[error(
        "[EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE] '{operation}' expects a table but {name} is a view.  SQLSTATE: 42809"
    )]
    ExpectTableNotView { operation: String, name: String },
    #[error(
        "[WRONG_COMMAND_FOR_OBJECT_TYPE] The operation {operation} requires a {required}. But {name} is a {found}. Use {alternative} instead. SQLSTATE: 42809"
    )]
    WrongCommandForObjectType {
        operation: String,
        required: String,
        name: String,
        found: String,
        alternative: String,
    },
    #[error("[PATH_NOT_FOUND] Path does not exist: {path}. SQLSTATE: 42K03")]
    PathNotFound { path: String },
    #[error(
        "[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION] Decimal precision {precision} exceeds max precision 38. SQLSTATE: 22003"
    )]
    DecimalPrecision { precision: usize },
    #[error(
        "[TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS] CREATE TEMPORARY VIEW or the corresponding Dataset APIs only accept single-part view names, but got: {name}. SQLSTATE: 428EK"
    )]
    TempViewNameParts { name: String },
    #[error(
        "[DATA_SOURCE_NOT_FOUND] Failed to find the data source: {format}. Make sure the provider name is correct and the package is properly registered and compatible with your Spark version. SQLSTATE: 42K02"
    )]
    DataSourceNotFound { format: String },
    /// Spark or Databricks has it; this engine doesn't yet.
    #[error("[UNSUPPORTED_FEATURE] The feature is not supported: {feature}. SQLSTATE: 0A000")]
    Unsupported { feature: String },
}

impl AnalysisReason {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            AnalysisReason::UnresolvedColumn { proposal, .. } if proposal.is_empty() => Some(
                "The FROM clause brings no columns here. Text belongs in 'single quotes'.".into(),
            ),
            AnalysisReason::AmbiguousReference { candidates, .. } => candidates
                .first()
                .map(|c| format!("Write the table before the column: {c}.")),
            AnalysisReason::Unsupported { .. } => {
                Some("Spark has this; this engine doesn't, yet.".into())
            }
            _ => None,
        }
    }
}

fn suggestion(proposal: &[String]) -> &'static str {
    if proposal.is_empty() {
        "WITHOUT_SUGGESTION"
    } else {
        "WITH_SUGGESTION"
    }
}

fn did_you_mean(proposal: &[String]) -> String {
    if proposal.is_empty() {
        return String::new();
    }
    format!(
        "Did you mean one of the following? [{}].",
        proposal.join(", ")
    )
}

fn arity_reason(sub: &str) -> &'static str {
    if sub == "TOO_MANY_DATA_COLUMNS" {
        "too many data columns"
    } else {
        "not enough data columns"
    }
}

fn quoted_type(data_type: &DataType) -> String {
    format!("\"{}\"", data_type.sql())
}

/// `first`, `second`, …, `17th`: the number, from 1, as messages spell it.
pub fn ordinal(n: usize) -> String {
    const WORDS: [&str; 16] = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
    ];
    match n.checked_sub(1).and_then(|i| WORDS.get(i)) {
        Some(word) => (*word).to_owned(),
        None => match (n % 10, n % 100) {
            (1, t) if t != 11 => format!("{n}st"),
            (2, t) if t != 12 => format!("{n}nd"),
            (3, t) if t != 13 => format!("{n}rd"),
            _ => format!("{n}th"),
        },
    }
}

/// How a message calls a kind of merge clause.
fn merge_kind(kind: &str) -> &'static str {
    match kind {
        "MATCHED" => "MATCHED",
        "NOT_MATCHED_BY_TARGET" => "NOT MATCHED [BY TARGET]",
        _ => "NOT MATCHED BY SOURCE",
    }
}
