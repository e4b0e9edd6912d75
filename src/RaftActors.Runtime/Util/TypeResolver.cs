using System.Collections.Concurrent;
using Akka.Configuration;

namespace Akka;

/// <summary>
/// Finds the class that a configuration names. Names are those of Akka.NET, whose classes live in other assemblies than here: what begins with "Akka." is looked for in
/// every loaded assembly, whatever assembly the name gives.
/// </summary>
internal static class TypeResolver
{
    private static readonly ConcurrentDictionary<string, Type?> Resolved = new();

    public static Type Resolve(string name, string key) =>
        TryResolve(name) ?? throw new ConfigurationException($"{key} = \"{name}\": there is no such class");

    public static Type? TryResolve(string name)
    {
        if (Resolved.TryGetValue(name, out var known))
            return known;
        var found = Type.GetType(name, throwOnError: false);
        if (found is null)
        {
            var comma = AssemblySeparator(name);
            var bare = (comma < 0 ? name : name[..comma]).Trim();
            found = typeof(TypeResolver).Assembly.GetType(bare, throwOnError: false)
                ?? AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(bare, throwOnError: false)).FirstOrDefault(type => type is not null);
        }
        // Another assembly may be loaded later.
        if (found is not null)
            Resolved[name] = found;
        return found;
    }

    /// <summary>The comma before the assembly: the first that is not inside the brackets of type arguments.</summary>
    private static int AssemblySeparator(string name)
    {
        var depth = 0;
        for (var i = 0; i < name.Length; i++)
        {
            switch (name[i])
            {
                case '[':
                    depth++;
                    break;
                case ']':
                    depth--;
                    break;
                case ',' when depth == 0:
                    return i;
            }
        }
        return -1;
    }
}
