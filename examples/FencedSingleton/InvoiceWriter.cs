using Akka.Actor;
using Npgsql;
using RaftActors.Singletons;

namespace FencedSingleton;

/// <summary>
/// Writes an invoice for each order. The number of an invoice follows the last one, so only one writer may run at a
/// time.
/// </summary>
internal sealed class InvoiceWriter : ReceiveActor
{
    private readonly NpgsqlDataSource _database;

    public InvoiceWriter(string node, SingletonTenure tenure, NpgsqlDataSource database)
    {
        _database = database;
        // Show the token before reading. After that no former holder can write anything that is not read here.
        Query("SELECT raft_example.show_token($1)", tenure.Token);
        int last = (int)Query("SELECT coalesce(max(number), 0) FROM raft_example.invoices")!;
        Receive<string>(article =>
        {
            try
            {
                object cents = Query("SELECT cents FROM raft_example.prices WHERE article = $1", article)!;
                Query("INSERT INTO raft_example.invoices VALUES ($1, $2, $3, $4, $5)",
                    last + 1, article, cents, node, tenure.Token);
                Sender.Tell($"{node} wrote invoice {++last} for {article}, with the token {tenure.Token}.");
            }
            catch (NpgsqlException failed)
            {
                // What this actor knows may be out of date. If this node still leads, another actor takes its place.
                Sender.Tell(new Status.Failure(failed));
                Context.Stop(Self);
            }
        });
    }

    private object? Query(string statement, params object[] values)
    {
        using var command = _database.CreateCommand(statement);
        foreach (object value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command.ExecuteScalar();
    }
}
