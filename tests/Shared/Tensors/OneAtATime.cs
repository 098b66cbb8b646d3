// The library draws from torch's one global generator and counts its living tensors: tests that ran beside each other would share both.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
