// Every spec starts processes; one after the other they have the machine to themselves.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
