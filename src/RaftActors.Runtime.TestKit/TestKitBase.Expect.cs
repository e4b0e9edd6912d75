using Akka.Actor;

namespace Akka.TestKit;

// Each ExpectMsg takes the next message, whatever it is, and fails if it is not the expected one.
public abstract partial class TestKitBase
{
    public T ExpectMsg<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(duration, Anything, hint, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync<T>(duration, Anything, hint, cancellationToken);

    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect(timeout, EqualTo(message), hint, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        ExpectAsync(timeout, EqualTo(message), hint, cancellationToken);

    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect(timeout, Satisfying(isMessage, hint), hint, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => ExpectAsync(timeout, Satisfying(isMessage, hint), hint, cancellationToken);

    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, (message, _) => assert?.Invoke(message), hint, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => ExpectAsync<T>(timeout, (message, _) => assert?.Invoke(message), hint, cancellationToken);

    public T ExpectMsg<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => Expect(timeout, Satisfying(isMessageAndSender, hint), hint, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => ExpectAsync(timeout, Satisfying(isMessageAndSender, hint), hint, cancellationToken);

    public T ExpectMsg<T>(Action<T, IActorRef> assertMessageAndSender, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => Expect(timeout, assertMessageAndSender, hint, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(Action<T, IActorRef> assertMessageAndSender, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => ExpectAsync(timeout, assertMessageAndSender, hint, cancellationToken);

    public T ExpectMsg<T>(T expected, Func<T, T, bool> comparer, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => Expect(timeout, EqualTo(expected, comparer, hint), hint, cancellationToken);

    public ValueTask<T> ExpectMsgAsync<T>(T expected, Func<T, T, bool> comparer, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => ExpectAsync(timeout, EqualTo(expected, comparer, hint), hint, cancellationToken);

    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect(timeout, TerminationOf(target, hint), $"Terminated {target}. {hint}", cancellationToken);

    public ValueTask<Terminated> ExpectTerminatedAsync(IActorRef target, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectAsync(timeout, TerminationOf(target, hint), $"Terminated {target}. {hint}", cancellationToken);

    public void ExpectNoMsg(CancellationToken cancellationToken = default) => NoMessage(RemainingOrDefault, cancellationToken);

    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) => NoMessage(Dilated(duration), cancellationToken);

    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) =>
        NoMessage(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    public ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default) => NoMessageAsync(RemainingOrDefault, cancellationToken);

    public ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default) =>
        NoMessageAsync(Dilated(duration), cancellationToken);

    public ValueTask ExpectNoMsgAsync(int milliseconds, CancellationToken cancellationToken = default) =>
        NoMessageAsync(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    private T Expect<T>(TimeSpan? timeout, Action<T, IActorRef>? check, string? hint, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(timeout);
        return Checked(TryReceiveOne(out var envelope, limit, cancellationToken), envelope, limit, check, hint);
    }

    private async ValueTask<T> ExpectAsync<T>(TimeSpan? timeout, Action<T, IActorRef>? check, string? hint, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(timeout);
        var (success, envelope) = await TryReceiveOneAsync(limit, cancellationToken);
        return Checked(success, envelope, limit, check, hint);
    }

    private T Checked<T>(bool received, MessageEnvelope envelope, TimeSpan limit, Action<T, IActorRef>? check, string? hint)
    {
        if (!received)
            _assertions.Fail("Failed: Timeout {0} while waiting for a message of type {1} {2}", limit, typeof(T), hint);

        var message = envelope.Message;
        if (message is not T)
        {
            _assertions.Fail("Failed: Expected a message of type {0}, but received {{{2}}} (type {1}) instead {3} from {4}",
                typeof(T), message?.GetType(), message, hint, envelope.Sender);
        }

        var typed = (T)message!;
        check?.Invoke(typed, envelope.Sender);
        return typed;
    }

    private void NoMessage(TimeSpan duration, CancellationToken cancellationToken)
    {
        var received = TryReceiveOne(out var envelope, duration, cancellationToken);
        NothingReceived(received, envelope, duration);
    }

    private async ValueTask NoMessageAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var (received, envelope) = await TryReceiveOneAsync(duration, cancellationToken);
        NothingReceived(received, envelope, duration);
    }

    private void NothingReceived(bool received, MessageEnvelope envelope, TimeSpan duration)
    {
        _lastWasNoMsg = true;
        if (received)
            _assertions.Fail("Failed: Expected no messages during {0}, instead we received {1}", duration, envelope);
    }

    private static void Anything<T>(T message, IActorRef sender)
    {
    }

    private Action<T, IActorRef> EqualTo<T>(T expected) => (message, _) => _assertions.AssertEqual(expected, message);

    private Action<T, IActorRef> EqualTo<T>(T expected, Func<T, T, bool> comparer, string? hint) =>
        (message, _) => _assertions.AssertEqual(expected, message, comparer, hint ?? "");

    private Action<T, IActorRef> Satisfying<T>(Predicate<T>? isMessage, string? hint) =>
        (message, _) => _assertions.AssertTrue(isMessage == null || isMessage(message),
            "Got a message of the expected type <{2}>. Also expected {0} but the message {{{1}}} of type <{3}> did not match",
            hint ?? "the predicate to return true", message, typeof(T).FullName, message?.GetType().FullName);

    private Action<T, IActorRef> Satisfying<T>(Func<T, IActorRef, bool> isMessageAndSender, string? hint) =>
        (message, sender) => _assertions.AssertTrue(isMessageAndSender(message, sender),
            "Got a message of the expected type <{2}> from {4}. Also expected {0} but the message {{{1}}} of type <{3}> did not match",
            hint ?? "the predicate to return true", message, typeof(T).FullName, message?.GetType().FullName, sender);

    private Action<Terminated, IActorRef> TerminationOf(IActorRef target, string? hint) =>
        (terminated, _) => _assertions.AssertEqual(target, terminated.ActorRef, "Terminated {0}. {1}", target, hint);
}
