import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { run } from "./support/run.ts"

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string
}

describe("secs", () => {
  it("prints its name and the version of its package", async () => {
    assert.deepInclude(await run(["--version"]), { code: 0, stdout: `secs ${version}\n`, stderr: "" })
  })

  it("lists its commands where none is given", async () => {
    const { code, stderr, stdout } = await run([])
    assert.strictEqual(code, 0)
    assert.strictEqual(stderr, "")
    for (const command of ["sml", "decode", "encode", "send", "listen", "log"])
      assert.match(stdout, new RegExp(`^  ${command} `, "m"))
  })

  it("answers an unknown flag with one line on standard error and exit code 2", async () => {
    const { code, stderr, stdout } = await run(["decode", "--no-such-flag"])
    assert.strictEqual(code, 2)
    assert.strictEqual(stdout, "")
    assert.match(stderr, /^secs decode: .*--no-such-flag.*\(see secs decode --help\)\n$/)
  })

  it.each(["bash", "zsh", "fish"])("prints completions for %s that name its commands", async (shell) => {
    const { code, stderr, stdout } = await run(["--completions", shell])
    assert.strictEqual(code, 0)
    assert.strictEqual(stderr, "")
    assert.match(stdout, /decode/)
    assert.match(stdout, /--explain/)
  })

  it("prints completions that bash understands", async () => {
    const { stdout } = await run(["--completions", "bash"])
    execFileSync("bash", ["-n"], { input: stdout })
    const complete = [
      stdout,
      "COMP_WORDS=(secs sml ch); COMP_CWORD=2; COMP_LINE='secs sml ch'; COMP_POINT=11",
      "$(complete -p secs | sed 's/.*-F \\([^ ]*\\).*/\\1/') secs ch sml",
      'echo "${COMPREPLY[@]}"'
    ].join("\n")
    assert.strictEqual(execFileSync("bash", ["--norc"], { input: complete, encoding: "utf8" }).trim(), "check")
  })
})
