using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Storage;

namespace RaftActors;

// What becomes of a peer whose journal or snapshot store fails. What waiting can mend is an outage: its beginning is
// announced once, the peer starts again with back-off, and the end of the outage is announced once. What waiting cannot
// mend ends the peer for good.
internal sealed partial class RaftSupervisor
{
    private StorePlugins? _plugins;
    private bool _isPeerStarted;

    // Why the store cannot be used, and since when.
    private string? _outage;
    private TimeSpan _outageBegan;

    // Whether a write failed since the last that succeeded. A store on a full disk can be read: a peer that has
    // recovered does not prove that it can write.
    private bool _mustWrite;

    // The bytes of the largest write that has failed since.
    private long _failedBytes;

    // A peer that recovers keeps what it is asked for until it has recovered. Nobody is to wait for that while the
    // store cannot be used.
    private bool IsWaitingForStore => _outage is not null && !_isPeerStarted;

    private bool StartPlugins()
    {
        if (_plugins is not null)
            return true;
        try
        {
            _plugins = StorePlugins.Start(Context.System, _settings);
        }
        catch (ConfigurationException e)
        {
            _final = e.Message;
            End(_final);
            return false;
        }
        foreach (var plugin in _plugins.Actors)
            Context.Watch(plugin);
        return true;
    }

    private void OnError(Error error)
    {
        if (_plugins is not null && _plugins.HasFailed(error))
            OnPluginFailed(StoreFailure.OfPlugin(error.Cause!, _settings.ExplainStoreFailure));
    }

    // Akka.NET starts no plugin a second time that has stopped. When the actor system ends, the plugins may stop before
    // the peer.
    private void OnPluginStopped(IActorRef plugin)
    {
        string problem = $"{plugin.Path.Name} has stopped, and the log says why. Correct its settings.";
        if (!_isPeerStarted)
            OnStoreFailed(new StoreFailure(CanWait: false, problem), isWrite: false);
    }

    private void OnPluginFailed(StoreFailure failure)
    {
        if (!_isPeerStarted)
        {
            OnStoreFailed(failure, isWrite: false);
            return;
        }
        // A plugin that worked was started again: whether it still works, the next write shows.
        OnStoreFailed(failure with { CanWait = true }, isWrite: true);
        _peer?.Tell(new ProveStore(_failedBytes));
    }

    private void OnStoreFailed(StoreFailure failure, bool isWrite, long bytes = 0)
    {
        if (_final is not null)
            return;
        string plugins = StorePlugins.Describe(Context.System.Settings.Config, _settings);
        string reason = $"The store of {_settings.PersistenceId}, {plugins}, cannot be used: {failure.Problem}";
        if (!failure.CanWait)
        {
            _final = reason;
            if (_peer is null)
                End(reason);
            else
                Context.Stop(_peer);
            return;
        }
        _mustWrite |= isWrite;
        _failedBytes = Math.Max(_failedBytes, bytes);
        // That nothing is answered says less than why nothing is answered.
        if (_outage == reason || (_outage is not null && failure.IsSilence))
            return;
        if (_outage is null)
        {
            _outageBegan = Now;
            _log.Warning("{0} It is tried again until it can.", reason);
        }
        _outage = reason;
        Context.System.EventStream.Publish(new StoreUnavailable(_settings.Group, _settings.MemberId, reason));
    }

    private void OnPeerStarted()
    {
        _isPeerStarted = true;
        if (!_mustWrite)
            EndOutage();
        TransferHeldBack();
    }

    private void EndOutage()
    {
        _mustWrite = false;
        _failedBytes = 0;
        if (_outage is null)
            return;
        _outage = null;
        long seconds = (long)(Now - _outageBegan).TotalSeconds;
        _log.Info("The store of {0} can be used again, after {1} s.", _settings.PersistenceId, seconds);
        Context.System.EventStream.Publish(new StoreAvailable(_settings.Group, _settings.MemberId));
    }

    private void CheckStore(Func<Task> check) =>
        check().PipeTo(
            Self,
            success: static () => new StoreChecked(null),
            failure: static problem => new StoreChecked(problem));

    private void OnStoreChecked(StoreChecked check)
    {
        if (check.Problem is null)
        {
            CreatePeer();
            return;
        }
        OnStoreFailed(StoreFailure.Of(check.Problem, _settings.ExplainStoreFailure), isWrite: false);
        if (_final is null)
            StartAgainLater();
    }

    /// <summary>Told by a peer that has recovered.</summary>
    internal sealed record PeerStarted
    {
        public static readonly PeerStarted Instance = new();
    }

    /// <summary>Told by a peer whose journal or snapshot store failed, before it stops.</summary>
    /// <param name="Failure">What it failed with.</param>
    /// <param name="IsWrite">Whether an event could not be written.</param>
    /// <param name="Bytes">Of that event, roughly its bytes.</param>
    internal sealed record StoreFailed(StoreFailure Failure, bool IsWrite, long Bytes = 0);

    /// <summary>Tells a peer to write something, and to say <see cref="StoreWritten"/> when that is done.</summary>
    /// <param name="Bytes">How large it is to be at least.</param>
    internal sealed record ProveStore(long Bytes);

    /// <summary>Told by a peer after <see cref="ProveStore"/>.</summary>
    internal sealed record StoreWritten
    {
        public static readonly StoreWritten Instance = new();
    }

    /// <summary>What <see cref="RaftSettings.StoreCheck"/> found.</summary>
    private sealed record StoreChecked(Exception? Problem);
}
