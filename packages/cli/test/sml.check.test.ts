import { assert, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "./support/run.ts"

const bad = 'S1F1 W.\nS1F2 <U1 256>.\nS1F3 <A [3] "x">.\n'

describe("secs sml check", () => {
  it("prints errors and warnings where they stand, with the line and a caret, and counts them", async () => {
    const { code, stderr, stdout } = await run(["sml", "check", "-"], { stdin: bad })
    assert.strictEqual(code, 1)
    assert.strictEqual(stderr, "")
    assert.deepStrictEqual(stdout.split("\n"), [
      "stdin:2:10: error: expected an integer from 0 to 255, found 256",
      "  S1F2 <U1 256>.",
      "           ^",
      "stdin:3:9: warning: expected [1], the number of values, found [3]",
      '  S1F3 <A [3] "x">.',
      "          ^",
      "1 file, 2 messages, 1 error, 1 warning",
      ""
    ])
  })

  it("finds what rules name in all files given, as secs listen does, in whatever order they are", async () => {
    const folder = mkdtempSync(join(tmpdir(), "secs-check-"))
    try {
      writeFileSync(join(folder, "rules.sml"), "if (hello) answer.\nif (hello) lost.\nevery 5 send hello.\n")
      writeFileSync(join(folder, "messages.sml"), "hello: S1F13 W.\nanswer: S1F14.\n")
      writeFileSync(join(folder, "other.sml"), "S1F1 W <A [2] 'x'>.\n")
      const check = (...names: ReadonlyArray<string>) => run(["sml", "check", "--strict", ...names], { cwd: folder })
      for (const names of [
        ["rules.sml", "other.sml", "messages.sml"],
        ["other.sml", "messages.sml", "rules.sml"]
      ]) {
        const { code, stdout } = await check(...names)
        assert.strictEqual(code, 1)
        const places = Array.from(
          stdout.matchAll(/^(\w+\.sml:\d+):.*(found .*)$/gm),
          ([, place, found]) => `${place} ${found}`
        )
        const wrong = {
          "rules.sml": "rules.sml:2 found lost",
          "other.sml": "other.sml:1 found [2]",
          "messages.sml": undefined
        }
        assert.deepStrictEqual(
          places,
          names.flatMap((name) => wrong[name as keyof typeof wrong] ?? [])
        )
      }
      assert.include((await check("rules.sml")).stdout, "1 file, 0 messages, 3 errors")
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("warns of rules that cannot be followed, and takes them for errors with --strict", async () => {
    const rules = "ok: S1F4 <L>.\nif (s1f3) ok.\nif (s1f3) missing.\n  if (s1f1) ok.\nevery 5 send ok.\n"
    const { code, stdout } = await run(["sml", "check", "-"], { stdin: rules })
    assert.strictEqual(code, 0)
    assert.deepStrictEqual(stdout.split("\n"), [
      "stdin:3:1: warning: expected the name of a message to send, found missing",
      "  if (s1f3) missing.",
      "  ^",
      "stdin:4:3: warning: expected S1F2 or a primary, sent when S1F1 comes in, found S1F4 ok",
      "  if (s1f1) ok.",
      "  ^",
      "stdin:5:1: warning: expected a primary to send every 5 s, found S1F4 ok",
      "  every 5 send ok.",
      "  ^",
      "1 file, 1 message, 0 errors, 3 warnings",
      ""
    ])
    const strict = await run(["sml", "check", "--strict", "-"], { stdin: rules })
    assert.strictEqual(strict.code, 1)
    assert.match(strict.stdout, /stdin:3:1: error: [^]*1 message, 3 errors, 0 warnings\n$/)
  })

  it("takes a rule that sends every 0 seconds for an error", async () => {
    const { code, stdout } = await run(["sml", "check", "-"], { stdin: "ask: S1F1 W.\nevery 0 send ask.\n" })
    assert.strictEqual(code, 1)
    assert.match(stdout, /^stdin:2:7: error: expected a number of seconds above 0, found 0\n/)
  })

  it("warns of a text without a message, and says what was taken for prose; an error with --strict", async () => {
    const stdin = "12:00:00 waiting for S6F12\nthe end\n"
    const [check, strict, json] = await Promise.all([
      run(["sml", "check", "-"], { stdin }),
      run(["sml", "check", "--strict", "-"], { stdin }),
      run(["sml", "check", "--json", "-"], { stdin: "" })
    ])
    assert.deepStrictEqual(check.stdout.split("\n"), [
      "stdin:1:1: warning: expected a message, found 2 lines without one (1 line that holds SxFy and was taken for prose: line 1)",
      "1 file, 0 messages, 0 errors, 1 warning",
      ""
    ])
    assert.deepStrictEqual([check.code, strict.code, json.code], [0, 1, 0])
    const { messages, warnings } = JSON.parse(json.stdout) as { messages: number; warnings: ReadonlyArray<unknown> }
    assert.deepStrictEqual([messages, warnings.length], [0, 1])
  })

  it("reads logs that write a time before every line, or numbers behind a header", async () => {
    const stdin = "12:00:00 SEND S1F13 W\n12:00:00   <L[0]\n12:00:00   >\n12:00:01 SEND S1F1 W SystemBytes=1\n"
    const { stdout } = await run(["sml", "check", "-"], { stdin })
    assert.strictEqual(stdout, "1 file, 2 messages, 0 errors, 0 warnings\n")
  })

  it("leaves out warnings where told to be quiet, but counts them", async () => {
    const { code, stdout } = await run(["sml", "check", "--quiet", "-"], { stdin: 'S1F3 <A [3] "x">.' })
    assert.strictEqual(code, 0)
    assert.strictEqual(stdout, "1 file, 1 message, 0 errors, 1 warning\n")
  })

  it.each(["--strict", "--sizes"])("takes a wrong size for an error with %s", async (flag) => {
    const { code, stdout } = await run(["sml", "check", flag, "-"], { stdin: 'S1F3 <A [3] "x">.' })
    assert.strictEqual(code, 1)
    assert.match(stdout, /1 error, 0 warnings\n$/)
  })

  it("reads the .sml files below a folder, in the order of their names", async () => {
    const folder = mkdtempSync(join(tmpdir(), "secs-"))
    try {
      mkdirSync(join(folder, "b"))
      writeFileSync(join(folder, "b", "two.SML"), "S1F1 W.")
      writeFileSync(join(folder, "a.sml"), "S1F1 W. S1F3 W <L>.")
      writeFileSync(join(folder, "readme.txt"), "no SML at all <")
      const { code, stdout } = await run(["sml", "check", "--json", "."], { cwd: folder })
      assert.strictEqual(code, 0)
      const lines = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { readonly file: string; readonly messages: number })
      assert.deepStrictEqual(
        lines.map(({ file, messages }) => [file, messages]),
        [
          ["a.sml", 2],
          [join("b", "two.SML"), 1]
        ]
      )
      rmSync(join(folder, "a.sml"))
      rmSync(join(folder, "b"), { recursive: true })
      assert.deepInclude(await run(["sml", "check", "."], { cwd: folder }), {
        code: 1,
        stderr: "secs: .: no file below it ends in .sml\n"
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("prints errors as JSON with their place and reason", async () => {
    const { code, stdout } = await run(["sml", "check", "--json", "-"], { stdin: bad })
    assert.strictEqual(code, 1)
    assert.deepStrictEqual(JSON.parse(stdout), {
      file: "-",
      dialect: "peer",
      messages: 2,
      templates: 0,
      rules: 0,
      errors: [
        { line: 2, column: 10, offset: 17, reason: "ValueRange", expected: "an integer from 0 to 255", found: "256" }
      ],
      warnings: [
        { line: 3, column: 9, offset: 31, reason: "SizeMismatch", expected: "[1], the number of values", found: "[3]" }
      ]
    })
  })

  it("names a file that is not there", async () => {
    assert.deepInclude(await run(["sml", "check", "no-such.sml"]), {
      code: 1,
      stdout: "",
      stderr: "secs: no-such.sml: no such file\n"
    })
  })

  it("reads a dialect as told", async () => {
    assert.strictEqual((await run(["sml", "check", "--dialect", "secs4js", "-"], { stdin: "S1F1 <B 0A>." })).code, 0)
    assert.strictEqual((await run(["sml", "check", "-"], { stdin: "S1F1 <B 0A>." })).code, 1)
  })

  it.each([
    ["<L <U1 7>>", 0, "1 file, 0 messages, 1 item, 0 errors, 0 warnings\n"],
    ["// answer\n<A 'x'>", 0, "1 file, 0 messages, 1 item, 0 errors, 0 warnings\n"],
    [
      "<A [3] 'x'>",
      0,
      "stdin:1:4: warning: expected [1], the number of values, found [3]\n  <A [3] 'x'>\n     ^\n1 file, 0 messages, 1 item, 0 errors, 1 warning\n"
    ],
    [
      "<U1 256>",
      1,
      "stdin:1:5: error: expected an integer from 0 to 255, found 256\n  <U1 256>\n      ^\n1 file, 0 messages, 1 error, 0 warnings\n"
    ]
  ])("reads a file of an item alone: %j", async (stdin, code, stdout) => {
    assert.deepInclude(await run(["sml", "check", "-"], { stdin }), { code, stdout, stderr: "" })
  })

  it("reads a W in a secondary, and lists as deep, as told", async () => {
    const counted = (messages: number, errors: number) => [messages, errors]
    for (const [stdin, flags] of [
      ["S1F2 W <L>.", ["--w-on-secondary", "warn"]],
      [`S1F1 W ${"<L ".repeat(1025)}${">".repeat(1025)}.`, ["--max-depth", "2000"]]
    ] as const) {
      for (const [more, expected] of [
        [[], counted(0, 1)],
        [flags, counted(1, 0)]
      ] as const) {
        const { stdout } = await run(["sml", "check", "--json", ...more, "-"], { stdin })
        const { errors, messages } = JSON.parse(stdout) as { errors: ReadonlyArray<unknown>; messages: number }
        assert.deepStrictEqual(counted(messages, errors.length), expected)
      }
    }
    const { code } = await run(["sml", "check", "--max-items", "2", "-"], { stdin: "S1F1 W <L <U1 1> <U1 2>>." })
    assert.strictEqual(code, 1)
  })
})
