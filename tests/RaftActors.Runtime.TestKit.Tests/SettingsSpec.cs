using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.TestKitTests;

public sealed class SettingsSpec
{
    [Fact]
    public void The_defaults_are_those_of_the_kit()
    {
        using var kit = new Kit();
        Assert.Equal("test", kit.Sys.Name);
        Assert.Equal(TimeSpan.FromSeconds(3), kit.TestKitSettings.SingleExpectDefault);
        Assert.Equal(TimeSpan.FromSeconds(5), kit.TestKitSettings.DefaultTimeout);
        Assert.Equal(TimeSpan.FromSeconds(3), kit.TestKitSettings.TestEventFilterLeeway);
        Assert.Equal(1.0, kit.TestKitSettings.TestTimeFactor);
        Assert.Equal("/system/", kit.TestActor.Path.Parent.ToStringWithoutAddress() + "/");
    }

    [Fact]
    public void A_configuration_lies_over_the_defaults()
    {
        using var kit = new Kit(ConfigurationFactory.ParseString("akka.test { single-expect-default = 7s, timefactor = 2 }\n mine = here"), "named");
        Assert.Equal("named", kit.Sys.Name);
        Assert.Equal("here", kit.Sys.Settings.Config.GetString("mine"));
        Assert.Equal(TimeSpan.FromSeconds(7), kit.TestKitSettings.SingleExpectDefault);
        Assert.Equal(TimeSpan.FromSeconds(5), kit.TestKitSettings.DefaultTimeout);
        Assert.Equal(TimeSpan.FromSeconds(14), kit.RemainingOrDefault);
        Assert.Equal(TimeSpan.FromSeconds(4), kit.Dilated(TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.FromSeconds(4), kit.RemainingOrDilated(TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.FromSeconds(14), kit.RemainingOrDilated(null));
    }

    [Fact]
    public void A_system_setup_is_used()
    {
        var setup = ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString("mine = here")));
        using var kit = new Kit(setup, "named");
        Assert.Equal("named", kit.Sys.Name);
        Assert.Equal("here", kit.Sys.Settings.Config.GetString("mine"));
        Assert.Equal(TimeSpan.FromSeconds(3), kit.TestKitSettings.SingleExpectDefault);
    }

    [Fact]
    public void A_system_that_exists_is_used_and_stopped()
    {
        var system = ActorSystem.Create("existing");
        var kit = new Kit(system);
        Assert.Same(system, kit.Sys);
        kit.TestActor.Tell("hello");
        kit.ExpectMsg("hello");
        kit.Dispose();
        Assert.True(system.WhenTerminated.IsCompleted);
    }

    [Fact]
    public void A_time_factor_must_be_positive() =>
        Assert.Throws<ConfigurationException>(() => new Kit(ConfigurationFactory.ParseString("akka.test.timefactor = 0"), null));

    [Fact]
    public void A_disposed_kit_has_run_its_last_step_before_the_system_stopped()
    {
        var kit = new Kit();
        kit.Dispose();
        kit.Dispose();
        Assert.Equal([false], kit.StoppedAtTheLastStep);
        Assert.True(kit.Sys.WhenTerminated.IsCompleted);
    }

    private sealed class Kit : TestKit
    {
        public Kit()
        {
        }

        public Kit(Config config, string? name)
            : base(config, name)
        {
        }

        public Kit(ActorSystemSetup setup, string name)
            : base(setup, name)
        {
        }

        public Kit(ActorSystem system)
            : base(system)
        {
        }

        public List<bool> StoppedAtTheLastStep { get; } = new();

        protected override void AfterAll() => StoppedAtTheLastStep.Add(Sys.WhenTerminated.IsCompleted);
    }
}
