/**
 * What Wireshark's dissector must show of an item, worked out from the value and the tables of SEMI E5. Our encoder has
 * no part in it. Pure.
 *
 * @see SEMI E5, data items
 * @since 0.1.0
 */
import { FormatCode, type Item } from "@effect-secs/codec"
import type * as Tshark from "./Tshark.ts"

/** The formats whose values the dissector reads, with its name for them. A list has items, an empty J nothing. */
export const kinds: Readonly<Record<Exclude<FormatCode.Format, "L" | "J" | "C2">, string>> = {
  B: "binary",
  BOOLEAN: "boolean",
  A: "string",
  I8: "int64",
  I1: "int8",
  I2: "int16",
  I4: "int32",
  F8: "double",
  F4: "float",
  U8: "uint64",
  U1: "uint8",
  U2: "uint16",
  U4: "uint32"
}

const writers = {
  I8: (view: DataView, value: bigint) => view.setBigInt64(0, value),
  U8: (view: DataView, value: bigint) => view.setBigUint64(0, value),
  I1: (view: DataView, value: number) => view.setInt8(0, value),
  I2: (view: DataView, value: number) => view.setInt16(0, value),
  I4: (view: DataView, value: number) => view.setInt32(0, value),
  U1: (view: DataView, value: number) => view.setUint8(0, value),
  U2: (view: DataView, value: number) => view.setUint16(0, value),
  U4: (view: DataView, value: number) => view.setUint32(0, value),
  F4: (view: DataView, value: number) => view.setFloat32(0, value),
  F8: (view: DataView, value: number) => view.setFloat64(0, value)
} as const

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

/** Big-endian bytes of each value; of the bits in a typed array, so that a NaN keeps its payload. */
const elements = (format: keyof typeof writers, value: unknown): ReadonlyArray<string> => {
  const size = FormatCode.info(format).elementSize
  if (typeof value !== "object") {
    const bytes = new Uint8Array(size)
    writers[format](new DataView(bytes.buffer), value as never)
    return [hex(bytes)]
  }
  const bytes = new Uint8Array((value as Float64Array).slice().buffer)
  return Array.from({ length: bytes.length / size }, (_, i) => hex(bytes.slice(i * size, (i + 1) * size).toReversed()))
}

const leafValues = (item: Exclude<Item.Item, Item.L>): ReadonlyArray<Tshark.Value> => {
  switch (item._tag) {
    case "A": {
      const raw = Buffer.from(item.value, "latin1").toString("hex")
      return [{ kind: kinds.A, shown: item.value, raw }]
    }
    case "B": {
      const raw = hex(Uint8Array.from(item.value))
      return [{ kind: kinds.B, shown: raw.match(/../g)?.join(":") ?? "", raw }]
    }
    case "BOOLEAN":
      return [item.value].flat().map((value) => ({
        kind: kinds.BOOLEAN,
        shown: value ? "1" : "0",
        raw: value ? "01" : "00"
      }))
    case "J":
    case "C2":
      return []
    default: {
      const values = typeof item.value === "object" ? Array.from<number | bigint>(item.value) : [item.value]
      const shown = values.map((value) => (Object.is(value, -0) ? "-0" : String(value)))
      return elements(item._tag, item.value).map((raw, i) => ({ kind: kinds[item._tag], shown: shown[i]!, raw }))
    }
  }
}

/** The whole reading of an item. Children first, without recursion on its depth. */
export const expected = (root: Item.Item): Tshark.Item => {
  const open: Array<{ readonly item: Item.Item; readonly items: Array<Tshark.Item> }> = [{ item: root, items: [] }]
  for (;;) {
    const { item, items } = open.at(-1)!
    if (item._tag === "L" && items.length < item.value.length) {
      open.push({ item: item.value[items.length]!, items: [] })
      continue
    }
    const values = item._tag === "L" ? [] : leafValues(item)
    const payload = item._tag === "L" ? items.map(({ raw }) => raw).join("") : values.map(({ raw }) => raw).join("")
    const length = item._tag === "L" ? items.length : payload.length / 2
    const lengthBytes = length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3
    const head = (item.format * 4 + lengthBytes).toString(16).padStart(2, "0")
    const raw = head + length.toString(16).padStart(lengthBytes * 2, "0") + payload
    const read = { format: item.format, lengthBytes, length, raw, values, items }
    open.pop()
    if (open.length === 0) return read
    open.at(-1)!.items.push(read)
  }
}

/** True where a number was printed from this value, which half a unit of its sixth or fifteenth digit decides. */
const isPrint = (shown: string, value: number, digits: number): boolean => {
  if (Number.isNaN(value)) return /^-?nan$/i.test(shown)
  if (!Number.isFinite(value)) return shown.toLowerCase() === (value > 0 ? "inf" : "-inf")
  if (value === 0) return shown === (Object.is(value, -0) ? "-0" : "0")
  // The print of the largest numbers is above them, and as a number infinite.
  if (Math.abs(value) > 1e300) return isPrint(shown.replace("e+30", "e+20"), value / 1e100, digits)
  const magnitude = Math.abs(value)
  const unit = 10 ** (Math.floor(Math.log10(magnitude)) - digits + 1)
  const tolerance = 0.5 * unit + 2 * Number.EPSILON * magnitude + Number.MIN_VALUE
  return Math.abs(Number(shown) - value) <= tolerance
}

/** Text whose print is the text itself. */
const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

const settledValue = (read: Tshark.Value, value: Tshark.Value | undefined): Tshark.Value => {
  if (value === undefined) return read
  const prints =
    read.kind === kinds.F4 || read.kind === kinds.F8
      ? isPrint(read.shown, Number(value.shown), read.kind === kinds.F4 ? 6 : 15)
      : read.kind === kinds.A
        ? !isPlain(value.shown)
        : read.kind === kinds.BOOLEAN && /^(true|false)$/i.test(read.shown)
          ? (read.shown.toLowerCase() === "true") === (value.shown === "1")
          : false
  return prints ? { ...read, shown: value.shown } : read
}

/**
 * A reading in the terms of what is expected, so that the two are equal where they say the same: floats are printed at 6
 * and 15 digits, and an `A` up to its first NUL, with a mark for every character that is not ASCII.
 */
export const settle = (read: Tshark.Item, item: Tshark.Item | undefined): Tshark.Item => ({
  ...read,
  values: read.values.map((value, i) => settledValue(value, item?.values[i])),
  items: read.items.map((child, i) => settle(child, item?.items[i]))
})

/** True where item and reading are the same. As texts, which is the fast way to compare half a million values. */
export const agrees = (read: Tshark.Item, item: Tshark.Item): boolean =>
  JSON.stringify(settle(read, item)) === JSON.stringify(item)
