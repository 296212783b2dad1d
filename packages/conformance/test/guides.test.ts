import { assert, describe, it } from "@effect/vitest"
import { Deviation, Item, SecsMessage } from "@effect-secs/codec"
import { S6F11 } from "@effect-secs/messages/S6"
import { Handlers, HsmsSession, Session, TlsReason, Transport } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Console, Context, Effect, Fiber, Layer, Logger, Result, Stream } from "effect"
import * as SocketServer from "effect/socket/SocketServer"
import { readFileSync } from "node:fs"
import { Equipment, equipment } from "../guides/first-equipment.ts"
import { Host, host } from "../guides/first-host.ts"
import { dialling, listening, Server } from "../guides/many-equipments.ts"
import * as Others from "../guides/other-transports.ts"
import * as Secure from "../guides/secure-connections.ts"
import { faults } from "../guides/reading-logs.ts"
import * as Sml from "../guides/sml-reading.ts"
import * as SmlNames from "../guides/sml-names.ts"
import * as SmlTemplates from "../guides/sml-templates.ts"
import * as SmlWriting from "../guides/sml-writing.ts"
import * as Typed from "../guides/typed-messages.ts"
import * as Quirks from "../guides/vendor-quirks.ts"
import { exampleFiles } from "../src/CommandExamples.ts"
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
    ["docs/guides/many-equipments.md", "many-equipments.ts"],
    ["docs/guides/other-transports.md", "other-transports.ts"],
    ["docs/guides/testing.md", "testing-pair.ts", "testing-timers.ts", "testing-chaos.ts"],
    ["docs/guides/sml.md", "sml-reading.ts", "sml-templates.ts", "sml-writing.ts", "sml-names.ts"],
    ["docs/guides/reading-logs.md", "reading-logs.ts"],
    ["docs/guides/typed-messages.md", "typed-messages.ts"],
    ["docs/guides/vendor-quirks.md", "vendor-quirks.ts"],
    ["README.md", "readme.ts"]
  ] as const) {
    it(`${page} shows what is compiled as ${files.join(", ")}`, () => {
      assert.deepStrictEqual(
        blocks(page),
        files.map((file) => readFileSync(`${root}packages/conformance/guides/${file}`, "utf8"))
      )
    })
  }

  it("a message is shown with the names of its items", () => {
    assert.include(SmlNames.named, "  <B [1] 0x00> /* COMMACK 0 accepted */\n")
  })

  it.effect("SML is read by name, and the message that is wrong is told", () =>
    Effect.gen(function* () {
      const printed: Array<string> = []
      const console: Console.Console = { ...globalThis.console, error: (line: string) => printed.push(line) }
      const messages = yield* Sml.messages.pipe(Effect.provideService(Console.Console, console))
      assert.deepStrictEqual(
        [...messages].map(([name, message]) => `${name}: ${message}`),
        ["AreYouThere: S1F1 W", "ReadTemperature: S1F3 W <L [1] <U4 1002>>", "S1F13: S1F13 W <L [0]>"]
      )
      const said =
        "host.sml:11:16: expected an integer from 0 to 255, found 1002\n        <U1[1] 1002>\n               ^"
      assert.deepStrictEqual(printed, [said])
      // The page quotes it.
      assert.include(readFileSync(`${root}docs/guides/sml.md`, "utf8"), said)
    })
  )

  it.effect("the reader of logs prints what is not as it should be", () =>
    Effect.gen(function* () {
      const printed: Array<string> = []
      const console: Console.Console = { ...globalThis.console, log: (line: string) => printed.push(line) }
      const log = exampleFiles.get("equipment.log")!
      const summary = yield* faults(Stream.fromIterable([log.slice(0, 1000), log.slice(1000)]), "sml").pipe(
        Effect.provideService(Console.Console, console)
      )
      const said = "2024-05-14 08:00:19.000 S6F11: no reply within 10 s"
      assert.deepStrictEqual(printed, [
        "2024-05-14 08:00:09.000 S6F11: line 28, column 11: expected an integer from 0 to 4294967295, found 1239x",
        said,
        "2024-05-14 08:01:10.012 S1F0: the transaction is aborted"
      ])
      assert.strictEqual(summary.messages, 7)
      // The page quotes it.
      assert.include(readFileSync(`${root}docs/guides/reading-logs.md`, "utf8"), said)
    })
  )

  it("templates of SML give a message for values, and values for a message", () => {
    assert.deepStrictEqual(
      Result.map(SmlTemplates.defineReports, String),
      Result.succeed(
        "S2F33 W <L [2] <U4 0> <L [2] <L [2] <U4 1> <L [2] <U4 1001> <U4 1002>>> <L [2] <U4 2> <L [1] <U4 2001>>>>>"
      )
    )
    assert.deepStrictEqual(
      Result.map(SmlTemplates.event, ({ message, values }) => [message.name, values]),
      Result.succeed([
        "eventReport",
        { DATAID: 7, CEID: 100, RPTID: [1], VALUES: [Item.L(Item.A("EXECUTING"), Item.F4(181.5))] }
      ])
    )
  })

  it.effect("single values of a match are read by name", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* SmlTemplates.state, { ceid: 100, state: "EXECUTING" })
    })
  )

  it.effect("printers give text, or what the tool has no text for", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* SmlWriting.canonical, 'S10F3 W\n<J [3] "ﾃｽﾄ">\n.')
      assert.strictEqual(SmlWriting.said, "refused: secs4js has no text for J of S10F3")
    })
  )

  it.effect("the typed host and the typed equipment understand each other", () =>
    Effect.gen(function* () {
      const { active, passive } = yield* Transport.makeMemory()
      const over = (transport: Transport.Transport["Service"]) => Effect.provideService(Transport.Transport, transport)
      const equipment = yield* HsmsSession.makePassive({ sessionId: 0, role: "equipment" }).pipe(over(passive))
      const host = yield* HsmsSession.makeActive({ sessionId: 0, role: "host" }).pipe(over(active))
      const heard: Array<string> = []
      const state = { busy: false }
      yield* Handlers.serve(Typed.equipment).pipe(
        Effect.provideService(Session.Session, equipment),
        Effect.provideService(Typed.Chamber, Typed.chamber(state)),
        Effect.forkScoped({ startImmediately: true })
      )
      yield* Handlers.serve(Typed.events((ceid, values) => heard.push(`${ceid}: ${values.join(", ")}`))).pipe(
        Effect.provideService(Session.Session, host),
        Effect.forkScoped({ startImmediately: true })
      )
      yield* host.awaitSelected
      const said: Array<string> = []
      const console: Console.Console = { ...globalThis.console, error: (line: string) => said.push(line) }
      const run = Typed.host.pipe(
        Effect.provideService(Session.Session, host),
        Effect.provideService(Console.Console, console)
      )
      assert.deepStrictEqual(yield* run, { model: "ETCHER", temperature: "<F4 180>", hcack: 0 })
      assert.isTrue(state.busy)
      assert.strictEqual((yield* run).hcack, 2)
      assert.deepStrictEqual(said, ["START was refused: HCACK 2"])
      const ack = yield* equipment.call(S6F11, {
        dataid: 1,
        ceid: 100,
        reports: [{ rptid: 1, values: [Item.A("W1")] }]
      })
      assert.strictEqual(ack, 0)
      assert.deepStrictEqual(heard, ['100: <A "W1">'])
    })
  )

  it.effect(
    "the profile of the guide makes its equipment one like any other, and tells the habits it does not know",
    () =>
      Effect.gen(function* () {
        const { active, passive } = yield* Transport.makeMemory()
        const over = (transport: Transport.Transport["Service"]) =>
          Effect.provideService(Transport.Transport, transport)
        const profile = yield* Quirks.profile
        const equipment = yield* HsmsSession.makePassive({ sessionId: 0 }).pipe(over(passive))
        const host = yield* HsmsSession.makeActive({ sessionId: 0, role: "host", dialogue: { profile } }).pipe(
          over(active)
        )
        const commands: Array<Item.Item | undefined> = []
        // An equipment of bytes: text in GBK, HCACK in U1, and a list left out.
        yield* Session.serve((primary) => {
          commands.push(primary.message.item)
          return primary.reply(Item.L(Item.U1(0)))
        }).pipe(Effect.provideService(Session.Session, equipment), Effect.forkScoped({ startImmediately: true }))
        yield* host.awaitSelected
        const told: Array<string> = []
        const console: Console.Console = { ...globalThis.console, log: (line: string) => told.push(line) }
        yield* Quirks.habits.pipe(
          Effect.provideService(Session.Session, host),
          Effect.provideService(Console.Console, console),
          Effect.forkScoped({ startImmediately: true })
        )
        const start = Effect.provideService(Quirks.start, Session.Session, host)
        assert.deepStrictEqual(yield* start, { hcack: 0, parameters: [] })
        yield* start
        yield* Effect.yieldNow
        assert.strictEqual(String(commands[0]), String(Item.L(Item.A("\xbf\xaa\xca\xbc"), Item.L())))
        assert.deepStrictEqual(told, ["S2F42: MissingTail"])
      })
  )

  it("the guide of quirks has the table of deviations", () => {
    const page = readFileSync(`${root}docs/guides/vendor-quirks.md`, "utf8").replace(/ +/g, " ")
    for (const [kind, meaning] of Object.entries(Deviation.deviations))
      assert.include(page, `| \`${kind}\` | ${meaning} |`)
  })

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

  it.live("many equipments dial a host, which greets each and sees the events of all", () =>
    Effect.gen(function* () {
      const printed: Array<string> = []
      const console: Console.Console = { ...globalThis.console, log: (line: string) => printed.push(line) }
      const context = yield* Layer.build(Server(0))
      const { port } = Context.get(context, NodeTransport.Listening)
      const counting = yield* listening.pipe(
        Effect.provide(context),
        Effect.provideService(Console.Console, console),
        Effect.forkScoped({ startImmediately: true })
      )
      const tools = yield* Effect.forEach([1, 2, 3], (sessionId) =>
        HsmsSession.makeActive({ sessionId, role: "equipment" }).pipe(
          Effect.provideService(Transport.Transport, NodeTransport.makeConnect({ host: "127.0.0.1", port })),
          Effect.tap((session) =>
            Session.serve((primary) => primary.reply()).pipe(
              Effect.provideService(Session.Session, session),
              Effect.forkScoped
            )
          )
        )
      )
      for (const tool of tools) {
        yield* tool.awaitSelected
        const reply = yield* tool.request(SecsMessage.primary(6, 11))
        assert.strictEqual(reply.name, "S6F12")
      }
      assert.strictEqual(yield* Fiber.join(counting), 3)
      assert.strictEqual(printed.filter((line) => line.endsWith(" is S1F2")).length, 3)
      assert.strictEqual(printed.filter((line) => line.endsWith(": S6F11 W")).length, 3)
    })
  )

  it.live("a host dials many equipments and asks each", () =>
    Effect.gen(function* () {
      const tools = yield* Effect.forEach(["a", "b", "c"], (name) =>
        Effect.gen(function* () {
          const context = yield* Layer.build(Equipment(0))
          yield* equipment.pipe(Effect.provide(context), Effect.forkScoped)
          return { name, host: "127.0.0.1", port: Context.get(context, NodeTransport.Listening).port, sessionId: 0 }
        })
      )
      const console: Console.Console = { ...globalThis.console, log: () => {} }
      const sessions = yield* Effect.provideService(dialling(tools), Console.Console, console)
      assert.deepStrictEqual([...sessions.keys()], ["a", "b", "c"])
      for (const session of sessions.values()) {
        yield* session.awaitSelected
        const reply = yield* session.request(SecsMessage.primary(1, 1))
        assert.strictEqual(reply.name, "S1F2")
      }
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

  it.effect("a host and an equipment talk through memory, and every byte is counted", () =>
    Effect.gen(function* () {
      const { bytes, reply } = yield* Others.inMemory
      assert.strictEqual(reply.split("\n")[0], `S1F2 <L [2] <A "ETCHER"> <A "1.0">>`)
      // Select.req and S1F1, both without text; Select.rsp and 27 bytes of S1F2.
      assert.deepStrictEqual(bytes, { sent: 28, received: 14 + 14 + 15 })
    })
  )
})
