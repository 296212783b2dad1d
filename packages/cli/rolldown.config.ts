/**
 * Bundles the command into `dist/bin`. Loaded file by file, Effect alone takes 0.3 s and more to start; as a bundle with
 * what it uses and nothing else, the command prints its version in half of that.
 */
import { fileURLToPath } from "node:url"
import type { RolldownOptions } from "rolldown"

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const options = {
  input: { secs: here("src/main.ts") },
  platform: "node",
  resolve: { conditionNames: ["source", "node", "import", "default"] },
  // What `import()` loads stays in files of its own, for the commands that need it.
  output: { dir: here("dist/bin"), format: "esm", chunkFileNames: "[name]-[hash].js", cleanDir: true },
  logLevel: "warn",
  // An import that is not there is undefined in a bundle, and only a warning.
  onLog: (level, log, report) => report(level === "warn" ? "error" : level, log)
} satisfies RolldownOptions

export default options
