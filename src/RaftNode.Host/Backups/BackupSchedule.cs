using System.Globalization;
using Akka.Actor;
using Akka.Event;
using RaftActors.Client;
using RaftNode.Host.Configuration;
using RaftNode.Host.Node;

namespace RaftNode.Host.Backups;

/// <summary>Writes backups by schedule as long as this node's peer leads the group.</summary>
/// <remarks>
/// <para>
/// Times are measured by the scheduler's monotonic clock. So a step of the node's clock changes nothing while the node
/// leads. The clock is read only to find out how old a backup in the directory is that this process has not written,
/// and only once. A backup of the future has no age: it is taken for an old one.
/// </para>
/// <para>
/// A backup that was begun goes on when the leadership is lost. It is complete and correct all the same. The next
/// leader looks into its directory, and writes the next backup when that is due there.
/// </para>
/// </remarks>
internal sealed class BackupSchedule : ReceiveActor, IWithTimers
{
    private readonly BackupSettings _settings;
    private readonly IScheduledBackup _backup;
    private readonly IActorRef _peer;
    private readonly TimeProvider _clock;
    private readonly Action<string?> _problem;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopped = new();

    private bool _leads;

    // The directory is being read, or a backup is being written.
    private bool _isBusy;

    // When the next backup is due, by the scheduler's clock: after the last one of this node, and after the latest one
    // in the directory, whose age is found out once.
    private TimeSpan _dueAfterOwn;
    private (DateTimeOffset? TakenAt, TimeSpan Due) _latest;
    private TimeSpan _began;
    private string? _reported;

