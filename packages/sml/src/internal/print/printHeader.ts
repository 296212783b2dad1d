/**
 * The line before an item.
 */
import * as Result from "effect/Result"
import type { HeaderForm, Preset } from "../../Preset.ts"
import type { Direction } from "../../SmlDocument.ts"
import { readDocument } from "../read/messages.ts"
import { rulesOf } from "../read/options.ts"

interface Header {
  readonly name?: string | undefined
  readonly stream: number
  readonly function: number
  readonly wBit?: "set" | "clear" | "optional" | undefined
  readonly direction?: Direction | undefined
}

const maxStream = 127
const maxFunction = 255

const isIn = (value: number, maximum: number): boolean => Number.isInteger(value) && value >= 0 && value <= maximum

/**
 * Whether a header with a name is read back as it is, and as nothing else: a name may look like a header, a comment, a
 * rule, or a part of the header that it stands in.
 */
const readsBack = (preset: Preset, header: Header): boolean => {
  const { function: function_, name, stream, wBit = "clear" } = header
  const rules = Result.getOrThrow(rulesOf("", { dialect: preset.dialect, strict: true }))
  const read = readDocument(`${headerText(preset, header)}\n.`, rules)
  const [message, second] = read.messages
  if (message === undefined || second !== undefined || read.errors.length > 0) return false
  if (read.comments.length + read.rules.length + read.constants.size > 0) return false
  const same = message.stream === stream && message.function === function_ && message.wBit === wBit
  const directed = message.direction === undefined || message.direction === header.direction
  return same && directed && message.name === name
}

/** A word that no dialect takes for anything else: reading it back would only tell so again, in 2 µs a message. */
const plainWord = /^[A-Za-z][A-Za-z0-9_]*$/
const saysMore = /s\d+f\d|^(?:w|h|e|input|output|if|else|every|send|var|variant|max)$/i

const isPlain = (name: string): boolean => plainWord.test(name) && !saysMore.test(name)

/** What of a header cannot be said. */
export const headerFault = (preset: Preset, header: Header): string | undefined => {
  const form = preset.header
  const { function: function_, name, stream, wBit = "clear" } = header
  if (form === undefined) return "a header"
  if (!isIn(stream, maxStream)) return `stream ${stream}`
  if (!isIn(function_, maxFunction)) return `function ${function_}`
  if (wBit !== "clear" && function_ % 2 === 0) return "the W-bit of a secondary"
  if (wBit === "optional" && !form.optionalW) return "a W-bit left to the sender"
  if (name === undefined || form.name === "none") return undefined
  if (isPlain(name) && !form.notInName.test(name)) return undefined
  if (name === "" || form.notInName.test(name) || !readsBack(preset, header)) return `the name ${JSON.stringify(name)}`
  return undefined
}

const directionText = (form: HeaderForm, direction: Direction | undefined): string => {
  if (direction === undefined || form.direction === "none") return ""
  return direction.startsWith("H") === (form.direction === "arrow") ? ` ${direction}` : ""
}

/** `S1F1 W`, with a name where there is one. */
export const headerText = (preset: Preset, header: Header): string => {
  const { direction, function: function_, name, stream, wBit = "clear" } = header
  const form = preset.header
  const code = `S${stream}F${function_}`
  const w = wBit === "set" ? " W" : wBit === "optional" ? " [W]" : ""
  if (form === undefined) return code + w
  const to = directionText(form, direction)
  const quoted = form.quoted || (form.name === "label" && name !== undefined) ? `'${code}'` : code
  if (name === undefined || form.name === "none") return quoted + (form.name === "assigned" ? to + w : w + to)
  switch (form.name) {
    case "label":
      return `${name}:${quoted}${w}${to}`
    case "behind":
      return `${quoted}${w}${to} ${name}`
    case "assigned":
      return `${quoted} = ${name}${to}${w}`
  }
}
