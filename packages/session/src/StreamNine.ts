/**
 * Stream 9: how equipment reports a message it cannot use. Pure.
 *
 * All have no W-bit and no reply, and are never sent in answer to stream 9. All but S9F13 carry the header of the
 * offending message.
 *
 * @see SEMI E5, stream 9
 * @since 0.1.0
 */
import { type HsmsHeader, length as headerLength, read, toBytes } from "@effect-secs/codec/HsmsHeader"
import { A, B, type Item, L } from "@effect-secs/codec/Item"
import { primary, type SecsMessage } from "@effect-secs/codec/SecsMessage"

/**
 * What equipment can find wrong with a message, and the function that says so.
 *
 * @since 0.1.0
 */
export const functions = {
  UnrecognizedDeviceId: 1,
  UnrecognizedStream: 3,
  UnrecognizedFunction: 5,
  IllegalData: 7,
  TransactionTimeout: 9,
  DataTooLong: 11
} as const

/**
 * @since 0.1.0
 */
export type Fault = keyof typeof functions

/**
 * The report of a fault. `header` is that of the offending message received (MHEAD), or for `TransactionTimeout` that
 * of our own primary (SHEAD).
 *
 * @since 0.1.0
 */
export const report = (fault: Fault, header: HsmsHeader): SecsMessage =>
  primary(9, functions[fault], B(toBytes(header)))

/**
 * S9F13: the primary that had to follow in a conversation did not come. `expected` is its SxFy (MEXP, two digits each),
 * `edid` the id of what was expected.
 *
 * @example
 * StreamNine.conversationTimeout("S7F3", A("RCP-D")) // S9F13 <L [2] <A "S07F03"> <A "RCP-D">>
 *
 * @since 0.1.0
 */
export const conversationTimeout = (expected: string, edid: Item): SecsMessage =>
  primary(9, 13, L(A(expected.replace(/\d+/g, (digits) => digits.padStart(2, "0"))), edid))

/**
 * What a function of stream 9 reports, as the end of a sentence.
 *
 * @since 0.1.0
 */
export const meanings: { readonly [function_: number]: string } = {
  1: "an unrecognized device id",
  3: "an unrecognized stream",
  5: "an unrecognized function",
  7: "illegal data",
  9: "a reply that did not come in time",
  11: "data too long",
  13: "a conversation that did not go on"
}

/**
 * The header that a received report carries: MHEAD, a header of ours, or in S9F9 SHEAD, one of its sender. `undefined`
 * where its text is not ten bytes or the function carries none.
 *
 * @since 0.1.0
 */
export const carriedHeader = (message: SecsMessage): HsmsHeader | undefined => {
  const { function: function_, item, stream } = message
  if (stream !== 9 || function_ > 11 || function_ % 2 === 0 || item?._tag !== "B") return undefined
  return item.value.length === headerLength ? read(item.value.slice(), 0) : undefined
}

/**
 * The header of our own message that a received report names (MHEAD); `undefined` where its text is not ten bytes or
 * the function carries none. S9F9 carries SHEAD, a header of its sender, which says nothing about ours.
 *
 * @since 0.1.0
 */
export const reportedHeader = (message: SecsMessage): HsmsHeader | undefined =>
  message.function === 9 ? undefined : carriedHeader(message)
