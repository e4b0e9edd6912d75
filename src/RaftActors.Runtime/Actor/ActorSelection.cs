using System.Text.RegularExpressions;
using Akka.Util;

namespace Akka.Actor;

/// <summary>Zero or more actors, named by a path from an anchor; resolved anew for every message.</summary>
public class ActorSelection : ICanTell
{
    public ActorSelection(IActorRef anchor, SelectionPathElement[] path)
    {
        Anchor = anchor;
        Path = path;
    }

    public ActorSelection(IActorRef anchor, string path) : this(anchor, path.Length == 0 ? [] : path.Split('/'))
    {
    }

    public ActorSelection(IActorRef anchor, IEnumerable<string> elements) : this(anchor, [.. elements.Where(e => e.Length > 0).Select(Element)])
    {
        if (Path.SkipLast(1).Any(element => element is SelectChildRecursive))
            throw new IllegalActorNameException("Double wildcard can only appear at the last path entry");
    }

    public IActorRef Anchor { get; }

    public SelectionPathElement[] Path { get; }

    public string PathString => "/" + string.Join('/', (object[])Path);

    public void Tell(object message, IActorRef? sender = null) =>
        DeliverSelection((IInternalActorRef)Anchor, sender ?? ActorCell.GetCurrentSelfOrNoSender(), new ActorSelectionMessage(message, Path));

    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(null), timeout, ct).ConfigureAwait(false);
            return identity.Subject ?? throw new ActorNotFoundException("subject was null");
        }
        catch (Exception e)
        {
            throw new ActorNotFoundException("Exception occurred while resolving ActorSelection", e);
        }
    }

    public override string ToString() => $"ActorSelection[Anchor({Anchor.Path}{(Anchor.Path.Uid == 0 ? "" : "#" + Anchor.Path.Uid)}), Path({PathString})]";

    public override bool Equals(object? obj) => obj is ActorSelection other && Equals(other);

    protected bool Equals(ActorSelection other) => Anchor.Equals(other.Anchor) && PathString == other.PathString;

    public override int GetHashCode() => HashCode.Combine(Anchor, PathString);

    internal static void DeliverSelection(IInternalActorRef anchor, IActorRef? sender, ActorSelectionMessage selection)
    {
        var at = anchor;
        for (var i = 0; i < selection.Elements.Length; i++)
        {
            var rest = selection.Elements.AsSpan(i + 1);
            if (at is not LocalActorRef local)
            {
                // Somewhere else: the walk goes on there.
                at.Tell(selection.Copy(elements: selection.Elements[i..]), sender);
                return;
            }
            switch (selection.Elements[i])
            {
                case SelectParent:
                    at = local.Parent;
                    break;
                case SelectChildName child:
                    at = local.GetSingleChild(child.Name);
                    if (at is Nobody)
                    {
                        TellNobody(anchor, sender, selection);
                        return;
                    }
                    break;
                case SelectChildRecursive:
                    FanOutRecursively(local, sender, selection.Message);
                    return;
                case SelectChildPattern pattern:
                    FanOut(anchor, local, pattern, rest.ToArray(), sender, selection);
                    return;
            }
        }
        at.Tell(selection.Message, sender);
    }

    private static SelectionPathElement Element(string name) => name switch
    {
        "**" => SelectChildRecursive.Instance,
        ".." => SelectParent.Instance,
        _ when name.AsSpan().ContainsAny('?', '*') => new SelectChildPattern(name),
        _ => new SelectChildName(name),
    };

    private static void FanOutRecursively(LocalActorRef parent, IActorRef? sender, object message)
    {
        foreach (var child in parent.Cell.GetChildren())
        {
            child.Tell(message, sender);
            if (child is LocalActorRef local)
                FanOutRecursively(local, sender, message);
        }
    }

    private static void FanOut(IInternalActorRef anchor, LocalActorRef parent, SelectChildPattern pattern, SelectionPathElement[] rest, IActorRef? sender, ActorSelectionMessage selection)
    {
        var matching = parent.Cell.GetChildren().Where(child => pattern.Matches(child.Path.Name)).ToArray();
        if (matching.Length == 0)
            TellNobody(anchor, sender, selection);
        var further = selection.Copy(elements: rest, wildCardFanOut: selection.WildCardFanOut || matching.Length > 1);
        foreach (var child in matching)
            DeliverSelection((IInternalActorRef)child, sender, further);
    }

    /// <summary>Of several that a wildcard may have meant none is missed.</summary>
    private static void TellNobody(IInternalActorRef anchor, IActorRef? sender, ActorSelectionMessage selection)
    {
        if (selection.WildCardFanOut)
            return;
        var path = anchor.Path / selection.Elements.Select(element => element.ToString()!);
        new EmptyLocalActorRef(anchor.Provider, path, anchor.Provider.Settings.System.EventStream).Tell(selection, sender);
    }
}

