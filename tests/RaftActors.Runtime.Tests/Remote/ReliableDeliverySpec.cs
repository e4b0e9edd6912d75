using Akka.Remote.Delivery;
using Akka.Remote.Wire;

namespace RaftActors.Runtime.Tests.Remote;

public sealed class ReliableDeliverySpec
{
    private readonly UnacknowledgedMessages _sent = new(capacity: 100);
    private readonly NumberedInbox<string> _inbox = new(window: 100);
    private readonly List<string> _delivered = [];

    [Fact]
    public void Messages_are_delivered_in_the_order_of_their_numbers_each_once()
    {
        foreach (var seq in (long[])[0, 2, 1, 1, 0, 3, 3])
            Receive(seq);
        Assert.Equal(["m0", "m1", "m2", "m3"], _delivered);
        Assert.Equal(3, _inbox.Ack.Cumulative);
        Assert.Empty(_inbox.Ack.Nacks);
    }

    [Fact]
    public void Gaps_are_named_until_they_are_filled()
    {
        Receive(0);
        Receive(3);
        Receive(5);
        Assert.Equal(["m0"], _delivered);
        Assert.Equal((5L, "1,2,4"), (_inbox.Ack.Cumulative, string.Join(",", _inbox.Ack.Nacks)));
        Receive(2);
        Receive(1);
        Assert.Equal(["m0", "m1", "m2", "m3"], _delivered);
        Assert.Equal([4L], _inbox.Ack.Nacks);
        Receive(4);
        Assert.Equal((5L, 0), (_inbox.Ack.Cumulative, _inbox.Ack.Nacks.Length));
    }

    [Fact]
    public void A_number_far_beyond_what_can_be_outstanding_is_refused()
    {
        Receive(99);
        Assert.Throws<WireFormatException>(() => Receive(100));
        Assert.Throws<WireFormatException>(() => Receive(long.MaxValue));
        Assert.Throws<WireFormatException>(() => Receive(-2));
    }

    [Fact]
    public void What_is_acknowledged_is_forgotten_and_what_is_missing_is_sent_again()
    {
        Send(5);
        _sent.Acknowledge(new Ack(3, [1]));
        Assert.Equal([1L], _sent.Missing.Select(message => message.Seq));
        Assert.Equal([1L, 4L], _sent.ToResend(10).Select(message => message.Seq));
        Assert.Equal([1L], _sent.ToResend(0).Select(message => message.Seq));
        _sent.Acknowledge(new Ack(4, []));
        Assert.True(_sent.IsEmpty);
        Assert.Equal(5, _sent.NextSeq);
    }

    [Fact]
    public void An_acknowledgement_of_what_was_never_sent_is_out_of_sync()
    {
        Send(2);
        Assert.Throws<OutOfSyncException>(() => _sent.Acknowledge(new Ack(2, [])));
        _sent.Acknowledge(new Ack(1, []));
        Assert.Throws<OutOfSyncException>(() => _sent.Acknowledge(new Ack(1, [0])));
    }

    [Fact]
    public void An_acknowledgement_that_misses_more_than_was_sent_is_out_of_sync()
    {
        Send(2);
        Assert.Throws<OutOfSyncException>(() => _sent.Acknowledge(new Ack(1, [0, 0, 0])));
        Assert.Throws<OutOfSyncException>(() => _sent.Acknowledge(new Ack(1, new long[500_000])));
        _sent.Acknowledge(new Ack(1, [0, 0]));
        Assert.Equal([0L], _sent.Missing.Select(message => message.Seq));
    }

    [Fact]
    public void No_more_wait_than_there_is_room_for()
    {
        Send(100);
        Assert.Throws<OutOfSyncException>(() => Send(1));
    }

    [Fact]
    public void Another_incarnation_starts_from_zero()
    {
        Send(3);
        _sent.Acknowledge(new Ack(2, [0]));
        Send(1);
        Assert.Equal([0L, 3L], _sent.Reset().Select(message => message.Seq));
        Assert.Equal((0, true), (_sent.NextSeq, _sent.IsEmpty));
    }

    [Fact]
    public void Whatever_is_lost_repeated_or_reordered_on_the_way_everything_arrives_once_and_in_order()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var sent = new UnacknowledgedMessages(1000);
            var inbox = new NumberedInbox<string>(1000);
            var delivered = new List<string>();
            var wire = new List<NumberedMessage>();
            for (var step = 0; delivered.Count < 50; step++)
            {
                if (sent.NextSeq < 50 && random.Next(2) == 0)
                {
                    var message = new NumberedMessage(sent.NextSeq, [], $"m{sent.NextSeq}");
                    sent.Add(message);
                    wire.Add(message);
                }
                if (random.Next(10) == 0)
                    wire.AddRange(sent.ToResend(random.Next(20)));
                if (wire.Count > 0 && random.Next(3) > 0)
                {
                    var at = random.Next(wire.Count);
                    var message = wire[at];
                    wire.RemoveAt(at);
                    if (random.Next(4) > 0)
                        inbox.Receive(message.Seq, (string)message.Message, delivered.Add);
                    if (random.Next(2) == 0 && inbox.Ack is { Cumulative: >= 0 } ack)
                    {
                        sent.Acknowledge(ack);
                        wire.AddRange(sent.Missing);
                    }
                }
                Assert.True(step < 100_000, $"seed {seed} does not come to an end");
            }
            Assert.Equal(Enumerable.Range(0, 50).Select(i => $"m{i}"), delivered);
        }
    }

    private void Send(int count)
    {
        for (var i = 0; i < count; i++)
            _sent.Add(new NumberedMessage(_sent.NextSeq, [], "message"));
    }

    private void Receive(long seq) => _inbox.Receive(seq, $"m{seq}", _delivered.Add);
}
