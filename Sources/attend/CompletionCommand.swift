import AttentionKit

extension Command {
  static let completion = Command(
    name: "completion", summary: "print completions for a shell", words: "bash|zsh|fish",
    wordCount: 1...1,
    details: """
      Prints a script that makes a shell complete commands, options and file names:
        bash: attend completion bash > ~/.local/share/bash-completion/completions/attend
        zsh:  attend completion zsh > a file _attend in a folder of $fpath
        fish: attend completion fish > ~/.config/fish/completions/attend.fish
      """,
    options: [],
    run: { arguments in
      let shell = arguments.words[0]
      guard let script = ShellCompletion.scripts[shell] else {
        throw UsageError("expected bash, zsh or fish, found \"\(shell)\"")
      }
      try StandardStreams.write(script())
    })
}

/// Completion scripts, made from the commands' own tables so that they cannot fall behind.
enum ShellCompletion {
  static let scripts: [String: @Sendable () -> String] = [
    "bash": { bash }, "zsh": { zsh }, "fish": { fish },
  ]

  private static func options(of command: Command) -> [Arguments.Option] {
    command.options + Command.commonOptions
  }

  private static let names = Command.all.map(\.name)

  private static var bash: String {
    let cases = Command.all.map { command in
      "    \(command.name)) words='\(options(of: command).map(\.name).joined(separator: " "))' ;;"
    }
    return """
      # bash completion of attend
      _attend() {
        local word=${COMP_WORDS[COMP_CWORD]} words=
        COMPREPLY=()
        if [ "$COMP_CWORD" -eq 1 ]; then
          COMPREPLY=($(compgen -W '\(names.joined(separator: " ")) --help --version' -- "$word"))
          return
        fi
        case ${COMP_WORDS[1]} in
      \(cases.joined(separator: "\n"))
        esac
        # What is no option is a file.
        if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$word")); fi
      }
      complete -o default -F _attend attend

      """
  }

  private static var zsh: String {
    let commands = Command.all.map { "    \(quoted("\($0.name):\($0.summary)"))" }
    let cases = Command.all.map { command in
      let specifications = options(of: command).map { option in
        let help = option.help.filter { !"[]:".contains($0) }
        let value = option.value.map { ":\($0.lowercased()):_files" } ?? ""
        return quoted("\(option.isRepeatable ? "*" : "")\(option.name)[\(help)]\(value)")
      }
      return
        "    \(command.name)) _arguments \(specifications.joined(separator: " ")) '*:file:_files' ;;"
    }
    return """
      #compdef attend
      local -a commands
      commands=(
      \(commands.joined(separator: "\n"))
      )
      if (( CURRENT == 2 )); then
        _describe command commands
      else
        local command=$words[2]
        shift words
        (( CURRENT-- ))
        case $command in
      \(cases.joined(separator: "\n"))
        esac
      fi

      """
  }

  private static var fish: String {
    var lines = ["# fish completion of attend"]
    for command in Command.all {
      lines.append(
        "complete -c attend -n __fish_use_subcommand -f -a \(command.name) -d \(quoted(command.summary))"
      )
      for option in options(of: command) {
        lines.append(
          "complete -c attend -n '__fish_seen_subcommand_from \(command.name)' "
            + "-l \(option.name.dropFirst(2))\(option.value == nil ? "" : " -r") "
            + "-d \(quoted(option.help))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// In single quotes, as all three shells read them.
  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
      + "'"
  }
}
