using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Storage;

namespace RaftActors;

// What happens to a peer whose journal or snapshot store fails. If waiting can help, the failure is an outage: its
// beginning is announced once, the peer starts again with back-off, and the end of the outage is announced once. If
// waiting cannot help, the peer ends for good.
internal sealed partial class RaftSupervisor
{
    private StorePlugins? _plugins;
    private bool _isPeerStarted;

    // Why the store cannot be used, and since when.
    private string? _outage;
    private TimeSpan _outageBegan;

    // Whether a write has failed since the last one that succeeded. A store on a full disk can still be read, so a peer
    // that has recovered does not prove that the store can be written.
    private bool _mustWrite;

    // The size in bytes of the largest write that has failed since the last success.
    private long _failedBytes;

    // A peer that recovers keeps its requests until it has recovered. While the store cannot be used, requests must not
    // wait for that.
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

    // Akka.NET never restarts a plugin that has stopped. When the actor system ends, the plugins may stop before the
    // peer.
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
        // Akka.NET has restarted a plugin that worked before. The next write shows whether it works again.
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
        // "No answer" says less than the reason for it, so it does not replace a known reason.
        if (_outage == reason || (_outage is not null && failure.IsSilence))
            return;
        if (_outage is null)
        {
            _outageBegan = Now;
            _log.Warning("{0} The peer tries again until the store can be used.", reason);
        }
        _outage = reason;
        Context.System.EventStream.Publish(new StoreUnavailable(_settings.Group, _settings.MemberId, reason));
    }

    private void OnPeerStarted()
    {
        _isPeerStarted = true;
        OnPeerAwake();
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
        GiveUpSleep();
        if (_final is null)
            StartAgainLater();
    }

    /// <summary>Sent by a peer that has recovered.</summary>
    internal sealed record PeerStarted
    {
        public static readonly PeerStarted Instance = new();
    }

    /// <summary>
    /// Sent by a peer once its start takes no more of the node: it has recovered and has a log, or its group was
    /// founded, or the founding does not go on because other members are not there.
    /// </summary>
    internal sealed record PeerSettled
    {
        public static readonly PeerSettled Instance = new();
    }

    /// <summary>Sent by a peer whose journal or snapshot store failed, before the peer stops.</summary>
    /// <param name="Failure">The failure.</param>
    /// <param name="IsWrite">Whether an event could not be written.</param>
    /// <param name="Bytes">The approximate size of that event in bytes.</param>
    internal sealed record StoreFailed(StoreFailure Failure, bool IsWrite, long Bytes = 0);

    /// <summary>Makes a peer write an event and answer <see cref="StoreWritten"/> when the event is durable.</summary>
    /// <param name="Bytes">The least size of the event in bytes.</param>
    internal sealed record ProveStore(long Bytes);

    /// <summary>Sent by a peer after <see cref="ProveStore"/>.</summary>
    internal sealed record StoreWritten
    {
        public static readonly StoreWritten Instance = new();
    }

    /// <summary>The result of <see cref="RaftSettings.StoreCheck"/>.</summary>
    private sealed record StoreChecked(Exception? Problem);
}
