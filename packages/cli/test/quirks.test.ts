import { QuirkProfile } from "@effect-secs/codec"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "./support/run.ts"
import { listening, ran, start } from "./support/start.ts"

const log = `12:00:00.104 H->E S1F13 W <L>.
12:00:00.131 H<-E S1F14 <L <U1 0> <L <A "ETCH"> <A "1.7">>>.
12:00:05.012 H<-E S6F11 <L <U1 1> <A "57"> <L <L <A "3"> <L <F4 21.5>>>>>.
12:00:07.012 H<-E S6F11 <L <U1 2> <A "58"> <L>>.
12:00:09.012 H<-E S5F1 W <L <B 128> <U4 7> <A 0xB3 0xAA 0xCA>>.
12:00:09.020 H->E S5F2 <U1 0>.
`

const profile = {
  name: "ETCH-7",
  text: "shift_jis",
  items: {
    ACKC5: { format: "U1" },
    CEID: { format: "A" },
    COMMACK: { format: "U1" },
    DATAID: { format: "U1" },
    RPTID: { format: "A" }
  },
  messages: { S6F11: { replyExpected: false } }
}

const isProfile = (text: string): boolean =>
  Result.isSuccess(Schema.decodeUnknownResult(QuirkProfile.QuirkProfile)(JSON.parse(text)))

describe("secs quirks", () => {
  let folder = ""
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "effect-secs-quirks-"))
    writeFileSync(join(folder, "a.log"), log)
    writeFileSync(join(folder, "damaged.log"), log.replace("<U1 2>", "<U1 2x>"))
    writeFileSync(join(folder, "plain.log"), "S1F1 W.\n")
    writeFileSync(join(folder, "prose.log"), "12:00:00 waiting for S6F12\n")
    writeFileSync(
      join(folder, "tool.sml"),
      'S1F14 <L <U1 0> <L <A "ETCH"> <A "1">>>.\nevent: S6F11 <L <U1 1> <A "57"> <L>>.\nif (s1f13) event.\n'
    )
    return () => rmSync(folder, { recursive: true, force: true })
  })

  const secs = (...args: ReadonlyArray<string>) => run(["quirks", ...args], { cwd: folder })

  it("prints a profile of a log, and a line on standard error for all it rests on", async () => {
    const { code, stderr, stdout } = await secs("--name", "ETCH-7", "a.log")
    assert.strictEqual(code, 0)
    assert.deepStrictEqual(JSON.parse(stdout), profile)
    assert.isTrue(isProfile(stdout))
    assert.include(stderr, "secs: COMMACK is U1: U1 1 time (first in S1F14); the standard has B\n")
    assert.include(stderr, "secs: S6F11 without W: 2 times; the standard requires a reply\n")
    assert.include(stderr, "secs: text is shift_jis: 1 text with bytes above 7F, which fit\n")
    assert.include(stderr, "secs: looked at 6 messages, 6 of them of the standard\n")
  })

  it("writes a profile under which the log has no deviation any more", async () => {
    const wrote = await secs("--output", "profile.json", "a.log")
    assert.deepStrictEqual([wrote.code, wrote.stdout], [0, ""])
    assert.isTrue(isProfile(readFileSync(join(folder, "profile.json"), "utf8")))
    const structures = async (...args: ReadonlyArray<string>) => {
      const { stdout } = await run(["log", "--json", "--summary", ...args, "a.log"], { cwd: folder })
      return (JSON.parse(stdout) as { structures: unknown }).structures
    }
    assert.deepStrictEqual(await structures(), { wrong: 0, deviating: 2 })
    assert.deepStrictEqual(await structures("--profile", "profile.json"), { wrong: 0, deviating: 0 })
  })

  it("looks at one side where it is told to, and says so where that leaves nothing", async () => {
    const [equipment, local] = await Promise.all([
      secs("--from", "equipment", "a.log"),
      secs("--from", "local", "a.log")
    ])
    assert.notProperty((JSON.parse(equipment.stdout) as typeof profile).items, "ACKC5")
    assert.deepStrictEqual([local.code, local.stdout], [3, ""])
    assert.strictEqual(
      local.stderr,
      "secs: --from local leaves nothing of 2 messages of host, 4 messages of equipment\n"
    )
  })

  it("gives what can be read of a damaged log, and ends with exit code 1", async () => {
    const { code, stderr, stdout } = await secs("damaged.log")
    assert.strictEqual(code, 1)
    assert.isTrue(isProfile(stdout))
    assert.include(stderr, "1 part of the log could not be read")
  })

  it("gives an empty profile of messages by the letter, none of a file without messages, and wants something to look at", async () => {
    const [plain, prose, nothing] = await Promise.all([secs("plain.log"), secs("prose.log"), secs()])
    assert.deepStrictEqual([plain.code, plain.stdout], [0, "{}\n"])
    assert.include(plain.stderr, "secs: nothing is otherwise than the standard has it\n")
    assert.deepStrictEqual([prose.code, prose.stdout], [3, ""])
    assert.strictEqual(nothing.code, 2)
  })

  const live = (title: string, test: () => Effect.Effect<void, unknown>) =>
    it.live(title, () => Effect.timeout(test(), "50 seconds"), 60_000)

  live("dials an equipment, sends, answers, and gives the profile of what it sent", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { address } = yield* listening("--replies", join(folder, "tool.sml"))
        const { code, stderr, stdout } = yield* ran(["quirks", address, "--send", "S1F13 W <L>.", "--for", "2s"])
        assert.deepStrictEqual(
          [code, JSON.parse(stdout)],
          [
            0,
            {
              items: { CEID: { format: "A" }, COMMACK: { format: "U1" }, DATAID: { format: "U1" } },
              messages: { S6F11: { replyExpected: false } }
            }
          ]
        )
        assert.include(stderr, "secs: selected\n")
        assert.include(stderr, "secs: looked at 2 messages, 2 of them of the standard\n")
      })
    )
  )

  live("waits to be dialled, and gives a profile when ^C ends it: exit code 130", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const quirks = yield* start(["quirks", "--listen", "127.0.0.1:0", "--for", "1m"])
        const [, port] = yield* quirks.untilError(/listening on 127\.0\.0\.1:(\d+) as host/)
        yield* ran(["send", `127.0.0.1:${port}`, "--role", "equipment", "S6F11 W <L <U1 1> <A '57'> <L>>."])
        yield* quirks.untilError(/disconnected/)
        yield* quirks.signal("SIGINT")
        const { code, stdout } = yield* quirks.ended
        assert.deepStrictEqual(
          [code, JSON.parse(stdout)],
          [130, { items: { CEID: { format: "A" }, DATAID: { format: "U1" } } }]
        )
      })
    )
  )

  live("ends with exit code 1 where nobody listens", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* ran(["quirks", "127.0.0.1:1", "--for", "1s"])
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.include(stderr, "nobody listens there")
    })
  )
})
