/**
 * Counts what a function asks memory for: bytes of buffers and typed arrays, slots of arrays made by length, bytes
 * copied by `slice` and `set`. Unlike a look at the heap it is exact, and the same on every machine.
 */
import { hasBuffer } from "../../src/internal/platform.ts"

export interface Allocations {
  /** Bytes of memory asked for, 8 for each slot of an array. */
  allocated: number
  /** Bytes copied from array to array. */
  copied: number
}

const globals = globalThis as unknown as Record<string, (new (...args: Array<unknown>) => object) | undefined>

const slotSize: { readonly [name: string]: number } = {
  Array: 8,
  ArrayBuffer: 1,
  Int8Array: 1,
  Uint8Array: 1,
  Int16Array: 2,
  Uint16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
  Float32Array: 4,
  Float64Array: 8,
  BigInt64Array: 8,
  BigUint64Array: 8
}

const size = (argument: unknown): number =>
  typeof argument === "number"
    ? argument
    : Array.isArray(argument) || (ArrayBuffer.isView(argument) && "length" in argument)
      ? (argument as ArrayLike<unknown>).length
      : 0

/** What `f` allocates and copies, on this thread, in code that names its constructors when it runs. */
export const allocations = (f: () => void): Allocations => {
  const seen: Allocations = { allocated: 0, copied: 0 }
  const restore: Array<() => void> = []
  for (const [name, bytes] of Object.entries(slotSize)) {
    const original = globals[name]!
    globals[name] = new Proxy(original, {
      construct: (target, args: Array<unknown>, newTarget) => {
        seen.allocated += size(args[0]) * bytes
        return Reflect.construct(target, args, newTarget === globals[name] ? target : newTarget) as object
      }
    })
    restore.push(() => (globals[name] = original))
  }
  const { set, slice } = Uint8Array.prototype
  Uint8Array.prototype.set = function (source: ArrayLike<number>, offset?: number) {
    seen.copied += source.length
    set.call(this, source, offset)
  }
  Uint8Array.prototype.slice = function (start?: number, end?: number) {
    const out = slice.call(this, start, end)
    seen.allocated += out.length
    seen.copied += out.length
    return out as Uint8Array<ArrayBuffer>
  }
  // Both stand on the prototype of all typed arrays; what was put in front of them goes.
  for (const name of ["set", "slice"]) restore.push(() => Reflect.deleteProperty(Uint8Array.prototype, name))
  if (hasBuffer) {
    const { allocUnsafeSlow } = Buffer
    Buffer.allocUnsafeSlow = (length: number) => {
      seen.allocated += length
      return allocUnsafeSlow(length)
    }
    restore.push(() => (Buffer.allocUnsafeSlow = allocUnsafeSlow))
  }
  try {
    f()
  } finally {
    for (const undo of restore) undo()
  }
  return seen
}
