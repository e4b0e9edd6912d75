namespace RaftActors.Hosting;

/// <summary>A voter with which a group is founded.</summary>
public sealed class RaftMemberOptions
{
    /// <summary>Options without values, for a configuration binder.</summary>
    public RaftMemberOptions()
    {
    }

    /// <summary>A voter.</summary>
    /// <param name="id">Its member id.</param>
    /// <param name="address">
    /// Where the remoting of its node listens: <c>host:port</c> or <c>system@host:port</c>.
    /// </param>
    public RaftMemberOptions(string id, string address)
    {
        Id = id;
        Address = address;
    }

    /// <summary>The member id. Another disk can get the id only after the member was removed.</summary>
    public string Id { get; set; } = "";

    /// <summary>
    /// Where the remoting of its node listens: <c>host:port</c>, or <c>system@host:port</c> if the actor systems have
    /// different names.
    /// </summary>
    public string Address { get; set; } = "";

    /// <summary>Its priority as leader, 0 or more; <c>null</c> for 0.</summary>
    public int? Priority { get; set; }
}
