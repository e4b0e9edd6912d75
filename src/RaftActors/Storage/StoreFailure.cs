using System.Data.Common;
using System.Net.Sockets;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Pattern;
using Akka.Persistence;

namespace RaftActors.Storage;

/// <summary>A failure of a journal or snapshot store, and whether waiting can help.</summary>
/// <remarks>
/// A failure is recognised by its type and by the code of its database: SQLite's result code, or the SQLSTATE of any
/// other database. For an unknown failure, the peer assumes that waiting can help. A peer that tries again in vain can
/// be seen and stopped. A peer that gives up because of a passing failure is a server lost to its group.
/// </remarks>
/// <param name="CanWait">Whether a later attempt can succeed although nobody changes anything.</param>
/// <param name="Problem">What is wrong and what to do, in one line.</param>
/// <param name="IsSilence">Whether the only thing known is that no answer came.</param>
internal sealed record StoreFailure(bool CanWait, string Problem, bool IsSilence = false)
{
    private const string Damaged =
        "The database is damaged. Remove the member from the group and add it again, with an empty data directory";

    private const string ForeignTables =
        "The tables are not those of this journal. Name another database, or the tables that it has";

    private const StringComparison Exactly = StringComparison.Ordinal;

    /// <summary>The failure of a request to a journal or snapshot store.</summary>
    /// <param name="reason">The exception in the answer.</param>
    /// <param name="explain">What the host knows about failures; <c>null</c> if nothing.</param>
    public static StoreFailure Of(Exception reason, Func<Exception, StoreException?>? explain) =>
        Decide(reason, explain, OfRequest);

    /// <summary>The failure of a plugin that has not started. Most likely its settings are wrong.</summary>
    /// <param name="reason">The exception of the plugin's actor.</param>
    /// <param name="explain">What the host knows about failures; <c>null</c> if nothing.</param>
    public static StoreFailure OfPlugin(Exception reason, Func<Exception, StoreException?>? explain)
    {
        var failure = Decide(reason, explain, OfStart);
        // If the constructor of an actor fails, Akka.NET does not try again to create the actor.
        return reason is ActorInitializationException ? failure with { CanWait = false } : failure;
    }

    // The database's own exception says most about a failure, wherever it is in the chain.
    private static StoreFailure Decide(
        Exception reason, Func<Exception, StoreException?>? explain, Func<Exception, Verdict?> classify)
    {
        Exception[] chain = [.. Chain(reason)];
        foreach (var exception in chain)
            if ((exception as StoreException ?? explain?.Invoke(exception)) is { } known)
                return new StoreFailure(known.CanWait, known.Message.ReplaceLineEndings(" "));
        foreach (var exception in chain)
            if (exception is DbException failure && OfDatabase(failure) is { } verdict)
                return verdict.Of(exception);
        foreach (var exception in chain)
            if (classify(exception) is { } verdict)
                return verdict.Of(exception);
        return Wait("Nothing more is known of this failure").Of(chain[^1]);
    }

    private static IEnumerable<Exception> Chain(Exception reason)
    {
        for (Exception? exception = reason; exception is not null; exception = exception.InnerException)
            yield return exception;
    }

    private static Verdict? OfDatabase(DbException failure)
    {
        if (SqliteCode(failure) is { } code)
            return OfSqlite(code, failure.Message);
        if (failure.SqlState is { Length: 5 } state && OfSqlState(state) is { } verdict)
            return verdict;
        return failure.IsTransient ? Wait("The database server cannot be reached, or is busy") : null;
    }

    // Microsoft.Data.Sqlite gives no SQLSTATE. This library does not depend on that package only for a number.
    private static int? SqliteCode(DbException failure) =>
        failure.GetType().GetProperty("SqliteErrorCode")?.GetValue(failure) is int code ? code & 0xFF : null;

    // https://www.sqlite.org/rescode.html
    private static Verdict? OfSqlite(int code, string message) => code switch
    {
        1 when message.Contains("no such", Exactly) || message.Contains("no column", Exactly) => End(ForeignTables),
        3 or 23 => End("Give the node's user the right to read and write the database"),
        5 or 6 => Wait("Another process or connection holds a lock on the database"),
        7 => Wait("There is not enough memory"),
        8 => End("The database cannot be written. Make the file and its directory writable"),
        10 => Wait("The disk fails. Look into the kernel's log"),
        11 => End(Damaged),
        13 => Wait("The disk is full. Free some space"),
        14 => End("Make sure that the directory exists and that the node's user may read and write it"),
        15 or 17 => Wait("The database is in use"),
        22 or 24 or 26 => End("The file is no database that can be read here. Name another file"),
        _ => null,
    };

