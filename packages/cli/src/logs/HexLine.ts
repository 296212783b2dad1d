/**
 * One line of a hex dump, of any of the usual tools. Pure.
 *
 *     00000000  00 00 00 0a ff ff 00 00  00 01 00 00 00 01        |..............|
 *     00000000: 0000 000a ffff 0000 0001 0000 0001       ..............
 *         0000   00 00 00 0a ff ff 00 00 00 01 00 00 00 01   ..............
 *     15:14:37.402 TX: 00 00 00 0A FF FF 00 00 00 01 00 00 00 01
 *     0000000affff0000000100000001
 *
 * @since 0.1.0
 */

/** @since 0.1.0 */
export type HexLine =
  /** Bytes behind their offset in a dump. */
  | { readonly _tag: "Offset"; readonly offset: number; readonly indent: number; readonly bytes: Uint8Array }
  /** Bytes alone, or behind some words. */
  | { readonly _tag: "Bytes"; readonly before: string; readonly bytes: Uint8Array }
  /** `*`: lines like the one before, up to the next offset. */
  | { readonly _tag: "Repeat" }
  | { readonly _tag: "Text"; readonly text: string }

/** Fewer bytes behind words are words themselves: `be`, `total 12345678`. */
const fewest = { inPairs: 4, inGroups: 14 } as const

/** `0x` before an offset is how tcpdump writes it. */
const offsetLine = /^([ \t]*)(?:0x)?([0-9a-f]{4,16})(:?)(?:[ \t]+(?=[0-9a-f])|[ \t]*$)/i

/**
 * Reads a line without its line end.
 *
 * @since 0.1.0
 */
export const read = (line: string): HexLine => {
  if (/^\s*\*\s*$/.test(line)) return { _tag: "Repeat" }
  const head = offsetLine.exec(line)
  if (head !== null) {
    const [all, indent, offset, colon] = head
    const bytes = dumped(line, all.length, colon === "" ? 2 : 8, colon === "" ? 2 : 1)
    const whole = all.length === line.length
    if (bytes.length > 0 || whole) {
      // A line of eight digits and nothing else ends a dump, or is four bytes.
      if (!whole || offset!.length % 2 !== 0 || offset!.startsWith("0000")) {
        return { _tag: "Offset", offset: Number.parseInt(offset!, 16), indent: indent!.length, bytes }
      }
    }
  }
  return plain(line)
}

const isHex = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66)

/** Groups of digits from a place on, until one is too long or further away than groups are: there the characters begin. */
const dumped = (line: string, from: number, longest: number, apart: number): Uint8Array => {
  let digits = ""
  for (let at = from; at < line.length;) {
    let end = at
    while (end < line.length && isHex(line.charCodeAt(end))) end++
    const length = end - at
    if (length === 0 || length > longest || length % 2 !== 0) break
    if (end < line.length && line[end] !== " " && line[end] !== "\t") break
    digits += line.slice(at, end)
    at = end
    while (at < line.length && (line[at] === " " || line[at] === "\t")) at++
    if (at - end > apart) break
  }
  return bytesOf(digits)
}

/** The bytes that end a line, and what stands before them. */
const plain = (line: string): HexLine => {
  for (const text of [line, beforeCharacters(line)]) {
    if (text === undefined) continue
    let at = text.length
    const groups: Array<string> = []
    for (;;) {
      let end = at
      while (end > 0 && isBetween(text.charCodeAt(end - 1))) end--
      let start = end
      while (start > 0 && !isBetween(text.charCodeAt(start - 1))) start--
      const group = text.slice(start, end).replace(/^0x/i, "")
      if (group.length === 0 || group.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(group)) break
      groups.push(group)
      at = start
    }
    const bytes = bytesOf(groups.toReversed().join(""))
    const before = text.slice(0, at)
    const few = groups.every((group) => group.length === 2) ? fewest.inPairs : fewest.inGroups
    if (bytes.length >= few || (bytes.length > 0 && before.trim() === "")) return { _tag: "Bytes", before, bytes }
  }
  return { _tag: "Text", text: line }
}

/** Spaces, commas, and the brackets a program puts around bytes. */
const isBetween = (code: number): boolean => code <= 0x20 || ",;[](){}<>\"'".includes(String.fromCharCode(code))

/** A line up to the characters that some tools write behind the bytes. */
const beforeCharacters = (line: string): string | undefined => {
  const bar = line.indexOf("|")
  const gap = line.lastIndexOf("   ")
  const end = bar > 0 ? bar : gap
  return end > 0 ? line.slice(0, end) : undefined
}

const bytesOf = (digits: string): Uint8Array => {
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16)
  return bytes
}
