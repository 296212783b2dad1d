/**
 * The files that the examples of the command `secs` name.
 *
 * @since 0.1.0
 */
import { Hsms, Item, SecsMessage } from "@effect-secs/codec"
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

/** By path. */
export const exampleFiles: ReadonlyMap<string, Uint8Array> = new Map([
  ["capture.bin", Uint8Array.from(frames.flatMap((frame) => [...frame]))],
  ["messages.sml", encoder.encode(messages)],
  ["faulty.sml", encoder.encode(faulty)],
  ["katakana.sml", encoder.encode('S10F3 <L <B 0> <J "ｱｲｳ">>.\n')],
  ["library/messages.sml", encoder.encode(messages)],
  ["library/faulty.sml", encoder.encode(faulty)],
  ["dump.txt", encoder.encode("00000000: 0000 000a 0000 810d 0000 0000 0001       ..............\n")]
])
