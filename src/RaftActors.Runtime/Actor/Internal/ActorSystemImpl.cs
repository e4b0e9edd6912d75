using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Util;

namespace Akka.Actor.Internal;

internal sealed partial class ActorSystemImpl : ExtendedActorSystem
{
    private readonly ConcurrentDictionary<Type, Lazy<object>> _extensions = new();
    private readonly List<Action> _onTermination = [];
    private readonly TaskCompletionSource _whenTerminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, string> _dispatcherByPath = [];
    private Serialization.Serialization? _serialization;
    private bool _terminated;

    public ActorSystemImpl(string name, Config config, ActorSystemSetup setup)
    {
        if (!ValidName().IsMatch(name))
            throw new ArgumentException($"Invalid ActorSystem name [{name}], must contain only word characters (i.e. [a-zA-Z0-9] plus non-leading '-')", nameof(name));
        Name = name;
        Settings = new Settings(this, config, setup);
        Random = new SplittableRandom(Settings.RandomSeed);
        EventStream = new EventStream(Settings.DebugEventStream);
        EventStream.StartStdoutLogger(Settings);
        Log = new BusLogging(EventStream, $"ActorSystem({name})", typeof(ActorSystem), Logging.DefaultFormatter);
        AddressTerminatedTopic = new AddressTerminatedTopic();
        Scheduler = CreateScheduler();
        StartTime = Scheduler.MonotonicClock;
        ReadDeployments();
        Dispatchers = new Dispatchers(this, new DefaultDispatcherPrerequisites(EventStream, Scheduler, Settings));
        Provider = CreateProvider();
    }

    public override string Name { get; }

    public override Settings Settings { get; }

    public override Dispatchers Dispatchers { get; }

    public override EventStream EventStream { get; }

    public override IActorRef DeadLetters => Provider.DeadLetters;

    public override ILoggingAdapter Log { get; }

    public override IScheduler Scheduler { get; }

    public override IActorRefProvider Provider { get; }

    /// <summary>There before the provider starts, since what it starts may receive at once.</summary>
    public override Serialization.Serialization Serialization => _serialization!;

    public override Task WhenTerminated => _whenTerminated.Task;

    public override TimeSpan StartTime { get; }

    internal override IInternalActorRef Guardian => Provider.Guardian;

    internal override IInternalActorRef SystemGuardian => Provider.SystemGuardian;

    /// <summary>Every random choice of the runtime is drawn from here.</summary>
    internal SplittableRandom Random { get; }

    internal AddressTerminatedTopic AddressTerminatedTopic { get; }

    /// <summary>Tells the incarnations of an actor apart; never 0.</summary>
    internal long NewUid() => Random.Next(int.MaxValue - 1) + 1;

    internal string? DispatcherOf(ActorPath path) => _dispatcherByPath.Count == 0 ? null : _dispatcherByPath.GetValueOrDefault(path.ToStringWithoutAddress());

    public void Start()
    {
        try
        {
            _serialization = new Serialization.Serialization(this);
            Provider.Init(this);
            if (Settings.LogDeadLetters > 0)
                SystemActorOf<DeadLetterListener>("deadLetterListener");
            EventStream.StartUnsubscriber(this);
            EventStream.StartDefaultLoggers(this);
            LoadExtensions();
            CoordinatedShutdown.Get(this);
            if (Settings.LogConfigOnStart)
                Log.Info(Settings.ToString());
        }
        catch (Exception)
        {
            FinalTerminate();
            throw;
        }
    }

    public override IActorRef ActorOf(Props props, string? name = null) => Provider.Guardian.Cell.AttachChild(props, false, name);

    public override IActorRef SystemActorOf(Props props, string? name = null) => Provider.SystemGuardian.Cell.AttachChild(props, true, name);

    public override IActorRef SystemActorOf<TActor>(string? name = null) => SystemActorOf(Props.Create<TActor>(), name);

    public override ActorSelection ActorSelection(ActorPath actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, this);

    public override ActorSelection ActorSelection(string actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, this, Provider.RootGuardian);

    public override void Stop(IActorRef actor)
    {
        var parent = actor.Path.Parent;
        if (parent == Guardian.Path)
            Guardian.Tell(new StopChild(actor));
        else if (parent == SystemGuardian.Path)
            SystemGuardian.Tell(new StopChild(actor));
        else
            ((IInternalActorRef)actor).Stop();
    }

    public override Task Terminate()
    {
        if (Settings.CoordinatedShutdownRunByActorSystemTerminate)
            _ = CoordinatedShutdown.Get(this).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        else
            FinalTerminate();
        return WhenTerminated;
    }

    /// <summary>Stops the actors, from the user's down.</summary>
    internal Task FinalTerminate()
    {
        EventStream.LogDeadLettersNoMore(Settings);
        if (Provider.Guardian is { } guardian)
        {
            Provider.TerminationTask.ContinueWith(_ => Terminated(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            guardian.Stop();
        }
        else
        {
            Terminated();
        }
        return WhenTerminated;
    }

    public override void RegisterOnTermination(Action code)
    {
        lock (_onTermination)
        {
            if (_terminated)
                throw new InvalidOperationException("ActorSystem already terminated.");
            _onTermination.Add(code);
        }
    }

    public override string ToString() => $"akka://{Name}";

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9-]*$")]
    private static partial Regex ValidName();

    private IScheduler CreateScheduler()
    {
        var type = TypeResolver.Resolve(Settings.SchedulerClass, "akka.scheduler.implementation");
        return (IScheduler)Activator.CreateInstance(type, Settings.Config, Log)!;
    }

    private IActorRefProvider CreateProvider()
    {
        var name = Settings.ProviderClass switch
        {
            "local" or "" => typeof(LocalActorRefProvider).FullName!,
            "remote" => "Akka.Remote.RemoteActorRefProvider",
            "cluster" => "Akka.Cluster.ClusterActorRefProvider",
            var className => className,
        };
        var type = TypeResolver.Resolve(name, "akka.actor.provider");
        return (IActorRefProvider)Activator.CreateInstance(type, Name, Settings, EventStream)!;
    }

    /// <summary>Of Akka.NET's deployment settings only an actor's dispatcher has a meaning here.</summary>
    private void ReadDeployments()
    {
        if (Settings.Config.GetConfig("akka.actor.deployment") is not { } deployments)
            return;
        foreach (var (path, _) in deployments.AsEnumerable())
        {
            if (deployments.GetString($"\"{path}\".dispatcher") is { Length: > 0 } dispatcher)
                _dispatcherByPath["/user" + path] = dispatcher;
        }
    }

    private void Terminated()
    {
        Action[] actions;
        lock (_onTermination)
        {
            if (_terminated)
                return;
            _terminated = true;
            actions = [.. _onTermination];
        }
        foreach (var action in actions.Reverse())
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                Log.Error(e, "An action registered to run on termination failed");
            }
        }
        Dispatchers.Shutdown();
        (Scheduler as IDisposable)?.Dispose();
        _whenTerminated.TrySetResult();
    }
}
