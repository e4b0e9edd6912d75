using System.Reflection;
using System.Text.Json;
using System.Xml.Linq;

namespace RaftNode.Host.Tests.Http.Description;

/// <summary>The comments of a program's types and properties, from the file that the compiler writes.</summary>
internal sealed class XmlComments
{
    private readonly Dictionary<string, XElement> _members;

    private XmlComments(Dictionary<string, XElement> members) => _members = members;

    public static XmlComments Load(string file) => new(XDocument.Load(file).Descendants("member")
        .ToDictionary(static member => member.Attribute("name")!.Value));

    /// <summary>What a type is.</summary>
    public string Of(Type type) => Text(_members[$"T:{Name(type)}"].Element("summary"), type);

    /// <summary>
    /// What a property of a type is, by its name in JSON. The comment of a parameter of the constructor may say it.
    /// </summary>
    public string Of(Type type, string jsonName)
    {
        var property = PropertyOf(type, jsonName);
        var own = _members.GetValueOrDefault($"P:{Name(type)}.{property.Name}")?.Element("summary");
        var parameter = _members[$"T:{Name(type)}"].Elements("param")
            .FirstOrDefault(element => element.Attribute("name")!.Value == property.Name);
        return Text(own ?? parameter, property);
    }

    public static PropertyInfo PropertyOf(Type type, string jsonName) => type.GetProperties()
        .Single(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name) == jsonName);

    private static string Name(Type type) => type.FullName!.Replace('+', '.');

    private static string Text(XElement? element, MemberInfo member)
    {
        if (element is null)
            throw new InvalidOperationException($"{member.DeclaringType?.Name} {member.Name} has no comment.");
        var parts = element.Nodes().Select(static node => node switch
        {
            XElement { Name.LocalName: "see" or "paramref" } reference =>
                reference.Attributes().First().Value.Split('.', ':')[^1],
            XElement inner => inner.Value,
            XText text => text.Value,
            _ => "",
        });
        return string.Join(' ', string.Concat(parts).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
