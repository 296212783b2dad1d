import { assert, describe, it } from "@effect/vitest"
import {
  type Action,
  type Event,
  events,
  type Options,
  type State,
  states,
  type Table,
  table,
  transition,
  type Transition
} from "../src/ConnectionState.ts"

/**
 * One cell: the next state, then the actions in order, with their status or reason in brackets. Empty where the event
 * cannot occur, so that it changes nothing.
 */
type Cell = string

/** The cells of an event in NotConnected, Connecting, NotSelected, Selected. */
type Row = readonly [Cell, Cell, Cell, Cell]

type Expected = { readonly [E in Event]: Row }

/** By hand from SEMI E37, procedures and connection state diagram, as `table` documents its choices. */
const passive: Expected = {
  Start: ["", "", "", ""],
  TcpConnected: ["NotSelected ArmT7", "", "", ""],
  TcpFailed: ["", "", "", ""],
  TcpClosed: ["", "", "NotConnected Disconnect", "NotConnected Disconnect"],
  SecondConnection: ["", "", "NotSelected RefuseConnection", "Selected RefuseConnection Probe"],
  SelectReq: ["", "", "Selected DisarmT7 SendSelectRsp(0)", "Selected SendSelectRsp(1)"],
  SelectReqNotReady: ["", "", "NotSelected SendSelectRsp(2)", "Selected SendSelectRsp(1)"],
  SelectRspOk: ["", "", "", ""],
  SelectRspRefused: ["", "", "", ""],
  SelectRejected: ["", "", "", ""],
  DeselectReq: ["", "", "NotSelected SendDeselectRsp(1)", "NotSelected SendDeselectRsp(0) AbortTransactions ArmT7"],
  DeselectReqBusy: ["", "", "NotSelected SendDeselectRsp(1)", "Selected SendDeselectRsp(2)"],
  DeselectRspOk: ["", "", "NotSelected EndControl", "NotSelected EndControl AbortTransactions ArmT7"],
  DeselectRefused: ["", "", "NotSelected EndControl", "Selected EndControl"],
  LinktestReq: ["", "", "NotSelected SendLinktestRsp", "Selected SendLinktestRsp"],
  LinktestRsp: ["", "", "NotSelected EndControl", "Selected EndControl"],
  OrphanRsp: ["", "", "NotSelected SendReject(3)", "Selected SendReject(3)"],
  SeparateReq: ["", "", "NotConnected Disconnect", "NotConnected Disconnect"],
  RejectReq: ["", "", "NotSelected FailTransaction", "Selected FailTransaction"],
  Data: ["", "", "NotSelected SendReject(4)", "Selected Deliver"],
  UnsupportedPType: ["", "", "NotSelected SendReject(2)", "Selected SendReject(2)"],
  UnsupportedSType: ["", "", "NotSelected SendReject(1)", "Selected SendReject(1)"],
  FrameFault: ["", "", "NotConnected Disconnect", "NotConnected Disconnect"],
  T6Select: ["", "", "", ""],
  T6Deselect: ["", "", "NotConnected Disconnect", "NotConnected Disconnect"],
  T6Linktest: ["", "", "NotConnected Disconnect", "NotConnected Disconnect"],
  T7: ["", "", "NotConnected Disconnect", "Selected"],
  T8: ["", "", "NotConnected Disconnect", "NotConnected Disconnect"],
  Deselect: ["", "", "", "Selected SendDeselectReq"],
  Close: ["NotConnected", "", "NotConnected Disconnect", "NotConnected SendSeparate Disconnect"]
}

