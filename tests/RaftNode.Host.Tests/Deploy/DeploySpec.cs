using System.Diagnostics;
using System.Text.Json;
using k8s;
using k8s.Models;
using RaftNode.Host.Commands;
using RaftNode.Host.Configuration;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace RaftNode.Host.Tests.Deploy;

/// <summary>The files in deploy/: what they say has to fit together, and has to fit the program.</summary>
public sealed class DeploySpec : IDisposable
{
    private static readonly TimeSpan TransferAndRequests = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Kubernetes_knows_the_members_by_names_that_stay_and_gives_each_its_own_configuration()
    {
        var (set, container) = StatefulSet();
        var peers = Kubernetes<V1Service>().Single(service => service.Metadata.Name == set.Spec.ServiceName);

        Assert.Equal("None", peers.Spec.ClusterIP);
        Assert.True(peers.Spec.PublishNotReadyAddresses);
        Assert.Equal("Parallel", set.Spec.PodManagementPolicy);
        var pods = Enumerable.Range(0, set.Spec.Replicas!.Value).Select(pod => $"{set.Metadata.Name}-{pod}").ToList();
        Assert.Equal(3, pods.Count);
        Assert.All(pods, pod =>
        {
            var settings = SettingsOf(pod, container);
            Assert.Equal(pod, settings.Self.Id);
            Assert.Equal(pods.Select(id => $"{id} {id}.{peers.Metadata.Name}:{PortOf(container, "raft")}"),
                settings.Raft.Members.Select(static member => $"{member.Id} {member.Address}"));
            Assert.Equal(("0.0.0.0", PortOf(container, "raft")),
                (settings.RaftEndpoint.Host, settings.RaftEndpoint.Port));
            Assert.Equal($"0.0.0.0:{PortOf(container, "http")}", settings.Http.Endpoint.ToString());
            Assert.Null(settings.Http.Exposure);
        });
    }

    [Fact]
    public void Kubernetes_asks_the_node_how_it_is_and_lets_it_hand_over_the_leadership()
    {
        var (set, container) = StatefulSet();
        var http = Kubernetes<V1Service>().Single(static service => service.Metadata.Name == "raftnode");

        Assert.Equal("/health/ready", container.ReadinessProbe.HttpGet.Path);
        Assert.Equal("/health/live", container.LivenessProbe.HttpGet.Path);
        Assert.Equal("http", container.ReadinessProbe.HttpGet.Port.Value);
        Assert.Equal(PortOf(container, "http"), Assert.Single(http.Spec.Ports).Port);
        Assert.Equal(set.Spec.Template.Metadata.Labels, http.Spec.Selector);
        Assert.Equal(set.Spec.Template.Metadata.Labels, set.Spec.Selector.MatchLabels);
        string[] command = [.. container.Lifecycle.PreStop.Exec.Command];
        Assert.Equal(["sh", "-c"], command[..2]);
        var (transfer, sleep) = (command[2].Split("; ")[0].Split(' '), command[2].Split("; ")[1].Split(' '));
        Parses([.. transfer[1..].Select(static word => word.Trim('"'))]);
        Assert.Equal(["raftnode", "transfer", "--from", "\"$POD_NAME\""], transfer[..4]);
        Assert.Equal($"http://127.0.0.1:{PortOf(container, "http")}", transfer[^1]);
        Assert.True(TimeSpan.FromSeconds(int.Parse(sleep[1])) + TransferAndRequests
            <= TimeSpan.FromSeconds(set.Spec.Template.Spec.TerminationGracePeriodSeconds!.Value));
        Assert.Equal("1", Assert.Single(Kubernetes<V1PodDisruptionBudget>()).Spec.MaxUnavailable.Value);
    }

    [Fact]
    public void What_a_pod_writes_to_is_a_volume_and_nothing_else_can_be_written()
    {
        var (set, container) = StatefulSet();
        var claims = set.Spec.VolumeClaimTemplates.Select(static claim => claim.Metadata.Name).ToList();
        var volumes = set.Spec.Template.Spec.Volumes.Select(static volume => volume.Name);
        var mounts = container.VolumeMounts.ToDictionary(static mount => mount.MountPath, static mount => mount.Name);
        var backups = SettingsOf("raftnode-0", container).Backups!.Directory;

        Assert.Contains(mounts["/data"], claims);
        Assert.Contains(mounts[backups], claims);
        Assert.Equal(claims.Concat(volumes).Order(), mounts.Values.Order());
        Assert.Equal("/data", container.Args[^1]);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.True(set.Spec.Template.Spec.SecurityContext.RunAsNonRoot);
        Assert.Equal($"{set.Spec.Template.Spec.SecurityContext.RunAsUser}:"
            + $"{set.Spec.Template.Spec.SecurityContext.FsGroup}", Dockerfile("USER"));
    }

