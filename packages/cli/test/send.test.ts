import { SecsMessage } from "@effect-secs/codec"
import { HsmsSession, Session, Transport } from "@effect-secs/session"
import * as NodeTransport from "@effect-secs/session/NodeTransport"
import { SmlParser } from "@effect-secs/sml"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { spawn } from "node:child_process"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import * as CaptureLog from "../src/logs/CaptureLog.ts"
import { binary, environment } from "./support/run.ts"
import { listening, ran, start } from "./support/start.ts"

/** A passive session of this process, and what it sees. */
const peer = (
  handler: (primary: Session.InboundPrimary) => Effect.Effect<unknown, unknown, Session.Session>,
  options: Partial<HsmsSession.Options> = {}
) =>
  Effect.gen(function* () {
    const { listening: at, transport } = yield* NodeTransport.makeListen({ host: "127.0.0.1", port: 0 })
    const session = yield* HsmsSession.makePassive({ sessionId: 0, ...options }).pipe(
      Effect.provideService(Transport.Transport, transport)
    )
    const left = yield* Queue.unbounded<string>()
    yield* session.events.pipe(
      Stream.runForEach((event) =>
        event._tag === "Disconnected" ? Queue.offer(left, event.reason._tag) : Effect.void
      ),
      Effect.forkScoped({ startImmediately: true })
    )
    yield* Session.serve(handler, { timeout: "1 minute" }).pipe(
      Effect.provideService(Session.Session, session),
      Effect.forkScoped({ startImmediately: true })
    )
    return { address: `127.0.0.1:${at.port}`, left: Queue.take(left), session }
  })

const silent = () => Effect.void
const abort = (primary: Session.InboundPrimary) => primary.abort

/** A file for as long as the test runs. */
const file = (text: string, name = "messages.sml") =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "secs-send-"))
      writeFileSync(join(folder, name), text)
      return { folder, path: join(folder, name) }
    }),
    ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true }))
  )

const live = (title: string, test: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () => Effect.timeout(test(), "40 seconds"), 60_000)

const time = String.raw`// \d\d:\d\d:\d\d\.\d{3}`
const number = String.raw`\[[0-9a-f]{8}\]`

