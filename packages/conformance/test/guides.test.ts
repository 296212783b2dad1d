import { assert, describe, it } from "@effect/vitest"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { Console, Context, Effect, Layer } from "effect"
import { readFileSync } from "node:fs"
import { Equipment, equipment } from "../guides/first-equipment.ts"
import { Host, host } from "../guides/first-host.ts"
import { root } from "../src/Repository.ts"

/** The TypeScript blocks of a page. */
const blocks = (page: string): ReadonlyArray<string> =>
  [...readFileSync(`${root}${page}`, "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!)

describe("the guides", () => {
  for (const [page, ...files] of [
    ["docs/guides/first-host.md", "first-host.ts"],
    ["docs/guides/first-equipment.md", "first-equipment.ts"],
    [
      "docs/guides/observability.md",
      "observability-logs.ts",
      "observability-prometheus.ts",
      "observability-otlp.ts",
      "observability-capture.ts"
    ],
    ["README.md", "readme.ts"]
  ] as const) {
    it(`${page} shows what is compiled as ${files.join(", ")}`, () => {
      assert.deepStrictEqual(
        blocks(page),
        files.map((file) => readFileSync(`${root}packages/conformance/guides/${file}`, "utf8"))
      )
    })
  }

  it.live("the first host reads the variables of the first equipment and sees its event", () =>
    Effect.gen(function* () {
      const printed: Array<string> = []
      const console: Console.Console = { ...globalThis.console, log: (line: string) => printed.push(line) }
      const context = yield* Layer.build(Equipment(0))
      const { port } = Context.get(context, NodeTransport.Listening)
      yield* equipment.pipe(Effect.provide(context), Effect.forkScoped)
      const seen = yield* host.pipe(
        Effect.tap(() => Effect.sleep("100 millis")),
        Effect.scoped,
        Effect.provide(Host(port)),
        Effect.provideService(Console.Console, console)
      )
      assert.deepStrictEqual(seen, { model: "ETCHER", temperature: 181.5, pressure: 90 })
      assert.isTrue(
        printed.some((line) => line.startsWith("event: S6F11 W <L [3] <U4 1> <U4 100>")),
        printed.join("\n")
      )
    })
  )
})
