/** Every scenario over memory, under a clock that passes when it is told. */
import { run } from "./run.ts"

run("memory")
