/**
 * What a structure looks like, as data: formats, members and their names. Pure.
 *
 * Structures are compiled from their layout, docs and notation are printed from it, logs take names and meanings out of
 * it, and a quirk profile is a change of it. Layouts are made by the builders of `Structure`, not by hand.
 *
 * @see SEMI E5, message structure
 * @since 0.1.0
 */
import * as SchemaAST from "effect/SchemaAST"
import type { Format } from "./FormatCode.ts"
import { layoutKey } from "./internal/structure/annotation.ts"

/**
 * A format that holds values rather than items.
 *
 * @since 0.1.0
 */
export type LeafFormat = Exclude<Format, "L">

/**
 * A value that has a meaning, such as COMMACK 0, "accepted". `to` makes it a range of numbers that share theirs.
 *
 * @since 0.1.0
 */
export interface Code {
  readonly value: number | boolean | string
  readonly to?: number
  readonly meaning: string
}

/**
 * An item of values.
 *
 * @since 0.1.0
 */
export interface Leaf {
  readonly _tag: "Leaf"
  /** The data item's name in E5, such as `CEID`. */
  readonly name: string | undefined
  /** The formats it may have; the first is written where a value leaves the choice. */
  readonly formats: readonly [LeafFormat, ...ReadonlyArray<LeafFormat>]
  /** `"one"` value (a text, or exactly one number), or `"many"`: an array of them. */
  readonly shape: "one" | "many"
  /** Fewest and most values of `"many"`, characters of a text, bytes of a `B`; `"one"` number has no use for them. */
  readonly minimum: number
  readonly maximum: number
  /** Values with a meaning. */
  readonly codes: ReadonlyArray<Code>
  /** True where no value but those in `codes` is legal. */
  readonly closed: boolean
  /** The format a quirk profile names: it is written, and read without a word; the value stays what `formats` give. */
  readonly wire?: LeafFormat
  /** The encoding of this item's text, where it has one of its own. */
  readonly text?: TextView
}

/**
 * Between the characters of an `A`, one a byte, and its text.
 *
 * @since 0.1.0
 */
export interface TextView {
  readonly decode: (latin1: string) => string
  /** An object where the encoding has no bytes for the text; `problem` says what was expected. */
  readonly encode: (text: string) => string | { readonly problem: string }
}

/**
 * Any item, or one of certain formats. The value is the item itself.
 *
 * @since 0.1.0
 */
export interface Any {
  readonly _tag: "Any"
  readonly name: string | undefined
  readonly formats: ReadonlyArray<Format> | undefined
}

/**
 * One element of a fixed list. One of the `"tail"` may be absent at the end of the list, together with all that follow.
 *
 * @since 0.1.0
 */
export interface Member {
  readonly key: string
  readonly layout: Layout
  readonly presence: "required" | "tail"
}

/**
 * A list with certain elements in a certain order. The value is an object.
 *
 * @since 0.1.0
 */
export interface Members {
  readonly _tag: "Members"
  readonly members: ReadonlyArray<Member>
  /** Makes the object from the values in their order; an object literal is faster than one that is filled. */
  readonly build: ((...values: ReadonlyArray<never>) => object) | undefined
}

/**
 * A list of any number of elements that look alike.
 *
 * @since 0.1.0
 */
export interface Elements {
  readonly _tag: "Elements"
  readonly element: Layout
  readonly minimum: number
  readonly maximum: number
  /** One number format: the value is a typed array rather than an array of numbers. */
  readonly packed: boolean
}

/**
 * Either an item of length zero, which stands for no value (`undefined`), or what `inner` says.
 *
 * @since 0.1.0
 */
export interface Optional {
  readonly _tag: "Optional"
  readonly inner: Layout
}

/**
 * One of several layouts; the first that fits is taken, leniently the one with the fewest deviations.
 *
 * @since 0.1.0
 */
export interface Choice {
  readonly _tag: "Choice"
  readonly options: ReadonlyArray<Layout>
}

/**
 * A layout that contains itself.
 *
 * @since 0.1.0
 */
