using RaftActors.Client;

namespace SequenceGenerator;

/// <summary>Takes numbers from sequences.</summary>
/// <param name="client">The group's client. It takes a number once, however often it tries.</param>
public sealed class SequenceClient(RaftClient client)
{
    /// <summary>Takes the next number of a sequence, or several consecutive ones.</summary>
    /// <returns>The first of these numbers.</returns>
    /// <exception cref="RaftClientException">
    /// The command failed. If the outcome is unknown, the numbers may be lost. That leaves a gap in the sequence, but
    /// no number is given out twice.
    /// </exception>
    public async Task<long> TakeAsync(string sequence, int count = 1)
    {
        var taken = await client.ProposeAsync(SequenceMessages.Take(sequence, count)).ConfigureAwait(false);
        long first = SequenceMessages.ReadNumber(taken.Response);
        return first > 0
            ? first
            : throw new ArgumentOutOfRangeException(nameof(count), count, "So many numbers cannot be taken at once.");
    }

    /// <summary>The last number that was taken; 0 if none was.</summary>
    public async Task<long> LastAsync(string sequence) =>
        SequenceMessages.ReadNumber((await client.QueryAsync(SequenceMessages.Last(sequence))
            .ConfigureAwait(false)).Result);
}
