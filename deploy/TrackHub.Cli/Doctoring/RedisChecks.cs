using System.Globalization;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;
using TrackHub.Platform.Streams;

namespace TrackHub.Cli.Doctoring;

/// <summary>Redis: version, an eviction policy that forgets nothing behind the matcher's back, room, writes.</summary>
internal static class RedisChecks
{
    private const double FullAt = 0.8;
    private static readonly Version Oldest = new(6, 2);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Looks at every master.</summary>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(IConfiguration settings, CancellationToken cancellationToken)
    {
        var options = new ConfigurationOptions
        {
            ConnectTimeout = (int)Limit.TotalMilliseconds,
            SyncTimeout = (int)Limit.TotalMilliseconds,
            Password = settings["Redis:Password"],
            ClientName = "trackhub-doctor",
            AllowAdmin = true,   // INFO counts as administration
        };
        foreach (var endpoint in (settings["Redis:Endpoint"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) options.EndPoints.Add(endpoint);

        using var redis = await ConnectAsync(options, cancellationToken);
        var findings = new List<Finding>();
        foreach (var server in redis.GetEndPoints().Select(endpoint => redis.GetServer(endpoint)).Where(static server => !server.IsSlave))
        {
            var where = redis.GetEndPoints().Length == 1 ? "redis" : $"redis {server.EndPoint}";
            var told = (await server.InfoAsync().WaitAsync(Limit, cancellationToken)).SelectMany(static group => group)
                .GroupBy(static pair => pair.Key, StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => g.First().Value, StringComparer.Ordinal);
            findings.AddRange(Told(where, told));
        }

        return findings;
    }

    /// <summary>What a server's INFO says, against what is needed.</summary>
    internal static IEnumerable<Finding> Told(string where, IReadOnlyDictionary<string, string> info)
    {
        var version = info["redis_version"];
        yield return Finding.Expect(Version.TryParse(version, out var parsed) && parsed >= Oldest, $"{where}: version", version, Verdict.Fault, $"use Redis {Oldest} or later");

        var policy = info["maxmemory_policy"];
        yield return Finding.Expect(
            policy == "noeviction", $"{where}: eviction policy", policy, Verdict.Fault,
            "CONFIG SET maxmemory-policy noeviction, and in its configuration file: any other forgets clicks in silence, and their sales stay unmatched");

        var (used, most) = (Number(info, "used_memory"), Number(info, "maxmemory"));
        yield return Finding.Expect(
            most == 0 || used < most * FullAt, $"{where}: memory", most == 0 ? $"{used >> 20} MB used, no limit" : $"{used >> 20} of {most >> 20} MB used", Verdict.Warning,
            "raise maxmemory, or shorten the brands' window_days: a full Redis refuses writes, and matching pauses");

        var writing = info.GetValueOrDefault("aof_last_write_status", "ok") == "ok" && info.GetValueOrDefault("rdb_last_bgsave_status", "ok") == "ok";
        yield return Finding.Expect(writing, $"{where}: disk", writing ? "its files are written" : "its last write to disk failed", Verdict.Fault, "see its log; a Redis that cannot save refuses writes");
    }

    private static long Number(IReadOnlyDictionary<string, string> info, string name) => long.Parse(info[name], CultureInfo.InvariantCulture);

    private static async Task<ConnectionMultiplexer> ConnectAsync(ConfigurationOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(Limit, cancellationToken);
        }
        catch (Exception failure) when (failure is RedisConnectionException or TimeoutException or ArgumentException)
        {
            throw new DependencyAwayException("Redis", failure);
        }
    }
}
