using Akka.Configuration;
using Akka.Configuration.Hocon;
using RaftActors.TestKit;
using RaftActors.TestKit.Time;

namespace RaftActors.Tests.VirtualTime;

/// <summary>Actor systems that share a merged configuration have the one that Akka.NET would merge for each.</summary>
public sealed class MergedConfigSpec
{
    private static readonly Config Own =
        new MergedConfig(ConfigurationFactory.ParseString("a { b = 1, c = [1, 2] }\nd = ${a.b}"));

    [Fact]
    public void A_system_has_the_configuration_that_it_would_have_without()
    {
        var plain = new Config(new HoconRoot(VirtualConfig.Default.Root));

        Assert.Equal(ConfigOfSystem(plain).Root.ToString(), ConfigOfSystem(VirtualConfig.Default).Root.ToString());
    }

    [Fact]
    public void The_next_system_shares_it() =>
        Assert.Same(ConfigOfSystem(VirtualConfig.Default), ConfigOfSystem(VirtualConfig.Default));

    [Theory]
    [InlineData("a { b = 7, x = 3 }")]
    [InlineData("a { b = 7, x = 4 }")]
    [InlineData("a { b = 7, x = [3] }")]
    [InlineData("a { b = 7, x = [3, 4] }")]
    [InlineData("a { b = 7, x { y = 3 } }")]
    [InlineData("a { b = 7, x { y = 3, z = 3 } }")]
    [InlineData("a { b = 7, x = ${a.b} }")]
    [InlineData("a { b = 8, x = ${a.b} }")]
    [InlineData("a { b = 8, x = ${a.b} }\ny = 1")]
    public void Each_fallback_has_its_own_result(string fallback)
    {
        var plain = new Config(new HoconRoot(Own.Root)).WithFallback(ConfigurationFactory.ParseString(fallback));

        var merged = Own.WithFallback(ConfigurationFactory.ParseString(fallback));

        Assert.Equal(plain.Root.ToString(), merged.Root.ToString());
        Assert.Same(merged, Own.WithFallback(ConfigurationFactory.ParseString(fallback)));
    }

    private static Config ConfigOfSystem(Config config)
    {
        var system = new InlineProcess().Start("merged", config);
        Raft.Get(system);
        Akka.Persistence.Persistence.Instance.Apply(system);
        return system.Settings.Config;
    }
}
