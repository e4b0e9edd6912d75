using System.CommandLine;

namespace RaftActors.Bench;

/// <summary>The command line of the measurements of many groups.</summary>
internal static class GroupsCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="json">The file to which the results are also written.</param>
    /// <param name="label">The label of the results in that file.</param>
    /// <param name="data">The directory for the nodes' data.</param>
    /// <param name="settings">The settings of the nodes.</param>
    public static Command Make(
        Option<string?> json, Option<string?> label, Option<string?> data, Option<string> settings)
    {
        var only = new Option<GroupsPart[]>("--only")
        {
            Description = "What to measure.",
            DefaultValueFactory = _ => Enum.GetValues<GroupsPart>(),
            AllowMultipleArgumentsPerToken = true,
        };
        var groups = Number("--groups", 1024, "How many groups there are.");
        var together = Number("--together", 1024, "How many groups are created at a time.");
        var idle = Number("--idle-seconds", 30, "How long idle groups are measured.");
        var active = new Option<int[]>("--active")
        {
            Description =
                "How many groups get proposals; several for several loads. Those above --groups are left out.",
            DefaultValueFactory = _ => [1, 64, 1024],
            AllowMultipleArgumentsPerToken = true,
        };
        var clients = Number("--clients", 1024, "How many clients propose, over all groups.");
        var seconds = Number("--seconds", 5, "How long each load is measured.");
        var snapshots = Number("--snapshots", 8, "How many groups install a snapshot at the same time.");
        var size = Number("--mebibytes", 64, "The size of each of these snapshots.");
        var command = new Command("groups", "Many groups on three nodes: their creation, what idle groups cost, how "
            + "fast they are, and when they have leaders again after a kill.")
        {
            only, groups, together, idle, active, clients, seconds, snapshots, size, json, label, data, settings,
        };
        command.SetAction((parsed, stop) => GroupsBench.RunAsync(new GroupsOptions
        {
            What = parsed.GetValue(only)!,
            Groups = parsed.GetValue(groups),
            Together = parsed.GetValue(together),
            IdleSeconds = parsed.GetValue(idle),
            Active = parsed.GetValue(active)!,
            Clients = parsed.GetValue(clients),
            Seconds = parsed.GetValue(seconds),
            Snapshots = parsed.GetValue(snapshots),
            Mebibytes = parsed.GetValue(size),
            Settings = parsed.GetValue(settings)!,
            JsonFile = parsed.GetValue(json),
            Label = parsed.GetValue(label),
            DataDirectory = parsed.GetValue(data),
        }, stop));
        return command;
    }

    /// <summary>Makes the command of a node, which the other command starts.</summary>
    public static Command MakeNode(
        Option<int> number, Option<int> ports, Option<string> data, Option<string> settings)
    {
        var node = new Command("group-node", "A node with many groups; started by the command groups.")
        {
            number, ports, data, settings,
        };
        node.Hidden = true;
        node.SetAction((parsed, _) => GroupNode.RunAsync(parsed.GetValue(number), parsed.GetValue(ports),
            parsed.GetValue(data)!, parsed.GetValue(settings)!));
        return node;
    }

    private static Option<int> Number(string name, int value, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < 1)
                result.AddError($"{option.Name} must be at least 1.");
        });
        return option;
    }
}
