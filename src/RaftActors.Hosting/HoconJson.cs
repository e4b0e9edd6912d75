using System.Text.Json.Serialization;

namespace RaftActors.Hosting;

[JsonSerializable(typeof(string))]
internal sealed partial class HoconJson : JsonSerializerContext;
