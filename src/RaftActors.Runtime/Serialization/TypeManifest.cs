using System.Collections.Concurrent;

namespace Akka.Serialization;

/// <summary>
/// Types by name, as Akka.NET writes them: full name and assembly without version, and for Akka's own types its assemblies, since the other side may run on them.
/// </summary>
internal static class TypeManifest
{
    private static readonly ConcurrentDictionary<Type, string> Names = new();

    public static string Of(Type type) => Names.GetOrAdd(type, static t => $"{FullName(t)}, {AssemblyName(t)}");

    /// <summary>The type that a manifest names, if its assembly is loaded: what a sender writes makes this process load nothing.</summary>
    public static Type? FindLoaded(string manifest)
    {
        var comma = manifest.IndexOf(", ", StringComparison.Ordinal);
        if (comma < 0 || manifest.Contains('['))
            return null;
        var name = manifest[..comma];
        var assembly = manifest[(comma + 2)..];
        if (name.StartsWith("Akka.", StringComparison.Ordinal))
            return typeof(TypeManifest).Assembly.GetType(name);
        return Array.Find(AppDomain.CurrentDomain.GetAssemblies(), loaded => loaded.GetName().Name == assembly)?.GetType(name);
    }

    private static string FullName(Type type)
    {
        if (type.IsArray)
            return FullName(type.GetElementType()!) + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        if (!type.IsConstructedGenericType)
            return type.FullName!;
        var arguments = type.GetGenericArguments().Select(argument => $"[{Of(argument)}]");
        return $"{type.GetGenericTypeDefinition().FullName}[{string.Join(',', arguments)}]";
    }

    private static string AssemblyName(Type type)
    {
        if (type.Assembly != typeof(TypeManifest).Assembly)
            return type.Assembly.GetName().Name!;
        var name = type.Namespace ?? "";
        return name.StartsWith("Akka.Persistence.Sql", StringComparison.Ordinal) ? "Akka.Persistence.Sql"
            : name.StartsWith("Akka.Persistence", StringComparison.Ordinal) ? "Akka.Persistence"
            : name.StartsWith("Akka.Remote", StringComparison.Ordinal) ? "Akka.Remote"
            : name.StartsWith("Akka.Cluster", StringComparison.Ordinal) ? "Akka.Cluster"
            : "Akka";
    }
}
