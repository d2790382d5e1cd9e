using System.CommandLine;
using Brink.Cli.CommandLine;

namespace Brink.Cli.Commands;

/// <summary>
/// <c>brink completion</c>: prints a script that makes a shell complete commands, options and their values, by asking
/// the program itself through System.CommandLine's <c>[suggest:POSITION]</c> directive.
/// </summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> s_scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _brink_complete() {
              local line=${COMP_LINE#*[[:space:]]} position=$((COMP_POINT - ${#COMP_WORDS[0]} - 1))
              ((position < 0)) && return
              local IFS=$'\n'
              COMPREPLY=($("${COMP_WORDS[0]}" "[suggest:$position]" "$line" 2>/dev/null | grep -F -- "${COMP_WORDS[COMP_CWORD]}"))
              COMPREPLY=($(compgen -W "${COMPREPLY[*]}" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _brink_complete brink ./brink
            """,
        ["zsh"] = """
            #compdef brink ./brink
            _brink_complete() {
              local line="${BUFFER#*[[:space:]]}" position=$((CURSOR - ${#words[1]} - 1))
              ((position < 0)) && return
              local -a found
              found=("${(@f)$("${words[1]}" "[suggest:$position]" "$line" 2>/dev/null)}")
              compadd -- $found || _files
            }
            compdef _brink_complete brink ./brink
            """,
        ["fish"] = """
            function __brink_complete
                set -l program (commandline -poc)[1]
                set -l line (string replace -r '^\S+\s' '' -- (commandline -cp))
                $program "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
            end
            complete -c brink -a '(__brink_complete)'
            """,
    };

    /// <summary>Creates the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = $"{string.Join(", ", s_scripts.Keys)}" };
        shell.AcceptOnlyFromAmong([.. s_scripts.Keys]);
        var command = new DocumentedCommand(
            "completion",
            "Print a script that makes a shell complete brink's commands and options.",
            "source <(brink completion bash)      # for this session, or put the line into ~/.bashrc",
            "brink completion zsh > ~/.zfunc/_brink",
            "brink completion fish > ~/.config/fish/completions/brink.fish")
        { shell };
        command.SetAction(parsed =>
        {
            // Scripts must end lines as the shell wants them, wherever this was built.
            parsed.InvocationConfiguration.Output.Write(s_scripts[parsed.GetRequiredValue(shell)].ReplaceLineEndings("\n") + "\n");
            return 0;
        });
        return command;
    }
}
