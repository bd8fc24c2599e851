import { type Command, UsageError } from "./frame/command.ts"

const global = ["--help", "--json", "--no-color", "--debug"]

/** Every command and how to load it, as the list of commands has them. */
export type LoadableCommands = { readonly [name: string]: { readonly load: () => Promise<Command> } }

/** @param commands the commands that the script completes */
export const completion = (commands: LoadableCommands): Command => ({
  description: `Prints a script that completes commands and options in your shell. Write it where
your shell reads completions, or evaluate it in the shell's start-up file.`,
  args: [{ name: "<shell>", description: "bash, zsh or fish" }],
  options: [],
  examples: [
    "completion bash > /etc/bash_completion.d/hallpass",
    'completion zsh > "${fpath[1]}/_hallpass"',
    "completion fish > ~/.config/fish/completions/hallpass.fish",
  ],
  exits: "0 printed; 2 the shell is not known.",
  async run({ args: [shell = ""] }, output) {
    const write = Object.hasOwn(shells, shell) ? shells[shell] : undefined
    if (write === undefined) throw new UsageError(`the shell must be one of: ${Object.keys(shells).join(", ")}`)
    const words: Words = {}
    for (const [name, { load }] of Object.entries(commands)) {
      const options = (await load()).options.flatMap(({ flags }) => flags.match(/--[a-z-]+/g) ?? [])
      words[name] = [...options, ...global]
    }
    const script = write(words)
    if (output.json) output.document({ shell, script })
    else output.print(script)
    return 0
  },
})

/** The options of each command. */
type Words = { [command: string]: readonly string[] }

const shells: { readonly [shell: string]: (words: Words) => string } = {
  bash: (words) => `_hallpass() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" = 1 ]; then words="${Object.keys(words).join(" ")}"
  else
    case "\${COMP_WORDS[1]}" in
${Object.entries(words)
  .map(([name, options]) => `      ${name}) words="${options.join(" ")}" ;;`)
  .join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [ \${#COMPREPLY[@]} = 0 ] && COMPREPLY=($(compgen -f -- "$word"))
}
complete -F _hallpass hallpass
`,
  zsh: (words) => `#compdef hallpass
if (( CURRENT == 2 )); then compadd ${Object.keys(words).join(" ")}
else
  case "$words[2]" in
${Object.entries(words)
  .map(([name, options]) => `    ${name}) [[ "$PREFIX" = -* ]] && compadd -- ${options.join(" ")} || _files ;;`)
  .join("\n")}
  esac
fi
`,
  fish: (words) =>
    Object.entries(words)
      .flatMap(([name, options]) => [
        `complete -c hallpass -n __fish_use_subcommand -a ${name} -f`,
        ...options.map(
          (option) => `complete -c hallpass -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`,
        ),
      ])
      .join("\n")
      .concat("\n"),
}
