using System.Data.Common;
using System.Net.Sockets;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Pattern;
using Akka.Persistence;
using RaftActors.Storage;

namespace RaftActors.Tests.Storage;

/// <summary>Which failures of a journal or snapshot store waiting can mend.</summary>
public sealed class StoreFailureSpec
{
    public static TheoryData<Exception> MendedByWaiting =>
    [
        new OpenCircuitException("open"),
        new RecoveryTimedOutException("Recovery timed out"),
        new TimeoutException(),
        new TaskCanceledException(),
        new IOException("No space left on device"),
        new SocketException((int)SocketError.ConnectionRefused),
        new InvalidOperationException("something that nobody has seen before"),
        new ArgumentException("a bug, or a hiccup"),
    ];

    public static TheoryData<Exception> NotMendedByWaiting =>
    [
        new SerializationException("Cannot find serializer with id [99]"),
        new ConfigurationException("busy-timeout = soon"),
        new UnauthorizedAccessException("Access to the path is denied."),
        new DirectoryNotFoundException("Could not find a part of the path."),
        new FileNotFoundException("Could not load file or assembly 'Npgsql'."),
        new TypeLoadException("Could not load type."),
    ];

    [Theory]
    [InlineData(5, true)] // busy
    [InlineData(6, true)] // locked
    [InlineData(261, true)] // busy, recovering: an extended code
    [InlineData(7, true)] // out of memory
    [InlineData(10, true)] // input or output
    [InlineData(13, true)] // full
    [InlineData(15, true)] // locking protocol
    [InlineData(19, true)] // constraint: not known
    [InlineData(3, false)] // permission
    [InlineData(8, false)] // read-only
    [InlineData(11, false)] // corrupt
    [InlineData(14, false)] // cannot be opened
    [InlineData(23, false)] // authorization
    [InlineData(26, false)] // not a database
    public void SQLite_says_by_its_result_code(int code, bool canWait) =>
        Assert.Equal(canWait, StoreFailure.Of(new SqliteLikeException("SQLite Error", code), null).CanWait);

    [Theory]
    [InlineData("no such table: journal", false)]
    [InlineData("no such column: persistence_id", false)]
    [InlineData("table journal has no column named ordering", false)]
    [InlineData("cannot start a transaction within a transaction", true)]
    public void SQLites_general_error_is_for_good_when_the_tables_are_foreign(string message, bool canWait)
    {
        var reason = new SqliteLikeException($"SQLite Error 1: '{message}'.", 1);

        Assert.Equal(canWait, StoreFailure.Of(reason, null).CanWait);
    }

    [Theory]
    [InlineData("08006", true)] // connection failure
    [InlineData("53100", true)] // disk full
    [InlineData("53300", true)] // too many connections
    [InlineData("57P01", true)] // the server shuts down
    [InlineData("57P03", true)] // the server starts
    [InlineData("40001", true)] // serialization failure
    [InlineData("40P01", true)] // deadlock
    [InlineData("55P03", true)] // lock not available
    [InlineData("25006", true)] // a standby
    [InlineData("42710", true)] // the type of a table that another node makes
    [InlineData("42P07", true)] // a table that another node makes
    [InlineData("58030", true)] // input or output
    [InlineData("23505", true)] // a duplicate key: not known
    [InlineData("28P01", false)] // wrong password
    [InlineData("28000", false)] // the server does not allow the user
    [InlineData("3D000", false)] // no such database
    [InlineData("3F000", false)] // no such schema
    [InlineData("57P04", false)] // the database was dropped
    [InlineData("42501", false)] // no permission
    [InlineData("42P01", false)] // no such table
    [InlineData("42703", false)] // no such column
    [InlineData("XX001", false)] // data corrupted
    public void Other_databases_say_by_their_SQLSTATE(string state, bool canWait) =>
        Assert.Equal(canWait, StoreFailure.Of(new ServerException("it fails", state), null).CanWait);

    [Fact]
    public void A_provider_that_gives_no_code_says_itself_that_waiting_may_help()
    {
        var refused = new SocketException((int)SocketError.ConnectionRefused);
        var failure = StoreFailure.Of(new ServerException("Failed to connect", null, refused, isTransient: true), null);

        Assert.True(failure.CanWait);
        Assert.Equal(
            "Failed to connect: Connection refused. The database server cannot be reached, or is busy.",
            failure.Problem);
    }

    [Theory]
    [MemberData(nameof(MendedByWaiting))]
    public void Waiting_may_mend(Exception reason) => Assert.True(StoreFailure.Of(reason, null).CanWait);

    [Theory]
    [MemberData(nameof(NotMendedByWaiting))]
    public void Waiting_does_not_mend(Exception reason) => Assert.False(StoreFailure.Of(reason, null).CanWait);

    [Fact]
    public void The_databases_own_exception_decides_wherever_it_is_in_the_chain()
    {
        var missing = new ServerException("3D000: database \"kv\" does not exist\n\nPOSITION: 28", "3D000");
        var reason = new AggregateException(new TimeoutException("late", missing));

        var failure = StoreFailure.Of(reason, null);

        Assert.False(failure.CanWait);
        Assert.Equal(
            "3D000: database \"kv\" does not exist. Create the database, or correct the connection string.",
            failure.Problem);
    }

    [Fact]
    public void The_host_decides_first()
    {
        var reason = new InvalidOperationException("outer", new NotSupportedException("inner"));

        var failure = StoreFailure.Of(
            reason, static e => e is NotSupportedException ? new StoreException("It says so.", canWait: false) : null);

        Assert.Equal(new StoreFailure(false, "It says so."), failure);
    }

    [Fact]
    public void Of_a_plugin_that_does_not_start_bad_settings_are_for_good_and_a_server_that_is_away_is_not()
    {
        static bool CanWait(Exception cause) =>
            StoreFailure.OfPlugin(new ApplicationException("Failed to initialize", cause), null).CanWait;

        Assert.False(CanWait(new ArgumentException("Keyword 'host' is not supported")));
        Assert.True(CanWait(new ServerException("no", "57P03")));
    }

    [Fact]
    public void A_plugin_that_was_never_created_is_not_tried_again_by_anybody()
    {
        var reason = new ActorInitializationException("Exception during creation", new IOException("no disk"));
        var failure = StoreFailure.OfPlugin(reason, null);

        Assert.False(failure.CanWait);
        Assert.Contains("no disk", failure.Problem);
    }

    /// <summary>As Microsoft.Data.Sqlite's: a code of its own, and no SQLSTATE.</summary>
    private sealed class SqliteLikeException(string message, int code) : DbException(message)
    {
        public int SqliteErrorCode { get; } = code;
    }

    private sealed class ServerException(
        string message, string? state, Exception? cause = null, bool isTransient = false) : DbException(message, cause)
    {
        public override string? SqlState { get; } = state;

        public override bool IsTransient { get; } = isTransient;
    }
}
