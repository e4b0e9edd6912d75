using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;

namespace Akka.Actor;

/// <summary>Makes an actor in a way of its own.</summary>
public interface IIndirectActorProducer
{
    Type ActorType { get; }

    ActorBase Produce();

    void Release(ActorBase actor);
}

/// <summary>How to make an actor, as often as needed: every restart makes another.</summary>
public class Props
{
    private readonly IIndirectActorProducer _producer;

    private Props(IIndirectActorProducer producer, object?[] arguments, SupervisorStrategy? supervisorStrategy = null)
    {
        _producer = producer;
        Arguments = arguments!;
        SupervisorStrategy = supervisorStrategy;
    }

    private Props(Props other) : this(other._producer, other.Arguments, other.SupervisorStrategy)
    {
        Dispatcher = other.Dispatcher;
        Mailbox = other.Mailbox;
        StashCapacity = other.StashCapacity;
    }

    public static Props Empty { get; } = Create<EmptyActor>();

    public Type Type => _producer.ActorType;

    public object[] Arguments { get; }

    public string? Dispatcher { get; private init; }

    public string? Mailbox { get; private init; }

    public SupervisorStrategy? SupervisorStrategy { get; protected set; }

    internal int StashCapacity { get; private init; } = -1;

    /// <summary>From <c>() => new SomeActor(arguments)</c>; the arguments are evaluated here, once.</summary>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy? supervisorStrategy = null) where TActor : ActorBase
    {
        if (factory.Body is UnaryExpression { NodeType: ExpressionType.Convert, Operand: NewExpression converted })
            return FromConstructor(converted, supervisorStrategy);
        return factory.Body is NewExpression made ? FromConstructor(made, supervisorStrategy) : throw new ArgumentException("The create function must be a 'new T (args)' expression", nameof(factory));
    }

    public static Props Create<TActor>(params object?[] args) where TActor : ActorBase => Create(typeof(TActor), args);

    public static Props Create<TActor>(SupervisorStrategy? supervisorStrategy) where TActor : ActorBase, new() =>
        new(new ActivatorProducer(typeof(TActor), []), [], supervisorStrategy);

    public static Props Create(Type type, params object?[] args)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!typeof(ActorBase).IsAssignableFrom(type))
            throw new ArgumentException($"{type} is no actor", nameof(type));
        return new Props(new ActivatorProducer(type, args ?? []), args ?? []);
    }

    public static Props CreateBy<TProducer>(params object?[] args) where TProducer : class, IIndirectActorProducer =>
        CreateBy((IIndirectActorProducer)Activator.CreateInstance(typeof(TProducer), args)!);

    public static Props CreateBy(IIndirectActorProducer producer, params object?[] args) => new(producer, args);

    public Props WithDispatcher(string dispatcher) => new(this) { Dispatcher = dispatcher };

    public Props WithMailbox(string mailbox) => new(this) { Mailbox = mailbox };

    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) => new(this) { SupervisorStrategy = supervisorStrategy };

    public Props WithStashCapacity(int stashCapacity) => new(this) { StashCapacity = stashCapacity };

    public virtual ActorBase NewActor() => _producer.Produce() ?? throw new ActorInitializationException($"The producer of {Type} produced nothing");

    internal static Props CreateInternal(Func<ActorBase> factory, Type type) => new(new DelegateProducer(factory, type), []);

    internal void Release(ActorBase actor) => _producer.Release(actor);

    private static Props FromConstructor(NewExpression made, SupervisorStrategy? supervisorStrategy)
    {
        var arguments = made.Arguments.Select(Evaluate).ToArray();
        IIndirectActorProducer producer = made.Constructor is { } constructor ? new ConstructorProducer(constructor, arguments) : new ActivatorProducer(made.Type, []);
        return new Props(producer, arguments, supervisorStrategy);
    }

    private static object? Evaluate(Expression argument)
    {
        switch (argument)
        {
            case ConstantExpression constant:
                return constant.Value;
            case MemberExpression { Member: FieldInfo field, Expression: ConstantExpression { Value: { } closure } }:
                return field.GetValue(closure);
            default:
                return Expression.Lambda<Func<object?>>(Expression.Convert(argument, typeof(object))).Compile(preferInterpretation: true)();
        }
    }

    private sealed class EmptyActor : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }

    private abstract class Producer(Type actorType) : IIndirectActorProducer
    {
        public Type ActorType { get; } = actorType;

        public abstract ActorBase Produce();

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed class ConstructorProducer(ConstructorInfo constructor, object?[] arguments) : Producer(constructor.DeclaringType!)
    {
        public override ActorBase Produce() => (ActorBase)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, CultureInfo.InvariantCulture);
    }

    private sealed class ActivatorProducer(Type actorType, object?[] arguments) : Producer(actorType)
    {
        private const BindingFlags Constructors = BindingFlags.CreateInstance | BindingFlags.Instance | BindingFlags.Public | BindingFlags.DoNotWrapExceptions | BindingFlags.OptionalParamBinding;

        public override ActorBase Produce() => (ActorBase)Activator.CreateInstance(ActorType, Constructors, null, arguments, CultureInfo.InvariantCulture)!;
    }

    private sealed class DelegateProducer(Func<ActorBase> factory, Type actorType) : Producer(actorType)
    {
        public override ActorBase Produce() => factory();
    }
}
