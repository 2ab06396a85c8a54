namespace TrackHub.Load.Measuring;

/// <summary>What load is put on, over a number of connections of its own. Thread-safe: as many sends as the caller likes run at once.</summary>
internal interface ILoadTarget : IAsyncDisposable
{
    /// <summary>Sends that one connection carries at once when it is to be kept busy: 1 where the protocol answers one by one.</summary>
    int Depth { get; }

    /// <summary>Sends one item and completes when it is answered.</summary>
    /// <param name="number">Number of the item in this run, never used twice.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null if it was taken; else in one word how it failed, for instance <c>http_503</c>.</returns>
    Task<string?> SendAsync(long number, CancellationToken cancellationToken);
}
