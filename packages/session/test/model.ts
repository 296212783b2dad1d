/**
 * A second, much smaller opinion on what a session does: one function per kind of frame, plain fields for timers, no
 * table, no fibers, no codec. It says which frames the session answers, in which state it then is, and how requests,
 * linktests and replies end. `HsmsSession.model.test.ts` compares it with the real one.
 */
import {
  data,
  deselectReq,
  deselectRsp,
  device,
  type Frame,
  headItem,
  linktestReq,
  linktestRsp,
  primary,
  rejectReq,
  selectReq,
  selectRsp
} from "./kit.ts"

export const t3 = 7_000
export const t5 = 2_500
export const t6 = 5_000
export const t7 = 9_000
export const t8 = 4_000
export const maxFailures = 2

export type State = "NotConnected" | "NotSelected" | "Selected"

/** System bytes the session chose; known once the frame was seen. */
export interface Chosen {
  value: number
}

/** A frame the session is to send; where `chosen` is set its system bytes are the session's own. */
export interface Expected {
  readonly connection: number
  readonly frame: Frame
  readonly chosen: Chosen | undefined
  /** The frame's text is the header of another of our frames, whose system bytes may be unknown before. */
  readonly shead?: (() => Frame) | undefined
}

interface Open {
  readonly id: number
  readonly kind: "request" | "linktest" | "probe" | "select" | "deselect"
  readonly chosen: Chosen
  readonly due: number
  readonly sentAt: number
  readonly frame: Frame
}

/** A primary that was handed over. */
export interface Delivered {
  readonly frame: Frame
  readonly session: number
  replied: boolean
}

export class Model {
  readonly mode: "Active" | "Passive"
  readonly role: "host" | "equipment"
  state: State = "NotConnected"
  now = 0
  /** Number of the connection; the first is 0. */
  connection = -1
  /** Frames of this step, in order. */
  expected: Array<Expected> = []
  /** How operations ended in this step, by their id. */
  results = new Map<number, string>()
  readonly delivered: Array<Delivered> = []

  #open: Array<Open> = []
  #overdue: Array<number> = []
  /** Who waits for the open Deselect. */
  #deselecting: Array<number> = []
  #t5 = Number.POSITIVE_INFINITY
  #t7 = Number.POSITIVE_INFINITY
  #t8 = Number.POSITIVE_INFINITY
  #receivedAt = 0
  #failures = 0
  /** Counts sessions: replies belong to one. */
  #session = 0

  constructor(mode: "Active" | "Passive", role: "host" | "equipment") {
    this.mode = mode
    this.role = role
    if (mode === "Active") this.#t5 = 0
  }

  /** Operations of one kind that are open and whose system bytes are known. */
  open(kind: Open["kind"]): ReadonlyArray<Open> {
    return this.#open.filter((one) => one.kind === kind)
  }

  get overdue(): ReadonlyArray<number> {
    return this.#overdue
  }

  get partial(): boolean {
    return this.#t8 !== Number.POSITIVE_INFINITY
  }

  // --- time --------------------------------------------------------------------------------------------------------

