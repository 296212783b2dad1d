/**
 * Sequences of more than two bytes: which there are, and their order.
 */
export interface LongSequences {
  readonly size: 3 | 4
  /** How many there are for code points below U+10000. */
  readonly count: number
  /** The number of the one whose bytes stand at `at`, -1 where none does. */
  readonly indexAt: (bytes: Uint8Array, at: number) => number
  /** Its bytes as a big-endian integer. */
  readonly codeOf: (index: number) => number
  /** The number of the one for U+10000, from which on they follow the code points. */
  readonly astral: number
}

const isTrail = (byte: number): boolean => byte >= 0xa1 && byte <= 0xfe

/** JIS X 0212 in EUC: 8F, then A1 to FE twice. */
export const eucThree: LongSequences = {
  size: 3,
  count: 94 * 94,
  indexAt: (bytes, at) => {
    if (bytes[at] !== 0x8f || at + 2 >= bytes.length) return -1
    const row = bytes[at + 1]!
    const cell = bytes[at + 2]!
    return isTrail(row) && isTrail(cell) ? (row - 0xa1) * 94 + cell - 0xa1 : -1
  },
  codeOf: (index) => 0x8f_a1a1 + (Math.floor(index / 94) << 8) + (index % 94),
  astral: Infinity
}

const isLead = (byte: number): boolean => byte >= 0x81 && byte <= 0xfe

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

/** Four bytes of GB 18030: 81 to FE and 30 to 39 twice. */
export const gbFour: LongSequences = {
  size: 4,
  count: 39_420,
  indexAt: (bytes, at) => {
    if (at + 3 >= bytes.length) return -1
    const a = bytes[at]!
    const b = bytes[at + 1]!
    const c = bytes[at + 2]!
    const d = bytes[at + 3]!
    return isLead(a) && isDigit(b) && isLead(c) && isDigit(d)
      ? (((a - 0x81) * 10 + b - 0x30) * 126 + c - 0x81) * 10 + d - 0x30
      : -1
  },
  codeOf: (index) =>
    (0x8130_8130 +
      (Math.floor(index / 12_600) << 24) +
      ((Math.floor(index / 1260) % 10) << 16) +
      ((Math.floor(index / 10) % 126) << 8) +
      (index % 10)) >>>
    0,
  astral: 189_000
}
