using Akka.Actor;
using Akka.Discovery;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Cluster.Wire;
using RaftActors.Membership;
using RaftActors.Storage;

namespace RaftActors.Cluster;

/// <summary>
/// Asks the contact points of a node without a log, again and again, until <see cref="FoundersAgreement"/> says that
/// the group may be founded, or exists. What the node agrees to is in its journal before anybody hears of it.
/// </summary>
internal sealed class GroupFounder : UntypedPersistentActor, IWithTimers
{
    private readonly CoordinatorSettings _settings;
    private readonly ServiceDiscovery _discovery;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<string, (ContactAnswer Answer, long Round)> _answers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private readonly HashSet<string> _strangers = new(StringComparer.Ordinal);
    private IReadOnlyList<Member> _agreed = [];
    private string _reason = "";
    private string _lookupProblem = "";
    private long _round;
    private bool _isAgreeing;
    private bool _isLookingUp;
    private bool _isStarted;

    public GroupFounder(CoordinatorSettings settings)
    {
        _settings = settings;
        string method = settings.Membership.DiscoveryMethod;
        var discovery = Discovery.Get(Context.System);
        _discovery = method.Length > 0 ? discovery.LoadServiceDiscovery(method) : discovery.Default;
        PersistenceId = $"{PersistenceIds.OfPeer(settings.Group, settings.Self.Id)}-founding";
        JournalPluginId = settings.JournalPluginId;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public override string PersistenceId { get; }

    public override Recovery Recovery => new(SnapshotSelectionCriteria.None);

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case FoundingAgreed agreed:
                Agreed(agreed);
                break;
            case RecoveryCompleted:
                Tell(new FoundingStep("The contact points are not known yet.") { Candidates = _agreed });
                break;
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Start when !_isStarted:
                _isStarted = true;
                Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, TimeSpan.Zero,
                    _settings.Membership.ContactInterval);
                break;
            case Stop:
                _isStarted = false;
                Timers.Cancel(Tick.Instance);
                break;
            case Tick:
                OnTick();
                break;
            case ServiceDiscovery.Resolved resolved:
                OnResolved(resolved);
                break;
            case Status.Failure failure:
                _isLookingUp = false;
                _lookupProblem = failure.Cause.GetBaseException().Message;
                Evaluate();
                break;
            case ContactAnswer answer when _isStarted:
                _strangers.Remove(answer.Address);
                _answers[answer.Address] = (answer, _round);
                Evaluate();
                break;
            case UnknownGroup unknown when _strangers.Add(unknown.Address):
                _log.Error(
                    "{0} is a contact point of the group {1}, but has members of these groups only: [{2}]. Correct "
                        + "{3}, or "
                        + "the name of the group.",
                    unknown.Address, _settings.Group, string.Join(", ", unknown.Groups),
                    $"{ClusterMembershipSettings.Section}.contact-points.service-name");
                Evaluate();
                break;
        }
    }

    private void OnTick()
    {
        _round++;
        if (!_isLookingUp)
        {
            _isLookingUp = true;
            var membership = _settings.Membership;
            var lookup =
                new Lookup(membership.ServiceName, membership.PortName.Length > 0 ? membership.PortName : null);
            _discovery.Lookup(lookup, membership.ContactInterval * 3).PipeTo(Self);
        }
        Evaluate();
        Ask();
    }

    private void OnResolved(ServiceDiscovery.Resolved resolved)
    {
        _isLookingUp = false;
        _lookupProblem = "";
        int ownPort = _settings.Port;
        var named = resolved.Addresses.Select(target => $"{target.Host}:{target.Port ?? ownPort}")
            .ToHashSet(StringComparer.Ordinal);
        if (named.SetEquals(_named))
            return;
        _named.Clear();
        _named.UnionWith(named);
        Evaluate();
        Ask();
    }

    private void Ask()
    {
        var contact = new Contact { Group = _settings.Group, Address = _settings.Self.Address };
        foreach (string address in _named.Union(_agreed.Select(static founder => founder.Address)))
        {
            if (address != _settings.Self.Address)
                _settings.Resolve(address).Tell(contact, Context.Parent);
        }
    }

    private void Evaluate()
    {
        if (!_isStarted || _isAgreeing)
            return;
        var asked = _named.Union(_agreed.Select(static founder => founder.Address));
        var contacts = asked.ToDictionary(
            static address => address,
            address => _answers.TryGetValue(address, out var last) && _round - last.Round <= 2 ? last.Answer : null);
        var step = FoundersAgreement.Next(_settings.Self, _settings.Membership.NeededFounders, _agreed, contacts);
        if (_named.Count == 0 && _agreed.Count == 0)
        {
            step = new FoundingStep(
                $"Akka.Discovery finds no contact points of the service {_settings.Membership.ServiceName}."
                + (_lookupProblem.Length > 0 ? $" {_lookupProblem}" : ""));
        }
        if (_strangers.Count > 0 && !step.Founds && !step.Exists)
        {
            string strangers = string.Join(" and ", _strangers.Order(StringComparer.Ordinal));
            step = step with { Reason = $"{step.Reason} At {strangers} there is no member of this group." };
        }
        if (step.Reason != _reason)
            _log.Info("{0}, group {1}: {2}", _settings.Self.Id, _settings.Group, _reason = step.Reason);
        if (step.Agrees && _agreed.Count == 0)
            Agree(step);
        else
            Tell(step);
    }

    private void Agree(FoundingStep step)
    {
        _isAgreeing = true;
        var agreed = new FoundingAgreed();
        agreed.Founders.AddRange(step.Candidates.Select(static member =>
            new FoundingAgreed.Types.Founder { Id = member.Id, Address = member.Address }));
        Persist(agreed, persisted =>
        {
            _isAgreeing = false;
            Agreed(persisted);
            Evaluate();
            Ask();
        });
    }

    // The first one counts.
    private void Agreed(FoundingAgreed agreed)
    {
        if (_agreed.Count == 0)
            _agreed = [.. agreed.Founders.Select(static founder => new Member(founder.Id, founder.Address))];
    }

    private void Tell(FoundingStep step) =>
        Context.Parent.Tell(new Progress(step, [.. _agreed.Select(static member => member.Id)]));

    /// <summary>Told to the coordinator: what this node can say of the founding.</summary>
    /// <param name="Step">The latest step.</param>
    /// <param name="Agreed">
    /// The members with which the node has agreed to found the group; empty if it has not agreed.
    /// </param>
    internal sealed record Progress(FoundingStep Step,
        IReadOnlyList<string> Agreed) : INoSerializationVerificationNeeded;

    /// <summary>The node has no log: it asks.</summary>
    internal sealed record Start : INoSerializationVerificationNeeded
    {
        public static readonly Start Instance = new();
    }

    /// <summary>There is a group.</summary>
    internal sealed record Stop : INoSerializationVerificationNeeded
    {
        public static readonly Stop Instance = new();
    }

    private sealed record Tick : INoSerializationVerificationNeeded
    {
        public static readonly Tick Instance = new();
    }
}
