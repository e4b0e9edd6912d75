using System.Net.Mime;

namespace RaftNode.Host.Http.Description;

/// <summary>The description of the endpoints that are about a node or the group, and not about data.</summary>
internal static class NodeOperations
{
    private const string Node = "Node";
    private const string Group = "Group";
    private const string Json = MediaTypeNames.Application.Json;
    private const string Text = MediaTypeNames.Text.Plain;

    private static readonly AnswerHeader NoStore = new("Cache-Control", "Always no-store.");

    private static readonly AnswerHeader MembersTag =
        new("ETag", "The version of the configuration: its index in the log, in quotes.");

    private static readonly AnswerHeader PageTag = new("ETag", "The version of the page.");

    private static readonly AnswerHeader PagePolicy =
        new("Content-Security-Policy", "What a browser lets the page do: nothing but to ask this node.");

    public static readonly Operation Status = new("getStatus", Node, "Says how the node is.")
    {
        Parameters = [Parameter.Group("Without it, the answer is about all groups together.")],
        Answers = [new Answer(200, "The status.", Json, typeof(StatusDocument))],
        Problems = [ProblemTypes.StoreUnavailable, ProblemTypes.PeerSilent],
    };

    public static readonly Operation Live = new("isLive", Node, "Says that the process runs.")
    {
        Answers = [new Answer(200, "The process runs.", Text)],
    };

    public static readonly Operation Ready = new("isReady", Node, "Says whether the node can serve requests.")
    {
        Parameters = [Parameter.Group("Without it, the node is ready if it is in all groups.")],
        Answers =
        [
            new Answer(200, "The peer runs, can use its store, knows a leader, and has no problem.", Text),
        ],
        Problems =
        [
            ProblemTypes.StoreUnavailable, ProblemTypes.PeerSilent, ProblemTypes.LeaderUnknown, ProblemTypes.Behind,
            ProblemTypes.OtherGroup, ProblemTypes.StoreInUse, ProblemTypes.StoreSetBack, ProblemTypes.ReplicaDiffers,
        ],
    };

    public static readonly Operation Metrics = new("getMetrics", Node, "Says what the node measures, for Prometheus.",
        "There is nothing at this path with raftnode.metrics.prometheus = off.")
    {
        Answers = [new Answer(200, "The measurements, in the text format of Prometheus.", Text)],
    };

    public static readonly Operation Describe = new("getDescription", Node, "Describes what a node serves over HTTP.")
    {
        Answers = [new Answer(200, "This description, in OpenAPI 3.1.", Json)],
    };

    public static readonly Operation Page = new("getPage", Node, "Sends the operator's page.",
        "A browser shows the page. The page asks this node for its data.")
    {
        Answers =
        [
            new Answer(200, "The page.", MediaTypeNames.Text.Html) { Headers = [PageTag, PagePolicy] },
            new Answer(304, "The page has the version that If-None-Match names.") { Headers = [PageTag, PagePolicy] },
        ],
    };

    public static readonly Operation Snapshot = new("takeSnapshot", Node, "Has a node take a snapshot now.",
        "The answer comes when the snapshot is durable.")
    {
        Parameters =
        [
            new Parameter("node", ParameterPlace.Query, "The member id of the node. Without it, the asked node.")
            {
                Example = "node2",
            },
            Parameter.Group(),
        ],
        Answers = [new Answer(200, "The snapshot.", Json, typeof(SnapshotDocument))],
        Problems = [ProblemTypes.NoSnapshot],
    };

    public static readonly Operation Backup = new("getBackup", Group, "Sends the whole store as one file.",
        "The file has everything that any node acknowledged before the request, and the sessions. It ends with a "
            + "checksum. A node that cannot complete the file breaks the connection. The file of a node with several "
            + "groups has all of them, each as of a moment of its own.")
    {
        Answers =
        [
            new Answer(200, "The backup.", MediaTypeNames.Application.Octet)
            {
                Headers =
                [
                    new AnswerHeader("Content-Length", "The length of the file, of one group.", ValueKind.Number)
                    {
                        IsAlwaysThere = false,
                    },
                    new AnswerHeader("Content-Disposition", "A name for the file."),
                    NoStore,
                ],
            },
        ],
        Problems = [.. ProblemTypes.OfReads, ProblemTypes.NoBackup],
    };

