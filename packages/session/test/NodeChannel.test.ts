import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Socket } from "node:net"
import { channel } from "../src/internal/NodeChannel.ts"

describe("NodeChannel", () => {
  it.effect(
    "says of a write that the peer's reset overtook that the connection was reset, before Node has told it",
    () =>
      Effect.gen(function* () {
        const socket = new Socket()
        const { write } = channel(socket, "192.0.2.7:5000")
        socket.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }))
        const error = yield* Effect.flip(write([Uint8Array.of(1)]))
        assert.strictEqual(error.reason._tag, "Reset")
        assert.strictEqual(error.operation, "write")
      })
  )

  it.effect("says of a write to a socket that this side has destroyed that it was closed by this side", () =>
    Effect.gen(function* () {
      const socket = new Socket()
      const { write } = channel(socket, "192.0.2.7:5000")
      socket.destroy()
      assert.strictEqual((yield* Effect.flip(write([Uint8Array.of(1)]))).reason._tag, "Closed")
    })
  )
})
