/**
 * What kind of log some bytes begin. Pure.
 *
 * @since 0.1.0
 */
import * as CaptureLog from "./CaptureLog.ts"
import * as FrameLog from "./FrameLog.ts"
import * as HexLine from "./HexLine.ts"
import * as HexLog from "./HexLog.ts"
import * as JsonLog from "./JsonLog.ts"
import type { LogReader } from "./LogEvent.ts"
import * as Pcap from "./Pcap.ts"
import * as SmlLog from "./SmlLog.ts"
import * as TextInput from "../TextInput.ts"

/** @since 0.1.0 */
export type LogFormat = "sml" | "hex" | "pcap" | "json" | "frames"

/** @since 0.1.0 */
export const formats: ReadonlyArray<LogFormat> = ["sml", "hex", "pcap", "json", "frames"]

/** How many bytes `detect` wants to see, where there are so many. @since 0.1.0 */
export const enough = 64 * 1024

const header = /(?<![\w-])(["']?)S\d{1,3}F\d{1,3}\1(?![\w-])/i

/**
 * By the first bytes: a capture by its magic number, a file of frames by the header of the first, JSON by its first line,
 * any other text by what more of its lines are. Undefined where it is none of them.
 *
 * @since 0.1.0
 */
export const detect = (head: Uint8Array): LogFormat | undefined => {
  if (Pcap.isCapture(head)) return "pcap"
  if (FrameLog.begins(head)) return "frames"
  const text = TextInput.decode(head.subarray(0, enough))
  if (JsonLog.begins(text)) return "json"
  let headers = 0
  let dumped = 0
  for (const line of text.split(/\r?\n/)) {
    const read = HexLine.read(line)
    if (read._tag === "Offset" || read._tag === "Bytes") dumped += read.bytes.length
    // The bytes of a header on the wire.
    else if (header.test(line)) headers += 14
  }
  return headers === 0 && dumped === 0 ? undefined : headers > dumped ? "sml" : "hex"
}

/**
 * What a message looks like in a format, for those who have found none.
 *
 * @since 0.1.0
 */
export const messagesOf: { readonly [format in LogFormat]: string } = {
  sml: "SxFy with an item, a dot, or W, a label or a direction",
  hex: "HSMS messages in hex, with their length, or packets that carry them",
  pcap: "TCP connections that carry HSMS",
  json: "lines that secs send --json and secs listen --json print",
  frames: "HSMS messages one behind the other, with their length"
}

/**
 * The reader of a format. `port` is of use to captures alone.
 *
 * @since 0.1.0
 */
export const reader = (format: LogFormat, options: CaptureLog.CaptureLogOptions = {}): LogReader => {
  switch (format) {
    case "sml":
      return SmlLog.make()
    case "hex":
      return HexLog.make(options)
    case "pcap":
      return CaptureLog.make(options)
    case "json":
      return JsonLog.make()
    case "frames":
      return FrameLog.make()
  }
}
