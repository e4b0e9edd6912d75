using System.Reflection;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

public static class ConfigurationFactory
{
    public static Config Empty => new();

    public static Config ParseString(string hocon) => new(Parser.Parse(hocon, null));

    /// <summary>The callback gets the name in <c>include "name"</c>; a caller that reads files resolves it against the file it is reading.</summary>
    public static Config ParseString(string hocon, Func<string, HoconRoot>? includeCallback) => new(Parser.Parse(hocon, includeCallback));

    public static Config FromResource(string resourceName, Assembly assembly)
    {
        using var stream = assembly.GetManifestResourceStream(resourceName)
            ?? throw new ConfigurationException($"The assembly {assembly.GetName().Name} has no resource named {resourceName}");
        using var reader = new StreamReader(stream);
        try
        {
            return ParseString(reader.ReadToEnd());
        }
        catch (HoconSyntaxException e) when (e.SourceName is null)
        {
            throw e.In(resourceName);
        }
    }

    public static Config FromResource<TAssembly>(string resourceName) => FromResource(resourceName, typeof(TAssembly).Assembly);

    public static Config FromResource(string resourceName, object instanceInAssembly) =>
        FromResource(resourceName, (instanceInAssembly as Type ?? instanceInAssembly.GetType()).Assembly);
}
