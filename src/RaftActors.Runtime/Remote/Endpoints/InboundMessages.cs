using System.Text;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Remote.Delivery;
using Akka.Remote.Wire;

namespace Akka.Remote.Endpoints;

/// <summary>From envelopes to mailboxes, for one connection and on the thread that reads from it.</summary>
internal sealed class InboundMessages(Remoting remoting, string peer)
{
    private const int CachedPaths = 1024;
    private const int CachedManifests = 128;

    private readonly Utf8Cache<IInternalActorRef> _recipients = new(CachedPaths);
    private readonly Utf8Cache<IActorRef> _senders = new(CachedPaths);
    private readonly Utf8Cache<string> _manifests = new(CachedManifests);

    public void Deliver(scoped in EnvelopeDecoder envelope)
    {
        if (Read(envelope, out var message))
            Deliver(message);
    }

    /// <summary>Takes in a system message and hands on what is next in order.</summary>
    public void Deliver(scoped in EnvelopeDecoder envelope, SystemInbox inbox)
    {
        // One that cannot be read counts as received: it would be no more readable the next time.
        var message = Read(envelope, out var read) ? read : (SystemInbox.Message?)null;
        inbox.Receive((long)envelope.Seq, message, Deliver);
    }

    private void Deliver(SystemInbox.Message message)
    {
        if (remoting.Settings.LogReceived)
            remoting.Log.Debug("RemoteMessage: {0} to {1} from {2}", message.Content, message.Recipient, message.Sender);
        try
        {
            switch (message.Content)
            {
                // Here rather than in the mailbox of the anchor, which may be busy.
                case ActorSelectionMessage selection:
                    ActorSelection.DeliverSelection(message.Recipient, message.Sender, selection);
                    break;
                case ISystemMessage system:
                    message.Recipient.SendSystemMessage(system);
                    break;
                default:
                    message.Recipient.Tell(message.Content, message.Sender);
                    break;
            }
        }
        catch (Exception e)
        {
            remoting.Log.Error(e, "Delivery of a message from {0} to {1} failed", message.Sender, message.Recipient);
        }
    }

    private bool Read(scoped in EnvelopeDecoder envelope, out SystemInbox.Message message)
    {
        message = default;
        if (Recipient(envelope.Recipient) is not { } recipient)
            return false;
        if (remoting.Codec.TryDeserialize(envelope.Message.ToArray(), envelope.SerializerId, Manifest(envelope.Manifest), peer) is not { } content)
            return false;
        message = new SystemInbox.Message(recipient, content, Sender(envelope.Sender));
        return true;
    }

    private string Manifest(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return "";
        if (!_manifests.TryGet(utf8, out var manifest))
        {
            manifest = Encoding.UTF8.GetString(utf8);
            _manifests.Set(utf8, manifest);
        }
        return manifest;
    }

    private IInternalActorRef? Recipient(ReadOnlySpan<byte> utf8)
    {
        // A path without uid leads to whoever lives there now.
        if (_recipients.TryGet(utf8, out var known) && !known.IsTerminated)
            return known;
        if (!ActorPath.TryParse(Encoding.UTF8.GetString(utf8), out var path) || !remoting.Provider.HasAddress(path!.Address))
        {
            remoting.Counters.Misdirected.Increment();
            remoting.Log.Error("Dropping message for non-local recipient [{0}] arriving at [{1}]", Encoding.UTF8.GetString(utf8), remoting.LocalAddress);
            return null;
        }
        var recipient = remoting.Provider.ResolveLocal(path);
        if (recipient is LocalActorRef)
            _recipients.Set(utf8, recipient);
        return recipient;
    }

    private IActorRef Sender(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return remoting.System.DeadLetters;
        if (_senders.TryGet(utf8, out var known) && known is not IInternalActorRef { IsTerminated: true })
            return known;
        if (!ActorPath.TryParse(Encoding.UTF8.GetString(utf8), out var path))
            return remoting.System.DeadLetters;
        var sender = remoting.Provider.ResolveActorRef(path!);
        // Who asks is told one answer.
        if (sender is LocalActorRef or RemoteActorRef && !IsTemporary(path!))
            _senders.Set(utf8, sender);
        return sender;
    }

    private static bool IsTemporary(ActorPath path) => path.Depth == 2 && path.Parent.Name == "temp";
}
