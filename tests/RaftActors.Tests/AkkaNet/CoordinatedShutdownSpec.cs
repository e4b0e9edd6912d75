using System.Collections.Concurrent;
using Akka;
using Akka.Actor;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What Akka.NET promises of a coordinated shutdown. Raft hands leaderships over in its phase before-service-unbind,
/// while actors and remoting still work; the node stops HTTP in service-unbind, within a limit that it sets for that
/// phase.
/// </summary>
public sealed class CoordinatedShutdownSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _done = new();

    [Fact]
    public async Task Phases_run_one_behind_the_other_in_their_order()
    {
        string[] phases =
        [
            CoordinatedShutdown.PhaseBeforeServiceUnbind, CoordinatedShutdown.PhaseServiceUnbind,
            CoordinatedShutdown.PhaseServiceRequestsDone, CoordinatedShutdown.PhaseServiceStop,
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate, CoordinatedShutdown.PhaseActorSystemTerminate,
        ];
        var system = ActorSystem.Create("ending");
        foreach (string phase in phases.Reverse())
            Note(system, phase, phase);

        await Run(system);

        Assert.Equal(phases, _done);
        await system.WhenTerminated.WaitAsync(Patience);
    }

    [Fact]
    public async Task The_next_phase_waits_for_all_tasks_of_the_one_before()
    {
        var system = ActorSystem.Create("ending");
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var started = new CountdownEvent(2);
        var shutdown = CoordinatedShutdown.Get(system);
        for (int i = 0; i < 2; i++)
        {
            shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, $"slow {i}", async () =>
            {
                started.Signal();
                await goOn.Task;
                _done.Enqueue("slow");
                return Done.Instance;
            });
        }
        Note(system, CoordinatedShutdown.PhaseServiceUnbind, "next");

        var run = Run(system);
        Assert.True(started.Wait(Patience));
        Assert.Empty(_done);
        goOn.SetResult();
        await run;

        Assert.Equal(["slow", "slow", "next"], _done);
    }

    [Fact]
    public async Task Actors_answer_until_the_last_phase()
    {
        var system = ActorSystem.Create("ending");
        var actor = system.ActorOf(Act.Echo());
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "ask", async () =>
        {
            _done.Enqueue(await actor.Ask<string>("answered", Patience));
            return Done.Instance;
        });

        await Run(system);

        Assert.Equal(["answered"], _done);
    }

    [Fact]
    public async Task A_task_that_fails_or_exceeds_the_limit_of_its_phase_does_not_keep_the_next_phase_from_running()
    {
        var system = ActorSystem.Create("ending", "akka.coordinated-shutdown.phases.service-unbind.timeout = 50 ms");
        var shutdown = CoordinatedShutdown.Get(system);
        var failed = Task.FromException<Done>(new IOException());
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "fails", () => failed);
        var endless = new TaskCompletionSource<Done>().Task;
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "hangs", () => endless);
        Note(system, CoordinatedShutdown.PhaseServiceStop, "reached");

        await Run(system);

        Assert.Equal(["reached"], _done);
    }

    [Fact]
    public async Task It_runs_once_whoever_asks_and_the_first_reason_counts()
    {
        var system = ActorSystem.Create("ending");
        Note(system, CoordinatedShutdown.PhaseServiceStop, "once");

        var first = Run(system);
        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.UnknownReason.Instance).WaitAsync(Patience);
        await first;

        Assert.Equal(["once"], _done);
        Assert.Same(CoordinatedShutdown.ClrExitReason.Instance, CoordinatedShutdown.Get(system).ShutdownReason);
    }

    [Fact]
    public async Task Terminating_the_system_runs_it()
    {
        var system = ActorSystem.Create("ending");
        Note(system, CoordinatedShutdown.PhaseBeforeServiceUnbind, "ran");

        await system.Terminate().WaitAsync(Patience);

        Assert.Equal(["ran"], _done);
    }

    private static Task Run(ActorSystem system) =>
        CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Patience);

    private void Note(ActorSystem system, string phase, string entry) =>
        CoordinatedShutdown.Get(system).AddTask(phase, entry, () =>
        {
            _done.Enqueue(entry);
            return Task.FromResult(Done.Instance);
        });
}
