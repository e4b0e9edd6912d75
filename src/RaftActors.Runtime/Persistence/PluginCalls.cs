using Akka.Actor;
using Akka.Configuration;

namespace Akka.Persistence;

/// <summary>Bounds how long a caller waits for a plugin, by the system's own clock.</summary>
internal sealed class PluginCalls(ActorSystem system, Config plugin)
{
    private readonly TimeSpan _timeout = plugin.GetTimeSpan("circuit-breaker.call-timeout", TimeSpan.FromSeconds(10), false);

    public async Task<T> WithTimeout<T>(Task<T> call)
    {
        await WithTimeout((Task)call).ConfigureAwait(false);
        return await call.ConfigureAwait(false);
    }

    public async Task WithTimeout(Task call)
    {
        if (!call.IsCompleted)
        {
            var overdue = new TaskCompletionSource();
            using var timer = new TimerRegistration(system.Scheduler.Advanced.ScheduleOnceCancelable(_timeout, overdue.SetResult));
            if (await Task.WhenAny(call, overdue.Task).ConfigureAwait(false) != call)
                throw new TimeoutException($"The persistence plugin did not finish within {_timeout.TotalSeconds} s; what it was asked to do may still happen");
        }
        await call.ConfigureAwait(false);
    }

    private readonly struct TimerRegistration(ICancelable timer) : IDisposable
    {
        public void Dispose() => timer.Cancel();
    }
}
