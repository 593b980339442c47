// `make run`: serves the built site, and builds Python for its notebooks meanwhile.
//
//   node tools/run.mjs [--port 8080]

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { announce, serve } from "./serve.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const { values } = parseArgs({ options: { port: { type: "string", default: "8080" } } });

// Its output is shown only if it fails: what counts is that the page is there.
const output = [];
const steps = spawn(`${root}tools/steps.sh`, ["python-module"], { stdio: ["ignore", "pipe", "pipe"] });
for (const stream of [steps.stdout, steps.stderr]) stream.on("data", (text) => output.push(text));
const built = new Promise((resolve) => {
  steps.once("error", (error) => resolve(!output.push(Buffer.from(error.message))));
  steps.once("close", (code) => resolve(code === 0));
});
const server = await serve(`${root}target/site`, {
  port: Number(values.port),
  // Asked for at the first Python cell, which waits as long.
  later: { files: /^python[\w.]*$/, built },
}).catch((error) => {
  console.error(`multihop: ${error.message}`);
  steps.kill();
  process.exit(1);
});
announce(server);
// Where there is nothing to build, that is known at once.
const slow = setTimeout(() => console.log("Python for notebooks is being built; its first cell waits for it."), 3000);
if (await built) console.log("Python cells are ready, too.");
else {
  process.stderr.write(Buffer.concat(output));
  console.error("multihop: Python cells won't run; all else does. Run `make run` again to build Python.");
}
clearTimeout(slow);
