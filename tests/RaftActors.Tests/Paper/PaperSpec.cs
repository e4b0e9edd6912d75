using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Tests.SinglePeer;
using Xunit.Abstractions;

namespace RaftActors.Tests.Paper;

/// <summary>
/// Rules in the order of the Raft paper (Ongaro and Ousterhout, extended version, 2014) and of the dissertation
/// (Ongaro, 2014). A spec class is a figure or a section, a spec is a rule of it. Read them beside the text.
/// </summary>
/// <remarks>The peer under test is <c>a</c>; <c>b</c> and <c>c</c> are played by probes.</remarks>
public abstract class PaperSpec(ITestOutputHelper output) : PeerSpec(output)
{
    /// <summary>A server's role and current term.</summary>
    protected (RaftRole Role, long Term) RoleAndTerm => Status() is var status ? (status.Role, status.Term) : default;

    /// <summary>The terms of the entries on the disk, in the order of their indexes.</summary>
    private protected long[] DurableTerms()
    {
        var terms = new List<long>();
        foreach (var persisted in Disk.Events(PersistenceId).Select(static item => item.Event).OfType<StatePersisted>())
        {
            if (persisted.Batches.Count == 0)
                continue;
            terms.RemoveRange((int)persisted.PreviousIndex, terms.Count - (int)persisted.PreviousIndex);
            terms.AddRange(persisted.Batches.SelectMany(static batch => batch.Entries.ToArray())
                .Select(static entry => entry.Term));
        }
        return [.. terms];
    }

    /// <summary>Sends AppendEntries to the peer, and returns its answer.</summary>
    private protected AppendEntriesReply Append(
        FakePeer leader, long term, long prevLogIndex, long prevLogTerm, long leaderCommit, params LogEntry[] entries)
    {
        leader.Forget();
        leader.Append(term, prevLogIndex, prevLogTerm, leaderCommit, entries);
        AppendEntriesReply? last = null;
        while (leader.TryTake<AppendEntriesReply>() is { } reply)
            last = reply;
        Assert.NotNull(last);
        return last;
    }

    /// <summary>Tells the peer to replicate a command.</summary>
    protected void Propose(byte command) => Peer.Tell(new Propose(new[] { command }), TestActor);
}
