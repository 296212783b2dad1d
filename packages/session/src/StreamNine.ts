/**
 * Stream 9: how equipment reports a message it cannot use. Pure.
 *
 * All have no W-bit and no reply, carry the header of the offending message, and are never sent in answer to stream 9.
 *
 * @see SEMI E5, stream 9
 * @since 0.1.0
 */
import { type HsmsHeader, length as headerLength, read, toBytes } from "@effect-secs/codec/HsmsHeader"
import { B } from "@effect-secs/codec/Item"
import { primary, type SecsMessage } from "@effect-secs/codec/SecsMessage"

/**
 * What equipment can find wrong, and the function that says so.
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
 * The header of our own message that a received report names (MHEAD); `undefined` where its text is not ten bytes or
 * the function carries none. S9F9 carries SHEAD, a header of its sender, which says nothing about ours.
 *
 * @since 0.1.0
 */
export const reportedHeader = (message: SecsMessage): HsmsHeader | undefined => {
  const { function: function_, item, stream } = message
  if (stream !== 9 || function_ > 11 || function_ === 9 || function_ % 2 === 0 || item?._tag !== "B") return undefined
  return item.value.length === headerLength ? read(item.value.slice(), 0) : undefined
}
