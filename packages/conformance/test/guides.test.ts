import { assert, describe, it } from "@effect/vitest"
import { SecsMessage } from "@effect-secs/codec"
import { Session, TlsReason } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Console, Context, Effect, Layer, Logger, Stream } from "effect"
import { readFileSync } from "node:fs"
import { Equipment, equipment } from "../guides/first-equipment.ts"
import { Host, host } from "../guides/first-host.ts"
import * as Secure from "../guides/secure-connections.ts"
import { root } from "../src/Repository.ts"

/** The TypeScript blocks of a page. */
const blocks = (page: string): ReadonlyArray<string> =>
  [...readFileSync(`${root}${page}`, "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!)

describe("the guides", () => {
  for (const [page, ...files] of [
    ["docs/guides/first-host.md", "first-host.ts"],
    ["docs/guides/first-equipment.md", "first-equipment.ts"],
    ["docs/guides/secure-connections.md", "secure-connections.ts"],
    [
      "docs/guides/observability.md",
      "observability-logs.ts",
      "observability-prometheus.ts",
      "observability-otlp.ts",
      "observability-capture.ts"
    ],
    ["README.md", "readme.ts"]
  ] as const) {
    it(`${page} shows what is compiled as ${files.join(", ")}`, () => {
      assert.deepStrictEqual(
        blocks(page),
        files.map((file) => readFileSync(`${root}packages/conformance/guides/${file}`, "utf8"))
      )
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

  it.live(
    "the secure host and the secure equipment select each other, and a plain peer is an alarm",
    () =>
      Effect.gen(function* () {
        const alarms: Array<string> = []
        const console: Console.Console = { ...globalThis.console, error: (line: string) => alarms.push(line) }
        const folder = `${root}packages/session/test/fixtures/tls`
        const equipment = yield* Layer.build(Secure.Equipment(0, "127.0.0.0/8", Secure.read(folder, "server"))).pipe(
          Effect.provideService(Console.Console, console)
        )
        const { port } = Context.get(equipment, NodeTransport.Listening)
        const host = yield* Layer.build(Secure.Host("127.0.0.1", port, Secure.read(folder, "client")))
        yield* Context.get(equipment, Session.Session).primaries.pipe(
          Stream.runForEach((primary) => primary.reply()),
          Effect.forkScoped
        )
        const session = Context.get(host, Session.Session)
        yield* Effect.timeout(session.awaitSelected, "20 seconds")
        assert.strictEqual((yield* session.request(SecsMessage.primary(1, 1))).name, "S1F2")

        const plain = yield* NodeTransport.makeConnect({ host: "127.0.0.1", port }).open
        yield* plain.write([new Uint8Array(14)])
        yield* Effect.flip(plain.pull)
        while (alarms.length === 0) yield* Effect.sleep("5 millis")
        assert.match(alarms[0]!, /^alarm: accept 127\.0\.0\.1:\d+: the peer does not speak TLS/)
      }).pipe(Effect.provide(Logger.layer([])), Effect.timeout("25 seconds")),
    30_000
  )

  it("docs/guides/secure-connections.md explains every reason of TLS", () => {
    const page = readFileSync(`${root}docs/guides/secure-connections.md`, "utf8")
    const tags = TlsReason.TlsReason.members.map((member) => member.fields._tag.schema.literal)
    assert.isAbove(tags.length, 10)
    assert.deepStrictEqual(
      [...tags, "Misconfigured", "NotAllowed"].filter((tag) => !page.includes(`| \`${tag}\``)),
      []
    )
  })
})
