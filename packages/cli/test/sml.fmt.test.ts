import { assert, describe, it } from "@effect/vitest"
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "./support/run.ts"

const rough = "S1F3 W <L <U4 1001>> /* SVID */."
const neat = "S1F3 W\n<L [1]\n  <U4 [1] 1001>\n> /* SVID */\n.\n"

const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "secs-"))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe("secs sml fmt", () => {
  it("prints what is formatted and leaves files alone", () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, "a.sml"), rough)
      assert.deepInclude(await run(["sml", "fmt", "a.sml"], { cwd }), { code: 0, stdout: neat, stderr: "" })
      assert.strictEqual(readFileSync(join(cwd, "a.sml"), "utf8"), rough)
    }))

  it("names the files that are not formatted and ends with 1, with --check", () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, "a.sml"), rough)
      writeFileSync(join(cwd, "b.sml"), neat)
      assert.deepInclude(await run(["sml", "fmt", "--check", "."], { cwd }), { code: 1, stdout: "a.sml\n", stderr: "" })
      assert.deepInclude(await run(["sml", "fmt", "--check", "b.sml"], { cwd }), { code: 0, stdout: "" })
      assert.strictEqual(readFileSync(join(cwd, "a.sml"), "utf8"), rough)
    }))

  it("replaces files with --write, in the encoding they have, and then has nothing more to do", () =>
    inFolder(async (cwd) => {
      const utf16 = (text: string) => Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(text, "utf16le")])
      writeFileSync(join(cwd, "a.sml"), rough)
      writeFileSync(join(cwd, "b.sml"), utf16(rough))
      writeFileSync(join(cwd, "c.sml"), neat)
      assert.deepInclude(await run(["sml", "fmt", "--write", "."], { cwd }), { code: 0, stdout: "a.sml\nb.sml\n" })
      assert.strictEqual(readFileSync(join(cwd, "a.sml"), "utf8"), neat)
      assert.deepStrictEqual(readFileSync(join(cwd, "b.sml")), utf16(neat))
      assert.deepInclude(await run(["sml", "fmt", "--write", "."], { cwd }), { code: 0, stdout: "" })
    }))

  it("replaces a file as a whole, where a link leads, with the rights it has, and leaves nothing beside it", () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, "a.sml"), rough, { mode: 0o640 })
      symlinkSync("a.sml", join(cwd, "link.sml"))
      const before = statSync(join(cwd, "a.sml"))
      assert.deepInclude(await run(["sml", "fmt", "--write", "link.sml"], { cwd }), { code: 0, stdout: "link.sml\n" })
      const after = statSync(join(cwd, "a.sml"))
      assert.strictEqual(readFileSync(join(cwd, "a.sml"), "utf8"), neat)
      assert.isTrue(lstatSync(join(cwd, "link.sml")).isSymbolicLink())
      assert.strictEqual(after.mode, before.mode)
      assert.notStrictEqual(after.ino, before.ino)
      assert.deepStrictEqual(readdirSync(cwd).toSorted(), ["a.sml", "link.sml"])
    }))

  it("leaves a file it cannot read as it is, says why, formats the others and ends with 1", () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, "a.sml"), "S1F1 W <U1 256>.")
      writeFileSync(join(cwd, "b.sml"), rough)
      const { code, stderr, stdout } = await run(["sml", "fmt", "--write", "."], { cwd })
      assert.strictEqual(code, 1)
      assert.strictEqual(stdout, "b.sml\n")
      assert.strictEqual(stderr, "a.sml:1:12: error: expected an integer from 0 to 255, found 256\n")
      assert.strictEqual(readFileSync(join(cwd, "a.sml"), "utf8"), "S1F1 W <U1 256>.")
    }))

  it("names all that is wrong with a file", async () => {
    const { code, stderr, stdout } = await run(["sml", "fmt", "-"], {
      stdin: "S1F1 W <U1 256>.\nS1F3 W.\nS1F5 <U1 x y>.\n"
    })
    assert.deepStrictEqual([code, stdout], [1, ""])
    assert.match(stderr, /^stdin:1:12: error: [^\n]*\nstdin:3:\d+: error: [^\n]*\n$/)
    const item = await run(["sml", "fmt", "-"], { stdin: "<U1 256>" })
    assert.match(item.stderr, /^stdin:1:5: error: [^\n]*\n$/)
  })

  it("indents and breaks lines as told", async () => {
    const { stdout } = await run(["sml", "fmt", "--indent", "4", "--width", "24", "-"], {
      stdin: "S1F2 <L <U4 1 2 3 4 5 6 7 8 9>>."
    })
    assert.match(stdout, /^ {4}<U4 \[9\]/m)
    assert.isTrue(stdout.split("\n").every((line) => line.length <= 24))
  })

  it.each([
    [["--check", "--write", "a.sml"], "secs: --check and --write exclude each other\n"],
    [["--write", "-"], "secs: standard input cannot be written to\n"]
  ])("ends %j with exit code 2", async (args, stderr) => {
    assert.deepInclude(await run(["sml", "fmt", ...args]), { code: 2, stdout: "", stderr })
  })
})