describe("secs send", () => {
  live("prints what it sends and the reply as SML, with times in comments, and ends with 0", () =>
    Effect.gen(function* () {
      const { address } = yield* listening()
      const { code, stderr, stdout } = yield* ran(["send", address, "S1F1 W."])
      assert.deepStrictEqual([code, stderr], [0, ""])
      const pattern = [
        `^${time} selected`,
        `${time} Are You There Request sent ${number}`,
        "S1F1 W",
        String.raw`\.`,
        `${time} On Line Data received ${number}, reply after \\d+\\.?\\d* ms`,
        String.raw`S1F2[^]*"SECS"[^]*`,
        String.raw`\.\n$`
      ].join("\n")
      assert.match(stdout, new RegExp(pattern))
      const { errors, messages } = SmlParser.parse(stdout)
      assert.deepStrictEqual(errors, [])
      assert.deepStrictEqual(
        messages.map((message) => `S${message.stream}F${message.function}`),
        ["S1F1", "S1F2"]
      )
    })
  )

  live("sends the primaries of a file in order, and answers with its secondaries", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const { address } = yield* peer((primary) =>
        Effect.gen(function* () {
          seen.push(String(primary.message))
          if (primary.message.name !== "S1F13") return yield* primary.reply()
          const identity = yield* Effect.result(Session.request(SecsMessage.primary(1, 1)))
          seen.push(identity._tag === "Success" ? String(identity.success) : "no reply")
          return yield* primary.reply()
        })
      )
      const { path } = yield* file(
        `hello: S1F13 W <L>. S1F2 <L <A 'HOST'> <A '7'>>. /* then */ S2F25 W <B 1 2>. S6F1 <L>.`
      )
      const { code } = yield* ran(["send", address, path])
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(seen, [
        "S1F13 W <L [0]>",
        `S1F2 <L [2] <A "HOST"> <A "7">>`,
        "S2F25 W <B 0x01 0x02>",
        "S6F1 <L [0]>"
      ])
    })
  )

  live("sends one template of a file with its slots filled, and names a slot that has no value before it dials", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const { address } = yield* peer((primary) => {
        seen.push(String(primary.message))
        return primary.reply()
      })
      const { path } = yield* file(
        "S1F1 = areYouThere OUTPUT W. S2F41 = startLot OUTPUT W <L <A[MAX 16]> = LOTID <U4 [1]> = COUNT>."
      )
      const args = ["send", address, path, "-m", "startLot", "--set", "LOTID=A123"]
      const missing = yield* ran(args)
      assert.strictEqual(missing.code, 1)
      assert.match(missing.stderr, /^secs: S2F41 startLot: slot COUNT [^\n]*; give it with --set COUNT=VALUE\n$/)
      assert.deepStrictEqual(seen, [])
      assert.strictEqual((yield* ran([...args, "--set", "COUNT=25"])).code, 0)
      assert.deepStrictEqual(seen, [`S2F41 W <L [2] <A "A123"> <U4 25>>`])
    })
  )

  live("sends as equipment what a host's file receives, when told whose it is", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const { address } = yield* peer((primary) => {
        seen.push(primary.message.name)
        return primary.reply()
      })
      const { path } = yield* file("S1F3 = status OUTPUT W <L>. S6F1 = trace INPUT W <L>. S6F11 = event INPUT W <L>.")
      const args = ["send", address, path, "--role", "equipment"]
      assert.strictEqual((yield* ran([...args, "--owner", "host"])).code, 0)
      assert.deepStrictEqual(seen, ["S6F1", "S6F11"])
      const { path: only } = yield* file("S6F11 = event INPUT W <L>.")
      const { code, stderr } = yield* ran(["send", address, only])
      assert.strictEqual(code, 2)
      assert.match(stderr, /S6F11 event is marked INPUT: send it with --message, or say with --owner whose file it is/)
    })
  )

  it("lists ten of the names there are where --message names none of them", async () => {
    const text = Array.from({ length: 12 }, (_, index) => `m${index + 1}: S1F1 W.`).join(" ")
    const { stderr } = await Effect.runPromise(ran(["send", "127.0.0.1:5000", text, "-m", "lost"]))
    assert.match(stderr, /: there are m1, m2, m3, m4, m5, m6, m7, m8, m9, m10 and 2 more\n$/)
  })

  live("loses no reply while nobody reads its output", () =>
    Effect.gen(function* () {
      const { address } = yield* listening()
      const child = spawn(process.execPath, [binary, "send", address, "S1F1 W.", "--repeat", "2000"], {
        env: environment(),
        stdio: ["ignore", "pipe", "pipe"],
        timeout: 40_000
      })
      const error = text(child.stderr)
      // The pipe is full long before that.
      yield* Effect.sleep("2 seconds")
      const stdout = yield* Effect.promise(() => text(child.stdout))
      assert.strictEqual(stdout.match(/^S1F2$/gm)?.length, 2000)
      assert.match(stdout, /2000 sent, 2000 of 2000 answered/)
      assert.strictEqual(yield* Effect.promise(() => error), "")
    })
  )

  live("repeats at a rate and sums the reply times up", () =>
    Effect.gen(function* () {
      const { address } = yield* listening("--quiet")
      const { code, stdout } = yield* ran(["send", address, "S1F1 W.", "--repeat", "5", "--rate", "50/s", "--summary"])
      assert.strictEqual(code, 0)
      const took = String.raw`\d+\.?\d* m?s`
      assert.match(
        stdout,
        new RegExp(
          `^${time} 5 sent, 5 of 5 answered, [\\d.]+/s; replies min ${took}, median ${took}, 99 % ${took}, max ${took}\n$`
        )
      )
    })
  )

  live("writes one JSON object a line, the summary last", () =>
    Effect.gen(function* () {
      const { address } = yield* listening()
      const { code, stdout } = yield* ran(["send", address, "S1F1 W.", "-n", "2", "--json"])
      assert.strictEqual(code, 0)
      const lines = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>)
      assert.deepStrictEqual(
        lines.map(({ event }) => event),
        ["StateChanged", "Sent", "Received", "Sent", "Received", "Summary"]
      )
      assert.deepInclude(lines[1], { stream: 1, function: 1, replyExpected: true, sessionId: 0 })
      assert.deepInclude(lines[2], { stream: 1, function: 2, systemBytes: lines[1]!["systemBytes"] })
      assert.deepStrictEqual(lines[2]!["item"], { L: [{ A: "SECS" }, { A: "0" }] })
      assert.isNumber(lines[2]!["replyMillis"])
      assert.deepInclude(lines[5], { sent: 2, requests: 2, answered: 2, failures: 0 })
      assert.isNotNaN(Date.parse(String(lines[0]!["at"])))
    })
  )

  live("prints replies and nothing else with --quiet, control messages as well with --trace", () =>
    Effect.gen(function* () {
      const { address } = yield* listening()
      const quiet = yield* ran(["send", address, "S1F1 W.", "--quiet"])
      assert.match(quiet.stdout, new RegExp(`^${time} On Line Data received ${number}, reply after [^\n]*\nS1F2`))
      const { stdout } = yield* ran(["send", address, "S1F1 W.", "--trace"])
      for (const control of ["sent SelectReq", "received SelectRsp", "sent SeparateReq"])
        assert.include(stdout, control)
    })
  )

  live("says which message had no reply within T3, and ends with 1", () =>
    Effect.gen(function* () {
      const { address, left } = yield* peer(silent)
      const { code, stderr } = yield* ran(["send", address, "S1F3 W <L>.", "S1F1 W.", "--t3", "300ms"])
      assert.strictEqual(code, 1)
      const lines = stderr.trimEnd().split("\n")
      assert.match(lines[0]!, /^secs: --t3 is 300ms, outside the range of the standard \(1s to 120s\)/)
      assert.match(lines[1]!, /^secs: S1F3 \[[0-9a-f]{8}\]: peer sent no reply within T3 \(0\.3s\)$/)
      assert.strictEqual(lines.length, 2)
      assert.strictEqual(yield* left, "Separated")
    })
  )

  live("says that the peer aborted, and with --keep-going how many messages failed", () =>
    Effect.gen(function* () {
      const { address } = yield* peer(abort)
      const once = yield* ran(["send", address, "S1F3 W <L>.", "S1F1 W."])
      assert.strictEqual(once.code, 1)
      assert.match(once.stderr, /^secs: S1F3 \[[0-9a-f]{8}\]: peer aborted the transaction \(S1F0\)[^\n]*\n$/)
      assert.notInclude(once.stdout, "S1F1")
      const all = yield* ran(["send", address, "S1F3 W <L>.", "S1F1 W.", "--keep-going"])
      assert.strictEqual(all.code, 1)
      assert.include(all.stdout, "S1F1 W")
      assert.match(all.stderr, /^secs: 2 of 2 messages failed, the first: S1F3 \[[0-9a-f]{8}\]: peer aborted[^\n]*\n$/)
    })
  )

  live("fails with what the equipment reports in stream 9", () =>
    Effect.gen(function* () {
      const { address } = yield* listening()
      const { code, stderr } = yield* ran(["send", address, "S99F1 W."])
      assert.strictEqual(code, 1)
      assert.match(stderr, /^secs: S99F1 \[[0-9a-f]{8}\]: equipment reported an unrecognized stream \(S9F3\)\n$/)
    })
  )

  live("fails with stream 9 about a message that asks for no reply, if it stays for it", () =>
    Effect.gen(function* () {
      const { address } = yield* listening()
      const { code, stderr } = yield* ran(["send", address, "S99F1.", "--wait", "1s"])
      assert.deepStrictEqual([code, stderr], [1, "secs: the peer reported an error: S9F3 about S99F1\n"])
    })
  )

  live("fails at once where nobody listens", () =>
    Effect.gen(function* () {
      const { address, signal, ended } = yield* listening()
      yield* signal("SIGTERM")
      yield* ended
      const { code, stderr, stdout } = yield* ran(["send", address, "S1F1 W."])
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.match(stderr, /^secs: connect 127\.0\.0\.1:\d+: connection refused: nobody listens there[^\n]*\n$/)
      const json = yield* ran(["send", address, "S1F1 W.", "--json"])
      const events = json.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ event }) => event === "ConnectFailed")
      assert.lengthOf(events, 1)
      assert.match(String(events[0]!["message"]), /connection refused/)
      assert.notMatch(json.stdout, /next attempt/)
    })
  )

  live("fails at once where the peer refuses Select", () =>
    Effect.gen(function* () {
      const { address } = yield* peer(silent, { ready: () => false })
      const { code, stderr } = yield* ran(["send", address, "S1F1 W."])
      assert.strictEqual(code, 1)
      assert.match(
        stderr,
        /^secs: connect [^\n]*: the peer refused Select: it is not ready for a session \(status 2\)\n$/
      )
    })
  )

  live("fails after T6 where the peer answers nothing at all", () =>
    Effect.gen(function* () {
      const { listening: at } = yield* NodeTransport.makeListen({ host: "127.0.0.1", port: 0 })
      const { code, stderr } = yield* ran(["send", `127.0.0.1:${at.port}`, "S1F1 W.", "--t6", "1s"])
      assert.strictEqual(code, 1)
      assert.match(stderr, /^secs: connect [^\n]*: Select\.req was not answered within T6 \(1s\)[^\n]*\n$/)
    })
  )

  live("keeps trying with --retry until somebody listens", () =>
    Effect.gen(function* () {
      const first = yield* listening()
      yield* first.signal("SIGTERM")
      yield* first.ended
      const sending = yield* start(["send", first.address, "S1F1 W.", "--retry", "--t5", "200ms"])
      yield* sending.until(/connection refused/)
      const second = yield* start(["listen", first.address])
      yield* second.until(/listening on/)
      assert.strictEqual((yield* sending.ended).code, 0)
    })
  )

  live("separates on ^C, shows the summary of a run in progress, and ends with 130", () =>
    Effect.gen(function* () {
      const { address, left } = yield* peer((primary) => primary.reply())
      const sending = yield* start(["send", address, "S1F1 W.", "--repeat", "100000", "--rate", "20/s"])
      yield* sending.until(/received[^]*received/)
      yield* sending.signal("SIGINT")
      const { code, stderr, stdout } = yield* sending.ended
      assert.deepStrictEqual([code, stderr], [130, ""])
      assert.match(stdout, /\d+ sent, \d+ of \d+ answered, [^\n]*\n$/)
      assert.strictEqual(yield* left, "Separated")
    })
  )

  live("ends with 130 on ^C although nobody reads its output", () =>
    Effect.gen(function* () {
      const { address, left } = yield* peer((primary) => primary.reply())
      const child = spawn(process.execPath, [binary, "send", address, "S1F1 W.", "--repeat", "1000000"], {
        env: environment(),
        stdio: ["ignore", "pipe", "ignore"],
        timeout: 40_000,
        killSignal: "SIGKILL"
      })
      // The pipe is full before that.
      yield* Effect.sleep("2 seconds")
      const code = yield* Effect.callback<number | null>((resume) => {
        child.on("exit", (code) => resume(Effect.succeed(code)))
        child.kill("SIGINT")
      })
      assert.strictEqual(code, 130)
      assert.strictEqual(yield* left, "Separated")
    })
  )

  live("separates on SIGTERM while a reply is awaited", () =>
    Effect.gen(function* () {
      const { address, left } = yield* peer(silent)
      const sending = yield* start(["send", address, "S1F1 W."])
      yield* sending.until(/sent/)
      yield* sending.signal("SIGTERM")
      assert.strictEqual((yield* sending.ended).code, 130)
      assert.strictEqual(yield* left, "Separated")
    })
  )

  live("ends quietly, and separates, when nobody reads its output any more", () =>
    Effect.gen(function* () {
      const { address, left } = yield* peer((primary) => primary.reply())
      const sending = yield* start(["send", address, "S1F1 W.", "--repeat", "100000", "--rate", "200/s"])
      yield* sending.until(/received/)
      yield* sending.leave
      const { code, stderr } = yield* sending.ended
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.strictEqual(yield* left, "Separated")
    })
  )

  live("stays as long as told, and answers what comes", () =>
    Effect.gen(function* () {
      const { address, session } = yield* peer((primary) => primary.reply())
      const sending = yield* start(["send", address, "S1F1 W.", "--wait", "1h"])
      yield* sending.until(/reply after/)
      const ack = yield* session.request(SecsMessage.primary(6, 11))
      assert.strictEqual(String(ack), "S6F12 <B 0x00>")
      yield* Effect.flip(session.request(SecsMessage.primary(64, 1)))
      yield* sending.until(/sent \[[0-9a-f]{8}\]: nothing here answers S64F1\nS64F0/)
      yield* sending.signal("SIGINT")
      assert.strictEqual((yield* sending.ended).code, 130)
    })
  )

  live("ends in order when the peer separates while it stays", () =>
    Effect.gen(function* () {
      const target = yield* listening()
      const sending = yield* start(["send", target.address, "S1F1 W.", "--wait", "1h"])
      yield* sending.until(/reply after/)
      yield* target.signal("SIGINT")
      const { code, stderr } = yield* sending.ended
      assert.deepStrictEqual([code, stderr], [0, ""])
    })
  )

  live("fails when the connection is lost: while it stays, between two messages, and under an open transaction", () =>
    Effect.gen(function* () {
      const killed = (...args: ReadonlyArray<string>) =>
        Effect.gen(function* () {
          const target = yield* listening()
          const sending = yield* start(["send", target.address, "S1F1 W.", ...args])
          yield* sending.until(/reply after/)
          yield* target.signal("SIGKILL")
          return yield* sending.ended
        })
      const staying = yield* killed("--wait", "1h")
      assert.strictEqual(staying.code, 1)
      assert.match(staying.stderr, /^secs: connection lost: read [^\n]*\n$/)
      const paced = yield* killed("--repeat", "2", "--rate", "1/h")
      assert.strictEqual(paced.code, 1)
      assert.match(paced.stderr, /^secs: connection lost: read [^\n]*\n$/)

      const { address, session } = yield* peer(silent)
      const sending = yield* start(["send", address, "S1F1 W."])
      yield* sending.until(/sent/)
      yield* session.deselect
      const { code, stderr } = yield* sending.ended
      assert.strictEqual(code, 1)
      assert.match(stderr, /^secs: S1F1 \[[0-9a-f]{8}\]: connection lost: the session was deselected\n$/)
    })
  )

  it.each([
    [["nowhere", "S1F1 W."], /HOST:PORT/],
    [["127.0.0.1:0", "S1F1 W."], /port from 1 to 65535/],
    [["127.0.0.1:5000"], /MESSAGE/],
    [["127.0.0.1:5000", "S1F1 W.", "--t3", "soon"], /--t3.*a duration/],
    [["127.0.0.1:5000", "S1F1 W.", "--t5", "0"], /--t5.*above zero/],
    [["127.0.0.1:5000", "S1F1 W.", "--device", "40000"], /--device.*0 to 32767/],
    [["127.0.0.1:5000", "S1F1 W.", "--role", "fab"], /--role.*host or equipment/],
    [["127.0.0.1:5000", "S1F1 W.", "--repeat", "0"], /--repeat.*from 1 on/],
    [["127.0.0.1:5000", "S1F1 W.", "--rate", "fast"], /--rate.*10\/s/],
    [["127.0.0.1:5000", "S1F2."], /S1F2 is a secondary: it is sent in reply to S1F1 only/],
    [["127.0.0.1:5000", "S1F1 W <U1 256>."], /message:1:12: expected .*256/],
    [["127.0.0.1:5000", "S1F1 W.", "-m", "lost"], /--message lost: there is no message of this name: there are S1F1\n/],
    [["127.0.0.1:5000", "S1F1 W.", "--set", "X"], /--set X: expected NAME=VALUE/],
    [["127.0.0.1:5000", "S1F1 W.", "--set", "__proto__=1"], /--set __proto__: no message has a slot of this name/],
    [["127.0.0.1:5000", "S1F1 W.", "--connect-timeout", "0"], /--connect-timeout: "0".*a duration: .*above zero/],
    [["127.0.0.1:5000", "S1F1 W.", "--set", "X=1"], /--set X: no message has a slot of this name/]
  ])("says in one line what is wrong with %j, and ends with 2", async (args, line) => {
    const { code, stderr, stdout } = await Effect.runPromise(ran(["send", ...args]))
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, /^secs[^\n]*\n$/)
    assert.match(stderr, line)
  })

  it("names a file that is not there, and ends with 1", async () => {
    const { code, stderr } = await Effect.runPromise(ran(["send", "127.0.0.1:5000", "s1f13.sml"]))
    assert.deepStrictEqual([code, stderr], [1, "secs: s1f13.sml: no such file\n"])
  })

  live("speaks TLS with whom it knows, and says what is wrong with who it does not know", () =>
    Effect.gen(function* () {
      const pem = (name: string) =>
        fileURLToPath(new URL(`../../session/test/fixtures/tls/${name}.pem`, import.meta.url))
      const { address } = yield* listening("--tls-cert", pem("server"), "--tls-key", pem("server.key"))
      const port = address.slice(address.indexOf(":"))
      const known = yield* ran(["send", `localhost${port}`, "S1F1 W.", "--tls-ca", pem("ca")])
      assert.deepStrictEqual([known.code, known.stderr], [0, ""])
      const unknown = yield* ran(["send", `localhost${port}`, "S1F1 W.", "--tls"])
      assert.strictEqual(unknown.code, 1)
      assert.match(unknown.stderr, /^secs: connect localhost:\d+: [^\n]*certificate[^\n]*\n$/)
      const lame = yield* ran(["send", address, "S1F1 W.", "--tls-cert", pem("client"), "--retry"])
      assert.strictEqual(lame.code, 1)
      assert.match(lame.stderr, /option tls\.key is absent/)
    })
  )

  live("records what passes in a capture file, from the first byte to Separate", () =>
    Effect.gen(function* () {
      const { folder } = yield* file("")
      const { address, ended } = yield* listening("--once", "--record", join(folder, "passive.pcap"))
      yield* ran(["send", address, "S1F1 W.", "--record", join(folder, "active.pcap")])
      yield* ended
      for (const name of ["active.pcap", "passive.pcap"]) {
        const reader = CaptureLog.make()
        const events = [...reader.push(readFileSync(join(folder, name))), ...reader.end()]
        assert.deepStrictEqual(
          events.map((event) =>
            event._tag === "Message"
              ? `S${event.stream}F${event.function}`
              : event._tag === "Control"
                ? event.message._tag
                : event._tag
          ),
          ["Connected", "SelectReq", "SelectRsp", "S1F1", "S1F2", "SeparateReq"]
        )
      }
      const nowhere = yield* ran(["send", address, "S1F1 W.", "--record", join(folder, "lost", "x.pcap")])
      assert.strictEqual(nowhere.code, 1)
      assert.match(nowhere.stderr, /^secs: [^\n]*x\.pcap: no such file\n$/)
    })
  )

  live("takes timers and the device id from the environment, and the command line before it", () =>
    Effect.gen(function* () {
      const { address } = yield* peer(silent, { sessionId: 7 })
      const env = { SECS_DEVICE: "7", SECS_T3: "1h" }
      const { stderr } = yield* ran(["send", address, "S1F1 W.", "--t3", "1s"], env)
      assert.match(stderr, /within T3 \(1s\)/)
      const wrong = yield* ran(["send", address, "S1F1 W."], { SECS_T3: "soon" })
      assert.strictEqual(wrong.code, 2)
      assert.match(wrong.stderr, /^secs send: [^\n]*SECS_T3[^\n]*\n$/)
    })
  )
})
