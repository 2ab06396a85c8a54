using Microsoft.Extensions.Options;
using StackExchange.Redis;
using TrackHub.Platform.Streams;

namespace TrackHub.Matching.Windows;

/// <summary>The one connection to Redis. Connects on first use and again by itself. Thread-safe.</summary>
internal sealed class RedisConnection(IOptions<RedisOptions> options) : IDisposable
{
    /// <summary>Name of the dependency in readiness.</summary>
    public const string Name = "redis";

    private readonly RedisOptions _options = options.Value;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private ConnectionMultiplexer? _multiplexer;
    private long _breaks;

    /// <summary>How often a connection broke: a different number means that the server may have been restarted in between.</summary>
    public long Breaks => Volatile.Read(ref _breaks);

    /// <summary>Runs commands that were issued without waiting for one another, so that they share a round trip.</summary>
    /// <exception cref="DependencyAwayException">Redis does not answer in time or refuses all writes.</exception>
    public async Task<T> RunAsync<T>(Func<IDatabase, Task<T>> commands, CancellationToken cancellationToken)
    {
        try
        {
            var multiplexer = await ConnectAsync(cancellationToken);
            return await commands(multiplexer.GetDatabase(_options.Database)).WaitAsync(_options.Timeout, cancellationToken);
        }
        catch (Exception e) when (IsAway(e))
        {
            throw new DependencyAwayException(Name, e);
        }
    }

    /// <summary>Whether keys of one command must lie in one slot.</summary>
    public static bool IsCluster(IDatabase database)
    {
        var multiplexer = database.Multiplexer;
        return Array.Exists(multiplexer.GetEndPoints(), endpoint => multiplexer.GetServer(endpoint).ServerType == ServerType.Cluster);
    }

    /// <summary>The masters that can be reached, with the multiplexer that knows them.</summary>
    /// <exception cref="DependencyAwayException">A master cannot be reached.</exception>
    public async Task<IReadOnlyList<IServer>> MastersAsync(CancellationToken cancellationToken)
    {
        try
        {
            var multiplexer = await ConnectAsync(cancellationToken);
            var servers = multiplexer.GetEndPoints().Select(endpoint => multiplexer.GetServer(endpoint)).ToList();
            if (servers.Find(static server => !server.IsConnected && !server.IsSlave) is { } lost)
                throw new DependencyAwayException(Name, new TimeoutException($"No connection to {lost.EndPoint}."));
            return servers.FindAll(static server => !server.IsSlave);
        }
        catch (Exception e) when (IsAway(e))
        {
            throw new DependencyAwayException(Name, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _multiplexer?.Dispose();
        _connecting.Dispose();
    }

    private static bool IsAway(Exception exception) => exception is TimeoutException || Dependencies.AbsenceOf(exception) is { Dependency: Name };

    private async ValueTask<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _multiplexer) is { } connected)
            return connected;

        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (_multiplexer is { } meanwhile)
                return meanwhile;
            var multiplexer = await ConnectionMultiplexer.ConnectAsync(Configuration());
            multiplexer.PreserveAsyncOrder = false;   // who waits for one answer does not wait for what another does with its own
            multiplexer.ConnectionFailed += (_, _) => Interlocked.Increment(ref _breaks);
            Volatile.Write(ref _multiplexer, multiplexer);
            return multiplexer;
        }
        finally
        {
            _connecting.Release();
        }
    }

    private ConfigurationOptions Configuration()
    {
        var configuration = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            ConnectTimeout = (int)_options.Timeout.TotalMilliseconds,
            SyncTimeout = (int)_options.Timeout.TotalMilliseconds,
            Password = _options.Password,
            ClientName = "trackhub-matcher",
            AllowAdmin = true,   // INFO, which tells a restarted server, counts as administration
        };
        foreach (var endpoint in _options.Endpoint.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            configuration.EndPoints.Add(endpoint);
        return configuration;
    }
}
