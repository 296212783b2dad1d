/**
 * Floats to text: the fewest digits that mean the same number at its width.
 */

const smallestNormal = 2 ** -126

/** Below this all integers are single-precision numbers, so none has fewer digits than its own. */
const everyInteger = 2 ** 24

/** Decimal places that are tried by multiplication. To here the product of 24 bits and a power of ten is exact. */
const mostPlaces = 8

const powers = Array.from({ length: mostPlaces + 1 }, (_, places) => 10 ** places)

/** 0.1, not 0.10000000149011612. */
export const f4Text = (value: number): string => {
  const magnitude = Math.abs(value)
  if (value === 0) return Object.is(value, -0) ? "-0" : "0"
  if (!(magnitude < Infinity)) return String(value)
  if (magnitude < everyInteger && Number.isInteger(value)) return String(value)
  if (magnitude < everyInteger && magnitude >= 1e-3) {
    for (let places = 1; places <= mostPlaces; places++) {
      const near = Math.round(value * powers[places]!) / powers[places]!
      if (Math.fround(near) === value) return String(near)
    }
  }
  // A normal number has room for every text of six digits, so that none is missed by starting there.
  for (let digits = magnitude < smallestNormal ? 1 : 6; digits < 9; digits++) {
    const near = Number(value.toPrecision(digits))
    if (Math.fround(near) === value) return String(near)
  }
  // A power of two has more room above than below: three of them have eight digits there, and nine at their nearest.
  const above = Number((value * (1 + 2 ** -25)).toPrecision(8))
  return String(Math.fround(above) === value ? above : Number(value.toPrecision(9)))
}

export const f8Text = (value: number): string => (Object.is(value, -0) ? "-0" : String(value))

/** The same number without an exponent: `1e-7` as `0.0000001`. */
export const withoutExponent = (text: string): string => {
  const at = text.indexOf("e")
  if (at < 0) return text
  const exponent = Number(text.slice(at + 1))
  const sign = text.startsWith("-") ? "-" : ""
  const [whole, fraction = ""] = text.slice(sign.length, at).split(".") as [string, string?]
  const digits = whole + fraction
  return exponent < 0
    ? `${sign}0.${"0".repeat(-exponent - whole.length)}${digits}`
    : `${sign}${digits}${"0".repeat(exponent - fraction.length)}`
}

// NaN has a text only where its bits are the standard's.
const standardF4 = 0x7fc0_0000
const standardF8 = 0x7ff8_0000_0000_0000n

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** The bits of a NaN that a text would lose, in hex; undefined for the NaN of the standard. */
export const nanBits = (values: Float32Array | Float64Array, index: number): string | undefined => {
  const at = values.byteOffset + index * values.BYTES_PER_ELEMENT
  const view = new DataView(values.buffer, at, values.BYTES_PER_ELEMENT)
  if (values instanceof Float32Array) {
    const bits = view.getUint32(0, littleEndian)
    return bits === standardF4 ? undefined : bits.toString(16).toUpperCase().padStart(8, "0")
  }
  const bits = view.getBigUint64(0, littleEndian)
  return bits === standardF8 ? undefined : bits.toString(16).toUpperCase().padStart(16, "0")
}
