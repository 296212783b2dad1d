/**
 * The files that the examples of the command `secs` name.
 *
 * @since 0.1.0
 */
import * as PcapWriter from "@effect-secs/cli/logs/PcapWriter"
import { Hsms, HsmsHeader, Item, SecsMessage } from "@effect-secs/codec"
import * as Result from "effect/Result"

const { A, L, U4 } = Item

const encoder = new TextEncoder()

const frames = [
  Hsms.selectReq(1),
  Hsms.selectRsp(Hsms.selectReq(1), 0),
  Hsms.data(0, SecsMessage.primary(1, 3, L(U4(1001))), 2),
  Hsms.data(0, SecsMessage.secondary(1, 4, L(A("IDLE"))), 2)
].map((message) => Result.getOrThrow(Hsms.encode(message)))

const messages = `// What a host asks first
S1F13 W <L>.
Status: 'S1F3' W
<L [2]
  <U4 1001>
  <U4 1002>
>.
`

const faulty = `S1F3 W <L [2] <U4 1001>>.
S2F13 W <L <U2 70000>>.
`

/** As an equipment wrote it; one number is damaged, one event is not answered. */
const equipmentLog = `2024-05-14 08:00:00,104 INFO  [12] - SECS. S1F13: 'S1F13' W /* Name=EstablishCommunications Header=[01 00 00 00] */
<L [2]
  <A [4] 'ETCH' > /* Name=MDLN */
  <A [3] '1.7' > /* Name=SOFTREV */
>
.
2024-05-14 08:00:00,131 INFO  [12] - SECS. S1F14: 'S1F14' /* Name= Header=[01 00 00 00] */
<L [2]
  <B [1] 00 > /* Name=COMMACK */
  <L [0]
  >
>
.
2024-05-14 08:00:05,010 INFO  [31] - Carrier A17 is at load port 1
2024-05-14 08:00:05,012 INFO  [31] - SECS. S6F11: 'S6F11' W /* Name=EventReport Header=[02 00 00 00] */
<L [3]
  <U4 [1] 12396 > /* DATAID */
  <U4 [1] 57 > /* Name=CEID Keyword=CarrierArrived */
  <L [0]
  >
>
.
2024-05-14 08:00:05,440 INFO  [33] - SECS. ERA: 'S6F12' /* Name=ERA Header=[02 00 00 00] */
<B [1] 00 >
.
2024-05-14 08:00:09,000 INFO  [31] - SECS. S6F11: 'S6F11' W /* Name=EventReport Header=[03 00 00 00] */
<L [3]
  <U4 [1] 1239x > /* DATAID */
  <U4 [1] 58 > /* Name=CEID Keyword=CarrierRead */
  <L [0]
  >
>
.
2024-05-14 08:01:10,000 INFO  [40] - SECS. S1F1: 'S1F1' W /* Header=[04 00 00 00] */
.
2024-05-14 08:01:10,012 INFO  [40] - SECS. S1F0: 'S1F0' /* Header=[04 00 00 00] */
.
`

/** An equipment with ways of its own: ids that are text, codes in U1, events without W, text in Shift_JIS. */
const quirkyLog = `2024-05-14 08:00:00.104 H->E S1F13 W <L>.
2024-05-14 08:00:00.131 H<-E S1F14 <L <U1 0> <L <A "ETCH"> <A "1.7">>>.
2024-05-14 08:00:05.012 H<-E S6F11 <L <U1 1> <A "57"> <L <L <A "3"> <L <F4 21.5>>>>>.
2024-05-14 08:00:07.012 H<-E S6F11 <L <U1 2> <A "58"> <L>>.
2024-05-14 08:00:09.012 H<-E S5F1 W <L <B 128> <U4 7> <A 0xB3 0xAA 0xCA>>.
2024-05-14 08:00:09.020 H->E S5F2 <B 0>.
`

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")

const [, , asks, answers] = frames

const trace = `10:15:00.000 TX: ${hex(asks!)}
10:15:00.031 RX: ${hex(answers!)}
`

/** Milliseconds since 1970 of 2024-05-14 08:00:00 UTC. */
const began = 1_715_673_600_000

/** A host that dials an equipment, asks twice and is told an error the third time. */
const capture = (): Uint8Array => {
  const writer = PcapWriter.make(undefined)
  const select = Hsms.selectReq(1)
  const asked = SecsMessage.primary(1, 3, L(U4(1001)))
  const replied = SecsMessage.secondary(1, 4, L(A("IDLE")))
  const unknown = SecsMessage.primary(64, 1)
  const error = SecsMessage.primary(9, 3, Item.B(HsmsHeader.toBytes(HsmsHeader.data(0, unknown, 4))))
  const said: ReadonlyArray<readonly [at: number, "sent" | "received", Hsms.HsmsMessage]> = [
    [0, "sent", select],
    [3, "received", Hsms.selectRsp(select, 0)],
    [100, "sent", Hsms.data(0, asked, 2)],
    [112.5, "received", Hsms.data(0, replied, 2)],
    [200, "sent", Hsms.data(0, asked, 3)],
    [231, "received", Hsms.data(0, replied, 3)],
    [300, "sent", Hsms.data(0, unknown, 4)],
    [304, "received", Hsms.data(0, error, 1)],
    [900, "sent", Hsms.separateReq(5)]
  ]
  const parts = said.flatMap(([at, direction, message]) =>
    writer.packets({
      direction,
      bytes: Result.getOrThrow(Hsms.encode(message)),
      at: began + at,
      connection: 0,
      peer: "192.0.2.10:5000"
    })
  )
  return Uint8Array.from([writer.header, ...parts].flatMap((part) => [...part]))
}

/** By path. */
export const exampleFiles: ReadonlyMap<string, Uint8Array> = new Map([
  ["capture.bin", Uint8Array.from(frames.flatMap((frame) => [...frame]))],
  ["equipment.log", encoder.encode(equipmentLog)],
  ["quirky.log", encoder.encode(quirkyLog)],
  ["capture.pcap", capture()],
  ["trace.txt", encoder.encode(trace)],
  ["messages.sml", encoder.encode(messages)],
  ["faulty.sml", encoder.encode(faulty)],
  ["katakana.sml", encoder.encode('S10F3 <L <B 0> <J "ｱｲｳ">>.\n')],
  ["library/messages.sml", encoder.encode(messages)],
  ["library/faulty.sml", encoder.encode(faulty)],
  ["dump.txt", encoder.encode("00000000: 0000 000a 0000 810d 0000 0000 0001       ..............\n")]
])
