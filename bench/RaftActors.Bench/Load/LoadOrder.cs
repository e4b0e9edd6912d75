namespace RaftActors.Bench;

/// <summary>A load.</summary>
/// <param name="Clients">How many clients, or connections when there is a rate.</param>
/// <param name="WarmUpSeconds">How long before it is measured.</param>
/// <param name="Seconds">How long it is measured.</param>
/// <param name="Bytes">The size of a command or value.</param>
/// <param name="Rate">
/// How many operations are to be started a second, whatever the answers; <c>null</c> when each client starts the next
/// when the last is answered.
/// </param>
internal sealed record LoadOrder(int Clients, double WarmUpSeconds, double Seconds, int Bytes, double? Rate = null)
{
    /// <summary>Over HTTP: how many keys there are. Those that are used are spread over them.</summary>
    public int Keys { get; init; } = HttpLoad.Keys;
}
