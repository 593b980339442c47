// What the notebook view needs beyond the page's own program: an editor, coloured text, markdown
// and charts. Bundled into one file (tools/finish.mjs) that is loaded when the view first opens.

export { edit } from "./editor.js";
export { highlight } from "./highlight.js";
export { markdown } from "./markdown.js";
export { chart } from "./chart.js";
