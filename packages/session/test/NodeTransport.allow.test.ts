import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as net from "node:net"
import * as AllowList from "../src/internal/AllowList.ts"
import * as NodeTransport from "../src/NodeTransport.ts"
import * as kit from "./kit.ts"
import {
  active,
  areYouThere,
  host,
  identity,
  listen,
  live,
  passive,
  pem,
  rawConnect,
  tcpHandles,
  until,
  warnings
} from "./secure.ts"

describe("an allow list", () => {
  /** Entries, addresses they let in, addresses they do not. */
  const cases: ReadonlyArray<
    readonly [entries: ReadonlyArray<string>, inside: ReadonlyArray<string>, outside: ReadonlyArray<string>]
  > = [
    [[], [], ["127.0.0.1", "::1", "::ffff:127.0.0.1"]],
    [
      ["192.0.2.10"],
      ["192.0.2.10", "::ffff:192.0.2.10", "::ffff:c000:20a"],
      ["192.0.2.11", "192.0.2.1", "::192.0.2.10"]
    ],
    [["192.0.2.0/24"], ["192.0.2.0", "192.0.2.255", "::ffff:192.0.2.7"], ["192.0.3.0", "192.0.1.255", "::1"]],
    [["172.16.0.0/12"], ["172.16.0.0", "172.31.255.255"], ["172.15.255.255", "172.32.0.0"]],
    [["192.0.2.77/24"], ["192.0.2.1"], ["192.0.3.77"]],
    [["10.0.0.0/31"], ["10.0.0.0", "10.0.0.1"], ["10.0.0.2"]],
    [["10.0.0.1/32"], ["10.0.0.1"], ["10.0.0.0"]],
    [["0.0.0.0/0"], ["1.2.3.4", "255.255.255.255", "::ffff:1.2.3.4"], ["::1", "2001:db8::1"]],
    [["::1"], ["::1", "0:0:0:0:0:0:0:1"], ["::2", "127.0.0.1"]],
    [["2001:DB8::/32"], ["2001:db8::1", "2001:db8:ffff::"], ["2001:db9::", "10.0.0.1"]],
    [["fd00:0:0:8::/61"], ["fd00:0:0:8::", "fd00:0:0:f::1"], ["fd00:0:0:10::", "fd00:0:0:7::"]],
    [["fe80::/10"], ["fe80::1", "fe80::1%eth0"], ["fec0::1%eth0"]],
    [["::ffff:192.0.2.10"], ["192.0.2.10", "::ffff:192.0.2.10"], ["192.0.2.11"]],
    [["::ffff:10.0.0.0/104"], ["10.255.0.1", "::ffff:10.255.0.1"], ["11.0.0.1", "::1"]],
    [
      ["192.0.2.10", "10.0.0.0/8", "::1"],
      ["192.0.2.10", "10.9.8.7", "::1"],
      ["192.0.2.11", "::2"]
    ]
  ]
  for (const [entries, inside, outside] of cases) {
    it(`of ${entries.length === 0 ? "nobody" : entries.join(", ")} lets in who is on it, and nobody else`, () => {
      const allowed = Result.getOrThrow(AllowList.make(entries))
      assert.deepStrictEqual(
        [...inside, ...outside].filter((address) => allowed(address)),
        inside
      )
      assert.isFalse(allowed(undefined))
    })
  }

  for (const entry of [
    "",
    "equipment-7",
    "10.0.0",
    "10.0.0.256",
    "010.0.0.1",
    " 10.0.0.1",
    "10.0.0.1 ",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0.0/255.0.0.0",
    "10.0.0.1:5000",
    "10.0.0.1-10.0.0.9",
    "::1/129",
    "[::1]",
    "fe80::1%eth0",
    "*"
  ]) {
    live(`with the entry ${JSON.stringify(entry)} fails the layer and names it`, () =>
      Effect.gen(function* () {
        const layer = NodeTransport.layerListen({ host, port: 0, allow: ["10.0.0.1", entry] })
        const error = yield* Effect.flip(Layer.build(layer))
        assert.strictEqual(error.reason._tag, "Misconfigured")
        assert.strictEqual(
          error.message,
          `listen ${host}:0: option allow[1] is ${JSON.stringify(entry)}: expected an address or a range such as 192.0.2.10, 192.0.2.0/24 or fd00::/8`
        )
      })
    )
  }

  live("fails for an entry that is no text at all", () =>
    Effect.gen(function* () {
      for (const entry of [undefined, null, 7] as ReadonlyArray<unknown> as ReadonlyArray<string>) {
        const error = yield* Effect.flip(NodeTransport.makeListen({ host, port: 0, allow: [entry] }))
        assert.include(error.message, `option allow[0] is ${entry}: expected`)
      }
    })
  )
})

describe("a listener with an allow list", () => {
  const elsewhere = ["192.0.2.0/24", "::1"]

  for (const [what, tls] of [
    ["plain", undefined],
    ["TLS", identity("server")]
  ] as const) {
    live(`(${what}) hangs up on a peer that is not on it, and says who it was`, (lines) =>
      Effect.gen(function* () {
        const { port, refusals, transport } = yield* listen({ allow: elsewhere, tls })
        const equipment = yield* passive(transport)
        const socket = yield* rawConnect(port)
        const address = `${host}:${socket.localPort}`
        socket.write(kit.toBytes(kit.selectReq(1)))
        let received = 0
        socket.on("data", (chunk) => {
          received += chunk.length
        })
        yield* until(() => socket.closed || socket.readableEnded)
        yield* until(() => refusals.length === 1)
        assert.strictEqual(received, 0)
        assert.strictEqual(refusals[0]!.message, `accept ${address}: its address is not on the allow list`)
        assert.deepStrictEqual(warnings(lines), [
          `Warn listen ${host}:${port}: turned away ${address}: its address is not on the allow list`
        ])
        assert.strictEqual(yield* equipment.state, "NotConnected")
      })
    )

    live(`(${what}) serves a peer that is on it`, (lines) =>
      Effect.gen(function* () {
        const { port, refusals, transport } = yield* listen({ allow: [...elsewhere, "127.0.0.0/8"], tls })
        yield* passive(transport)
        const dialling = tls === undefined ? { host, port } : { host, port, tls: { ca: pem("ca") } }
        assert.strictEqual(yield* areYouThere(yield* active(dialling)), "S1F2")
        assert.deepStrictEqual([refusals, warnings(lines)], [[], []])
      })
    )
  }

  live("keeps nobody waiting behind peers that are not on it, and warns of them once", (lines) =>
    Effect.gen(function* () {
      const before = tcpHandles()
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { port, refusals, transport } = yield* listen({ allow: elsewhere })
          const next = yield* Effect.forkChild(transport.open, { startImmediately: true })
          for (let i = 0; i < 200; i++) {
            const hungUp = (socket: net.Socket) => until(() => socket.closed || socket.readableEnded)
            yield* Effect.scoped(Effect.flatMap(rawConnect(port), (socket) => hungUp(socket.resume())))
          }
          yield* until(() => refusals.length === 200)
          assert.isUndefined(next.pollUnsafe())
          assert.strictEqual(lines.length, 200)
          assert.strictEqual(lines.filter((line) => line.startsWith("Warn ")).length, 1)
        })
      )
      yield* until(() => tcpHandles() <= before)
    })
  )
})
