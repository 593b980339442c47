// For multihop.exportTable (scripting.js), which loads it when it is first asked for a table.
// Bundled by tools/finish.mjs.

export { zipSync } from "fflate";
