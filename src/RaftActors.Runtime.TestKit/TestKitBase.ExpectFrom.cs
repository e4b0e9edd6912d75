using Akka.Actor;

namespace Akka.TestKit;

// ExpectMsg that also checks who sent the message.
public abstract partial class TestKitBase
{
    public T ExpectMsgFrom<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect(duration, From<T>(sender, Anything, hint), hint, cancellationToken);

    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null,
        CancellationToken cancellationToken = default) => ExpectAsync(duration, From<T>(sender, Anything, hint), hint, cancellationToken);

    public T ExpectMsgFrom<T>(IActorRef sender, T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect(timeout, From(sender, EqualTo(message), hint), hint, cancellationToken);

    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, T message, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => ExpectAsync(timeout, From(sender, EqualTo(message), hint), hint, cancellationToken);

    public T ExpectMsgFrom<T>(IActorRef sender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => Expect(timeout, From(sender, Satisfying(isMessage, hint), hint), hint, cancellationToken);

    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => ExpectAsync(timeout, From(sender, Satisfying(isMessage, hint), hint), hint, cancellationToken);

    public T ExpectMsgFrom<T>(Predicate<IActorRef> isSender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => Expect(timeout, From(isSender, isMessage, hint), hint, cancellationToken);

    public ValueTask<T> ExpectMsgFromAsync<T>(Predicate<IActorRef> isSender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => ExpectAsync(timeout, From(isSender, isMessage, hint), hint, cancellationToken);

    public T ExpectMsgFrom<T>(IActorRef sender, Action<T> assertMessage, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) =>
        Expect(timeout, From<T>(sender, (message, _) => assertMessage?.Invoke(message), hint), hint, cancellationToken);

    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, Action<T> assertMessage, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) =>
        ExpectAsync(timeout, From<T>(sender, (message, _) => assertMessage?.Invoke(message), hint), hint, cancellationToken);

    public T ExpectMsgFrom<T>(Action<IActorRef> assertSender, Action<T> assertMessage, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => Expect(timeout, From(assertSender, assertMessage), hint, cancellationToken);

    public ValueTask<T> ExpectMsgFromAsync<T>(Action<IActorRef> assertSender, Action<T> assertMessage, TimeSpan? timeout = null, string? hint = null,
        CancellationToken cancellationToken = default) => ExpectAsync(timeout, From(assertSender, assertMessage), hint, cancellationToken);

    private Action<T, IActorRef> From<T>(IActorRef expected, Action<T, IActorRef> check, string? hint) => (message, sender) =>
    {
        _assertions.AssertEqual(expected, sender, "Sender does not match. Got a message from sender {0}. But expected {1} {2}", sender, expected, hint);
        check(message, sender);
    };

    private Action<T, IActorRef> From<T>(Predicate<IActorRef>? isSender, Predicate<T>? isMessage, string? hint) => (message, sender) =>
    {
        _assertions.AssertTrue(isSender == null || isSender(sender),
            "Sender does not match. Got a message from sender {0}. But expected {1}. The message was {{{2}}}",
            sender, hint ?? "the predicate to return true", message);
        Satisfying(isMessage, hint)(message, sender);
    };

    private static Action<T, IActorRef> From<T>(Action<IActorRef>? assertSender, Action<T>? assertMessage) => (message, sender) =>
    {
        assertSender?.Invoke(sender);
        assertMessage?.Invoke(message);
    };
}
