/**
 * Values for the slots of messages: from the command line, from a counter and from the clock. Pure.
 *
 * @since 0.1.0
 */
import { SecsMessage } from "@effect-secs/codec"
import { type SmlDocument, type SmlError, SmlParser, Template } from "@effect-secs/sml"
import * as Result from "effect/Result"

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `<U4 1>` is an item, `[1, 2]` an array, `"x"` a text; anything else is a text as it is. */
const valueOf = (text: string): Result.Result<Template.Value, string> => {
  if (text.startsWith("<")) return Result.mapError(SmlParser.parseItem(text), (error) => error.message)
  const parsed = text.startsWith("[") || text.startsWith('"') ? json(text) : undefined
  return Result.succeed(Array.isArray(parsed) || typeof parsed === "string" ? (parsed as Template.Value) : text)
}

/**
 * Reads `NAME=VALUE`, as often as there are.
 *
 * Fails    with a sentence that names the pair
 *
 * @since 0.1.0
 */
export const parse = (pairs: ReadonlyArray<string>): Result.Result<Template.Values, string> => {
  const values: Record<string, Template.Value> = {}
  for (const pair of pairs) {
    const at = pair.indexOf("=")
    if (at < 1) return Result.fail(`--set ${pair}: expected NAME=VALUE`)
    const value = valueOf(pair.slice(at + 1))
    if (Result.isFailure(value)) return Result.fail(`--set ${pair}: ${value.failure}`)
    values[pair.slice(0, at)] = value.success
  }
  return Result.succeed(values)
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
): Result.Result<SecsMessage.SecsMessage, SmlError.TemplateError> => {
  const { function: function_, item, stream, template, wBit } = message
  const filled =
    template === undefined
      ? Result.succeed(item)
      : Template.fill(template, Object.fromEntries(Object.entries(values).filter(([name]) => takes(template, name))), {
          generate: (slot) => generate(generator, slot)
        })
  return Result.map(filled, (text) => new SecsMessage.SecsMessage(stream, function_, wBit === "set", text))
}
