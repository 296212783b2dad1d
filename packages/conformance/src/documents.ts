/**
 * The generated documents of the repository. A document is listed here with the function that prints it, so that text
 * and code have one source.
 *
 * @since 0.1.0
 */
import { allRuns } from "../scenarios/index.ts"
import { commandPages } from "./CommandPages.ts"
import { report } from "./ConformanceReport.ts"
import { citations } from "./coverage.ts"
import { expectedFailures } from "./expected-failures.ts"
import { exists, packages, read, sources } from "./Repository.ts"
import { requirements } from "./requirements.ts"
import { document } from "./StateDiagram.ts"

/**
 * The test files of all packages.
 *
 * @since 0.1.0
 */
export const testFiles: ReadonlyArray<readonly [path: string, text: string]> = packages
  .flatMap((name) => sources(name, "test"))
  .filter((path) => path.endsWith(".test.ts"))
  .toSorted()
  .map((path) => [path, read(path)])

/**
 * Path from the root, and what the file must say.
 *
 * @since 0.1.0
 */
export const documents: Readonly<Record<string, () => string | Promise<string>>> = {
  "docs/conformance.md": () => report(requirements, citations(testFiles), allRuns, expectedFailures),
  "docs/state-machines/hsms-active.md": () => document("Active"),
  "docs/state-machines/hsms-passive.md": () => document("Passive"),
  ...commandPages
}

/**
 * True when a document does not say what it must.
 *
 * @since 0.1.0
 */
export const isStale = (path: string, text: string): boolean => !exists(path) || read(path) !== text
