/**
 * What `secs send` and `secs listen` have in common on the command line: role, device id, timers, TLS, replies, and
 * what is shown.
 *
 * What is the same every day has a form in the environment as well: `SECS_T3` for `--t3`. The command line wins.
 *
 * @since 0.1.0
 */
import type * as HsmsSession from "@effect-secs/session/HsmsSession"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import type * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Durations from "../Durations.ts"
import * as NamesFlags from "../names/NamesFlags.ts"
import * as SmlInput from "../messages/SmlInput.ts"

const words =
  <const Words extends ReadonlyArray<string>>(...known: Words) =>
  (text: string): Option.Option<Words[number]> =>
    known.includes(text) ? Option.some(text) : Option.none()

const integer =
  (minimum: number, maximum: number) =>
  (text: string): Option.Option<number> =>
    /^\d{1,9}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum
      ? Option.some(Number(text))
      : Option.none()

/** A flag with its form in the environment; undefined where neither is given. */
const setting = <A>(
  name: string,
  metavar: string,
  description: string,
  parse: (text: string) => Option.Option<A>,
  expected: string
): Flag.Flag<A | undefined> => {
  const variable = `SECS_${name.toUpperCase().replaceAll("-", "_")}`
  return Flag.String(name).pipe(
    Flag.withMetavar(metavar),
    Flag.withDescription(`${description} [${variable}]`),
    Flag.withFallbackConfig(Config.String(variable)),
    Flag.filterMap(parse, () => `${expected} (as the flag, or as ${variable})`),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  )
}

const duration = (name: string, description: string): Flag.Flag<Duration.Duration | undefined> =>
  setting(name, "TIME", description, Durations.parse, Durations.expected)

/** For what would be tried without a pause. */
const pause = (name: string, description: string): Flag.Flag<Duration.Duration | undefined> =>
  setting(name, "TIME", description, Durations.parsePositive, Durations.expectedPositive)

const path = (name: string, description: string): Flag.Flag<string | undefined> =>
  setting(name, "FILE", description, Option.some, "a file")

const toggle = (name: string, description: string): Flag.Flag<boolean> =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

/**
 * The flags. Help shows them in this order.
 *
 * @since 0.1.0
 */
export const flags = {
  role: setting(
    "role",
    "ROLE",
    "host or equipment: who this side is; equipment reports faults with stream 9",
    words("host", "equipment"),
    "host or equipment"
  ),
  device: setting(
    "device",
    "ID",
    "Device id (session id), 0 to 32767",
    integer(0, 32_767),
    "an integer from 0 to 32767"
  ).pipe(Flag.withAlias("session-id")),
  t3: duration("t3", "Reply timeout; 45s unless told"),
  t5: pause("t5", "Wait before connecting again; 10s unless told"),
  t6: duration("t6", "Control timeout; 5s unless told"),
  t7: duration("t7", "Longest connection without a session; 10s unless told"),
  t8: duration("t8", "Longest gap within a message; 5s unless told"),
  linktest: duration("linktest", "Silence after which the peer is probed, 0 for never; 30s unless told"),
  tls: toggle("tls", "TLS instead of plain TCP"),
  tlsCa: path("tls-ca", "PEM file of the CA that the peer's certificate has to come from"),
  tlsCert: path("tls-cert", "PEM file of this side's certificate"),
  tlsKey: path("tls-key", "PEM file of the certificate's key; its passphrase, if any, is in SECS_TLS_PASSPHRASE"),
  replies: Flag.String("replies").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("SML file of messages and rules that answer the peer's primaries; may be given again"),
    Flag.atLeast(0)
  ),
  owner: setting(
    "owner",
    "ROLE",
    "host or equipment: whose the files are that mark messages INPUT or OUTPUT; this side's unless told",
    words("host", "equipment"),
    "host or equipment"
  ),
  set: Flag.String("set").pipe(
    Flag.withMetavar("NAME=VALUE"),
    Flag.withDescription("Value of a slot in the files, as text, <SML> or [ARRAY]; may be given again"),
    Flag.atLeast(0)
  ),
  ...SmlInput.flags,
  record: Flag.String("record").pipe(
    Flag.withMetavar("FILE.pcap"),
    Flag.withDescription("Write what passes to a capture file, for secs log and Wireshark; of TLS what is in it"),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  ),
  ...NamesFlags.flags,
  json: toggle("json", "One JSON object a line"),
  quiet: toggle("quiet", "Only replies, and what goes wrong").pipe(Flag.withAlias("q")),
  trace: toggle("trace", "Control messages and states as well")
}

/**
 * What help says of the slots and the owners of files.
 *
 * @since 0.1.0
 */
export const slots: ReadonlyArray<string> = [
  "  Slots take their values from --set: LOTID=A12 (text or a number, as the slot has it),",
  "  'SV=<U4 1>' (an item), and within an open list an array, a value for each round:",
  `  'SVID=[1001, 1002]', 'SV=[<U4 1>, <A "x">]', 'VID=[[1, 2], [3]]' for a list within a list.`,
  "  What a file marks INPUT its owner receives, so it is left out; of the peer's file, said with",
  "  --owner, it is what this side sends, and OUTPUT is left out. H->E, H<-E and H<->E are said to",
  "  the reader: they leave nothing out, whoever the owner is."
]

/** What the flags of a command line say. */
export type Settings = {
  readonly [Name in keyof typeof flags]: (typeof flags)[Name] extends Flag.Flag<infer Value> ? Value : never
}

/**
 * Timers of the session, those that are given.
 *
 * @since 0.1.0
 */
export const timers = ({ linktest, t3, t5, t6, t7, t8 }: Settings): NonNullable<HsmsSession.Options["timers"]> => ({
  t3,
  t5,
  t6,
  t7,
  t8,
  linktest
})
