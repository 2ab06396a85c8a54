using StackExchange.Redis;

namespace TrackHub.Matching.Windows;

/// <summary>Where a search finds windows: Redis, or for a shadow replay what it read from the log.</summary>
internal interface IWindowReader
{
    /// <summary>The members of these windows in their order; a window that is not there has none.</summary>
    Task<IReadOnlyList<IReadOnlyList<WindowMember>>> ReadAsync(IReadOnlyList<RedisKey> windows, CancellationToken cancellationToken);
}