    [Fact]
    public void Compose_starts_three_nodes_that_know_each_other_by_name_each_with_its_own_volume()
    {
        var compose = Yaml(ReadFile("compose.yaml"));
        var services = (Dictionary<object, object>)compose["services"];
        var volumes = (Dictionary<object, object>)compose["volumes"];
        var data = new List<string>();

        Assert.Equal(["node1", "node2", "node3"], services.Keys.Cast<string>());
        Assert.All(services, service =>
        {
            var node = (Dictionary<object, object>)service.Value;
            var command = Texts(node["command"]);
            Parses(command);
            var settings = NodeSettings.Load(InOutput(command[2].Replace("/etc/raftnode", "compose")), "/data");
            Assert.Equal(service.Key, settings.Self.Id);
            Assert.Null(settings.Http.Exposure);
            Assert.Equal(service.Key, node["hostname"]);
            Assert.Equal(services.Keys.Select(static name => $"{name}:4051"),
                settings.Raft.Members.Select(static member => member.Address));
            Assert.EndsWith($":{settings.Http.Endpoint.Port}", Assert.Single(Texts(node["ports"])));
            var mounts = Texts(node["volumes"]).Select(static mount => mount.Split(':')).ToList();
            data.Add(mounts.Single(static mount => mount[1] == "/data")[0]);
            Assert.Contains(mounts, mount => mount[1] == settings.Backups!.Directory);
            Assert.All(mounts, mount => Assert.True(mount[0] == "./compose" || volumes.ContainsKey(mount[0])));
            Assert.Equal("unless-stopped", node["restart"]);
            Assert.Contains("/health/ready", Texts(((Dictionary<object, object>)node["healthcheck"])["test"])[^1]);
        });
        Assert.Equal(3, data.Distinct().Count());
    }

    [Fact]
    public void The_image_starts_the_node_with_its_data_in_a_volume_and_not_as_root()
    {
        string[] command = [.. Words(Dockerfile("ENTRYPOINT")), .. Words(Dockerfile("CMD"))];

        Assert.Equal("raftnode", command[0]);
        Parses(command[1..]);
        Assert.Equal(command[^1], Assert.Single(Words(Dockerfile("VOLUME"))));
        Assert.Equal("4051 8081", Dockerfile("EXPOSE"));
        Assert.Equal("SIGTERM", Dockerfile("STOPSIGNAL"));
        Assert.All(Dockerfile("USER").Split(':'), static id => Assert.True(int.Parse(id) > 0));
        Assert.Contains("-d -o 10001 -g 10001 /data", Dockerfile("RUN"));
    }

    [Fact]
    public void The_systemd_unit_is_right_and_starts_the_program_with_options_that_it_has()
    {
        var unit = ReadFile("raftnode.service");
        var start = unit.Split('\n').Single(static line => line.StartsWith("ExecStart=", StringComparison.Ordinal));
        Parses(start.Split(' ')[1..]);
        Assert.Contains("\nType=notify\n", unit);
        Assert.Contains("\nRestart=on-failure\n", unit);
        // The program is elsewhere here.
        var here = _directory.Write("raftnode.service",
            unit.Replace("/opt/raftnode/raftnode", Environment.ProcessPath!, StringComparison.Ordinal));

        if (Run("systemd-analyze", "verify", here) is { } verified)
            Assert.Equal((0, ""), verified);
    }

    // The exit code of a program and what it wrote to standard error; null where there is no such program.
    private static (int Code, string Errors)? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, errors);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static void Parses(IReadOnlyList<string> arguments) =>
        Assert.Empty(CommandLine.Parse([.. arguments]).Errors.Select(static error => error.Message));

    private static (V1StatefulSet Set, V1Container Container) StatefulSet()
    {
        var set = Assert.Single(Kubernetes<V1StatefulSet>());
        var container = Assert.Single(set.Spec.Template.Spec.Containers);
        Parses([.. container.Args.Select(static word => word.Replace("$(POD_NAME)", "raftnode-0"))]);
        return (set, container);
    }

    // Strict: a field that Kubernetes does not know is an error.
    private static List<T> Kubernetes<T>() =>
        [.. KubernetesYaml.LoadAllFromString(ReadFile("kubernetes.yaml"), null, strict: true).OfType<T>()];

    private static int PortOf(V1Container container, string name) =>
        container.Ports.Single(port => port.Name == name).ContainerPort;

    // What the program reads of the files in the ConfigMap.
    private NodeSettings SettingsOf(string pod, V1Container container)
    {
        var map = Assert.Single(Kubernetes<V1ConfigMap>());
        foreach (var (name, text) in map.Data)
            _directory.Write(name, text);
        var file = container.Args[2].Replace("$(POD_NAME)", pod, StringComparison.Ordinal);
        return NodeSettings.Load(_directory.In(Path.GetFileName(file)), container.Args[^1]);
    }

    // The words of an instruction of the Dockerfile.
    private static string Dockerfile(string instruction) =>
        ReadFile("Dockerfile").Replace("\\\n", "", StringComparison.Ordinal).Split('\n')
            .Single(line => line.StartsWith($"{instruction} ", StringComparison.Ordinal))[(instruction.Length + 1)..];

    private static string[] Words(string json) => JsonSerializer.Deserialize<string[]>(json)!;

    private static Dictionary<object, object> Yaml(string text) => new DeserializerBuilder().Build()
        .Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(new StringReader(text))));

    private static List<string> Texts(object list) => [.. ((List<object>)list).Select(static text => (string)text)];

    private static string ReadFile(string name) => File.ReadAllText(InOutput(name));

    private static string InOutput(string name) => Path.Combine(AppContext.BaseDirectory, "deploy", name);
}
