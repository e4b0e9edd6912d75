using System.Text;
using RaftActors.Client;

namespace LockService;

/// <summary>Acquires and releases locks.</summary>
/// <param name="client">
/// The group's client. If it tries an acquisition again that was done, the answer is the same token.
/// </param>
/// <param name="owner">The owner of the locks.</param>
public sealed class LockClient(RaftClient client, string owner)
{
    /// <summary>Acquires a lock, unless another owner holds it.</summary>
    /// <param name="name">The lock.</param>
    /// <param name="lease">How long the lease lasts, unless it is renewed.</param>
    /// <returns>
    /// The fencing token, to show to the resource that the lock protects; <c>null</c> if another owner holds the lock.
    /// </returns>
    /// <exception cref="RaftClientException">
    /// The command failed. If the outcome is unknown and the lock was acquired, its lease ends by itself.
    /// </exception>
    public async Task<long?> TryAcquireAsync(string name, TimeSpan lease)
    {
        var proposed = await client.ProposeAsync(new LockCommand(LockVerb.Acquire, name, owner, 0,
            (long)lease.TotalMilliseconds).ToBytes()).ConfigureAwait(false);
        // The token is the index of the entry that granted the lock: this entry, or another owner's.
        var holder = LockHolder.Read(proposed.Response);
        return holder.Token == proposed.Index ? holder.Token : null;
    }

    /// <summary>Renews the lease of a lock.</summary>
    /// <returns>Whether the lock was still held.</returns>
    public async Task<bool> RenewAsync(string name, long token, TimeSpan lease) =>
        (await ProposeAsync(new LockCommand(LockVerb.Renew, name, owner, token, (long)lease.TotalMilliseconds))
            .ConfigureAwait(false)).Token == token;

    /// <summary>Releases a lock. A lock that is no longer held stays with its present holder.</summary>
    public Task ReleaseAsync(string name, long token) =>
        ProposeAsync(new LockCommand(LockVerb.Release, name, owner, token, 0));

    /// <summary>The holder of a lock. A lease that has ended is noticed only when the lock is next acquired.</summary>
    public async Task<LockHolder> HolderAsync(string name) =>
        LockHolder.Read((await client.QueryAsync(Encoding.UTF8.GetBytes(name)).ConfigureAwait(false)).Result);

    private async Task<LockHolder> ProposeAsync(LockCommand command) =>
        LockHolder.Read((await client.ProposeAsync(command.ToBytes()).ConfigureAwait(false)).Response);
}
