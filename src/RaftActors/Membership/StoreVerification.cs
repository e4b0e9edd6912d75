using RaftActors.Replication;

namespace RaftActors.Membership;

/// <summary>The answer of another voter to a peer that has started.</summary>
/// <param name="Term">The voter's term.</param>
/// <param name="LastTerm">The term of the last entry of the voter's log.</param>
/// <param name="LastIndex">The index of that entry.</param>
/// <param name="IsSetBack">Whether the voter knows that its own store has lost data, and has not caught up yet.</param>
internal readonly record struct StoreAnswer(long Term, long LastTerm, long LastIndex, bool IsSetBack);

/// <summary>
/// Decides when a peer that has started may vote and confirm entries. The peer's disk may have been set back, and the
/// peer cannot tell. It may have forgotten a term, a vote or entries that it had confirmed. So it first asks the other
/// voters.
/// </summary>
/// <remarks>
/// <para>
/// After the answers, the peer acts as one that has forgotten nothing. It votes in no term up to the highest term among
/// the answers, unless its disk has a vote in that term. It votes only for a log that is at least as up-to-date as each
/// log among the answers: the floor. That holds for its own log too when it is a candidate.
/// </para>
/// <para>
/// Why this is enough: assume that the peer had confirmed an entry, and that the entry was committed with this
/// confirmation. Then another voter of that majority is among those that answer. Either that voter had the entry when
/// it answered; then the floor is not below the entry. Or it confirmed the entry later; then it told the leader of the
/// peer's new incarnation, and the peer's former confirmation no longer counted (see <see cref="KnownStores"/>). The
/// same holds for a vote for a candidate that won.
/// </para>
/// <para>
/// Usually all other voters answer within a round trip. If some do not answer within a bounded time, those that did are
/// enough if they are a majority together with this peer. This assumes that silent stores, together with set-back
/// stores that have not caught up, are less than a majority. A peer that knows that its store was set back waits until
/// every majority that contains the peer also contains an undamaged voter that has answered.
/// </para>
/// </remarks>
/// <param name="round">The number of the question.</param>
/// <param name="until">Until when the peer waits for all voters.</param>
internal sealed class StoreVerification(long round, TimeSpan until)
{
    private readonly Dictionary<string, StoreAnswer> _answers = new(StringComparer.Ordinal);

    /// <summary>The number of the question.</summary>
    public long Round => round;

    /// <summary>Whether enough voters have answered.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The highest term among the answers.</summary>
    public long HighestTerm => _answers.Values.Select(static answer => answer.Term).DefaultIfEmpty(0).Max();

    /// <summary>The most up-to-date log among the answers.</summary>
    public (long Term, long Index) Floor =>
        _answers.Values.Select(static answer => (answer.LastTerm, answer.LastIndex)).DefaultIfEmpty((0, 0)).Max();

    /// <summary>The verification of a new store. It needs no answers, because the store has promised nothing.</summary>
    public static StoreVerification OfNewStore() => new(0, TimeSpan.Zero) { IsDone = true };

    /// <summary>Records an answer.</summary>
    public void Answered(string memberId, StoreAnswer answer) => _answers[memberId] = answer;

    /// <summary>Whether a member has answered.</summary>
    public bool HasAnswered(string memberId) => _answers.ContainsKey(memberId);

    /// <summary>Decides whether enough voters have answered.</summary>
    /// <param name="configuration">The latest configuration in the peer's log.</param>
    /// <param name="selfId">The member id of the peer.</param>
    /// <param name="isSetBack">Whether the peer knows that its store was set back.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether enough voters have answered.</returns>
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
            // So many voters that every majority with this peer contains one of them.
            int meetsAll = all == 0 ? 0 : Math.Min(all - self, all - Quorum.Of(all) + 1);
            if (isSetBack)
                return undamaged >= meetsAll && (mayMiss || answered == all - self);
            return answered == all - self || (mayMiss && answered + self >= Quorum.Of(all));
        }
    }
}
