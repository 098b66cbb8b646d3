// PyTorch's random generator and its switches belong to the whole process, so tests that seed it take turns.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
