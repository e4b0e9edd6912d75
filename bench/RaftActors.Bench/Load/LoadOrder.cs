namespace RaftActors.Bench;

/// <summary>A load.</summary>
/// <param name="Clients">The number of clients. With a rate, the number of connections.</param>
/// <param name="WarmUpSeconds">How long the load runs before it is measured, in seconds.</param>
/// <param name="Seconds">How long the load is measured, in seconds.</param>
/// <param name="Bytes">The size of a command or value in bytes.</param>
/// <param name="Rate">
/// The number of operations to start a second, whatever the answers; <c>null</c> if each client starts an operation
/// when its last one is answered.
/// </param>
internal sealed record LoadOrder(int Clients, double WarmUpSeconds, double Seconds, int Bytes, double? Rate = null)
{
    /// <summary>Over HTTP, the number of keys. The keys in use are spread over them.</summary>
    public int Keys { get; init; } = HttpLoad.Keys;
}
