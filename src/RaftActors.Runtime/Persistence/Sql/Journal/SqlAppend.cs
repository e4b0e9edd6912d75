using Akka.Actor;
using Akka.Persistence.Journal;

namespace Akka.Persistence.Sql.Journal;

/// <summary>What one persistent actor writes at a time. An event that its serializer refuses is rejected with its atomic write, before anything is written.</summary>
internal sealed class SqlAppend : SqlWork
{
    private readonly WriteMessages _write;
    private readonly IActorRef _journal;
    private readonly string _writerUuid;
    private readonly long _created;
    private readonly List<SqlPayload> _payloads;
    private readonly Exception?[]? _rejections;

    public SqlAppend(WriteMessages write, IActorRef journal, Akka.Serialization.Serialization serialization, string writerUuid, long created)
    {
        _write = write;
        _journal = journal;
        _writerUuid = writerUuid;
        _created = created;
        _payloads = new List<SqlPayload>(1);
        var index = 0;
        foreach (var envelope in write.Messages)
        {
            if (envelope is AtomicWrite atomic && Serialize(atomic, serialization) is { } rejection)
                (_rejections ??= new Exception?[write.Messages.Count(e => e is AtomicWrite)])[index] = rejection;
            index += envelope is AtomicWrite ? 1 : 0;
        }
        Size = _payloads.Sum(payload => payload.Bytes.Length);
    }

    public override int Size { get; }

    public override bool Writes => _payloads.Count > 0;

    public override bool Execute(SqlWriteStatements statements)
    {
        var index = 0;
        var next = 0;
        foreach (var envelope in _write.Messages)
        {
            if (envelope is not AtomicWrite atomic || _rejections?[index++] is not null)
                continue;
            for (var i = 0; i < atomic.Size; i++)
                statements.InsertEvent(atomic.PersistenceId, atomic[i].SequenceNr, _created, _payloads[next++], _writerUuid);
        }
        return true;
    }

    protected override void Finished(Exception? failure) => WriteOutcome.Tell(_write, _journal, failure, _rejections);

    private Exception? Serialize(AtomicWrite atomic, Akka.Serialization.Serialization serialization)
    {
        var before = _payloads.Count;
        try
        {
            for (var i = 0; i < atomic.Size; i++)
                _payloads.Add(SqlPayloads.Write(serialization, atomic[i].Payload));
            return null;
        }
        catch (Exception e)
        {
            _payloads.RemoveRange(before, _payloads.Count - before);
            return e;
        }
    }
}
