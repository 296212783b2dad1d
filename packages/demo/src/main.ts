/**
 * `pnpm demo`: an equipment and a host as two processes over real TCP, or one of them against a foreign peer.
 */
import { type Session, Transport } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import * as Equipment from "./Equipment.ts"
import * as Host from "./Host.ts"
import * as Screen from "./Screen.ts"

const usage = `usage: pnpm demo                              equipment and host, two processes
       pnpm demo -- --equipment --port 5000  only the equipment: waits for a host, until ^C
       pnpm demo -- --host --port 5000       only the host: dials an equipment

  --port N       TCP port; 5000 for one end, a free one for both
  --address A    address to dial or to listen on; 127.0.0.1 unless told
  --device N     device id, 0 to 32767; 0 unless told
  --help         this text`

interface Flags {
  readonly role: "both" | "host" | "equipment"
  readonly port: number
  readonly address: string
  readonly device: number
}

class Usage {
  readonly _tag = "Usage"
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

const integer = (flag: string, text: string, minimum: number, maximum: number): number => {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
    throw new Usage(`--${flag} is an integer from ${minimum} to ${maximum}, not ${text}`)
  }
  return value
}

const parse = (args: ReadonlyArray<string>): Effect.Effect<Flags, Usage> =>
  Effect.try({
    try: (): Flags => {
      const { values } = parseArgs({
        args: args.filter((arg) => arg !== "--"),
        options: {
          equipment: { type: "boolean", default: false },
          host: { type: "boolean", default: false },
          port: { type: "string" },
          address: { type: "string", default: "127.0.0.1" },
          device: { type: "string", default: "0" },
          help: { type: "boolean", default: false }
        }
      })
      if (values.help) throw new Usage("")
      if (values.equipment && values.host) throw new Usage("--equipment and --host are the two ends: give one, or none")
      const role = values.equipment ? "equipment" : values.host ? "host" : "both"
      return {
        role,
        port: values.port === undefined ? (role === "both" ? 0 : 5000) : integer("port", values.port, 0, 65535),
        address: values.address,
        device: integer("device", values.device, 0, 32767)
      }
    },
    catch: (error) =>
      error instanceof Usage ? error : new Usage(error instanceof Error ? error.message : String(error))
  })

/** Shows a session's events until it ends. */
const shown = (session: Session.Service, role: Screen.Role) =>
  Effect.forkDetach(
    Stream.runForEach(session.events, (event) => Screen.show(event, role)),
    { startImmediately: true }
  )

/** Tells a parent process, if there is one, where this equipment listens. */
const announce = (port: number): void => {
  process.send?.({ port })
}

const runEquipment = (flags: Flags) =>
  Effect.gen(function* () {
    const { listening, transport } = yield* NodeTransport.makeListen({ host: flags.address, port: flags.port })
    const session = yield* Equipment.run(flags.device).pipe(Effect.provideService(Transport.Transport, transport))
    if (process.send === undefined) {
      yield* shown(session, "equipment")
      yield* Console.log(
        `equipment: listening on ${listening.host}:${listening.port}, device id ${flags.device}; ^C ends it`
      )
    }
    announce(listening.port)
    return yield* Effect.never
  })

const runHost = (flags: Flags) =>
  Effect.gen(function* () {
    const transport = NodeTransport.makeConnect({ host: flags.address, port: flags.port })
    const session = yield* Host.connect(flags.device).pipe(Effect.provideService(Transport.Transport, transport))
    yield* shown(session, "host")
    yield* Host.converse(session)
  })

class ChildFailed {
  readonly _tag = "ChildFailed"
  readonly message = "the equipment process ended before it listened"
}

/** The equipment as a process of its own. Gives the port it listens on. */
const spawnEquipment = (flags: Flags) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly child: ChildProcess; readonly port: number }, ChildFailed>((resume) => {
        const args = [
          "--equipment",
          "--port",
          String(flags.port),
          "--address",
          flags.address,
          "--device",
          String(flags.device)
        ]
        const child = fork(fileURLToPath(import.meta.url), args, { execArgv: process.execArgv })
        child.once("message", (message) => resume(Effect.succeed({ child, port: (message as { port: number }).port })))
        child.once("exit", () => resume(Effect.fail(new ChildFailed())))
        return Effect.sync(() => {
          child.kill()
        })
      }),
      ({ child }) =>
        Effect.callback<void>((resume) => {
          if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
          child.once("exit", () => resume(Effect.void))
          child.kill("SIGINT")
        })
    ),
    ({ port }) => port
  )

const runBoth = (flags: Flags) =>
  Effect.gen(function* () {
    const port = yield* spawnEquipment(flags)
    yield* Console.log(`equipment: process of its own, listening on ${flags.address}:${port}`)
    // A Scope inside that of the equipment: the host separates while there is somebody to separate from.
    yield* Effect.scoped(runHost({ ...flags, port }))
  })

const program = Effect.gen(function* () {
  const flags = yield* parse(process.argv.slice(2))
  yield* flags.role === "both" ? runBoth(flags) : flags.role === "host" ? runHost(flags) : runEquipment(flags)
}).pipe(
  Effect.scoped,
  // The screen shows all that the session would log.
  Effect.provideService(References.MinimumLogLevel, "None"),
  Effect.onInterrupt(() =>
    process.send === undefined ? Console.error("interrupted: separated and closed") : Effect.void
  ),
  Effect.catch((error) =>
    Effect.gen(function* () {
      if (error._tag === "Usage") {
        yield* error.message === "" ? Console.log(usage) : Console.error(`${error.message}\n\n${usage}`)
        process.exitCode = error.message === "" ? 0 : 2
        return
      }
      // The equipment process has said it already.
      if (error._tag !== "ChildFailed") yield* Console.error(error.message)
      process.exitCode = 1
    })
  )
)

// Whoever reads the output has seen enough, as with `| head`.
process.stdout.on("error", () => process.exit(0))

// A child whose parent is gone has nobody to show anything to.
process.once("disconnect", () => process.exit(0))

NodeRuntime.runMain(program, { disableErrorReporting: true })
