namespace TrackHub.Cli.Supervising;

/// <summary>When a service stops: earlier ones first, so that nobody loses what it still writes to.</summary>
internal enum StopStage
{
    /// <summary>The door: takes nothing more.</summary>
    Door,

    /// <summary>The processors: finish what they hold.</summary>
    Processors,

    /// <summary>What all others stand on.</summary>
    Stores,
}

/// <summary>One service of the machine.</summary>
/// <param name="Name">Name in the table and of its log.</param>
/// <param name="Addresses">Where people and programs reach it, the first under its own name.</param>
/// <param name="Ports">Ports it must find free.</param>
/// <param name="Stage">When it stops.</param>
/// <param name="Plan">How to start it.</param>
/// <param name="Probe">Null when it serves, else why not.</param>
internal sealed record Service(
    string Name,
    IReadOnlyList<ServiceAddress> Addresses,
    IReadOnlyList<int> Ports,
    StopStage Stage,
    ProcessPlan Plan,
    Func<CancellationToken, Task<string?>> Probe);

/// <summary>An address and what is found there.</summary>
internal sealed record ServiceAddress(string Name, string Address);
