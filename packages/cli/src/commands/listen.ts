/**
 * `secs listen`
 *
 * @since 0.1.0
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Endpoint from "../talk/Endpoint.ts"
import { flags, slots } from "../talk/SessionFlags.ts"

const config = {
  address: Argument.String("HOST:PORT").pipe(
    Argument.withDescription("Where to listen; :PORT for all addresses of this machine, port 0 for any that is free"),
    Argument.filterMap(
      (text) => Result.getSuccess(Endpoint.parse(text, 0)),
      () => "an address as :PORT, HOST:PORT or [IPv6]:PORT, with a port from 0 to 65535"
    )
  ),
  peers: Flag.Int("peers").pipe(
    Flag.withMetavar("N"),
    Flag.withDescription("Peers that may be connected at a time, each with a session of its own; 1 unless told"),
    Flag.filterMap(
      (value) => (value >= 1 && value <= 65_536 ? Option.some(value) : Option.none()),
      () => "a whole number from 1 to 65536"
    ),
    Flag.withDefault(1)
  ),
  once: Flag.Boolean("once").pipe(
    Flag.withDescription("End when the first peer has left: 0 when it separated, 1 when the connection was lost"),
    Flag.withDefault(false)
  ),
  ...flags
}

export type Input = Command.Command.Config.Infer<typeof config>

export const listen = Command.make("listen", config, (input) =>
  Effect.flatMap(
    Effect.promise(() => import("../talk/ListenCommand.ts")),
    ({ run }) => run(input)
  )
).pipe(
  Command.withDescription(
    [
      "Waits for a peer to dial and select, prints all that it sends, and answers.",
      "",
      "  A primary SxFy is answered by the first rule of --replies that it fits, as in",
      "  `if (s1f3 (2)==<U4 1001>) temperature.`, else by their first message SxF(y+1) that no",
      "  condition is put on, else with an acknowledgement where the standard has one, else with SxF0,",
      "  which equipment explains with S9F3 or S9F5. `every 5 send poll.` sends a message every 5",
      "  seconds while a peer is selected. docs/guides/simulator.md has all of it, with an example.",
      "  The role is equipment unless told; any device id is taken unless --device says one.",
      "",
      ...slots,
      "",
      "  Runs until ^C, which separates and ends with exit code 130. Other exit codes: 1 when the",
      "  port cannot be had or a file is no SML, 2 for a wrong command line."
    ].join("\n")
  ),
  Command.withShortDescription("Waits for a peer to dial, prints what it sends, and answers."),
  Command.withExamples([
    { command: "secs listen :5000", description: "Play an equipment that acknowledges everything" },
    { command: "secs listen :5000 --replies equipment.sml", description: "Answer from a file of messages and rules" },
    {
      command: "secs listen :5000 --replies host.sml --owner host",
      description: "Play the equipment to a host, with the host's own file of templates"
    },
    { command: "secs listen :5000 --role host --peers 20", description: "Play a host that twenty equipments dial" },
    { command: "secs listen 127.0.0.1:0 --once --json", description: "One peer, as JSON lines, on a port that is free" }
  ])
)
