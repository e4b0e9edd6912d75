using Akka.Actor;
using Akka.Remote.Wire;

namespace Akka.Remote.Delivery;

/// <summary>The system messages of one incarnation of another system, over however many connections they come.</summary>
internal sealed class SystemInbox(int window)
{
    private readonly Lock _lock = new();
    private readonly NumberedInbox<Message?> _inbox = new(window);

    /// <summary>What to tell the sender about what has arrived.</summary>
    public Ack Ack
    {
        get
        {
            lock (_lock)
                return _inbox.Ack;
        }
    }

    public void Receive(long seq, Message? message, Action<Message> deliver)
    {
        lock (_lock)
        {
            _inbox.Receive(seq, message, next =>
            {
                if (next is { } readable)
                    deliver(readable);
            });
        }
    }

    internal readonly record struct Message(IInternalActorRef Recipient, object Content, IActorRef Sender);
}
