using System.Net;

namespace RaftNode.Host.Commands;

/// <summary>A request of a command to the first node that can be reached, and the exit code that comes of it.</summary>
internal static class NodeRequest
{
    /// <summary>Sends a request.</summary>
    /// <param name="send">Sends it; the answer is <c>null</c> when no node can be reached.</param>
    /// <param name="isWrite">Whether it changes something.</param>
    /// <param name="onSuccess">What to do with the answer, if it was done.</param>
    /// <param name="exitCodeOf">
    /// The exit code for the status of an answer that it was not done; <c>null</c> for the usual one.
    /// </param>
    /// <returns><see cref="ExitCode.Done"/>.</returns>
    /// <exception cref="CommandException">It was not done, or nobody can say whether it was done.</exception>
    public static async Task<int> RunAsync(
        Func<Task<HttpResponseMessage?>> send, bool isWrite, Func<HttpResponseMessage, Task> onSuccess,
        Func<HttpStatusCode, int>? exitCodeOf = null)
    {
        try
        {
            using var response = await send();
            if (response is null)
                throw new CommandException(NodeClient.NoneReachable);
            if (response.IsSuccessStatusCode)
            {
                await onSuccess(response);
                return ExitCode.Done;
            }
            throw await NodeClient.FailureAsync(
                response, exitCodeOf?.Invoke(response.StatusCode) ?? UsualExitCode(response.StatusCode, isWrite));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            var why = Problem(e);
            throw isWrite
                ? new CommandException($"{why}; the write may have been done, or may still be done", ExitCode.Unknown)
                : new CommandException(why);
        }
    }

    private static int UsualExitCode(HttpStatusCode status, bool isWrite) => status switch
    {
        HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => ExitCode.No,
        HttpStatusCode.GatewayTimeout or HttpStatusCode.InternalServerError when isWrite => ExitCode.Unknown,
        _ => ExitCode.NotDone,
    };

    /// <summary>Why a request has no answer, in a phrase.</summary>
    /// <param name="failure">
    /// What <see cref="NodeClient"/> throws: a <see cref="TaskCanceledException"/> or a
    /// <see cref="HttpRequestException"/>.
    /// </param>
    public static string Problem(Exception failure) =>
        failure is TaskCanceledException ? "no answer in time" : $"the connection broke: {failure.Message}";
}
