/**
 * Values for the slots of messages: from the command line, from a counter and from the clock. Pure.
 *
 * @since 0.1.0
 */
import { SecsMessage } from "@effect-secs/codec"
import { type SmlDocument, Template, type TemplateError } from "@effect-secs/sml"
import * as Result from "effect/Result"
import * as SlotValue from "./SlotValue.ts"

/**
 * Reads `NAME=VALUE`, as often as there are.
 *
 * Fails    with a sentence that names the pair
 *
 * @since 0.1.0
 */
export const parse = (pairs: ReadonlyArray<string>): Result.Result<Template.Values, string> => {
  const values = new Map<string, Template.Value>()
  for (const pair of pairs) {
    const at = pair.indexOf("=")
    if (at < 1) return Result.fail(`--set ${pair}: expected NAME=VALUE`)
    const value = SlotValue.parse(pair.slice(at + 1))
    if (Result.isFailure(value)) return Result.fail(`--set ${pair}: ${value.failure}`)
    values.set(pair.slice(0, at), value.success)
  }
  // Of its own, whatever it is called: as a key of an object, `__proto__` would be none.
  return Result.succeed(Object.fromEntries(values))
}

const takes = ({ slots }: Template.Template, name: string): boolean => slots.some(({ key }) => key === name)

/**
 * Names of values that no message has a slot for.
 *
 * @since 0.1.0
 */
export const unknown = (
  values: Template.Values,
  messages: ReadonlyArray<SmlDocument.SmlMessage>
): ReadonlyArray<string> =>
  Object.keys(values).filter(
    (name) => !messages.some(({ template }) => template !== undefined && takes(template, name))
  )

/**
 * What a simulator puts into a message by itself.
 *
 * @since 0.1.0
 */
export interface Generator {
  /** The next number, each once. */
  readonly next: () => number
  /** `YYYYMMDDhhmmsscc` */
  readonly time: string
}

const generate = ({ next, time }: Generator, { generated }: Template.Slot): Template.Value => {
  switch (generated) {
    case "number":
      return next()
    case "clock12":
      return time.slice(2, 14)
    case "clock14":
      return time.slice(0, 14)
    case "clock16":
      return time
    case undefined:
      return undefined
  }
}

/**
 * What is sent of a message of a file. Values that it has no slot for are for others.
 *
 * Fails    with the slot that has no value, or a wrong one
 *
 * @since 0.1.0
 */
export const fill = (
  message: SmlDocument.SmlMessage,
  values: Template.Values,
  generator: Generator
): Result.Result<SecsMessage.SecsMessage, TemplateError.TemplateError> => {
  const { function: function_, item, stream, template, wBit } = message
  const filled =
    template === undefined
      ? Result.succeed(item)
      : Template.fill(template, Object.fromEntries(Object.entries(values).filter(([name]) => takes(template, name))), {
          generate: (slot) => generate(generator, slot)
        })
  return Result.map(filled, (text) => new SecsMessage.SecsMessage(stream, function_, wBit === "set", text))
}

// --- what is wrong, and what to write ------------------------------------------------------------------------------

/** Open lists around each slot. */
const depths = ({ root }: Template.Template): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  const open: Array<readonly [node: Template.TemplateNode, depth: number]> = [[root, 0]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next
    if (node._tag === "Slot") found.set(node.key, depth)
    if (node._tag === "List") for (const child of node.children) open.push([child, depth])
    if (node._tag === "Repeat") for (const child of node.body) open.push([child, depth + 1])
  }
  return found
}

/** Widest value that an error repeats. */
const widest = 40

const short = (text: string): string => (text.length > widest ? `${text.slice(0, widest)}…` : text)

/** A flag as a shell takes it. */
const flag = (name: string, text: string): string => {
  const pair = `${name}=${text}`
  return `--set ${/^[\w.:,+=-]+$/.test(pair) ? pair : `'${pair.replaceAll("'", String.raw`'\''`)}'`}`
}

const texts: ReadonlySet<string> = new Set(["A", "J", "C2"])

/** A value as an element of an array: text in quotes, unless it is read as a number anyway. */
const element = ({ formats }: Template.Slot, text: string): string =>
  /^[<["]/.test(text) || (formats.length === 1 && !texts.has(formats[0]!)) ? text : JSON.stringify(text)

const nested = (text: string, depth: number): string => `${"[".repeat(depth)}${text}${"]".repeat(depth)}`

/** Arrays around the first plain value. */
const nesting = (value: Template.Value): number => {
  let depth = 0
  for (let inner: unknown = value; Array.isArray(inner); inner = inner[0]) depth++
  return depth
}

/** Needs a value, and has none. */
const isMissing = (slot: Template.Slot, values: Template.Values): boolean =>
  slot.default === undefined &&
  slot.generated === undefined &&
  !slot.optional &&
  values[slot.key] === undefined &&
  (slot.name === undefined || values[slot.name] === undefined)

/**
 * Why a message could not be filled, and what to write for it on the command line.
 *
 * @since 0.1.0
 */
export const explain = (
  { template }: SmlDocument.SmlMessage,
  error: TemplateError.TemplateError,
  values: Template.Values,
  pairs: ReadonlyArray<string>
): string => {
  const slot = template?.slots.find(({ key }) => key === error.slot)
  if (template === undefined || slot === undefined) return error.message
  const { reason } = error
  const depth = depths(template).get(slot.key) ?? 0
  const name = values[slot.key] === undefined && slot.name !== undefined ? slot.name : slot.key
  const value = values[name]
  if (value === undefined) {
    const others = template.slots.filter((other) => other !== slot && isMissing(other, values)).map(({ key }) => key)
    const also = others.length === 0 ? "" : ` (as well as ${others.join(", ")})`
    return `${error.message}; give it with ${flag(slot.key, nested("VALUE", depth))}${also}`
  }
  // The last of several counts.
  const text = pairs.findLast((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? ""
  if (reason._tag === "WrongCount") {
    return `${error.message}: --set ${name}=${short(text)} is too ${reason.seen > reason.maximum ? "long" : "short"}`
  }
  const missing = depth - nesting(value)
  if (reason._tag === "WrongValue" && missing > 0) {
    const written = flag(name, nested(missing === depth ? element(slot, text) : text, missing))
    return `${error.message}; write ${written}`
  }
  return `${error.message}, of --set ${name}=${short(text)}`
}
