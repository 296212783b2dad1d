/**
 * What stands between messages besides messages: constants, and the rules of simulators.
 */
import type { SmlRule } from "../../SmlDocument.ts"
import { closeRound, dot, gap, notSpace, openRound, space } from "./characters.ts"
import { isNode, readItem } from "./items.ts"
import type { Scanner } from "./Scanner.ts"

const constant = new RegExp(String.raw`#define${gap}+((?!\d)${notSpace}+)${gap}+(\d{1,15})(?=${space}|/|$)`, "iy")

/** Reads `#define NAME 50`. */
export const readConstant = (s: Scanner): void => {
  constant.lastIndex = s.at
  const match = constant.exec(s.text)
  if (match === null) return s.fail("BadConstant", s.at, "#define, a name and a number")
  s.look(s.at, constant.lastIndex)
  s.constants.set(match[1]!, Number(match[2]))
  s.at = constant.lastIndex
}

const ifStarts = new RegExp(String.raw`if${space}*\(`, "iy")
const everyStarts = new RegExp(String.raw`every${space}+(?=\d)`, "iy")
const condition = new RegExp(String.raw`if${space}*\(${space}*((?:(?![()=<>])${notSpace})+)`, "iy")
const item = new RegExp(String.raw`\(${space}*(\d{1,9})${space}*\)${space}*==?`, "y")
const every = new RegExp(String.raw`every${space}+(\d{1,9}(?:\.\d{1,9})?)${space}+send${space}+`, "iy")

const ruleForms = "if (message) reply. or every 5 send message."
const ruleWord = new RegExp(`(?:if|every)(?=${space})`, "iy")

/** For what is no rule, but begins as one. */
export const hintForRule = (text: string, at: number): string | undefined => {
  ruleWord.lastIndex = at
  return ruleWord.test(text) ? `a rule is ${ruleForms}` : undefined
}

const stands = (pattern: RegExp, s: Scanner): boolean => {
  pattern.lastIndex = s.at
  return pattern.test(s.text)
}

/** Whether a rule begins here. */
export const isRule = (s: Scanner): boolean => {
  const letter = s.text.charCodeAt(s.at) | 0x20
  return (letter === 0x69 && stands(ifStarts, s)) || (letter === 0x65 && stands(everyStarts, s))
}

const endRule = (s: Scanner): void => {
  if (s.skip() !== dot) s.fail("BadRule", s.at, ". to end this rule")
  s.at++
}

const readName = (s: Scanner): string => {
  s.skip()
  const name = s.name()
  if (name === "") s.fail("BadRule", s.at, "the name of a message")
  return name
}

/** Reads `if (s1f1 (4)==<F4 0.5>) reply.` or `every 5 send poll.` */
export const readRule = (s: Scanner): SmlRule => {
  const start = s.at
  every.lastIndex = start
  const repeated = every.exec(s.text)
  if (repeated !== null) {
    const seconds = Number(repeated[1])
    if (seconds === 0) return s.fail("BadRule", start + repeated[0].search(/\d/), "a number of seconds above 0")
    s.at = every.lastIndex
    s.look(start, s.at)
    const send = readName(s)
    endRule(s)
    return { _tag: "Every", seconds, send, position: s.position(start), start, end: s.at }
  }
  condition.lastIndex = start
  const match = condition.exec(s.text)
  if (match === null) return s.fail("BadRule", start, ruleForms)
  s.at = condition.lastIndex
  s.look(start, s.at)
  const where = s.skip() === openRound ? readCondition(s) : undefined
  if (s.skip() !== closeRound) s.fail("BadRule", s.at, ") to end the condition")
  s.at++
  const reply = readName(s)
  endRule(s)
  return { _tag: "Reply", on: match[1]!, where, reply, position: s.position(start), start, end: s.at }
}

const readCondition = (s: Scanner) => {
  item.lastIndex = s.at
  const match = item.exec(s.text)
  if (match === null || Number(match[1]) < 1) {
    return s.fail("BadRule", s.at, "(n)== and an item, n counting all items from 1")
  }
  s.look(s.at, item.lastIndex)
  s.at = item.lastIndex
  s.skip()
  const start = s.at
  const equals = readItem(s)
  if (isNode(equals)) return s.fail("NotAnItem", start, "an item without slots")
  return { item: Number(match[1]), equals }
}
