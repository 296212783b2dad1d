/**
 * Messages and items as bytes, and bytes as text. Pure.
 *
 * @since 0.1.0
 */
import { type CodecError, Hsms, HsmsHeader, type Item, ItemCodec, type SecsMessage } from "@effect-secs/codec"
import * as Result from "effect/Result"
import type { Notation } from "./ByteInput.ts"

/**
 * How much of a message is written: its item, that behind the ten bytes of its header, or all behind the length of a
 * frame.
 *
 * @since 0.1.0
 */
export const forms = ["item", "message", "frame"] as const

/** @since 0.1.0 */
export type Form = (typeof forms)[number]

/**
 * A message as bytes; a header only has no byte as an item.
 *
 * @since 0.1.0
 */
export const message = (
  message: SecsMessage.SecsMessage,
  form: Form,
  { sessionId, systemBytes }: { readonly sessionId: number; readonly systemBytes: number }
): Result.Result<Uint8Array, CodecError.ItemEncodeError> => {
  if (form === "item") return message.item === undefined ? Result.succeed(new Uint8Array(0)) : item(message.item)
  const frame = Hsms.encodeData(HsmsHeader.data(sessionId, message, systemBytes), message.item)
  return form === "frame" ? frame : Result.map(frame, (bytes) => bytes.subarray(4))
}

/** @since 0.1.0 */
export const item = (item: Item.Item): Result.Result<Uint8Array, CodecError.ItemEncodeError> => ItemCodec.encode(item)

/**
 * Bytes as they are, or a line of hex or base64.
 *
 * @since 0.1.0
 */
export const written = (bytes: Uint8Array, notation: Notation): string | Uint8Array => {
  switch (notation) {
    case "hex":
      return `${hex(bytes)}\n`
    case "base64":
      return `${base64(bytes)}\n`
    case "binary":
      return bytes
  }
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/** @since 0.1.0 */
export const hex = (bytes: Uint8Array): string => {
  let text = ""
  for (const byte of bytes) text += digits[byte]!
  return text
}

const base64 = (bytes: Uint8Array): string => {
  let characters = ""
  for (let at = 0; at < bytes.length; at += 8192) {
    characters += String.fromCharCode(...bytes.subarray(at, at + 8192))
  }
  return btoa(characters)
}
