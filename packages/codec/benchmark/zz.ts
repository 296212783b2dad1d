import { comparisons as typed } from "./typed.ts"
import { comparisons as items } from "./items.ts"
import { warmUp } from "./harness.ts"
const [name, pollute] = process.argv.slice(2)
if (pollute) warmUp([...items, ...typed])
const c = typed.find((x) => x.name === name)!
for (let r = 0; r < 6; r++) {
  for (const { name, run } of c.candidates) {
    const n = 60000
    const t = performance.now()
    for (let i = 0; i < n; i++) run()
    if (r > 3) console.log(name, (((performance.now() - t) / n) * 1e6).toFixed(0))
  }
}
