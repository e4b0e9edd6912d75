using System.Text;

namespace RaftNode.Host.Commands.Completion;

/// <summary>The completion for bash.</summary>
internal static class BashScript
{
    /// <summary>Writes the script.</summary>
    public static string Of(IReadOnlyList<Verb> verbs)
    {
        var script = new StringBuilder();
        foreach (var verb in verbs)
        {
            foreach (var option in verb.Options.Where(static option => option.TakesValue))
                script.Append($"        {Patterns(verb, option)}) words={Quote(option.Values)} ;;\n");
        }
        var values = script.ToString();
        return $$"""
            # Completion of raftnode for bash.
            _raftnode() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb=raftnode word words i
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word="$verb ${COMP_WORDS[i]}"
                    case $word in
                    {{string.Join('|', verbs.Skip(1).Select(static verb => Quote(verb.Path)))}}) verb=$word ;;
                    esac
                done
                case "$verb $previous" in
            {{values.TrimEnd('\n')}}
                *) case $verb in
            {{string.Join('\n', verbs.Select(Words))}}
                    esac ;;
                esac
                COMPREPLY=()
                while IFS= read -r word; do
                    COMPREPLY+=("$word")
                done < <(compgen -W "$words" -- "$current")
            }
            complete -o default -F _raftnode raftnode
            """;
    }

    private static string Words(Verb verb) =>
        $"        {Quote(verb.Path)}) words={Quote([
            .. verb.Subcommands.Select(static below => below.Name), .. verb.Values,
            .. verb.Options.SelectMany(static option => option.Names)])} ;;";

    private static string Patterns(Verb verb, VerbOption option) =>
        string.Join('|', option.Names.Select(name => Quote($"{verb.Path} {name}")));

    private static string Quote(string text) => $"'{text}'";

    private static string Quote(IEnumerable<string> words) => Quote(string.Join(' ', words));
}