    public BackupSchedule(BackupSettings settings, IScheduledBackup backup, string group, IActorRef peer,
        TimeProvider clock, Action<string?> problem)
    {
        _settings = settings;
        _backup = backup;
        _peer = peer;
        _clock = clock;
        _problem = problem;
        // Of several groups the leader of the first one writes the backups of all.
        Receive<RoleChanged>(
            changed => OnRole(changed.Role == RaftRole.Leader), changed => changed.Group == group);
        // The role that the peer had before this actor heard of changes.
        Receive<RaftStatus>(status => OnRole(_leads || status.Role == RaftRole.Leader));
        Receive<Due>(_ => Look());
        Receive<Overdue>(_ => OnOverdue());
        Receive<Latest>(OnLatest);
        Receive<Ended>(OnEnded);
        Receive<Failed>(OnFailed);
        Receive<Status.Failure>(static _ => { }); // The peer does not run yet. It publishes its role when it does.
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => Context.System.Scheduler.HighResMonotonicClock;

    /// <summary>Makes the actor.</summary>
    /// <param name="settings">When backups are due.</param>
    /// <param name="backup">Writes a backup.</param>
    /// <param name="group">The name of the group whose leader writes the backups.</param>
    /// <param name="peer">The supervisor of the node's peer of that group.</param>
    /// <param name="clock">The clock that backups have their time from.</param>
    /// <param name="problem">
    /// Called with the reason when backups fail, and with <c>null</c> when they do not fail any more.
    /// </param>
    public static Props Props(BackupSettings settings, IScheduledBackup backup, string group, IActorRef peer,
        TimeProvider clock, Action<string?> problem) =>
        Akka.Actor.Props.Create(() => new BackupSchedule(settings, backup, group, peer, clock, problem));

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(RoleChanged));
        _peer.Tell(GetStatus.Instance);
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        _stopped.Cancel();
    }

    private void OnRole(bool leads)
    {
        if (leads == _leads)
            return;
        _leads = leads;
        if (leads)
        {
            Look();
            return;
        }
        Timers.Cancel(Due.Instance);
        // The next leader writes the backups now, and says what is wrong with them.
        Report(null);
    }

    private void Look()
    {
        if (_isBusy)
            return;
        _isBusy = true;
        Begin(_backup.FindLatestAsync(), static latest => new Latest(latest));
    }

    private void OnLatest(Latest latest)
    {
        _isBusy = false;
        if (latest.TakenAt is { } takenAt)
            HostMetrics.LastBackup.Record(takenAt.ToUnixTimeSeconds());
        var wait = WaitAfter(latest.TakenAt);
        if (!_leads)
            return;
        if (wait > TimeSpan.Zero)
        {
            // A failure of before may have been one to look into the directory.
            Report(null);
            WaitFor(wait);
            return;
        }
        _isBusy = true;
        _began = Now;
        Timers.StartSingleTimer(Overdue.Instance, Overdue.Instance, _settings.Every);
        Begin(_backup.WriteAsync(_stopped.Token), static written => new Ended(written));
    }

    private TimeSpan WaitAfter(DateTimeOffset? latest)
    {
        if (latest is { } takenAt && takenAt != _latest.TakenAt)
        {
            var age = _clock.GetUtcNow() - takenAt;
            bool isRecent = age >= TimeSpan.Zero && age < _settings.Every;
            _latest = (takenAt, isRecent ? Now + _settings.Every - age : Now);
        }
        return (_dueAfterOwn > _latest.Due ? _dueAfterOwn : _latest.Due) - Now;
    }

    private void OnEnded(Ended ended)
    {
        _isBusy = false;
        Timers.Cancel(Overdue.Instance);
        if (ended.Backup is not { } backup)
        {
            // The peer lost the leadership. If the peer has gained the leadership again, the backup is still due.
            if (_leads)
                WaitFor(_settings.Retry);
            return;
        }
        _dueAfterOwn = _began + _settings.Every;
        _latest = (backup.TakenAt, _dueAfterOwn);
        var took = Now - _began;
        HostMetrics.LastBackup.Record(backup.TakenAt.ToUnixTimeSeconds());
        HostMetrics.BackupSize.Record(backup.Bytes);
        HostMetrics.BackupDuration.Record(took.TotalSeconds);
        _log.Info("backup {0} up to entry {1} written and verified: {2} bytes in {3}{4}", backup.File, backup.Index,
            backup.Bytes, Text(took), DeletedText(backup));
        Report(backup.Problem);
        if (_leads)
            WaitFor(_dueAfterOwn - Now);
    }

    private void OnFailed(Failed failed)
    {
        _isBusy = false;
        Timers.Cancel(Overdue.Instance);
        if (_stopped.IsCancellationRequested)
            return;
        HostMetrics.BackupFailures.Add(1);
        // Another node has to write the backups if the leadership was lost.
        if (!_leads)
        {
            _log.Warning("the backup failed, and this node does not lead any more: {0}", failed.Reason);
            return;
        }
        Report($"The scheduled backup failed: {failed.Reason.TrimEnd('.')}. The node tries again after "
            + $"{Text(_settings.Retry)}.");
        WaitFor(_settings.Retry);
    }

    private void OnOverdue()
    {
        if (_isBusy && _leads)
        {
            Report($"The scheduled backup that was begun {Text(_settings.Every)} ago has not ended: "
                + $"{_settings.Directory} is too slow for it, or does not answer.");
        }
    }

    private void WaitFor(TimeSpan time) =>
        Timers.StartSingleTimer(Due.Instance, Due.Instance, time > TimeSpan.Zero ? time : TimeSpan.Zero);

    // The log has a line when the failures begin, when the reason changes, and when they end.
    private void Report(string? problem)
    {
        if (problem == _reported)
            return;
        if (problem is not null)
            _log.Warning("{0}", problem);
        else if (_leads)
            _log.Info("scheduled backups succeed again.");
        _reported = problem;
        _problem(problem);
    }

    private void Begin<T>(Task<T> task, Func<T, object> success) =>
        task.PipeTo(Self, success: success, failure: static cause => new Failed(cause.GetBaseException().Message));

    private static string Text(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    private static string DeletedText(WrittenBackup backup) =>
        backup.Deleted.Count == 0 ? "" : $"; deleted {string.Join(", ", backup.Deleted.Select(Path.GetFileName))}";

    private sealed record Due
    {
        public static readonly Due Instance = new();
    }

    private sealed record Overdue
    {
        public static readonly Overdue Instance = new();
    }

    private sealed record Latest(DateTimeOffset? TakenAt);

    private sealed record Ended(WrittenBackup? Backup);

    private sealed record Failed(string Reason);
}
