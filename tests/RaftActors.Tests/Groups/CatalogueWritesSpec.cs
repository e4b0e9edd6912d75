using RaftActors.Groups;
using RaftActors.Storage;
using RaftActors.TestKit.Journals;

namespace RaftActors.Tests.Groups;

/// <summary>
/// What many groups at once cost in writes of the catalogue. A write has any number of events, and takes one flush.
/// </summary>
public sealed class CatalogueWritesSpec : IDisposable
{
    private const int Groups = 1000;

    private readonly GroupNodes _nodes = new(1, "rest-after = 1");

    // The disk does one request at a time, and each takes its time. So the events of one write share their time.
    private readonly HashSet<TimeSpan> _writes = [];
    private readonly Dictionary<Type, int> _events = [];

    public CatalogueWritesSpec()
    {
        _nodes.RegisterAll();
        // The first group writes the whole catalogue.
        _nodes.Create("first");
        _nodes[0].Disk.Written = (id, @event, _) =>
        {
            if (id != PersistenceIds.OfCatalogue(_nodes[0].Id))
                return;
            _writes.Add(_nodes.Now);
            _events[@event.GetType()] = _events.GetValueOrDefault(@event.GetType()) + 1;
        };
    }

    [Fact]
    public void Groups_that_are_created_at_once_share_the_writes_of_the_catalogue()
    {
        CreateAll();

        Assert.Equal(Groups, _events[typeof(GroupCreated)]);
        Assert.InRange(_writes.Count, 1, 24);
    }

    [Fact]
    public void Groups_that_are_destroyed_at_once_share_the_writes_of_the_catalogue()
    {
        CreateAll();
        _writes.Clear();

        var all = Names.Select(name => _nodes[0].Raft.DestroyAsync(name)).ToList();
        all.ForEach(_nodes.Await);

        Assert.Equal(Groups, _events[typeof(GroupEnding)]);
        Assert.Equal(Groups, _events[typeof(GroupEnded)]);
        Assert.InRange(_writes.Count, 2, 48);
        Assert.Equal(["first"], _nodes.Await(_nodes[0].Raft.GroupsAsync()).Select(static group => group.Name));
    }

    [Fact]
    public void Groups_that_are_stopped_and_resumed_are_not_written()
    {
        _nodes.Create("second");
        _writes.Clear();

        _nodes.Await(_nodes[0].Raft.StopAsync("second"));
        _nodes.Await(_nodes[0].Raft.ResumeAsync("second"));

        Assert.Empty(_writes);
    }

    public void Dispose() => _nodes.Dispose();

    private static IEnumerable<string> Names => Enumerable.Range(0, Groups).Select(static i => $"group{i}");

    private void CreateAll()
    {
        var all = Names.Select(name => _nodes[0].Raft.CreateAsync(name, "", "counter")).ToList();
        all.ForEach(task => _nodes.Await(task));
    }
}
