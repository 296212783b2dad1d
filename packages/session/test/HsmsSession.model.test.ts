import { SecsMessage } from "@effect-secs/codec"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import type { TransactionError } from "../src/SessionError.ts"
import * as kit from "./kit.ts"
import { type Expected, maxFailures, Model, t3, t5, t6, t7, t8 } from "./model.ts"

const seeds = [1, 2, 3, 4]
const steps = 400

/** Steps that all walks of one side together take in each state, at least. */
const atLeast = { NotConnected: 60, NotSelected: 150, Selected: 400 } as const

/** Kinds of steps, each of which a side has to take at least this often. */
const atLeastEach = 3

/** mulberry32: the same walk for the same seed, on every machine. */
const random = (seed: number) => {
  let a = seed >>> 0
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = a
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (n: number) => Math.floor(next() * n)
  return { below, of: <A>(list: ReadonlyArray<A>): A => list[below(list.length)]! }
}

type Random = ReturnType<typeof random>

/** How an operation ended, in the words of the model. */
const outcome = (exit: Exit.Exit<unknown, TransactionError>): string => {
  if (Exit.isSuccess(exit)) {
    return exit.value instanceof SecsMessage.SecsMessage ? exit.value.name : exit.value === undefined ? "sent" : "alive"
  }
  const error = Exit.findError(exit)
  if (Result.isFailure(error)) return "interrupted"
  const reason = error.success.reason
  switch (reason._tag) {
    case "ConnectionLost":
      return `ConnectionLost ${reason.cause._tag}`
    case "NotSelected":
      return `NotSelected ${reason.state}`
    case "Rejected":
      return `Rejected ${reason.rejectReason}`
    case "ErrorReported":
      return `ErrorReported ${reason.function}`
    case "UnexpectedReply":
      return `UnexpectedReply ${reason.stream} ${reason.function}`
    default:
      return reason._tag
  }
}

/** A frame the peer may send now, of a kind that is told with it. */
const anyFrame = (model: Model, dice: Random): readonly [string, kit.Frame] => {
  const foreign = 1_000_000 + dice.below(1_000)
  const of = (list: ReadonlyArray<{ readonly chosen: { readonly value: number } }>) =>
    list.length > 0 && dice.below(5) > 0 ? dice.of(list).chosen.value : foreign
  const requests = model.open("request")
  const request = requests.length > 0 ? dice.of(requests) : undefined
  const system = request?.chosen.value ?? foreign
  const stream = request === undefined ? 1 : request.frame.byte2 & 0x7f
  const function_ = request?.frame.byte3 ?? 1
  const probes = [...model.open("linktest"), ...model.open("probe")]
  const kinds: ReadonlyArray<() => readonly [string, kit.Frame]> = [
    () => ["SelectReq", kit.selectReq(foreign)],
    () => ["SelectReq", kit.selectReq(foreign)],
    () => ["SelectRsp", kit.selectRsp(of(model.open("select")), dice.of([0, 0, 0, 0, 1, 2, 3]))],
    () => ["SelectRsp", kit.selectRsp(of(model.open("select")), 0)],
    () => (dice.below(3) < 2 ? ["DeselectReq", kit.deselectReq(foreign)] : ["LinktestReq", kit.linktestReq(foreign)]),
    () => ["DeselectRsp", kit.deselectRsp(of(model.open("deselect")), dice.of([0, 0, 1, 2]))],
    () => ["LinktestReq", { ...kit.linktestReq(foreign), session: dice.of([0xffff, kit.device]) }],
    () => ["LinktestRsp", kit.linktestRsp(of(probes))],
    () => ["late LinktestRsp", kit.linktestRsp(model.overdue.length > 0 ? dice.of(model.overdue) : foreign)],
    () => ["RejectReq of data", kit.rejectReq(of(requests), 1 + dice.below(5), 0)],
    () => [
      "RejectReq of control",
      kit.rejectReq(of([...probes, ...model.open("select"), ...model.open("deselect")]), 1, 5)
    ],
    () => (dice.below(4) === 0 ? ["SeparateReq", kit.separateReq(foreign)] : ["Primary W", kit.primary(1, 1, foreign)]),
    () => ["SType", { ...kit.linktestReq(foreign), sType: dice.of([8, 10, 128, 255]) }],
    () => ["PType", { ...kit.linktestReq(foreign), pType: 1 + dice.below(255), sType: dice.below(256) }],
    () => ["Primary", kit.data(6, 11, system, "a50107")],
    () => ["Primary W", kit.primary(2, 41, system, "0100")],
    () => ["undecodable primary", kit.primary(6, 11, foreign, "a502ff")],
    () => ["undecodable primary", kit.data(6, 11, foreign, "a502ff")],
    () => ["foreign session id", kit.primary(6, 11, foreign, "", 11)],
    () => ["foreign session id", kit.data(stream, function_ + 1, system, "", 11)],
    () => ["reply", kit.data(stream, function_ + 1, system, "a50107")],
    () => ["reply", kit.data(stream, function_ + 1, system)],
    () => ["reply of another function", kit.data(stream, function_ + 3, system)],
    () => ["abort", kit.data(stream, 0, system)],
    () => ["undecodable reply", kit.data(stream, function_ + 1, system, "a502ff")],
    () => {
      const about = { ...kit.primary(stream, function_, system), text: "" }
      return ["stream 9", kit.data(9, dice.of([1, 3, 5, 7, 9, 11, 13]), foreign, kit.headItem(about))]
    }
  ]
  return dice.of(kinds)()
}

