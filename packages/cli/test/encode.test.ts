import { assert, describe, it } from "@effect/vitest"
import { run } from "./support/run.ts"

const two = "S1F13 W <L>.\nS1F1 W.\n"

describe("secs encode", () => {
  it.each<readonly [string, ReadonlyArray<string>, string]>([
    ["an item as it is", ['<L <U4 1001> <A "OK">>'], "0102b104000003e941024f4b\n"],
    ["a message as a frame", ["S1F13 W <L>."], "0000000c0000810d0000000000010100\n"],
    ["the item of a message", ["--as", "item", "S1F2 <U1 7>."], "a50107\n"],
    [
      "a message behind its header",
      ["--as", "message", "--session", "7", "--system", "0x2a", "S1F1 W."],
      "0007810100000000002a\n"
    ],
    ["bytes in base64", ["--to", "base64", "<U1 7>"], "pQEH\n"]
  ])("writes %s", async (_, args, stdout) => {
    assert.deepInclude(await run(["encode", ...args]), { code: 0, stdout, stderr: "" })
  })

  it("counts system bytes on from message to message, and starts again behind the last", async () => {
    const { stdout } = await run(["encode", "--system", "4294967295", "-"], { stdin: two })
    assert.strictEqual(stdout, "0000000c0000810d0000ffffffff0100\n0000000a00008101000000000000\n")
  })

  it("writes binary that decode reads again", async () => {
    const { bytes } = await run(["encode", "--to", "binary", "-"], { stdin: two })
    assert.strictEqual(bytes.length, 30)
    const { stdout } = await run(["decode", "-"], { stdin: bytes })
    assert.strictEqual(
      (await run(["encode", "--to", "binary", "-"], { stdin: stdout })).stdout,
      Buffer.from(bytes).toString()
    )
  })

  it.each([
    ['\ufeffS1F2 <A "x">.', undefined],
    ['S1F2 <A "x">.', "utf-16le"]
  ] as const)("reads %j with a byte order mark in %s", async (text, encoding) => {
    const stdin = encoding === undefined ? text : Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, encoding)])
    assert.strictEqual((await run(["encode", "--as", "item", "-"], { stdin })).stdout, "410178\n")
  })

  it("reads a file that is no UTF-8 as latin-1, where told to take such characters", async () => {
    const stdin = Buffer.from('S1F2 <A "é">.', "latin1")
    assert.strictEqual((await run(["encode", "--as", "item", "--text", "latin-1", "-"], { stdin })).stdout, "4101e9\n")
    const { code, stderr } = await run(["encode", "-"], { stdin })
    assert.strictEqual(code, 1)
    assert.match(stderr, /^secs: stdin:1:10: /)
  })

  it.each<readonly [ReadonlyArray<string>, number, RegExp]>([
    [["nope"], 1, /^secs: nope: no such file, and no message or item\n$/],
    [["S1F1 W <U1 256>."], 1, /^secs: input:1:12: expected an integer from 0 to 255, found 256\n$/],
    [["S1F1 W <U1 SVID>."], 1, /^secs: input:1: S1F1 is a template: its slots have no values\n$/],
    [["--as", "frame", "<U1 7>"], 2, /^secs: an item has no header: write SxFy before it for a frame\n$/],
    [["--session", "65536", "S1F1 W."], 2, /^secs encode: [^\n]*an integer from 0 to 65535[^\n]*\n$/],
    [["--to", "octal", "S1F1 W."], 2, /^secs encode: [^\n]*octal[^\n]*\n$/]
  ])("ends %j with exit code %i and one line", async (args, code, message) => {
    const ran = await run(["encode", ...args])
    assert.deepInclude(ran, { code, stdout: "" })
    assert.match(ran.stderr, message)
  })

  describe("where some of several cannot be encoded", () => {
    const stdin = "S1F1 W.\nS1F3 W <U1 256>.\nS2F25 W <B [n] ABS>.\nS1F13 W <L>.\n"
    const frames = "0000000a0000810100000000000a0000000c0000810d00000000000b0100"

    it.each(["hex", "binary"])("writes the others whole in %s, says each, and ends with 1", async (to) => {
      const { bytes, code, stderr, stdout } = await run(["encode", "--to", to, "--system", "10", "-"], { stdin })
      assert.strictEqual(code, 1)
      assert.strictEqual(to === "hex" ? stdout.replaceAll("\n", "") : Buffer.from(bytes).toString("hex"), frames)
      assert.strictEqual(
        stderr,
        [
          "secs: stdin:2:12: expected an integer from 0 to 255, found 256\n",
          "secs: stdin:3: S2F25 is a template: its slots have no values\n"
        ].join("")
      )
    })

    it("does so with lines of JSON", async () => {
      const lines = ['{"U1":[1]}', '{"U1":[256]}', "no JSON", '{"U1":[2]}']
      const { code, stderr, stdout } = await run(["encode", "-"], { stdin: lines.join("\n") })
      assert.deepStrictEqual([code, stdout], [1, "a50101\na50102\n"])
      assert.match(stderr, /^secs: stdin:2: [^\n]*256\nsecs: stdin:3: [^\n]*\n$/)
    })
  })

  it("tells three warnings and how many more there are", async () => {
    const { code, stderr } = await run(["encode", "-"], {
      stdin: 'S1F2 <L <A [2] ""> <A [2] ""> <A [2] ""> <A [2] ""> <A [2] "">>.'.replaceAll("[2]", "[3]")
    })
    assert.strictEqual(code, 0)
    assert.strictEqual(stderr.trim().split("\n").length, 4)
    assert.match(stderr, /2 more warnings: see secs sml check\n$/)
  })
})
