using System.Diagnostics;
using System.Runtime.InteropServices;
using Akka;
using Akka.Actor;

namespace RaftActors.Runtime.Tests.Actor.Embedded;

/// <summary>A process of its own, asked to end in the ways that operators and hosts use: the coordinated shutdown runs, and is waited for.</summary>
public sealed partial class ProcessEndSpec
{
    private const int Interrupt = 2;
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(Terminate)]
    [InlineData(Interrupt)]
    public async Task A_signal_runs_the_coordinated_shutdown_before_the_process_ends(int signal)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var child = Start("wait");
        var process = child.Process;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync().WaitAsync(Patience));
        Assert.Equal(0, Kill(process.Id, signal));
        Assert.Equal("task of a phase\nactor stopped\n", await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience));
        await process.WaitForExitAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task So_does_the_end_of_the_program()
    {
        using var child = Start("return");
        var process = child.Process;
        Assert.Equal("ready\ntask of a phase\nactor stopped\n",
            (await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience)).ReplaceLineEndings("\n"));
        await process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>What the other process runs.</summary>
    internal static int Run(string how)
    {
        var system = ActorSystem.Create("ending", "akka.loglevel = OFF\n akka.stdout-loglevel = OFF");
        var actor = system.ActorOf(Act.Props((message, context) => context.Sender.Tell(message), postStop: _ => Console.WriteLine("actor stopped")));
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceStop, "task", async () =>
        {
            await Task.Yield();
            Console.WriteLine("task of a phase");
            return Done.Instance;
        });
        actor.Ask("started").Wait();
        Console.WriteLine("ready");
        if (how == "wait")
            system.WhenTerminated.Wait();
        return 0;
    }

    private static Child Start(string how) => new(Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(ProcessEndSpec).Assembly.Location, how])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!);

    /// <summary>A process that does not outlive its spec.</summary>
    private sealed record Child(Process Process) : IDisposable
    {
        public void Dispose()
        {
            Process.Kill();
            Process.Dispose();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}

/// <summary>The entry point of this assembly as a program: for specs that need another process. The test runner does not use it.</summary>
internal static class Program
{
    private static int Main(string[] args) => ProcessEndSpec.Run(args[0]);
}
