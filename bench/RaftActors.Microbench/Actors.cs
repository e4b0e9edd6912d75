using Akka.Actor;

namespace RaftActors.Microbench;

/// <summary>Counts messages, and says so when a number of them has come.</summary>
internal sealed class CountingActor(Counter counter) : UntypedActor
{
    protected override void OnReceive(object message) => counter.Count();
}

/// <summary>Where a thread waits until so many messages have come.</summary>
internal sealed class Counter : IDisposable
{
    private readonly ManualResetEventSlim _all = new();
    private int _left;

    /// <summary>Expects messages.</summary>
    public void Expect(int messages)
    {
        _left = messages;
        _all.Reset();
    }

    /// <summary>Counts one.</summary>
    public void Count()
    {
        if (--_left == 0)
            _all.Set();
    }

    /// <summary>Waits for all of them.</summary>
    public void Wait()
    {
        if (!_all.Wait(TimeSpan.FromSeconds(30)))
            throw new TimeoutException($"{_left} messages did not come.");
    }

    /// <inheritdoc/>
    public void Dispose() => _all.Dispose();
}

/// <summary>Answers every message with itself.</summary>
internal sealed class EchoActor : UntypedActor
{
    protected override void OnReceive(object message) => Sender.Tell(message, Self);
}
