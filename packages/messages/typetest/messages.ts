/**
 * What definitions take and give, by type. Compiled, never run: a line that must not compile says so.
 */
import { Item, Registry, StreamFunction, Structure } from "@effect-secs/codec"
import {
  Alternates,
  Catalogue,
  DataItems,
  Parts,
  S1,
  S2,
  S3,
  S5,
  type S6,
  S7,
  type S9,
  type S16
} from "@effect-secs/messages"
import { S2F41 } from "@effect-secs/messages/S2"

/** Compiles where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_: Same<A, B>): void => {}

/** What a typed call looks like. */
declare const call: <T, R>(definition: StreamFunction.Primary<T, R>, body: NoInfer<T>) => R

// A command and its reply.
const { hcack, parameters } = call(S2F41, { rcmd: "START", parameters: [] })
same<typeof hcack, number>(true)
same<typeof parameters, ReadonlyArray<{ readonly cpname: string | number | bigint; readonly cpack: number }>>(true)
call(S2F41, { rcmd: "START", parameters: [{ cpname: "LOTID", cpval: Item.A("LOT-4711") }] })
call(S2F41, { rcmd: 1, parameters: [] })

// @ts-expect-error RCMD is a text or a number
call(S2F41, { rcmd: true, parameters: [] })
// @ts-expect-error no such member
call(S2F41, { rcmd: "START", params: [] })
// @ts-expect-error a member is missing
call(S2F41, { rcmd: "START" })
// @ts-expect-error the value of a parameter is an item, as its format says something
call(S2F41, { rcmd: "START", parameters: [{ cpname: "LOTID", cpval: "LOT-4711" }] })
// @ts-expect-error a member too many
call(S2F41, { rcmd: "START", parameters: [], dataid: 1 })
// @ts-expect-error S2F42 is a secondary
call(S2.S2F42, { hcack: 0, parameters: [] })

same<StreamFunction.ReplyBody<typeof S2F41>, StreamFunction.Body<typeof S2.S2F42>>(true)
same<
  StreamFunction.Body<typeof S2.S2F42>,
  {
    readonly hcack: number
    readonly parameters: ReadonlyArray<{ readonly cpname: string | number | bigint; readonly cpack: number }>
  }
>(true)

// A header only, and a body by sender.
const online = call(S1.S1F1, undefined)
same<typeof online, { readonly mdln: string; readonly softrev: string } | undefined>(true)
// @ts-expect-error S1F1 is a header only
call(S1.S1F1, {})
const established = call(S1.S1F13, undefined)
same<typeof established.commack, number>(true)
same<(typeof established)["equipment"], { readonly mdln: string; readonly softrev: string } | undefined>(true)

// Events.
same<
  StreamFunction.Body<typeof S6.S6F11>,
  {
    readonly dataid: string | number | bigint
    readonly ceid: string | number | bigint
    readonly reports: ReadonlyArray<{
      readonly rptid: string | number | bigint
      readonly values: ReadonlyArray<Item.Item>
    }>
  }
>(true)
same<StreamFunction.ReplyBody<typeof S6.S6F11>, number>(true)

// A body that is one data item, vectors, options, choices.
call(S5.S5F5, [1, 2, 3])
call(S5.S5F5, [])
// @ts-expect-error alarms are numbers
call(S5.S5F5, ["1"])
const program = call(S7.S7F5, "RECIPE-1")
same<typeof program, { readonly ppid: string | Uint8Array; readonly ppbody: Item.Item } | undefined>(true)
const job: StreamFunction.Body<typeof S16.S16F11> = {
  dataid: 0,
  prjobid: "PJ-1",
  mf: DataItems.MF.codes.Carriers,
  materials: [{ carrierid: "C-1", slotids: [1, 2] }],
  recipe: { prrecipemethod: 1, rcpspec: "R", parameters: [] },
  prprocessstart: true,
  prpauseevent: Item.L()
}
export const withMaterials: StreamFunction.Body<typeof S16.S16F11> = { ...job, materials: ["LOT-4711"] }
// @ts-expect-error neither a carrier nor a material
export const withNumbers: StreamFunction.Body<typeof S16.S16F11> = { ...job, materials: [1] }
same<StreamFunction.Body<typeof S9.S9F1>, Uint8Array>(true)

// A message without reply.
same<StreamFunction.ReplyBody<typeof S9.S9F1>, never>(true)

// Values by name.
same<typeof DataItems.HCACK.codes.CannotPerformNow, 2>(true)
same<typeof DataItems.ACKA.codes.Success, true>(true)
same<typeof DataItems.PRCMDNAME.codes.Abort, "ABORT">(true)
// @ts-expect-error no such value
export const noSuchValue = DataItems.HCACK.codes.Maybe

// Other layouts.
call(Alternates.S3F27, [{ ptn: 1, accessmode: DataItems.ACCESSMODE.codes.Automatic }])
// @ts-expect-error the layout of the standard is another
call(S3.S3F27, [{ ptn: 1, accessmode: 1 }])

// Messages of one's own, of data items of the standard.
const Pong = StreamFunction.secondary({ stream: 64, function: 2, name: "Pong", structure: DataItems.COMMACK })
const Ping = StreamFunction.primary({
  stream: 64,
  function: 1,
  name: "Ping",
  structure: Structure.listOf(Parts.Report),
  reply: Pong
})
same<ReturnType<typeof call<StreamFunction.Body<typeof Ping>, StreamFunction.ReplyBody<typeof Ping>>>, number>(true)
export const registry: Registry.Registry = Registry.merge(Catalogue.registry, Registry.make([Ping, Pong]))
