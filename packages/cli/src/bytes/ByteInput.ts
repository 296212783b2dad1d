/**
 * Bytes as users hand them over: as they are, in hex or in base64. Pure.
 *
 * How they are written is told, or detected: what has a byte that is no ASCII text is binary. Text is hex if it is hex
 * from its beginning to its end; else base64, if its bytes are SECS-II to the last of them; else it is nothing, unless it
 * came from a file and is SECS-II as it stands.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as HexInput from "./HexInput.ts"
import * as TextInput from "../TextInput.ts"
import * as Wire from "./Wire.ts"

/** @since 0.1.0 */
export const notations = ["hex", "base64", "binary"] as const

/** @since 0.1.0 */
export type Notation = (typeof notations)[number]

/**
 * The bytes a text means. Where it is neither hex nor base64, the error is that of hex.
 *
 * @since 0.1.0
 */
export const fromText = (
  text: string,
  notation?: Exclude<Notation, "binary">
): Result.Result<Uint8Array, HexInput.HexError> => {
  if (notation === "base64") return HexInput.base64(text)
  const hex = HexInput.hex(text)
  if (notation === "hex" || Result.isSuccess(hex)) return hex
  const base64 = HexInput.base64(text)
  return Result.isSuccess(base64) && isWhole(base64.success) ? base64 : hex
}

/**
 * The bytes that the content of a file means.
 *
 * @since 0.1.0
 */
export const fromBytes = (content: Uint8Array, notation?: Notation): Result.Result<Uint8Array, HexInput.HexError> => {
  if (!isText(content, notation)) return Result.succeed(content)
  const bytes = fromText(TextInput.decode(content), notation === "binary" ? undefined : notation)
  return Result.isFailure(bytes) && notation === undefined && isWhole(content) ? Result.succeed(content) : bytes
}

const isWhole = (bytes: Uint8Array): boolean => Wire.read(bytes).every(({ fault }) => fault === undefined)

/**
 * Whether bytes are read as text.
 *
 * @since 0.1.0
 */
export const isText = (bytes: Uint8Array, notation?: Notation): boolean =>
  notation === undefined
    ? hasMark(bytes) ||
      bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d)
    : notation !== "binary"

const hasMark = ([a, b, c]: Uint8Array): boolean =>
  (a === 0xef && b === 0xbb && c === 0xbf) || (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)
