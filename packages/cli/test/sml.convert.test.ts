import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "./support/run.ts"

const two = "S1F13 W <L>.\nStatus: 'S1F3' W <L <U4 1> <BOOLEAN T>>. // asks\n"

/** Without the templates. */
const good = (text: string): string => text.replaceAll(/^.*SVID.*\n/gm, "")

const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "secs-"))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe("secs sml convert", () => {
  it.each([
    ["compact", "S1F13 W <L [0]>.\nStatus:'S1F3' W <L [2] <U4 [1] 1> <BOOLEAN [1] T>>.\n"],
    ["secs4net", "'S1F13' W\n<L [0]\n>\n.\nStatus:'S1F3' W\n<L [2]\n    <U4 [1] 1>\n    <Boolean [1] True>\n>\n.\n"],
    ["hex", "0000000c0000810d0000000000010100\n00000015000081030000000000020102b10400000001250101\n"]
  ])("writes messages as %s has them", async (to, stdout) => {
    const { code, stderr, stdout: written } = await run(["sml", "convert", "--to", to, "-"], { stdin: two })
    assert.strictEqual(written, stdout)
    assert.strictEqual(stderr, "stdin: 1 comment left out: only messages are converted\n")
    assert.strictEqual(code, 0)
  })

  it("writes JSON lines that it reads again, whole, line by line or as an array", async () => {
    const { stdout } = await run(["sml", "convert", "--to", "json", "-"], { stdin: two })
    assert.deepStrictEqual(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
      [
        { stream: 1, function: 13, replyExpected: true, item: { L: [] } },
        { stream: 1, function: 3, replyExpected: true, name: "Status", item: { L: [{ U4: [1] }, { BOOLEAN: [true] }] } }
      ]
    )
    const expected = "S1F13 W <L [0]>.\nStatus:'S1F3' W <L [2] <U4 [1] 1> <BOOLEAN [1] T>>.\n"
    for (const stdin of [stdout, `[${stdout.trim().replaceAll("\n", ",")}]`]) {
      assert.strictEqual((await run(["sml", "convert", "--to", "compact", "-"], { stdin })).stdout, expected)
    }
    assert.strictEqual((await run(["encode", "-"], { stdin: '{ "U1": [7] }' })).stdout, "a50107\n")
  })

  it("converts an item alone", async () => {
    const { stdout } = await run(["sml", "convert", "--to", "secsgem", "-"], { stdin: "<BOOLEAN T F>" })
    assert.strictEqual(stdout, "<BOOLEAN 0x1 0x0>\n")
  })

  it.each([
    ["secs4js", 'S1F2 <J "x">.', /^secs: stdin:1: S1F2: secs4js has no text for [^\n]*J[^\n]*\n$/],
    [
      "secs4js",
      "S1F1 W. Status: 'S1F3' W. S1F5 W.",
      /^secs: stdin:1: Status: S1F3: secs4js reads one message a file: --out-dir DIR writes them, and 1 more\n$/
    ],
    ["secsgem", "S1F1 W.", /^secs: stdin:1: S1F1: secsgem has no text for a header[^\n]*\n$/],
    [
      "hex",
      "S1F3 = status W <L <U4> = SVID>.",
      /^secs: stdin:1: status: S1F3 is a template: its slots have no values\n$/
    ],
    [
      "json",
      "S1F3 = status W <L <U4> = SVID>.",
      /^secs: stdin:1: status: S1F3 is a template: its slots have no values\n$/
    ],
    ["compact", '{"U1":[7]}\n{"U1":[256]}\n', /^secs: stdin:2: [^\n]*256\n$/],
    ["compact", '{"U1":[7]}\nnone\n', /^secs: stdin:2: [^\n]*none[^\n]*\n$/],
    ["compact", '[{"stream":1,"function":1,"replyExpected":1}]', /^secs: stdin\[0\]: [^\n]*\n$/],
    ["compact", "[]", /^secs: stdin: no message\n$/],
    ["peer", "S1F1 W <U1 256>. S1F3 W <U1 256>.", /^secs sml convert: [^\n]*\n$/],
    [
      "compact",
      "S1F1 W <U1 256>. S1F3 W <U1 256>.",
      /^secs: stdin:1:12: expected an integer from 0 to 255, found 256\nsecs: stdin:1:\d+: expected an integer from 0 to 255, found 256\n$/
    ]
  ])("says what %s cannot say of %j", async (to, stdin, message) => {
    const { code, stderr } = await run(["sml", "convert", "--to", to, "-"], { stdin })
    assert.match(stderr, message)
    assert.strictEqual(code, to === "peer" ? 2 : 1)
  })

  it("says that rules are left out", async () => {
    const { code, stderr, stdout } = await run(["sml", "convert", "--to", "compact", "-"], {
      stdin: "poll: S1F1 W.\nevery 5 send poll.\n"
    })
    assert.strictEqual(code, 0)
    assert.strictEqual(stdout, "poll:'S1F1' W.\n")
    assert.strictEqual(stderr, "stdin: 1 rule left out: only messages are converted\n")
  })

  it("says how many comments, constants and rules are left out", async () => {
    const { code, stderr } = await run(["sml", "convert", "--to", "compact", "-"], {
      stdin: "#define N 2\n// who\npoll: S1F1 W. // there\nevery 5 send poll.\n"
    })
    assert.strictEqual(code, 0)
    assert.strictEqual(stderr, "stdin: 2 comments, 1 constant and 1 rule left out: only messages are converted\n")
  })

  it.each(["json", "hex", "secs4net"])("writes to %s all that can be said and names all that cannot", async (to) => {
    const template = (name: string) => `S1F3 = ${name} W <L <U4> = SVID>.`
    const text = `S1F1 W.\n${template("a")}\nS1F13 W <L>.\n${template("b")}\nS1F5 W <B 1>.\n`
    const jay = text.replaceAll(/W <L <U4> = SVID>/g, "W <J 'x'>")
    const stdin = to === "secs4net" ? jay.replaceAll("<J", "<C2") : text
    const { code, stderr, stdout } = await run(["sml", "convert", "--to", to, "-"], { stdin })
    assert.strictEqual(code, 1)
    assert.strictEqual(stdout, (await run(["sml", "convert", "--to", to, "-"], { stdin: good(text) })).stdout)
    assert.match(stderr, /^secs: stdin:2: a: S1F3[^\n]*\nsecs: stdin:4: b: S1F3[^\n]*\n$/)
  })

  it("goes on with the next file where one cannot be read", () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, "a.sml"), "S1F1 W <U1 256>.")
      writeFileSync(join(cwd, "b.sml"), "S1F1 W.")
      const { code, stderr, stdout } = await run(["sml", "convert", "--to", "compact", "."], { cwd })
      assert.deepStrictEqual([code, stdout], [1, "S1F1 W.\n"])
      assert.match(stderr, /^secs: a\.sml:1:12: [^\n]*\n$/)
    }))

  it("goes on behind a message that cannot be read, says it, and ends with 1", async () => {
    const stdin = "S1F1 W.\nS1F3 W <U1 256>.\nS1F5 W.\n"
    const { code, stderr, stdout } = await run(["sml", "convert", "--to", "compact", "-"], { stdin })
    assert.deepStrictEqual([code, stdout.replaceAll(/\s+/g, " ").trim()], [1, "S1F1 W. S1F5 W."])
    assert.strictEqual(stderr, "secs: stdin:2:12: expected an integer from 0 to 255, found 256\n")
  })

  it("prints one message in all where the tool reads one a file, whatever the number of files", () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, "a.sml"), "S1F1 W.")
      writeFileSync(join(cwd, "b.sml"), "S1F3 W.")
      const { code, stderr, stdout } = await run(["sml", "convert", "--to", "secs4java8", "a.sml", "b.sml"], { cwd })
      assert.deepStrictEqual([code, stdout], [1, "S1F1 W\n.\n"])
      assert.strictEqual(
        stderr,
        "secs: b.sml:1: S1F3: secs4java8 reads one message a file: --out-dir DIR writes them\n"
      )
    }))

  it("writes a file for each message into a folder, and replaces none", () =>
    inFolder(async (cwd) => {
      const args = ["sml", "convert", "--to", "secs4js", "--out-dir", "new/js/", "-"]
      const stdin = "S1F1 W. S1F1 W <L>. a/../b: S1F3 W. Hello: S1F5 W. hello: S1F5 W. S1F2 <J 'x'>."
      const { code, stderr, stdout } = await run(args, { cwd, stdin })
      const names = ["S1F1", "S1F1-2", "a_b", "Hello", "hello-2"].map((name) => `new/js/${name}.sml`)
      assert.deepStrictEqual(stdout.trim().split("\n"), names)
      assert.strictEqual(readFileSync(join(cwd, "new/js/S1F1-2.sml"), "utf8"), "S1F1 W\n<L [0]>\n.\n")
      assert.match(stderr, /^secs: stdin:1: S1F2: secs4js has no text for J[^\n]*\n$/)
      assert.strictEqual(code, 1)
      const again = await run(args, { cwd, stdin: "S1F1 W <L>. S9F1 W." })
      assert.deepStrictEqual([again.code, again.stdout], [1, "new/js/S9F1.sml\n"])
      assert.strictEqual(again.stderr, "secs: stdin:1: S1F1: new/js/S1F1.sml is there already\n")
    }))
})