const walk = (mode: "Active" | "Passive", role: "host" | "equipment", seed: number, taken: Map<string, number>) =>
  Effect.gen(function* () {
    const dice = random(seed * 2 + (mode === "Active" ? 1 : 0))
    const model = new Model(mode, role)
    const options = { role, maxFailures, timers: { t3, t5, t6, t7, t8, linktest: 0 } }
    const passive = mode === "Passive" ? yield* kit.passive(options) : undefined
    const active = mode === "Active" ? yield* kit.active(options) : undefined
    const { session } = (passive ?? active)!
    const delivered = yield* kit.primaries(session)
    const peers: Array<kit.Peer> = []
    const fibers = new Map<number, Fiber.Fiber<unknown, TransactionError>>()
    const script: Array<string> = []
    let operations = 0
    let partial: kit.Frame | undefined
    /** What the peer ended itself: the session's frames to it are not seen any more. */
    const deaf = new Set<number>()

    const told = (line: string) =>
      `${mode} ${role}, seed ${seed}, step ${script.length}: ${line}\n${script.slice(-12).join("\n")}`

    /** One of our own operations. */
    const operate = (run: (id: number) => Effect.Effect<unknown, TransactionError>, say: (id: number) => void) =>
      Effect.gen(function* () {
        const id = operations++
        say(id)
        fibers.set(id, yield* kit.start(run(id)))
      })

    const check = Effect.gen(function* () {
      if (active !== undefined) {
        while (peers.length <= model.connection) peers.push(yield* active.accept)
      }
      yield* kit.settle
      const seen: Array<readonly [number, kit.Frame]> = []
      for (let connection = Math.max(0, peers.length - 2); connection < peers.length; connection++) {
        for (const frame of peers[connection]!.take()) seen.push([connection, frame])
      }
      const expected = model.expected.filter((one: Expected) => !deaf.has(one.connection))
      // Known system bytes first, so that a report can show the header of what it is about.
      for (const [i, one] of expected.entries())
        if (one.chosen !== undefined) one.chosen.value = seen[i]?.[1].system ?? 0
      const wanted = expected.map((one): readonly [number, kit.Frame] => [
        one.connection,
        {
          ...one.frame,
          system: one.chosen?.value ?? one.frame.system,
          text: one.shead === undefined ? one.frame.text : kit.headItem(one.shead())
        }
      ])
      assert.deepStrictEqual(seen, wanted, told("frames"))
      assert.strictEqual(yield* session.state, model.state, told("state"))
      assert.deepStrictEqual(
        delivered.map((one) => [one.message.name, one.systemBytes]),
        model.delivered.map(({ frame }) => [`S${frame.byte2 & 0x7f}F${frame.byte3}`, frame.system]),
        told("primaries")
      )
      const results = new Map<number, string>()
      for (const [id, fiber] of fibers) {
        const exit = fiber.pollUnsafe()
        if (exit === undefined) continue
        fibers.delete(id)
        results.set(id, outcome(exit))
      }
      const sorted = (map: Map<number, string>) => [...map].toSorted(([a], [b]) => a - b)
      assert.deepStrictEqual(sorted(results), sorted(model.results), told("results"))
      const inUse = model.open("request").map((one) => one.chosen.value)
      assert.strictEqual(new Set(inUse).size, inUse.length, told("system bytes"))
      model.expected = []
      model.results.clear()
    })

    yield* kit.settle
    model.advance(0)
    yield* check

    while (script.length < steps) {
      const before = model.state
      const peer = peers[model.connection]
      const live = before !== "NotConnected" && peer !== undefined
      const note = (what: string) => {
        script.push(`${model.now} ${before}: ${what}`)
        const key = `${before}: ${what.split(" + ")[0]}`
        taken.set(key, (taken.get(key) ?? 0) + 1)
        taken.set(before, (taken.get(before) ?? 0) + 1)
      }
      // Without a connection only what the user does, and waiting, make sense.
      const roll = live ? dice.below(100) : 69 + dice.below(31)

      if (!live && dice.below(100) < (passive === undefined ? 60 : 35)) {
        if (passive !== undefined) {
          note("connect")
          model.connected()
          peers.push(yield* passive.dial)
        } else {
          const millis = 1 + dice.below(t5)
          note("wait")
          model.advance(millis)
          yield* kit.pass(millis)
        }
      } else if (live && partial !== undefined && roll < 50) {
        note("rest of a frame")
        model.receive([partial])
        yield* peer.sendBytes(kit.toBytes(partial).subarray(7))
        partial = undefined
      } else if (live && partial === undefined && roll < 62) {
        const batch = Array.from({ length: dice.of([1, 1, 1, 2, 3]) }, () => anyFrame(model, dice))
        note(batch.map(([kind]) => kind).join(" + "))
        model.receive(batch.map(([, frame]) => frame))
        yield* peer.send(...batch.map(([, frame]) => frame))
      } else if (live && partial === undefined && roll < 65) {
        note("beginning of a frame")
        partial = kit.linktestReq(2_000_000)
        model.receivePartial()
        yield* peer.sendBytes(kit.toBytes(partial).subarray(0, 7))
      } else if (live && roll === 65) {
        note("close by the peer")
        model.disconnect("TcpClosed")
        deaf.add(model.connection)
        yield* peer.close
      } else if (live && partial === undefined && roll === 66) {
        note("no message")
        model.receiveGarbage()
        yield* peer.sendBytes(kit.hex("00000009"))
      } else if (live && roll < 69 && passive !== undefined) {
        note("second connection")
        model.secondConnection()
        const second = yield* passive.dial
        yield* second.send(kit.selectReq(5))
        assert.deepStrictEqual(yield* second.next, kit.selectRsp(5, 3), told("second connection"))
        yield* second.closed
      } else if (roll < 80) {
        note("request")
        const message = dice.of([SecsMessage.primary(1, 1), SecsMessage.primary(1, 3), SecsMessage.primary(6, 11)])
        yield* operate(
          () => session.request(message),
          (id) => model.request(id, message.stream, message.function)
        )
      } else if (roll < 82) {
        note("send")
        yield* operate(
          () => session.send(SecsMessage.primary(6, 11)),
          (id) => model.send(id)
        )
      } else if (roll < 86) {
        note("linktest")
        yield* operate(
          () => session.linktest,
          (id) => model.linktest(id)
        )
      } else if (roll < 87) {
        note("deselect")
        yield* operate(
          () => session.deselect,
          (id) => model.deselect(id)
        )
      } else if (roll < 89 && model.open("request").length > 0) {
        note("give up")
        const { id } = dice.of(model.open("request"))
        model.giveUp(id)
        fibers.get(id)!.interruptUnsafe()
        fibers.delete(id)
      } else if (roll < 92 && delivered.length > 0) {
        note("reply")
        const back = Math.min(delivered.length, 1 + dice.below(3))
        const one = delivered.at(-back)!
        const known = model.delivered.at(-back)!
        const answer = one
          .reply()
          .pipe(Effect.catchReason("TransactionError", "ConnectionLost", () => Effect.succeed("ConnectionLost")))
        const id = operations++
        model.reply(id, known)
        const exit = yield* Effect.exit(answer)
        const said = Exit.isSuccess(exit) && exit.value === "ConnectionLost" ? exit.value : outcome(exit)
        assert.strictEqual(said, model.results.get(id), told("reply"))
        model.results.delete(id)
      } else {
        const millis = dice.of([1, 10 + dice.below(100), 500 + dice.below(1_000), 1_000 + dice.below(2_000)])
        note("wait")
        model.advance(millis)
        yield* kit.pass(millis)
      }
      if (model.state === "NotConnected" || model.connection !== peers.indexOf(peer!)) {
        if (!model.partial) partial = undefined
      }
      yield* check
    }
    return { delivered: delivered.length, operations, connections: peers.length }
  })

