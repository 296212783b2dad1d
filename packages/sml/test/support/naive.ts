/**
 * A reader of one message, as short as can be: it knows nothing of errors, dialects, quotes within text or depth. Made to be
 * compared with; it shares nothing with the library, its encoding of items neither.
 */

/** Format code, bytes of a value, and how a value is written to them. */
const formats: { readonly [symbol: string]: readonly [code: number, size: number, set?: keyof DataView] } = {
  L: [0o00, 0],
  B: [0o10, 1, "setUint8"],
  BOOLEAN: [0o11, 1, "setUint8"],
  A: [0o20, 1, "setUint8"],
  I8: [0o30, 8, "setBigInt64"],
  I1: [0o31, 1, "setInt8"],
  I2: [0o32, 2, "setInt16"],
  I4: [0o34, 4, "setInt32"],
  F8: [0o40, 8, "setFloat64"],
  F4: [0o44, 4, "setFloat32"],
  U8: [0o50, 8, "setBigUint64"],
  U1: [0o51, 1, "setUint8"],
  U2: [0o52, 2, "setUint16"],
  U4: [0o54, 4, "setUint32"]
}

const truth: { readonly [word: string]: number } = { T: 1, TRUE: 1, F: 0, FALSE: 0 }

const tokens = /\/\/[^\n]*|\/\*[^]*?\*\/|"[^"]*"|'[^']*'|\[[^\]]*\]|[<>]|[^\s<>"'[\]/]+/g

const numberOf = (word: string): number => {
  const negative = word.startsWith("-")
  const value = Number(negative ? word.slice(1) : word)
  return negative ? -value : value
}

const bigOf = (word: string): bigint => (word.startsWith("-") ? -BigInt(word.slice(1)) : BigInt(word.replace("+", "")))

const valuesOf = (symbol: string, word: string): ReadonlyArray<number | bigint> => {
  if (/^["']/.test(word)) return Array.from(word.slice(1, -1), (character) => character.charCodeAt(0))
  if (symbol === "BOOLEAN") return [truth[word.toUpperCase()] ?? (Number(word) === 0 ? 0 : 1)]
  return [symbol.endsWith("8") && symbol !== "F8" ? bigOf(word) : numberOf(word)]
}

const headed = (code: number, length: number, bytes: ReadonlyArray<number>): ReadonlyArray<number> => {
  const lengths =
    length > 0xffff ? [length >> 16, length >> 8, length] : length > 0xff ? [length >> 8, length] : [length]
  return [code * 4 + lengths.length, ...lengths.map((byte) => byte & 0xff), ...bytes]
}

/** The bytes of the item that begins at the first token, which is taken off with all of its own. */
const itemOf = (rest: Array<string>): ReadonlyArray<number> => {
  rest.shift()
  const symbol = rest.shift()!.toUpperCase()
  const [code, size, set] = formats[symbol]!
  if (rest[0]!.startsWith("[")) rest.shift()
  if (set === undefined) {
    const children: Array<ReadonlyArray<number>> = []
    while (rest[0] === "<") children.push(itemOf(rest))
    rest.shift()
    return headed(code, children.length, children.flat())
  }
  const values: Array<number | bigint> = []
  while (rest[0] !== ">") values.push(...valuesOf(symbol, rest.shift()!))
  rest.shift()
  const view = new DataView(new ArrayBuffer(values.length * size))
  values.forEach((value, index) => (view[set] as (at: number, value: number | bigint) => void)(index * size, value))
  return headed(code, view.byteLength, Array.from(new Uint8Array(view.buffer)))
}

/** `S6F11 W 0102…`: header, W and the bytes of the item in hex. */
export const naive = (text: string): string => {
  const all = text
    .trimEnd()
    .replace(/\.$/, "")
    .match(tokens)!
    .filter((token) => !/^\/[/*]/.test(token))
  const header = all.shift()!.toUpperCase()
  const w = all[0]?.toUpperCase() === "W" ? [all.shift()!.toUpperCase()] : []
  const item =
    all.length === 0
      ? []
      : [
          itemOf(all)
            .map((byte) => byte.toString(16).padStart(2, "0").toUpperCase())
            .join("")
        ]
  return [header, ...w, ...item].join(" ")
}
