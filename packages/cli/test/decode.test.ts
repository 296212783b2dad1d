import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "./support/run.ts"

/** S1F13 W of session 7, system bytes 2a, with an empty list. By hand from SEMI E37. */
const frame = Uint8Array.of(0, 0, 0, 12, 0, 7, 0x81, 13, 0, 0, 0, 0, 0, 0x2a, 1, 0)
const hex = Buffer.from(frame).toString("hex")

describe("secs decode", () => {
  it.each<readonly [string, ReadonlyArray<string>, string | Uint8Array]>([
    ["hex in one word", [hex], ""],
    ["hex in many words", [...hex.match(/../g)!], ""],
    ["base64", [Buffer.from(frame).toString("base64")], ""],
    ["hex from standard input", ["-"], `${hex}\n`],
    ["a dump from standard input", ["-"], "00000000: 0000 000c 0007 810d 0000 0000 002a 0100  .............*..\n"],
    ["base64 from standard input", ["-"], Buffer.from(frame).toString("base64")],
    ["bytes from standard input", ["-"], frame]
  ])("prints %s as SML, with the fields of its header", async (_, args, stdin) => {
    assert.deepInclude(await run(["decode", ...args], { stdin }), {
      code: 0,
      stdout: '// "Establish Communications Request", session 7, system bytes 0000002a\nS1F13 W\n<L [0]>\n.\n',
      stderr: ""
    })
  })

  it("reads a file of that name before it takes the name for hex", async () => {
    const folder = mkdtempSync(join(tmpdir(), "secs-"))
    try {
      writeFileSync(join(folder, "a501"), Uint8Array.of(0xa5, 1, 7))
      assert.strictEqual((await run(["decode", "a501"], { cwd: folder })).stdout, "<U1 [1] 7>\n")
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("explains every byte", async () => {
    const { code, stdout } = await run(["decode", "--explain", "01", "02", "a5", "01", "07", "41", "02", "4f", "4b"])
    assert.strictEqual(code, 0)
    assert.deepStrictEqual(stdout.split("\n"), [
      "0000  01 02                    L, 2 items",
      "0002  a5 01 07                   U1, 1 byte: 7",
      '0005  41 02 4f 4b                A, 2 bytes: "OK"',
      ""
    ])
  })

  it("explains bad bytes up to the fault, names it on standard error and ends with 1", async () => {
    const { code, stderr, stdout } = await run(["decode", "--explain", "--as", "item", "0102a50107c50100"])
    assert.strictEqual(code, 1)
    assert.strictEqual(stdout.split("\n").length, 4)
    assert.strictEqual(
      stderr,
      "secs: input: UnknownFormat at byte 5, item [1]: format code 61 (octal) is not defined\n"
    )
  })

  it("prints a line of JSON for each frame", async () => {
    const { code, stdout } = await run(["decode", "--json", hex + hex])
    assert.strictEqual(code, 0)
    const [first, second] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.deepStrictEqual(first, {
      form: "frame",
      offset: 0,
      length: 16,
      sessionId: 7,
      systemBytes: 42,
      type: "data",
      message: { stream: 1, function: 13, replyExpected: true, item: { L: [] } },
      standard: { name: "Establish Communications Request" }
    })
    assert.deepInclude(second, { offset: 16 })
  })

  it("prints control messages and faults as JSON", async () => {
    const { code, stdout } = await run([
      "decode",
      "--json",
      "0000000affff0000000200000001",
      "0000000b0000810d000000000001ff"
    ])
    assert.strictEqual(code, 1)
    assert.deepStrictEqual(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
      [
        {
          form: "frame",
          offset: 0,
          length: 14,
          sessionId: 65535,
          systemBytes: 1,
          type: "Select.rsp",
          byte2: 0,
          byte3: 0
        },
        {
          form: "frame",
          offset: 14,
          length: 15,
          sessionId: 0,
          systemBytes: 1,
          type: "data",
          stream: 1,
          function: 13,
          error: {
            offset: 28,
            message: "UnknownFormat at byte 28, the root item: format code 77 (octal) is not defined"
          }
        }
      ]
    )
  })

  it.each([
    ["410548656c6c6f0d", '<A [5] "Hello">\n', "TrailingBytes at byte 7"],
    [
      "0000000e0000010d000000000001a5010700",
      '// "Establish Communications Request", session 0, system bytes 00000001\nS1F13\n<U1 [1] 7>\n.\n// S1F13 the body: none of 2 structures fits: the body: expected L, got <U1 7>; the body: expected L, got <U1 7>\n',
      "TrailingBytes at byte 17"
    ]
  ])("prints the item of %s, then names the byte behind it and ends with 1", async (bytes, sml, fault) => {
    const { code, stderr, stdout } = await run(["decode", bytes])
    assert.strictEqual(stdout, sml)
    assert.include(stderr, `secs: input: ${fault}`)
    assert.strictEqual(code, 1)
    const [json] = (await run(["decode", "--json", bytes])).stdout.split("\n")
    assert.match(json!, /"item":\{"(?:A":"Hello"|U1":\[7\])\}.*"error":/)
  })

  it("reads the base64 that encode writes for several messages", async () => {
    const base64 = (await run(["encode", "--to", "base64", "S1F1 W. S1F13 W <L>. S1F3 W <L <U4 1>>."])).stdout
    assert.match(base64, /=\n./)
    const { code, stdout } = await run(["decode", "--compact", "-"], { stdin: base64 })
    assert.strictEqual(code, 0)
    assert.deepStrictEqual(stdout.match(/^S.*/gm), [
      "S1F1 W.",
      "S1F13 W <L [0]>.",
      "S1F3 W <L [1] <U4 [1] 1> /* SVID */>."
    ])
  })

  it("prints what it reads on one line with --compact", async () => {
    const { stdout } = await run(["decode", "--compact", hex + hex])
    assert.strictEqual(
      stdout,
      '// "Establish Communications Request", session 7, system bytes 0000002a\nS1F13 W <L [0]>.\n'.repeat(2)
    )
  })

  it("prints a line of JSON for each row it explains", async () => {
    const { stdout } = await run(["decode", "--json", "--explain", "a50107"])
    assert.deepStrictEqual(JSON.parse(stdout), { offset: 0, bytes: "a50107", depth: 0, meaning: "U1, 1 byte: 7" })
  })

  it.each<readonly [ReadonlyArray<string>, string]>([
    [["nope"], "secs: nope: no such file, and no hex or base64: line 1, column 1: expected hex digits, found nope\n"],
    [
      ["--from", "hex", "pQEH"],
      "secs: pQEH: no such file, and no hex: line 1, column 1: expected hex digits, found pQEH\n"
    ]
  ])("ends %j with one line and exit code 1", async (args, stderr) => {
    assert.deepInclude(await run(["decode", ...args]), { code: 1, stdout: "", stderr })
  })

  it("ends quietly when whoever reads its output has gone", async () => {
    const { code, stderr, stdout } = await run(["decode", "--explain", "--full", "-"], {
      stdin: Uint8Array.from([0x23, 0x40, 0, 0, ...new Uint8Array(0x40_0000)]),
      closeOutputAfter: 1000
    })
    assert.strictEqual(stderr, "")
    assert.strictEqual(code, 0)
    assert.isAtLeast(stdout.length, 1000)
  })
})