describe("a random walk agrees with a model at every step", () => {
  for (const [mode, role] of [
    ["Passive", "equipment"],
    ["Passive", "host"],
    ["Active", "host"],
    ["Active", "equipment"]
  ] as const) {
    it.effect(
      `${mode.toLowerCase()} ${role}: frames, state, primaries and ends of operations (e37/state/every-cell)`,
      () =>
        Effect.gen(function* () {
          const taken = new Map<string, number>()
          for (const seed of seeds) yield* Effect.scoped(walk(mode, role, seed, taken))
          for (const [state, minimum] of Object.entries(atLeast)) {
            assert.isAtLeast(taken.get(state) ?? 0, minimum, state)
          }
          const seldom = kinds(mode).filter((kind) => (taken.get(kind) ?? 0) < atLeastEach)
          assert.deepStrictEqual(seldom, [])
        }),
      30_000
    )
  }
})

/** Steps that every walk of a side has to take, by state. */
const kinds = (mode: "Active" | "Passive"): ReadonlyArray<string> => {
  const frames = [
    "SelectReq",
    "SelectRsp",
    "DeselectReq",
    "DeselectRsp",
    "LinktestReq",
    "LinktestRsp",
    "late LinktestRsp",
    "RejectReq of data",
    "RejectReq of control",
    "SType",
    "PType",
    "Primary",
    "Primary W",
    "undecodable primary",
    "foreign session id",
    "reply",
    "reply of another function",
    "abort",
    "undecodable reply",
    "stream 9",
    "request",
    "linktest",
    "deselect",
    "send",
    "wait"
  ]
  return [
    ...frames.flatMap((kind) => [`NotSelected: ${kind}`, `Selected: ${kind}`]),
    ...["SeparateReq", "beginning of a frame", "rest of a frame", "reply", "give up"].map(
      (kind) => `Selected: ${kind}`
    ),
    ...["request", "linktest", "wait"].map((kind) => `NotConnected: ${kind}`),
    ...(mode === "Passive" ? ["NotConnected: connect", "Selected: second connection"] : [])
  ]
}
