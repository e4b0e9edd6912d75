using RaftActors.Coordination.Tests.Consumers;

// A node of a cluster for ShardsAfterKillSpec: its number, and the ports of all nodes.
await ShardNode.RunAsync(int.Parse(args[0]), [.. args[1..].Select(int.Parse)]);
