/**
 * The peers of a `HsmsServer`: who is connected, who is selected, and who waits for one of them.
 */
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"
import type { PeerSession, Query } from "../HsmsServer.ts"
import { describe, type ServerEvent, type Untimed } from "../ServerEvent.ts"
import type { DisconnectReason } from "../SessionError.ts"
import { lastLine, LogBudget } from "./LogBudget.ts"
import { Observers } from "./Observers.ts"
import type { Peer } from "./Peer.ts"
import type { Settings } from "./Settings.ts"

interface Waiter {
  readonly query: Query
  readonly wake: () => void
}

const matches = (peer: Peer, { address, sessionId }: Query): boolean =>
  peer.selected &&
  (sessionId === undefined || peer.sessionId === sessionId) &&
  (address === undefined || peer.address === address || peer.name === address)

/** A reader of `sessions`, and what it has not taken yet. */
interface Reader {
  waiting: Array<Peer>
  readonly some: Latch.Latch
}

const severity = (event: Untimed): "Debug" | "Warn" | "Error" => {
  switch (event._tag) {
    case "HandlerFailed":
      return "Error"
    case "AcceptFailed":
    case "HandlerInterrupted":
    case "PeerDuplicated":
    case "PeerMissed":
    case "PeerTurnedAway":
      return "Warn"
    default:
      return "Debug"
  }
}

/** Lines above debug that a server and its sessions write in an hour. */
const serverLines = 10_000

export class Peers {
  readonly #settings: Settings
  readonly #clock: Clock.Clock
  readonly #maximum: number
  readonly #run: (effect: Effect.Effect<void>) => void
  readonly #live = new Set<Peer>()
  readonly #readers = new Set<Reader>()
  readonly #waiters = new Set<Waiter>()
  readonly #observers = new Observers<ServerEvent>()
  /** Kinds of warnings that were logged since a connection was last taken. */
  readonly #told = new Set<Untimed["_tag"]>()
  /** Of the server's log and those of all its sessions. */
  readonly budget: LogBudget
  #selections = 0
  #over = false
  /** True once the server closes: nobody is taken any more. */
  closing = false

  constructor(settings: Settings, clock: Clock.Clock, maximum: number, run: (effect: Effect.Effect<void>) => void) {
    this.budget = new LogBudget(clock, serverLines)
    this.#settings = settings
    this.#clock = clock
    this.#maximum = maximum
    this.#run = run
  }

  // --- who is there ------------------------------------------------------------------------------------------------

  get isFull(): boolean {
    return this.#live.size >= this.#maximum
  }

  get all(): ReadonlyArray<Peer> {
    return [...this.#live]
  }

  /** Those that are selected now, in the order of their Selects. */
  get selected(): ReadonlyArray<Peer> {
    return this.all.filter((peer) => peer.selected).toSorted((one, other) => one.selectedAt - other.selectedAt)
  }

  /** The one that selected last among those that match. */
  find(query: Query): Peer | undefined {
    let newest: Peer | undefined
    for (const peer of this.#live) {
      if (matches(peer, query) && !(newest !== undefined && newest.selectedAt > peer.selectedAt)) newest = peer
    }
    return newest
  }

  /** Waits for as long as it takes; interrupted when the server ends first. */
  awaitPeer(query: Query): Effect.Effect<PeerSession> {
    return Effect.suspend(() => {
      if (this.#over) return Effect.interrupt
      const found = this.find(query)
      if (found !== undefined) return Effect.succeed(found.session)
      const changed = Effect.callback<void>((resume) => {
        const waiter = { query, wake: () => resume(Effect.void) }
        this.#waiters.add(waiter)
        return Effect.sync(() => {
          this.#waiters.delete(waiter)
        })
      })
      // A turn later, as the step that woke this one has more to do.
      return changed.pipe(Effect.andThen(Effect.yieldNow), Effect.andThen(Effect.suspend(() => this.awaitPeer(query))))
    })
  }

  /** Lets those go on who wait for this peer, or all. */
  #wake(peer?: Peer): void {
    for (const waiter of this.#waiters) {
      if (peer !== undefined && !matches(peer, waiter.query)) continue
      this.#waiters.delete(waiter)
      waiter.wake()
    }
  }

  // --- what happens ------------------------------------------------------------------------------------------------

  connected(peer: Peer): void {
    this.#live.add(peer)
    this.#told.clear()
    peer.core.keeper = {
      selected: () => this.#selected(peer),
      identified: () => this.#identified(peer)
    }
    this.tell({ _tag: "PeerConnected", peer: peer.name, sessionId: peer.sessionId })
    this.probe(peer.address, peer)
  }

  #selected(peer: Peer): void {
    const first = peer.selectedAt === 0
    peer.selectedAt = ++this.#selections
    this.tell({ _tag: "PeerSelected", peer: peer.name, sessionId: peer.sessionId })
    this.#compare(peer)
    if (first) for (const reader of this.#readers) this.#offer(reader, peer)
    this.#wake(peer)
  }

  #identified(peer: Peer): void {
    this.tell({ _tag: "PeerIdentified", peer: peer.name, sessionId: peer.sessionId })
    this.probe(peer.address, peer)
    if (!peer.selected) return
    this.#compare(peer)
    this.#wake(peer)
  }

