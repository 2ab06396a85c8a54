using TrackHub.Testing;

namespace TrackHub.Integration.Dispatch;

/// <summary>A world whose broker and dispatcher live twenty times as fast: what is held for 15 s is back within one.</summary>
public sealed class FastWorld : DispatchWorld
{
    /// <inheritdoc/>
    protected override TimeProvider Clock { get; } = new FastClock(20);

    // The client library's heartbeats keep the system's time, and a loaded machine its own.
    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string?>> Settings =>
        [new("Kafka:SessionTimeout", "00:04:00"), new("Dispatch:AttemptTimeout", "00:00:10"), new("Dispatch:ClaimPatience", "00:00:10"), new("Dispatch:Lease", "00:00:21")];
}

/// <summary>Tests that share the fast world; each has brands of its own.</summary>
[CollectionDefinition(nameof(FastWorld))]
public sealed class FastWorldTests : ICollectionFixture<FastWorld>;
