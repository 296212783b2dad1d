/**
 * Finds the quirks of a peer in what it sends: messages in, a profile out, and what it rests on. Pure, but for the
 * observer itself, which counts.
 *
 * An item that always has one format, and not the one its definition writes, gets that format. A primary that never has
 * the W-bit its definition requires, or always has one it forbids, gets its own rule. Text with bytes above 7F names its
 * encoding, where all of it is text in one of the field's and in no other. What varies, or could mean anything, is left
 * out of the profile and told as a note.
 *
 * @example
 * const observer = QuirkObserver.make(registry)
 * for (const message of messages) observer.see(message)
 * const { notes, profile } = observer.result()
 *
 * @since 0.1.0
 */
import { type Format, FormatCode, fromCode } from "./FormatCode.ts"
import type { ItemNode } from "./internal/node.ts"
import { planOf } from "./internal/structure/leaf.ts"
import * as TextGuess from "./internal/textGuess.ts"
import { walk } from "./internal/structure/walk.ts"
import * as Layout from "./Layout.ts"
import type { ItemQuirk, MessageQuirk, QuirkProfile } from "./QuirkProfile.ts"
import type { Registry } from "./Registry.ts"
import type { SecsMessage } from "./SecsMessage.ts"
import type { Any } from "./StreamFunction.ts"
import { fromMessage } from "./StreamFunction.ts"
import * as Result from "effect/Result"

/**
 * What was found.
 *
 * @since 0.1.0
 */
export interface Found {
  readonly profile: QuirkProfile
  /** One line each: what the profile rests on, and what was seen and left out of it. */
  readonly notes: ReadonlyArray<string>
  /** Messages seen, and those among them that have a definition. */
  readonly messages: number
  readonly defined: number
}

/**
 * Counts what a peer does.
 *
 * @since 0.1.0
 */
export interface QuirkObserver {
  readonly see: (message: SecsMessage) => void
  readonly result: (name?: string) => Found
}

interface Tally {
  readonly leaf: Layout.Leaf
  /** By six-bit format code: how often, and in which message first. */
  readonly formats: Map<number, { count: number; readonly first: string }>
}

interface Rule {
  readonly definition: Any
  withReply: number
  withoutReply: number
}