  advance(millis: number): void {
    const end = this.now + millis
    for (;;) {
      const timers: Array<readonly [number, () => void]> = [
        [this.#t5, () => this.connected()],
        [this.#t7, () => this.disconnect("T7Expired")],
        [this.#t8, () => this.disconnect("T8Expired")],
        ...this.#open.map((one) => [one.due, () => this.#expire(one)] as const)
      ]
      let next = timers[0]!
      for (const timer of timers) if (timer[0] < next[0]) next = timer
      if (next[0] > end) break
      this.now = next[0]
      next[1]()
    }
    this.now = end
  }

  #expire(one: Open): void {
    this.#open = this.#open.filter((other) => other !== one)
    switch (one.kind) {
      case "select":
      case "deselect":
        return this.disconnect("T6Expired")
      case "request":
        this.results.set(one.id, "ReplyTimeout")
        if (this.role === "equipment") this.#report(9, () => ({ ...one.frame, system: one.chosen.value }))
        return
      case "linktest":
      case "probe": {
        this.#overdue = [...this.#overdue, one.chosen.value].slice(-16)
        if (this.#receivedAt > one.sentAt) {
          this.#failures = 0
          if (one.kind === "linktest") this.results.set(one.id, "alive")
          return
        }
        this.#failures++
        if (this.#failures >= (one.kind === "probe" ? 1 : maxFailures)) {
          this.disconnect("T6Expired")
          if (one.kind === "linktest") this.results.set(one.id, "ConnectionLost T6Expired")
        } else if (one.kind === "linktest") {
          this.results.set(one.id, "ReplyTimeout")
        }
        return
      }
    }
  }

  // --- connection --------------------------------------------------------------------------------------------------

  connected(): void {
    this.connection++
    this.state = "NotSelected"
    this.#t5 = Number.POSITIVE_INFINITY
    this.#t7 = this.now + t7
    this.#receivedAt = this.now
    this.#failures = 0
    this.#overdue = []
    if (this.mode === "Active") this.#ask(-1, "select", selectReq(0), t6)
  }

  disconnect(cause: string): void {
    this.#lose(cause)
    for (const one of this.#open) if (one.kind === "linktest") this.results.set(one.id, `ConnectionLost ${cause}`)
    this.#open = []
    this.#deselected(`ConnectionLost ${cause}`)
    this.state = "NotConnected"
    this.#t7 = this.#t8 = Number.POSITIVE_INFINITY
    if (this.mode === "Active") this.#t5 = this.now + t5
  }

  /** Ends the session: requests fail, and what was delivered in it can not be replied to any more. */
  #lose(cause: string): void {
    for (const one of this.#open) if (one.kind === "request") this.results.set(one.id, `ConnectionLost ${cause}`)
    this.#open = this.#open.filter((one) => one.kind !== "request")
    this.#session++
  }

  secondConnection(): void {
    const probing = this.#open.some((one) => one.kind === "probe" || one.kind === "linktest")
    if (this.state === "Selected" && !probing) this.#ask(-1, "probe", linktestReq(0), t6)
  }

  // --- what the user does ------------------------------------------------------------------------------------------

  request(id: number, stream: number, function_: number): void {
    if (this.state === "Selected") this.#ask(id, "request", primary(stream, function_, 0), t3)
    else this.results.set(id, `NotSelected ${this.state}`)
  }

  linktest(id: number): void {
    if (this.state === "Selected") this.#ask(id, "linktest", linktestReq(0), t6)
    else this.results.set(id, `NotSelected ${this.state}`)
  }

  deselect(id: number): void {
    if (this.state !== "Selected") return void this.results.set(id, `NotSelected ${this.state}`)
    this.#deselecting.push(id)
    if (this.open("deselect").length === 0) this.#ask(-1, "deselect", deselectReq(0), t6)
  }

  #deselected(result: string): void {
    for (const id of this.#deselecting) this.results.set(id, result)
    this.#deselecting = []
  }

  send(id: number): void {
    if (this.state === "Selected") {
      this.#say(data(6, 11, 0), { value: 0 })
      this.results.set(id, "sent")
    } else {
      this.results.set(id, `NotSelected ${this.state}`)
    }
  }

  giveUp(id: number): void {
    this.#open = this.#open.filter((one) => one.id !== id)
  }

  reply(id: number, one: Delivered): void {
    const { byte2, byte3, session, system } = one.frame
    if (byte2 < 0x80) return void this.results.set(id, "NoReplyExpected")
    if (one.replied) return void this.results.set(id, "AlreadyReplied")
    if (one.session !== this.#session) return void this.results.set(id, "ConnectionLost")
    one.replied = true
    this.#say(data(byte2 & 0x7f, byte3 + 1, system, "", session))
    this.results.set(id, "sent")
  }

  #ask(id: number, kind: Open["kind"], frame: Frame, wait: number): void {
    const chosen: Chosen = { value: 0 }
    this.#say(frame, chosen)
    this.#open.push({ id, kind, chosen, due: this.now + wait, sentAt: this.now, frame })
  }

  #say(frame: Frame, chosen?: Chosen, shead?: () => Frame): void {
    this.expected.push({ connection: this.connection, frame, chosen, shead })
  }

  #report(function_: number, about: () => Frame): void {
    this.#say(data(9, function_, 0), { value: 0 }, about)
  }

  // --- what the peer does ------------------------------------------------------------------------------------------

  /** Bytes that are the beginning of a message. */
  receivePartial(): void {
    this.#receivedAt = this.now
    this.#t8 = this.now + t8
  }

  receiveGarbage(): void {
    this.disconnect("FrameFault")
  }

  /** Frames of one chunk. What stands behind the end of the connection is not looked at. */
  receive(frames: ReadonlyArray<Frame>): void {
    this.#t8 = Number.POSITIVE_INFINITY
    this.#receivedAt = this.now
    for (const frame of frames) {
      if (this.state === "NotConnected") return
      this.#failures = 0
      this.#receiveOne(frame)
    }
  }

  #receiveOne(frame: Frame): void {
    const { byte3, pType, sType, system, session } = frame
    const reject = (reason: number) => this.#say(rejectReq(system, reason, reason === 2 ? pType : sType, session))
    const asked = this.#open.find((one) => one.kind !== "request" && one.chosen.value === system)
    if (pType !== 0) return reject(2)
    switch (sType) {
      case 0:
        return this.state === "Selected" ? this.#data(frame) : reject(4)
      case 1:
        this.#say({ ...selectRsp(system, this.state === "Selected" ? 1 : 0), session })
        this.#selected()
        return
      case 2:
        if (asked?.kind !== "select") return reject(3)
        this.#close(asked)
        if (byte3 <= 1) this.#selected()
        else if (this.state !== "Selected") this.disconnect("SelectRefused")
        return
      case 3:
        this.#say({ ...deselectRsp(system, this.state === "Selected" ? 0 : 1), session })
        return this.state === "Selected" ? this.#unselect() : undefined
      case 4:
        if (asked?.kind !== "deselect") return reject(3)
        this.#close(asked)
        if (this.state === "Selected" && byte3 !== 0) return this.#deselected("DeselectRefused")
        if (this.state === "Selected") this.#unselect()
        return this.#deselected("sent")
      case 5:
        return this.#say({ ...linktestRsp(system), session })
      case 6:
        if (asked?.kind === "linktest" || asked?.kind === "probe") return this.#close(asked)
        return this.#overdue.includes(system) ? undefined : reject(3)
      case 7: {
        if (asked?.kind === "select") {
          this.#close(asked)
          return this.state === "Selected" ? undefined : this.disconnect("SelectRejected")
        }
        if (asked?.kind === "deselect") {
          this.#close(asked)
          return this.#deselected(this.state === "Selected" ? `Rejected ${byte3}` : "sent")
        }
        const rejected = asked ?? this.#open.find((one) => one.chosen.value === system)
        if (rejected !== undefined) this.#close(rejected, rejected.kind === "request" ? `Rejected ${byte3}` : undefined)
        return
      }
      case 9:
        return this.disconnect("Separated")
      default:
        return reject(1)
    }
  }

