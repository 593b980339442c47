// The languages of cells, as parsers.

import { pythonLanguage } from "@codemirror/lang-python";
import { defineLanguageFacet, Language } from "@codemirror/language";
import { GFM, parser as commonmark } from "@lezer/markdown";
import { SparkSQL } from "./spark_sql.js";

/** Markdown as GitHub has it: tables, lists of tasks, struck text. */
export const markdownParser = commonmark.configure([GFM]);

const languages = {
  python: pythonLanguage,
  sql: SparkSQL.language,
  markdown: new Language(defineLanguageFacet(), markdownParser, [], "markdown"),
};

/** The language of that name; none for plain text. */
export function languageOf(name) {
  return languages[name] ?? null;
}
