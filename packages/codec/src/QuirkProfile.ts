/**
 * What one peer does otherwise than the standard says, as data: a value, or a JSON file. Pure.
 *
 * A profile does not change types: `CEID` stays what its definition says in the program, and goes over the wire in the
 * format the peer wants.
 *
 * @example
 * const profile = QuirkProfile.make({
 *   text: "gbk",
 *   items: { CEID: { format: "A" } },
 *   messages: { S6F11: { replyExpected: false } }
 * })
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { TextEncodingError } from "./CodecError.ts"
import { type Format, formats } from "./FormatCode.ts"
import { planOf } from "./internal/structure/leaf.ts"
import * as Layout from "./Layout.ts"
import type { Any } from "./Structure.ts"
import * as TextEncoding from "./TextEncoding.ts"

const names = formats.map((row) => row.format).filter((format) => format !== "L")

/**
 * What differs about one data item.
 *
 * @since 0.1.0
 */
export const ItemQuirk = Schema.Struct({
  /** The one format it has on the wire. */
  format: Schema.optionalKey(Schema.Literals(names as [Exclude<Format, "L">, ...Array<Exclude<Format, "L">>])),
  /** The encoding of its text, by a name that `text` of the profile may have. */
  text: Schema.optionalKey(Schema.String),
  /** The most characters, bytes or values it may have. */
  maximum: Schema.optionalKey(Schema.Natural)
})

/**
 * What differs about one message.
 *
 * @since 0.1.0
 */
export const MessageQuirk = Schema.Struct({
  /** The W-bit of the primary. */
  replyExpected: Schema.optionalKey(Schema.Boolean),
  /** Data items that differ in this message only. */
  items: Schema.optionalKey(Schema.Record(Schema.String, ItemQuirk))
})

/**
 * The Schema of a profile, which is JSON.
 *
 * @since 0.1.0
 */
export const QuirkProfile = Schema.Struct({
  /** Which equipment it is about. */
  name: Schema.optionalKey(Schema.String),
  /** The encoding of text in `A` items: `gbk`, `shift_jis`, `utf-8`, … */
  text: Schema.optionalKey(Schema.String),
  /** By the name of the data item: `CEID`. */
  items: Schema.optionalKey(Schema.Record(Schema.String, ItemQuirk)),
  /** By stream and function: `S6F11`. */
  messages: Schema.optionalKey(Schema.Record(Schema.String, MessageQuirk))
})

/**
 * @since 0.1.0
 */
export type QuirkProfile = typeof QuirkProfile.Type

/**
 * A profile ready for use.
 *
 * @since 0.1.0
 */
export interface Compiled {
  readonly profile: QuirkProfile
  /** The encoding of the session's text. */
  readonly text: Layout.TextView | undefined
  /** A body's layout as the peer has it. */
  readonly layout: (id: string, layout: Layout.Layout) => Layout.Layout
  /** The W-bit of a message; `undefined` where the profile does not say. */
  readonly replyExpected: (id: string) => boolean | undefined
}

type Quirk = typeof ItemQuirk.Type

const changed = (leaf: Layout.Leaf, quirk: Quirk, view: (name: string) => Layout.TextView): Layout.Leaf => ({
  ...leaf,
  // A lone byte is a number because it is one: more of them would be another value in the program.
  maximum: planOf(leaf).byteIsNumber ? leaf.maximum : (quirk.maximum ?? leaf.maximum),
  ...(quirk.format === undefined ? {} : { wire: quirk.format }),
  ...(quirk.text === undefined ? {} : { text: view(quirk.text) })
})

/** Where the value is an item, whoever makes it chooses the format: one more is legal. */
const widened = (any: Layout.Any, { format }: Quirk): Layout.Any =>
  format === undefined || any.formats === undefined || any.formats.includes(format)
    ? any
    : { ...any, formats: [...any.formats, format] }

