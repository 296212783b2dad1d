/**
 * What the compiler knows of structures and definitions. Compiled, never run: a line that must not compile says so.
 */
import { Item, StreamFunction, Structure } from "@effect-secs/codec"
import * as Schema from "effect/Schema"

/** Compiles where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_: Same<A, B>): void => {}

// --- values of structures ------------------------------------------------------------------------------------------

same<typeof Structure.U4.Type, number>(true)
same<typeof Structure.U8.Type, bigint>(true)

const ids = Structure.value(["U4", "U8", "A"])
same<typeof ids.Type, number | bigint | string>(true)

const code = Structure.value(["B", "U1"])
same<typeof code.Type, number>(true)

const program = Structure.value(["B", "A"])
same<typeof program.Type, Uint8Array | string>(true)

const vector = Structure.vector("U4")
same<typeof vector.Type, Item.ReadonlyTypedArray<number, Uint32Array>>(true)

const mixed = Structure.vector(["U2", "U8"])
same<typeof mixed.Type, ReadonlyArray<number | bigint>>(true)

const HCACK = Structure.enumeration("B", { Accepted: 0, Denied: [1, "denied, try again"] })
same<typeof HCACK.Type, number>(true)
same<typeof HCACK.codes.Denied, 1>(true)
// @ts-expect-error no such code
export const noSuchCode = HCACK.codes.Denid

const Switch = Structure.enumeration("U1", { Off: 0, On: 1 }, { closed: true })
same<typeof Switch.Type, 0 | 1>(true)

const list = Structure.list({
  id: Structure.U4,
  unit: Structure.optional(Structure.A),
  values: Structure.listOf(Structure.item),
  note: Structure.tail(Structure.A)
})
same<
  typeof list.Type,
  {
    readonly id: number
    readonly values: ReadonlyArray<Item.Item>
    readonly unit?: string | undefined
    readonly note?: string | undefined
  }
>(true)

// --- Schemas of the user -------------------------------------------------------------------------------------------

const Ceid = Structure.value(["U4", "A"]).pipe(Schema.brand("CEID"))
const branded = Structure.list({ ceid: Ceid })
same<typeof branded.Type, { readonly ceid: typeof Ceid.Type }>(true)

class Point extends Schema.Class<Point>("Point")({ x: Schema.Number, y: Schema.Number }) {}
const points = Structure.listOf(Structure.list({ x: Structure.F8, y: Structure.F8 }).pipe(Schema.decodeTo(Point)))
same<typeof points.Type, ReadonlyArray<Point>>(true)

// @ts-expect-error a Schema that reads no item
export const noStructure = Structure.listOf(Schema.String)

// @ts-expect-error no format of SECS-II
export const noFormat = Structure.value("U16")

// --- definitions ---------------------------------------------------------------------------------------------------

const S64F2 = StreamFunction.secondary({ stream: 64, function: 2, name: "Pong", structure: HCACK })
const S64F1 = StreamFunction.primary({ stream: 64, function: 1, name: "Ping", structure: list, reply: S64F2 })
same<StreamFunction.Body<typeof S64F1>, typeof list.Type>(true)
same<StreamFunction.ReplyBody<typeof S64F1>, number>(true)

const headerOnly = StreamFunction.primary({ stream: 64, function: 3, name: "Header only" })
same<StreamFunction.Body<typeof headerOnly>, undefined>(true)

const bySender = StreamFunction.secondary({
  stream: 64,
  function: 6,
  name: "By sender",
  structure: { host: Structure.nothing, equipment: Structure.list({ mdln: Structure.A }) }
})
same<StreamFunction.Body<typeof bySender>, undefined | { readonly mdln: string }>(true)

export const right = StreamFunction.toMessage(S64F1, { id: 1, values: [Item.A("x")], note: "n" })

// @ts-expect-error a member that is missing
export const missing = StreamFunction.toMessage(S64F1, { id: 1 })

// @ts-expect-error a member that is not there
export const excess = StreamFunction.toMessage(S64F1, { id: 1, values: [], nota: "n" })

// @ts-expect-error a member of another type
export const wrong = StreamFunction.toMessage(S64F1, { id: "1", values: [] })

// @ts-expect-error a primary is no reply
export const noReply = StreamFunction.primary({ stream: 64, function: 1, name: "Ping", reply: S64F1 })

const wide = Structure.enumeration(["U4", "U8"], { None: 0 })
same<typeof wide.Type, number | bigint>(true)
