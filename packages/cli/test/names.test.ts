import { Hsms, Item, SecsMessage } from "@effect-secs/codec"
import { SmlParser } from "@effect-secs/sml"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { frame } from "./support/captures.ts"
import { run } from "./support/run.ts"
import { listening, ran } from "./support/start.ts"

const { A, B, L, U1 } = Item

const accepted = SecsMessage.secondary(1, 14, L(B(0), L(A("ETCH"), A("1.7"))))
const wrong = SecsMessage.primary(6, 11, L(U1(1), L(U1(2), U1(3)), L()))
const hex = (...messages: ReadonlyArray<SecsMessage.SecsMessage>) =>
  messages.map((message, index) => Buffer.from(frame(Hsms.data(0, message, index + 1))).toString("hex")).join("")

const log = `12:00:01.000 RECV S1F13 W <L>.
12:00:01.010 SEND S1F14 <L <B 0> <L>>.
12:00:02.000 SEND S6F11 <L <U1 1> <A "57"> <L>>.
12:00:03.000 SEND S5F1 W <L <U1 128> <U4 7> <A 0xB3 0xAA 0xCA>>.
12:00:03.010 RECV S5F2 <U1 0>.
12:00:04.000 RECV S5F2 <U1 0>.
12:00:05.000 SEND S6F11 <L <U1 1> <L <U1 2> <U1 3>> <L>>.
12:00:06.000 SEND S64F1 W <L>.
`

