using System.Diagnostics.Metrics;

namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>What the writers of all database files in the process measure.</summary>
internal static class SqliteMetrics
{
    private static readonly Meter Meter = new("RaftActors");

    /// <summary>How long a commit took: the write to the write-ahead log and its flush.</summary>
    public static readonly Histogram<double> CommitTime = Meter.CreateHistogram(
        "raft.sqlite.commit.duration", "s", "How long the COMMIT of a transaction took, which is mostly its flush.",
        null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries =
                [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        });

    /// <summary>How many writes of actors a transaction had.</summary>
    public static readonly Histogram<long> TransactionWrites = Meter.CreateHistogram(
        "raft.sqlite.transaction.writes", "{write}", "Writes of all actors that one transaction had.",
        null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] });
}
