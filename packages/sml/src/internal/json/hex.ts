/**
 * Bytes as text, two lower-case hex digits each.
 */
const digits: ReadonlyArray<string> = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

export const toHex = (bytes: { readonly [index: number]: number; readonly length: number }): string => {
  let out = ""
  for (let at = 0; at < bytes.length; at++) out += digits[bytes[at]!]
  return out
}

const value = (unit: number): number => {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30
  const letter = unit | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** The bytes, or the index of the character that is no hex digit, or stands alone at the end. */
export const fromHex = (text: string): Uint8Array | number => {
  const out = new Uint8Array(text.length >>> 1)
  for (let at = 0; at < text.length; at++) {
    const digit = value(text.charCodeAt(at))
    if (digit < 0 || at === out.length * 2) return at
    out[at >>> 1] = (out[at >>> 1]! << 4) | digit
  }
  return out
}
