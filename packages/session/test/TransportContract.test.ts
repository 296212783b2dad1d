import { contract } from "./transport-contract.ts"
import { pairs } from "./transports.ts"

for (const [name, pair] of pairs) contract(name, pair)