const formatName = (code: number): Format => fromCode(code)!.format

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`

const spoken = (tally: Tally): string =>
  [...tally.formats]
    .toSorted(([, a], [, b]) => b.count - a.count)
    .map(([code, { count, first }]) => `${formatName(code)} ${plural(count, "time")} (first in ${first})`)
    .join(", ")

/** The format that says something about a peer: the only one seen, where it is not the one a program would write. */
const quirkOf = (tally: Tally): Format | undefined => {
  if (tally.formats.size !== 1) return undefined
  const format = formatName([...tally.formats.keys()][0]!)
  return format === "L" || format === tally.leaf.formats[0] ? undefined : format
}

/** False for a format in which no value of the leaf can be sent: a profile that named it would silence the program. */
const isWritable = (leaf: Layout.Leaf, format: Format): boolean => {
  const { boolean, bytes, numbers, text } = planOf(leaf)
  if ((leaf.formats as ReadonlyArray<Format>).includes(format)) return true
  if (format === "A") return text !== undefined || (numbers.length > 0 && leaf.shape === "one")
  if (format === "J") return text !== undefined
  if (format === "BOOLEAN") return boolean
  if (format === "B") return bytes || (numbers.length > 0 && leaf.shape === "one")
  return format !== "C2" && (numbers.length > 0 || (text !== undefined && leaf.shape === "one"))
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)

/**
 * Makes an observer of messages that `registry` defines.
 *
 * @since 0.1.0
 */
export const make = (registry: Registry): QuirkObserver => {
  const tallies = new Map<string, Tally>()
  const rules = new Map<string, Rule>()
  const wrong = new Map<string, { count: number; readonly first: string }>()
  let messages = 0
  let defined = 0
  const text = TextGuess.make()

  const seeLeaf = (id: string, leaf: Layout.Leaf, item: ItemNode): void => {
    if (leaf.name === undefined || isText(leaf, item)) return
    const tally = tallies.get(leaf.name) ?? {
      leaf,
      formats: new Map<number, { count: number; readonly first: string }>()
    }
    tallies.set(leaf.name, tally)
    const seen = tally.formats.get(item.format) ?? { count: 0, first: id }
    tally.formats.set(item.format, seen)
    seen.count++
  }

  /** Text is text, whether a message is defined or not. Items are nested as deep as they like. */
  const seeTexts = (root: ItemNode): void => {
    const rest = [root]
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) {
      if (item.format === FormatCode.A) text.see(item.value as string)
      else if (item.format === FormatCode.L) for (const child of item.value as ReadonlyArray<ItemNode>) rest.push(child)
    }
  }

  const see = (message: SecsMessage): void => {
    messages++
    if (message.item !== undefined) seeTexts(message.item as unknown as ItemNode)
    const definition = registry.get(message.stream, message.function)
    if (definition === undefined) return
    defined++
    if (definition.kind === "primary") {
      const rule = rules.get(definition.id) ?? { definition, withReply: 0, withoutReply: 0 }
      rules.set(definition.id, rule)
      if (message.replyExpected) rule.withReply++
      else rule.withoutReply++
    }
    const read = fromMessage(definition, message, { mode: "lenient" })
    if (Result.isFailure(read)) {
      const known = wrong.get(definition.id) ?? { count: 0, first: read.failure.message }
      wrong.set(definition.id, known)
      known.count++
    }
    if (message.item === undefined || definition.structure === undefined) return
    walk(Layout.fromSchema(definition.structure), message.item as unknown as ItemNode, (layout, item) => {
      if (layout._tag === "Leaf") seeLeaf(definition.id, layout, item)
    })
  }

  const result = (name?: string): Found => {
    const notes: Array<string> = []
    const items: { [name: string]: typeof ItemQuirk.Type } = {}
    for (const [item, tally] of [...tallies].toSorted(byName)) {
      const format = quirkOf(tally)
      if (format !== undefined && !isWritable(tally.leaf, format)) {
        notes.push(`${item} cannot be sent as ${format}, so it is left as it is: ${spoken(tally)}`)
      } else if (format !== undefined) {
        items[item] = { format: format as Exclude<Format, "L"> }
        notes.push(`${item} is ${format}: ${spoken(tally)}; the standard has ${tally.leaf.formats.join(", ")}`)
      } else if (tally.formats.size > 1) {
        notes.push(`${item} varies, so it is left as it is: ${spoken(tally)}`)
      }
    }
    const quirks: { [id: string]: typeof MessageQuirk.Type } = {}
    for (const [id, { definition, withoutReply, withReply }] of [...rules].toSorted(byName)) {
      if (definition.replyRule === "required" && withReply === 0) {
        quirks[id] = { replyExpected: false }
        notes.push(`${id} without W: ${plural(withoutReply, "time")}; the standard requires a reply`)
      } else if (definition.replyRule === "none" && withoutReply === 0) {
        quirks[id] = { replyExpected: true }
        notes.push(`${id} with W: ${plural(withReply, "time")}; the standard knows no reply`)
      } else if (definition.replyRule === "required" && withoutReply > 0) {
        notes.push(`${id} varies: ${withReply} with W, ${withoutReply} without`)
      }
    }
    for (const [id, { count, first }] of [...wrong].toSorted(byName)) {
      notes.push(`${id} has another structure, ${plural(count, "time")}: ${first}`)
    }
    const said = text.note()
    if (said !== undefined) notes.push(said)
    const encoding = text.encoding()
    return {
      profile: {
        ...(name === undefined ? {} : { name }),
        ...(encoding === undefined ? {} : { text: encoding }),
        ...(Object.keys(items).length === 0 ? {} : { items }),
        ...(Object.keys(quirks).length === 0 ? {} : { messages: quirks })
      },
      notes,
      messages,
      defined
    }
  }

  return { see, result }
}

/** A text where text is legal says nothing about the numbers that may stand there as well. */
const isText = (leaf: Layout.Leaf, item: ItemNode): boolean =>
  typeof item.value === "string" &&
  leaf.formats.includes(formatName(item.format) as Layout.LeafFormat) &&
  !/^-?\d+$/.test(item.value)
