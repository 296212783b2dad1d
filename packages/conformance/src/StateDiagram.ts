/**
 * `docs/state-machines/hsms-*.md`: the connection state diagram as a drawing and as a table, printed from the table the
 * session runs. Pure.
 *
 * @since 0.1.0
 */
import {
  type Action,
  type Event,
  events,
  type State,
  states,
  table,
  type Table,
  type Transition
} from "@effect-secs/session/ConnectionState"

/** What each event is in the words of the standard. */
const eventNames: Readonly<Record<Event, string>> = {
  Start: "Start, or T5 expires",
  TcpConnected: "TCP connected",
  TcpFailed: "TCP attempt failed",
  TcpClosed: "TCP closed or reset",
  SecondConnection: "Second TCP connection",
  SelectReq: "Select.req",
  SelectReqNotReady: "Select.req, entity not ready",
  SelectRspOk: "Select.rsp, status 0 or 1",
  SelectRspRefused: "Select.rsp, other status",
  SelectRejected: "Reject.req of our Select.req",
  DeselectReq: "Deselect.req",
  DeselectReqBusy: "Deselect.req, entity busy",
  DeselectRspOk: "Deselect.rsp, status 0",
  DeselectRefused: "Deselect.rsp, other status, or Reject.req of our Deselect.req",
  LinktestReq: "Linktest.req",
  LinktestRsp: "Linktest.rsp",
  OrphanRsp: "Response to nothing asked",
  SeparateReq: "Separate.req",
  RejectReq: "Other Reject.req",
  Data: "Data message",
  UnsupportedPType: "Unsupported PType",
  UnsupportedSType: "Unsupported SType",
  FrameFault: "Malformed message",
  T6Select: "T6 of Select expires",
  T6Deselect: "T6 of Deselect expires",
  T6Linktest: "T6 of Linktest expires",
  T7: "T7 expires",
  T8: "T8 expires",
  Deselect: "Local deselect",
  Close: "Local close"
}

const stateNames: Readonly<Record<State, string>> = {
  NotConnected: "NOT CONNECTED",
  Connecting: "CONNECTING",
  NotSelected: "NOT SELECTED",
  Selected: "SELECTED"
}

const actionName = (action: Action): string => {
  switch (action._tag) {
    case "Dial":
      return "dial"
    case "AbortDial":
      return "give up dialling"
    case "ArmT5":
      return "start T5"
    case "ArmT7":
      return "start T7"
    case "DisarmT7":
      return "stop T7"
    case "SendSelectReq":
      return "send Select.req, start T6"
    case "SendSelectRsp":
      return `send Select.rsp ${action.status}`
    case "SendDeselectReq":
      return "send Deselect.req, start T6"
    case "SendDeselectRsp":
      return `send Deselect.rsp ${action.status}`
    case "SendLinktestRsp":
      return "send Linktest.rsp"
    case "SendReject":
      return `send Reject.req ${action.reason}`
    case "SendSeparate":
      return "send Separate.req"
    case "EndControl":
      return "end the control transaction, stop T6"
    case "FailTransaction":
      return "fail the transaction it names"
    case "AbortTransactions":
      return "fail all transactions"
    case "Deliver":
      return "deliver"
    case "RefuseConnection":
      return "turn the other connection away"
    case "Probe":
      return "linktest at once"
    case "Disconnect":
      return "close TCP, settle what is open"
  }
}

const actionNames = (cell: Transition): string => cell.actions.map(actionName).join(", ")

const printed = (state: State, cell: Transition | undefined): string => {
  if (cell === undefined) return "–"
  const next = cell.state === state ? "stay" : `→ ${stateNames[cell.state]}`
  return cell.actions.length === 0 ? next : `${next}: ${actionNames(cell)}`
}

/** One arrow for all events with the same consequences between the same two states. */
const arrows = (cells: Table, known: ReadonlyArray<State>): ReadonlyArray<string> => {
  const labels = new Map<string, { readonly arrow: string; readonly actions: string; readonly events: Array<string> }>()
  for (const state of known) {
    for (const event of events) {
      const cell = cells[state][event]
      if (cell === undefined || cell.state === state) continue
      const arrow = `${state} --> ${cell.state}`
      const actions = actionNames(cell)
      const key = `${arrow}: ${actions}`
      const label = labels.get(key) ?? { arrow, actions, events: [] }
      labels.set(key, label)
      label.events.push(eventNames[event])
    }
  }
  return [...labels.values()].map(({ actions, arrow, events }) => {
    const cause = events.join("<br>")
    return `    ${arrow}: ${cause}${actions === "" ? "" : `<br>/ ${actions}`}`
  })
}

const rows = (cells: Table, known: ReadonlyArray<State>, shown: ReadonlyArray<Event>): ReadonlyArray<string> => [
  `| Event | ${known.map((state) => stateNames[state]).join(" | ")} |`,
  `| --- |${known.map(() => " --- |").join("")}`,
  ...shown.map(
    (event) => `| ${eventNames[event]} | ${known.map((state) => printed(state, cells[state][event])).join(" | ")} |`
  )
]

/**
 * The document of one side.
 *
 * @since 0.1.0
 */
export const document = (mode: "Active" | "Passive"): string => {
  const cells = table({ mode })
  const known = states.filter((state) => Object.keys(cells[state]).length > 0)
  const occurring = (of: Table) => events.filter((event) => known.some((state) => of[state][event] !== undefined))
  const strict = (standard: "E37" | "E37.1", why: string): ReadonlyArray<string> => {
    const other = table({ mode, strict: standard })
    const differing = events.filter((event) =>
      known.some((state) => printed(state, cells[state][event]) !== printed(state, other[state][event]))
    )
    return [
      "",
      `## With \`strict: "${standard}"\``,
      "",
      `${why} These rows differ:`,
      "",
      ...rows(other, known, differing)
    ]
  }
  return [
    "<!-- Printed from packages/session/src/ConnectionState.ts by `pnpm docs:write`. Do not edit. -->",
    "",
    `# HSMS connection, ${mode.toLowerCase()} side`,
    "",
    "The table the session runs, see SEMI E37, connection state diagram, and SEMI E37.1. The next state is committed before",
    "the actions are carried out, in their order.",
    "",
    "```mermaid",
    "stateDiagram-v2",
    ...known.map((state) => `    state "${stateNames[state]}" as ${state}`),
    "    [*] --> NotConnected",
    ...arrows(cells, known),
    "```",
    "",
    "Events that do not change the state are in the table only.",
    "",
    "## Every event in every state",
    "",
    "–: the event cannot occur.",
    "",
    ...rows(cells, known, occurring(cells)),
    ...strict("E37", "As generic E37 has it, Separate ends the session and not TCP."),
    ...strict(
      "E37.1",
      "As the state table of E37.1 has it, nothing but Select is expected before Select, only the active side selects, and Deselect is not used."
    ),
    ""
  ].join("\n")
}
