using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Remote.Protocol;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>
/// Exceptions as Akka.NET writes them: by the fields of .NET's classic serialization. Reading makes only exceptions of well-known classes; another one
/// becomes a <see cref="RemoteFailureException"/> that tells its class, because what a sender names must not decide what this process constructs.
/// </summary>
internal sealed class ExceptionCodec(ExtendedActorSystem system)
{
    /// <summary>Exceptions within exceptions, at most.</summary>
    private const int DeepestCause = 32;

    private static readonly FrozenSet<string> OwnFields = new[]
    {
        "ClassName", "Message", "StackTraceString", "Source", "InnerException", "HelpURL", "RemoteStackTraceString", "RemoteStackIndex", "ExceptionMethod", "HResult",
        "Data", "TargetSite", "HelpLink", "StackTrace", "WatsonBuckets",
    }.ToFrozenSet();

    private static readonly FrozenDictionary<string, Func<string, Exception?, Exception>> WellKnown = new Dictionary<Type, Func<string, Exception?, Exception>>
    {
        [typeof(Exception)] = (message, inner) => new Exception(message, inner),
        [typeof(ArgumentException)] = (message, inner) => new ArgumentException(message, inner),
        [typeof(ArgumentNullException)] = (message, inner) => new ArgumentNullException(message, inner),
        [typeof(ArgumentOutOfRangeException)] = (message, inner) => new ArgumentOutOfRangeException(message, inner),
        [typeof(InvalidOperationException)] = (message, inner) => new InvalidOperationException(message, inner),
        [typeof(NotSupportedException)] = (message, inner) => new NotSupportedException(message, inner),
        [typeof(NotImplementedException)] = (message, inner) => new NotImplementedException(message, inner),
        [typeof(NullReferenceException)] = (message, inner) => new NullReferenceException(message, inner),
        [typeof(FormatException)] = (message, inner) => new FormatException(message, inner),
        [typeof(KeyNotFoundException)] = (message, inner) => new KeyNotFoundException(message, inner),
        [typeof(TimeoutException)] = (message, inner) => new TimeoutException(message, inner),
        [typeof(OperationCanceledException)] = (message, inner) => new OperationCanceledException(message, inner),
        [typeof(TaskCanceledException)] = (message, inner) => new TaskCanceledException(message, inner),
        [typeof(IOException)] = (message, inner) => new IOException(message, inner),
        [typeof(UnauthorizedAccessException)] = (message, inner) => new UnauthorizedAccessException(message, inner),
        [typeof(AskTimeoutException)] = (message, _) => new AskTimeoutException(message),
        [typeof(ActorInitializationException)] = (message, inner) => new ActorInitializationException(message, inner),
        [typeof(ActorKilledException)] = (message, _) => new ActorKilledException(message),
        [typeof(ActorNotFoundException)] = (message, inner) => new ActorNotFoundException(message, inner),
        [typeof(InvalidMessageException)] = (message, _) => new InvalidMessageException(message),
    }.ToFrozenDictionary(pair => pair.Key.FullName!, pair => pair.Value);

    public ExceptionData Write(Exception? exception, int depth = 0)
    {
        if (exception is null || depth > DeepestCause)
            return new ExceptionData();
        var type = exception.GetType();
        var origin = type.GetCustomAttribute<TypeForwardedFromAttribute>()?.AssemblyFullName ?? "";
        var data = new ExceptionData
        {
            TypeName = TypeManifest.Of(type),
            Message = exception.Message,
            StackTrace = exception.StackTrace ?? "",
            Source = exception.Source ?? "",
            Inner = Write(exception.InnerException, depth + 1),
            TypeForwardedFrom = origin.Split(',')[0],
        };
        foreach (var (name, value) in FieldsOf(exception))
        {
            if (value is not Exception)
                data.Fields[name] = NestedPayload.Of(system, value);
        }
        return data;
    }

    public Exception? Read(ExceptionData? data, int depth = 0)
    {
        if (data is null || data.TypeName.Length == 0 || depth > DeepestCause)
            return null;
        var inner = Read(data.Inner, depth + 1);
        var name = data.TypeName.Split(',')[0];
        var exception = WellKnown.TryGetValue(name, out var make) ? make(data.Message, inner) : new RemoteFailureException(name, data.Message, inner);
        if (data.StackTrace.Length > 0)
            ExceptionDispatchInfo.SetRemoteStackTrace(exception, data.StackTrace);
        if (data.Source.Length > 0)
            exception.Source = data.Source;
        return exception;
    }

    /// <summary>What a class adds to Exception's fields: Akka.NET cannot construct it without.</summary>
    private List<(string Name, object? Value)> FieldsOf(Exception exception)
    {
        var fields = new List<(string, object?)>();
#pragma warning disable SYSLIB0050, SYSLIB0051 // classic serialization is obsolete, but it is what the other side constructs exceptions from
        var info = new SerializationInfo(exception.GetType(), new FormatterConverter());
        exception.GetObjectData(info, new StreamingContext(StreamingContextStates.All));
#pragma warning restore SYSLIB0050, SYSLIB0051
        foreach (var field in info)
        {
            if (!OwnFields.Contains(field.Name) && IsSerializable(field.Value))
                fields.Add((field.Name, field.Value));
        }
        return fields;
    }

    private bool IsSerializable(object? value)
    {
        try
        {
            system.Serialization.FindSerializerFor(value);
            return true;
        }
        catch (SerializationException)
        {
            return false;
        }
    }
}

/// <summary>An exception of another system whose class is not constructed here.</summary>
internal sealed class RemoteFailureException(string typeName, string message, Exception? cause) : AkkaException($"{typeName}: {message}", cause);
