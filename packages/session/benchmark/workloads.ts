/**
 * What the ends of the bench say to each other: a primary and its secondary, as messages for the sessions and as the
 * same bytes for the plain sockets.
 */
import * as Hsms from "@effect-secs/codec/Hsms"
import * as HsmsHeader from "@effect-secs/codec/HsmsHeader"
import type { Item as AnyItem } from "@effect-secs/codec/Item"
import * as Item from "@effect-secs/codec/Item"
import * as SecsMessage from "@effect-secs/codec/SecsMessage"
import * as Result from "effect/Result"

export const sessionId = 10

export interface Workload {
  readonly primary: SecsMessage.SecsMessage
  /** The item of its secondary. `"echo"` stands for that of the primary. */
  readonly answer: AnyItem | undefined | "echo"
}

/** Ten values of ten formats. */
const values = (report: number): AnyItem =>
  Item.L(
    Item.A(`LOT-${report}-0042`),
    Item.U4(1_000_000 + report),
    Item.F8(23.5 + report),
    Item.I2(-7),
    Item.BOOLEAN(true),
    Item.U1(3),
    Item.F4(0.5),
    Item.U8(9_007_199_254_740_993n),
    Item.B(1, 2, 3, 4),
    Item.I4(-123_456)
  )

const eventReport = Item.L(
  Item.U4(1),
  Item.U4(7001),
  Item.L(...[1, 2, 3].map((report) => Item.L(Item.U4(report), values(report))))
)

export const workloads = {
  /** Are You There, and who is. */
  s1f1: {
    primary: SecsMessage.primary(1, 1),
    answer: Item.L(Item.A("EFFECT"), Item.A("1.0.0"))
  },
  /** An event report of 3 reports with 10 values each, and its acknowledge. */
  s6f11: { primary: SecsMessage.primary(6, 11, eventReport), answer: Item.B(0) },
  /** One MiB of binary, there and back. */
  echo1m: {
    primary: SecsMessage.primary(2, 25, Item.B(new Uint8Array(2 ** 20).map((_, at) => at & 0xff))),
    answer: "echo"
  }
} satisfies { readonly [name: string]: Workload }

export type WorkloadName = keyof typeof workloads

/** The whole secondary of a workload. */
export const secondary = ({ answer, primary }: Workload): SecsMessage.SecsMessage =>
  new SecsMessage.SecsMessage(primary.stream, primary.function + 1, false, answer === "echo" ? primary.item : answer)

/** A message as its session puts it on the wire. */
export const frame = (message: SecsMessage.SecsMessage): Uint8Array =>
  Result.getOrThrow(Hsms.encodeData(HsmsHeader.data(sessionId, message, 1), message.item))
