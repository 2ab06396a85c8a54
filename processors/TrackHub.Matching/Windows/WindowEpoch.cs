using StackExchange.Redis;
using TrackHub.Platform.Streams;

namespace TrackHub.Matching.Windows;

/// <summary>What Redis says of itself.</summary>
internal enum WindowHealth
{
    /// <summary>Not asked since the last break of a connection.</summary>
    Unknown,

    /// <summary>Some master would throw windows away when it is full.</summary>
    Evicting,

    /// <summary>A master forgot: its epoch is missing or names another run.</summary>
    Forgotten,

    /// <summary>Every master is the one the windows were written to.</summary>
    Complete,
}

/// <summary>
/// Notices that Redis forgot. Each master holds one epoch key with the run id of the server process the windows were completed on; a key
/// that is missing (wiped, emptied) or names another run (restarted, failed over: the last second may be lost) means a rebuild.
/// </summary>
internal sealed class WindowEpoch(RedisConnection redis)
{
    /// <summary>Name of the windows in readiness, beside Redis itself.</summary>
    public const string Windows = "windows";

    private const int MaxProbes = 4096;
    private volatile Known? _known;

    private sealed record Known(long Breaks, WindowHealth Health, IReadOnlyList<(RedisKey Key, string RunId)> Masters);

    /// <summary>What the last <see cref="AskAsync"/> found; unknown after a break of a connection.</summary>
    public WindowHealth Health => _known is { } known && known.Breaks == redis.Breaks ? known.Health : WindowHealth.Unknown;

    /// <summary>Asks every master for its run id, eviction policy and epoch.</summary>
    /// <exception cref="DependencyAwayException">A master cannot be reached.</exception>
    public async Task<WindowHealth> AskAsync(CancellationToken cancellationToken)
    {
        var breaks = redis.Breaks;
        var masters = new List<(RedisKey, string)>();
        var evicting = false;
        foreach (var server in await redis.MastersAsync(cancellationToken))
        {
            var about = await redis.RunAsync(async _ => await server.InfoRawAsync("server") + await server.InfoRawAsync("memory"), cancellationToken);
            evicting |= Field(about, "maxmemory_policy") != "noeviction";
            masters.Add((await EpochKeyAsync(server, cancellationToken), Field(about, "run_id")));
        }

        var stamped = await redis.RunAsync(db => Task.WhenAll(masters.Select(m => db.StringGetAsync(m.Item1))), cancellationToken);
        var complete = masters.Zip(stamped).All(static pair => pair.Second == pair.First.Item2);
        var health = evicting ? WindowHealth.Evicting : complete ? WindowHealth.Complete : WindowHealth.Forgotten;
        _known = new(breaks, health, masters);
        return health;
    }

    /// <summary>
    /// Makes sure, after windows were read, that they were whole when they were read.
    /// </summary>
    /// <exception cref="DependencyAwayException">They may not have been: wait for the rebuild and read again.</exception>
    public async Task EnsureWholeAsync(CancellationToken cancellationToken)
    {
        if (Health != WindowHealth.Complete || _known is not { } known)
            throw new DependencyAwayException(Windows, new InvalidOperationException("The windows are not known to be whole."));
        var stamped = await redis.RunAsync(db => Task.WhenAll(known.Masters.Select(m => db.StringGetAsync(m.Key))), cancellationToken);
        if (known.Masters.Zip(stamped).Any(static pair => pair.Second != pair.First.RunId))
        {
            _known = known with { Health = WindowHealth.Forgotten };
            throw new DependencyAwayException(Windows, new InvalidOperationException("Redis forgot the windows."));
        }
    }

    /// <summary>Says that the windows on every master asked last are whole.</summary>
    public async Task StampAsync(CancellationToken cancellationToken)
    {
        if (_known is not { } known)
            throw new InvalidOperationException("Ask before stamping.");
        await redis.RunAsync(db => Task.WhenAll(known.Masters.Select(m => db.StringSetAsync(m.Key, m.RunId))), cancellationToken);
    }

    /// <summary>Says that the windows on the masters asked last may have holes: they are rebuilt before they are used again.</summary>
    public async Task UnstampAsync(CancellationToken cancellationToken)
    {
        if (_known is { } known)
            await redis.RunAsync(db => Task.WhenAll(known.Masters.Select(m => db.KeyDeleteAsync(m.Key))), cancellationToken);
    }

    /// <summary>The first epoch key whose slot lies on that master; on a single server the first of all.</summary>
    private async Task<RedisKey> EpochKeyAsync(IServer server, CancellationToken cancellationToken)
    {
        for (var probe = 0; probe < MaxProbes; probe++)
        {
            var key = WindowKeys.Epoch(probe);
            var endpoint = await redis.RunAsync(db => db.IdentifyEndpointAsync(key), cancellationToken);
            if (Equals(endpoint, server.EndPoint))
                return key;
        }

        throw new DependencyAwayException(RedisConnection.Name, new InvalidOperationException($"Master {server.EndPoint} serves no slot."));
    }

    private static string Field(string info, string name)
    {
        foreach (var line in info.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(name) && line.Length > name.Length && line[name.Length] == ':')
                return line[(name.Length + 1)..].Trim().ToString();
        }

        return "";
    }
}
