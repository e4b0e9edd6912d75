using RaftActors.Replication;

namespace RaftActors.Membership;

/// <summary>What another voter answers a peer that has started.</summary>
/// <param name="Term">Its term.</param>
/// <param name="LastTerm">The term of the last entry of its log.</param>
/// <param name="LastIndex">The index of that entry.</param>
/// <param name="IsSetBack">Whether it knows that its own store has lost something, and has not caught up yet.</param>
internal readonly record struct StoreAnswer(long Term, long LastTerm, long LastIndex, bool IsSetBack);

/// <summary>
/// Whether a peer that has started may vote, and confirm entries. Its disk may have been set back, and it cannot tell:
/// it may have forgotten a term, a vote or entries that it had confirmed. So it first asks the other voters.
/// </summary>
/// <remarks>
/// <para>From then on it acts as one that has forgotten nothing. It votes in no term up to the highest among the
/// answers, unless its disk has a vote in that term. And it votes only for a log that is at least as up-to-date as each
/// log among the answers, its own included when it campaigns: the floor. If it had confirmed an entry that is
/// committed, and was counted for it, another voter of that majority is among those that answer: that voter had the
/// entry when it answered, so that the floor is not below it; or it confirmed the entry later, and then told the leader
/// of the new incarnation, whose former confirmation was no longer counted (see <see cref="KnownStores"/>). Likewise
/// with the vote for a candidate that won.</para>
/// <para>All other voters answer within a round trip, as a rule. If some do not within a bounded time, those that did
/// are enough if they are a majority together with this peer: silent stores, together with those that were set back and
/// have not caught up, must be less than a majority. A peer that knows that its store was set back waits until so many
/// undamaged ones have answered that every majority with it has one of them.</para>
/// </remarks>
/// <param name="round">The number of the question.</param>
/// <param name="until">How long all are waited for.</param>
internal sealed class StoreVerification(long round, TimeSpan until)
{
    private readonly Dictionary<string, StoreAnswer> _answers = new(StringComparer.Ordinal);

    /// <summary>The number of the question.</summary>
    public long Round => round;

    /// <summary>Whether enough have answered.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The highest term among the answers.</summary>
    public long HighestTerm => _answers.Values.Select(static answer => answer.Term).DefaultIfEmpty(0).Max();

    /// <summary>The most up-to-date log among the answers.</summary>
    public (long Term, long Index) Floor =>
        _answers.Values.Select(static answer => (answer.LastTerm, answer.LastIndex)).DefaultIfEmpty((0, 0)).Max();

    /// <summary>Nothing need be asked: the store is new, and has promised nothing.</summary>
    public static StoreVerification OfNewStore() => new(0, TimeSpan.Zero) { IsDone = true };

    /// <summary>Records an answer.</summary>
    public void Answered(string memberId, StoreAnswer answer) => _answers[memberId] = answer;

    /// <summary>Whether a member has answered.</summary>
    public bool HasAnswered(string memberId) => _answers.ContainsKey(memberId);

    /// <summary>Decides whether enough have answered.</summary>
    /// <param name="configuration">The latest configuration in the peer's log.</param>
    /// <param name="selfId">The peer.</param>
    /// <param name="isSetBack">Whether the peer knows that its store was set back.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether they have.</returns>
    public bool Decide(Configuration configuration, string selfId, bool isSetBack, TimeSpan now)
    {
        if (IsDone || configuration.Voters.IsEmpty)
            return IsDone;
        bool mayMiss = now >= until;
        IsDone = IsEnough(configuration.Voters) && IsEnough(configuration.Outgoing);
        return IsDone;

        bool IsEnough(ReadOnlySpan<Server> voters)
        {
            int all = 0, answered = 0, undamaged = 0, self = 0;
            foreach (var voter in voters)
            {
                bool isSelf = voter.Id == selfId, has = _answers.TryGetValue(voter.Id, out var answer);
                all++;
                self += isSelf ? 1 : 0;
                answered += has && !isSelf ? 1 : 0;
                undamaged += has && !isSelf && !answer.IsSetBack ? 1 : 0;
            }
            // So many that every majority has one of them beside this peer.
            int meetsAll = all == 0 ? 0 : Math.Min(all - self, all - Quorum.Of(all) + 1);
            if (isSetBack)
                return undamaged >= meetsAll && (mayMiss || answered == all - self);
            return answered == all - self || (mayMiss && answered + self >= Quorum.Of(all));
        }
    }
}
