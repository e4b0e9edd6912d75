namespace RaftActors.Client;

/// <summary>
/// Published on the event stream when a peer cannot use its journal or snapshot store, but waiting can help. The peer
/// is started again with back-off until it can use the store. Published again when the reason changes.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
/// <param name="Reason">What is wrong, where, and what to do, in a sentence or two.</param>
public sealed record StoreUnavailable(string Group, string MemberId, string Reason);

/// <summary>
/// Published on the event stream when the peer of a <see cref="StoreUnavailable"/> can use its store again.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The peer.</param>
public sealed record StoreAvailable(string Group, string MemberId);