export interface Recursive {
  readonly _tag: "Recursive"
  readonly layout: () => Layout
}

/**
 * A layout whose value goes through the Schema of a user: a check, a class, a transformation.
 *
 * @since 0.1.0
 */
export interface Mapped {
  readonly _tag: "Mapped"
  /** `undefined` where the Schema reads the item itself. */
  readonly inner: Layout | undefined
  /** From the value of `inner` (or the item) to the user's. */
  readonly ast: SchemaAST.AST
}

/**
 * What an item looks like.
 *
 * @since 0.1.0
 */
export type Layout = Leaf | Any | Members | Elements | Optional | Choice | Recursive | Mapped

/** A copy of a node under another encoding. */
const withEncoding = (ast: SchemaAST.AST, encoding: SchemaAST.Encoding | undefined): SchemaAST.AST =>
  Object.assign(Object.create(Object.getPrototypeOf(ast)), ast, { encoding })

interface Annotated {
  readonly annotations?: { readonly [layoutKey]?: Layout } | undefined
}

const ownLayout = (ast: SchemaAST.AST): { readonly layout: Layout; readonly checks: number } | undefined => {
  const layout = (ast as Annotated).annotations?.[layoutKey]
  if (layout !== undefined) return { layout, checks: 0 }
  // A node with checks keeps its annotations in the last of them.
  const checks = ast.checks ?? []
  const index = checks.findIndex((check) => (check as Annotated).annotations?.[layoutKey] !== undefined)
  return index < 0 ? undefined : { layout: (checks[index] as Annotated).annotations![layoutKey]!, checks: index + 1 }
}

/** The user's part of a node: the same without what reads items. */
const aboveLayout = (ast: SchemaAST.AST): SchemaAST.AST => {
  if (ownLayout(ast) !== undefined) return SchemaAST.toType(ast)
  const links = ast.encoding!
  const last = links[links.length - 1]!
  const link = new SchemaAST.Link(aboveLayout(last.to), last.transformation)
  return withEncoding(ast, [...links.slice(0, -1), link] as unknown as SchemaAST.Encoding)
}

const find = (ast: SchemaAST.AST): Layout => {
  const own = ownLayout(ast)
  if (own !== undefined) {
    return (ast.checks?.length ?? 0) > own.checks
      ? { _tag: "Mapped", inner: own.layout, ast: SchemaAST.toType(ast) }
      : own.layout
  }
  let inner: SchemaAST.AST | undefined = ast
  while (inner !== undefined && ownLayout(inner) === undefined) {
    inner = inner.encoding?.[inner.encoding.length - 1]?.to
  }
  return inner === undefined
    ? { _tag: "Mapped", inner: undefined, ast }
    : { _tag: "Mapped", inner: ownLayout(inner)!.layout, ast: aboveLayout(ast) }
}

const found = new WeakMap<SchemaAST.AST, Layout>()

/**
 * The layout of a Schema that reads items: of a structure, and of whatever a user made of one.
 *
 * @since 0.1.0
 */
export const fromSchema = (schema: { readonly ast: SchemaAST.AST }): Layout => {
  const known = found.get(schema.ast)
  if (known !== undefined) return known
  const layout = find(schema.ast)
  found.set(schema.ast, layout)
  return layout
}

/**
 * The same layout with other leaves. What does not change stays the very same object.
 *
 * @since 0.1.0
 */
export const mapLeaves = (layout: Layout, f: <L extends Leaf | Any>(leaf: L) => L): Layout =>
  mapped(layout, f, new Map())