const encodingsOf = (profile: QuirkProfile): ReadonlySet<string> => {
  const out = new Set<string>()
  const add = (items: { readonly [name: string]: Quirk } | undefined) => {
    for (const { text } of Object.values(items ?? {})) if (text !== undefined) out.add(text)
  }
  if (profile.text !== undefined) out.add(profile.text)
  add(profile.items)
  for (const message of Object.values(profile.messages ?? {})) add(message.items)
  return out
}

/**
 * Makes a profile ready. The encodings it names are those of `TextEncoding.make`, and `encodings` of your own.
 *
 * Fails    `TextEncodingError` with the name of an encoding that is not known, and those that are
 *
 * @since 0.1.0
 */
export const make = (
  profile: QuirkProfile,
  encodings: ReadonlyArray<TextEncoding.TextEncoding> = []
): Result.Result<Compiled, TextEncodingError> => {
  const views = new Map<string, Layout.TextView>()
  for (const name of encodingsOf(profile)) {
    const own = encodings.find((encoding) => encoding.name === name)
    const encoding = own === undefined ? TextEncoding.make(name) : Result.succeed(own)
    if (Result.isFailure(encoding)) return Result.fail(encoding.failure)
    views.set(name, TextEncoding.view(encoding.success))
  }
  return Result.succeed(compile(profile, (name) => views.get(name)!))
}

/**
 * Makes a profile ready under encodings of your own: `view` gives the encoding of a name, for the encodings the profile names.
 *
 * @since 0.1.0
 */
export const compile = (profile: QuirkProfile, view: (name: string) => Layout.TextView): Compiled => {
  const layouts = new Map<string, WeakMap<Layout.Layout, Layout.Layout>>()
  return {
    profile,
    text: profile.text === undefined ? undefined : view(profile.text),
    replyExpected: (id) => profile.messages?.[id]?.replyExpected,
    layout: (id, layout) => {
      const known = layouts.get(id) ?? new WeakMap<Layout.Layout, Layout.Layout>()
      layouts.set(id, known)
      const before = known.get(layout)
      if (before !== undefined) return before
      const own = profile.messages?.[id]?.items
      const after = Layout.mapLeaves(layout, (leaf) => {
        const quirk = leaf.name === undefined ? undefined : (own?.[leaf.name] ?? profile.items?.[leaf.name])
        if (quirk === undefined) return leaf
        return (leaf._tag === "Leaf" ? changed(leaf, quirk, view) : widened(leaf, quirk)) as typeof leaf
      })
      known.set(layout, after)
      return after
    }
  }
}

const namesIn = (layout: Layout.Layout, out: Set<string>): void => {
  Layout.mapLeaves(layout, (leaf) => {
    if (leaf.name !== undefined) out.add(leaf.name)
    return leaf
  })
}

/**
 * What a profile names and no definition of a registry has: most often a slip of the pen, as a profile that names nothing
 * changes nothing. `items.CEIDD`, `messages.S6F1l`.
 *
 * @since 0.1.0
 */
export const unknownNames = (
  profile: QuirkProfile,
  registry: { readonly definitions: Iterable<{ readonly id: string; readonly structure: Any | undefined }> }
): ReadonlyArray<string> => {
  const items = new Set<string>()
  const messages = new Set<string>()
  for (const { id, structure } of registry.definitions) {
    messages.add(id)
    if (structure !== undefined) namesIn(Layout.fromSchema(structure), items)
  }
  const strangers = (of: object | undefined, known: ReadonlySet<string>, where: string) =>
    Object.keys(of ?? {}).flatMap((name) => (known.has(name) ? [] : [`${where}.${name}`]))
  return [
    ...strangers(profile.items, items, "items"),
    ...strangers(profile.messages, messages, "messages"),
    ...Object.entries(profile.messages ?? {}).flatMap(([id, message]) =>
      strangers(message.items, items, `messages.${id}.items`)
    )
  ]
}
