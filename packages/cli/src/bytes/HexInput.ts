/**
 * Bytes that were written down as text: hex in the ways people and tools write it, and base64. Pure.
 *
 * Hex     pairs of digits, with or without spaces, line ends, commas, colons, hyphens and brackets, each byte or the
 *         whole with `0x` or `\x` before it, or `h` behind it
 * Dumps   of `xxd`, `hexdump -C`, `od -A x -t x1`, tshark and Wireshark: offset, bytes, characters. Offsets are compared
 *         with what stands before them, so that a lost line is noticed
 * Base64  the common alphabet or the one for URLs, with or without padding; each line may have its own
 *
 * The `>` of quoted mail and a label (`Hex: 01 02`) before a line do not count.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/**
 * A place where a text is not what it was read as.
 *
 * @since 0.1.0
 */
export class HexError extends Schema.TaggedError<HexError>("@effect-secs/cli/HexError")("HexError", {
  line: Schema.Natural,
  column: Schema.Natural,
  expected: Schema.String,
  found: Schema.String
}) {
  override get message(): string {
    return `line ${this.line}, column ${this.column}: expected ${this.expected}, found ${this.found}`
  }
}

/** What a dump may describe with a `*`. Nobody reads more than that by hand. */
const maxRepeated = 1 << 26

const fail = (line: number, column: number, expected: string, found: string): Result.Result<never, HexError> =>
  Result.fail(new HexError({ line, column, expected, found: found === "" ? "nothing" : found.slice(0, 24) }))

/**
 * Reads hex in any of its ways.
 *
 * @since 0.1.0
 */
export const hex = (text: string): Result.Result<Uint8Array, HexError> => {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.replace(before, blanks))
  const [first, second] = lines.filter((line) => line.trim() !== "")
  if (first === undefined) return fail(1, 1, "hex digits", "")
  if (isDump(first)) return dump(lines)
  // A piece of a dump opens with a number that may as well be bytes: the next line tells, where it counts on.
  const piece = second !== undefined && mayBeDump.test(first) ? dump(lines) : undefined
  return piece !== undefined && Result.isSuccess(piece) ? piece : plain(lines)
}

/** Quotation marks of mail, and words that cannot be hex with a colon behind them. */
const before = /^(?:\s*>)*\s*(?:(?:(?![a-f]+\b)[a-z]{1,20}\s+){0,3}(?![a-f]+\b)[a-z]{1,20}\s*[:=](?=\s|$))?/i

/** Columns stay what they are. */
const blanks = (text: string): string => " ".repeat(text.length)

/**
 * Reads base64.
 *
 * @since 0.1.0
 */