/** `known` has what contains itself, so that it contains what it became, and not ever new copies. */
const mapped = (layout: Layout, f: <L extends Leaf | Any>(leaf: L) => L, known: Map<Layout, Layout>): Layout => {
  switch (layout._tag) {
    case "Leaf":
    case "Any":
      return f(layout)
    case "Members": {
      const members = layout.members.map((member) => {
        const inner = mapped(member.layout, f, known)
        return inner === member.layout ? member : { ...member, layout: inner }
      })
      return members.every((member, index) => member === layout.members[index]) ? layout : { ...layout, members }
    }
    case "Elements": {
      const element = mapped(layout.element, f, known)
      return element === layout.element ? layout : { ...layout, element }
    }
    case "Optional": {
      const inner = mapped(layout.inner, f, known)
      return inner === layout.inner ? layout : { ...layout, inner }
    }
    case "Choice": {
      const options = layout.options.map((option) => mapped(option, f, known))
      return options.every((option, index) => option === layout.options[index]) ? layout : { ...layout, options }
    }
    case "Recursive": {
      const before = known.get(layout)
      if (before !== undefined) return before
      let inner: Layout | undefined
      const after: Recursive = { ...layout, layout: () => (inner ??= mapped(layout.layout(), f, known)) }
      known.set(layout, after)
      return after
    }
    case "Mapped": {
      const inner = layout.inner === undefined ? undefined : mapped(layout.inner, f, known)
      return inner === layout.inner ? layout : { ...layout, inner }
    }
  }
}

// --- reading -------------------------------------------------------------------------------------------------------

/**
 * The formats a layout may begin with, for errors: `L`, `U4`, `A or U1`, `any item`.
 *
 * @since 0.1.0
 */
export const expectation = (layout: Layout): string => expected(layout, new Set())

const expected = (layout: Layout, above: Set<Layout>): string => {
  switch (layout._tag) {
    case "Leaf":
      return orList(layout.formats)
    case "Any":
      return layout.formats === undefined ? "any item" : orList(layout.formats)
    case "Members":
    case "Elements":
      return "L"
    case "Optional":
      return `${expected(layout.inner, above)}, or an empty item`
    case "Choice":
      return orList([...new Set(layout.options.map((option) => expected(option, above)).filter((word) => word !== ""))])
    case "Recursive":
      // A choice among which the layout itself is: its other options say it all.
      return above.has(layout) ? "" : expected(layout.layout(), new Set(above).add(layout))
    case "Mapped":
      return layout.inner === undefined ? "any item" : expected(layout.inner, above)
  }
}

const orList = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`

/** `<A 0..20>`, `<U4>`, `<U4 [0..n]>` for what has no name. */
const leafNotation = (leaf: Leaf): string => {
  if (leaf.name !== undefined) return leaf.shape === "many" ? `${leaf.name}[]` : leaf.name
  const formats = leaf.formats.join("|")
  return leaf.shape === "many" ? `<${formats}>[]` : `<${formats}>`
}

/**
 * A layout in one line: `L{DATAID CEID L*{L{RPTID L*{V}}}}`. `L{…}` has these members, `L*{x}` any number of x,
 * `L?{…}` is a zero-length list or has these members, `NAME[]` is a vector in one item, `(x|y)` is either.
 *
 * @since 0.1.0
 */
export const notation = (layout: Layout): string => {
  switch (layout._tag) {
    case "Leaf":
      return leafNotation(layout)
    case "Any":
      return layout.name ?? (layout.formats === undefined ? "any" : `<${layout.formats.join("|")}>`)
    case "Members":
      return `L{${layout.members.map((m) => notation(m.layout) + (m.presence === "tail" ? "?" : "")).join(" ")}}`
    case "Elements":
      return `L*{${notation(layout.element)}}`
    case "Optional": {
      const inner = notation(layout.inner)
      return inner.startsWith("L{") ? `L?{${inner.slice(2)}` : `${inner}?`
    }
    case "Choice": {
      // One data item in formats of different kinds is one name.
      const options = [...new Set(layout.options.map(notation))]
      return options.length === 1 ? options[0]! : `(${options.join("|")})`
    }
    case "Recursive":
      return "…"
    case "Mapped":
      return layout.inner === undefined ? "any" : notation(layout.inner)
  }
}

/**
 * What a value of a data item means, if the standard says: `accepted` for COMMACK 0.
 *
 * @since 0.1.0
 */
export const meaning = (leaf: Leaf, value: unknown): string | undefined =>
  leaf.codes.find((code) =>
    code.to === undefined
      ? code.value === value
      : typeof value === "number" && value >= (code.value as number) && value <= code.to
  )?.meaning
