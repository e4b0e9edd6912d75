using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class CoordinatedShutdownSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ConcurrentQueue<string> _log = new();

    private sealed class Because : CoordinatedShutdown.Reason
    {
    }

    [Fact]
    public async Task Phases_run_in_the_order_of_their_dependencies()
    {
        var system = ActorSystem.Create("shutting-down");
        var shutdown = CoordinatedShutdown.Get(system);
        foreach (var phase in new[]
        {
            CoordinatedShutdown.PhaseActorSystemTerminate, CoordinatedShutdown.PhaseServiceStop, CoordinatedShutdown.PhaseBeforeServiceUnbind,
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate, CoordinatedShutdown.PhaseServiceRequestsDone, CoordinatedShutdown.PhaseServiceUnbind,
        })
        {
            Add(shutdown, phase, phase);
        }

        await shutdown.Run(new Because()).WaitAsync(Patience);
        await system.WhenTerminated.WaitAsync(Patience);
        Assert.Equal(
            ["before-service-unbind", "service-unbind", "service-requests-done", "service-stop", "before-actor-system-terminate", "actor-system-terminate"],
            _log);
    }

    [Fact]
    public async Task It_runs_once_and_knows_why()
    {
        var system = ActorSystem.Create("shutting-down");
        var shutdown = CoordinatedShutdown.Get(system);
        Assert.Null(shutdown.ShutdownReason);
        Add(shutdown, CoordinatedShutdown.PhaseServiceStop, "once");
        var reason = new Because();
        await Task.WhenAll(shutdown.Run(reason), shutdown.Run(CoordinatedShutdown.UnknownReason.Instance)).WaitAsync(Patience);
        Assert.Same(reason, shutdown.ShutdownReason);
        Assert.Equal(["once"], _log);
        await system.WhenTerminated.WaitAsync(Patience);
    }

    [Fact]
    public async Task Terminating_the_system_runs_it()
    {
        var system = ActorSystem.Create("shutting-down");
        var shutdown = CoordinatedShutdown.Get(system);
        Add(shutdown, CoordinatedShutdown.PhaseServiceStop, "ran");
        await system.Terminate().WaitAsync(Patience);
        Assert.Equal(["ran"], _log);
        Assert.Equal(CoordinatedShutdown.ActorSystemTerminateReason.Instance, shutdown.ShutdownReason);
    }

    [Fact]
    public async Task The_next_phase_waits_for_all_tasks_of_the_one_before()
    {
        var system = ActorSystem.Create("shutting-down");
        var shutdown = CoordinatedShutdown.Get(system);
        var first = new TaskCompletionSource();
        var bothStarted = new CountdownEvent(2);
        for (var i = 0; i < 2; i++)
        {
            shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, $"slow {i}", async () =>
            {
                bothStarted.Signal();
                await first.Task;
                _log.Enqueue("slow");
                return Done.Instance;
            });
        }

        Add(shutdown, CoordinatedShutdown.PhaseServiceStop, "next");
        var run = shutdown.Run(new Because());
        Assert.True(bothStarted.Wait(Patience));
        Assert.Empty(_log);
        first.SetResult();
        await run.WaitAsync(Patience);
        Assert.Equal(["slow", "slow", "next"], _log);
        await system.WhenTerminated.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_failed_task_or_one_that_takes_too_long_does_not_stop_it()
    {
        var system = ActorSystem.Create("shutting-down", "akka.coordinated-shutdown.phases.service-unbind.timeout = 50ms");
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "fails", () => Task.FromException<Done>(new TestException()));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "hangs", () => new TaskCompletionSource<Done>().Task);
        Add(shutdown, CoordinatedShutdown.PhaseServiceStop, "reached");
        await shutdown.Run(new Because()).WaitAsync(Patience);
        Assert.Equal(["reached"], _log);
        await system.WhenTerminated.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_phase_may_insist_on_success()
    {
        var system = ActorSystem.Create("shutting-down",
            "akka.coordinated-shutdown { run-by-actor-system-terminate = off, phases.service-unbind.recover = off }");
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "fails", () => Task.FromException<Done>(new TestException()));
        Add(shutdown, CoordinatedShutdown.PhaseServiceStop, "not reached");
        await Assert.ThrowsAnyAsync<Exception>(() => shutdown.Run(new Because()).WaitAsync(Patience));
        Assert.Empty(_log);
        await system.Terminate().WaitAsync(Patience);
    }

    [Fact]
    public async Task It_may_begin_with_a_later_phase()
    {
        var system = ActorSystem.Create("shutting-down");
        var shutdown = CoordinatedShutdown.Get(system);
        Add(shutdown, CoordinatedShutdown.PhaseServiceUnbind, "skipped");
        Add(shutdown, CoordinatedShutdown.PhaseServiceStop, "ran");
        await shutdown.Run(new Because(), CoordinatedShutdown.PhaseServiceStop).WaitAsync(Patience);
        Assert.Equal(["ran"], _log);
        await system.WhenTerminated.WaitAsync(Patience);
    }

    [Fact]
    public async Task Phases_may_be_added_in_the_configuration()
    {
        var system = ActorSystem.Create("shutting-down", """
            akka.coordinated-shutdown.phases {
              hand-over { depends-on = [service-stop] }
              before-actor-system-terminate { depends-on = [hand-over] }
            }
            """);
        var shutdown = CoordinatedShutdown.Get(system);
        Add(shutdown, CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "after");
        Add(shutdown, "hand-over", "between");
        Add(shutdown, CoordinatedShutdown.PhaseServiceStop, "before");
        await shutdown.Run(new Because()).WaitAsync(Patience);
        Assert.Equal(["before", "between", "after"], _log);
        await system.WhenTerminated.WaitAsync(Patience);
    }

    [Fact]
    public async Task The_system_may_be_left_running()
    {
        var system = ActorSystem.Create("shutting-down",
            "akka.coordinated-shutdown { terminate-actor-system = off, run-by-actor-system-terminate = off }");
        var shutdown = CoordinatedShutdown.Get(system);
        Add(shutdown, CoordinatedShutdown.PhaseServiceStop, "ran");
        await shutdown.Run(new Because()).WaitAsync(Patience);
        Assert.Equal(["ran"], _log);
        Assert.Equal("hello", await system.ActorOf(Act.Echo()).Ask("hello", Patience));
        await system.Terminate().WaitAsync(Patience);
    }

    [Fact]
    public async Task An_unknown_phase_is_refused()
    {
        var system = ActorSystem.Create("shutting-down");
        var shutdown = CoordinatedShutdown.Get(system);
        Assert.ThrowsAny<Exception>(() => shutdown.AddTask("no-such-phase", "task", () => Task.FromResult(Done.Instance)));
        await system.Terminate().WaitAsync(Patience);
    }

    [Fact]
    public async Task The_actors_still_run_while_the_phases_before_the_last_do()
    {
        var system = ActorSystem.Create("shutting-down");
        var actor = system.ActorOf(Act.Echo());
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "ask", async () =>
        {
            _log.Enqueue((string)await actor.Ask("hello", Patience));
            return Done.Instance;
        });
        await system.Terminate().WaitAsync(Patience);
        Assert.Equal(["hello"], _log);
    }

    private void Add(CoordinatedShutdown shutdown, string phase, string entry) => shutdown.AddTask(phase, entry, () =>
    {
        _log.Enqueue(entry);
        return Task.FromResult(Done.Instance);
    });
}
