using RaftActors.Client;

namespace SequenceGenerator;

/// <summary>Takes numbers of sequences.</summary>
/// <param name="client">The group's client: a number is taken once, however often it has to be tried.</param>
public sealed class SequenceClient(RaftClient client)
{
    /// <summary>Takes the next number, or several in a row.</summary>
    /// <returns>The first of them.</returns>
    /// <exception cref="RaftClientException">
    /// It failed. When nobody knows whether the numbers were taken, they are nobody's: a gap, never a number twice.
    /// </exception>
    public async Task<long> TakeAsync(string sequence, int count = 1)
    {
        var taken = await client.ProposeAsync(SequenceMessages.Take(sequence, count)).ConfigureAwait(false);
        long first = SequenceMessages.ReadNumber(taken.Response);
        return first > 0
            ? first
            : throw new ArgumentOutOfRangeException(nameof(count), count, "So many numbers cannot be taken at once.");
    }

    /// <summary>The last number that was taken; 0 when none was.</summary>
    public async Task<long> LastAsync(string sequence) =>
        SequenceMessages.ReadNumber((await client.QueryAsync(SequenceMessages.Last(sequence))
            .ConfigureAwait(false)).Result);
}
