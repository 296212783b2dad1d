export * as CliFailure from "./CliFailure.ts"
export * as TextInput from "./TextInput.ts"
