/**
 * The same conversations twice: typed by definitions, and with items that are made and taken apart by hand. Both begin
 * and end with a value.
 */
import * as Item from "@effect-secs/codec/Item"
import * as SecsMessage from "@effect-secs/codec/SecsMessage"
import * as StreamFunction from "@effect-secs/codec/StreamFunction"
import * as Structure from "@effect-secs/codec/Structure"
import * as Handlers from "@effect-secs/session/Handlers"
import * as Session from "@effect-secs/session/Session"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { WorkloadName } from "./workloads.ts"

const { A, B, F8, U4, list, listOf } = Structure

// --- definitions ---------------------------------------------------------------------------------------------------

const S1F2 = StreamFunction.secondary({
  stream: 1,
  function: 2,
  name: "On Line Data",
  structure: list({ mdln: A, softrev: A }, (mdln, softrev) => ({ mdln, softrev }))
})
const S1F1 = StreamFunction.primary({ stream: 1, function: 1, name: "Are You There", reply: S1F2 })

const Values = list(
  { lot: A, wafer: U4, temperature: F8, pressure: F8, recipe: A, step: U4, flow: F8, name: A },
  (lot, wafer, temperature, pressure, recipe, step, flow, name) => ({
    lot,
    wafer,
    temperature,
    pressure,
    recipe,
    step,
    flow,
    name
  })
)
const Report = list({ rptid: U4, values: Values }, (rptid, values) => ({ rptid, values }))
const S6F12 = StreamFunction.secondary({ stream: 6, function: 12, name: "Event Report Acknowledge", structure: B })
const S6F11 = StreamFunction.primary({
  stream: 6,
  function: 11,
  name: "Event Report Send",
  structure: list({ dataid: U4, ceid: U4, reports: listOf(Report) }, (dataid, ceid, reports) => ({
    dataid,
    ceid,
    reports
  })),
  reply: S6F12
})

type Who = StreamFunction.Body<typeof S1F2>
type Event = StreamFunction.Body<typeof S6F11>

const event: Event = {
  dataid: 1,
  ceid: 7001,
  reports: [1, 2, 3].map((rptid) => ({
    rptid,
    values: {
      lot: `LOT-${rptid}-0042`,
      wafer: 1_000_000 + rptid,
      temperature: 23.5 + rptid,
      pressure: 0.25,
      recipe: "ETCH-07",
      step: 4,
      flow: 12.125,
      name: "chamber A"
    }
  }))
}
const who: Who = { mdln: "EFFECT", softrev: "1.0.0" }

// --- by hand -------------------------------------------------------------------------------------------------------

const itemOfEvent = ({ ceid, dataid, reports }: Event): Item.Item =>
  Item.L(
    Item.U4(dataid),
    Item.U4(ceid),
    Item.L(
      reports.map(({ rptid, values: v }) =>
        Item.L(
          Item.U4(rptid),
          Item.L(
            Item.A(v.lot),
            Item.U4(v.wafer),
            Item.F8(v.temperature),
            Item.F8(v.pressure),
            Item.A(v.recipe),
            Item.U4(v.step),
            Item.F8(v.flow),
            Item.A(v.name)
          )
        )
      )
    )
  )

const items = (item: Item.Item | undefined): ReadonlyArray<Item.Item> => {
  if (item?._tag !== "L") throw new Error("no list")
  return item.value
}
const text = (item: Item.Item | undefined): string => {
  if (item?._tag !== "A") throw new Error("no text")
  return item.value
}
const number = (item: Item.Item | undefined, tag: "U4" | "F8"): number => {
  if (item?._tag !== tag || typeof item.value !== "number") throw new Error("no number")
  return item.value
}

const eventOfItem = (item: Item.Item | undefined): Event => {
  const [dataid, ceid, reports] = items(item)
  return {
    dataid: number(dataid, "U4"),
    ceid: number(ceid, "U4"),
    reports: items(reports).map((report) => {
      const [rptid, values] = items(report)
      const [lot, wafer, temperature, pressure, recipe, step, flow, name] = items(values)
      return {
        rptid: number(rptid, "U4"),
        values: {
          lot: text(lot),
          wafer: number(wafer, "U4"),
          temperature: number(temperature, "F8"),
          pressure: number(pressure, "F8"),
          recipe: text(recipe),
          step: number(step, "U4"),
          flow: number(flow, "F8"),
          name: text(name)
        }
      }
    })
  }
}

// --- both ends -----------------------------------------------------------------------------------------------------

/** One transaction, from a value to a value. */
export const transactions: {
  readonly [kind in "typed" | "byhand"]: {
    readonly [name in WorkloadName]?: (session: Session.Service) => Effect.Effect<unknown, unknown>
  }
} = {
  typed: {
    s1f1: (session) => session.call(S1F1),
    s6f11: (session) => session.call(S6F11, event)
  },
  byhand: {
    s1f1: (session) =>
      Effect.flatMap(session.request(SecsMessage.primary(1, 1)), ({ item }) => {
        const [mdln, softrev] = items(item)
        return Effect.succeed({ mdln: text(mdln), softrev: text(softrev) })
      }),
    s6f11: (session) =>
      Effect.flatMap(session.request(SecsMessage.primary(6, 11, itemOfEvent(event))), ({ item }) =>
        Effect.succeed(item === undefined ? 0 : Result.getOrThrow(Item.asBytes(item))[0])
      )
  }
}

const acknowledge = ({ reports }: Event): number => (reports.length === 3 ? 0 : 1)

/** Answers both. */
export const serving: { readonly [kind in "typed" | "byhand"]: Effect.Effect<void, never, Session.Session> } = {
  typed: Handlers.serve(
    Handlers.make(
      Handlers.handle(S1F1, () => Effect.succeed(who)),
      Handlers.handle(S6F11, (body) => Effect.succeed(acknowledge(body)))
    )
  ),
  byhand: Session.serve((primary) =>
    primary.message.stream === 1
      ? primary.reply(Item.L(Item.A(who.mdln), Item.A(who.softrev)))
      : primary.reply(Item.B(acknowledge(eventOfItem(primary.message.item))))
  )
}
