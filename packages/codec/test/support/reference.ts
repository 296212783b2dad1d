/**
 * A second SECS-II codec, written from the table of SEMI E5 with a DataView and recursion and nothing else: slow, and
 * simple enough to be right. It shares no code with the codec, and works on plain data.
 */

/** An item as plain data: mnemonic and values. Floats are kept as their bits, so that every NaN is told apart. */
export type Plain =
  | { readonly format: "L"; readonly values: ReadonlyArray<Plain> }
  | { readonly format: Scalar; readonly values: ReadonlyArray<bigint> }

type Scalar = Exclude<keyof typeof octal, "L">

const octal = {
  L: "00",
  B: "10",
  BOOLEAN: "11",
  A: "20",
  J: "21",
  C2: "22",
  I8: "30",
  I1: "31",
  I2: "32",
  I4: "34",
  F8: "40",
  F4: "44",
  U8: "50",
  U1: "51",
  U2: "52",
  U4: "54"
} as const

const width: { readonly [format: string]: number } = { I8: 8, U8: 8, F8: 8, I4: 4, U4: 4, F4: 4, I2: 2, U2: 2 }

const widthOf = (format: string): number => width[format] ?? 1

/** Format byte and the fewest length bytes. */
const head = (format: keyof typeof octal, length: number): Array<number> => {
  const bytes: Array<number> = []
  for (let rest = length; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [Number.parseInt(octal[format], 8) * 4 + bytes.length, ...bytes]
}

const parts = (item: Plain): Array<Uint8Array> => {
  if (item.format === "L") {
    return [Uint8Array.from(head("L", item.values.length)), ...item.values.flatMap(parts)]
  }
  const size = widthOf(item.format)
  const view = new DataView(new ArrayBuffer(item.values.length * size))
  item.values.forEach((value, i) => {
    if (size === 8) view.setBigUint64(i * 8, value)
    else if (size === 4) view.setUint32(i * 4, Number(BigInt.asUintN(32, value)))
    else if (size === 2) view.setUint16(i * 2, Number(BigInt.asUintN(16, value)))
    else view.setUint8(i, Number(BigInt.asUintN(8, value)))
  })
  return [Uint8Array.from(head(item.format, view.byteLength)), new Uint8Array(view.buffer)]
}

/** The canonical bytes of an item. */
export const encode = (item: Plain): Uint8Array => Uint8Array.from(parts(item).flatMap((part) => Array.from(part)))

/** The item, or `undefined` where the bytes are none. */
export const decode = (bytes: Uint8Array): Plain | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const item = (): Plain => {
    const formatByte = view.getUint8(at++)
    const digits = (formatByte >> 2).toString(8).padStart(2, "0")
    const format = (Object.keys(octal) as Array<keyof typeof octal>).find((name) => octal[name] === digits)
    const lengthBytes = formatByte % 4
    if (format === undefined || lengthBytes === 0) throw new RangeError()
    let length = 0
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + view.getUint8(at++)
    if (format === "L") {
      const values: Array<Plain> = []
      for (let i = 0; i < length; i++) values.push(item())
      return { format, values }
    }
    const size = widthOf(format)
    if (length % size !== 0 || at + length > bytes.length || (format === "C2" && length < 2)) throw new RangeError()
    const values: Array<bigint> = []
    for (const end = at + length; at < end; at += size) {
      if (format === "BOOLEAN") values.push(view.getUint8(at) === 0 ? 0n : 1n)
      else if (format === "I8") values.push(view.getBigInt64(at))
      else if (size === 8) values.push(view.getBigUint64(at))
      else if (format === "I4") values.push(BigInt(view.getInt32(at)))
      else if (size === 4) values.push(BigInt(view.getUint32(at)))
      else if (format === "I2") values.push(BigInt(view.getInt16(at)))
      else if (size === 2) values.push(BigInt(view.getUint16(at)))
      else if (format === "I1") values.push(BigInt(view.getInt8(at)))
      else values.push(BigInt(view.getUint8(at)))
    }
    return { format, values }
  }
  try {
    const root = item()
    return at === bytes.length ? root : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** JIS X 0201 by its table: the 63 half-width katakana stand from A1 on, in the order of Unicode from U+FF61 on. */
const jis = (byte: number): string => {
  if (byte === 0x5c) return "\u{a5}"
  if (byte === 0x7e) return "\u{203e}"
  if (byte >= 0xa1 && byte <= 0xdf) return String.fromCodePoint(0xff61 + (byte - 0xa1))
  return String.fromCodePoint(byte)
}

const float = (format: "F4" | "F8", bits: bigint): number => {
  const view = new DataView(new ArrayBuffer(8))
  if (format === "F8") view.setBigUint64(0, bits)
  else view.setUint32(0, Number(bits))
  return format === "F8" ? view.getFloat64(0) : view.getFloat32(0)
}

/** The bits of a float. */
export const floatBits = (format: "F4" | "F8", value: number): bigint => {
  const view = new DataView(new ArrayBuffer(8))
  if (format === "F8") {
    view.setFloat64(0, value)
    return view.getBigUint64(0)
  }
  view.setFloat32(0, value)
  return BigInt(view.getUint32(0))
}

/** What a reader of the item sees: text, booleans, numbers or bigints, however many. */
export const meaning = (item: Exclude<Plain, { readonly format: "L" }>): unknown => {
  switch (item.format) {
    case "A":
      return item.values.map((byte) => String.fromCodePoint(Number(byte))).join("")
    case "J":
      return item.values.map((byte) => jis(Number(byte))).join("")
    case "C2":
      return { lsh: Number(item.values[0]! * 256n + item.values[1]!), bytes: item.values.slice(2).map(Number) }
    case "BOOLEAN":
      return item.values.map((value) => value === 1n)
    case "I8":
    case "U8":
      return item.values
    case "F4":
    case "F8": {
      const format = item.format
      return item.values.map((bits) => float(format, bits))
    }
    default:
      return item.values.map(Number)
  }
}
