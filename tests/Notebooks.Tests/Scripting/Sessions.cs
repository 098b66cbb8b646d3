namespace Notebooks.Tests.Scripting;

/// <summary>Tests with a session run one at a time: a session owns the console of the process.</summary>
[CollectionDefinition(Name, DisableParallelization = false)]
public sealed class Sessions
{
    public const string Name = "sessions";
}
