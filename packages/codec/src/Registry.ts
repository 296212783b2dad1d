/**
 * Definitions by stream and function: a value you make and pass on, never a global. Logs, SML and handlers find names
 * and structures in it. Pure.
 *
 * @since 0.1.0
 */
import type { Any } from "./StreamFunction.ts"

/**
 * A set of definitions.
 *
 * @since 0.1.0
 */
export interface Registry {
  readonly definitions: ReadonlyArray<Any>
  /** The definition of SxFy; `undefined` where there is none. */
  readonly get: (stream: number, function_: number) => Any | undefined
  /** True where any function of the stream is defined. */
  readonly hasStream: (stream: number) => boolean
}

const keyOf = (stream: number, function_: number): number => (stream << 8) | function_

/**
 * Makes a registry. Of two definitions of one SxFy the later counts, so that yours may follow those of the standard. A
 * primary brings its reply along, as if that followed it.
 *
 * @example
 * const registry = Registry.make([...Object.values(S1), Ping])
 *
 * @since 0.1.0
 */
export const make = (definitions: Iterable<Any>): Registry => {
  const all = new Map<number, Any>()
  const streams = new Set<number>()
  const add = (definition: Any): void => {
    const key = keyOf(definition.stream, definition.function)
    all.delete(key)
    all.set(key, definition)
    streams.add(definition.stream)
  }
  for (const definition of definitions) {
    add(definition)
    const reply = definition.kind === "primary" ? definition.reply : undefined
    if (reply !== undefined && all.get(keyOf(reply.stream, reply.function)) !== reply) add(reply)
  }
  return {
    definitions: [...all.values()],
    get: (stream, function_) => all.get(keyOf(stream, function_)),
    hasStream: (stream) => streams.has(stream)
  }
}

/**
 * No definitions at all.
 *
 * @since 0.1.0
 */
export const empty: Registry = make([])

/**
 * The definitions of several registries; of two of one SxFy the later counts.
 *
 * @since 0.1.0
 */
export const merge = (...registries: ReadonlyArray<Registry>): Registry =>
  make(registries.flatMap((registry) => registry.definitions))