  /** Reports who else has this session id. */
  #compare(peer: Peer): void {
    const { sessionId } = peer
    if (sessionId === undefined) return
    for (const other of this.#live) {
      if (other !== peer && other.selected && other.sessionId === sessionId) {
        this.tell({ _tag: "PeerDuplicated", peer: peer.name, sessionId, other: other.name })
      }
    }
  }

  /**
   * A peer that dials again may know that its old connection is dead. Whoever is selected from the same address with
   * the same session id is probed at once; where an id is not known, only those that have been silent for T6, as many
   * peers may share an address.
   */
  probe(address: string, by: Peer | undefined): void {
    const t6 = Duration.toMillis(this.#settings.timers.t6)
    for (const peer of this.#live) {
      if (peer === by || peer.address !== address || !peer.selected) continue
      const known = peer.sessionId !== undefined && by?.sessionId !== undefined
      if (known ? peer.sessionId === by.sessionId : peer.silence > t6) peer.probe()
    }
  }

  /** Told once of every peer: what waits for its end goes on. */
  disconnected(peer: Peer, reason: DisconnectReason): void {
    if (!this.#live.delete(peer)) return
    const { name, sessionId } = peer
    this.tell({ _tag: "PeerDisconnected", peer: name, sessionId, reason, unread: peer.core.primaries.unread })
    peer.end(reason)
  }

  /** Ends what is read of the server. */
  end(): void {
    this.#over = true
    for (const reader of this.#readers) reader.some.openUnsafe()
    this.#wake()
    this.#observers.end()
  }

  // --- readers of sessions -----------------------------------------------------------------------------------------

  /**
   * A reader that does not take holds nobody up and misses nobody who is still there: no more than `maxPeers` are, so
   * what goes when more than that wait are sessions that have ended.
   */
  #offer(reader: Reader, peer: Peer): void {
    reader.waiting.push(peer)
    if (reader.waiting.length > this.#maximum) {
      const ended = reader.waiting.findIndex((waiting) => waiting.over)
      for (const missed of ended < 0 ? [] : reader.waiting.splice(ended, 1)) {
        this.tell({ _tag: "PeerMissed", peer: missed.name, sessionId: missed.sessionId })
      }
    }
    reader.some.openUnsafe()
  }

  readonly #take = (reader: Reader): Effect.Effect<Peer, Cause.Done> =>
    Effect.suspend(() => {
      const next = reader.waiting.shift()
      if (next !== undefined) return Effect.succeed(next)
      if (this.#over) return Cause.done()
      reader.some.closeUnsafe()
      // A turn later, as the step that woke this one has more to do.
      return reader.some.await.pipe(
        Effect.andThen(Effect.yieldNow),
        Effect.andThen(Effect.suspend(() => this.#take(reader)))
      )
    })

  /** Those that are selected now, then each that selects. */
  get peers(): Stream.Stream<Peer> {
    const read = Effect.acquireRelease(
      Effect.sync(() => {
        const reader: Reader = { waiting: [...this.selected], some: Latch.makeUnsafe(true) }
        this.#readers.add(reader)
        return reader
      }),
      (reader) =>
        Effect.sync(() => {
          this.#readers.delete(reader)
        })
    )
    return Stream.unwrap(Effect.map(read, (reader) => Stream.fromEffectRepeat(this.#take(reader))))
  }

  // --- events ------------------------------------------------------------------------------------------------------

  get events(): Stream.Stream<ServerEvent> {
    return this.#observers.events
  }

  /** An event for observers, and a line in the log: of each kind of warning the first until a peer is taken again. */
  tell(event: Untimed): void {
    if (this.#observers.present) {
      this.#observers.emit({ ...event, at: this.#clock.currentTimeMillisUnsafe() })
    }
    const level = severity(event)
    // The session itself logs how its connection went.
    if (level === "Debug") return
    const told = level === "Warn" && this.#told.has(event._tag)
    this.#told.add(event._tag)
    const spent = told ? "debug" : this.budget.spend()
    const line = `${describe(event)}${spent === "last" ? lastLine : ""}`
    const cause = event._tag === "HandlerFailed" ? [event.cause] : []
    const about = { event: event._tag, ...("peer" in event ? { peer: event.peer } : {}) }
    this.#run(Effect.annotateLogs(Effect.logWithLevel(spent === "debug" ? "Debug" : level)(line, ...cause), about))
  }
}
