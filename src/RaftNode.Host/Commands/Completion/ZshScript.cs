namespace RaftNode.Host.Commands.Completion;

/// <summary>The completion for zsh.</summary>
internal static class ZshScript
{
    /// <summary>Writes the script.</summary>
    public static string Of(IReadOnlyList<Verb> verbs) => $$"""
        #compdef raftnode
        # Completion of raftnode for zsh.
        _raftnode() {
            local verb=raftnode i
            local -a candidates
            for ((i = 2; i < CURRENT; i++)); do
                case "$verb ${words[i]}" in
                {{string.Join('|', verbs.Skip(1).Select(static verb => Quote(verb.Path)))}}) verb="$verb ${words[i]}" ;;
                esac
            done
            case "$verb ${words[CURRENT-1]}" in
        {{string.Join('\n', verbs.SelectMany(OptionValues))}}
            esac
            case $verb in
        {{string.Join('\n', verbs.Select(Candidates))}}
            esac
            _describe raftnode candidates
            _files
        }
        compdef _raftnode raftnode
        """;

    private static IEnumerable<string> OptionValues(Verb verb) =>
        verb.Options.Where(static option => option.TakesValue).Select(option =>
        {
            var patterns = string.Join('|', option.Names.Select(name => Quote($"{verb.Path} {name}")));
            return option.Values.Count > 0
                ? $"    {patterns}) compadd -- {string.Join(' ', option.Values)}; return ;;"
                : $"    {patterns}) _files; return ;;";
        });

    private static string Candidates(Verb verb)
    {
        IEnumerable<string> all =
        [
            .. verb.Subcommands.Select(static below => Item(below.Name, below.Description)),
            .. verb.Values.Select(static value => Item(value, "")),
            .. verb.Options.SelectMany(
                static option => option.Names.Select(name => Item(name, option.Description))),
        ];
        return $"    {Quote(verb.Path)}) candidates=({string.Join(' ', all)}) ;;";
    }

    // A colon separates the word from its description.
    private static string Item(string word, string description) =>
        Quote(description.Length > 0 ? $"{word}:{description}" : word);

    private static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
