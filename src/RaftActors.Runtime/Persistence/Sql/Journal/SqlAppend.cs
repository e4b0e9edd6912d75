using Akka.Actor;
using Akka.Persistence.Journal;

namespace Akka.Persistence.Sql.Journal;

/// <summary>What one persistent actor writes at a time. An event that its serializer refuses is rejected with its atomic write, before anything is written.</summary>
internal sealed class SqlAppend : SqlWork
{
    private readonly WriteMessages _write;
    private readonly IReadOnlyList<IPersistentEnvelope> _envelopes;
    private readonly IActorRef _journal;
    private readonly string _writerUuid;
    private readonly long _created;

    /// <summary>Of the events that are not rejected, in their order.</summary>
    private readonly List<SqlPayload> _payloads;

    /// <summary>One an atomic write; null if none is rejected.</summary>
    private Exception?[]? _rejections;

    private int _size;

    public SqlAppend(WriteMessages write, IActorRef journal, Akka.Serialization.Serialization serialization, string writerUuid, long created)
    {
        _write = write;
        _envelopes = write.Envelopes;
        _journal = journal;
        _writerUuid = writerUuid;
        _created = created;
        _payloads = new List<SqlPayload>(_envelopes.Count);
        var atomicWrites = 0;
        for (var i = 0; i < _envelopes.Count; i++)
        {
            if (_envelopes[i] is AtomicWrite atomic)
                Serialize(atomic, atomicWrites++, serialization);
        }
    }

    public override int Size => _size;

    public override bool Writes => _payloads.Count > 0;

    public override bool Execute(SqlWriteStatements statements)
    {
        var atomicWrites = 0;
        var payload = 0;
        for (var i = 0; i < _envelopes.Count; i++)
        {
            if (_envelopes[i] is not AtomicWrite atomic || _rejections?[atomicWrites++] is not null)
                continue;
            for (var e = 0; e < atomic.Size; e++)
                statements.InsertEvent(atomic.PersistenceId, atomic[e].SequenceNr, _created, _payloads[payload++], _writerUuid);
        }
        return true;
    }

    protected override void Finished(Exception? failure) => WriteOutcome.Tell(_write, _journal, failure, _rejections);

    private void Serialize(AtomicWrite atomic, int index, Akka.Serialization.Serialization serialization)
    {
        var before = _payloads.Count;
        try
        {
            for (var e = 0; e < atomic.Size; e++)
                _payloads.Add(SqlPayloads.Write(serialization, atomic[e].Payload));
            for (var p = before; p < _payloads.Count; p++)
                _size += _payloads[p].Bytes.Length;
        }
        catch (Exception e)
        {
            _payloads.RemoveRange(before, _payloads.Count - before);
            _rejections ??= new Exception?[_write.AtomicWrites];
            _rejections[index] = e;
        }
    }
}
