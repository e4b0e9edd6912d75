using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace RaftNode.Host.Http;

/// <summary>Reads the body of a request that is a small JSON document.</summary>
internal static class JsonBody
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>Reads the document.</summary>
    /// <param name="request">The request.</param>
    /// <param name="type">What the document is read as.</param>
    /// <returns>
    /// The document and no problem, or what is wrong with the body, as a sentence. Both are empty if the body is
    /// <c>null</c> as JSON.
    /// </returns>
    public static async Task<(T? Document, string Problem)> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var body = new byte[MaxBytes];
            int length = await request.Body.ReadAtLeastAsync(body, MaxBytes, throwOnEndOfStream: false);
            return length == MaxBytes
                ? (null, $"The body has {MaxBytes} bytes or more.")
                : (JsonSerializer.Deserialize(body.AsSpan(0, length), type), "");
        }
        catch (JsonException e)
        {
            return (null, $"The body cannot be read at {e.Path ?? "$"}, line {e.LineNumber + 1}: {What(e)}.");
        }
    }

    // The library's message contains names of this program's types.
    private static string What(JsonException e) =>
        e.InnerException is JsonException or null && e.Message.Contains("could not be mapped", StringComparison.Ordinal)
            ? "there is no such property"
            : "it is not JSON, or a value has the wrong type";
}
