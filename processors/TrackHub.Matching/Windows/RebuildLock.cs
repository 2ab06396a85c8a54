using TrackHub.Platform.Streams;

namespace TrackHub.Matching.Windows;

/// <summary>Held by the instance that rebuilds the windows. It lies beside them, so that it is gone when they are.</summary>
/// <remarks>Extended and released by scripts: a full Redis refuses whatever stands in a transaction, even what frees memory.</remarks>
internal sealed class RebuildLock(RedisConnection redis)
{
    private const string Extend = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0";
    private const string Release = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0";

    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
    private readonly string _token = Guid.NewGuid().ToString("N");

    /// <summary>Takes it; false if another instance holds it.</summary>
    public Task<bool> TakeAsync(CancellationToken cancellationToken) =>
        redis.RunAsync(db => db.LockTakeAsync(WindowKeys.RebuildLock, _token, Life), cancellationToken);

    /// <summary>Keeps it.</summary>
    /// <exception cref="DependencyAwayException">It is lost: Redis was wiped or slow, and what is rebuilt may be gone too.</exception>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        if ((long)await redis.RunAsync(db => db.ScriptEvaluateAsync(Extend, [WindowKeys.RebuildLock], [_token, (long)Life.TotalMilliseconds]), cancellationToken) == 0)
            throw new DependencyAwayException(RedisConnection.Name, new InvalidOperationException("The lock of the rebuild was lost; it begins again."));
    }

    /// <summary>Lets it go, if Redis is there to be told; else it runs out.</summary>
    public async Task ReleaseAsync()
    {
        try
        {
            // On a stop as well: the next instance must not wait for the lock to run out.
            await redis.RunAsync(db => db.ScriptEvaluateAsync(Release, [WindowKeys.RebuildLock], [_token]), CancellationToken.None);
        }
        catch (DependencyAwayException)
        {
            // What ended the rebuild says more than this.
        }
    }
}
