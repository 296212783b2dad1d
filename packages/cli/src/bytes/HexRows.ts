/**
 * Bytes as lines of hex, for people. Pure.
 *
 * @since 0.1.0
 */
import { counted } from "../Counts.ts"
import { hex } from "./Encoded.ts"

const width = 32

/** More than that is looked at in a capture. */
const shown = 1024

/**
 * Lines of 32 bytes, each behind `before` and with its line end; the first 1024 bytes, and how many more there are.
 *
 * @since 0.1.0
 */
export const rows = (bytes: Uint8Array, before: string): string => {
  const lines: Array<string> = []
  for (let at = 0; at < Math.min(bytes.length, shown); at += width) {
    lines.push(hex(bytes.subarray(at, Math.min(at + width, shown))).replace(/..(?=.)/g, "$& "))
  }
  if (bytes.length > shown) lines.push(`… ${counted(bytes.length - shown, "byte")} more`)
  return lines.map((line) => `${before}${line}\n`).join("")
}
