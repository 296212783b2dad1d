/**
 * The item formats of SECS-II: one table that encoder, decoder, text forms and docs read. Pure.
 *
 * A format byte on the wire is `code << 2 | number of length bytes`. Codes are octal, as the standard writes them.
 *
 * @see SEMI E5, data items
 * @since 0.1.0
 */

/**
 * Format code of each mnemonic, six bits, octal.
 *
 * @since 0.1.0
 */
export const FormatCode = {
  L: 0o00,
  B: 0o10,
  BOOLEAN: 0o11,
  A: 0o20,
  J: 0o21,
  C2: 0o22,
  I8: 0o30,
  I1: 0o31,
  I2: 0o32,
  I4: 0o34,
  F8: 0o40,
  F4: 0o44,
  U8: 0o50,
  U1: 0o51,
  U2: 0o52,
  U4: 0o54
} as const

/**
 * The six-bit code of a format.
 *
 * @since 0.1.0
 */
export type FormatCode = (typeof FormatCode)[Format]

/**
 * The mnemonic of a format, as SML writes it.
 *
 * @since 0.1.0
 */
export type Format = keyof typeof FormatCode

/**
 * What one row of the table says about a format.
 *
 * @since 0.1.0
 */
export interface FormatInfo {
  readonly format: Format
  readonly code: FormatCode
  /** Bytes of one element; 1 for text, bytes and lists (a list counts items). */
  readonly elementSize: 1 | 2 | 4 | 8
  /** What one element is in JavaScript. */
  readonly element: "item" | "byte" | "boolean" | "character" | "number" | "bigint"
  /** Smallest and largest integer the format holds; absent for what is no integer. */
  readonly minimum?: number | bigint
  readonly maximum?: number | bigint
}

const row = (
  format: Format,
  elementSize: FormatInfo["elementSize"],
  element: FormatInfo["element"],
  minimum?: number | bigint,
  maximum?: number | bigint
): FormatInfo => ({
  format,
  code: FormatCode[format],
  elementSize,
  element,
  ...(minimum === undefined || maximum === undefined ? {} : { minimum, maximum })
})

/**
 * Every format, in the order of its code.
 *
 * @since 0.1.0
 */
export const formats: ReadonlyArray<FormatInfo> = [
  row("L", 1, "item"),
  row("B", 1, "byte", 0, 0xff),
  row("BOOLEAN", 1, "boolean"),
  row("A", 1, "character"),
  row("J", 1, "character"),
  row("C2", 1, "character"),
  row("I8", 8, "bigint", -(2n ** 63n), 2n ** 63n - 1n),
  row("I1", 1, "number", -0x80, 0x7f),
  row("I2", 2, "number", -0x8000, 0x7fff),
  row("I4", 4, "number", -0x8000_0000, 0x7fff_ffff),
  row("F8", 8, "number"),
  row("F4", 4, "number"),
  row("U8", 8, "bigint", 0n, 2n ** 64n - 1n),
  row("U1", 1, "number", 0, 0xff),
  row("U2", 2, "number", 0, 0xffff),
  row("U4", 4, "number", 0, 0xffff_ffff)
]

/**
 * The longest item: bytes of a value, or elements of a list (three length bytes).
 *
 * @since 0.1.0
 */
export const maxLength = 0xff_ffff

const byCode: ReadonlyArray<FormatInfo | undefined> = Array.from({ length: 64 }, (_, code) =>
  formats.find((info) => info.code === code)
)

/**
 * The row of a six-bit code, or `undefined` where the standard defines none.
 *
 * @since 0.1.0
 */
export const fromCode = (code: number): FormatInfo | undefined => byCode[code]

/**
 * The row of a mnemonic.
 *
 * @since 0.1.0
 */
export const info = (format: Format): FormatInfo => byCode[FormatCode[format]]!
