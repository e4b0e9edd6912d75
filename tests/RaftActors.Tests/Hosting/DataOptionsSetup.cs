using Akka.Actor.Setup;

// The check finds the setup by this name in the assembly of the plugin.
namespace Akka.Persistence.Sql.Config;

/// <summary>Called as the setup of Akka.Persistence.Sql is.</summary>
internal sealed class DataOptionsSetup : Setup;