export const base64 = (text: string): Result.Result<Uint8Array, HexError> => {
  const stray = /[^A-Za-z0-9+/\-_=\s]|=(?=[^=\s])/.exec(text)
  if (stray !== null) return failAt(text, stray.index, "base64", stray[0])
  const out = new Sink()
  // What is behind padding begins anew.
  for (const { 0: piece, index } of text.matchAll(/[^=\s][^=]*/g)) {
    const characters = piece.replaceAll(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/")
    if (characters.length % 4 === 1) {
      return failAt(text, index, "2 to 4 characters for every 3 bytes", `${characters.length}`)
    }
    const decoded = atob(characters)
    out.add(Uint8Array.from({ length: decoded.length }, (_, i) => decoded.charCodeAt(i)))
  }
  return out.length === 0 ? fail(1, 1, "base64", "") : Result.succeed(out.bytes())
}

const failAt = (text: string, at: number, expected: string, found: string): Result.Result<never, HexError> => {
  const lines = text.slice(0, at).split("\n")
  return fail(lines.length, lines.at(-1)!.length + 1, expected, found)
}

// --- plain hex -------------------------------------------------------------------------------------------------------

/** A run of digits, whatever stands before it; or something that is no hex. */
const token = /(0x|\\x)?([0-9a-f]+)(h(?![0-9a-z]))?|[\s,:;|[\](){}"'-]+|[^]/gi

const plain = (lines: ReadonlyArray<string>): Result.Result<Uint8Array, HexError> => {
  const out = new Sink()
  for (let at = 0; at < lines.length; at++) {
    for (const match of lines[at]!.matchAll(token)) {
      const [whole, prefix, digits, suffix] = match
      if (digits === undefined) {
        if (/^[\s,:;|[\](){}"'-]/.test(whole)) continue
        return fail(at + 1, match.index + 1, "hex digits", lines[at]!.slice(match.index).split(/\s/, 1)[0]!)
      }
      if (digits.length % 2 === 0) out.add(pairs(digits))
      else if (digits.length === 1 && (prefix ?? suffix) !== undefined) out.add(pairs(`0${digits}`))
      else {
        const found = `${digits.length} ${digits.length === 1 ? "digit" : "digits"}: ${whole}`
        return fail(at + 1, match.index + 1, "two hex digits for each byte", found)
      }
    }
  }
  return out.length === 0 ? fail(1, 1, "hex digits", "") : Result.succeed(out.bytes())
}

// --- dumps -----------------------------------------------------------------------------------------------------------

/**
 * An offset opens the line: with a colon and a space as `xxd` has it, or zero in more digits than a byte, before bytes of
 * two digits or a wide gap, or any before what ends with characters between bars.
 */
const isDump = (line: string): boolean =>
  /^\s*[0-9a-f]{4,16}:\s/i.test(line) ||
  /^\s*0{4,16}(?:\s{2,}|\t)[0-9a-f]{2,}(?:\s|$)/i.test(line) ||
  /^\s*0{4,16}\s[0-9a-f]{2}(?:\s+[0-9a-f]{2})*(?:\s|$)/i.test(line) ||
  /^\s*[0-9a-f]{4,16}\s{2,}(?:[0-9a-f]{2}\s+)+\|.*\|\s*$/i.test(line) ||
  swapped.test(line)

/** An offset, a gap, bytes one by one. */
const mayBeDump = /^\s*[0-9a-f]{4,16}(?:\s{2,}|\t)(?:[0-9a-f]{2}(?:\s+|$))+/i

/** What `hexdump` writes without `-C`: numbers of 16 bits in the byte order of the machine. */
const swapped = /^0{7}(?:\s[0-9a-f]{4}){1,8}\s*$/i

const dump = (lines: ReadonlyArray<string>): Result.Result<Uint8Array, HexError> => {
  const out = new Sink()
  let base: number | undefined
  let repeated = false
  let row = new Uint8Array(0)
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    if (line.trim() === "") continue
    if (line.trim() === "*") {
      repeated = true
      continue
    }
    if (swapped.test(line)) return fail(at + 1, 1, "a dump byte by byte (hexdump -C, xxd)", "16-bit numbers")
    const opening = /^\s*([0-9a-f]{4,16})(:?)(?=\s|$)/i.exec(line)
    if (opening === null) return fail(at + 1, 1, "an offset", line.trim().split(/\s/, 1)[0]!)
    const offset = Number.parseInt(opening[1]!, 16)
    base ??= offset
    if (repeated) {
      if (offset - base > maxRepeated) return fail(at + 1, 1, `an offset below ${maxRepeated} behind *`, opening[1]!)
      while (row.length > 0 && out.length + row.length <= offset - base) out.add(row)
      repeated = false
    }
    if (offset - base !== out.length) {
      const column = line.indexOf(opening[1]!) + 1
      return fail(at + 1, column, `offset ${(base + out.length).toString(16).padStart(4, "0")}`, opening[1]!)
    }
    const start = opening[0].length
    row = pairs(columns(line.slice(start), opening[2] === ":"))
    out.add(row)
  }
  return Result.succeed(out.bytes())
}

/** The digits of a line behind its offset, without the characters at its end. */
const columns = (line: string, colon: boolean): string => {
  const bar = line.indexOf("|")
  const text = bar === -1 ? line : line.slice(0, bar)
  // `xxd` sets two spaces before the characters; others set more, and two in the middle of the bytes.
  const [cut = ""] = text.trimStart().split(colon ? / {2,}/ : /\s{3,}/, 1)
  let digits = ""
  for (const word of cut.split(/\s+/)) {
    if (!/^(?:[0-9a-f]{2})+$/i.test(word) || digits.length + word.length > 64) break
    digits += word
  }
  return digits
}

/** The value of a hex digit: its low four bits, and 9 more for a letter. */
const nibble = (code: number): number => (code & 0xf) + (code > 0x39 ? 9 : 0)

const pairs = (digits: string): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(digits.length >>> 1)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (nibble(digits.charCodeAt(2 * i)) << 4) | nibble(digits.charCodeAt(2 * i + 1))
  }
  return bytes
}

/** Bytes that come in pieces. */
class Sink {
  #bytes = new Uint8Array(1024)
  length = 0

  add(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.length + bytes.length))
      larger.set(this.#bytes.subarray(0, this.length))
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.length)
  }
}