describe("names", () => {
  let folder = ""
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "effect-secs-names-"))
    writeFileSync(join(folder, "a.log"), log)
    writeFileSync(join(folder, "profile.json"), '{ "text": "shift_jis", "items": { "ACKC5": { "format": "U1" } } }')
    const strange = { items: { CEIDD: { format: "A" } }, messages: { S6F1l: { replyExpected: false } } }
    writeFileSync(join(folder, "strange.json"), JSON.stringify(strange))
    writeFileSync(join(folder, "typo.json"), '{ "itmes": {} }')
    writeFileSync(join(folder, "klingon.json"), '{ "items": { "ALTX": { "text": "klingon" } } }')
    return () => rmSync(folder, { recursive: true, force: true })
  })

  const secs = (...args: ReadonlyArray<string>) => run(args, { cwd: folder })

  describe("in secs decode", () => {
    it("stand in comments, with the meaning of codes, and the text reads back as what it was", async () => {
      const { code, stdout } = await secs("decode", hex(accepted))
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(stdout.split("\n"), [
        '// "Establish Communications Request Acknowledge", session 0, system bytes 00000001',
        "S1F14",
        "<L [2]",
        "  <B [1] 0x00> /* COMMACK 0 accepted */",
        "  <L [2]",
        '    <A [4] "ETCH"> /* MDLN */',
        '    <A [3] "1.7"> /* SOFTREV */',
        "  >",
        ">",
        ".",
        ""
      ])
      const back = await run(["encode", "-"], { stdin: stdout })
      assert.strictEqual(back.stdout, `${hex(accepted)}\n`)
      const compact = await secs("decode", "--compact", hex(accepted))
      assert.include(compact.stdout, "<B [1] 0x00> /* COMMACK 0 accepted */ <L [2]")
    })

    it("are told no log for the direction of a message: Event Report Send was sent by nobody knows whom", async () => {
      const { stdout } = await secs("decode", hex(wrong))
      const read = await run(["log", "--json", "-"], { stdin: stdout })
      assert.notProperty(JSON.parse(read.stdout.split("\n")[0]!), "from")
    })

    it("stand below a message whose body has another structure, which says where", async () => {
      const { code, stdout } = await secs("decode", hex(wrong))
      assert.strictEqual(code, 0)
      assert.match(stdout, /\n\.\n\/\/ S6F11 ceid: expected .*, got <L \[2\] <U1 2> <U1 3>>\n$/)
      assert.strictEqual(SmlParser.parse(stdout).errors.length, 0)
    })

    it("stand in a column of --explain", async () => {
      const { stdout } = await secs("decode", "--explain", hex(accepted))
      assert.include(
        stdout,
        "0007  0e                                function 14: Establish Communications Request Ack"
      )
      assert.include(stdout, "0010  21 01 00                 COMMACK    B, 1 byte: 0x00, accepted\n")
      assert.include(stdout, '0015  41 04 45 54 43 48        MDLN         A, 4 bytes: "ETCH"\n')
    })

    it("are fields of --json, by the way to each item", async () => {
      const [one, two] = (await secs("decode", "--json", hex(accepted, wrong))).stdout.split("\n")
      assert.deepStrictEqual((JSON.parse(one!) as { standard: unknown }).standard, {
        name: "Establish Communications Request Acknowledge",
        items: [
          { path: [0], name: "COMMACK", value: 0, meaning: "accepted" },
          { path: [1, 0], name: "MDLN" },
          { path: [1, 1], name: "SOFTREV" }
        ]
      })
      const { error, name } = (JSON.parse(two!) as { standard: { error: string; name: string } }).standard
      assert.strictEqual(name, "Event Report Send")
      assert.match(error, /^S6F11 ceid: expected /)
      const row = (await secs("decode", "--explain", "--json", hex(accepted))).stdout.split("\n")[8]!
      assert.deepInclude(JSON.parse(row), { offset: 16, name: "COMMACK", meaning: "B, 1 byte: 0x00, accepted" })
    })

    it("are left out with --no-names, and of an item alone, which belongs to no message", async () => {
      const { stdout } = await secs("decode", "--no-names", hex(accepted, wrong))
      assert.notMatch(stdout, /COMMACK|Establish|expected/)
      assert.notProperty(JSON.parse((await secs("decode", "--no-names", "--json", hex(accepted))).stdout), "standard")
      assert.strictEqual((await secs("decode", "21 01 00")).stdout, "<B [1] 0x00>\n")
    })
  })

  describe("in secs log", () => {
    it("stand in the timeline, and below it where a body is otherwise: what could be read once for each habit", async () => {
      const { code, stdout } = await secs("log", "a.log")
      assert.strictEqual(code, 0)
      const lines = stdout.split("\n")
      assert.match(lines[1]!, / S1F14 .* Establish Communications Request Acknowledge {2}COMMACK 0 accepted {2}<L/)
      const remarks = lines.filter((line) => line.startsWith("    // "))
      assert.deepStrictEqual(
        remarks.map((line) => /\/\/ (\S+ \S+?):? /.exec(line)?.[1]),
        ["S5F1 alcd", "S5F2 the", "S6F11 ceid"]
      )
      assert.strictEqual(lines.indexOf(remarks[2]!), lines.findIndex((line) => line.startsWith("12:00:05.000")) + 1)
    })

    it("stand behind the items of whole messages", async () => {
      const { stdout } = await secs("log", "--full", "--only", "S5F1", "a.log")
      assert.include(stdout, "\n  <U1 [1] 128> /* ALCD 128 set, category not used */\n  <U4 [1] 7> /* ALID */\n")
    })

    it("stand in the summary, which counts the bodies that are otherwise", async () => {
      const { stdout } = await secs("log", "--summary", "a.log")
      assert.match(stdout, /^S5F1 Alarm Report Send +1 /m)
      assert.match(stdout, /^S64F1 +1 /m)
      assert.match(stdout, /^ +1 {2}do not have their structure\n +3 {2}deviate from it and can be read$/m)
      const json = await secs("log", "--json", "--summary", "a.log")
      const summary = JSON.parse(json.stdout) as { structures: unknown; rows: ReadonlyArray<{ name?: string }> }
      assert.deepStrictEqual(summary.structures, { wrong: 1, deviating: 3 })
      assert.strictEqual(summary.rows[0]!.name, "Establish Communications Request")
    })

    it("are fields of --json", async () => {
      const { stdout } = await secs("log", "--json", "--only", "S5F2,S64F1", "a.log")
      const [first, , undefinedOne] = stdout.split("\n").map((line) => (line === "" ? {} : JSON.parse(line)))
      assert.deepStrictEqual(first.standard.name, "Alarm Report Acknowledge")
      assert.deepStrictEqual(first.standard.items, [{ path: [], name: "ACKC5", value: 0, meaning: "accepted" }])
      assert.strictEqual(first.standard.deviations.length, 1)
      assert.notProperty(undefinedOne, "standard")
    })

    it("are looked up under a profile, which also says what text means", async () => {
      const { stdout } = await secs("log", "--full", "--profile", "profile.json", "a.log")
      assert.include(stdout, '<A [3] 0xB3 0xAA 0xCA> /* ALTX "ｳｪﾊ" */')
      assert.notInclude(stdout, "// S5F2")
      assert.include(stdout, "// S5F1 alcd")
    })

    it("are left out with --no-names", async () => {
      const { stdout } = await secs("log", "--no-names", "--full", "--summary", "a.log")
      assert.notMatch(stdout, /Alarm|structure|deviate/)
      assert.notMatch((await secs("log", "--no-names", "a.log")).stdout, /Alarm|ACKC5|\/\//)
    })
  })

  it("are looked up under a profile with names that nobody has, and say so", async () => {
    const { code, stderr } = await secs("log", "--profile", "strange.json", "a.log")
    assert.strictEqual(
      stderr,
      "secs: strange.json: SEMI E5 has no items.CEIDD, messages.S6F1l: no effect on its messages\n"
    )
    assert.strictEqual(code, 0)
  })

  it("are not looked up under a profile that is none: exit code 1, and why", async () => {
    const [typo, klingon, none] = await Promise.all(
      ["typo.json", "klingon.json", "none.json"].map((file) => secs("log", "--profile", file, "a.log"))
    )
    assert.match(typo!.stderr, /^secs: typo.json: no quirk profile: .*itmes/)
    assert.match(klingon!.stderr, /^secs: klingon.json: .*klingon/)
    assert.strictEqual(none!.stderr, "secs: none.json: no such file\n")
    assert.deepStrictEqual([typo!.code, klingon!.code, none!.code], [1, 1, 1])
  })

  const live = (title: string, test: Effect.Effect<void, unknown>) =>
    it.live(title, () => Effect.timeout(test, "40 seconds"), 60_000)

  live(
    "stand in transcripts, before what became of a message, and the transcript reads back",
    Effect.scoped(
      Effect.gen(function* () {
        const { address, ended } = yield* listening("--once", "--role", "host")
        const sent = yield* ran([
          "send",
          address,
          "--role",
          "equipment",
          "S1F13 W <L>.",
          "S5F1 W <L <U1 128> <U4 7> <A 'x'>>."
        ])
        const heard = yield* ended
        for (const { stdout } of [sent, heard]) {
          assert.match(stdout, /^\/\/ \S+ Establish Communications Request (?:sent|received) \[/m)
          assert.include(stdout, "\n  <B [1] 0x00> /* COMMACK 0 accepted */\n")
          assert.match(stdout, /\n\.\n\/\/ S5F1 alcd: OtherNumberFormat, expected B, got <U1 128>\n/)
          const { errors, messages } = SmlParser.parse(stdout)
          assert.deepStrictEqual([errors.length, messages.length], [0, 4])
        }
        const sides = (text: string) =>
          Effect.map(
            Effect.promise(() => run(["log", "--json", "-"], { stdin: text })),
            ({ stdout }) =>
              stdout
                .split("\n")
                .filter((line) => line.includes('"type":"message"'))
                .map((line) => (JSON.parse(line) as { from: string }).from)
          )
        assert.deepStrictEqual(yield* sides(sent.stdout), ["local", "peer", "local", "peer"])
        assert.deepStrictEqual(yield* sides(heard.stdout), ["peer", "local", "peer", "local"])
      })
    )
  )

  live(
    "are fields of the JSON of a session, and left out with --no-names",
    Effect.scoped(
      Effect.gen(function* () {
        const { address } = yield* listening("--peers", "2")
        const json = yield* ran(["send", address, "--json", "S1F13 W <L>."])
        const received = json.stdout
          .split("\n")
          .filter((line) => line.includes('"event":"Received"'))
          .map((line) => JSON.parse(line) as { standard: { name: string; items: ReadonlyArray<object> } })
        assert.strictEqual(received[0]!.standard.name, "Establish Communications Request Acknowledge")
        assert.deepStrictEqual(received[0]!.standard.items[0], {
          path: [0],
          name: "COMMACK",
          value: 0,
          meaning: "accepted"
        })
        const plain = yield* ran(["send", address, "--no-names", "S1F13 W <L>."])
        assert.notMatch(plain.stdout, /Establish|COMMACK/)
      })
    )
  )
})
