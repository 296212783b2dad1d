/** Node's garbage collector, on demand: what stays for ever is held by somebody. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")

const collect = runInNewContext("gc") as () => void

/** Collects until the condition holds. One collection is not always enough: buffers are freed in the background. */
export const holdsAfterCollection = async (condition: () => boolean, attempts = 50): Promise<boolean> => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
    if (condition()) return true
  }
  return false
}