    // https://www.postgresql.org/docs/current/errcodes-appendix.html; the classes are those of the SQL standard.
    private static Verdict? OfSqlState(string state) => state switch
    {
        "42501" => End("Give the user of the connection string the right to create and use the tables"),
        "57P04" or "3D000" => End("Create the database, or correct the connection string"),
        "3F000" => End("Create the schema, or correct the settings of the tables"),
        // CREATE TABLE IF NOT EXISTS fails like this when another session makes the same table at the same moment.
        "42710" or "42P07" => Wait("Another node makes the tables of this journal at this moment"),
        "53100" => Wait("The disk of the database server is full. Free some space"),
        "53300" => Wait("The database server has too many connections"),
        "25006" => Wait("The database server takes no writes. It may be a standby that is yet to be promoted"),
        "XX001" or "XX002" => End(Damaged),
        _ => state[..2] switch
        {
            "08" or "57" => Wait("The database server cannot be reached, starts or stops"),
            "28" => End("Correct the user or the password in the connection string, or what the server allows them"),
            "40" or "55" => Wait("The database is in use"),
            "42" => End(ForeignTables),
            "53" or "58" => Wait("The database server lacks resources, or its disk fails"),
            _ => null,
        },
    };

    private static Verdict? OfRequest(Exception exception) => exception switch
    {
        OpenCircuitException => Wait("The plugin rests after failures: its circuit breaker is open"),
        RecoveryTimedOutException =>
            new Verdict(true, "The journal or the snapshot store does not answer", IsSilence: true),
        SerializationException =>
            End("What is stored cannot be read. Run the version that wrote it, with the serializers that it had"),
        ConfigurationException => End("Correct the setting"),
        UnauthorizedAccessException => End("Give the node's user the right to read and write the data"),
        FileLoadException or BadImageFormatException or TypeLoadException or MissingMethodException
            or TypeInitializationException => End("What the plugin needs is missing, or of another version"),
        FileNotFoundException or DirectoryNotFoundException => End("Make sure that what it names exists"),
        IOException => Wait("The disk or the network fails"),
        SocketException => Wait("The database server cannot be reached"),
        TimeoutException or OperationCanceledException => Wait("The database is slow, or does not answer"),
        // Akka.Persistence.Sql passes on the exceptions of its library. This library does not depend on that one.
        _ => exception.GetType().FullName switch
        {
            "LinqToDB.Common.LinqToDBConvertException" =>
                End("A row cannot be read. It is damaged, or the table is not one of Akka.Persistence.Sql"),
            "LinqToDB.LinqToDBException" => End("Correct provider-name and connection-string"),
            _ => null,
        },
    };

    private static Verdict? OfStart(Exception exception) => OfRequest(exception) ?? exception switch
    {
        ArgumentException or FormatException or KeyNotFoundException or NotSupportedException or InvalidCastException =>
            End("Correct the plugin's settings, such as provider-name and connection-string"),
        _ => null,
    };

    private static Verdict Wait(string advice) => new(true, advice);

    private static Verdict End(string advice) => new(false, advice);

    // The first line of each message in the chain that says something new. The further lines of a server's message,
    // such as "POSITION: 28", do not help here.
    private static string Text(Exception exception)
    {
        string text = "";
        foreach (var part in Chain(exception))
        {
            string line = part.Message.Split(['\r', '\n'], 2)[0].Trim().TrimEnd('.');
            if (part is not AggregateException && line.Length > 0 && !text.Contains(line, StringComparison.Ordinal))
                text += text.Length > 0 ? $": {line}" : line;
        }
        return text.Length > 0 ? text : exception.GetType().Name;
    }

    /// <summary>The consequence of a failure, and what to do about it.</summary>
    private sealed record Verdict(bool CanWait, string Advice, bool IsSilence = false)
    {
        public StoreFailure Of(Exception exception) => new(CanWait, $"{Text(exception)}. {Advice}.", IsSilence);
    }
}
