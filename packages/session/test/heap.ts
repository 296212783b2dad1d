/** Objects that something still refers to: what was let go of is not there. */
import * as Effect from "effect/Effect"
import * as v8 from "node:v8"

type Class = new (...args: ReadonlyArray<never>) => unknown

/** The class of all fibers, which Effect does not export. */
export const Fiber = Effect.runFork(Effect.void).constructor as Class

/** How many objects of a class there are after a full collection, which takes a while. */
export const count = (constructor: Class): number => {
  // Node says once for each process that this is experimental.
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return v8.queryObjects(constructor, { format: "count" })
  } finally {
    process.emitWarning = emitWarning
  }
}
