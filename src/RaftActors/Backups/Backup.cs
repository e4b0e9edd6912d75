using System.Security.Cryptography;
using Akka.Actor;
using RaftActors.Snapshots;

namespace RaftActors.Backups;

/// <summary>
/// The whole state of a group at one entry, including its sessions. <see cref="WriteAsync"/> writes the state as a file
/// that <see cref="BackupFile"/> reads.
/// </summary>
/// <remarks>
/// A backup holds a snapshot of the peer until the backup is disposed.
/// </remarks>
public sealed class Backup : IAsyncDisposable
{
    // For one answer of an actor on this node, which reads a chunk from its disk.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly BackupStarted _started;
    private readonly byte[] _head;

    // Why the snapshot cannot be read: its reader has stopped, and answers nothing more.
    private SnapshotUnreadable? _unreadable;

    private Backup(BackupStarted started)
    {
        _started = started;
        _head = BackupFormat.Head(started.Group, started.Snapshot, started.TakenAt);
    }

    /// <summary>The index of the last entry that the backup includes.</summary>
    public long Index => _started.Snapshot.LastIncludedIndex;

    /// <summary>The term of that entry.</summary>
    public long Term => _started.Snapshot.LastIncludedTerm;

    /// <summary>The number of bytes that <see cref="WriteAsync"/> writes.</summary>
    public long Length => BackupFormat.TotalLength(_head.Length, _started.Snapshot.Content.Length);

    /// <summary>The SHA-256 checksum at the end of the backup; empty before <see cref="WriteAsync"/> ends.</summary>
    internal ReadOnlyMemory<byte> Checksum { get; private set; }

    /// <summary>Makes a peer on this node take a snapshot, unless the latest snapshot includes the entry.</summary>
    /// <param name="group">The peer's reference, as <see cref="Raft.StartAsync"/> returned it.</param>
    /// <param name="atLeast">
    /// The index of an entry that the backup must include. If you use the <see cref="Client.QueryResult.AppliedIndex"/>
    /// of a linearizable query, the backup includes everything that was acknowledged before that query.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BackupException">The backup cannot be made. The message says why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<Backup> OpenAsync(IActorRef group, long atLeast,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(group);
        return await group.Ask<object>(new StartBackup(atLeast), cancellationToken).ConfigureAwait(false) switch
        {
            BackupStarted started => new Backup(started),
            BackupRefused refused => throw new BackupException(refused.Reason),
            var other => throw new BackupException($"The peer answered with a {other.GetType().Name}."),
        };
    }

    /// <summary>Writes the backup.</summary>
    /// <param name="target">The stream to write to.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <exception cref="BackupException">
    /// The snapshot cannot be read, or is damaged. What was written is not a complete backup, and
    /// <see cref="BackupFile"/> refuses it.
    /// </exception>
    public async Task WriteAsync(Stream target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await PassAsync(target, hash, _head, cancellationToken).ConfigureAwait(false);
        for (int number = 1; number <= _started.Snapshot.Content.Chunks; number++)
        {
            var chunk = await ReadAsync(number, cancellationToken).ConfigureAwait(false);
            await PassAsync(target, hash, chunk, cancellationToken).ConfigureAwait(false);
        }
        // The reader returns the last chunk only if all chunks have the snapshot's checksum. Without the end, the file
        // is not taken for a backup.
        var length = BackupFormat.LengthOf(_head.Length, _started.Snapshot.Content.Length);
        await PassAsync(target, hash, length, cancellationToken).ConfigureAwait(false);
        Checksum = hash.GetHashAndReset();
        await target.WriteAsync(Checksum, cancellationToken).ConfigureAwait(false);
        await target.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Releases the snapshot.</summary>
    public ValueTask DisposeAsync()
    {
        _started.Reader.Tell(EndReading.Instance, ActorRefs.NoSender);
        return ValueTask.CompletedTask;
    }

    private static async Task PassAsync(Stream target, IncrementalHash hash, ReadOnlyMemory<byte> bytes,
        CancellationToken cancellationToken)
    {
        hash.AppendData(bytes.Span);
        await target.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(int number, CancellationToken cancellationToken)
    {
        object answer;
        try
        {
            answer = _unreadable ?? await _started.Reader
                .Ask<object>(new ReadChunk(number), Patience, cancellationToken).ConfigureAwait(false);
        }
        catch (AskTimeoutException problem)
        {
            throw new BackupException($"Chunk {number} of the snapshot was not read within {Patience.TotalSeconds} "
                + "seconds: the peer stopped, or its disk is overloaded.", problem);
        }
        _unreadable = answer as SnapshotUnreadable;
        return answer switch
        {
            ChunkRead chunk => chunk.Data,
            SnapshotUnreadable unreadable => throw new BackupException(
                $"The snapshot up to entry {Index} cannot be read: {unreadable.Problem}. Ask another node.",
                unreadable.Cause),
            var other => throw new BackupException($"The peer answered with a {other.GetType().Name}."),
        };
    }
}

/// <summary>A backup cannot be made, or a file is not a complete backup.</summary>
public sealed class BackupException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong, in a sentence for the caller.</param>
    /// <param name="cause">The cause, if there is one.</param>
    public BackupException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