public class ActorSelectionMessage : IAutoReceivedMessage, IPossiblyHarmful, IWrappedMessage
{
    public ActorSelectionMessage(object message, SelectionPathElement[] elements, bool wildCardFanOut = false)
    {
        Message = message;
        Elements = elements;
        WildCardFanOut = wildCardFanOut;
    }

    public object Message { get; }

    public SelectionPathElement[] Elements { get; }

    public bool WildCardFanOut { get; }

    public ActorSelectionMessage Copy(object? message = null, SelectionPathElement[]? elements = null, bool? wildCardFanOut = null) =>
        new(message ?? Message, elements ?? Elements, wildCardFanOut ?? WildCardFanOut);

    public override string ToString() => $"ActorSelectionMessage - Message: {Message} - WildCartFanOut: {WildCardFanOut} - Elements: {string.Join('/', (object[])Elements)}";
}

public abstract class SelectionPathElement
{
    private protected SelectionPathElement()
    {
    }
}

public class SelectChildName : SelectionPathElement
{
    public SelectChildName(string name) => Name = name;

    public string Name { get; }

    public override bool Equals(object? obj) => obj is SelectChildName other && Name == other.Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Name;
}

/// <summary>Matches names with '*' for any characters and '?' for one.</summary>
public class SelectChildPattern : SelectionPathElement
{
    private readonly Regex _regex;

    public SelectChildPattern(string patternStr)
    {
        PatternStr = patternStr;
        // Other nodes send patterns, too: none may take long.
        _regex = new Regex("^" + Regex.Escape(patternStr).Replace(@"\*", ".*", StringComparison.Ordinal).Replace(@"\?", ".", StringComparison.Ordinal) + "$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);
    }

    public string PatternStr { get; }

    public override bool Equals(object? obj) => obj is SelectChildPattern other && PatternStr == other.PatternStr;

    public override int GetHashCode() => PatternStr.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => PatternStr;

    internal bool Matches(string name) => _regex.IsMatch(name);
}

public sealed class SelectChildRecursive : SelectionPathElement
{
    public static readonly SelectChildRecursive Instance = new();

    public override bool Equals(object? obj) => obj is SelectChildRecursive;

    public override int GetHashCode() => "**".GetHashCode(StringComparison.Ordinal);

    public override string ToString() => "**";
}

public class SelectParent : SelectionPathElement
{
    public static readonly SelectParent Instance = new();

    public override bool Equals(object? obj) => obj is SelectParent;

    public override int GetHashCode() => "..".GetHashCode(StringComparison.Ordinal);

    public override string ToString() => "..";
}

public static class ActorRefFactoryShared
{
    /// <summary>By absolute path.</summary>
    public static ActorSelection ActorSelection(ActorPath actorPath, ActorSystem system) =>
        new(((ExtendedActorSystem)system).Provider.RootGuardianAt(actorPath.Root.Address), actorPath.Elements);

    /// <summary>By a path with address, one from the root, or one from an anchor.</summary>
    public static ActorSelection ActorSelection(string path, ActorSystem system, IActorRef lookupRoot)
    {
        var provider = ((ExtendedActorSystem)system).Provider;
        if (ActorPath.TryParse(path, out var absolute))
            return ActorSelection(absolute!, system);
        return path.StartsWith('/') ? new ActorSelection(provider.RootGuardian, path) : new ActorSelection(lookupRoot, path);
    }

    public static ActorSelection ActorSelection(IActorRef anchorActorRef, string path) => new(anchorActorRef, path);
}
