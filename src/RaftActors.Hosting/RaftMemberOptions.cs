namespace RaftActors.Hosting;

/// <summary>A voter with which a group is founded.</summary>
public sealed class RaftMemberOptions
{
    /// <summary>Makes options without values, for a configuration binder.</summary>
    public RaftMemberOptions()
    {
    }

    /// <summary>Makes the options of a voter.</summary>
    /// <param name="id">The member id.</param>
    /// <param name="address">The address of the node's remoting: <c>host:port</c> or <c>system@host:port</c>.</param>
    public RaftMemberOptions(string id, string address)
    {
        Id = id;
        Address = address;
    }

    /// <summary>The member id. Another disk can get the id only after the member was removed.</summary>
    public string Id { get; set; } = "";

    /// <summary>
    /// The address of the node's remoting: <c>host:port</c>, or <c>system@host:port</c> if the actor systems have
    /// different names.
    /// </summary>
    public string Address { get; set; } = "";

    /// <summary>The priority as leader, 0 or more; <c>null</c> for 0.</summary>
    public int? Priority { get; set; }
}
