import { assert, describe, it } from "@effect/vitest"
import { run } from "./support/run.ts"

const two = "S1F13 W <L>.\nStatus: 'S1F3' W <L <U4 1> <BOOLEAN T>>. // asks\n"

describe("secs sml convert", () => {
  it.each([
    ["compact", "S1F13 W <L [0]>.\nStatus:'S1F3' W <L [2] <U4 [1] 1> <BOOLEAN [1] T>>.\n"],
    ["secs4net", "'S1F13' W\n<L [0]\n>\n.\nStatus:'S1F3' W\n<L [2]\n    <U4 [1] 1>\n    <Boolean [1] True>\n>\n.\n"],
    ["hex", "0000000c0000810d0000000000010100\n00000015000081030000000000020102b10400000001250101\n"]
  ])("writes messages as %s has them", async (to, stdout) => {
    assert.deepInclude(await run(["sml", "convert", "--to", to, "-"], { stdin: two }), { code: 0, stdout, stderr: "" })
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
    ["secs4js", two, /^secs: stdin:2: Status: S1F3: secs4js reads one message a file\n$/],
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
      /^secs: stdin:1:12: expected an integer from 0 to 255, found 256, and 1 more error\n$/
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
})