/** By hand from SEMI E37.1, state table: before Select nothing but Select is expected, and Deselect is not used. */
const passiveStrict: Expected = {
  Start: ["", "", "", ""],
  TcpConnected: ["NotSelected ArmT7", "", "", ""],
  TcpFailed: ["", "", "", ""],
  TcpClosed: ["", "", "NotConnected Disconnect", "NotConnected Disconnect"],
  SecondConnection: ["", "", "NotSelected RefuseConnection", "Selected RefuseConnection Probe"],
  SelectReq: ["", "", "Selected DisarmT7 SendSelectRsp(0)", "Selected SendSelectRsp(1)"],
  SelectReqNotReady: ["", "", "NotConnected SendSelectRsp(2) Disconnect", "Selected SendSelectRsp(1)"],
  SelectRspOk: ["", "", "", ""],
  SelectRspRefused: ["", "", "", ""],
  SelectRejected: ["", "", "", ""],
  DeselectReq: ["", "", "NotConnected Disconnect", "Selected SendReject(1)"],
  DeselectReqBusy: ["", "", "NotConnected Disconnect", "Selected SendReject(1)"],
  DeselectRspOk: ["", "", "NotSelected EndControl", "NotSelected EndControl AbortTransactions ArmT7"],
  DeselectRefused: ["", "", "NotSelected EndControl", "Selected EndControl"],
  LinktestReq: ["", "", "NotConnected Disconnect", "Selected SendLinktestRsp"],
  LinktestRsp: ["", "", "NotSelected EndControl", "Selected EndControl"],
  OrphanRsp: ["", "", "NotSelected SendReject(3)", "Selected SendReject(3)"],
  SeparateReq: ["", "", "NotConnected Disconnect", "NotConnected Disconnect"],
  RejectReq: ["", "", "NotSelected FailTransaction", "Selected FailTransaction"],
  Data: ["", "", "NotConnected Disconnect", "Selected Deliver"],
  UnsupportedPType: ["", "", "NotConnected Disconnect", "Selected SendReject(2)"],
  UnsupportedSType: ["", "", "NotConnected Disconnect", "Selected SendReject(1)"],
  FrameFault: ["", "", "NotConnected Disconnect", "NotConnected Disconnect"],
  T6Select: ["", "", "", ""],
  T6Deselect: ["", "", "NotConnected Disconnect", "NotConnected Disconnect"],
  T6Linktest: ["", "", "NotConnected Disconnect", "NotConnected Disconnect"],
  T7: ["", "", "NotConnected Disconnect", "Selected"],
  T8: ["", "", "NotConnected Disconnect", "NotConnected Disconnect"],
  Deselect: ["", "", "", "Selected SendDeselectReq"],
  Close: ["NotConnected", "", "NotConnected Disconnect", "NotConnected SendSeparate Disconnect"]
}

/** As `passive`, but Separate ends the session and not TCP: by hand from SEMI E37, Separate procedure. */
const passiveGeneric: Expected = {
  ...passive,
  SeparateReq: ["", "", "NotSelected", "NotSelected AbortTransactions ArmT7"]
}

/** As `passive`, with a side that dials, selects, and waits T5 after every end but its own. */
const active: Expected = {
  Start: ["Connecting Dial", "", "", ""],
  TcpConnected: ["", "NotSelected ArmT7 SendSelectReq", "", ""],
  TcpFailed: ["", "NotConnected ArmT5", "", ""],
  TcpClosed: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  SecondConnection: ["", "", "", ""],
  SelectReq: ["", "", "Selected DisarmT7 SendSelectRsp(0)", "Selected SendSelectRsp(1)"],
  SelectReqNotReady: ["", "", "NotSelected SendSelectRsp(2)", "Selected SendSelectRsp(1)"],
  SelectRspOk: ["", "", "Selected EndControl DisarmT7", "Selected EndControl"],
  SelectRspRefused: ["", "", "NotConnected EndControl Disconnect ArmT5", "Selected EndControl"],
  SelectRejected: ["", "", "NotConnected EndControl Disconnect ArmT5", "Selected EndControl"],
  DeselectReq: ["", "", "NotSelected SendDeselectRsp(1)", "NotSelected SendDeselectRsp(0) AbortTransactions ArmT7"],
  DeselectReqBusy: ["", "", "NotSelected SendDeselectRsp(1)", "Selected SendDeselectRsp(2)"],
  DeselectRspOk: ["", "", "NotSelected EndControl", "NotSelected EndControl AbortTransactions ArmT7"],
  DeselectRefused: ["", "", "NotSelected EndControl", "Selected EndControl"],
  LinktestReq: ["", "", "NotSelected SendLinktestRsp", "Selected SendLinktestRsp"],
  LinktestRsp: ["", "", "NotSelected EndControl", "Selected EndControl"],
  OrphanRsp: ["", "", "NotSelected SendReject(3)", "Selected SendReject(3)"],
  SeparateReq: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  RejectReq: ["", "", "NotSelected FailTransaction", "Selected FailTransaction"],
  Data: ["", "", "NotSelected SendReject(4)", "Selected Deliver"],
  UnsupportedPType: ["", "", "NotSelected SendReject(2)", "Selected SendReject(2)"],
  UnsupportedSType: ["", "", "NotSelected SendReject(1)", "Selected SendReject(1)"],
  FrameFault: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  T6Select: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  T6Deselect: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  T6Linktest: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  T7: ["", "", "NotConnected Disconnect ArmT5", "Selected"],
  T8: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  Deselect: ["", "", "", "Selected SendDeselectReq"],
  Close: ["NotConnected", "NotConnected AbortDial", "NotConnected Disconnect", "NotConnected SendSeparate Disconnect"]
}

