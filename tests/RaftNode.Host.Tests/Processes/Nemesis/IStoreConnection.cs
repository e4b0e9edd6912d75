using RaftActors.Linearizability.KeyValue;

namespace RaftNode.Host.Tests.Processes.Nemesis;

/// <summary>One client's way to the store.</summary>
internal interface IStoreConnection : IDisposable
{
    /// <summary>Gets ready to ask. After an exception nothing was sent.</summary>
    Task ConnectAsync(CancellationToken stop);

    /// <summary>Does an operation. After an exception nobody can say what became of it.</summary>
    /// <param name="input">The operation.</param>
    /// <param name="tag">Of a compare-and-set, the version of the value that is expected, as an ETag.</param>
    /// <param name="stop">When to give up.</param>
    Task<PlainAnswer> AskAsync(KeyValueInput input, string? tag, CancellationToken stop);
}
