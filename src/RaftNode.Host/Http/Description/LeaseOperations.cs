using System.Net.Mime;

namespace RaftNode.Host.Http.Description;

/// <summary>The description of <see cref="LeaseEndpoints"/>.</summary>
internal static class LeaseOperations
{
    private const string Tag = "Leases";
    private const string Json = MediaTypeNames.Application.Json;

    private static readonly Parameter Name = new("name", ParameterPlace.Path,
        "The name of the lease: everything that follows /leases/, percent-decoded. It has 1 to 4096 bytes of UTF-8.")
    {
        Example = "nightly-job",
    };

    public static readonly Operation List = new("listLeases", Tag, "Lists the leases that somebody holds.",
        "The leases come in the order of their names. The answer is linearizable.")
    {
        Parameters =
        [
            new Parameter("prefix", ParameterPlace.Query, "Only the leases whose names begin like this."),
        ],
        Answers = [new Answer(200, "The leases.", Json, typeof(LeasesDocument))],
        Problems = ProblemTypes.OfReads,
    };

    public static readonly Operation Get =
        new("getLease", Tag, "Says who holds a lease.", "The answer is linearizable.")
        {
            Parameters = [Name],
            Answers = [new Answer(200, "The lease.", Json, typeof(LeaseDocument))],
            Problems = [.. ProblemTypes.OfReads, ProblemTypes.NoLease],
        };

    public static readonly Operation Put = new("acquireLease", Tag, "Acquires or renews a lease.",
        "Without token the request acquires the lease, and the answer has a token that is higher than all before. With "
            + "token the request renews the lease that has that token.")
    {
        Parameters = [Name],
        Body = new Body("Who asks for the lease, and for how long.", typeof(WantedLeaseDocument))
        {
            Example = """{ "owner": "worker-1", "ttlSeconds": 30 }""",
        },
        Answers = [new Answer(200, "The lease that the owner holds now.", Json, typeof(LeaseDocument))],
        Problems = [.. ProblemTypes.OfWrites, ProblemTypes.LeaseHeld, ProblemTypes.LeaseLost],
    };

    public static readonly Operation Delete = new("releaseLease", Tag, "Releases a lease, or takes it away.",
        "Give either owner or force.")
    {
        Parameters =
        [
            Name,
            new Parameter("owner", ParameterPlace.Query, "Releases the lease if this owner holds it.")
            {
                Example = "worker-1",
            },
            new Parameter("force", ParameterPlace.Query, "With true, takes the lease away whoever holds it.")
            {
                Values = ["true"],
            },
            new Parameter("token", ParameterPlace.Query, "Only ends the lease with this token, and no later one.")
            {
                Kind = ValueKind.Number,
            },
        ],
        Answers = [new Answer(200, "The lease that ended.", Json, typeof(LeaseDocument))],
        Problems = [.. ProblemTypes.OfWrites, ProblemTypes.NoLease, ProblemTypes.LeaseHeld],
    };
}
