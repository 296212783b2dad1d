/** The guide of simulators, played as it stands. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { listening, ran } from "./support/start.ts"

const guide = readFileSync(new URL("../../../docs/guides/simulator.md", import.meta.url), "utf8")

const block = (language: string): string => new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "m").exec(guide)![1]!

/** Commands, and what the page shows of their output. */
const session = block("console")
  .split(/^\$ /m)
  .slice(1)
  .map((text) => {
    const [command, ...output] = text.split("\n")
    const args = Array.from(command!.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain!)
    return { args, output: output.join("\n") }
  })

/** Times, system bytes and how long it took are those of the run. */
const timeless = (text: string) => text.replaceAll(/^\/\/.*$/gm, "//")

const file = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "secs-simulator-"))
    writeFileSync(join(folder, "equipment.sml"), block("sml"))
    return join(folder, "equipment.sml")
  }),
  (path) => Effect.sync(() => rmSync(join(path, ".."), { recursive: true }))
)

describe("the guide of simulators", () => {
  it.live(
    "shows what secs send prints of a peer that answers from its file",
    () =>
      Effect.gen(function* () {
        const path = yield* file
        const { code, stdout } = yield* ran(["sml", "check", path])
        assert.deepStrictEqual([code, stdout], [0, "1 file, 6 messages, 0 errors, 0 warnings\n"])
        const { address } = yield* listening("--replies", path, "--set", "LOTID=A12")
        assert.lengthOf(session, 3)
        for (const { args, output } of session) {
          assert.deepStrictEqual(args.slice(0, 3), ["secs", "send", "localhost:5000"])
          const sent = yield* ran(["send", address, ...args.slice(3)])
          assert.strictEqual(timeless(sent.stdout), timeless(output))
        }
        const start = yield* ran(["send", address, 'S2F41 W <L <A "START"> <L>>.', "--wait", "1s"])
        assert.match(start.stdout, /S2F42\n[^]*0x00[^]*received[^]*S6F11 W\n[^]*"A12"[^]*sent[^]*S6F12\n/)
      }).pipe(Effect.timeout("50 seconds")),
    60_000
  )
})
