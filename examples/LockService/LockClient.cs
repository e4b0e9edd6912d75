using System.Text;
using RaftActors.Client;

namespace LockService;

/// <summary>Takes and gives back locks.</summary>
/// <param name="client">
/// The group's client. A retry of an acquisition that was done is answered with the same token.
/// </param>
/// <param name="owner">Who takes them.</param>
public sealed class LockClient(RaftClient client, string owner)
{
    /// <summary>Takes a lock, unless another has it.</summary>
    /// <param name="name">The lock.</param>
    /// <param name="lease">For how long, unless it is renewed.</param>
    /// <returns>
    /// The fencing token, to be shown to what the lock protects; <c>null</c> when another has the lock.
    /// </returns>
    /// <exception cref="RaftClientException">
    /// It failed. When nobody knows whether the lock was taken, its lease ends by itself.
    /// </exception>
    public async Task<long?> TryAcquireAsync(string name, TimeSpan lease)
    {
        var proposed = await client.ProposeAsync(new LockCommand(LockVerb.Acquire, name, owner, 0,
            (long)lease.TotalMilliseconds).ToBytes()).ConfigureAwait(false);
        // The token is the index of the entry that gave the lock away: this one, or another's.
        var holder = LockHolder.Read(proposed.Response);
        return holder.Token == proposed.Index ? holder.Token : null;
    }

    /// <summary>Keeps a lock for longer.</summary>
    /// <returns>Whether it was still held.</returns>
    public async Task<bool> RenewAsync(string name, long token, TimeSpan lease) =>
        (await ProposeAsync(new LockCommand(LockVerb.Renew, name, owner, token, (long)lease.TotalMilliseconds))
            .ConfigureAwait(false)).Token == token;

    /// <summary>Gives a lock back. One that is no longer held stays with whoever has it.</summary>
    public Task ReleaseAsync(string name, long token) =>
        ProposeAsync(new LockCommand(LockVerb.Release, name, owner, token, 0));

    /// <summary>Who has a lock. A lease that has ended is seen as such only when the lock is next asked for.</summary>
    public async Task<LockHolder> HolderAsync(string name) =>
        LockHolder.Read((await client.QueryAsync(Encoding.UTF8.GetBytes(name)).ConfigureAwait(false)).Result);

    private async Task<LockHolder> ProposeAsync(LockCommand command) =>
        LockHolder.Read((await client.ProposeAsync(command.ToBytes()).ConfigureAwait(false)).Response);
}
