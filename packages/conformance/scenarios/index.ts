/** Every scenario, by the file it stands in. */
import type { Run } from "../src/coverage.ts"
import { runs, type Scenario } from "../src/Scenario.ts"
import { connection } from "./connection.ts"
import { control } from "./control.ts"
import { data } from "./data.ts"
import { frames } from "./frames.ts"
import type { Stage } from "./kit.ts"
import { reconnect } from "./reconnect.ts"
import { strict } from "./strict.ts"
import { timers } from "./timers.ts"
import { transactions } from "./transactions.ts"
import { typed } from "./typed.ts"

export const files: Readonly<Record<string, ReadonlyArray<Scenario<Stage>>>> = {
  frames,
  connection,
  reconnect,
  control,
  strict,
  data,
  transactions,
  timers,
  typed
}

/** What they run, by requirement. */
export const allRuns: ReadonlyArray<Run> = Object.entries(files).flatMap(([name, all]) =>
  runs(`packages/conformance/scenarios/${name}.ts`, all)
)
