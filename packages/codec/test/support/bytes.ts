/** Bytes as the standards print them. */
import { createHash } from "node:crypto"

/** `hex("a5 01 07")`: two digits a byte, spaces where they help. */
export const hex = (text: string): Uint8Array => {
  const digits = text.replaceAll(" ", "")
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error(`no hex: ${text}`)
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16))
}

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

export const concat = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export const repeat = (bytes: Uint8Array, times: number): Uint8Array => {
  const out = new Uint8Array(bytes.length * times)
  for (let i = 0; i < times; i++) out.set(bytes, i * bytes.length)
  return out
}

/** Equal byte for byte; compares natively, as some of them are millions. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** A header and text behind their length field. */
export const frame = (header: string, text: Uint8Array = new Uint8Array(0)): Uint8Array => {
  const head = hex(header)
  const out = new Uint8Array(4 + head.length + text.length)
  new DataView(out.buffer).setUint32(0, head.length + text.length)
  out.set(head, 4)
  out.set(text, 4 + head.length)
  return out
}

/** Cuts bytes into pieces of `size`, each with memory of its own, as a socket gives them. */
export const pieces = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> => {
  const out: Array<Uint8Array> = []
  for (let at = 0; at < bytes.length; at += size) out.push(bytes.slice(at, at + size))
  return out
}
