/**
 * What is known of messages beside what they hold: how the standard calls them and their items, what their codes mean,
 * and where a body is otherwise than its definition. Pure.
 *
 * This is what commands see of the catalogue, which is large and loaded by those that need it (`NamesFlags.load`).
 *
 * @since 0.1.0
 */
import type { Item, Labels, StreamFunction } from "@effect-secs/codec"
import type * as LogEvent from "../logs/LogEvent.ts"

/**
 * A message one may ask about.
 *
 * @since 0.1.0
 */
export interface Message {
  readonly stream: number
  readonly function: number
  readonly item?: Item.Item | undefined
  /** Who sent it: a few messages have another body from either side. */
  readonly sender?: StreamFunction.Sender | undefined
}

/**
 * How a body agrees with its definition.
 *
 * @since 0.1.0
 */
export interface Structure {
  /** Why it has another structure; undefined where it can be read, leniently at least. */
  readonly wrong: string | undefined
  /** What was otherwise than defined and could be read all the same. Of one `key` are those of one habit. */
  readonly deviations: ReadonlyArray<{ readonly key: string; readonly text: string }>
}

/**
 * The catalogue, under the profile of a peer where there is one.
 *
 * @since 0.1.0
 */
export interface Names {
  /** `Event Report Send`; undefined for a message that is not defined. */
  readonly ofMessage: (stream: number, function_: number) => string | undefined
  readonly labels: (message: Message) => Labels.Labels
  /** What stands next to an item: `COMMACK 0 accepted`, and text above 7F in the encoding of the profile. */
  readonly comment: (message: Message) => (item: Item.Item) => string | undefined
  /** The codes of a message that have a meaning: `COMMACK 0 accepted`. */
  readonly meanings: (message: Message) => ReadonlyArray<string>
  /** Undefined for a message that is not defined. */
  readonly structure: (message: Message) => Structure | undefined
}

/**
 * The message of a log's event; undefined for one whose body is not known.
 *
 * @since 0.1.0
 */
export const ofEvent = (event: LogEvent.Message): Message | undefined => {
  const { error, from, item, stream, text } = event
  // A template has text and no item.
  if (error !== undefined || (item === undefined && text !== undefined)) return undefined
  return {
    stream,
    function: event.function,
    item,
    sender: from === "host" || from === "equipment" ? from : undefined
  }
}

/** Habits that are remembered; somebody may make up a new one with every message. */
const habits = 10_000

/**
 * What is to be said of structures, one line each: what is wrong every time, what could be read once for each habit of
 * each peer.
 *
 * @since 0.1.0
 */
export const remarks = (): ((structure: Structure | undefined, who?: string) => ReadonlyArray<string>) => {
  const told = new Set<string>()
  return (structure, who = "") => {
    if (structure === undefined) return []
    const fresh = structure.deviations.filter(({ key }) => {
      const habit = `${who} ${key}`
      if (told.has(habit) || told.size >= habits) return false
      told.add(habit)
      return true
    })
    return [...(structure.wrong === undefined ? [] : [structure.wrong]), ...fresh.map(({ text }) => text)]
  }
}
