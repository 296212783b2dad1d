import { HsmsHeader, Item, SecsMessage } from "@effect-secs/codec"
import { SessionEvent } from "@effect-secs/session"
import { SmlPrinter } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Result from "effect/Result"
import * as LogEvent from "../src/logs/LogEvent.ts"
import * as LogTime from "../src/logs/LogTime.ts"
import * as QuotedLines from "../src/logs/QuotedLines.ts"
import { run } from "./support/run.ts"
import * as SmlLog from "../src/logs/SmlLog.ts"
import { Texts } from "./support/draw.ts"

const ask = new SecsMessage.SecsMessage(1, 3, true, Item.L(Item.A("x"), Item.U4(7)))
const answer = new SecsMessage.SecsMessage(1, 4, false, Item.L(Item.A("it's up. S1F1 W."), Item.L()))

const header = (message: SecsMessage.SecsMessage) => HsmsHeader.data(10, message, 42)

const conversation = Effect.gen(function* () {
  yield* Effect.logInfo(`ETCH-07: ${SessionEvent.describe({ _tag: "Sent", header: header(ask), message: ask })}`)
  yield* Effect.logInfo(
    `ETCH-07: ${SessionEvent.describe({ _tag: "Received", header: header(answer), message: answer, elapsed: Duration.millis(5) })}`
  ).pipe(Effect.annotateLogs({ peer: 'a "b"' }))
  yield* Effect.logInfo(`printed ${Result.getOrThrow(SmlPrinter.message(SmlPrinter.named(undefined, answer)))}`)
})

/** What a logger of Effect writes of them. */
const written = (logger: Logger.Logger<unknown, string>) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const keep = Logger.map(logger, (line) => void lines.push(line))
    yield* conversation.pipe(Effect.provide(Logger.layer([keep])))
    return `${lines.join("\n")}\n`
  })

describe("QuotedLines", () => {
  it.effect.each([
    ["logfmt", Logger.formatLogFmt],
    ["JSON", Logger.formatJson]
  ] as const)("lets messages with text be read in what Effect logs as %s", ([, logger]) =>
    Effect.gen(function* () {
      const log = yield* written(logger)
      const reader = SmlLog.make()
      const events = [...reader.push(new TextEncoder().encode(log)), ...reader.end()]
      const seen = events.map((event) =>
        event._tag === "Message"
          ? `${event.place._tag === "Line" ? event.place.line : 0} ${event.time === undefined ? "" : LogTime.format(event.time)} ${event.from} ${LogEvent.label(event)} ${event.systemBytes} ${event.item}`
          : event._tag
      )
      assert.deepStrictEqual(seen, [
        '1 1970-01-01 00:00:00.000Z local S1F3 42 <L [2] <A "x"> <U4 7>>',
        `2 1970-01-01 00:00:00.000Z peer S1F4 42 <L [2] <A "it's up. S1F1 W."> <L [0]>>`,
        `3 1970-01-01 00:00:00.000Z undefined S1F4 undefined <L [2] <A "it's up. S1F1 W."> <L [0]>>`
      ])
      const { code, stdout } = yield* Effect.promise(() => run(["log", "-"], { stdin: log }))
      assert.strictEqual(code, 0)
      assert.match(stdout, /SEND {2}S1F3 W {5}\[0000002a\] .* <L \[2\] <A "x"> <U4 7>>\n/)
    })
  )

  it.each([
    ["S1F4\n<L [1]\n  <U4 [1] 5>\n>\n.", "S1F4 <L [1] <U4 5>>"],
    ["Sent:\r\nS1F3 W\r\n<L [1]\r\n\t<A 'C:\\x'>\r\n>.", String.raw`S1F3 <L [1] <A "C:\\x">>`]
  ])("lets a message of several lines without double quotes be read: %j", (message, expected) => {
    const quoted = JSON.stringify(message)
    for (const log of [`{"time":"2024-05-06T07:08:09Z","msg":${quoted}}\n`, `level=info msg=${quoted}\n`]) {
      const reader = SmlLog.make()
      const events = [...reader.push(new TextEncoder().encode(log)), ...reader.end()]
      const seen = events.map((event) =>
        event._tag === "Message" ? `${LogEvent.label(event)} ${event.item}` : event._tag
      )
      assert.deepStrictEqual(seen, [expected])
    }
  })

  it("leaves lines of other loggers as they are", () => {
    for (const line of [
      'path="C:\\new\\reports"',
      '12:00:00 S1F4 <A "a\\"> \\"',
      "S1F4 <A 'x=\"\\'>",
      '{ S1F4 <A "\\">'
    ]) {
      assert.strictEqual(QuotedLines.read(`${line}\n`), `${line}\n`)
    }
  })

  it.prop("keeps all lines and their lengths", [Texts], ([text]) => {
    const log = `{"a":"${text}\\"\\n"}\nmessage="\\"${text}"\n`
    assert.deepStrictEqual(
      QuotedLines.read(log)
        .split("\n")
        .map((line) => line.length),
      log.split("\n").map((line) => line.length)
    )
  })
})
