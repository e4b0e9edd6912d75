using System.Net;

namespace RaftNode.Host.Commands;

/// <summary>A request of a command to the first node that can be reached, and the exit code that comes of it.</summary>
internal static class NodeRequest
{
    /// <summary>Sends a request.</summary>
    /// <param name="send">Sends it; the answer is <c>null</c> when no node can be reached.</param>
    /// <param name="isWrite">Whether it changes something.</param>
    /// <param name="onSuccess">What to do with the answer, if it was done.</param>
    /// <returns>The exit code: see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        Func<Task<HttpResponseMessage?>> send, bool isWrite, Func<HttpResponseMessage, Task> onSuccess)
    {
        try
        {
            using var response = await send();
            if (response is null)
                return await ExitCode.FailAsync("no node can be reached", ExitCode.NotDone);
            if (response.IsSuccessStatusCode)
            {
                await onSuccess(response);
                return ExitCode.Done;
            }
            return await ExitCode.FailAsync(await NodeClient.DetailAsync(response), response.StatusCode switch
            {
                HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => ExitCode.No,
                HttpStatusCode.GatewayTimeout or HttpStatusCode.InternalServerError when isWrite => ExitCode.Unknown,
                _ => ExitCode.NotDone,
            });
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            var why = Problem(e);
            return isWrite
                ? await ExitCode.FailAsync(
                    $"{why}; the write may have been done, or may still be done", ExitCode.Unknown)
                : await ExitCode.FailAsync(why);
        }
    }

    /// <summary>Why a request has no answer, in a phrase.</summary>
    /// <param name="failure">
    /// What <see cref="NodeClient"/> throws: a <see cref="TaskCanceledException"/> or a
    /// <see cref="HttpRequestException"/>.
    /// </param>
    public static string Problem(Exception failure) =>
        failure is TaskCanceledException ? "no answer in time" : $"the connection broke: {failure.Message}";
}
