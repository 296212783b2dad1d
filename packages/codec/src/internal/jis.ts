/**
 * JIS X 0201, the eight-bit alphabet of `J`: ASCII with a yen sign and an overline, and half-width katakana.
 * Bytes the alphabet leaves undefined map to the same code point, so that nothing is lost.
 */

const yen = 0xa5
const overline = 0x203e
const katakanaOffset = 0xfec0

/** One character a byte, as read by latin-1, to text. */
export const jisToText = (latin1: string): string => {
  let out = ""
  for (let i = 0; i < latin1.length; i++) {
    const byte = latin1.charCodeAt(i)
    out += String.fromCharCode(
      byte === 0x5c ? yen : byte === 0x7e ? overline : byte >= 0xa1 && byte <= 0xdf ? byte + katakanaOffset : byte
    )
  }
  return out
}

/** The byte of a UTF-16 code unit, or -1. Backslash and tilde are taken as aliases of yen and overline. */
export const jisByte = (unit: number): number => {
  if (unit === yen) return 0x5c
  if (unit === overline) return 0x7e
  if (unit < 0xa1) return unit
  if (unit >= 0xff61 && unit <= 0xff9f) return unit - katakanaOffset
  if (unit >= 0xe0 && unit <= 0xff) return unit
  return -1
}
