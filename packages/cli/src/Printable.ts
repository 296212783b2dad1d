/**
 * Text of others, of files, peers and command lines, as it may be shown. Pure.
 *
 * What steers a terminal, turns a line around or cannot be seen is `·` in text for people (`SmlError.printable` says what
 * that is), and an escape in JSON. Everything that commands write for people goes through here; what they give as it is,
 * as `fmt` does, goes so to files and pipes only.
 *
 * @since 0.1.0
 */
import { SmlError } from "@effect-secs/sml"

/**
 * A part of a line: line ends are no exception.
 *
 * @since 0.1.0
 */
export const line: (text: string) => string = SmlError.printable

/**
 * Several lines, each as `line` has it. They end with `\n` alone.
 *
 * @since 0.1.0
 */
export const lines = (text: string): string => text.replaceAll("\r\n", "\n").split("\n").map(line).join("\n")

const escape = (character: string): string => {
  let text = ""
  for (let i = 0; i < character.length; i++) text += `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`
  return text
}

/** What JSON leaves as it is. */
const unescaped = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * JSON that means the same, with escapes for what JSON does not ask to be escaped.
 *
 * @since 0.1.0
 */
export const json = (text: string): string => text.replace(unescaped, escape)
