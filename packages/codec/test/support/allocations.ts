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
  const { prototype } = Uint8Array
  const { set, slice } = prototype
  Object.assign(prototype, {
    set(this: Uint8Array, source: ArrayLike<number>, offset?: number) {
      seen.copied += source.length
      set.call(this, source, offset)
    },
    slice(this: Uint8Array, start?: number, end?: number) {
      const out = slice.call(this, start, end)
      seen.allocated += out.length
      seen.copied += out.length
      return out
    }
  })
  // Both stand on the prototype of all typed arrays; what was put in front of them goes.
  for (const name of ["set", "slice"]) restore.push(() => Reflect.deleteProperty(prototype, name))
  if (hasBuffer) {
    const { alloc, allocUnsafe, allocUnsafeSlow, concat } = Buffer
    const counted =
      (make: (length: number) => Buffer<ArrayBuffer>) =>
      (length: number): Buffer<ArrayBuffer> => {
        seen.allocated += length
        return make(length)
      }
    Object.assign(Buffer, {
      alloc: counted(alloc),
      allocUnsafe: counted(allocUnsafe),
      allocUnsafeSlow: counted(allocUnsafeSlow),
      concat: (list: ReadonlyArray<Uint8Array>, length?: number) => {
        const out = concat(list, length)
        seen.allocated += out.length
        seen.copied += out.length
        return out
      }
    })
    restore.push(() => Object.assign(Buffer, { alloc, allocUnsafe, allocUnsafeSlow, concat }))
  }
  try {
    f()
  } finally {
    for (const undo of restore) undo()
  }
  return seen
}
