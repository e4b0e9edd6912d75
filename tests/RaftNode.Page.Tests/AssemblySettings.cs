// Every spec starts processes; one after the other they have the machine to themselves.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
// They use signals and the modes of files.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
