/**
 * A few definitions of the standard, as far as the tests of typed messages need them.
 */
import { StreamFunction, Structure } from "@effect-secs/codec"

const { primary, secondary } = StreamFunction
const { A, B, either, enumeration, list, listOf, unsigned, value } = Structure

/** Are You There: a header only; who is, depends on the sender. */
export const S1F2 = secondary({
  stream: 1,
  function: 2,
  name: "On Line Data",
  structure: { equipment: list({ mdln: A, softrev: A }), host: Structure.nothing }
})
export const S1F1 = primary({ stream: 1, function: 1, name: "Are You There", reply: S1F2 })

/** Selected equipment status. */
export const S1F4 = secondary({
  stream: 1,
  function: 4,
  name: "Selected Equipment Status Data",
  sender: "equipment",
  structure: listOf(Structure.item)
})
export const S1F3 = primary({
  stream: 1,
  function: 3,
  name: "Selected Equipment Status Request",
  sender: "host",
  structure: listOf(unsigned),
  reply: S1F4
})

/** Date and time: a secondary with a body to a header only. */
export const S2F18 = secondary({ stream: 2, function: 18, name: "Date and Time Data", structure: A })
export const S2F17 = primary({ stream: 2, function: 17, name: "Date and Time Request", reply: S2F18 })

export const HCACK = enumeration("B", { Accepted: 0, NoSuchCommand: 1, CannotNow: 2 }, { name: "HCACK" })
const Parameter = list({ cpname: A, cpval: either([A, unsigned]) })

/** Host command. */
export const S2F42 = secondary({
  stream: 2,
  function: 42,
  name: "Host Command Acknowledge",
  sender: "equipment",
  structure: list({ hcack: HCACK, parameters: listOf(list({ cpname: A, cpack: B })) })
})
export const S2F41 = primary({
  stream: 2,
  function: 41,
  name: "Host Command Send",
  sender: "host",
  structure: list({ rcmd: A, parameters: listOf(Parameter) }),
  reply: S2F42
})

/** Event report. */
export const S6F12 = secondary({ stream: 6, function: 12, name: "Event Report Acknowledge", structure: B })
export const S6F11 = primary({
  stream: 6,
  function: 11,
  name: "Event Report Send",
  sender: "equipment",
  replyRule: "optional",
  structure: list({
    dataid: unsigned,
    ceid: value(["U4", "U1", "U2"], { name: "CEID" }),
    reports: listOf(list({ rptid: value(["U4", "U1", "U2"]), values: listOf(Structure.item) }))
  }),
  reply: S6F12
})

/** Delete process program: the secondary is an acknowledge code. */
export const S7F18 = secondary({ stream: 7, function: 18, name: "Delete Acknowledge", structure: B })
export const S7F17 = primary({ stream: 7, function: 17, name: "Delete Send", structure: listOf(A), reply: S7F18 })

/** One of our own, and one without a reply. */
export const S64F2 = secondary({ stream: 64, function: 2, name: "Pong" })
export const S64F1 = primary({ stream: 64, function: 1, name: "Ping", structure: A, reply: S64F2 })
export const S64F3 = primary({ stream: 64, function: 3, name: "Note", structure: A })
export const S64F5 = primary({ stream: 64, function: 5, name: "Tick" })