/** As `active`, but Separate ends the session and not TCP. */
const activeGeneric: Expected = {
  ...active,
  SeparateReq: ["", "", "NotSelected", "NotSelected AbortTransactions ArmT7"]
}

/** As `passiveStrict`, with a side that dials, selects and is not selected, and waits T5 after every end but its own. */
const activeStrict: Expected = {
  Start: ["Connecting Dial", "", "", ""],
  TcpConnected: ["", "NotSelected ArmT7 SendSelectReq", "", ""],
  TcpFailed: ["", "NotConnected ArmT5", "", ""],
  TcpClosed: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  SecondConnection: ["", "", "", ""],
  SelectReq: ["", "", "NotSelected SendReject(1)", "Selected SendSelectRsp(1)"],
  SelectReqNotReady: ["", "", "NotSelected SendReject(1)", "Selected SendSelectRsp(1)"],
  SelectRspOk: ["", "", "Selected EndControl DisarmT7", "Selected EndControl"],
  SelectRspRefused: ["", "", "NotConnected EndControl Disconnect ArmT5", "Selected EndControl"],
  SelectRejected: ["", "", "NotConnected EndControl Disconnect ArmT5", "Selected EndControl"],
  DeselectReq: ["", "", "NotConnected Disconnect ArmT5", "Selected SendReject(1)"],
  DeselectReqBusy: ["", "", "NotConnected Disconnect ArmT5", "Selected SendReject(1)"],
  DeselectRspOk: ["", "", "NotSelected EndControl", "NotSelected EndControl AbortTransactions ArmT7"],
  DeselectRefused: ["", "", "NotSelected EndControl", "Selected EndControl"],
  LinktestReq: ["", "", "NotConnected Disconnect ArmT5", "Selected SendLinktestRsp"],
  LinktestRsp: ["", "", "NotSelected EndControl", "Selected EndControl"],
  OrphanRsp: ["", "", "NotSelected SendReject(3)", "Selected SendReject(3)"],
  SeparateReq: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  RejectReq: ["", "", "NotSelected FailTransaction", "Selected FailTransaction"],
  Data: ["", "", "NotConnected Disconnect ArmT5", "Selected Deliver"],
  UnsupportedPType: ["", "", "NotConnected Disconnect ArmT5", "Selected SendReject(2)"],
  UnsupportedSType: ["", "", "NotConnected Disconnect ArmT5", "Selected SendReject(1)"],
  FrameFault: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  T6Select: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  T6Deselect: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  T6Linktest: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  T7: ["", "", "NotConnected Disconnect ArmT5", "Selected"],
  T8: ["", "", "NotConnected Disconnect ArmT5", "NotConnected Disconnect ArmT5"],
  Deselect: ["", "", "", "Selected SendDeselectReq"],
  Close: ["NotConnected", "NotConnected AbortDial", "NotConnected Disconnect", "NotConnected SendSeparate Disconnect"]
}

const sides: ReadonlyArray<{ readonly name: string; readonly options: Options; readonly expected: Expected }> = [
  { name: "the passive side", options: { mode: "Passive" }, expected: passive },
  { name: "the passive side of E37", options: { mode: "Passive", strict: "E37" }, expected: passiveGeneric },
  { name: "the passive side of E37.1", options: { mode: "Passive", strict: "E37.1" }, expected: passiveStrict },
  { name: "the active side", options: { mode: "Active" }, expected: active },
  { name: "the active side of E37", options: { mode: "Active", strict: "E37" }, expected: activeGeneric },
  { name: "the active side of E37.1", options: { mode: "Active", strict: "E37.1" }, expected: activeStrict }
]

const showAction = ({ _tag, ...code }: Action): string => {
  const codes = Object.values(code)
  return codes.length === 0 ? _tag : `${_tag}(${codes.join()})`
}

