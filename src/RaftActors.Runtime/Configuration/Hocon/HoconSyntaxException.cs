namespace Akka.Configuration.Hocon;

/// <summary>A text that is not HOCON. It knows where, so that whoever knows the file's name can add it.</summary>
internal sealed class HoconSyntaxException(string? source, int line, int column, string problem)
    : ConfigurationException($"{(source is null ? "" : source + ", ")}line {line}, column {column}: {problem}")
{
    /// <summary>The name under which the text was included, or null where the caller did not say.</summary>
    public string? SourceName { get; } = source;

    public int Line { get; } = line;

    public int Column { get; } = column;

    public HoconSyntaxException In(string sourceName) => new(sourceName, Line, Column, problem);
}
