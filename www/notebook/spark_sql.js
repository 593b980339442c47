// Spark SQL's words, for colours.

import { SQLDialect } from "@codemirror/lang-sql";

const keywords = `
  add after all alter always analyze and anti any array as asc at authorization between both bucket by cache cascade
  case cast catalog catalogs change check clear cluster clustered codegen collate collection column columns comment
  commit compute concatenate constraint copy cost create cross cube current database databases day dbproperties deep
  default defined delete delimited desc describe detail directories directory distinct distribute div drop dry else end
  escape escaped except exchange execute exists explain export extended external extract false fields fileformat filter
  first following for format formatted from full function functions generated global grant group grouping having history
  hour hours if ignore ilike immediate import in include inner inpath insert intersect interval into is items join keys
  last lateral left like limit lines list live load local location lock map matched materialized merge minus month msck
  namespace namespaces natural no not null nulls of offset on only optimize option options or order outer output over
  overlaps overwrite partition partitioned partitions percent pivot preceding primary properties purge query range
  recover refresh rename repair replace reset restore restrict retain revoke right rlike role rollback rollup row rows
  run schema schemas select semi separated set shallow show skewed sort stored streaming struct sync table tables
  tablesample tblproperties temp temporary then timestamp to transform trigger true truncate type unbounded uncache
  union unique unknown unlock unpivot unset update use user using vacuum values version view views watermark when where
  window with within without year zorder`;

const types = `
  bigint binary boolean byte date dec decimal double float int integer interval long numeric real short smallint string
  timestamp timestamp_ltz timestamp_ntz tinyint variant void`;

const builtin = `delta parquet csv json text cloud_files read_files table_changes`;

/** The dialect: names in backticks, strings in both quotes, backslashes that escape. */
export const SparkSQL = SQLDialect.define({
  keywords: keywords.trim().replace(/\s+/g, " "),
  types: types.trim().replace(/\s+/g, " "),
  builtin,
  backslashEscapes: true,
  doubleQuotedStrings: true,
  identifierQuotes: "`",
  slashComments: false,
  hashComments: false,
  spaceAfterDashes: false,
  operatorChars: "*+-%<>!=&|^/~:?",
});
