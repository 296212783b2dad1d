/**
 * `secs send`
 *
 * @since 0.1.0
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Durations from "../Durations.ts"
import * as Endpoint from "../talk/Endpoint.ts"
import * as Pace from "../talk/Pace.ts"
import { flags, slots } from "../talk/SessionFlags.ts"

const count = (name: string, description: string) =>
  Flag.Int(name).pipe(
    Flag.withMetavar("N"),
    Flag.withDescription(description),
    Flag.filterMap(
      (value) => (value >= 1 && value <= 1e9 ? Option.some(value) : Option.none()),
      () => "a whole number from 1 on"
    ),
    Flag.withDefault(1)
  )

const address = Argument.String("HOST:PORT").pipe(
  Argument.withDescription("The peer, which listens"),
  Argument.filterMap(
    (text) => Option.filter(Result.getSuccess(Endpoint.parse(text, 1)), ({ host }) => host !== undefined),
    () => "an address as HOST:PORT or [IPv6]:PORT, with a port from 1 to 65535"
  )
)

const config = {
  address,
  messages: Argument.String("MESSAGE").pipe(
    Argument.withDescription("A message as SML, a file of messages, a folder of files, or - for standard input"),
    Argument.variadic({ min: 1 })
  ),
  message: Flag.String("message").pipe(
    Flag.withAlias("m"),
    Flag.withMetavar("NAME"),
    Flag.withDescription("Only this message of the files, by name or as SxFy; may be given again, and sets the order"),
    Flag.atLeast(0)
  ),
  repeat: count("repeat", "How often all messages are sent; once unless told").pipe(Flag.withAlias("n")),
  rate: Flag.String("rate").pipe(
    Flag.withMetavar("N/s"),
    Flag.withDescription("Messages per second (or /min, /h); each waits for the reply before it unless told"),
    Flag.filterMap(
      (text) => Result.getSuccess(Pace.parse(text)),
      () => "a number of messages per second, above 0 and at most 1000000: 10/s, 0.5/s, 90/min"
    ),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  ),
  open: count("open", "Messages that may wait for their replies at a time; 1 unless told"),
  wait: Flag.String("wait").pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription("How long to stay, after the last reply, for what the peer sends"),
    Flag.filterMap(Durations.parse, () => Durations.expected),
    Flag.withDefault(Duration.zero)
  ),
  connectTimeout: Flag.String("connect-timeout").pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription("Longest wait for TCP to connect; 10s unless told"),
    Flag.filterMap(Durations.parsePositive, () => Durations.expectedPositive),
    Flag.withDefault(Duration.seconds(10))
  ),
  keepGoing: Flag.Boolean("keep-going").pipe(
    Flag.withAlias("k"),
    Flag.withDescription("Send the next message although one failed"),
    Flag.withDefault(false)
  ),
  retry: Flag.Boolean("retry").pipe(
    Flag.withDescription("Keep trying to connect, every T5, in place of giving up"),
    Flag.withDefault(false)
  ),
  summary: Flag.Boolean("summary").pipe(
    Flag.withDescription("Only how many replies came, and how fast"),
    Flag.withDefault(false)
  ),
  ...flags
}

export type Input = Command.Command.Config.Infer<typeof config>

export const send = Command.make("send", config, (input) =>
  Effect.flatMap(
    Effect.promise(() => import("../talk/SendCommand.ts")),
    ({ run }) => run(input)
  )
).pipe(
  Command.withDescription(
    [
      "Dials a peer, selects, sends messages and prints the replies.",
      "",
      "  Primaries go out in the order they are written, each when the one before has its reply;",
      "  secondaries of a file answer the peer. What is printed is SML again, with times in comments.",
      "  Primaries of the peer are answered from --replies (as by secs listen), else with an",
      "  acknowledgement where the standard has one, else with SxF0. The role is host unless told.",
      "",
      ...slots,
      "",
      "  Exit codes: 0 when every message that asks for a reply has one; 1 for the first that has",
      "  none (T3, SxF0, stream 9, Reject.req), and when there is no connection; 2 for a wrong",
      "  command line; 130 after ^C. However it ends, the session is separated."
    ].join("\n")
  ),
  Command.withShortDescription("Sends messages to a peer that listens, and prints the replies."),
  Command.withExamples([
    { command: "secs send 192.0.2.10:5000 'S1F1 W.'", description: "Ask an equipment who it is" },
    {
      command: "secs send 192.0.2.10:5000 'S1F13 W <L>.' setup.sml --wait 10m",
      description: "Establish communication, define reports from a file, and watch events for ten minutes"
    },
    {
      command: "secs send 192.0.2.10:5000 host.sml -m startLot --set LOTID=A123 --set PPID=ETCH",
      description: "Send one template of a file, its slots filled"
    },
    {
      command: "secs send 192.0.2.10:5000 'S1F3 W <L [n] <U4 SVID>>.' --set 'SVID=[1001, 1002]'",
      description: "Fill an open list: a value for each round"
    },
    {
      command: "secs send 192.0.2.10:5000 'S1F1 W.' --repeat 1000 --rate 50/s --summary",
      description: "Measure reply times"
    },
    {
      command: "secs send 127.0.0.1:5000 'S6F11 W <L <U4 1> <U4 100> <L>>.' --role equipment",
      description: "Play an equipment that dials its host"
    }
  ])
)