    public static readonly Operation Transfer = new("transferLeadership", Group,
        "Transfers the leadership to another member.", "Writes wait meanwhile.")
    {
        Parameters =
        [
            new Parameter("to", ParameterPlace.Query, "The member id. Without it the leader chooses the member.")
            {
                Example = "node2",
            },
            Parameter.Group(),
        ],
        Answers = [new Answer(200, "That member leads.", Json, typeof(LeaderDocument))],
        Problems =
        [
            ProblemTypes.NoLeader, ProblemTypes.Overloaded, ProblemTypes.TransferInProgress,
            ProblemTypes.NotTransferred,
        ],
    };

    public static readonly Operation Cluster = new("getCluster", Group,
        "Says how all members are, each with what its node says of itself.",
        "The asked node asks the others. The answer is 200 also if others, or the asked node's peer, are down.")
    {
        Parameters = [Parameter.Group("Without it, the answer is about all groups together.")],
        Answers =
        [
            new Answer(200, "The members, ordered by their ids.", Json, typeof(ClusterDocument))
            {
                Headers = [NoStore],
            },
        ],
    };

    public static readonly Operation Groups = new("getGroups", Group,
        "Lists the groups that have the node's keys, each in a few words.",
        "The leaders and problems are those that the asked node knows of. The answer is 200 also if its peers are "
            + "down.")
    {
        Answers =
        [
            new Answer(200, "The groups, ordered by their numbers.", Json, typeof(GroupListDocument))
            {
                Headers = [NoStore],
            },
        ],
    };

    public static readonly Operation Events = new("watchEvents", Group,
        "Sends what happens on all nodes as server-sent events.",
        "First come the events that the nodes remember, then an event current, and then what is new. A client can "
            + "resume with Last-Event-ID at the same node.")
    {
        Parameters =
        [
            new Parameter("Last-Event-ID", ParameterPlace.Header,
                "The id of the last event that the client has got. The events after it are sent."),
        ],
        Answers =
        [
            new Answer(200, "The events. The answer ends when the client closes the connection, or the node stops.",
                "text/event-stream")
            {
                Headers = [NoStore],
            },
        ],
        Problems = [ProblemTypes.Overloaded],
    };

    public static readonly Operation Members = new("getMembers", Group, "Lists the members that the node knows.")
    {
        Parameters = [Parameter.Group()],
        Answers =
        [
            new Answer(200, "The members.", Json, typeof(MembersDocument)) { Headers = [MembersTag] },
        ],
        Problems = [ProblemTypes.PeerSilent],
    };

    public static readonly Operation ChangeMembers = new("changeMembers", Group, "Replaces the members of the group.",
        "The body names all voters and learners of the new configuration.")
    {
        Parameters =
        [
            new Parameter("If-Match", ParameterPlace.Header,
                "The ETag of GET /members. Nothing is done unless the present configuration has this version.")
            {
                Example = "\"61\"",
            },
            Parameter.Group(),
        ],
        Body = new Body("The members after the change.", typeof(WantedMembersDocument))
        {
            Example = """
                { "voters": [ { "id": "node1", "address": "127.0.0.1:4051", "priority": 10 } ], "learners": [] }
                """,
        },
        Answers = [new Answer(204, "The new configuration is committed.") { Headers = [MembersTag] }],
        Problems =
        [
            ProblemTypes.NoLeader, ProblemTypes.Overloaded, ProblemTypes.PeerSilent, ProblemTypes.ChangeUnderWay,
            ProblemTypes.NotCaughtUp, ProblemTypes.ForeignMember, ProblemTypes.MembersChanged,
            ProblemTypes.OutcomeUnknown,
        ],
    };
}
