/**
 * What commands that read logs are told about them.
 *
 * @since 0.1.0
 */
import * as Flag from "effect/cli/Flag"
import * as LogFormat from "./LogFormat.ts"

/**
 * What the arguments may be.
 *
 * @since 0.1.0
 */
export const inputs =
  "Logs with SML, hex dumps, pcap and pcapng files, JSON of secs send and secs listen, files of HSMS frames, or - for standard input"

/**
 * @since 0.1.0
 */
export const flags = {
  format: Flag.Literals("format", LogFormat.formats).pipe(
    Flag.withDescription("What the files are; detected unless told"),
    Flag.optional
  ),
  port: Flag.Int("port").pipe(
    Flag.withDescription("Of captures, only connections with this port; else every connection that carries HSMS"),
    Flag.filter(
      (port) => port > 0 && port < 65_536,
      () => "a port from 1 to 65535"
    ),
    Flag.optional
  )
}
