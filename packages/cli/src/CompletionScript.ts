/**
 * What a shell runs to complete a command line of `secs`: flags, commands, and files wherever neither stands. Pure.
 *
 * @since 0.1.0
 */
import type * as Command from "effect/cli/Command"
import * as Completions from "effect/cli/Completions"

/**
 * Where the script is put to use, line by line; powershell's own header says it for powershell.
 *
 * @since 0.1.0
 */
export const installation = {
  bash: { line: 'eval "$(secs --completions bash)"', file: "~/.bashrc" },
  zsh: { line: 'eval "$(secs --completions zsh)"', file: "~/.zshrc, after compinit" },
  fish: { line: "secs --completions fish | source", file: "~/.config/fish/config.fish" }
} as const

/**
 * The script for a shell.
 *
 * @since 0.1.0
 */
export const make = (command: Command.Command.Any, shell: Completions.Shell): string => {
  const commands = Completions.fromCommand(command)
  // Bash completes files itself where nothing else is found, and does folders, `~` and quotes better than a script.
  const script = Completions.generate(command.name, shell, shell === "bash" ? commands : withFiles(commands))
  if (shell === "powershell") return script
  const { file, line } = installation[shell]
  return script
    .replace(/^# Installation:\n(?:#  .*\n)+/m, () => `# In ${file}:\n#   ${line}\n`)
    .replace(/^complete -F /m, "complete -o bashdefault -o default -F ")
}

/** Nearly every argument may be a file, and what takes free text may take one. */
const withFiles = (command: Completions.CommandDescriptor): Completions.CommandDescriptor => ({
  ...command,
  flags: command.flags.map((flag) => ({ ...flag, type: orFile(flag.type) })),
  arguments: command.arguments.map((argument) => ({ ...argument, type: orFile(argument.type) })),
  subcommands: command.subcommands.map(withFiles)
})

const orFile = <A extends { readonly _tag: string }>(
  type: A
): A | { readonly _tag: "Path"; readonly pathType: "either" } =>
  type._tag === "String" ? { _tag: "Path", pathType: "either" } : type
