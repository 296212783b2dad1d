import { assert, describe, it } from "@effect/vitest"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Session } from "@effect-secs/session"
import { Console, Context, Effect, Layer } from "effect"
import * as SocketServer from "effect/socket/SocketServer"
import { readFileSync } from "node:fs"
import { Equipment, equipment } from "../guides/first-equipment.ts"
import { Host, host } from "../guides/first-host.ts"
import * as Others from "../guides/other-transports.ts"
import { root } from "../src/Repository.ts"

/** The TypeScript blocks of a page. */
const blocks = (page: string): ReadonlyArray<string> =>
  [...readFileSync(`${root}${page}`, "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!)

describe("the guides", () => {
  for (const [page, file] of [
    ["docs/guides/first-host.md", "first-host.ts"],
    ["docs/guides/first-equipment.md", "first-equipment.ts"],
    ["docs/guides/other-transports.md", "other-transports.ts"],
    ["README.md", "readme.ts"]
  ] as const) {
    it(`${page} shows the program that is compiled as ${file}`, () => {
      assert.deepStrictEqual(blocks(page), [readFileSync(`${root}packages/conformance/guides/${file}`, "utf8")])
    })
  }

  it.live("the first host reads the variables of the first equipment and sees its event", () =>
    Effect.gen(function* () {
      const printed: Array<string> = []
      const console: Console.Console = { ...globalThis.console, log: (line: string) => printed.push(line) }
      const context = yield* Layer.build(Equipment(0))
      const { port } = Context.get(context, NodeTransport.Listening)
      yield* equipment.pipe(Effect.provide(context), Effect.forkScoped)
      const seen = yield* host.pipe(
        Effect.tap(() => Effect.sleep("100 millis")),
        Effect.scoped,
        Effect.provide(Host(port)),
        Effect.provideService(Console.Console, console)
      )
      assert.deepStrictEqual(seen, { model: "ETCHER", temperature: 181.5, pressure: 90 })
      assert.isTrue(
        printed.some((line) => line.startsWith("event: S6F11 W <L [3] <U4 1> <U4 100>")),
        printed.join("\n")
      )
    })
  )

  it.live("a host reaches an equipment over the sockets and through the tunnel of the guide", () =>
    Effect.gen(function* () {
      for (const [equipment, dial] of [
        [Others.Equipment(0), (port: number) => Others.Host("127.0.0.1", port)],
        [Others.TunnelEquipment(0), (port: number) => Others.TunnelHost(`ws://127.0.0.1:${port}/hsms`)]
      ] as const) {
        const context = yield* Layer.build(equipment)
        const { address } = Context.get(context, SocketServer.SocketServer)
        const session = Context.get(context, Session.Session)
        yield* Effect.gen(function* () {
          const host = yield* Session.Session
          yield* Effect.all([host.awaitSelected, session.awaitSelected])
          yield* host.linktest
        }).pipe(Effect.provide(dial("port" in address ? address.port : 0)), Effect.timeout("15 seconds"))
      }
    })
  )

  it.effect("a host and an equipment talk through memory, and every byte is counted", () =>
    Effect.gen(function* () {
      const { bytes, reply } = yield* Others.inMemory
      assert.strictEqual(reply.split("\n")[0], `S1F2 <L [2] <A "ETCHER"> <A "1.0">>`)
      // Select.req and S1F1, both without text; Select.rsp and 27 bytes of S1F2.
      assert.deepStrictEqual(bytes, { sent: 28, received: 14 + 14 + 15 })
    })
  )
})
