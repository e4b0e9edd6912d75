// Some specs here start clusters; one after the other they have the machine to themselves.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