const show = ({ actions, state }: Transition): Cell => [state, ...actions.map(showAction)].join(" ")

const column = (expected: Expected, state: State): Readonly<Record<Event, Cell>> =>
  byEvent((event) => expected[event][states.indexOf(state)]!)

const byEvent = <A>(of: (event: Event) => A): Readonly<Record<Event, A>> =>
  Object.fromEntries(events.map((event) => [event, of(event)])) as Record<Event, A>

/** Every cell that is not empty, with where it stands. */
const cells = (table: Table) =>
  states.flatMap((from) =>
    events.flatMap((event) => {
      const cell = table[from][event]
      return cell === undefined ? [] : [{ where: `${from}, ${event}`, from, event, cell }]
    })
  )

const has = (cell: Transition, tag: Action["_tag"]): boolean => cell.actions.some(({ _tag }) => _tag === tag)

describe("ConnectionState", () => {
  it("is asserted below for every event in every state, empty cells included", () => {
    assert.strictEqual(states.length * events.length, 4 * 30)
    for (const { expected, name } of sides) {
      assert.deepStrictEqual(Object.keys(expected).toSorted(), [...events].toSorted(), name)
      for (const row of Object.values(expected)) assert.lengthOf(row, states.length)
    }
    assert.deepStrictEqual([...new Set(events)], [...events])
    assert.deepStrictEqual(states, ["NotConnected", "Connecting", "NotSelected", "Selected"])
  })

  describe.each(sides)("$name", ({ expected, options }) => {
    const actual = table(options)

    it.each(states)("has its one outcome for every event in %s (e37/state/every-cell)", (state) => {
      assert.deepStrictEqual(
        byEvent((event) => (actual[state][event] === undefined ? "" : show(actual[state][event]))),
        column(expected, state)
      )
    })

    it("changes nothing and does nothing on an event that cannot occur", () => {
      const empty = states.flatMap((state) =>
        events.filter((event) => column(expected, state)[event] === "").map((event) => ({ state, event }))
      )
      assert.isAbove(empty.length, 0)
      for (const { event, state } of empty) {
        assert.deepStrictEqual(transition(actual, state, event), { state, actions: [] }, `${state}, ${event}`)
      }
    })

    it("gives with `transition` what stands in the cell", () => {
      for (const { cell, event, from } of cells(actual)) assert.strictEqual(transition(actual, from, event), cell)
    })

    it("disconnects when it leaves a connection, last but for the wait of T5, and never else", () => {
      for (const { cell, from, where } of cells(actual)) {
        const leaves = (from === "NotSelected" || from === "Selected") && cell.state === "NotConnected"
        assert.strictEqual(has(cell, "Disconnect"), leaves, where)
        if (!leaves) continue
        const tags = cell.actions.map(({ _tag }) => _tag).filter((tag) => tag !== "ArmT5")
        assert.strictEqual(tags.at(-1), "Disconnect", where)
      }
    })

    it("starts T7 whenever it enters NotSelected, and stops it whenever Select ends that", () => {
      for (const { cell, from, where } of cells(actual)) {
        assert.strictEqual(has(cell, "ArmT7"), cell.state === "NotSelected" && from !== "NotSelected", where)
        assert.strictEqual(has(cell, "DisarmT7"), cell.state === "Selected" && from === "NotSelected", where)
      }
    })

    it("waits T5 after every end of a connection or attempt that it did not want itself, if it dials", () => {
      for (const { cell, event, from, where } of cells(actual)) {
        const ends = cell.state === "NotConnected" && from !== "NotConnected" && event !== "Close"
        assert.strictEqual(has(cell, "ArmT5"), options.mode === "Active" && ends, where)
      }
    })

    it("delivers data in Selected only", () => {
      for (const { cell, event, from, where } of cells(actual)) {
        assert.strictEqual(has(cell, "Deliver"), from === "Selected" && event === "Data", where)
      }
    })

    it("reaches every state that side has from NotConnected, and NotConnected from each", () => {
      const reached = (from: State): ReadonlySet<State> => {
        const seen = new Set([from])
        for (const state of seen) for (const event of events) seen.add(transition(actual, state, event).state)
        return seen
      }
      const known = options.mode === "Active" ? states : states.filter((state) => state !== "Connecting")
      assert.sameMembers([...reached("NotConnected")], [...known])
      for (const state of known) assert.isTrue(reached(state).has("NotConnected"), state)
    })
  })
})
