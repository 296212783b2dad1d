/** The typed array of each format that has one. */
import { FormatCode } from "../../FormatCode.ts"
import type { LeafFormat } from "../../Layout.ts"

/** As far as all typed arrays agree. */
export interface ArrayConstructor {
  new (length: number): ArrayLike<number | bigint>
  from(values: ArrayLike<number | bigint>): ArrayLike<number | bigint>
  of(value: number | bigint): ArrayLike<number | bigint>
}

const table = {
  B: Uint8Array,
  U1: Uint8Array,
  U2: Uint16Array,
  U4: Uint32Array,
  U8: BigUint64Array,
  I1: Int8Array,
  I2: Int16Array,
  I4: Int32Array,
  I8: BigInt64Array,
  F4: Float32Array,
  F8: Float64Array
} as unknown as { readonly [F in LeafFormat]?: ArrayConstructor }

const byCode = new Map<number, ArrayConstructor>(
  Object.entries(table).map(([format, Ctor]) => [FormatCode[format as LeafFormat], Ctor])
)

/** The constructor of a format; `undefined` for text and booleans. */
export const arrayOf = (format: LeafFormat): ArrayConstructor | undefined => table[format]

/** The same by format code. */
export const arrayOfCode = (code: number): ArrayConstructor | undefined => byCode.get(code)
