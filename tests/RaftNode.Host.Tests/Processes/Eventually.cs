namespace RaftNode.Host.Tests.Processes;

/// <summary>Waits for conditions on other processes, of which nothing but asking again tells.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is not <c>null</c>.</summary>
    /// <param name="what">What is waited for, for the message of the failure.</param>
    /// <param name="probe">Asks.</param>
    /// <param name="seen">What there was instead, for the message of the failure.</param>
    public static async Task<T> GetAsync<T>(string what, Func<Task<T?>> probe, Func<string>? seen = null)
        where T : class
    {
        var deadline = DateTime.UtcNow + ProgramRun.Patience;
        while (DateTime.UtcNow < deadline)
        {
            if (await probe() is { } answer)
                return answer;
            await Task.Delay(Interval);
        }
        throw new TimeoutException($"Waited in vain for {what}. {seen?.Invoke()}");
    }

    /// <summary>Asks until the answer is yes.</summary>
    public static Task IsTrueAsync(string what, Func<Task<bool>> probe, Func<string>? seen = null) =>
        GetAsync(what, async () => await probe() ? what : null, seen);
}
