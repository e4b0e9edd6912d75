namespace RaftNode.Host.Commands.Completion;

/// <summary>The completion for fish.</summary>
internal static class FishScript
{
    /// <summary>Writes the script.</summary>
    public static string Of(IReadOnlyList<Verb> verbs) => $$"""
        # Completion of raftnode for fish.
        function __raftnode_verb_is
            set -l verb raftnode
            for word in (commandline -opc)[2..-1]
                switch "$verb $word"
                    case {{string.Join(' ', verbs.Skip(1).Select(static verb => Quote(verb.Path)))}}
                        set verb "$verb $word"
                end
            end
            test "$verb" = "$argv"
        end
        complete -c raftnode -e
        {{string.Join('\n', verbs.SelectMany(Lines))}}
        """;

    private static IEnumerable<string> Lines(Verb verb)
    {
        var start = $"complete -c raftnode -n {Quote($"__raftnode_verb_is {verb.Path}")}";
        foreach (var below in verb.Subcommands)
            yield return $"{start} -f -a {below.Name} -d {Quote(below.Description)}";
        foreach (var value in verb.Values)
            yield return $"{start} -f -a {value}";
        foreach (var option in verb.Options)
        {
            var names = string.Join(' ', option.Names.Select(Name));
            var values = option.Values.Count > 0 ? $" -x -a {Quote(string.Join(' ', option.Values))}"
                : option.TakesValue ? " -r" : "";
            yield return $"{start} {names}{values} -d {Quote(option.Description)}";
        }
    }

    // fish knows long names, and short ones of a letter; -? is one of those.
    private static string Name(string name) =>
        name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : $"-s {Quote(name[1..])}";

    private static string Quote(string text) => $"'{text.Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("'", @"\'", StringComparison.Ordinal)}'";
}
