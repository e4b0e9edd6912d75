using RaftNode.Host.Configuration;

namespace RaftNode.Host.Tests.Configuration;

public sealed class ConfigFileSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void An_included_file_is_found_beside_the_one_that_includes_it()
    {
        _directory.Write("shared/base.conf", "include \"limits.conf\"\na = 1\nb = 1");
        _directory.Write("shared/limits.conf", "c = 3");
        var config = ConfigFile.Load(_directory.Write("node.conf", "include \"shared/base.conf\"\nb = 2")).Config;
        Assert.Equal((1, 2, 3), (config.GetInt("a", 0), config.GetInt("b", 0), config.GetInt("c", 0)));
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("nowhere.conf cannot be read: there is no such file", Fails("nowhere.conf"));

    [Fact]
    public void A_missing_included_file_is_named_with_the_file_that_includes_it()
    {
        var path = _directory.Write("node.conf", "include \"nowhere.conf\"");
        Assert.Equal($"{path}: \"nowhere.conf\" cannot be included: there is no such file", Fails(path));
    }

    [Fact]
    public void Files_that_include_each_other_are_refused()
    {
        var path = _directory.Write("a.conf", "include \"b.conf\"");
        _directory.Write("b.conf", "include \"a.conf\"");
        Assert.Contains("include each other", Fails(path));
    }

    [Fact]
    public void What_is_not_HOCON_is_refused_with_the_file_that_holds_it()
    {
        var bad = _directory.Write("bad.conf", "a = ${nowhere}");
        var path = _directory.Write("node.conf", "include \"bad.conf\"");
        Assert.StartsWith($"{bad}: ", Fails(path));
    }

    private static string Fails(string path) => Assert.Throws<NodeStartException>(() => ConfigFile.Load(path)).Message;
}
