namespace RaftActors.Membership;

/// <summary>What a peer with an empty log may do. See <see cref="Founding"/>.</summary>
internal enum FoundingState
{
    /// <summary>Not all voters have answered. The peer neither votes nor starts an election.</summary>
    Asking,

    /// <summary>All voters are empty. The peer may vote and start an election, to found the group.</summary>
    AllEmpty,

    /// <summary>A voter has a log, and its configuration names this store. The peer may vote.</summary>
    Recognised,

    /// <summary>
    /// A voter has a log, and its configuration does not name this store. The peer waits for a leader.
    /// </summary>
    NotRecognised,
}

/// <summary>The answer of another voter to the question whether it is empty.</summary>
/// <param name="StoreId">The identity of the voter's store.</param>
/// <param name="Empty">Whether the voter's log is empty.</param>
/// <param name="BoundStoreId">
/// If it is not: the store to which the voter's configuration binds the asking member; empty if the member is bound to
/// none.
/// </param>
/// <param name="Term">The voter's term when it answered.</param>
internal sealed record FoundingAnswer(string StoreId, bool Empty, string BoundStoreId, long Term);

/// <summary>
/// How peers with empty logs found a group without ever founding a second one over the first. An empty log is either
/// new or the remains of a lost disk, and a peer cannot tell which of itself. If every other configured voter is empty
/// too, nothing can have been committed; so each empty peer asks all others, and until all have answered neither votes
/// nor campaigns.
/// </summary>
/// <remarks>
/// <para>A lost disk during founding itself must not let a member vote twice in a term, once from each disk. Three
/// rules prevent it:</para>
/// <list type="bullet">
/// <item>A candidate with an empty log sends the configuration it would found, store ids included, and gets votes only
/// from empty peers that have learned the very same one; so all majorities that agree on something agree on each
/// member's store, or share a voter that saw the store replaced.</item>
/// <item>A peer that was answered by all others abstains in the highest term among the answers: if its predecessor on
/// another disk voted in some term, the candidate was in that term already when it answered.</item>
/// <item>A vote names the candidate's store (<see cref="Log.HardState"/>), and a reply names the store it is meant
/// for.</item>
/// </list>
/// <para>Answers count in the order of the questions: an answer to an earlier question, perhaps from a store that is
/// gone, does not replace a later one.</para>
/// </remarks>
/// <param name="initial">The configured voters.</param>
/// <param name="memberId">The member id of the asking peer.</param>
/// <param name="storeId">The store of the asking peer.</param>
/// <param name="firstRound">
/// The number before the peer's first question. It must be unlikely that an earlier start used it.
/// </param>
/// <param name="operatorSaysFound">Whether the operator has said that voters that do not answer are empty.</param>
internal sealed class Founding(Configuration initial, string memberId, string storeId, long firstRound,
    bool operatorSaysFound)
{
    /// <summary>After how many unanswered questions the operator's word counts for a voter.</summary>
    private const int RoundsBeforeOperatorCounts = 3;

    private readonly Dictionary<string, (long Round, FoundingAnswer Answer)> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _askedBack = new(StringComparer.Ordinal);
    private long _asked;
    private int _rounds;

    /// <summary>The number of the latest question.</summary>
    public long Round => firstRound + _asked;

    /// <summary>The highest term among the answers.</summary>
    public long HighestTerm { get; private set; }

    /// <summary>What the answers so far allow.</summary>
    public FoundingState State { get; private set; }

    /// <summary>The configuration with which this peer would found the group, with all stores that it knows.</summary>
    public Configuration Proposed { get; private set; } = initial.Binding(memberId, storeId);

    /// <summary>Starts the next question to all voters. The question carries its number.</summary>
    public long Ask()
    {
        _asked++;
        _rounds++;
        _askedBack.Clear();
        Evaluate();
        return Round;
    }

    /// <summary>
    /// Starts a question to a single member that has itself asked, if its store is new to this peer. Done at most once
    /// before all are asked again. Otherwise two peers that hear each other's questions but not each other's answers
    /// would ask back forever.
    /// </summary>
    /// <returns>Whether to ask the member.</returns>
    public bool TryAskBack(string id, string itsStoreId, out long round)
    {
        bool isNews = initial.Find(id) is not null
            && (!_answers.TryGetValue(id, out var known) || known.Answer.StoreId != itsStoreId);
        bool asks = isNews && !(_askedBack.TryGetValue(id, out var asked) && asked == itsStoreId);
        if (asks)
        {
            _askedBack[id] = itsStoreId;
            _asked++;
        }
        round = Round;
        return asks;
    }

    /// <summary>The voters that have not answered yet.</summary>
    public IEnumerable<Server> Missing()
    {
        foreach (var voter in initial.Voters.ToArray())
            if (voter.Id != memberId && !_answers.ContainsKey(voter.Id))
                yield return voter;
    }

    /// <summary>Records an answer.</summary>
    /// <param name="id">The voter that answered.</param>
    /// <param name="round">The number of the question.</param>
    /// <param name="answer">The answer.</param>
    public void Answered(string id, long round, FoundingAnswer answer)
    {
        bool known = id != memberId && initial.Find(id) is not null;
        bool current = round > firstRound && round <= Round
            && (!_answers.TryGetValue(id, out var last) || round > last.Round);
        if (!known || !current)
            return;
        _answers[id] = (round, answer);
        HighestTerm = Math.Max(HighestTerm, answer.Term);
        Proposed = Proposed.Binding(id, answer.StoreId);
        Evaluate();
    }

    private void Evaluate()
    {
        bool anyLog = false, bound = false, foreign = false;
        foreach (var (_, answer) in _answers.Values)
        {
            anyLog |= !answer.Empty;
            bound |= !answer.Empty && answer.BoundStoreId == storeId;
            foreign |= !answer.Empty && answer.BoundStoreId != storeId;
        }

        int others = initial.Voters.Length - 1;
        bool all = _answers.Count == others;
        bool vouchedFor = operatorSaysFound && _rounds > RoundsBeforeOperatorCounts
            && initial.HasMajority(voter => voter.Id == memberId || _answers.ContainsKey(voter.Id));
        State = anyLog ? (bound && !foreign ? FoundingState.Recognised : FoundingState.NotRecognised)
            : all || vouchedFor ? FoundingState.AllEmpty
            : FoundingState.Asking;
    }
}