  #selected(): void {
    this.state = "Selected"
    this.#t7 = Number.POSITIVE_INFINITY
  }

  #unselect(): void {
    this.state = "NotSelected"
    this.#t7 = this.now + t7
    this.#lose("Deselected")
  }

  #close(one: Open, result?: string): void {
    this.#open = this.#open.filter((other) => other !== one)
    if (one.id >= 0) this.results.set(one.id, result ?? "alive")
  }

  #data(frame: Frame): void {
    const { byte2, byte3, session, system, text } = frame
    const stream = byte2 & 0x7f
    const foreign = session !== device
    const bad = text.startsWith("a502")
    if (foreign && this.role === "equipment") this.#report(1, () => frame)
    if (byte3 % 2 === 1) {
      if (foreign) return
      if (bad) {
        if (this.role === "equipment") this.#report(7, () => frame)
        if (byte2 >= 0x80) this.#say(data(stream, 0, system))
        return
      }
      if (stream === 9 && [1, 3, 5, 7, 11].includes(byte3) && this.role === "host") {
        const reported = this.#open.find(
          (one) => one.kind === "request" && text === headItem({ ...one.frame, system: one.chosen.value })
        )
        if (reported !== undefined) this.#close(reported, `ErrorReported ${byte3}`)
      }
      this.delivered.push({ frame, session: this.#session, replied: false })
      return
    }
    const one = this.#open.find((open) => open.kind === "request" && open.chosen.value === system)
    if (one === undefined || foreign) return
    const asked = one.frame
    if (stream !== (asked.byte2 & 0x7f) || (byte3 !== 0 && byte3 !== asked.byte3 + 1)) {
      return this.#close(one, `UnexpectedReply ${stream} ${byte3}`)
    }
    this.#close(one, byte3 === 0 ? "Aborted" : bad ? "UndecodableReply" : `S${stream}F${byte3}`)
  }
}
