/** Every scenario over TCP on loopback, in real time, several at once. */
import { run } from "./run.ts"

run("TCP")
