/**
 * `secs quirks`
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
import * as LogFlags from "../logs/LogFlags.ts"
import * as LogPrefix from "../logs/LogPrefix.ts"
import * as Endpoint from "../talk/Endpoint.ts"
import { flags as session } from "../talk/SessionFlags.ts"

const sides = Object.keys(LogPrefix.opposite) as ReadonlyArray<LogPrefix.Side>

// A profile is JSON as it is, and what a session does is not what is printed.
const { json: _json, names: _names, profile: _profile, quiet: _quiet, trace: _trace, ...talking } = session

const config = {
  inputs: Argument.String("inputs").pipe(
    Argument.withMetavar("FILES|-|HOST:PORT"),
    Argument.withDescription(`${LogFlags.inputs}; or one peer to dial`),
    Argument.variadic({ min: 0 })
  ),
  listen: Flag.String("listen").pipe(
    Flag.withMetavar("HOST:PORT"),
    Flag.withDescription("Wait for a peer to dial, in place of reading files; :PORT for all addresses"),
    Flag.filterMap(
      (text) => Result.getSuccess(Endpoint.parse(text, 0)),
      () => "an address as :PORT, HOST:PORT or [IPv6]:PORT, with a port from 0 to 65535"
    ),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  ),
  output: Flag.String("output").pipe(
    Flag.withAlias("o"),
    Flag.withMetavar("FILE"),
    Flag.withDescription("Where to write the profile; standard output unless told"),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  ),
  name: Flag.String("name").pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription("Which equipment it is, for the profile's name"),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  ),
  from: Flag.Literals("from", sides).pipe(
    Flag.withDescription("Of files, only what this side sent, where they tell; both sides unless told"),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  ),
  ...LogFlags.flags,
  for: Flag.String("for").pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription("How long to look at a live session; 60s unless told"),
    Flag.filterMap(Durations.parsePositive, () => Durations.expectedPositive),
    Flag.withDefault(Duration.seconds(60))
  ),
  send: Flag.String("send").pipe(
    Flag.withMetavar("MESSAGE"),
    Flag.withDescription(
      "What to send to a peer that is dialled, as of secs send; S1F1 W unless told; may be given again"
    ),
    Flag.atLeast(0)
  ),
  ...talking
}

/** What the command line says. */
export type Input = Command.Command.Config.Infer<typeof config>

export const quirks = Command.make("quirks", config, (input) =>
  Effect.flatMap(
    Effect.promise(() => import("../quirks/QuirksCommand.ts")),
    ({ run }) => run(input)
  )
).pipe(
  Command.withDescription(
    [
      "Finds what an equipment does otherwise than SEMI E5, and prints it as a quirk profile.",
      "",
      "  An item that always has one format, and not the one its definition writes, gets that format;",
      "  a primary that never has the W-bit its definition requires, or always has one it forbids,",
      "  its own rule; text above 7F its encoding, where only one of the field's fits. What varies is",
      "  left out. Standard error says, a line each, what all of that rests on. The profile is for",
      "  --profile of secs log, decode, send and listen, and for sessions of a program.",
      "",
      "  Files are read as by secs log. With an address in their place it dials, as host unless",
      "  --role says otherwise, sends --send, answers as secs send does, and looks at what the peer",
      "  sends; with --listen it waits to be dialled. ^C ends it before its time, with a profile.",
      "",
      "  Exit codes: 0 for a profile, be it empty; 1 when a part of a log cannot be read or a session",
      "  fails, with a profile of the rest; 2 for a wrong command line; 3 when there is no message;",
      "  130 after ^C."
    ].join("\n")
  ),
  Command.withShortDescription("Finds what an equipment does otherwise than the standard, as a profile."),
  Command.withExamples([
    { command: "secs quirks --name ETCH-7 quirky.log", description: "a profile from a log" },
    { command: "secs quirks --from equipment quirky.log", description: "of what the equipment sent alone" },
    {
      command: "secs quirks 192.0.2.10:5000 --send 'S1F13 W <L>.' --for 10m --output etch7.json",
      description: "from ten minutes with an equipment"
    },
    { command: "secs quirks --listen :5000 --for 1h --output etch7.json", description: "from one that dials its host" }
  ])
)
