import { describe, expect, it } from "@effect/vitest"
import { closure, code, header, imports, modules, packages, sources } from "../../src/Repository.ts"

/** The packages that are pure as a whole, so that they run in a browser. */
const purePackages = ["codec", "sml", "messages"]

/** Modules that run, wait, schedule or talk. */
const impure =
  /^(node:|@effect\/platform|effect$|effect\/(Channel|Clock|Deferred|Fiber\w*|Latch|Layer\w*|ManagedRuntime|PubSub|Queue|Random|Ref|Runtime|Schedule\w*|Scope\w*|Semaphore|Sink|Stream|SubscriptionRef|socket)(\/|$))/

/** All that a pure package may use of Effect: data and Schema, and `Effect` for the values a Schema transformation returns. */
const data =
  /^effect\/(Array|BigInt|Boolean|Brand|Bytes|Chunk|Data|Duration|Effect|Equal|Equivalence|Formatter|Function|HKT|Hash|HashMap|HashSet|Inspectable|Iterable|Match|Newtype|Number|Option|Order|Ordering|Pipeable|Predicate|Record|Result|Schema|Schema(AST|Getter|Issue|Parser|Representation|Transformation)|String|Struct|Symbol|Tuple|Types|Unify|Utils)$/

const pure = packages.flatMap((name) =>
  sources(name).filter((path) => purePackages.includes(name) || /\bPure\b/.test(header(path)))
)

describe("purity", () => {
  it("looks at pure files of every published package", () => {
    for (const name of ["codec", "sml", "messages", "session", "cli"]) {
      expect(pure.filter((path) => path.startsWith(`packages/${name}/`)).length, name).toBeGreaterThan(0)
    }
  })

  it.each(pure)("%s neither runs, waits, schedules nor talks, whatever it imports", (path) => {
    const reached = closure(path, (one) => !one.typeOnly)
    expect([...reached].filter(([target]) => impure.test(target)).map(([, trail]) => trail.join(" > "))).toEqual([])
  })

  it("makes effects only as values a Schema transformation returns", () => {
    const value = /^(Effect|fail|fromOption|fromResult|succeed)$/
    const uses = pure.flatMap((path) => {
      if (!imports(path).some((one) => modules(one).includes("effect/Effect"))) return []
      return [...code(path).matchAll(/\bEffect\.(\w+)/g)].map(([, name]) => ({ path, name: name! }))
    })
    expect(uses.filter(({ name }) => !value.test(name))).toEqual([])
  })

  it.each(purePackages)("%s uses only the data and Schema modules of Effect", (name) => {
    const used = sources(name).flatMap((path) =>
      imports(path).flatMap((one) => modules(one).map((module) => ({ path, module })))
    )
    const ofEffect = used.filter(({ module }) => /^@?effect(\/|$)/.test(module))
    // The definitions of messages are made of the codec's builders alone.
    expect(ofEffect.length > 0).toBe(name !== "messages")
    expect(ofEffect.filter(({ module }) => !data.test(module))).toEqual([])
  })
})
