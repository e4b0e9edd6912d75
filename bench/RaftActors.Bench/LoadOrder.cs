namespace RaftActors.Bench;

/// <summary>What a node is told to run inside itself.</summary>
/// <param name="Clients">How many clients.</param>
/// <param name="WarmUpSeconds">How long before it is measured.</param>
/// <param name="Seconds">How long it is measured.</param>
/// <param name="Bytes">The size of a command.</param>
internal sealed record LoadOrder(int Clients, double WarmUpSeconds, double Seconds, int Bytes);

/// <summary>What the node answers.</summary>
/// <param name="Result">The figures, unless it failed.</param>
/// <param name="Error">Why it failed.</param>
internal sealed record LoadAnswer(LoadResult? Result, string? Error);
